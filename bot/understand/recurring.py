# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""Reads "mándame esto todos los lunes a las 8": what is wanted again and again, when, and where to.

What is wanted is read like any message of its own. Knows no report and no metric.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.understand.deeds.when import NAMES
from bot.understand.normalise import Typed
from bot.understand.period_words import WEEKDAYS
from bot.understand.result import Reading
from bot.understand.verbs import pattern

Read = Callable[[str], Reading]
_OPEN = ("clarify", "smalltalk")
REPORTS = ("scorecard", "weekly", "monthly", "executive", "contacts")

_DAYS = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
_POLITE = r"(?:(?:hola|oye|por favor|porfa|please|cartera|quiero que|necesito que|quisiera que|puedes|podrias|can you|could you|i want you to|y|ahora|necesito|quisiera|favor de|(?:le |te |les )?(?:solicito|pido)(?: que)?|requiero|me (?:ayudas?|apoyas?) (?:a|con))[\s,]+)*"
_ORDER = re.compile(
    rf"^{_POLITE}(?:(?:me |nos )?(?:{'|'.join(map(pattern, ('mandar', 'enviar', 'pasar', 'publicar', 'programar', 'agendar', 'compartir', 'dar')))})|me (?:mandes|mandas|envies|envias|pases|pasas)|mandame(?:lo|la|los|las)?|enviame(?:lo|la|los|las)?|pasame(?:lo|la|los|las)?|publica(?:lo|la|los|las)?|manda(?:lo|la|los|las)?|envia(?:lo|la|los|las)?|quiero (?:recibir|ver)|programa(?:me)?(?:lo|la|los|las)?|agenda(?:me)?(?:lo|la|los|las)?|send (?:me|us)|send|post|schedule|give me|show me|i want to (?:get|see|receive))\b"
)
_LATER = re.compile(r"\b(?:mandame|enviame|pasame|quiero(?: recibir| ver)?|send (?:me|us)|show me|give me)\b")
_EVERY = re.compile(
    rf"\b(?:(?:todos\s+los|los|cada|every|each|on)\s+(?P<day>(?:{_DAYS})s?)(?!\s+(?:y|and|a|to|e)\s+(?:{_DAYS}))\b"
    r"|(?P<daily>todos\s+los\s+dias|a?\s*diario|diariamente|cada\s+dia|every\s*day|each\s+day|daily|de\s+lunes\s+a\s+sabado|monday\s+to\s+saturday)\b"
    r"|(?P<weekdays>de\s+lunes\s+a\s+viernes|entre\s+semana|(?:from\s+)?monday\s+to\s+friday|(?:on\s+)?weekdays|todos\s+los\s+dias\s+habiles|every\s+(?:working|business)\s+day)\b)"
)
_AT = re.compile(
    r"\b(?:a\s+las?|at|@)\s*(?P<h>\d{1,2})(?::(?P<m>\d{2}))?\s*(?P<half>am|pm|a\.m\.?|p\.m\.?|hrs?|horas|h)?(?:\s+(?:de|en|por)\s+la\s+(?P<part>manana|tarde|noche)|\s+in\s+the\s+(?P<part2>morning|afternoon|evening))?(?![\w:%])|\b(?P<noon>a\s+mediodia|al\s+mediodia|at\s+noon)\b"
)
_ROOM = re.compile(
    r"(?:\b(?:a|en|al|to|in|on|into)\s+)?(?:el\s+canal\s+|canal\s+|the\s+channel\s+|channel\s+)?(?P<room>#[\w\-]+)"
)
_THIS = re.compile(
    r"^(?:(?:esto|eso|este|esta|esa|ese|lo mismo|this|that|it|the same|same)(?:\s+(?:mismo|misma|reporte|report|consulta|tabla|lista|numero|dato|indicador|question|table|list|number|answer|respuesta))?)?$"
)
_STOP = re.compile(
    rf"^{_POLITE}(?:(?:deja|dejes|dejen)\s+de\s+(?:mandar|enviar)(?:me|nos)?|ya\s+no\s+(?:me|nos)\s+(?:mandes|envies|manden|envien)|no\s+me\s+(?:mandes|envies)\s+mas|(?:cancela|deten|quita|para|borra|elimina)(?:me)?\s+(?:el|los|mi|mis)\s+envios?|stop\s+sending\s+(?:me|us)|(?:cancel|stop|remove)\s+(?:my|the)\s+(?:scheduled\s+)?(?:deliver(?:y|ies)|reports?))\b"
)
_MINE = re.compile(
    r"\b(?:(?:mis|los|que)\s+)?(?:envios|reportes|scorecards?)\s+(?:\w+\s+){0,2}programad[oa]s\b|\bque\s+(?:\w+\s+)?(?:tengo|hay)\s+programado\b|\bmis\s+envios\b|\b(?:my\s+)?scheduled\s+(?:deliveries|reports)\b|\bwhat\s+(?:do\s+i\s+have|is)\s+scheduled\b"
)
_FILLER = re.compile(
    r"\b(?:el|la|los|las|de|del|mis?|the|my|of|por favor|please|reporte|report|envio|envios|todos?|all)\b|[¿?!.,;:]"
)


def read_recurring(
    typed: Typed, found: Reading, previous: Mapping[str, Any] | None, read: Read
) -> Reading | None:
    """None where nothing recurs, or where it has been read already."""
    text = typed.folded
    if (once := _at_an_hour(typed, found)) is not None:
        return once
    unsettled = found.outcome in _OPEN or found.about == "out_of_scope"
    if (stopped := _STOP.search(text)) and (unsettled or found.outcome == "none"):
        return _stopped(text[stopped.end() :])
    if not unsettled:
        return None
    if found.intent == "schedule_report" and found.about not in ("slot:weekday", "unknown_term"):
        return None
    order = _ORDER.search(text) or (_LATER.search(text) if _EVERY.match(text) else None)
    if order is None:
        mine = _MINE.search(text)
        return Reading("list", "schedules", _BARE) if mine else None
    every = _EVERY.search(text)
    if every is None:
        return None
    return _scheduled(typed, order, every, previous, read)


