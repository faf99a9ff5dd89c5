"""Conversations over real sockets: who says what where, and what everybody then sees."""

import pytest
from sqlalchemy import Engine

from bot.sections import Channels
from tests.slack_world import AWAY, BOT, EXTERNAL, FLOOR, GLORIA, LAURA, MARCO, World, labels, shown, world

pytest_plugins = ("tests.slack_fixtures",)


async def test_mention_in_a_channel_is_answered_in_its_thread(slack: World) -> None:
    ts = await slack.say(GLORIA, FLOOR, "@cartera ¿roll rate esta semana?")
    (answer,) = await slack.settled(FLOOR, 1)
    assert answer["thread_ts"] == ts
    assert answer["text"].startswith("Roll rate")
    assert "Definición" in labels(answer)
    assert "SQL" in labels(answer)
    assert slack.audited() == [(GLORIA, "channel", FLOOR, "answer")]


async def test_follow_up_in_the_thread_needs_no_mention(slack: World) -> None:
    ts = await slack.say(GLORIA, FLOOR, "@cartera ¿roll rate esta semana?")
    await slack.answers(FLOOR, 1)
    await slack.say(GLORIA, FLOOR, "y por supervisor", ts)
    first, second = await slack.settled(FLOOR, 2)
    assert second["thread_ts"] == first["thread_ts"] == ts
    assert "Laura Ibáñez" in shown(second)
    assert any(block["type"] == "table" for block in second["blocks"])


async def test_other_talk_in_a_channel_is_left_alone(slack: World) -> None:
    await slack.say(GLORIA, FLOOR, "¿roll rate esta semana?")
    other = await slack.say(LAURA, FLOOR, "buenos días")
    await slack.say(GLORIA, FLOOR, "y por supervisor", other)
    ts = await slack.say(GLORIA, FLOOR, "@cartera ¿roll rate esta semana?")
    await slack.answers(FLOOR, 1)
    await slack.say(LAURA, FLOOR, "@gloria y por supervisor", ts)
    await slack.say(LAURA, FLOOR, "gracias", ts)
    assert len(await slack.settled(FLOOR, 1)) == 1


async def test_a_mention_inside_a_thread_comes_as_two_events_and_is_answered_once(slack: World) -> None:
    ts = await slack.say(GLORIA, FLOOR, "@cartera ¿roll rate esta semana?")
    await slack.answers(FLOOR, 1)
    await slack.say(GLORIA, FLOOR, "@cartera y por supervisor", ts)
    assert len(await slack.settled(FLOOR, 2)) == 2
    assert len(slack.audited()) == 2


async def test_without_the_message_key_it_would_be_answered_twice(company: Engine) -> None:
    """The ablation: keys by event alone."""
    async with world(company, keys=lambda body, _event: [f"event:{body['event_id']}"]) as slack:
        ts = await slack.say(GLORIA, FLOOR, "@cartera ¿roll rate esta semana?")
        await slack.answers(FLOOR, 1)
        await slack.say(GLORIA, FLOOR, "@cartera y por supervisor", ts)
        assert len(await slack.settled(FLOOR, 3)) == 3


async def test_direct_message_is_answered_in_its_thread_and_goes_on_below(slack: World) -> None:
    room = await slack.dm(GLORIA)
    ts = await slack.say(GLORIA, room, "¿roll rate esta semana?")
    (first,) = await slack.answers(room, 1)
    assert first["thread_ts"] == ts
    inside = await slack.say(GLORIA, room, "y por supervisor", ts)
    await slack.answers(room, 2)
    below = await slack.say(GLORIA, room, "y por supervisor")
    found = await slack.settled(room, 3)
    assert [each["thread_ts"] for each in found] == [ts, ts, below]
    assert inside != below
    assert all("Laura Ibáñez" in shown(each) for each in found[1:])
    await slack.say(GLORIA, room, "por supervisor")  # a new message that stands alone goes on from nothing
    assert "Laura Ibáñez" not in shown((await slack.answers(room, 4))[3])


