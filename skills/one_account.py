"""A request that speaks of one account, and the account it means, within the asker's reach."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator

from db.access import FoundAccount, find_accounts, resolve
from db.masking import short as short
from skills.contract import Context, Option, Refused

LONGEST = 120
MEANT = 4  # digits that people read out for a whole number
NAMESAKES = 20  # accounts of one number, each another client's


class OneAccount(BaseModel):
    """`account` is the client's own number; `client` tells two of one number apart, by name or code."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    account: str
    client: str | None = None

    @field_validator("account", "client")
    @classmethod
    def _plain(cls, given: str | None) -> str | None:
        if given is None:
            return None
        short = given.strip()
        if not short or len(short) > LONGEST or not short.isprintable():
            raise ValueError("not an account number")
        return short


def the_account(ctx: Context, intent: str, request: OneAccount) -> FoundAccount:
    """Out of reach and not there at all are told by one and the same sentence."""
    found = _named(ctx, request)
    if len(found) > 1:
        fields = request.model_dump(mode="json", exclude_none=True)
        choices = _choices(intent, fields, found)
        raise Refused("account.which_client", about="account", choices=choices, account=request.account)
    if not found:
        raise Refused("account.not_found", about="account", account=request.account)
    return found[0]


def _named(ctx: Context, request: OneAccount) -> list[FoundAccount]:
    """Every account in reach of exactly that number; or the one that holds it, if that says enough."""
    client = None
    if request.client is not None:
        client = resolve(ctx.names, "client", request.client)
        if client is None:
            return []
    near = find_accounts(
        ctx.session, ctx.actor.scope, request.account, ctx.now.date(), NAMESAKES, client=client
    )
    exact = [each for each in near if each.number.casefold() == request.account.casefold()]
    if exact or len(request.account) < MEANT or len(near) != 1:
        return exact
    return near


def _choices(intent: str, fields: Mapping[str, Any], found: list[FoundAccount]) -> tuple[Option, ...]:
    return tuple(
        Option(each.client, intent, {**fields, "account": each.number, "client": each.client})
        for each in found
    )
