"""Puts one workspace together from its parts, once; it speaks no HTTP."""

from localslack.delivery import Delivery, Timing
from localslack.events import Events
from localslack.faults import Faults
from localslack.feed import Feed
from localslack.ids import Stamps
from localslack.interactions import Interactions
from localslack.journal import Journal
from localslack.passes import Passes
from localslack.posting import Posting
from localslack.responses import Responses
from localslack.sessions import Sessions
from localslack.socketmode import Sockets
from localslack.store import Store
from localslack.team import Team
from localslack.views import Views


class Workspace:
    """All the parts, by name."""

    def __init__(self, team: Team, timing: Timing | None = None) -> None:
        self.team = team
        self.url = ""
        self.timing = timing or Timing()
        stamps = Stamps()
        self.feed, self.journal, self.faults = Feed(), Journal(), Faults()
        self.store = Store(team, self.feed, stamps)
        self.sessions = Sessions(self.store)
        self.sockets = Sockets(team.bot.app_id, self.journal, self._connected)
        self.delivery = Delivery(self.sockets, self.faults, self.journal, self.timing)
        self.events = Events(team, self.store, self.delivery)
        self.posting = Posting(team, self.store, self.events, self.sessions)
        self.passes = Passes(self.timing)
        self.views = Views(team, self.feed, stamps)
        self.responses = Responses(self.store, self.posting, self.passes)
        self.interactions = Interactions(
            team, self.store, self.posting, self.views, self.passes, self.delivery, self.responses
        )

    def listens_at(self, url: str) -> None:
        self.url = self.responses.base = url

    def reset(self) -> None:
        """Forgets everything but the team."""
        for part in (self.store, self.faults, self.journal, self.sessions, self.views, self.passes):
            forget = part.reset if isinstance(part, Store) else part.clear
            forget()
        self.feed.send({"kind": "reset"})

    async def close(self) -> None:
        self.feed.close()
        await self.delivery.close()
        await self.sockets.close()

    def _connected(self, connected: bool) -> None:
        self.feed.send({"kind": "connected", "connected": connected})
