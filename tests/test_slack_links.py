"""Documents as links: opened once, in time, by whom they are for; over real sockets, as browsers do."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import aiohttp
import pytest
from sqlalchemy import Engine, select, update

from bot.settings import Settings
from bot.slack import links
from db.engine import reading, writing
from db.tables import house
from db.tables.reference import people
from tests.hostile_cells import opened
from tests.slack_lists import Floor, all_of, floor
from tests.slack_world import GLORIA
from tests.small import NOW

pytest_plugins = ("tests.slack_fixtures",)
SENTENCE = "El enlace caducó, ya se abrió o no es para ti."


@pytest.fixture
async def slack(company: Engine) -> AsyncIterator[Floor]:
    async with floor(company) as built:
        yield built


async def opening(
    url: str, jar: aiohttp.CookieJar | None = None, method: str = "POST"
) -> tuple[int, bytes, Any]:
    """As a browser of its own, or one that comes back."""
    async with aiohttp.ClientSession(cookie_jar=jar) as browser, browser.request(method, url) as answer:
        return answer.status, await answer.read(), answer.headers


async def test_what_shows_accounts_is_fetched_by_a_link(slack: Floor) -> None:
    url = await slack.linked(GLORIA)
    status, page, headers = await opening(url, method="GET")
    assert (status, headers["Cache-Control"], headers["Referrer-Policy"]) == (200, "no-store", "no-referrer")
    assert b"Descargar" in page
    status, content, headers = await opening(url)
    assert status == 200
    assert headers["Content-Disposition"] == 'attachment; filename="roll-rate_2026-11-16_2026-11-22.xlsx"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert opened(content)["Cumplidas"].max_row == 4
    assert await slack.calls("files.getUploadURLExternal") == []
    assert slack.audited()[-1] == (GLORIA, "button", GLORIA, "answer")


async def test_the_database_does_not_hold_the_link(slack: Floor) -> None:
    token = (await slack.linked(GLORIA)).rpartition("/")[2]
    left = select(house.outbox.c.id).where(house.outbox.c.body.is_not(None))
    async with asyncio.timeout(10):
        while await asyncio.to_thread(lambda: all_of(slack, left)):
            await asyncio.sleep(0.05)
    rows = [
        str(row)
        for table in (house.links, house.outbox, house.inbox, house.audit)
        for row in all_of(slack, select(table))
    ]
    assert rows
    assert not any(token in row for row in rows)


async def test_a_link_opens_once(slack: Floor) -> None:
    url = await slack.linked(GLORIA)
    found = await asyncio.gather(*(opening(url) for _ in range(6)))
    assert sorted(status for status, *_ in found) == [200, 410, 410, 410, 410, 410]
    status, page, _ = await opening(url, method="GET")
    assert (status, SENTENCE.encode() in page) == (410, True)


async def test_the_same_browser_may_try_again_for_two_minutes(slack: Floor) -> None:
    url, jar = await slack.linked(GLORIA), aiohttp.CookieJar(unsafe=True, treat_as_secure_origin=[])
    assert (await opening(url, jar))[0] == 200
    for cookie in jar:
        cookie["secure"] = ""  # this test has no https
    assert (await opening(url, jar))[0] == 200
    slack.clock.now = NOW + timedelta(minutes=2)
    assert (await opening(url, jar))[0] == 410


async def test_robots_do_not_use_a_link_up(slack: Floor) -> None:
    url = await slack.linked(GLORIA)
    for method in ("HEAD", "GET", "HEAD", "GET"):
        assert (await opening(url, method=method))[0] == 200
    assert (await opening(url))[0] == 200


async def test_a_link_ends_with_its_time(slack: Floor) -> None:
    url = await slack.linked(GLORIA)
    slack.clock.now = NOW + timedelta(minutes=15)
    for method in ("GET", "POST"):
        status, page, _ = await opening(url, method=method)
        assert (status, SENTENCE.encode() in page) == (410, True)


async def test_who_has_left_opens_nothing(slack: Floor) -> None:
    url = await slack.linked(GLORIA)
    gone = (
        update(people)
        .where(people.c.slack_user_id == GLORIA)
        .values(active_to=NOW.date() - timedelta(days=1))
    )
    with writing(slack.engine) as connection:
        connection.execute(gone)
    status, page, _ = await opening(url)
    assert (status, SENTENCE.encode() in page) == (403, True)


async def test_an_unknown_link_says_the_same(slack: Floor) -> None:
    _, closed, _ = await opening(f"{slack.edge.address}/d/{'x' * 43}")
    for method, path, status in (
        ("GET", "/d/nada", 404),
        ("POST", "/d/nada", 404),
        ("POST", "/d/%F0%9F", 404),
    ):
        got, page, _ = await opening(f"{slack.edge.address}{path}", method=method)
        assert (got, page) == (status, closed)


@pytest.mark.parametrize("address", [None, "http://cartera.example"])
async def test_without_an_address_to_trust_it_goes_to_her_alone_and_soon_leaves(
    company: Engine, address: str | None
) -> None:
    async with floor(company, public_url=address) as slack:
        message = await slack.offered(GLORIA, rows=3, sensitive=True)
        await slack.click(GLORIA, message, "excel")
        (word,) = await slack.said(message, 1, GLORIA)
        assert word["files"]
        kept = select(house.outbox.c.delete_at, house.outbox.c.made_at).where(house.outbox.c.kind == "file")
        ((until, made),) = all_of(slack, kept)
        assert until - made <= timedelta(hours=Settings().keep.account_messages_hours)


# --- With a guard off, the bad thing shows -------------------------------------------------------


async def test_without_the_one_opening_a_link_goes_around(
    company: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(links, "routes", partial(links.routes, first=lambda *_: True))
    async with floor(company) as slack:
        url = await slack.linked(GLORIA)
        assert [(await opening(url))[0] for _ in range(3)] == [200, 200, 200]


async def test_without_the_clock_a_link_opens_for_ever(
    company: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(links, "routes", partial(links.routes, fresh=lambda *_: True))
    async with floor(company) as slack:
        url = await slack.linked(GLORIA)
        slack.clock.now = NOW + timedelta(days=30)
        assert (await opening(url))[0] == 200


# --- The rows, on both databases -----------------------------------------------------------------


def test_a_link_is_one_row_opened_once(engine: Engine) -> None:
    with writing(engine) as connection:
        token = links.make_link(connection, "T1", GLORIA, {"kpi": {"metric": "calls"}}, NOW, 15)
    digest = links.digest_of(token)
    with reading(engine) as connection:
        found = links.find_link(connection, digest)
        assert links.find_link(connection, token) is None
    assert found == links.Link("T1", GLORIA, "kpi", {"metric": "calls"}, NOW + timedelta(minutes=15), None)

    def opened_first(_n: int) -> bool:
        with writing(engine) as connection:
            return links.open_once(connection, digest, NOW)

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(opened_first, range(8))) == [False] * 7 + [True]


def test_links_are_forgotten_a_day_after_their_end(engine: Engine) -> None:
    for at in (NOW, NOW + timedelta(hours=24), NOW + timedelta(hours=25)):
        with writing(engine) as connection:
            links.make_link(connection, "T1", GLORIA, {"kpi": {}}, at, 15)
    with reading(engine) as connection:
        assert len(connection.execute(select(house.links.c.digest)).all()) == 2
