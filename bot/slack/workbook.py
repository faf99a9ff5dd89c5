"""Writes an Answer as an Excel workbook: its tables with typed cells, and a sheet that says what they are.

Knows no KPI, nor where the file goes. Text stays text: no formula and no link is ever made from data.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter

from bot.slack.marks import bare, cut
from skills.contract import Answer, Basis, Cell, Figures, Language, Table, Trend, Value
from skills.text import Texts, day, number, period

ROWS = 20_000
COLUMNS = 200
TEXT = 32_000  # Excel takes 32,767
NAME = 31
HOUR, DAY = 3600, 86_400
NARROW, WIDE = 9, 48
HOUSE_BLUE = "#1A3D5C"
PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_ACTING = frozenset("=+-@\u2212")
_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_NOT_XML = re.compile("[\ufffe\uffff]")
_RESERVED = frozenset({"history", "historial"})  # Excel keeps this name for itself
Tame = Callable[[str], str]


@dataclass(frozen=True)
class Sheet:
    title: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]


def harmless(text: str) -> str:
    """`text` as a cell that no spreadsheet acts on, not even where it is typed again or saved as CSV.

    The writer takes a string in <r> tags for ready-made XML, so that is held off as well."""
    whole = _writable(text).strip()[:TEXT]
    seen = whole.lstrip(_UNSEEN).lstrip()
    acts = unicodedata.normalize("NFKC", seen[:1]) in _ACTING and len(seen) > 1
    return f"'{whole}" if acts or whole.startswith("<r>") else whole


def _writable(text: str) -> str:
    """Only signs that XML can hold."""
    return _NOT_XML.sub("", bare(text).encode("utf-8", "replace").decode("utf-8"))


def workbook(
    answer: Answer,
    language: Language,
    *,
    texts: Texts,
    who: str,
    made_at: datetime,
    tame: Tame = harmless,
) -> bytes:
    """`made_at` in the agency's own time; `who` is the name of whom the file is for."""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {**PLAIN, "in_memory": True})
    book.set_properties({"author": "Cartera", "created": made_at.replace(tzinfo=None)})
    writer = _Writer(book, language, tame)
    found = list(sheets_of(answer, texts, language))
    for sheet in found:
        writer.table(sheet)
    lines = [*about(answer, texts, language, made_at), *_cut(found, texts, language)]
    stamp = texts.say(language, "files.stamp", who=who, when=_when(made_at, language))
    writer.words(texts.say(language, "files.sheet_about"), answer.title, lines, stamp)
    book.close()
    return buffer.getvalue()


def sheets_of(answer: Answer, texts: Texts, language: Language) -> Iterator[Sheet]:
    """One a table, one for a chart unless a table holds the same numbers, then the figures."""
    tables = [part for part in answer.parts if isinstance(part, Table) and part.rows and part.columns]
    for table in tables:
        rows = table.rows if table.whole is None else table.whole()
        yield Sheet(table.title or answer.title, table.columns[:COLUMNS], rows)
    for part in answer.parts:
        if isinstance(part, Trend) and part.series:
            sheet = _series(part, texts.say(language, "files.chart_label"))
            if all(sheet.rows != table.rows for table in tables):
                yield sheet
    for part in answer.parts:
        if isinstance(part, Figures) and part.items:
            yield _figures(part, texts, language)


def _figures(part: Figures, texts: Texts, language: Language) -> Sheet:
    heads = ("label", "value", "previous", "against", "target", "detail")
    columns = tuple(texts.say(language, f"files.figure_{head}") for head in heads)
    rows = [
        (each.label, each.value, each.previous, each.previous_label, each.target, each.detail)
        for each in part.items
    ]
    return Sheet(texts.say(language, "files.sheet_figures"), columns, rows)


def _series(part: Trend, label: str) -> Sheet:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (point, *(Value(_at(amounts, n), part.unit) for _, amounts in part.series))
        for n, point in enumerate(part.labels)
    )
    return Sheet(part.title, (label, *(name for name, _ in part.series)), rows)


def _at(amounts: Sequence[Decimal | None], n: int) -> Decimal | None:
    return amounts[n] if n < len(amounts) else None


# --- What it is ----------------------------------------------------------------------------------


def about(answer: Answer, texts: Texts, language: Language, made_at: datetime) -> Iterator[tuple[str, str]]:
    """Label and words: what was understood, how it is measured, over what, as of when."""

    def line(key: str, words: str) -> Iterator[tuple[str, str]]:
        if words:
            yield texts.say(language, f"files.about_{key}"), words

    yield from line("echo", answer.echo)
    if answer.basis is not None:
        for key, words in _measured(answer.basis, texts, language, made_at):
            yield from line(key, words)
    notes = [part.note for part in answer.parts if isinstance(part, Table) and part.note]
    notes += answer.basis.notes if answer.basis is not None else ()
    for note in notes:
        yield from line("note", note)


def _measured(basis: Basis, texts: Texts, language: Language, made_at: datetime) -> Iterator[tuple[str, str]]:
    today = made_at.date()
    over = period(basis.period, language, today) if basis.period is not None else ""
    yield "metric", basis.label
    yield "definition", basis.definition
    yield "formula", basis.formula
    yield "variant", basis.variant_label
    yield "period", texts.say(language, "files.running", period=over) if basis.partial and over else over
    yield "previous", period(basis.previous, language, today) if basis.previous is not None else ""
    yield "as_of", basis.as_of_label
    yield "filters", ", ".join(basis.filters)
    yield "scope", basis.scope


