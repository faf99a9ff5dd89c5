"""Which rows: thresholds, exclusions, values and names. Each operator takes the span that follows it."""

from bot.understand.draft import Draft, Problem
from bot.understand.entities import settle
from bot.understand.lexicon import Lexicon
from bot.understand.normalise import fold
from bot.understand.spans import Amount
from bot.understand.tag import Item
from bot.understand.verbs import showing
from skills.contract import Op

_OPERANDS = ("name", "value", "unclear")
_LINKS = ("and", "comma")
_UNIT_RATE = "rate"
_EDGE_DAYS = (30, 60, 90, 120, 150, 180)


# --- Thresholds ----------------------------------------------------------------------------------


def read_thresholds(draft: Draft, lexicon: Lexicon) -> None:
    """ "con más de 85 % de promesas cumplidas", "TMO mayor a 300", "mora > 60 días"."""
    for at, item in draft.each("cmp", "between"):
        number = draft.after(at)
        if draft.kind(number) != "number" or draft.items[number].used:
            _excuse(draft, at)
            continue
        values, places = _numbers(draft, at, number)
        if values is None:
            continue
        op: Op = "between" if item.kind == "between" else item.value
        bounded = _bounded(draft, at, places[-1], values[0], lexicon)
        if bounded is None:
            continue
        place, name = bounded
        scaled = tuple(_scaled(v, name, lexicon) for v in values)
        draft.take(at, *places, *([place] if place is not None else []))
        if place is not None and draft.items[place].kind in ("metric", "target", "ask"):
            draft.thresholds.append(name)
        draft.add_filter(name, op, scaled if op == "between" else scaled[0])
    _read_or_more(draft, lexicon)
    _read_lateness(draft)


def _read_lateness(draft: Draft) -> None:
    """ "índice de mora 90", "IMOR a 60 días": from how many days on a balance counts as past due."""
    for at, item in draft.each("metric"):
        number = draft.after(at)
        if item.value != "delinquency_rate" or draft.kind(number) != "number" or draft.items[number].used:
            continue
        amount: Amount = draft.items[number].value
        if amount.unit in ("", "days") and amount.number in _EDGE_DAYS:
            draft.take(number)
            draft.add_filter("days_past_due", "ge", int(amount.number))


def _excuse(draft: Draft, at: int) -> None:
    """ "over the last week" compares nothing."""
    if (
        fold(draft.items[at].raw) in ("over", "desde", "a partir de")
        and draft.kind(draft.after(at)) == "period"
    ):
        draft.take(at) if fold(draft.items[at].raw) == "over" else None


def _numbers(draft: Draft, at: int, number: int) -> tuple[list[Amount] | None, list[int]]:
    first = draft.items[number].value
    if draft.items[at].kind != "between":
        return [first], [number]
    link = draft.after(number)
    second = draft.after(link)
    if draft.kind(link) != "and" or draft.kind(second) != "number":
        return None, []
    other = draft.items[second].value
    unit = other.unit or first.unit
    return [Amount(first.number, first.unit or unit), Amount(other.number, unit)], [number, link, second]


def _bounded(
    draft: Draft, at: int, last: int, amount: Amount, lexicon: Lexicon
) -> tuple[int | None, str] | None:
    """What the number bounds: the thing named after it ("más de 100 llamadas"), else the one before."""
    after, before = draft.after(last), draft.before(at, skip=("stop", "me"))
    pesos = amount.unit == "money" or (amount.number >= 1000 and not amount.unit)
    if pesos and (owed := _in_pesos(draft, at, after, before)) is not None:
        return None, owed
    for place in (after, before):
        if 0 <= place < len(draft.items) and not draft.items[place].used:
            name = _boundable(draft.items[place], amount, lexicon, before=place == before)
            if name == "days_past_due" and draft.kind(place) == "metric":
                return None, name  # the accounts stay what is counted
            if name and not (place == before and _belongs_elsewhere(draft, before)):
                return place, name
    if amount.unit == "days":
        return None, "days_past_due"
    said = [i for _, i in draft.each("metric")]
    metrics = {i.value for i in said if not i.weak} or {i.value for i in said}
    if len(metrics) == 1 and amount.unit in ("", "percent"):
        only = str(metrics.pop())
        if only == "accounts_count" and amount.number >= 1000:
            return None, "balance"
        return (None, only) if _plausible(amount, only, lexicon) else None
    if amount.unit == "money" or (amount.number >= 1000 and not metrics):
        return None, "balance"
    return None


_OWED = ("portfolio_balance", "balance")
_COUNTED = frozenset(
    ("payments_count", "ptp_count", "ptp_due", "ptp_kept_rate", "ptp_broken_count", "agreements_count")
)


