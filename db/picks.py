"""Which accounts a condition speaks of, as SQL over db/standing.py. The one place where accounts are picked.

Knows no name and no right: named things are ids here, money is pesos as people write it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, not_, or_, select

from db.agreement_rules import NOT_IN_FORCE
from db.periods import Period
from db.tables.agency import agreements
from db.tables.cells import agreement_results, promise_results
from db.tables.facts import contacts, payments, promises
from db.tables.reference import accounts

Columns = Mapping[str, ColumnElement[Any]]
NAMED = ("client", "campaign", "agent", "supervisor")
FINAL = ("kept", "partial", "broken")
PROMISE = ("open", *FINAL, "renewed", "due_today", "due_tomorrow")
PROMISE_STATUS = ("open", *FINAL, "renewed", "cancelled")
AGREEMENT_STATUS = (
    *("draft", "to_authorize", "authorized", "formalized", "active"),
    *("fulfilled", "broken", "renewed", "cancelled", "expired"),
)
_COLUMN = {
    **{name: f"{name}_id" for name in NAMED},
    "bucket": "bucket",
    "product": "product",
    "state": "state",
    "dial_mode": "mode",
    "special": "special",
    "status": "status",
    "balance": "balance_cents",
    "amount": "amount_cents",
    "days_past_due": "dpd",
}
_COMPARED: dict[str, Callable[[ColumnElement[Any], Any], ColumnElement[bool]]] = {
    "lt": lambda column, value: column < value,
    "le": lambda column, value: column <= value,
    "gt": lambda column, value: column > value,
    "ge": lambda column, value: column >= value,
}
_MONEY = ("balance", "amount")
_MEASURED = (*_MONEY, "days_past_due")
_LISTED = ("eq", "in", "ne", "not_in")
MOST_DAYS = 3_660
_LATELY = {"last_contact": (contacts, contacts.c.started_on), "last_payment": (payments, payments.c.paid_on)}


class Unpickable(Exception):
    """Nobody can pick accounts by this field, or not in this way."""


@dataclass(frozen=True)
class Pick:
    """One condition. `values` are ids for named things, pesos for money, numbers for accounts."""

    field: str
    op: str
    values: tuple[Any, ...]


def condition(pick: Pick, columns: Columns, today: date) -> ColumnElement[bool]:
    """Over rows of `db.standing`. Raises Unpickable."""
    if pick.field in _LATELY:
        return _nothing_lately(pick, columns, today)
    if pick.field in ("promise", "agreement"):
        return _listed(pick, lambda wanted: _spoken(pick.field, wanted, columns, today))
    if pick.field == "account":
        return _listed(pick, lambda wanted: or_(*(_numbered(each, columns) for each in wanted)))
    column, values = columns.get(_COLUMN.get(pick.field, "")), pick.values
    if column is None or not all(_fits(pick.field, value) for value in values):
        raise Unpickable(pick.field)
    if pick.field in _MONEY:
        values = tuple(int(Decimal(str(value)) * 100) for value in values)
    if pick.op in _LISTED:
        return _listed(pick, lambda _: column.in_(values), column)
    if pick.field not in _MEASURED:
        raise Unpickable(pick.field)
    if pick.op == "between" and len(values) == 2:
        return column.between(*values)
    if pick.op in _COMPARED and len(values) == 1:
        return _COMPARED[pick.op](column, values[0])
    raise Unpickable(pick.field)


def _fits(field: str, value: Any) -> bool:
    """Of the column's own kind: a database compares no text with a number."""
    if field == "special":
        return isinstance(value, bool)
    if field in _MEASURED:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, int if field in NAMED else str)


def _listed(
    pick: Pick,
    among: Callable[[tuple[Any, ...]], ColumnElement[bool]],
    column: ColumnElement[Any] | None = None,
) -> ColumnElement[bool]:
    """Leaving some out keeps what says nothing of it: an account without a product is no credit card."""
    if pick.op in ("eq", "in"):
        return among(pick.values)
    if pick.op in ("ne", "not_in"):
        out = not_(among(pick.values))
        return out if column is None else or_(column.is_(None), out)
    raise Unpickable(pick.field)


