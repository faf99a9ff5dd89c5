"""What a channel may not see and the asker may is for her alone; and whoever leaves is nobody at once."""

import pytest
from sqlalchemy import Engine

from bot.sections import Channels, ChannelScope
from bot.slack import conversation
from bot.slack.reach import Reach
from bot.slack.works import Job
from tests.slack_world import ANA, CLIENTE, FLOOR, GLORIA, LAURA, World, labels, shown, world

pytest_plugins = ("tests.slack_fixtures",)
NARROW = Channels(registered={"#cobranza": ChannelScope(clients=("ALA",), finest="supervisor")})
BY_AGENT = "llamadas de este mes por asesor"
OTHER_CLIENT = "recuperado de Tiendas La Ceiba este mes"


async def seen(slack: World, viewer: str) -> str:
    return "\n".join(shown(each) + each["text"] for each in await slack.messages(FLOOR, viewer=viewer))


@pytest.mark.parametrize(("question", "detail"), [(BY_AGENT, "Ana Ruiz"), (OTHER_CLIENT, "150")])
async def test_the_asker_alone_sees_what_the_channel_may_not(
    company: Engine, question: str, detail: str
) -> None:
    async with world(company, channels=NARROW) as slack:
        await slack.say(GLORIA, FLOOR, f"@cartera {question}")
        (answer,) = await slack.answers(FLOOR, 1, viewer=GLORIA)
        assert answer["ephemeral"]
        assert "thread_ts" not in answer  # in a thread without answers Slack would show it to nobody
        assert "Solo para ti: este canal no puede ver este detalle." in shown(answer)
        assert detail in shown(answer)
        for other in (LAURA, ANA, CLIENTE):
            assert await slack.messages(FLOOR, viewer=other) == []
        assert [row[3] for row in slack.audited()] == ["denied", "answer"]
        assert await slack.calls("chat.postMessage") == []


