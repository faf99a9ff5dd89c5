# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""Orders about what goes out: reminders, reports on time, reports at once; and courses to take, and undo."""

import re

from bot.understand import period
from bot.understand.deeds.action import Action, need
from bot.understand.deeds.people import read_agents
from bot.understand.deeds.rows import keep_filters, read_rows
from bot.understand.deeds.sheet import Sheet
from bot.understand.deeds.slots import read_account, read_channel, read_room
from bot.understand.deeds.when import read_date, read_due, read_time, read_weekday, read_when

_PROMISES_DUE = re.compile(
    r"\b(?:a\s+|de\s+|to\s+|for\s+)?(?:(?:todas\s+)?(?:las|los|the|all|all the)\s+)?(?:(?:cuentas|clientes|deudores|accounts|debtors)\s+(?:con|with)\s+)?(?:promesas?|pdps?|ptps?|promises|compromisos)(?:\s+de pago)?(?:\s+(?:que\s+|that\s+)?(?:vencen?|por vencer|vencimiento|vence|(?:are\s+|is\s+|falling\s+|fall\s+|coming\s+)?due))?\b"
)
_EVERY_ACCOUNT = re.compile(
    r"\b(?:tod[oa]s|all|all of|every)\s+(?:(?:las|los|the|mis|my|our)\s+)?(?=(?:cuentas|ctas|clientes|deudores|accounts?|debtors?)\b)"
)
# "recuérdame marcarle a la cuenta": what to do then says nothing more.
_TO_CALL = re.compile(
    r"\b(?:(?:que|de|to)\s+)?(?:(?:tengo que|hay que|debo)\s+)?(?:llamar|marcar|hablar|cobrar|contactar|buscar|call|dial|phone|contact|ring|follow up with)(?:le|les|lo|la)?\b(?:\s+(?:a|al|con|to)\b)?"
)
_PAYMENT = re.compile(r"\b(?:(?:de|del|of|about)\s+)?(?:su|the|their|his|her|el)?\s*(?:pago|payment)\b")
_REPORT_NOUN = r"(?:reportes?|reports?|informes?|resumen|summary|fichas?|scorecards?)"
_REPORTS = (
    ("pack", r"(?:(?:el\s+|the\s+)?paquete(?: semanal| de la semana)?(?: del cliente)?|(?:the\s+)?(?:weekly )?(?:client )?pack)"),
    ("scorecard", r"(?:el\s+|la\s+|the\s+)?(?:score\s?cards?|fichas?(?: de desempeno)?)"),
    ("executive", rf"(?:{_REPORT_NOUN}\s+ejecutiv[oa]|executive\s+{_REPORT_NOUN}|reporte de desempeno|performance report)"),
    ("weekly", rf"(?:{_REPORT_NOUN}\s+semanal|weekly\s+{_REPORT_NOUN}|{_REPORT_NOUN} de la semana)"),
    ("monthly", rf"(?:{_REPORT_NOUN}\s+mensual|monthly\s+{_REPORT_NOUN}|{_REPORT_NOUN} del mes)"),
    ("contacts", rf"(?:{_REPORT_NOUN} de (?:gestiones|contactos?|llamadas)|contacts?\s+{_REPORT_NOUN})"),
)  # fmt: skip
_PACKS = ("pack", "weekly", "monthly", "contacts")
_REPORT = tuple((name, re.compile(rf"\b(?:{pattern})\b")) for name, pattern in _REPORTS)
_COURSE = re.compile(
    r"\b(?:(?:el|la|un|una|the|a)\s+)?(?:cursos?|capacitacion|entrenamiento|taller|training|course|workshop)(?:\s+(?:de|en|sobre|on|in|of|about))?\s+(?:\x00|(?P<c>(?!(?:a|al|para|to|for)\b)[^\x00,.;:]+?))(?=\s+(?:a|al|para|to|for|antes|before|por|by|due|con fecha|que vence|hasta)\s|\s*[,.;:\x00]|\s*$)"
)
_NAMED_FIRST = re.compile(
    r"\b(?:the|el|la|a|un)\s+(?P<c>[a-z0-9][a-z0-9 \-]{1,40}?)\s+(?:training|course|workshop)\b"
)
_LAST = re.compile(
    r"\b(?:(?:la|el|the|my|mi)\s+)?(?:ultim[oa]|last|latest)\s+(?:reasignacion|reassignment|movimiento de cuentas|asignacion)\b|\b(?:la|the|mi|my)\s+(?:reasignacion|reassignment)(?:\s+(?:anterior|de hace rato|pasada))?\b"
)
_IT = re.compile(r"\b(?:eso|esto|that|this|it)\b")
_DID = r"(?:\s+(?:que|which|that)?\s*(?:(?:yo\s+)?(?:hice|pedi|te pedi|acabo de (?:hacer|pedir)|hiciste|se hizo|confirme)|(?:i|you) (?:just )?(?:did|asked(?: for)?|confirmed)))?"
_LAST_OF_ALL = re.compile(
    rf"\b(?:lo ultimo{_DID}|(?:(?:el|la|mi|the|my)\s+)?(?:ultim[oa]|last|latest)(?:\s+(?:cambio|movimiento|accion|cosa|orden|operacion|paso|thing|action|change|one|step|move|order))?{_DID}(?=\W*$|\W*\b(?:por favor|porfa|please)\b)"
    r"|lo que (?:yo )?(?:acabo de (?:hacer|pedir)|hice|te pedi|pedi|confirme|acabas de hacer|hiciste)|lo de (?:recien|hace rato|hace (?:un )?momento|ahorita)|what (?:i|you) just did)\b"
)
_LAST_KINDS = (
    ("promise", r"promesas?(?: de pago)?|pdp|ptp|promise(?: to pay)?"),
    ("agreement", r"convenio|acuerdo|agreement|payment plan"),
    ("target", r"meta|objetivo|target|goal"),
    ("note", r"nota|comentario|note|comment"),
    ("hold", r"retencion|pausa|hold"),
    ("alert", r"alerta|alarma|alert"),
    ("schedule", r"envio programado|envio|programacion|schedule"),
    ("reminder", r"recordatorio|reminder"),
    ("training", r"curso|capacitacion|training|course"),
    ("dialing", r"(?:cambio de )?(?:modo|marcacion)(?: de marcacion)?|dial(?:l?ing)? mode"),
)
_LAST_OF_KIND = re.compile(
    r"\b(?:la|el|mi|the|my)\s+(?:(?:ultim[oa]|last|latest)\s+)?(?:"
    + "|".join(rf"(?P<{name}>{words})" for name, words in _LAST_KINDS)
    + r")\b(?:\s+(?:pasad[oa]|anterior|de hace rato|que (?:hice|puse|registre|deje)))?"
)
_MOVE = re.compile(
    r"\b(?:(?:el|la|the)\s+)?(?:movimiento|accion|cambio|registro|operacion|folio|audit(?:\s+(?:id|entry|record))?|action|change|entry)?\s*(?:no\.?|num\.?|numero|number|#|id)?\s*#?(?P<id>\d+)\b"
)


