"""Who somebody is: guests, strangers, leavers; what the app hears of them, and of what they have open."""

import asyncio
import copy
import json
from dataclasses import replace
from typing import Any

import pytest

from tests.localslack_http import JSON, Listener
from tests.localslack_room import TEAM, room, until
from tests.test_localslack_http import wired

OUTSIDE: JSON = copy.deepcopy(TEAM)
OUTSIDE["users"] += [
    {"id": "U7", "name": "gil", "email": "gil@a.example", "is_restricted": True, "title": "Practicante"},
    {"id": "U8", "name": "eva", "email": "eva@otra.example", "is_stranger": True, "team_id": "T9"},
    {"id": "U9", "name": "leo", "email": "leo@a.example", "deleted": True},
    {"id": "U10", "name": "pia", "is_ultra_restricted": True},
]
OUTSIDE["channels"][0]["members"] += ["U8"]
OUTSIDE["channels"].append(
    {"id": "C5", "name": "aliados", "members": ["U8", "U1", "UBOT"], "is_ext_shared": True}
)


async def events(app: Listener, kind: str, count: int = 1) -> list[JSON]:
    """The events of one kind, once so many have come."""

    async def found() -> list[JSON]:
        bodies = [each.json() for each in app.seen if each.headers["Content-Type"] == "application/json"]
        rows = [body["event"] for body in bodies if body["event"]["type"] == kind]
        return rows if len(rows) >= count else []

    rows: list[JSON] = await until(found)
    return rows


# --- who they are ---
async def test_the_app_sees_who_is_a_guest_a_stranger_or_gone() -> None:
    async with room(OUTSIDE) as place:
        rows = {row["name"]: row for row in (await place.api("users.list"))["members"]}
        flags = ("deleted", "is_restricted", "is_ultra_restricted")
        assert {
            name: [row[flag] for flag in flags] for name, row in rows.items() if name in ("ana", "gil")
        } == {
            "ana": [False, False, False],
            "gil": [False, True, False],
        }
        assert (rows["leo"]["deleted"], rows["pia"]["is_ultra_restricted"]) == (True, True)
        assert (rows["eva"]["is_stranger"], rows["eva"]["team_id"]) == (True, "T9")
        assert "is_stranger" not in rows["ana"]
        assert (await place.api("users.info", user="U7"))["user"]["profile"]["title"] == "Practicante"
        profile = (await place.api("users.profile.get", user="U7"))["profile"]
        assert (profile["email"], profile["title"]) == ("gil@a.example", "Practicante")
        assert (await place.api("users.profile.get", user="U404"))["error"] == "user_not_found"
        assert (await place.api("users.profile.get"))["profile"]["bot_id"] == "BBOT"


@pytest.mark.parametrize(
    ("email", "found"), [("gil@a.example", True), ("leo@a.example", False), ("eva@otra.example", False)]
)
async def test_by_email_only_those_who_are_here_are_found(email: str, found: bool) -> None:
    async with room(OUTSIDE) as place:
        answer = await place.api("users.lookupByEmail", email=email)
        assert answer["ok"] is found
        assert answer.get("error") == (None if found else "users_not_found")


async def test_a_guest_sees_only_the_channels_they_are_in() -> None:
    async with room(OUTSIDE) as place:
        state = await place.see("state", viewer="gil")
        assert [channel["name"] for channel in state["channels"]] == []
        assert (await place.try_("join", user="gil", channel="general"))[0] == 404
        state = await place.see("state", viewer="eva")
        assert [(c["name"], c["is_ext_shared"]) for c in state["channels"]] == [
            ("general", False),
            ("aliados", True),
        ]


async def test_who_left_does_nothing_any_more() -> None:
    async with room(OUTSIDE) as place:
        status, refused = await place.try_("say", user="leo", channel="general", text="x")
        assert (status, refused["error"]) == (400, "account_inactive")
        assert (await place.do("user", user="leo", deleted=False))["user"]["deleted"] is False
        await place.do("join", user="leo", channel="general")
        assert (await place.do("say", user="leo", channel="general", text="volví"))["ts"]


async def test_the_app_hears_when_somebody_changes_and_the_pages_too() -> None:
    async with wired() as (place, app):
        url = f"{place.server.url}/control/stream"
        async with place.http.get(url, params={"viewer": "beto"}) as stream:
            await stream.content.readuntil(b"\n\n")
            changed = await place.do("user", user="ana", deleted=True, title="Ex", email="a@b.example")
            assert (changed["user"]["deleted"], changed["user"]["title"]) == (True, "Ex")
            told = json.loads((await stream.content.readuntil(b"\n\n"))[6:])
            assert (told["kind"], told["user"]["deleted"]) == ("user", True)
        [event] = await events(app, "user_change")
        assert (event["user"]["id"], event["user"]["deleted"]) == ("U1", True)
        assert event["user"]["profile"]["email"] == "a@b.example"
        assert (await place.api("users.info", user="U1"))["user"]["deleted"]
        await place.do("reset")
        assert not (await place.api("users.info", user="U1"))["user"]["deleted"]


