# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""Recognises what people ask to be done, listed or reported, and reads the slots that are certain.

Two actions are read in full (reassign accounts, record an agreement); the others are known by name.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.understand import period
from bot.understand.names import NameIndex, NameMatch
from bot.understand.normalise import Typed, words_of
from bot.understand.spans import find_spans

_ACCOUNTS = r"(?:cuentas?|casos?|cartera|portafolio|accounts?|portfolio|cases|promesas)"
_POLITE = r"^(?:[\W_]*(?:hola|oye|hey|hi|por favor|porfa|please|favor de|necesito que|quiero que|quisiera|necesito|ocupo que|hay que|i need you to|i want you to|i want to|i need to|ayudame a|vamos a|let's|y|and|ahora|ok|me|bot|quiero)\b[\W_]*)*"
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("undo", r"(?:deshaz|deshacer|deshagan?|revierte|revertir|revierta|undo|revert)\b"),
    ("send_report", r"(?:manda|mandame|mandale|mandar|envia|enviame|enviar|comparte|send|email)\s.*\b(?:reporte|report|informe|scorecard|resumen)\b"),
    ("schedule_report", r"(?:programa|programar|agenda|agendar|schedule|set up)\s.*\b(?:reporte|report|informe|scorecard)\b"),
    ("schedule_reminder", r"(?:recuerda|recuerdame|recordar|recuerdales|remind|(?:programa|agenda|pon|crea|manda|set|schedule|create)\s.*\b(?:recordatorios?|reminders?)\b)"),
    ("create_alert", r"(?:avisame|alertame|notificame|alert me|notify me|warn me|avisa)\b|(?:crea|crear|pon|configura|create|set)\s.*\b(?:alertas?|alerts?|alarma)\b"),
    ("cancel_agreement", r"(?:cancela|cancelar|anula|anular|cancel|void)\s.*\b(?:convenio|acuerdo|plan de pagos?|agreement|payment plan)\b"),
    ("record_agreement", r"(?:haz|hacer|haga|registra|registrar|crea|crear|genera|generar|captura|capturar|arma|levanta|mete|da de alta|record|create|make|set up|register|enter|draft)\s.*\b(?:convenio|acuerdo|plan de pagos?|agreement|payment plan|payment agreement)\b"),
    ("record_ptp", r"(?:registra|registrar|captura|capturar|anota|crea|levanta|toma|record|log|register|enter)\s.*\b(?:promesa|pdp|ptp|compromiso|promise)\b"),
    ("assign_training", r"(?:asigna|asignar|inscribe|inscribir|assign|enrol|enroll)\s.*\b(?:curso|capacitacion|training|course)\b"),
    ("set_target", r"(?:pon|fija|fijar|establece|sube|subir|baja|bajar|cambia|ajusta|set|raise|lower|change|define una|asigna)\s.*\b(?:metas?|objetivo|target|goal|quota)\b"),
    ("assign_dial_mode", r"(?:pon|pasa|manda|cambia|mueve|mete|asigna|set|switch|move|put)\s.*\b(?:a|en|to|on)\s+(?:modo\s+|marcacion\s+|mode\s+)?(?:manual|preview|predictivo|predictive|blaster)\b"),
    ("set_do_not_call", r"(?:no llamar|do not call|no contactar)\s.*\d|(?:marca|pon|mark|set|bloquea|block)\s.*\b(?:no llamar|do not call|dnc|no contactar|no molestar)\b|bloquea\s+(?:la\s+)?cuenta\b"),
    ("flag_special", r"(?:marca|marcar|pon|flag|mark|etiqueta)\s.*\b(?:especial(?:es)?|special|vip)\b|flag\s+(?:account\s+)?\d"),
    ("add_note", r"(?:agrega|agregar|anade|pon|deja|escribe|anota|add|leave|write)\s.*\b(?:notas?|comentario|notes?|comment)\b|anota\s+en\b"),
    ("reassign_accounts", rf"(?:reasigna|reasignar|reasigne|reasignale|mueve|mover|muevele|pasa|pasale|pasar|transfiere|transferir|traspasa|traspasar|reparte|repartir|distribuye|distribuir|asigna|asignar|asignale|cambia|reassign|move|transfer|give|assign|hand over|split|distribute|dale|da)\s.*\b{_ACCOUNTS}\b"),
    ("reassign_accounts", r"(?:reasigna|reasignar|reassign)\b"),
)  # fmt: skip
_LISTS: tuple[tuple[str, str], ...] = (
    ("audit", r"(?:bitacora|auditoria|historial de cambios|audit (?:log|trail))\b|(?:quien|who)\s+(?:reasigno|movio|cancelo|registro|capturo|moved|reassigned|cancelled|recorded)\b"),
    ("alerts", r"(?:lista\w*|que|cuales|muestra\w*|ver|list|show|which|what)\s+(?:\w+\s+){0,3}(?:alertas?|alerts?)\b"),
    ("breaches", r"(?:lista\w*|enlista\w*|listado de|que|cuales|list|which)\s+(?:\w+\s+){0,2}(?:incumplimientos|violaciones|breaches|violations)\b"),
    ("agreements", r"(?:lista\w*|enlista\w*|listado de|relacion de|que|cuales|list|which)\s+(?:\w+\s+){0,2}(?:convenios|acuerdos|agreements|payment plans)\b"),
    ("promises", r"(?:lista\w*|enlista\w*|listado de|relacion de|que|cuales|list|which)\s+(?:\w+\s+){0,2}(?:promesas|pdps?|ptps?|promises|compromisos)\b"),
    ("payments", r"(?:lista\w*|enlista\w*|listado de|relacion de|que|cuales|list|which)\s+(?:\w+\s+){0,2}(?:pagos|payments)\b"),
    ("accounts", r"(?:lista\w*|enlista\w*|listado de|relacion de|que|cuales|list|which)\s+(?:\w+\s+){0,2}(?:cuentas|casos|accounts)\b|(?:dame|muestra\w*|ensename|quiero ver|show me|give me)\s+(?:las|the)\s+(?:cuentas|accounts)\b(?!.*\bpor\b)"),
)  # fmt: skip
_REPORTS: tuple[tuple[str, str], ...] = (
    ("scorecard", r"\b(?:scorecard|ficha|semaforo|tablero de desempeno|evaluacion de desempeno|performance (?:sheet|review))\b"),
    ("executive", r"\b(?:resumen|reporte|informe|presentacion|executive)\s*(?:ejecutiv[oa]|summary|report|deck)\b|\bpanorama del dia\b|\breporte de desempeno\b|\bperformance report\b"),
    ("weekly", r"\b(?:reporte|informe|resumen) semanal\b|\bweekly (?:report|summary)\b"),
    ("monthly", r"\b(?:reporte|informe|resumen) mensual\b|\bmonthly (?:report|summary)\b"),
    ("contacts", r"\b(?:reporte|informe) de (?:gestiones|contactos?|llamadas)\b|\bcontacts? report\b"),
)  # fmt: skip


