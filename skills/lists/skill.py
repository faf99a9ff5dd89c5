"""Lists of accounts, promises, agreements and payments: counted and summed whole, the first rows shown."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Row

from db import lists
from db.engine import reading
from db.lists import Listing
from db.masking import Level, Masks
from db.periods import Period
from db.picks import FINAL, Unpickable
from skills.contract import (
    Answer,
    Cell,
    Context,
    Figure,
    Figures,
    Option,
    Part,
    Question,
    Refused,
    Role,
    Selection,
    Skill,
    Table,
    Text,
    Value,
)
from skills.lists import words
from skills.lists.request import AgreementsRequest, ListRequest, PromisesRequest
from skills.lists.rows import ACCOUNTS, AGREEMENTS, PAYMENTS, PROMISES, Kind, as_json, pesos
from skills.picked import account_name, picks_of, unpickable

SHOWN = 20
WEEK = 7  # days
ROLES: frozenset[Role] = frozenset(
    ("agent", "supervisor", "manager", "compliance", "quality", "admin", "director")
)
MOVERS = ("supervisor", "manager", "director", "admin")  # who may reassign
TAKERS = ("agent", *MOVERS)  # who may write a promise down
UPWARDS = " asc"
_RENAMED = {"balance": "amount"}  # of what happened to an account, its own money
_R = TypeVar("_R", bound=ListRequest)
_LONGEST_FIRST = ("last_contact",)  # the most days without, so the earliest day


# --- The four lists --------------------------------------------------------------------------------


def accounts(ctx: Context, request: ListRequest) -> Answer:
    if request.period is not None:
        raise Refused("lists.accounts_have_no_period", about="period")
    made = partial(lists.accounts_listed, ctx.session, ctx.actor.scope, ctx.now.date())
    return _answer(ctx, request, ACCOUNTS, lambda: made(picks_of(ctx, request.filters)))


def promises(ctx: Context, request: PromisesRequest) -> Answer:
    status = _status(request)
    by_due = request.by == "due" if request.by else _looks_ahead(ctx, request, status)
    whole = status == "open" or any(each.field == "account" for each in request.filters)
    asked = request if whole else _this_month(ctx, request)
    made = partial(
        lists.promises_listed, ctx.session, ctx.actor.scope, ctx.now.date(), over=asked.period, by_due=by_due
    )
    answer = _answer(ctx, asked, PROMISES, lambda: made(picks=_own_picks(ctx, asked)), by_due=by_due)
    return _with_waiting(ctx, answer, asked) if status in FINAL else answer


def agreements(ctx: Context, request: AgreementsRequest) -> Answer:
    """Those that fall due are in force; where no days were said, due within a week."""
    by_due, today = request.by == "due", ctx.now.date()
    ahead = request.period or Period(start=today, end=today + timedelta(days=WEEK))
    asked = request.model_copy(update={"period": ahead}) if by_due else request
    own = (lists.ACTIVE,) if by_due and _status(request) is None else ()
    made = partial(lists.agreements_listed, ctx.session, ctx.actor.scope, today)
    return _answer(
        ctx,
        asked,
        AGREEMENTS,
        lambda: made((*_own_picks(ctx, asked), *own), over=asked.period, by_due=by_due),
        by_due=by_due,
    )


def payments(ctx: Context, request: ListRequest) -> Answer:
    whole = any(each.field == "account" for each in request.filters)
    asked = request if whole else _this_month(ctx, request)
    made = partial(lists.payments_listed, ctx.session, ctx.actor.scope, ctx.now.date(), over=asked.period)
    return _answer(ctx, asked, PAYMENTS, lambda: made(picks=_own_picks(ctx, asked)))


# --- What was asked --------------------------------------------------------------------------------


def _status(request: ListRequest) -> str | None:
    found = [each.value for each in request.filters if each.field == "status" and each.op == "eq"]
    return str(found[0]) if len(found) == 1 else None


def _looks_ahead(ctx: Context, request: ListRequest, status: str | None) -> bool:
    """Of days to come, and of how they ended, people speak by the day they fall due."""
    if status is not None:
        return True
    over, today = request.period, ctx.now.date()
    return over is not None and (over.end > today or over.start >= today)


def _this_month(ctx: Context, request: _R) -> _R:
    """No period said: this month so far."""
    if request.period is not None:
        return request
    today = ctx.now.date()
    return request.model_copy(update={"period": Period(start=today.replace(day=1), end=today)})


def _own_picks(ctx: Context, request: ListRequest) -> tuple[Any, ...]:
    return picks_of(ctx, request.filters, of="facts")


def _order(request: ListRequest, kind: Kind, listing: Listing) -> tuple[str, bool]:
    """The field, and whether its least come first."""
    asked = request.order
    if not asked:
        return kind.order, kind.upwards
    name = asked.removesuffix(UPWARDS)
    name = name if name in listing.orders else _RENAMED.get(name, name)
    if name not in listing.orders:
        raise Refused("lists.cannot_order", about="order", order=name)
    return name, asked.endswith(UPWARDS) != (name in _LONGEST_FIRST)


# --- What is shown ---------------------------------------------------------------------------------


def _answer(
    ctx: Context, request: ListRequest, kind: Kind, made: Callable[[], Listing], *, by_due: bool = False
) -> Answer:
    if not ctx.actor.scope.shows("agent"):
        raise Refused("lists.not_here", about="scope", denied=True)
    try:
        listing = made()
    except Unpickable as no:
        raise unpickable(str(no)) from None
    order, upwards = _order(request, kind, listing)
    n, cents = listing.totals(ctx.session)
    read = partial(listing.rows, order=order, upwards=upwards)
    found = list(read(ctx.session, limit=request.limit or SHOWN)) if n else []
    engine = ctx.session.engine

    def whole() -> Sequence[tuple[Cell, ...]]:
        """Read when a document is made of it: the question's own connection is gone by then."""
        with reading(engine) as connection:
            return tuple(kind.cells(ctx, row) for row in read(connection, limit=None))

    ordered = ctx.say(f"lists.order.{order}")
    echo = words.echo(ctx, request, kind.name, "due" if by_due else "over", ordered)
    figures = (
        Figure(ctx.say(f"lists.{kind.name}"), Value(Decimal(n), "count")),
        Figure(ctx.say(f"lists.money.{kind.name}"), pesos(cents)),
    )
    parts: list[Part] = [Figures(figures)]
    parts += [_table(ctx, kind, found, n, whole), *_choosing(ctx, kind, found)]
    return Answer(
        title=ctx.say(f"lists.{kind.name}"),
        echo=echo,
        parts=tuple(parts),
        rows=tuple(as_json(ctx, row) for row in found),
        next=_next(ctx, request, kind, found, n),
        sensitive=True,
        clear=Masks(Level.ROW, ctx.actor.role).clear("account", *(row.number for row in found)),
    )


