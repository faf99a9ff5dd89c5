"""The month's complaints for the authority, by creditor, also where there was none; and their file."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from db.law.complaints import Complaint, Creditor, complaints_of, creditors
from db.periods import Period, month_of
from skills import text
from skills.contract import Answer, Cell, Context, File, Refused, Role, Table, Text, Value

ROLES: frozenset[Role] = frozenset(("manager", "compliance", "admin", "director"))
COLUMNS = (
    *("month", "client", "regime", "account", "received", "cause", "channel", "status", "closed"),
    *("took", "in_term"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class RedecoRequest(BaseModel):
    """`month`: its number, the last one of that name; none: the last month that is over."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    month: int | None = Field(default=None, ge=1, le=12)


def answer(ctx: Context, request: RedecoRequest) -> Answer:
    if not ctx.actor.scope.shows("agent"):
        raise Refused("law.names_people", about="channel", denied=True)
    today, month = ctx.now.date(), _month(ctx.now.date(), request.month)
    every = creditors(ctx.session, ctx.actor.scope)
    calendar, scope = ctx.calendars.authority, ctx.actor.scope
    told = complaints_of(ctx.session, calendar, ctx.rules.law, month, today, scope)
    title = ctx.say("law.redeco_title", month=text.period(month, ctx.actor.language, today))
    name = f"redeco-{month.start:%Y-%m}.csv"
    note = "law.redeco_none" if not told else "law.redeco_note"
    return Answer(
        title=title,
        echo=ctx.actor.scope.label,
        parts=(_table(ctx, every, told), Text(ctx.say(note), "note")),
        rows=tuple({"client": each.code, "complaints": _n(told, each)} for each in every),
        sensitive=True,
        files=(File(name, title, lambda: _csv(ctx, month, every, told)),),
    )


def _month(today: date, asked: int | None) -> Period:
    if asked is None:
        return month_of(date.fromordinal(month_of(today).start.toordinal() - 1))
    year = today.year if asked <= today.month else today.year - 1
    return month_of(date(year, asked, 1))


def _n(told: Sequence[Complaint], creditor: Creditor) -> int:
    return sum(each.client_id == creditor.id for each in told)


def _table(ctx: Context, every: Sequence[Creditor], told: Sequence[Complaint]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for creditor in every:
        mine = [each for each in told if each.client_id == creditor.id]
        causes = ", ".join(f"{cause} ({n})" for cause, n in Counter(m.cause for m in mine).most_common(3))
        numbers = (len(mine), sum(m.closed_on is not None for m in mine), sum(m.late for m in mine))
        counts = tuple(Value(Decimal(n), "count") for n in numbers)
        rows.append((creditor.name, ctx.say(f"law.regime.{creditor.regime}"), *counts, causes))
    names = ("client", "regime", "received_n", "answered_n", "late_n", "causes")
    return Table("", tuple(ctx.say(f"law.head.{name}") for name in names), tuple(rows))


def _csv(ctx: Context, month: Period, every: Sequence[Creditor], told: Sequence[Complaint]) -> bytes:
    """One line a complaint; one that says "none" for a creditor without any."""
    held = io.StringIO()
    lines = csv.writer(held)
    lines.writerow([ctx.say(f"law.redeco.{name}") for name in COLUMNS])
    for creditor in every:
        first = (f"{month.start:%Y-%m}", creditor.name, creditor.regime)
        mine = [each for each in told if each.client_id == creditor.id]
        if not mine:
            lines.writerow([*first, "", "", ctx.say("law.redeco.none"), "", "", "", "", ""])
        for each in mine:
            yes = ctx.say("law.redeco.no" if each.late else "law.redeco.yes")
            took = "" if each.took is None else str(each.took)
            closed = each.closed_on.isoformat() if each.closed_on else ""
            known = (each.account, each.received_on.isoformat(), each.cause, each.channel, each.status)
            lines.writerow([_plain(str(cell)) for cell in (*first, *known, closed, took, yes)])
    return held.getvalue().encode("utf-8-sig")


def _plain(cell: str) -> str:
    """A cell that a spreadsheet would run as a formula is text."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
