"""How the answer is laid out: splits, top and bottom, order, grain, chart."""

from bot.understand.draft import Draft, Problem
from bot.understand.normalise import fold
from bot.understand.spans import Amount
from bot.understand.tag import Item

_OPERANDS = ("name", "value", "unclear")
_PLAIN_BARE = ("client", "campaign", "supervisor", "agent", "bucket", "product", "bucket_from", "bucket_to")
# "agentes por TMO", "promesas por quién": the word itself says the part, "por" only leads to it.
_SAID_BY = ("metric", "ask", "target", "period", "grain", "variant", "who", "filter", "unknown")
_CONTESTANTS = ("client", "campaign", "supervisor", "agent", "shift", "dial_mode", "bucket", "state")
_ONE = ("el", "la", "the", "cual", "which")


def read_ranks(draft: Draft) -> None:
    """top 5, los 3 peores, el mejor agente, quién recuperó más."""
    _first_ones(draft)
    _read_rather(draft)
    ranks = [
        (at, item) for at, item in draft.each("rank", "ne") if item.kind == "rank" or _is_least(draft, at)
    ]
    if not ranks:
        _who_alone(draft)
        return
    for place, (at, item) in enumerate(ranks):
        value = "least" if item.kind == "ne" else str(item.value)
        between = draft.items[ranks[place - 1][0] : at] if place else []
        apart = any(i.kind in ("and", "comma", "vs") for i in between)
        apart = apart and not _counts_the_rank(draft, ranks[place - 1][0], at)
        if place and (apart or (draft.rank not in ("top", value) and value != "top")):
            item.used = True
            draft.problems.append(Problem("confirm_reading", (item.raw,)))
            continue
        if not (place and value == "top"):
            draft.rank = value  # type: ignore[assignment]
        item.used = True
        if fold(item.raw).endswith("es") and item.kind == "rank":
            draft.flags.add("several")
        elif value in ("best", "worst") and at and fold(draft.items[at - 1].raw) in ("el", "la"):
            draft.flags.add("one")
        _rank_of(draft, at)
    _of_the_team(draft)
    _one_of_each(draft, ranks[0][0])
    _who_alone(draft, ranked=True)


def _of_the_team(draft: Draft) -> None:
    """ "top 3 en calidad del equipo de Julio": of its agents."""
    teams = [i for _, i in draft.each("name") if {c.kind for c in i.value.candidates} == {"supervisor"}]
    split = any(i.kind in ("dim", "who") and not i.used for i in draft.items)
    if len(teams) == 1 and not split and not draft.dims and not draft.in_thread:
        draft.add_dim("agent")


def _read_rather(draft: Draft) -> None:
    """ "mejor contra agosto": rather; there is no best of an operator."""
    first = draft.after(-1, skip=("stop", "and", "comma"))
    word = fold(draft.items[first].raw) if first < len(draft.items) else ""
    following = draft.kind(draft.after(first))
    another = any(i.kind == "rank" and n > first for n, i in enumerate(draft.items))
    rather = following in ("vs", "by", "only", "ne", "also") or (another and following in ("number", "rank"))
    if word in ("mejor", "better") and rather:
        draft.take(first)
    last = draft.before(len(draft.items))
    trailing = last > first >= 0 and fold(draft.items[last].raw) in ("mejor", "better", "instead")
    if draft.in_thread and trailing and draft.kind(first) in ("by", "only", "period", "ne"):
        draft.take(last)  # "por supervisor mejor"


def _first_ones(draft: Draft) -> None:
    """ "los 5 primeros", "primeras 3": a top with its number; "primero" alone is no rank."""
    for at, item in draft.each("unknown"):
        beside = (draft.kind(draft.before(at)), draft.kind(draft.after(at)))
        if fold(item.raw) in ("primeros", "primeras") and "number" in beside:
            item.kind, item.value = "rank", "top"
        elif fold(item.raw) in ("ultimos", "ultimas") and beside[1] == "number":
            number = draft.after(at)
            if any(i.kind == "rank" or fold(i.raw) == "menos" for i in draft.items[:at]):
                draft.limit = int(draft.items[number].value.number)
                draft.take(at, number)  # "los que menos cobraron, los últimos 5"
        elif fold(item.raw) in ("first", "primero", "primeros") and draft.items[0:at]:
            item.used = any(i.kind == "rank" for i in draft.items[:at])  # "worst agents first"


