"""What is kept how long: what would be deleted tonight, what a hold keeps, and debtors past their term."""

from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from db.retention import Past, debtors_past_term, past
from skills import text
from skills.contract import Answer, Cell, Context, Option, Part, Refused, Role, Table, Text, Value
from skills.one_account import short

ROLES: frozenset[Role] = frozenset(("compliance", "admin", "manager", "director"))


class RetentionRequest(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def answer(ctx: Context, request: RetentionRequest) -> Answer:
    del request
    if not ctx.actor.scope.shows("agent"):
        raise Refused("law.names_people", about="channel", denied=True)
    from db.loading.run import REJECTS  # heavy, and needed here alone

    kinds = past(ctx.session, ctx.rules.retention, ctx.now, REJECTS)
    total, some = debtors_past_term(ctx.session, ctx.actor.scope, ctx.now.date())
    return Answer(
        ctx.say("arco.terms_title"),
        ctx.actor.scope.label,
        (_table(ctx, kinds), *_debtors(ctx, total, some), Text(ctx.say("arco.terms_note"), "note")),
        rows=tuple({"kind": each.kind, "rows": each.rows, "held": each.held} for each in kinds),
        next=tuple(
            Option(ctx.say("arco.button_erase", account=short(number)), "erase_debtor", _of(number, client))
            for number, client in some
            if total
        ),
        sensitive=bool(total),
    )


def _of(number: str, client: str) -> dict[str, str]:
    return {"account": number, "client": client}


def _table(ctx: Context, kinds: list[Past]) -> Table:
    names = ("kind", "term", "due", "held", "last")
    heads = tuple(ctx.say(f"arco.term.{name}") for name in names)
    return Table("", heads, tuple(_line(ctx, each) for each in kinds))


def _line(ctx: Context, each: Past) -> tuple[Cell, ...]:
    term = ctx.say("arco.kept_for", n=each.days) if each.days else ctx.say("arco.kept_always")
    return (
        ctx.say(f"arco.kind.{each.kind}"),
        term,
        Value(Decimal(each.rows), "count"),
        Value(Decimal(each.held), "count"),
        _day(ctx, each.last),
    )


def _day(ctx: Context, at: datetime | None) -> str:
    if at is None:
        return ctx.say("arco.never")
    return text.day(at.astimezone(ctx.now.tzinfo).date(), ctx.actor.language, ctx.now.date())


def _debtors(ctx: Context, total: int, some: list[tuple[str, str]]) -> tuple[Part, ...]:
    if not total:
        return (Text(ctx.say("arco.no_old_debtors", months=72)),)
    shown = ", ".join(short(number) for number, _ in some)
    return (Text(ctx.say("arco.old_debtors", n=total, months=72, shown=shown), "warning"),)