def _in_pesos(draft: Draft, at: int, after: int, before: int) -> str | None:
    """ "cuentas con saldo mayor a 100 mil", "pagos de más de 5 mil": what each of them is worth."""
    nouns = [i for i in draft.items[:at] if i.kind in ("metric", "ask")]
    paid = draft.kind(before) == "metric" and draft.items[before].value == "payments_count"
    came_in = draft.kind(after) == "metric" and draft.items[after].value == "recovered_amount"
    if paid and came_in:  # "pagos de más de 10 mil que entraron"
        return "amount"
    if draft.kind(after) in ("metric", "field") and draft.items[after].value not in _OWED:
        return None
    for place in (after, before):
        if draft.kind(place) in ("metric", "field") and draft.items[place].value in _OWED:
            if not any(i.value == "accounts_count" for i in nouns):
                return None
            draft.take(place)
            return "balance"
    beside = draft.items[before].value if draft.kind(before) in ("metric", "ask") else None
    if beside in _COUNTED or beside in ("pagos", "promesas"):
        return "amount"
    return "balance" if beside == "accounts_count" else None


def _plausible(amount: Amount, name: str, lexicon: Lexicon) -> bool:
    """No rate is bounded by 20,000 %: such a number counts something else."""
    metric = lexicon.catalogue.metrics.get(name)
    return metric is None or metric.unit != "rate" or amount.number <= 200


def _boundable(item: Item, amount: Amount, lexicon: Lexicon, *, before: bool = False) -> str | None:
    if item.kind == "field":
        return str(item.value)
    if item.kind == "ask" and item.value == "promesas" and not before and not amount.unit:
        return "ptp_count"  # "más de 5 promesas"
    if item.kind == "target" and amount.unit == "percent":
        return "goal_attainment"  # "abajo del 80 % de su meta"
    if item.kind == "metric":
        metric = lexicon.catalogue.metrics.get(str(item.value))
        if before and _is_lateness(item, amount):
            return "days_past_due"
        counted = metric is not None and metric.unit != "money"
        # "cuentas de más de 50 mil": pesos owed, not so many accounts.
        pesos = amount.unit == "money" or (
            before and item.value == "accounts_count" and amount.number >= 1000
        )
        clock = amount.unit in ("minutes", "seconds") and metric is not None and metric.unit != "seconds"
        share = amount.unit == "percent" and metric is not None and metric.unit != "rate"
        return None if amount.unit == "days" or clock or share or (counted and pesos) else str(item.value)
    if (
        item.kind == "dim"
        and item.value == "bucket"
        and fold(item.raw) in ("mora", "dias de mora", "antiguedad")
    ):
        return "days_past_due"
    return None


def _is_lateness(item: Item, amount: Amount) -> bool:
    """ "cuentas de más de 90", "cartera mayor a 60": days, as the buckets count them."""
    things = ("cuentas", "cartera", "accounts", "portfolio")
    return not amount.unit and amount.number in _EDGE_DAYS and fold(item.raw) in things


def _belongs_elsewhere(draft: Draft, place: int) -> bool:
    """ "recuperación de agentes con más de 100 llamadas": the word before is not what is bounded."""
    return draft.items[place].kind not in ("metric", "field", "dim", "target")


def _scaled(amount: Amount, name: str, lexicon: Lexicon) -> int | float:
    metric = lexicon.catalogue.metrics.get(name)
    number = amount.number
    if amount.unit == "percent" or (metric and metric.unit == _UNIT_RATE and number > 1):
        number = round(number / 100, 6)
    if amount.unit == "minutes":
        number *= 60
    return int(number) if number == int(number) else number


def _read_or_more(draft: Draft, lexicon: Lexicon) -> None:
    """ "100 llamadas o más", "20 % or less"."""
    for at, item in draft.each("rank", "ne"):
        link = draft.before(at, skip=())
        if fold(item.raw) not in ("mas", "menos", "more", "less") or fold(draft.items[link].raw) not in (
            "o",
            "or",
        ):
            continue
        thing = draft.before(link)
        number = draft.before(thing) if draft.kind(thing) != "number" else thing
        if thing == number and draft.kind(draft.after(at)) == "metric":
            thing = draft.after(at)  # "3 o más incumplimientos"
        if draft.kind(number) != "number" or draft.items[number].used:
            continue
        amount: Amount = draft.items[number].value
        name = _boundable(draft.items[thing], amount, lexicon) or (
            "days_past_due" if amount.unit == "days" else None
        )
        if name:
            if draft.kind(thing) == "metric":
                draft.thresholds.append(name)
            draft.take(at, link, number, thing)
            draft.add_filter(
                name, "ge" if fold(item.raw) in ("mas", "more") else "le", _scaled(amount, name, lexicon)
            )


# --- Exclusions and choices ----------------------------------------------------------------------


def chain(draft: Draft, at: int) -> list[int]:
    """The operands from here on, linked by commas and "y": names and values, with their leading words."""
    places: list[int] = []
    here = at
    while here < len(draft.items):
        item = draft.items[here]
        if item.kind == "dim" and draft.kind(draft.after(here)) in _OPERANDS:
            here = draft.after(here)
            continue
        operand = _as_operand(item)
        if operand is None or item.used:
            break
        places.append(here)
        link = draft.after(here)
        while draft.kind(link) in _LINKS:
            link = draft.after(link)
        if draft.kind(link) == "ne" and fold(draft.items[link].raw) == "ni":
            draft.take(link)
            link = draft.after(link)
        if link == draft.after(here):
            break
        here = link
    return places


