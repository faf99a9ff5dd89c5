"""What people ask is in the database before Slack hears "ok", and is done once: whatever is delivered twice,
in whichever process, in whatever order, whoever dies over it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import nullcontext
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from bot.desk import Desk, Outcome
from bot.slack import works as module
from bot.slack.records import LEASE, Records, Taken, done
from bot.slack.turns import Pool, Underway
from bot.slack.works import Job, Running, Works
from db import engine as opening
from db.engine import open_engine, reading, writing
from db.tables.house import inbox
from tests import house_rows
from tests.slack_flood import flood
from tests.slack_world import FLOOR, GLORIA, LAURA, Clock, World, labels, shown, world

pytest_plugins = ("tests.slack_fixtures",)
tables, engine = house_rows.tables, house_rows.engine
QUESTION = "¿roll rate esta semana?"
AFTER = LEASE + timedelta(seconds=1)


# --- deliveries ----------------------------------------------------------------------------------


async def test_a_flood_of_copies_is_answered_once_each(engine: Engine) -> None:
    became = await flood(engine, 100)
    assert (became.deliveries, became.taken, became.answers, became.left) == (400, 100, 100, 0)
    assert set(became.done.values()) == {1}


async def test_with_keys_by_event_alone_the_flood_is_answered_twice(engine: Engine) -> None:
    became = await flood(engine, 20, keys=lambda job, n: [f"event:{job.ts}:{n % 2}"])
    assert (became.taken, became.answers) == (40, 40)


async def test_a_command_that_slack_repeats_is_answered_once(slack: World) -> None:
    """Commands are not redelivered, but an answer that is late makes people type them again; the trigger is
    another then. The same trigger is the same command."""
    workspace = slack.server.workspace
    command = workspace.interactions._command(
        GLORIA, workspace.store.channels[FLOOR], "/cartera", QUESTION
    ) | {"trigger_id": "1.2.abc", "response_url": f"{slack.server.url}/actions/T1/x"}
    for _ in range(3):
        await workspace.delivery.ask("slash_commands", "/cartera", command)
    assert len(await slack.settled(FLOOR, 1)) == 1
    await workspace.delivery.ask("slash_commands", "/cartera", {**command, "trigger_id": "1.3.abc"})
    assert len(await slack.settled(FLOOR, 2)) == 2


@pytest.mark.parametrize("named", [True, False])
async def test_a_button_clicked_again_later_is_meant(
    slack: World, named: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ablation: both clicks' answers go by one name, and the second passes for sent."""
    if not named:
        monkeypatch.setattr(Works, "_ref", lambda _self, key, _again: key[-20:])
    await slack.say(GLORIA, FLOOR, f"@cartera {QUESTION}")
    (first,) = await slack.answers(FLOOR, 1)
    split = next(label for label in labels(first) if "campaña" in label)
    for _ in range(2):
        await slack.click(GLORIA, first, split)
    assert len(await slack.settled(FLOOR, 2)) == 2
    slack.clock.advance(seconds=11)
    await slack.click(GLORIA, first, split)
    assert len(await slack.settled(FLOOR, 3 if named else 2)) == (3 if named else 2)


def test_a_click_that_is_still_being_answered_is_not_taken_again(engine: Engine) -> None:
    records, clock, ten = Records(engine), Clock(), timedelta(seconds=10)
    work = Taken("{}", "C1", "1.1", "a")
    assert records.claim(["click"], clock(), work, ten)
    clock.advance(seconds=20)
    assert not records.claim(["click"], clock(), work, ten)
    records.give_up("click")
    assert records.claim(["click"], clock(), work, ten)
    assert not records.claim(["click"], clock(), work, ten)


