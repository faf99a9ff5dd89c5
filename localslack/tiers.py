"""Slack's rate limits: how often each method may be called in each workspace; it refuses nothing itself."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil

# Calls a minute. A bucket starts full, so as many as these may come at once.
TIER_1, TIER_2, TIER_3, TIER_4 = 1, 20, 50, 100
HUNDREDS = 600  # what Slack calls special, "hundreds of requests a minute"
# Tier 1 lets a short burst pass: an app may open its ten connections at once.
TIER_1_BURST = 10
# Messages: one a second in each channel, five in a burst; several hundred a minute in all.
MESSAGES_A_SECOND, MESSAGE_BURST, MESSAGES_A_MINUTE = 1.0, 5, 300

# What adding up fractions of a second may be wrong by.
HAIR = 0.001

_BY_TIER = {
    TIER_1: "apps.connections.open",
    TIER_2: """chat.startStream chat.stopStream conversations.list users.list reactions.remove reactions.list
        emoji.list""",
    TIER_3: """agents.sessions.setStatus agents.sessions.rename assistant.threads.setTitle
        assistant.threads.setSuggestedPrompts auth.revoke bots.info chat.delete chat.update
        chat.scheduleMessage chat.deleteScheduledMessage chat.scheduledMessages.list conversations.history
        conversations.info conversations.invite conversations.join conversations.leave conversations.open
        conversations.replies files.list files.delete reactions.add reactions.get team.info
        users.conversations users.lookupByEmail""",
    TIER_4: """api.test blocks.validate chat.appendStream chat.postEphemeral conversations.members
        files.completeUploadExternal files.getUploadURLExternal files.info oauth.v2.access users.info
        users.profile.get views.open views.publish views.push views.update""",
    HUNDREDS: "auth.test assistant.threads.setStatus chat.getPermalink",
    MESSAGES_A_MINUTE: "chat.postMessage",
}
A_MINUTE: Mapping[str, int] = {name: rate for rate, names in _BY_TIER.items() for name in names.split()}


@dataclass
class _Bucket:
    """Tokens that come back with time, up to as many as it holds."""

    a_second: float
    holds: float
    left: float
    looked: float

    def wait(self, now: float) -> float:
        """Seconds until one may be taken; 0 when it may be now."""
        self.left = min(self.holds, self.left + (now - self.looked) * self.a_second)
        self.looked = now
        return max(0.0, (1 - self.left) / self.a_second)


class Tiers:
    """The buckets of every method in every workspace. Real time: moving the clock lifts no limit."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._buckets: dict[tuple[str, ...], _Bucket] = {}

    def clear(self) -> None:
        self._buckets.clear()

    def retry_after(self, team_id: str, method: str, channel: str = "") -> int | None:
        """Whole seconds to wait before this call; None: it may go ahead, and is counted."""
        now = self._now()
        buckets = list(self._of(team_id, method, channel, now))
        wait = max((bucket.wait(now) for bucket in buckets), default=0.0)
        if wait > HAIR:
            return ceil(wait)
        for bucket in buckets:
            bucket.left -= 1
        return None

    def _of(self, team_id: str, method: str, channel: str, now: float) -> Iterator[_Bucket]:
        a_minute = A_MINUTE.get(method)
        if a_minute is None:
            return
        holds = max(a_minute, TIER_1_BURST)
        yield self._buckets.setdefault((team_id, method), _Bucket(a_minute / 60, holds, holds, now))
        if method == "chat.postMessage":
            full = _Bucket(MESSAGES_A_SECOND, MESSAGE_BURST, MESSAGE_BURST, now)
            yield self._buckets.setdefault((team_id, method, channel), full)
