"""The sender, on both databases and a real localslack: each parcel once, in order, at Slack's pace, whatever
breaks and wherever it breaks."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from bot.outbox import Due, Parcel
from bot.slack import post, sender
from bot.slack.post import Poster
from bot.slack.sender import Sender
from db.engine import open_engine, writing
from db.tables import metadata
from db.tables.house import outbox as rows
from tests import house_rows
from tests.slack_mail import POST, SOON, Mail, dead_letters, mail, parcel, workspaces_at
from tests.slack_world import AWAY, FLOOR, GLORIA, LAURA

tables, engine = house_rows.tables, house_rows.engine


@pytest.fixture
async def box(engine: Engine) -> AsyncIterator[Mail]:
    async with mail(engine) as built:
        yield built


@pytest.fixture
async def one(tmp_path: Path) -> AsyncIterator[Mail]:
    """For what no database has a part in."""
    engine = open_engine(f"sqlite:///{tmp_path / 'one.db'}")
    metadata.create_all(engine)
    async with mail(engine) as built:
        yield built
    engine.dispose()


# --- a crash between Slack and the note of it ----------------------------------------------------


class Blind(Poster):
    """The ablation: sends what is left without looking for it first."""

    async def deliver(self, parcel: Parcel, *, doubtful: float | None = None) -> str | None:
        return await super().deliver(parcel)


def another(box: Mail, kind: type[Poster] = Poster) -> Sender:
    return box.sender("b", kind(workspaces_at(box.server, box.session, []), SOON))


@pytest.mark.parametrize(("kind", "messages"), [(Poster, 1), (Blind, 2)])
async def test_a_crash_after_slack_took_it_and_before_it_was_noted(
    box: Mail, kind: type[Poster], messages: int
) -> None:
    (due,) = box.put(box.sender("a"), parcel("k"))
    await Poster(workspaces_at(box.server, box.session, [])).deliver(due.parcel)  # and then it dies
    box.clock.advance(seconds=61)
    second = another(box, kind)
    await second.sweep()
    await second.settle(5)
    assert box.texts() == ["texto k"] * messages
    assert (box.row("k").state, box.row("k").ts) == ("sent", box.stamps()[-1])


CLAIMED = sender.MOST_ATTEMPTS


class Counting(Sender):
    """The ablation: takes each time it was claimed for a failure."""

    def send(self, dues: Iterable[Due]) -> None:
        super().send(dues)
        for line in self._lines.values():
            for each in line.waiting:
                each.attempts = CLAIMED


@pytest.mark.parametrize(("kind", "state"), [(Sender, "sent"), (Counting, "dead")])
async def test_to_stand_behind_others_as_process_after_process_dies_is_no_failure(
    box: Mail, kind: type[Sender], state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "BACKOFF", (0.01,))
    box.put(box.sender("a"), parcel("k"))
    for _ in range(CLAIMED):
        box.clock.advance(seconds=61)
        assert len(box.claim("another")) == 1
    box.clock.advance(seconds=61)
    box.faults(error_500={"method": POST, "times": 3})
    last = kind(
        box.engine, Poster(workspaces_at(box.server, box.session, []), SOON), box.pool, box.clock, "z"
    )
    await last.sweep()
    await last.settle(10)
    assert box.row("k").state == state


async def test_a_crash_before_it_was_sent(box: Mail) -> None:
    box.put(box.sender("a"), parcel("k"))
    second = another(box)
    await second.sweep()  # it is the first one's for its lease
    await second.settle(5)
    assert box.texts() == []
    box.clock.advance(seconds=61)
    await second.sweep()
    await second.settle(5)
    assert box.texts() == ["texto k"]


@pytest.mark.parametrize(("recent", "messages"), [(post.RECENT, 1), (-7_000, 2)])
async def test_after_hours_of_downtime_it_is_looked_for_from_when_it_was_made(
    box: Mail, recent: int, messages: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ablation looks no further back than a few minutes."""
    box.server.workspace.clock.advance(-7_200)
    box.clock.advance(seconds=-7_200)
    (due,) = box.put(box.sender("a"), parcel("k"))
    await Poster(workspaces_at(box.server, box.session, [])).deliver(due.parcel)
    box.server.workspace.clock.reset()
    box.clock.advance(seconds=7_200)
    monkeypatch.setattr(post, "RECENT", recent)
    second = another(box)
    await second.sweep()
    await second.settle(5)
    assert len(box.texts()) == messages


