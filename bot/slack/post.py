"""Delivers one parcel to Slack: never twice where it can be helped, waits when told to, draws less when
Slack will not draw it all. Knows no queue and no database.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.webhook_response import WebhookResponse

from bot.health.measures import SLACK_CALLS, SLACK_WAITS
from bot.outbox import Parcel
from bot.slack.faults import (
    LONGEST_WAIT,
    SLACK_FAULTS,
    asked_to_wait,
    log,
    may_have_worked,
    slack_code,
)
from bot.slack.message import Message
from bot.slack.workspaces import Workspaces

UNDRAWABLE = frozenset(
    {
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_attachments",
        "msg_blocks_too_long",
        "only_one_table_allowed",
    }
)
# A stream that is over, or that Slack ended because nothing came for minutes.
STREAM_OVER = frozenset({"message_not_in_streaming_state", "message_not_found"})
NO_LONGER_THERE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
WAITS = 3
LOOKS = (0.3, 1.0, 2.0)  # seconds before each look whether a doubtful post is there
EVENT = "cartera_answer"
PERSONS = ("U", "W")
RECENT = 600  # seconds, more than clocks differ
PAGE = 100
PLAIN = {"unfurl_links": False, "unfurl_media": False}


class Lost(Exception):
    """While this process waited, another has taken the parcel over."""


# Asked before a call that had to wait: raises Lost where the parcel is no longer this process's.
FENCE: "ContextVar[Callable[[], Awaitable[None]] | None]" = ContextVar("fence", default=None)


class Poster:
    """`looks` are the waits before each look for a post that may have failed."""

    def __init__(self, workspaces: Workspaces, looks: tuple[float, ...] = LOOKS) -> None:
        self._workspaces, self._looks = workspaces, looks
        self._closed: dict[tuple[str, str], float] = {}  # (team, method) -> when Slack hears us again

    async def deliver(self, parcel: Parcel, *, doubtful: float | None = None) -> str | None:
        """Slack's name for what it took. `doubtful`: it may be there already, since that moment (seconds
        since 1970), so it is looked for first.

        Raises what Slack raises, once waiting and looking have not helped.
        """
        client = (await self._workspaces.of(parcel.team)).client
        match parcel.kind:
            case "whisper":
                await self._whisper(client, parcel)
                return None
            case "respond":
                await self._respond(client, parcel)
                return None
            case "file":
                return await self._file(client, parcel, doubtful)
            case "finish":
                return await self._finish(client, parcel, doubtful)
            case "update":
                return await self._update(client, parcel)
        return await self._post(client, parcel, doubtful)

    async def delete(self, team: str, kind: str, channel: str, ts: str) -> None:
        """Takes back a message, or a file by its id."""
        client = (await self._workspaces.of(team)).client
        if kind == "file":
            await self._call(client, team, "files.delete", {"file": ts})
        else:
            await self._call(client, team, "chat.delete", {"channel": channel, "ts": ts})

    # --- the kinds of parcel ---
    async def _post(self, client: AsyncWebClient, parcel: Parcel, doubtful: float | None) -> str:
        where = {"channel": parcel.channel, "thread_ts": parcel.thread, "metadata": _mark(parcel.key)}
        if doubtful is not None and (found := await self._found(client, parcel, doubtful)) is not None:
            return found
        try:
            return str((await self._drawn(client, parcel, "chat.postMessage", where))["ts"])
        except SLACK_FAULTS as error:
            if not may_have_worked(error):
                raise
            return await self._look_and_repeat(client, parcel, where, error)

    async def _look_and_repeat(
        self, client: AsyncWebClient, parcel: Parcel, where: Mapping[str, Any], failure: Exception
    ) -> str:
        """Where nobody knows whether a message was posted, it is looked for before it is sent again."""
        since = time.time()
        for n, wait in enumerate(self._looks, start=1):
            await asyncio.sleep(wait)
            try:
                found = await self._found(client, parcel, since)
                if found is not None:
                    return found
                if n < len(self._looks):
                    return str((await self._drawn(client, parcel, "chat.postMessage", where))["ts"])
            except SLACK_FAULTS as error:
                if not may_have_worked(error):
                    raise
                failure = error
        raise failure

    async def _whisper(self, client: AsyncWebClient, parcel: Parcel) -> None:
        """A message that only one person sees."""
        where = {"channel": parcel.channel, "thread_ts": parcel.thread, "user": parcel.body["user"]}
        await self._drawn(client, parcel, "chat.postEphemeral", where)

    async def _respond(self, client: AsyncWebClient, parcel: Parcel) -> None:
        """Through Slack's answer address: that works where the bot is no member, too."""
        url = str(parcel.body["url"])
        if not is_slacks(url, client.base_url):
            raise ValueError("an answer address that is not Slack's")
        for attempt in _attempts(parcel):
            body = {"text": attempt.text, "blocks": attempt.blocks, **PLAIN}
            body |= {"response_type": "ephemeral", "replace_original": False}
            body |= {"thread_ts": parcel.thread} if parcel.thread else {}
            refused = await _sent(client, url, body)
            if refused is None:
                return
            log.error("slack took no answer: status=%s", refused.status_code)
            if refused.status_code != HTTPStatus.BAD_REQUEST or not attempt.blocks:
                raise SlackApiError("an answer address refused", refused)  # type: ignore[no-untyped-call]

    async def _finish(self, client: AsyncWebClient, parcel: Parcel, doubtful: float | None) -> str:
        """Ends a message that was streamed with the answer. Told twice, Slack changes it to the same."""
        ts = str(parcel.body["stream"])
        where = {"channel": parcel.channel, "ts": ts, "metadata": _mark(parcel.key)}
        end = {**where, "blocks": parcel.body["blocks"], "chunks": parcel.body.get("chunks") or []}
        try:
            await self._call(client, parcel.team, "chat.stopStream", end)
        except SlackApiError as error:
            if slack_code(error) not in STREAM_OVER | UNDRAWABLE:
                raise
            if slack_code(error) not in STREAM_OVER:  # it still grows, and so cannot be changed
                await self._call(
                    client, parcel.team, "chat.stopStream", {"channel": parcel.channel, "ts": ts}
                )
            return await self._instead(client, parcel, where, doubtful)
        return ts

    async def _instead(
        self, client: AsyncWebClient, parcel: Parcel, where: Mapping[str, Any], doubtful: float | None
    ) -> str:
        """What was not ended with the answer is changed into it; where it is gone, the answer is posted."""
        try:
            await self._drawn(client, parcel, "chat.update", where)
        except SlackApiError as error:
            if slack_code(error) not in NO_LONGER_THERE:
                raise
            return await self._post(client, parcel, time.time() if doubtful is None else doubtful)
        return str(where["ts"])

    async def _update(self, client: AsyncWebClient, parcel: Parcel) -> str | None:
        """Draws a message anew in its place; None where it is gone. Told twice, it becomes the same."""
        channel = parcel.channel
        if channel.startswith(PERSONS):  # it was posted to somebody, not yet into a channel of that name
            opened = await self._call(client, parcel.team, "conversations.open", {"users": channel})
            channel = str(opened["channel"]["id"])
        where = {"channel": channel, "ts": parcel.body["ts"], "metadata": _mark(parcel.body["of"])}
        try:
            await self._drawn(client, parcel, "chat.update", where)
        except SlackApiError as error:
            if slack_code(error) not in NO_LONGER_THERE:
                raise
            return None
        return str(parcel.body["ts"])

    async def _file(self, client: AsyncWebClient, parcel: Parcel, doubtful: float | None) -> str:
        if doubtful is not None and (found := await self._found(client, parcel, doubtful)) is not None:
            return found
        content, body = parcel.content or b"", parcel.body
        name = {"filename": body["filename"], "length": len(content)}
        given = await self._call(client, parcel.team, "files.getUploadURLExternal", form=name)
        await _upload(client, str(given["upload_url"]), content)
        end = {
            "files": [{"id": given["file_id"], "title": body["title"]}],
            "channel_id": parcel.channel,
            "thread_ts": parcel.thread,
            "initial_comment": body.get("comment"),
        }
        await self._call(client, parcel.team, "files.completeUploadExternal", end)
        return str(given["file_id"])

    # --- how Slack is called ---
    async def _drawn(
        self, client: AsyncWebClient, parcel: Parcel, method: str, where: Mapping[str, Any]
    ) -> Any:
        """With all the blocks, or with those that Slack will draw."""
        for attempt in _attempts(parcel):
            body = {"text": attempt.text, **PLAIN, **where}
            if attempt.blocks:
                body["blocks"] = attempt.blocks
            try:
                return await self._call(client, parcel.team, method, body)
            except SlackApiError as error:
                if slack_code(error) not in UNDRAWABLE or not attempt.blocks:
                    raise
                kinds = ",".join(str(block.get("type")) for block in attempt.blocks)
                log.error("slack would not draw a message: error=%s blocks=%s", slack_code(error), kinds)
        raise AssertionError("the last attempt has no blocks and either returned or raised")

    async def _call(
        self,
        client: AsyncWebClient,
        team: str,
        method: str,
        body: Mapping[str, Any] | None = None,
        form: Mapping[str, Any] | None = None,
    ) -> Any:
        """A 429 says that nothing was done: it is tried again, by anybody, only when Slack hears us again."""
        said = {key: value for key, value in (body or {}).items() if value is not None}
        for attempt in range(WAITS + 1):
            fence, late = FENCE.get(), attempt > 0
            while await self._heard(team, method) or late:  # while the fence is asked Slack may close again
                late = False
                if fence is not None:
                    await fence()
            try:
                if form is not None:
                    answer = await client.api_call(method, data=dict(form))
                else:
                    answer = await client.api_call(method, json=said)
                SLACK_CALLS.labels(method, "ok").inc()
                return answer
            except SlackApiError as error:
                wait = asked_to_wait(error)
                SLACK_CALLS.labels(method, slack_code(error)).inc()
                SLACK_WAITS.inc(wait or 0.0)
                if wait is None:
                    raise
                self._closed[team, method] = time.monotonic() + wait
                if wait > LONGEST_WAIT or attempt == WAITS:
                    raise
        raise AssertionError("the last attempt either returned or raised")

    async def _heard(self, team: str, method: str) -> bool:
        """Waits until Slack hears us again; whether there was anything to wait for."""
        waited = False
        while (wait := self._closed.get((team, method), 0.0) - time.monotonic()) > 0:
            waited = True
            await asyncio.sleep(wait)
        return waited

    async def _found(self, client: AsyncWebClient, parcel: Parcel, since: float) -> str | None:
        """Our own message among those since then, by the key it carries; a file, by its names."""
        oldest = min(since, time.time()) - RECENT
        where = {"channel": parcel.channel, "oldest": f"{oldest:.6f}"}
        method = "conversations.history"
        if parcel.thread is not None:
            method, where["ts"] = "conversations.replies", parcel.thread
        after = ""
        while True:
            query = {**where, "limit": PAGE, "include_all_metadata": "true", "cursor": after}
            page = await self._call(client, parcel.team, method, form=query)
            for each in page.get("messages") or ():
                if (name := _is_it(each, parcel)) is not None:
                    return name
            after = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not after:
                return None


