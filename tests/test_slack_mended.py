"""What a hostile user once got out of the edge, and does not any more: each case as it was found."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import Engine, update

from bot.outbox import Parcel
from bot.sections import Channels, ChannelScope
from bot.slack.people import Profiles
from bot.slack.post import FENCE, Lost, Poster
from bot.slack.records import Records
from bot.slack.workspaces import Credentials, Workspaces
from db.engine import writing
from db.tables.reference import accounts
from localslack.serve import running
from tests.slack_world import AWAY, BOT, FLOOR, GLORIA, LAURA, TEAM, World, labels, shown, world
from tests.small import NOW

pytest_plugins = ("tests.slack_fixtures",)
QUESTION = "¿roll rate esta semana?"
NARROW = Channels(registered={"cobranza": ChannelScope(clients=("ALA",), finest="campaign")})


def forge(slack: World, message: dict[str, Any], value: dict[str, Any]) -> str:
    """Another request on the first button of a message; the button's words."""
    stored = slack.server.workspace.store.channels[message["channel"]].messages[message["ts"]]
    row = next(block for block in stored.body["blocks"] if block["type"] == "actions")
    row["elements"][0]["value"] = json.dumps(value)
    return str(row["elements"][0]["text"]["text"])


async def test_an_account_is_never_posted_in_a_channel(slack: World, company: Engine) -> None:
    with writing(company) as connection:
        connection.execute(update(accounts).where(accounts.c.id == 1).values(account_no="ACC-0001"))
    await slack.say(GLORIA, FLOOR, f"@cartera {QUESTION}")
    (answer,) = await slack.answers(FLOOR, 1)
    await slack.click(GLORIA, answer, forge(slack, answer, {"account": {"account": "ACC-0001"}}))
    _, word = await slack.answers(FLOOR, 2)
    assert "se ven en una ventana" in shown(word)
    assert "ACC-0001" not in shown(word)


async def test_a_renamed_channel_keeps_its_limits(company: Engine) -> None:
    async with world(company, channels=NARROW) as slack:
        await slack.say(GLORIA, FLOOR, f"@cartera {QUESTION}")
        await slack.answers(FLOOR, 1)
        assert Records(company).known_as(FLOOR, "cobranza-2026", frozenset({"cobranza"})) == "cobranza"
        assert Records(company).known_as("C9", "ventas", frozenset({"cobranza"})) == "ventas"


async def test_a_change_of_account_is_known_in_every_process(company: Engine) -> None:
    """Slack tells one process; the other asks Slack anew because the database says so."""
    async with world(company) as slack, running(TEAM) as _:
        client = AsyncWebClient("xoxb-t", slack.server.api_url, session=slack.http)
        other, records = Profiles(client, "T1"), Records(company)
        assert (await other.of(LAURA, records.changed("T1", LAURA))).refusal is None
        await slack.do("user", user=LAURA, is_restricted=True)
        await slack.heard()
        assert (await other.of(LAURA)).refusal is None  # without the mark it would go on believing
        assert (await other.of(LAURA, records.changed("T1", LAURA))).refusal == "slack.guest"


async def test_a_stop_told_again_ends_nothing_more(slack: World) -> None:
    room = await slack.dm(GLORIA)
    ts = await slack.say(GLORIA, room, QUESTION)
    await slack.answers(room, 1)
    await slack.do("faults", duplicate=1)
    await slack.do("stop", user=GLORIA, channel=room, thread_ts=ts)
    await slack.heard()
    await slack.say(GLORIA, room, "¿y por supervisor?", ts)
    found = await slack.answers(room, 2)
    assert "Laura Ibáñez" in shown(found[1])


async def window(slack: World, holds: str) -> dict[str, Any]:
    """Gloria's window, once it holds that."""
    async with asyncio.timeout(10):
        while True:
            views = (await slack.do_get("views", user=GLORIA))["views"]
            if views and holds in json.dumps(views[0]):
                return dict(views[0])
            await asyncio.sleep(0.02)


async def test_a_form_answered_here_in_a_narrow_channel_reaches_the_asker(company: Engine) -> None:
    async with world(company, channels=NARROW) as slack:
        await slack.do("slash", user=GLORIA, channel=FLOOR, command="/cartera", text="preguntar")
        view = {"user": GLORIA, "view_id": (await window(slack, "form_metric"))["id"]}
        await slack.do("click", **view, action_id="form_metric", value="roll_rate")
        await window(slack, "form_split")
        values = {
            "form_metric": "roll_rate",
            "form_period": "this_week",
            "form_where": "here",
            "form_split": "supervisor",
        }
        done = await slack.do("submit", **view, values=values)
        assert not done.get("errors"), done
        (alone,) = await slack.answers(FLOOR, 1, viewer=GLORIA)
        assert alone["ephemeral"]
        assert "Marco Rey" in shown(alone)


async def test_a_question_typed_where_the_bot_is_not_is_answered(slack: World) -> None:
    await slack.do("slash", user=GLORIA, channel=AWAY, command="/cartera", text=QUESTION)
    (answer,) = await slack.answers(AWAY, 1, viewer=GLORIA)
    assert "20.0 %" in answer["text"]


async def test_what_is_no_answer_to_a_command_is_the_askers_alone(slack: World) -> None:
    await slack.do("slash", user=GLORIA, channel=FLOOR, command="/cartera", text="blablabla")
    (word,) = await slack.answers(FLOOR, 1, viewer=GLORIA)
    assert word["ephemeral"]
    assert await slack.messages(FLOOR, viewer=LAURA) == []


async def test_a_thread_goes_on_after_a_definition(slack: World) -> None:
    ts = await slack.say(GLORIA, FLOOR, "@cartera ¿cómo calculas el roll rate?")
    await slack.answers(FLOOR, 1)
    await slack.say(GLORIA, FLOOR, "roll rate esta semana", ts)
    found = await slack.answers(FLOOR, 2)
    assert "20.0 %" in found[1]["text"]
    assert labels(found[1])


async def test_a_parcel_lost_while_it_waited_is_not_sent(company: Engine) -> None:
    """Slack lets us wait for longer than a lease: whoever has it now sends it."""

    async def gone() -> None:
        raise Lost

    async with running(TEAM) as server, world(company) as slack:
        client = AsyncWebClient("xoxb-t", server.api_url, session=slack.http, retry_handlers=[])

        async def find(_team: str) -> Credentials | None:
            return Credentials("xoxb-t", BOT)

        poster = Poster(Workspaces(find, lambda _token: client))
        parcel = Parcel("k", "post", "T1", FLOOR, {"text": "hola"})
        rule = {"method": "chat.postMessage", "times": 1, "retry_after": 0.1}
        server.app.faults.switch({"rate_limit": rule})
        FENCE.set(gone)
        with pytest.raises(Lost):
            await poster.deliver(parcel)
        assert server.workspace.store.channels[FLOOR].messages == {}
        FENCE.set(None)
        assert await poster.deliver(parcel)


def test_a_language_once_spoken_outlives_a_fresh_profile() -> None:
    profiles = Profiles(AsyncWebClient("xoxb-t"), "T1")
    profiles.speaks(LAURA, "es")
    profiles.forget(LAURA)
    assert profiles.language(LAURA) == "es"


def test_nobody_heard_of_has_changed(company: Engine) -> None:
    records = Records(company)
    assert records.changed("T1", "U404") is None
    records.note_change("T1", "U404", NOW)
    records.note_change("T1", "U404", NOW + timedelta(minutes=1))
    assert records.changed("T1", "U404") == NOW + timedelta(minutes=1)
