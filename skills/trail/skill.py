"""The record as a question: who did what, who was refused, and when. Shows nothing of what people typed."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from pydantic import BaseModel, ConfigDict, Field, field_validator

from db.access import people_within, resolve
from db.periods import Period
from db.trail.browse import Move, Span, Wanted, moves
from skills import text
from skills.contract import Answer, Context, Filter, Part, Question, Refused, Role, Scope, Skill, Table, Text

SHOWN, MOST = 20, 200
DAYS = 7  # looked back where no period is named
ROLES: frozenset[Role] = frozenset(("supervisor", "manager", "compliance", "admin", "director"))
ACTIONS = (
    *("question", "reassign_accounts", "return_accounts", "record_agreement", "cancel_agreement"),
    *("record_ptp", "schedule_reminder", "assign_dial_mode", "set_target", "flag_special"),
    *("set_do_not_call", "add_note"),
    *("assign_training", "schedule_report", "stop_schedule", "send_report", "create_alert", "undo"),
    *("attend_alert", "stop_alert", "attend_breach", "attend_letters", "set_recognition"),
    *("add_hold", "release_hold", "unmask", "erase_debtor"),
    *("open_nonconformity", "attend_nonconformity"),
    *("activate_agreement", "issue_letter", "cancel_ptp"),
    *("export_audit", "retire_audit"),
)
OUTCOMES = ("done", "denied", "failed", "undone", "refuse", "answer", "rejected", "discarded")
PEOPLE = ("agent", "supervisor")
FIELDS = (*PEOPLE, "action", "status")


class AuditRequest(BaseModel):
    """`order`: "date", newest first, or "date asc"."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    filters: tuple[Filter, ...] = ()
    period: Period | None = None
    order: str | None = None
    limit: int | None = Field(default=None, ge=1, le=MOST)

    @field_validator("order")
    @classmethod
    def _known(cls, given: str | None) -> str | None:
        if given not in (None, "date", "date asc"):
            raise ValueError("the record is ordered by date")
        return given


def answer(ctx: Context, request: AuditRequest) -> Answer:
    if not ctx.actor.scope.shows("agent"):
        raise Refused("trail.names_people", about="channel", denied=True)
    today = ctx.now.date()
    over = request.period or Period(start=today - timedelta(days=DAYS - 1), end=today)
    found, total = moves(
        ctx.session,
        _wanted(ctx, request.filters, over),
        oldest=request.order == "date asc",
        limit=request.limit or SHOWN,
    )
    words = _Wording(ctx)
    return Answer(
        title=ctx.say("trail.title"),
        echo=words.echo(over, request.filters),
        parts=words.parts(found, total),
        rows=tuple(words.row(move) for move in found),
    )


# --- What is looked up -----------------------------------------------------------------------------


def _wanted(ctx: Context, filters: tuple[Filter, ...], over: Period) -> Wanted:
    for each in filters:
        if each.field not in FIELDS or each.op not in ("eq", "in"):
            raise Refused("trail.no_filter", about="filter")
    named = [(each.field, str(value)) for each in filters for value in _values(each)]
    about = [span for kind, value in named if kind in PEOPLE for span in _spans_of(ctx, kind, value, over)]
    return Wanted(
        since=_midnight(ctx, over.start),
        until=_midnight(ctx, over.end + timedelta(days=1)),
        reach=_reach(ctx, over),
        about=about if any(kind in PEOPLE for kind, _ in named) else None,
        actions=[value for kind, value in named if kind == "action"],
        outcomes=[value for kind, value in named if kind == "status"],
    )


def _reach(ctx: Context, over: Period) -> list[Span] | None:
    """A team's rows are its supervisor's for the days it was hers; her own always are."""
    spans = people_within(ctx.session, ctx.actor.scope, over)
    if spans is None:
        return None
    return [Span(ctx.actor.person_id), *(_span(ctx, *each) for each in spans)]


