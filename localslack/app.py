"""The one app: its line, its log and its workspaces; what happens in one of them is that one's affair."""

from typing import Any

from localslack.clock import Clock
from localslack.consent import Consents
from localslack.delivery import Timing
from localslack.errors import SlackError
from localslack.faults import Faults
from localslack.ids import new_id
from localslack.journal import Entry, Journal
from localslack.signed import Line, SignedHttp
from localslack.socketmode import Sockets
from localslack.team import Team
from localslack.tiers import Tiers
from localslack.workspace import Workspace

JSON = dict[str, Any]


class App:
    """What all workspaces share, and each of them by its id."""

    def __init__(self, team: Team, timing: Timing | None = None, *, rate_limits: bool = False) -> None:
        self.timing = timing or Timing()
        self.clock, self.faults, self.tiers = Clock(), Faults(tiers_at_start=bool(rate_limits)), Tiers()
        self.clock.moved = lambda: self._tell({"kind": "clock", **self.clock.as_json()})
        self.journal = Journal(self._logged)
        self.sockets = Sockets(team.bot.app_id, self.journal, self._connected)
        self.http = SignedHttp(team.bot)
        self.line = Line(self.sockets, self.http, self.journal, self._connected)
        self.consents = Consents(team.bot, self.clock.now)
        self.revoked: set[str] = set()
        self.workspaces = {each.id: Workspace(each, self) for each in (team, *team.also)}
        self._at_start = [(ws, ws.team.bot.token, dict(ws.team.users)) for ws in self.workspaces.values()]

    @property
    def first(self) -> Workspace:
        return next(iter(self.workspaces.values()))

    def workspace(self, team_id: object = None) -> Workspace:
        """A workspace by id; the first where none is named."""
        if team_id in (None, ""):
            return self.first
        found = self.workspaces.get(str(team_id))
        if found is None:
            raise SlackError("team_not_found", f"there is no workspace {team_id}")
        return found

    def of_token(self, token: str) -> Workspace | None:
        """The workspace this bot token was given for."""
        every = self.workspaces.values()
        return next((ws for ws in every if token and ws.team.bot.token == token), None)

    # --- coming and going ---
    def install(self, ws: Workspace) -> str:
        """The bot token of a workspace, made when the app was not in it yet."""
        bot = ws.team.bot
        if not bot.token:
            bot.token = f"xoxb-{new_id('', 12)}-{new_id('', 24)}"
        return bot.token

    def uninstall(self, ws: Workspace) -> None:
        """Takes the app out of a workspace: it is told, and its token is good for nothing any more."""
        ws.events.uninstalled()
        self.revoked.add(ws.team.bot.token)
        ws.team.bot.token = ""

    def reset(self) -> None:
        """Forgets everything but the teams, who are again as their file has them."""
        self.clock.clear()
        self.consents.clear()
        self.faults.clear()
        self.journal.clear()
        self.tiers.clear()
        self.revoked.clear()
        for ws, token, users in self._at_start:
            ws.team.bot.token = token
            ws.team.users.clear()
            ws.team.users.update(users)
            ws.forget()
        self._tell({"kind": "reset"})

    def listens_at(self, url: str) -> None:
        for ws in self.workspaces.values():
            ws.listens_at(url)

    async def close(self) -> None:
        self.clock.close()
        for ws in self.workspaces.values():
            await ws.close()
        await self.sockets.close()
        await self.http.close()

    # --- telling the pages ---
    def _tell(self, event: JSON) -> None:
        for ws in self.workspaces.values():
            ws.feed.send(event)

    def _connected(self) -> None:
        self._tell({"kind": "connected", "connected": self.line.connected})

    def _logged(self, entry: Entry) -> None:
        for ws in self.workspaces.values():
            ws.feed.log(entry.as_json)
