"""What is asked of a promise, in the one notation. Knows no account."""

import datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from skills.contract import Refused
from skills.one_account import OneAccount

MOST = Decimal(10) ** 9


class PromiseOf(OneAccount):
    """Of one account. `amount` in pesos; what is not said is asked."""

    amount: Decimal | None = Field(default=None, max_digits=12, decimal_places=2, lt=MOST)
    date: datetime.date | None = None


class PromiseRequest(BaseModel):
    """As PromiseOf; or the one account chosen from a list, as "client:number"."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    account: str | None = None
    client: str | None = None
    accounts: tuple[str, ...] | None = Field(default=None, max_length=200)
    amount: Decimal | None = Field(default=None, max_digits=12, decimal_places=2, lt=MOST)
    date: datetime.date | None = None

    def whole(self) -> PromiseOf:
        client, account = self.client, self.account
        if self.accounts is not None:
            if len(self.accounts) != 1:
                raise Refused("promise.choose_single", about="account")
            client, _, account = self.accounts[0].rpartition(":")
        if not account:
            raise Refused("promise.choose_single", about="account")
        return PromiseOf(account=account, client=client or None, amount=self.amount, date=self.date)


class CancelRequest(OneAccount):
    """`amount` tells two of one day apart."""

    amount: Decimal | None = Field(default=None, max_digits=12, decimal_places=2, lt=MOST)
