"""What a creditor pays for a recovered peso: rates by bucket and product, in tiers that never overlap."""

from datetime import date

import polars as pl
from sqlalchemy import select

from db.buckets import CASTIGO, edges_of, labels_of
from db.loading.columns import add_faults, by_text
from db.loading.faults import Note
from db.loading.known import Job, reject_repeats
from db.loading.mapping import Typed
from db.loading.pipes import read_frame
from db.loading.plan import Plan, sound
from db.loading.planners.common import complete, in_range, merge, not_before
from db.loading.readers import plain
from db.loading.table import FAULT, LINE
from db.tables.agency import fees
from db.tables.reference import accounts

KEY = ("client_id", "bucket", "product", "from_cents", "valid_from")
_OF = ("client_id", "bucket", "product")
ALWAYS = date(1900, 1, 1)
_FOREVER = date(9999, 12, 31)
_NO_END = 2**62
_WHOLE = 1_000_000  # 100 % in millionths


def plan_fees(job: Job, typed: Typed) -> Plan:
    rows = _checked(complete(typed, {"bucket": "", "product": "", "from_amount": 0}))
    rows = rows.rename({"rate": "rate_micros", "from_amount": "from_cents", "to_amount": "to_cents"})
    rows = _bucketed(job, job.with_client(rows))
    rows, notes = _of_products(job, rows)
    rows = reject_repeats(rows, KEY, "from_amount")
    standing = read_frame(job.connection, select(*(c for c in fees.c if c.name != "load_id")))
    said = {"to_cents": typed.has("to_amount"), "valid_to": typed.has("valid_to")}
    rows = _without_overlaps(_as_they_end(rows, standing, said), standing)
    columns = dict.fromkeys((*KEY, "rate_micros"), True) | said
    rows, steps = merge(fees, rows, standing, KEY, columns)
    return Plan(rows, covers="said_from", covers_to="valid_to", steps=steps, notes=notes)


def _checked(rows: pl.DataFrame) -> pl.DataFrame:
    rows = in_range(in_range(rows, 0, _WHOLE, "rate"), 0, _NO_END, "from_amount")
    empty = (rows["to_amount"] <= rows["from_amount"]).fill_null(value=False)
    rows = add_faults(rows, "to_amount", {"tier_backwards": empty})
    rows = rows.with_columns(said_from="valid_from", valid_from=pl.col("valid_from").fill_null(ALWAYS))
    return not_before(rows, "valid_from", "valid_to")


def _bucketed(job: Job, rows: pl.DataFrame) -> pl.DataFrame:
    """A bucket of that creditor's own edges, or none for any."""
    edges = dict(job.clients.select("id", "bucket_edges").rows())
    known = {client: ("", CASTIGO, *labels_of(edges_of(text))) for client, text in edges.items()}
    rows = rows.with_columns(pl.col("bucket").str.replace_all(" ", "").str.to_lowercase())
    pairs = [(client, bucket) for client, buckets in known.items() for bucket in buckets]
    book = pl.DataFrame(pairs, {"client_id": pl.Int64, "bucket": pl.String}, orient="row")
    found = rows.join(
        book.with_columns(known=True), on=["client_id", "bucket"], how="left", maintain_order="left"
    )
    lost = found["client_id"].is_not_null() & found["known"].is_null()
    return add_faults(found.drop("known"), "bucket", {"unknown_bucket": lost})


def _of_products(job: Job, rows: pl.DataFrame) -> tuple[pl.DataFrame, list[Note]]:
    """As the portfolio writes it; one that no account has yet is kept, and said."""
    clients = sound(rows)["client_id"].unique().to_list()
    held = select(accounts.c.product).where(accounts.c.client_id.in_(clients)).distinct()
    known = {plain(name): name for name in job.connection.execute(held).scalars() if name} | {"": ""}
    strange = sound(rows)["product"].unique().sort().to_list()
    strange = [name for name in strange if plain(name) not in known]
    rows = rows.with_columns(by_text(rows["product"], lambda name: known.get(plain(name), name), pl.String))
    slots: dict[str, str | int] = {"n": len(strange), "names": ", ".join(strange[:5])}
    return rows, [Note("load_unknown_products", slots, warning=True)] if strange else []


def _as_they_end(rows: pl.DataFrame, standing: pl.DataFrame, said: dict[str, bool]) -> pl.DataFrame:
    """An end the file does not speak of is the one that stands."""
    silent = [column for column, spoken in said.items() if not spoken]
    ends = standing.select(*KEY, *silent)
    return rows.drop(silent).join(ends, on=list(KEY), how="left", maintain_order="left")


def _without_overlaps(rows: pl.DataFrame, standing: pl.DataFrame) -> pl.DataFrame:
    """Two rates for the same peso on the same day are refused. What a refused row would have replaced stays,
    so the rest are looked at again."""
    while True:
        good = sound(rows)
        kept = standing.join(good.select(KEY), on=list(KEY), how="anti").with_columns(pl.lit(0).alias(LINE))
        lines = _overlapping(good, pl.concat([kept, good], how="diagonal_relaxed"))
        if lines.is_empty():
            return rows
        where = rows[FAULT].is_null() & rows[LINE].is_in(lines.implode())
        rows = add_faults(rows, "from_amount", {"tiers_overlap": where})


def _overlapping(good: pl.DataFrame, whole: pl.DataFrame) -> pl.Series:
    """The lines that share days and money with a rate that stands or with an earlier line."""
    ends = (pl.col("to_cents").fill_null(_NO_END), pl.col("valid_to").fill_null(_FOREVER))
    columns = [*_OF, LINE, "from_cents", "valid_from"]
    mine, other = (
        frame.with_columns(*ends).select(*columns, "to_cents", "valid_to") for frame in (good, whole)
    )
    pairs = mine.join(other, on=list(_OF), suffix="_other").filter(pl.col(LINE) > pl.col(f"{LINE}_other"))
    money = (pl.col("from_cents") < pl.col("to_cents_other")) & (
        pl.col("from_cents_other") < pl.col("to_cents")
    )
    days = (pl.col("valid_from") <= pl.col("valid_to_other")) & (
        pl.col("valid_from_other") <= pl.col("valid_to")
    )
    return pairs.filter(money & days)[LINE].unique()