def _cut(sheets: Sequence[Sheet], texts: Texts, language: Language) -> Iterator[tuple[str, str]]:
    for sheet in sheets:
        if len(sheet.rows) > ROWS:
            said = texts.say(language, "files.rows_cut", shown=f"{ROWS:,}", total=f"{len(sheet.rows):,}")
            yield sheet.title, said


def _when(made_at: datetime, language: Language) -> str:
    return f"{day(made_at.date(), language, date.min)}, {made_at:%H:%M}"


# --- Cells ---------------------------------------------------------------------------------------


class _Writer:
    """One workbook's sheets and formats."""

    def __init__(self, book: Any, language: Language, tame: Tame) -> None:
        self._book, self._language, self._tame = book, language, tame
        self._formats: dict[str, Any] = {}
        self._names: set[str] = set(_RESERVED)
        filled = {"font_color": "#FFFFFF", "bg_color": HOUSE_BLUE}
        self._head = book.add_format({**filled, "bold": True, "text_wrap": True, "valign": "top"})

    def table(self, sheet: Sheet) -> None:
        page = self._book.add_worksheet(sheet_name(sheet.title, self._names))
        rows, heads = sheet.rows[:ROWS], sheet.columns
        widths = [NARROW] * len(heads)
        for at, head in enumerate(heads):
            page.write_string(0, at, self._tame(head), self._head)
            widths[at] = max(NARROW, min(len(head) + 3, WIDE // 2))
        for n, row in enumerate(rows, start=1):
            for at, cell in enumerate(row[: len(heads)]):
                self._cell(page, n, at, cell)
                widths[at] = max(widths[at], min(len(self._shown(cell)) + 2, WIDE))
        for at, width in enumerate(widths):
            page.set_column(at, at, width)
        page.freeze_panes(1, 1)
        page.autofilter(0, 0, len(rows), len(heads) - 1)

    def words(self, name: str, title: str, lines: Sequence[tuple[str, str]], stamp: str) -> None:
        """The sheet that says what the others are."""
        page = self._book.add_worksheet(sheet_name(name, self._names))
        big = self._book.add_format({"bold": True, "font_size": 14, "font_color": HOUSE_BLUE})
        label = self._book.add_format({"bold": True, "valign": "top"})
        body = self._book.add_format({"text_wrap": True, "valign": "top"})
        grey = self._book.add_format({"italic": True, "font_color": "#616061"})
        page.set_column(0, 0, 22)
        page.set_column(1, 1, 90)
        page.write_string(0, 0, self._tame(title), big)
        page.write_string(1, 0, self._tame(stamp), grey)
        for n, (head, said) in enumerate(lines, start=3):
            page.write_string(n, 0, self._tame(head), label)
            page.write_string(n, 1, self._tame(said), body)

    def _cell(self, page: Any, row: int, at: int, cell: Cell) -> None:
        if not isinstance(cell, Value) or cell.amount is None:
            if cell:
                page.write_string(row, at, self._tame(self._shown(cell)))
            return
        amount = cell.amount / DAY if _is_clock(cell) else cell.amount
        page.write_number(row, at, float(amount), self._format(_pattern(cell)))

    def _shown(self, cell: Cell) -> str:
        return number(cell, self._language) if isinstance(cell, Value) else cell or ""

    def _format(self, pattern: str) -> Any:
        if pattern not in self._formats:
            self._formats[pattern] = self._book.add_format({"num_format": pattern})
        return self._formats[pattern]


def _is_clock(cell: Value) -> bool:
    """Excel shows no time below zero."""
    return cell.unit == "seconds" and cell.amount is not None and cell.amount >= 0


def _pattern(cell: Value) -> str:
    amount = cell.amount or Decimal(0)
    if cell.unit == "rate":
        return "0.0%"
    if cell.unit == "money":
        return "$#,##0.00"
    if _is_clock(cell):
        return "[h]:mm:ss" if amount >= HOUR else "mm:ss"
    if cell.unit == "hours":
        return '#,##0.0" h"'
    if amount == amount.to_integral_value():
        return "#,##0"
    return "#,##0.00" if cell.unit == "number" and abs(amount) < 10 else "#,##0.0"


def sheet_name(title: str, taken: set[str]) -> str:
    """`title` as Excel takes a sheet's name, told apart from those `taken`, and taken itself."""
    base = " ".join(_NOT_IN_A_NAME.sub(" ", _writable(title)).split()).strip("' ") or "Cartera"
    name, n = _fit(base, ""), 2
    while name.casefold() in taken:
        name, n = _fit(base, f" {n}"), n + 1
    taken.add(name.casefold())
    return name


def _fit(base: str, tail: str) -> str:
    """Excel counts UTF-16 units: an emoji is two."""
    room = NAME - len(tail)
    short = cut(base, room)
    while len(short.encode("utf-16-le")) > 2 * room:
        short = cut(base, len(short) - 1)
    return short.strip("' ") + tail
