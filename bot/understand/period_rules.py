# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""Rules for the words of days and running units: hoy, esta semana, el mes pasado, últimos 30 días."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.understand.period_words import Found, Unit, back, calendar_unit, compiled, number_of, step, unit_of
from db.periods import Period


@dataclass(frozen=True)
class When:
    """What a rule has to know: the day, and whether the message speaks of what is still to come."""

    today: date
    future: bool


Maker = Callable[[re.Match[str], When], Found | None]
RULES: list[tuple[re.Pattern[str], Maker]] = []


def rule(pattern: str) -> Callable[[Maker], Maker]:
    """Adds a maker to the grammar; it may be given several patterns."""

    def keep(maker: Maker) -> Maker:
        RULES.append((compiled(pattern), maker))
        return maker

    return keep


def unit_found(match: re.Match[str], unit: Unit, on: Period, today: date, future: bool) -> Found:
    """A calendar unit, cut at today while it runs."""
    running = on.holds(today) and not future
    return Found(*match.span(), Period(start=on.start, end=today) if running else on, unit, full=on)


def _asked(match: re.Match[str], unit: Unit, *options: Period) -> Found:
    return Found(*match.span(), None, unit, "ask", options=options)


@rule(
    r"(?:el dia de |del dia de |en el dia de |al dia de |a )?(?P<t>(?:hoy|today)(?: en dia)?|en este momento|right now|ahorita|al momento)"
)
def _today(match: re.Match[str], when: When) -> Found:
    return _the_day(match, Period(start=when.today, end=when.today))


def _the_day(match: re.Match[str], day: Period) -> Found:
    """Of "por hora del día de ayer" the hour takes the "del día"."""
    word = Found(match.start("t"), match.end(), day, "day")
    return replace(word, start=match.start(), inner=word if match.start("t") > match.start() else None)


@rule(
    r"(?:el dia de |del dia de |en el dia de |al dia de )?(?P<t>ayer|yesterday|antier|anteayer|antes de ayer|(?:the )?day before yesterday|trasantier|antes de antier)"
)
def _yesterday(match: re.Match[str], when: When) -> Found:
    back_days = (
        1
        if match["t"] in ("ayer", "yesterday")
        else 3
        if match["t"] in ("trasantier", "antes de antier")
        else 2
    )
    day = when.today - timedelta(days=back_days)
    return _the_day(match, Period(start=day, end=day))


@rule(r"(?P<t>manana|tomorrow|pasado manana|(?:the )?day after tomorrow)")
def _tomorrow(match: re.Match[str], when: When) -> Found | None:
    before = match.string[: match.start()].rstrip().rsplit(" ", 2)
    if before[-1] in ("turno", "por") or before[-2:] in (["de", "la"], ["en", "la"], ["por", "la"]):
        return None  # the morning
    day = when.today + timedelta(days=1 if match["t"] in ("manana", "tomorrow") else 2)
    return Found(*match.span(), Period(start=day, end=day), "day")


@rule(
    r"(?:est[ea]|this|current|el presente|la presente|presente) (?P<u><UNIT>)(?: actual| en curso| corriente)?(?: (?:a la fecha|hasta (?:hoy|ahora|la fecha)|to date|so far))?"
)
@rule(r"(?P<u><UNIT>) (?:actual|en curso|corriente|presente)")
@rule(
    r"(?:en )?(?:todo )?lo que (?:va|llevamos|llevo|ha corrido|ha transcurrido|corre) (?:del|de la|de|en el|en la|en) ?(?:este |esta |presente )?(?P<u><UNIT>)(?: (?:actual|en curso))?"
)
@rule(r"(?P<u><UNIT>) (?:a la fecha|hasta (?:hoy|ahora|la fecha)|to date|so far)")
@rule(r"acumulad[oa] (?:del|de la|de) (?:este |esta )?(?P<u><UNIT>)")
def _running(match: re.Match[str], when: When) -> Found | None:
    unit = unit_of(match["u"])
    if match["u"] in ("days", "dias"):
        return None
    return unit_found(match, unit, calendar_unit(unit, when.today), when.today, when.future)


@rule(r"(?P<x>[mwyq])td|acumulado (?P<a>semanal|mensual|anual|trimestral)")
def _to_date(match: re.Match[str], when: When) -> Found:
    letter = match["x"] or {"semanal": "w", "mensual": "m", "anual": "y", "trimestral": "q"}[match["a"]]
    unit: Unit = {"m": "month", "w": "week", "y": "year", "q": "quarter"}[letter]  # type: ignore[assignment]
    return unit_found(match, unit, calendar_unit(unit, when.today), when.today, False)


