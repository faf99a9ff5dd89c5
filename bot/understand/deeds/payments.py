# ruff: noqa: E501 (a pattern is easier to read in one piece)
"""Orders about what a debtor will pay: agreements and promises."""

import re

from bot.understand.deeds.action import Action, need
from bot.understand.deeds.marks import read_one
from bot.understand.deeds.sheet import Sheet
from bot.understand.deeds.slots import (
    read_account,
    read_amount,
    read_discount,
    read_frequency,
    read_installments,
)
from bot.understand.deeds.when import read_date, read_first_date
from bot.understand.verbs import pattern

_AFTER = "finiquito|no adeudo|liberacion|settlement"
_LETTER = re.compile(rf"\b(?:cartas?|letters?|convenio|agreement|({_AFTER}))\b")


def read_letter(sheet: Sheet) -> None:
    """Which letter of an agreement: the one before it is paid, or the one after."""
    for match in _LETTER.finditer(sheet.typed.folded):
        sheet.mark(*match.span())
        if match[1]:
            sheet.fields["kind"] = "settlement"


_SUBJECT = (
    r"\W*(?:(?:oye|hola|hey|hi|por favor|porfa|please|ok|y|listo|anota|apunta|registra|que|note that|that)\W+)*"
    r"(?:(?:el|la|lo|the)\s+)?(?:(?:cliente|client|clienta|titular|deudora?|senora?|customer|debtor)\s+)?"
    r"(?:(?:de|del|of|on|for)\s+)?(?:(?:la|el|the)\s+)?(?:(?:cuenta|cta|credito|account|acct)\s*)?"
    r"(?:no\b\.?|numero|number)?\s*#?(?:[a-z]{1,4}-?)?\d[\d-]{2,}\s+"
)
_PAYS = r"(?:pagar(?:nos|me|a|ia)?|liquidar|depositar|abonar|dar|pay|deposit)"
_PROMISED = re.compile(
    rf"{_SUBJECT}(?P<said>(?:(?:ya|me|nos|hoy|just|has|have)\s+)*(?:promet(?:e|io|ieron)(?:\s+que)?(?:\s+(?:va a\s+)?{_PAYS})?"
    rf"|qued(?:a|o|amos|aron)\s+(?:en|de)\s+(?:que\s+)?{_PAYS}|se\s+compromet(?:e|io)\s+(?:a|con)(?:\s+{_PAYS})?|va\s+a\s+{_PAYS}|(?:dice|dijo|says)\s+(?:que|that)\s+(?:me\s+|nos\s+)?(?:va\s+a\s+{_PAYS}|paga(?:ra)?|deposita(?:ra)?|will\s+{_PAYS})|paga(?:ra)?"
    rf"|will\s+{_PAYS}|promise[sd]?(?:\s+to)?(?:\s+{_PAYS})?|(?:is going|committed|agreed)\s+to\s+{_PAYS}))\b"
)


def promised_at(text: str) -> tuple[int, int] | None:
    """ "la 20045 quedó de pagar 1,500 el viernes": a promise told, where the words stand that say so."""
    match = _PROMISED.match(text)
    return match.span("said") if match else None


_TOLD = re.compile(
    rf"\b(?:(?:favor de\s+|por favor\s+|porfa\s+|please\s+|y\s+)?(?:{'|'.join(map(pattern, ('registrar', 'anotar', 'apuntar', 'capturar', 'levantar', 'poner', 'meter')))}|record|log|note|register)(?:\s+(?:la|su|esa|esta|una|the|that|it as a|a))?\s+(?:promesa|pdp|ptp|compromiso|promise)(?:\s+de pago|\s+to pay)?|"
    r"(?:cliente|client|clienta|titular|deudora?|senora?|customer|debtor)(?=\s+(?:(?:de|del|of|on)\s+)?(?:la\s+|the\s+)?(?:cuenta|cta|account|acct|#?\d))|como|as|nuev[oa]|new|(?:apunta|anota|registra|note|record)\s+(?:que|that)"
    rf"|(?:ya|me|nos|hoy|just|has|have)\s+(?=promet|promis|qued)|promet(?:e|io|ieron)|qued(?:a|o|amos|aron)\s+(?:en|de)|se\s+compromet(?:e|io)\s+(?:a|con)|va\s+a\s+(?={_PAYS})|(?:dice|dijo|says)\s+(?:que|that)|will\s+(?={_PAYS})|promise[sd]?(?:\s+to)?|(?:is going|committed|agreed)\s+to)(?![a-z])"
)


def read_told(sheet: Sheet) -> None:
    """The words that tell of the promise stay where they stand: an amount is led by them."""
    for match in _TOLD.finditer(sheet.text):
        sheet.mark(*match.span())


