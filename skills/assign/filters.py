"""Whether an account is among those a filter speaks of. Names nobody's right to see it."""

from collections.abc import Callable, Iterable
from typing import Any

from db.access import resolve
from db.portfolio import Held
from skills.contract import Context, Filter, Refused

_VALUES: dict[str, Callable[[Held], Any]] = {
    "client": lambda held: held.client_id,
    "campaign": lambda held: held.campaign_id,
    "agent": lambda held: held.agent_id,
    "bucket": lambda held: held.bucket,
    "product": lambda held: (held.product or "").casefold(),
    "state": lambda held: held.state,
    "balance": lambda held: held.balance_cents / 100,
    "days_past_due": lambda held: held.dpd,
    "dial_mode": lambda held: held.mode,
    "special": lambda held: held.special,
}
_NAMED = ("client", "campaign", "agent")
_HOLDS: dict[str, Callable[[Any, tuple[Any, ...]], bool]] = {
    "eq": lambda value, given: value == given[0],
    "ne": lambda value, given: value not in given,
    "in": lambda value, given: value in given,
    "not_in": lambda value, given: value not in given,
    "lt": lambda value, given: value < given[0],
    "le": lambda value, given: value <= given[0],
    "gt": lambda value, given: value > given[0],
    "ge": lambda value, given: value >= given[0],
    "between": lambda value, given: given[0] <= value <= given[1],
}


def kept_by(ctx: Context, filters: Iterable[Filter], held: Held) -> bool:
    return all(_keeps(ctx, each, held) for each in filters)


def _keeps(ctx: Context, asked: Filter, held: Held) -> bool:
    if asked.field not in _VALUES or asked.op not in _HOLDS:
        raise Refused("assign.cannot_filter", about="filter", field=asked.field)
    values = asked.value if isinstance(asked.value, tuple) else (asked.value,)
    if asked.field in _NAMED:
        values = tuple(_id_of(ctx, asked.field, str(value)) for value in values)
    if asked.field == "product":
        values = tuple(str(value).casefold() for value in values)
    return _HOLDS[asked.op](_VALUES[asked.field](held), values)


def _id_of(ctx: Context, field: str, name: str) -> int:
    found = resolve(ctx.names, field, name)
    if found is None:
        raise Refused("desk.unknown_name", about=f"entity:{field}", name=name)
    return found
