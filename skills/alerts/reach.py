"""Which alerts somebody may see, and who may be given one. Knows scopes, no number."""

from collections.abc import Callable

from sqlalchemy import ColumnElement, true

from db.access import Person, employee_number, find_person, resolve, scope_of
from db.alerts import Ticket, told_to
from db.scope import Scope
from skills.alerts.spec import WatchSpec
from skills.contract import Context, Refused

OWN = ("supervisor", "agent")
_NAMING = ("eq", "in")


def sees_everything(scope: Scope) -> bool:
    owners = (scope.clients, scope.campaigns, scope.supervisors, scope.agents)
    return scope.finest == "agent" and all(each is None for each in owners)


def within(ctx: Context) -> ColumnElement[bool]:
    """Whoever sees the whole agency sees every alert; anybody else, those she is told of."""
    return true() if sees_everything(ctx.actor.scope) else told_to(ctx.actor.person_id)


def receiver(ctx: Context, ticket: Ticket, name: str) -> int:
    """Somebody by name who may see what the alert shows: nobody is shown another team's number this way."""
    for kind in OWN:
        found = resolve(ctx.names, kind, name)
        if found is None:
            continue
        person = find_person(ctx.session, employee_no=employee_number(ctx.session, found), on=ctx.now.date())
        if person is not None and _may_see(ctx, ticket, person, kind, name):
            return found
        raise Refused("alerts.not_theirs", about="scope", denied=True, name=name)
    raise Refused("alerts.unknown_person", about="entity:supervisor", name=name)


def _may_see(ctx: Context, ticket: Ticket, person: Person, kind: str, name: str) -> bool:
    if person.id == ticket.watch.person_id or sees_everything(scope_of(ctx.session, person)):
        return True
    spec = WatchSpec.model_validate(ticket.watch.spec)
    if spec.split == kind and ticket.subject == name:
        return True
    hers: Callable[[object], bool] = lambda value: value == name  # noqa: E731
    named = (each for each in spec.filters if each.field == kind and each.op in _NAMING)
    return any(all(map(hers, _values(each.value))) for each in named)


def _values(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)
