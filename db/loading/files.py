"""Reads a file's bytes into a table of texts: encoding, separator, header line, half-written lines.

Knows no layout and no meaning: `recognise` counts the headers somebody knows.
"""

import csv
import re
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from db.loading.faults import LoadingRefused, Note
from db.loading.table import FAULT, HEADER_SEARCH, LINE, RawTable, Recognise, named_once
from db.loading.workbooks import read_workbook

SEPARATORS = (",", ";", "\t", "|")
_END = "\x02"  # put at the end of every line, so that a line cut short or too long shows
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def read_bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise LoadingRefused("load_unreadable", file=path.name) from error
    if not data.strip(b"\x00\r\n\t ;,|\xef\xbb\xbf"):
        raise LoadingRefused("load_empty", file=path.name)
    return data


def read_table(data: bytes, name: str, recognise: Recognise) -> RawTable:
    """The file's table, whatever it was saved as. The name is only for the sentences."""
    if data[:4] in _WORKBOOKS:
        return read_workbook(data, name, recognise)
    return _read_text(data, name, recognise)


def _read_text(data: bytes, name: str, recognise: Recognise) -> RawTable:
    text, notes = _decode(data, name)
    lines = _first_lines(text)
    if not any(line.strip() for line in lines):
        raise LoadingRefused("load_not_a_table", file=name)
    separator, header_at = _find_header(lines, recognise)
    headers = _headers(lines[header_at], separator)
    if len(headers) < 2 and recognise(headers) == 0:
        raise LoadingRefused("load_not_a_table", file=name)
    body = text.split("\n", header_at + 1)[header_at + 1] if text.count("\n") > header_at else ""
    if not body.strip():
        raise LoadingRefused("load_no_rows", file=name)
    frame = _parse(body, headers, separator, name).with_columns((pl.col(LINE) + header_at + 1).cast(pl.Int64))
    if not body.endswith("\n"):
        notes.append(Note("load_no_final_newline", warning=True))
        frame = _with_cut_marked(frame, headers[-1])
    return RawTable(frame, tuple(headers), notes=tuple(notes))


def _with_cut_marked(frame: pl.DataFrame, last: str) -> pl.DataFrame:
    """A last line with no end whose last cell is shorter than all above it was cut while being written."""
    if frame.height < 3:
        return frame
    above, cell = frame[last][:-1], frame[last][-1]
    lengths = above.str.len_chars()
    decimals = above.str.contains(r"[.,]\d{2}$").all() and not re.search(r"[.,]\d{2}$", cell)
    same_length = lengths.n_unique() == 1 and len(cell) < lengths[0]
    emptied = not cell and bool((lengths > 0).all())
    if not (decimals or same_length or emptied):
        return frame
    is_last = pl.int_range(pl.len()) == frame.height - 1
    return frame.with_columns(pl.when(is_last).then(pl.lit("cut_short")).otherwise(FAULT).alias(FAULT))


def _decode(data: bytes, name: str) -> tuple[str, list[Note]]:
    """UTF-8 with or without BOM, UTF-16 with BOM, else the Windows code page of Western Europe."""
    notes: list[Note] = []
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16", errors="replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            # Cut in the middle of its last letter: still UTF-8, and the last line will show it is broken.
            cut = error.reason == "unexpected end of data" and error.start >= len(data) - 4
            text = data.decode("utf-8-sig", errors="ignore") if cut else _western(data)
            if not cut:
                notes.append(Note("load_not_utf8"))
    if "\x00" in text:
        raise LoadingRefused("load_not_a_table", file=name)
    return text.replace("\r\n", "\n").replace("\r", "\n"), notes


def _western(data: bytes) -> str:
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _first_lines(text: str) -> list[str]:
    return text[: 64 * 1024].split("\n")[:HEADER_SEARCH]


def _find_header(lines: Sequence[str], recognise: Recognise) -> tuple[str, int]:
    """The separator and line under which most headers are known; failing that, most columns, highest up."""

    def known(choice: tuple[str, int]) -> tuple[int, int, int]:
        separator, at = choice
        headers = _headers(lines[at], separator)
        return recognise(headers), len(headers), -at

    return max(((s, at) for at in range(len(lines)) if lines[at].strip() for s in SEPARATORS), key=known)


