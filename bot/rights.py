"""Who may ask what: role by intent, then whether what is named lies within the scope. Deny by default."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, get_args

from pydantic import BaseModel
from sqlalchemy import Connection

from db.access import Named, Names, may_see, resolve
from db.periods import Period, month_of
from skills.contract import Actor, Filter, Question, Refused, Role, Skill

ROLES: frozenset[Role] = frozenset(get_args(Role))
OWNERS = ("client", "campaign", "supervisor", "agent")
SQL_READERS = ("manager", "director", "admin", "compliance", "quality")
ME = "@me"
_NAMING = ("eq", "in")


@dataclass(frozen=True)
class Rights:
    """Every question there is, by intent, and the roles that may ask it; and those that may do what."""

    questions: Mapping[str, Question]
    deeds: Mapping[str, frozenset[Role]] = field(default_factory=dict)

    def question(self, actor: Actor, intent: str) -> Question:
        """The question, if this role may ask it; an intent nobody declared is nobody's."""
        found = self.questions.get(intent)
        if found is None:
            raise Refused("desk.unknown_intent", about="not_built")
        if actor.role not in found.roles:
            raise Refused("desk.role_denied", about="role", denied=True)
        return found


def rights_of(skills: Sequence[Skill]) -> Rights:
    """The table, from what each question declares. A question without roles is a mistake, not a default."""
    questions: dict[str, Question] = {}
    for question in (each for skill in skills for each in skill.questions):
        if question.name in questions:
            raise ValueError(f"two questions are called {question.name}")
        if not question.roles or not question.roles <= ROLES:
            raise ValueError(f"{question.name}: roles must name some of {sorted(ROLES)}")
        questions[question.name] = question
    return Rights(questions, {each.name: each.roles for skill in skills for each in skill.actions})


def within_reach(
    connection: Connection, actor: Actor, request: BaseModel, names: Names, today: date
) -> BaseModel:
    """The request with `@me` replaced, if everything it names may be seen. Raises Refused, never trims."""
    filters: tuple[Filter, ...] = getattr(request, "filters", ())
    _may_split(actor, getattr(request, "dims", ()))
    if not filters:
        return request
    over = getattr(request, "period", None) or Period(start=month_of(today).start, end=today)
    own = tuple(_as_me(actor, each, names) for each in filters)
    for each in own:
        _may_name(connection, actor, each, names, over)
    return request.model_copy(update={"filters": own})


def known_to(connection: Connection, actor: Actor, names: Names, today: date) -> Names:
    """The names there are for this person. To a client's viewer whatever is out of reach does not exist: even
    a "no" would tell who else the agency works for."""
    if actor.role != "client_viewer":
        return names
    over = Period(start=today, end=today)

    def seen(named: Named) -> bool:
        owner = named.kind
        return owner in ("client", "campaign") and may_see(connection, actor.scope, owner, [named.id], over)

    return Names(tuple(named for named in names.entries if seen(named)))


def all_known(request: Mapping[str, Any], names: Names) -> bool:
    """Whether a remembered `{intent: fields}` names only whom this person has heard of."""
    filters = [each for fields in request.values() for each in fields.get("filters") or ()]
    named = [(f["field"], value) for f in filters if f["field"] in OWNERS for value in _listed(f["value"])]
    return all(value == ME or resolve(names, field, str(value)) is not None for field, value in named)


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else (value,)


def sees_sql(actor: Actor) -> bool:
    """Whoever answers for the numbers, not whoever works by them; the tables' names are the agency's own."""
    return actor.role in SQL_READERS and actor.scope.finest == "agent"


def _may_split(actor: Actor, dims: Iterable[str]) -> None:
    for dim in dims:
        if dim in OWNERS and not actor.scope.shows(dim):  # type: ignore[arg-type]
            raise Refused(f"desk.too_fine_{dim}", about="scope", denied=True)


def _as_me(actor: Actor, asked: Filter, names: Names) -> Filter:
    """`@me` is the asker: by her own name where she is an agent or leads a team."""
    values = _values(asked.value)
    if ME not in values:
        return asked
    field = "supervisor" if asked.field == "agent" and actor.role == "supervisor" else asked.field
    mine = names.by_id(field).get(actor.person_id)
    if mine is None:
        raise Refused("desk.no_me", about="me")
    shown = tuple(mine.display if value == ME else value for value in values)
    value = shown if isinstance(asked.value, tuple) else shown[0]
    return asked.model_copy(update={"field": field, "value": value})


def _may_name(connection: Connection, actor: Actor, asked: Filter, names: Names, over: Period) -> None:
    if asked.field not in OWNERS:
        return
    if not actor.scope.shows(asked.field):  # type: ignore[arg-type]
        raise Refused(f"desk.too_fine_{asked.field}", about="scope", denied=True)
    if asked.op not in _NAMING:
        return  # leaving somebody out shows nobody
    for value in _values(asked.value):
        found = resolve(names, asked.field, str(value))
        if found is None:
            raise Refused("desk.unknown_name", about=f"entity:{asked.field}", name=str(value))
        if not may_see(connection, actor.scope, asked.field, [found], over):
            key = f"desk.denied_{asked.field}"
            raise Refused(key, about="scope", denied=True, name=str(value), scope=actor.scope.label)


def _values(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)
