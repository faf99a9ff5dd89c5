# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""Orders about whose accounts they are and how they are worked: reassign, dialling mode."""

import re

from bot.understand.compose import period_of
from bot.understand.deeds.action import Action, need
from bot.understand.deeds.people import read_absent, read_from, read_to
from bot.understand.deeds.returning import read_until
from bot.understand.deeds.rows import keep_filters, read_rows
from bot.understand.deeds.sheet import Sheet
from bot.understand.deeds.slots import read_account, read_below_zero
from bot.understand.deeds.standing import read_standing

_MODE = r"(?P<m>manual|preview|predictiv[oa]|predictive|blaster)"
_TO_MODE = re.compile(
    rf"\b(?:(?:a|en|to|on|into|in|por)\s+|(?=modo )|(?=[a-z]+ (?:mode|dial)))(?:el\s+|the\s+)?(?:modo\s+|marcacion\s+|marcador\s+|mode\s+)*{_MODE}\b(?:\s+(?:mode|dial(?:l?ing|er)?)\b)*"
)
_BARE_MODE = re.compile(
    r"\b(?:el\s+|the\s+)?(?:(?:modo|tipo)\s+de\s+(?:marcacion|marcado|marcaje)|dial(?:l?ing)?\s+mode|modo(?=\s+de\s+las?\b))(?:\s+(?:de|del|of|for)\b)?"
)
_MODES = {"predictiva": "predictivo", "predictive": "predictivo"}
_NOUN = r"(?:cuentas?|ctas?|casos?|accounts?|accts?|cases?)"
_ALL = re.compile(
    rf"\b(?:(?:toda|todo|all|all of|the whole|whole|entire)\s+(?:(?:la|el|su|the|his|her|of)\s+)*(?:cartera|portafolio|portfolio|book)|(?:(?:todas|all|all of)\s+)?(?:las|sus|the|his|her|their|all)\s+(?:of\s+(?:the|his|her|their)\s+)?(?={_NOUN}\b)|(?:la|su|el|the|his|her)\s+(?=(?:cartera|portafolio|portfolio|book)\b)|'s\s+(?=(?:{_NOUN}|portfolio|book)\b)|(?:todas|todos|all)\s+(?=(?:las|los|de|of)\b)|(?:todo|todas|everything|all of them)\b)"
)
_COUNTED = re.compile(
    rf"\s+(?:de\s+(?:las|sus|los)\s+|of\s+(?:the|his|her|their)\s+)?(?:\w+'?\w*\s+){{0,1}}?(?={_NOUN}\b)"
)
_BESIDE = re.compile(r"\s*(?:(?:de|of|from)\s*)?\x00")
_EDGES = re.compile(r"\d{1,3}\s*-\s*\d{1,3}|\d{2,3}\s*\+")  # of a bucket
_THOSE = re.compile(r"\b(?:las|los|lo|those|the ones)\s*(?=\x00)")
_EQUAL = re.compile(
    r"\b(?:(?:en|por|a)\s+)?(?:partes iguales|equitativamente|equitativ[oa]s?|parej[oa]s?|por igual|mitad y mitad|(?:split\s+)?(?:equally|evenly)|by (?:number|count)|por (?:numero|cantidad)(?: de cuentas)?)\b"
)
_BY_VALUE = re.compile(
    r"\b(?:(?:equilibrad[oa]s?|balancead[oa]s?|balanced|equilibrando|balanceando|repartid[oa]s?|split)\s+)?(?:por|by|segun)\s+(?:el\s+|the\s+)?(?:saldo|valor|monto|value|balance|amount)\b|\b(?:equilibrad[oa]s?|balancead[oa]s?) (?:en|de) (?:saldo|valor|monto)\b"
)


_WISHED = re.compile(
    r"\W*(?:(?:oye|hola|hey|por favor|porfa|favor de|ok|y)\W+)*(?:(?:necesito|quiero|quisiera|ocupo|hay|pido|urge)\s+)?que\s[^?]*?"
    r"\b(?P<said>se\s+(?:les?\s+)?(?:qued(?:e|en) con|repart(?:a|an)|distribuya(?:n)?|divida(?:n)?|reasignen?|mueva(?:n)?|pasen?|transfiera(?:n)?|asignen?))\b"
)
_WHAT = re.compile(rf"\b(?:{_NOUN}|carteras?|portafolios?)\b")


def wished_at(text: str) -> tuple[int, int] | None:
    """ "que la cartera de Ana se reparta entre ...": an order though its verb comes late."""
    match = _WISHED.match(text)
    return match.span("said") if match and _WHAT.search(text) else None


def read_mode(sheet: Sheet) -> None:
    sheet.first(_BARE_MODE)
    if match := sheet.first(_TO_MODE):
        sheet.fields["dial_mode"] = _MODES.get(match["m"], match["m"])


_THAT_ONE = re.compile(
    r"\b(?:la|el|the)\s+#?(?P<n>\d{4,}(?:-\d+)?)(?![a-z0-9,.]\d)(?![a-z0-9])(?!\s*(?:cuentas|casos|ctas|accounts|cases))"
)


