"""What is signed and still goes no further: bodies that are none of Slack's, and what breaks on the way."""

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Engine

from bot.slack.bodies import DEEPEST
from bot.slack.http import wall_clock
from bot.slack.verify import Refusals, Refused, Verifier
from db.engine import open_engine
from tests.slack_door import Door, Heard, opened
from tests.slack_requests import (
    AS_FORM,
    GENUINE,
    NOW,
    SUBMISSION,
    Request,
    command,
    event,
    form,
    interaction,
    posted,
)

pytest_plugins = ("tests.slack_door_fixtures",)
MENTION = GENUINE["mention"]


def nested(depth: int) -> Any:
    return [] if depth == 0 else [nested(depth - 1)]


MISSHAPEN: dict[str, Request] = {
    "not JSON": Request(b"hola"),
    "half of it": Request(MENTION.raw[: len(MENTION.raw) // 2]),
    "an array": Request(b"[1, 2]"),
    "a number": Request(b"1"),
    "20,000 brackets": Request(b"[" * 20_000),
    "too deep": posted(event(more=nested(DEEPEST))),
    "NaN": Request(MENTION.raw.replace(b"1793000000,", b"NaN,", 1)),
    "a number of 5,000 digits": Request(MENTION.raw.replace(b"1793000000,", b"9" * 5000 + b",", 1)),
    "not UTF-8": Request(MENTION.raw.replace(b"ayuda", b"\xff\xfe")),
    "half a character": Request(MENTION.raw.replace(b"ayuda", b"\\ud800")),
    "NUL": Request(MENTION.raw.replace(b"ayuda", b"\\u0000")),
    "no type": posted({"event": {"type": "app_mention"}}),
    "of no known type": posted({**event(), "type": "hello"}),
    "no event": posted({**event(), "event": None}),
    "an event of text": posted({**event(), "event": "app_mention"}),
    "a message nowhere": posted(event(channel=None)),
    "a team that is a number": posted({**event(), "team_id": 1}),
    "a team that is a sentence": posted({**event(), "team_id": "T1' or '1'='1"}),
    "authorizations of text": posted({**event(), "authorizations": "abc"}),
    "an event as a form": Request(MENTION.raw, AS_FORM),
    "a click as JSON": posted({"type": "block_actions", "user": {"id": "U1"}}),
    "of another content type": Request(MENTION.raw, "text/plain"),
    "of no content type": Request(MENTION.raw, ""),
    "a command as JSON": posted({**event(), "command": "/cartera"}),
    "a command without its user": form({k: v for k, v in command().items() if k != "user_id"}),
    "two payloads": Request(b"payload=%7B%7D&payload=%7B%7D", AS_FORM),
    "a payload of text": form({"payload": "hola"}),
    "10,000 fields": form({f"f{i}": i for i in range(10_000)}),
    "a form of no type": interaction({**SUBMISSION, "view": {"id": "V1", "callback_id": "x"}}),
    "an event in the year 9999999": posted({**event(), "event_time": 2**60}),
    "an answer to somebody else": form(command(response_url="https://evil.example/hooks.slack.com")),
    "an answer to nowhere": form(command(response_url="http://[")),
    "an answer to ourselves": form(command(response_url="http://127.0.0.1:1/x")),
    "nothing": Request(b""),
}


@pytest.mark.parametrize("name", MISSHAPEN)
async def test_the_misshapen_goes_no_further(door: Door, heard: Heard, name: str) -> None:
    assert await door.send(MISSHAPEN[name]) == 400
    assert (door.said, heard.bodies) == ("refused\n", [])
    unsigned = [("Content-Type", MISSHAPEN[name].kind)]
    assert await door.send(MISSHAPEN[name], unsigned) == 401


async def test_bolt_never_reads_headers_that_nobody_signed(door: Door, heard: Heard) -> None:
    assert await door.send(MENTION, [*MENTION.headers(), ("X-Slack-Bolt-Lazy-Only", "1")]) == 200
    assert len(heard.bodies) == 1


async def test_a_listener_that_breaks_is_a_plain_500(engine: Engine, heard: Heard) -> None:
    app = heard.app()

    @app.middleware
    async def break_down() -> None:
        raise RuntimeError("un secreto")

    async with opened(app, engine) as door:
        assert await door.send(MENTION) == 500
        assert "secreto" not in door.said


async def test_without_a_database_nothing_gets_in(tmp_path: Path, heard: Heard) -> None:
    without_tables = open_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    async with opened(heard.app(), without_tables) as door:
        assert await door.send(MENTION, MENTION.headers("another-secret")) == 401
        assert await door.send(MENTION) == 500
    without_tables.dispose()
    assert heard.bodies == []


async def test_a_body_broken_off_is_no_failure(door: Door, heard: Heard) -> None:
    where = urlsplit(door.url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    headers = "".join(f"{name}: {value}\r\n" for name, value in MENTION.headers())
    writer.write(f"POST {door.path} HTTP/1.1\r\nHost: x\r\n{headers}Content-Length: 900\r\n\r\n{{".encode())
    await writer.drain()
    writer.close()
    assert await reader.read() == b""
    assert await door.send(MENTION) == 200
    assert len(heard.bodies) == 1


async def test_other_doors(door: Door) -> None:
    async with door.http.get(f"{door.url}/healthz") as answer:
        assert (answer.status, await answer.text()) == (200, "ok")
    async with door.http.get(f"{door.url}{door.path}") as answer:
        assert answer.status == 405
    async with door.http.post(f"{door.url}/other") as answer:
        assert answer.status == 404


async def test_pages_alone_have_no_door_for_events(engine: Engine) -> None:
    async with opened(None, engine) as door:
        assert await door.send(MENTION) == 404


@pytest.mark.parametrize("secrets", [(), ("",), (NOW, "")])
def test_an_empty_secret_is_refused_at_the_start(secrets: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="empty"):
        Verifier(secrets, wall_clock)


def test_the_log_does_not_grow_with_rubbish(caplog: pytest.LogCaptureFixture) -> None:
    refusals = Refusals()
    for _ in range(1234):
        refusals.note(Refused(401, "forged"))
    assert refusals.counts == {"forged": 1234}
    assert [record.args for record in caplog.records] == [(401, "forged", n) for n in (1, 10, 100, 1000)]
