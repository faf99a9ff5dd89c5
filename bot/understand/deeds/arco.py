# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""What compliance and quality order and ask of the house itself: erasures, terms, accesses, nonconformities."""

import re
from typing import Any

from bot.understand.deeds.action import Action, need
from bot.understand.deeds.marks import read_one
from bot.understand.deeds.rows import keep_filters, read_rows
from bot.understand.deeds.sheet import Sheet
from bot.understand.deeds.when import read_date
from bot.understand.normalise import Typed

_FOLIO = re.compile(
    r",?\s*\b(?:con\s+(?:el\s+)?|with\s+|por\s+)?(?:folio|instruccion|instruction)\s*(?:no\b\.?|numero|number|#|:)?\s*:?\s*(?P<folio>[a-z0-9][a-z0-9/_-]{1,39})"
)
_PERSON = re.compile(
    r"\b(?:datos? personales?|personal (?:data|information)|titular|deudora?|debtor|client[ea]|todos?|all)\b"
)


def read_folio(sheet: Sheet) -> None:
    """Before the account's number is looked for: a folio has digits too."""
    if match := sheet.first(_FOLIO):
        sheet.fields["folio"] = sheet.raw(*match.span("folio"))


def read_person(sheet: Sheet) -> None:
    for match in _PERSON.finditer(sheet.text):
        sheet.mark(*match.span())


ERASE = Action((read_folio, read_one, read_person), (need("account"),))

# --- Nonconformities -------------------------------------------------------------------------------

_IT = r"(?:no[ -]?conformidad(?:es)?|non[ -]?conformit(?:y|ies)|accion de mejora|mejora|improvement)"
_NUMBERED = re.compile(
    rf"\b(?:(?:de|del|of|for|to|a|en|con)\s+)?(?:(?:la|the)\s+)?{_IT}\s*(?:no\b\.?|num\b\.?|numero|number|#)?\s*#?(?P<n>\d{{1,9}})\b"
)
_BETTER = re.compile(r"mejora|improvement")
_OF_BREACH = re.compile(
    r"\b(?:(?:por|del?|for|from|about|of|sobre)\s+)?(?:(?:el|the)\s+)?(?:incumplimiento|breach)\s*#?(?P<n>\d{1,9})\b"
)
_SAYS = re.compile(r"\s*(?::|,?\s*\b(?:porque|because)\b)\s*:?\s*(?=[^\s\x00])")
_FIELDS = (
    ("cause", r"\b(?:(?:la|the)\s+)?(?:causa(?: raiz)?|(?:root )?cause)\b"),
    ("remedy", r"\b(?:(?:la|el|the)\s+)?(?:accion(?: correctiva)?|plan(?: de accion)?|(?:corrective )?action|remedy)\b"),
    ("due", r"\b(?:(?:la|el|the)\s+)?(?:fecha(?: limite| compromiso)?|vencimiento|plazo|due date|deadline)\b"),
)  # fmt: skip
_PARTS = tuple((name, re.compile(pattern)) for name, pattern in _FIELDS)
_CLOSES = re.compile(r"(?:cierr|cerr|clos)")
_REOPENS = re.compile(r"(?:reabr|reopen)")
_FAILED = re.compile(
    r"^\W*(?:no (?:fue )?(?:eficaz|efectiv[ao]|funciono)|ineficaz|not effective|ineffective)\b[\s,.:;-]*"
)
_WORKED = re.compile(r"^\W*(?:(?:fue )?(?:eficaz|efectiv[ao])|effective)\b[\s,.:;-]*")


def read_breach_of(sheet: Sheet) -> None:
    if match := sheet.first(_OF_BREACH):
        sheet.fields["breach"] = int(match["n"])


def read_what(sheet: Sheet) -> None:
    """All that follows the colon: kept as typed, nothing in it is obeyed."""
    lead = _SAYS.search(sheet.text)
    if lead is not None:
        sheet.fields["what"] = sheet.raw(lead.end(), len(sheet.text)).strip(" .")
        sheet.take(lead.start(), len(sheet.text))
    thing = sheet.typed.folded[slice(*sheet.asked.thing)] if sheet.asked.thing else ""
    if _BETTER.search(thing):
        sheet.fields["kind"] = "improvement"


def read_number(sheet: Sheet) -> None:
    if match := sheet.first(_NUMBERED):
        sheet.fields["number"] = int(match["n"])


def read_part(sheet: Sheet) -> None:
    """Its cause, what is done about it, until when, whose it is, or its end and whether it worked."""
    said = ""
    if lead := _SAYS.search(sheet.text):
        said = sheet.raw(lead.end(), len(sheet.text)).strip(" .")
        sheet.take(lead.start(), len(sheet.text))
    if _CLOSES.match(sheet.said) or _REOPENS.match(sheet.said):
        sheet.fields["state"] = "closed" if _CLOSES.match(sheet.said) else "acting"
        _read_effect(sheet, said)
        return
    for name, pattern in _PARTS:
        if sheet.first(pattern):
            if name == "due":
                read_date(sheet, "due")
            elif said:
                sheet.fields[name] = said
            return
    rows = read_rows(sheet, kinds=("who",))
    keep_filters(sheet, rows)
    named = sheet.fields.pop("filters", [])
    if len(named) == 1 and named[0]["field"] in ("supervisor", "agent") and named[0]["op"] == "eq":
        sheet.fields["owner"] = named[0]["value"]


