"""What each list shows of a row: its heads and cells, and the same as JSON. Reads nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from db.masking import Level, Masks
from skills.contract import Cell, Context, Value
from skills.lists import words


@dataclass(frozen=True)
class Kind:
    """One list: its heads, a row's cells, and what is ordered by where nobody says."""

    name: str
    heads: tuple[str, ...]
    cells: Callable[[Context, Row[Any]], tuple[Cell, ...]]
    order: str
    upwards: bool = False


def _account_cells(ctx: Context, row: Row[Any]) -> tuple[Cell, ...]:
    touched = words.on(ctx, row.touched_on) if row.touched_on else ctx.say("lists.never")
    late = Value(Decimal(row.dpd), "count")
    return (*_whose(ctx, row), row.bucket, late, pesos(row.balance_cents), touched, _client(ctx, row))


def _promise_cells(ctx: Context, row: Row[Any]) -> tuple[Cell, ...]:
    days = (words.on(ctx, row.made_on), words.on(ctx, row.due_on))
    money = (pesos(row.amount_cents), pesos(row.paid_cents or 0))
    return (*_whose(ctx, row), *days, *money, ctx.say(f"lists.state.{row.status}"), _client(ctx, row))


def _agreement_cells(ctx: Context, row: Row[Any]) -> tuple[Cell, ...]:
    days = (words.on(ctx, row.agreed_on), words.on(ctx, row.first_due_on))
    parts = Value(Decimal(row.installments), "count")
    discount = Value(Decimal(row.discount_micros) / 1_000_000, "rate")
    money = (pesos(row.amount_cents), pesos(row.paid_cents or 0))
    status = ctx.say(f"lists.agreed.{row.status}")
    return (*_whose(ctx, row), *days, parts, discount, *money, status, _client(ctx, row))


def _payment_cells(ctx: Context, row: Row[Any]) -> tuple[Cell, ...]:
    paid = (words.on(ctx, row.paid_on), row.channel, pesos(row.amount_cents))
    return (*_whose(ctx, row), *paid, _client(ctx, row))


def _whose(ctx: Context, row: Row[Any]) -> tuple[Cell, ...]:
    agent = ctx.names.by_id("agent").get(row.agent_id)
    number = Masks(Level.ROW, ctx.actor.role).of("account", row.number)
    return (number, agent.display if agent else ctx.say("lists.nobody"))


def _client(ctx: Context, row: Row[Any]) -> Cell:
    """Last: a table that is too wide hides what is most often the same in every row."""
    return str(ctx.names.by_id("client")[row.client_id].display)


def pesos(cents: int) -> Value:
    return Value(Decimal(cents) / 100, "money")


def as_json(ctx: Context, row: Row[Any]) -> Mapping[str, Any]:
    """The row's own fields; named things by display name, with their code beside them."""
    found: dict[str, Any] = {"account": row.number}
    for kind in ("client", "agent"):
        named = ctx.names.by_id(kind).get(getattr(row, f"{kind}_id"))
        found |= {kind: named.display if named else None, f"{kind}_code": named.code if named else None}
    for name, value in row._mapping.items():
        if name == "number" or name.endswith("_id"):
            continue
        if name.endswith("_cents"):
            found[name.removesuffix("_cents")] = None if value is None else str(Decimal(value) / 100)
        else:
            found[name] = value.isoformat() if isinstance(value, date) else value
    return found


_WHOSE = ("account", "agent")
ACCOUNTS = Kind(
    "accounts",
    (*_WHOSE, "bucket", "days_past_due", "balance", "touched", "client"),
    _account_cells,
    "balance",
)
PROMISES = Kind(
    "promises",
    (*_WHOSE, "made", "due", "amount", "paid", "status", "client"),
    _promise_cells,
    "date",
    upwards=True,
)
AGREEMENTS = Kind(
    "agreements",
    (*_WHOSE, "agreed", "first_due", "installments", "discount", "amount", "paid", "status", "client"),
    _agreement_cells,
    "date",
)
PAYMENTS = Kind("payments", (*_WHOSE, "paid_on", "channel", "amount", "client"), _payment_cells, "date")
