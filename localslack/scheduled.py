"""Messages the app has written for later: they post when the clock says so, or never."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from localslack.clock import Clock
from localslack.errors import SlackError
from localslack.ids import new_id
from localslack.posting import Posting
from localslack.store import Channel

JSON = dict[str, Any]
FARTHEST = 120 * 24 * 3600  # seconds
WINDOW, MOST_IN_WINDOW = 300, 30


@dataclass
class Later:
    """One message that waits."""

    id: str
    channel: Channel
    post_at: int
    created: int
    content: JSON

    def as_json(self) -> JSON:
        row = {"id": self.id, "channel_id": self.channel.id, "post_at": self.post_at}
        return {**row, "date_created": self.created, "text": self.content["text"]}


class Scheduled:
    """All that wait, by id."""

    def __init__(self, posting: Posting, clock: Clock) -> None:
        self.posting, self.clock = posting, clock
        self._waiting: dict[str, Later] = {}

    def clear(self) -> None:
        for id_ in self._waiting:
            self.clock.drop_timer(id_)
        self._waiting.clear()

    def add(self, channel: Channel, content: JSON, post_at: int) -> Later:
        """A message that has gone through `checked`, for that second."""
        now = self.clock.now()
        if post_at <= now:
            raise SlackError("time_in_past")
        if post_at > now + FARTHEST:
            raise SlackError("time_too_far")
        near = [one for one in self.rows(channel) if abs(one.post_at - post_at) < WINDOW]
        if len(near) >= MOST_IN_WINDOW:
            raise SlackError("restricted_too_many")
        id_ = new_id("Q")
        self.clock.set_timer(id_, post_at, partial(self._post, id_))
        later = Later(id_, channel, post_at, int(now), content)
        self._waiting[id_] = later
        return later

    def remove(self, channel: Channel, id_: str) -> None:
        later = self._waiting.get(id_)
        if later is None or later.channel.id != channel.id:
            raise SlackError("invalid_scheduled_message_id")
        self.clock.drop_timer(id_)
        del self._waiting[id_]

    def rows(self, channel: Channel | None = None) -> list[Later]:
        """The ones that wait, the soonest first."""
        rows = [one for one in self._waiting.values() if channel is None or one.channel.id == channel.id]
        return sorted(rows, key=lambda one: one.post_at)

    def _post(self, id_: str) -> None:
        later = self._waiting.pop(id_)
        # Slack's own reference: scheduled with metadata, a message is never posted.
        if "metadata" not in later.content:
            self.posting.by_app(later.channel, later.content)
