# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""Dates and ranges of dates: "del 28 de octubre al 5", "desde el lunes", "15/10/26". Always day before month."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from bot.understand.period_words import (
    MONTHS,
    WEAK_MONTHS,
    WEEKDAYS,
    Found,
    back,
    compiled,
    number_of,
    real_date,
    unit_of,
    year_of_text,
)
from db.periods import Period, add_months, month_of

Kind = Literal["date", "month_day", "day_only", "month", "weekday", "word"]


@dataclass(frozen=True)
class End:
    """One end of a range, as far as it was said."""

    kind: Kind
    stop: int
    day: int = 0
    month: int = 0
    year: int = 0
    weekday: int = -1
    on: date | None = None


_ISO = compiled(r"(?P<y>20\d\d)-(?P<m>\d\d)-(?P<d>\d\d)")
_DMY = compiled(r"(?P<d>\d{1,2})(?P<sep>[/.-])(?P<m>\d{1,2})(?P=sep)(?P<y>20\d\d|\d\d)")
_DM = compiled(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})(?!/)")
_DAY_MONTH = compiled(
    r"(?:dia )?(?P<d>\d{1,2}|primero)(?:ro|o|°|st|nd|rd|th)?"
    r"(?:(?:\s+(?:de|del|of))?(?:\s+mes\s+de)?\s+|\s*[-/]\s*)(?P<mon><MONTH>)\.?"
    r"(?:(?:,?\s+(?:de|del|of)?\s*|\s*[-/]\s*)(?P<y><YEAR>)|\s*[-/']\s*(?P<y2>\d\d))?"
)
_MONTH_DAY = compiled(r"(?P<mon><MONTH>)\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?(?:,?\s*(?P<y><YEAR>))?")
_MONTH = compiled(
    r"(?:mes de )?(?P<mon><MONTH>)\.?(?:\s+(?:de |del |of )?(?P<y><YEAR>)|\s*[-/']\s*(?P<y2>\d\d))?"
)
_WEEKDAY = compiled(r"(?P<w><DAYNAME>)")
_WORD = compiled(
    r"(?:el dia de )?(?P<t>hoy|today|ayer|yesterday|antier|anteayer|aqui(?= al? )|now(?= (?:to|until|through) ))"
)
_DAY = compiled(r"(?:dia )?(?P<d>\d{1,2})(?:ero|ro|o|°|st|nd|rd|th)?(?!\s*(?:%|por ?ciento|mil|/|-\d))")
_WORDS_BACK = {
    "hoy": 0,
    "today": 0,
    "aqui": 0,
    "now": 0,
    "ayer": 1,
    "yesterday": 1,
    "antier": 2,
    "anteayer": 2,
}


_SAYS_A_DAY = re.compile(r"\b(?:el|al|del|dia|para|hasta|on|by)\s+$")


def end_at(text: str, at: int, today: date, *, bare_day: bool) -> End | None:
    """What date, month or weekday is said at this place, if any."""
    for pattern in (_ISO, _DMY, _DM):
        if match := pattern.match(text, at):
            given = match.groupdict()
            year = year_of_text(given["y"]) if given.get("y") else 0
            kind: Kind = "date" if year else "month_day"
            return End(kind, match.end(), int(given["d"]), int(given["m"]), year)
    for pattern in (_DAY_MONTH, _MONTH_DAY):
        if match := pattern.match(text, at):
            given = match.groupdict()
            year_text = given.get("y") or given.get("y2")
            day = 1 if given["d"] == "primero" else int(given["d"])
            if day > 31 and not _SAYS_A_DAY.search(text, 0, at):
                continue  # "del bucket 61-90 de octubre", "debajo de 85 de octubre"
            kind = "date" if year_text else "month_day"
            year = year_of_text(year_text) if year_text else 0
            return End(kind, match.end(), day, MONTHS[given["mon"]], year)
    if match := _MONTH.match(text, at):
        year_text = match["y"] or match["y2"]
        year = year_of_text(year_text) if year_text else 0
        return End("month", match.end(), 0, MONTHS[match["mon"]], year)
    if match := _WEEKDAY.match(text, at):
        return End("weekday", match.end(), weekday=WEEKDAYS[match["w"]])
    if match := _WORD.match(text, at):
        return End("word", match.end(), on=today - timedelta(days=_WORDS_BACK[match["t"]]))
    if bare_day and (match := _DAY.match(text, at)):
        return End("day_only", match.end(), int(match["d"]))
    return None


