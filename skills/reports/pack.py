"""What a creditor is sent of its own accounts: the weekly pack, and the report of contacts alone.

Whole or not at all: who sees a part of a creditor's accounts cannot make its pack.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import Engine

from db.access import resolve
from db.engine import reading
from db.packs import SHEETS, by_result
from db.periods import Period, week_of
from db.stairs import Step, stairs
from skills.contract import (
    Answer,
    Context,
    Figure,
    Figures,
    File,
    Filter,
    Option,
    Question,
    Refused,
    Role,
    Table,
    Text,
    Value,
)
from skills.reports.book import Column, Grid, Kind, book
from skills.reports.layout import cells, columns_of
from skills.reports.request import ReportRequest, client_of
from skills.text import period as worded

ROLES: frozenset[Role] = frozenset(("manager", "director", "admin"))
OF = {"pack": ("promises", "payments", "contacts"), "contacts": ("contacts",)}
SHOWN = 6  # steps in the chat
MOST = 60  # months since that a stair has


def pack(name: str, ctx: Context, request: ReportRequest) -> Answer:
    """`name`: pack or contacts."""
    client, number, code = whose(ctx, request.filters, name)
    over = period_of(ctx, name, request.period)
    for sheet in OF[name]:
        columns_of(ctx, code, sheet)  # a fault of its layout is said now, not when the document is made
    totals = totals_of(ctx, name, number, over)
    title = ctx.say(f"reports.{name}.title", client=client)
    said = worded(over, ctx.actor.language, ctx.now.date())
    parts: list[Any] = [Figures(tuple(figures(ctx, totals)))]
    if name == "pack":
        parts += [_shown(ctx, stairs(ctx.session, number, ctx.now.date(), None))]
    else:
        parts += [_results(ctx, number, over)]
    parts.append(Text(ctx.say("reports.pack.holds"), "note"))
    make = partial(_made, ctx, name, (client, number, code), over, ctx.session.engine)
    file = File(
        f"{code.lower()}_{ctx.say(f'reports.file.{name}')}_{over.start}_{over.end}.xlsx",
        f"{title} · {said}",
        make,
    )
    own = {**_named(client, over), "report": name}
    send = Option(ctx.say("reports.button_send"), "send_report", own)
    rows = ({"numbers": totals},)
    return Answer(title, f"{title} · {said}", tuple(parts), rows, next=(send,), sensitive=True, files=(file,))


def whose(ctx: Context, filters: tuple[Filter, ...], intent: str) -> tuple[str, int, str]:
    """The client's name, id and code, if all of its accounts are within reach."""
    client = client_of(ctx, filters, intent)
    number = resolve(ctx.names, "client", client)
    named = ctx.names.by_id("client").get(number or 0)
    if number is None or named is None:
        raise Refused("reports.which_client", about="slot:client")
    scope = ctx.actor.scope
    parts = (scope.campaigns, scope.supervisors, scope.agents)
    if any(each is not None for each in parts) or not scope.shows("agent"):
        raise Refused("reports.not_whole", about="scope", denied=True, client=named.display)
    return named.display, number, named.code


def period_of(ctx: Context, name: str, asked: Period | None) -> Period:
    """The last whole week; of the contacts alone, yesterday."""
    today = ctx.now.date()
    if asked is not None:
        if asked.start > today:
            raise Refused("reports.to_come", about="period")
        return Period(start=asked.start, end=min(asked.end, today))
    yesterday = today - timedelta(days=1)
    if name == "contacts":
        return Period(start=yesterday, end=yesterday)
    return week_of(week_of(today).start - timedelta(days=1))


def totals_of(ctx: Context, name: str, client: int, over: Period) -> dict[str, int]:
    """What stands for the whole: counted by the database, and what somebody agrees to."""
    found: dict[str, int] = {}
    for each in OF[name]:
        sheet = SHEETS[each](client, ctx.actor.scope, over, ctx.now.date())
        found |= {f"{each}_{key}": n for key, n in sheet.totals(ctx.session).items()}
    return found


def _named(client: str, over: Period) -> dict[str, Any]:
    by_client = {"field": "client", "op": "eq", "value": client}
    return {"filters": [by_client], "period": over.model_dump(mode="json")}


# --- In the chat ---------------------------------------------------------------------------------


