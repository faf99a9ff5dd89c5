"""Workspaces install the app by OAuth: through Slack's consent page, once, from the browser that set out."""

import asyncio
import html
import json
import os
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import Engine, delete, func, select

from bot.slack.installs import MOST_STATES, STATE_LIFE, Installs
from bot.slack.oauth import COOKIE, INSTALL, consent_page
from db.engine import reading, writing
from db.tables.house import installations, oauth_states
from tests.slack_installing import SECRET, Browser, Office, browsing, office, said
from tests.slack_requests import event, posted

ROUNDS = 300 if os.environ.get("CARTERA_TORTURE") else 25
RACERS = 4


@pytest.fixture
async def at(engine: Engine) -> AsyncIterator[Office]:
    async with office(engine) as built:
        yield built


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with browsing() as opened:
        yield opened


async def works(at: Office, token: str) -> bool:
    """Whether Slack takes the token."""
    try:
        await AsyncWebClient(token, base_url=at.server.api_url).auth_test()
    except SlackApiError:
        return False
    return True


async def calls(at: Office, method: str) -> list[dict[str, Any]]:
    async with at.door.http.get(f"{at.server.url}/control/log") as answer:
        entries = (await answer.json())["entries"]
    return [each for each in entries if each["name"] == method]


# --- there and back -------------------------------------------------------------------------------


async def test_the_app_is_installed(at: Office, browser: Browser) -> None:
    await browser.get(await browser.consent(at.door))
    assert (browser.status, at.installs.teams()) == (200, ["T1"])
    assert html.escape(said("installed", team="Agencia <Norte>")) in browser.text
    found = at.installs.find("T1")
    assert found is not None
    assert await works(at, found.token)
    assert (found.name, found.bot_user, found.installed_by) == ("Agencia <Norte>", "UCARTERA", "U11")


async def test_slack_is_asked_for_what_the_manifest_says(at: Office, browser: Browser) -> None:
    asked = await browser.set_out(at.door)
    manifest = json.loads((Path(__file__).parent.parent / "manifest.json").read_text(encoding="utf-8"))
    assert asked["scope"].split(",") == manifest["oauth_config"]["scopes"]["bot"]
    assert asked["redirect_uri"].startswith(at.door.url)
    assert len(asked["state"]) >= 43


async def test_the_cookie_is_for_this_alone(at: Office, browser: Browser) -> None:
    await browser.get(at.door.url + INSTALL)
    parts = [part.strip() for part in browser.headers["Set-Cookie"].split(";")]
    assert parts[0].startswith(f"{COOKIE}=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/slack", "Max-Age=600"} <= set(parts)
    assert "Secure" not in parts  # on loopback; with https it is