def resolve(end: End, today: date, *, future: bool) -> list[date]:
    """The days an end may mean, the likeliest first; empty where the calendar has no such day."""
    if end.on:
        return [end.on]
    if end.kind == "weekday":
        return [_weekday(end.weekday, today, future=future)]
    if end.kind == "date":
        found = real_date(end.year, end.month, end.day)
        return [found] if found else []
    if end.kind == "month_day":
        return _without_year(end, today, future=future)
    if end.kind == "day_only":
        return _without_month(end.day, today, future=future)
    return []


def _weekday(weekday: int, today: date, *, future: bool) -> date:
    if future:
        return today + timedelta(days=(weekday - today.weekday()) % 7)
    return today - timedelta(days=(today.weekday() - weekday) % 7)


def _without_year(end: End, today: date, *, future: bool) -> list[date]:
    years = (today.year, today.year + 1) if future else (today.year, today.year - 1)
    days = [d for d in (real_date(y, end.month, end.day) for y in years) if d]
    if future:
        return [d for d in days if d >= today][:1] or days[:1]
    past = [d for d in days if d <= today]
    if not past:
        return days[:1]
    this_year = days[0]
    return past[:1] if this_year <= today else [past[0], this_year]


def _without_month(day: int, today: date, *, future: bool) -> list[date]:
    here = real_date(today.year, today.month, day)
    if here and (here <= today or future):
        if future and here < today:
            return [d for d in [_next_month(day, today)] if d]
        return [here]
    last = add_months(today.replace(day=1), -1)
    before = real_date(last.year, last.month, day)
    return [d for d in (before, here) if d]


def _next_month(day: int, today: date) -> date | None:
    first = add_months(today.replace(day=1), 1)
    return real_date(first.year, first.month, day)


def month_period(end: End, today: date, *, future: bool) -> Period:
    """The month said; without a year, the last one that has begun (or the next, for what is due)."""
    year = end.year or today.year
    if not end.year and not future and end.month > today.month:
        year -= 1
    if not end.year and future and end.month < today.month:
        year += 1
    return month_of(date(year, end.month, 1))


_RANGE_LEAD = re.compile(
    r"(?:del?\s+(?:dia\s+)?(?:el\s+)?|desde\s+(?:el\s+)?|from\s+(?:the\s+)?|entre\s+(?:el\s+)?|between\s+(?:the\s+)?"
    rf"|(?:el\s+)?(?=\d{{1,2}}\s+al\s+\d{{1,2}}\s+de\s+(?:{'|'.join(MONTHS)})\b))"
)
_RANGE_LINK = re.compile(
    r"\s*(?:al?\s+(?:el\s+)?|hasta\s+(?:el\s+)?|to\s+(?:the\s+)?|through\s+(?:the\s+)?|thru\s+(?:the\s+)?|up\s+to\s+(?:the\s+)?|until\s+(?:the\s+)?|and\s+(?:the\s+)?|y\s+(?:el\s+)?|-\s*)"
)
_TAIL = compiled(
    r"\s+(?:de|del|of)\s+(?:(?:el )?(?P<last>mes pasado|mes anterior|last month)|(?P<this>este mes|mes|this month))"
)


def range_at(text: str, at: int, today: date, *, future: bool) -> Found | None:
    """A range of days or months that begins at this place."""
    lead = _RANGE_LEAD.match(text, at)
    begin = lead.end() if lead else at
    first = end_at(text, begin, today, bare_day=bool(lead))
    if first is None:
        return None
    link = _RANGE_LINK.match(text, first.stop)
    if link is None or (not lead and link.group().strip() in ("y", "and", "y el", "and the")):
        return None
    # "enero a junio" needs no "de"; "martes a Ana" is no range.
    if not lead and link.group().strip() == "a" and first.kind != "month":
        return None
    between = lead is not None and lead.group().split()[:1] in (["entre"], ["between"])
    if link.group().split()[:1] in (["y"], ["and"]) and not between:
        return None
    second = end_at(text, link.end(), today, bare_day=bool(lead) or first.kind == "month_day")
    if second is None:
        return None
    # "de 61 a 90" is a bucket and "de 9 a 11" are hours: bare days need "del ... al" or a month.
    if first.kind == second.kind == "day_only" and not _speaks_of_days(lead, link):
        return None
    return _joined(text, at, first, second, today, future=future)


def _speaks_of_days(lead: re.Match[str] | None, link: re.Match[str]) -> bool:
    words = (lead.group() if lead else "").split() + link.group().split()
    return "al" in words or "el" in words or "dia" in words or "the" in words


