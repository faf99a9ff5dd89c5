# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""Reads what is asked about decisions that wait for the asker: "¿qué tengo por aprobar?".

The whole message says it, or it is not read here.
"""

import re

from bot.understand.normalise import Typed
from bot.understand.result import Reading

_LEAD = (
    r"(?:(?:oye|hola|hey|hi|por favor|porfa|please|cartera|dime|muestrame|ensename|dame|ver|lista(?:me)?|a ver|y|ahora"
    r"|show me|give me|list|tell me|any|are there(?: any)?|is there(?: anything)?|do i have(?: any)?)[\s,]+)*"
)
_DECIDE = r"(?:aprobar|autorizar|validar|firmar|decidir|dar el visto bueno|dar visto bueno)"
_DECISION = (
    r"(?:aprobacion(?:es)?|autorizacion(?:es)?|visto bueno|firma|ok|si|decision(?:es)?|validacion(?:es)?)"
)
_THINGS = (
    r"(?:solicitudes|cosas|propuestas|movimientos|cambios|pendientes|requests|proposals|changes|things|items)"
)
_HAVE = r"(?:tengo|hay|me queda[n]?|me falta[n]?|falta[n]?|traigo|sigue[n]?|esta[n]?|queda[n]?)"
_ES = (
    rf"(?:(?:que|cuales|cuantas|algo|todo|los|las|mis|lo que)\s+)*(?:{_THINGS}\s+)?(?:(?:que\s+)?{_HAVE}\s+)?(?:algo\s+|pendientes?\s+)?"
    rf"(?:(?:por|que|para|de|pendientes? (?:de|por))\s+)?(?:yo\s+)?{_DECIDE}"
    rf"|(?:(?:que|cuales|algo|lo que|las?|los)\s+)*(?:{_THINGS}\s+)?(?:(?:que\s+)?(?:esta[n]?|sigue[n]?|hay|espera[n]?|tengo|necesita[n]?|requiere[n]?|ocupa[n]?)\s+)?"
    rf"(?:algo\s+)?(?:pendientes?\s+(?:de\s+)?|esperando\s+|en espera de\s+)?(?:de\s+)?mis?\s+{_DECISION}(?:\s+pendientes?)?"
    rf"|(?:(?:mis|las|que|cuales)\s+)*(?:{_DECISION})\s+(?:que\s+)?(?:(?:tengo|hay|me quedan|me faltan)\s+)?pendientes"
)
_EN = (
    r"(?:(?:what's|what is|what are|what do i have|what do i need|what needs|what|anything|something|the|my|all)\s+)*"
    rf"(?:{_THINGS}\s+)?(?:(?:that\s+)?(?:i have|i need|is|are|needs|need|left|still|waiting|pending|there)\s+)*"
    r"(?:to approve|to authori[sz]e|to sign off(?: on)?|to decide(?: on)?|(?:for\s+|on\s+|awaiting\s+)?my (?:approvals?|sign-?off|decisions?|ok|authori[sz]ation))"
    r"|(?:(?:my|the|all)\s+)*(?:pending|open|outstanding) (?:approvals?|decisions?)|(?:my|the) approvals?(?: queue| waiting| pending)?"
)
_ASKED = re.compile(
    rf"{_LEAD}(?:{_ES}|{_EN})(?:\s+(?:hoy|ahorita|ahora|today|now|right now|por favor|porfa|please))*"
)
_SIGNS = re.compile(r"[¿?¡!.,;:]")
# "Apruebo", "mi ok": said by itself it is a yes.
_ASKS = re.compile(
    r"\b(?:que|cual\w*|algo|pendientes?|solicitudes|por|what|what's|anything|pending|waiting|outstanding|approvals)\b"
)
LONGEST = 120  # characters


def read_awaiting(typed: Typed) -> Reading | None:
    said = " ".join(_SIGNS.sub(" ", typed.folded).split())
    asked = len(said) <= LONGEST and _ASKS.search(said) and _ASKED.fullmatch(said)
    return Reading("list", "approvals", {}) if asked else None
