"""Whom an account belongs to and where they live, as the accounts file says it."""

import polars as pl
from sqlalchemy import select

from db.loading.known import Job
from db.loading.mapping import Typed
from db.loading.pipes import new_ids, read_frame
from db.loading.plan import Insert, Step, Update, sound
from db.tables.reference import addresses, debtors

_KEY = ("client_id", "debtor_ref")
_TOLD = ("debtor_id", "debtor_name", "birth_date", "state", "municipality", "postal_code")
_PLACE = ("state", "municipality", "postal_code")


def plan_debtors(
    job: Job, typed: Typed, rows: pl.DataFrame, standing: pl.DataFrame
) -> tuple[pl.DataFrame, list[Step]]:
    """The rows with debtor_id as the database's key, and the steps that write debtors and addresses.

    Without the client's own id of the person, the account stands for its debtor.
    """
    known = read_frame(job.connection, select(*debtors.c).where(debtors.c.client_id.in_(_clients(rows))))
    rows = _referred(rows, standing, known)
    people = sound(rows).filter(pl.col("debtor_ref").is_not_null())
    people = people.group_by(_KEY, maintain_order=True).agg(
        pl.col("debtor_name").drop_nulls().last(),
        pl.col("birth_date").drop_nulls().last(),
        *(pl.col(c).last() for c in _PLACE),
        pl.col("placed_on").min(),
    )
    people = people.join(known, on=list(_KEY), how="left", maintain_order="left", suffix="_known")
    new = people["id"].is_null()
    ids = pl.Series(new_ids(job.connection, debtors, int(new.sum()), reserve=job.writes), dtype=pl.Int64)
    fresh = pl.Series([None] * people.height, dtype=pl.Int64).scatter(new.arg_true(), ids)
    people = people.with_columns(pl.coalesce("id", fresh).alias("debtor"), new.alias("new"))
    rows = rows.drop("debtor_id").join(
        people.select(*_KEY, pl.col("debtor").alias("debtor_id")),
        on=list(_KEY),
        how="left",
        maintain_order="left",
    )
    return rows, [*_debtor_steps(people), *_address_steps(job, typed, people)]


def _clients(rows: pl.DataFrame) -> list[int]:
    return [int(i) for i in rows["client_id"].drop_nulls().unique().to_list()]


def _referred(rows: pl.DataFrame, standing: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Each row's debtor reference: the file's, the one the account has, or the account's number."""
    had = standing.select("client_id", "account_no", pl.col("debtor_id").alias("id"))
    had = had.join(known.select("id", pl.col("debtor_ref").alias("had_ref")), on="id").drop("id")
    rows = rows.join(had, on=["client_id", "account_no"], how="left", maintain_order="left")
    told = pl.any_horizontal(pl.col(c).is_not_null() for c in _TOLD)
    own = pl.when(told).then(pl.lit("#") + pl.col("account_no"))
    return rows.with_columns(pl.coalesce("debtor_id", "had_ref", own).alias("debtor_ref")).drop("had_ref")


def _debtor_steps(people: pl.DataFrame) -> list[Step]:
    name = pl.coalesce("debtor_name", "name").alias("name")
    born = pl.coalesce("birth_date", "birth_date_known").alias("birth_date")
    new = people.filter("new").select(pl.col("debtor").alias("id"), *_KEY, name, born)
    differs = name.ne_missing(pl.col("name")) | born.ne_missing(pl.col("birth_date_known"))
    changed = people.filter(~pl.col("new") & differs).select(pl.col("debtor").alias("id"), name, born)
    return [Insert(debtors, new), Update(debtors, ("id",), changed)]


def _address_steps(job: Job, typed: Typed, people: pl.DataFrame) -> list[Step]:
    """A new address is a new row from today; the first one holds from the placement."""
    if not any(typed.has(column) for column in _PLACE):
        return []
    living = people.filter(pl.any_horizontal(pl.col(c).is_not_null() for c in _PLACE))
    latest = _latest(job, living.filter(~pl.col("new"))["debtor"])
    joined = living.join(latest, left_on="debtor", right_on="debtor_id", how="left", suffix="_was")
    moved = pl.any_horizontal(pl.col(c).ne_missing(pl.col(f"{c}_was")) for c in _PLACE)
    given = joined.filter(moved).with_columns(
        pl.when(pl.col("valid_from").is_null())
        .then("placed_on")
        .otherwise(pl.lit(job.today))
        .alias("from_on")
    )
    same_day = pl.col("valid_from").is_not_null() & (pl.col("valid_from") >= pl.col("from_on"))
    corrected = given.filter(same_day).select(pl.col("address_id").alias("id"), *_PLACE)
    added = given.filter(~same_day).select(
        pl.col("debtor").alias("debtor_id"), *_PLACE, pl.col("from_on").alias("valid_from")
    )
    return [Update(addresses, ("id",), corrected), Insert(addresses, added)]


def _latest(job: Job, debtor_ids: pl.Series) -> pl.DataFrame:
    query = select(addresses.c.id.label("address_id"), *(c for c in addresses.c if c.name != "id"))
    ids = debtor_ids.to_list()
    few = len(ids) <= 20_000
    query = query.where(addresses.c.debtor_id.in_(ids)) if few else query
    return (
        read_frame(job.connection, query)
        .sort("valid_from", "address_id")
        .unique("debtor_id", keep="last", maintain_order=True)
    )
