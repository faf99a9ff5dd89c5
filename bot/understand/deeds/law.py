# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""Questions about the law: may somebody be contacted now, what a rule says. And the order that moves a breach on."""

import re
from typing import Any

from bot.understand.deeds.action import Action, need
from bot.understand.deeds.sheet import Sheet
from bot.understand.normalise import Typed

_COURTESY = r"\W*(?:(?:hola|oye|oigan|hey|hi|por favor|porfa|please|una duda|duda|dime|tell me|me dices|saber)\W+(?:si\W+|if\W+)?)*"
_MAY = r"(?:(?:me |se |ya |todavia |aun |le )*(?:puedo|podemos|puede|pueden|podria|puedes|debo|es legal|es valido|esta permitido|can i|can we|may i|may we|could i|am i allowed to|are we allowed to|is it legal to|is it ok to|should i)(?: (?:ya|yo|todavia|aun|still))*)"
_WHEN = r"(?:(?:a que hora|hasta que hora|hasta que horas|until what time|until when|desde que hora|a partir de que hora|cuando|desde cuando|por que no|from when|at what time|when|what time|why can't i)\s+)?"
_DEEDS = (
    (
        "call",
        r"(?:llamar|marcar|telefonear|hablar|echar un telefonazo|call|phone|dial|ring)(?:le|lo|la|les)?",
    ),
    (
        "sms",
        r"(?:(?:mandar|enviar|send)(?:le)? (?:un |una |an? )?(?:sms|mensaje de texto|text(?: message)?)(?: to)?|text)",
    ),
    (
        "whatsapp",
        r"(?:(?:mandar|enviar|send)(?:le)? (?:un |una |an? )?(?:whatsapp|whats|wa)(?: to)?|whatsappear(?:le)?)",
    ),
    (
        "email",
        r"(?:(?:mandar|enviar|send)(?:le)? (?:un |una |an? )?(?:correo|mail|email|e-mail)(?: to)?|email)",
    ),
    ("visit", r"visitar(?:le|lo|la)?|visit"),
    ("any", r"(?:contactar|buscar|gestionar|contact|reach)(?:le|lo|la|les)?"),
)
_DEED = "|".join(f"(?P<{name}>{words})" for name, words in _DEEDS)
_ACCOUNT = r"(?:(?:a|al|con|to|de|of|the debtor of|titular de|el titular de|deudor de)\s+)*(?:(?:la|el|the)\s+)?(?:(?:cuenta|cta|account|acct|credito|numero|no\.?)\s*)*#?(?P<no>(?:[a-z]{1,4}-?)?\d[\d-]*\d)"
_BY = r"(?:\s+(?:por|x|by|via)\s+(?P<by>sms|whatsapp|whats|correo|mail|email|llamada|telefono|call|phone|blaster|ivr|visita))?"
_AT = r"(?:\s+(?:hoy\s+)?(?:a las?|at)\s+(?P<h>\d{1,2})(?::(?P<m>\d\d))?\s*(?:hrs?|horas)?\s*(?P<half>a\.?m\.?|p\.?m\.?|de la manana|de la tarde|de la noche)?)?"
_NOW = r"(?:\s+(?:ahorita mismo|ahorita|ahora mismo|ahora|ya|en este momento|a esta hora|hoy|right now|now|today|at this hour|at this time))?"
_CONTACT = re.compile(
    rf"{_COURTESY}{_WHEN}{_MAY}{_NOW}\s+(?:{_DEED}){_NOW}\s+{_ACCOUNT}{_NOW}{_BY}{_AT}{_NOW}\W*(?:por favor|porfa|please|gracias|thanks)?\W*"
)
_CHANNELS = {"whats": "whatsapp", "correo": "email", "mail": "email", "llamada": "call", "telefono": "call", "phone": "call", "visita": "visit"}  # fmt: skip
_SAYS = r"(?:que (?:dice|es|significa|establece|pide)|cual es|explica(?:me)?|muestra(?:me)?|dame|ver|de que trata|what (?:does|is)|show(?: me)?|explain)"
_RULE = re.compile(
    rf"{_COURTESY}(?:{_SAYS}\s+)?(?:(?:la|el|the)\s+)?(?:(?:regla|rule|norma|politica|policy)\s+)?(?P<id>[rp]\d{{2}}b?|(?<=regla )\d{{1,2}}|(?<=rule )\d{{1,2}})(?:\s+(?:say|says|mean))?\W*"
)
_BOOK = re.compile(
    rf"{_COURTESY}(?:(?:que|cuales(?: son)?|dame|muestra(?:me)?|ver|show(?: me)?|what(?: are)?)\s+)?(?:(?:las?|el|the)\s+)?(?:reglas (?:hay|tienes|tenemos|de cobranza)|libro de reglas|reglas de cumplimiento|rules(?: are there| do you have)|rule ?book|compliance rules|reglas)\W*"
)

