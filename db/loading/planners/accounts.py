"""The portfolio: accounts as placed, with their debtor, address, telephones and first agent."""

import polars as pl

from db.loading.bucketing import bucketed
from db.loading.columns import INSTANT, ZONE, add_faults
from db.loading.faults import LoadingRefused
from db.loading.known import SUPPRESSED, Job, reject_repeats
from db.loading.mapping import Typed
from db.loading.pipes import new_ids
from db.loading.plan import ACT, CHANGED, NEW, SAME, Plan
from db.loading.planners.assignments import history_steps, mark_owners
from db.loading.planners.common import acted, complete, of_accounts, write_steps
from db.loading.planners.debtors import plan_debtors
from db.loading.planners.phones import listed_phones
from db.loading.table import FAULT
from db.tables.reference import accounts, assignments

KEY = ("client_id", "account_no")
_MONEY = ("balance", "principal", "interest", "late_interest", "fees", "overdue", "min_payment")
_PLAIN = (
    "product",
    "state",
    "municipality",
    "max_discount_pct",
    "payment_reference",
    "first_default_on",
    "special",
)
# What the cells of positions are made of.
_COUNTED = ("campaign_id", "balance_cents", "dpd", "bucket", "placed_on", "recalled_on")


def plan_accounts(job: Job, typed: Typed) -> Plan:
    rows = _named(job, typed)
    standing = job.accounts_of(rows, [c.name for c in accounts.c])
    rows = _not_erased(job, rows, standing)
    rows, steps = plan_debtors(job, typed, rows, standing)
    columns = _columns(typed)
    rows = _with_ids(job, acted(_recall_kept(rows, standing), standing, KEY, columns))
    steps += write_steps(accounts, rows, KEY, columns, ids=True)
    plan = Plan(rows, covers="placed_on", steps=steps)
    if typed.has("phone"):
        insert, notes = listed_phones(job, plan.good)
        plan.steps.append(insert)
        plan.notes += notes
        _touch(plan, insert.rows["account_id"])
    _assign(job, plan)
    _mark(plan, typed)
    return plan


def _not_erased(job: Job, rows: pl.DataFrame, standing: pl.DataFrame) -> pl.DataFrame:
    """Whoever asked to be erased is not brought back by the next file."""
    known = standing.select(*KEY, pl.lit(value=True).alias("known"))
    unknown = rows.select(KEY).join(known, on=list(KEY), how="left", maintain_order="left")["known"].is_null()
    return add_faults(rows, "account_no", {SUPPRESSED: job.suppressed(rows, unknown)})


def _touch(plan: Plan, account_ids: pl.Series) -> None:
    """A row that adds a telephone, an agent or an address to an account is a change."""
    touched = (pl.col(ACT) == SAME) & pl.col("id").is_in(account_ids.implode())
    plan.rows = plan.rows.with_columns(pl.when(touched).then(pl.lit(CHANGED)).otherwise(ACT).alias(ACT))


def _named(job: Job, typed: Typed) -> pl.DataFrame:
    """Codes turned to ids, money to its column names, and the bucket of the days past due."""
    rows = job.with_client(complete(typed, {"special": False}))
    if not typed.has("campaign_code"):
        rows = rows.with_columns(pl.lit(_only_campaign(job, rows)).alias("campaign_code"))
    rows = job.with_campaign(rows)
    other = rows["campaign_client_id"] != rows["client_id"]
    rows = add_faults(rows, "campaign_code", {"campaign_of_other": other.fill_null(value=False)})
    rows = job.with_person(rows, "agent_employee_no", "agent_id")
    rows = rows.rename({name: f"{name}_cents" for name in _MONEY})
    return bucketed(reject_repeats(rows, KEY, "account_no"), job)


def _only_campaign(job: Job, rows: pl.DataFrame) -> str:
    """The client's one campaign, for a file that names none."""
    client = rows["client_id"].drop_nulls().unique()
    codes = job.campaigns.filter(pl.col("client_id").is_in(client.implode()))["code"].sort().to_list()
    if len(codes) != 1 or len(client) != 1:
        name = str(rows["client_code"][0])
        raise LoadingRefused("load_campaign_needed", client=name, campaigns=", ".join(codes) or "-")
    return str(codes[0])


