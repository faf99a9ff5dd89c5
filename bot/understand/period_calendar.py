# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""Rules for numbered and named stretches: quincenas, trimestres, semana 46, cierres, the same days a year before."""

import re
from dataclasses import replace
from datetime import date, timedelta

from bot.understand.period_dates import single_at
from bot.understand.period_rules import When, rule, unit_found
from bot.understand.period_words import (
    MONTHS,
    ORDINALS,
    WEEKDAYS,
    Found,
    Unit,
    calendar_unit,
    number_of,
    step,
    unit_of,
    year_of_text,
)
from db.periods import Period, add_months

_AGAINST = re.compile(r"\b(?:vs\.?|contra|versus|against|compared (?:to|with)|comparad[oa]s? con)\s+$")
_QUINCENA = (
    r"(?:la )?(?:(?P<o><ORD>|ultima(?= quincena del? (?:mes|<MONTH>))) (?:quincena|qna|half|fortnight)|(?:quincena|qna) (?P<k>[12]|uno|dos))"
    r"(?: (?:de|del|of|in)(?: mes)?(?: (?:de|of))? ?(?:(?P<mon><MONTH>)(?: (?:de |del |of )?(?P<y><YEAR>))?|(?P<last>(?:el )?mes pasado|mes anterior|last month|pasado)|(?P<now>este mes|mes actual|this month|mes))?)?"
)


@rule(_QUINCENA)
def _quincena(match: re.Match[str], when: When) -> Found | None:
    number = ORDINALS.get(match["o"], 2) if match["o"] else number_of(match["k"])
    if number > 2 or ("half" in match.group() and not (match["mon"] or match["last"] or match["now"])):
        return None
    if match["mon"]:
        from_month = single_at(match.string, match.start("mon"), when.today, future=when.future)
        if from_month is None or from_month.full is None:
            return None
        first = from_month.full.start
    else:
        first = add_months(when.today.replace(day=1), -1) if match["last"] else when.today.replace(day=1)
        if number == 2 and when.today.day <= 15 and not (match["last"] or match["now"] or when.future):
            first = add_months(first, -1)
    on = calendar_unit("quincena", first if number == 1 else first.replace(day=16))
    return unit_found(match, "quincena", on, when.today, when.future)


@rule(
    r"(?:(?:el |the )?(?P<o><ORD>) (?P<w>trimestre|quarter|semestre|semester|half(?= of the year| of 20|$)|bimestre|tri)|(?P<v>trimestre|quarter|semestre|semester|bimestre) (?P<k>[1-6])"
    r"|(?P<l>[qth])(?P<j>[1-4])|(?P<i>[1-4])(?P<m>[qt]))(?:(?: (?:de |del |of )?|')(?:(?P<y><YEAR>|\d\d)|(?P<ly>(?:el )?ano pasado|last year)|(?:este ano|this year|the year|ano)))?"
)
def _quarter(match: re.Match[str], when: When) -> Found | None:
    number = ORDINALS[match["o"]] if match["o"] else int(match["k"] or match["j"] or match["i"])
    word = match["w"] or match["v"] or match["l"] or match["m"]
    unit: Unit = {"s": "semester", "h": "semester", "b": "bimester"}.get(word[0], "quarter")  # type: ignore[assignment]
    months = {"quarter": 3, "semester": 6, "bimester": 2}[unit]
    if number * months > 12:
        return None
    year = year_of_text(match["y"]) if match["y"] else when.today.year - (1 if match["ly"] else 0)
    first = date(year, 1 + months * (number - 1), 1)
    if first > when.today and not (match["y"] or match["ly"] or when.future):
        first = first.replace(year=year - 1)
    return unit_found(match, unit, calendar_unit(unit, first), when.today, when.future)


