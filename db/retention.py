"""What has outlived its term: counted, and deleted unless a hold keeps it. Debtors are only found here.

Each kind of record has its term; what a hold protects stays for as long as the hold is open.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Connection, Select, Table, and_, delete, func, insert, select, update

from db.access import accounts_within
from db.erasure.bars import LETS_GO
from db.erasure.erase import PREFIX
from db.law.judging import months_before
from db.law.terms import DEFAULT_MONTHS
from db.scope import Scope
from db.tables.agency import cases
from db.tables.desk import proposal_cards, proposals
from db.tables.erasure import retention_runs
from db.tables.facts import contacts
from db.tables.floor import account_notes
from db.tables.house import feedback, links
from db.tables.reference import accounts, clients
from db.tables.reports import deliveries

ENDED = ("done", "discarded", "rejected", "undone", "expired")
SETTLED = ("sent", "failed", "doubtful", "cancelled")
MANY = 5  # debtors past their term that are shown


class Retention(BaseModel):
    """Days that each kind of record is kept; None keeps it. Debtors past 72 months are told, never erased by
    themselves: whose data it is decides."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    proposals: int | None = Field(default=365, ge=30)
    links: int | None = Field(default=30, ge=1)
    feedback: int | None = Field(default=365, ge=30)
    deliveries: int | None = Field(default=730, ge=30)
    notes: int | None = Field(default=2190, ge=365)  # on accounts, as people wrote them
    remarks: int | None = Field(default=730, ge=90)  # the free text of a contact: the contact stays
    rejects: int | None = Field(default=30, ge=1)  # files of refused rows


@dataclass(frozen=True)
class Kind:
    """`empties`: only these columns go, the row stays. `account`: whose hold keeps it."""

    table: Table
    moment: ColumnElement[Any]
    where: tuple[ColumnElement[bool], ...] = ()
    empties: tuple[str, ...] = ()
    account: ColumnElement[int] | None = None
    first: Callable[[Connection, ColumnElement[bool]], None] | None = None


def _cards(connection: Connection, which: ColumnElement[bool]) -> None:
    old = select(proposals.c.token).where(which)
    connection.execute(delete(proposal_cards).where(proposal_cards.c.token.in_(old)))


KINDS: Mapping[str, Kind] = {
    "proposals": Kind(proposals, proposals.c.made_at, (proposals.c.state.in_(ENDED),), first=_cards),
    "links": Kind(links, links.c.expires_at),
    "feedback": Kind(feedback, feedback.c.at),
    "deliveries": Kind(deliveries, deliveries.c.changed_at, (deliveries.c.state.in_(SETTLED),)),
    "notes": Kind(account_notes, account_notes.c.written_at, account=account_notes.c.account_id),
    "remarks": Kind(
        contacts,
        contacts.c.started_at,
        (contacts.c.note.is_not(None),),
        empties=("note",),
        account=contacts.c.account_id,
    ),
}
FILES = "rejects"


@dataclass(frozen=True)
class Past:
    """Of a kind: its term, how much is past it, how much of that a hold keeps, and when some went last."""

    kind: str
    days: int | None
    before: date | None
    rows: int
    held: int
    last: datetime | None


def past(connection: Connection, terms: Retention, now: datetime, rejects: Path | None = None) -> list[Past]:
    """What would go today; nothing is written."""
    last = {row.kind: row.at for row in connection.execute(_last())}
    found = []
    for name in (*KINDS, FILES):
        days: int | None = getattr(terms, name)
        if days is None:
            found.append(Past(name, None, None, 0, 0, last.get(name)))
            continue
        before = now - timedelta(days=days)
        if name == FILES:
            rows, held = len(_files(rejects, before)), 0
        else:
            rows, held = _counted(connection, KINDS[name], before)
        found.append(Past(name, days, before.date(), rows, held, last.get(name)))
    return found


def clear(connection: Connection, terms: Retention, now: datetime, rejects: Path | None = None) -> list[Past]:
    """Deletes what is past its term and unheld, and writes down how much; what went."""
    gone = [each for each in past(connection, terms, now, rejects) if each.rows or each.held]
    for each in gone:
        before = now - timedelta(days=each.days or 0)
        if each.kind == FILES:
            for path in _files(rejects, before):
                path.unlink(missing_ok=True)
        elif each.rows:
            _clear(connection, KINDS[each.kind], before)
        row = {"at": now, "kind": each.kind, "before_on": each.before, "rows": each.rows, "held": each.held}
        connection.execute(insert(retention_runs).values(**row))
    return gone


def debtors_past_term(connection: Connection, scope: Scope, today: date) -> tuple[int, list[tuple[str, str]]]:
    """How many accounts are past 72 months from their first default; the oldest, with their clients."""
    old = accounts.c.first_default_on < months_before(today, DEFAULT_MONTHS)
    limits = (old, ~accounts.c.account_no.startswith(f"{PREFIX}-"), *accounts_within(scope, today))
    total = connection.execute(select(func.count()).select_from(accounts).where(*limits)).scalar_one()
    query = select(accounts.c.account_no, clients.c.name).join(clients, clients.c.id == accounts.c.client_id)
    oldest = query.where(*limits).order_by(accounts.c.first_default_on, accounts.c.id).limit(MANY)
    return total, [(row.account_no, row.name) for row in connection.execute(oldest)]


# --- One kind --------------------------------------------------------------------------------------


def _which(kind: Kind, before: datetime, *, held: bool) -> ColumnElement[bool]:
    old = and_(kind.moment < before, *kind.where)
    if kind.account is None:
        return old
    keeps = kind.account.in_(_held_accounts())
    return and_(old, keeps if held else ~keeps)


def _held_accounts() -> Select[int]:
    """Those with an open hold; a death keeps nothing."""
    return select(cases.c.account_id).where(
        cases.c.register == "holds", cases.c.closed_on.is_(None), cases.c.kind != LETS_GO
    )


def _counted(connection: Connection, kind: Kind, before: datetime) -> tuple[int, int]:
    counts = []
    for held in (False, True):
        if held and kind.account is None:
            counts.append(0)
            continue
        query = select(func.count()).select_from(kind.table).where(_which(kind, before, held=held))
        counts.append(connection.execute(query).scalar_one())
    return counts[0], counts[1]


def _clear(connection: Connection, kind: Kind, before: datetime) -> None:
    which = _which(kind, before, held=False)
    if kind.first is not None:
        kind.first(connection, which)
    if kind.empties:
        connection.execute(update(kind.table).where(which).values(dict.fromkeys(kind.empties)))
    else:
        connection.execute(delete(kind.table).where(which))


def _files(folder: Path | None, before: datetime) -> list[Path]:
    if folder is None or not folder.is_dir():
        return []
    return [path for path in sorted(folder.glob("*.csv")) if path.stat().st_mtime < before.timestamp()]


def _last() -> Select[str, datetime]:
    return (
        select(retention_runs.c.kind, func.max(retention_runs.c.at).label("at"))
        .where(retention_runs.c.rows > 0)
        .group_by(retention_runs.c.kind)
    )
