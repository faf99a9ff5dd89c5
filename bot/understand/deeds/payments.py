"""Orders about what a debtor will pay: agreements and promises."""

from bot.understand.deeds.action import Action, need
from bot.understand.deeds.slots import (
    read_account,
    read_amount,
    read_discount,
    read_frequency,
    read_installments,
)
from bot.understand.deeds.when import read_date, read_first_date

AGREEMENT = Action(
    (read_account, read_installments, read_discount, read_first_date, read_frequency, read_amount),
    (need("account"), need("amount")),
)
CANCEL = Action((read_account,), (need("account"),))
PROMISE = Action((read_account, read_date, read_amount), (need("account"), need("amount"), need("date")))
