"""The log of every payload in and out, with times; it keeps the last entries and judges none."""

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

MOST_ENTRIES = 20_000
_SECRET = ("token",)


@dataclass
class Entry:
    """One payload: when, which way, what kind, and what came back after how long."""

    n: int
    at: str
    direction: Literal["in", "out"]
    kind: str
    name: str
    payload: Any
    response: Any = None
    ms: float | None = None
    started: float = 0.0

    def answer(self, response: Any) -> None:
        self.response = response
        self.ms = round((time.perf_counter() - self.started) * 1000, 2)

    def as_json(self) -> dict[str, Any]:
        row = asdict(self)
        del row["started"]
        return {key: value for key, value in row.items() if value is not None}


class Journal:
    """The last entries, numbered from 1."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=MOST_ENTRIES)
        self._count = 0

    def note(self, direction: Literal["in", "out"], kind: str, name: str, payload: Any) -> Entry:
        self._count += 1
        if isinstance(payload, dict):
            payload = {key: value for key, value in payload.items() if key not in _SECRET}
        entry = Entry(
            n=self._count,
            at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            direction=direction,
            kind=kind,
            name=name,
            payload=payload,
            started=time.perf_counter(),
        )
        self._entries.append(entry)
        return entry

    def after(self, number: int) -> Iterator[Entry]:
        return (entry for entry in self._entries if entry.n > number)

    def clear(self) -> None:
        self._entries.clear()