async def test_without_it_the_channel_would_read_along(
    company: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ablation: what is for her alone goes where answers go."""

    def to_all(job: Job) -> Reach:
        return Reach("post", job.thread)

    monkeypatch.setattr(conversation, "alone", to_all)
    async with world(company, channels=NARROW) as slack:
        await slack.say(GLORIA, FLOOR, f"@cartera {BY_AGENT}")
        await slack.answers(FLOOR, 1)
        assert "Ana Ruiz" in await seen(slack, LAURA)


async def test_who_has_no_more_rights_is_refused_before_all(company: Engine) -> None:
    own = Channels(registered={"#cobranza": ChannelScope(finest="supervisor")})
    async with world(company, channels=own) as slack:
        ts = await slack.say(ANA, FLOOR, "@cartera llamadas de Alberto Núñez este mes")
        (answer,) = await slack.settled(FLOOR, 1)
        assert not answer.get("ephemeral")
        assert answer["thread_ts"] == ts
        assert await slack.calls("chat.postEphemeral") == []


async def test_where_a_client_reads_a_refusal_is_for_the_asker_alone(company: Engine) -> None:
    async with world(company, channels=NARROW) as slack:
        await slack.say(ANA, FLOOR, "@cartera llamadas de Alberto Núñez este mes")
        (answer,) = await slack.answers(FLOOR, 1, viewer=ANA)
        assert answer["ephemeral"]
        assert "Alberto" not in await seen(slack, LAURA)


async def test_each_follows_up_within_her_own_rights(company: Engine) -> None:
    """The thread remembers what was asked, not what was answered to whom."""
    async with world(company, channels=NARROW) as slack:
        ts = await slack.say(GLORIA, FLOOR, f"@cartera {BY_AGENT}")
        await slack.answers(FLOOR, 1, viewer=GLORIA)
        await slack.say(LAURA, FLOOR, "y por supervisor", ts)
        (hers,) = await slack.answers(FLOOR, 1, viewer=LAURA)
        assert "Laura Ibáñez" in shown(hers)
        assert "Marco Rey" not in await seen(slack, LAURA)
        assert "Ruiz" not in await seen(slack, LAURA)
        await slack.say(GLORIA, FLOOR, "y por asesor", ts)
        again = (await slack.answers(FLOOR, 3, viewer=GLORIA))[2]
        assert again["ephemeral"]
        assert "Carla Méndez" in shown(again)
        assert "Ruiz" not in await seen(slack, LAURA)


async def test_a_clients_viewer_hears_of_no_other_client(company: Engine) -> None:
    async with world(company, channels=NARROW) as slack:
        ts = await slack.say(GLORIA, FLOOR, f"@cartera {OTHER_CLIENT}")
        await slack.answers(FLOOR, 1, viewer=GLORIA)
        await slack.say(CLIENTE, FLOOR, "@cartera y por campaña", ts)
        await slack.answers(FLOOR, 1, viewer=CLIENTE)
        assert "Ceiba" not in await seen(slack, CLIENTE)


async def test_a_command_leaves_not_even_its_question(company: Engine) -> None:
    async with world(company, channels=NARROW) as slack:
        await slack.do("slash", user=GLORIA, channel=FLOOR, command="/cartera", text=BY_AGENT)
        (answer,) = await slack.answers(FLOOR, 1, viewer=GLORIA)
        assert answer["ephemeral"]
        assert "Ana Ruiz" in shown(answer)
        assert await slack.messages(FLOOR, viewer=LAURA) == []


async def test_buttons_of_a_private_answer_answer_in_private(company: Engine) -> None:
    async with world(company, channels=NARROW) as slack:
        await slack.say(GLORIA, FLOOR, f"@cartera {BY_AGENT}")
        (answer,) = await slack.answers(FLOOR, 1, viewer=GLORIA)
        for label in (labels(answer)[0], "Definición"):
            await slack.click(GLORIA, answer, label)
        found = await slack.answers(FLOOR, 3, viewer=GLORIA)
        assert all(each["ephemeral"] for each in found)
        assert await slack.messages(FLOOR, viewer=LAURA) == []


# --- who somebody is, now ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "word"), [({"deleted": True}, "desactivada"), ({"is_restricted": True}, "invitado")]
)
async def test_whoever_leaves_is_refused_at_the_next_click(
    slack: World, change: dict[str, bool], word: str
) -> None:
    await slack.say(GLORIA, FLOOR, "@cartera ¿roll rate esta semana?")
    (first,) = await slack.answers(FLOOR, 1)
    split = next(label for label in labels(first) if "campaña" in label)
    await slack.do("user", user=GLORIA, is_restricted=change.get("is_restricted", False))
    await slack.do("user", user=GLORIA, **change)
    await slack.heard()
    user = slack.server.workspace.team.users[GLORIA]
    if user.deleted:  # Slack itself lets her click no more; what she sent before may still be on its way
        await send_click(slack, first, split)
    else:
        await slack.click(GLORIA, first, split)
    (refusal,) = (await slack.answers(FLOOR, 2))[1:]
    assert word in refusal["text"]
    assert "Alameda" not in shown(refusal)


async def send_click(slack: World, message: dict[str, object], label: str) -> None:
    workspace = slack.server.workspace
    stored = workspace.store.channels[FLOOR].messages[str(message["ts"])]
    (button,) = [
        each
        for block in stored.body["blocks"]
        if block["type"] == "actions"
        for each in block["elements"]
        if each["text"]["text"] == label
    ]
    payload = workspace.interactions.payloads.person("block_actions", GLORIA) | {
        "channel": {"id": FLOOR, "name": "cobranza"},
        "container": {"type": "message", "message_ts": message["ts"], "channel_id": FLOOR},
        "message": stored.body,
        "actions": [{**button, "type": "button", "block_id": "row1:U31"}],
        "trigger_id": "1.2.abc",
    }
    await workspace.delivery.ask("interactive", "block_actions", payload)


async def test_without_the_news_she_would_be_believed_for_minutes(
    slack: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ablation: nobody forgets what Slack once said of her."""
    monkeypatch.setattr("bot.slack.people.Profiles.forget", lambda *_: None)
    await slack.say(GLORIA, FLOOR, "@cartera ¿roll rate esta semana?")
    (first,) = await slack.answers(FLOOR, 1)
    await slack.do("user", user=GLORIA, is_restricted=True)
    await slack.heard()
    await slack.click(GLORIA, first, next(label for label in labels(first) if "campaña" in label))
    assert "Alameda" in shown((await slack.answers(FLOOR, 2))[1])
