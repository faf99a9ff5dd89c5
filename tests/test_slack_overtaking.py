"""Who goes first in a channel when Slack will not take a parcel, or none at all: nobody is held up for long,
and what belongs together keeps its order, within a process and among several."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
from sqlalchemy import Engine, false

from bot import outbox
from bot.outbox import Due, Parcel
from bot.slack import lines, sender
from bot.slack.lines import Line, Waiting
from bot.slack.post import Poster
from db.engine import writing
from tests.slack_mail import POST, SOON, Mail, mail, parcel, workspaces_at
from tests.slack_world import Clock

CLOCK = Clock()


@pytest.fixture
async def box(engine: Engine) -> AsyncIterator[Mail]:
    async with mail(engine) as built:
        yield built


class Sour(Poster):
    """Slack fails over one parcel, whatever it is that is wrong with it, and over no other."""

    def __init__(self, box: Mail, enough: int) -> None:
        super().__init__(workspaces_at(box.server, box.session, []), SOON)
        self.tried: Counter[str] = Counter()
        self.enough, self.seen = enough, asyncio.Event()

    async def deliver(self, parcel: Parcel, *, doubtful: float | None = None) -> str | None:
        self.tried[parcel.key] += 1
        if parcel.key != "bad":
            return await super().deliver(parcel, doubtful=doubtful)
        if self.tried["bad"] >= self.enough:
            self.seen.set()
        raise aiohttp.ServerDisconnectedError


@pytest.mark.parametrize(("held", "sent"), [(lines.HELD, 2), (10**9, 0)])
async def test_a_parcel_that_slack_will_not_take_holds_its_channel_for_a_few_attempts_only(
    box: Mail, held: int, sent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard off: the channel waits with it, as long as that takes."""
    monkeypatch.setattr(sender, "BACKOFF", (0.05,))
    monkeypatch.setattr(lines, "HELD", held)
    poster = Sour(box, 12)
    first = box.sender("a", poster)
    first.send(box.put(first, parcel("bad"), parcel("k1"), parcel("k2")))
    async with asyncio.timeout(20):
        await poster.seen.wait()
    assert len(box.texts()) == sent
    assert box.row("bad").state == "waiting"
    await first.settle(0)


async def test_what_belongs_to_its_thread_waits_for_it(box: Mail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "BACKOFF", (0.05,))
    poster = Sour(box, 8)
    first = box.sender("a", poster)
    told = (parcel("bad", thread="1.1"), parcel("after", thread="1.1"), parcel("other"))
    first.send(box.put(first, *told))
    async with asyncio.timeout(20):
        await poster.seen.wait()
    assert set(poster.tried) == {"bad", "other"}
    await first.settle(0)


# --- a line by itself --------------------------------------------------------------------------------


def waiting(number: int, kind: outbox.Kind = "post", of: str = "") -> Waiting:
    made = parcel(f"k{number}", kind, body={"of": of})
    return Waiting(Due(number, made, CLOCK(), doubtful=False), 0.0, False)


def walked(line: Line, back_at: float, wait: float = 10.0) -> list[int]:
    """In which order a Slack that is away until `back_at` gets them; an attempt takes a second."""
    now, got = 0.0, list[int]()
    while line.waiting:
        one = line.next(now)
        if one is None:
            now += 1
            continue
        now += 1
        if now >= back_at:
            line.sent(one)
            got.append(one.due.id)
        else:
            now += line.failed(one, wait, now, alone=False)
    return got


@pytest.mark.parametrize("back_at", [0, 5, 30, 95, 300])
def test_while_slack_is_away_the_order_stays(back_at: float) -> None:
    line = Line(waiting=[waiting(n) for n in range(8)])
    got = walked(line, back_at)
    # The one that was being tried out may be the first to get through.
    assert [n for n in got if n != 1] == [0, 2, 3, 4, 5, 6, 7]