async def test_an_app_that_does_not_listen_is_not_told() -> None:
    team = copy.deepcopy(TEAM)
    team["bot"]["events"] = ["message.channels"]
    async with room(team) as place:
        await place.do("user", user="ana", deleted=True)
        await place.do("context", user="beto", entities=[])
        assert [e for e in (await place.see("log"))["entries"] if e["kind"] == "envelope"] == []


async def test_a_shared_channel_and_another_company_are_marked_in_events() -> None:
    async with wired() as (place, app):
        place.server.workspace.store.channels["C1"].is_ext_shared = True
        people = place.server.workspace.team.users
        people["U2"] = replace(people["U2"], team_id="T9")
        await place.do("say", user="beto", channel="general", text="hola")
        await place.do("say", user="ana", channel="general", text="hola")
        theirs, ours = await events(app, "message", 2)
        assert (theirs["user_team"], theirs["team"]) == ("T9", "T9")
        assert "user_team" not in ours
        assert [each.json()["is_ext_shared_channel"] for each in app.seen if b'"message"' in each.body] == [
            True,
            True,
        ]


# --- what they have open ---
async def test_what_somebody_looks_at_is_told_and_goes_along_with_what_they_ask() -> None:
    async with wired() as (place, app):
        looked_at = [{"type": "slack#/types/channel_id", "value": "C1"}]
        await place.do("context", user="ana", entities=looked_at)
        [event] = await events(app, "app_context_changed")
        assert event["context"]["entities"] == [{**looked_at[0], "team_id": "T1"}]
        assert event["user"] == "U1"
        await place.do("say", user="ana", channel="@cartera", text="¿y aquí?")
        await place.do("say", user="beto", channel="@cartera", text="¿y aquí?")
        hers, his = await events(app, "message", 2)
        assert hers["app_context"]["entities"][0]["value"] == "C1"
        assert "app_context" not in his
        await place.do("context", user="ana", entities=[])
        assert (await events(app, "app_context_changed", 2))[1]["context"] == {}


@pytest.mark.parametrize("entities", [None, "C1", [7], [{"type": "channel", "value": "C1"}], [{}]])
async def test_a_context_that_is_none_is_refused(entities: Any) -> None:
    async with room() as place:
        assert (await place.try_("context", user="ana", entities=entities))[0] == 400


# --- sessions ---
async def test_a_person_renames_a_session_and_the_app_hears_the_old_name() -> None:
    async with wired() as (place, app):
        root = (await place.do("say", user="ana", channel="@cartera", text="¿cómo vamos?"))["ts"]
        dm = (await place.do("open_dm", user="ana", **{"with": "cartera"}))["channel"]["id"]
        session = {"channel_id": dm, "thread_ts": root}
        await place.api("agents.sessions.setStatus", **session, status="processing", title="Avance")
        await place.api("agents.sessions.setStatus", **session, status="active", title="Otro")
        where = {"user": "ana", "channel": dm, "thread_ts": root}
        await place.do("title", **where, title="Avance de hoy")
        [event] = await events(app, "agent_session_title_changed")
        assert (event["previous_title"], event["title"], event["user"]) == ("Avance", "Avance de hoy", "U1")
        state = await place.see("state", viewer="ana")
        assert [row["title"] for row in state["titles"]] == ["Avance de hoy"]
        assert (await place.try_("title", **where, title="x" * 201))[0] == 400
        assert (await place.api("agents.sessions.rename", **session, title="De la app"))["ok"]
        assert len(await events(app, "agent_session_title_changed")) == 1


@pytest.mark.parametrize(
    "wrong", [{"status": "thinking"}, {"status": ""}, {"status": "active", "title": "x" * 201}]
)
async def test_a_session_has_one_of_four_states_and_a_short_title(wrong: JSON) -> None:
    async with room() as place:
        root = (await place.do("say", user="ana", channel="general", text="hola"))["ts"]
        answer = await place.api("agents.sessions.setStatus", channel_id="C1", thread_ts=root, **wrong)
        assert answer["error"] == "invalid_arguments"


@pytest.mark.parametrize(("subscribed", "warned"), [(["agent_session_stopped"], False), ([], True)])
async def test_an_app_that_cannot_be_stopped_is_warned(subscribed: list[str], warned: bool) -> None:
    team = copy.deepcopy(TEAM)
    team["bot"]["events"] = subscribed
    async with room(team) as place:
        root = (await place.do("say", user="ana", channel="general", text="hola"))["ts"]
        session = {"channel_id": "C1", "thread_ts": root, "status": "processing"}
        answer = await place.api("agents.sessions.setStatus", **session)
        assert (answer.get("warning") == "missing_agent_session_stopped_event_subscription") is warned