def _headers(line: str, separator: str) -> list[str]:
    cells = next(csv.reader([line], delimiter=separator), [])
    return named_once([cell.strip().strip("\ufeff") for cell in cells])


def _parse(body: str, headers: Sequence[str], separator: str, name: str) -> pl.DataFrame:
    if _END in body:
        raise LoadingRefused("load_not_a_table", file=name)
    body = body if body.endswith("\n") else body + "\n"
    try:
        return _checked(_scan(body, headers, separator), headers, quoted='"' in body)
    except pl.exceptions.ComputeError:
        return _without_open_quote(body, headers, separator)


def _without_open_quote(body: str, headers: Sequence[str], separator: str) -> pl.DataFrame:
    """A quote opened in the last line and never closed is a file cut short; anywhere else it is refused."""
    whole, _, last = body[:-1].rpartition("\n")
    if last.count('"') % 2 == 0:
        raise LoadingRefused("load_broken_quotes", line=_odd_quotes(body))
    lines = whole.count("\n") + 1 if whole else 0
    torn = pl.DataFrame(
        {**{h: [""] for h in headers}, headers[0]: [last], LINE: [lines + 1], FAULT: ["cut_short"]}
    )
    if not whole:
        return torn
    try:
        read = _checked(_scan(whole + "\n", headers, separator), headers, quoted='"' in whole)
    except pl.exceptions.ComputeError as error:
        raise LoadingRefused("load_broken_quotes", line=_odd_quotes(whole)) from error
    return pl.concat([read, torn.select(read.columns).cast(read.schema)])


def _odd_quotes(body: str) -> int:
    """The first line after the header whose quotes do not pair up."""
    return next((n for n, line in enumerate(body.split("\n"), 2) if line.count('"') % 2), 2)


def _scan(body: str, headers: Sequence[str], separator: str) -> pl.DataFrame:
    marked = body.replace("\n", f"{separator}{_END}\n").encode()
    return pl.read_csv(
        marked,
        has_header=False,
        separator=separator,
        schema=dict.fromkeys((*headers, _END), pl.String),
        empty_string_is_null=False,
        missing_columns="insert",
        extra_columns="ignore",
    )


def _checked(frame: pl.DataFrame, headers: Sequence[str], *, quoted: bool) -> pl.DataFrame:
    """Line numbers, blank lines out, and a fault on each line with too few or too many cells."""
    line = 1 + pl.int_range(pl.len(), dtype=pl.Int64)
    if not quoted and (frame[_END] == _END).all():  # every line whole: the usual file
        lines = frame.with_columns(line.alias(LINE), pl.lit(None, pl.String).alias(FAULT))
        return _without_blanks(lines, headers)
    inner = pl.sum_horizontal(pl.col(h).str.count_matches(_END, literal=True) for h in headers)
    # A separator too many after the last cell is how some programs end every line.
    whole = (pl.col(_END) == _END) | ((pl.col(_END) == "") & (inner == 0))
    ended = frame.select(whole.all()).item()
    if quoted:  # a line break inside quotes took the mark in with it
        broken = pl.when(whole).then(inner).otherwise(pl.lit(0))
        line = line + broken.cum_sum().shift(1).fill_null(0)
    frame = frame.with_columns(
        line.cast(pl.Int64).alias(LINE), pl.when(~whole).then(pl.lit("wrong_cells")).alias(FAULT)
    )
    if quoted or not ended:
        frame = frame.with_columns(pl.col(h).str.replace_all(rf"[,;\t|]?{_END}", "") for h in headers)
    return _without_blanks(frame, headers)


def _without_blanks(frame: pl.DataFrame, headers: Sequence[str]) -> pl.DataFrame:
    frame = frame.drop(_END)
    if not (frame[headers[0]].str.strip_chars() == "").any():
        return frame
    return frame.filter(~pl.all_horizontal(pl.col(h).str.strip_chars() == "" for h in headers))
