"""Types a mapped table column by column: each cell a value, or the row a fault with its column.

Common forms are read in columns; what is left is read text by text, each different text once.
"""

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from db.loading import readers
from db.loading.layouts import choices
from db.loading.readers import plain
from db.loading.table import FAULT
from db.states import state_of

ZONE = "America/Mexico_City"
INSTANT = pl.Datetime("us", "UTC")
_SIMPLE = r"^-?\d{1,13}(\.\d{1,2})?$"
_COMMAS = r"^-?\$?\s*-?\d{1,3}(,\d{3})*(\.\d{1,2})?$"
_SCIENTIFIC = r"^\d+([.,]\d+)?[eE]\+?\d+$"
_EXCEL_DIGITS = 15  # a spreadsheet's number keeps no more
_ISO_INSTANT = r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2})?$"
_MX_INSTANT = r"^\d{2}/\d{2}/\d{4} \d{2}:\d{2}(:\d{2})?$"

Faults = dict[str, pl.Series]  # fault key -> where


def type_column(texts: pl.Series, spec: str, *, numeric: bool) -> tuple[pl.Series, Faults]:
    """The typed column and its faults. `numeric`: a spreadsheet held it as numbers."""
    kind, _, rest = spec.partition(" ")
    if kind in ("text", "code", "list"):
        return _text(texts, int(rest), is_list=kind == "list")
    if kind == "account":
        return _account(texts, numeric=numeric)
    if kind in ("money", "micros"):
        return _amount(texts, kind, numeric=numeric)
    if kind == "choice":
        return _choice(texts, rest)
    if kind == "moment":
        return _moment(texts)
    return _simple(texts, kind)


def _simple(texts: pl.Series, kind: str) -> tuple[pl.Series, Faults]:
    if kind in ("phones", "state"):
        return texts, {}
    if kind == "instant":
        values = instants(texts)
    else:
        reader, dtype = _READERS[kind]
        values = by_text(texts, reader, dtype)
    return values, {f"bad_{kind}": texts.is_not_null() & values.is_null()}


_READERS: Mapping[str, tuple[Callable[[str], Any], Any]] = {
    "integer": (readers.read_integer, pl.Int64),
    "percent": (readers.read_percent, pl.Int64),
    "rate": (readers.read_rate, pl.Int64),
    "day": (readers.read_day, pl.Date),
    "birth": (readers.read_birth_day, pl.Date),
    "month": (readers.read_month, pl.Date),
    "flag": (readers.read_flag, pl.Boolean),
    "phone": (readers.read_phone, pl.String),
}


def by_text(texts: pl.Series, reader: Callable[[Any], Any], dtype: Any) -> pl.Series:
    """Each different value read once."""
    different = texts.drop_nulls().unique()
    if different.is_empty():
        return pl.Series(texts.name, [None] * len(texts), dtype)
    read = pl.Series([reader(text) for text in different.to_list()], dtype=dtype)
    return texts.replace_strict(different, read, default=None, return_dtype=dtype)


def states(texts: pl.Series) -> tuple[pl.Series, list[str]]:
    """Common names, and the names nobody knows: an account is not refused for its state's spelling."""
    values = by_text(texts, state_of, pl.String)
    unknown = texts.filter(texts.is_not_null() & values.is_null()).unique().sort()
    return values, unknown.to_list()


def _text(texts: pl.Series, longest: int, *, is_list: bool) -> tuple[pl.Series, Faults]:
    values = texts.str.replace_all(r"\s+", " ")
    lengths = values.str.split("|").list.eval(pl.element().str.len_chars()).list.max() if is_list else None
    too_long = (values.str.len_chars() if lengths is None else lengths) > longest
    return values, {"too_long": too_long.fill_null(value=False)}


def _account(texts: pl.Series, *, numeric: bool) -> tuple[pl.Series, Faults]:
    """Text to the last zero. What a spreadsheet has already rounded cannot be put right, so it is refused."""
    values = texts.str.replace(r"\.0$", "") if numeric else texts
    scientific = values.str.contains(_SCIENTIFIC)
    faults = {"scientific_account": scientific, "too_long": values.str.len_chars() > 40}
    if numeric:
        faults["excel_digits"] = (values.str.len_chars() > _EXCEL_DIGITS) | values.str.contains(r"[.,]")
    return values, {key: where.fill_null(value=False) for key, where in faults.items()}