def _mark(key: str) -> dict[str, Any]:
    return {"event_type": EVENT, "event_payload": {"key": key}}


def _is_it(message: Mapping[str, Any], parcel: Parcel) -> str | None:
    if parcel.kind != "file":
        said = (message.get("metadata") or {}).get("event_payload") or {}
        return str(message["ts"]) if said.get("key") == parcel.key else None
    names = (parcel.body["filename"], parcel.body["title"])
    files = message.get("files") or ()
    return next((str(f["id"]) for f in files if (f.get("name"), f.get("title")) == names), None)


def _attempts(parcel: Parcel) -> tuple[Message, ...]:
    whole = Message(str(parcel.body["text"]), list(parcel.body.get("blocks") or ()))
    return (whole, *whole.simpler())


async def _sent(client: AsyncWebClient, url: str, body: Mapping[str, Any]) -> WebhookResponse | None:
    """None once Slack took it; else what it said. Never goes on to where an answer points."""
    async with _session(client).post(
        url, json=body, timeout=aiohttp.ClientTimeout(total=client.timeout), allow_redirects=False
    ) as answer:
        if answer.status == HTTPStatus.OK:
            return None
        said = await answer.text()
        headers = {name.title(): value for name, value in answer.headers.items()}
        return WebhookResponse(url=url, status_code=answer.status, body=said, headers=headers)


def _session(client: AsyncWebClient) -> aiohttp.ClientSession:
    if client.session is None:
        raise ValueError("no session to send with")
    return client.session


async def _upload(client: AsyncWebClient, url: str, content: bytes) -> None:
    if not is_slacks(url, client.base_url, "files.slack.com"):
        raise ValueError("an upload address that is not Slack's")
    patience = aiohttp.ClientTimeout(total=client.timeout)
    async with _session(client).post(url, data=content, timeout=patience, allow_redirects=False) as answer:
        answer.raise_for_status()


def is_slacks(url: str, base: str, host: str = "hooks.slack.com") -> bool:
    """What we send goes to Slack and to nobody else: to `host`, or to the host our own settings name."""
    given, ours = urlsplit(url), urlsplit(base)
    if ours.hostname in ("slack.com", "www.slack.com"):
        return given.scheme == "https" and given.netloc == host
    return (given.scheme, given.netloc) == (ours.scheme, ours.netloc)