async def test_slash_command_stands_in_the_channel_under_who_asked(slack: World) -> None:
    await slack.do("slash", user=GLORIA, channel=FLOOR, command="/cartera", text="¿roll rate esta semana?")
    (answer,) = await slack.settled(FLOOR, 1)
    assert not answer.get("ephemeral")
    assert "thread_ts" not in answer
    assert f"<@{GLORIA}> preguntó: ¿roll rate esta semana?" in shown(answer)
    await slack.say(GLORIA, FLOOR, "y por supervisor", answer["ts"])
    _, second = await slack.settled(FLOOR, 2)
    assert second["thread_ts"] == answer["ts"]
    assert "Laura Ibáñez" in shown(second)


@pytest.mark.parametrize("text", ["", "ayuda"])
async def test_slash_command_alone_helps_the_asker_only(slack: World, text: str) -> None:
    await slack.do("slash", user=GLORIA, channel=FLOOR, command="/cartera", text=text)
    (answer,) = await slack.answers(FLOOR, 1, viewer=GLORIA)
    assert answer["ephemeral"]
    assert "Roll rate" in answer["text"]
    assert await slack.messages(FLOOR, viewer=LAURA) == []
    await slack.click(GLORIA, answer, labels(answer)[0])
    found = await slack.answers(FLOOR, 2, viewer=GLORIA)
    assert found[1]["ephemeral"]


async def test_slash_command_where_the_bot_is_no_member_answers_the_asker_only(slack: World) -> None:
    await slack.do("slash", user=GLORIA, channel=AWAY, command="/cartera", text="¿roll rate esta semana?")
    (answer,) = await slack.answers(AWAY, 1, viewer=GLORIA)
    assert answer["ephemeral"]
    assert "No estoy en este canal" in shown(answer)
    assert "Roll rate" in shown(answer)
    assert await slack.messages(AWAY, viewer=LAURA) == []


async def test_split_button_answers_in_the_thread(slack: World) -> None:
    ts = await slack.say(GLORIA, FLOOR, "@cartera ¿roll rate esta semana?")
    (first,) = await slack.answers(FLOOR, 1)
    split = next(label for label in labels(first) if "campaña" in label)
    await slack.click(GLORIA, first, split)
    _, second = await slack.settled(FLOOR, 2)
    assert second["thread_ts"] == ts
    assert f"Elegiste: {split}" in shown(second)
    assert "Alameda Tarjetas" in shown(second)
    assert slack.audited()[-1] == (GLORIA, "button", FLOOR, "answer")


async def test_button_is_authorised_for_whoever_clicks(slack: World) -> None:
    """A manager's answer does not lend its rights to the supervisor or the stranger who clicks on it."""
    await slack.say(GLORIA, FLOOR, "@cartera ¿roll rate esta semana?")
    (first,) = await slack.answers(FLOOR, 1)
    split = next(label for label in labels(first) if "supervisor" in label)
    await slack.click(LAURA, first, split)
    _, second = await slack.settled(FLOOR, 2)
    assert f"<@{LAURA}> pidió: {split}" in shown(second)
    assert "Laura Ibáñez" in shown(second)
    assert "Marco Rey" not in shown(second)
    await slack.click(EXTERNAL, first, split)
    found = await slack.settled(FLOOR, 3)
    assert "Ibáñez" not in shown(found[2])
    assert slack.audited()[-1][3] == "denied"
    await slack.click(GLORIA, first, split)  # the same button does show both teams to whom it may
    assert "Marco Rey" in shown((await slack.answers(FLOOR, 4))[3])


async def test_definition_and_sql_are_shown_to_the_clicker_only(slack: World) -> None:
    ts = await slack.say(GLORIA, FLOOR, "@cartera ¿roll rate esta semana?")
    (first,) = await slack.answers(FLOOR, 1)
    await slack.click(GLORIA, first, "Definición")
    await slack.answers(FLOOR, 2, viewer=GLORIA)
    await slack.click(GLORIA, first, "SQL")
    _, definition, sql = await slack.answers(FLOOR, 3, viewer=GLORIA)
    assert definition["ephemeral"]
    assert definition["thread_ts"] == ts
    assert "*Fórmula:*" in shown(definition)
    assert "SELECT" in shown(sql).upper()
    assert len(await slack.messages(FLOOR, viewer=LAURA)) == 1