def read_that_one(sheet: Sheet) -> None:
    """ "reasigna la 10023": after the article one number, not so many."""
    if "account" not in sheet.fields and (match := sheet.first(_THAT_ONE)):
        sheet.fields["account"] = sheet.raw(*match.span("n"))


def read_count(sheet: Sheet) -> None:
    """ "20 cuentas", "veinte de sus cuentas"; else all of them, where that is said."""
    read_below_zero(sheet, "count")
    for said in list(sheet.numbers()):
        noun = _COUNTED.match(sheet.text, said.end)
        if noun is not None and said.value == 0:
            sheet.object_to("slot:count", "no_accounts", said.start, said.end)
            return
        if noun is None or said.percent or not said.whole:
            continue
        sheet.take(said.start, said.end)
        sheet.fields["count"] = said.whole
        return
    if match := re.search(rf"\b(?:una|one|a)\s+(?={_NOUN}\b)", sheet.text):
        sheet.take(*match.span())
        sheet.fields["count"] = 1
        return


# "pásame las cuentas de Ana de marzo a abril": days, and nobody's name.
MONTHS = re.compile(
    r"\b(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|del? \d{1,2}|lunes|martes|miercoles|jueves|viernes)\s+a\s+[a-z]"
)
_BIGGEST = re.compile(
    r"\b(?:(?:las|los|the|de|con)\s+)*(?:mas\s+(?:grandes|altas|gordas|pesadas)|(?:de|con)\s+(?:el\s+)?(?:mayor|mas)\s+(?:saldo|adeudo|deuda|monto|valor)|mayores(?:\s+(?:de|en|por)\s+(?:saldo|monto|valor))?(?!\s+(?:a|al|de|que)\b)|(?:biggest|largest|highest)(?:\s+(?:balances?|value))?|(?:with|of)\s+the\s+(?:most|highest|biggest|largest)\s+(?:balances?|debt|value))(?![a-z])"
)


def read_biggest(sheet: Sheet) -> None:
    """ "las 3 cuentas más grandes": of so many, those are taken first in any case. Of all of them it says nothing."""
    if "count" in sheet.fields and (match := _BIGGEST.search(sheet.text)):
        sheet.take(*match.span())


def read_short_count(sheet: Sheet) -> None:
    """ "pásale 20 de Pedro a Ana": beside the people, the one number can only count accounts; else "all"."""
    edges = [m.span() for m in _EDGES.finditer(sheet.text)]
    left = [n for n in sheet.numbers() if n.whole and not (n.percent or n.money)]
    left = [n for n in left if not any(start <= n.start < end for start, end in edges)]
    if "count" not in sheet.fields and len(left) == 1 and _BESIDE.match(sheet.text, left[0].end):
        sheet.take(left[0].start, left[0].end)
        sheet.fields["count"] = left[0].whole
    if not {"count", "account"} & set(sheet.fields) and (sheet.first(_ALL) or sheet.first(_THOSE)):
        sheet.fields["scope"] = "all"


def read_split(sheet: Sheet) -> None:
    if sheet.first(_EQUAL):
        sheet.fields["split"] = "equal"
    elif sheet.first(_BY_VALUE):
        sheet.fields["split"] = "value"


def read_filters(sheet: Sheet) -> None:
    keep_filters(sheet, read_rows(sheet))


def read_sources(sheet: Sheet) -> None:
    """Filters of accounts; whose they are is a slot of its own, and leaving somebody out is unclear."""
    stand = read_standing(sheet)
    rows = read_rows(sheet, kinds=("period",) if stand.waiting else ())
    keep_filters(sheet, rows)
    over = period_of(rows.draft, [], sheet.floor.lexicon, sheet.today) if stand.waiting else None
    if stand.waiting and over is None:
        sheet.ask("period")
    if said := [each.model_dump(mode="json") for each in stand.over(over)]:
        sheet.fields["filters"] = [*sheet.fields.get("filters", []), *said]
    for each in rows.filters:
        if each.field == "agent":
            sheet.ask("confirm_reading", str(each.value))
    given = sheet.fields.get("from_agent")
    if given and given in (sheet.fields.get("to_agent"), *sheet.fields.get("to_agents", ())):
        sheet.ask("entity:to_agent", given)
        sheet.because.append(("same_person", given))


def read_other_number(sheet: Sheet) -> None:
    """Both a number and "all": which of them?"""
    if "count" in sheet.fields and "account" in sheet.fields:
        sheet.ask("slot:count")


REASSIGN = Action(
    (
        read_account,
        read_that_one,
        read_mode,
        read_until,
        read_split,
        read_count,
        read_biggest,
        read_from,
        read_absent,
        read_to,
        read_short_count,
        read_sources,
        read_other_number,
    ),
    (
        need("from_agent", "filters", "account", about="entity:from_agent"),
        need("to_agent", "to_agents", about="entity:to_agent"),
        need("count", "scope", "account"),
    ),
)
DIAL_MODE = Action(
    (read_account, read_that_one, read_mode, read_filters), (need("dial_mode"), need("filters", "account"))
)