def read_reminder_rows(sheet: Sheet) -> None:
    """ "a las promesas que vencen mañana": for whom, and with which filters."""
    sheet.first(_PAYMENT)
    sheet.first(_TO_CALL)
    if sheet.first(_PROMISES_DUE):
        sheet.fields["scope"] = "promises_due"
    elif sheet.first(_EVERY_ACCOUNT):
        sheet.fields["scope"] = "all"
    keep_filters(sheet, read_rows(sheet))
    _by_which_way(sheet)


def _by_which_way(sheet: Sheet) -> None:
    """ "un sms de recordatorio": the channel is how it goes, not which accounts."""
    kept = sheet.fields.pop("filters", [])
    ways = [f for f in kept if f["field"] == "channel" and f["op"] == "eq"]
    if len(ways) == 1 and "channel" not in sheet.fields:
        sheet.fields["channel"] = ways[0]["value"]
        kept = [f for f in kept if f is not ways[0]]
    if kept:
        sheet.fields["filters"] = kept


def read_report(sheet: Sheet) -> None:
    for name, pattern in _REPORT:
        if sheet.first(pattern):
            sheet.fields["report"] = name
            return


_ANY_REPORT = re.compile(rf"\b(?:(?:el|un|los|the|a)\s+)?{_REPORT_NOUN}\b")


def read_unnamed(sheet: Sheet) -> None:
    """ "manda el reporte": which one, is what is asked."""
    if "report" not in sheet.fields:
        sheet.first(_ANY_REPORT)


_TO = (
    ("client", re.compile(r"\b(?:al|para el|to the|for the)\s+(?:cliente|client|cedente|creditor)\b")),
    ("mail", re.compile(r"\b(?:por|via|by|through)\s+(?:correo(?: electronico)?|e-?mail|mail)\b")),
    (
        "folder",
        re.compile(
            r"\b(?:por|via|by|a|en|to|into)\s+(?:la\s+|su\s+|the\s+|their\s+)?(?:sftp|carpeta|folder)\b"
        ),
    ),
)


def read_recipient(sheet: Sheet) -> None:
    """The way out that was said; whom it leads to is config.yaml's to say."""
    for name, pattern in _TO:
        if "channel" not in sheet.fields and sheet.first(pattern):
            sheet.fields["to"] = name
            return


_OVER = re.compile(r"\b(?:de|del|for|of)\s+(?:el\s+|la\s+|the\s+)?(?=[a-z0-9])")


