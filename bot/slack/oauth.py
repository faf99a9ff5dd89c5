"""Installing the app in a workspace: the way to Slack's consent page and back. Knows no listener."""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import Engine

from bot.faults import note_failure
from bot.sections import Slack
from bot.settings import Settings
from bot.slack.faults import SLACK_FAULTS, CannotServe, log, slack_code
from bot.slack.granted import Granted
from bot.slack.installs import STATE_LIFE, Installation, Installs, TooMany
from bot.slack.page import page
from bot.slack.turns import Pool
from bot.slack.vault import KeyFault, Vault
from skills.contract import Language
from skills.text import Texts

INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"
COOKIE = "cartera_install"
CODE = re.compile(r"[\w.-]{1,300}", re.ASCII)
MANIFEST = Path(__file__).parents[2] / "manifest.json"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def wall_clock() -> datetime:
    return datetime.now(UTC)


def open_installs(settings: Settings, engine: Engine, texts: Texts) -> Installs:
    """The installations under the keys of the settings. Raises CannotServe where these do not suffice."""
    slack, language = settings.slack, settings.agency.language
    if not is_public(slack.public_url):
        raise CannotServe(texts.say(language, "http.no_public_url"))
    if not slack.teams:
        raise CannotServe(texts.say(language, "http.no_teams"))
    try:
        installs = Installs(engine, Vault(slack.keys.get_secret_value() if slack.keys else ""))
        installs.check()
    except KeyFault as fault:
        raise CannotServe(texts.say(language, fault.key)) from None
    return installs


def is_public(url: str | None) -> bool:
    """Codes and cookies travel to this address: encrypted, or not at all over a wire."""
    parts = urlsplit(url or "")
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def consent_page(api_url: str | None) -> str:
    """Slack's own, or the one of the local Slack that `api_url` names."""
    parts = urlsplit(api_url or "")
    base = f"{parts.scheme}://{parts.netloc}" if parts.hostname in LOOPBACK else "https://slack.com"
    return f"{base}/oauth/v2/authorize"


def bot_scopes() -> str:
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return ",".join(manifest["oauth_config"]["scopes"]["bot"])


class Unwelcome(Exception):
    """The installation ends here: `key` names what its page says."""

    def __init__(self, key: str, status: int) -> None:
        super().__init__(key)
        self.key, self.status = key, status


@dataclass(frozen=True)
class Flow:
    """`client` makes one that speaks with the given token, or with none ("")."""

    slack: Slack
    texts: Texts
    language: Language
    installs: Installs
    granted: Granted
    pool: Pool
    client: Callable[[str], AsyncWebClient]
    clock: Callable[[], datetime] = wall_clock

    def routes(self) -> Sequence[web.RouteDef]:
        return [web.get(INSTALL, self.install), web.get(REDIRECT, self.come_back)]

    async def install(self, request: web.Request) -> web.StreamResponse:
        del request
        try:
            state, cookie = await self.pool.run(self.installs.make_state, self.clock())
        except TooMany:
            return self._page("http.busy", 503)
        except Exception as error:
            return self._broken(error)
        asked = {"client_id": self.slack.client_id, "scope": bot_scopes(), "state": state}
        where = f"{consent_page(self.slack.api_url)}?{urlencode({**asked, 'redirect_uri': self._redirect})}"
        answer = web.Response(status=302, headers={"Location": where, "Cache-Control": "no-store"})
        secure = urlsplit(self._redirect).scheme == "https"
        life = int(STATE_LIFE.total_seconds())
        answer.set_cookie(
            COOKIE, cookie, max_age=life, path="/slack", httponly=True, secure=secure, samesite="Lax"
        )
        return answer

    async def come_back(self, request: web.Request) -> web.StreamResponse:
        try:
            code = await self._code(request)
            given = await self._exchanged(code)
            installed = await self._allowed(given)
            await self.pool.run(self.installs.save, installed)
            self.granted.forget(installed.team)
        except Unwelcome as end:
            return self._page(end.key, end.status)
        except Exception as error:
            return self._broken(error)
        log.warning("the app was installed: team=%s", installed.team)
        return self._page("http.installed", 200, team=installed.name)

    @property
    def _redirect(self) -> str:
        return str(self.slack.public_url).rstrip("/") + REDIRECT

    async def _code(self, request: web.Request) -> str:
        """The code, from the browser that set out for it and for the first time."""
        state, cookie = request.query.get("state", ""), request.cookies.get(COOKIE, "")
        if not await self.pool.run(self.installs.use_state, state, cookie, self.clock()):
            raise Unwelcome("http.state", 400)
        if "error" in request.query:
            denied = request.query["error"] == "access_denied"
            raise Unwelcome("http.cancelled" if denied else "http.refused", 200 if denied else 502)
        code = request.query.get("code", "")
        if not CODE.fullmatch(code):
            raise Unwelcome("http.refused", 400)
        return code

    async def _exchanged(self, code: str) -> dict[str, Any]:
        secret = self.slack.client_secret
        ours = f"{self.slack.client_id}:{secret.get_secret_value() if secret else ''}"
        # As oauth_v2_access() does, but for aiohttp's BasicAuth, which is on its way out.
        headers = {"Authorization": "Basic " + b64encode(ours.encode()).decode()}
        sent = {"code": code, "redirect_uri": self._redirect}
        try:
            answer = await self.client("").api_call("oauth.v2.access", data=sent, headers=headers)
        except SLACK_FAULTS as error:
            log.error("slack gave no token: error=%s", slack_code(error))
            raise Unwelcome("http.refused", 502) from None
        return dict(answer.data) if isinstance(answer.data, dict) else {}

    async def _allowed(self, given: dict[str, Any]) -> Installation:
        """Of a workspace on our list; a token for any other is given back."""
        token, team = str(given.get("access_token") or ""), given.get("team") or {}
        if not token or not given.get("bot_user_id"):
            raise Unwelcome("http.refused", 502)
        if given.get("is_enterprise_install") or team.get("id") not in self.slack.teams:
            await self._give_back(token)
            raise Unwelcome("http.team", 403)
        return Installation(
            team=str(team["id"]),
            name=str(team.get("name") or team["id"])[:120],
            bot_user=str(given["bot_user_id"]),
            token=token,
            scopes=str(given.get("scope") or ""),
            installed_by=(given.get("authed_user") or {}).get("id"),
            installed_at=self.clock(),
        )

    async def _give_back(self, token: str) -> None:
        try:
            await self.client(token).auth_revoke()
        except SLACK_FAULTS as error:
            log.error("a token could not be given back: error=%s", slack_code(error))

    def _broken(self, error: Exception) -> web.Response:
        return self._page("http.broken", 500, reference=note_failure(error, "an installation"))

    def _page(self, key: str, status: int, **slots: str) -> web.Response:
        def say(key: str) -> str:
            return self.texts.say(self.language, key, **slots)

        name = key.removeprefix("http.")
        again = None if name == "installed" else (INSTALL, say("http.again"))
        return page(say(f"http.{name}_title"), say(key), language=self.language, status=status, link=again)