def test_without_that_they_would_go_as_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard off: everybody is tried, again and again."""
    monkeypatch.setattr(lines, "TRIED_OUT", 10**9)
    orders = [walked(Line(waiting=[waiting(n) for n in range(8)]), at, wait=3.5) for at in range(20, 60)]
    assert any([n for n in got if n != 1] != [0, 2, 3, 4, 5, 6, 7] for got in orders)


def test_one_that_fails_once_beside_a_hopeless_one_is_not_held_up() -> None:
    """0 fails for ever, 1 once: whoever comes after them goes on."""
    line, now, got, tried = Line(waiting=[waiting(n) for n in range(5)]), 0.0, list[int](), Counter[int]()
    while now < 300 and len(got) < 4:
        one = line.next(now)
        now += 1
        if one is None:
            continue
        tried[one.due.id] += 1
        if one.due.id == 0 or (one.due.id == 1 and tried[1] == 1):
            now += line.failed(one, 15.0, now, alone=False)
        else:
            line.sent(one)
            got.append(one.due.id)
    assert sorted(got) == [1, 2, 3, 4]


def test_a_message_is_drawn_anew_after_it_was_posted_and_in_order() -> None:
    posted, drawn, again = waiting(1), waiting(2, "update", of="k1"), waiting(3, "update", of="k1")
    other = waiting(4, "update", of="k9")
    assert drawn.hangs_on(posted)
    assert again.hangs_on(drawn)
    assert not other.hangs_on(posted)
    assert not other.hangs_on(drawn)
    assert not posted.hangs_on(other)


# --- among several processes -------------------------------------------------------------------------


async def test_a_thread_keeps_its_order_among_processes(box: Mail) -> None:
    """The second process's word waits until the first's is through."""
    first, second = box.sender("a"), box.sender("b")
    begun = box.put(first, parcel("one", thread=None), parcel("two", thread="1.1"))
    assert box.put(second, parcel("three", thread="1.1")) == []
    assert [due.parcel.key for due in box.put(second, parcel("else", thread="2.2"))] == ["else"]
    assert box.claim("b") == []
    (two,) = [due for due in begun if due.parcel.key == "two"]
    with writing(box.engine) as connection:
        outbox.settle(connection, [outbox.Settled(two.id, "sent", "1.2")], "a", box.clock())
    assert [due.parcel.key for due in box.claim("b")] == ["three"]


@pytest.mark.parametrize("guarded", [True, False])
def test_nobody_claims_what_comes_after_somebody_elses(
    engine: Engine, guarded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(engine) as connection:
        outbox.put(connection, parcel("one", thread="1.1"), "a", CLOCK())
        late = outbox.put(connection, parcel("two", thread="1.1"), "b", CLOCK())
        assert late is not None
        outbox.release(connection, [late.id], "b")
        if not guarded:
            monkeypatch.setattr(outbox, "_thread_before", lambda *_: (false(),))
        claimed = [due.parcel.key for due in outbox.claim(connection, "b", CLOCK())]
        assert claimed == ([] if guarded else ["two"])
        if guarded:
            both = outbox.claim(connection, "c", CLOCK() + outbox.LEASE + timedelta(seconds=1))
            assert [due.parcel.key for due in both] == ["one", "two"]


async def test_an_older_drawing_does_not_undo_a_newer(box: Mail) -> None:
    first, second = box.sender("a"), box.sender("b")
    first.send(box.put(first, parcel("card")))
    await first.settle(5)
    (old,) = box.put(first, parcel("old", "update", body={"of": "card"}))
    second.send(box.put(second, parcel("new", "update", body={"of": "card"})))
    await second.settle(5)
    first.send([old])
    await first.settle(5)
    assert box.texts() == ["texto new"]
    assert box.row("old").state == "sent"


async def test_what_is_left_at_the_end_is_free_for_another_at_once(
    box: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "BACKOFF", (60.0,))
    first = box.sender("a", Sour(box, 1))
    first.send(box.put(first, parcel("bad")))
    async with asyncio.timeout(10):
        while not box.row("bad").owner or not first._lines:
            await asyncio.sleep(0.01)
        await first.settle(0.2)
    (due,) = box.claim("b")
    assert (due.parcel.key, due.doubtful) == ("bad", True)
    assert box.calls(POST) == []
