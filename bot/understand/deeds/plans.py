# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""Orders about numbers: a target, an alert. The metric is read as a question reads it, and never guessed."""

import re
from decimal import Decimal

from bot.understand import period
from bot.understand.deeds.action import Action, need
from bot.understand.deeds.alarms import read_boundless
from bot.understand.deeds.numbers import Said, number_at
from bot.understand.deeds.rows import Rows, keep_filters, read_rows
from bot.understand.deeds.sheet import GONE, Sheet
from bot.understand.deeds.slots import money, read_below_zero
from bot.understand.period_words import MONTHS
from db.periods import Period

LONG_GONE = 90  # days
MINUTES = 30  # "TMO de 5": below this nobody means seconds
_OWNERS = ("supervisor", "campaign", "client", "agent")
_SECONDS = re.compile(r"\s*(?:(?P<s>seg(?:undos|s)?|seconds?|secs?|s)|(?P<m>min(?:utos|s|utes)?))\b")
_OPS = (
    ("ge", r"(?:lleg(?:a|ue|an|uen)|alcan(?:za|ce|zan|cen)) (?:a|al|los|las|el)|reaches|hits|(?:sea |es |este )?(?:de )?(?:al menos|por lo menos|at least)"),
    ("le", r"(?:sea |es )?(?:a lo mas|a lo mucho|at most|no (?:pase|pasa|supere|supera) (?:de|del)?)"),
    ("lt", r"(?:este |esta |es |sea |quede |queda )?(?:menor|inferior|menores) (?:a|al|de|del|que)|(?:cae|caiga|caen|caigan|baja|baje|bajan|bajen|cayera|bajara)(?: (?:a menos|por debajo|abajo|debajo|mas abajo))? (?:de|del)|(?:este |esta |anda |ande |quede |sea )?(?:por )?(?:debajo|abajo) (?:de|del)|(?:tiene |tenga |haya |hay )?menos (?:de|del)|no (?:llegue|llega|llegan|lleguen|alcanza|alcance|alcanzan|alcancen) (?:a|al)|(?:falls?|drops?|goes?|dips?|is|are|gets?)?\s*(?:below|under|less than|lower than|fewer than)|<"),
    ("gt", r"(?:este |esta |es |sea |quede )?(?:mayor|superior|mayores) (?:a|al|de|del|que)|(?:pasa|pase|pasan|pasen|sube|suba|suben|suban|excede|exceda|rebasa|rebase)(?: (?:a mas|por encima|arriba|mas arriba))? (?:de|del)|(?:supera|supere|superan|superen|rebasa|rebase|rebasan|excede|exceda|exceeds?|passes|tops|crosses)(?: (?:el|la|los|las|the))?|(?:este |esta |anda |ande )?(?:por )?(?:encima|arriba) (?:de|del)|(?:tiene |tenga |haya |hay )?mas (?:de|del)|(?:goes?|rises?|gets?|climbs?|is|are)?\s*(?:above|over|more than|greater than|higher than|past)|>"),
)  # fmt: skip
_BOUND = tuple(
    (op, re.compile(rf"(?<![a-z])(?:{words})(?![a-z])\s*(?:los |las |el |the )?(?=\$|\d|[a-z])"))
    for op, words in _OPS
)
_TO = re.compile(r"(?:\b(?:a|en|de|at|to|of|por|sea|sean|es)|=|:)\s+(?=\$|\d|[a-z])")
_TO_ONLY = re.compile(r"(?:\b(?:a|to|at)|=|:)\s+(?=\$|\d|[a-z])")
_STEPS = re.compile(r"(?:sub|baj|rais|lower|increas|decreas|aument)")
_BY_SHARE = re.compile(
    r"(?:\b(?:en|un|by|a)\s+)*(?P<n>\d{1,3}(?:\.\d+)?)\s*(?:%|por ciento|percent)(?:\s+mas|\s+more)?"
)
_GRAIN = re.compile(
    r"\b(?:(?P<day>diari[oa]|daily|por dia|al dia)|(?P<week>semanal|weekly)|(?P<month>mensual|monthly))\b"
)
_LINKS = re.compile(
    r"\b(?:si|cuando|en cuanto|if|when|whenever|que|esta|este|sea|pas[ae]n?|super[ae]n?|rebas[ae]n?|excede|sub[ae]n?|baj[ae]n?|ca(?:e|en|iga|igan)|mejor[ae]|empeor[ae]|hace|haga|hacen|tiene|tenga|trae|traiga|rises?|drops?|falls?|goes|up|down)\b"
)


# --- Metric and number -----------------------------------------------------------------------------


def _every_metric(sheet: Sheet) -> frozenset[str]:
    return frozenset(sheet.floor.lexicon.catalogue.ids)