async def test_a_page_is_stored_framed_and_told_of_nowhere(at: Office, browser: Browser) -> None:
    await browser.back(at.door)
    assert browser.headers["Cache-Control"] == "no-store"
    assert browser.headers["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in browser.headers["Content-Security-Policy"]


async def test_who_says_no_leaves_nothing(at: Office, browser: Browser) -> None:
    await browser.get(await browser.consent(at.door, answer="cancel"))
    assert (browser.status, at.installs.teams()) == (200, [])
    assert said("cancelled") in browser.text
    assert await calls(at, "oauth.v2.access") == []


async def test_a_foreign_workspace_gets_its_token_back(at: Office, browser: Browser) -> None:
    await browser.get(await browser.consent(at.door, team="T9"))
    assert (browser.status, at.installs.teams()) == (403, [])
    assert said("team") in browser.text
    assert len(await calls(at, "auth.revoke")) == 1
    assert at.server.app.workspace("T9").team.bot.token == ""


async def test_slack_refuses_the_code(at: Office, browser: Browser) -> None:
    for code, status in (("invented", 502), ("", 400), ("a b", 400), ("x" * 301, 400)):
        asked = await browser.set_out(at.door)
        assert await browser.back(at.door, state=asked["state"], code=code) == status
        assert said("refused") in browser.text
    assert at.installs.teams() == []


async def test_slack_says_something_else(at: Office, browser: Browser) -> None:
    asked = await browser.set_out(at.door)
    assert await browser.back(at.door, state=asked["state"], error="invalid_scope") == 502
    assert said("refused") in browser.text


async def test_nothing_secret_is_logged_or_shown(
    at: Office, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    way = await browser.consent(at.door)
    await browser.get(way)
    found = at.installs.find("T1")
    assert found is not None
    told = caplog.text + browser.text + repr(found)
    secrets = [SECRET, found.token, *(part.split("=")[1] for part in way.partition("?")[2].split("&"))]
    assert [secret for secret in secrets if secret in told] == []


# --- the state ------------------------------------------------------------------------------------


async def test_a_state_is_good_once(at: Office, browser: Browser) -> None:
    way = await browser.consent(at.door)
    await browser.get(way)
    assert browser.status == 200
    await browser.get(way)
    assert (browser.status, said("state") in browser.text) == (400, True)
    assert len(await calls(at, "oauth.v2.access")) == 1


@pytest.mark.parametrize("state", [None, "", "inventado", "é" * 10, "x" * 5000])
async def test_a_state_that_is_none(at: Office, browser: Browser, state: str | None) -> None:
    await browser.set_out(at.door)
    given = {} if state is None else {"state": state}
    assert await browser.back(at.door, code="abc", **given) == 400
    assert await calls(at, "oauth.v2.access") == []


async def test_a_state_of_another_browser(at: Office, browser: Browser) -> None:
    way = await browser.consent(at.door)
    async with browsing() as other:
        await other.get(way)
        assert other.status == 400  # without a cookie
        await other.set_out(at.door)
        await other.get(way)
        assert other.status == 400  # with its own
    assert at.installs.teams() == []
    await browser.get(way)
    assert at.installs.teams() == ["T1"]  # and it was not spoilt for whom it was made


async def test_a_state_is_good_for_ten_minutes(at: Office, browser: Browser) -> None:
    way = await browser.consent(at.door)
    at.later = STATE_LIFE
    await browser.get(way)
    assert (browser.status, at.installs.teams()) == (400, [])


async def test_of_callbacks_that_race_one_gets_through(engine: Engine) -> None:
    async with office(engine, replicas=2) as at, browsing() as browser:
        doors = [replica.door for replica in at.replicas]
        for _ in range(ROUNDS):
            asked = await browser.set_out(at.door)
            told = {"state": asked["state"], "error": "access_denied"}
            cookies = browser.http.cookie_jar

            async def race(n: int, told: Any = told, cookies: Any = cookies) -> int:
                async with browsing() as racer:
                    racer.http.cookie_jar.update_cookies(
                        {each.key: each.value for each in cookies if each.key == COOKIE}
                    )
                    return await racer.back(doors[n % 2], **told)

            answers = await asyncio.gather(*(race(n) for n in range(RACERS)))
            assert sorted(answers) == [200, 400, 400, 400]


def test_a_state_that_is_looked_at_and_then_removed_is_good_four_times(engine: Engine) -> None:
    class Polite(Installs):
        def use_state(self, state: str, cookie: str, now: Any) -> bool:
            with reading(self.engine) as connection:
                found = connection.execute(select(oauth_states)).first() is not None
            line.wait()
            with writing(self.engine) as connection:
                connection.execute(delete(oauth_states))
            return found

    def accepted(kind: type[Installs]) -> int:
        installs = kind(engine, None)  # type: ignore[arg-type]  # seals nothing here
        state, cookie = installs.make_state(now)
        with ThreadPoolExecutor(RACERS) as racers:
            each = [racers.submit(installs.use_state, state, cookie, now) for _ in range(RACERS)]
            return sum(one.result() for one in each)

    now, line = Office.now(Office(None, [])), threading.Barrier(RACERS)  # type: ignore[arg-type]
    assert (accepted(Polite), accepted(Installs)) == (RACERS, 1)


async def test_nobody_fills_the_house_with_states(at: Office, browser: Browser) -> None:
    rows = [
        {"digest": f"{n:064}", "browser": "x", "expires_at": at.now() + STATE_LIFE}
        for n in range(MOST_STATES)
    ]
    with writing(at.installs.engine) as connection:
        connection.execute(oauth_states.insert(), rows)
    assert await browser.get(at.door.url + INSTALL) == ""
    assert (browser.status, said("busy") in browser.text) == (503, True)
    at.later = STATE_LIFE + timedelta(seconds=1)
    assert await browser.get(at.door.url + INSTALL) != ""
    with reading(at.installs.engine) as connection:
        assert connection.execute(select(func.count()).select_from(oauth_states)).scalar_one() == 1


async def test_the_database_breaks(at: Office, browser: Browser) -> None:
    way = await browser.consent(at.door)
    installations.drop(at.installs.engine)
    await browser.get(way)
    assert browser.status == 500
    assert said("broken", reference="")[:30] in browser.text
    installations.create(at.installs.engine)


# --- and gone -------------------------------------------------------------------------------------


async def test_a_workspace_that_took_the_app_out_gets_nothing(at: Office, browser: Browser) -> None:
    (replica,) = at.replicas
    assert await at.door.send(posted(event())) == 200
    assert replica.heard == []  # nobody has installed it yet
    await browser.get(await browser.consent(at.door))
    await at.door.send(posted(event(ts="1793000008.000100")))
    await until(lambda: len(replica.heard) == 1)

    switched = await at.door.http.post(
        f"{at.server.url}/control/app", json={"request_url": f"{at.door.url}{at.door.path}"}
    )
    assert (await switched.json())["verified"]
    at.server.app.uninstall(at.server.app.workspace("T1"))
    await until(lambda: at.installs.teams() == [])
    assert await at.door.send(posted(event(ts="1793000009.000100"))) == 200
    assert (len(replica.heard), at.installs.find("T1")) == (1, None)

    await browser.get(await browser.consent(at.door))
    await at.door.send(posted(event(ts="1793000010.000100")))
    await until(lambda: len(replica.heard) == 2)


async def until(happened: Any) -> None:
    async with asyncio.timeout(10):
        while not happened():
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("api_url", "page"),
    [
        (None, "https://slack.com/oauth/v2/authorize"),
        ("https://slack.com/api/", "https://slack.com/oauth/v2/authorize"),
        ("https://evil.example/api/", "https://slack.com/oauth/v2/authorize"),
        ("http://127.0.0.1:8777/api", "http://127.0.0.1:8777/oauth/v2/authorize"),
    ],
)
def test_where_people_consent(api_url: str | None, page: str) -> None:
    assert consent_page(api_url) == page
