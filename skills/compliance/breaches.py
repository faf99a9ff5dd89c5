"""The list of breaches: which, how grave, whose, when by whose clock; and how much could not be judged."""

from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from db.access import resolve
from db.law.browse import STATES, Coverage, Kept, Wanted, coverage, listed, searched_until
from db.masking import short
from db.periods import Period, month_of
from skills import text
from skills.contract import (
    Answer,
    Cell,
    Context,
    Figure,
    Figures,
    Filter,
    Option,
    Part,
    Refused,
    Role,
    Table,
    Text,
    Value,
)

ROLES: frozenset[Role] = frozenset(("supervisor", "manager", "compliance", "quality", "admin", "director"))
SHOWN, MOST = 20, 1000
OWNERS = {
    "client": "client_id",
    "campaign": "campaign_id",
    "supervisor": "supervisor_id",
    "agent": "agent_id",
}
TOLD_BLIND = Decimal("0.01")  # a share of contacts not judged from which on it is said
MARKS = {"critical": "🔴", "high": "🟠", "medium": "🟡", "low": "⚪"}


class BreachesRequest(BaseModel):
    """`order`: "severity" (the gravest first) or "date asc" (the oldest first)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    filters: tuple[Filter, ...] = ()
    period: Period | None = None
    order: str | None = None
    limit: int | None = Field(default=None, ge=1, le=MOST)

    @field_validator("order")
    @classmethod
    def _known(cls, given: str | None) -> str | None:
        if given not in (None, "severity", "date", "date asc"):
            raise ValueError("breaches are ordered by gravity or date")
        return given


def answer(ctx: Context, request: BreachesRequest) -> Answer:
    if not ctx.actor.scope.shows("agent"):
        raise Refused("law.names_people", about="channel", denied=True)
    today = ctx.now.date()
    over = request.period or Period(start=month_of(today).start, end=today)
    found, total, by_severity = listed(
        ctx.session,
        ctx.actor.scope,
        _wanted(ctx, request.filters, over),
        limit=request.limit or SHOWN,
        oldest=request.order == "date asc",
    )
    return Answer(
        title=ctx.say("law.breaches_title"),
        echo=_echo(ctx, request, over),
        parts=(
            *_stale(ctx),
            *counted(ctx, total, by_severity),
            *table_of(ctx, found, total),
            *_blind(ctx, coverage(ctx.session, ctx.actor.scope, over), request.filters),
        ),
        rows=tuple(_row(each) for each in found),
        next=_next(ctx, request, over, found),
        sensitive=True,
    )


# --- Which -----------------------------------------------------------------------------------------


def _wanted(ctx: Context, filters: tuple[Filter, ...], over: Period) -> Wanted:
    said: dict[str, list[str]] = {}
    owners: dict[str, list[int]] = {}
    for each in filters:
        values = each.value if isinstance(each.value, tuple) else (each.value,)
        if each.op not in ("eq", "in") or each.field not in (*OWNERS, "rule", "status", "channel", "account"):
            raise Refused("law.no_filter", about="filter")
        if each.field in OWNERS:
            ids = [resolve(ctx.names, each.field, str(value)) or 0 for value in values]
            owners.setdefault(OWNERS[each.field], []).extend(ids)
        else:
            said.setdefault(each.field, []).extend(str(value) for value in values)
    return Wanted(
        period=over,
        rules=said.get("rule", ()),
        states=said.get("status", ()),
        channels=said.get("channel", ()),
        owners=owners,
        accounts=said.get("account", ()),
    )


def _echo(ctx: Context, request: BreachesRequest, over: Period) -> str:
    said = [text.period(over, ctx.actor.language, ctx.now.date())]
    for each in request.filters:
        values = each.value if isinstance(each.value, tuple) else (each.value,)
        said.append(", ".join(_value(ctx, each.field, str(value)) for value in values))
    return " · ".join([*said, ctx.actor.scope.label])


def _value(ctx: Context, field: str, value: str) -> str:
    if field == "status" and value in STATES:
        return ctx.say(f"law.state.{value}")
    return short(value) if field == "account" else value


# --- What is shown ---------------------------------------------------------------------------------


def _stale(ctx: Context) -> tuple[Part, ...]:
    """Days nobody has searched are said first: no breach in them is no clean bill."""
    last, waiting = searched_until(ctx.session)
    if last is None:
        return (Text(ctx.say("law.never_searched"), "warning"),)
    if waiting:
        return (Text(ctx.say("law.days_waiting", n=waiting), "warning"),)
    return ()


def counted(ctx: Context, total: int, by_severity: dict[str, int]) -> tuple[Part, ...]:
    if not total:
        return (Text(ctx.say("law.none_found")),)
    grave = by_severity.get("critical", 0)
    return (
        Figures(
            (
                Figure(ctx.say("law.breaches"), Value(Decimal(total), "count")),
                Figure(ctx.say("law.critical"), Value(Decimal(grave), "count")),
            )
        ),
    )


def table_of(ctx: Context, found: list[Kept], total: int) -> tuple[Part, ...]:
    if not found:
        return ()
    names = ("number", "rule", "at", "debtor_time", "agent", "client", "account", "state")
    heads = tuple(ctx.say(f"law.head.{name}") for name in names)
    note = ctx.say("law.shown", shown=len(found), total=f"{total:,}") if total > len(found) else ""
    return (Table("", heads, tuple(_line(ctx, each) for each in found), note),)


def _line(ctx: Context, kept: Kept) -> tuple[Cell, ...]:
    return (
        str(kept.id),
        f"{MARKS[kept.severity]} {kept.rule}",
        moment(ctx, kept),
        debtor_time(kept),
        kept.agent or ctx.say("law.nobody"),
        kept.client or "",
        short(kept.account) if kept.account else "",
        ctx.say(f"law.state.{kept.state}"),
    )


def moment(ctx: Context, kept: Kept) -> str:
    day = text.day(kept.on, ctx.actor.language, ctx.now.date())
    if kept.record in ("case", "account"):
        return day
    return f"{day} {kept.at.astimezone(ctx.now.tzinfo):%H:%M}"


def debtor_time(kept: Kept) -> str:
    """By the debtor's clocks, each hour once."""
    clocks = kept.evidence.get("debtor") or {}
    return " / ".join(sorted({str(at)[-5:] for at in clocks.values()}))