def _spans_of(ctx: Context, kind: str, name: str, over: Period) -> Iterator[Span]:
    """An agent; a supervisor with her team."""
    person = resolve(ctx.names, kind, name)
    if person is None:
        raise Refused("trail.nobody", about=f"entity:{kind}", name=name)
    yield Span(person)
    if kind == "supervisor":
        team = people_within(ctx.session, Scope(supervisors=frozenset((person,))), over)
        yield from (_span(ctx, *each) for each in team or ())


def _span(ctx: Context, person: int, since: date | None, until: date | None) -> Span:
    moments = [None if day is None else _midnight(ctx, day) for day in (since, until)]
    return Span(person, *moments)


def _midnight(ctx: Context, day: date) -> datetime:
    return datetime.combine(day, time(), ctx.now.tzinfo)


def _values(asked: Filter) -> tuple[object, ...]:
    return asked.value if isinstance(asked.value, tuple) else (asked.value,)


# --- In the asker's words --------------------------------------------------------------------------


class _Wording:
    def __init__(self, ctx: Context) -> None:
        self._ctx, self._language, self._today = ctx, ctx.actor.language, ctx.now.date()
        self._names = {
            named.id: named.display
            for kind in PEOPLE
            for named in ctx.names.of(kind)
            if self._may_name(named.id)
        }

    def _may_name(self, person: int) -> bool:
        spans = self._ctx.memo.setdefault(
            "trail.reach", people_within(self._ctx.session, self._ctx.actor.scope, _ever(self._today))
        )
        return spans is None or any(each[0] == person for each in spans)

    def echo(self, over: Period, filters: tuple[Filter, ...]) -> str:
        said = [text.period(over, self._language, self._today)]
        for each in filters:
            values = [self._value(each.field, str(value)) for value in _values(each)]
            said.append(", ".join(values))
        return " · ".join(said)

    def _value(self, field: str, value: str) -> str:
        if field == "action":
            return self._action(value)
        return self._outcome(value) if field == "status" else value

    def parts(self, found: list[Move], total: int) -> tuple[Part, ...]:
        say = self._ctx.say
        if not found:
            return (Text(say("trail.none")),)
        heads = tuple(say(f"trail.{each}") for each in ("number", "at", "who", "what", "outcome", "detail"))
        note = say("trail.shown", shown=len(found), total=f"{total:,}") if total > len(found) else ""
        return (Table("", heads, tuple(self._line(move) for move in found), note),)

    def _line(self, move: Move) -> tuple[str, ...]:
        at = move.at.astimezone(self._ctx.now.tzinfo)
        moment = f"{text.day(at.date(), self._language, self._today)} {at:%H:%M}"
        what, became = self._action(move.action), self._outcome(move.outcome)
        return (str(move.number), moment, move.who, what, became, " · ".join(self._details(move)))

    def _details(self, move: Move) -> Iterator[str]:
        say = self._ctx.say
        accounts = (move.change.get("after") or {}).get("accounts")
        if isinstance(accounts, list):
            yield say("trail.accounts", n=len(accounts))
        yield from (self._names[person] for person in move.people if person in self._names)
        if move.undoes is not None:
            yield say("trail.undoes", number=move.undoes)
        if move.undone_by is not None:
            yield say("trail.undone", number=move.undone_by)

    def _action(self, name: str) -> str:
        return self._ctx.say(f"trail.action.{name}") if name in ACTIONS else name

    def _outcome(self, name: str) -> str:
        return self._ctx.say(f"trail.outcome.{name}") if name in OUTCOMES else name

    def row(self, move: Move) -> dict[str, object]:
        return {
            "number": move.number,
            "at": move.at.isoformat(),
            "who": move.who,
            "action": move.action,
            "outcome": move.outcome,
            "reason": move.reason,
            "undoes": move.undoes,
            "undone_by": move.undone_by,
            "people": [self._names[person] for person in move.people if person in self._names],
        }


def _ever(today: date) -> Period:
    return Period(start=date(2000, 1, 1), end=today)


SKILL = Skill("trail", (Question("audit", AuditRequest, ROLES, answer),))