def _one_of_each(draft: Draft, at: int) -> None:
    """ "el peor TMO por agente": one row, where nothing in the plural is asked for."""
    item = draft.items[at]
    named = at - 1 if draft.kind(at - 1) == "metric" else at  # "el TMO más alto por agente"
    lead = draft.items[named - 1] if named else None
    article = lead is not None and lead.kind == "stop" and fold(lead.raw).split()[-1] in _ONE
    split = any(i.kind == "dim" and draft.kind(draft.before(n)) == "by" for n, i in enumerate(draft.items))
    things = any(i.kind == "dim" and i.plural for i in draft.items)
    several = fold(item.raw).endswith("es") or things or item.value == "top"
    if article and split and not several and draft.limit is None:
        draft.limit = 1


def _counts_the_rank(draft: Draft, first: int, at: int) -> bool:
    """ "los peores en contactabilidad, top 5": the second word only brings the number."""
    between = draft.items[first + 1 : at]
    return draft.items[at].value == "top" and not any(i.kind in ("and", "vs", "rank") for i in between)


def _is_least(draft: Draft, at: int) -> bool:
    """ "quién recuperó menos": less than the others, not "without"."""
    item = draft.items[at]
    after = draft.after(at)
    return fold(item.raw) == "menos" and draft.kind(after) not in (*_OPERANDS, "dim", "me", "by")


def _rank_of(draft: Draft, at: int) -> None:
    count = _count_near(draft, at)
    dim = _ranked_dim(draft, at)
    if dim is not None:
        thing = draft.items[dim]
        draft.take(dim)
        draft.add_dim(str(thing.value))
        if count is None and not thing.plural and _is_single(draft, at, dim):
            draft.limit = draft.limit or 1
    if count is not None:
        draft.limit = count


def _count_near(draft: Draft, at: int) -> int | None:
    """N stands beside the rank word, or beside the things ranked: "los 5 agentes con mayor TMO"."""
    after, before = draft.after(at), draft.before(at)
    places = [after, before]
    for dim, _ in draft.each("dim"):
        places.append(draft.before(dim, skip=()))
    for place in places:
        if draft.kind(place) == "number" and not draft.items[place].used:
            amount: Amount = draft.items[place].value
            if not amount.unit and amount.number == int(amount.number) and 0 < amount.number <= 1000:
                draft.take(place)
                return int(amount.number)
    return None


def _ranked_dim(draft: Draft, at: int) -> int | None:
    """The things ranked: beside the rank word, else after "qué/which", else the split named before it."""
    after = draft.after(at, skip=("stop", "number"))
    if draft.kind(after) == "dim" and not draft.items[after].used and not _carries_a_value(draft, after):
        return after
    before = draft.before(at, skip=("stop", "number", "which"))
    if (
        draft.kind(before) == "dim"
        and not draft.items[before].used
        and draft.kind(draft.before(before)) != "by"
    ):
        return before
    for place, _ in draft.each("dim"):
        lead = draft.kind(draft.before(place, skip=("stop", "number")))
        if lead == "which" or (place < at and lead != "by"):
            return place
    return None


def _carries_a_value(draft: Draft, at: int) -> bool:
    """ "del turno nocturno": the noun says of what kind the value is."""
    return draft.kind(at + 1) == "value" and draft.items[at + 1].value[0] == draft.items[at].value


def _is_single(draft: Draft, at: int, dim: int) -> bool:
    """ "el peor agente", "qué campaña tiene...": one. English "top agents" is plural by its noun."""
    return not draft.items[at].raw.casefold().endswith("es") and not draft.items[dim].plural


def _who_alone(draft: Draft, *, ranked: bool = False) -> None:
    for _, item in draft.each("who"):
        item.used = True
        if not draft.dims:  # "who are the top 3 supervisors": they are named
            draft.add_dim("agent")
        draft.flags.add("who")
        if ranked and draft.limit is None and fold(item.raw) != "quienes":
            draft.limit = 1


def read_contest(draft: Draft) -> None:
    """ "¿quién va mejor, Rocío o Laura?": of these two, whatever they are."""
    sides = [f.field for f in draft.filters if f.op == "in" and f.field in _CONTESTANTS]
    asked = sum(
        fold(i.raw).split()[:1] in (["cuanto"], ["cuanta"], ["cuantos"], ["cuantas"]) for i in draft.items
    )
    if len(sides) == 1 and asked > 1 and not draft.dims:  # "cuánto Rocío y cuánto Laura": each of them
        draft.dims = list(sides)
    open_ = not draft.dims or ("who" in draft.flags and draft.dims == ["agent"])
    if draft.rank and open_ and len(sides) == 1:
        draft.dims = sides
        if draft.limit is None and draft.rank != "top":
            draft.limit = 1