_SHOW = r"(?:(?:que|cuales(?: son)?|dame|muestra(?:me)?|ver|lista(?: de)?|hay|tenemos|show(?: me)?|list(?: of)?|what|which|are there|any|do we have)\s+)*"
_THE = r"(?:(?:las?|los|el|the|of)\s+)*"
_TERMS = re.compile(
    rf"{_COURTESY}{_SHOW}{_THE}(?:(?P<both>(?:quejas|complaints)\s+(?:y|and)\s+{_THE}(?:solicitudes\s+)?arcos?(?:\s+requests)?|plazos(?:\s+(?:de ley|legales))?|legal terms|terms)|(?P<complaints>quejas|reclamaciones|complaints)|(?P<arco>(?:solicitudes\s+)?(?:de\s+)?arcos?(?:\s+requests)?))\s+(?:que\s+|that\s+)?(?:(?:estan|esten|siguen|hay|tenemos|are|is)\s+)?(?:(?P<late>vencid[oa]s|atrasad[oa]s|fuera de plazo|overdue|late)|(?P<soon>por vencer|(?:se )?(?:me |nos )?vencen(?: pronto)?|proxim[oa]s a vencer|due soon|about to expire)|(?P<all>pendientes|sin contestar|sin respuesta|sin atender|por contestar|abiert[oa]s|unanswered|open|pending|waiting))\W*"
)
_OVERDUE = re.compile(
    rf"{_COURTESY}{_SHOW}{_THE}(?:(?P<late>overdue|late)|open|pending|unanswered)\s+(?:complaints\s+and\s+arco(?:\s+requests)?|(?P<complaints>complaints)|(?P<arco>arco(?:\s+requests)?))\W*"
)
_MONTHS = (
    *(("enero", 1), ("febrero", 2), ("marzo", 3), ("abril", 4), ("mayo", 5), ("junio", 6), ("julio", 7)),
    *(("agosto", 8), ("septiembre", 9), ("octubre", 10), ("noviembre", 11), ("diciembre", 12)),
    *(("january", 1), ("february", 2), ("march", 3), ("april", 4), ("may", 5), ("june", 6), ("july", 7)),
    *(("august", 8), ("september", 9), ("october", 10), ("november", 11), ("december", 12)),
)
_REDECO = re.compile(
    rf"{_COURTESY}(?:(?:dame|genera(?:me)?|saca(?:me)?|manda(?:me)?|haz(?:me)?|prepara(?:me)?|arma(?:me)?|quiero|necesito|ver|give me|get me|make|prepare|show(?: me)?)\s+)?{_THE}(?:(?:reporte|informe|archivo|export(?:acion)?|report|file)\s+)?(?:(?:mensual|monthly)\s+)?(?:de\s+|for\s+)?(?:quejas\s+(?:para|de|a)\s+)?{_THE}redeco(?:\s+(?:report|file|mensual|export))?(?:\s+(?:de|del mes de|of|for)\s+(?P<month>{'|'.join(name for name, _ in _MONTHS)}))?(?:\s+(?:del mes pasado|of last month|for last month))?\W*"
)

Asked = tuple[str, dict[str, Any]]


def law_asked(typed: Typed) -> Asked | None:
    """The question and its fields; None where anything else is said with it."""
    text = typed.folded
    if match := _CONTACT.fullmatch(text):
        return _contact(typed, match)
    if match := _RULE.fullmatch(text):
        return "rule", {"rule": _rule(match["id"])}
    if match := _TERMS.fullmatch(text) or _OVERDUE.fullmatch(text):
        return "terms", _terms(match)
    if match := _REDECO.fullmatch(text):
        month = dict(_MONTHS).get(match["month"] or "")
        return "redeco", {"month": month} if month else {}
    return ("rule", {}) if _BOOK.fullmatch(text) else None


