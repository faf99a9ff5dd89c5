"""Writes down a promise to pay from chat, and takes it back. Decides nothing of whether it may be.

Its results stand in the same transaction; the cells follow with the next refresh, which is told what changed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, FromClause, Select, delete, insert, select

from db.agreement_rules import NOT_IN_FORCE
from db.calendars import Calendars
from db.dirty import mark_dirty
from db.picks import agreement_status, promise_status
from db.promises import refresh_promises
from db.scope import Scope
from db.standing import standing
from db.tables.agency import agreements
from db.tables.cells import agreement_results, promise_results
from db.tables.facts import promises
from db.tables.promised import chat_promises
from db.tables.reference import accounts


@dataclass(frozen=True)
class Owed:
    """What an account owes by its client's last file."""

    balance_cents: int
    dpd: int
    bucket: str
    as_of: date


@dataclass(frozen=True)
class Made:
    """A promise of an account. `by`: who wrote it down from chat, None where a file brought it."""

    id: int
    made_on: date
    due_on: date
    cents: int
    by: int | None


@dataclass(frozen=True)
class NewPromise:
    account: int
    agent: int | None
    due_on: date
    cents: int


def owed(connection: Connection, scope: Scope, account: int, today: date) -> Owed | None:
    """None for one that is no longer in the portfolio, or out of reach."""
    wanted = select(accounts.c.id).where(accounts.c.id == account)
    stands = standing(connection, scope, today, among=wanted)
    row = connection.execute(stands.select("balance_cents", "dpd", "bucket", "client_id")).first()
    return None if row is None else Owed(row[0], row[1], row[2], stands.as_of[row[3]])


def open_promises(connection: Connection, account: int, today: date) -> list[Made]:
    """Those that may still be paid, by the day they fall due."""
    judged = promises.outerjoin(promise_results, promise_results.c.promise_id == promises.c.id)
    return _made(connection, _with_hand(judged, account).where(promise_status(today) == "open"))


def from_chat(connection: Connection, account: int, today: date) -> list[Made]:
    """Those of today that were written down from chat: the ones that can still be taken back."""
    rows = _with_hand(promises, account).where(
        promises.c.made_on == today, chat_promises.c.promise_id.is_not(None)
    )
    return _made(connection, rows)


def renews_another(connection: Connection, account: int, today: date) -> bool:
    """Whether those of today took the place of one that could still be paid: the latest before them."""
    judged = promises.join(promise_results, promise_results.c.promise_id == promises.c.id)
    latest = (
        select(promise_results.c.status, promise_results.c.window_ends_on)
        .select_from(judged)
        .where(promises.c.account_id == account, promises.c.made_on < today)
        .order_by(promises.c.made_at.desc(), promises.c.id.desc())
        .limit(1)
    )
    row = connection.execute(latest).first()
    return row is not None and row.status == "renewed" and row.window_ends_on >= today


def _with_hand(rows: FromClause, account: int) -> Select[int, date, date, int, int | None]:
    joined = rows.outerjoin(chat_promises, chat_promises.c.promise_id == promises.c.id)
    columns = (promises.c.id, promises.c.made_on, promises.c.due_on, promises.c.amount_cents)
    return (
        select(*columns, chat_promises.c.recorded_by)
        .select_from(joined)
        .where(promises.c.account_id == account)
        .order_by(promises.c.due_on, promises.c.id)
    )


def _made(connection: Connection, query: Select[int, date, date, int, int | None]) -> list[Made]:
    return [Made(*row) for row in connection.execute(query)]


def has_agreement(connection: Connection, account: int, today: date) -> bool:
    """In force today."""
    judged = agreements.outerjoin(agreement_results, agreement_results.c.agreement_id == agreements.c.id)
    query = (
        select(agreements.c.id)
        .select_from(judged)
        .where(agreements.c.account_id == account, agreements.c.status.not_in(NOT_IN_FORCE))
        .where(agreement_status(today) == "active")
    )
    return connection.execute(query.limit(1)).first() is not None


# --- Written ---------------------------------------------------------------------------------------


def record(connection: Connection, calendars: Calendars, new: NewPromise, by: int, now: datetime) -> int:
    """`now` is in the agency's zone: its day counts."""
    owner = connection.execute(
        select(accounts.c.client_id, accounts.c.campaign_id).where(accounts.c.id == new.account)
    ).one()
    row = {
        "client_id": owner.client_id,
        "campaign_id": owner.campaign_id,
        "account_id": new.account,
        "agent_id": new.agent,
        "made_at": now,
        "made_on": now.date(),
        "due_on": new.due_on,
        "amount_cents": new.cents,
    }
    made = insert(promises).values(**row).returning(promises.c.id)
    promise = int(connection.execute(made).scalar_one())
    hand = {"promise_id": promise, "recorded_by": by, "recorded_at": now}
    connection.execute(insert(chat_promises).values(**hand))
    _redo(connection, calendars, new.account, owner.client_id, {now.date(), new.due_on}, now)
    return promise


def withdraw(connection: Connection, calendars: Calendars, promise: int, now: datetime) -> bool:
    """Out it goes, as if it had not been said; False where it was not written down today from chat."""
    found = connection.execute(
        select(promises.c.account_id, promises.c.client_id, promises.c.due_on)
        .join(chat_promises, chat_promises.c.promise_id == promises.c.id)
        .where(promises.c.id == promise, promises.c.made_on == now.date())
    ).first()
    if found is None:
        return False
    for table, column in (
        (promise_results, promise_results.c.promise_id),
        (chat_promises, chat_promises.c.promise_id),
        (promises, promises.c.id),
    ):
        connection.execute(delete(table).where(column == promise))
    _redo(connection, calendars, found.account_id, found.client_id, {now.date(), found.due_on}, now)
    # A payment of today may have been credited to whoever took it.
    mark_dirty(connection, "payments", found.client_id, [now.date()], now)
    return True


def _redo(
    connection: Connection,
    calendars: Calendars,
    account: int,
    client: int,
    days: Iterable[date],
    now: datetime,
) -> None:
    """The account's promises anew, as one renews another; and marks for the cells of all days concerned."""
    touched = refresh_promises(connection, calendars, accounts=[account])
    mark_dirty(connection, "promises", client, set(days), now)
    mark_dirty(connection, "promises_due", client, set(days) | touched.get(client, set()), now)
