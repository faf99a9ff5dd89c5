"""Brings envelopes to the app and sees to their acks and retries; how they travel is the carrier's affair."""

import asyncio
import uuid
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from localslack.errors import NoAck
from localslack.faults import Faults
from localslack.journal import Journal
from localslack.team import Bot

JSON = dict[str, Any]
# An event held back for reordering waits no longer than this for those that should overtake it.
LONGEST_HOLD = 0.5


@dataclass
class Timing:
    """Slack's patience, in seconds. Tests shorten it."""

    ack_seconds: float = 3.0
    retry_delays: tuple[float, ...] = (0.0, 60.0, 300.0)
    trigger_seconds: float = 3.0
    response_url_seconds: float = 1800.0
    response_url_uses: int = 5

    def change(self, wanted: Mapping[str, Any]) -> None:
        """Another patience from now on; `retry_delays` is a list, all others are numbers."""
        for name, value in dict(wanted).items():
            if name == "retry_delays":
                self.retry_delays = tuple(float(each) for each in value)
            elif name in ("ack_seconds", "trigger_seconds", "response_url_seconds"):
                setattr(self, name, float(value))
            elif name == "response_url_uses":
                self.response_url_uses = int(value)
            else:
                raise ValueError(f"no such time: {name}")


class Carrier(Protocol):
    """A way to the app: a socket it opened, or a signed HTTP request to its URL."""

    async def carry(self, envelope: JSON, seconds: float) -> JSON:
        """Hands over one envelope and gives the ack's payload, or raises NoAck."""


class Delivery:
    """Everything one workspace has for the app goes through here; to an app not installed goes nothing."""

    def __init__(self, carrier: Carrier, faults: Faults, journal: Journal, timing: Timing, bot: Bot) -> None:
        self.carrier, self.faults, self.journal, self.timing, self.bot = carrier, faults, journal, timing, bot
        self._tasks: set[asyncio.Task[Any]] = set()
        self._held: list[tuple[str, JSON]] = []

    async def ask(self, kind: str, name: str, payload: JSON) -> JSON:
        """Delivers something a person waits for; once only, as Slack does."""
        if not self.bot.token:
            raise NoAck("dispatch_failed")
        return await self._deliver(_envelope(kind, payload, accepts=True), name)

    def tell(self, name: str, payload: JSON) -> None:
        """Delivers an event, again and again until the app acks it or Slack would give up."""
        if not self.bot.token:
            return
        for _copy in range(1 + self.faults.count("duplicate")):
            if self.faults.count("reorder"):
                self._hold(name, payload)
            else:
                self.spawn(self._tell(name, payload))

    def _hold(self, name: str, payload: JSON) -> None:
        """Keeps an event until all that are to be reordered are there, or the wait is over."""
        self._held.append((name, payload))
        if not self.faults.counts["reorder"]:
            self._release()
        elif len(self._held) == 1:
            self.spawn(self._release_later())

    async def _release_later(self) -> None:
        await asyncio.sleep(LONGEST_HOLD)
        self._release()

    def _release(self) -> None:
        held, self._held = self._held[::-1], []
        for name, payload in held:
            self.spawn(self._tell(name, payload))

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Runs something beside the request that caused it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _tell(self, name: str, payload: JSON) -> None:
        envelope = _envelope("events_api", payload, accepts=False)
        for attempt, delay in enumerate((*self.timing.retry_delays, None), 1):
            try:
                await self._deliver(envelope, name)
                return
            except NoAck as missed:
                if delay is None or not missed.again:
                    return
                await asyncio.sleep(delay)
                envelope = _envelope("events_api", payload, accepts=False)
                envelope |= {"retry_attempt": attempt, "retry_reason": missed.retry_reason}

    async def _deliver(self, envelope: JSON, name: str) -> JSON:
        entry = self.journal.note("out", "envelope", name, envelope)
        try:
            ack = await self.carrier.carry(envelope, self.timing.ack_seconds)
        except NoAck as missed:
            entry.answer({"error": missed.reason, "reason": missed.retry_reason})
            raise
        entry.answer({"ack": ack})
        if self.faults.count("lose_ack"):
            entry.answer({"error": "lost_ack", "ack": ack})
            raise NoAck("operation_timeout")
        return ack


def _envelope(kind: str, payload: JSON, *, accepts: bool) -> JSON:
    return {
        "envelope_id": str(uuid.uuid4()),
        "type": kind,
        "payload": payload,
        "accepts_response_payload": accepts,
    }