@rule(
    r"(?:la )?(?:semana|week|sem|wk|w)(?: (?:no|num|numero|number)\.?)? ?(?P<n>[1-9]|[1-4]\d|5[0-3])(?: (?:de |del |of )?(?P<y><YEAR>))?(?! de (?:<MONTH>))"
)
def _week_number(match: re.Match[str], when: When) -> Found | None:
    year = int(match["y"]) if match["y"] else when.today.isocalendar().year
    try:
        monday = date.fromisocalendar(year, int(match["n"]), 1)
        if monday > when.today and not (match["y"] or when.future):
            monday = date.fromisocalendar(year - 1, int(match["n"]), 1)
    except ValueError:
        return None
    return unit_found(match, "week", calendar_unit("week", monday), when.today, when.future)


@rule(
    r"(?:(?:en|de|del|in|of|for|during|durante|todo|desde)(?: el)?(?: ano)? |ano )?(?P<y><YEAR>)(?! ?(?:pesos|cuentas|mil|\d))"
)
def _year(match: re.Match[str], when: When) -> Found | None:
    alone = match.group() == match["y"]
    led = re.search(
        r"(?:^|\b(?:en|de|del|in|of|for|vs|contra|y|and|ano|year|versus|to|a|al|durante|during)\s)\s*$",
        match.string[: match.start()],
    )
    against = re.match(
        r"\s+(?:vs\.?|versus|contra|frente a|against|compared to)\s", match.string[match.end() :]
    )
    if alone and not led and not against:
        return None
    return unit_found(
        match, "year", calendar_unit("year", date(int(match["y"]), 1, 1)), when.today, when.future
    )


@rule(
    r"(?P<lead>(?:el |on |este |this |last |the |del |al )*(?:pasado |ultimo |last )?)(?P<d><DAYNAME>)(?P<tail> (?:pasado|anterior|de (?:la )?semana (?:pasada|anterior)|de esta semana|of last week|of this week|last week|que viene|proximo))"
)
@rule(
    r"(?P<lead>(?:last|(?:el )?pasado|(?:el )?ultimo|este|this|next|(?:el )?proximo) )(?P<d><DAYNAME>)(?P<tail>)"
)
def _named_day(match: re.Match[str], when: When) -> Found | None:
    number, said = WEEKDAYS[match["d"]], match["lead"] + match["tail"]
    monday = when.today - timedelta(days=when.today.weekday())
    if "semana" in said or "week" in said:
        weeks = 1 if re.search("pasada|anterior|last", said) else 0
        day = monday + timedelta(days=number - 7 * weeks)
    elif re.search(r"next|proximo|que viene", said):
        day = when.today + timedelta(days=(number - when.today.weekday() - 1) % 7 + 1)
    elif re.search(r"pasado|anterior|ultimo|last", said):
        day = when.today - timedelta(days=(when.today.weekday() - number - 1) % 7 + 1)
    else:
        day = monday + timedelta(days=number)
    return Found(*match.span(), Period(start=day, end=day), "day")


@rule(
    r"(?:la |the )?(?P<o><ORD>|ultima|last) (?:semana|week) (?:de|del|of|in)(?: el| the)? (?:(?P<mon><MONTH>)(?: (?:de |del )?(?P<y><YEAR>))?|(?P<last>mes pasado|mes anterior|last month)|(?:este mes|mes|this month|month))"
)
def _week_of_month(match: re.Match[str], when: When) -> Found | None:
    """ "la primera semana de octubre": its first seven days, or the Monday to Sunday that holds the 1st?"""
    if match["mon"]:
        said = single_at(match.string, match.start("mon"), when.today, future=when.future)
        month = said.full if said else None
    else:
        month = step("month", when.today, -1 if match["last"] else 0)
    if month is None:
        return None
    number = ORDINALS.get(match["o"], 0)
    if number > 4:
        return None
    begin = month.start + timedelta(days=7 * (number - 1)) if number else month.end - timedelta(days=6)
    days = Period(start=begin, end=begin + timedelta(days=6))
    edge = month.start + timedelta(days=7 * (number - 1)) if number else month.end
    week = calendar_unit("week", edge)
    options = (days,) if days == week else (days, week)
    return Found(
        *match.span(),
        days if len(options) == 1 else None,
        "week",
        "plain" if days == week else "ask",
        options=options,
    )