def _joined(text: str, at: int, first: End, second: End, today: date, *, future: bool) -> Found | None:
    stop = second.stop
    tail = _TAIL.match(text, stop)
    if tail and second.kind == "day_only":
        month = today if tail["this"] else add_months(today.replace(day=1), -1)
        first, second = (replace(e, kind="date", year=month.year, month=month.month) for e in (first, second))
        stop = tail.end()
    days = _both_days(first, second, today, future=future)
    week = _OF_WEEK.match(text, stop) if first.kind == second.kind == "weekday" else None
    if week is not None:  # "del lunes al miércoles de la semana pasada"
        days, stop = _in_week(first, second, today, week), week.end()
    if days is None or days[1] < days[0]:
        return Found(at, stop, None, mode="ask")
    return Found(at, stop, Period(start=days[0], end=days[1]))


_OF_WEEK = compiled(
    r"\s+(?:(?:de|of)\s+)?(?:la\s+)?(?:(?P<last>semana pasada|semana anterior|last week)|(?P<far>semana antepasada|(?:the )?week before last)|(?P<this>esta semana|this week)|(?P<next>proxima semana|semana que viene|next week))"
)


def _in_week(first: End, second: End, today: date, week: re.Match[str]) -> tuple[date, date]:
    weeks = -1 if week["last"] else -2 if week["far"] else 1 if week["next"] else 0
    monday = today + timedelta(days=7 * weeks - today.weekday())
    return monday + timedelta(days=first.weekday), monday + timedelta(days=second.weekday)


def _both_days(first: End, second: End, today: date, *, future: bool) -> tuple[date, date] | None:
    if first.kind == "month" and second.kind == "month":
        return _both_months(first, second, today)
    if second.kind == "weekday" and first.kind == "weekday":
        return _both_weekdays(first, second, today, future=future)
    if second.kind == "day_only" and first.kind in ("day_only", "month_day", "date"):
        return _bare_end(first, second, today, future=future)
    ends = resolve(second, today, future=future)
    if second.kind == "month_day" and not second.year:
        year = first.year or (ends[-1].year if ends else today.year)
        ends = [d for d in [real_date(year, second.month, second.day)] if d]
    if not ends:
        return None
    return _start_before(first, second, ends[0], today)


def _start_before(first: End, second: End, last: date, today: date) -> tuple[date, date] | None:
    """The start takes from the end what it did not say: its month, or its year."""
    if first.kind == "month":
        begin = real_date(first.year or last.year, first.month, 1)
    elif first.kind == "day_only":
        begin = real_date(last.year, last.month, first.day)
        if begin is not None and begin > last and second.kind != "month_day":
            begin = real_date(*_month_before(last), first.day)
    elif first.kind == "month_day":
        begin = real_date(last.year, first.month, first.day)
        if begin is not None and begin > last:
            begin = real_date(last.year - 1, first.month, first.day)
    else:
        found = resolve(first, today, future=False)
        begin = found[0] if found else None
    return (begin, last) if begin else None


def _month_before(on: date) -> tuple[int, int]:
    before = add_months(on.replace(day=1), -1)
    return before.year, before.month


def _bare_end(first: End, second: End, today: date, *, future: bool) -> tuple[date, date] | None:
    """ "del 28 al 5" crosses a month; "del 20 al 30" said on the 18th is last month's."""
    if first.kind != "day_only":
        year = first.year or (resolve(first, today, future=future) or [today])[0].year
        begin, last = real_date(year, first.month, first.day), real_date(year, first.month, second.day)
        return (begin, last) if begin and last else None
    here = today.replace(day=1)
    for months in (0, -1):
        closing = add_months(here, months)
        opening = add_months(closing, -1) if first.day > second.day else closing
        begin = real_date(opening.year, opening.month, first.day)
        last = real_date(closing.year, closing.month, second.day)
        if begin and last and (begin <= today or future):
            return begin, last
    return None


def _both_months(first: End, second: End, today: date) -> tuple[date, date] | None:
    last = month_period(second, today, future=False)
    year = first.year or (last.end.year if first.month <= second.month else last.end.year - 1)
    return date(year, first.month, 1), min(last.end, today) if not second.year else last.end


def _both_weekdays(first: End, second: End, today: date, *, future: bool) -> tuple[date, date]:
    begin = _weekday(first.weekday, today, future=future)
    span = (second.weekday - first.weekday) % 7
    return begin, begin + timedelta(days=span)


_SINCE = compiled(r"(?:desde|a partir)(?: del?| el| la)*|since(?: the)?|starting(?: on| from)?|from")
_AGO = compiled(r"hace (?P<n><N>) (?P<u><UNIT>)")
_ONWARDS = compiled(
    r"\s*(?:hasta (?:hoy|la fecha|ahora)|a la fecha|a hoy|to date|till today|until today|en adelante|onwards?)"
)


