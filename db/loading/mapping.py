"""Turns a file's table into the kind's own columns: renamed, cleaned, typed; the totals row set apart.

Knows the layout; no database.
"""

from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from db.loading.columns import add_faults, by_text, states, type_column
from db.loading.faults import Note
from db.loading.layouts import Choice, Reversal
from db.loading.readers import plain
from db.loading.table import FAULT, LINE, RawTable
from db.loading.trailer import Trailer, compare, split_trailer

_EDGES = " \t\r\n\u00a0\u200b\ufeff"
_TEXT_MARK = r"^'([=+\-@＝\t\r\d])"  # the apostrophe that keeps a cell text


@dataclass(frozen=True)
class Typed:
    """Rows in the kind's columns and types. `_line` and `_fault` travel along."""

    frame: pl.DataFrame
    raw: pl.DataFrame  # the same rows as the file had them, for the rejects
    choice: Choice
    notes: tuple[Note, ...]

    def has(self, column: str) -> bool:
        """The file says something of this column; one it lacks leaves what stands."""
        return column in self.choice.sources or column in self.choice.rules.supplied


def type_table(table: RawTable, choice: Choice, client: str | None) -> Typed:
    cleaned = _cleaned(table.frame, table.headers)
    rows, trailer = split_trailer(cleaned, choice)
    frame = _mapped(rows, choice, client)
    notes = [*table.notes, *_numeric_accounts(table, choice)]
    if choice.looks_like:
        notes.append(Note("load_looks_like", {"other": choice.looks_like}, warning=True))
    for column, spec in choice.shape.types.items():
        if column not in frame.columns:
            continue
        numeric = choice.header_of(column) in table.numeric
        values, faults = type_column(frame[column], spec, numeric=numeric)
        if spec == "state":
            values, unknown = states(frame[column])
            notes += _unknown_states(unknown)
        frame = add_faults(frame.with_columns(values.alias(column)), column, faults)
    frame = _with_missing(_signed(frame), choice)
    notes += _totals_said(frame, trailer, choice)
    return Typed(frame, rows, choice, tuple(notes))


def _cleaned(frame: pl.DataFrame, headers: tuple[str, ...]) -> pl.DataFrame:
    stripped = [pl.col(h).str.strip_chars(_EDGES) for h in headers]
    frame = frame.with_columns(stripped)
    marked = [h for h in headers if frame[h].str.starts_with("'").any()]
    frame = frame.with_columns(pl.col(h).str.replace(_TEXT_MARK, "$1") for h in marked)
    return frame.with_columns(pl.when(pl.col(h) != "").then(pl.col(h)) for h in headers)


def _mapped(rows: pl.DataFrame, choice: Choice, client: str | None) -> pl.DataFrame:
    """The kind's columns, still text."""
    parts: list[pl.Series | pl.Expr] = [
        _source(rows, column, headers, choice) for column, headers in choice.sources.items()
    ]
    given = dict(choice.rules.supplied)
    if client is not None and "client_code" in choice.shape.types and "client_code" not in choice.sources:
        given["client_code"] = client
    parts += [pl.lit(value).alias(c) for c, value in given.items() if c not in choice.sources]
    frame = rows.select(LINE, FAULT, *parts)
    reversal = choice.rules.reversal
    if reversal is not None and any(plain(h) == plain(reversal.column) for h in rows.columns):
        frame = _reversed(frame, rows, reversal)
    if client is not None and "client_code" in choice.sources:
        other = frame["client_code"].is_not_null() & (
            frame["client_code"].str.to_uppercase() != client.upper()
        )
        frame = add_faults(frame, "client_code", {"other_client": other.fill_null(value=False)})
    return frame


def _source(rows: pl.DataFrame, column: str, headers: tuple[str, ...], choice: Choice) -> pl.Series:
    """One of their columns, or several as a list; their words for ours."""
    if len(headers) > 1:
        joined = pl.concat_str([pl.col(h) for h in headers], separator="|", ignore_nulls=True)
        return rows.select(pl.when(joined != "").then(joined).alias(column)).to_series()
    texts = rows[headers[0]].alias(column)
    words = {plain(theirs): ours for theirs, ours in choice.rules.values.get(column, {}).items()}
    return by_text(texts, lambda text: words.get(plain(text), text), pl.String) if words else texts


def _reversed(frame: pl.DataFrame, rows: pl.DataFrame, rule: Reversal) -> pl.DataFrame:
    """Their mark of a reversal becomes a reference of its own and the reference it takes back."""
    header = next(h for h in rows.columns if plain(h) == plain(rule.column))
    word = by_text(rows[header], plain, pl.String).fill_null("")
    back = word.is_in([plain(w) for w in rule.reversed])
    known = back | word.is_in(["", *(plain(w) for w in rule.paid)])
    frame = add_faults(frame, rule.column, {"bad_choice": ~known})
    return frame.with_columns(
        pl.when(back).then(pl.col("payment_ref")).alias("reverses_ref"),
        pl.when(back).then(pl.col("payment_ref") + "-REV").otherwise("payment_ref").alias("payment_ref"),
    )


def _signed(frame: pl.DataFrame) -> pl.DataFrame:
    """Money given back is negative, whatever sign the file wrote."""
    if not {"amount", "reverses_ref"} <= set(frame.columns):
        return frame
    back = pl.col("reverses_ref").is_not_null()
    return frame.with_columns(pl.when(back).then(-pl.col("amount").abs()).otherwise("amount").alias("amount"))


def _with_missing(frame: pl.DataFrame, choice: Choice) -> pl.DataFrame:
    for column in choice.shape.required:
        if column in frame.columns:
            frame = add_faults(frame, column, {"missing": frame[column].is_null()})
    return frame


def _numeric_accounts(table: RawTable, choice: Choice) -> list[Note]:
    header = choice.header_of("account_no")
    return (
        [Note("load_numeric_accounts", {"column": header}, warning=True)] if header in table.numeric else []
    )


def _unknown_states(unknown: list[str]) -> list[Note]:
    if not unknown:
        return []
    return [Note("load_unknown_states", {"n": len(unknown), "names": ", ".join(unknown[:5])}, warning=True)]


def sums(frame: pl.DataFrame, choice: Choice) -> dict[str, Decimal]:
    """Pesos of each amount column, of every row that has a readable one."""
    money = [c for c, spec in choice.shape.types.items() if spec == "money" and c in frame.columns]
    return {c: Decimal(int(frame[c].sum())) / 100 for c in money}


def _totals_said(frame: pl.DataFrame, trailer: Trailer | None, choice: Choice) -> list[Note]:
    if trailer is None:
        return []
    theirs = {choice.header_of(column): amount for column, amount in sums(frame, choice).items()}
    return compare(trailer, theirs, frame.height)
