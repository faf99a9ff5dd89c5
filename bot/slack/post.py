"""Posts messages: never retries blindly, waits when told to, draws less when Slack will not draw it all."""

import asyncio
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.faults import log, slack_code
from bot.slack.message import Message

UNDRAWABLE = frozenset(
    {
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_attachments",
        "msg_blocks_too_long",
        "only_one_table_allowed",
    }
)
WAITS = 3
LONGEST_WAIT = 30.0


class Poster:
    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def post(self, channel: str, message: Message, thread: str | None = None) -> str:
        """The ts of the new message."""
        answer = await self._send("chat.postMessage", message, channel=channel, thread_ts=thread)
        return str(answer["ts"])

    async def whisper(self, channel: str, user: str, message: Message, thread: str | None = None) -> None:
        """A message that only `user` sees."""
        await self._send("chat.postEphemeral", message, channel=channel, user=user, thread_ts=thread)

    async def _send(self, method: str, message: Message, **to: Any) -> Any:
        where = {key: value for key, value in to.items() if value is not None}
        for attempt in (message, *message.simpler()):
            body = {"text": attempt.text, "unfurl_links": False, "unfurl_media": False, **where}
            if attempt.blocks:
                body["blocks"] = attempt.blocks
            try:
                return await self._patiently(method, body)
            except SlackApiError as error:
                if slack_code(error) not in UNDRAWABLE or not attempt.blocks:
                    raise
                log.error(
                    "slack would not draw a message: error=%s blocks=%s", slack_code(error), _kinds(attempt)
                )
        raise AssertionError("the last attempt has no blocks and either returned or raised")

    async def _patiently(self, method: str, body: dict[str, Any]) -> Any:
        """A 429 says that nothing was posted, so it may be sent again; any other failure may not."""
        for _ in range(WAITS):
            try:
                return await self._client.api_call(method, json=body)
            except SlackApiError as error:
                wait = _asked_to_wait(error)
                if wait is None or wait > LONGEST_WAIT:
                    raise
                await asyncio.sleep(wait)
        return await self._client.api_call(method, json=body)


def _asked_to_wait(error: SlackApiError) -> float | None:
    if getattr(error.response, "status_code", None) != 429:
        return None
    try:
        return float(error.response.headers.get("Retry-After", "1"))
    except ValueError:
        return 1.0


def _kinds(message: Message) -> str:
    return ",".join(str(block.get("type")) for block in message.blocks)
