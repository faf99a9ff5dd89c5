"""Posts messages: never retries blindly, waits when told to, draws less when Slack will not draw it all."""

import asyncio
import secrets
import time
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.faults import SLACK_FAULTS, log, may_have_worked, slack_code
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
LOOKS = (0.3, 1.0, 2.0)  # seconds before each look whether a doubtful post is there
EVENT = "cartera_answer"
RECENT = 600  # seconds back, more than clocks differ
PAGE = 100


class Poster:
    """`looks` are the waits before each look for a post that may have failed."""

    def __init__(self, client: AsyncWebClient, looks: tuple[float, ...] = LOOKS) -> None:
        self._client, self._looks = client, looks

    async def post(self, channel: str, message: Message, thread: str | None = None) -> str:
        """The ts of the new message."""
        mark = {"event_type": EVENT, "event_payload": {"key": secrets.token_hex(8)}}
        answer = await self._send(
            "chat.postMessage", message, channel=channel, thread_ts=thread, metadata=mark
        )
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
                return await self._once(method, body)
            except SlackApiError as error:
                if slack_code(error) not in UNDRAWABLE or not attempt.blocks:
                    raise
                log.error(
                    "slack would not draw a message: error=%s blocks=%s", slack_code(error), _kinds(attempt)
                )
        raise AssertionError("the last attempt has no blocks and either returned or raised")

    async def _once(self, method: str, body: dict[str, Any]) -> Any:
        """Where nobody knows whether a message was posted, it is looked for before it is sent again."""
        try:
            return await self._patiently(method, body)
        except SLACK_FAULTS as error:
            if "metadata" not in body or not may_have_worked(error):
                raise
            failure: Exception = error
        found: dict[str, Any] | None = None
        for n, wait in enumerate(self._looks, start=1):
            await asyncio.sleep(wait)
            try:
                found = await self._found(body)
                if found is not None or n == len(self._looks):
                    break
                return await self._patiently(method, body)
            except SLACK_FAULTS as error:
                if not may_have_worked(error):
                    raise
                failure, found = error, None
        if found is None:
            raise failure
        return found

    async def _found(self, body: dict[str, Any]) -> dict[str, Any] | None:
        """Our own message among the latest, by the key it carries."""
        where = {"channel": body["channel"], "oldest": f"{time.time() - RECENT:.6f}"}
        method = "conversations.history"
        if "thread_ts" in body:
            method, where["ts"] = "conversations.replies", body["thread_ts"]
        after = ""
        while True:
            query = {**where, "limit": PAGE, "include_all_metadata": "true", "cursor": after}
            page = await self._client.api_call(method, params=query)
            for each in page.get("messages") or ():
                if (each.get("metadata") or {}).get("event_payload") == body["metadata"]["event_payload"]:
                    return {"ts": each["ts"]}
            after = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not after:
                return None

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
