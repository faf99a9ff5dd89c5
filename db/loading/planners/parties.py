"""Clients and their campaigns."""

from datetime import date

import polars as pl
from sqlalchemy import select

from db.buckets import DEFAULT_EDGES, edges_of
from db.loading.bucketing import rebucket
from db.loading.columns import add_faults, by_text
from db.loading.known import Job, reject_repeats
from db.loading.mapping import Typed
from db.loading.pipes import read_frame
from db.loading.plan import ACT, CHANGED, Plan, Run, Since
from db.loading.planners.common import complete, merge
from db.tables.agency import agreements
from db.tables.facts import balances
from db.tables.reference import accounts, campaigns, clients

_CLIENT_DEFAULTS = {
    "regime": "FINANCIERA",
    "bucket_edges": DEFAULT_EDGES,
    "promise_grace_days": 2,
    "promise_threshold_pct": 100,
    "payment_lag_days": 2,
    "pay_accounts": "",
}
_PROMISE_RULES = ("promise_grace_days", "promise_threshold_pct", "payment_lag_days")
EVER = date(1900, 1, 1)


def plan_clients(job: Job, typed: Typed) -> Plan:
    rows = complete(typed, _CLIENT_DEFAULTS)
    rows = add_faults(
        rows, "bucket_edges", {"bad_edges": ~by_text(rows["bucket_edges"], _edges_rise, pl.Boolean)}
    )
    rows = add_faults(
        rows, "promise_threshold_pct", {"out_of_range": ~rows["promise_threshold_pct"].is_between(1, 100)}
    )
    for column in ("promise_grace_days", "payment_lag_days"):
        rows = add_faults(rows, column, {"out_of_range": ~rows[column].is_between(0, 60)})
    rows = reject_repeats(rows, ["code"], "code")
    columns = {"code": True, "name": True, **{c: typed.has(c) for c in _CLIENT_DEFAULTS}}
    rows, steps = merge(clients, rows, job.clients, ["code"], columns)
    plan = Plan(rows, steps=steps)
    _rules_changed(job, plan, columns)
    return plan


def _edges_rise(text: str) -> bool:
    try:
        return bool(edges_of(text))
    except ValueError:
        return False


def _rules_changed(job: Job, plan: Plan, said: dict[str, bool]) -> None:
    """New edges put every position in its new bucket; new promise rules decide every promise again,
    and every instalment."""
    changed = plan.good.filter(pl.col(ACT) == CHANGED)
    for row in changed.rows(named=True):
        if said["bucket_edges"] and row["bucket_edges"] != row["old_bucket_edges"]:
            plan.steps += [
                Run(rebucket(table, row["old_id"], row["bucket_edges"])) for table in (balances, accounts)
            ]
            plan.marks.append(Since(EVER, "positions", row["old_id"]))
        if any(said[rule] and row[rule] != row[f"old_{rule}"] for rule in _PROMISE_RULES):
            plan.marks.append(Since(EVER, "promises", row["old_id"]))
            agreed = select(agreements.c.client_id, agreements.c.agreed_on).distinct()
            mine = read_frame(job.connection, agreed.where(agreements.c.client_id == row["old_id"]))
            plan.mark("agreements", mine, "agreed_on")


def plan_campaigns(job: Job, typed: Typed) -> Plan:
    rows = job.with_client(complete(typed, {"kind": "COBRANZA"}))
    rows = reject_repeats(rows, ["code"], "code")
    columns = {"code": True, "client_id": True, "name": True} | {
        c: typed.has(c) for c in ("kind", "starts_on", "ends_on")
    }
    owners = job.campaigns.select("code", pl.col("client_id").alias("owner"))
    owned = rows.join(owners, on="code", how="left", maintain_order="left")["owner"]
    rows = add_faults(rows, "code", {"campaign_taken": (owned != rows["client_id"]).fill_null(value=False)})
    rows, steps = merge(campaigns, rows, job.campaigns, ["code"], columns)
    return Plan(rows, steps=steps)
