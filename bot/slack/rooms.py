"""What Slack says of a channel: its name, and whether another company reads along."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.faults import asked_again, slack_code

FRESH = 30.0  # a channel may be shared with another company, or renamed, at any moment
MOST = 5_000


UNSEEN = ("channel_not_found", "not_in_channel")


@dataclass(frozen=True)
class Room:
    """`ours`: the bot is a member, or it is the bot's own direct message. `open`: anybody may join."""

    id: str
    name: str
    direct: bool
    shared: bool
    ours: bool
    open: bool


class Rooms:
    def __init__(self, client: AsyncWebClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._client, self._clock = client, clock
        self._known: dict[str, tuple[float, Room]] = {}

    async def of(self, channel: str) -> Room:
        """Raises what Slack raises: a channel nobody can name must not pass for one without limits."""
        seen, room = self._known.get(channel, (0.0, None))
        if room is not None and self._clock() - seen < FRESH:
            return room
        answer = await asked_again(lambda: self._client.conversations_info(channel=channel))
        room = read_room(answer["channel"])
        if len(self._known) >= MOST:
            self._known.pop(next(iter(self._known)))
        self._known[channel] = (self._clock(), room)
        return room

    async def among_us(self, channel: str) -> Room | None:
        """The room if the bot may post there. A slash command can be typed anywhere."""
        try:
            room = await self.of(channel)
        except SlackApiError as error:
            if slack_code(error) in UNSEEN:
                return None
            raise
        return room if room.ours else None


def read_room(channel: Mapping[str, Any]) -> Room:
    direct = bool(channel.get("is_im"))
    return Room(
        id=str(channel["id"]),
        name=str(channel.get("name") or ""),
        direct=direct,
        shared=bool(channel.get("is_ext_shared")),
        open=not (direct or channel.get("is_private") or channel.get("is_mpim") or channel.get("is_group")),
        ours=direct or bool(channel.get("is_member")) or bool(channel.get("is_mpim")),
    )
