"""The edge's small parts: inbox keys on both databases, what a text says, who is refused, turns, signs."""

import asyncio
import logging
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError
from sqlalchemy import Engine, select

from bot.faults import note_failure
from bot.slack import listeners, people
from bot.slack.buttons import Numbered, asker_of, pack, unpack
from bot.slack.faults import Turned
from bot.slack.people import Profiles, read_profile
from bot.slack.post import is_slacks
from bot.slack.records import Records
from bot.slack.rooms import read_room
from bot.slack.turns import Pool, Turns, Underway
from bot.slack.typed import as_typed, goes_on
from bot.slack.works import Job
from db.audit import recall, remember
from db.engine import reading, writing
from db.tables.house import inbox
from db.tables.reference import people as staff
from skills.contract import Option
from tests import house_rows
from tests.slack_addresses import EVIL, GOOD

tables, engine = house_rows.tables, house_rows.engine
NOW = datetime(2026, 11, 18, 16, 30, tzinfo=UTC)
REQUEST = {"kpi": {"metric": "roll_rate"}}


# --- the inbox -----------------------------------------------------------------------------------


def test_redelivered_event_is_taken_once(engine: Engine) -> None:
    records = Records(engine)
    assert records.claim(["event:E1", "message:C1:1.1"], NOW) is True
    assert records.claim(["event:E1", "message:C1:1.1"], NOW) is False


def test_one_text_under_two_event_ids_is_taken_once(engine: Engine) -> None:
    records = Records(engine)
    assert records.claim(["event:E1", "message:C1:1.1"], NOW) is True
    assert records.claim(["event:E2", "message:C1:1.1"], NOW) is False
    assert records.claim(["event:E3", "message:C1:1.2"], NOW) is True


def test_without_the_message_key_the_same_text_would_be_taken_twice(engine: Engine) -> None:
    """The ablation of the business key."""
    records = Records(engine)
    taken = [records.claim([f"event:{n}"], NOW) for n in (1, 2)]
    assert taken == [True, True]


async def test_racing_deliveries_are_taken_once(engine: Engine) -> None:
    records, pool = Records(engine), Pool(4)
    taken = await asyncio.gather(*(pool.run(records.claim, ["message:C1:9.9"], NOW) for _ in range(12)))
    pool.close()
    assert sum(taken) == 1


def test_old_keys_are_forgotten_and_new_ones_kept(engine: Engine) -> None:
    records = Records(engine)
    records.claim(["event:old"], NOW - timedelta(days=8))
    records.claim(["event:new"], NOW)
    records.forget(NOW)
    with reading(engine) as connection:
        assert connection.execute(select(inbox.c.key)).scalars().all() == ["event:new"]


def test_threads_the_bot_speaks_in(engine: Engine) -> None:
    records = Records(engine)
    with writing(engine) as connection:
        remember(connection, "C1", "slash:T1", REQUEST, NOW)
    records.rename_thread("C1", "slash:T1", "5.5")
    assert records.speaks_in("C1", "5.5")
    assert not records.speaks_in("C1", "slash:T1")
    assert not records.speaks_in("C2", "5.5")


def test_a_message_below_the_threads_goes_on_from_the_latest(engine: Engine) -> None:
    records = Records(engine)
    with writing(engine) as connection:
        remember(connection, "D1", "1.0", {"kpi": {"metric": "calls"}}, NOW - timedelta(minutes=9))
        remember(connection, "D1", "2.0", REQUEST, NOW - timedelta(minutes=3))
        remember(connection, "D2", "3.0", {"kpi": {"metric": "aht"}}, NOW)
    records.continue_last("D1", "4.0", NOW)
    with reading(engine) as connection:
        assert recall(connection, "D1", "4.0") == REQUEST


def test_a_conversation_of_an_hour_ago_is_over(engine: Engine) -> None:
    records = Records(engine)
    with writing(engine) as connection:
        remember(connection, "D1", "1.0", REQUEST, NOW - timedelta(hours=1))
    records.continue_last("D1", "4.0", NOW)
    assert not records.speaks_in("D1", "4.0")


def test_mentioned_person_by_the_agencys_name(engine: Engine) -> None:
    with writing(engine) as connection:
        row = {"id": 1, "employee_no": "7", "name": "Ana Ruiz", "role": "agent", "slack_user_id": "U7"}
        connection.execute(staff.insert().values(**row, language="es", nicknames=""))
    assert Records(engine).person_name("U7") == "Ana Ruiz"
    assert Records(engine).person_name("U8") is None


