"""The only doors to people and their rows: who someone is, whose rows they see, what names mean.

Knows no request and no sentence; a skill asks here and never decides for itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, false, func, or_, select

from db.periods import Period
from db.scope import Scope
from db.tables.facts import balances
from db.tables.reference import (
    accounts,
    assignments,
    campaigns,
    clients,
    memberships,
    people,
    person_campaigns,
    person_clients,
)

NameKind = Literal["client", "campaign", "supervisor", "agent"]
KINDS: tuple[NameKind, ...] = ("client", "campaign", "supervisor", "agent")
MOST_PRODUCTS = 200  # more would be no list of products, but free text


@dataclass(frozen=True)
class Person:
    id: int
    employee_no: str
    name: str
    role: str
    language: str


def find_person(
    connection: Connection,
    *,
    slack_user_id: str | None = None,
    email: str | None = None,
    employee_no: str | None = None,
    on: date,
) -> Person | None:
    """Who this is, if active on that day. The Slack id wins; an address counts only for a person with no
    Slack id on record (anybody may type any address into a profile), and only if one person has it."""
    doors: list[ColumnElement[bool]] = []
    if slack_user_id:
        doors.append(people.c.slack_user_id == slack_user_id)
    if employee_no:
        doors.append(people.c.employee_no == employee_no)
    if email:
        same = func.lower(people.c.email) == email.strip().lower()
        doors.append(and_(same, people.c.slack_user_id.is_(None)))
    for door in doors:
        found = connection.execute(_active(on).where(door).limit(2)).all()
        if len(found) == 1:
            return Person(*found[0])
    return None


def find_staff(connection: Connection, roles: Sequence[str], on: date) -> list[Person]:
    """Those of these roles on the staff that day who can be reached in Slack, by employee number."""
    query = _active(on).where(people.c.role.in_(roles), people.c.slack_user_id.is_not(None))
    return [Person(*row) for row in connection.execute(query.order_by(people.c.employee_no))]


def employee_number(connection: Connection, person_id: int) -> str:
    return connection.execute(select(people.c.employee_no).where(people.c.id == person_id)).scalar() or ""


def _active(on: date) -> Select[int, str, str, str, str]:
    """People on the staff that day; active_to is the last day worked."""
    return select(people.c.id, people.c.employee_no, people.c.name, people.c.role, people.c.language).where(
        or_(people.c.active_from.is_(None), people.c.active_from <= on),
        or_(people.c.active_to.is_(None), people.c.active_to >= on),
    )


def is_empty(connection: Connection) -> bool:
    """No person, client or balance yet: nobody could be told from anybody."""
    return not any(connection.execute(select(t).limit(1)).first() for t in (people, clients, balances))


# --- Scope ---------------------------------------------------------------------------------------


def scope_of(connection: Connection, person: Person) -> Scope:
    """The role's reach: an agent herself, a supervisor her team, a client's viewer its aggregates,
    the others everything or the campaigns and clients named for them."""
    if person.role == "agent":
        return Scope(agents=frozenset({person.id}))
    if person.role == "supervisor":
        return Scope(supervisors=frozenset({person.id}))
    named_campaigns = _given(connection, person_campaigns.c.campaign_id, person_campaigns.c.person_id, person)
    named_clients = _given(connection, person_clients.c.client_id, person_clients.c.person_id, person)
    if person.role == "client_viewer":
        return Scope(clients=named_clients or frozenset(), campaigns=named_campaigns, finest="campaign")
    if person.role in ("manager", "compliance", "quality", "admin", "director"):
        return Scope(clients=named_clients, campaigns=named_campaigns)
    return Scope(agents=frozenset())  # a role nobody declared sees nothing


def _given(
    connection: Connection, column: ColumnElement[int], owner: ColumnElement[int], person: Person
) -> frozenset[int] | None:
    ids = frozenset(connection.execute(select(column).where(owner == person.id)).scalars())
    return ids or None


def scope_conditions(scope: Scope, columns: Any) -> list[ColumnElement[bool]]:
    """The mandatory WHERE over a source's columns (a table's `.c`, or a mapping by name).

    A limit on an owner that the source does not carry lets nothing through, never everything.
    """
    if scope.contradicts_itself:
        return [false()]
    limits = {
        "client_id": scope.clients,
        "campaign_id": scope.campaigns,
        "supervisor_id": scope.supervisors,
        "agent_id": scope.agents,
    }
    conditions: list[ColumnElement[bool]] = []
    for name, ids in limits.items():
        if ids is None:
            continue
        conditions.append(columns[name].in_(sorted(ids)) if ids and name in columns else false())
    return conditions


# --- Names ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Named:
    """Something people call by name. Two of a kind with one name are told apart by their code."""

    kind: NameKind
    id: int
    code: str
    display: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Names:
    """Everybody and everything with a name, agency-wide."""

    entries: tuple[Named, ...]
    products: tuple[str, ...] = ()  # what was lent, as the clients' files call it

    def of(self, kind: str) -> tuple[Named, ...]:
        return tuple(n for n in self.entries if n.kind == kind)

    def by_id(self, kind: str) -> dict[int, Named]:
        return {n.id: n for n in self.entries if n.kind == kind}


def names(connection: Connection) -> Names:
    """Every client, campaign, supervisor and agent there is, active or not: history has names too."""
    found: list[Named] = []
    for kind, table in (("client", clients), ("campaign", campaigns)):
        rows = connection.execute(select(table.c.id, table.c.code, table.c.name).order_by(table.c.code))
        found += _told_apart([Named(kind, i, code, name) for i, code, name in rows])  # type: ignore[arg-type]
    leads = select(memberships.c.supervisor_id).where(memberships.c.supervisor_id.is_not(None))
    found += _staff(connection, "supervisor", or_(people.c.role == "supervisor", people.c.id.in_(leads)))
    found += _staff(connection, "agent", people.c.role == "agent")
    lent = select(accounts.c.product).where(accounts.c.product.is_not(None)).distinct()
    products = connection.execute(lent.order_by(accounts.c.product).limit(MOST_PRODUCTS)).scalars()
    return Names(tuple(found), tuple(products))


def _staff(connection: Connection, kind: NameKind, which: ColumnElement[bool]) -> list[Named]:
    columns = (people.c.id, people.c.employee_no, people.c.name, people.c.nicknames)
    rows = connection.execute(select(*columns).where(which).order_by(people.c.employee_no))
    return _told_apart(
        [
            Named(kind, i, no, name, tuple(a.strip() for a in nick.split("|") if a.strip()))
            for i, no, name, nick in rows
        ]
    )


def _told_apart(found: list[Named]) -> list[Named]:
    """Namesakes carry their code in the name, so that a name always means one of them."""
    count: dict[str, int] = {}
    for named in found:
        count[named.display] = count.get(named.display, 0) + 1
    return [
        n if count[n.display] == 1 else Named(n.kind, n.id, n.code, f"{n.display} ({n.code})", n.aliases)
        for n in found
    ]


def resolve(known: Names, field: str, display: str) -> int | None:
    """The id behind a display name or a code; None where nobody is called so."""
    wanted = display.strip().casefold()
    for named in known.of(field):
        if wanted in (named.display.casefold(), named.code.casefold()):
            return named.id
    return None


# --- Whether a named thing is within reach ---------------------------------------------------------


def may_see(connection: Connection, scope: Scope, field: str, ids: Sequence[int], over: Period) -> bool:
    """Whether every one of these is within the scope at some time of the period.

    The rows are limited by the scope in any case; this tells a "no" from an empty answer.
    """
    check = {
        "client": _client_seen,
        "campaign": _campaign_seen,
        "supervisor": _supervisor_seen,
        "agent": _agent_seen,
    }
    return all(check[field](connection, scope, each, over) for each in ids)


def _client_seen(connection: Connection, scope: Scope, client: int, _over: Period) -> bool:
    if scope.clients is not None and client not in scope.clients:
        return False
    if scope.campaigns is None:
        return True
    own = select(campaigns.c.id).where(
        campaigns.c.client_id == client, campaigns.c.id.in_(sorted(scope.campaigns))
    )
    return connection.execute(own.limit(1)).first() is not None


def _campaign_seen(connection: Connection, scope: Scope, campaign: int, _over: Period) -> bool:
    if scope.campaigns is not None and campaign not in scope.campaigns:
        return False
    if scope.clients is None:
        return True
    client = connection.execute(select(campaigns.c.client_id).where(campaigns.c.id == campaign)).scalar()
    return client in scope.clients


def _supervisor_seen(connection: Connection, scope: Scope, supervisor: int, over: Period) -> bool:
    """A team's number is not an agent's to see, not even her own team's."""
    if scope.agents is not None or not scope.shows("supervisor"):
        return False
    if scope.supervisors is not None:
        return supervisor in scope.supervisors
    team = select(memberships.c.person_id).where(_led_by({supervisor}), _during(over))
    return _works_within(connection, scope, assignments.c.agent_id.in_(team))


