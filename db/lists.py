"""Accounts, promises, agreements and payments as lists in somebody's scope: how many, how much, which first.

The database counts, sums and orders; only the rows that are shown are read. Knows no sentence.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    and_,
    case,
    false,
    func,
    select,
    true,
)

from db.access import scope_conditions
from db.periods import Period
from db.picks import (
    AGREEMENT_STATUS,
    PROMISE_STATUS,
    Columns,
    Pick,
    Unpickable,
    agreement_status,
    condition,
    promise_status,
)
from db.scope import Scope
from db.sources.owners import with_supervisor
from db.standing import standing
from db.tables.agency import agreements
from db.tables.cells import (
    agreement_results,
    installment_results,
    payment_credits,
    promise_results,
)
from db.tables.facts import contacts, payments, promises
from db.tables.reference import accounts

OPEN = Pick("status", "eq", ("open",))
ACTIVE = Pick("status", "eq", ("active",))
NEVER = date(1900, 1, 1)  # of an account nobody has tried yet: the longest ago
_OWN = ("client", "campaign", "agent", "supervisor", "account", "amount", "status")


@dataclass(frozen=True)
class Listing:
    """Rows not read yet. `money` is summed; `orders` are what they can be ordered by, upwards."""

    query: Select[Any]
    money: ColumnElement[Any]
    orders: Mapping[str, ColumnElement[Any]]
    ties: Sequence[ColumnElement[Any]]

    def totals(self, connection: Connection) -> tuple[int, int]:
        counted = self.query.with_only_columns(func.count(), func.coalesce(func.sum(self.money), 0))
        n, cents = connection.execute(counted).one()
        return int(n), int(cents)

    def rows(
        self, connection: Connection, order: str, *, upwards: bool, limit: int | None
    ) -> Iterator[Row[Any]]:
        by = self.orders[order]
        yield from connection.execute(
            self.query.order_by(by.asc() if upwards else by.desc(), *self.ties).limit(limit)
        )


def accounts_listed(connection: Connection, scope: Scope, today: date, picks: Sequence[Pick]) -> Listing:
    stands = standing(connection, scope, today)
    touched = (
        select(func.max(contacts.c.started_on))
        .where(contacts.c.account_id == accounts.c.id)
        .correlate(accounts)
        .scalar_subquery()
    )
    columns = stands.columns
    names = ("number", "client_id", "agent_id", "bucket", "dpd", "balance_cents", "product", "account_id")
    query = stands.select(*names).add_columns(touched.label("touched_on"))
    limits = (condition(each, columns, today) for each in picks)
    orders = {
        "balance": columns["balance_cents"],
        "days_past_due": columns["dpd"],
        "last_contact": func.coalesce(touched, NEVER),
    }
    ties = (columns["number"], columns["account_id"])
    return Listing(query.where(*limits), columns["balance_cents"], orders, ties)


def accounts_totals(
    connection: Connection,
    scope: Scope,
    today: date,
    picks: Sequence[Pick],
    lists: Sequence[Sequence[Pick]],
) -> list[tuple[int, int]]:
    """How many accounts and how much money each of several lists holds that share `picks`: as each would say
    by itself, in one pass over them."""
    stands = standing(connection, scope, today)
    columns, money = stands.columns, stands.columns["balance_cents"]
    held = [and_(true(), *(condition(each, columns, today) for each in own)) for own in lists]
    sums = [func.coalesce(func.sum(case((each, money), else_=0)), 0) for each in held]
    counts = [func.coalesce(func.sum(case((each, 1), else_=0)), 0) for each in held]
    limits = (condition(each, columns, today) for each in picks)
    query = select(*counts, *sums).select_from(stands.rows).where(*stands.within, *limits)
    row = [int(value) for value in connection.execute(query).one()]
    return list(zip(row[: len(lists)], row[len(lists) :], strict=True))


def promises_listed(
    connection: Connection,
    scope: Scope,
    today: date,
    picks: Sequence[Pick],
    *,
    over: Period | None,
    by_due: bool,
) -> Listing:
    """Those made in the period, or due in it."""
    rows = promises.outerjoin(promise_results, promise_results.c.promise_id == promises.c.id)
    of = (promises.c.agent_id, promises.c.made_on, promises.c.amount_cents)
    facts = _Facts.of(rows, promises, *of).judged(promise_status(today), PROMISE_STATUS)
    day = promises.c.due_on if by_due else promises.c.made_on
    more = (promises.c.made_on, promises.c.due_on, promise_results.c.allocated_cents.label("paid_cents"))
    return facts.listing(connection, scope, today, picks, over, day, more)


def agreements_listed(
    connection: Connection,
    scope: Scope,
    today: date,
    picks: Sequence[Pick],
    *,
    over: Period | None,
    by_due: bool = False,
) -> Listing:
    """Those agreed in the period; or with a payment that falls due in it and is not covered."""
    rows = agreements.outerjoin(agreement_results, agreement_results.c.agreement_id == agreements.c.id)
    day = agreements.c.agreed_on
    facts = _Facts.of(rows, agreements, agreements.c.agent_id, day, agreements.c.total_cents)
    facts = facts.judged(agreement_status(today), AGREEMENT_STATUS)
    more = (
        *(day, agreements.c.installments, agreements.c.first_due_on, agreements.c.discount_micros),
        agreement_results.c.paid_cents,
    )
    if not by_due or over is None:
        return facts.listing(connection, scope, today, picks, over, day, more)
    every = facts.listing(connection, scope, today, picks, None, day, more)
    return replace(every, query=every.query.where(_owing_in(over)))


def _owing_in(over: Period) -> ColumnElement[bool]:
    part = installment_results.c
    own = part.agreement_id == agreements.c.id, part.allocated_cents < part.amount_cents
    return select(part.agreement_id).where(*own, part.due_on.between(over.start, over.end)).exists()


def payments_listed(
    connection: Connection, scope: Scope, today: date, picks: Sequence[Pick], *, over: Period | None
) -> Listing:
    """By the agent each is credited to, as the KPIs do; money given back is negative."""
    rows = payments.outerjoin(payment_credits, payment_credits.c.payment_id == payments.c.id)
    agent, day = payment_credits.c.agent_id, payments.c.paid_on
    facts = _Facts.of(rows, payments, agent, day, payments.c.amount_cents)
    return facts.listing(connection, scope, today, picks, over, day, (day, payments.c.channel))


@dataclass(frozen=True)
class _Facts:
    """What happened to accounts, with whose it is: as the KPIs of the same rows have it."""

    rows: FromClause
    columns: Columns
    id: ColumnElement[Any]
    states: Sequence[str] = ()  # what may be asked of its status

    @classmethod
    def of(
        cls,
        rows: FromClause,
        table: Any,
        agent: ColumnElement[Any],
        day: ColumnElement[date],
        cents: ColumnElement[Any],
    ) -> "_Facts":
        owned, supervisor = with_supervisor(
            rows.join(accounts, accounts.c.id == table.c.account_id), agent, day
        )
        columns: dict[str, ColumnElement[Any]] = {
            "account_id": table.c.account_id,
            "number": accounts.c.account_no,
            "client_id": table.c.client_id,
            "campaign_id": table.c.campaign_id,
            "agent_id": func.coalesce(agent, 0),
            "supervisor_id": supervisor,
            "amount_cents": cents,
        }
        return cls(owned, columns, table.c.id)

    def judged(self, status: ColumnElement[str], states: Sequence[str]) -> "_Facts":
        """With what is said of each."""
        return replace(self, columns={**self.columns, "status": status}, states=states)

    def listing(
        self,
        connection: Connection,
        scope: Scope,
        today: date,
        picks: Sequence[Pick],
        over: Period | None,
        day: ColumnElement[date],
        more: Sequence[ColumnElement[Any]],
    ) -> Listing:
        limits = [*scope_conditions(scope, self.columns), *self._picked(connection, scope, today, picks)]
        if not scope.shows("agent"):
            limits.append(false())  # aggregates only: no account
        if over is not None:
            limits.append(day.between(over.start, over.end))
        chosen = [column.label(name) for name, column in self.columns.items()]
        query = select(*chosen, *more).select_from(self.rows).where(*limits)
        orders = {"amount": self.columns["amount_cents"], "date": day}
        return Listing(query, self.columns["amount_cents"], orders, (self.columns["number"], self.id))

    def _picked(
        self, connection: Connection, scope: Scope, today: date, picks: Sequence[Pick]
    ) -> Iterator[ColumnElement[bool]]:
        """What is not the row's own is its account's, as it stands today."""
        theirs = []
        for each in picks:
            if each.field in _OWN:
                if each.field == "status" and not set(each.values) <= set(self.states):
                    raise Unpickable("status")
                yield condition(each, self.columns, today)
            else:
                theirs.append(each)
        if theirs:
            stands = standing(connection, replace(scope, agents=None, supervisors=None), today)
            limits = [condition(each, stands.columns, today) for each in theirs]
            yield self.columns["account_id"].in_(stands.select("account_id").where(*limits))