def _read_metric(sheet: Sheet, rows: Rows) -> str | None:
    """Exactly one; what two share is asked with both."""
    unclear = next((p for p in rows.draft.problems if p.about == "metric"), None)
    metrics = rows.draft.metrics
    if unclear is not None or len(metrics) > 1:
        sheet.ask("slot:metric", *(unclear.candidates if unclear else metrics))
        return None
    if metrics:
        sheet.fields["metric"] = metrics[0]
        return metrics[0]
    return None


def _unit(sheet: Sheet, metric: str | None) -> str | None:
    known = sheet.floor.lexicon.catalogue.metrics.get(metric or "")
    return known.unit if known else None


def _as_measured(sheet: Sheet, said: Said, unit: str | None) -> Decimal | None:
    """In the metric's own measure; None where the number is of another kind (pesos of a rate)."""
    value = said.value
    if unit == "rate":
        return None if said.money else value / 100 if said.percent or value > 1 else value
    if said.percent:
        return value / 100 if unit is None else None
    if said.money and unit not in (None, "money") and value < 1000:
        return None
    if clock := _SECONDS.match(sheet.text, said.end):
        if unit != "seconds":
            return None
        sheet.mark(*clock.span())
        return value * 60 if clock["m"] else value
    return None if unit == "seconds" and value < MINUTES else value


def _plain(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)


# --- A target ------------------------------------------------------------------------------------


_OF_YEAR = re.compile(rf"\b(?:{'|'.join(MONTHS)})\s+(?:de|del|of)\s+20\d\d$")


def _take_value(sheet: Sheet) -> Said | None:
    """ "en 850 mil", "a 35 %". "Súbela 10 %" says by how much, not to what."""
    lead = _TO_ONLY if _STEPS.match(sheet.said) else _TO
    found = [(m, n) for m in lead.finditer(sheet.text) if (n := number_at(sheet.text, m.end()))]
    if len(found) > 1:  # "... en 900 mil para marzo de 2027"
        found = [(m, n) for m, n in found if not _OF_YEAR.search(sheet.text, 0, n.end)]
    if len(found) != 1:
        return None
    match, said = found[0]
    sheet.take(match.start(), said.end)
    return said


# "la meta del cliente de Banco Alameda": promised to the creditor; "la meta del cliente Banco Alameda" is its own.
_OWNER = re.compile(
    r"\b(?:(?P<c>del cliente|de cliente|comprometida(?: con el cliente)?|client'?s(?=\s*\x00)|(?:promised|committed) to the client)|(?P<i>intern[oa]s?|internal))(?![a-z])(?=\s*\x00|\s+(?:de|del|para|en|a|of|for|at|to|target|goal)\b|\s*$)"
)
_BUDGET = re.compile(r"presupuesto|budget")


def read_owner(sheet: Sheet) -> None:
    """Promised to the client or the agency's own; a target or a budget."""
    if match := sheet.first(_OWNER):
        sheet.fields["owner"] = "CLIENTE" if match["c"] else "INTERNA"
    thing = sheet.typed.folded[slice(*sheet.asked.thing)] if sheet.asked.thing else ""
    if _BUDGET.search(thing):
        sheet.fields["plan"] = "budget"


def read_target(sheet: Sheet) -> None:
    read_below_zero(sheet, "value")
    said = _take_value(sheet)
    if grain := sheet.first(_GRAIN):
        sheet.fields["grain"] = grain.lastgroup
    rows = read_rows(
        sheet,
        kinds=("metric", "ask", "period", "share"),
        metrics=_every_metric(sheet),
        renamed={"portfolio_balance": "portfolio_balance"},
    )
    metric = _read_metric(sheet, rows)
    if said is None and _STEPS.match(sheet.said) and (step := sheet.first(_BY_SHARE)):
        sheet.ask("slot:value", step["n"])  # by how much, and of what nobody has said
    for each in rows.filters:
        if each.field in _OWNERS and each.op == "eq" and each.field not in sheet.fields:
            sheet.fields[each.field] = each.value
        else:
            sheet.ask("confirm_reading", str(each.value))
    sheet.problems += [p for p in rows.draft.problems if p.about.startswith(("entity:", "period"))]
    if (over := _to_come(sheet, rows)) is not None:
        sheet.fields["period"] = over.model_dump(mode="json")
    if said is not None:
        _put_value(sheet, said, metric)


def _to_come(sheet: Sheet, rows: Rows) -> Period | None:
    """The whole of the days meant: a December long gone is the one to come."""
    found = rows.draft.period
    whole = (found.full or found.period) if found else None
    if found is None or whole is None or (sheet.today - whole.end).days <= LONG_GONE:
        return whole
    said = period.find(sheet.text.replace(GONE, " "), sheet.today, future=True)
    ahead = {f.full for f in said if f.full and f.unit == found.unit and _alike(f.full, whole)}
    return ahead.pop() if len(ahead) == 1 else whole


