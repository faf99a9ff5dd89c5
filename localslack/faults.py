"""The faults one can switch on to see how an app takes them; it says when one strikes, others do it."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any

METHOD_FAULTS = ("rate_limit", "error_500", "drop_after_accept")
COUNTED_FAULTS = ("lose_ack", "duplicate", "reorder")


class FaultError(ValueError):
    """A fault that does not exist, or is not written as it should be."""


@dataclass
class Rule:
    """A fault of one Web API method (or of all, "*"), a number of times."""

    method: str = "*"
    times: int = 1
    retry_after: float = 1.0
    until: float = 0.0  # rate limit only: calls before this moment came too early

    def strikes(self, method: str) -> bool:
        return self.method in ("*", method)


@dataclass
class Faults:
    """The faults in force."""

    now: Callable[[], float] = time.monotonic
    rules: dict[str, list[Rule]] = field(default_factory=lambda: {name: [] for name in METHOD_FAULTS})
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED_FAULTS, 0))
    delay_ms: int = 0
    tiers_at_start: bool = False
    rate_tiers: bool = False

    def __post_init__(self) -> None:
        self.rate_tiers = self.tiers_at_start

    def clear(self) -> None:
        self.rate_tiers = self.tiers_at_start
        self.rules = {name: [] for name in METHOD_FAULTS}
        self.counts = dict.fromkeys(COUNTED_FAULTS, 0)
        self.delay_ms = 0

    def switch(self, wanted: Mapping[str, Any]) -> None:
        """Puts faults in force, beside those that are already."""
        unknown = wanted.keys() - {
            *METHOD_FAULTS,
            *COUNTED_FAULTS,
            "delay_ms",
            "disconnect",
            "clear",
            "timing",
            "rate_tiers",
        }
        if unknown:
            raise FaultError(f"no such fault: {', '.join(sorted(unknown))}")
        if wanted.get("clear"):
            self.clear()
        for name in METHOD_FAULTS:
            if wanted.get(name):
                self.rules[name].append(_rule(name, wanted[name]))
        for name in COUNTED_FAULTS:
            if name in wanted:
                self.counts[name] = int(wanted[name])
        self.delay_ms = int(wanted.get("delay_ms", self.delay_ms))
        self.rate_tiers = bool(wanted.get("rate_tiers", self.rate_tiers))

    def retry_after(self, method: str) -> int | None:
        """Seconds to wait, when this call meets the rate limit; a call that did not wait meets it again."""
        moment = self.now()
        for rule in self.rules["rate_limit"]:
            if not rule.strikes(method):
                continue
            if moment < rule.until:
                return ceil(rule.until - moment)
            if rule.times > 0:
                rule.times -= 1
                rule.until = moment + rule.retry_after
                return ceil(rule.retry_after)
        return None

    def take(self, name: str, method: str) -> bool:
        """Whether this fault strikes this call; if so it is one fewer."""
        for rule in self.rules[name]:
            if rule.times > 0 and rule.strikes(method):
                rule.times -= 1
                return True
        return False

    def count(self, name: str) -> bool:
        if self.counts[name] <= 0:
            return False
        self.counts[name] -= 1
        return True

    def as_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {
            name: [{"method": r.method, "times": r.times} for r in rules if r.times > 0]
            for name, rules in self.rules.items()
        }
        return {**shown, **self.counts, "delay_ms": self.delay_ms, "rate_tiers": self.rate_tiers}


def _rule(name: str, wanted: object) -> Rule:
    """`true`, a number of times, a method's name, or all of it as an object."""
    if wanted is True:
        return Rule()
    if isinstance(wanted, int):
        return Rule(times=wanted)
    if isinstance(wanted, str):
        return Rule(method=wanted)
    if isinstance(wanted, Mapping) and wanted.keys() <= {"method", "times", "retry_after"}:
        return Rule(
            str(wanted.get("method", "*")),
            int(wanted.get("times", 1)),
            float(wanted.get("retry_after", 1)),
        )
    raise FaultError(f"{name}: give {{method, times, retry_after}}")
