"""Complaints, ARCO requests, holds and opt-outs: a register a kind of file, each case brought up to date."""

import polars as pl

from db.loading.columns import local_day
from db.loading.known import Job, reject_repeats
from db.loading.mapping import Typed
from db.loading.plan import Plan
from db.loading.planners.common import complete, merge, not_before, of_accounts
from db.tables.agency import cases

KEY = ("account_id", "received_at", "kind")


def plan_cases(job: Job, typed: Typed) -> Plan:
    register = typed.choice.kind
    rows = job.with_account(complete(typed, {"kind": ""})).with_columns(
        pl.lit(register).alias("register"),
        local_day("received_at").alias("received_on"),
        local_day("closed_at").alias("closed_on"),
    )
    # By days: a file that says the day of a closing may leave out its time.
    rows = not_before(rows, "received_on", "closed_on", "closed_at")
    rows = reject_repeats(rows, KEY, "received_at")
    standing = of_accounts(job, cases, rows["account_id"]).filter(pl.col("register") == register)
    columns = dict.fromkeys((*KEY, "received_on"), True) | {
        "register": False,
        "client_id": False,
        "campaign_id": False,
        "closed_on": typed.has("closed_at"),
        **{c: typed.has(c) for c in ("channel", "status", "closed_at", "note")},
    }
    rows, steps = merge(cases, rows, standing, KEY, columns)
    return Plan(rows, covers="received_on", steps=steps)
