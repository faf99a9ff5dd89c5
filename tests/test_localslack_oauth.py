"""One app in several workspaces: the token says which, the consent page lets it in, revoking takes it out."""

import copy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.errors import SlackApiError
from slack_sdk.oauth.installation_store import FileInstallationStore
from slack_sdk.oauth.state_store import FileOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from localslack.app import App
from localslack.consent import ConsentPage
from localslack.team import TeamError, read_team
from tests.localslack_http import listening
from tests.localslack_room import JSON, TEAM, Room, room
from tests.test_localslack_interactions import BUTTON

BACK = "http://127.0.0.1:3000/slack/oauth_redirect"
NORTH, SOUTH = "T2", "T3"
TEAMS: JSON = copy.deepcopy(TEAM)
TEAMS["bot"] |= {"client_id": "1.2", "client_secret": "sh"}
TEAMS["also"] = [
    {
        "team": {"id": NORTH, "name": "Norte"},
        "bot": {"user_id": "UBOT2", "token": "xoxb-norte"},
        "users": [{"id": "U21", "name": "carla"}, {"id": "U1", "name": "anabel"}],
        "channels": [{"id": "C1", "name": "general", "members": ["U21", "UBOT2"]}],
    },
    {
        "team": {"id": SOUTH, "name": "Sur <b>"},
        "bot": {"user_id": "UBOT3"},
        "users": [{"id": "U30", "name": "guest", "is_restricted": True}, {"id": "U31", "name": "dora"}],
        "channels": [{"id": "C31", "name": "general", "members": ["U31", "UBOT3"]}],
    },
]
# The SDK signs in with a class that aiohttp means to drop.
SDK_BASIC_AUTH = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")
ASKED = {"client_id": "1.2", "scope": "chat:write,commands", "state": "s&1", "redirect_uri": BACK}


async def said_yes(place: Room, team: str = SOUTH, **changed: Any) -> dict[str, str]:
    """What comes back to the app when a person answers the page."""
    form = {**ASKED, "team": team, "answer": "allow", **changed}
    url = f"{place.server.url}/oauth/v2/authorize"
    async with place.http.post(url, data=form, allow_redirects=False) as response:
        assert response.status == 302, await response.text()
        back = urlsplit(response.headers["Location"])
        assert f"{back.scheme}://{back.netloc}{back.path}" == form["redirect_uri"]
        return {name: values[0] for name, values in parse_qs(back.query).items()}


async def exchange(place: Room, code: str, **changed: str) -> JSON:
    given = {"client_id": "1.2", "client_secret": "sh", "code": code, "redirect_uri": BACK, **changed}
    return await place.api("oauth.v2.access", token="", **given)


async def installed(place: Room, team: str = SOUTH) -> str:
    return str((await exchange(place, (await said_yes(place, team))["code"]))["access_token"])


# --- whose call it is ---
async def test_the_token_says_which_workspace_is_meant() -> None:
    async with room(TEAMS) as place:
        here, there = await place.api("auth.test"), await place.api("auth.test", token="xoxb-norte")
        assert (here["team_id"], here["user_id"]) == ("T1", "UBOT")
        assert (there["team_id"], there["user_id"], there["team"]) == (NORTH, "UBOT2", "Norte")
        await place.api("chat.postMessage", token="xoxb-norte", channel="C1", text="del norte")
        assert await place.texts("general", "ana") == []
        rows = await place.see("messages", team=NORTH, channel="general", viewer="carla")
        assert [row["text"] for row in rows["messages"]] == ["del norte"]
        names = [row["name"] for row in (await place.api("users.list", token="xoxb-norte"))["members"]]
        assert names == ["carla", "anabel", "cartera", "slackbot"]


async def test_people_of_each_workspace_reach_the_one_app() -> None:
    async with room(TEAMS) as place, listening() as app:
        await place.do("app", request_url=app.url)
        await place.do("say", user="ana", channel="general", text="uno")
        await place.do("say", team=NORTH, user="carla", channel="general", text="dos")
        command = {"user": "carla", "channel": "general", "command": "/cartera"}
        assert (await place.do("slash", team=NORTH, **command))["acked"]
        first, second, third = await app.got(3)
        assert (first.json()["team_id"], second.json()["team_id"]) == ("T1", NORTH)
        assert second.json()["authorizations"][0]["user_id"] == "UBOT2"
        assert first.json()["api_app_id"] == second.json()["api_app_id"] == "ABOT"
        assert third.form()["team_id"] == NORTH
        answer_at = third.form()["response_url"]
        async with place.http.post(answer_at, json={"text": "tres"}) as response:
            assert response.status == 200
        rows = (await place.see("messages", team=NORTH, viewer="carla"))["messages"]
        assert [row["text"] for row in rows] == ["dos", "tres"]


