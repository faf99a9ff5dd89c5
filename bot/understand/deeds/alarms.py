# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""What is done about an alert, and watches that name no bound: data that does not come, something odd, a target missed."""

import re
from datetime import datetime, time, timedelta

from bot.understand.deeds.action import Action, need
from bot.understand.deeds.people import read_to
from bot.understand.deeds.sheet import Sheet
from bot.understand.deeds.when import read_date, read_time

OPENS = time(8)  # "until tomorrow", with no hour
_ALERT = re.compile(
    r"\b(?:(?:de|a|con|of|to|on)\s+)?(?:(?:el|al|del|la|the)\s+)?(?:alerta|alarma|alert)\s*(?:no\b\.?|num\b\.?|numero|number|#)?\s*#?(?P<n>\d{1,9})\b"
)
_WHY = re.compile(r"\s*(?::|,?\s*\b(?:porque|nota|ya que|because|note)\b)\s*:?\s*(?=[^\s\x00])")
_SAID = (
    ("useless", r"\b(?:como\s+|as\s+)?(?:(?:poco|nada|no)\s+util|inutil|ruido|falsa alarma|useless|not useful|noise|a false alarm)\b"),
    ("useful", r"\b(?:como\s+|as\s+)?(?:util|useful)\b"),
    ("snooze", r"\b(?:en|a|on)\s+(?:pausa|silencio|snooze|mute)\b"),
    ("wake", r"\b(?:(?:la|el|the)\s+)?(?:pausa|silencio|snooze|mute)\b"),  # "quita la pausa"
)  # fmt: skip
_DONE = (
    ("acknowledge", r"\b(?:como|as)\s+(?:atendid[oa]|vist[oa]|enterad[oa]|reconocid[oa]|leid[oa]|attended|seen|read|acknowledged)\b"),
    ("resolve", r"\b(?:como|as)\s+(?:resuelt[oa]|cerrad[oa]|terminad[oa]|resolved|closed|done)\b"),
)  # fmt: skip
_MARKS = tuple((do, re.compile(pattern)) for do, pattern in (*_SAID, *_DONE))
_BY_VERB = (
    ("wake", r"react|despert|despiert|unmut|unsnooz|wake"),
    ("snooze", r"silenci|paus|posp|posterg|snooz|mut"),
    ("acknowledge", r"recono|acus|enterad|ack|atend|atiend|tomo|(?:me )?encargo\b|got"),
    ("resolve", r"cierr|cerr|resolv|resuelv|clos"),
    ("assign", r"asign|encarg|turn|pas|deleg|assign|give|hand"),
)
_COUNTS = r"\d{1,3}|un|una|dos|tres|cuatro|cinco|seis|ocho|doce|one|two|three|four|five|six|eight|twelve|an?"
_WORDS = {"un": 1, "una": 1, "one": 1, "a": 1, "an": 1, "dos": 2, "two": 2, "tres": 3, "three": 3, "cuatro": 4, "four": 4, "cinco": 5, "five": 5, "seis": 6, "six": 6, "ocho": 8, "eight": 8, "doce": 12, "twelve": 12}  # fmt: skip
_FOR = re.compile(
    rf"\b(?:(?:por|durante|for)\s+)?(?:las?\s+(?:proximas?\s+)?|the next\s+)?(?P<n>{_COUNTS})\s*(?P<u>horas?|hrs?|h|hours?|dias?|days?|semanas?|weeks?)\b"
)
_UNITS = {"h": 1, "d": 24, "s": 168, "w": 168}
_UNTIL = re.compile(r"\b(?:hasta|until|till)\b")


def read_alert_number(sheet: Sheet) -> None:
    if match := sheet.first(_ALERT):
        sheet.fields["alert"] = int(match["n"])


def read_remark(sheet: Sheet) -> None:
    """All that follows the colon: kept as typed, nothing in it is obeyed."""
    if lead := _WHY.search(sheet.text):
        sheet.fields["note"] = sheet.raw(lead.end(), len(sheet.text)).strip(" .")
        sheet.take(lead.start(), len(sheet.text))


def read_done(sheet: Sheet) -> None:
    """What stands beside the verb tells first: "pon en pausa", "quita la pausa"."""
    for do, pattern in _MARKS:
        if match := pattern.search(sheet.text):
            sheet.take(*match.span())
            sheet.fields["do"] = do
            return
    sheet.fields["do"] = next(
        (do for do, stems in _BY_VERB if re.match(rf"(?:{stems})", sheet.said)), "acknowledge"
    )


def read_how_long(sheet: Sheet) -> None:
    """ "por 2 horas", "hasta mañana a las 10"; a pause that does not say is asked."""
    if sheet.fields.get("do") not in ("snooze", "acknowledge"):
        return
    if match := sheet.first(_FOR):
        count = int(match["n"]) if match["n"].isdigit() else _WORDS[match["n"]]
        sheet.fields["hours"] = count * _UNITS[match["u"][0]]
    elif lead := _UNTIL.search(sheet.text):
        sheet.mark(*lead.span())
        _read_until(sheet)
    elif sheet.fields["do"] == "snooze":
        sheet.ask("slot:hours")


def _read_until(sheet: Sheet) -> None:
    read_time(sheet)
    read_date(sheet)
    at, on = sheet.fields.pop("time", None), sheet.fields.pop("date", None)
    if at is None and on is None:
        sheet.ask("slot:hours")
        return
    hour = time.fromisoformat(at) if at else OPENS
    until = datetime.combine(datetime.fromisoformat(on).date() if on else sheet.today, hour, sheet.now.tzinfo)
    if until <= sheet.now and on is None:
        until += timedelta(days=1)
    sheet.fields["until"] = until.isoformat()


