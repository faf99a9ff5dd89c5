"""The consent page of OAuth and the codes it gives out; what they are exchanged for is not its affair."""

import html
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from localslack.errors import SlackError
from localslack.team import Bot, is_loopback
from localslack.words import say

if TYPE_CHECKING:
    from localslack.app import App

PAGE = Template(Path(__file__).with_name("consent.html").read_text(encoding="utf-8"))
CODE_SECONDS = 600.0
ASKED = ("client_id", "scope", "state", "redirect_uri")


@dataclass
class Grant:
    """What a person allowed: the workspace, the scopes, and where the code was sent."""

    team_id: str
    user: str
    scope: str
    redirect_uri: str
    made: float
    used: bool = False


class Consents:
    """The codes given out; each is good once and for ten minutes."""

    def __init__(self, bot: Bot, now: Callable[[], float]) -> None:
        self.bot, self._now = bot, now
        self._grants: dict[str, Grant] = {}

    def clear(self) -> None:
        self._grants.clear()

    def code(self, team_id: str, user: str, asked: Mapping[str, str]) -> str:
        code = secrets.token_urlsafe(24)
        grant = Grant(team_id, user, asked["scope"], asked["redirect_uri"], self._now())
        self._grants[code] = grant
        return code

    def exchange(self, client_id: str, client_secret: str, code: str, redirect_uri: str) -> Grant:
        """What was allowed, for the app alone and once."""
        if not self.bot.client_id or client_id != self.bot.client_id:
            raise SlackError("invalid_client_id")
        if not secrets.compare_digest(client_secret.encode(), self.bot.client_secret.encode()):
            raise SlackError("bad_client_secret")
        grant = self._grants.get(code)
        if grant is None or self._now() - grant.made > CODE_SECONDS:
            raise SlackError("invalid_code")
        if grant.used:
            raise SlackError("code_already_used")
        if redirect_uri != grant.redirect_uri:
            raise SlackError("bad_redirect_uri")
        grant.used = True
        return grant


class ConsentPage:
    """The page as aiohttp handlers: shown, then answered."""

    def __init__(self, app: "App", allowed: Callable[[object], bool] = is_loopback) -> None:
        self.app, self._allowed = app, allowed

    async def show(self, request: web.Request) -> web.Response:
        try:
            asked = self._asked(request.query)
            teams = self._offered(request.query.get("team", ""))
        except SlackError as error:
            return _refused(error)
        nonce = secrets.token_urlsafe(16)
        bot = self.app.first.team.bot
        slots = {
            "nonce": nonce,
            "title": say("es", "consent_title", app=bot.name),
            "asks": say("es", "consent_asks", app=bot.name),
            "where": say("es", "consent_where"),
            "allow": say("es", "consent_allow"),
            "cancel": say("es", "consent_cancel"),
        }
        hidden = "".join(_hidden(name, asked[name]) for name in ASKED)
        scopes = "".join(f"<li>{html.escape(scope)}</li>" for scope in _listed(asked["scope"]))
        options = "".join(_option(team_id, name) for team_id, name in teams)
        escaped = {name: html.escape(value) for name, value in slots.items()}
        text = PAGE.substitute(escaped, hidden=hidden, scopes=scopes, teams=options)
        return web.Response(
            text=text, content_type="text/html", headers=_headers(asked["redirect_uri"], nonce)
        )

    async def answer(self, request: web.Request) -> web.Response:
        """Back to the app: with a code, or with the person's no."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        try:
            asked = self._asked(form)
            told = {"code": self._code(form, asked)} if form.get("answer") == "allow" else DENIED
        except SlackError as error:
            return _refused(error)
        if asked["state"]:
            told = {**told, "state": asked["state"]}
        target = asked["redirect_uri"]
        joined = "&" if urlsplit(target).query else "?"
        return web.Response(status=302, headers={"Location": f"{target}{joined}{urlencode(told)}"})

    def _code(self, form: Mapping[str, str], asked: Mapping[str, str]) -> str:
        ws = self.app.workspace(form.get("team"))
        people = [user.id for user in ws.team.users.values() if not (user.is_bot or user.is_outsider)]
        return self.app.consents.code(ws.team.id, people[0] if people else "", asked)

    def _asked(self, given: Mapping[str, str]) -> dict[str, str]:
        """What the app asks for; a person's browser is sent to no other machine."""
        asked = {name: given.get(name, "") for name in ASKED}
        if not asked["client_id"] or asked["client_id"] != self.app.first.team.bot.client_id:
            raise SlackError("invalid_client_id")
        if not asked["scope"]:
            raise SlackError("no_scopes")
        if not self._allowed(asked["redirect_uri"]):
            raise SlackError("bad_redirect_uri", "only an address on this machine")
        return asked

    def _offered(self, team_id: str) -> list[tuple[str, str]]:
        chosen = [self.app.workspace(team_id)] if team_id else self.app.workspaces.values()
        return [(ws.team.id, ws.team.name) for ws in chosen]


DENIED = {"error": "access_denied"}


def _headers(redirect_uri: str, nonce: str) -> dict[str, Any]:
    """The page's own policy: its style, and a form that ends at the app. With the usual referrer policy
    the browser would hide where the form comes from, and the guard would refuse it."""
    where = urlsplit(redirect_uri)
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {where.scheme}://{where.netloc}"
    )
    return {"Content-Security-Policy": policy, "Referrer-Policy": "same-origin", "Cache-Control": "no-store"}


def _listed(scope: str) -> list[str]:
    return [each for each in scope.replace(" ", ",").split(",") if each]


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{html.escape(value)}">'


def _option(team_id: str, name: str) -> str:
    return f'<option value="{html.escape(team_id)}">{html.escape(name)}</option>'


def _refused(error: SlackError) -> web.Response:
    return web.json_response(error.as_json(), status=404 if error.error == "team_not_found" else 400)