async def test_button_of_nobodys_making_is_called_old(slack: World) -> None:
    await slack.say(GLORIA, FLOOR, "@cartera ¿roll rate esta semana?")
    (first,) = await slack.answers(FLOOR, 1)
    channel = slack.server.workspace.store.channels[FLOOR]
    stored = channel.messages[first["ts"]]
    row = next(block for block in stored.body["blocks"] if block["type"] == "actions")
    row["elements"][0]["value"] = "[]"
    await slack.click(GLORIA, first, row["elements"][0]["text"]["text"])
    found = await slack.answers(FLOOR, 2, viewer=GLORIA)
    assert "versión anterior" in found[1]["text"]


async def test_stranger_gets_a_helpful_no(slack: World) -> None:
    room = await slack.dm(EXTERNAL)
    await slack.say(EXTERNAL, room, "¿roll rate esta semana?")
    (answer,) = await slack.settled(room, 1)
    assert "Roll rate" not in answer["text"]
    assert len(answer["text"]) > 20
    assert slack.audited()[0][3] == "denied"


async def test_english_person_is_answered_in_english(slack: World) -> None:
    room = await slack.dm(MARCO)
    await slack.say(MARCO, room, "roll rate this week")
    (answer,) = await slack.answers(room, 1)
    assert "Definition" in labels(answer)
    assert "*Data:*" in shown(answer)


async def test_ask_back_with_buttons(slack: World) -> None:
    room = await slack.dm(GLORIA)
    await slack.say(GLORIA, room, "¿efectividad?")
    (answer,) = await slack.answers(room, 1)
    assert len(labels(answer)) == 3  # recovery, promises kept, contact
    await slack.click(GLORIA, answer, labels(answer)[0])
    assert len(await slack.settled(room, 2)) == 2


async def test_channel_that_may_not_show_figures_refuses_and_direct_message_does_not(company: Engine) -> None:
    async with world(company, channels=Channels(unregistered="refuse")) as slack:
        await slack.say(GLORIA, FLOOR, "@cartera ¿roll rate esta semana?")
        (answer,) = await slack.settled(FLOOR, 1)
        assert "no está registrado" in answer["text"]
        assert "%" not in answer["text"]
        room = await slack.dm(GLORIA)
        await slack.say(GLORIA, room, "¿roll rate esta semana?")
        (private,) = await slack.answers(room, 1)
        assert "%" in private["text"]
        await slack.click(GLORIA, private, next(one for one in labels(private) if "campaña" in one))
        assert "Alameda" in shown((await slack.answers(room, 2))[1])


async def test_the_same_over_signed_http(company: Engine) -> None:
    """Mention, follow-up, command and click, as requests to an address of the bot's own."""
    async with world(company, mode="http") as slack:
        ts = await slack.say(GLORIA, FLOOR, "@cartera ¿roll rate esta semana?")
        (first,) = await slack.answers(FLOOR, 1)
        await slack.say(GLORIA, FLOOR, "@cartera y por supervisor", ts)
        _, second = await slack.answers(FLOOR, 2)
        assert first["thread_ts"] == second["thread_ts"] == ts
        await slack.click(GLORIA, first, next(one for one in labels(first) if "campaña" in one))
        assert "Alameda" in shown((await slack.answers(FLOOR, 3))[2])
        asked = {"command": "/cartera", "text": "¿roll rate esta semana?"}
        await slack.do("slash", user=GLORIA, channel=FLOOR, **asked)
        assert "preguntó" in shown((await slack.settled(FLOOR, 4))[3])
        assert len(slack.audited()) == 4


async def test_every_message_has_words_and_makes_no_previews(slack: World) -> None:
    await slack.say(GLORIA, FLOOR, "@cartera ¿roll rate esta semana?")
    await slack.answers(FLOOR, 1)
    for call in await slack.calls("chat.postMessage"):
        sent = call["payload"]
        assert sent["text"].strip()
        assert sent["unfurl_links"] is False
        assert sent["unfurl_media"] is False
    assert BOT not in [row[0] for row in slack.audited()]
