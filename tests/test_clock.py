"""The clock: each tick once among several processes, after a pause, over set clocks and skipped hours."""

import asyncio
import multiprocessing
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, Engine

from bot.duties import Duty, Tick, Write, looked
from db import ticks
from db.engine import open_engine, writing
from db.ticks import take
from db.when import Daily, Every
from tests.clock_rounds import START, Watch, clock, note, noted, noting, outcomes, running, until

MEXICO, TIJUANA = ZoneInfo("America/Mexico_City"), ZoneInfo("America/Tijuana")
WEEK = frozenset(range(7))
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def daily(name: str, engine: Engine, at: time = time(7, 0), zone: ZoneInfo = MEXICO) -> Duty:
    """START is 07:00 in Mexico City."""
    return Duty(name, Daily(at, WEEK, zone), noting(engine), LONG_AGO)


# --- when ---------------------------------------------------------------------------------------------


def test_each_local_day_has_its_hour_once_whatever_the_clocks_do() -> None:
    """Tijuana: 02:00 to 03:00 is skipped on 8 March 2026, 01:00 to 02:00 comes twice on 1 November."""
    for at in (time(1, 30), time(2, 30), time(8, 0)):
        rule = Daily(at, WEEK, TIJUANA)
        moment, seen = datetime(2026, 2, 28, tzinfo=UTC), []
        while moment < datetime(2026, 11, 20, tzinfo=UTC):
            moment = rule.after(moment)
            assert rule.latest(moment) == moment
            seen.append(moment.astimezone(TIJUANA).date())
        whole = [seen[0] + timedelta(days=n) for n in range((seen[-1] - seen[0]).days + 1)]
        assert seen == whole
    skipped = Daily(time(2, 30), WEEK, TIJUANA).after(datetime(2026, 3, 8, 8, tzinfo=UTC))
    assert skipped == datetime(2026, 3, 8, 10, 30, tzinfo=UTC)
    twice = Daily(time(1, 30), WEEK, TIJUANA)
    first = twice.after(datetime(2026, 11, 1, 7, tzinfo=UTC))
    assert first == datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
    assert twice.after(first) == datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


def test_eight_in_tijuana_moves_with_its_clocks() -> None:
    rule = Daily(time(8, 0), WEEK, TIJUANA)
    assert rule.after(datetime(2026, 3, 7, 20, tzinfo=UTC)).hour == 15
    assert rule.after(datetime(2026, 3, 6, 20, tzinfo=UTC)).hour == 16


def test_a_day_that_was_not_chosen_is_passed_over() -> None:
    mondays = Daily(time(8, 0), frozenset({0}), MEXICO)
    friday = datetime(2026, 11, 20, 18, tzinfo=UTC)
    assert mondays.after(friday).astimezone(MEXICO).date() == date(2026, 11, 23)
    assert mondays.latest(friday).astimezone(MEXICO).date() == date(2026, 11, 16)
    with pytest.raises(ValueError, match="days"):
        Daily(time(8, 0), frozenset(), MEXICO)


def test_what_was_missed_may_be_done_the_same_day_only() -> None:
    rule = Daily(time(8, 0), WEEK, TIJUANA)
    moment = datetime(2026, 11, 18, 16, tzinfo=UTC)
    assert rule.until(moment) == datetime(2026, 11, 19, 8, tzinfo=UTC)


def test_every_so_often_is_the_same_in_each_process() -> None:
    rule = Every(5)
    assert rule.latest(START + timedelta(seconds=301)) == START + timedelta(minutes=5)
    assert rule.after(START) == START + timedelta(minutes=5)


# --- once ---------------------------------------------------------------------------------------------


async def rounds(engine: Engine, duties: list[Duty], watch: Watch, replicas: int = 3) -> None:
    clocks = [clock(engine, duties, watch, f"p{n}") for n in range(replicas)]
    async with running(*clocks):
        await until(lambda: len(outcomes(engine)) >= len(duties))
        await asyncio.sleep(0.15)  # whoever was second has had its time


def test_three_processes_do_each_tick_once(engine: Engine) -> None:
    duties = [daily(f"d{n}", engine) for n in range(20)]
    asyncio.run(rounds(engine, duties, Watch()))
    assert noted(engine) == {f"d{n}@18130000": 1 for n in range(20)}


