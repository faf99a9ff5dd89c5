"""The Slack workspaces this bot serves, and what it needs in each: a client, its own id, who is who."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.faults import Turned
from bot.slack.people import Profiles
from bot.slack.rooms import Rooms


@dataclass(frozen=True)
class Workspace:
    team: str
    client: AsyncWebClient
    bot_user: str
    profiles: Profiles
    rooms: Rooms


@dataclass(frozen=True)
class Credentials:
    """What a workspace gave the app when it was installed."""

    token: str
    bot_user: str


class Workspaces:
    """`find` gives the credentials of a workspace, or None where the app is not installed."""

    def __init__(
        self,
        find: Callable[[str], Awaitable[Credentials | None]],
        client: Callable[[str], AsyncWebClient],
        rooms: type[Rooms] = Rooms,
    ) -> None:
        self._find, self._client, self._rooms = find, client, rooms
        self._known: dict[str, tuple[Credentials, Workspace]] = {}

    async def of(self, team: str) -> Workspace:
        """Raises Turned for a workspace that has not installed the app, or no longer has it."""
        given = await self._find(team)
        if given is None:
            self._known.pop(team, None)
            raise Turned("slack.not_installed")
        known = self._known.get(team)
        if known is not None and known[0] == given:
            return known[1]
        client = self._client(given.token)
        made = Workspace(team, client, given.bot_user, Profiles(client, team), self._rooms(client))
        self._known[team] = (given, made)
        return made

    def forget_person(self, team: str, user: str) -> None:
        """Somebody's account changed: ask Slack anew who she is."""
        known = self._known.get(team)
        if known is not None:
            known[1].profiles.forget(user)