@dataclass(frozen=True)
class Deed:
    """What is to be done, as far as it is certain. `missing` names the slot to ask for first."""

    intent: str
    slots: dict[str, Any] = field(default_factory=dict)
    missing: str | None = None
    candidates: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    open: str | None = None  # a slot two people fit: left out, for the desk to ask
    complete: bool = False  # read in full: an action; otherwise only known by name


class Deeds:
    """The patterns, compiled once."""

    def __init__(self, names: NameIndex) -> None:
        self._names = names
        self._actions = [(i, re.compile(rf"{_POLITE}(?:{p})")) for i, p in _PATTERNS]
        self._lists = [(i, re.compile(rf"^[\W_]*(?:\w+\s+){{0,2}}(?:{p})")) for i, p in _LISTS]
        self._reports = [(i, re.compile(p)) for i, p in _REPORTS]

    def action(self, typed: Typed, today: date) -> Deed | None:
        for intent, pattern in self._actions:
            if pattern.match(typed.folded):
                if intent == "reassign_accounts":
                    return _read_reassign(typed, self._names)
                return _read_agreement(typed, today) if intent == "record_agreement" else Deed(intent)
        return None

    def about(self, typed: Typed) -> str | None:
        """Which action a question speaks of ("¿se puede reasignar?")."""
        stripped = re.sub(
            r"^[\W_]*(?:\w+\s+){0,4}?(?=(?:reasign|mov|mue|pas|transf|repart|asign|cancel|registr|cre|gener|program|agend|pon|marc|mand|envi|haz|hac|deshac|reassign|move|cancel|record|create|send|schedule|set|make|assign|undo))",
            "",
            typed.folded,
        )
        for intent, pattern in self._actions:
            if any(pattern.match(t) for t in (stripped, *_imperatives(stripped))):
                return intent
        return None

    def listing(self, folded: str) -> str | None:
        return next((i for i, pattern in self._lists if pattern.match(folded)), None)

    def report(self, folded: str) -> str | None:
        return next((i for i, pattern in self._reports if pattern.search(folded)), None)


