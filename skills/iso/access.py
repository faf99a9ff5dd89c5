"""The access review: who may see what, who leads them, when they used it last, and what each role may do."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import get_args

from pydantic import BaseModel, ConfigDict

from db.iso import Access, accesses
from skills import text
from skills.contract import (
    Answer,
    Cell,
    Context,
    Figure,
    Figures,
    Refused,
    Role,
    Table,
    Text,
    Value,
)

ROLES: frozenset[Role] = frozenset(("compliance", "admin", "director"))
SHOWN = 20
DAYS = 90  # looked back, and without use so long somebody's access is asked about


class AccessRequest(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def answer(ctx: Context, request: AccessRequest) -> Answer:
    del request
    if not ctx.actor.scope.shows("agent"):
        raise Refused("law.names_people", about="channel", denied=True)
    today = ctx.now.date()
    everybody = accesses(ctx.session, today, ctx.now - timedelta(days=DAYS))
    doubts = {each.number: doubt(each, today) for each in everybody}
    ordered = sorted(everybody, key=lambda each: (not doubts[each.number], each.role, each.number))
    active = [each for each in everybody if each.until is None or each.until >= today]
    counts = (("active", len(active)), ("doubtful", sum(map(bool, doubts.values()))))
    say = ctx.say
    return Answer(
        say("iso.access_title"),
        say("iso.access_echo", days=DAYS),
        (
            Figures(tuple(Figure(say(f"iso.n.{k}"), Value(Decimal(n), "count")) for k, n in counts)),
            _people(ctx, ordered, doubts),
            _rights(ctx),
            Text(say("iso.access_note"), "note"),
        ),
        rows=tuple({"who": e.number, "role": e.role, "doubt": doubts[e.number]} for e in ordered),
    )


def doubt(each: Access, today: date) -> str:
    """Why somebody's access wants a second look; "" where it does not."""
    gone = each.until is not None and each.until < today
    if gone:
        used_after = each.last is not None and each.until is not None and each.last.date() > each.until
        return "used_after_leaving" if used_after else ("still_in_slack" if each.in_slack else "")
    if not each.in_slack:
        return ""
    return "unused" if each.uses == 0 else ""


def _people(ctx: Context, ordered: list[Access], doubts: dict[str, str]) -> Table:
    say = ctx.say
    whose = ("number", "name", "role", "leader", "limits", "slack")
    heads = tuple(say(f"iso.head.{name}") for name in (*whose, "until", "last", "uses", "denied", "doubt"))

    def line(each: Access) -> tuple[Cell, ...]:
        asked = doubts[each.number]
        return (
            each.number,
            each.name,
            say(f"role.{each.role}") if each.role in get_args(Role) else each.role,
            each.leader or "",
            ", ".join(each.limits) or say("iso.by_role"),
            say("iso.yes" if each.in_slack else "iso.no"),
            _day(ctx, each.until),
            _day(ctx, each.last.astimezone(ctx.now.tzinfo).date() if each.last else None),
            Value(Decimal(each.uses), "count"),
            Value(Decimal(each.denied), "count"),
            say(f"iso.doubt.{asked}") if asked else "",
        )

    lines = tuple(map(line, ordered))
    note = say("iso.shown", shown=SHOWN, total=f"{len(lines):,}") if len(lines) > SHOWN else ""
    return Table(say("iso.people"), heads, lines[:SHOWN], note, whole=lambda: lines)


def _rights(ctx: Context) -> Table:
    """What each role may do at all; whose accounts it reaches is its scope."""
    roles = get_args(Role)
    heads = (ctx.say("iso.head.action"), *(ctx.say(f"role.{role}") for role in roles))
    lines = tuple(_marked(ctx))
    return Table(ctx.say("iso.rights"), heads, lines[:SHOWN], whole=lambda: lines)


def _marked(ctx: Context) -> Iterator[tuple[Cell, ...]]:
    for name, allowed in ctx.deeds.items():
        marks = tuple("✓" if role in allowed else "" for role in get_args(Role))
        yield (ctx.say(f"action.{name}"), *marks)


def _day(ctx: Context, on: date | None) -> str:
    return text.day(on, ctx.actor.language, ctx.now.date()) if on else ""