def _numbered(wanted: Any, columns: Columns) -> ColumnElement[bool]:
    """An account number; or a client's id and its number, as two clients may use the same one."""
    client, number = wanted if isinstance(wanted, tuple) else (None, wanted)
    same = func.lower(columns["number"]) == str(number).strip().lower()
    return same if client is None else and_(columns["client_id"] == client, same)


def _nothing_lately(pick: Pick, columns: Columns, today: date) -> ColumnElement[bool]:
    """No attempt of any kind, or no money that stayed: in the last days, today among them, or between two."""
    if pick.op != "not_in_period":
        raise Unpickable(pick.field)
    table, day = _LATELY[pick.field]
    within = (table.c.account_id == columns["account_id"], day.between(*_days(pick, today)))
    if pick.field == "last_payment":
        paid = select(func.sum(payments.c.amount_cents)).where(*within).correlate(accounts)
        return func.coalesce(paid.scalar_subquery(), 0) <= 0
    return not_(select(literal(1)).where(*within).correlate(accounts).exists())


def _days(pick: Pick, today: date) -> tuple[date, date]:
    match pick.values:
        case (int(n),) if 0 < n <= MOST_DAYS:
            return today - timedelta(days=n - 1), today
        case (str(first), str(last)):
            try:
                over = Period(start=date.fromisoformat(first), end=date.fromisoformat(last))
            except ValueError:
                raise Unpickable(pick.field) from None
            return over.start, over.end
    raise Unpickable(pick.field)


def _spoken(field: str, wanted: tuple[Any, ...], columns: Columns, today: date) -> ColumnElement[bool]:
    of = _promised if field == "promise" else _agreed
    return or_(*(of(str(status), columns, today).correlate(accounts).exists() for status in wanted))


# --- Promises --------------------------------------------------------------------------------------


def promise_status(today: date) -> ColumnElement[str]:
    """What may be said of a promise today: open until its window has closed and the payment file is in.

    One that no refresh has judged yet is open.
    """
    result = promise_results
    return case(
        (result.c.status == "renewed", "renewed"),
        (or_(result.c.promise_id.is_(None), result.c.decide_on > today), "open"),
        else_=result.c.status,
    )


def _promised(status: str, columns: Columns, today: date) -> Select[int]:
    """How a promise ended is said of the account while no later one was made: what came after counts more."""
    if status not in PROMISE:
        raise Unpickable("promise")
    mine = promises.c.account_id == columns["account_id"]
    judged = promises.outerjoin(promise_results, promise_results.c.promise_id == promises.c.id)
    query = select(literal(1)).select_from(judged).where(mine)
    if status in ("due_today", "due_tomorrow"):
        due = today + timedelta(days=status == "due_tomorrow")
        return query.where(promises.c.due_on == due, promise_status(today) == "open")
    query = query.where(promise_status(today) == status)
    if status in FINAL:
        later = promises.alias("later")
        newer = select(literal(1)).where(
            later.c.account_id == promises.c.account_id, later.c.made_on > promises.c.made_on
        )
        query = query.where(not_(newer.correlate(promises).exists()))
    return query


# --- Agreements ------------------------------------------------------------------------------------


def agreement_status(today: date) -> ColumnElement[str]:
    """As it was written down while it is not in force; then as its money says, once that holds."""
    result = agreement_results
    untold = or_(result.c.agreement_id.is_(None), result.c.settled_on > today)
    return case(
        (agreements.c.status.in_(NOT_IN_FORCE), agreements.c.status),
        (untold, "active"),
        else_=result.c.status,
    )


def _agreed(status: str, columns: Columns, today: date) -> Select[int]:
    if status not in AGREEMENT_STATUS:
        raise Unpickable("agreement")
    judged = agreements.outerjoin(agreement_results, agreement_results.c.agreement_id == agreements.c.id)
    return (
        select(literal(1))
        .select_from(judged)
        .where(agreements.c.account_id == columns["account_id"], agreement_status(today) == status)
    )
