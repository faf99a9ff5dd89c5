"""What an interaction gives the app for a while: a trigger for a view, a URL to answer at; both run out."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from localslack.delivery import Timing
from localslack.errors import SlackError

Held = TypeVar("Held")


@dataclass
class _Pass(Generic[Held]):
    holds: Held
    made: float
    uses: int = 0


@dataclass(frozen=True)
class Trigger:
    """Whose click it was, and in which open modal."""

    user: str
    view_id: str | None = None


@dataclass(frozen=True)
class Answer:
    """Where a response_url leads: the person, the channel, and the message that was acted on."""

    user: str
    channel: str
    ts: str | None = None


class Passes:
    """The triggers and response URLs given out."""

    def __init__(self, timing: Timing, now: Callable[[], float] = time.time, team_id: str = "") -> None:
        self.timing, self._now, self.team_id = timing, now, team_id
        self._triggers: dict[str, _Pass[Trigger]] = {}
        self._answers: dict[str, _Pass[Answer]] = {}

    def clear(self) -> None:
        self._triggers.clear()
        self._answers.clear()

    def trigger(self, user: str, view_id: str | None = None) -> str:
        made = self._now()
        trigger_id = f"{int(made * 1000)}.{secrets.randbelow(10**10):010d}.{secrets.token_hex(16)}"
        self._triggers[trigger_id] = _Pass(Trigger(user, view_id), made)
        return trigger_id

    def use_trigger(self, trigger_id: str) -> Trigger:
        """The trigger, once and in time."""
        held = self._triggers.get(trigger_id)
        if held is None:
            raise SlackError("invalid_trigger_id")
        if held.uses:
            raise SlackError("exchanged_trigger_id")
        if self._now() - held.made > self.timing.trigger_seconds:
            raise SlackError("expired_trigger_id")
        held.uses += 1
        return held.holds

    def answer_path(self, answer: Answer) -> str:
        """The path of a new response URL."""
        secret = secrets.token_urlsafe(18)
        self._answers[secret] = _Pass(answer, self._now())
        return f"/actions/{self.team_id}/{secret}"

    def use_answer(self, secret: str) -> Answer:
        """The answer's place, while the URL is young and not used up."""
        held = self._answers.get(secret)
        if held is None:
            raise SlackError("invalid_url")
        if self._now() - held.made > self.timing.response_url_seconds:
            raise SlackError("expired_url")
        if held.uses >= self.timing.response_url_uses:
            raise SlackError("used_url")
        held.uses += 1
        return held.holds
