"""Complaints and ARCO requests that wait for an answer: which are late, which are due, and on what day."""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from db.access import resolve
from db.law.due import REGISTERS, Due, terms_due
from db.masking import short
from skills import text
from skills.contract import (
    Answer,
    Cell,
    Context,
    Figure,
    Figures,
    Part,
    Refused,
    Role,
    Table,
    Text,
    Value,
)

ROLES: frozenset[Role] = frozenset(("manager", "compliance", "admin", "director"))
SHOWN = 20
SOON = 3  # business days


class TermsRequest(BaseModel):
    """Which register, whose, and only what is late or due within some business days, or up to a day; nothing
    said: all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["complaints", "arco"] | None = None
    client: str | None = None
    only: Literal["late", "soon"] | None = None
    until: date | None = None


def answer(ctx: Context, request: TermsRequest) -> Answer:
    if not ctx.actor.scope.shows("agent"):
        raise Refused("law.names_people", about="channel", denied=True)
    asked = REGISTERS if request.kind is None else (request.kind,)
    calendar, today = ctx.calendars.authority, ctx.now.date()
    waiting = terms_due(ctx.session, calendar, ctx.rules.law, today, ctx.actor.scope, asked)
    if request.client is not None:
        named = ctx.names.by_id("client").get(resolve(ctx.names, "client", request.client) or 0)
        waiting = [due for due in waiting if named is not None and due.client == named.display]
    chosen = [due for due in waiting if _wanted(due, request)]
    parts: tuple[Part, ...] = (figures(ctx, waiting), *tables(ctx, chosen, waiting))
    note = ctx.say("law.terms_une" if any(due.rule == "R36" for due in chosen) else "law.terms_note")
    return Answer(
        title=ctx.say("law.terms_title"),
        echo=_echo(ctx, request),
        parts=(*parts, Text(note, "note")),
        rows=tuple(_row(due) for due in chosen),
        sensitive=True,
    )


def _echo(ctx: Context, request: TermsRequest) -> str:
    said = [ctx.say(f"law.register.{request.kind or 'both'}")]
    said += [request.client] if request.client else []
    if request.until is not None and request.only != "late":
        said.append(ctx.say("law.only_until", day=_day(ctx, request.until)))
    elif request.only:
        said.append(ctx.say(f"law.only.{request.only}"))
    return " · ".join([*said, ctx.actor.scope.label])


def _wanted(due: Due, request: TermsRequest) -> bool:
    if request.only == "late":
        return due.left < 0
    if request.until is not None:
        return due.last_on <= request.until
    return due.left <= SOON if request.only == "soon" else True


def figures(ctx: Context, waiting: list[Due]) -> Figures:
    late = sum(due.left < 0 for due in waiting)
    soon = sum(0 <= due.left <= SOON for due in waiting)
    counted = (("late", late), ("soon", soon), ("waiting", len(waiting)))
    return Figures(
        tuple(Figure(ctx.say(f"law.n.{k}", days=SOON), Value(Decimal(n), "count")) for k, n in counted)
    )


def tables(ctx: Context, chosen: list[Due], waiting: list[Due]) -> tuple[Part, ...]:
    """`waiting`: all that wait, of which those were chosen; that none was does not say that none waits."""
    if not waiting:
        return (Text(ctx.say("law.no_terms")),)
    if not chosen:
        first = _day(ctx, min(due.last_on for due in waiting))
        return (Text(ctx.say("law.none_so_soon", n=len(waiting), day=first)),)
    names = ("register", "client", "account", "last", "left", "received")
    heads = tuple(ctx.say(f"law.head.{name}") for name in names)
    more = len(chosen) - SHOWN
    note = ctx.say("law.shown", shown=SHOWN, total=f"{len(chosen):,}") if more > 0 else ""
    return (Table("", heads, tuple(_line(ctx, due) for due in chosen[:SHOWN]), note),)


def _line(ctx: Context, due: Due) -> tuple[Cell, ...]:
    left = ctx.say("law.days_left", n=due.left) if due.left else ctx.say("law.due_today")
    left = ctx.say("law.days_late", n=-due.left) if due.left < 0 else left
    return (
        ": ".join(filter(None, (ctx.say(f"law.register.{due.register}"), due.kind))),
        due.client,
        short(due.account),
        _day(ctx, due.last_on),
        left,
        _day(ctx, due.received_on),
    )


def _day(ctx: Context, on: date) -> str:
    return text.day(on, ctx.actor.language, ctx.now.date())


def _row(due: Due) -> dict[str, object]:
    return {
        "register": due.register,
        "account": short(due.account),
        "client": due.client,
        "received_on": due.received_on.isoformat(),
        "last_on": due.last_on.isoformat(),
        "left": due.left,
        "rule": due.rule,
    }