def _agent_seen(connection: Connection, scope: Scope, agent: int, over: Period) -> bool:
    if not scope.shows("agent"):
        return False
    if scope.agents is not None and agent not in scope.agents:
        return False
    if scope.supervisors is not None:
        team = select(memberships.c.id).where(
            memberships.c.person_id == agent, _led_by(scope.supervisors), _during(over)
        )
        if connection.execute(team.limit(1)).first() is None:
            return False
    return _works_within(connection, scope, assignments.c.agent_id == agent)


def _led_by(supervisors: set[int] | frozenset[int]) -> ColumnElement[bool]:
    return memberships.c.supervisor_id.in_(sorted(supervisors))


def people_within(
    connection: Connection, scope: Scope, over: Period
) -> list[tuple[int, date | None, date | None]] | None:
    """Whose doings may be looked up, and from which day until before which; None: everybody's."""
    if scope.contradicts_itself or not scope.shows("agent"):
        return []
    if scope.agents is not None:
        return [(agent, None, None) for agent in sorted(scope.agents)]
    limits = scope_conditions(replace(scope, supervisors=None), accounts.c)
    if scope.supervisors is None and not limits:
        return None
    spans = select(memberships.c.person_id, memberships.c.from_on, memberships.c.to_on).where(_during(over))
    if scope.supervisors is not None:
        spans = spans.where(_led_by(scope.supervisors))
    if limits:
        held = select(assignments.c.agent_id).join(accounts, accounts.c.id == assignments.c.account_id)
        spans = spans.where(memberships.c.person_id.in_(held.where(*limits)))
    found = [(person, since, until) for person, since, until in connection.execute(spans)]
    return found + [(boss, None, None) for boss in sorted(scope.supervisors or ())]


