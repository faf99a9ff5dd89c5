"""Hangs the bot on Bolt: which of Slack's payloads are for it, what they ask, and under which inbox keys.

Every listener commits what was asked and returns; Slack hears "ok" after that (the app is built with
`process_before_response`), so a crash in between loses nothing.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zlib import crc32

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.faults import note_failure
from bot.slack.buttons import ASK, DEFINITION, EXCEL, IMAGE, PICK, SQL, asker_of, unpack
from bot.slack.choosing import CHOSEN, chosen
from bot.slack.edge import Edge, team_of
from bot.slack.forms.agreeing import AgreementForm, opens_form
from bot.slack.forms.opening import Opening
from bot.slack.later import later
from bot.slack.subcommands import commanded
from bot.slack.taker import Taker
from bot.slack.typed import mentioned
from bot.slack.works import Job

COMMAND = "/cartera"
Keys = Callable[[Mapping[str, Any], Mapping[str, Any]], list[str]]
SPOKEN = (None, "thread_broadcast", "file_share")  # message subtypes that are somebody saying something
# A second click on a button means it only when the first has had time to be answered.
CLICK_AGAIN = timedelta(seconds=10)


def inbox_keys(body: Mapping[str, Any], event: Mapping[str, Any]) -> list[str]:
    """By message, because a mention in a thread comes as two events; by event, for redeliveries."""
    team = team_of(body)
    return [f"message:{team}:{event['channel']}:{event['ts']}", f"event:{team}:{body['event_id']}"]


def register(app: AsyncApp, edge: Edge, keys: Keys = inbox_keys) -> None:
    """`keys` names a message in the inbox."""
    taker = Taker(edge)
    _messages(app, edge, taker, keys)
    _commands(app, edge, taker)
    _buttons(app, edge, taker)
    _choices(app, taker)
    _sessions(app, edge)

    @app.error
    async def broken(error: Exception) -> None:
        """The last net: nothing a listener raises may print what somebody wrote."""
        note_failure(error, "a listener")


# --- what people say -----------------------------------------------------------------------------


def _messages(app: AsyncApp, edge: Edge, taker: Taker, keys: Keys) -> None:
    @app.event("app_mention")
    async def mention(event: dict[str, Any], body: dict[str, Any]) -> None:
        if is_spoken(event):
            await taker.take(_said(event, body, "channel", called=True), keys(body, event))

    @app.event("message")
    async def message(event: dict[str, Any], body: dict[str, Any]) -> None:
        if not is_spoken(event):
            return
        if event.get("channel_type") == "im":
            await taker.take(_said(event, body, "dm", called=True), keys(body, event))
        elif await _goes_on(edge, event, body):
            named = (await edge.workspaces.of(team_of(body))).bot_user in mentioned(event["text"])
            await taker.take(_said(event, body, "channel", called=named), keys(body, event))


def is_spoken(event: Mapping[str, Any]) -> bool:
    """A person's new words: no bot, no edit, no join, no empty text."""
    by_person = bool(event.get("user")) and not event.get("bot_id")
    new = event.get("subtype") in SPOKEN and not event.get("hidden") and not event.get("edited")
    return by_person and new and bool(str(event.get("text") or "").strip())


def _said(event: Mapping[str, Any], body: Mapping[str, Any], entrance: Any, *, called: bool) -> Job:
    return Job(
        "message",
        team_of(body),
        event["user"],
        event["channel"],
        entrance,
        event.get("thread_ts") or event["ts"],
        text=event["text"],
        ts=event["ts"],
        called=called,
    )