@rule(r"(?:la |the )?(?:semana|week) (?:del|de|of)(?: el| the)?(?= \w)")
def _week_of_day(match: re.Match[str], when: When) -> Found | None:
    """ "la semana del 5 de octubre" is the week that holds that day."""
    text = match.string
    begin = match.end() + 1
    inner = single_at(text, begin, when.today, future=when.future)
    if inner is None and (day := re.compile(r"\d{1,2}(?![\d%,/])").match(text, begin)):
        inner = single_at(f"el {day.group()}", 0, when.today, future=when.future)
        inner = replace(inner, end=day.end()) if inner else None
    if inner is None or inner.unit != "day" or inner.period is None:
        return None
    week = calendar_unit("week", inner.period.start)
    return replace(unit_found(match, "week", week, when.today, when.future), end=inner.end)


@rule(
    r"(?:el mes de )?(?P<mon><MONTH>) (?:(?:del|de|of) )?(?:(?P<l>(?:el )?ano pasado|ano anterior|last year|pasado)|este ano|this year|el presente ano)|last (?P<m2><MONTH>)"
)
def _month_of_year(match: re.Match[str], when: When) -> Found | None:
    word = match["mon"] or match["m2"]
    month = MONTHS[word]
    recent = (match["l"] or "") == "pasado" or bool(match["m2"])
    year = when.today.year - (1 if match["l"] and not recent else 0)
    if recent and month >= when.today.month:
        year -= 1
    return unit_found(match, "month", calendar_unit("month", date(year, month, 1)), when.today, when.future)


@rule(
    r"(?:el |este |this |the )?(?:fin de semana|weekend|finde)(?P<p> pasado| anterior)?|(?:last|past) weekend"
)
def _weekend(match: re.Match[str], when: When) -> Found | None:
    saturday = when.today + timedelta(days=5 - when.today.weekday())
    is_now, said_this = when.today.weekday() >= 5, match.group().startswith(("este", "this"))
    said_last = bool(match["p"]) or match.group().startswith(("last", "past"))
    if is_now and not said_last:
        return Found(*match.span(), Period(start=saturday, end=when.today), "range")
    if said_this and not when.future:
        return None
    begin = saturday if when.future else saturday - timedelta(days=7)
    return Found(*match.span(), Period(start=begin, end=begin + timedelta(days=1)), "range")


@rule(
    r"(?:los |the )?(?P<w>primeros|first|ultimos|last) (?P<n><N>) (?:de|of) (?P<mon><MONTH>)(?P<p>)(?P<t>)(?P<besides>)"
)
@rule(
    r"(?:el |los |the )?(?P<w>primer[oa]?s?|first|ultim[oa]s|last) (?P<n><N>) (?:dias|days) (?:de|del|of) (?:(?P<p>mes pasado|mes anterior|last month)|(?P<t>este mes|mes|this month|the month)|(?P<mon><MONTH>))"
)
def _edge_days(match: re.Match[str], when: When) -> Found | None:
    if "besides" in match.groupdict() and not _AGAINST.search(match.string[: match.start()]):
        return None  # "los primeros 10 de octubre" may be the ten best
    if match["mon"]:
        said = single_at(match.string, match.start("mon"), when.today, future=when.future)
        month = said.full if said else None
    else:
        month = step("month", when.today, -1) if match["p"] else calendar_unit("month", when.today)
    count = number_of(match["n"])
    if month is None or not 1 <= count <= month.days:
        return None
    if match["w"].startswith(("primer", "first")):
        return Found(*match.span(), Period(start=month.start, end=month.start + timedelta(days=count - 1)))
    return Found(*match.span(), Period(start=month.end - timedelta(days=count - 1), end=month.end))


@rule(
    r"(?:el |la |the )?(?:ultim[oa]|last|latest|previous) (?:(?:closed|full|complete|whole) (?P<v>week|month|quarter|year|fortnight)|(?P<u><UNIT>) cerrad[oa])"
)
@rule(r"(?:el |la )?(?P<u><UNIT>) cerrad[oa] (?:anterior|pasad[oa])(?P<v>)")
def _last_whole(match: re.Match[str], when: When) -> Found:
    unit = unit_of(match["u"] or match["v"])
    return unit_found(match, unit, step(unit, when.today, -1), when.today, when.future)


