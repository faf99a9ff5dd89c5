"""Reads a spreadsheet's first table as text, strings first. Knows no layout and no meaning."""

import logging
from collections.abc import Sequence

import fastexcel
import polars as pl

from db.loading.faults import LoadingRefused, Note
from db.loading.table import FAULT, HEADER_SEARCH, LINE, RawTable, Recognise, named_once


def read_workbook(data: bytes, name: str, recognise: Recognise) -> RawTable:
    """The sheet whose headers are known best; the others are named in a note."""
    if data[:2] != b"PK" and "EncryptedPackage".encode("utf-16-le") in data:
        raise LoadingRefused("load_encrypted", file=name)
    # It warns of every empty column it has to guess; an empty column is read as text, and that is all.
    logging.getLogger("fastexcel").setLevel(logging.ERROR)
    try:
        book = fastexcel.read_excel(data)
        sheets = {sheet: _texts(book, sheet) for sheet in book.sheet_names}
    except fastexcel.FastExcelError as error:
        raise LoadingRefused("load_broken_workbook", file=name) from error
    filled = {sheet: frame for sheet, frame in sheets.items() if frame.height}
    if not filled:
        raise LoadingRefused("load_empty", file=name)
    found = {sheet: _find_header(frame, recognise) for sheet, frame in filled.items()}
    best = max(found, key=lambda sheet: found[sheet])
    at = -found[best][2]
    others = ", ".join(sheet for sheet in filled if sheet != best)
    notes = (Note("load_sheet_used", {"sheet": best, "others": others}),) if others else ()
    return _below(filled[best], at, book, best, name, notes)


def _texts(book: fastexcel.ExcelReader, sheet: str) -> pl.DataFrame:
    loaded = book.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string")
    frame: pl.DataFrame = loaded.to_polars()
    return frame


def _find_header(frame: pl.DataFrame, recognise: Recognise) -> tuple[int, int, int]:
    """(headers known, cells filled, minus the row): the largest is the header."""
    rows = frame.head(HEADER_SEARCH).rows()
    return max(
        (recognise([str(cell or "") for cell in row]), sum(cell is not None for cell in row), -at)
        for at, row in enumerate(rows)
    )


def _below(
    frame: pl.DataFrame, at: int, book: fastexcel.ExcelReader, sheet: str, name: str, notes: tuple[Note, ...]
) -> RawTable:
    cells = [str(cell or "").strip() for cell in frame.row(at)]
    headers = named_once(cells)
    body = frame.rename(dict(zip(frame.columns, headers, strict=True))).with_row_index(LINE, offset=1)
    body = body.slice(at + 1).with_columns(pl.col(LINE).cast(pl.Int64), pl.lit(None, pl.String).alias(FAULT))
    body = body.with_columns(pl.col(h).fill_null("") for h in headers)
    kept = [h for h, cell in zip(headers, cells, strict=True) if cell or (body[h] != "").any()]
    body = body.filter(~pl.all_horizontal(pl.col(h).str.strip_chars() == "" for h in kept))
    if body.height == 0:
        raise LoadingRefused("load_no_rows", file=name)
    numeric = _numeric(book, sheet, at, headers)
    return RawTable(body.select(*kept, LINE, FAULT), tuple(kept), numeric & set(kept), notes)


def _numeric(book: fastexcel.ExcelReader, sheet: str, at: int, headers: Sequence[str]) -> frozenset[str]:
    """Columns that hold numbers and nothing else: there the spreadsheet has already dropped leading zeros."""
    loaded = book.load_sheet(sheet, header_row=None, skip_rows=at + 1, schema_sample_rows=None)
    kinds = [column.dtype for column in loaded.available_columns()]
    return frozenset(h for h, kind in zip(headers, kinds, strict=False) if kind in ("int", "float"))
