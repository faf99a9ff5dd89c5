"""Scores the reader on labelled utterances: right, asked back, WRONG. Also the line-by-line `read`.

A label holds what must be; a field it does not name is not judged, unless the row says "exact".
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Protocol, TextIO

from bot.understand import Reading
from bot.understand.period import parse_period

_AMOUNT = re.compile(r"\d+\.\d+")  # money: "4500.00" is "4500"
Mark = Literal["right", "asked", "WRONG"]


class Reads(Protocol):
    """Whatever can read a message."""

    def read(
        self,
        text: str,
        *,
        now: datetime,
        previous: Mapping[str, Any] | None = None,
        pending: Mapping[str, Any] | None = None,
    ) -> Reading: ...


@dataclass(frozen=True)
class Miss:
    """A row that was not read as labelled."""

    row: str
    text: str
    mark: Mark
    wanted: Any
    got: Any


@dataclass(frozen=True)
class Report:
    counts: Mapping[str, Counter[Mark]]
    misses: tuple[Miss, ...]

    @property
    def total(self) -> int:
        return sum(sum(c.values()) for c in self.counts.values())

    def marked(self, mark: Mark) -> int:
        return sum(c[mark] for c in self.counts.values())

    def json(self) -> dict[str, Any]:
        kinds = {kind: dict(sorted(c.items())) for kind, c in sorted(self.counts.items())}
        totals = {m: self.marked(m) for m in ("right", "asked", "WRONG")}
        return {"rows": self.total, **totals, "kinds": kinds, "misses": [vars(m) for m in self.misses]}


def score(path: Path, reader: Reads) -> Report:
    """Each line: {"text", "expected" or "period", "now"?, "previous"?, "pending"?, "kind"?, "exact"?}."""
    counts: dict[str, Counter[Mark]] = {}
    misses: list[Miss] = []
    for number, row in enumerate(rows(path), 1):
        kind, mark, wanted, got = _judged(row, reader)
        counts.setdefault(kind, Counter())[mark] += 1
        if mark != "right":
            misses.append(Miss(str(row.get("id", number)), row["text"], mark, wanted, got))
    return Report(counts, tuple(misses))


def read_jsonl(source: TextIO, sink: TextIO, reader: Reads, *, now: datetime) -> None:
    """One reading a line, in order; a line that is no request is answered with its fault."""
    for line in source:
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            at = datetime.fromisoformat(row["now"]) if "now" in row else now
            reading = reader.read(
                str(row["text"]), now=at, previous=row.get("previous"), pending=row.get("pending")
            )
            out = {"id": row.get("id"), **reading.json()}
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            out = {"outcome": "error", "about": f"bad line: {type(fault).__name__}: {fault}", "unread": []}
        sink.write(json.dumps(out, ensure_ascii=False) + "\n")
        sink.flush()


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The labelled utterances of a file, in order."""
    return (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


def _judged(row: Mapping[str, Any], reader: Reads) -> tuple[str, Mark, Any, Any]:
    now = datetime.fromisoformat(row["now"]) if "now" in row else datetime.now(UTC)
    if "expected" not in row:
        return _judged_period(row, now)
    reading = reader.read(row["text"], now=now, previous=row.get("previous"), pending=row.get("pending"))
    got, wanted = reading.json(), row["expected"]
    kind = row.get("kind") or wanted["outcome"]
    if agrees(wanted, got, exact=bool(row.get("exact"))):
        return kind, "right", wanted, got
    asked = got["outcome"] == "clarify" and wanted["outcome"] != "clarify"
    return kind, "asked" if asked else "WRONG", wanted, got


def _judged_period(row: Mapping[str, Any], now: datetime) -> tuple[str, Mark, Any, Any]:
    found = parse_period(row["text"], now.date())
    wanted = [row["period"]]
    if "also_right_end" in row:
        wanted.append({**row["period"], "end": row["also_right_end"]})
    got = found.model_dump(mode="json") if found else None
    mark: Mark = "right" if got in wanted else "asked" if got is None else "WRONG"
    return "period", mark, row["period"], got


def agrees(wanted: Mapping[str, Any], got: Mapping[str, Any], *, exact: bool) -> bool:
    for name, value in wanted.items():
        if name == "fields":
            if not _same_fields(value, got.get("fields") or {}, exact=exact):
                return False
        elif got.get(name) != value:
            return False
    return not (got["outcome"] in ("question", "action") and got["unread"])


def _same_fields(wanted: Mapping[str, Any], got: Mapping[str, Any], *, exact: bool) -> bool:
    if exact and any(value not in (None, [], "") for name, value in got.items() if name not in wanted):
        return False
    return all(_plain(got.get(name)) == _plain(value) for name, value in wanted.items())


def _plain(value: Any) -> Any:
    """The order of filters, and of the values in one, means nothing; that of dims and metrics does.

    Money is compared by its worth."""
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        return sorted(json.dumps(_plain(v), sort_keys=True, ensure_ascii=False) for v in value)
    if isinstance(value, Mapping):
        inner = {k: _plain(v) for k, v in value.items()}
        if isinstance(inner.get("value"), list):
            values = [_plain(v) for v in inner["value"]]
            inner["value"] = sorted(values, key=str) if inner.get("op") != "between" else values
        return inner
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = f"{float(value)!r}"
    if isinstance(value, str) and _AMOUNT.fullmatch(value):
        return value.rstrip("0").rstrip(".")
    return value
