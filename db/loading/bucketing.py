"""Puts columns of positions into their buckets, by its client's edges; the rule itself is db.buckets."""

import polars as pl
from sqlalchemy import ColumnElement, Executable, Table, case, update

from db.buckets import CASTIGO, CASTIGO_NO, CHARGED_OFF, edges_of, labels_of
from db.loading.known import Job


def bucketed(rows: pl.DataFrame, job: Job) -> pl.DataFrame:
    """bucket and bucket_no of every row, by its client's own edges and its status."""
    edges = dict(job.clients.select("id", "bucket_edges").rows())
    number = pl.lit(None, pl.Int64)
    name = pl.lit(None, pl.String)
    for client in rows["client_id"].drop_nulls().unique().to_list():
        here = pl.col("client_id") == client
        steps = edges_of(edges[client])
        counted = pl.sum_horizontal((pl.col("dpd") > edge).cast(pl.Int64) for edge in (0, *steps))
        number = pl.when(here).then(counted).otherwise(number)
        labels = pl.Series(labels_of(steps))
        name = pl.when(here).then(_labelled(counted, labels)).otherwise(name)
    if "status" in rows.columns:
        charged_off = pl.col("status").is_in(list(CHARGED_OFF)).fill_null(value=False)
        number = pl.when(charged_off).then(pl.lit(CASTIGO_NO)).otherwise(number)
        name = pl.when(charged_off).then(pl.lit(CASTIGO)).otherwise(name)
    return rows.with_columns(number.cast(pl.Int64).alias("bucket_no"), name.alias("bucket"))


def _labelled(number: pl.Expr, labels: pl.Series) -> pl.Expr:
    numbers = pl.Series(range(len(labels)), dtype=pl.Int64)
    return number.replace_strict(numbers, labels, default=None, return_dtype=pl.String)


def rebucket(table: Table, client_id: int, edges_text: str) -> Executable:
    """One statement that gives every stored position of a client its bucket under new edges."""
    edges = edges_of(edges_text)
    labels = labels_of(edges)
    rest = table.c.bucket_no != CASTIGO_NO  # charged off stays charged off
    upper: list[tuple[ColumnElement[bool], int]] = [(table.c.dpd <= 0, 0)]
    upper += [(table.c.dpd <= edge, number) for number, edge in enumerate(edges, 1)]
    names = case(*((when, labels[number]) for when, number in upper), else_=labels[-1])
    numbers = case(*upper, else_=len(edges) + 1)
    return update(table).where(table.c.client_id == client_id, rest).values(bucket=names, bucket_no=numbers)
