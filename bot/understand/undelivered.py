"""Reads what is asked about messages that never reached Slack: "¿qué mensajes no salieron?".

The whole message says it, or it is not read here.
"""

import re

from bot.understand.normalise import Typed
from bot.understand.result import Reading

_LEAD = (
    r"(?:(?:oye|hola|por favor|porfa|please|cartera|hey)[\s,]+)*"
    r"(?:(?:muestrame|dame|ensename|lista(?:me)?|ver|quiero ver|show me|list|give me)\s+)?"
    r"(?:(?:que|cuales|what|which|hay|are there(?: any)?)\s+)?"
)
_THEM = (
    r"(?:(?:todos|todas|all)\s+)?(?:(?:los|las|the|son|are)\s+)*"
    r"(?:mensajes?|avisos?|envios?|messages?)\s+(?:que\s+|that\s+|which\s+)?(?:se\s+)?"
    r"(?:no\s+(?:salieron|se\s+entregaron|se\s+enviaron|se\s+pudieron\s+(?:enviar|entregar)|llegaron|entregados|enviados)"
    r"|sin\s+(?:entregar|enviar)|atorad[oa]s|muert[oa]s|fallid[oa]s|fallaron|quedaron\s+(?:atorados|sin\s+entregar)"
    r"|(?:were\s+)?(?:not|never)\s+(?:sent|delivered)|(?:were\s+)?undelivered|(?:that\s+)?failed|stuck)"
    r"|(?:(?:los|las|the)\s+)?(?:undelivered|dead|failed|stuck)\s+(?:messages|letters)"
    r"|(?:(?:las|the)\s+)?cartas?\s+muertas?"
)
_ONE = (
    r"(?:(?:el|al|the)\s+)?(?:mensaje|aviso|message|letter)\s*(?:no\.?|numero|number|#)?\s*#?(?P<n>\d{1,9})"
)
_RETRY = r"(?P<retry>reintent(?:a|ar|e|en)|reenvi(?:a|ar|e|en)|vuelve a (?:enviar|mandar)|retry|resend)"
_DROP = r"(?P<drop>descart(?:a|ar|e|en)|discard|drop)"
_ASKED = re.compile(rf"{_LEAD}(?:{_THEM})")
_ORDERED = re.compile(
    rf"(?:(?:oye|por favor|porfa|please|cartera)[\s,]+)*(?:{_RETRY}|{_DROP})\s+(?:{_ONE}|{_THEM})"
)
_AROUND = " .,;:"
_SIGNS = re.compile("[¿?¡!]")


def read_undelivered(typed: Typed) -> Reading | None:
    said = " ".join(_SIGNS.sub(" ", typed.folded).strip(_AROUND).split())
    if _ASKED.fullmatch(said):
        return Reading("question", "dead_letters", {})
    if order := _ORDERED.fullmatch(said):
        letters = (int(order["n"]),) if order["n"] else ()
        return Reading(
            "action", "attend_letters", {"do": "drop" if order["drop"] else "retry", "letters": list(letters)}
        )
    return None
