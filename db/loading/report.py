"""What a preview or a load found, in figures and notes by key. Knows no sentence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl

from db.loading.allowed import allowed
from db.loading.faults import Note
from db.loading.known import ORPHAN
from db.loading.mapping import Typed, sums
from db.loading.plan import CHANGED, NEW, SAME, Plan, sound
from db.loading.table import FAULT, LINE

_REASONS = 12  # said one by one; the rejects file has them all


@dataclass(frozen=True)
class Totals:
    """Rows and pesos of each amount, of all the file and of what is accepted; and the days it covers."""

    rows: int
    amounts: Mapping[str, Decimal]
    accepted_rows: int
    accepted_amounts: Mapping[str, Decimal]
    first_on: date | None
    last_on: date | None

    def json(self) -> dict[str, object]:
        return {
            "rows": self.rows,
            "amounts": {column: f"{amount:.2f}" for column, amount in self.amounts.items()},
            "accepted": {
                "rows": self.accepted_rows,
                "amounts": {column: f"{amount:.2f}" for column, amount in self.accepted_amounts.items()},
            },
            "first_on": self.first_on.isoformat() if self.first_on else None,
            "last_on": self.last_on.isoformat() if self.last_on else None,
        }


@dataclass(frozen=True)
class Preview:
    """What a file would do. `reasons` counts the refused rows by fault and by the file's own header.

    `allowed`: for a fault of a list, the values it takes.
    """

    kind: str
    layout: str
    file_name: str
    sha256: str
    rows: int
    new: int
    changed: int
    same: int
    rejected: int
    orphans: int
    totals: Totals
    unknown_columns: tuple[str, ...]
    reasons: Mapping[tuple[str, str], int]
    allowed: Mapping[tuple[str, str], str]
    rejects_file: Path | None
    notes: tuple[Note, ...]

    def json(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "layout": self.layout,
            "file": self.file_name,
            "sha256": self.sha256,
            "rows": self.rows,
            "new": self.new,
            "changed": self.changed,
            "same": self.same,
            "rejected": self.rejected,
            "orphans": self.orphans,
            "control_totals": self.totals.json(),
            "unknown_columns": list(self.unknown_columns),
            "reasons": [{"key": k, "column": c, "rows": n} for (k, c), n in self.reasons.items()],
            "rejects_file": str(self.rejects_file) if self.rejects_file else None,
            "notes": [note.json() for note in self.notes],
        }


@dataclass(frozen=True)
class Loaded:
    """What a file did."""

    preview: Preview
    load_id: int
    loaded_at: datetime
    loaded_by: str

    def json(self) -> dict[str, object]:
        return self.preview.json() | {
            "load_id": self.load_id,
            "loaded_at": self.loaded_at.isoformat(),
            "loaded_by": self.loaded_by,
        }


def report(plan: Plan, typed: Typed, sha256: str, file_name: str, rejects_file: Path | None) -> Preview:
    faults = plan.rows.filter(pl.col(FAULT).is_not_null())[FAULT]
    return Preview(
        kind=typed.choice.kind,
        layout=typed.choice.layout,
        file_name=file_name,
        sha256=sha256,
        rows=plan.rows.height,
        new=plan.count(NEW),
        changed=plan.count(CHANGED),
        same=plan.count(SAME),
        rejected=len(faults),
        orphans=int(faults.str.starts_with(ORPHAN).sum()),
        totals=_totals(plan, typed),
        unknown_columns=typed.choice.unknown,
        reasons=_reasons(faults, typed),
        allowed=_allowed(faults, typed),
        rejects_file=rejects_file,
        notes=(*typed.notes, *plan.notes),
    )


def _totals(plan: Plan, typed: Typed) -> Totals:
    covers = [column for column in (plan.covers, plan.covers_to) if column]
    good = sound(plan.rows.select(LINE, FAULT, *covers))
    accepted = typed.frame
    if good.height < accepted.height:
        accepted = accepted.filter(pl.col(LINE).is_in(good[LINE].implode()))
    days: list[date] = [day for column in covers for day in good[column].drop_nulls().unique()]
    return Totals(
        rows=plan.rows.height,
        amounts=sums(typed.frame, typed.choice),
        accepted_rows=good.height,
        accepted_amounts=sums(accepted, typed.choice),
        first_on=min(days, default=None),
        last_on=max(days, default=None),
    )


def _reasons(faults: pl.Series, typed: Typed) -> dict[tuple[str, str], int]:
    counted: dict[tuple[str, str], int] = {}
    for fault, n in faults.value_counts(sort=True).rows():
        key, _, column = fault.partition(":")
        name = (f"load_fault_{key}", typed.choice.header_of(column) if column else "")
        counted[name] = counted.get(name, 0) + n
    return counted


def _allowed(faults: pl.Series, typed: Typed) -> dict[tuple[str, str], str]:
    listed: dict[tuple[str, str], str] = {}
    for fault in faults.unique().to_list():
        key, _, column = fault.partition(":")
        if values := allowed(fault, typed.choice):
            listed[f"load_fault_{key}", typed.choice.header_of(column)] = ", ".join(values)
    return listed


def describe(found: Preview | Loaded, say: Callable[..., str]) -> list[str]:
    """The report line by line. `say(key, **slots)` gives the sentence in the reader's language."""
    lines = [say(note.key, **note.slots) for note in described(found)]
    preview = _preview_of(found)
    for (key, column), n in list(preview.reasons.items())[:_REASONS]:
        reason = say(key, column=column, allowed=preview.allowed.get((key, column), ""))
        lines.append(say("load_reason", n=n, reason=reason))
    if preview.rejects_file:
        lines.append(say("load_rejects_file", path=str(preview.rejects_file)))
    return lines


def described(found: Preview | Loaded) -> list[Note]:
    """The same by key, but for the reasons of refused rows."""
    preview = _preview_of(found)
    head: dict[str, str | int] = {"kind": preview.kind, "layout": preview.layout, "file": preview.file_name}
    counted = ("rows", "new", "changed", "same", "rejected", "orphans")
    counts: dict[str, str | int] = {name: f"{getattr(preview, name):,}" for name in counted}
    done = isinstance(found, Loaded)
    lines = [Note("load_done" if done else "load_preview", head), Note("load_counts", counts)]
    lines += _said_totals(preview.totals)
    if preview.unknown_columns:
        lines.append(
            Note("load_unknown_columns", {"columns": ", ".join(preview.unknown_columns)}, warning=True)
        )
    return [*lines, *preview.notes]


def _preview_of(found: Preview | Loaded) -> Preview:
    return found.preview if isinstance(found, Loaded) else found


def _said_totals(totals: Totals) -> list[Note]:
    lines = [
        Note(
            "load_total",
            {
                "column": column,
                "amount": f"{amount:,.2f}",
                "accepted": f"{totals.accepted_amounts[column]:,.2f}",
            },
        )
        for column, amount in totals.amounts.items()
    ]
    if totals.first_on and totals.last_on:
        covers: dict[str, str | int] = {
            "first": totals.first_on.isoformat(),
            "last": totals.last_on.isoformat(),
        }
        lines.append(Note("load_covers", covers))
    return lines
