# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""Questions about the law: may somebody be contacted now, what a rule says. And the order that moves a breach on."""

import re
from datetime import date
from typing import Any

from bot.understand.deeds.action import Action, need
from bot.understand.deeds.may import COURTESY, may_asked
from bot.understand.deeds.sheet import Sheet
from bot.understand.normalise import Typed
from bot.understand.period import parse_period

_SAYS = r"(?:que (?:dice|es|significa|establece|pide)|cual es|explica(?:me)?|muestra(?:me)?|dame|ver|de que trata|what (?:does|is)|show(?: me)?|explain)"
_RULE = re.compile(
    rf"{COURTESY}(?:{_SAYS}\s+)?(?:(?:la|el|the)\s+)?(?:(?:regla|rule|norma|politica|policy)\s+)?(?P<id>[rp]\d{{2}}b?|(?<=regla )\d{{1,2}}|(?<=rule )\d{{1,2}})(?:\s+(?:say|says|mean))?\W*"
)
_BOOK = re.compile(
    rf"{COURTESY}(?:(?:que|cuales(?: son)?|dame|muestra(?:me)?|ver|show(?: me)?|what(?: are)?)\s+)?(?:(?:las?|el|the)\s+)?(?:reglas (?:hay|tienes|tenemos|de cobranza)|libro de reglas|reglas de cumplimiento|rules(?: are there| do you have)|rule ?book|compliance rules|reglas)\W*"
)

_SHOW = r"(?:(?:que|cuales(?: son)?|dame|muestra(?:me)?|ver|lista(?: de)?|hay|tenemos|show(?: me)?|list(?: of)?|what|which|are there|any|do we have)\s+)*"
_THE = r"(?:(?:las?|los|el|the|of)\s+)*"
_TERMS = re.compile(
    rf"{COURTESY}{_SHOW}{_THE}(?:(?P<both>(?:quejas|complaints)\s+(?:y|and)\s+{_THE}(?:solicitudes\s+)?arcos?(?:\s+requests)?|plazos(?:\s+(?:de ley|legales))?|legal terms|terms)|(?P<complaints>quejas|reclamaciones|complaints)|(?P<arco>(?:solicitudes\s+)?(?:de\s+)?arcos?(?:\s+requests)?))\s+(?:que\s+|that\s+)?(?:(?:estan|esten|siguen|hay|tenemos|are|is)\s+)?(?:(?P<late>vencid[oa]s|atrasad[oa]s|fuera de plazo|overdue|late)|(?P<soon>por vencer|(?:se )?(?:me |nos )?vencen(?: pronto)?|proxim[oa]s a vencer|due soon|about to expire)|(?P<all>pendientes|sin contestar|sin respuesta|sin atender|por contestar|abiert[oa]s|unanswered|open|pending|waiting))(?:\s+(?P<by>\S.*?))?\W*"
)
_TERMS_OF = re.compile(
    rf"{COURTESY}{_SHOW}{_THE}(?:terminos|plazos|vencimientos|fechas limite|deadlines|terms)(?:\s+(?:de respuesta|de ley|legales|to answer))?\s+(?:de|para|of|for)\s+{_THE}(?:(?P<both>(?:quejas|complaints)\s+(?:y|and)\s+{_THE}(?:solicitudes\s+)?arcos?(?:\s+requests)?)|(?P<complaints>quejas|reclamaciones|complaints)|(?P<arco>(?:solicitudes\s+)?(?:de\s+)?arcos?(?:\s+requests)?))(?:\s+(?:abiert[oa]s|pendientes|open|pending))?\W*"
)
_OVERDUE = re.compile(
    rf"{COURTESY}{_SHOW}{_THE}(?:(?P<late>overdue|late)|open|pending|unanswered)\s+(?:complaints\s+and\s+arco(?:\s+requests)?|(?P<complaints>complaints)|(?P<arco>arco(?:\s+requests)?))\W*"
)
_MONTHS = (
    *(("enero", 1), ("febrero", 2), ("marzo", 3), ("abril", 4), ("mayo", 5), ("junio", 6), ("julio", 7)),
    *(("agosto", 8), ("septiembre", 9), ("octubre", 10), ("noviembre", 11), ("diciembre", 12)),
    *(("january", 1), ("february", 2), ("march", 3), ("april", 4), ("may", 5), ("june", 6), ("july", 7)),
    *(("august", 8), ("september", 9), ("october", 10), ("november", 11), ("december", 12)),
)
_REDECO = re.compile(
    rf"{COURTESY}(?:(?:dame|genera(?:me)?|saca(?:me)?|manda(?:me)?|haz(?:me)?|prepara(?:me)?|arma(?:me)?|quiero|necesito|ver|give me|get me|make|prepare|show(?: me)?)\s+)?{_THE}(?:(?:reporte|informe|archivo|export(?:acion)?|report|file)\s+)?(?:(?:mensual|monthly)\s+)?(?:de\s+|for\s+)?(?:quejas\s+(?:para|de|a)\s+)?{_THE}redeco(?:\s+(?:report|file|mensual|export))?(?:\s+(?:de|del mes de|of|for)\s+(?P<month>{'|'.join(name for name, _ in _MONTHS)}))?(?:\s+(?:del mes pasado|of last month|for last month))?\W*"
)

Asked = tuple[str, dict[str, Any]]


def law_asked(typed: Typed, today: date) -> Asked | None:
    """The question and its fields; None where anything else is said with it."""
    text = typed.folded
    if asked := may_asked(typed, today):
        return asked
    if match := _RULE.fullmatch(text):
        return "rule", {"rule": _rule(match["id"])}
    match = _TERMS.fullmatch(text) or _TERMS_OF.fullmatch(text) or _OVERDUE.fullmatch(text)
    if match and (terms := _terms(match, today)) is not None:
        return "terms", terms
    if match := _REDECO.fullmatch(text):
        month = dict(_MONTHS).get(match["month"] or "")
        return "redeco", {"month": month} if month else {}
    return ("rule", {}) if _BOOK.fullmatch(text) else None


def _terms(match: re.Match[str], today: date) -> dict[str, Any] | None:
    """ "... se vencen esta semana": up to its last day. None where what follows is no stretch of days."""
    said = match.groupdict()
    kind = next((name for name in ("complaints", "arco") if said.get(name)), None)
    only = next((name for name in ("late", "soon") if said.get(name)), None)
    fields = {name: value for name, value in (("kind", kind), ("only", only)) if value}
    if by := said.get("by"):
        over = parse_period(by, today, future=True)
        if over is None or only != "soon":
            return None
        fields = {**fields, "until": over.end.isoformat()}
        del fields["only"]
    return fields


def _rule(said: str) -> str:
    """ "r04" as the book has it; "la regla 4" is of the law."""
    return f"R{int(said):02}" if said.isdigit() else said[0].upper() + said[1:]


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
