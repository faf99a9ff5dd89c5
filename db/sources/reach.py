"""First and last day of the facts that have no cells, so that an answer can say how far its data goes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, func, select, union_all

from db.periods import Period, month_of
from db.sources.voice import COMPLAINTS
from db.tables.agency import agreements, cases, evaluations, sales, trainings
from db.tables.cells import installment_results
from db.tables.facts import costs, shifts, surveys
from db.tables.law import searched_days
from db.tables.reference import accounts, campaigns


@dataclass(frozen=True)
class Kept:
    """Where a source's days stand: every column counts, and its client where it knows one."""

    rows: FromClause
    days: tuple[ColumnElement[date], ...]
    client: ColumnElement[Any] | None = None
    months: bool = False  # a row stands on its month's first day, for the whole of it
    where: ColumnElement[bool] | None = None


KEPT: dict[str, Kept] = {
    "shifts": Kept(shifts, (shifts.c.starts_on,)),
    "evaluations": Kept(evaluations, (evaluations.c.evaluated_on,)),
    "trainings": Kept(trainings, (trainings.c.assigned_on, trainings.c.passed_on)),
    "surveys": Kept(
        surveys.outerjoin(accounts, accounts.c.id == surveys.c.account_id),
        (surveys.c.answered_on,),
        accounts.c.client_id,
    ),
    "complaints": Kept(
        cases, (cases.c.received_on,), cases.c.client_id, where=cases.c.register == COMPLAINTS
    ),
    "installments": Kept(
        installment_results.join(agreements, agreements.c.id == installment_results.c.agreement_id),
        (installment_results.c.due_on,),
        agreements.c.client_id,
    ),
    "costs": Kept(
        costs.join(campaigns, campaigns.c.id == costs.c.campaign_id),
        (costs.c.month,),
        campaigns.c.client_id,
        months=True,
    ),
    "breaches": Kept(searched_days, (searched_days.c.day,)),  # none in a day searched is none
    "sales": Kept(sales, (sales.c.sold_on,), sales.c.client_id),
}


def reach(connection: Connection, name: str, clients: Collection[int] | None = None) -> Period | None:
    """The days the source's rows speak of, of these clients (None = all); None where it has no rows.

    Each end is a query of its own: an index gives a minimum or a maximum at once, not both together.
    """
    kept = KEPT[name]
    where = [] if kept.where is None else [kept.where]
    if clients is not None and kept.client is not None:
        where.append(kept.client.in_(clients))
    source = kept.rows
    each = [end(day) for end in (func.min, func.max) for day in kept.days]
    ends = union_all(*(select(end).select_from(source).where(*where) for end in each))
    days: list[date | None] = list(connection.execute(ends).scalars())
    known = [day for day in days if day is not None]
    if not known:
        return None
    return Period(start=min(known), end=month_of(max(known)).end if kept.months else max(known))