def _alike(one: Period, other: Period) -> bool:
    """The same days of another year: "julio Paredes" beside them is nobody's month."""
    return (one.start.month, one.start.day) == (other.start.month, other.start.day)


def _put_value(sheet: Sheet, said: Said, metric: str | None) -> None:
    unit = _unit(sheet, metric)
    value = _as_measured(sheet, said, unit)
    if value is None:
        sheet.ask("slot:metric" if said.percent else "slot:value", *([metric] if metric else []))
        return
    pesos = unit == "money" or (unit is None and said.money)
    sheet.fields["value"] = money(value) if pesos else _plain(value)


_IF_FIRST = re.compile(
    r"\W*(?:(?:oye|hola|hey|hi|por favor|porfa|please|y|ok|quiero que|necesito que)\W+)*(?:si|cuando|en cuanto|el dia que|if|when|whenever|as soon as)\s"
)
_THEN = re.compile(
    r"\b(?:(?:me|nos)\s+(?:avis(?:as|es|en|an)|alert(?:as|es|en)|notifi(?:cas|ques|quen)|dices|digas)|(?:avisa|avisen|avise|alerta|notifica|dime|dinos|mandame (?:un )?(?:aviso|alerta|mensaje)|manda (?:un )?(?:aviso|alerta))(?:me|nos)?|(?:alert|warn|notify|tell|ping|message) (?:me|us)|let (?:me|us) know|send (?:me|us) an? alert)\b"
)


def watched_at(text: str) -> tuple[int, int] | None:
    """ "si la ocupación pasa de 90 % me avisas": where the order stands, after its condition."""
    opens = _IF_FIRST.match(text)
    then = _THEN.search(text, opens.end()) if opens else None
    return then.span() if then else None


# --- An alert --------------------------------------------------------------------------------------


def read_alert(sheet: Sheet) -> None:
    said = None if "kind" in sheet.fields else _take_bound(sheet)
    if "kind" not in sheet.fields:
        _read_span(sheet)
    for link in _LINKS.finditer(sheet.text):
        sheet.mark(*link.span())
    rows = read_rows(
        sheet,
        kinds=("metric", "ask", "share"),
        metrics=_every_metric(sheet),
        renamed={"portfolio_balance": "portfolio_balance"},
    )
    metric = _read_metric(sheet, rows) if "kind" not in sheet.fields else None
    keep_filters(sheet, rows)
    if said is None or metric is None:
        return
    value = _as_measured(sheet, said, _unit(sheet, metric))
    if value is None:
        sheet.ask("slot:threshold")
    else:
        sheet.fields["threshold"] = _plain(value)


# Which days the number is of. "De hoy" is how a running number is looked at in any case.
_SPANS = (
    ("to_date", r"(?:(?:el |lo |the )?acumulad[oa] )?(?:del|de este|en el|of the|this) (?:mes|month)(?: a la fecha| to date)?|mes a la fecha|month[ -]to[ -]date|acumulad[oa]"),
    ("", r"(?:de|del|en el|of) (?:hoy|dia(?: de hoy)?|the day)|(?:de )?lo que va del dia|today's|so far today"),
)  # fmt: skip
_SPAN = tuple((span, re.compile(rf"\b(?:{words})\b")) for span, words in _SPANS)


def _read_span(sheet: Sheet) -> None:
    for span, pattern in _SPAN:
        if sheet.first(pattern):
            if span:
                sheet.fields["span"] = span
            return


def _take_bound(sheet: Sheet) -> Said | None:
    found = [
        (op, match, said)
        for op, pattern in _BOUND
        for match in pattern.finditer(sheet.text)
        if (said := number_at(sheet.text, match.end()))
    ]
    if not found or len({number.start for _, _, number in found}) > 1:
        return None
    op, match, said = min(found, key=lambda f: f[1].start())  # "no llega a", not "llega a"
    sheet.fields["op"] = op
    sheet.take(match.start(), said.end)
    if clock := _SECONDS.match(sheet.text, said.end):
        sheet.mark(*clock.span())
    return said


TARGET = Action(
    (read_owner, read_target),
    (need("metric"), need("value"), need("supervisor", "campaign", "client", "agent")),
)
ALERT = Action(
    (read_boundless, read_alert),
    (need("metric", "kind"), need("threshold", "kind"), need("op", "kind")),
)


def read_watched(sheet: Sheet) -> None:
    """ "deja de vigilar la tasa de contacto de mi equipo": which of her watches, as far as it is said."""
    read_boundless(sheet)
    read_alert(sheet)
    if "metric" not in sheet.fields:
        sheet.fields.pop("op", None)


STOP_ALERT = Action((read_watched,))
