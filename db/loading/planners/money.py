"""Payments and their reversals, costs, and what is wanted of a period: targets and budgets."""

from typing import Any

import polars as pl
from sqlalchemy import Table, select

from db.goals import MICROS
from db.loading.columns import add_faults
from db.loading.faults import Note
from db.loading.known import Job, reject_repeats
from db.loading.mapping import Typed
from db.loading.pipes import read_frame
from db.loading.plan import ACT, CHANGED, SAME, Plan
from db.loading.planners.common import complete, merge, not_before, of_accounts
from db.metrics import load_catalogue
from db.tables.agency import agreements, budgets
from db.tables.facts import costs, payments, promises, targets

_FEW = 20_000
_PART = 5_000


def plan_payments(job: Job, typed: Typed) -> Plan:
    rows = job.with_account(complete(typed))
    rows = rows.with_columns(pl.col("posted_on").fill_null(pl.col("paid_on"))).rename(
        {"amount": "amount_cents"}
    )
    rows = add_faults(rows, "amount", {"zero_amount": (rows["amount_cents"] == 0).fill_null(value=False)})
    rows = reject_repeats(rows, ("client_id", "payment_ref"), "payment_ref")
    standing = _standing_payments(job, rows)
    columns = dict.fromkeys(("client_id", "account_id", "payment_ref", "paid_on", "amount_cents"), True) | {
        "posted_on": typed.has("posted_on"),
        "channel": typed.has("channel"),
        "reverses_ref": "reverses_ref" in typed.frame.columns,
    }
    rows, steps = merge(
        payments, rows, standing, ("client_id", "payment_ref"), columns | {"campaign_id": False}
    )
    plan = Plan(rows, covers="paid_on", steps=steps)
    _mark_money(plan, standing)
    _mark_left(job, plan)
    return plan


def _standing_payments(job: Job, rows: pl.DataFrame) -> pl.DataFrame:
    """The payments the file names, or takes back."""
    refs = pl.concat([rows["payment_ref"], rows["reverses_ref"].alias("payment_ref")]).drop_nulls().unique()
    query = select(*(c for c in payments.c if c.name not in ("load_id", "campaign_id")))
    found = [read_frame(job.connection, query.limit(0))]
    for client in rows["client_id"].drop_nulls().unique().to_list():
        mine = query.where(payments.c.client_id == client)
        if len(refs) > _FEW:
            found.append(read_frame(job.connection, mine))
            continue
        for start in range(0, len(refs), _PART):
            part = refs.slice(start, _PART).to_list()
            found.append(read_frame(job.connection, mine.where(payments.c.payment_ref.in_(part))))
    return pl.concat(found)


def _mark_money(plan: Plan, standing: pl.DataFrame) -> None:
    """Money posted, corrected or taken back touches the day it stands on and the day it stood on."""
    written = plan.good.filter(pl.col(ACT) != SAME)
    corrected = written.filter(pl.col(ACT) == CHANGED)
    plan.mark("payments", written, "paid_on")
    plan.mark("payments", corrected, "old_paid_on")
    # The day it is posted on now follows from the day paid; the one it was posted on nobody knows any more.
    plan.mark("posted", corrected, "old_posted_on")
    taken_back = written.filter(pl.col("reverses_ref").is_not_null()).select(
        "client_id", pl.col("reverses_ref").alias("payment_ref")
    )
    known = pl.concat([standing, plan.good], how="diagonal").select("client_id", "payment_ref", "paid_on")
    found = taken_back.join(
        known.unique(["client_id", "payment_ref"]), on=["client_id", "payment_ref"], how="left"
    )
    plan.mark("payments", found, "paid_on")
    lost = found["paid_on"].null_count()
    if lost:
        plan.notes.append(Note("load_reversed_unknown", {"n": lost}, warning=True))


