# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""Orders about one account: its marks, holds and notes, its debtor's details; and the card that is asked for."""

import re

from bot.understand.deeds.action import Action, need
from bot.understand.deeds.sheet import Sheet
from bot.understand.deeds.slots import read_account, read_mark, read_note
from bot.understand.normalise import Typed

_BARE = re.compile(
    r"\b(?:la|el|the)\s+(?:no\.?\s+|numero\s+|number\s+)?#?(?P<no>(?:[a-z]{1,4}-)?\d[\d-]{1,}\d)(?![a-z0-9])|#(?P<tag>\d{3,})\b"
)
_KINDS = (
    ("complaint", r"quejas?|complaints?|reclamacion"),
    ("dispute", r"aclaracion(?:es)?|disputas?|dispute|no reconoce (?:el |la )?(?:cargo|deuda|credito|adeudo)"),
    ("arco", r"(?:solicitud(?:es)?\s+)?arco(?: requests?)?|(?:oposicion|cancelacion) de datos"),
    ("legal", r"(?:asunto |tema |proceso |cuestion )?legal(?:es)?(?: matter| case)?|demanda|juicio|litigio|lawsuit|litigation"),
    ("fraud", r"(?:posible )?fraude|robo de identidad|suplantacion|fraud|identity theft"),
    ("deceased", r"fallecimiento|fallecid[oa]|fallecio|murio|defuncion|deceased|died|death"),
    ("insolvency", r"concurso(?: mercantil)?|quiebra|insolvencia|bankruptcy|insolvency"),
)  # fmt: skip
_LEAD = r"(?:\b(?:por|motivo|de|porque|en|for|due to|because of|under|with|con)\s*:?\s*)?(?:(?:el titular|the debtor|una?|el|la|an?|the)\s+)?"
_KIND = re.compile("|".join(rf"(?P<{name}>{_LEAD}\b(?:{words})\b)" for name, words in _KINDS))
_PAUSE = re.compile(
    r"\b(?:en|a|on)\s+(?:pausa|retencion|suspension|hold)\b|\bretencion\b|\bholds?\b|\bcobro\b|\bsu\b"
)
_OF_DEBTOR = re.compile(
    r"\b(?:del|de la|de|of the|of)\s+(?:titular|deudora?|debtor|client[ea])\b|\b(?:titular|telefonos?|nombres?|datos?|y)\b"
)
_WHY = re.compile(
    r"\b(?:porque|para|motivo|because|in order to|reason)\b\s*:?\s*(?=[a-z])|(?<=\d)\s*:\s*(?=[a-z])|\b(?:to)\b\s+(?=[a-z])"
)
_NUMBER = r"#?(?P<no>(?:[a-z]{1,4}-?)?\d[\d-]*\d)"
_ASK = r"(?:(?:dame|pasame|muestra|muestrame|ensename|abre|abreme|busca|buscame|ver|quiero ver|a ver|consulta|show|show me|open|find|see|get|get me|pull up|look up)\s+)?"
_STANDS = (
    r"(?:(?:como (?:esta|va|anda)|que (?:pasa|hay) con|cual es el estado de|how is|what about|how does)\s+)"
)
_CARD_WORD = r"(?:(?:la |el |the )?(?:ficha|tarjeta|detalle|estatus|estado|card|details?|status)\s+(?:de\s+|del\s+|of\s+|for\s+)?)"
_ACCOUNT_WORD = (
    r"(?:(?:la |el |the |mi |my )?(?:cuenta|cta|credito|account|acct)\s*(?:no\.?|num\.?|numero|number)?\s*)"
)
_CARD = re.compile(
    rf"\W*(?:(?:hola|oye|por favor|please)\W+)*(?:{_ASK}{_CARD_WORD}?{_ACCOUNT_WORD}|{_ASK}{_CARD_WORD}(?:la )?|{_STANDS}(?:{_ACCOUNT_WORD}|la )){_NUMBER}(?: doing| stand)?\W*(?:por favor|please|porfa)?\W*"
)


_NOTES = re.compile(
    rf"\W*(?:(?:hola|oye|por favor|please)\W+)*{_ASK}(?:(?:que|cuales|what)\s+)?(?:(?:las|los|the|ultimas|any)\s+)*(?:notas|comentarios|observaciones|notes|comments)\s+(?:(?:tiene|trae|hay|son|are there|does|hay anotadas)\s+)?(?:(?:de|en|of|on|for)\s+)?(?:{_ACCOUNT_WORD}|la )?{_NUMBER}(?: have)?\W*(?:por favor|porfa|please)?\W*"
)


def card_asked(typed: Typed) -> str | None:
    """ "cuenta 10023", "¿cómo está la 10023?": the number of the account whose card is asked for, on which its
    notes stand too."""
    match = _CARD.fullmatch(typed.folded) or _NOTES.fullmatch(typed.folded)
    if match is None:
        return None
    start, end = match.span("no")
    return typed.raw[typed.origin[start] : typed.origin[end - 1] + 1]


def read_one(sheet: Sheet) -> None:
    """ "marca la 10023": beside a verb of accounts a number that long is one."""
    read_account(sheet)
    if "account" in sheet.fields:
        return
    if match := sheet.first(_BARE):
        sheet.fields["account"] = sheet.raw(*match.span("no" if match["no"] else "tag"))


_SEVERAL = re.compile(
    r"\b(?:las|los|todas|todos|the|all|mis|sus|my|those|estas|esas)\s+(?:(?:las|los|the|\d+)\s+)?(?:cuentas|ctas|casos|accounts|accts|cases)\b"
)


def read_several(sheet: Sheet) -> None:
    """ "marca como especiales las cuentas de más de 80 mil": these are done one at a time, and that is said."""
    if "account" not in sheet.fields and _SEVERAL.search(sheet.typed.folded):
        sheet.take(0, len(sheet.text))
        sheet.ask("unsupported:one_account")


def read_kind(sheet: Sheet) -> None:
    """Why it is held; two reasons are asked about."""
    text = sheet.typed.folded
    found = {match.lastgroup: match.span() for match in _KIND.finditer(text)}
    for span in found.values():
        sheet.take(*span)
    sheet.first(_PAUSE)
    if len(found) == 1:
        sheet.fields["kind"] = next(iter(found))
    elif found:
        sheet.ask("slot:kind", *map(str, found))


def read_release(sheet: Sheet) -> None:
    """Which of several is asked in the preview."""
    for match in _KIND.finditer(sheet.text):
        sheet.take(*match.span())
    sheet.first(_PAUSE)


def read_reason(sheet: Sheet) -> None:
    """All that follows "para" or "porque": kept as typed, for the record."""
    for match in _OF_DEBTOR.finditer(sheet.text):
        sheet.mark(*match.span())
    lead = _WHY.search(sheet.text)
    if lead is None:
        return
    begin = lead.start() if lead.group().strip().startswith("para") else lead.end()
    sheet.fields["reason"] = sheet.raw(begin, len(sheet.text)).strip(" .")
    sheet.take(lead.start(), len(sheet.text))


SPECIAL = Action((read_one, read_mark, read_several), (need("account"),))
DO_NOT_CALL = Action((read_one, read_mark, read_several), (need("account"),))
NOTE = Action((read_note, read_one), (need("account"), need("text")))
HOLD = Action((read_one, read_kind, read_several), (need("account"),))
RELEASE = Action((read_one, read_release, read_several), (need("account"),))
UNMASK = Action((read_one, read_reason), (need("account"),))
