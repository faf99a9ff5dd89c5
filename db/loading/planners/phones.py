"""Telephones of an account."""

import polars as pl
from sqlalchemy import select

from db.loading.columns import by_text
from db.loading.faults import Note
from db.loading.known import Job, reject_repeats
from db.loading.mapping import Typed
from db.loading.pipes import read_frame
from db.loading.plan import Insert, Plan
from db.loading.planners.common import complete, merge
from db.loading.readers import read_phone
from db.tables.reference import phones

KEY = ("account_id", "phone")
_DEFAULTS = {"owner": "TITULAR", "source": "CLIENTE"}
_FEW, _PART = 20_000, 5_000


def plan_phones(job: Job, typed: Typed) -> Plan:
    rows = reject_repeats(job.with_account(complete(typed, _DEFAULTS)), KEY, "phone")
    columns = {"account_id": True, "phone": True} | {
        c: typed.has(c) for c in ("kind", "owner", "source", "status")
    }
    rows, steps = merge(phones, rows, _standing(job, rows["account_id"]), KEY, columns)
    return Plan(rows, steps=steps)


def _standing(job: Job, account_ids: pl.Series) -> pl.DataFrame:
    query = select(*phones.c)
    ids = account_ids.drop_nulls().unique().sort()
    if len(ids) > _FEW:
        return read_frame(job.connection, query)
    parts = [ids.slice(start, _PART).to_list() for start in range(0, len(ids), _PART)]
    found = [read_frame(job.connection, query.where(phones.c.account_id.in_(part))) for part in parts]
    return pl.concat(found) if found else read_frame(job.connection, query.limit(0))


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
    standing = _standing(job, found["account_id"]).select(KEY)
    new = found.join(standing, on=list(KEY), how="anti", maintain_order="left")
    return Insert(phones, new.with_columns(pl.lit(v).alias(c) for c, v in _DEFAULTS.items())), notes
