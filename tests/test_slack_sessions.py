"""A question that takes its time: what is shown meanwhile, where its answer goes, and how it is stopped."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, column, func, select, table

from bot.desk import Desk, Outcome
from bot.outcome import SILENT, Hooks
from bot.slack import progress, works
from bot.slack.progress import Progress
from bot.slack.records import Records
from localslack.store import Message
from tests.conftest import small_company
from tests.slack_world import BOT, FLOOR, GLORIA, JSON, LAURA, World, shown, world

pytest_plugins = ("tests.slack_fixtures",)
QUESTION = "¿roll rate esta semana?"
STOPPED = "Listo, detuve la consulta"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def floor(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with small_company(request.param, request, tmp_path_factory.mktemp("stop")) as engine:
        yield engine


@pytest.fixture
async def room(floor: Engine) -> AsyncIterator[World]:
    async with world(floor) as built:
        yield built


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Signs come as they do, only sooner."""
    monkeypatch.setattr(progress, "STATUS_AFTER", 0.05)
    monkeypatch.setattr(progress, "STEPS_AFTER", 0.1)
    monkeypatch.setattr(progress, "STEP_EVERY", 0.05)


async def until(found: Callable[[], Any], seconds: float = 10) -> Any:
    async with asyncio.timeout(seconds):
        while not (value := found()):
            await asyncio.sleep(0.01)
        return value


async def until_called(slack: World, method: str, n: int = 1) -> list[JSON]:
    async with asyncio.timeout(10):
        while len(calls := await slack.calls(method)) < n:
            await asyncio.sleep(0.01)
        return calls


def status(slack: World, channel: str, thread: str) -> str:
    held = slack.server.workspace.sessions.statuses.get((channel, thread))
    return str(held["status"]) if held else ""


async def under_way(slack: World, n: int = 1) -> None:
    """Until so many more questions have come to the database, or to a gate."""
    for _ in range(n):
        await asyncio.to_thread(slack.gates.at.acquire, timeout=10)


async def stop(slack: World, channel: str, thread: str) -> None:
    await slack.do("stop", user=GLORIA, channel=channel, thread_ts=thread)


def at_work(engine: Engine) -> int:
    """Statements of the question that the database is still busy with; SQLite runs them in our own thread."""
    if engine.dialect.name == "sqlite":
        return 0
    activity = table("pg_stat_activity", column("pid"), column("state"), column("query"), column("datname"))
    c = activity.c
    counting = c.query.contains("numbers") & (c.state == "active") & (c.pid != func.pg_backend_pid())
    query = select(func.count()).select_from(activity).where(counting, c.datname == func.current_database())
    with engine.connect() as connection:
        return int(connection.execute(query).scalar() or 0)


# --- Stop ----------------------------------------------------------------------------------------


async def test_a_query_is_stopped_in_the_database(room: World, soon: None) -> None:
    dm = await room.dm(GLORIA)
    ts = await room.say(GLORIA, dm, "cuenta")
    await under_way(room)
    await until(lambda: status(room, dm, ts) == "processing")
    assert room.engine.dialect.name == "sqlite" or at_work(room.engine) == 1
    await stop(room, dm, ts)
    await stop(room, dm, ts)  # pressed again, as people do
    (answer,) = await room.settled(dm, 1)
    assert STOPPED in answer["text"] + shown(answer)
    assert at_work(room.engine) == 0
    await until(lambda: status(room, dm, ts) == "active")
    await stop(room, dm, ts)  # and when all is over
    await room.heard()
    assert len(await room.settled(dm, 1)) == 1
    assert room.audited()[-1][3] == "none"
    await room.say(GLORIA, dm, QUESTION, ts)  # the thread goes on
    assert "Roll rate" in (await room.answers(dm, 2))[1]["text"]


class Unstoppable(Desk):
    """The ablation: nobody tells the database."""

    def ask(self, text: str, *, hooks: Hooks = SILENT, **more: Any) -> Outcome:
        return super().ask(text, hooks=replace(hooks, stop=None), **more)


async def test_without_it_the_query_runs_to_its_end(floor: Engine) -> None:
    async with world(floor, kind=Unstoppable) as slack:
        dm = await slack.dm(GLORIA)
        ts = await slack.say(GLORIA, dm, "cuenta 120")
        await under_way(slack)
        await stop(slack, dm, ts)
        (answer,) = await slack.answers(dm, 1)
    assert f"{120**3:,}" in answer["text"]


