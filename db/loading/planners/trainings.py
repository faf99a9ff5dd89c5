"""Courses assigned to agents and the certificates they earned. A later file brings a course up to date."""

import polars as pl
from sqlalchemy import select

from db.loading.known import Job, reject_repeats
from db.loading.mapping import Typed
from db.loading.pipes import read_frame
from db.loading.plan import Plan
from db.loading.planners.common import complete, merge, not_before
from db.tables.agency import trainings

KEY = ("agent_id", "course", "assigned_on")


def plan_trainings(job: Job, typed: Typed) -> Plan:
    rows = job.with_person(complete(typed), "agent_employee_no", "agent_id").rename({"score": "score_micros"})
    standing = read_frame(job.connection, select(*(c for c in trainings.c if c.name != "load_id")))
    rows = _assigned(job, rows, standing)
    rows = not_before(not_before(rows, "assigned_on", "due_on"), "passed_on", "valid_to")
    rows = reject_repeats(rows, KEY, "course")
    columns = dict.fromkeys(KEY, True) | {
        "score_micros": typed.has("score"),
        **{c: typed.has(c) for c in ("due_on", "passed_on", "valid_to")},
    }
    rows, steps = merge(trainings, rows, standing, KEY, columns)
    return Plan(rows, covers="assigned_on", steps=steps)


def _assigned(job: Job, rows: pl.DataFrame, standing: pl.DataFrame) -> pl.DataFrame:
    """Where the file does not say it: the day it was last assigned, the day it was passed, or today."""
    last = standing.group_by("agent_id", "course").agg(pl.col("assigned_on").max().alias("known_on"))
    rows = rows.join(last, on=["agent_id", "course"], how="left", maintain_order="left")
    usual = pl.coalesce("assigned_on", "known_on", "passed_on", pl.lit(job.today))
    return rows.with_columns(usual.alias("assigned_on")).drop("known_on")