async def _goes_on(edge: Edge, event: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    """Whether a message in a channel's thread, without a mention, goes on talking to the bot."""
    thread, channel = event.get("thread_ts"), str(event["channel"])
    if not thread or thread == event["ts"]:
        return False
    bot = (await edge.workspaces.of(team_of(body))).bot_user
    if set(mentioned(event["text"])) - {bot}:
        return False
    return edge.works.busy_with(channel, thread) or await edge.ledger.run(
        edge.records.speaks_in, channel, thread
    )


def _commands(app: AsyncApp, edge: Edge, taker: Taker) -> None:
    @app.command(COMMAND)
    async def command(ack: AsyncAck, command: dict[str, Any]) -> None:
        if await commanded(edge, command, ack):
            return
        job = Job(
            "slash",
            team_of(command),
            command["user_id"],
            command["channel_id"],
            _entrance(command["channel_id"]),
            f"slash:{command['trigger_id']}"[:80],
            text=command.get("text") or "",
            respond=command.get("response_url") or "",
        )
        await taker.take(job, [f"slash:{command['trigger_id']}"])
        await ack()


def _entrance(channel: str) -> Any:
    return "dm" if channel.startswith("D") else "channel"


# --- what people click ---------------------------------------------------------------------------


def _buttons(app: AsyncApp, edge: Edge, taker: Taker) -> None:
    @app.action(re.compile(rf"^({ASK}:\d+|{DEFINITION}|{SQL}|{EXCEL}|{IMAGE})$"))
    async def clicked(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        job, request = clicked_job(body, action), unpack(str(action.get("value") or ""))
        if request is None:
            await taker.stale(job)
        elif opens_form(*request):
            thread = job.thread if job.entrance == "dm" else ""
            opening = Opening(job.team, job.user, str(body["trigger_id"]), job.respond, thread)
            later(AgreementForm(edge).open(opening, request[1]), "a form")
        else:
            intent, fields = request
            await taker.take(
                replace(job, intent=intent, fields=fields), [click_key(body, action)], CLICK_AGAIN
            )
        await ack()


def _choices(app: AsyncApp, taker: Taker) -> None:
    """Rows chosen in a menu, and the buttons beside it."""

    @app.action(CHOSEN)
    async def choosing(ack: AsyncAck) -> None:
        await ack()

    @app.action(re.compile(rf"^{PICK}:\d+$"))
    async def picked(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        job, request = clicked_job(body, action), unpack(str(action.get("value") or ""))
        slot = str(action.get("block_id") or "").partition(":")[0]
        if request is None or not slot:
            await taker.stale(job)
        else:
            intent, fields = request
            rows = chosen(body)
            key = f"{click_key(body, action)}:{crc32(' '.join(sorted(rows)).encode()):x}"
            await taker.take(replace(job, intent=intent, fields={**fields, slot: rows}), [key], CLICK_AGAIN)
        await ack()


def click_key(body: Mapping[str, Any], action: Mapping[str, Any]) -> str:
    """One click a person and button, for a while."""
    message = (body.get("container") or {}).get("message_ts") or ""
    return f"click:{body['user']['id']}:{body['channel']['id']}:{message}:{action['action_id']}"


def clicked_job(body: Mapping[str, Any], action: Mapping[str, Any]) -> Job:
    """A click is answered in the thread of the message it was made on; on a message that only one person
    sees, to her alone."""
    user, channel = body["user"]["id"], body["channel"]["id"]
    container, message = body.get("container") or {}, body.get("message") or {}
    ts = message.get("ts") or container["message_ts"]
    thread = message.get("thread_ts") or container.get("thread_ts") or ts
    hers = bool(container.get("is_ephemeral"))
    asking = str(action["action_id"]).startswith((ASK, PICK))
    return Job(
        "click" if asking else "export" if action["action_id"] in (EXCEL, IMAGE) else "look",
        team_of(body),
        user,
        channel,
        "slash" if hers else _entrance(channel),
        thread,
        ts=ts if hers else "",  # what only she sees heads no thread
        label=str(action["text"]["text"]) if asking else str(action["action_id"]),
        asker=asker_of(str(action.get("block_id") or "")),
        respond=str(body.get("response_url") or "") if hers else "",
    )


# --- sessions ------------------------------------------------------------------------------------


def _sessions(app: AsyncApp, edge: Edge) -> None:
    @app.event("agent_session_stopped")
    async def stopped(event: dict[str, Any], body: dict[str, Any]) -> None:
        """Slack changes nothing itself, and a process that died over a question left it "processing"."""
        channel, thread = str(event["channel"]), str(event["thread_ts"])
        key = f"event:{team_of(body)}:{body['event_id']}"
        if not await edge.ledger.run(edge.records.claim, [key], edge.clock()):
            return  # told again, it would end the next question
        await edge.works.stop(channel, thread)
        later(_at_rest(edge, team_of(body), channel, thread), "a session at rest")

    @app.event("user_change")
    async def changed(event: dict[str, Any], body: dict[str, Any]) -> None:
        """Whoever left, or became a guest, is so from this moment."""
        team, user = team_of(body), str(event["user"]["id"])
        edge.workspaces.forget_person(team, user)
        await edge.ledger.run(edge.records.note_change, team, user, edge.clock())


async def _at_rest(edge: Edge, team: str, channel: str, thread: str) -> None:
    workspace = await edge.workspaces.of(team)
    session = {"channel_id": channel, "thread_ts": thread, "status": "active"}
    await workspace.client.api_call("agents.sessions.setStatus", json=session)
