"""The HTTP door: what Slack signs gets in, once; everything else is turned away before anybody reads it."""

import asyncio
import gzip
import json
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from sqlalchemy import Engine, func, select

from bot.slack.http import MOST_BYTES
from bot.slack.verify import KEPT, PREFIX, SWEEP, WINDOW, Replays
from db.engine import open_engine, writing
from db.tables.house import inbox
from tests.slack_door import Door, Heard, opened
from tests.slack_requests import (
    BEFORE,
    GENUINE,
    NOW,
    SIGNATURE,
    STAMP,
    Request,
    form,
    posted,
)

pytest_plugins = ("tests.slack_door_fixtures",)
Pairs = list[tuple[str, str]]
MENTION = GENUINE["mention"]


@pytest.fixture
async def shared(engine: Engine, heard: Heard) -> AsyncIterator[Door]:
    async with opened(heard.app(), engine) as open_door:
        yield open_door


@pytest.mark.parametrize("name", GENUINE)
async def test_what_slack_signs_gets_in_as_it_was_sent(door: Door, heard: Heard, name: str) -> None:
    assert await door.send(GENUINE[name]) == 200
    assert len(heard.bodies) == 1


async def test_the_secret_before_is_still_taken(door: Door, heard: Heard) -> None:
    assert await door.send(MENTION, MENTION.headers(BEFORE)) == 200
    assert len(heard.bodies) == 1


async def test_a_challenge_is_answered_when_it_is_signed(door: Door) -> None:
    asked = posted({"type": "url_verification", "token": "t", "challenge": "abc"})
    assert await door.send(asked, [("Content-Type", "application/json")]) == 401
    assert "abc" not in door.said
    assert await door.send(asked) == 200
    assert json.loads(door.said) == {"challenge": "abc"}


async def test_slack_looks_at_the_certificate(door: Door, heard: Heard) -> None:
    assert await door.send(form({"ssl_check": "1", "token": "t"})) == 200
    assert await door.send(posted({"type": "app_rate_limited", "team_id": "T1"})) == 200
    assert heard.bodies == []


# --- forged ---------------------------------------------------------------------------------------


def at(seconds: int) -> Pairs:
    return MENTION.headers(stamp=str(int(time.time()) + seconds))


def swapped(name: str, change: Callable[[str], str]) -> Pairs:
    """A right request with one header changed."""
    return [(key, change(value) if key == name else value) for key, value in MENTION.headers()]


def without(name: str) -> Pairs:
    return [pair for pair in MENTION.headers() if pair[0] != name]


def twice(name: str) -> Pairs:
    return [*MENTION.headers(), *(pair for pair in MENTION.headers() if pair[0] == name)]


def stamped(stamp: str) -> Pairs:
    """Signed rightly, under a time stamp that is none."""
    return MENTION.headers(stamp=stamp)


HALF = "v0=" + "0" * 31
FORGED: dict[str, Callable[[], Pairs]] = {
    "nothing": list,
    "no signature": lambda: without(SIGNATURE),
    "no time stamp": lambda: without(STAMP),
    "empty signature": lambda: swapped(SIGNATURE, lambda _: ""),
    "empty time stamp": lambda: stamped(""),
    "two signatures": lambda: twice(SIGNATURE),
    "two time stamps": lambda: twice(STAMP),
    "a good and a bad signature": lambda: [(SIGNATURE, HALF), *MENTION.headers()],
    "signature not ASCII": lambda: swapped(SIGNATURE, lambda v: v[:-1] + "é"),
    "time stamp not ASCII": lambda: stamped("١٧٩٣٠٠٠٠٠٠"),
    "time stamp NaN": lambda: stamped("NaN"),
    "time stamp infinite": lambda: stamped("Infinity"),
    "time stamp in words": lambda: stamped("ayer"),
    "time stamp negative": lambda: stamped(f"-{int(time.time())}"),
    "time stamp with a sign": lambda: stamped(f"+{int(time.time())}"),
    "time stamp with a point": lambda: stamped(f"{time.time():.3f}"),
    "time stamp with underscores": lambda: stamped(f"{int(time.time()):_}"),
    "time stamp hexadecimal": lambda: stamped(hex(int(time.time()))),
    "time stamp of 5,000 digits": lambda: stamped("9" * 5000),
    "just too old": lambda: at(-WINDOW - 5),
    "long past": lambda: stamped("0"),
    "just too early": lambda: at(WINDOW + 5),
    "far future": lambda: stamped("999999999999"),
    "milliseconds": lambda: stamped(str(int(time.time() * 1000))),
    "unknown secret": lambda: MENTION.headers("another-secret"),
    "empty secret": lambda: MENTION.headers(""),
    "next version": lambda: swapped(SIGNATURE, lambda v: v.replace("v0=", "v1=")),
    "no version": lambda: swapped(SIGNATURE, lambda v: v.removeprefix("v0=")),
    "version in capitals": lambda: swapped(SIGNATURE, lambda v: v.replace("v0", "V0")),
    "upper case": lambda: swapped(SIGNATURE, lambda v: "v0=" + v[3:].upper()),
    "truncated": lambda: swapped(SIGNATURE, lambda v: v[:-1]),
    "prolonged": lambda: swapped(SIGNATURE, lambda v: v + "0"),
    "one digit off": lambda: swapped(SIGNATURE, lambda v: v[:-1] + ("0" if v[-1] != "0" else "1")),
    "not hexadecimal": lambda: swapped(SIGNATURE, lambda v: v[:-1] + "g"),
    "of another body": lambda: GENUINE["command"].headers(),
    "another time stamp": lambda: swapped(STAMP, lambda v: str(int(v) - 1)),
    "a list of signatures": lambda: swapped(SIGNATURE, lambda v: f"{v},{HALF}"),
}


