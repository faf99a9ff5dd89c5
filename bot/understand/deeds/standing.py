# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""How accounts stand, said beside them: with a promise that broke, not worked in so many days. Reads no names."""

import re
from collections.abc import Iterator

from bot.understand.deeds.numbers import number_at
from bot.understand.deeds.sheet import Sheet
from skills.contract import Filter

_NOUN = r"(?:promesas?|pdps?|ptps?|compromisos?|promises?)(?:\s+(?:de pago|to pay))?"
_STATES = {
    "broken": r"(?:que (?:se )?(?:rompieron|cayeron|incumplieron)|rotas?|incumplidas?|caidas?|broken)",
    "kept": r"(?:cumplidas?|pagadas?|kept|honou?red)",
    "partial": r"(?:parcial(?:es)?|partial)",
    "open": r"(?:vigentes?|abiertas?|open)",
    "due_today": r"(?:(?:que\s+)?vencen?\s+hoy|para\s+hoy|due\s+today)",
    "due_tomorrow": r"(?:(?:que\s+)?vencen?\s+manana|para\s+manana|due\s+tomorrow)",
}
_DUE = ("due_today", "due_tomorrow")  # no status of its own: one that is open
_STATE = "|".join(f"(?P<{name}>{words})" for name, words in _STATES.items())
_STATE_BEFORE = "|".join(f"(?P<{name}_>{words})" for name, words in _STATES.items())
_HAS = r"(?:(?P<out>sin|without)|(?:que|that)\s+(?:tienen?|tengan?|traen?|traigan?|have|has)|con|tienen?|tengan?|traen?|with|have|has|having)"
_PROMISED = re.compile(
    rf"\b{_HAS}\s+(?:(?:una?|la|las|su|sus|alguna|a|an|any|the)\s+)?(?:(?:{_STATE_BEFORE})\s+{_NOUN}|{_NOUN}\s+(?:{_STATE}))(?![a-z])"
)
_WORKED = r"(?:tocad[oa]s?|gestionad[oa]s?|trabajad[oa]s?|llamad[oa]s?|marcad[oa]s?|movid[oa]s?|touched|worked|called)"
_UNTOUCHED = re.compile(
    r"(?:\b(?:y|and|pero|but)\s+)?(?:\b(?:que|that)\s+)?"
    rf"(?:\bnadie\s+(?:(?:las?|los?|les?)\s+)?(?:ha|haya|han)\s+{_WORKED}|\bno\s+(?:se\s+)?(?:(?:las?|los?|les?)\s+)?(?:han?|hayan?|hemos|hayamos)\s+{_WORKED}"
    rf"|\bno\s+{_WORKED}|\bsin\s+(?:que\s+nadie\s+(?:las?|los?)\s+toque|(?:tocar|gestionar|trabajar|llamar|marcar|mover)(?:se|las|los|les)?|gestion(?:es)?)"
    rf"|\b(?:nobody|no one)\s+(?:has\s+)?{_WORKED}|\b(?:have\s+|has\s+|were\s+)?not\s+(?:been\s+)?{_WORKED}|\buntouched|\bunworked)"
    r"\s+(?:(?:en|desde\s+hace|hace|por|in|for)\s+)?(?:(?:los|the)\s+)?(?:(?:ultimos|last|past)\s+)?(?=[a-z0-9])"
)
_DAYS = re.compile(r"\s*(?:dias?|days?)\b")


def says_how_they_stand(text: str) -> bool:
    return _PROMISED.search(text) is not None or any(_untouched(text))


def read_standing(sheet: Sheet) -> list[Filter]:
    """Taken from the sheet, so that no number is asked for ("promesas rotas") where accounts are."""
    found = []
    while match := sheet.first(_PROMISED):
        said = next(name for name, words in match.groupdict().items() if words and name != "out")
        state = said.rstrip("_")
        field = "promise" if state in _DUE else "status"
        found.append(Filter(field=field, op="ne" if match["out"] else "eq", value=state))
    for start, end, days in list(_untouched(sheet.text)):
        sheet.take(start, end)
        found.append(Filter(field="last_contact", op="not_in_period", value=days))
    return found


def _untouched(text: str) -> Iterator[tuple[int, int, int]]:
    """Where it stands, and for how many days."""
    for match in _UNTOUCHED.finditer(text):
        said = number_at(text, match.end())
        days = _DAYS.match(text, said.end) if said else None
        if said and days and said.whole:
            yield match.start(), days.end(), said.whole