def read_over(sheet: Sheet) -> None:
    """ "el reporte ejecutivo de octubre": days that are over, or have begun; which day it leaves is another."""
    for lead in _OVER.finditer(sheet.text):
        found = next((f for f in period.find(sheet.text, sheet.today) if f.start == lead.end()), None)
        if found is not None and found.period is not None and found.period.start < sheet.today:
            sheet.take(lead.start(), found.end)
            sheet.fields["period"] = found.period.model_dump(mode="json")
            return


def read_report_rows(sheet: Sheet) -> None:
    rows = read_rows(sheet)
    keep_filters(sheet, rows)


def read_client(sheet: Sheet) -> None:
    """Whose report: the client is a slot of its own."""
    read_report_rows(sheet)
    kept = sheet.fields.pop("filters", [])
    owners = [f for f in kept if f["field"] == "client" and f["op"] == "eq"]
    if len(owners) == 1:
        sheet.fields["client"] = owners[0]["value"]
        kept = [f for f in kept if f is not owners[0]]
    if kept:
        sheet.fields["filters"] = kept


def read_whose(sheet: Sheet) -> None:
    """A client's pack needs its client; a scorecard or an executive summary is the agency's own."""
    if sheet.fields.get("report") in _PACKS and "client" not in sheet.fields:
        sheet.ask("slot:client")


def read_day(sheet: Sheet) -> None:
    """An hour alone is today's, if it is still to come."""
    at = sheet.fields.get("time")
    if at and "date" not in sheet.fields and at > sheet.now.strftime("%H:%M"):
        sheet.fields["date"] = sheet.today.isoformat()


def read_course(sheet: Sheet) -> None:
    """As typed: the agency names its own courses."""
    match = _COURSE.search(sheet.text) or _NAMED_FIRST.search(sheet.text)
    quotes = sheet.quotes()
    if len(quotes) == 1:
        place, token = quotes[0]
        sheet.read.add(place)
        sheet.fields["course"] = token.raw[1:-1].strip()
    if match is None:
        return
    if match["c"] and "course" not in sheet.fields:
        sheet.fields["course"] = sheet.raw(*match.span("c")).strip()
    sheet.take(*match.span())


_TO_FINISH = re.compile(
    r"\b(?:(?:y\s+)?(?:para\s+)?que\s+(?:l[oa]s?\s+)?(?:termin|complet|acab|conclu|hag|tom|curs)[a-z]{1,4}|(?:y\s+)?(?:para\s+)?(?:terminar|completar|concluir)l[oa]s?|to (?:finish|complete|be (?:finished|completed)))\b"
)


def read_trainees(sheet: Sheet) -> None:
    """A whole team as a filter, or those named before the day was read: Abril is somebody."""
    if "due" in sheet.fields:
        sheet.first(_TO_FINISH)
    if "agents" not in sheet.fields:
        read_agents(sheet)
    keep_filters(sheet, read_rows(sheet))
    _those_named_first(sheet)


def _those_named_first(sheet: Sheet) -> None:
    """ "Karla Mendoza y Luis Guerrero: asígnales ...": people, no rows of theirs."""
    filters = sheet.fields.get("filters", [])
    if "agents" in sheet.fields or [(f["field"], f["op"]) for f in filters] not in (
        [("agent", "in")],
        [("agent", "eq")],
    ):
        return
    said = filters[0]["value"]
    if said != "@me":
        sheet.fields["agents"] = [said] if isinstance(said, str) else list(said)
        del sheet.fields["filters"]


_AS_BEFORE = re.compile(
    r"\b(?:tal\s+)?(?:como|a como|donde|the way|where|as|how)\s+(?:ya\s+)?(?:estaban|they were)(?:\s+antes| before)?\b"
)


def read_undone(sheet: Sheet) -> None:
    sheet.first(_IT)
    sheet.first(_AS_BEFORE)
    if sheet.first(_LAST) or re.search(r"\b(?:cuentas|accounts)\b", sheet.said):
        sheet.fields["target"] = "last_reassignment"
    elif match := sheet.first(_LAST_OF_KIND):
        sheet.fields["target"] = f"last_{match.lastgroup}"
    elif sheet.first(_LAST_OF_ALL):
        sheet.fields["target"] = "last_action"
    elif match := _MOVE.search(sheet.text):
        sheet.fields["target"] = match["id"]
        sheet.take(*match.span())


REMINDER = Action(
    (read_account, read_time, read_channel, read_date, read_day, read_reminder_rows),
    (need("account", "scope", "filters"), need("date")),
)
SCHEDULE = Action(
    (read_weekday, read_time, read_room, read_report, read_client, read_whose),
    (need("report"), need("weekday"), need("time")),
)
SEND = Action(
    (read_room, read_recipient, read_report, read_over, read_when, read_report_rows, read_unnamed),
    (need("report"), need("channel", "to")),
)
TRAINING = Action(
    (read_course, read_agents, read_due, read_trainees), (need("agents", "filters"), need("course"))
)
UNDO = Action((read_undone,), (need("target"),))
