"""Turns a request's filters into conditions that pick accounts: names into ids, words as files write them."""

from collections.abc import Iterable
from dataclasses import replace
from math import isfinite
from typing import Any, Literal

from db.access import resolve
from db.picks import NAMED, PROMISE, Pick
from skills.contract import Context, Filter, Refused

ME = "@me"
MOST_VALUES, LONGEST, LARGEST = 200, 200, 10**11


def storable(filters: tuple[Filter, ...]) -> tuple[Filter, ...]:
    """Raises ValueError for what no database can be asked for: a button's value may be anybody's."""
    for each in filters:
        values = each.value if isinstance(each.value, tuple) else (each.value,)
        if not 0 < len(values) <= MOST_VALUES or not all(map(_storable, values)):
            raise ValueError("not a filter of ours")
    return filters


def _storable(value: str | int | float) -> bool:
    if isinstance(value, str):
        whole = value.encode("utf-8", "replace").decode("utf-8") == value
        return bool(value.strip()) and len(value) <= LONGEST and "\x00" not in value and whole
    return isfinite(value) and abs(value) < LARGEST


def picks_of(
    ctx: Context, filters: Iterable[Filter], *, of: Literal["accounts", "facts"] = "accounts"
) -> tuple[Pick, ...]:
    """Raises Refused for a name nobody knows. What happened to an account has a status of its own."""
    found = tuple(_pick(ctx, each) for each in filters)
    return found if of == "facts" else tuple(_of_accounts(each) for each in found)


def _of_accounts(pick: Pick) -> Pick:
    promised = pick.field == "status" and set(pick.values) <= set(PROMISE)
    return replace(pick, field="promise") if promised else pick


def unpickable(field: str) -> Refused:
    """Of db.picks.Unpickable, what to say."""
    return Refused("picked.cannot_filter", about="filter", field=field)


def _pick(ctx: Context, asked: Filter) -> Pick:
    values: tuple[Any, ...] = asked.value if isinstance(asked.value, tuple) else (asked.value,)
    field = asked.field
    if field == "agent" and ME in values and ctx.actor.role == "supervisor":
        field = "supervisor"
    if field in NAMED:
        values = tuple(_id_of(ctx, field, str(value)) for value in values)
    elif field == "account":
        values = tuple(_account(ctx, str(value)) for value in values)
    elif field == "product":
        values = tuple(_product(ctx, str(value)) for value in values)
    return Pick(field, asked.op, values)


def _id_of(ctx: Context, field: str, name: str) -> int:
    if name == ME:
        return ctx.actor.person_id
    found = resolve(ctx.names, field, name)
    if found is None:
        raise Refused("desk.unknown_name", about=f"entity:{field}", name=name)
    return found


def account_name(ctx: Context, client: int, number: str) -> str:
    """How a request names one account of a list: the client's code tells two of one number apart."""
    return f"{ctx.names.by_id('client')[client].code}:{number}"


def _account(ctx: Context, said: str) -> str | tuple[int, str]:
    code, _, number = said.partition(":")
    client = resolve(ctx.names, "client", code) if number else None
    return said if client is None else (client, number)


def _product(ctx: Context, said: str) -> str:
    """As the clients' files write it."""
    wanted = said.casefold()
    return next((each for each in ctx.names.products if each.casefold() == wanted), said)