def _terms(match: re.Match[str]) -> dict[str, Any]:
    said = match.groupdict()
    kind = next((name for name in ("complaints", "arco") if said.get(name)), None)
    only = next((name for name in ("late", "soon") if said.get(name)), None)
    return {name: value for name, value in (("kind", kind), ("only", only)) if value}


def _rule(said: str) -> str:
    """ "r04" as the book has it; "la regla 4" is of the law."""
    return f"R{int(said):02}" if said.isdigit() else said[0].upper() + said[1:]


def _contact(typed: Typed, match: re.Match[str]) -> Asked | None:
    start, end = match.span("no")
    fields = {"account": typed.raw[typed.origin[start] : typed.origin[end - 1] + 1]}
    deed = next((name for name, _ in _DEEDS if match[name]), "call")
    by = match["by"]
    said = _CHANNELS.get(by, by) if by else ("call" if deed == "any" else deed)
    if by and deed not in ("any", "call") and said != deed:
        return None  # "mandar un SMS por correo"
    if said != "call":
        fields["channel"] = said
    if match["h"]:
        hour = _hour(int(match["h"]), match["half"] or "")
        minute = int(match["m"] or 0)
        if hour is None or minute > 59:
            return None
        fields["time"] = f"{hour:02}:{minute:02}"
    return "may_contact", fields


def _hour(hour: int, half: str) -> int | None:
    """None where it is no hour, or could be either half of the day."""
    if half:
        late = half[0] == "p" or "tarde" in half or "noche" in half
        return None if not 1 <= hour <= 12 else hour % 12 + (12 if late else 0)
    return hour if 12 <= hour <= 23 or hour in (7, 8, 9, 10, 11) else None


# --- A breach and what is done about it ------------------------------------------------------------

_BREACH = re.compile(
    r"\b(?:(?:el|al|del|la|the)\s+)?(?:incumplimiento|violacion|infraccion|breach|violation)\s*(?:no\b\.?|num\b\.?|numero|number|#)?\s*#?(?P<n>\d{1,9})\b"
)
_AS = r"(?:\b(?:como|as|a|to|de|en)\s+)?(?:(?:un|una|the|an?)\s+)?"
_STATES = (
    ("false_positive", r"falsos? positivos?|false positives?|no (?:es|fue) incumplimiento|not a breach"),
    ("attended", r"atendid[oa]s?|resuelt[oa]s?|cerrad[oa]s?|attended|resolved|closed"),
    ("training", r"(?:en |in )?capacitacion|retroalimentad[oa]|training"),
    ("escalated", r"escalad[oa]s?|escalated"),
    ("open", r"abiert[oa]s?|reabiert[oa]s?|open|reopened"),
)
_STATE = re.compile("|".join(rf"(?P<{name}>{_AS}\b(?:{words})\b)" for name, words in _STATES))
_BY_VERB = (("attended", "atend|atiend|attend|resolv|resuelv|clos|cierr|cerr"), ("escalated", "escal"), ("open", "reabr|reopen"))  # fmt: skip
_WHY = re.compile(r"\s*(?::|,?\s*\b(?:porque|por|motivo|ya que|because|reason)\b)\s*:?\s*(?=[^\s\x00])")


def read_breach(sheet: Sheet) -> None:
    if match := sheet.first(_BREACH):
        sheet.fields["breach"] = int(match["n"])


def read_reason(sheet: Sheet) -> None:
    """All that follows the colon or "porque": kept as typed, nothing in it is obeyed."""
    lead = _WHY.search(sheet.text)
    if lead is None:
        return
    sheet.fields["reason"] = sheet.raw(lead.end(), len(sheet.text)).strip(" .")
    sheet.take(lead.start(), len(sheet.text))


def read_state(sheet: Sheet) -> None:
    found = sheet.first(_STATE)
    if found is not None:
        sheet.fields["state"] = found.lastgroup
        return
    verb = sheet.said
    state = next((name for name, stems in _BY_VERB if re.match(rf"(?:{stems})", verb)), None)
    if state:
        sheet.fields["state"] = state


ATTEND = Action((read_breach, read_reason, read_state), (need("breach"), need("state"), need("reason")))
