# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""Days, hours and weekdays of an order: "el viernes", "a las 5", "los lunes", "en 3 días". Knows no action."""

import re
from datetime import date, datetime, time, timedelta

from bot.understand import period
from bot.understand.deeds.numbers import number_at
from bot.understand.deeds.sheet import Sheet
from bot.understand.period_words import WEEKDAYS
from db.periods import month_of

_DAY_LEAD = r"(?:(?:(?:con|y|with|and)\s+)?(?:(?:la\s+|the\s+|a\s+)?(?:fecha(?:\s+(?:limite|tope|maxima|compromiso|de\s+(?:pago|vencimiento|compromiso|entrega)))*|plazo|vencimiento|due date|deadline|date)(?:\s+(?:es|sera|para|of|is))?\s*:?\s+)|(?:a\s+mas\s+tardar|no later than)\s+)?(?:(?:para|pa|pal|por|for|by|on|due|due on|due by|antes del?|before|vence|que vence|que paga|pagar?|pagara|pays?)\s+)?(?:el\s+(?:dia\s+)?|la\s+|the\s+|al\s+|this\s+|del\s+)?"
_PAID = r"(?:pago|abono|deposito|mensualidad|quincena|parcialidad|semana|exhibicion)"
_FIRST_LEAD = re.compile(
    rf"\b(?:(?:con\s+|y\s+)?(?:el\s+|la\s+|su\s+)?(?:primer[oa]?|1er[oa]?)\s+{_PAID}(?:\s+(?:para|seria|sera|es|cae|vence))?|(?:el|la|the)\s+(?:primer[oa]|1er[oa]?|first(?:\s+one)?)(?:\s+(?:para|seria|sera|es|cae|vence|on|due|is))*(?=\s*[:,]?\s*(?:el|the|on|hoy|manana|today|tomorrow|este|esta|this)\b)|desde|a partir|empezando|iniciando|empieza|inicia|arrancando|comenzando|starting|from|beginning|(?:y\s+)?(?:el\s+|la\s+)(?:primer[oa]|1er[oa]?|1r?[oa])(?:\s+(?:para|seria|sera|es|queda))?(?=\s+(?:el|al|para|del?)\b)|(?:with\s+)?(?:the\s+)?first\s+(?:one|payment|instal+ment)(?:\s+(?:due|on))?)\s*:?\s*(?:del?\s+|el\s+|on\s+|from\s+|the\s+|dia\s+)*"
)
_IN_DAYS = re.compile(
    r"(?:en|dentro de|in|within)\s+(?P<n>\d{1,3}|un|una|dos|tres|cuatro|cinco|one|two|three|a)\s+(?P<u>dias?|days?|semanas?|weeks?)\b"
)
_MONTH_END = re.compile(
    r"(?:a\s+)?(?:fin(?:es)? de (?:este )?mes|ultimo dia del mes|(?:the )?end of (?:the |this )?month|month[ -]end)\b"
)
_TIME = re.compile(
    r"\b(?:(?:a|para|desde|hasta) las?|at|until|till|@)\s*(?P<h>\d{1,2})(?::(?P<m>\d{2}))?\s*(?P<half>am|pm|a\.m\.?|p\.m\.?|hrs?|horas|h|o'clock)?(?:\s+(?:de|en|por) la (?P<part>manana|tarde|noche)|\s+in the (?P<part2>morning|afternoon|evening))?(?![\w:%])"
    r"|(?<![\d:])(?P<h2>\d{1,2})(?::(?P<m2>\d{2}))?\s*(?P<half2>am|pm|a\.m\.?|p\.m\.?)(?!\w)|(?<![\d:])(?P<h3>[01]?\d|2[0-3]):(?P<m3>\d{2})(?:\s*(?:hrs?|horas))?(?![\w:])|\b(?P<noon>a mediodia|al mediodia|at noon)\b"
)
_DAYS = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
_EVERY = re.compile(
    rf"\b(?:(?:todos\s+)?los|cada|every|each|on)\s+(?P<d>(?:{_DAYS})s?)\b(?!\s+(?:y|and|a|to)\s+(?:{_DAYS}))|\b(?P<e>{_DAYS}s)\b(?=\s+(?:a las|at))"
)
_RECURRING = re.compile(
    rf"\b(?:todos los|cada|every|each)\s+(?:dias?|days?|semanas?|weeks?|{_DAYS})|\blos\s+(?:{_DAYS})\b|\bon\s+(?:mon|tues|wednes|thurs|fri|satur|sun)days\b|\b(?:diario|diariamente|daily)\b"
)
NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_COUNTS = {
    "un": 1,
    "una": 1,
    "a": 1,
    "one": 1,
    "dos": 2,
    "two": 2,
    "tres": 3,
    "three": 3,
    "cuatro": 4,
    "cinco": 5,
}


