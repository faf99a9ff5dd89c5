"""Notices a totals row at the end of a file, takes it out, and compares it with what the rows add up to."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from db.loading.faults import Note
from db.loading.layouts import Choice
from db.loading.readers import plain, read_decimal
from db.loading.table import FAULT, LINE

_LABELS = ("total", "gran total", "suma", "sumatoria", "registros", "no de registros")


@dataclass(frozen=True)
class Trailer:
    line: int
    cells: dict[str, str]  # header -> text, only the filled ones
    labelled: bool


def split_trailer(frame: pl.DataFrame, choice: Choice) -> tuple[pl.DataFrame, Trailer | None]:
    """The rows without their totals row, and the totals row."""
    if frame.height < 2:
        return frame, None
    last = frame.row(frame.height - 1, named=True)
    cells = {h: str(text) for h, text in last.items() if text is not None and h not in (LINE, FAULT)}
    labelled = bool(cells) and plain(next(iter(cells.values()))).startswith(_LABELS)
    if not labelled and not (last[FAULT] is None and _only_sums(cells, choice)):
        return frame, None
    return frame.head(frame.height - 1), Trailer(last[LINE], cells, labelled)


def _only_sums(cells: Mapping[str, str], choice: Choice) -> bool:
    money = {choice.header_of(c) for c, spec in choice.shape.types.items() if spec == "money"}
    return (
        bool(cells) and set(cells) <= money and all(read_decimal(text) is not None for text in cells.values())
    )


def compare(trailer: Trailer, sums: Mapping[str, Decimal], rows: int) -> list[Note]:
    """One note a figure of the totals row. Under no amount (a short row) it may be any sum, or the count."""
    notes: list[Note] = []
    for header, text in trailer.cells.items():
        stated = read_decimal(text)
        if stated is None:
            continue
        column, computed = _nearest(header, stated, sums, rows)
        if column is not None:
            notes.append(_note(trailer, column, stated, computed))
    return notes or [Note("load_totals_row", {"line": trailer.line})]


def _nearest(
    header: str, stated: Decimal, sums: Mapping[str, Decimal], rows: int
) -> tuple[str | None, Decimal]:
    if header in sums:
        return header, sums[header]
    if stated == rows:
        return "#", Decimal(rows)
    equal = next((column for column, total in sums.items() if total == stated), None)
    if equal is not None:
        return equal, stated
    if stated == stated.to_integral_value() and stated < 10 * rows:
        return "#", Decimal(rows)
    first = next(iter(sums), None)
    return first, sums[first] if first is not None else Decimal(0)


def _note(trailer: Trailer, column: str, stated: Decimal, computed: Decimal) -> Note:
    kind = "count" if column == "#" else "sum"
    form = "{:,.0f}" if kind == "count" else "{:,.2f}"
    slots: dict[str, str | int] = {"line": trailer.line, "column": column, "stated": form.format(stated)}
    if stated == computed:
        return Note(f"load_{kind}_matches", slots)
    slots |= {"computed": form.format(computed), "difference": form.format(stated - computed)}
    return Note(f"load_{kind}_differs", slots, warning=True)