async def test_a_stop_pressed_in_another_process_is_heard(
    floor: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack tells any one of the processes; the others read it in the database."""
    monkeypatch.setattr(works, "BEAT", 0.05)
    async with world(floor) as room:
        await heard_elsewhere(room)


async def heard_elsewhere(room: World) -> None:
    dm = await room.dm(GLORIA)
    ts = await room.say(GLORIA, dm, "cuenta")
    await under_way(room)
    await asyncio.to_thread(Records(room.engine).stop, dm, ts)
    (answer,) = await room.answers(dm, 1)
    assert STOPPED in answer["text"]


async def test_other_threads_go_on(room: World) -> None:
    dm, other = await room.dm(GLORIA), await room.dm(LAURA)
    gate = room.gates.hold("a")
    await room.say(LAURA, other, "espera a")
    ts = await room.say(GLORIA, dm, "cuenta")
    await room.say(GLORIA, dm, "cuenta", ts)  # typed behind it: stopped before it began
    await under_way(room, 2)
    await room.heard()
    await stop(room, dm, ts)
    found = await room.answers(dm, 2)
    assert [STOPPED in each["text"] for each in found] == [True, True]
    assert await room.messages(other) == []
    gate.set()
    assert "Abierto a" in (await room.answers(other, 1))[0]["text"]


async def test_a_session_that_a_dead_process_left_at_work_comes_to_rest(slack: World) -> None:
    dm = await slack.dm(GLORIA)
    ts = await slack.say(GLORIA, dm, QUESTION)
    await slack.answers(dm, 1)
    store = slack.server.workspace.store
    slack.server.workspace.sessions.set_status(store.channels[dm], ts, "processing")
    await stop(slack, dm, ts)
    await until(lambda: status(slack, dm, ts) == "active")
    assert len(await slack.settled(dm, 1)) == 1


async def test_a_stop_in_a_channel_ends_the_message_that_grew(slack: World, soon: None) -> None:
    ts = await slack.say(GLORIA, FLOOR, "@cartera cuenta")
    await under_way(slack)
    grown = await until(lambda: growing(slack, FLOOR))
    await stop(slack, FLOOR, ts)
    (answer,) = await slack.settled(FLOOR, 1)
    assert answer["ts"] == grown.ts
    assert STOPPED in answer["text"] + shown(answer)


# --- what is shown meanwhile ---------------------------------------------------------------------


def growing(slack: World, channel: str) -> Message | None:
    messages = slack.server.workspace.store.channels[channel].messages.values()
    return next((m for m in messages if m.body.get("streaming")), None)


def test_signs_come_when_people_begin_to_wonder() -> None:
    assert (progress.STATUS_AFTER, progress.STEPS_AFTER) == (0.4, 2.0)


async def test_a_quick_answer_needs_no_sign(slack: World) -> None:
    await slack.say(GLORIA, FLOOR, f"@cartera {QUESTION}")
    await slack.answers(FLOOR, 1)
    assert await slack.calls("assistant.threads.setStatus") == []
    assert await slack.calls("chat.startStream") == []


async def test_a_slow_one_shows_that_it_is_coming_and_then_no_more(slack: World) -> None:
    """In a channel a line of words; in a direct message the state of the session."""
    dm, gate = await slack.dm(GLORIA), slack.gates.hold("a")
    inside = await slack.say(GLORIA, dm, "espera a")
    beside = await slack.say(GLORIA, FLOOR, "@cartera espera a")
    await until(lambda: status(slack, dm, inside) == "processing")
    await until(lambda: "haciendo la cuenta" in status(slack, FLOOR, beside))
    gate.set()
    await slack.answers(dm, 1)
    await slack.answers(FLOOR, 1)
    await until(lambda: status(slack, dm, inside) == "active")
    await until(lambda: status(slack, FLOOR, beside) == "")
    assert await slack.calls("chat.startStream") == []


async def test_steps_are_shown_and_the_answer_comes_in_that_very_message(slack: World, soon: None) -> None:
    calls, rate = slack.gates.hold("a:calls"), slack.gates.hold("a:roll_rate")
    ts = await slack.say(GLORIA, FLOOR, "@cartera espera a calls roll_rate")
    await under_way(slack)
    grown: Message = await until(lambda: growing(slack, FLOOR))
    assert grown.thread_ts == ts
    await until(lambda: tasks(grown)[1:] == [("Llamadas", "in_progress")])
    calls.set()
    await until(lambda: tasks(grown)[1:] == [("Llamadas", "complete"), ("Roll rate", "in_progress")])
    rate.set()
    (answer,) = await slack.settled(FLOOR, 1)
    assert answer["ts"] == grown.ts
    assert "Abierto a:calls" in shown(answer)
    read = ("Leer la pregunta", "complete")
    assert tasks(grown) == [read, ("Llamadas", "complete"), ("Roll rate", "complete")]
    assert await slack.calls("chat.postMessage") == []
    assert answer["metadata"]["event_type"] == "cartera_answer"


def tasks(message: Message) -> list[tuple[str, str]]:
    plans = [block for block in message.body["blocks"] if block["type"] == "plan"]
    return [(task["title"], task["status"]) for plan in plans for task in plan.get("tasks", ())]


@pytest.mark.parametrize("taken_back", [True, False])
async def test_an_answer_that_overtakes_the_message_being_opened_leaves_one(
    slack: World, soon: None, taken_back: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ablation keeps what was opened too late: it would stay there, growing for ever."""
    if not taken_back:
        monkeypatch.setattr(Progress, "_keeps", lambda *_: True)
    gate = slack.gates.hold("a")
    await slack.say(GLORIA, FLOOR, "@cartera espera a")
    await under_way(slack)
    await until_called(slack, "assistant.threads.setStatus")
    await slack.do("faults", delay_ms=150)
    await until_called(slack, "chat.startStream")
    gate.set()
    await slack.answers(FLOOR, 1)
    await slack.do("faults", delay_ms=0)
    await asyncio.sleep(0.4)
    ours = [m for m in slack.server.workspace.store.channels[FLOOR].messages.values() if m.author == BOT]
    assert len(ours) == (1 if taken_back else 2)


@pytest.mark.parametrize("became", ["ended", "gone"])
async def test_a_message_that_is_no_longer_open_makes_no_second_answer(
    slack: World, soon: None, became: str
) -> None:
    gate = slack.gates.hold("a")
    await slack.say(GLORIA, FLOOR, "@cartera espera a")
    await under_way(slack)
    grown: Message = await until(lambda: growing(slack, FLOOR))
    posting = slack.server.workspace.posting
    if became == "ended":
        posting.change(grown, {"streaming": None}, mark=False)
    else:
        posting.remove(grown)
    gate.set()
    (answer,) = [m for m in await slack.settled(FLOOR, 1) if "Abierto" in shown(m)]
    assert (answer["ts"] == grown.ts) is (became == "ended")
    assert len(await slack.messages(FLOOR)) == 1


async def test_a_definition_that_takes_long_opens_nothing_for_all_to_see(slack: World, soon: None) -> None:
    """What is for one person alone must not leave an open message in the thread."""
    gate = slack.gates.hold("a")
    await slack.do("slash", user=GLORIA, channel="C2", command="/cartera", text="espera a")
    await under_way(slack)
    await asyncio.sleep(0.3)
    gate.set()
    (answer,) = await slack.answers("C2", 1, viewer=GLORIA)
    assert answer["ephemeral"]
    assert await slack.calls("chat.startStream") == []
    assert await slack.calls("assistant.threads.setStatus") == []


async def test_a_failure_while_it_grew_is_said_and_leaves_nothing_open(
    slack: World, soon: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> Any:
        raise RuntimeError

    slack.gates.hold("a")
    await slack.say(GLORIA, FLOOR, "@cartera espera a")
    await under_way(slack)
    await until(lambda: growing(slack, FLOOR))
    monkeypatch.setattr("bot.slack.conversation.done", fails)  # the record of it cannot be written
    slack.gates.open()
    await slack.answers(FLOOR, 1)
    await until(lambda: growing(slack, FLOOR) is None)
    (sorry,) = await slack.settled(FLOOR, 1)
    assert "No pude responder" in sorry["text"]


# --- sessions ------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [QUESTION, "espera a"])
async def test_a_session_is_called_by_its_first_question(slack: World, words: str) -> None:
    """Quick or slow; what follows in the thread changes nothing."""
    gate = slack.gates.hold("a")
    dm = await slack.dm(GLORIA)
    ts = await slack.say(GLORIA, dm, words)
    if words != QUESTION:
        await until(lambda: status(slack, dm, ts) == "processing")
    gate.set()
    titles = slack.server.workspace.sessions.titles
    await slack.answers(dm, 1)
    assert await until(lambda: titles.get((dm, ts))) == words
    await slack.say(GLORIA, dm, "llamadas de este mes", ts)
    await slack.settled(dm, 2)
    assert titles[dm, ts] == words
    assert status(slack, dm, ts) == "active"