@pytest.mark.parametrize("name", FORGED)
async def test_the_forged_is_turned_away_unread(door: Door, heard: Heard, name: str) -> None:
    assert await door.send(MENTION, FORGED[name]()) == 401
    assert (door.said, heard.bodies) == ("refused\n", [])
    assert await door.send(MENTION) == 200  # and the door still works


CHANGED: dict[str, Callable[[bytes], bytes]] = {
    "one byte": lambda raw: raw.replace(b"U11", b"U12", 1),
    "one more byte": lambda raw: raw + b" ",
    "one less": lambda raw: raw[:-1],
    "nothing left": lambda raw: b"",
    "read and written again": lambda raw: json.dumps(json.loads(raw), separators=(",", ":")).encode(),
    "in UTF-16": lambda raw: raw.decode().encode("utf-16"),
    "with a byte order mark": lambda raw: b"\xef\xbb\xbf" + raw,
    "compressed": gzip.compress,
}


@pytest.mark.parametrize("name", CHANGED)
async def test_a_signature_holds_for_its_bytes_alone(door: Door, heard: Heard, name: str) -> None:
    assert await door.send(Request(CHANGED[name](MENTION.raw)), MENTION.headers()) == 401
    assert heard.bodies == []


async def test_what_is_too_large_is_not_read(door: Door, heard: Heard) -> None:
    huge = Request(b'{"a": "' + b"x" * MOST_BYTES + b'"}')
    assert await door.send(huge) == 400

    async def in_pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(huge.raw), 65536):
            yield huge.raw[start : start + 65536]

    async with door.http.post(f"{door.url}{door.path}", data=in_pieces(), headers=huge.headers()) as answer:
        assert answer.status == 400
    assert heard.bodies == []


async def test_a_body_is_not_unpacked(door: Door, heard: Heard) -> None:
    bomb = Request(gzip.compress(b" " * 50_000_000))
    assert await door.send(bomb, [*bomb.headers(), ("Content-Encoding", "gzip")]) == 400
    assert heard.bodies == []


# --- replayed -------------------------------------------------------------------------------------


async def test_a_replay_is_refused_a_thousand_times(shared: Door, heard: Heard) -> None:
    headers = MENTION.headers()
    assert await shared.send(MENTION, headers) == 200
    assert {await shared.send(MENTION, headers) for _ in range(1000)} == {409}
    assert len(heard.bodies) == 1


async def test_of_copies_that_race_one_is_taken(shared: Door, heard: Heard) -> None:
    headers = MENTION.headers()
    answers = await asyncio.gather(*(shared.send(MENTION, headers) for _ in range(30)))
    assert sorted(answers) == [200] + [409] * 29
    assert len(heard.bodies) == 1


async def test_replicas_share_what_they_have_seen(engine: Engine, heard: Heard) -> None:
    other = open_engine(engine.url.render_as_string(hide_password=False))
    async with opened(heard.app(), engine) as one, opened(heard.app(), other) as two:
        headers = MENTION.headers()
        assert await one.send(MENTION, headers) == 200
        assert {await two.send(MENTION, headers) for _ in range(20)} == {409}
    other.dispose()
    assert len(heard.bodies) == 1


async def test_what_slack_delivers_again_is_signed_again(shared: Door, heard: Heard) -> None:
    for _ in range(2):
        retried = [
            *MENTION.headers(stamp=str(int(time.time()) - len(heard.bodies))),
            ("X-Slack-Retry-Num", "1"),
        ]
        assert await shared.send(MENTION, retried) == 200
    assert len(heard.bodies) == 2


async def test_a_guard_that_forgets_lets_the_replay_in(engine: Engine, heard: Heard) -> None:
    class Forgetful:
        def first(self, signature: str, now: datetime) -> bool:
            return True

    async with opened(heard.app(), engine, Forgetful()) as door:
        headers = MENTION.headers()
        assert [await door.send(MENTION, headers) for _ in range(3)] == [200] * 3
    assert len(heard.bodies) == 3


async def test_bolt_alone_lets_the_replay_in_and_breaks_over_rubbish(heard: Heard) -> None:
    from aiohttp.test_utils import TestServer

    server = TestServer(heard.app(signing_secret=NOW).web_app())
    await server.start_server()
    async with aiohttp.ClientSession() as http:
        door = Door(str(server.make_url("")).rstrip("/"), http)
        headers = MENTION.headers()
        assert [await door.send(MENTION, headers) for _ in range(2)] == [200, 200]
        assert await door.send(Request(b"[1]"), [("Content-Type", "application/json")]) == 500
    await server.close()
    assert len(heard.bodies) == 2


def test_signatures_are_forgotten_once_they_are_stale(engine: Engine) -> None:
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    seen = Replays(engine)
    with writing(engine) as connection:
        connection.execute(inbox.insert().values(key="message:C1:1.2", taken_at=now))
    assert seen.first("v0=a", now)
    assert not seen.first("v0=a", now + KEPT)  # as long as its time stamp may pass
    assert seen.first("v0=b", now + KEPT + SWEEP)
    with engine.connect() as connection:
        kept = connection.execute(select(func.count()).where(inbox.c.key.startswith(PREFIX))).scalar_one()
        others = connection.execute(select(func.count()).where(~inbox.c.key.startswith(PREFIX))).scalar_one()
    assert (kept, others) == (1, 1)


def test_a_stale_stamp_cannot_outlive_its_signature() -> None:
    assert timedelta(seconds=2 * WINDOW) <= KEPT