def figures(ctx: Context, totals: dict[str, int]) -> Iterator[Figure]:
    for name, n in totals.items():
        money = name.endswith("_cents")
        amount = Decimal(n) / 100 if money else Decimal(n)
        yield Figure(ctx.say(f"reports.total.{name}"), Value(amount, "money" if money else "count"))


def _results(ctx: Context, client: int, over: Period) -> Table:
    found = by_result(ctx.session, client, ctx.actor.scope, over)
    rows = tuple((code, Value(Decimal(n), "count")) for code, n in found)
    return Table(
        ctx.say("reports.by_result"), (ctx.say("reports.head.result"), ctx.say("reports.head.n")), rows
    )


def _shown(ctx: Context, steps: Sequence[Step]) -> Table:
    """The last placements, by so many months since."""
    some, ages = list(steps)[-SHOWN:], (0, 1, 2, 3)
    heads = [ctx.say("reports.head.month"), ctx.say("reports.head.placed")]
    heads += [ctx.say("reports.head.since", n=n) for n in ages]
    rows = tuple(
        (_month(step), _pesos(step.placed_cents), *(_share(step, n, ctx) for n in ages)) for step in some
    )
    return Table(ctx.say("reports.sheet.stairs"), tuple(heads), rows, ctx.say("reports.stairs.note"))


def _share(step: Step, months: int, ctx: Context) -> Value | None:
    share = step.recovered(months) if months <= step.age(ctx.now.date()) else None
    return None if share is None else Value(Decimal(share.numerator) / share.denominator, "rate")


def _month(step: Step) -> str:
    return f"{step.month:%Y-%m}"


def _pesos(cents: int) -> Value:
    return Value(Decimal(cents) / 100, "money")


# --- The document --------------------------------------------------------------------------------


def _made(ctx: Context, name: str, whose: tuple[str, int, str], over: Period, engine: Engine) -> bytes:
    """Read when the document is made: the question's own connection is gone by then."""
    client, number, code = whose
    with reading(engine) as connection:
        grids = [_grid(ctx, connection, each, number, code, over) for each in OF[name]]
        if name == "pack":
            grids.append(_stairs(ctx, stairs(connection, number, ctx.now.date(), None)))
        title = ctx.say(f"reports.{name}.title", client=client)
        return book(title, list(_about(ctx, client, over)), grids, ctx.say("reports.sheet.cover"))


def _grid(ctx: Context, connection: Any, sheet: str, client: int, code: str, over: Period) -> Grid:
    columns, reads = columns_of(ctx, code, sheet)
    rows = SHEETS[sheet](client, ctx.actor.scope, over, ctx.now.date()).rows(connection)
    return Grid(ctx.say(f"reports.sheet.{sheet}"), columns, cells(ctx, reads, rows))


def _stairs(ctx: Context, steps: Sequence[Step]) -> Grid:
    today = ctx.now.date()
    ages = range(min(max((step.age(today) for step in steps), default=0), MOST) + 1)
    own: tuple[tuple[str, Kind], ...] = (("month", "text"), ("accounts", "count"), ("placed", "money"))
    heads = tuple(Column(ctx.say(f"reports.head.{name}"), kind) for name, kind in own)
    months = tuple(Column(ctx.say("reports.head.since", n=n), "rate") for n in ages)
    rows = [
        (_month(step), step.accounts, Decimal(step.placed_cents) / 100, *_shares(step, ages, today))
        for step in steps
    ]
    return Grid(ctx.say("reports.sheet.stairs"), (*heads, *months), rows, ctx.say("reports.stairs.note"))


def _shares(step: Step, ages: Iterable[int], today: Any) -> list[Any]:
    """Nothing of what has not come yet."""
    return [step.recovered(n) if n <= step.age(today) else None for n in ages]


def _about(ctx: Context, client: str, over: Period) -> Iterator[tuple[str, str]]:
    yield ctx.say("reports.about.client"), client
    yield ctx.say("reports.about.period"), f"{over.start:%d/%m/%Y} – {over.end:%d/%m/%Y}"
    yield ctx.say("reports.about.made"), f"{ctx.now:%d/%m/%Y %H:%M}"
    yield ctx.say("reports.about.counts"), ctx.say("reports.about.counting")


PACK = Question("pack", ReportRequest, ROLES, partial(pack, "pack"))
CONTACTS = Question("contacts", ReportRequest, ROLES, partial(pack, "contacts"))
