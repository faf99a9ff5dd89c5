"""What the floor did: contacts, promises, surveys, evaluations, sales, shifts, under the agency's own day."""

import polars as pl
from sqlalchemy import Table, select

from db.loading.columns import ZONE, add_faults, by_text, local_day
from db.loading.faults import Note
from db.loading.known import Job, reject_repeats
from db.loading.mapping import Typed
from db.loading.pipes import read_frame
from db.loading.plan import ACT, NEW, SAME, Insert, Plan, sound
from db.loading.planners.common import complete, in_range, merge, not_before
from db.loading.readers import read_dialled
from db.loading.table import FAULT
from db.result_codes import load_result_codes
from db.tables.agency import evaluations, sales
from db.tables.facts import contacts, promises, shifts, surveys
from db.tables.promised import chat_promises

_MANY_CODES = 8  # named in the note; the rest are counted
DAY_SECONDS = 86_400


def _added(table: Table, rows: pl.DataFrame, covers: str) -> Plan:
    """No natural key: every row is new, identical ones too, but those that `rows` says stand already; the
    file's hash bars a second load."""
    stands = pl.col(ACT) if ACT in rows.columns else pl.lit(None)
    plan = Plan(rows.with_columns(pl.coalesce(stands, pl.lit(NEW)).alias(ACT)), covers=covers)
    written = [c.name for c in table.c if c.name not in ("id", "load_id")]
    plan.steps = [Insert(table, plan.good.filter(pl.col(ACT) == NEW).select(written))]
    return plan


def plan_contacts(job: Job, typed: Typed) -> Plan:
    rows = complete(typed, {"channel": "call", "talk_seconds": 0, "wrap_seconds": 0})
    rows = job.with_person(job.with_account(rows), "agent_employee_no", "agent_id")
    rows = in_range(rows, 0, DAY_SECONDS, "talk_seconds", "wrap_seconds")
    rows, notes = _coded(rows, typed)
    at = pl.col("started_at")
    rows = rows.with_columns(
        local_day("started_at").alias("started_on"),
        at.dt.convert_time_zone(ZONE).dt.hour().cast(pl.Int64).alias("started_hour"),
        by_text(rows["phone"], read_dialled, pl.String).alias("phone"),
        by_text(rows["caller_id"], read_dialled, pl.String).alias("caller_id"),
    )
    plan = _added(contacts, rows, "started_on")
    plan.notes += notes
    plan.mark("contacts", plan.good, "started_on")
    return plan


def _coded(rows: pl.DataFrame, typed: Typed) -> tuple[pl.DataFrame, list[Note]]:
    """The neutral code and what it says of the contact. A code nobody mapped is refused and counted."""
    mapping = {theirs.upper(): ours for theirs, ours in typed.choice.rules.result_codes.items()}
    codes = load_result_codes()
    sent = rows["result_code"]
    neutral = by_text(sent, lambda code: mapping.get(code.upper(), code.upper()), pl.String)
    unknown = sent.is_not_null() & ~neutral.is_in(list(codes)).fill_null(value=True)
    rows = add_faults(
        rows.with_columns(neutral.alias("result_code")), "result_code", {"unknown_code": unknown}
    )
    pairs = sound(rows).select("result_code", "party").unique().rows()
    told = [(code, party, *codes[code].outcome(party)) for code, party in pairs]
    schema = {
        "result_code": pl.String,
        "party": pl.String,
        "human": pl.Boolean,
        "rpc": pl.Boolean,
        "who": pl.String,
    }
    outcomes = pl.DataFrame(told, schema=schema, orient="row")
    rows = rows.join(
        outcomes, on=["result_code", "party"], how="left", nulls_equal=True, maintain_order="left"
    )
    return rows.with_columns(pl.col("who").alias("party")).drop("who"), _unmapped(sent.filter(unknown))


def _unmapped(codes: pl.Series) -> list[Note]:
    if codes.is_empty():
        return []
    counts = codes.value_counts(sort=True).rows()
    named = ", ".join(f"{code} ({n})" for code, n in counts[:_MANY_CODES])
    return [Note("load_unknown_codes", {"n": len(codes), "codes": named}, warning=True)]


def plan_promises(job: Job, typed: Typed) -> Plan:
    rows = job.with_person(job.with_account(complete(typed)), "agent_employee_no", "agent_id")
    rows = rows.rename({"amount": "amount_cents"}).with_columns(local_day("made_at").alias("made_on"))
    rows = add_faults(rows, "amount", {"not_positive": (rows["amount_cents"] <= 0).fill_null(value=False)})
    rows = add_faults(
        rows, "due_on", {"due_before_made": (rows["due_on"] < rows["made_on"]).fill_null(value=False)}
    )
    plan = _added(promises, _known_from_chat(job, rows), "made_on")
    plan.mark("promises", plan.good, "made_on", "due_on")
    return plan


