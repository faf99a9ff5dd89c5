"""Signed HTTP delivery: an envelope becomes a request as Slack's, its answer the ack; it retries nothing."""

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import aiohttp

from localslack.delivery import Carrier
from localslack.errors import NoAck, SlackError
from localslack.journal import Journal
from localslack.socketmode import Sockets
from localslack.team import Bot, is_loopback

JSON = dict[str, Any]
MOST_AT_ONCE = 256
FORM = "application/x-www-form-urlencoded"
AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Slack's v0 signature of a request's raw bytes."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class SignedHttp:
    """Requests to the app's request URL, while it has one."""

    def __init__(self, bot: Bot, allowed: Callable[[object], bool] = is_loopback) -> None:
        self.secret, self.url, self._allowed = bot.signing_secret, bot.request_url, allowed
        self.reached = True  # until a request finds nobody there
        self._session: aiohttp.ClientSession | None = None

    async def carry(self, envelope: JSON, seconds: float) -> JSON:
        """Posts one envelope; a 200 in time is the ack, with what its body says."""
        body, kind = _body(envelope)
        headers = {"Content-Type": kind}
        if "retry_attempt" in envelope:
            headers["X-Slack-Retry-Num"] = str(envelope["retry_attempt"])
            headers["X-Slack-Retry-Reason"] = envelope["retry_reason"]
        try:
            async with asyncio.timeout(seconds):
                status, answer, said = await self._post(str(self.url), body, headers)
        except TimeoutError:
            raise NoAck("operation_timeout", "http_timeout") from None
        except aiohttp.ClientConnectionError:
            self.reached = False
            raise NoAck("dispatch_failed", "connection_failed") from None
        except aiohttp.ClientError:
            raise NoAck("dispatch_failed", "http_error") from None
        self.reached = True
        if not 200 <= status < 300:
            raise NoAck("dispatch_failed", "http_error", again=said.get("x-slack-no-retry") != "1")
        return _ack(envelope, answer, said.get("content-type", ""))

    async def verify(self, url: str, seconds: float) -> str | None:
        """Slack's url_verification handshake: None when the app answers it, else what went wrong."""
        challenge = secrets.token_urlsafe(32)
        sent = {"token": "local", "challenge": challenge, "type": "url_verification"}
        headers = {"Content-Type": "application/json"}
        try:
            async with asyncio.timeout(seconds):
                status, answer, _said = await self._post(url, json.dumps(sent).encode(), headers)
        except TimeoutError:
            return "http_timeout"
        except aiohttp.ClientConnectionError:
            return "connection_failed"
        except aiohttp.ClientError:
            return "http_error"
        if not 200 <= status < 300:
            return "http_error"
        echoed = _object(answer).get("challenge") or answer.decode(errors="replace").strip()
        return None if echoed == challenge else "challenge_failed"

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _post(
        self, url: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, bytes, Mapping[str, str]]:
        """The timestamp is the machine's: the app holds it against its own time, not against ours."""
        if not self._allowed(url):
            raise SlackError("invalid_arguments", f"{url} is not on this machine")
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=MOST_AT_ONCE)
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        stamp = str(int(time.time()))
        signed = {
            "User-Agent": AGENT,
            "Accept": "application/json,*/*",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature(self.secret, stamp, body),
        }
        async with self._session.post(
            url, data=body, headers={**signed, **headers}, allow_redirects=False
        ) as response:
            return response.status, await response.read(), response.headers


class Line:
    """The way to the app that is in force: its request URL where it has one, else its sockets."""

    def __init__(
        self, sockets: Sockets, http: SignedHttp, journal: Journal, changed: Callable[[], None]
    ) -> None:
        self.sockets, self.http, self.journal, self._changed = sockets, http, journal, changed

    @property
    def connected(self) -> bool:
        """Whether an app is there, as far as the last request tells."""
        return self.http.reached if self.http.url else self.sockets.connected

    def as_json(self) -> JSON:
        return {"mode": "http", "url": self.http.url} if self.http.url else {"mode": "socket"}

    async def carry(self, envelope: JSON, seconds: float) -> JSON:
        before = self.connected
        carrier: Carrier = self.http if self.http.url else self.sockets
        try:
            return await carrier.carry(envelope, seconds)
        finally:
            if self.connected != before:
                self._changed()

    async def switch(self, url: str | None, seconds: float) -> str | None:
        """Signed HTTP from now on, if the app answers the challenge there; without a URL, sockets again."""
        if url is not None:
            entry = self.journal.note("out", "envelope", "url_verification", {"request_url": url})
            wrong = await self.http.verify(url, seconds)
            entry.answer({"error": wrong} if wrong else {"ack": {}})
            if wrong:
                return wrong
            self.http.reached = True
            await self.sockets.disconnect("link_disabled")
        self.http.url = url
        self._changed()
        return None


def _body(envelope: JSON) -> tuple[bytes, str]:
    """The bytes and their content type, as Slack sends each kind."""
    payload = envelope["payload"]
    if envelope["type"] == "slash_commands":
        fields = {name: _plain(value) for name, value in payload.items()}
        return urlencode(fields, errors="replace").encode(), FORM
    text = json.dumps(payload)
    if envelope["type"] == "interactive":
        return urlencode({"payload": text}).encode(), FORM
    return text.encode(), "application/json"


def _plain(value: object) -> str:
    return "" if value is None else str(value)


def _ack(envelope: JSON, answer: bytes, kind: str) -> JSON:
    """What the answer's body says: JSON as it stands, plain words as the text of a command's answer."""
    if not answer.strip() or envelope["type"] == "events_api":
        return {}
    if "json" not in kind and envelope["type"] == "slash_commands":
        return {"text": answer.decode(errors="replace")}
    ack = _object(answer)
    waits_for_json = envelope["payload"].get("type") in ("view_submission", "block_suggestion")
    if not ack and waits_for_json and answer.strip() != b"{}":
        raise NoAck("dispatch_failed", "http_error")
    return ack


def _object(answer: bytes) -> JSON:
    try:
        found = json.loads(answer)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