def _during(over: Period) -> ColumnElement[bool]:
    return and_(
        memberships.c.from_on <= over.end,
        or_(memberships.c.to_on.is_(None), memberships.c.to_on > over.start),
    )


def _works_within(connection: Connection, scope: Scope, who: ColumnElement[bool]) -> bool:
    """Whether they ever held an account of the campaigns and clients in reach."""
    limits: list[ColumnElement[bool]] = []
    if scope.campaigns is not None:
        limits.append(accounts.c.campaign_id.in_(sorted(scope.campaigns)))
    if scope.clients is not None:
        limits.append(accounts.c.client_id.in_(sorted(scope.clients)))
    if not limits:
        return True
    held = select(assignments.c.id).join(accounts, accounts.c.id == assignments.c.account_id)
    return bool(connection.execute(select(exists(held.where(who, *limits)))).scalar())


# --- Accounts --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FoundAccount:
    """An account by its number; two clients may use the same one."""

    id: int
    number: str
    client_id: int
    client: str
    campaign: str


def find_accounts(
    connection: Connection, scope: Scope, text: str, on: date, limit: int, *, client: int | None = None
) -> list[FoundAccount]:
    """Accounts within reach whose number holds `text`: the number itself first, then those that begin so.

    Never by a debtor's name. An account out of reach is as if it did not exist.
    """
    wanted = text.strip()
    if not wanted or not wanted.isprintable():
        return []
    number = accounts.c.account_no
    nearest = case(
        (func.lower(number) == wanted.lower(), 0), (number.istartswith(wanted, autoescape=True), 1), else_=2
    )
    query = (
        select(accounts.c.id, number, accounts.c.client_id, clients.c.name, campaigns.c.name)
        .join(clients, clients.c.id == accounts.c.client_id)
        .join(campaigns, campaigns.c.id == accounts.c.campaign_id)
        .where(number.icontains(wanted, autoescape=True), *accounts_within(scope, on))
        .order_by(nearest, number, accounts.c.id)
        .limit(limit)
    )
    if client is not None:
        query = query.where(accounts.c.client_id == client)
    return [FoundAccount(*row) for row in connection.execute(query)]


def accounts_within(scope: Scope, on: date) -> list[ColumnElement[bool]]:
    """The mandatory WHERE over accounts: the clients and campaigns in reach; for an agent or a team, what
    they hold that day. Who sees aggregates only sees no account."""
    if scope.contradicts_itself or not scope.shows("agent"):
        return [false()]
    limits = scope_conditions(replace(scope, agents=None, supervisors=None), accounts.c)
    held = select(assignments.c.account_id).where(
        assignments.c.from_on <= on, or_(assignments.c.to_on.is_(None), assignments.c.to_on > on)
    )
    if scope.agents is not None:
        limits.append(accounts.c.id.in_(held.where(assignments.c.agent_id.in_(sorted(scope.agents)))))
    if scope.supervisors is not None:
        today = Period(start=on, end=on)
        team = select(memberships.c.person_id).where(_led_by(scope.supervisors), _during(today))
        limits.append(accounts.c.id.in_(held.where(assignments.c.agent_id.in_(team))))
    return limits
