"""The register of nonconformities and improvements: opened, owned, explained, mended, closed once it worked.

Whoever owns one does not judge alone that it worked: somebody else agrees to its end.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from db.access import resolve
from db.iso import Nonconformity, Only, breach_of, change, drop_one, open_one, register
from db.note_rules import judged
from skills import text
from skills.contract import (
    APPROVED_BY,
    Action,
    Answer,
    Cell,
    Context,
    Option,
    Part,
    Preview,
    Refused,
    Role,
    Table,
    Text,
)

OPENS: frozenset[Role] = frozenset(("compliance", "quality", "manager", "admin", "director"))
ATTENDS: frozenset[Role] = OPENS | {"supervisor"}
TERM = 15  # business days to mend it, unless said
LONGEST, SHOWN = 500, 20
Kind = Literal["nonconformity", "improvement"]


class _Request(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RegisterRequest(_Request):
    kind: Kind | None = None
    only: Only | None = None


class OpenRequest(_Request):
    what: str | None = Field(default=None, min_length=3, max_length=LONGEST)
    breach: int | None = Field(default=None, ge=1)
    kind: Kind = "nonconformity"
    owner: str | None = Field(default=None, max_length=120)
    due: date | None = None


class AttendRequest(_Request):
    number: int = Field(ge=1)
    cause: str | None = Field(default=None, min_length=3, max_length=LONGEST)
    remedy: str | None = Field(default=None, min_length=3, max_length=LONGEST)
    owner: str | None = Field(default=None, max_length=120)
    due: date | None = None
    state: Literal["acting", "closed"] | None = None
    effective: Literal["yes", "no"] | None = None
    note: str | None = Field(default=None, max_length=LONGEST)


# --- The register ----------------------------------------------------------------------------------


def answer(ctx: Context, request: RegisterRequest) -> Answer:
    _in_private(ctx)
    mine = ctx.actor.person_id if ctx.actor.role == "supervisor" else None
    today = ctx.now.date()
    found = register(ctx.session, today, person=mine, kind=request.kind, only=request.only)
    echo = [ctx.say(f"iso.only.{request.only or 'all'}")]
    if mine is not None:
        echo.append(ctx.say("iso.yours"))
    parts: tuple[Part, ...] = (_table(ctx, found),) if found else (Text(ctx.say("iso.none")),)
    return Answer(
        ctx.say("iso.register_title"),
        " · ".join(echo),
        parts,
        rows=tuple({"number": n.id, "state": n.state, "late": n.late(today)} for n in found),
    )


def _table(ctx: Context, found: list[Nonconformity]) -> Table:
    names = ("number", "kind", "what", "owner", "due", "cause", "remedy", "state")
    heads = tuple(ctx.say(f"iso.head.{name}") for name in names)
    lines = tuple(_line(ctx, each) for each in found)
    note = ctx.say("iso.shown", shown=SHOWN, total=f"{len(lines):,}") if len(lines) > SHOWN else ""
    return Table("", heads, lines[:SHOWN], note, whole=lambda: lines)


def _line(ctx: Context, each: Nonconformity) -> tuple[Cell, ...]:
    state = ctx.say(f"iso.state.{each.state}")
    if each.late(ctx.now.date()):
        state = ctx.say("iso.late", state=state)
    elif each.effective is not None:
        state = f"{state}, {ctx.say(f'iso.effective.{each.effective}')}"
    said = ctx.say("iso.of_breach", number=each.breach, what=each.what) if each.breach else each.what
    kind, due = ctx.say(f"iso.kind.{each.kind}"), _day(ctx, each.due_on)
    return (str(each.id), kind, said, each.owner, due, each.cause or "", each.remedy or "", state)


def _in_private(ctx: Context) -> None:
    if not ctx.actor.scope.shows("agent"):
        raise Refused("law.names_people", about="channel", denied=True)


def _day(ctx: Context, on: date) -> str:
    return text.day(on, ctx.actor.language, ctx.now.date())


# --- Opened ----------------------------------------------------------------------------------------


def preview_open(ctx: Context, request: OpenRequest) -> Preview:
    _in_private(ctx)
    what, owner, client = request.what, ctx.actor.person_id, None
    if request.breach is not None:
        found = breach_of(ctx.session, ctx.actor.scope, request.breach)
        if found is None:
            raise Refused("law.no_such_breach", about="breach", number=request.breach)
        if found.id is not None:
            raise Refused("iso.already", about="nothing", number=request.breach, own=found.id)
        what = what or ctx.say("iso.broken_rule", rule=found.rule)
        owner, client = found.supervisor_id or owner, found.client_id
    if what is None:
        raise Refused("iso.no_what", about="slot:what")
    what, owner = _worded(what), _owner(ctx, request.owner) or owner
    due = request.due or ctx.calendars.labour.add_business_days(ctx.now.date(), TERM)
    plan = {"kind": request.kind, "what": what, "breach": request.breach, "client": client}
    plan |= {"owner": owner, "due": due.isoformat()}
    rows: list[tuple[Cell, ...]] = [
        (ctx.say("iso.head.kind"), ctx.say(f"iso.kind.{request.kind}")),
        (ctx.say("iso.head.what"), what),
        (ctx.say("iso.head.owner"), _name(ctx, owner)),
        (ctx.say("iso.head.due"), _day(ctx, due)),
    ]
    table = Table("", (ctx.say("law.field"), ctx.say("law.value")), tuple(rows))
    told = ctx.say("iso.told_open", who=ctx.actor.name, what=what, due=_day(ctx, due))
    shown = Answer(ctx.say(f"iso.open_title.{request.kind}"), ctx.actor.scope.label, (table,))
    after = {"kind": request.kind, "breach": request.breach, "owner": owner}
    return Preview(shown, plan, 1, concerns={owner: told}, after=after)


def _worded(said: str) -> str:
    """As it may be kept: no number of anybody's, nothing sensitive, no threat."""
    note = judged(said)
    if not note.lawful:
        raise Refused("law.sensitive_reason", about="compliance")
    return note.kept


