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
    r"\b(?:(?:cliente|client|clienta|titular|deudora?|senora?|customer|debtor)(?=\s+(?:(?:de|del|of|on)\s+)?(?:la\s+|the\s+)?(?:cuenta|cta|account|acct|#?\d))|como|as|nuev[oa]|new|(?:apunta|anota|registra|note|record)\s+(?:que|that)"
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


AGREEMENT = Action(
    (
        read_account,
        read_installments,
        read_discount,
        read_waived,
        read_frequency,
        read_first_date,
        read_amount,
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