def _columns(typed: Typed) -> dict[str, bool]:
    always = dict.fromkeys(
        ("client_id", "account_no", "campaign_id", "placed_on", "dpd", "bucket", "bucket_no"), True
    )
    money = {f"{name}_cents": typed.has(name) for name in _MONEY}
    # A debtor already known stays, whatever the file leaves out; a recall is settled in `_recall_kept`.
    kept = {"debtor_id": True, "recalled_on": True, "recall_reason": True}
    return always | money | {name: typed.has(name) for name in _PLAIN} | kept


def _recall_kept(rows: pl.DataFrame, standing: pl.DataFrame) -> pl.DataFrame:
    """A recall stands until the account is placed again after it: silence undoes none."""
    recalls = standing.select(
        *KEY, pl.col("recalled_on").alias("was_on"), pl.col("recall_reason").alias("was_for")
    )
    rows = rows.join(recalls, on=list(KEY), how="left", maintain_order="left")
    stands = pl.col("recalled_on").is_null() & (pl.col("placed_on") <= pl.col("was_on"))
    again = pl.col("recalled_on") == pl.col("was_on")
    rows = rows.with_columns(
        pl.when(stands).then("was_on").otherwise("recalled_on").alias("recalled_on"),
        pl.when(stands | again).then("was_for").alias("recall_reason"),
    )
    return rows.drop("was_on", "was_for")


def _with_ids(job: Job, rows: pl.DataFrame) -> pl.DataFrame:
    """Every good row's account id: its own, or one put aside for it, so that its children can name it."""
    new = (rows[FAULT].is_null() & (rows[ACT] == NEW)).alias("new")
    ids = new_ids(job.connection, accounts, int(new.sum()), reserve=job.writes)
    fresh = pl.Series([None] * rows.height, dtype=pl.Int64).scatter(
        new.arg_true(), pl.Series(ids, dtype=pl.Int64)
    )
    return rows.with_columns(pl.coalesce(pl.col("old_id"), fresh).alias("id"))


def _assign(job: Job, plan: Plan) -> None:
    """The agent the row names: from the placement where nobody had it, from now where another did."""
    named = plan.good.filter(pl.col("agent_id").is_not_null())
    if named.is_empty():
        return
    standing = of_accounts(job, assignments, named.filter(pl.col(ACT) != NEW)["id"])
    held = standing.filter(
        (pl.col("from_at") <= job.now) & (pl.col("to_at").is_null() | (pl.col("to_at") > job.now))
    ).select(pl.col("account_id").alias("id"), pl.col("agent_id").alias("holder"))
    had = (
        standing.select(pl.col("account_id").alias("id"))
        .unique()
        .with_columns(pl.lit(value=True).alias("had"))
    )
    named = named.join(held, on="id", how="left").join(had, on="id", how="left")
    moved = named.filter(pl.col("agent_id").ne_missing(pl.col("holder")))
    placed = (
        pl.col("placed_on").cast(pl.Datetime("us")).dt.replace_time_zone(ZONE).dt.convert_time_zone("UTC")
    )
    now = pl.lit(job.now, INSTANT)
    given = moved.select(
        "client_id",
        pl.col("id").alias("account_id"),
        "agent_id",
        pl.lit(None, pl.String).alias("mode"),
        pl.when(pl.col("had").is_null()).then(placed).otherwise(now).alias("from_at"),
        pl.lit(None, INSTANT).alias("to_at"),
        pl.when(pl.col("had").is_null()).then("placed_on").otherwise(pl.lit(job.today)).alias("from_on"),
    )
    plan.steps += history_steps(standing, given)
    mark_owners(plan, given)
    _touch(plan, given["account_id"])


def _mark(plan: Plan, typed: Typed) -> None:
    """Where the placement stands in for a cut, it counts from its day on."""
    old = [f"old_{c}" for c in _COUNTED]
    moved = pl.any_horizontal(pl.col(c).ne_missing(pl.col(o)) for c, o in zip(_COUNTED, old, strict=True))
    written = plan.good.filter((pl.col(ACT) == NEW) | ((pl.col(ACT) == CHANGED) & moved))
    for column in ("placed_on", "old_placed_on"):
        plan.mark("positions", written, column)
        plan.mark_since("positions", written, column)
    # The month's recovery is measured on what was placed before it.
    replaced = written.filter(pl.col("placed_on") != pl.col("old_placed_on"))
    for column in ("placed_on", "old_placed_on"):
        plan.mark_since("payments", replaced, column)
    if typed.has("product"):  # the fee on what it paid hangs on it
        renamed = pl.col("product").ne_missing(pl.col("old_product"))
        plan.mark_since("posted", plan.good.filter((pl.col(ACT) == CHANGED) & renamed), "placed_on")