def read_orders(draft: Draft) -> None:
    for _, item in draft.each("order"):
        item.used = True
        draft.order = str(item.value)
    for _, item in draft.each("reverse"):
        item.used = True
        draft.flags.add("reverse")


def read_splits(draft: Draft) -> None:
    """por X, by X and by Y, cada X."""
    for at, _ in draft.each("by"):
        following = draft.after(at, skip=("stop", "by", "me"))
        kind = draft.kind(following)
        if kind == "dim" and draft.items[following].used:
            draft.take(at)  # "tomadas por el equipo de Julio": whose they are is read
        elif kind == "dim":
            draft.take(at)
            for extra in range(at + 1, following):
                if draft.items[extra].kind == "by":
                    draft.take(extra)
            _split_list(draft, following)
        elif kind in ("metric", "ask", "target", "period", "grain", "variant") or kind in (
            "who",
            "filter",
            "unknown",
        ):
            draft.take(at)
    for at, item in draft.each("dim"):
        _bare(draft, at, item)


def _split_list(draft: Draft, at: int) -> None:
    while draft.kind(at) == "dim" and not (draft.items[at].used or _names_something(draft, at)):
        draft.take(at)
        draft.add_dim(str(draft.items[at].value))
        link = draft.after(at, skip=("stop", "also"))
        while draft.kind(link) in ("and", "comma", "by"):
            if draft.kind(link) == "by":
                draft.take(link)
            link = draft.after(link, skip=("stop", "also"))
        if link == draft.after(at, skip=("stop", "also")):
            return
        at = link


def _names_something(draft: Draft, at: int) -> bool:
    """ "por campaña, cliente Banco Alameda": the second is a filter."""
    following = draft.after(at, skip=())
    return draft.kind(following) == "name" and not draft.items[following].used


def _bare(draft: Draft, at: int, item: Item) -> None:
    """A thing named without "por": the plural splits ("TMO agentes"), "del agente" lacks its name."""
    if fold(item.raw) in ("mora", "antiguedad", "dias de mora"):
        return
    lead = draft.before(at, skip=("stop", "number"))
    asked = draft.kind(lead) == "which"
    if item.plural or asked:
        if item.value in _PLAIN_BARE or asked or draft.kind(draft.before(at)) in ("and", "comma"):
            item.used = True
            draft.add_dim(str(item.value))
        return
    if item.value not in _PLAIN_BARE:
        return
    article = fold(draft.items[at - 1].raw) if at and draft.items[at - 1].kind == "stop" else ""
    item.used = True
    if article in (
        "del",
        "el",
        "la",
        "the",
        "al",
        "un",
        "una",
        "a",
        "este",
        "esta",
        "ese",
        "esa",
        "su",
        "his",
        "her",
        "this",
        "that",
    ):
        draft.problems.append(Problem(f"entity:{item.value}"))
    else:
        draft.add_dim(str(item.value))


def read_grain(draft: Draft) -> None:
    for _, item in draft.each("grain"):
        item.used = True
        draft.grain = str(item.value)
    for _, item in draft.each("trend"):
        item.used = True
        draft.trend = True
    for _, item in draft.each("chart"):
        item.used = True
        draft.chart = str(item.value)


def read_flags(draft: Draft) -> None:
    """Words that only say how a follow-up changes the question before it."""
    for at, item in draft.each("everyone"):
        if draft.kind(draft.before(at)) != "vs":  # "mi TMO vs el de la agencia" cannot be asked yet
            item.used = True
            draft.flags.add("everyone")
    for _, item in draft.each("they"):
        item.used = draft.in_thread  # "y el RPC de ellos": those of the last question
    for at, item in draft.each("instead"):
        after = draft.after(at)
        if draft.in_thread and draft.kind(after) in ("dim", "metric", "name", "value"):
            item.used = True
            draft.take(after)  # what stood there before
    for _, item in draft.each("clear", "unsplit", "uncompare", "unlimit", "also", "only"):
        item.used = True
        draft.flags.add(item.kind)
    for _, item in draft.each("which", "and", "comma"):
        item.used = True