def _imperatives(text: str) -> tuple[str, str]:
    """ "reasignar cuentas", "registro un convenio" speak of what "reasigna" and "registra" do."""
    ending = re.compile(r"^(\w+?)(?:ar|er|ir|as|es|o|e|aron|aste|amos)\b")
    return ending.sub(r"\1a", text), ending.sub(r"\1e", text)


# --- Reassign ------------------------------------------------------------------------------------

_DEED_WORDS = frozenset(
    words_of(
        "reasigna reasignar reasigne mueve mover muevele pasa pasale pasar transfiere transferir traspasa traspasar reparte repartir distribuye distribuir asigna asignar "
        "asignale dale da cambia reassign move transfer give assign hand over split distribute haz hacer haga registra registrar crea crear genera generar captura capturar arma levanta mete "
        "record create make set up register enter draft por favor porfa please necesito que quiero oye hola hey y and ok la las los el lo un una unos the a an de del from of "
        "para to for con with en in cuenta cuentas casos cartera portafolio accounts account portfolio cases convenio acuerdo plan pagos pago agreement payment plan payments "
        "agente asesor asesora agent numero no num all toda todas todos sus su his her their i you me es por by al ahora now vamos bot pesos mxn alta on"
    )
)
_ALL = re.compile(
    r"\b(?:toda la cartera|todas (?:las|sus) cuentas|la cartera|all (?:the |of the |his |her )?(?:accounts|portfolio)|toda su cartera|su cartera|the portfolio|sus cuentas|las cuentas)\b"
)
_FROM = re.compile(
    r"\b(?:de|del|desde|from|que tiene|of)\s+(?:(?:el|la|los)\s+)?(?:(?:agente|asesora?|agent|gestora?)\s+)?"
)
_TO = re.compile(
    r"\b(?:a|al|para|hacia|to)\s+(?:(?:el|la|los)\s+)?(?:(?:agente|asesora?|agent|gestora?)\s+)?"
)
_STOP_NAME = re.compile(r"\s(?:a|al|para|to|de|del|from|y|and|con|with|desde|porque|por)\s|[,.;!?¡¿]|$")


def _read_reassign(typed: Typed, names: NameIndex) -> Deed:
    text = typed.folded
    slots: dict[str, Any] = {}
    used: set[int] = set()
    unclear: dict[str, tuple[str, ...]] = {}
    for lead, slot in ((_FROM, "from_agent"), (_TO, "to_agent")):
        for match in lead.finditer(text):
            found = _agent_at(typed, match.end(), names)
            if found is None or slot in slots or slot in unclear:
                continue
            value, end, candidates = found
            used |= _tokens_between(typed, match.start(), end)
            if value is not None:
                slots[slot] = value
            elif _is_first_name(typed, match.end(), end):
                unclear[slot] = candidates
            else:
                return Deed("reassign_accounts", dict(slots), f"entity:{slot}", candidates)
    counted = re.search(rf"\b(\d[\d,]*)\s+(?:\w+\s+)?{_ACCOUNTS}\b", text)
    if counted:
        slots["count"] = int(counted[1].replace(",", ""))
        used |= _tokens_between(typed, *counted.span(1))
    elif everything := _ALL.search(text):
        slots["scope"] = "all"
        used |= _tokens_between(typed, *everything.span())
    left = _left(typed, used)
    named = {**slots, **unclear}
    missing = next((f"entity:{s}" for s in ("from_agent", "to_agent") if s not in named), None)
    unsure = next(iter(unclear), None)
    return Deed(
        "reassign_accounts", slots, missing, unclear.get(unsure or "", ()), left, unsure, complete=True
    )