def test_without_the_taking_they_would_do_it_thrice(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard off: whoever comes second takes the tick, too."""

    def anybody(connection: Connection, name: str, fire_at: datetime, **more: object) -> bool:
        return take(connection, f"{name}/{more['owner']}", fire_at, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("bot.duties.take", anybody)
    monkeypatch.setattr("bot.jobs.is_taken", lambda *_: False)
    asyncio.run(rounds(engine, [daily(f"d{n}", engine) for n in range(3)], Watch()))
    assert max(noted(engine).values()) > 1


def _replica(url: str, owner: str) -> None:
    engine = open_engine(url)
    asyncio.run(rounds(engine, [daily(f"d{n}", engine) for n in range(10)], Watch(), replicas=1))
    engine.dispose()


def test_three_real_processes_do_each_tick_once(engine: Engine) -> None:
    context, url = multiprocessing.get_context("spawn"), engine.url.render_as_string(hide_password=False)
    replicas = [context.Process(target=_replica, args=(url, f"p{n}")) for n in range(3)]
    for each in replicas:
        each.start()
    for each in replicas:
        each.join(60)
    assert [each.exitcode for each in replicas] == [0, 0, 0]
    assert noted(engine) == {f"d{n}@18130000": 1 for n in range(10)}


# --- late, early, never -------------------------------------------------------------------------------


def test_half_an_hour_away_over_three_ticks_each_is_done_once_on_return(engine: Engine) -> None:
    duties = [daily(f"d{minute}", engine, time(7, minute)) for minute in (5, 15, 25)]
    duties.append(daily("tomorrow", engine, time(6, 0)))
    asyncio.run(rounds(engine, duties[3:], Watch(START)))
    assert noted(engine) == {"tomorrow@18120000": 1}
    asyncio.run(rounds(engine, duties, Watch(START + timedelta(minutes=30))))
    assert {k: v for k, v in noted(engine).items() if "tom" not in k} == {
        "d5@18130500": 1,
        "d15@18131500": 1,
        "d25@18132500": 1,
    }


def test_what_was_missed_yesterday_is_on_record_as_missed_and_not_done(engine: Engine) -> None:
    duty = daily("d", engine, time(8, 0))
    asyncio.run(rounds(engine, [duty], Watch(datetime(2026, 11, 19, 6, 30, tzinfo=UTC))))
    assert outcomes(engine) == {"d@18140000": "missed"}
    assert noted(engine) == {}


def test_a_clock_set_back_and_forth_does_nothing_twice(engine: Engine) -> None:
    watch = Watch(START + timedelta(minutes=10))
    duties = [daily("d", engine)]

    async def set_about() -> None:
        async with running(clock(engine, duties, watch)):
            await until(lambda: bool(noted(engine)))
            for hours in (-1, 1, 1, -1):
                watch.now += timedelta(hours=hours)
                await asyncio.sleep(0.15)

    asyncio.run(set_about())
    assert noted(engine) == {"d@18130000": 1}


def test_a_clock_set_forward_brings_what_falls_in_the_gap(engine: Engine) -> None:
    watch = Watch(START - timedelta(minutes=30))
    duties = [daily("d", engine), daily("before", engine, time(6, 0))]

    async def set_forward() -> None:
        async with running(clock(engine, duties, watch)):
            await until(lambda: len(noted(engine)) == 1)
            watch.now += timedelta(hours=1)
            await until(lambda: len(noted(engine)) == 2)

    asyncio.run(set_forward())
    assert noted(engine) == {"d@18130000": 1, "before@18120000": 1}


def test_without_the_reconcile_a_set_clock_is_not_noticed(engine: Engine) -> None:
    """The guard off: the next look is due when the hour was to come, an hour from now."""
    watch = Watch(START - timedelta(minutes=30))
    duties = [daily("d", engine), daily("before", engine, time(6, 0))]

    async def set_forward() -> None:
        async with running(clock(engine, duties, watch, reconcile=3600.0)):
            await until(lambda: len(noted(engine)) == 1)
            watch.now += timedelta(hours=1)
            await asyncio.sleep(0.3)

    asyncio.run(set_forward())
    assert noted(engine) == {"before@18120000": 1}


def test_a_name_is_not_told_what_fell_due_before_it_was_known(engine: Engine) -> None:
    watch = Watch(START + timedelta(hours=1))
    new = Duty("new", Daily(time(7, 0), WEEK, MEXICO), noting(engine))

    async def known() -> None:
        async with running(clock(engine, [new], watch)):
            await asyncio.sleep(0.2)
            watch.now += timedelta(days=1)
            await until(lambda: bool(noted(engine)))

    asyncio.run(known())
    assert noted(engine) == {"new@19130000": 1}


def test_what_fails_is_tried_again_and_leaves_nothing_behind(engine: Engine) -> None:
    tries: list[int] = []

    def look(tick: Tick) -> Write:
        def write(connection: Connection) -> None:
            tries.append(1)
            note(f"{tick.name}@half")(connection)
            if len(tries) < 3:
                raise RuntimeError("broken")

        return write

    duty = Duty("d", Daily(time(7, 0), WEEK, MEXICO), looked(engine, look), LONG_AGO)
    asyncio.run(rounds(engine, [duty], Watch(), replicas=1))
    assert len(tries) == 3
    assert noted(engine) == {"d@half": 1}


def test_a_failure_does_not_hold_up_the_others(engine: Engine) -> None:
    def broken(_: Tick) -> None:
        raise RuntimeError("broken")

    bad = Duty("bad", Daily(time(7, 0), WEEK, MEXICO), broken, LONG_AGO)

    async def both() -> None:
        async with running(clock(engine, [bad, daily("good", engine)], Watch())):
            await until(lambda: bool(noted(engine)))

    asyncio.run(both())
    assert outcomes(engine) == {"good@18130000": "done"}


def test_old_ticks_go_and_the_first_sight_of_a_name_stays(engine: Engine) -> None:
    with writing(engine) as connection:
        take(connection, "d", LONG_AGO, owner="p", now=LONG_AGO, outcome="seen")
        take(connection, "d", LONG_AGO + timedelta(days=1), owner="p", now=LONG_AGO)
        ticks.forget(connection, START)
        assert ticks.first_seen(connection, ["d"]) == {"d": LONG_AGO}
    assert outcomes(engine) == {}
