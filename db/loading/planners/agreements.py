"""Agreements as the files tell them: what was agreed, and the status given to it. Knows no payment."""

from datetime import date

import polars as pl

from db.calendars import load_calendars
from db.loading.columns import add_faults, by_text, local_day
from db.loading.known import Job, reject_repeats
from db.loading.mapping import Typed
from db.loading.plan import ACT, SAME, Plan
from db.loading.planners.common import complete, in_range, merge, of_accounts
from db.tables.agency import agreements

KEY = ("account_id", "agreed_at")
MOST_INSTALLMENTS = 120
_WHOLE = 1_000_000  # 100 % in millionths
_DEFAULTS = {"frequency": "mensual", "discount_pct": 0, "status": "active"}


def plan_agreements(job: Job, typed: Typed) -> Plan:
    rows = complete(typed, _DEFAULTS).with_columns(local_day("agreed_at").alias("agreed_on"))
    rows = job.with_person(job.with_account(_checked(_first_due(rows))), "agent_employee_no", "agent_id")
    rows = rows.rename({"total": "total_cents", "discount_pct": "discount_micros"})
    rows = reject_repeats(rows, KEY, "agreed_at")
    columns = dict.fromkeys((*KEY, "agreed_on", "total_cents", "installments"), True) | {
        "client_id": False,
        "campaign_id": False,
        "first_due_on": typed.has("first_due_on"),
        "frequency": typed.has("frequency"),
        "discount_micros": typed.has("discount_pct"),
        "status": typed.has("status"),
        "agent_id": typed.has("agent_employee_no"),
    }
    rows, steps = merge(agreements, rows, of_accounts(job, agreements, rows["account_id"]), KEY, columns)
    plan = Plan(rows, covers="agreed_on", steps=steps)
    plan.mark("agreements", plan.good.filter(pl.col(ACT) != SAME), "agreed_on")
    return plan


def _first_due(rows: pl.DataFrame) -> pl.DataFrame:
    """Where the file does not say it, the first payment is due on the next day the banks open."""
    bank = load_calendars().bank

    def next_open(day: date) -> date:
        return bank.add_business_days(day, 1)

    usual = by_text(rows["agreed_on"], next_open, pl.Date).alias("usual")
    return rows.with_columns(pl.col("first_due_on").fill_null(usual))


def _checked(rows: pl.DataFrame) -> pl.DataFrame:
    # Whoever is let off all of it has nothing to agree to pay; and each instalment is a centavo at least.
    rows = in_range(in_range(rows, 1, MOST_INSTALLMENTS, "installments"), 0, _WHOLE - 1, "discount_pct")
    too_little = (rows["total"] < rows["installments"]).fill_null(value=False)
    rows = add_faults(rows, "total", {"not_positive": too_little})
    early = (rows["first_due_on"] < rows["agreed_on"]).fill_null(value=False)
    return add_faults(rows, "first_due_on", {"before_agreed": early})
