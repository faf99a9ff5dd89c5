"""What the parts of the Slack edge work with, built once, and what all of them ask: who is it, and where."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import Connection

from bot.outcome import Hooks, Outcome, Place, Runs, Who
from bot.settings import Settings
from bot.slack.faults import Turned
from bot.slack.records import Records
from bot.slack.render import Renderer
from bot.slack.turns import Pool, Turns
from bot.slack.workspaces import Workspaces
from skills.contract import Context, Language
from skills.text import Texts

if TYPE_CHECKING:
    from bot.slack.sender import Sender
    from bot.slack.works import Works


class Desk(Runs, Protocol):
    """The doors of bot.desk.Desk."""

    follows: list[Callable[[Connection, Outcome, datetime], None]]

    def watching(
        self, connection: Connection, employee: str, place: Place, now: datetime
    ) -> Context | None: ...

    def ask(
        self,
        text: str,
        *,
        who: Who,
        place: Place,
        thread: str | None,
        now: datetime,
        hooks: Hooks = ...,
    ) -> Outcome: ...


@dataclass(frozen=True)
class Edge:
    settings: Settings
    desk: Desk
    records: Records
    workspaces: Workspaces
    renderer: Renderer
    texts: Texts
    pool: Pool  # for skills
    ledger: Pool  # for what is taken and sent
    turns: Turns
    works: "Works"
    sender: "Sender"
    clock: Callable[[], datetime]

    @property
    def language(self) -> Language:
        """Of those who have not chosen."""
        return self.settings.agency.language

    @property
    def registered(self) -> frozenset[str]:
        """Channels with a scope of their own, by id or name."""
        return frozenset(name.lstrip("#") for name in self.settings.channels.registered)

    async def who(self, team: str, user: str) -> Who:
        """Asked at every step: rights are those of now, not of when a button was drawn. Raises Turned for
        guests, for strangers of another company, for accounts that are switched off."""
        workspace = await self.workspaces.of(team)
        changed = await self.ledger.run(self.records.changed, team, user)
        profile = await workspace.profiles.of(user, changed)
        if profile.refusal is not None:
            raise Turned(profile.refusal)
        return Who("slack", user, profile.email)

    async def place(self, team: str, channel: str, entrance: str) -> Place:
        """Raises Turned for a channel shared with another company that has no scope of its own."""
        if entrance != "channel":
            return Place("dm" if entrance == "dm" else "slash", channel)
        room = await (await self.workspaces.of(team)).rooms.of(channel)
        registered, name = self.registered, room.name
        if registered:
            name = await self.ledger.run(self.records.known_as, room.id, name, registered)
        if room.shared and not registered & {room.id, name}:
            raise Turned("slack.shared_channel")
        return Place("channel", channel, name, room.open)

    async def speaks(self, team: str, user: str) -> Language:
        """How this person was last answered, without asking anybody."""
        try:
            workspace = await self.workspaces.of(team)
        except Turned:
            return self.language
        return workspace.profiles.language(user) or self.language


def team_of(body: Mapping[str, Any]) -> str:
    """The workspace a payload speaks of."""
    team = body.get("team")
    if isinstance(team, Mapping) and team.get("id"):
        return str(team["id"])
    return str(body.get("team_id") or (body.get("user") or {}).get("team_id") or "")