async def test_what_the_database_will_not_take_now_is_taken_when_slack_sends_it_again(
    company: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is lost, and nobody is told to ask again what will be answered. A command does not come again:
    there the person hears of it."""
    monkeypatch.setattr(opening, "BUSY_MS", 50)
    impatient = open_engine(company.url.render_as_string())
    async with world(impatient) as slack:
        with writing(company) as connection:  # somebody else is writing
            connection.execute(update(inbox).values(owner="x"))
            await slack.do("faults", timing={"retry_delays": [0.2, 0.4, 0.8, 1.6, 3.2]})
            await slack.say(GLORIA, FLOOR, f"@cartera {QUESTION}")
            await slack.do("slash", user=LAURA, channel=FLOOR, command="/cartera", text=QUESTION)
            (sorry,) = await slack.answers(FLOOR, 1, viewer=LAURA)
        assert "ocupada" in sorry["text"]
        assert sorry["ephemeral"]
        (answer,) = await slack.answers(FLOOR, 1, viewer=GLORIA)
        assert "Roll rate" in answer["text"]
    impatient.dispose()


async def test_slack_hears_ok_once_the_work_is_in_the_database(slack: World) -> None:
    gate = slack.gates.hold("a")
    await slack.say(GLORIA, FLOOR, "@cartera espera a")
    await slack.heard()
    with reading(slack.engine) as connection:
        (work,) = connection.execute(select(inbox.c.work).where(inbox.c.work.is_not(None))).scalars()
    assert json.loads(work)["text"].endswith("espera a")
    gate.set()
    await slack.answers(FLOOR, 1)
    with reading(slack.engine) as connection:
        assert connection.execute(select(inbox.c.key).where(inbox.c.work.is_not(None))).first() is None


# --- processes that die --------------------------------------------------------------------------


class Process:
    """One process at the inbox: what it did, and how to hold it half-way."""

    def __init__(self, engine: Engine, clock: Clock, name: str) -> None:
        self.pool, self.records, self.name, self.clock = Pool(2), Records(engine), name, clock
        self.underway = Underway()
        self.did: list[str] = []
        self.at_it: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.start()

    def start(self) -> None:
        """Anew: what it had in hand is forgotten."""
        self.works = Works(self.records, self.pool, self.underway, self.clock, self.name)
        self.works.done_by(self.do)

    async def do(self, running: Running) -> None:
        self.at_it.append(("!" if running.hopeless else "") + running.job.text)
        await self.gate.wait()
        self.did.append(running.job.text)
        await self.pool.run(self._end, running.key)

    def _end(self, key: str) -> None:
        with writing(self.records.engine) as connection:
            done(connection, key)

    async def take(self, text: str, thread: str = "1.1") -> bool:
        job = Job("message", "T1", "U1", "C1", "channel", thread, text=text)
        return await self.works.take(job, [f"message:{text}"])

    async def settled(self) -> None:
        await asyncio.sleep(0)
        await self.underway.settle(5)


class Processes:
    def __init__(self, engine: Engine) -> None:
        self.clock = Clock()
        self.all = [Process(engine, self.clock, name) for name in ("a", "b")]


@pytest.fixture
async def two(engine: Engine) -> AsyncIterator[tuple[Process, Process, Clock]]:
    both = Processes(engine)
    yield both.all[0], both.all[1], both.clock
    for each in both.all:
        each.gate.set()
        await each.settled()
        each.pool.close()


async def test_what_a_dead_process_left_is_done_by_another_in_order(
    two: tuple[Process, Process, Clock],
) -> None:
    dead, other, clock = two
    dead.gate.clear()
    for text in ("uno", "dos", "tres"):
        assert await dead.take(text)
        clock.advance(seconds=0.1)
    await other.works._take_up()
    assert other.at_it == []  # it is not dead yet
    clock.now += AFTER
    await other.works._take_up()
    await other.settled()
    assert other.did == ["uno", "dos", "tres"]
    assert not await other.take("uno")
    clock.now += AFTER
    await other.works._take_up()
    await other.settled()
    assert other.did == ["uno", "dos", "tres"]


@pytest.mark.parametrize("beats", [True, False])
async def test_a_process_at_work_keeps_what_it_has(two: tuple[Process, Process, Clock], beats: bool) -> None:
    """The ablation: a process whose heart does not beat passes for dead."""
    slow, other, clock = two
    slow.gate.clear()
    await slow.take("uno")
    for _ in range(4):
        clock.advance(seconds=16)
        if beats:
            await slow.works._beat()
        await other.works._take_up()
    await other.settled()
    assert bool(other.did) is not beats


async def test_what_kills_every_process_is_given_up(two: tuple[Process, Process, Clock]) -> None:
    first, other, clock = two
    first.gate.clear()
    await first.take("veneno")
    for _ in range(module.MOST_ATTEMPTS + 2):
        clock.now += AFTER
        other.start()  # each time it died over it
        other.gate.clear()
        await other.works._take_up()
        await asyncio.sleep(0.01)
    assert other.at_it == ["veneno"] * module.MOST_ATTEMPTS + ["!veneno"]  # at last only a word is owed
    with reading(other.records.engine) as connection:
        assert connection.execute(select(inbox.c.work)).scalar() is None


class Mortal(Process):
    """It dies as soon as it begins the poison, and with it all that it is doing at that moment."""

    dead = False

    async def do(self, running: Running) -> None:
        text = ("!" if running.hopeless else "") + running.job.text
        self.at_it.append(text)
        self.dead = self.dead or text == "veneno"
        await asyncio.sleep(0.01)
        if self.dead:
            await asyncio.Event().wait()
        self.did.append(text)
        await self.pool.run(self._end, running.key)


@pytest.mark.parametrize("alone", [True, False])
async def test_only_what_kills_is_given_up(engine: Engine, alone: bool) -> None:
    """The ablation: all that was left is tried at once every time, and goes down with the poison."""
    clock, did = Clock(), []
    texts = ["uno", "dos", "veneno", "tres", "cuatro"]
    for n, text in enumerate(texts):
        job = Job("message", "T1", "U1", "C1", "channel", f"{n}.1", text=text)
        taken = Taken(json.dumps(asdict(job)), "C1", job.thread, "dead")
        Records(engine).claim([f"message:{text}"], clock(), taken)
        clock.advance(seconds=1)
    for _ in range(module.MOST_ATTEMPTS + 3):
        clock.now += AFTER
        process = Mortal(engine, clock, "next")
        if not alone:
            process.works._suspects = nullcontext()  # type: ignore[assignment]
        await process.works._take_up()
        async with asyncio.timeout(10):
            while process.works._running and not process.dead:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.03)  # whatever it was at beside the poison
        did += process.did
        for task in process.works._tasks:
            task.cancel()
        process.pool.close()
    assert sorted(each.removeprefix("!") for each in did) == sorted(texts)
    assert (sum(each.startswith("!") for each in did) == 1) is alone
    assert "!veneno" in did


async def test_what_nobody_waits_for_any_more_gets_a_word(two: tuple[Process, Process, Clock]) -> None:
    dead, other, clock = two
    dead.gate.clear()
    await dead.take("uno")
    clock.now += module.TOO_OLD + timedelta(seconds=1)
    await other.works._take_up()
    await other.settled()
    assert other.at_it == ["!uno"]


async def test_work_of_another_version_does_not_keep_the_others_waiting(
    two: tuple[Process, Process, Clock],
) -> None:
    dead, other, clock = two
    dead.gate.clear()
    old = replace(Job("message", "T1", "U1", "C1", "channel", "9.9"), text="viejo")
    for n, work in enumerate((json.dumps({**asdict(old), "gone": 1}), "[]", "{")):
        dead.records.claim([f"old{n}"], clock(), Taken(work, "C1", "9.9", "a"))
    clock.advance(seconds=1)
    await dead.take("uno")
    clock.now += AFTER
    await other.works._take_up()
    await other.settled()
    assert other.did == ["uno"]


# --- in order ------------------------------------------------------------------------------------


async def test_one_after_another_in_a_thread_and_side_by_side_across(
    two: tuple[Process, Process, Clock],
) -> None:
    one, _, _ = two
    one.gate.clear()
    said = [one.take(f"{thread}:{n}", thread) for n in range(3) for thread in ("1.1", "2.2")]
    await asyncio.gather(*said)
    await asyncio.sleep(0.05)
    assert sorted(one.at_it) == ["1.1:0", "2.2:0"]  # the first of each, and nobody else yet
    one.gate.set()
    await one.settled()
    for thread in ("1.1", "2.2"):
        assert [text for text in one.did if text.startswith(thread)] == [f"{thread}:{n}" for n in range(3)]


class Failing(Records):
    """The database refuses once."""

    def claim(self, keys: Any, *args: Any) -> bool:
        if keys == ["message:mal"]:
            raise OSError
        return super().claim(keys, *args)


async def test_a_place_in_the_line_is_given_back_when_nothing_comes_of_it(
    two: tuple[Process, Process, Clock],
) -> None:
    one, _, _ = two
    one.works._records = Failing(one.records.engine)
    one.gate.clear()
    said = [one.take(text) for text in ("uno", "mal", "uno", "dos")]
    got = await asyncio.gather(*said, return_exceptions=True)
    assert isinstance(got[1], OSError)
    assert {got[0], got[2]} == {True, False}  # whichever of the two the database took first
    assert got[3] is True
    one.gate.set()
    await one.settled()
    assert one.did == ["uno", "dos"]
    assert one.works._lines == {}


class Thoughtful(Desk):
    """Takes its time over the first question of a thread."""

    gate = asyncio.Event()

    def ask(self, text: str, **more: Any) -> Outcome:
        if "roll rate" in text:
            asyncio.run_coroutine_threadsafe(self.gate.wait(), self.loop).result(20)
        return super().ask(text, **more)

    loop: asyncio.AbstractEventLoop


@pytest.mark.parametrize("heard", [True, False])
async def test_follow_ups_typed_before_the_answer_are_answered_in_order(
    company: Engine, heard: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a channel's thread, without a mention. The ablation: nobody knows that the thread is being answered,
    and what is typed into it is left alone."""
    if not heard:
        monkeypatch.setattr(Works, "busy_with", lambda *_: False)
        monkeypatch.setattr(Records, "speaks_in", lambda *_: False)
    Thoughtful.gate, Thoughtful.loop = asyncio.Event(), asyncio.get_running_loop()
    async with world(company, kind=Thoughtful) as slack:
        ts = await slack.say(GLORIA, FLOOR, f"@cartera {QUESTION}")
        await slack.heard()
        await slack.say(GLORIA, FLOOR, "y por supervisor", ts)
        await slack.say(GLORIA, FLOOR, "y por campaña", ts)
        await slack.heard()
        Thoughtful.gate.set()
        found = await slack.settled(FLOOR, 3 if heard else 1)
    assert len(found) == (3 if heard else 1)
    if heard:
        assert "Laura Ibáñez" in shown(found[1])
        assert "Alameda" in shown(found[2])