def _table(
    ctx: Context, kind: Kind, found: Sequence[Row[Any]], n: int, whole: Callable[[], Sequence[Any]]
) -> Part:
    if not found:
        return Text(ctx.say("lists.none"), "note")
    heads = tuple(ctx.say(f"lists.head.{head}") for head in kind.heads)
    rows = tuple(kind.cells(ctx, row) for row in found)
    if len(found) == n:
        return Table("", heads, rows)
    note = ctx.say("lists.shown", shown=f"{len(found):,}", total=f"{n:,}")
    return Table("", heads, rows, note, whole)


def _choosing(ctx: Context, kind: Kind, found: Sequence[Row[Any]]) -> tuple[Part, ...]:
    """Which of the rows shown something is to be done with."""
    if not found or kind.name not in ("accounts", "promises") or ctx.actor.role not in TAKERS:
        return ()
    labels: dict[str, str] = {}
    for row in found:
        client = ctx.names.by_id("client")[row.client_id].display
        labels.setdefault(account_name(ctx, row.client_id, row.number), f"{row.number} · {client}")
    options = [Option(ctx.say("lists.take_promise"), "record_ptp", {})]
    if ctx.actor.role in MOVERS:
        options.insert(0, Option(ctx.say("lists.move_chosen"), "reassign_accounts", {}))
    rows = tuple((label, value) for value, label in labels.items())
    return (Selection(ctx.say("lists.choose"), rows, "accounts", tuple(options)),)


def _next(
    ctx: Context, request: ListRequest, kind: Kind, found: Sequence[Row[Any]], n: int
) -> tuple[Option, ...]:
    """All of them at once: by what they have in common, or one by one where only the first were asked for."""
    if kind.name != "accounts" or not n or ctx.actor.role not in MOVERS:
        return ()
    if request.limit and request.limit < n:
        fields: dict[str, Any] = {"accounts": [account_name(ctx, row.client_id, row.number) for row in found]}
    elif request.filters:
        fields = {"filters": [each.model_dump(mode="json") for each in request.filters], "scope": "all"}
    else:
        return ()
    some = min(n, request.limit or n)
    return (Option(ctx.say("lists.move_all", n=f"{some:,}"), "reassign_accounts", fields),)


def _with_waiting(ctx: Context, answer: Answer, request: PromisesRequest) -> Answer:
    """Fallen due and not covered yet, their window still open: neither broken nor to be forgotten."""
    over, last = request.period, ctx.now.date() - timedelta(days=1)
    if over is None or over.start > last:
        return answer
    others = tuple(each for each in request.filters if each.field != "status")
    still = Period(start=over.start, end=min(over.end, last))
    picks = (*picks_of(ctx, others, of="facts"), lists.OPEN)
    waiting = lists.promises_listed(
        ctx.session, ctx.actor.scope, ctx.now.date(), picks, over=still, by_due=True
    )
    n, cents = waiting.totals(ctx.session)
    if not n:
        return answer
    told = Text(ctx.say("lists.waiting", n=f"{n:,}", money=words.money(ctx, cents)), "note")
    fields = request.model_copy(update={"filters": others, "period": still, "by": "due"}).fields()
    fields["filters"] = [*fields["filters"], {"field": "status", "op": "eq", "value": "open"}]
    see = Option(ctx.say("lists.see_waiting"), "promises", fields)
    return replace(answer, parts=(*answer.parts, told), next=(*answer.next, see))


SKILL = Skill(
    "lists",
    (
        Question("accounts", ListRequest, ROLES, accounts),
        Question("promises", PromisesRequest, ROLES, promises),
        Question("agreements", AgreementsRequest, ROLES, agreements),
        Question("payments", ListRequest, ROLES, payments),
    ),
)