async def test_stop_takes_the_stream_away_and_leaves_the_rest_to_the_app() -> None:
    async with wired() as (place, app):
        root = (await place.do("say", user="ana", channel="@cartera", text="¿cómo vamos?"))["ts"]
        dm = (await place.do("open_dm", user="ana", **{"with": "cartera"}))["channel"]["id"]
        ts = (await place.api("chat.startStream", channel=dm, thread_ts=root, markdown_text="uno"))["ts"]
        await place.do("stop", user="ana", channel=dm, thread_ts=root)
        [event] = await events(app, "agent_session_stopped")
        assert (event["thread_ts"], event["user"], event["streaming_message_ts"]) == (root, "U1", [ts])
        assert not (await place.api("chat.appendStream", channel=dm, ts=ts, markdown_text="dos"))["ok"]
        assert [row["status"] for row in (await place.see("state", viewer="ana"))["statuses"]] == [
            "processing"
        ]


# --- for tests and the inspector ---
async def test_waiting_ends_with_the_apps_messages_or_in_time() -> None:
    async with room() as place:
        waiting = asyncio.ensure_future(
            place.do("wait", channel="general", viewer="ana", text="listo", count=2)
        )
        await place.do("say", user="ana", channel="general", text="¿listo?")
        first = (await place.api("chat.postMessage", channel="C1", text="no"))["ts"]
        await place.api("chat.postMessage", channel="C1", text="listo uno")
        block = {"type": "section", "text": {"type": "mrkdwn", "text": "todo *listo*"}}
        await place.api("chat.postMessage", channel="C1", text="dos", blocks=[block])
        assert [m["text"] for m in (await waiting)["messages"]] == ["listo uno", "dos"]
        after = await place.do("wait", after=first, text="")
        assert len(after["messages"]) == 2
        assert await place.try_("wait", channel="general", text="nunca", seconds=0.05) == (
            408,
            {"ok": False, "error": "timeout"},
        )
        wrong: JSON
        for wrong in ({"count": "x"}, {"seconds": []}, {"seconds": "x"}):
            assert (await place.try_("wait", **wrong))[0] == 400


async def test_a_growing_answer_is_waited_for() -> None:
    async with room() as place:
        root = (await place.do("say", user="ana", channel="@cartera", text="¿cómo vamos?"))["ts"]
        dm = (await place.do("open_dm", user="ana", **{"with": "cartera"}))["channel"]["id"]
        ts = (await place.api("chat.startStream", channel=dm, thread_ts=root, markdown_text="uno"))["ts"]
        assert (await place.try_("wait", channel=dm, viewer="ana", seconds=0.05))[0] == 408
        await place.api("chat.stopStream", channel=dm, ts=ts, markdown_text=" dos")
        [message] = (await place.do("wait", channel=dm, viewer="ana"))["messages"]
        assert message["text"] == "uno dos"


async def test_the_log_streams_to_who_asks_and_again_with_its_response() -> None:
    async with room() as place:
        url = f"{place.server.url}/control/stream"
        async with (
            place.http.get(url, params={"viewer": "ana", "log": "1"}) as inspector,
            place.http.get(url, params={"viewer": "ana"}) as page,
        ):
            for stream in (inspector, page):
                await stream.content.readuntil(b"\n\n")
            await place.api("auth.test")
            asked, answered = [json.loads((await inspector.content.readuntil(b"\n\n"))[6:]) for _ in range(2)]
            assert (asked["kind"], asked["entry"]["name"]) == ("log", "auth.test")
            assert asked["entry"]["n"] == answered["entry"]["n"]
            assert "response" not in asked["entry"]
            assert (answered["entry"]["response"]["ok"], answered["entry"]["ms"] >= 0) == (True, True)
            assert "xoxb-test" not in str(answered)
            await place.do("say", user="ana", channel="general", text="hola")
            assert json.loads((await page.content.readuntil(b"\n\n"))[6:])["kind"] == "message"


async def test_reordered_events_come_last_first() -> None:
    async with wired() as (place, app):
        await place.do("faults", reorder=3)
        for number in range(3):
            await place.do("say", user="ana", channel="general", text=str(number))
        await place.do("say", user="ana", channel="general", text="3")
        await app.got(4)
        assert [each["text"] for each in await events(app, "message")] == ["2", "1", "0", "3"]


async def test_what_is_held_back_for_order_comes_all_the_same() -> None:
    async with wired() as (place, app):
        await place.do("faults", reorder=5)
        for number in range(2):
            await place.do("say", user="ana", channel="general", text=str(number))
        await app.got(2)
        assert [each["text"] for each in await events(app, "message")] == ["1", "0"]