# --- what was typed and clicked ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wire", "typed"),
    [
        ("<@UBOT> ¿roll rate esta semana?", "¿roll rate esta semana?"),
        ("promesas de <@U7> &gt; 5 &amp; más", "promesas de Ana Ruiz > 5 & más"),
        ("promesas de <@U8|beto> en <#C1|general>", "promesas de beto en #general"),
        ("<!here> mira <https://x.example|esto> o <mailto:a@b.mx|a@b.mx>", "@here mira esto o a@b.mx"),
        ("&amp;lt; no es menor", "&lt; no es menor"),
    ],
)
def test_text_as_typed(wire: str, typed: str) -> None:
    assert as_typed(wire, bot="UBOT", name_of={"U7": "Ana Ruiz"}.get) == typed


@pytest.mark.parametrize(
    ("typed", "on"),
    [("¿y por supervisor?", True), ("Ahora por mes", True), ("ya pagaron", False), ("por mes", False)],
)
def test_words_that_go_on_from_others(typed: str, on: bool) -> None:
    assert goes_on(typed) is on


def event(**changes: Any) -> dict[str, Any]:
    return {"user": "U1", "channel": "C1", "ts": "1.1", "text": "hola", **changes}


@pytest.mark.parametrize(
    "heard",
    [
        event(bot_id="B1"),
        event(subtype="bot_message"),
        event(subtype="message_changed", message={"text": "hola"}),
        event(subtype="channel_join"),
        event(edited={"user": "U1", "ts": "2.2"}),
        event(hidden=True),
        event(text="  "),
        event(user=None),
    ],
)
def test_not_somebodys_new_words(heard: dict[str, Any]) -> None:
    assert not listeners.is_spoken(heard)
    assert listeners.is_spoken(event())
    assert listeners.is_spoken(event(subtype="file_share"))


@given(st.text(max_size=60) | st.from_regex(r'\{"kpi":.{0,20}', fullmatch=True))
def test_button_value_of_anybodys_making_is_refused_or_one_request(value: str) -> None:
    request = unpack(value)
    assert request is None or isinstance(request[1], dict)


def test_button_value_there_and_back() -> None:
    fields: dict[str, Any] = {
        "metric": "roll_rate",
        "dims": [],
        "filters": [],
        "limit": None,
        "period": {"start": "2026-11-01"},
    }
    value = pack({"kpi": fields})
    assert value is not None
    assert unpack(value) == ("kpi", {"metric": "roll_rate", "period": {"start": "2026-11-01"}})
    assert unpack("[" * 100_000) is None
    assert unpack('{"kpi": {}, "reassign_accounts": {}}') is None
    assert pack({"kpi": {"metric": "x" * 2_000}}) is None


def test_action_ids_are_unique_in_a_message() -> None:
    numbered = Numbered("U1")
    rows = [numbered.row([Option("a", "kpi", {}), Option("b", "kpi", {})]) for _ in range(3)]
    ids = [button["action_id"] for row in rows if row for button in row["elements"]]
    assert len(set(ids)) == len(ids) == 6
    assert len({row["block_id"] for row in rows if row}) == 3
    assert all(asker_of(row["block_id"]) == "U1" for row in rows if row)


@pytest.mark.parametrize(("url", "base"), GOOD)
def test_answers_go_to_slack(url: str, base: str) -> None:
    assert is_slacks(url, base)


@pytest.mark.parametrize(("url", "base"), EVIL)
def test_answers_go_to_nobody_else(url: str, base: str) -> None:
    try:
        assert not is_slacks(url, base)
    except ValueError:
        assert "[" in url  # no address at all


# --- who -----------------------------------------------------------------------------------------


def user(**changes: Any) -> dict[str, Any]:
    return {"id": "U1", "team_id": "T1", "locale": "en-US", "profile": {"email": "a@b.mx"}, **changes}


@pytest.mark.parametrize(
    ("given_user", "refusal"),
    [
        (user(), None),
        (user(is_restricted=True), "slack.guest"),
        (user(is_ultra_restricted=True), "slack.guest"),
        (user(is_stranger=True), "slack.guest"),
        (user(is_bot=True), "slack.guest"),
        (user(team_id="T2"), "slack.guest"),
        (user(team_id="E1", enterprise_user={"teams": ["T1"]}), None),
        (user(deleted=True), "slack.inactive"),
    ],
)
def test_guests_strangers_and_leavers_are_refused(given_user: dict[str, Any], refusal: str | None) -> None:
    profile = read_profile(given_user, "T1")
    assert profile.refusal == refusal
    assert (profile.email, profile.language) == ("a@b.mx", "en")