async def test_a_file_is_looked_for_by_its_names(box: Mail) -> None:
    body = {"filename": "libro.xlsx", "title": "Libro", "comment": "Aquí está"}
    (due,) = box.put(box.sender("a"), parcel("f", "file", body=body, content=b"contenido"))
    await Poster(workspaces_at(box.server, box.session, [])).deliver(due.parcel)
    box.clock.advance(seconds=61)
    second = another(box)
    await second.sweep()
    await second.settle(5)
    assert len(box.texts()) == 1
    assert box.row("f").content is None
    (file,) = box.server.workspace.store.channels[FLOOR].messages[box.stamps()[0]].body["files"]
    assert box.row("f").ts == file["id"]


# --- the fence -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("fresh", "messages"), [(0.0, 1), (1e9, 2)])
async def test_a_sender_that_slept_past_its_lease_sends_nothing(
    box: Mail, fresh: float, messages: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ablation: a lease that is always fresh. The other process posts without a look, as a first time."""
    monkeypatch.setattr(sender, "FRESH", fresh)
    first = box.sender("a")
    dues = box.put(first, parcel("k"))
    box.clock.advance(seconds=61)
    (taken,) = box.claim("b")
    await Poster(workspaces_at(box.server, box.session, [])).deliver(taken.parcel)
    first.send(dues)
    await first.settle(5)
    assert len(box.texts()) == messages


# --- order, limits and what is hopeless ----------------------------------------------------------


async def test_order_is_kept_under_limits_and_failures(one: Mail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "BACKOFF", (0.05,))
    first = one.sender("a")
    one.faults(rate_limit={"method": POST, "times": 1, "retry_after": 1})
    first.send(one.put(first, *(parcel(f"k{n}") for n in range(2))))
    await first.settle(5)
    one.faults(error_500={"method": POST, "times": 4}, drop_after_accept={"method": POST, "times": 1})
    first.send(one.put(first, *(parcel(f"k{n}") for n in range(2, 5))))
    await first.settle(10)
    assert one.texts() == [f"texto k{n}" for n in range(5)]
    # Whoever calls too early is refused again: one refusal means that nobody did.
    assert one.calls(POST).count("ratelimited") == 1


async def test_a_limit_in_one_channel_is_not_run_into_from_another(one: Mail) -> None:
    one.faults(rate_limit={"method": POST, "times": 1, "retry_after": 1})
    first, room = one.sender("a"), one.server.workspace.store.dm(GLORIA, "UCARTERA")[0].id
    first.send(one.put(first, parcel("k"), *(parcel(f"d{n}", channel=room) for n in range(3))))
    await first.settle(5)
    assert len(one.texts()) + len(one.texts(room)) == 4
    # Those that were on their way when the limit fell are refused with it; after that nobody calls.
    assert one.calls(POST)[-4:] == ["ok"] * 4


@pytest.mark.parametrize(("rate", "refused"), [(1.0, False), (1e6, True)])
async def test_slacks_pace_is_kept_without_being_told(
    one: Mail, rate: float, refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A burst of five, then one a second; once, on a busy machine, one may come early by what another was
    late. The ablation sends as fast as it can, and is told off again and again."""
    monkeypatch.setattr(sender, "PER_SECOND", rate)
    one.faults(rate_tiers=True)
    first = one.sender("a")
    first.send(one.put(first, *(parcel(f"k{n}") for n in range(8))))
    await first.settle(15)
    assert one.texts() == [f"texto k{n}" for n in range(8)]
    assert (one.calls(POST).count("ratelimited") > 1) is refused


async def test_an_idle_channel_may_burst_only_when_it_has_rested(one: Mail) -> None:
    """A look for what is due must not give the burst back."""
    one.faults(rate_tiers=True)
    first = one.sender("a")
    for part in (range(5), range(5, 6)):
        first.send(one.put(first, *(parcel(f"k{n}") for n in part)))
        await first.settle(10)
        await first.sweep()
    assert "ratelimited" not in one.calls(POST)


async def test_a_hopeless_parcel_dies_is_heard_of_and_blocks_nobody(box: Mail) -> None:
    first = box.sender("a")
    heard = await dead_letters(first)
    first.send(box.put(first, parcel("bad", thread="1.1"), parcel("good"), parcel("away", channel=AWAY)))
    await first.settle(5)
    assert box.texts() == ["texto good"]
    assert {heard.get_nowait() for _ in range(2)} == {
        ("bad", "thread_not_found"),
        ("away", "not_in_channel"),
    }
    assert (box.row("bad").state, box.row("bad").error) == ("dead", "thread_not_found")
    box.clock.advance(hours=1)
    assert box.claim("b") == []


async def test_after_the_last_attempt_it_is_dead(one: Mail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "BACKOFF", (0.01,))
    monkeypatch.setattr(sender, "MOST_ATTEMPTS", 2)
    one.faults(error_500={"method": POST, "times": 6})
    first = one.sender("a")
    heard = await dead_letters(first)
    first.send(one.put(first, parcel("k"), parcel("next")))
    await first.settle(10)
    assert heard.get_nowait()[0] == "k"
    assert one.texts() == ["texto next"]


class Broken(Poster):
    """A fault of ours: what a parcel holds cannot be worked with."""

    async def deliver(self, parcel: Parcel, *, doubtful: float | None = None) -> str | None:
        if parcel.key == "bad":
            raise KeyError(parcel.key)
        return await super().deliver(parcel, doubtful=doubtful)


async def test_a_fault_of_ours_costs_one_parcel_not_its_channel(one: Mail) -> None:
    first = one.sender("a", Broken(workspaces_at(one.server, one.session, []), SOON))

    async def fails(due: Due, ts: str | None) -> None:
        raise RuntimeError

    first.sent = first.dead = fails
    first.send(one.put(first, parcel("bad"), parcel("k1"), parcel("k2")))
    await first.settle(5)
    assert one.texts() == ["texto k1", "texto k2"]
    assert [one.row(key).state for key in ("bad", "k1", "k2")] == ["dead", "sent", "sent"]


class Unnoted(Sender):
    """The database is away when a lease has to be renewed, once."""

    times = 1

    def _extended(self, number: int) -> frozenset[int]:
        if self.times:
            self.times -= 1
            raise OSError
        return super()._extended(number)


async def test_a_database_that_was_away_leaves_a_parcel_for_later(
    box: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "FRESH", 0.0)
    first = Unnoted(
        box.engine, Poster(workspaces_at(box.server, box.session, []), SOON), box.pool, box.clock, "a"
    )
    first.send(box.put(first, parcel("k1"), parcel("k2")))
    await first.settle(5)
    assert box.texts() == ["texto k2"]
    box.clock.advance(seconds=61)
    await first.sweep()
    await first.settle(5)
    assert box.texts() == ["texto k2", "texto k1"]


async def test_a_parcel_that_was_not_noted_is_noted_later(box: Mail) -> None:
    first = box.sender("a")
    first.send(box.put(first, parcel("k")))
    with writing(box.engine) as connection:  # another process writes: SQLite lets nobody else
        connection.execute(update(rows).values(error="held"))
        while not box.texts():
            await asyncio.sleep(0.01)
        assert box.row("k").state == "waiting"
    await first.settle(5)
    assert box.row("k").state == "sent"


# --- what is taken back --------------------------------------------------------------------------


async def test_what_may_not_stay_is_deleted_when_its_time_has_come(box: Mail) -> None:
    first, at = box.sender("a"), box.clock() + timedelta(hours=24)
    body = {"filename": "libro.xlsx", "title": "Libro", "comment": "Aquí"}
    first.send(
        box.put(
            first,
            parcel("stays"),
            parcel("goes", delete_at=at),
            parcel("file", "file", body=body, content=b"x", delete_at=at),
        )
    )
    await first.settle(5)
    await first.sweep()
    assert len(box.texts()) == 3
    box.clock.advance(hours=24)
    box.faults(error_500={"method": "chat.delete", "times": 1})
    for _ in range(2):  # what Slack would not do now is done at the next look
        await first.sweep()
        assert first._deleting is not None
        await first._deleting
    assert [box.row(key).state for key in ("stays", "goes", "file")] == ["sent", "deleted", "deleted"]
    assert "texto goes" not in box.texts()
    assert box.calls("files.delete") == ["ok"]
    assert box.calls("chat.delete")[1:] == ["ok"]


async def test_a_parcel_another_has_taken_over_is_not_tried_again(
    box: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However short the wait was: the attempt before it may have outlived the lease."""
    monkeypatch.setattr(sender, "BACKOFF", (0.5,))
    first = box.sender("a")
    box.faults(error_500={"method": POST, "times": 3})
    first.send(box.put(first, parcel("uno")))
    async with asyncio.timeout(10):
        while len(box.calls(POST)) < 3:
            await asyncio.sleep(0.01)
    with writing(box.engine) as connection:
        connection.execute(update(rows).values(owner="b"))
    await first.settle(5)
    assert len(box.calls(POST)) == 3
    assert box.row("uno").state == "waiting"  # it is b's to send now


# --- to one person alone -------------------------------------------------------------------------


async def test_a_whisper_is_for_one(box: Mail) -> None:
    first = box.sender("a")
    first.send(box.put(first, parcel("w", "whisper", body={"user": GLORIA})))
    await first.settle(5)
    (message,) = box.server.workspace.store.channels[FLOOR].messages.values()
    assert message.only_for == GLORIA
    assert box.row("w").state == "sent"
    assert LAURA not in str(message.body)
