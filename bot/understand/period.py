# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""The grammar of periods: finds the stretches of a folded text that name days. Knows no metric.

Weeks run Monday to Sunday; a running period ends today, and `full` keeps its whole calendar unit.
Where two readings are fair ("la última semana") the stretch carries both and no period.
"""

import re
from dataclasses import replace
from datetime import date
from functools import cache

from bot.understand import period_calendar
from bot.understand.normalise import fold
from bot.understand.period_dates import range_at, since_at, single_at
from bot.understand.period_rules import RULES, When
from bot.understand.period_words import MONTH_RE, WEEKDAY_RE, Found, compiled
from db.periods import Period


def parse_period(text: str, today: date, *, future: bool = False) -> Period | None:
    """The one period a text names; None where it names none, two, or an unclear one."""
    found = find(fold(text), today, future=future)
    return found[0].period if len(found) == 1 else None


def find(text: str, today: date, *, future: bool = False) -> list[Found]:
    """Every stretch that names days, left to right, the longest at each place. `text` is folded."""
    out: list[Found] = []
    free_from = 0
    for word in re.finditer(r"[a-z0-9]+", text):
        if word.start() < free_from or _is_grain(text, word):
            continue
        best = _longest_at(text, word.start(), today, future)
        if best is not None:
            out.append(best)
            free_from = best.end
    return _until(out, text, today)


_EACH = re.compile(r"(?:^|\s)(?:por|x|cada|by|per|each|every|(?:dia|semana|mes)\s+(?:con|a|por))\s+$")


def _is_grain(text: str, word: re.Match[str]) -> bool:
    """ "por mes de enero a junio": the months begin after it."""
    return word.group() in ("dia", "semana", "mes", "day", "week", "month") and bool(
        _EACH.search(text, max(word.start() - 12, 0), word.start())
    )


_UNTIL = re.compile(r"\s+(?:hasta|until|through|thru|up to)\s+(?:el\s+|the\s+)?(?:cierre de\s+)?")


def _until(found: list[Found], text: str, today: date) -> list[Found]:
    """ "este mes hasta ayer": from the first day of one to the last of the other."""
    out: list[Found] = []
    for each in found:
        before = out[-1] if out else None
        if before and before.period and each.period and _UNTIL.fullmatch(text[before.end : each.start]):
            out[-1] = _from_to(before, each)
            continue
        if before and before.period and each.mode == "to_date" and not text[before.end : each.start].strip():
            whole = Period(start=min(before.period.start, today), end=today)
            out[-1] = replace(before, end=each.end, period=whole)
            continue
        out.append(each)
    return out


def _from_to(first: Found, last: Found) -> Found:
    """Two ends the wrong way round are no period."""
    if first.period is None or last.period is None or first.period.start > last.period.end:
        return Found(first.start, last.end, None, mode="ask")
    return Found(first.start, last.end, Period(start=first.period.start, end=last.period.end))


_CLOSING = compiled(
    r"(?:al? |el |de |del )?(?!fin de semana)(?:cierre|corte|fin|final|finales|close|end|month end)\s+(?:de la|del|de|of the|of)"
    r"|as of(?: the)?(?: (?:close|end) of)?|month-end"
)


_CLOSES = re.compile(r"(?:\s*'s)?\s+(?:close|closing|month[ -]?end|cut-?off)(?![a-z])")


def _longest_at(text: str, at: int, today: date, future: bool) -> Found | None:
    if closing := _CLOSING.match(text, at):
        begin = closing.end() + 1
        inner = _longest_at(text, begin, today, future) if begin < len(text) else None
        if inner is not None:
            return replace(inner, start=at, closing=True, inner=inner)
    found = _named_at(text, at, today, future)
    closes = _CLOSES.match(text, found.end) if found is not None and found.unit == "month" else None
    if found is not None and closes is not None:  # "October close"
        return replace(found, end=closes.end(), closing=True, inner=found)
    return found


# What a date or a range of dates begins with; anything else is left to the rules.
_DATES_BEGIN = re.compile(
    rf"\d|(?:del?|desde|from|entre|between|el|dia|primero|mes|hoy|today|ayer|yesterday|antier|anteayer|aqui|now|a|since|starting|al|on|{MONTH_RE}|{WEEKDAY_RE})(?![a-z0-9])"
)


@cache
def _any_rule() -> re.Pattern[str]:
    """All of the rules in one look: most words begin none of them."""
    return re.compile("|".join(re.sub(r"\(\?P<\w+>", "(?:", pattern.pattern) for pattern, _ in RULES))


def _named_at(text: str, at: int, today: date, future: bool) -> Found | None:
    candidates: list[Found | None] = []
    if _DATES_BEGIN.match(text, at):
        candidates += [
            range_at(text, at, today, future=future),
            since_at(text, at, today),
            single_at(text, at, today, future=future),
        ]
    if _any_rule().match(text, at):
        for pattern, maker in RULES:
            if match := pattern.match(text, at):
                candidates.append(maker(match, When(today, future)))
    found = [c for c in candidates if c is not None]
    return max(found, key=lambda f: f.end) if found else None


__all__ = ["Found", "find", "parse_period", "period_calendar"]