def read_receiver(sheet: Sheet) -> None:
    if sheet.fields.get("do") != "assign":
        return
    read_to(sheet)
    whom = sheet.fields.pop("to_agent", None)
    if whom is not None:
        sheet.fields["to"] = whom
    elif not sheet.problems:
        sheet.ask("slot:to")


ATTEND = Action(
    (read_alert_number, read_remark, read_done, read_how_long, read_receiver), (need("alert"), need("do"))
)

# --- Watches that name no bound --------------------------------------------------------------------

_FILES = r"(?:(?:el|los|las|la|the)\s+)?(?:(?:archivos?|datos?|informacion|files?|data)\s+(?:de\s+|del\s+)?(?:(?:los|las|la|el)\s+)?)?"
_SOURCES = (
    ("payments", r"pagos|abonos|payments?"),
    ("positions", r"saldos|cortes?(?: de cartera)?|cartera|balances?|portfolio"),
    ("contacts", r"gestiones|llamadas|contactos|contacts|calls"),
    ("promises", r"promesas(?: de pago)?|pdps|ptps|promises"),
)  # fmt: skip
_SOURCE = (
    rf"{_FILES}(?:{'|'.join(f'(?P<{name}>{words})' for name, words in _SOURCES)})(?:\s+(?:data|files?))?"
)
_LACK = r"(?:no\s+(?:me\s+|nos\s+|se\s+|han\s+)?(?:lleg(?:an?|uen?|ado|aron)|entr(?:an?|en?|ado|aron)|carg(?:an?|uen?|ado|aron)|sub(?:en?|an?|ido|ieron)|actualiz(?:an?|aron|ado)|actualicen?)|(?:se\s+)?(?:atras(?:an?|en)|retras(?:an?|en))|falt(?:an?|en)|(?:do not|don't|does not|doesn't|did not|didn't|have not|haven't|hasn't)\s+(?:arrive[d]?|come(?: in)?|load(?:ed)?|been loaded)|(?:are|is|get|gets)\s+(?:late|missing))"
_NOT_A_NUMBER = r"(?!\s*(?:a|al|to|mas|menos|\d|\$))"
_AWAITED = re.compile(
    rf"\b(?:{_LACK}\s+{_SOURCE}|{_SOURCE.replace('(?P<', '(?P<x')}\s+{_LACK})\b{_NOT_A_NUMBER}"
)
_AWAITED_SOMETHING = re.compile(
    rf"\b(?:{_LACK}\s+(?:(?:los|las|el|la|the)\s+)?(?:datos|archivos?|informacion|data|files?)|(?:(?:los|las|el|la|the)\s+)?(?:datos|archivos?|informacion|data|files?)\s+{_LACK})\b"
)
_ODD = re.compile(
    r"\b(?:(?:hay|ves|veas|pasa|pase|sucede|detectas|detectes|notas|notes|there is|there's|you see|happens?)\s+)?(?:algo\s+(?:muy\s+)?(?:raro|inusual|extrano|anormal|fuera de lo (?:normal|comun))|(?:una\s+|alguna\s+)?anomalias?|numeros (?:raros|inusuales)|(?:something|anything)\s+(?:odd|unusual|strange)|an(?:y)? anomal(?:y|ies))(?:\s+(?:happens|pasa|sucede))?\b"
)
_GOAL = r"(?:(?:de|del|of|a|to)\s+)?(?:(?:la|el|al|su|mi|nuestra|the|its|their|our|my)\s+)?(?:metas?|objetivos?|targets?|goals?)"
_BEHIND = re.compile(
    rf"\b(?:(?:va|vamos|van|voy|anda|andamos|andan|ando|esta|estamos|estan|estoy|queda|quedamos|is|are|falls?|gets?)\s+)?(?:muy\s+)?(?:(?:por\s+)?(?:abajo|debajo)|atrasad[oa]s?(?=\s+(?:en|con))|atras|behind|below|under)\s+(?:(?:en|con)\s+)?{_GOAL}\b(?!\s*\d)"
)
_SHORT = re.compile(
    rf"\b(?:no\s+(?:(?:va|vamos|van|voy)\s+a\s+)?(?:llegar|lleg\w+|alcanz\w+|cumpl\w+|logr\w+)|(?:is|are|am)\s+not\s+going\s+to\s+(?:reach|hit|make|meet)|(?:won't|will not|going to)\s+(?:reach|hit|make|meet|miss))\s+{_GOAL}\b(?!\s*\d)"
)


def read_boundless(sheet: Sheet) -> None:
    """ "si no llegan los pagos", "si hay algo raro", "si vamos abajo de la meta": the kind says the bound."""
    if match := _AWAITED.search(sheet.text):
        source = next(name for name, _ in _SOURCES if match[name] or match["x" + name])
        sheet.fields |= {"kind": "data", "source": source}
    elif match := _AWAITED_SOMETHING.search(sheet.text):
        sheet.fields["kind"] = "data"
        sheet.ask("slot:source")
    elif match := _ODD.search(sheet.text):
        sheet.fields["kind"] = "anomaly"
    elif match := _SHORT.search(sheet.text) or _BEHIND.search(sheet.text):
        kind = "close" if _SHORT.search(sheet.text) else "pace"
        sheet.fields |= {"kind": kind, "op": "lt", "threshold": 1}
    if match is not None:
        sheet.take(*match.span())
