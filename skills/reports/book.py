"""Writes a creditor's pack as an Excel workbook: typed cells, frozen heads, its own names for the columns.

Text stays text: no formula and no link is ever made from data.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO
from typing import Any, Literal

import xlsxwriter

Kind = Literal["text", "money", "count", "rate", "day", "time", "yes"]
PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
ROWS, TEXT = 1_000_000, 32_000  # Excel's own limits, nearly
FORMATS: Mapping[Kind, str] = {
    "money": "$#,##0.00",
    "count": "#,##0",
    "rate": "0.0%",
    "day": "dd/mm/yyyy",
    "time": "hh:mm",
}
WIDTHS: Mapping[Kind, int] = {"text": 22, "money": 15, "count": 11, "rate": 9, "day": 12, "time": 8, "yes": 8}
BLUE = "#1A3D5C"
LINE, WIDE = 15.5, 75  # points of a line on the cover, and signs in it


@dataclass(frozen=True)
class Column:
    head: str
    kind: Kind


@dataclass(frozen=True)
class Grid:
    """One sheet: `note` stands below its rows."""

    name: str
    columns: tuple[Column, ...]
    rows: Iterable[Sequence[Any]]
    note: str = ""


class TooMany(Exception):
    """More rows than a sheet holds."""


def book(title: str, lines: Sequence[tuple[str, str]], grids: Sequence[Grid], cover: str) -> bytes:
    """`lines` are the cover's labels and words; `cover` is the name of its sheet."""
    buffer = BytesIO()
    made = xlsxwriter.Workbook(buffer, {**PLAIN, "in_memory": True})
    made.set_properties({"title": title, "author": "Cartera"})
    formats: dict[str, Any] = {
        kind: made.add_format({"num_format": pattern}) for kind, pattern in FORMATS.items()
    }
    _cover(made, cover, title, lines)
    head = made.add_format({"bold": True, "font_color": "#FFFFFF", "bg_color": BLUE, "text_wrap": True})
    for grid in grids:
        _sheet(made.add_worksheet(grid.name), grid, formats, head)
    made.close()
    return buffer.getvalue()


def _cover(made: Any, name: str, title: str, lines: Sequence[tuple[str, str]]) -> None:
    page = made.add_worksheet(name)
    page.set_column(0, 0, 30)
    page.set_column(1, 1, 80)
    page.fit_to_pages(1, 1)
    page.write_string(0, 0, title, made.add_format({"bold": True, "font_size": 16, "font_color": BLUE}))
    label = made.add_format({"bold": True, "valign": "top"})
    body = made.add_format({"text_wrap": True, "valign": "top"})
    for n, (head, said) in enumerate(lines, start=2):
        page.write_string(n, 0, _text(head), label)
        page.write_string(n, 1, _text(said), body)
        page.set_row(n, LINE * (1 + len(said) // WIDE))


def _sheet(page: Any, grid: Grid, formats: Mapping[str, Any], head: Any) -> None:
    for at, column in enumerate(grid.columns):
        page.write_string(0, at, _text(column.head), head)
        page.set_column(at, at, max(WIDTHS[column.kind], min(len(column.head) + 2, 30)))
    n = 0
    for n, row in enumerate(grid.rows, start=1):
        if n > ROWS:
            raise TooMany(grid.name)
        for at, (column, value) in enumerate(zip(grid.columns, row, strict=True)):
            _cell(page, n, at, column.kind, value, formats)
    page.freeze_panes(1, 1)
    page.set_landscape()
    page.repeat_rows(0)
    page.fit_to_pages(1, 0)
    if n:
        page.autofilter(0, 0, n, len(grid.columns) - 1)
    if grid.note:
        page.write_string(n + 2, 0, _text(grid.note))


def _cell(page: Any, row: int, at: int, kind: Kind, value: Any, formats: Mapping[str, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, datetime | date | time):
        page.write_datetime(row, at, value, formats[kind])
    elif kind in ("money", "count", "rate"):
        page.write_number(row, at, float(value), formats[kind])
    else:
        page.write_string(row, at, _text(str(value)))


def _text(words: str) -> str:
    """The writer takes a string in <r> tags for ready-made XML: that is held off."""
    whole = "".join(sign for sign in words if sign in "\t\n" or sign >= " ")[:TEXT]
    return f"'{whole}" if whole.startswith("<r>") else whole