_SHARE = re.compile(
    r"(?<!\bde )(?<!\bof )(?:\b(?:con|with|y|menos|less|al|a)\s+)?(?:(?:el|un|una|a)\s+)?(?<![\d.,])(?P<n>\d{1,2}(?:\.\d+)?)\s*(?:%|por ciento|percent)(?P<of>\s+(?:(?:de|del|of|in)\s+)?[a-z]+)?"
)
_NOT_WAIVED = re.compile(
    r"enganche|anticipo|inicial|interes|interest|down|mensual|anual|comision|pago|payment"
)


def read_waived(sheet: Sheet) -> None:
    """ "con 12 %": in an agreement a share of nothing else is what is waived; two of them are asked."""
    found = list(_SHARE.finditer(sheet.text))
    if "discount" in sheet.fields or len(found) != 1 or _NOT_WAIVED.search(found[0]["of"] or ""):
        return
    sheet.fields["discount"] = round(float(found[0]["n"]) / 100, 4)
    begin = found[0].start()
    sheet.take(begin, found[0].start("of") if found[0]["of"] else found[0].end())


_WHOLE = re.compile(
    r"\b(?:por|de|for|of|on)\s+(?:(?:el|la|todo|toda|su|the|all)\s+)*(?:(?:saldo|adeudo|deuda)(?:\s+(?:total|complet[oa]|enter[oa]|actual|pendiente|insoluto|al corriente))?|(?:monto\s+)?total(?:idad)?(?:\s+(?:del?\s+)?(?:(?:la|el|su)\s+)?(?:saldo|adeudo|deuda|que debe))?"
    r"|(?:(?:full|whole|entire|total|outstanding)\s+)+(?:balance|amount|debt)|balance)(?![a-z])(?!\s+(?:de|of)\s+(?:\$?\s*\d|\x00))|\b(?:por\s+|de\s+)?(?:todo\s+)?lo que (?:debe|adeuda|tiene pendiente)\b|\b(?:for\s+)?(?:all|everything|what) (?:is owed|they owe|he owes|she owes)\b"
)
_SETTLES = re.compile(
    r"\b(?:(?:para|por|a|to|in)\s+)?(?:liquidando|liquidarl[oa]|liquidar|liquida|liquidacion|saldando|finiquitando|settling|settle|settlement|paying off|pay off)(?:\s+(?:(?:la|el|su|the)\s+)?(?:cuenta|saldo|adeudo|deuda|todo|total|account|balance|debt)(?:\s+total)?)?\b"
)


def read_whole(sheet: Sheet) -> None:
    """ "por el saldo total": nothing waived and nothing left; an amount beside it would be another."""
    if sheet.first(_WHOLE) is None:
        return
    if "amount" in sheet.fields:
        sheet.ask("slot:amount", sheet.fields.pop("amount"))
    elif not any(each.about == "slot:amount" for each in sheet.problems):
        sheet.fields.setdefault("discount", 0.0)


def read_settles(sheet: Sheet) -> None:
    """ "liquidando con 5,000": what is paid is all that will be."""
    said = _SETTLES.search(sheet.text)
    if said is not None:
        sheet.mark(*said.span())
        if "amount" in sheet.fields and "discount" not in sheet.fields:
            sheet.fields["settles"] = True


_LONG = re.compile(r"(?<![\w.,$-])(?P<no>\d{8,}(?:-\d+)?)(?![\w%]|[.,]\d)")


def read_long(sheet: Sheet) -> None:
    """ "convenio 00451200004245 a ...": nobody owes so many pesos."""
    if "account" not in sheet.fields and (match := sheet.first(_LONG)):
        sheet.fields["account"] = sheet.raw(*match.span("no"))


AGREEMENT = Action(
    (
        read_account,
        read_long,
        read_installments,
        read_discount,
        read_waived,
        read_frequency,
        read_first_date,
        read_amount,
        read_whole,
        read_settles,
    ),
    (need("account"), need("amount", "discount")),
)
LETTER = Action((read_letter, read_account), (need("account"),))
_NUMBERED = re.compile(
    r"\x00\s*(?:no\.?|num\.?|numero|number)?\s*#?(?P<no>\d{4,}(?:-\d+)?)(?![a-z0-9,.]\d)(?![a-z0-9])"
)


def read_numbered(sheet: Sheet) -> None:
    """ "cancela el convenio 10023": of what is cancelled the number can only be its account's."""
    if "account" not in sheet.fields and (match := sheet.first(_NUMBERED)):
        sheet.fields["account"] = sheet.raw(*match.span("no"))


CANCEL = Action((read_account, read_numbered), (need("account"),))
PROMISE = Action(
    (read_told, read_one, read_date, read_amount), (need("account"), need("amount"), need("date"))
)
CANCEL_PROMISE = Action((read_account, read_amount), (need("account"),))