def _read_effect(sheet: Sheet, said: str) -> None:
    folded = said.lower()
    for value, pattern in (("no", _FAILED), ("yes", _WORKED)):
        if match := pattern.match(folded):
            sheet.fields["effective"] = value
            said = said[match.end() :].strip(" .,:;")
            break
    if said:
        sheet.fields["note"] = said


OPEN = Action((read_breach_of, read_what), (need("what", "breach", about="slot:what"),))
ATTEND = Action(
    (read_number, read_part),
    (need("number"), need("cause", "remedy", "owner", "due", "state", about="slot:part")),
)

# --- Questions -------------------------------------------------------------------------------------

_COURTESY = r"\W*(?:(?:hola|oye|hey|hi|por favor|porfa|please|necesito|quiero|dame|muestra(?:me)?|ensename|ver|genera(?:me)?|saca(?:me)?|haz(?:me)?|arma(?:me)?|prepara(?:me)?|que|cuales son|hay|show(?: me)?|give me|get me|make|prepare|list(?:a)?(?: de| of)?|what is|what are|which)\W+)*"
_THE = r"(?:(?:las?|los|el|the|a|una?|un)\s+)*"
_END = r"\W*(?:por favor|porfa|please|gracias|thanks)?\W*"
_RETENTION = re.compile(
    rf"{_COURTESY}{_THE}(?:(?:politica de |plazos de |programa de )?(?:retencion|conservacion) de (?:los )?datos|depuracion de (?:los )?datos|datos (?:se van a (?:borrar|depurar|eliminar|suprimir)|(?:por|a) (?:borrar|depurar|eliminar|suprimir)|vencidos)(?: hoy| esta noche)?|data retention(?: policy)?|retention (?:policy|schedule|of data)|data (?:is|will be|to be) (?:deleted|erased|purged)(?: tonight| today)?){_END}"
)
_ACCESS = re.compile(
    rf"{_COURTESY}{_THE}(?:(?:archivo|reporte|informe|file|report)\s+(?:de\s+|of\s+|for\s+)?{_THE})?(?:revision (?:trimestral |mensual )?de (?:los )?accesos|matriz de (?:accesos|permisos)|(?:quien|quienes) (?:tienen?|tiene) acceso(?: a que| al sistema)?|(?:quarterly |monthly )?access review|access (?:matrix|list)|who has access(?: to what)?){_END}"
)
_NONCONFORMITIES = re.compile(
    rf"{_COURTESY}{_THE}(?:registro de (?:las )?)?(?P<kind>no[ -]?conformidades(?: y (?:las )?mejoras)?|non[ -]?conformities(?: and improvements)?|(?:acciones de )?mejoras(?: registradas)?|improvements)\s*(?P<state>(?:que\s+)?(?:(?:estan|siguen)\s+)?(?:abiertas|pendientes|open|pending)|vencidas|overdue|late|cerradas|closed)?(?:\s+(?:hay|tenemos|do we have|are there))?{_END}"
)
_OPEN_FIRST = re.compile(
    rf"{_COURTESY}{_THE}(?P<state>open|overdue|closed)\s+(?P<kind>non[ -]?conformities){_END}"
)
_WEEK = re.compile(
    rf"{_COURTESY}{_THE}(?:(?:reporte|informe|resumen|report)\s+)?(?:semanal\s+)?(?:de\s+|del?\s+)?cumplimiento(?:\s+normativo)?\s+(?:semanal|de la semana(?P<last> pasada)?|por cliente)(?:\s+por cliente)?{_END}"
    rf"|{_COURTESY}{_THE}(?:reporte|informe|resumen)\s+semanal\s+de\s+cumplimiento(?:\s+normativo)?(?:\s+por cliente)?{_END}"
    rf"|{_COURTESY}{_THE}(?:weekly\s+)?compliance\s+report(?:\s+(?:by|per) client)?{_END}"
)

Asked = tuple[str, dict[str, Any]]


def house_asked(typed: Typed) -> Asked | None:
    """The question and its fields; None where anything else is said with it."""
    text = typed.folded
    if _RETENTION.fullmatch(text):
        return "retention", {}
    if _ACCESS.fullmatch(text):
        return "access_review", {}
    if _WEEK.fullmatch(text):
        return "compliance_week", {}
    if match := _NONCONFORMITIES.fullmatch(text) or _OPEN_FIRST.fullmatch(text):
        return "nonconformities", _which(match)
    return None


def _which(match: re.Match[str]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if re.match(r"(?:acciones de )?mejoras|improvements", match["kind"]):
        fields["kind"] = "improvement"
    said = match["state"] or ""
    states = (
        ("late", "vencid|overdue|late"),
        ("closed", "cerrad|closed"),
        ("open", "abiert|pendient|open|pending"),
    )
    found = next((name for name, stems in states if re.search(stems, said)), None)
    return fields | ({"only": found} if found else {})
