"""People, what they may see, and the history of whose team they were in."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import Table, select

from db.loading.columns import add_faults
from db.loading.faults import Note
from db.loading.known import ORPHAN, Job, reject_repeats
from db.loading.mapping import Typed
from db.loading.pipes import new_ids, read_frame
from db.loading.plan import ACT, CHANGED, NEW, SAME, Delete, Insert, Plan, Since, Step, Update, sound
from db.loading.planners.common import acted, complete, write_steps
from db.loading.table import FAULT, LINE
from db.tables.reference import memberships, people, person_campaigns, person_clients

# A first team with no date given has always been: what happened before the load was in it too.
ALWAYS = date(2000, 1, 1)
_LISTS = {"campaigns": ("campaign", person_campaigns), "clients": ("client", person_clients)}


@dataclass(frozen=True)
class Membership:
    """Whose team a person was in, from a day on."""

    team: str | None
    supervisor_id: int | None
    from_on: date
    to_on: date | None = None
    id: int | None = None

    def same_team(self, other: "Membership") -> bool:
        return (self.team, self.supervisor_id) == (other.team, other.supervisor_id)


@dataclass
class History:
    """One person's memberships, oldest first, and which of them this file adds or alters."""

    rows: list[Membership] = field(default_factory=list)
    touched: set[date] = field(default_factory=set)  # from_on of rows to write
    since: list[date] = field(default_factory=list)  # days from which somebody else leads
    kept: int = 0  # rows of the file that would have rewritten the past

    def join(self, wanted: Membership, today: date, *, latest: bool, dated: bool) -> None:
        """A later team closes the one before; the past is never rewritten."""
        current = self.rows[-1] if self.rows else None
        if current is None:
            if wanted.team is not None or wanted.supervisor_id is not None:
                self._add(wanted)
        elif not latest and not (dated and wanted.from_on > current.from_on):
            self.kept += not any(row.same_team(wanted) and row.from_on <= wanted.from_on for row in self.rows)
        elif not current.same_team(wanted):
            later = dated and wanted.from_on > current.from_on
            self._move(
                current, replace(wanted, from_on=wanted.from_on if later else max(today, current.from_on))
            )

    def _move(self, current: Membership, wanted: Membership) -> None:
        if wanted.from_on == current.from_on:  # the same day: a correction, not history
            self.rows[-1] = replace(wanted, id=current.id)
            self.touched.add(wanted.from_on)
            self.since.append(wanted.from_on)
            return
        self.rows[-1] = replace(current, to_on=wanted.from_on)
        self.touched.add(current.from_on)
        self._add(wanted)

    def _add(self, row: Membership) -> None:
        self.rows.append(row)
        self.touched.add(row.from_on)
        self.since.append(row.from_on)


def plan_people(job: Job, typed: Typed) -> Plan:
    rows = _checked(job, complete(typed, {"language": "es", "nicknames": ""}))
    rows, latest = _latest(rows, job)
    columns = dict.fromkeys(("employee_no", "name", "role"), True) | {
        c: typed.has(c)
        for c in ("email", "slack_user_id", "language", "nicknames", "active_from", "active_to")
    }
    latest = _with_ids(job, acted(latest, job.people, ("employee_no",), columns))
    plan = Plan(rows, steps=write_steps(people, latest, ("employee_no",), columns, ids=True))
    touched = _memberships(job, typed, plan, rows, latest) | _lists(job, typed, plan, latest)
    _counted(plan, latest, touched)
    return plan


def _checked(job: Job, rows: pl.DataFrame) -> pl.DataFrame:
    """Orphan supervisors, campaigns and clients, repeated rows, and Slack ids that are somebody else's."""
    rows = reject_repeats(rows, ("employee_no", "active_from"), "employee_no")
    for column, (who, _) in _LISTS.items():
        codes = set(getattr(job, column)["code"].str.to_uppercase())
        split = rows[column].str.to_uppercase().str.split("|").list.eval(pl.element().str.strip_chars())
        lost = pl.Series([bool(given) and not set(given) - {""} <= codes for given in split.to_list()])
        rows = add_faults(rows, column, {f"{ORPHAN}{who}": lost})
    rows = _with_own_slack(job, rows)
    while True:  # a supervisor whose own row is refused is unknown too
        known = {*job.people["employee_no"], *sound(rows)["employee_no"]}
        lost = rows["supervisor_employee_no"].is_not_null() & ~rows["supervisor_employee_no"].is_in(
            list(known)
        )
        before = rows[FAULT].null_count()
        rows = add_faults(
            rows, "supervisor_employee_no", {f"{ORPHAN}supervisor": lost.fill_null(value=False)}
        )
        if rows[FAULT].null_count() == before:
            return rows


def _with_own_slack(job: Job, rows: pl.DataFrame) -> pl.DataFrame:
    owner = dict(job.people.drop_nulls("slack_user_id").select("slack_user_id", "employee_no").rows())
    taken: list[bool] = []
    for employee, slack, fault in rows.select("employee_no", "slack_user_id", FAULT).rows():
        taken.append(slack is not None and owner.get(slack, employee) != employee)
        if fault is None and slack is not None:
            owner.setdefault(slack, employee)
    return add_faults(rows, "slack_user_id", {"slack_taken": pl.Series(taken, dtype=pl.Boolean)})