def since_at(text: str, at: int, today: date) -> Found | None:
    """Desde X: from that day, or the first of that month, to today."""
    lead = _SINCE.match(text, at)
    if lead is None:
        return None
    begin = lead.end() + len(text[lead.end() :]) - len(text[lead.end() :].lstrip())
    if ago := _AGO.match(text, begin):
        start = back(unit_of(ago["u"]), today, number_of(ago["n"]))
        return Found(at, ago.end(), Period(start=start, end=today))
    end = end_at(text, begin, today, bare_day="el" in lead.group().split() or "del" in lead.group().split())
    if end is None or (lead.group().startswith("from") and end.kind != "weekday"):
        return None
    days = (
        [month_period(end, today, future=False).start]
        if end.kind == "month"
        else resolve(end, today, future=False)
    )
    if not days or days[0] > today:
        return None
    onwards = _ONWARDS.match(text, end.stop)
    return Found(at, onwards.end() if onwards else end.stop, Period(start=days[0], end=today))


_THE_DAY = compiled(
    r"(?:el|al|on the|dia|del dia|el dia|al dia|del)\s+(?:dia\s+)?(?P<d>\d{1,2})(?:th|st|nd|rd)?(?P<of>\s+(?:de|of)\s+(?:este mes|this month)|\s+del (?:mes|presente)(?! pasado| anterior)|\s+del mes (?:pasado|anterior)|\s+of last month)?"
)
_NOT_A_DAY = re.compile(
    r"\s*(?:%|por ?ciento|percent|mil\b|millon|dias?\b|agentes?|cuentas?|peor|mejor|[/.,-]\s?\d|al?\s+\d)"
)
_BEFORE_MONTH = re.compile(
    r"(?:\b(?:de|del|en|in|of|for|from|to|a|al|hasta|vs|contra|y|and|during|durante)\s+|^\s*)$"
)


def single_at(text: str, at: int, today: date, *, future: bool) -> Found | None:
    """One date, month or weekday; "el 5" is a day of this month."""
    if (match := _THE_DAY.match(text, at)) and not _NOT_A_DAY.match(text, match.end()):
        end = end_at(text, match.start("d"), today, bare_day=True)
        if end is not None and end.kind == "day_only":
            days = _in_its_month(end.day, match["of"], today) if match["of"] else None
            return _one_of(at, match.end(), days or _without_month(end.day, today, future=future))
    end = end_at(text, at, today, bare_day=False)
    if end is None:
        return None
    if end.kind == "month":
        return _month_at(text, at, end, today, future=future)
    if end.kind == "weekday":
        return _weekday_at(text, at, end, today, future=future)
    return _one_of(at, end.stop, resolve(end, today, future=future))


def _in_its_month(day: int, said: str, today: date) -> list[date]:
    """ "el 10 de este mes", "el 28 del mes pasado"."""
    before = said.endswith(("pasado", "anterior", "last month"))
    month = add_months(today.replace(day=1), -1) if before else today
    found = real_date(month.year, month.month, day)
    return [found] if found else []


def _one_of(at: int, stop: int, days: list[date]) -> Found:
    options = tuple(Period(start=d, end=d) for d in days)
    if len(options) == 1:
        return Found(at, stop, options[0], "day")
    return Found(at, stop, None, "day", "ask", options=options)


def _month_at(text: str, at: int, end: End, today: date, *, future: bool) -> Found | None:
    word = text[at : end.stop].split()[-1].strip(".")
    if word in WEAK_MONTHS and not (
        _BEFORE_MONTH.search(text[:at]) and text[end.stop :].strip()[:2] not in ("i ", "we")
    ):
        return None
    whole = month_period(end, today, future=future)
    if whole.holds(today) and not future:
        return Found(at, end.stop, Period(start=whole.start, end=today), "month", full=whole)
    return Found(at, end.stop, whole, "month", full=whole)


def _weekday_at(text: str, at: int, end: End, today: date, *, future: bool) -> Found | None:
    said = re.search(r"(?:\b(?:el|on|este|this|del|al|de|last|pasado|ultimo)\s+|^\s*)$", text[:at])
    if not said:
        return None
    day = _weekday(end.weekday, today, future=future)
    if day == today and not future:
        last_week = today - timedelta(days=7)
        return _one_of(at, end.stop, [last_week, today])
    return _one_of(at, end.stop, [day])