def recurs(text: str) -> bool:
    return bool(_RECURRING.search(text))


def read_weekday(sheet: Sheet) -> None:
    if match := sheet.first(_EVERY):
        word = match["d"] or match["e"]
        sheet.fields["weekday"] = NAMES[WEEKDAYS[word if word in WEEKDAYS else word.removesuffix("s")]]


def read_time(sheet: Sheet) -> None:
    if (at := _time(sheet)) is not None:
        sheet.fields["time"] = at.strftime("%H:%M")


def _time(sheet: Sheet) -> time | None:
    match = _TIME.search(sheet.text)
    if match is None:
        return None
    if match["noon"]:
        sheet.take(*match.span())
        return time(12)
    hour, minute = (
        int(match["h"] or match["h2"] or match["h3"]),
        int(match["m"] or match["m2"] or match["m3"] or 0),
    )
    half, part = match["half"] or match["half2"] or "", match["part"] or match["part2"] or ""
    afternoon = half.startswith("p") or part in ("tarde", "noche", "afternoon", "evening")
    morning = half.startswith("a") or part in ("manana", "morning")
    bare = not (half or part or match["m"] or match["h3"])
    if (afternoon and hour < 12) or (bare and 1 <= hour <= 6):
        hour += 12  # nobody on the floor means five in the morning
    if morning and hour == 12:
        hour = 0
    if hour > 23 or minute > 59:
        return None
    sheet.take(*match.span())
    return time(hour, minute)


# --- Days ----------------------------------------------------------------------------------------


_MONTHS = r"enero|febrero|marzo|abril|mayo|junio|julio|agosto|sep?tiembre|octubre|noviembre|diciembre|january|february|march|april|may|june|july|august|september|october|november|december"
_SHORT = r"abril|junio|sep?tiembre|noviembre|april|june|september|november"
_ABSENT = rf"(?:(?:(?:3[2-9]|[4-9]\d)\s+(?:de\s+)?(?:{_MONTHS})|31\s+(?:de\s+)?(?:{_SHORT})|3[01]\s+(?:de\s+)?(?:febrero|february))|(?:{_SHORT})\s+31(?:st)?|february\s+3[01](?:th|st)?)\b(?:\s+(?:de|del|of)?\s*20\d\d\b)?"
NO_SUCH_DAY = re.compile(rf"\b{_ABSENT}")
_NO_DAY = re.compile(rf"(?:\b(?:para|pal|el|al|dia|desde|a partir|del?|on|by|from|the)\s+)*\b{_ABSENT}")


def read_first_date(sheet: Sheet) -> None:
    """ "desde el viernes", "primer pago el 30": when an agreement begins."""
    leads = [match.span() for match in _FIRST_LEAD.finditer(sheet.text)]
    if _no_day(sheet, "first_date"):
        for lead in leads:
            sheet.mark(*lead)
        return
    for match in _FIRST_LEAD.finditer(sheet.text):
        found = day_at(sheet, match.end(), whole=True)
        if found is not None:
            sheet.mark(match.start(), match.end())
            _put_day(sheet, "first_date", found[0], match.end(), found[1])
            sheet.take(match.start(), found[1])
            return
    if _FIRST_LEAD.search(sheet.text) is None and (alone := _some_day(sheet)):
        _put_day(sheet, "first_date", *alone)


def _no_day(sheet: Sheet, slot: str) -> bool:
    """A day that no calendar has is asked, with the reason."""
    found = NO_SUCH_DAY.search(sheet.text)
    whole = _NO_DAY.search(sheet.text)
    if found is None or whole is None:
        return False
    sheet.object_to(f"slot:{slot}", "no_such_day", *found.span())
    sheet.mark(*whole.span())
    return True


