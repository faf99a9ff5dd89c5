"""Gives agents a course: who takes it, who has it already, by when. Told to each; taken back if not begun."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from db.access import may_see, resolve
from db.courses import agents_in, assign_course, known_courses, taken, unassign_course
from db.marks import same_kind
from db.periods import Period
from skills import text
from skills.contract import (
    Action,
    Answer,
    Cell,
    Context,
    Filter,
    Part,
    Preview,
    Refused,
    Role,
    Skill,
    Table,
    Text,
)

ROLES: frozenset[Role] = frozenset(("supervisor", "manager", "quality", "compliance", "director", "admin"))
OWNERS = ("agent", "supervisor", "campaign", "client")
SHOWN = 20


class TrainingRequest(BaseModel):
    """Agents by name, or all of a team, campaign or client as a filter."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    course: str = Field(min_length=2, max_length=120)
    agents: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    due: date | None = None

    @model_validator(mode="after")
    def _whole(self) -> "TrainingRequest":
        if not (self.agents or self.filters):
            raise ValueError("who?")
        return self


def preview(ctx: Context, request: TrainingRequest) -> Preview:
    today = ctx.now.date()
    if request.due is not None and request.due < today:
        raise Refused("training.past", about="slot:due")
    agents = _agents(ctx, request)
    course, known = _course(ctx, request.course)
    had = taken(ctx.session, agents, course)
    busy = [a for a in agents if a in had and (had[a].is_open() or had[a].assigned_on == today)]
    free = [a for a in agents if a not in busy]
    if not free:
        raise Refused("training.all_have_it", about="nothing", course=course)
    parts: list[Part] = [_table(ctx, free)]
    if not known:
        parts.append(Text(ctx.say("training.new_course", course=course), "warning"))
    parts += _notes(ctx, busy, [a for a in free if a in had and had[a].holds(today)])
    due = text.day(request.due, ctx.actor.language, today) if request.due else ctx.say("training.no_due")
    answer = Answer(
        ctx.say("training.title", course=course, n=f"{len(free):,}"),
        ctx.say("training.echo", due=due),
        tuple(parts),
        tuple({"agent": ctx.names.by_id("agent")[a].display, "course": course} for a in free),
    )
    plan = {"course": course, "agents": free, "due": request.due and request.due.isoformat()}
    said = ctx.say("training.told", who=ctx.actor.name, course=course, due=due)
    done = {str(a): course for a in free}
    return Preview(answer, plan, len(free), concerns=dict.fromkeys(free, said), after=done)


def _agents(ctx: Context, request: TrainingRequest) -> list[int]:
    """Within the asker's reach today, each once, by name."""
    today = ctx.now.date()
    named = (Filter(field="agent", op="in", value=request.agents),) if request.agents else ()
    sets = [_one(ctx, each) for each in (*request.filters, *named)]
    known = ctx.names.by_id("agent")
    found = sorted(set.intersection(*sets) & set(known), key=lambda a: known[a].display)
    over = Period(start=today, end=today)
    seen = [a for a in found if may_see(ctx.session, ctx.actor.scope, "agent", [a], over)]
    if request.agents and len(seen) < len(found):
        hidden = next(a for a in found if a not in seen)
        name, scope = known[hidden].display, ctx.actor.scope.label
        raise Refused("desk.denied_agent", about="scope", denied=True, name=name, scope=scope)
    if not seen:
        raise Refused("training.nobody", about="nothing")
    return seen


def _one(ctx: Context, asked: Filter) -> set[int]:
    if asked.field not in OWNERS or asked.op not in ("eq", "in"):
        raise Refused("training.cannot_filter", about="filter")
    values = asked.value if isinstance(asked.value, tuple) else (asked.value,)
    ids = {str(value): resolve(ctx.names, asked.field, str(value)) for value in values}
    for name, found in ids.items():
        if found is None:
            raise Refused("desk.unknown_name", about=f"entity:{asked.field}", name=name)
    found_ids = {each for each in ids.values() if each is not None}
    if asked.field == "agent":
        return found_ids
    return agents_in(ctx.session, asked.field, found_ids, ctx.now.date())


def _course(ctx: Context, said: str) -> tuple[str, bool]:
    """As the agency writes it, where it has that course; else as typed, and that it is new."""
    wanted = " ".join(said.split())
    courses = known_courses(ctx.session)
    known = next((each for each in courses if same_kind(each, wanted)), None)
    if known is None:  # "CONDUSEF", of "Disposiciones de CONDUSEF": where only one bears that name
        bearing = [each for each in courses if _bears(each, wanted)]
        known = bearing[0] if len(bearing) == 1 else None
    return known or wanted, known is not None


def _bears(course: str, said: str) -> bool:
    """Whether the whole words that were said stand in its name."""
    return f" {said.casefold()} " in f" {' '.join(course.split()).casefold()} "


def _table(ctx: Context, agents: Sequence[int]) -> Table:
    names = ctx.names.by_id("agent")
    rows: list[tuple[Cell, ...]] = [(names[a].display, names[a].code) for a in agents[:SHOWN]]
    more = ctx.say("training.shown", n=SHOWN, of=f"{len(agents):,}") if len(agents) > SHOWN else ""
    return Table("", (ctx.say("training.head_agent"), ctx.say("training.head_no")), tuple(rows), more)


def _notes(ctx: Context, busy: Sequence[int], valid: Sequence[int]) -> list[Part]:
    names = ctx.names.by_id("agent")
    found: list[Part] = []
    for key, some in (("busy", busy), ("valid", valid)):
        if some:
            said = ", ".join(names[a].display for a in some[:SHOWN])
            found.append(Text(ctx.say(f"training.{key}", names=said), "note"))
    return found


def apply(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    due = date.fromisoformat(plan["due"]) if plan["due"] else None
    agents, course = [int(a) for a in plan["agents"]], str(plan["course"])
    assign_course(ctx.session, agents, course, ctx.now.date(), due)
    return Answer(ctx.say("training.done", course=course, n=f"{len(agents):,}"), "", ())


def undo(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    agents, course = [int(a) for a in plan["agents"]], str(plan["course"])
    if not unassign_course(ctx.session, agents, course, ctx.now.date()):
        raise Refused("training.not_undone", about="undo")
    return Answer(ctx.say("training.undone", course=course, n=f"{len(agents):,}"), "", ())


SKILL = Skill("training", actions=(Action("assign_training", TrainingRequest, ROLES, preview, apply, undo),))
