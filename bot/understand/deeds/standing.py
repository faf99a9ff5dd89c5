# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""How accounts stand, said beside them: with a promise or an agreement that broke, not worked or not paid in so
many days. Reads no names and no periods."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.understand.deeds.numbers import number_at
from bot.understand.deeds.sheet import Sheet
from db.periods import Period
from skills.contract import Filter

_PROMISE = r"(?:promesas?|pdps?|ptps?|compromisos?|promises?)(?:\s+(?:de pago|to pay))?"
_PROMISES = {
    "broken": r"(?:que (?:se )?(?:rompieron|cayeron|incumplieron)|rotas?|incumplidas?|caidas?|broken)",
    "kept": r"(?:cumplidas?|pagadas?|kept|honou?red)",
    "partial": r"(?:parcial(?:es)?|partial)",
    "open": r"(?:vigentes?|abiertas?|open)",
    "due_today": r"(?:(?:que\s+)?vencen?\s+hoy|para\s+hoy|due\s+today)",
    "due_tomorrow": r"(?:(?:que\s+)?vencen?\s+manana|para\s+manana|due\s+tomorrow)",
}
_DUE = ("due_today", "due_tomorrow")  # no status of its own: one that is open
_AGREEMENT = r"(?:convenios?|acuerdos?|agreements?|payment plans?)(?:\s+de pago)?"
_AGREEMENTS = {
    "broken": r"(?:que (?:se )?(?:rompieron|cayeron|incumplieron)|rotos?|incumplidos?|caidos?|broken)",
    "active": r"(?:vigentes?|activos?|en curso|active|in force)",
    "fulfilled": r"(?:cumplidos?|liquidados?|fulfilled)",
    "cancelled": r"(?:cancelados?|cancel+ed)",
}
_HAS = r"(?:(?P<out>sin|without)|(?:que|that)\s+(?:tienen?|tengan?|traen?|traigan?|have|has)|con|tienen?|tengan?|traen?|with|have|has|having)"


def _having(noun: str, states: dict[str, str]) -> re.Pattern[str]:
    after = "|".join(f"(?P<{name}>{words})" for name, words in states.items())
    before = "|".join(f"(?P<{name}_>{words})" for name, words in states.items())
    some = r"(?:(?:un[ao]?|el|la|los|las|su|sus|algun[ao]?|a|an|any|the)\s+)?"
    return re.compile(rf"\b{_HAS}\s+{some}(?:(?:{before})\s+{noun}|{noun}\s+(?:{after}))(?![a-z])")