def _at_an_hour(typed: Typed, found: Reading) -> Reading | None:
    """ "Mándame el scorecard a las 8" is no scorecard of that hour's calls: on which days?"""
    if found.outcome != "report" or found.intent not in REPORTS or _EVERY.search(typed.folded):
        return None
    at = _AT.search(typed.folded)
    hour = _hour(at) if at is not None else None
    if hour is None or not _ORDER.search(typed.folded):
        return None
    kept = [each for each in (found.fields or {}).get("filters") or () if each["field"] != "hour"]
    fields = {"time": hour, "report": found.intent, **({"filters": kept} if kept else {})}
    return Reading("clarify", "schedule_report", fields, "slot:weekday")


_BARE: Mapping[str, Any] = {"filters": [], "period": None, "order": None, "limit": None}


def _scheduled(
    typed: Typed,
    order: re.Match[str],
    every: re.Match[str],
    previous: Mapping[str, Any] | None,
    read: Read,
) -> Reading | None:
    text = typed.folded
    at = _AT.search(text)
    room = _ROOM.search(text)
    taken = [each.span() for each in (order, every, at, room) if each is not None]
    wanted = _left(typed, taken)
    fields: dict[str, Any] = {"weekday": _weekday(every)}
    if at is not None and (hour := _hour(at)) is not None:
        fields["time"] = hour
    if room is not None:
        fields["channel"] = room["room"]
    what = _wanted(wanted, previous, read)
    if what is None:
        return None
    fields |= what
    if not {"report", "request"} & set(fields):
        return Reading("clarify", "schedule_report", fields, "slot:report")
    if "time" not in fields:
        return Reading("clarify", "schedule_report", fields, "slot:time")
    return Reading("action", "schedule_report", fields)


def _wanted(wanted: str, previous: Mapping[str, Any] | None, read: Read) -> dict[str, Any] | None:
    """The thread's last request, or what the rest of the message asks for by itself. None: it is neither."""
    if _THIS.match(" ".join(wanted.casefold().split())):
        intent, fields = _before(previous)
        return {"request": {intent: fields}} if intent else {}
    asked = read(wanted)
    if asked.outcome not in ("question", "report", "list") or asked.unread or asked.intent is None:
        return None
    fields = dict(asked.fields or {})
    if asked.intent in REPORTS:
        filters = {"filters": fields["filters"]} if fields.get("filters") else {}
        return {"report": asked.intent, **filters}
    return {"request": {asked.intent: fields}}


def _before(previous: Mapping[str, Any] | None) -> tuple[str, dict[str, Any]]:
    """{intent, fields}, or {intent: fields}."""
    if not previous:
        return "", {}
    if "intent" in previous:
        return str(previous["intent"]), dict(previous.get("fields") or {})
    ((intent, fields),) = previous.items()
    return str(intent), dict(fields)


def _left(typed: Typed, taken: list[tuple[int, int]]) -> str:
    """As typed, without what has been read."""
    kept = [n for n in range(len(typed.folded)) if not any(start <= n < end for start, end in taken)]
    places = dict.fromkeys(typed.origin[n] for n in kept)  # "d", written out, is one letter still
    said = "".join(typed.raw[place] for place in places if place < len(typed.raw))
    return " ".join(said.split()).strip(" ,.;:")


def _weekday(every: re.Match[str]) -> str:
    if every["daily"]:
        return "daily"
    if every["weekdays"]:
        return "weekdays"
    word = every["day"]
    return NAMES[WEEKDAYS[word if word in WEEKDAYS else word.removesuffix("s")]]


def _hour(at: re.Match[str]) -> str | None:
    """On a floor that opens in the morning, "a las 5" without more is five in the afternoon up to six."""
    if at["noon"]:
        return "12:00"
    hour, minute = int(at["h"]), int(at["m"] or 0)
    half, part = (at["half"] or "").replace(".", ""), at["part"] or at["part2"] or ""
    late = half == "pm" or part in ("tarde", "noche", "afternoon", "evening")
    if (late and hour < 12) or (not half and not part and at["m"] is None and 1 <= hour <= 6):
        hour += 12
    if half == "am" and hour == 12:
        hour = 0
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None


def _stopped(rest: str) -> Reading:
    """Which one: by its report, by its day, or by none."""
    fields: dict[str, Any] = {}
    for name, called in _NAMED.items():
        if re.search(called, rest):
            fields["report"] = name
            rest = re.sub(called, " ", rest)
    if every := _EVERY.search(rest):
        fields["weekday"] = _weekday(every)
        rest = rest[: every.start()] + rest[every.end() :]
    everything = re.search(r"\b(?:todos?|todo|all|everything)\b", rest)
    left = tuple(_FILLER.sub(" ", rest).split())
    if left and left not in (("esto",), ("this",), ("eso",)):
        return Reading("clarify", "stop_schedule", fields, "unknown_term", unread=left)
    if not fields:
        fields["target"] = "all" if everything else "mine"
    return Reading("action", "stop_schedule", fields)


_NAMED = {
    "scorecard": r"\b(?:score\s?cards?|fichas?)\b",
    "weekly": r"\b(?:reporte\s+semanal|weekly\s+report|semanal)\b",
    "monthly": r"\b(?:reporte\s+mensual|monthly\s+report|mensual)\b",
}