@rule(
    r"(?:(?:del|en el) (?P<d>dia)|(?P<u>semana|quincena|mes|bimestre|trimestre|semestre|ano)|the (?P<e>week|month|quarter|year|fortnight))(?! \d)"
)
def _bare_unit(match: re.Match[str], when: When) -> Found | None:
    """ "del mes", "en la quincena" are the running ones; "por mes" and "al mes" are not a period."""
    before = match.string[: match.start()].rstrip()
    if re.search(
        r"(?:^|\s)(?:por|x|cada|by|per|al|a la|una?|mes a|semana a|ano contra|mismo|misma|a)$", before
    ):
        return None
    unit = unit_of(match["d"] or match["u"] or match["e"])
    return unit_found(match, unit, calendar_unit(unit, when.today), when.today, when.future)


@rule(
    r"(?P<u><UNIT>) (?:pasad[oa]|anterior|previ[oa]|previous)(?: complet[oa])?|(?:the )?(?:last|previous|prior|pasad[oa]) (?P<v><UNIT>)"
)
def _previous(match: re.Match[str], when: When) -> Found | None:
    word = match["u"] or match["v"]
    if word in ("dias", "days", "semanas", "weeks", "meses", "months"):
        return None
    unit = unit_of(word)
    return unit_found(match, unit, step(unit, when.today, -1), when.today, when.future)


@rule(
    r"(?P<u><UNIT>) antepasad[oa]|antepasad[oa] (?P<v><UNIT>)|(?:the )?(?P<w>week|month|quarter|year|fortnight) before last"
)
def _before_last(match: re.Match[str], when: When) -> Found:
    unit = unit_of(match["u"] or match["v"] or match["w"])
    return unit_found(match, unit, step(unit, when.today, -2), when.today, when.future)


@rule(
    r"(?:proxim[oa]|siguiente|next|coming) (?P<u><UNIT>)|(?P<v><UNIT>) (?:que viene|que entra|siguiente|proxim[oa]|entrante)"
)
def _next(match: re.Match[str], when: When) -> Found:
    unit = unit_of(match["u"] or match["v"])
    return unit_found(match, unit, step(unit, when.today, 1), when.today, True)


@rule(
    r"(?:los |las |the )?(?:ultim[oa]s|pasad[oa]s|last|past|previous) (?P<n><N>) (?P<u><UNIT>)|(?:los |las )?(?P<m><N>) ultim[oa]s (?P<v><UNIT>)"
)
def _last_n(match: re.Match[str], when: When) -> Found | None:
    count, unit = number_of(match["n"] or match["m"]), unit_of(match["u"] or match["v"])
    if count < 1:
        return None
    start = back(unit, when.today, count) + timedelta(days=1)
    return Found(*match.span(), Period(start=start, end=when.today), unit, steps=count)


@rule(
    r"(?:(?:en )?lo que (?:resta|queda|falta) (?:del|de la|de este|de esta|de)|(?:el |the )?(?:resto|rest) (?:del|de la|de este|de esta|of the|of this)) (?P<u><UNIT>)"
)
def _rest(match: re.Match[str], when: When) -> Found:
    whole = calendar_unit(unit_of(match["u"]), when.today)
    return Found(*match.span(), Period(start=when.today, end=whole.end))


@rule(r"(?:los |las |the )?(?:proxim[oa]s|siguientes|next) (?P<n><N>) (?P<u>dias|semanas|days|weeks)")
def _next_n(match: re.Match[str], when: When) -> Found:
    days = number_of(match["n"]) * (7 if unit_of(match["u"]) == "week" else 1)
    return Found(
        *match.span(), Period(start=when.today, end=when.today + timedelta(days=max(days - 1, 0))), "day"
    )


@rule(
    r"(?:el |la )?ultim[oa] (?P<u><UNIT>)(?: complet[oa])?|the (?:last|past) (?P<v>week|month|year)(?= of| so)"
)
def _the_last(match: re.Match[str], when: When) -> Found | None:
    """ "la última semana" is the last seven days to some, the week before this one to others."""
    unit = unit_of(match["u"] or match["v"])
    if unit == "day":
        return None
    before = step(unit, when.today, -1)
    if unit in ("quarter", "semester", "bimester") or "complet" in match.group():
        return unit_found(match, unit, before, when.today, when.future)
    return _asked(
        match, unit, before, Period(start=back(unit, when.today, 1) + timedelta(days=1), end=when.today)
    )


@rule(r"hace (?P<n><N>) (?P<u><UNIT>)|(?P<m><N>) (?P<v><UNIT>) (?:ago|atras|antes)")
def _ago(match: re.Match[str], when: When) -> Found | None:
    count, unit = number_of(match["n"] or match["m"]), unit_of(match["u"] or match["v"])
    if unit == "day":
        day = when.today - timedelta(days=count)
        return Found(*match.span(), Period(start=day, end=day), "day")
    return unit_found(match, unit, step(unit, when.today, -count), when.today, when.future)