def _amount(texts: pl.Series, kind: str, *, numeric: bool) -> tuple[pl.Series, Faults]:
    reader = readers.read_cents if kind == "money" else readers.read_micros
    simple = texts.str.contains(_SIMPLE).fill_null(value=False)
    if simple.all():
        values = _whole(texts, kind)
        return values, {"bad_amount": texts.is_not_null() & values.is_null()}
    with_commas = texts.str.contains(_COMMAS).fill_null(value=False) & ~simple
    bare = texts.str.replace_all(r"[$,\s]", "").set(~(simple | with_commas), None)
    other = texts.set(simple | with_commas, None)
    values = _whole(bare, kind).zip_with(simple | with_commas, by_text(other, reader, pl.Int64))
    faults = {"bad_amount": texts.is_not_null() & values.is_null()}
    if not numeric and kind == "money":
        ambiguous = by_text(other, readers.is_ambiguous, pl.Boolean).fill_null(value=False)
        values, faults["ambiguous_amount"] = values.set(ambiguous, None), ambiguous
    return values, faults


def _whole(texts: pl.Series, kind: str) -> pl.Series:
    """Whole centavos or millionths by decimal arithmetic: money never passes through a float."""
    scale = 100 if kind == "money" else 1_000_000
    return (texts.cast(pl.Decimal(30, 2)) * scale).cast(pl.Int64, strict=False)


def instants(texts: pl.Series) -> pl.Series:
    """Moments in UTC; without a zone they are the agency's own time."""
    values = pl.Series(texts.name, [None] * len(texts), INSTANT)
    left = texts
    for pattern, form in ((_ISO_INSTANT, "%Y-%m-%d %H:%M:%S"), (_MX_INSTANT, "%d/%m/%Y %H:%M:%S")):
        here = left.str.contains(pattern).fill_null(value=False)
        if here.any():
            values = values.zip_with(~here, _local(left.set(~here, None), form))
            left = left.set(here & values.is_not_null(), None)
    if left.null_count() == len(left):
        return values
    return values.zip_with(left.is_null(), by_text(left, readers.read_instant, INSTANT))


def _local(texts: pl.Series, form: str) -> pl.Series:
    whole = texts.str.replace("T", " ", literal=True)
    short = whole.str.len_chars() == 16
    whole = whole.zip_with(~short.fill_null(value=False), whole + ":00")
    naive = whole.str.to_datetime(form, strict=False, time_unit="us")
    frame = pl.DataFrame({"naive": naive})
    local = pl.col("naive").dt.replace_time_zone(ZONE, ambiguous="earliest", non_existent="null")
    return frame.select(local.dt.convert_time_zone("UTC").alias(texts.name)).to_series()


def _moment(texts: pl.Series) -> tuple[pl.Series, Faults]:
    values = instants(texts)
    timed = texts.str.contains(r":|^\d{5}\.\d").fill_null(value=False)
    return values, {
        "bad_instant": texts.is_not_null() & values.is_null(),
        "time_missing": values.is_not_null() & ~timed,
    }


def _choice(texts: pl.Series, name: str) -> tuple[pl.Series, Faults]:
    words = {plain(word): kept for kept, others in choices(name).items() for word in (kept, *others)}
    open_list = words.pop("", None) is not None

    def read(text: str) -> str | None:
        return words.get(plain(text)) or (text.upper()[:12] if open_list else None)

    values = by_text(texts, read, pl.String)
    return values, {"bad_choice": texts.is_not_null() & values.is_null()}


def add_faults(frame: pl.DataFrame, column: str, faults: Faults) -> pl.DataFrame:
    """The first fault of a row is the one it is refused for."""
    for key, where in faults.items():
        if where.any():
            marked = pl.when(where).then(pl.lit(f"{key}:{column}"))
            frame = frame.with_columns(pl.coalesce(FAULT, marked).alias(FAULT))
    return frame


def local_day(column: str) -> pl.Expr:
    """The agency's own day of an instant."""
    return pl.col(column).dt.convert_time_zone(ZONE).dt.date()