_PROMISED, _AGREED = _having(_PROMISE, _PROMISES), _having(_AGREEMENT, _AGREEMENTS)
_WORKED = r"(?:tocad[oa]s?|gestionad[oa]s?|trabajad[oa]s?|llamad[oa]s?|marcad[oa]s?|movid[oa]s?|contactad[oa]s?|touched|worked|called|contacted)"
_JOINED = r"(?:\b(?:y|and|pero|but)\s+)?(?:\b(?:que|that|which)\s+)?"
_UNTOUCHED = re.compile(
    rf"{_JOINED}"
    rf"(?:\bnadie\s+(?:(?:las?|los?|les?)\s+)?(?:ha|haya|han)\s+{_WORKED}|\bno\s+(?:se\s+)?(?:(?:las?|los?|les?)\s+)?(?:han?|hayan?|hemos|hayamos)\s+{_WORKED}"
    rf"|\bno\s+{_WORKED}|\bsin\s+(?:que\s+nadie\s+(?:las?|los?)\s+toque|(?:tocar|gestionar|trabajar|llamar|marcar|mover|contactar)(?:se|las|los|les)?|(?:ningun\s+)?contacto|gestion(?:es)?)"
    rf"|\b(?:nobody|no one)\s+(?:has\s+)?{_WORKED}|\b(?:have\s+|has\s+|were\s+)?not\s+(?:been\s+)?{_WORKED}|\bwithout\s+(?:any\s+)?contact|\buntouched|\bunworked)(?![a-z])"
)
_UNPAID = re.compile(
    rf"{_JOINED}"
    r"(?:\bsin\s+(?:ningun\s+|un\s+solo\s+)?(?:pagos?|abonos?|pagar|abonar)|\b(?:todavia\s+|aun\s+)?no\s+(?:nos\s+)?(?:han?|hayan?)\s+(?:pagado|abonado)(?:\s+nada)?|\bno\s+(?:pagaron|abonaron)(?:\s+nada)?"
    r"|\b(?:without\s+(?:any\s+|a\s+)?|with\s+no\s+)payments?|\b(?:have|has)\s+not\s+paid|\b(?:haven't|hasn't)\s+paid|\b(?:did\s+not|didn't)\s+pay)(?![a-z])"
)
_SINCE = re.compile(
    r"\s+(?:(?:en|desde\s+hace|hace|por|in|for)\s+)?(?:(?:los|the)\s+)?(?:(?:ultimos|last|past)\s+)?(?=[a-z0-9])"
)
_DAYS = re.compile(r"\s*(?:dias?|days?)\b")
_DAYS_BEFORE = re.compile(
    r"(?:\b(?:con|que llevan?|llevan?|with|for)\s+)?(?:\b(?:mas de|more than|over)\s+)?\b(?P<n>[1-9]\d{0,3})\s+(?:dias|days)\s+$"
)


@dataclass(frozen=True)
class Standing:
    """`waiting`: fields that speak of days somebody else has to read ("sin pago este mes")."""

    filters: tuple[Filter, ...] = ()
    waiting: tuple[str, ...] = ()

    def over(self, period: Period | None) -> tuple[Filter, ...]:
        """All of them; where no days were said, those that wait for some are missing."""
        days = () if period is None else (period.start.isoformat(), period.end.isoformat())
        late = (Filter(field=each, op="not_in_period", value=days) for each in self.waiting if days)
        return (*self.filters, *late)


def says_how_they_stand(text: str) -> bool:
    said = (_PROMISED, _AGREED, _UNPAID)
    return any(each.search(text) for each in said) or any(days for *_, days in _lately(text, _UNTOUCHED))


def read_standing(sheet: Sheet) -> Standing:
    """Taken from the sheet, so that no number is asked for ("promesas rotas") where accounts are."""
    found = [*_states(sheet, _PROMISED, "status"), *_states(sheet, _AGREED, "agreement")]
    waiting = []
    for field, pattern in (("last_contact", _UNTOUCHED), ("last_payment", _UNPAID)):
        for start, end, days in list(_lately(sheet.text, pattern)):
            sheet.take(start, end)
            if days is None:
                waiting.append(field)
            else:
                found.append(Filter(field=field, op="not_in_period", value=days))
    return Standing(tuple(found), tuple(dict.fromkeys(waiting)))


def _states(sheet: Sheet, pattern: re.Pattern[str], field: str) -> Sequence[Filter]:
    found = []
    while match := sheet.first(pattern):
        said = next(name for name, words in match.groupdict().items() if words and name != "out")
        state = said.rstrip("_")
        named = "promise" if state in _DUE else field
        found.append(Filter(field=named, op="ne" if match["out"] else "eq", value=state))
    return found


def _lately(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, int, int | None]]:
    """Where it stands, and for how many days, if it says so."""
    for match in pattern.finditer(text):
        since = _SINCE.match(text, match.end())
        said = number_at(text, since.end()) if since else None
        days = _DAYS.match(text, said.end) if said else None
        if said and days and said.whole:
            yield match.start(), days.end(), said.whole
        elif before := _DAYS_BEFORE.search(text, 0, match.start()):
            yield before.start(), match.end(), int(before["n"])
        else:
            yield match.start(), match.end(), None