def _latest(rows: pl.DataFrame, job: Job) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Each person's rows oldest first, and the row that speaks of today: the last."""
    ordered = sound(rows).sort("active_from", LINE, nulls_last=False)
    latest = ordered.group_by("employee_no", maintain_order=True).agg(
        pl.all().exclude("active_from").last(), pl.col("active_from").min()
    )
    started = job.people.select("employee_no", pl.col("active_from").alias("began"))
    latest = latest.join(started, on="employee_no", how="left", maintain_order="left")
    # A later date in the file is the team's; the person began when she began.
    began = pl.min_horizontal("active_from", "began").alias("active_from")
    return rows, latest.with_columns(began).drop("began").sort(LINE)


def _with_ids(job: Job, latest: pl.DataFrame) -> pl.DataFrame:
    new = latest[ACT] == NEW
    ids = pl.Series(new_ids(job.connection, people, int(new.sum()), reserve=job.writes), dtype=pl.Int64)
    fresh = pl.Series([None] * latest.height, dtype=pl.Int64).scatter(new.arg_true(), ids)
    return latest.with_columns(pl.coalesce(pl.col("old_id"), fresh).alias("id"))


def _memberships(job: Job, typed: Typed, plan: Plan, rows: pl.DataFrame, latest: pl.DataFrame) -> set[int]:
    if not (typed.has("team") or typed.has("supervisor_employee_no")):
        return set()
    ids = dict(job.people.select("employee_no", "id").rows()) | dict(
        latest.select("employee_no", "id").rows()
    )
    histories = _standing(job)
    for employee, mine in (
        sound(rows).sort("active_from", LINE, nulls_last=False).group_by("employee_no", maintain_order=True)
    ):
        history = histories.setdefault(ids[str(employee[0])], History())
        sent = mine.rows(named=True)
        for place, row in enumerate(sent, 1):
            wanted = _wanted(typed, row, ids, history)
            history.join(wanted, job.today, latest=place == len(sent), dated=row["active_from"] is not None)
    kept = sum(history.kept for history in histories.values())
    plan.notes += [Note("load_history_kept", {"n": kept}, warning=True)] if kept else []
    plan.steps += _membership_steps(histories)
    starts = [day for history in histories.values() for day in history.since]
    plan.marks += [Since(min(starts))] if starts else []
    return {person for person, history in histories.items() if history.touched}


def _wanted(typed: Typed, row: dict[str, Any], ids: dict[str, int], history: History) -> Membership:
    current = history.rows[-1] if history.rows else Membership(None, None, ALWAYS)
    boss = row["supervisor_employee_no"]
    return Membership(
        row["team"] if typed.has("team") else current.team,
        (ids[boss] if boss else None) if typed.has("supervisor_employee_no") else current.supervisor_id,
        row["active_from"] or ALWAYS,
    )


def _standing(job: Job) -> dict[int, History]:
    found: dict[int, History] = {}
    for row in (
        read_frame(job.connection, select(*memberships.c)).sort("person_id", "from_on").rows(named=True)
    ):
        person = row.pop("person_id")
        found.setdefault(person, History()).rows.append(Membership(**row))
    return found


def _membership_steps(histories: dict[int, History]) -> list[Step]:
    written = [
        (person, row)
        for person, history in histories.items()
        for row in history.rows
        if row.from_on in history.touched
    ]
    schema = {
        "person_id": pl.Int64,
        "team": pl.String,
        "supervisor_id": pl.Int64,
        "from_on": pl.Date,
        "to_on": pl.Date,
    }
    old = [(p, r.team, r.supervisor_id, r.from_on, r.to_on, r.id) for p, r in written if r.id is not None]
    new = [(p, r.team, r.supervisor_id, r.from_on, r.to_on) for p, r in written if r.id is None]
    return [
        Update(memberships, ("id",), pl.DataFrame(old, schema=schema | {"id": pl.Int64}, orient="row")),
        Insert(memberships, pl.DataFrame(new, schema=schema, orient="row")),
    ]


def _lists(job: Job, typed: Typed, plan: Plan, latest: pl.DataFrame) -> set[int]:
    """The campaigns and clients a person is kept to, as the file lists them."""
    touched: set[int] = set()
    for column, (who, table) in _LISTS.items():
        if typed.has(column):
            touched |= _listed(job, plan, latest, column, f"{who}_id", table)
    return touched


def _listed(job: Job, plan: Plan, latest: pl.DataFrame, column: str, code_id: str, table: Table) -> set[int]:
    known = getattr(job, column).select(pl.col("code").str.to_uppercase(), pl.col("id").alias(code_id))
    wanted = latest.select(
        pl.col("id").alias("person_id"), pl.col(column).str.to_uppercase().str.split("|").alias("code")
    )
    wanted = wanted.explode("code").with_columns(pl.col("code").str.strip_chars()).join(known, on="code")
    wanted = wanted.select("person_id", code_id).unique()
    standing = read_frame(job.connection, select(*table.c))
    standing = standing.filter(pl.col("person_id").is_in(latest["id"].implode()))
    keys = ["person_id", code_id]
    gone, added = standing.join(wanted, on=keys, how="anti"), wanted.join(standing, on=keys, how="anti")
    plan.steps += [Delete(table, gone.select(keys)), Insert(table, added)]
    return {*gone["person_id"], *added["person_id"]}


def _counted(plan: Plan, latest: pl.DataFrame, touched: set[int]) -> None:
    """A person whose team or list changed is a change, even where the person's own row is the same."""
    act = (
        pl.when((pl.col(ACT) == SAME) & pl.col("id").is_in(list(touched)))
        .then(pl.lit(CHANGED))
        .otherwise(ACT)
    )
    told = latest.select("employee_no", act.alias(ACT))
    plan.rows = plan.rows.join(told, on="employee_no", how="left", maintain_order="left")