async def test_a_workspace_that_does_not_exist_is_not_found() -> None:
    async with room(TEAMS) as place:
        assert (await place.see("state", team="T9"))["error"] == "team_not_found"
        assert (await place.try_("say", team="T9", user="ana", channel="general", text="x"))[0] == 404
        async with place.http.post(f"{place.server.url}/actions/T9/x", json={"text": "x"}) as response:
            assert (response.status, (await response.json())["error"]) == (404, "invalid_url")


async def test_a_page_hears_only_of_its_own_workspace() -> None:
    async with room(TEAMS) as place:
        url = f"{place.server.url}/control/stream"
        async with place.http.get(url, params={"viewer": "carla", "team": NORTH}) as stream:
            await stream.content.readuntil(b"\n\n")
            await place.do("say", user="ana", channel="general", text="del centro")
            await place.do("say", team=NORTH, user="anabel", channel="@carla", text="del norte")
            heard = b"".join([await stream.content.readuntil(b"\n\n") for _ in range(2)])
            assert b"del norte" in heard
            assert b"del centro" not in heard


def test_what_is_wrong_with_another_workspace_is_named() -> None:
    team = copy.deepcopy(TEAMS)
    team["also"][0]["team"]["id"] = "T1"
    with pytest.raises(TeamError, match="same id"):
        read_team(team)
    team["also"] = [{"team": {"id": "T5"}, "bot": {}}]
    with pytest.raises(TeamError, match=r"team\.name is missing; bot\.user_id is missing"):
        read_team(team)


# --- coming in ---
async def test_a_workspace_without_the_app_delivers_nothing_until_it_is_let_in() -> None:
    async with room(TEAMS) as place, listening() as app:
        await place.do("app", request_url=app.url)
        here = {"team": SOUTH, "user": "dora", "channel": "general"}
        await place.do("say", **here, text="nadie me oye")
        failed = await place.do("slash", **here, command="/cartera")
        assert (failed["acked"], failed["error"]) == (False, "dispatch_failed")
        assert app.seen == []
        token = await installed(place)
        assert token.startswith("xoxb-")
        await place.do("say", **here, text="ahora sí")
        [heard] = await app.got(1)
        assert (heard.json()["team_id"], heard.json()["event"]["text"]) == (SOUTH, "ahora sí")
        assert (await place.api("auth.test", token=token))["team_id"] == SOUTH
        assert await installed(place) == token


@SDK_BASIC_AUTH
async def test_the_sdk_exchanges_a_code_with_basic_auth() -> None:
    async with room(TEAMS) as place:
        client = AsyncWebClient(base_url=place.server.api_url)
        given = {"client_id": "1.2", "client_secret": "sh", "redirect_uri": BACK}
        code = (await said_yes(place))["code"]
        answer = await client.oauth_v2_access(code=code, **given)
        assert (answer["team"], answer["bot_user_id"], answer["token_type"]) == (
            {"id": SOUTH, "name": "Sur <b>"},
            "UBOT3",
            "bot",
        )
        assert (answer["scope"], answer["authed_user"]) == ("chat:write,commands", {"id": "U31"})
        with pytest.raises(SlackApiError, match="code_already_used"):
            await client.oauth_v2_access(code=code, **given)
        log = str(await place.see("log"))
        assert answer["access_token"] not in log
        assert "'client_secret'" not in log


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"client_id": "9.9"}, "invalid_client_id"),
        ({"client_id": ""}, "invalid_client_id"),
        ({"client_secret": "mal"}, "bad_client_secret"),
        ({"client_secret": ""}, "bad_client_secret"),
        ({"code": "inventado"}, "invalid_code"),
        ({"redirect_uri": BACK + "/otra"}, "bad_redirect_uri"),
        ({"redirect_uri": ""}, "bad_redirect_uri"),
        ({"grant_type": "refresh_token"}, "invalid_grant_type"),
    ],
)
async def test_a_code_is_for_the_app_alone_and_for_where_it_was_sent(
    changed: dict[str, str], error: str
) -> None:
    async with room(TEAMS) as place:
        code = (await said_yes(place))["code"]
        assert (await exchange(place, **{"code": code, **changed}))["error"] == error
        assert (await exchange(place, code))["ok"]