@rule(
    r"(?:los |las |the )?(?:ultim[oa]s|last|past|previous) (?P<n><N>) (?:(?P<u><UNIT>) (?:cerrad[oa]s|complet[oa]s)|(?:closed|full|complete|whole) (?P<v><UNIT>))"
)
def _last_whole_ones(match: re.Match[str], when: When) -> Found | None:
    """ "los últimos tres meses cerrados": whole ones, without the running one."""
    count, unit = number_of(match["n"]), unit_of(match["u"] or match["v"])
    if count < 1 or unit == "day":
        return None
    first, last = step(unit, when.today, -count), step(unit, when.today, -1)
    return Found(*match.span(), Period(start=first.start, end=last.end))


@rule(
    r"(?:el |los )?sabado y (?:el )?domingo(?: pasad[oa]s?| anterior(?:es)?)?|(?:last )?saturday and sunday"
)
def _both_days_of_rest(match: re.Match[str], when: When) -> Found | None:
    saturday = when.today + timedelta(days=5 - when.today.weekday())
    if when.future or when.today.weekday() == 6:
        return Found(*match.span(), Period(start=saturday, end=saturday + timedelta(days=1)))
    begin = saturday - timedelta(days=7)
    return Found(*match.span(), Period(start=begin, end=begin + timedelta(days=1)))


@rule(
    r"(?P<u>dia|semana|quincena|mes|trimestre|ano)? ?(?:ultimo|pasado|last|the last|previous) (?:cierre|corte mensual|month-?end|close)|(?:cierre|corte) (?:anterior|pasado)|(?:last|previous) month[ -]?end"
)
def _last_close(match: re.Match[str], when: When) -> Found:
    return replace(
        unit_found(match, "month", step("month", when.today, -1), when.today, when.future), closing=True
    )


@rule(
    r"(?:el |la |the )?(?:mism[oa]s?|igual|same) (?:period[oa]?|mes|month|corte|cut-?off|cut|dias?|days?|fechas?|dates?|lapso|semana|week|quincena|trimestre|quarter|time|point)"
    r"(?: (?:del?|de la|el|la|of|in|que|than|as))?(?: (?:la|el))? (?:(?P<u><UNIT>) (?:pasad[oa]|anterior|previ[oa])|(?:last|previous|prior) (?P<v><UNIT>))"
)
@rule(
    r"(?:el |la )?(?P<u><UNIT>) (?:pasad[oa]|anterior|previ[oa]) (?:al?|a la) mism[oa] (?:dia|corte|fecha|altura)|last (?P<v><UNIT>) (?:at|to) the same (?:day|date|point|cut-off)"
)
def _same(match: re.Match[str], _when: When) -> Found:
    return Found(*match.span(), None, unit_of(match["u"] or match["v"]), "same", steps=1)


@rule(r"(?:ano (?:contra|vs|a|sobre) ano|year over year|year on year|yoy|interanual)")
def _year_over_year(match: re.Match[str], _when: When) -> Found:
    return Found(*match.span(), None, "year", "same", steps=1)


@rule(
    r"(?:mes|month) (?:contra|vs|sobre|over|on) (?:mes|month)|mom|(?:semana|week) (?:contra|vs|sobre|over|on) (?:semana|week)|wow"
)
def _unit_over_unit(match: re.Match[str], _when: When) -> Found:
    unit: Unit = "week" if match.group().startswith(("sem", "we", "wow")) else "month"
    return Found(*match.span(), None, unit, "same", steps=1)


@rule(
    r"(?:el |lo )?acumulad[oa](?! (?:del|de|semanal|mensual|anual|trimestral|por)\b)(?= |$|\?)"
    r"|(?:a la fecha|to date|hasta (?:hoy|ahora|la fecha)|so far|until (?:today|now))"
)
def _so_far(match: re.Match[str], _when: When) -> Found:
    return Found(*match.span(), None, "day", "to_date")
