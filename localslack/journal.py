"""The log of every payload in and out, with times; it keeps the last entries and judges none."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

MOST_ENTRIES = 20_000
_SECRET = frozenset({"token", "client_secret", "access_token"})
_SHOWN = ("n", "at", "direction", "kind", "name", "payload", "response", "ms")


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
    started: float = field(default_factory=time.perf_counter)
    told: "Callable[[Entry], None]" = lambda _entry: None

    def answer(self, response: Any) -> None:
        self.response = _without_secrets(response)
        self.ms = round((time.perf_counter() - self.started) * 1000, 2)
        self.told(self)

    def as_json(self) -> dict[str, Any]:
        row = {name: getattr(self, name) for name in _SHOWN}
        return {key: value for key, value in row.items() if value is not None}


def _without_secrets(payload: Any) -> Any:
    if not isinstance(payload, dict):
        return payload
    return {key: value for key, value in payload.items() if key not in _SECRET}


class Journal:
    """The last entries, numbered from 1. `told` hears of each, and again when its response is there."""

    def __init__(self, told: Callable[[Entry], None] = lambda _entry: None) -> None:
        self._told = told
        self._entries: deque[Entry] = deque(maxlen=MOST_ENTRIES)
        self._count = 0

    def note(self, direction: Literal["in", "out"], kind: str, name: str, payload: Any) -> Entry:
        self._count += 1
        entry = Entry(
            n=self._count,
            at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            direction=direction,
            kind=kind,
            name=name,
            payload=_without_secrets(payload),
            told=self._told,
        )
        self._entries.append(entry)
        self._told(entry)
        return entry

    def after(self, number: int) -> Iterator[Entry]:
        return (entry for entry in self._entries if entry.n > number)

    def clear(self) -> None:
        self._entries.clear()
