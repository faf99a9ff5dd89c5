"""What the rules ask about accounts: where their debtors live, what holds them, what they asked for.

Reads in slices by account; judges nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, or_, select

from db.cells.cuts import Cuts, files_of
from db.tables.agency import cases
from db.tables.facts import balances
from db.tables.reference import addresses, memberships

SLICE = 5_000
PAID = "LIQUIDADA"
OPPOSITION = "opos"  # of an ARCO request's kind, folded: it holds the account as a hold does


@dataclass(frozen=True)
class Stop:
    """Something that stood on an account between two moments: a hold, or a wish not to be contacted."""

    account_id: int
    register: str  # holds | opt_outs
    kind: str
    since: datetime
    until: datetime | None

    def stands_at(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)


def stops_between(start: datetime, end: datetime) -> Select[Any]:
    """Holds, oppositions and opt-outs that stood at some moment of the span."""
    unsaid = cases.c.kind == ""  # put on from chat: it holds until it is known what was asked
    opposed = and_(cases.c.register == "arco", or_(unsaid, cases.c.kind.icontains(OPPOSITION)))
    return select(
        cases.c.account_id, cases.c.register, cases.c.kind, cases.c.received_at, cases.c.closed_at
    ).where(
        or_(cases.c.register.in_(("holds", "opt_outs")), opposed),
        cases.c.received_at < end,
        or_(cases.c.closed_at.is_(None), cases.c.closed_at > start),
    )


def read_stops(connection: Connection, query: Select[Any]) -> Mapping[int, Sequence[Stop]]:
    found: dict[int, list[Stop]] = defaultdict(list)
    for account, register, kind, since, until in connection.execute(query):
        stood = Stop(account, "opt_outs" if register == "opt_outs" else "holds", kind, since, until)
        found[account].append(stood)
    return found


def settled_before(cuts: Cuts, day: date) -> Select[Any] | None:
    """Accounts that their client's last cut before the day calls paid, or on which nothing is owed."""
    last = cuts.at(day - timedelta(days=1))
    standing = [and_(balances.c.client_id == client, balances.c.as_of == cut) for client, cut in last.items()]
    if not standing:
        return None
    paid = or_(balances.c.status == PAID, balances.c.balance_cents <= 0)
    return select(balances.c.account_id).where(or_(*standing), paid)


def files(connection: Connection, clients: Iterable[int]) -> Cuts:
    """The days of every client's position files, whether their cells are built or not."""
    return Cuts({client: files_of(connection, client) for client in clients})


def last_files(connection: Connection, clients: Iterable[int], day: date) -> Cuts:
    """Of each client the last of those days, up to this one."""
    found = {}
    for client in clients:
        mine = (balances.c.client_id == client, balances.c.as_of <= day)
        last = connection.execute(select(func.max(balances.c.as_of)).where(*mine)).scalar()
        if last is not None:
            found[client] = (last,)
    return Cuts(found)


def homes(connection: Connection, debtors: Collection[int], day: date) -> Mapping[int, tuple[str, str]]:
    """The state and municipality a debtor was last known to live in on that day."""
    found: dict[int, tuple[str, str]] = {}
    for some in slices(debtors):
        query = (
            select(addresses.c.debtor_id, addresses.c.state, addresses.c.municipality)
            .where(one_of(addresses.c.debtor_id, some), addresses.c.valid_from <= day)
            .order_by(addresses.c.valid_from, addresses.c.id)
        )
        for debtor, state, municipality in connection.execute(query).all():
            if state or municipality:
                found[debtor] = (state or "", municipality or "")
    return found


def supervisors(connection: Connection, people: Collection[int], day: date) -> Mapping[int, int]:
    """Who led each of these that day."""
    query = select(memberships.c.person_id, memberships.c.supervisor_id).where(
        memberships.c.person_id.in_(sorted(people)),
        memberships.c.from_on <= day,
        or_(memberships.c.to_on.is_(None), memberships.c.to_on > day),
    )
    return {person: boss or 0 for person, boss in connection.execute(query)}


def slices(ids: Iterable[int], size: int = SLICE) -> Iterator[list[int]]:
    whole = sorted(set(ids))
    for at in range(0, len(whole), size):
        yield whole[at : at + size]


def one_of(column: ColumnElement[int], ids: Sequence[int]) -> ColumnElement[bool]:
    """Written into the statement as numbers: thousands of parameters cost more than the rows they find."""
    return column.in_(bindparam(None, list(ids), expanding=True, literal_execute=True))


def among(column: ColumnElement[int], query: Select[Any] | None) -> list[ColumnElement[bool]]:
    return [] if query is None else [column.in_(query)]
