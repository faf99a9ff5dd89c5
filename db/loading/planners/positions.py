"""Balances at a cut, and accounts the client takes back."""

from datetime import date

import polars as pl
from sqlalchemy import Connection, Executable, or_, select, update

from db.loading.bucketing import bucketed
from db.loading.known import Job, reject_repeats
from db.loading.mapping import Typed
from db.loading.pipes import read_frame
from db.loading.plan import ACT, CHANGED, NEW, SAME, Insert, Plan, Run, Update, compared, sound
from db.loading.planners.common import complete
from db.tables.facts import balances
from db.tables.reference import accounts

_MANY = 20_000
_KEY = ("client_id", "as_of", "account_id")
_SENT = ("balance_cents", "overdue_cents", "dpd", "bucket", "bucket_no", "status")


def plan_balances(job: Job, typed: Typed) -> Plan:
    rows = job.with_account(complete(typed), "first_cut_on")
    rows = rows.rename({"balance": "balance_cents", "overdue": "overdue_cents"})
    rows = bucketed(reject_repeats(rows, _KEY, "account_no"), job)
    said = [c for c in _SENT if c not in ("overdue_cents", "status") or typed.has(c.removesuffix("_cents"))]
    # The bucket follows from days and status: comparing it would only cost.
    rows = _against_cuts(job.connection, rows, [c for c in said if not c.startswith("bucket")])
    plan = Plan(rows, covers="as_of")
    good = plan.good
    new = good.filter(pl.col(ACT) == NEW).sort(_KEY)
    changed = good.filter(pl.col(ACT) == CHANGED).sort(_KEY)  # in the table's own order: half the time
    plan.steps = [
        Insert(balances, new.select(*_KEY, "campaign_id", *_SENT)),
        Update(balances, _KEY, changed.select(*_KEY, *said)),
    ]
    plan.mark("positions", good.filter(pl.col(ACT) != SAME), "as_of")
    _first_cuts(plan, new)
    return plan


def _against_cuts(connection: Connection, rows: pl.DataFrame, said: list[str]) -> pl.DataFrame:
    """A cut nobody loaded before is all new, and needs no comparison."""
    cuts = sound(rows).select("client_id", "as_of").unique().rows()
    standing = [
        _cut(connection, client, as_of, said) for client, as_of in cuts if _loaded(connection, client, as_of)
    ]
    if not standing:
        return rows.with_columns(pl.lit(NEW).alias(ACT))
    return compared(rows, pl.concat(standing), _KEY, said)


def _loaded(connection: Connection, client_id: int, as_of: date) -> bool:
    query = select(balances.c.account_id).where(balances.c.client_id == client_id, balances.c.as_of == as_of)
    return connection.execute(query.limit(1)).first() is not None


def _cut(connection: Connection, client_id: int, as_of: date, said: list[str]) -> pl.DataFrame:
    columns = [balances.c[name] for name in (*_KEY, *said)]
    return read_frame(
        connection, select(*columns).where(balances.c.client_id == client_id, balances.c.as_of == as_of)
    )


def _first_cuts(plan: Plan, new: pl.DataFrame) -> None:
    """Accounts never seen at a cut, or not so early: from here on their placement no longer stands in."""
    earlier = new.filter(pl.col("first_cut_on").is_null() | (pl.col("as_of") < pl.col("first_cut_on")))
    if earlier.is_empty():
        return
    plan.mark_since("positions", earlier, "as_of")
    if earlier.height > _MANY:
        cuts = earlier.select("client_id", "as_of").unique().sort("client_id", "as_of")
        plan.steps += [Run(_first_cut(client, as_of)) for client, as_of in cuts.rows()]
        return
    firsts = earlier.group_by("account_id").agg(pl.col("as_of").min().alias("first_cut_on"))
    plan.steps.append(Update(accounts, ("id",), firsts.rename({"account_id": "id"}).sort("id")))


def _first_cut(client_id: int, as_of: date) -> Executable:
    """The same in one statement, from the cut just written; the earliest cut goes first and stays."""
    held = select(balances.c.account_id).where(balances.c.client_id == client_id, balances.c.as_of == as_of)
    later = or_(accounts.c.first_cut_on.is_(None), accounts.c.first_cut_on > as_of)
    return (
        update(accounts)
        .where(accounts.c.client_id == client_id, accounts.c.id.in_(held), later)
        .values(first_cut_on=as_of)
    )


def plan_recalls(job: Job, typed: Typed) -> Plan:
    rows = job.with_account(complete(typed))
    rows = reject_repeats(rows, ("account_id",), "account_no").rename({"reason": "recall_reason"})
    standing = job.accounts_of(rows, ("id", "recalled_on", "recall_reason")).rename({"id": "account_id"})
    said = ["recalled_on", *(["recall_reason"] if typed.has("reason") else [])]
    rows = compared(rows, standing, ("account_id",), said)
    never = pl.col("old_recalled_on").is_null()
    rows = rows.with_columns(pl.when(never).then(pl.lit(NEW)).otherwise(ACT).alias(ACT))
    plan = Plan(rows, covers="recalled_on")
    written = plan.good.filter(pl.col(ACT) != SAME)
    plan.steps = [Update(accounts, ("id",), written.select(pl.col("account_id").alias("id"), *said))]
    plan.mark("positions", written, "recalled_on", "old_recalled_on")
    for column in ("recalled_on", "old_recalled_on"):
        plan.mark_since("positions", written, column)
    return plan