def _is_first_name(typed: Typed, start: int, end: int) -> bool:
    """ "de Luis" where there are two: the wish is plain, only the person has to be asked."""
    return " " not in typed.folded[start:end].strip()


def _agent_at(typed: Typed, at: int, names: NameIndex) -> tuple[str | None, int, tuple[str, ...]] | None:
    """The agent named here: known, or as typed where nobody is called so; None where no name begins."""
    place = next((n for n, t in enumerate(typed.tokens) if t.start >= at), None)
    if place is None or typed.tokens[place].kind != "word":
        return None
    words = tuple(t.text for t in typed.tokens)
    match = names.match(words, place)
    if match is not None and (agents := _agents(match)):
        last = typed.tokens[place + match.length - 1]
        following = typed.tokens[place + match.length : place + match.length + 1]
        if len(agents) == 1 and not (
            following and following[0].raw[:1].isupper() and following[0].kind == "word"
        ):
            return agents[0], last.end, agents
        if len(agents) > 1:
            return None, last.end, agents
    return _as_typed(typed, at, names)


def _agents(match: NameMatch) -> tuple[str, ...]:
    return tuple(dict.fromkeys(c.display for c in match.candidates if c.kind == "agent"))


def _as_typed(typed: Typed, at: int, names: NameIndex) -> tuple[str | None, int, tuple[str, ...]] | None:
    end = _STOP_NAME.search(typed.folded, at)
    stop = end.start() if end else len(typed.folded)
    raw = typed.raw[typed.origin[at] : typed.origin[stop]].strip()
    if not raw[:1].isupper() or len(raw.split()) > 4 or not all(w[:1].isupper() for w in raw.split()):
        return None
    near = names.near(" ".join(words_of(raw)))
    if near is not None and (agents := _agents(near)):
        return (agents[0] if near.sure and len(agents) == 1 else None), stop, agents
    return raw, stop, ()


def _tokens_between(typed: Typed, start: int, end: int) -> set[int]:
    return {n for n, t in enumerate(typed.tokens) if t.start >= start and t.end <= end}


def _left(typed: Typed, used: set[int]) -> tuple[str, ...]:
    return tuple(
        t.raw
        for n, t in enumerate(typed.tokens)
        if n not in used
        and t.text not in _DEED_WORDS
        and (t.kind in ("num", "quote", "mention") or t.text.isalnum() or t.text in "%")
    )


# --- Agreement -----------------------------------------------------------------------------------