def _mark_left(job: Job, plan: Plan) -> None:
    """An account whose payment went to another is found by no day paid: what it promised is judged anew."""
    changed = plan.good.filter((pl.col(ACT) == CHANGED) & (pl.col("old_account_id") != pl.col("account_id")))
    for source, table, day in (("promises", promises, "made_on"), ("agreements", agreements, "agreed_on")):
        plan.mark(source, of_accounts(job, table, changed["old_account_id"]), day)


def plan_costs(job: Job, typed: Typed) -> Plan:
    rows = job.with_campaign(complete(typed)).rename({"amount": "amount_cents"})
    key = ("campaign_id", "month", "category")
    rows = reject_repeats(rows, key, "category")
    standing = read_frame(job.connection, select(*(c for c in costs.c if c.name != "load_id")))
    rows, steps = merge(costs, rows, standing, key, dict.fromkeys((*key, "amount_cents"), True))
    return Plan(rows, covers="month", steps=steps)


_SCOPES = {
    "client": ("clients", "code"),
    "campaign": ("campaigns", "code"),
    "supervisor": ("people", "employee_no"),
    "agent": ("people", "employee_no"),
}


_WANTED: dict[str, Any] = {"owner": "INTERNA", "scope_code": ""}


def plan_targets(job: Job, typed: Typed) -> Plan:
    return _plan_wanted(job, complete(typed, _WANTED), targets, ("metric",))


def plan_budgets(job: Job, typed: Typed) -> Plan:
    """Of a metric or of a category of costs: one of the two."""
    rows = complete(typed, _WANTED | {"metric": "", "category": ""})
    unclear = (rows["metric"] == "") == (rows["category"] == "")
    rows = add_faults(rows, "metric", {"metric_or_category": unclear})
    return _plan_wanted(job, rows, budgets, ("metric", "category"))


def _plan_wanted(job: Job, rows: pl.DataFrame, table: Table, of: tuple[str, ...]) -> Plan:
    rows = _scoped(job, rows.rename({"value": "value_micros"}))
    unknown = ~rows["metric"].is_in([*load_catalogue().ids, ""]).fill_null(value=True)
    rows = not_before(add_faults(rows, "metric", {"unknown_metric": unknown}), "period_start", "period_end")
    rows = add_faults(rows, "value", {"rate_over": _over_its_rate(rows)})
    key = (*of, "scope", "scope_code", "period_start", "period_end", "owner")
    rows = reject_repeats(rows, key, "period_start" if len(of) > 1 else "metric")
    standing = read_frame(job.connection, select(*(c for c in table.c if c.name != "load_id")))
    rows, steps = merge(table, rows, standing, key, dict.fromkeys((*key, "value_micros"), True))
    return Plan(rows, covers="period_start", covers_to="period_end", steps=steps)


def _over_its_rate(rows: pl.DataFrame) -> pl.Series:
    """60 for 60 %: more than the rate can ever be."""
    most = {m.id: m.most * MICROS // 100 for m in load_catalogue().metrics.values() if m.unit == "rate"}
    bound = rows["metric"].replace_strict(most, default=None, return_dtype=pl.Int64)
    return (rows["value_micros"] > bound).fill_null(value=False)


def _scoped(job: Job, rows: pl.DataFrame) -> pl.DataFrame:
    """The code as the database writes it; the agency has none, and every other scope needs a known one."""
    code: Any = pl.when(pl.col("scope") == "agency").then(pl.lit(""))
    for scope, (book, column) in _SCOPES.items():
        known = getattr(job, book)[column]
        here = pl.col("scope") == scope
        named = (
            pl.col("scope_code")
            .str.to_uppercase()
            .replace_strict(known.str.to_uppercase(), known, default=None, return_dtype=pl.String)
        )
        code = code.when(here).then(named)
    rows = rows.with_columns(code.alias("scope_code"))
    lost = rows["scope"].is_not_null() & rows["scope_code"].is_null()
    return add_faults(rows, "scope_code", {"orphan_scope": lost})
