"""Links to documents: opened once, within minutes, as the person they were made for. Knows no KPI.

A robot that looks at a link before she does finds a page with a button, and the button still unpressed.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from sqlalchemy import Connection, delete, select, update

from bot.faults import note_failure
from bot.outcome import Place, Who
from bot.slack.documents import Document, Press
from bot.slack.edge import Edge
from bot.slack.faults import Turned
from bot.slack.page import HEADERS, page
from db.access import find_person
from db.engine import reading, writing
from db.tables.house import links

PATH = "/d/{token}"
COOKIE = "cartera_d"
GRACE = timedelta(minutes=2)  # for a download that broke off in the same browser
KEPT = timedelta(days=1)  # after its end a link's row says that there was one
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def make_link(
    connection: Connection,
    team: str,
    slack_user: str,
    request: Mapping[str, Mapping[str, Any]],
    now: datetime,
    minutes: int,
) -> str:
    """A new link's token, which is nowhere kept; the database holds its digest."""
    token = secrets.token_urlsafe(32)
    connection.execute(delete(links).where(links.c.expires_at < now - KEPT))
    connection.execute(
        links.insert().values(
            digest=digest_of(token),
            team=team,
            slack_user=slack_user,
            request=json.dumps(request, ensure_ascii=False, default=str),
            made_at=now,
            expires_at=now + timedelta(minutes=minutes),
        )
    )
    return token


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def link_to(public_url: str, token: str) -> str:
    return f"{public_url.rstrip('/')}{PATH.format(token=token)}"


def name_of(edge: Edge, who: Who, now: datetime) -> str:
    """As the agency calls her."""
    with reading(edge.records.engine) as connection:
        person = find_person(connection, slack_user_id=who.id, email=who.email, on=now.date())
    return person.name if person is not None else who.id


# --- The row -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Link:
    team: str
    user: str
    intent: str
    fields: Mapping[str, Any]
    expires_at: datetime
    opened_at: datetime | None


def find_link(connection: Connection, digest: str) -> Link | None:
    row = connection.execute(select(links).where(links.c.digest == digest)).first()
    if row is None:
        return None
    ((intent, fields),) = json.loads(row.request).items()
    return Link(row.team, row.slack_user, intent, fields, row.expires_at, row.opened_at)


def in_time(link: Link, now: datetime) -> bool:
    return now < link.expires_at


def open_once(connection: Connection, digest: str, now: datetime) -> bool:
    """Whether this is the one opening. Two at the same moment: one of them."""
    closed = (links.c.digest == digest, links.c.opened_at.is_(None))
    opened = update(links).where(*closed).values(opened_at=now).returning(links.c.digest)
    return connection.execute(opened).first() is not None


# --- The page ------------------------------------------------------------------------------------


class Closed(Exception):
    """Nothing to fetch: what the browser is told in a number. The words are always the same."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass
class Library:
    """`fresh` says whether a link is still in its time, `first` whether an opening is the one there is."""

    edge: Edge
    fresh: Callable[[Link, datetime], bool] = in_time
    first: Callable[[Connection, str, datetime], bool] = open_once
    # The grace is for browsers that this process has served: no need to keep a key for it anywhere.
    _secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    async def shown(self, request: web.Request) -> web.Response:
        """The page with the button: looking changes nothing."""
        try:
            link = await self._link(request)
            if link.opened_at is not None and not self._again(link, request):
                raise Closed(410)
        except Closed as closed:
            return self._closed(closed.status)
        except Exception as error:
            return self._broken(error)
        title, said, press = (self._say(key) for key in ("files.page_title", "files.page", "files.fetch"))
        return page(title, said, language=self.edge.language, press=press)

    async def fetched(self, request: web.Request) -> web.Response:
        opened = False
        try:
            link = await self._link(request)
            if not self._again(link, request):
                await self.edge.pool.run(self._open, _digest(request))
            opened = True
            answer = given(await self._document(link))
        except (Closed, Turned) as closed:
            answer = self._closed(getattr(closed, "status", 403))
        except Exception as error:
            answer = self._broken(error)
        if opened:
            self._remember(answer, request)
        return answer

    async def _link(self, request: web.Request) -> Link:
        """Raises Closed for one that is unknown or late."""
        link = await self.edge.pool.run(self._found, _digest(request))
        if link is None:
            raise Closed(404)
        if link.opened_at is None and not self.fresh(link, self.edge.clock()):
            raise Closed(410)
        return link

    def _found(self, digest: str) -> Link | None:
        with reading(self.edge.records.engine) as connection:
            return find_link(connection, digest)

    def _open(self, digest: str) -> None:
        with writing(self.edge.records.engine) as connection:
            if not self.first(connection, digest, self.edge.clock()):
                raise Closed(410)

    async def _document(self, link: Link) -> Document:
        """Asked of the desk again, as her and by the rights of now; on record like any question."""
        edge = self.edge
        who = await edge.who(link.team, link.user)
        async with edge.turns.turn(link.user):
            return await edge.pool.run(self._made, link, who)

    def _made(self, link: Link, who: Who) -> Document:
        edge, now = self.edge, self.edge.clock()
        place = Place("slash", link.user)
        outcome = edge.desk.run(link.intent, link.fields, who=who, place=place, thread=None, now=now)
        if outcome.answer is None:
            raise Closed(403)
        local = now.astimezone(edge.settings.agency.zone)
        return Press(edge.texts, name_of(edge, who, local), local).workbook(outcome.answer, outcome.language)

    # --- the browser ---
    def _again(self, link: Link, request: web.Request) -> bool:
        """Whether the browser that opened it comes back for it."""
        if link.opened_at is None or self.edge.clock() >= link.opened_at + GRACE:
            return False
        return hmac.compare_digest(request.cookies.get(COOKIE, "").encode(), self._mark(request).encode())

    def _mark(self, request: web.Request) -> str:
        return hmac.new(self._secret, _digest(request).encode(), hashlib.sha256).hexdigest()

    def _remember(self, answer: web.Response, request: web.Request) -> None:
        answer.set_cookie(
            COOKIE,
            self._mark(request),
            path=request.path,
            max_age=int(GRACE.total_seconds()),
            secure=(self.edge.settings.slack.public_url or "").startswith("https:"),
            httponly=True,
            samesite="Strict",
        )

    def _closed(self, status: int) -> web.Response:
        """The same words whether there is such a link or not."""
        title, said = self._say("files.closed_title"), self._say("files.closed")
        return page(title, said, language=self.edge.language, status=status)

    def _broken(self, error: Exception) -> web.Response:
        said = self._say("files.broken", reference=note_failure(error, "a document"))
        return page(self._say("files.closed_title"), said, language=self.edge.language, status=500)

    def _say(self, key: str, **slots: str) -> str:
        return self.edge.texts.say(self.edge.language, key, **slots)


def given(document: Document) -> web.Response:
    """The file itself, to be saved and not shown."""
    saved = {"Content-Disposition": f'attachment; filename="{document.filename}"'}
    return web.Response(body=document.content, content_type=XLSX, headers={**HEADERS, **saved})


def routes(edge: Edge, **guards: Any) -> list[web.RouteDef]:
    """GET answers HEAD as well."""
    library = Library(edge, **guards)
    return [web.get(PATH, library.shown), web.post(PATH, library.fetched)]


def _digest(request: web.Request) -> str:
    return digest_of(request.match_info["token"])
