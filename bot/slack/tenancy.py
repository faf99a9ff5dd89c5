"""Which workspaces this bot serves, and how each gave it its token: one token of ours, or installations."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from aiohttp import web
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import Engine

from bot.settings import Settings
from bot.slack.granted import Authorize, Granted, authorizing
from bot.slack.oauth import Flow, open_installs
from bot.slack.turns import Pool
from bot.slack.workspaces import Credentials
from skills.text import Texts


@dataclass(frozen=True)
class Tenancy:
    """`authorize` is what Bolt asks, `find` what the rest of the edge does; `routes` are for browsers."""

    find: Callable[[str], Awaitable[Credentials | None]]
    authorize: Authorize
    teams: Callable[[], Awaitable[Sequence[str]]]  # the workspaces there are
    granted: Granted | None = None
    routes: Sequence[web.RouteDef] = ()


async def one_token(client: AsyncWebClient) -> Tenancy:
    """The workspace of the client's own token. Raises what Slack raises where that token is not good."""
    me = await client.auth_test()
    team, mine = str(me["team_id"]), Credentials(str(client.token), str(me["user_id"]))
    result = AuthorizeResult(
        enterprise_id=None,
        team_id=team,
        bot_user_id=mine.bot_user,
        bot_id=me.get("bot_id"),
        bot_token=mine.token,
    )

    async def find(asked: str) -> Credentials | None:
        return mine if asked == team else None

    async def authorize(team_id: str | None) -> AuthorizeResult | None:
        return result if team_id == team else None

    async def teams() -> Sequence[str]:
        return [team]

    return Tenancy(find, authorize, teams)


def by_oauth(
    settings: Settings, engine: Engine, texts: Texts, pool: Pool, client: Callable[[str], AsyncWebClient]
) -> Tenancy:
    """The workspaces that installed the app and still have it. Raises CannotServe."""
    installs = open_installs(settings, engine, texts)
    grants = Granted(installs, pool, settings.slack.teams)
    flow = Flow(settings.slack, texts, settings.agency.language, installs, grants, pool, client)

    async def teams() -> Sequence[str]:
        return await pool.run(installs.teams)

    return Tenancy(grants.credentials, authorizing(grants), teams, grants, flow.routes())
