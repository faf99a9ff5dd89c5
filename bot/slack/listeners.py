"""Hangs the conversation on Bolt: which of Slack's events are for the bot, and under which inbox keys."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.faults import note_failure
from bot.slack.buttons import ASK, DEFINITION, SQL, asker_of, unpack
from bot.slack.conversation import Conversation, Draw, Spot, Whisper
from bot.slack.faults import log
from bot.slack.message import Message
from bot.slack.render import Renderer

COMMAND = "/cartera"
Keys = Callable[[Mapping[str, Any], Mapping[str, Any]], list[str]]
SPOKEN = (None, "thread_broadcast", "file_share")  # message subtypes that are somebody saying something


def register(app: AsyncApp, conversation: Conversation, renderer: Renderer, keys: Keys) -> None:
    """`keys` names a message in the inbox."""
    _messages(app, conversation, keys)
    _commands(app, conversation)
    _buttons(app, conversation, renderer)

    @app.error
    async def broken(error: Exception) -> None:
        """The last net: nothing a listener raises may print what somebody wrote."""
        note_failure(error, "a listener")


def _messages(app: AsyncApp, conversation: Conversation, keys: Keys) -> None:
    @app.event("app_mention")
    async def mentioned(event: dict[str, Any], body: dict[str, Any]) -> None:
        if is_spoken(event):
            spot = Spot(event["user"], event["channel"], "channel", event.get("thread_ts") or event["ts"])
            await conversation.asked(spot, event["text"], event["ts"], keys(body, event), called=True)

    @app.event("message")
    async def said(event: dict[str, Any], body: dict[str, Any]) -> None:
        if not is_spoken(event):
            return
        if event.get("channel_type") == "im":
            spot = Spot(event["user"], event["channel"], "dm", event.get("thread_ts") or event["ts"])
            await conversation.asked(spot, event["text"], event["ts"], keys(body, event), called=True)
            return
        thread = event.get("thread_ts")
        if (
            thread
            and thread != event["ts"]
            and await conversation.follows(event["channel"], thread, event["text"])
        ):
            spot = Spot(event["user"], event["channel"], "channel", thread)
            await conversation.asked(spot, event["text"], event["ts"], keys(body, event), called=False)


def is_spoken(event: Mapping[str, Any]) -> bool:
    """A person's new words: no bot, no edit, no join, no empty text."""
    by_person = bool(event.get("user")) and not event.get("bot_id")
    new = event.get("subtype") in SPOKEN and not event.get("hidden") and not event.get("edited")
    return by_person and new and bool(str(event.get("text") or "").strip())


def inbox_keys(body: Mapping[str, Any], event: Mapping[str, Any]) -> list[str]:
    """By event, for redeliveries; by message, because a mention in a thread comes as two events."""
    return [f"event:{body['event_id']}", f"message:{event['channel']}:{event['ts']}"]


def _commands(app: AsyncApp, conversation: Conversation) -> None:
    @app.command(COMMAND)
    async def commanded(ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond) -> None:
        await ack()

        spot = Spot(command["user_id"], command["channel_id"], "slash", f"slash:{command['trigger_id']}")
        await conversation.commanded(spot, command.get("text") or "", _to_asker(respond, app.client.base_url))


def _buttons(app: AsyncApp, conversation: Conversation, renderer: Renderer) -> None:
    @app.action(re.compile(rf"^{ASK}:\d+$"))
    async def picked(
        ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], respond: AsyncRespond
    ) -> None:
        await ack()
        spot, request = spot_of(body), unpack(str(action.get("value") or ""))
        if request is None:
            await conversation.stale(spot, _whisper(spot, respond))
        elif spot.entrance == "slash":
            await conversation.picked(spot, *request, _to_asker(respond, app.client.base_url))
        else:
            asker = asker_of(str(action.get("block_id") or ""))
            label = str(action["text"]["text"])
            await conversation.clicked(spot, action["action_id"], *request, label=label, asker=asker)

    def _whisper(spot: Spot, respond: AsyncRespond) -> Whisper:
        return (
            _to_asker(respond, app.client.base_url)
            if spot.entrance == "slash"
            else conversation.whisperer(spot)
        )

    async def look(body: dict[str, Any], action: dict[str, Any], respond: AsyncRespond, draw: Draw) -> None:
        spot, request = spot_of(body), unpack(str(action.get("value") or ""))
        if request is None:
            await conversation.stale(spot, _whisper(spot, respond))
        else:
            await conversation.looked(spot, *request, draw, _whisper(spot, respond))

    @app.action(DEFINITION)
    async def definition(
        ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], respond: AsyncRespond
    ) -> None:
        await ack()
        await look(body, action, respond, renderer.definition)

    @app.action(SQL)
    async def sql(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], respond: AsyncRespond) -> None:
        await ack()
        await look(body, action, respond, renderer.sql)


def _to_asker(respond: AsyncRespond, base: str) -> Whisper:
    """Through Slack's answer address: that works where the bot is no member, too."""

    async def whisper(message: Message) -> None:
        if not is_slacks(str(respond.response_url or ""), base):
            raise ValueError("an answer address that is not Slack's")
        for attempt in (message, *message.simpler()):
            sent = await respond(
                text=attempt.text,
                blocks=attempt.blocks,
                response_type="ephemeral",
                replace_original=False,
                unfurl_links=False,
                unfurl_media=False,
            )
            if sent.status_code == 200:
                return
        log.error("slack took no answer: status=%s", sent.status_code)

    return whisper


def is_slacks(url: str, base: str) -> bool:
    """Answers go to Slack and to nobody else: to its hooks host, or to the host `base` names."""
    given, ours = urlsplit(url), urlsplit(base)
    if ours.hostname in ("slack.com", "www.slack.com"):
        return given.scheme == "https" and given.netloc == "hooks.slack.com"
    return (given.scheme, given.netloc) == (ours.scheme, ours.netloc)


def spot_of(body: Mapping[str, Any]) -> Spot:
    """A click is answered in the thread of the message it was made on; on a message that only one person
    sees, to her alone."""
    user, channel = body["user"]["id"], body["channel"]["id"]
    container = body.get("container") or {}
    message = body.get("message") or {}
    ts = message.get("ts") or container["message_ts"]
    thread = message.get("thread_ts") or container.get("thread_ts") or ts
    if container.get("is_ephemeral"):
        return Spot(user, channel, "slash", thread)
    return Spot(user, channel, "dm" if channel.startswith("D") else "channel", thread)
