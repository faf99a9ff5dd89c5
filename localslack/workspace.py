"""Puts one workspace together from its parts, once; it speaks no HTTP."""

from typing import TYPE_CHECKING

from localslack.delivery import Delivery
from localslack.events import Events
from localslack.feed import Feed
from localslack.files import Files
from localslack.ids import Stamps
from localslack.interactions import Interactions
from localslack.modals import Modals
from localslack.passes import Passes
from localslack.posting import Posting
from localslack.responses import Responses
from localslack.scheduled import Scheduled
from localslack.sessions import Sessions
from localslack.store import Store
from localslack.team import Team
from localslack.views import Views

if TYPE_CHECKING:
    from localslack.app import App


class Workspace:
    """All the parts of one workspace, by name; the app's own are shared by every workspace."""

    def __init__(self, team: Team, app: "App") -> None:
        self.team, self.app = team, app
        self.url = ""
        self.timing, self.clock, self.faults = app.timing, app.clock, app.faults
        self.journal, self.sockets = app.journal, app.sockets
        stamps = Stamps(app.clock.now)
        self.feed = Feed()
        self.store = Store(team, self.feed, stamps)
        self.delivery = Delivery(app.line, self.faults, self.journal, self.timing, team.bot)
        self.events = Events(team, self.store, self.delivery)
        self.sessions = Sessions(self.store, self.clock)
        self.files = Files(self.store, team.bot.user_id)
        self.posting = Posting(team, self.store, self.events, self.sessions, self.files)
        self.scheduled = Scheduled(self.posting, self.clock)
        self.passes = Passes(self.timing, self.clock.now, team.id)
        self.views = Views(team, self.feed, stamps, self.files)
        self.responses = Responses(self.store, self.posting, self.passes)
        self.interactions = Interactions(
            team, self.store, self.posting, self.views, self.passes, self.delivery, self.responses
        )
        self.modals = Modals(
            self.interactions.payloads, self.views, self.passes, self.delivery, self.responses
        )

    def listens_at(self, url: str) -> None:
        self.url = self.responses.base = self.files.base = url

    def forget(self) -> None:
        """Everything but the team."""
        self.store.reset()
        self.sessions.clear()
        self.views.clear()
        self.passes.clear()
        self.files.clear()
        self.scheduled.clear()

    async def close(self) -> None:
        self.feed.close()
        await self.delivery.close()
