"""Telephones of an account."""

import polars as pl

from db.loading.columns import by_text
from db.loading.faults import Note
from db.loading.known import Job, reject_repeats
from db.loading.mapping import Typed
from db.loading.plan import Insert, Plan
from db.loading.planners.common import complete, merge, of_accounts
from db.loading.readers import read_phone
from db.tables.reference import phones

KEY = ("account_id", "phone")
_DEFAULTS = {"owner": "TITULAR", "source": "CLIENTE"}


def plan_phones(job: Job, typed: Typed) -> Plan:
    rows = reject_repeats(job.with_account(complete(typed, _DEFAULTS)), KEY, "phone")
    columns = {"account_id": True, "phone": True} | {
        c: typed.has(c) for c in ("kind", "owner", "source", "status")
    }
    rows, steps = merge(phones, rows, of_accounts(job, phones, rows["account_id"]), KEY, columns)
    return Plan(rows, steps=steps)


def listed_phones(job: Job, rows: pl.DataFrame) -> tuple[Insert, list[Note]]:
    """The numbers an account's own row lists: new ones in, unreadable ones counted; none is taken away."""
    listed = rows.select(pl.col("id").alias("account_id"), pl.col("phone").str.split("|").alias("text"))
    listed = (
        listed.explode("text").with_columns(pl.col("text").str.strip_chars()).filter(pl.col("text") != "")
    )
    read = listed.with_columns(by_text(listed["text"], read_phone, pl.String).alias("phone"))
    bad = read["phone"].null_count()
    notes = [Note("load_bad_phones", {"n": bad}, warning=True)] if bad else []
    found = read.drop_nulls().select(KEY).unique(maintain_order=True)
    standing = of_accounts(job, phones, found["account_id"]).select(KEY)
    new = found.join(standing, on=list(KEY), how="anti", maintain_order="left")
    return Insert(phones, new.with_columns(pl.lit(v).alias(c) for c, v in _DEFAULTS.items())), notes
