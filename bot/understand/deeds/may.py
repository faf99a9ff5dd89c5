# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""Questions whether somebody may be contacted: which account, by what, on what day and hour, at whose place.

Whole or not at all: a word it does not know makes it somebody else's question. Knows no rule.
"""

import re
from datetime import date, timedelta
from typing import Any

from bot.understand import period
from bot.understand.normalise import Typed
from bot.understand.period_words import WEEKDAYS

COURTESY = r"\W*(?:(?:hola|oye|oigan|hey|hi|por favor|porfa|please|una duda|duda|una pregunta|dime|tell me|me dices|saber)\W+(?:si\W+|if\W+)?)*"
_OURS = r"puedo|podemos|puede|pueden|podria|podriamos|debo|se vale|es legal|es valido|esta permitido|se permite|can i|can we|may i|may we|could i|could we|am i allowed to|are we allowed to|is it legal to|is it ok to|is it allowed to|should i|should we"
_MAY = rf"(?:(?:me |se |ya |todavia |aun |le )*(?:{_OURS}|puedes)(?: (?:ya|yo|todavia|aun|still|legally))*)"
_WHEN = r"(?:(?:a que hora|hasta que hora|hasta que horas|until what time|until when|desde que hora|a partir de que hora|cuando|desde cuando|por que no|from when|at what time|when|what time|why can't i)\s+)?"
_SEND = r"(?:mandar|enviar|poner|send|escribir)(?:le|les|lo|la)? (?:un |una |unos |an? )?"
_DEEDS = (
    (
        "call",
        r"(?:llamar|marcar|telefonear|hablar|echar un telefonazo|call|phone|dial|ring|talk to|speak to|speak with)(?:le|lo|la|les|los|las)?(?: por telefono)?|preguntar(?:le|les)? por el",
    ),
    (
        "sms",
        rf"(?:{_SEND}(?:sms|mensajes?(?: de texto)?|texts?(?: messages?)?)(?: to)?|mensajear(?:le|lo|la)?|text)",
    ),
    (
        "whatsapp",
        rf"(?:{_SEND}(?:whatsapps?|whats|wa|mensajes? (?:por|de) whats(?:app)?)(?: to)?|whatsappear(?:le)?)",
    ),
    ("email", rf"(?:{_SEND}(?:correos?(?: electronicos?)?|mails?|emails?|e-mails?)(?: to)?|email)"),
    ("visit", r"(?:visitar|ir a ver|hacer(?:le)? una visita|pay a visit to|visit)(?:le|lo|la|les)?"),
    ("ivr", rf"{_SEND}(?:ivr)(?: to)?"),
    ("blaster", rf"{_SEND}(?:blaster)(?: to)?"),
    ("any", r"(?:contactar|buscar|gestionar|molestar|cobrar|contact|reach|collect from)(?:le|lo|la|les)?"),
)
_DEED = "|".join(f"(?P<{name}>{words})" for name, words in sorted(_DEEDS, key=lambda each: each[0] != "whatsapp"))  # fmt: skip
_NOW = r"(?:ahorita mismo|ahorita|ahora mismo|ahora|ya|en este momento|a esta hora|right now|now|at this hour|at this time)"
_OPENS = re.compile(rf"{COURTESY}(?P<when>{_WHEN})(?P<may>{_MAY})(?:\s+{_NOW})?\s+(?:{_DEED})(?![a-z])")

_OF = r"(?:de la|de los|de las|del|de|of the|of|to the|to|al|a la|a los|a las|a|con|con la|con el|en|with|at|'s)"
_THE = r"(?:(?:el|la|los|las|lo|su|sus|un|una|the|his|her|their|a|an)\s+)?"
_DEBTOR = rf"(?:{_OF}\s+)?{_THE}(?:deudor(?:es|a|as)?|titular(?:es)?|cliente|acreditado|debtors?|customers?|holder)(?:'s)?"
# What may follow, in any order. Each is tried at the place where the one before it ended.
_TAIL = (
    ("account", re.compile(r"(?:(?:a|al|con|to|de|of|del|the debtor of|titular de|el titular de|deudor de)\s+)*(?:(?:la|el|the)\s+)?(?:(?:cuenta|cta|account|acct|credito|numero|no\.?)\s*)*#?(?P<no>(?:[a-z]{1,4}-?)?\d[\d-]*\d)(?![\w:])")),
    ("by", re.compile(r"(?:por|x|by|via)\s+(?P<by>sms|whatsapp|whats|correo|mail|email|llamada|telefono|call|phone|blaster|ivr|visita)\b")),
    ("work", re.compile(rf"(?:{_OF}\s+)?{_THE}(?:telefono (?:del? |de su )?)?(?:trabajo|chamba|oficina|empleo|lugar de trabajo|centro de trabajo|workplace|work(?: phone| number)?|office|job)\b")),
    ("third", re.compile(rf"(?:{_OF}\s+)?{_THE}(?:terceros?|terceras? personas?|otra persona|referencias?|vecin[oa]s?|familia(?:r|res)?|parientes?|espos[oa]s?|marido|conyuge|pareja|mama|papa|madre|padre|hij[oa]s?|herman[oa]s?|sueg\w+|novi[oa]s?|amig[oa]s?|jef[ea]s?|patron(?:es)?|companer[oa]s?(?: de trabajo)?|third part(?:y|ies)|references?|neighbou?rs?|relatives?|family|wife|husband|spouse|mother|father|mom|dad|son|daughter|brother|sister|boss|employer|co-?workers?|friends?)\b")),
    ("debtor", re.compile(rf"{_DEBTOR}\b")),
    ("at", re.compile(r"(?:a|pasadas|despues de|hasta|para|at|after)\s*(?:las?\s+)?(?P<h>\d{1,2})(?:[:.](?P<m>\d\d))?\s*(?:hrs?|horas)?\s*(?P<half>a\.?m\.?|p\.?m\.?|de la manana|de la tarde|de la noche|de la madrugada|in the morning|in the afternoon|in the evening|at night)?(?![\w:])")),
    ("feast", re.compile(r"(?:en\s+|los\s+|un\s+|on\s+|on a\s+)?(?:dias?\s+)?(?:festivos?|feriados?|inhabil(?:es)?|(?:public |bank )?holidays?)\b")),
    ("now", re.compile(rf"{_NOW}\b")),
    ("please", re.compile(r"(?:por favor|porfa|please|gracias|thanks|legalmente|legally)\b")),
)  # fmt: skip
_CHANNELS = {"whats": "whatsapp", "correo": "email", "mail": "email", "llamada": "call", "telefono": "call", "phone": "call", "visita": "visit"}  # fmt: skip
_DAY_LEAD = re.compile(rf"(?:para |por |en |on |un |a |los |todos los |este |this |el )*(?P<day>(?:{'|'.join(sorted(WEEKDAYS, key=len, reverse=True))})s?)\b")  # fmt: skip
_GAP = re.compile(r"[\s,;.?¿!¡]*")

# Asked of what no account could make lawful: the rule is told, nothing is written.
_ASKED = re.compile(rf"{COURTESY}(?:me |se |le |les )*(?:{_OURS})\b")
_DRAFTS = re.compile(
    r"\b(?:redact\w*|escrib\w*|invent\w*|prepar\w*|arm[ae]\w*|haz\w*|hacer(?:me|nos)|dar(?:me|nos)|ayud\w*|write|draft|prepare|make|help)\b"
)
_TOPICS = (
    ("threat", re.compile(r"\b(?:amenaz\w*|intimid\w*|asust\w*|hostig\w*|acos\w*|insult\w*|embarg\w*|carcel|demanda\w*|demandar\w*|threat\w*|scare|harass\w*|insult|jail|prison|sue|seize)\b")),
    ("authority", re.compile(r"\b(?:hacer(?:me|nos|se)? pasar por|pose as|pretend to be|parezca de(?: un| una)? (?:juzgado|autoridad|abogado)\w*|citatorio|court)\b")),
    ("expose", re.compile(r"\b(?:publicar\w*|exhibir\w*|exponer\w*|quemar\w*|carteles?|facebook|redes sociales|lista negra|post(?:er)?s?|expose|social media|blacklist)\b")),
)  # fmt: skip

Asked = tuple[str, dict[str, Any]]


def may_asked(typed: Typed, today: date) -> Asked | None:
    """Of an account, or of anybody; None where anything else is said with it."""
    match = _OPENS.match(typed.folded)
    said = _read(typed.folded, match.end(), today) if match else None
    if match is None or said is None:
        return _topic(typed.folded)
    deed = next((name for name, _ in _DEEDS if match[name]), "call")
    by = said.pop("by", None)
    if by and deed not in ("any", "call", "sms") and by != deed:
        return None  # "mandar un correo por SMS"
    channel = by or ("call" if deed == "any" else deed)
    fields: dict[str, Any] = {"channel": channel} if channel != "call" else {}
    if "account" in said:
        start, end = said.pop("account")
        said.pop("debtor", None)
        if said.get("day") == today.isoformat():
            del said["day"]
        number = typed.raw[typed.origin[start] : typed.origin[end - 1] + 1]
        if said.pop("feast", None):
            return None  # which one, is not said
        return "may_contact", {"account": number, **fields, **said}
    asked = said.pop("debtor", False) or bool(said) or match["when"]
    return (
        ("contact_rules", {**fields, **said})
        if asked and _ASKED.match(typed.folded, match.start("may"))
        else None
    )


def _topic(text: str) -> Asked | None:
    if not _ASKED.match(text) or _DRAFTS.search(text):
        return None
    name = next((name for name, words in _TOPICS if words.search(text)), None)
    return ("contact_rules", {"topic": name}) if name else None


def _read(text: str, at: int, today: date) -> dict[str, Any] | None:
    """All that follows, piece by piece; None at the first that is not known, or that is said twice."""
    said: dict[str, Any] = {}
    while (at := _past_gap(text, at)) < len(text):
        piece = _piece(text, at, today)
        if piece is None:
            return None
        name, value, at = piece
        if name in said:
            return None
        if name:
            said[name] = value
    return said


def _past_gap(text: str, at: int) -> int:
    gap = _GAP.match(text, at)
    return gap.end() if gap else at


def _piece(text: str, at: int, today: date) -> tuple[str, Any, int] | None:
    """What stands here and where it ends. A day before a number: "el 16 de septiembre" is no account."""
    if (day := _day(text, at, today)) is not None:
        return "day", day[0].isoformat(), day[1]
    for name, pattern in _TAIL:
        if match := pattern.match(text, at):
            value = _value(name, match)
            return None if value is None else (*value, match.end())
    return None


def _value(name: str, match: re.Match[str]) -> tuple[str, Any] | None:
    """Its field and what it says; no field for what adds nothing. None: no hour of any day."""
    if name == "account":
        return "account", match.span("no")
    if name == "by":
        return "by", _CHANNELS.get(match["by"], match["by"])
    if name in ("work", "third"):
        return "party", name
    if name in ("feast", "debtor"):
        return name, True
    if name == "at":
        hour, minute = _hour(int(match["h"]), match["half"] or ""), int(match["m"] or 0)
        return ("time", f"{hour:02}:{minute:02}") if hour is not None and minute < 60 else None
    return "", None


def _day(text: str, at: int, today: date) -> tuple[date, int] | None:
    if match := _DAY_LEAD.match(text, at):
        word = match["day"]
        ahead = (WEEKDAYS[word if word in WEEKDAYS else word.removesuffix("s")] - today.weekday()) % 7
        ends = match.end()
        longer = _found(text, at, today)
        if longer is None or longer[1] <= ends:
            return today + timedelta(days=ahead), ends
    return _found(text, at, today)


def _found(text: str, at: int, today: date) -> tuple[date, int] | None:
    """One day, as the calendar's grammar has it."""
    lead = re.compile(r"(?:para |on |el |the )*").match(text, at)
    start = lead.end() if lead else at
    led = " " * max(start - 3, 0) + "el "[-start:] + text[start:]
    begins = [each for each in period.find(led, today, future=True) if each.start <= start < each.end]
    if not begins or begins[0].period is None or begins[0].period.start != begins[0].period.end:
        return None
    return begins[0].period.start, begins[0].end


def _hour(hour: int, half: str) -> int | None:
    """None where it is no hour, or could be either half of the day."""
    if not half:
        return hour if 12 <= hour <= 23 or hour in (0, 7, 8, 9, 10, 11) else None
    noon = half[0] == "p" or "tarde" in half or "afternoon" in half
    late = noon or any(word in half for word in ("noche", "evening", "night"))
    if not 1 <= hour <= 12:
        return None
    return hour % 12 + (12 if noon or (late and hour != 12) else 0)