def refused(code: str) -> SlackApiError:
    return SlackApiError("no", {"ok": False, "error": code})  # type: ignore[no-untyped-call]


class Directory:
    """A Slack that answers users.info or fails, and a clock to set."""

    def __init__(self) -> None:
        self.asked, self.fails, self.now = 0, False, 10_000.0

    async def users_info(self, **_: Any) -> dict[str, Any]:
        self.asked += 1
        if self.fails:
            raise refused("fatal_error")
        return {"user": user()}


async def test_slack_is_asked_once_in_a_while_and_nobody_passes_unchecked() -> None:
    slack = Directory()
    profiles = Profiles(slack, "T1", clock=lambda: slack.now)  # type: ignore[arg-type]
    for _ in range(3):
        await profiles.of("U1")
    assert slack.asked == 1
    slack.now += people.FRESH + 1
    slack.fails = True
    assert (await profiles.of("U1")).refusal is None  # known an hour ago, and Slack is down
    with pytest.raises(Turned, match="unchecked"):
        await profiles.of("U2")
    slack.now += people.STALE
    with pytest.raises(Turned, match="unchecked"):
        await profiles.of("U1")


def test_rooms() -> None:
    assert read_room({"id": "C1", "name": "ventas", "is_member": True}).ours
    assert not read_room({"id": "C1", "name": "ventas", "is_member": False}).ours
    assert read_room({"id": "C1", "name": "x", "is_ext_shared": True}).shared
    assert read_room({"id": "D1", "is_im": True}).direct


# --- turns, signs, failures ----------------------------------------------------------------------


async def test_one_person_cannot_fill_the_pool() -> None:
    turns, running, most = Turns(at_once=2, waiting=3), 0, 0
    gate = asyncio.Event()

    async def question(who: str) -> None:
        nonlocal running, most
        async with turns.turn(who):
            running += 1
            most = max(most, running)
            await gate.wait()
            running -= 1

    asking = [asyncio.create_task(question("U1")) for _ in range(8)]
    await asyncio.sleep(0.01)
    other = asyncio.create_task(question("U2"))
    await asyncio.sleep(0.01)
    assert running == 3  # two of U1 and the one of U2, who does not wait behind them
    gate.set()
    results = await asyncio.gather(*asking, other, return_exceptions=True)
    assert sum(isinstance(each, Turned) for each in results) == 3
    assert turns._here == {}


async def test_work_stays_off_the_event_loop() -> None:
    pool = Pool(2)
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.005)

    ticking = asyncio.create_task(tick())
    await pool.run(time.sleep, 0.1)
    ticking.cancel()
    pool.close()
    assert ticks > 5


async def test_stop_waits_for_answers_under_way_but_not_for_ever() -> None:
    underway = Underway()
    async with underway.one():
        started = time.monotonic()
        await underway.settle(0.05)
        assert time.monotonic() - started >= 0.04
    await asyncio.wait_for(underway.settle(5), 1)


def test_failure_is_logged_without_what_was_said(caplog: pytest.LogCaptureFixture) -> None:
    secret = "Juana Pérez 5512345678"
    with caplog.at_level(logging.ERROR, logger="cartera.slack"):
        try:
            raise ValueError(secret)
        except ValueError as error:
            reference = note_failure(error, "an answer")
    assert reference in caplog.text
    assert "ValueError" in caplog.text
    assert "test_slack_edge.py" in caplog.text
    assert secret not in caplog.text


def clicked(**more: Any) -> Job:
    button = {"action_id": "ask:0", "block_id": "row1:U7", "text": {"text": "Por campaña"}}
    body = {"user": {"id": "U1"}, "channel": {"id": "C1"}, "team": {"id": "T1"}, "response_url": "https://x"}
    return listeners.clicked_job({**body, **more}, button)


def test_clicks_are_answered_where_they_were_made() -> None:
    job = clicked(message={"ts": "2.2", "thread_ts": "1.1"})
    assert (job.thread, job.entrance, job.asker, job.label) == ("1.1", "channel", "U7", "Por campaña")
    assert job.respond == ""
    alone = clicked(container={"message_ts": "3.3", "is_ephemeral": True})
    assert (alone.thread, alone.entrance, alone.respond) == ("3.3", "slash", "https://x")