_SAID = ("account_id", "made_on", "due_on", "amount_cents")
_NTH = "_nth"  # of equal promises


def _known_from_chat(job: Job, rows: pl.DataFrame) -> pl.DataFrame:
    """What somebody wrote down from chat, and the dialler's file brings too, stands already: once each."""
    said = select(*(promises.c[name] for name in _SAID)).join(
        chat_promises, chat_promises.c.promise_id == promises.c.id
    )
    days = rows["made_on"].drop_nulls()
    if days.is_empty():
        return rows
    known = read_frame(job.connection, said.where(promises.c.made_on.between(days.min(), days.max())))
    if known.is_empty():
        return rows
    known = known.with_columns(pl.int_range(pl.len()).over(_SAID).alias(_NTH), pl.lit(SAME).alias(ACT))
    sound_ones = pl.when(pl.col(FAULT).is_null()).then(pl.col(FAULT).is_null().cum_sum().over(_SAID) - 1)
    numbered = rows.with_columns(sound_ones.cast(pl.Int64).alias(_NTH))
    return numbered.join(known, on=[*_SAID, _NTH], how="left", maintain_order="left").drop(_NTH)


def plan_surveys(job: Job, typed: Typed) -> Plan:
    rows = job.with_person(complete(typed, {"scale": "csat5"}), "agent_employee_no", "agent_id")
    rows = job.with_account(rows)
    score = rows["score"]
    fits = (score.is_between(1, 5) & (rows["scale"] == "csat5")) | (
        score.is_between(0, 10) & (rows["scale"] == "nps")
    )
    rows = add_faults(rows, "score", {"out_of_range": ~fits.fill_null(value=True)})
    nameless = rows["account_no"].is_not_null() & rows["client_code"].is_null()
    rows = add_faults(rows, "client_code", {"missing": nameless})
    return _added(surveys, rows.with_columns(local_day("answered_at").alias("answered_on")), "answered_on")


def plan_evaluations(job: Job, typed: Typed) -> Plan:
    rows = job.with_person(complete(typed, {"critical_error": False}), "agent_employee_no", "agent_id")
    points, possible = rows["points"], rows["possible"]
    rows = add_faults(rows, "possible", {"not_positive": (possible <= 0).fill_null(value=False)})
    beyond = ((points < 0) | (points > possible)).fill_null(value=False)
    rows = add_faults(rows, "points", {"out_of_range": beyond})
    rows = rows.rename({"points": "points_micros", "possible": "possible_micros"})
    return _added(
        evaluations, rows.with_columns(local_day("evaluated_at").alias("evaluated_on")), "evaluated_on"
    )


def plan_sales(job: Job, typed: Typed) -> Plan:
    rows = job.with_person(job.with_campaign(complete(typed)), "agent_employee_no", "agent_id")
    rows = rows.rename({"amount": "amount_cents", "campaign_client_id": "client_id"})
    rows = rows.with_columns(local_day("sold_at").alias("sold_on"))
    rows = add_faults(rows, "amount", {"not_positive": (rows["amount_cents"] <= 0).fill_null(value=False)})
    for column in ("activated_on", "cancelled_on"):
        rows = not_before(rows, "sold_on", column)
    return _added(sales, rows, "sold_on")


def plan_shifts(job: Job, typed: Typed) -> Plan:
    rows = job.with_person(complete(typed, {"attended": True}), "agent_employee_no", "agent_id")
    span = (rows["ends_at"] - rows["starts_at"]).dt.total_hours(fractional=True)
    rows = add_faults(
        rows, "ends_at", {"ends_before_start": ((span <= 0) | (span > 24)).fill_null(value=False)}
    )
    rows = in_range(rows, 0, DAY_SECONDS, "productive_seconds", "available_seconds")
    rows = reject_repeats(rows, ("agent_id", "starts_at"), "starts_at")
    hour = pl.col("starts_at").dt.convert_time_zone(ZONE).dt.hour()
    morning = pl.when(hour.is_between(6, 13)).then(pl.lit("matutino"))
    named = morning.when(hour.is_between(14, 21)).then(pl.lit("vespertino")).otherwise(pl.lit("nocturno"))
    rows = rows.with_columns(local_day("starts_at").alias("starts_on"), named.alias("shift"))
    standing = read_frame(job.connection, select(*(c for c in shifts.c if c.name != "load_id")))
    columns = dict.fromkeys(("agent_id", "starts_at", "ends_at", "starts_on", "shift"), True) | {
        c: typed.has(c) for c in ("productive_seconds", "available_seconds", "attended")
    }
    rows, steps = merge(shifts, rows, standing, ("agent_id", "starts_at"), columns)
    return Plan(rows, covers="starts_on", steps=steps)
