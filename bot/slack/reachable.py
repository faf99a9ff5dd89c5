"""Asks Slack once who we are, for whoever looks after the bot: is it reached, and how does its clock go."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.app import SLACK, TIMEOUT
from bot.slack.faults import SLACK_FAULTS, slack_code


@dataclass(frozen=True)
class Reached:
    """`error`: Slack's own word for its no, or the kind of failure. `off`: seconds between our clocks."""

    workspace: str = ""
    error: str = ""
    off: float | None = None


async def reach(api_url: str | None, token: str | None) -> Reached:
    """Without a token of ours (workspaces install it themselves) only whether Slack is there."""
    base = api_url or SLACK
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(
            token, base if base.endswith("/") else f"{base}/", TIMEOUT, session=session, retry_handlers=[]
        )
        call: Callable[[], Awaitable[AsyncSlackResponse]] = client.auth_test if token else client.api_test
        try:
            said = await call()
        except SLACK_FAULTS as error:
            return Reached(error=slack_code(error))
    return Reached(str(said.get("team") or ""), off=_off(said))


def _off(said: AsyncSlackResponse) -> float | None:
    """Slack dates its answers to the second."""
    dated = next((value for name, value in said.headers.items() if name.lower() == "date"), None)
    if dated is None:
        return None
    its = parsedate_to_datetime(str(dated)).astimezone(UTC)
    return max(0.0, abs((datetime.now(UTC) - its).total_seconds()) - 1)