def _owner(ctx: Context, named: str | None) -> int | None:
    if named is None:
        return None
    for kind in ("supervisor", "agent"):
        if (person := resolve(ctx.names, kind, named)) is not None:
            return person
    raise Refused("trail.nobody", about="entity:supervisor", name=named)


def _name(ctx: Context, person: int) -> str:
    if person == ctx.actor.person_id:
        return ctx.actor.name
    named: dict[int, str] = {n.id: n.display for kind in ("agent", "supervisor") for n in ctx.names.of(kind)}
    return named.get(person, ctx.say("iso.somebody"))


def apply_open(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    row = {
        "kind": plan["kind"],
        "what": plan["what"],
        "breach_id": plan["breach"],
        "client_id": plan["client"],
        "owner_id": plan["owner"],
        "due_on": date.fromisoformat(plan["due"]),
        "opened_by": ctx.actor.person_id,
    }
    number = open_one(ctx.session, row, ctx.now)
    return Answer(ctx.say("iso.opened", number=number), "", ())


def undo_open(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    mine = register(ctx.session, ctx.now.date(), person=int(plan["owner"]), kind=plan["kind"], only="open")
    same = [each.id for each in mine if (each.what, each.breach) == (plan["what"], plan["breach"])]
    if not same or not drop_one(ctx.session, max(same)):
        raise Refused("iso.moved_on", about="undo")
    return Answer(ctx.say("iso.dropped", number=max(same)), "", ())


# --- Attended --------------------------------------------------------------------------------------


def preview_attend(ctx: Context, request: AttendRequest) -> Preview:
    _in_private(ctx)
    today = ctx.now.date()
    found = next(iter(register(ctx.session, today, number=request.number)), None)
    hers = found is not None and found.owner_id == ctx.actor.person_id
    if found is None or (ctx.actor.role == "supervisor" and not hers):
        raise Refused("iso.no_such", about="number", number=request.number)
    changes = _changes(ctx, found, request)
    if not changes:
        raise Refused("iso.no_change", about="slot:part", number=found.id)
    plan: dict[str, Any] = {"number": found.id, "changes": changes}
    if hers and changes.get("state", ("", ""))[1] == "closed":
        plan[APPROVED_BY] = sorted(OPENS)
    heads = tuple(ctx.say(f"iso.head.{name}") for name in ("part", "now", "then"))
    rows = tuple(_changed(ctx, name, *both) for name, both in changes.items())
    shown = Answer(ctx.say("iso.attend_title", number=found.id), found.what, (Table("", heads, rows),))
    told = {found.owner_id: ctx.say("iso.told", who=ctx.actor.name, number=found.id)}
    if "owner_id" in changes:
        new = int(changes["owner_id"][1])
        told[new] = ctx.say("iso.told_open", who=ctx.actor.name, what=found.what, due=_day(ctx, found.due_on))
    said = {name: after for name, (_, after) in changes.items() if name not in ("cause", "remedy")}
    return Preview(shown, plan, 1, concerns=told, after={"number": found.id, **said})


def _changes(ctx: Context, found: Nonconformity, request: AttendRequest) -> dict[str, tuple[Any, Any]]:
    wanted: dict[str, Any] = {
        name: _worded(said) for name in ("cause", "remedy") if (said := getattr(request, name))
    }
    if (owner := _owner(ctx, request.owner)) is not None:
        wanted["owner_id"] = owner
    if request.due is not None:
        wanted["due_on"] = request.due.isoformat()
    if request.state is not None:
        wanted |= _ended(ctx, found, request)
    elif found.state == "open" and {"cause", "remedy"} & set(wanted):
        wanted["state"] = "acting"
    before = {**vars(found), "due_on": found.due_on.isoformat()}
    return {name: (before[name], value) for name, value in wanted.items() if before[name] != value}


def _ended(ctx: Context, found: Nonconformity, request: AttendRequest) -> dict[str, Any]:
    """Closed once somebody says it worked; what did not work goes on."""
    if request.state == "acting":
        return {"state": "acting", "effective": None}
    if found.cause is None or found.remedy is None:
        raise Refused("iso.not_yet", about="nothing", number=found.id)
    if request.effective is None:
        fields = request.model_dump(mode="json", exclude_none=True)
        choices = [
            Option(ctx.say(f"iso.effective.{said}"), "attend_nonconformity", {**fields, "effective": said})
            for said in ("yes", "no")
        ]
        raise Refused("iso.did_it_work", about="slot:effective", asks=True, choices=choices, number=found.id)
    return {"effective": request.effective, "state": "closed" if request.effective == "yes" else "acting"}


def _changed(ctx: Context, name: str, before: Any, after: Any) -> tuple[Cell, ...]:
    part = name.split("_")[0]
    return (ctx.say(f"iso.head.{part}"), _shown(ctx, name, before), _shown(ctx, name, after))


def _shown(ctx: Context, name: str, value: Any) -> str:
    if value is None:
        return "—"
    if name == "owner_id":
        return _name(ctx, int(value))
    if name == "due_on":
        return _day(ctx, date.fromisoformat(value))
    if name == "state":
        return ctx.say(f"iso.state.{value}")
    return ctx.say(f"iso.effective.{value}") if name == "effective" else str(value)


def apply_attend(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    changes = {name: (old, new) for name, (old, new) in plan["changes"].items()}
    return _moved(ctx, plan, changes, "iso.attended")


def undo_attend(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    changes = {name: (new, old) for name, (old, new) in plan["changes"].items()}
    return _moved(ctx, plan, changes, "iso.undone")


def _moved(ctx: Context, plan: Mapping[str, Any], changes: dict[str, tuple[Any, Any]], key: str) -> Answer:
    if "due_on" in changes:
        old, new = changes["due_on"]
        changes["due_on"] = (date.fromisoformat(old), date.fromisoformat(new))
    if not change(ctx.session, int(plan["number"]), ctx.actor.person_id, changes, ctx.now):
        raise Refused("iso.moved_on", about="changed")
    return Answer(ctx.say(key, number=plan["number"]), "", ())


ACTIONS = (
    Action("open_nonconformity", OpenRequest, OPENS, preview_open, apply_open, undo_open),
    Action(
        "attend_nonconformity",
        AttendRequest,
        ATTENDS,
        preview_attend,
        apply_attend,
        undo_attend,
        asks=frozenset({"slot:effective"}),
    ),
)
