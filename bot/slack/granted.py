"""Which workspaces the bot serves now and with which token: the installations, read again each minute."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bot.slack.installs import Installation, Installs
from bot.slack.turns import Pool
from bot.slack.workspaces import Credentials

MINUTE = 60.0
Authorize = Callable[..., Awaitable[Any]]  # of a team id; an AuthorizeResult, or None where not installed


class Granted:
    """`allowed`: a workspace taken off the list is served no more, installed or not."""

    def __init__(
        self,
        installs: Installs,
        pool: Pool,
        allowed: tuple[str, ...],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._installs, self._pool, self._allowed = installs, pool, frozenset(allowed)
        self._monotonic = monotonic
        self._known: dict[str, tuple[float, Installation]] = {}
        self._forgotten = 0

    async def of(self, team: str) -> Installation | None:
        if team not in self._allowed:
            return None
        known = self._known.get(team)
        if known is not None and self._monotonic() - known[0] < MINUTE:
            return known[1]
        self._known.pop(team, None)
        read_at, forgotten = self._monotonic(), self._forgotten
        found = await self._pool.run(self._installs.find, team)
        # What was revoked while we read it must not stay for a minute.
        if found is not None and forgotten == self._forgotten:
            self._known[team] = (read_at, found)
        return found

    async def credentials(self, team: str) -> Credentials | None:
        """What bot.slack.workspaces asks for."""
        found = await self.of(team)
        return Credentials(found.token, found.bot_user) if found else None

    async def revoke(self, team: str, at: datetime) -> None:
        try:
            await self._pool.run(self._installs.revoke, team, at)
        finally:
            self.forget(team)

    def forget(self, team: str) -> None:
        self._known.pop(team, None)
        self._forgotten += 1


def authorizing(granted: Granted) -> Authorize:
    """For AsyncApp(authorize=...): a plain function, because Bolt reads the names of its arguments."""

    async def authorize(team_id: str | None) -> AuthorizeResult | None:
        found = await granted.of(team_id or "")
        if found is None:
            return None
        return AuthorizeResult(
            enterprise_id=None,
            team_id=found.team,
            team=found.name,
            bot_user_id=found.bot_user,
            bot_token=found.token,
            bot_scopes=found.scopes,
        )

    return authorize


def register(app: AsyncApp, granted: Granted | None) -> None:
    """Hears of a workspace that took the app out. With one token of our own there is nothing to forget."""

    async def gone(body: dict[str, Any]) -> None:
        if granted is not None:
            await granted.revoke(str(body["team_id"]), _moment(body))

    @app.event("app_uninstalled")
    async def uninstalled(body: dict[str, Any]) -> None:
        await gone(body)

    @app.event("tokens_revoked")
    async def revoked(body: dict[str, Any], event: dict[str, Any]) -> None:
        if (event.get("tokens") or {}).get("bot"):  # a person's own token is none of ours
            await gone(body)


def _moment(body: dict[str, Any]) -> datetime:
    """When it happened, in whole seconds: the second is over before anybody has installed again."""
    at = body.get("event_time")
    return datetime.fromtimestamp(at + 1, UTC) if isinstance(at, int) else datetime.now(UTC)