def _blind(ctx: Context, covered: list[Coverage], filters: tuple[Filter, ...]) -> tuple[Part, ...]:
    """The share of contacts each rule could not judge, for want of data."""
    rules = {str(f.value) for f in filters if f.field == "rule"}
    shares = [
        ctx.say("law.blind_share", rule=each.rule, share=_rate(ctx, each))
        for each in covered
        if each.share >= TOLD_BLIND and (not rules or each.rule in rules)
    ]
    return (Text(ctx.say("law.blind", shares=", ".join(shares)), "note"),) if shares else ()


def _rate(ctx: Context, each: Coverage) -> str:
    return text.number(Value(each.share, "rate"), ctx.actor.language)


def _next(ctx: Context, request: BreachesRequest, over: Period, found: list[Kept]) -> tuple[Option, ...]:
    """The rules behind the rows, and the rows that still wait."""
    fields = request.model_dump(mode="json") | {"period": over.model_dump(mode="json")}
    rules = list(dict.fromkeys(each.rule for each in found))[:2]
    options = [Option(ctx.say("law.what_says", rule=rule), "rule", {"rule": rule}) for rule in rules]
    if found and not any(each.field == "status" for each in request.filters):
        only = {"field": "status", "op": "eq", "value": "open"}
        fields["filters"] = [*fields["filters"], only]
        options.append(Option(ctx.say("law.only_open"), "breaches", fields))
    return tuple(options)


def _row(kept: Kept) -> dict[str, object]:
    return {
        "number": kept.id,
        "rule": kept.rule,
        "version": kept.version,
        "severity": kept.severity,
        "at": kept.at.isoformat(),
        "debtor": dict(kept.evidence.get("debtor") or {}),
        "record": f"{kept.record} {kept.record_id}",
        "agent": kept.agent,
        "client": kept.client,
        "account": short(kept.account) if kept.account else None,
        "channel": kept.channel,
        "state": kept.state,
    }
