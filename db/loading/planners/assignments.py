"""Who works which account, and since when: a new row closes the one before, an agent is never overwritten."""

from datetime import timedelta

import polars as pl

from db.loading.columns import ZONE, add_faults, local_day
from db.loading.known import Job, reject_repeats
from db.loading.mapping import Typed
from db.loading.plan import ACT, SAME, Insert, Plan, Step, Update, compared
from db.loading.planners.common import complete, of_accounts
from db.tables.reference import assignments

KEY = ("account_id", "from_at")
_COLUMNS = ("account_id", "agent_id", "mode", "from_at", "to_at", "from_on", "to_on")


def plan_assignments(job: Job, typed: Typed) -> Plan:
    rows = job.with_person(job.with_account(complete(typed)), "agent_employee_no", "agent_id")
    backwards = (rows["to_at"] <= rows["from_at"]).fill_null(value=False)
    rows = reject_repeats(add_faults(rows, "to_at", {"ends_before_start": backwards}), KEY, "from_at")
    rows = rows.with_columns(local_day("from_at").alias("from_on"))
    plan = Plan(rows, covers="from_on")
    standing = of_accounts(job, assignments, plan.good["account_id"])
    said = ["agent_id", *(["mode"] if typed.has("mode") else []), *(["to_at"] if typed.has("to_at") else [])]
    plan.rows = compared(rows, _as_sent(standing, plan.good), KEY, said)
    plan.steps = history_steps(standing, plan.good.filter(pl.col(ACT) != SAME))
    mark_owners(plan, plan.good.filter(pl.col(ACT) != SAME))
    return plan


def _as_sent(standing: pl.DataFrame, sent: pl.DataFrame) -> pl.DataFrame:
    """A row whose end is only the next one's beginning was sent without an end; so it is compared."""
    following = pl.concat([standing.select(KEY), sent.select(KEY)]).unique(maintain_order=True)
    following = following.sort(KEY).with_columns(
        pl.col("from_at").shift(-1).over("account_id").alias("next_at")
    )
    joined = standing.join(following, on=list(KEY), how="left")
    return joined.with_columns(
        pl.when(pl.col("to_at").ne_missing(pl.col("next_at"))).then("to_at").alias("to_at")
    ).drop("next_at")


def history_steps(standing: pl.DataFrame, given: pl.DataFrame) -> list[Step]:
    """The history with the given rows in it: each ends where the next begins, or sooner where it says so."""
    sent = given.select("account_id", "agent_id", "mode", "from_at", "to_at")
    kept = standing.join(sent.select(KEY), on=list(KEY), how="anti")
    replaced = standing.join(sent.select(KEY), on=list(KEY), how="semi")
    ids = replaced.select("id", *KEY)
    sent = sent.join(ids, on=list(KEY), how="left")
    whole = pl.concat(
        [kept.select("id", *sent.drop("id").columns), sent.select("id", *sent.drop("id").columns)]
    )
    dated = _dated(whole.sort(KEY))
    before = standing.select("id", *_COLUMNS)
    changed = dated.filter(pl.col("id").is_not_null()).join(
        before, on=["id", *_COLUMNS], how="anti", nulls_equal=True
    )
    new = dated.filter(pl.col("id").is_null())
    return [
        # Ends first: two rows in force at once would break nothing, but no reader should ever see them.
        Update(assignments, ("id",), changed.select("id", "agent_id", "mode", "to_at", "to_on")),
        Insert(assignments, new.select(_COLUMNS)),
    ]


def _dated(rows: pl.DataFrame) -> pl.DataFrame:
    """The end and the agency's own days. A day left in its middle stays, unless another takes over in it."""
    next_at = pl.col("from_at").shift(-1).over("account_id")
    rows = rows.with_columns(pl.min_horizontal("to_at", next_at).alias("to_at"), next_at.alias("next_at"))
    ends = pl.col("to_at").dt.convert_time_zone(ZONE)
    at_midnight = ends.dt.time() == pl.time(0, 0)
    day_after = pl.when(at_midnight).then(ends.dt.date()).otherwise(ends.dt.date() + timedelta(days=1))
    rows = rows.with_columns(
        local_day("from_at").alias("from_on"),
        pl.min_horizontal(day_after, local_day("next_at")).alias("to_on"),
    )
    return rows.drop("next_at")


def mark_owners(plan: Plan, written: pl.DataFrame) -> None:
    """An account's positions and its payments count for whoever holds it."""
    for source in ("positions", "payments"):
        plan.mark_since(source, written, "from_on")
