"""Which columns a creditor's pack has, and what that creditor calls them. Reads nothing."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from db.masking import Level, Masks
from skills.contract import Context, Refused
from skills.reports.book import Column, Kind

_Read = Callable[[Context, Row[Any]], Any]


def _money(name: str) -> tuple[Kind, _Read]:
    return "money", lambda _, row: Decimal(getattr(row, name) or 0) / 100


def _as_is(name: str, kind: Kind = "text") -> tuple[Kind, _Read]:
    return kind, lambda _, row: getattr(row, name)


def _account(ctx: Context, row: Row[Any]) -> str:
    """A creditor's own: it leaves whole, in a document somebody has agreed to."""
    return Masks(Level.DOCUMENT, ctx.actor.role).of("account", row.account)


def _yes(name: str) -> tuple[Kind, _Read]:
    return "yes", lambda ctx, row: ctx.say("reports.yes" if getattr(row, name) else "reports.no")


def _local(row: Row[Any], ctx: Context) -> Any:
    zone = ctx.now.tzinfo
    return (
        row.started_at.astimezone(zone if isinstance(zone, ZoneInfo) else None).time().replace(microsecond=0)
    )


# Of each sheet, its fields in the order of the house; a creditor's layout names some of them.
FIELDS: Mapping[str, Mapping[str, tuple[Kind, _Read]]] = {
    "promises": {
        "account": ("text", lambda ctx, row: _account(ctx, row)),
        "campaign": _as_is("campaign"),
        "made": _as_is("made_on", "day"),
        "due": _as_is("due_on", "day"),
        "amount": _money("amount_cents"),
        "paid": _money("paid_cents"),
        "status": ("text", lambda ctx, row: ctx.say(f"reports.status.{row.status}")),
    },
    "payments": {
        "account": ("text", lambda ctx, row: _account(ctx, row)),
        "campaign": _as_is("campaign"),
        "paid_on": _as_is("paid_on", "day"),
        "posted": _as_is("posted_on", "day"),
        "amount": _money("amount_cents"),
        "channel": _as_is("channel"),
        "reference": _as_is("payment_ref"),
    },
    "contacts": {
        "account": ("text", lambda ctx, row: _account(ctx, row)),
        "campaign": _as_is("campaign"),
        "day": _as_is("started_on", "day"),
        "time": ("time", lambda ctx, row: _local(row, ctx)),
        "channel": _as_is("channel"),
        "result": _as_is("result_code"),
        "reached": _yes("human"),
        "rpc": _yes("rpc"),
        "seconds": _as_is("talk_seconds", "count"),
    },
}


def columns_of(ctx: Context, client: str, sheet: str) -> tuple[tuple[Column, ...], tuple[_Read, ...]]:
    """In the creditor's own layout (by its code), else in the house's."""
    known = FIELDS[sheet]
    layout = ctx.rules.reports.layouts.get(client, {}).get(sheet)
    if layout is None:
        layout = {ctx.say(f"reports.head.{name}"): name for name in known}
    lacking = [name for name in layout.values() if name not in known]
    if lacking:
        raise Refused("reports.unknown_column", about="config", name=", ".join(lacking), client=client)
    return (
        tuple(Column(head, known[name][0]) for head, name in layout.items()),
        tuple(known[name][1] for name in layout.values()),
    )


def cells(ctx: Context, reads: tuple[_Read, ...], rows: Iterator[Row[Any]]) -> Iterator[tuple[Any, ...]]:
    return (tuple(read(ctx, row) for read in reads) for row in rows)