_ACCOUNT_NO = re.compile(
    r"\b(?:cuenta|account|acct|cta)\s*(?:no\.?|num\.?|numero|number|#)?\s*:?\s*(?P<no>[a-z]{0,4}-?\d[\d-]*)"
)
_INSTALMENTS = re.compile(
    r"\b(?:(?:en|a|in|de)\s+)?(?P<n>\d{1,3}|un|una|dos|tres|cuatro|cinco|seis|doce|one|two|three|four|five|six|twelve)\s+(?P<w>pagos?|parcialidades|mensualidades|quincenas|exhibiciones|abonos|payments?|instal+ments?|semanas|meses|months|weeks)\b(?P<f>\s+(?:semanal(?:es)?|quincenal(?:es)?|mensual(?:es)?|weekly|biweekly|monthly))?"
)
_EACH = re.compile(r"\s+(?:de|of|x)\s+\$?\s*(?P<a>\d[\d,]*(?:\.\d+)?)")
_DISCOUNT = re.compile(
    r"(?:\bcon\s+|\bwith\s+)?(?:(?:una?\s+|a\s+)?(?:quita|descuento|discount)\s+(?:del?|of)\s+(?P<a>\d{1,2}(?:\.\d+)?)\s*(?:%|por ciento|percent)|(?:el\s+)?(?P<b>\d{1,2}(?:\.\d+)?)\s*(?:%|por ciento|percent)\s+(?:de\s+)?(?:quita|descuento|discount|off))"
)
_COUNTS = {
    "un": 1,
    "una": 1,
    "dos": 2,
    "tres": 3,
    "cuatro": 4,
    "cinco": 5,
    "seis": 6,
    "doce": 12,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "twelve": 12,
}
_FREQUENCY = {
    "mensual": "mensual",
    "monthly": "mensual",
    "quincenal": "quincenal",
    "biweekly": "quincenal",
    "semanal": "semanal",
    "weekly": "semanal",
}
_UNIT_FREQUENCY = {
    "mensualidades": "mensual",
    "meses": "mensual",
    "months": "mensual",
    "quincenas": "quincenal",
    "semanas": "semanal",
    "weeks": "semanal",
}
_FIRST = re.compile(
    r"\b(?:desde|a partir de|a partir|empezando|iniciando|starting|from|el primero|primer pago|beginning)\s+(?:del?|el|on|from|the)?\s*"
)


def _read_agreement(typed: Typed, today: date) -> Deed:
    text = typed.folded
    slots: dict[str, Any] = {}
    used: set[int] = set()
    if match := _ACCOUNT_NO.search(text):
        slots["account"] = typed.raw[typed.origin[match.start("no")] : typed.origin[match.end("no") - 1] + 1]
        used |= _tokens_between(typed, *match.span())
    if match := _INSTALMENTS.search(text):
        used |= _read_instalments(typed, match, slots)
    if match := _DISCOUNT.search(text):
        slots["discount"] = str(round(float(match["a"] or match["b"]) / 100, 4))
        used |= _tokens_between(typed, *match.span())
    if match := _FIRST.search(text):
        rest = " " * (match.end() - 3) + "el " + text[match.end() :]
        begins = [f for f in period.find(rest, today, future=True) if f.period and f.start <= match.end() + 1]
        if begins and begins[0].period:
            slots["first_date"] = begins[0].period.start.isoformat()
            used |= _tokens_between(typed, match.start(), begins[0].end)
    amounts = [
        s
        for s in find_spans(text)
        if s.kind == "number"
        and not _tokens_between(typed, s.start, s.end) & used
        and s.value.unit in ("", "money")
    ]
    if "amount" not in slots and len(amounts) == 1:
        slots["amount"] = _money(amounts[0].value.number)
        used |= _tokens_between(typed, amounts[0].start, amounts[0].end)
    missing = next((f"slot:{s}" for s in ("account", "amount") if s not in slots), None)
    return Deed("record_agreement", slots, missing, (), _left(typed, used), complete=True)


def _read_instalments(typed: Typed, match: re.Match[str], slots: dict[str, Any]) -> set[int]:
    """ "3 pagos de 1,500": three instalments, 4,500 in all."""
    word = match["n"]
    count = int(word) if word.isdigit() else _COUNTS[word]
    slots["installments"] = count
    said = (match["f"] or "").strip()
    frequency = next(
        (f for stem, f in _FREQUENCY.items() if said.startswith(stem)), _UNIT_FREQUENCY.get(match["w"])
    )
    if frequency:
        slots["frequency"] = frequency
    end = match.end()
    if each := _EACH.match(typed.folded, end):
        slots["amount"] = _money(count * float(each["a"].replace(",", "")))
        end = each.end()
    return _tokens_between(typed, match.start(), end)


def _money(number: float) -> str:
    return f"{number:.2f}"