async def test_a_code_lives_ten_minutes() -> None:
    async with room(TEAMS) as place:
        young, old = (await said_yes(place))["code"], (await said_yes(place))["code"]
        await place.do("clock", advance=590)
        assert (await exchange(place, young))["ok"]
        await place.do("clock", advance=20)
        assert (await exchange(place, old))["error"] == "invalid_code"


async def test_broken_basic_auth_is_refused() -> None:
    async with room(TEAMS) as place:
        headers = {"Authorization": "Basic ñ".encode().decode("latin-1")}
        async with place.http.post(place.server.api_url + "oauth.v2.access", headers=headers) as response:
            assert (await response.json())["error"] == "invalid_auth"


# --- the page ---
async def page(place: Room, **changed: str) -> tuple[int, str, dict[str, str]]:
    url = f"{place.server.url}/oauth/v2/authorize"
    async with place.http.get(url, params={**ASKED, **changed}) as response:
        return response.status, await response.text(), dict(response.headers)


async def test_the_page_says_who_asks_for_what_and_where() -> None:
    async with room(TEAMS) as place:
        status, text, headers = await page(place, state='"><script>alert(1)</script>')
        assert status == 200
        for part in ("Permitir", "Cancelar", "chat:write", "Agencia", "Norte", "Sur &lt;b&gt;"):
            assert part in text
        assert "<script" not in text
        policy = headers["Content-Security-Policy"]
        assert "form-action 'self' http://127.0.0.1:3000" in policy
        assert "default-src 'none'" in policy
        one = (await page(place, team=NORTH))[1]
        assert ("Norte" in one, "Agencia" in one) == (True, False)


async def test_no_is_an_answer_and_the_state_comes_back() -> None:
    async with room(TEAMS) as place:
        assert await said_yes(place, answer="deny") == {"error": "access_denied", "state": "s&1"}
        back = await said_yes(place, redirect_uri=BACK + "x")
        assert (set(back), back["state"]) == ({"code", "state"}, "s&1")


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"client_id": "9.9"}, "invalid_client_id"),
        ({"scope": ""}, "no_scopes"),
        ({"redirect_uri": "https://example.com/"}, "bad_redirect_uri"),
        ({"redirect_uri": "http://127.0.0.1@example.com/"}, "bad_redirect_uri"),
        ({"redirect_uri": "javascript:alert(1)"}, "bad_redirect_uri"),
        ({"team": "T9"}, "team_not_found"),
    ],
)
async def test_nobody_is_sent_where_the_app_is_not(changed: dict[str, str], error: str) -> None:
    async with room(TEAMS) as place:
        status, text, _headers = await page(place, **changed)
        assert (status >= 400, error in text) == (True, True)
        url = f"{place.server.url}/oauth/v2/authorize"
        form = {**ASKED, "answer": "allow", **changed}
        async with place.http.post(url, data=form, allow_redirects=False) as response:
            assert (response.status >= 400, error in await response.text()) == (True, True)


async def test_unguarded_the_code_would_be_sent_off_the_machine() -> None:
    app = App(read_team(TEAMS))
    site = web.Application()
    site.router.add_post("/", ConsentPage(app, allowed=lambda _url: True).answer)
    form = {**ASKED, "redirect_uri": "https://example.com/", "answer": "allow"}
    async with (
        TestClient(TestServer(site)) as client,
        client.post("/", data=form, allow_redirects=False) as response,
    ):
        assert response.headers["Location"].startswith("https://example.com/?code=")
    await app.close()


async def test_another_sites_page_cannot_say_yes_for_somebody() -> None:
    async with room(TEAMS) as place:
        form = {**ASKED, "team": SOUTH, "answer": "allow"}
        headers = {"Origin": "http://evil.example"}
        url = f"{place.server.url}/oauth/v2/authorize"
        async with place.http.post(url, data=form, headers=headers, allow_redirects=False) as response:
            assert response.status == 403