def _put_day(sheet: Sheet, slot: str, day: date | None, start: int, end: int) -> None:
    if day is None or day < sheet.today:
        lead = re.compile(_DAY_LEAD).match(sheet.text, start, end)
        said = lead.end() if lead else start
        sheet.mark(start, said)
        sheet.object_to(f"slot:{slot}", "open_day" if day is None else "past_day", said, end)
    else:
        sheet.take(start, end)
        sheet.fields[slot] = day.isoformat()


def read_date(sheet: Sheet, slot: str = "date") -> None:
    """One day to come. A day gone by, one that could be two and one that no calendar has are asked."""
    if not _no_day(sheet, slot) and (found := _some_day(sheet)):
        _put_day(sheet, slot, *found)


def read_due(sheet: Sheet) -> None:
    read_date(sheet, "due")


def _some_day(sheet: Sheet) -> tuple[date | None, int, int] | None:
    lead = re.compile(rf"(?<![a-z0-9]){_DAY_LEAD}(?=[a-z0-9])")
    for match in lead.finditer(sheet.text):
        said = re.search(r"\b(?:el|al|pal|dia|del|the|on|by|due)\b", match.group())
        found = day_at(sheet, match.end(), bare=bool(said))
        if found is not None:
            return found[0], match.start(), found[1]
        unclear = _unclear_at(sheet, match.end(), bare=bool(said))
        if unclear is not None:
            return None, match.start(), unclear
    return None


def day_at(sheet: Sheet, at: int, *, whole: bool = False, bare: bool = True) -> tuple[date, int] | None:
    """The day said just here, and where it ends; of a whole week or quincena the first day, where that will do."""
    if match := _IN_DAYS.match(sheet.text, at):
        count = int(match["n"]) if match["n"].isdigit() else _COUNTS[match["n"]]
        days = count * (7 if match["u"][0] in "sw" else 1)
        return sheet.today + timedelta(days=days), match.end()
    if match := _MONTH_END.match(sheet.text, at):
        return month_of(sheet.today).end, match.end()
    found = _found_at(sheet, at, bare=bare)
    if found is None or found.period is None or (found.period.start != found.period.end and not whole):
        return None
    named = sheet.text[found.start : found.end].split()[-1] in WEEKDAYS
    if named and found.period.start == sheet.today:
        return None  # "el miércoles", said on a Wednesday
    return found.period.start, found.end


def _unclear_at(sheet: Sheet, at: int, *, bare: bool) -> int | None:
    """Where a stretch of days, or a day that could be two, ends: it is said, and cannot be taken."""
    found = _found_at(sheet, at, bare=bare)
    return found.end if found is not None and (found.options or found.period) else None


def _found_at(sheet: Sheet, at: int, *, bare: bool) -> period.Found | None:
    text = sheet.text.replace("\x00", "~")
    said = number_at(text, at)
    if said is not None and (not bare or said.money or said.percent or not re.match(r"\d", text[at:])):
        bare = False
    led = " " * max(at - 3, 0) + ("el "[-at:] if at and bare else " " * min(at, 3)) + text[at:]
    begins = [f for f in period.find(led, sheet.today, future=True) if f.start <= at]
    if not begins:
        # A weekday needs its article to be a day.
        led = " " * max(at - 3, 0) + "el "[-at:] + text[at:] if at else text
        begins = (
            [f for f in period.find(led, sheet.today, future=True) if f.start <= at]
            if bare or _is_word(text, at)
            else []
        )
    return begins[0] if begins and begins[0].end > at else None


def _is_word(text: str, at: int) -> bool:
    return text[at : at + 1].isalpha()


def read_when(sheet: Sheet) -> None:
    """ "now", a day, or a moment with its zone."""
    if sheet.first(
        re.compile(
            r"\b(?:ahora mismo|ahorita|ahora|ya|right now|now|de inmediato|inmediatamente|immediately|en este momento)\b"
        )
    ):
        sheet.fields["when"] = "now"
        return
    at = _time(sheet)
    found = _some_day(sheet)
    if found is not None:
        _put_day(sheet, "when", *found)
    if found is not None and "when" not in sheet.fields:
        return
    day = found[0] if found is not None else None
    if at is not None:
        moment = datetime.combine(day or sheet.today, at, sheet.now.tzinfo)
        if moment <= sheet.now:
            sheet.ask("slot:when")
            return
        sheet.fields["when"] = moment.isoformat()
    else:
        sheet.fields["when"] = day.isoformat() if day else "now"