def _as_operand(item: Item) -> Item | None:
    if item.kind in _OPERANDS:
        return item
    if item.alt is not None and item.alt.kind in ("value", "unclear"):
        return item.alt
    return None


def read_exclusions(draft: Draft, lexicon: Lexicon) -> None:
    """sin, excepto, menos, quita: not one of them may be lost or turned round."""
    for at, item in list(draft.each("ne")):
        if item.used:
            continue
        begin = draft.after(at, skip=("stop", "also", "only", "me"))
        begin = _past_the_noun(draft, begin)
        places = chain(draft, begin) if begin < len(draft.items) else []
        if not places:
            first = all(lead.kind in ("stop", "comma") for lead in draft.items[:at])  # "me sacas"
            item.used = first and fold(item.raw) in showing() and draft.kind(begin) == "metric"
            continue  # "saca la recuperación de ayer" leaves nothing out
        draft.take(at)
        for cue in range(at + 1, places[-1]):
            if draft.items[cue].kind == "dim":
                draft.take(cue)
        _exclude(draft, places, lexicon)


def _past_the_noun(draft: Draft, at: int) -> int:
    """ "sin cuentas especiales", "sin la cartera castigada": the noun only carries the value."""
    following = draft.after(at)
    if draft.kind(at) == "metric" and draft.items[at].weak and draft.kind(following) == "value":
        draft.take(at)
        return following
    return at


def _exclude(draft: Draft, places: list[int], lexicon: Lexicon) -> None:
    first: str | None = None
    for place in places:
        found = operand(draft, place, lexicon)
        if found is None:
            _asks_to_exclude(draft)
            continue
        field, value = found
        if first is not None and field != first:
            # "sin Ana y Banco Alameda": whether the bank is left out too, nobody can tell.
            draft.problems.append(Problem("confirm_reading", (str(value),)))
        first = first or field
        if isinstance(value, bool):
            draft.add_filter(field, "eq", not value)
        else:
            draft.add_filter(field, "ne", value)


def _asks_to_exclude(draft: Draft) -> None:
    """The choices of the last question exclude what is chosen instead of keeping it."""
    if not draft.problems:
        return
    last = draft.problems.pop()
    options = tuple((label, _turned(patch)) for label, patch in last.options)
    draft.problems.append(Problem(last.about, last.candidates, options))


def _turned(patch: object) -> dict[str, object]:
    fields = dict(patch) if isinstance(patch, dict) else {}
    if "filters+" in fields:
        fields["filters+"] = {**fields["filters+"], "op": "ne"}
    return fields


def operand(draft: Draft, place: int, lexicon: Lexicon) -> tuple[str, str | bool] | None:
    """Field and value of a name or value item; None where it has to be asked."""
    item = draft.items[place]
    if item.kind not in _OPERANDS and item.alt is not None:
        item.alt.raw, draft.items[place] = item.raw, item.alt
        item = item.alt
    item.used = True
    if item.kind == "name":
        return settle(draft, place)
    if item.kind == "value":
        name, value = item.value
        return name, value
    field, values = lexicon.unclear[item.value]
    options = tuple((v, {"filters+": {"field": field, "op": "eq", "value": v}}) for v in values)
    draft.problems.append(Problem("unknown_term", values, options))
    return None


def read_choices(draft: Draft, lexicon: Lexicon) -> None:
    """What is left of names and values keeps its rows."""
    _read_roll(draft)
    for at, item in list(draft.each("name", "value", "unclear")):
        if item.used:
            continue
        found = operand(draft, at, lexicon)
        if found is not None:
            draft.add_filter(found[0], "eq", found[1])
            _take_led(draft, at)
    for _, item in draft.each("filter"):
        item.used = True
        name, op, value = item.value
        if name in lexicon.catalogue.metrics:
            draft.thresholds.append(name)
        draft.add_filter(name, op, value)


def _take_led(draft: Draft, at: int) -> None:
    """ "por SMS", "por Ana", "bucket castigo": the word before belongs to the value."""
    lead = draft.before(at)
    if draft.kind(lead) == "by" and not draft.items[lead].used:
        draft.take(lead)
    item = draft.items[at]
    if draft.kind(lead) == "dim" and item.kind == "value" and draft.items[lead].value == item.value[0]:
        draft.take(lead)


def _read_roll(draft: Draft) -> None:
    """ "de 31-60 a 61-90": from one bucket to another."""
    for at, item in draft.each("value"):
        after = draft.after(at, skip=())
        second = draft.after(after, skip=())
        if (
            item.value[0] != "bucket"
            or draft.kind(second) != "value"
            or draft.items[second].value[0] != "bucket"
        ):
            continue
        link, led = fold(draft.items[after].raw), fold(draft.items[at - 1].raw) if at else ""
        led = led if led in ("de", "del", "from") else fold(item.raw).split()[0]
        if link in ("a", "to", "al", "hacia", "into") and led in ("de", "del", "from"):
            draft.take(at, second)
            draft.add_filter("bucket_from", "eq", item.value[1])
            draft.add_filter("bucket_to", "eq", draft.items[second].value[1])