async def test_an_app_without_client_id_has_no_page() -> None:
    async with room() as place:
        assert (await page(place, client_id=""))[0] == 400


# --- going out ---
async def test_a_revoked_token_is_good_for_nothing_and_the_app_is_told() -> None:
    async with room(TEAMS) as place, listening() as app:
        await place.do("app", request_url=app.url)
        token = await installed(place)
        assert await place.api("auth.revoke", token=token, test=True) == {"ok": True, "revoked": False}
        assert await place.api("auth.revoke", token=token) == {"ok": True, "revoked": True}
        events = [each.json()["event"] for each in await app.got(2)]
        assert {each["type"] for each in events} == {"tokens_revoked", "app_uninstalled"}
        revoked = next(each for each in events if each["type"] == "tokens_revoked")
        assert revoked["tokens"] == {"oauth": [], "bot": ["UBOT3"]}
        assert (await place.api("auth.test", token=token))["error"] == "token_revoked"
        await place.do("say", team=SOUTH, user="dora", channel="general", text="¿sigues ahí?")
        assert (await place.api("auth.test"))["ok"]
        new = await installed(place)
        assert new != token
        await place.do("say", team=SOUTH, user="dora", channel="general", text="volviste")
        heard = (await app.got(3))[2]
        assert heard.json()["event"]["text"] == "volviste"


async def test_a_reset_brings_back_who_was_in() -> None:
    async with room(TEAMS) as place:
        token = await installed(place)
        await place.api("auth.revoke", token="xoxb-norte")
        await place.do("reset")
        assert (await place.api("auth.test", token="xoxb-norte"))["ok"]
        assert (await place.api("auth.test", token=token))["error"] == "invalid_auth"


# --- Bolt, as it is ---
@asynccontextmanager
async def bolt_with_oauth(place: Room, folder: str, seen: list[Any]) -> AsyncIterator[str]:
    """A Bolt app with its own install page and token store, behind signed HTTP."""
    settings = AsyncOAuthSettings(
        client_id="1.2",
        client_secret="sh",
        scopes=["chat:write", "commands"],
        authorization_url=f"{place.server.url}/oauth/v2/authorize",
        installation_store=FileInstallationStore(base_dir=folder, client_id="1.2"),
        state_store=FileOAuthStateStore(expiration_seconds=600, base_dir=f"{folder}/state"),
    )
    client = AsyncWebClient(base_url=place.server.api_url)
    app = AsyncApp(client=client, signing_secret=TEAM["bot"]["signing_secret"], oauth_settings=settings)

    @app.action("pick")
    async def picked(ack: Any, client: Any, body: Any) -> None:
        await ack()
        seen.append((await client.auth_test())["team_id"])

    async with TestServer(app.web_app("/slack/events")) as server:
        back = str(server.make_url("/slack/oauth_redirect"))
        settings.redirect_uri = settings.authorize_url_generator.redirect_uri = back
        yield str(server.make_url("/")).rstrip("/")


@SDK_BASIC_AUTH
async def test_bolts_own_install_flow_gets_the_app_into_a_workspace(tmp_path: Any) -> None:
    seen: list[Any] = []
    async with room(TEAMS) as place, bolt_with_oauth(place, str(tmp_path), seen) as url:
        async with place.http.get(f"{url}/slack/install") as response:
            link = (await response.text()).split('<a href="')[1].split('"')[0].replace("&amp;", "&")
            cookie = response.cookies["slack-app-oauth-state"].value
        asked = {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}
        back = await said_yes(
            place, SOUTH, **{name: asked[name] for name in ("state", "scope", "redirect_uri")}
        )
        headers = {"Cookie": f"slack-app-oauth-state={cookie}"}
        async with place.http.get(asked["redirect_uri"], params=back, headers=headers) as response:
            assert response.status == 200, await response.text()
        assert (await place.do("app", request_url=f"{url}/slack/events"))["verified"]
        token = place.server.app.workspace(SOUTH).team.bot.token
        ts = (await place.api("chat.postMessage", token=token, channel="C31", text="x", blocks=[BUTTON]))[
            "ts"
        ]
        click = {"team": SOUTH, "user": "dora", "channel": "general", "ts": ts, "action_id": "pick"}
        assert (await place.do("click", **click))["acked"]
        assert seen == [SOUTH]
