"""The grammar of periods: finds the stretches of a folded text that name days. Knows no metric.

Weeks run Monday to Sunday; a running period ends today, and `full` keeps its whole calendar unit.
Where two readings are fair ("la última semana") the stretch carries both and no period.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from bot.understand.normalise import fold
from bot.understand.period_dates import range_at, since_at, single_at
from bot.understand.period_words import (
    MONTHS,
    NUMBERS,
    ORDINALS,
    WEEKDAYS,
    Found,
    Unit,
    back,
    calendar_unit,
    compiled,
    number_of,
    step,
    unit_of,
    year_of_text,
)
from db.periods import Period, add_months

Maker = Callable[[re.Match[str], date, bool], Found | None]
_RULES: list[tuple[re.Pattern[str], Maker]] = []


def _rule(pattern: str) -> Callable[[Maker], Maker]:
    def keep(maker: Maker) -> Maker:
        _RULES.append((compiled(pattern), maker))
        return maker

    return keep


def parse_period(text: str, today: date, *, future: bool = False) -> Period | None:
    """The one period a text names; None where it names none, two, or an unclear one."""
    found = find(fold(text), today, future=future)
    return found[0].period if len(found) == 1 else None


def find(text: str, today: date, *, future: bool = False) -> list[Found]:
    """Every stretch that names days, left to right, the longest at each place. `text` is folded."""
    out: list[Found] = []
    free_from = 0
    for word in re.finditer(r"[a-z0-9]+", text):
        if word.start() < free_from:
            continue
        best = _longest_at(text, word.start(), today, future)
        if best is not None:
            out.append(best)
            free_from = best.end
    return _until(out, text, today)


_UNTIL = re.compile(r"\s+(?:hasta|until|through|thru|up to)\s+(?:el\s+|the\s+)?(?:cierre de\s+)?")


def _until(found: list[Found], text: str, today: date) -> list[Found]:
    """ "este mes hasta ayer": from the first day of one to the last of the other."""
    out: list[Found] = []
    for each in found:
        before = out[-1] if out else None
        if before and before.period and each.period and _UNTIL.fullmatch(text[before.end : each.start]):
            if before.period.start <= each.period.end:
                whole = Period(start=before.period.start, end=each.period.end)
                out[-1] = Found(before.start, each.end, whole)
                continue
        if before and before.period and each.mode == "to_date" and not text[before.end : each.start].strip():
            whole = Period(start=min(before.period.start, today), end=today)
            out[-1] = replace(before, end=each.end, period=whole)
            continue
        out.append(each)
    return out


_CLOSING = compiled(
    r"(?:al? |el |de |del )?(?!fin de semana)(?:cierre|corte|fin|final|finales|close|end|month end)\s+(?:de|del|de la|of|of the)"
    r"|as of(?: the)?(?: (?:close|end) of)?|month-end"
)


def _longest_at(text: str, at: int, today: date, future: bool) -> Found | None:
    if closing := _CLOSING.match(text, at):
        begin = closing.end() + 1
        inner = _longest_at(text, begin, today, future) if begin < len(text) else None
        if inner is not None:
            return replace(inner, start=at, closing=True)
    candidates = [
        range_at(text, at, today, future=future),
        since_at(text, at, today, future=future),
        single_at(text, at, today, future=future),
    ]
    for pattern, maker in _RULES:
        if match := pattern.match(text, at):
            candidates.append(maker(match, today, future))
    found = [c for c in candidates if c is not None]
    return max(found, key=lambda f: f.end) if found else None


# --- Makers --------------------------------------------------------------------------------------


def _unit_found(match: re.Match[str], unit: Unit, on: Period, today: date, future: bool) -> Found:
    """A calendar unit, cut at today while it runs."""
    running = on.holds(today) and not future
    return Found(*match.span(), Period(start=on.start, end=today) if running else on, unit, full=on)


def _this(match: re.Match[str], today: date, future: bool) -> Found:
    unit = unit_of(match["u"])
    return _unit_found(match, unit, calendar_unit(unit, today), today, future)


def _last(match: re.Match[str], today: date, future: bool) -> Found:
    unit = unit_of(match["u"])
    return _unit_found(match, unit, step(unit, today, -1), today, future)


def _asked(match: re.Match[str], unit: Unit, *options: Period) -> Found:
    return Found(*match.span(), None, unit, "ask", options=options)


@_rule(r"(?:el dia de |al dia de |a )?(?:hoy|today)(?: en dia)?|en este momento|right now|ahorita|al momento")
def _today(match: re.Match[str], today: date, future: bool) -> Found:
    return Found(*match.span(), Period(start=today, end=today), "day")


@_rule(
    r"(?:el dia de |al dia de )?(?P<t>ayer|yesterday|antier|anteayer|antes de ayer|(?:the )?day before yesterday|trasantier|antes de antier)"
)
def _yesterday(match: re.Match[str], today: date, future: bool) -> Found:
    back_days = (
        1
        if match["t"] in ("ayer", "yesterday")
        else 3
        if match["t"] in ("trasantier", "antes de antier")
        else 2
    )
    day = today - timedelta(days=back_days)
    return Found(*match.span(), Period(start=day, end=day), "day")


@_rule(r"(?P<t>manana|tomorrow|pasado manana|(?:the )?day after tomorrow)")
def _tomorrow(match: re.Match[str], today: date, future: bool) -> Found | None:
    before = match.string[: match.start()].rstrip().rsplit(" ", 2)
    if before[-1] in ("turno", "por") or before[-2:] in (["de", "la"], ["en", "la"], ["por", "la"]):
        return None  # the morning
    day = today + timedelta(days=1 if match["t"] in ("manana", "tomorrow") else 2)
    return Found(*match.span(), Period(start=day, end=day), "day")


@_rule(
    r"(?:est[ea]|this|current|el presente|la presente|presente) (?P<u><UNIT>)(?: actual| en curso| corriente)?(?: (?:a la fecha|hasta (?:hoy|ahora|la fecha)|to date|so far))?"
)
@_rule(r"(?P<u><UNIT>) (?:actual|en curso|corriente|presente)")
@_rule(
    r"(?:en )?(?:todo )?lo que (?:va|llevamos|llevo|ha corrido|ha transcurrido|corre) (?:del|de la|de|en el|en la|en) ?(?:este |esta |presente )?(?P<u><UNIT>)(?: (?:actual|en curso))?"
)
@_rule(r"(?P<u><UNIT>) (?:a la fecha|hasta (?:hoy|ahora|la fecha)|to date|so far)")
@_rule(r"acumulad[oa] (?:del|de la|de) (?:este |esta )?(?P<u><UNIT>)")
def _running(match: re.Match[str], today: date, future: bool) -> Found | None:
    return None if match["u"] in ("days", "dias") else _this(match, today, future)


@_rule(r"(?P<x>[mwyq])td|acumulado (?P<a>semanal|mensual|anual|trimestral)")
def _to_date(match: re.Match[str], today: date, future: bool) -> Found:
    letter = match["x"] or {"semanal": "w", "mensual": "m", "anual": "y", "trimestral": "q"}[match["a"]]
    unit: Unit = {"m": "month", "w": "week", "y": "year", "q": "quarter"}[letter]  # type: ignore[assignment]
    return _unit_found(match, unit, calendar_unit(unit, today), today, False)


@_rule(
    r"(?:(?:del|en el) (?P<d>dia)|(?P<u>semana|quincena|mes|bimestre|trimestre|semestre|ano)|the (?P<e>week|month|quarter|year|fortnight))(?! \d)"
)
def _bare_unit(match: re.Match[str], today: date, future: bool) -> Found | None:
    """ "del mes", "en la quincena" are the running ones; "por mes" and "al mes" are not a period."""
    before = match.string[: match.start()].rstrip()
    if re.search(
        r"(?:^|\s)(?:por|x|cada|by|per|al|a la|una?|mes a|semana a|ano contra|mismo|misma|a)$", before
    ):
        return None
    unit = unit_of(match["d"] or match["u"] or match["e"])
    return _unit_found(match, unit, calendar_unit(unit, today), today, future)


@_rule(
    r"(?P<u><UNIT>) (?:pasad[oa]|anterior|previ[oa]|previous)(?: complet[oa])?|(?:last|previous|prior|pasad[oa]) (?P<v><UNIT>)"
)
def _previous(match: re.Match[str], today: date, future: bool) -> Found | None:
    word = match["u"] or match["v"]
    if word in ("dias", "days", "semanas", "weeks", "meses", "months"):
        return None
    unit = unit_of(word)
    return _unit_found(match, unit, step(unit, today, -1), today, future)


@_rule(
    r"(?P<u><UNIT>) antepasad[oa]|antepasad[oa] (?P<v><UNIT>)|(?:the )?(?P<w>week|month|quarter|year|fortnight) before last"
)
def _before_last(match: re.Match[str], today: date, future: bool) -> Found:
    unit = unit_of(match["u"] or match["v"] or match["w"])
    return _unit_found(match, unit, step(unit, today, -2), today, future)


@_rule(
    r"(?:proxim[oa]|siguiente|next|coming) (?P<u><UNIT>)|(?P<v><UNIT>) (?:que viene|que entra|siguiente|proxim[oa]|entrante)"
)
def _next(match: re.Match[str], today: date, future: bool) -> Found:
    unit = unit_of(match["u"] or match["v"])
    return _unit_found(match, unit, step(unit, today, 1), today, True)


@_rule(
    r"(?:los |las |the )?(?:ultim[oa]s|pasad[oa]s|last|past|previous) (?P<n><N>) (?P<u><UNIT>)|(?:los |las )?(?P<m><N>) ultim[oa]s (?P<v><UNIT>)"
)
def _last_n(match: re.Match[str], today: date, future: bool) -> Found | None:
    count, unit = number_of(match["n"] or match["m"]), unit_of(match["u"] or match["v"])
    if count < 1:
        return None
    start = back(unit, today, count) + timedelta(days=1)
    return Found(*match.span(), Period(start=start, end=today), unit, steps=count)


@_rule(r"(?:los |las |the )?(?:proxim[oa]s|siguientes|next) (?P<n><N>) (?P<u>dias|semanas|days|weeks)")
def _next_n(match: re.Match[str], today: date, future: bool) -> Found:
    days = number_of(match["n"]) * (7 if unit_of(match["u"]) == "week" else 1)
    return Found(*match.span(), Period(start=today, end=today + timedelta(days=max(days - 1, 0))), "day")


@_rule(
    r"(?:el |la )?ultim[oa] (?P<u><UNIT>)(?: complet[oa])?|the (?:last|past) (?P<v>week|month|year)(?= of| so)"
)
def _the_last(match: re.Match[str], today: date, future: bool) -> Found | None:
    """ "la última semana" is the last seven days to some, the week before this one to others."""
    unit = unit_of(match["u"] or match["v"])
    if unit == "day":
        return None
    before = step(unit, today, -1)
    if unit in ("quarter", "semester", "bimester") or "complet" in match.group():
        return _unit_found(match, unit, before, today, future)
    return _asked(match, unit, before, Period(start=back(unit, today, 1) + timedelta(days=1), end=today))


@_rule(r"hace (?P<n><N>) (?P<u><UNIT>)|(?P<m><N>) (?P<v><UNIT>) (?:ago|atras|antes)")
def _ago(match: re.Match[str], today: date, future: bool) -> Found | None:
    count, unit = number_of(match["n"] or match["m"]), unit_of(match["u"] or match["v"])
    if unit == "day":
        day = today - timedelta(days=count)
        return Found(*match.span(), Period(start=day, end=day), "day")
    return _unit_found(match, unit, step(unit, today, -count), today, future)


_QUINCENA = (
    r"(?:la )?(?:(?P<o><ORD>|ultima(?= quincena del? (?:mes|<MONTH>))) (?:quincena|qna|half|fortnight)|(?:quincena|qna) (?P<k>[12]|uno|dos))"
    r"(?: (?:de|del|of|in)(?: mes)?(?: (?:de|of))? ?(?:(?P<mon><MONTH>)(?: (?:de |del |of )?(?P<y><YEAR>))?|(?P<last>(?:el )?mes pasado|mes anterior|last month|pasado)|(?P<now>este mes|mes actual|this month|mes))?)?"
)


@_rule(_QUINCENA)
def _quincena(match: re.Match[str], today: date, future: bool) -> Found | None:
    number = ORDINALS.get(match["o"], 2) if match["o"] else number_of(match["k"])
    if number > 2 or ("half" in match.group() and not (match["mon"] or match["last"] or match["now"])):
        return None
    if match["mon"]:
        from_month = single_at(match.string, match.start("mon"), today, future=future)
        if from_month is None or from_month.full is None:
            return None
        first = from_month.full.start
    else:
        first = add_months(today.replace(day=1), -1) if match["last"] else today.replace(day=1)
        if number == 2 and today.day <= 15 and not (match["last"] or match["now"] or future):
            first = add_months(first, -1)
    on = calendar_unit("quincena", first if number == 1 else first.replace(day=16))
    return _unit_found(match, "quincena", on, today, future)


@_rule(
    r"(?:(?:el |the )?(?P<o><ORD>) (?P<w>trimestre|quarter|semestre|semester|half(?= of the year| of 20|$)|bimestre|tri)|(?P<v>trimestre|quarter|semestre|semester|bimestre) (?P<k>[1-6])"
    r"|(?P<l>[qth])(?P<j>[1-4])|(?P<i>[1-4])(?P<m>[qt]))(?:(?: (?:de |del |of )?|')(?:(?P<y><YEAR>|\d\d)|(?P<ly>(?:el )?ano pasado|last year)|(?:este ano|this year|the year|ano)))?"
)
def _quarter(match: re.Match[str], today: date, future: bool) -> Found | None:
    number = ORDINALS[match["o"]] if match["o"] else int(match["k"] or match["j"] or match["i"])
    word = match["w"] or match["v"] or match["l"] or match["m"]
    unit: Unit = {"s": "semester", "h": "semester", "b": "bimester"}.get(word[0], "quarter")  # type: ignore[assignment]
    months = {"quarter": 3, "semester": 6, "bimester": 2}[unit]
    if number * months > 12:
        return None
    year = year_of_text(match["y"]) if match["y"] else today.year - (1 if match["ly"] else 0)
    first = date(year, 1 + months * (number - 1), 1)
    if first > today and not (match["y"] or match["ly"] or future):
        first = first.replace(year=year - 1)
    return _unit_found(match, unit, calendar_unit(unit, first), today, future)


@_rule(
    r"(?:la )?(?:semana|week|sem|wk|w)(?: (?:no|num|numero|number)\.?)? ?(?P<n>[1-9]|[1-4]\d|5[0-3])(?: (?:de |del |of )?(?P<y><YEAR>))?(?! de (?:<MONTH>))"
)
def _week_number(match: re.Match[str], today: date, future: bool) -> Found | None:
    year = int(match["y"]) if match["y"] else today.isocalendar().year
    try:
        monday = date.fromisocalendar(year, int(match["n"]), 1)
        if monday > today and not (match["y"] or future):
            monday = date.fromisocalendar(year - 1, int(match["n"]), 1)
    except ValueError:
        return None
    return _unit_found(match, "week", calendar_unit("week", monday), today, future)


@_rule(
    r"(?:(?:en|de|del|in|of|for|during|durante|todo|desde|vs|contra|y|and)(?: el)?(?: ano)? |ano )?(?P<y><YEAR>)(?! ?(?:pesos|cuentas|mil|\d))"
)
def _year(match: re.Match[str], today: date, future: bool) -> Found | None:
    alone = match.group() == match["y"]
    led = re.search(
        r"(?:^|\b(?:en|de|del|in|of|for|vs|contra|y|and|ano|year|versus|to|a|al|durante|during)\s)\s*$",
        match.string[: match.start()],
    )
    if alone and not led:
        return None
    return _unit_found(match, "year", calendar_unit("year", date(int(match["y"]), 1, 1)), today, future)


@_rule(
    r"(?P<lead>(?:el |on |este |this |last |the |del |al )*(?:pasado |ultimo |last )?)(?P<d><DAYNAME>)(?P<tail> (?:pasado|anterior|de (?:la )?semana pasada|de esta semana|of last week|of this week|last week|que viene|proximo))"
)
@_rule(
    r"(?P<lead>(?:last|(?:el )?pasado|(?:el )?ultimo|este|this|next|(?:el )?proximo) )(?P<d><DAYNAME>)(?P<tail>)"
)
def _named_day(match: re.Match[str], today: date, future: bool) -> Found | None:
    number, said = WEEKDAYS[match["d"]], match["lead"] + match["tail"]
    monday = today - timedelta(days=today.weekday())
    if "semana" in said or "week" in said:
        weeks = 1 if "pasada" in said or "last" in said else 0
        day = monday + timedelta(days=number - 7 * weeks)
    elif re.search(r"next|proximo|que viene", said):
        day = today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)
    elif re.search(r"pasado|anterior|ultimo|last", said):
        day = today - timedelta(days=(today.weekday() - number - 1) % 7 + 1)
    else:
        day = monday + timedelta(days=number)
    return Found(*match.span(), Period(start=day, end=day), "day")


@_rule(r"(?:la |the )?(?:semana|week) (?:del|de|of)(?: el| the)?(?= \w)")
def _week_of_day(match: re.Match[str], today: date, future: bool) -> Found | None:
    """ "la semana del 5 de octubre" is the week that holds that day."""
    text = match.string
    begin = match.end() + 1
    inner = single_at(text, begin, today, future=future)
    if inner is None and (day := re.compile(r"\d{1,2}(?![\d%,/])").match(text, begin)):
        inner = single_at(f"el {day.group()}", 0, today, future=future)
        inner = replace(inner, end=day.end()) if inner else None
    if inner is None or inner.unit != "day" or inner.period is None:
        return None
    week = calendar_unit("week", inner.period.start)
    return replace(_unit_found(match, "week", week, today, future), end=inner.end)


@_rule(
    r"(?:el mes de )?(?P<mon><MONTH>) (?:(?:del|de|of) )?(?:(?P<l>(?:el )?ano pasado|ano anterior|last year|pasado)|este ano|this year|el presente ano)|last (?P<m2><MONTH>)"
)
def _month_of_year(match: re.Match[str], today: date, future: bool) -> Found | None:
    word = match["mon"] or match["m2"]
    month = MONTHS[word]
    recent = "pasado" == (match["l"] or "") or bool(match["m2"])
    year = today.year - (1 if match["l"] and not recent else 0)
    if recent and month >= today.month:
        year -= 1
    return _unit_found(match, "month", calendar_unit("month", date(year, month, 1)), today, future)


@_rule(
    r"(?:el |este |this |the )?(?:fin de semana|weekend|finde)(?P<p> pasado| anterior)?|(?:last|past) weekend"
)
def _weekend(match: re.Match[str], today: date, future: bool) -> Found | None:
    saturday = today + timedelta(days=5 - today.weekday())
    is_now, said_this = today.weekday() >= 5, match.group().startswith(("este", "this"))
    said_last = bool(match["p"]) or match.group().startswith(("last", "past"))
    if is_now and not said_last:
        return Found(*match.span(), Period(start=saturday, end=today), "range")
    if said_this and not future:
        return None
    begin = saturday if future else saturday - timedelta(days=7)
    return Found(*match.span(), Period(start=begin, end=begin + timedelta(days=1)), "range")


@_rule(
    r"(?:el |los |the )?(?P<w>primer[oa]?s?|first|ultim[oa]s|last) (?P<n><N>) (?:dias|days) (?:de|del|of) (?:(?P<p>mes pasado|mes anterior|last month)|(?P<t>este mes|mes|this month|the month)|(?P<mon><MONTH>))"
)
def _edge_days(match: re.Match[str], today: date, future: bool) -> Found | None:
    if match["mon"]:
        said = single_at(match.string, match.start("mon"), today, future=future)
        month = said.full if said else None
    else:
        month = step("month", today, -1) if match["p"] else calendar_unit("month", today)
    count = number_of(match["n"])
    if month is None or not 1 <= count <= month.days:
        return None
    if match["w"].startswith(("primer", "first")):
        return Found(*match.span(), Period(start=month.start, end=month.start + timedelta(days=count - 1)))
    return Found(*match.span(), Period(start=month.end - timedelta(days=count - 1), end=month.end))


@_rule(
    r"(?P<u>dia|semana|quincena|mes|trimestre|ano)? ?(?:ultimo|pasado|last|the last|previous) (?:cierre|corte mensual|month-?end|close)|(?:cierre|corte) (?:anterior|pasado)|(?:last|previous) month[ -]?end"
)
def _last_close(match: re.Match[str], today: date, future: bool) -> Found:
    return replace(_unit_found(match, "month", step("month", today, -1), today, future), closing=True)


@_rule(
    r"(?:el |la |the )?(?:mism[oa]s?|igual|same) (?:period[oa]?|mes|month|corte|cut-?off|cut|dias?|days?|fechas?|dates?|lapso|semana|week|quincena|trimestre|quarter|time|point)"
    r"(?: (?:del?|de la|el|la|of|in|que|than|as))?(?: (?:la|el))? (?:(?P<u><UNIT>) (?:pasad[oa]|anterior|previ[oa])|(?:last|previous|prior) (?P<v><UNIT>))"
)
def _same(match: re.Match[str], today: date, future: bool) -> Found:
    return Found(*match.span(), None, unit_of(match["u"] or match["v"]), "same", steps=1)


@_rule(r"(?:ano (?:contra|vs|a|sobre) ano|year over year|year on year|yoy|interanual)")
def _year_over_year(match: re.Match[str], today: date, future: bool) -> Found:
    return Found(*match.span(), None, "year", "same", steps=1)


@_rule(
    r"(?:mes|month) (?:contra|vs|sobre|over|on) (?:mes|month)|mom|(?:semana|week) (?:contra|vs|sobre|over|on) (?:semana|week)|wow"
)
def _unit_over_unit(match: re.Match[str], today: date, future: bool) -> Found:
    unit: Unit = "week" if match.group().startswith(("sem", "we", "wow")) else "month"
    return Found(*match.span(), None, unit, "same", steps=1)


@_rule(r"(?:a la fecha|to date|hasta (?:hoy|ahora|la fecha)|so far|until (?:today|now))")
def _so_far(match: re.Match[str], today: date, future: bool) -> Found:
    return Found(*match.span(), None, "day", "to_date")


__all__ = ["NUMBERS", "Found", "find", "parse_period"]
