"""Orders about what a debtor will pay: agreements and promises."""

import re

from bot.understand.deeds.action import Action, need
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


AGREEMENT = Action(
    (read_account, read_installments, read_discount, read_first_date, read_frequency, read_amount),
    (need("account"), need("amount", "discount")),
)
LETTER = Action((read_letter, read_account), (need("account"),))
CANCEL = Action((read_account,), (need("account"),))
PROMISE = Action((read_account, read_date, read_amount), (need("account"), need("amount"), need("date")))
CANCEL_PROMISE = Action((read_account, read_amount), (need("account"),))
