"""Days no fact can have: what has happened is not of the future, and a day of last century is doubtful.

Looks at typed rows only; no database.
"""

from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from db.loading.columns import add_faults, local_day
from db.loading.faults import Note
from db.loading.mapping import Typed

OLDEST = date(2000, 1, 1)
_AHEAD = timedelta(days=1)  # an agency's day may have begun where the file was made
_INSTANTS = ("instant", "moment")
_DATED = ("day", "month", *_INSTANTS)


def believable(typed: Typed, today: date) -> Typed:
    """Future days refused where the kind tells what happened; very old ones kept, with a warning."""
    frame, notes = typed.frame, list(typed.notes)
    for column, spec in typed.choice.shape.types.items():
        if spec not in _DATED or column not in frame.columns:
            continue
        day = local_day(column) if spec in _INSTANTS else pl.col(column)
        days = frame.select(day).to_series()
        notes += _old(days, typed.choice.header_of(column))
        if column in typed.choice.shape.happened:
            late = (days > today + _AHEAD).fill_null(value=False)
            frame = add_faults(frame, column, {"in_future": late})
    return replace(typed, frame=frame, notes=tuple(notes))


def _old(days: pl.Series, header: str) -> list[Note]:
    old = days.filter((days < OLDEST).fill_null(value=False))
    if old.is_empty():
        return []
    oldest: date = old.sort().to_list()[0]
    return [
        Note("load_old_days", {"n": len(old), "column": header, "first": oldest.isoformat()}, warning=True)
    ]
