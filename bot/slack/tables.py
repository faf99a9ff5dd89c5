"""Draws a Table as Slack's native table: aligned and whole when short, sortable by pages when long."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.slack.blocks import Block
from bot.slack.marks import bare, cut
from skills.contract import Cell, Language, Table, Value
from skills.text import number

COLUMNS = 20
ROWS = 99  # and the header: Slack takes 100
SHORT = 20  # up to here a plain table reads best; beyond, pages of this size
CELL = 200
CHARACTERS = 9_500  # Slack takes 10,000 over all the tables of a message
NOTHING = "—"


@dataclass(frozen=True)
class Drawn:
    """A table's block (None when not even one row fits), how many rows it shows and what it spends."""

    block: Block | None
    shown: int
    characters: int


def draw_table(table: Table, language: Language, room: int = CHARACTERS) -> Drawn:
    """The rows that fit in `room` characters, in order."""
    heads = [cut(bare(name), CELL) or NOTHING for name in table.columns[:COLUMNS]]
    spent, rows = sum(map(len, heads)), []
    for row in table.rows[:ROWS]:
        cells = [_shown(cell, language) for cell in row[: len(heads)]]
        cells += [NOTHING] * (len(heads) - len(cells))
        if spent + sum(map(len, cells)) > room:
            break
        spent += sum(map(len, cells))
        rows.append(cells)
    if not rows or not heads:
        return Drawn(None, 0, 0)
    whole = len(table.rows) <= SHORT
    block = _plain(table, heads, rows) if whole else _paged(table, heads, rows)
    return Drawn(block, len(rows), spent)


def _shown(cell: Cell, language: Language) -> str:
    if isinstance(cell, Value):
        return number(cell, language)
    return cut(bare(cell or ""), CELL).strip() or NOTHING


def _plain(table: Table, heads: list[str], rows: list[list[str]]) -> Block:
    return {
        "type": "table",
        "column_settings": [_column(table, at) for at in range(len(heads))],
        "rows": [[_text(cell) for cell in line] for line in (heads, *rows)],
    }


def _paged(table: Table, heads: list[str], rows: list[list[str]]) -> Block:
    lines = [
        [_sortable(cell, shown) for cell, shown in zip(_padded(given, len(heads)), line, strict=True)]
        for given, line in zip(table.rows, rows, strict=False)
    ]
    return {
        "type": "data_table",
        "caption": cut(bare(table.title), 150) or " · ".join(heads)[:150],
        "page_size": SHORT,
        "rows": [[_text(name) for name in heads], *lines],
    }


def _padded(row: Sequence[Cell], size: int) -> list[Cell]:
    return [*row[:size], *[None] * (size - len(row))]


def _text(text: str) -> Block:
    return {"type": "raw_text", "text": text}


def _sortable(cell: Cell, shown: str) -> Block:
    if isinstance(cell, Value) and cell.amount is not None:
        return {"type": "raw_number", "value": float(cell.amount), "text": shown}
    return _text(shown)


def _column(table: Table, at: int) -> dict[str, Any]:
    """Numbers to the right, so that they line up; names wrap rather than run out of the page."""
    cells = [row[at] for row in table.rows if at < len(row) and row[at] is not None]
    if cells and all(isinstance(cell, Value) for cell in cells):
        return {"align": "right"}
    return {"align": "left", "is_wrapped": True}
