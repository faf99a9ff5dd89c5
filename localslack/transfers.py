"""Carries the bytes of files in and out, for the app and for people; files.py says who may have them."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

from aiohttp import BodyPartReader, web

from localslack import refs
from localslack.app import App
from localslack.control import refused
from localslack.errors import SlackError
from localslack.files import DRAWN, File
from localslack.workspace import Workspace

JSON = dict[str, Any]
CHUNK = 64 * 1024
LONGEST_FIELD = 64 * 1024
# What was uploaded is somebody else's page; opened by itself it may do nothing.
SANDBOX = {"Content-Security-Policy": "default-src 'none'; sandbox"}


class Transfers:
    """Uploads and downloads, as aiohttp handlers."""

    def __init__(self, app: App) -> None:
        self.app = app

    # --- the app ---
    async def take(self, request: web.Request) -> web.Response:
        """The bytes for an upload address: the body itself, or the one file of a form."""
        secret = request.match_info["secret"]
        try:
            ws = self._of_address(secret)
            file = ws.files.awaited(secret)
            data = await _sent(request, file.length, SlackError("length_mismatch"))
            ws.files.receive(file, data)
        except SlackError as refusal:
            return refused(refusal, 404 if refusal.error == "upload_url_not_found" else 400)
        return web.Response(text=f"OK - {len(data)}")

    def _of_address(self, secret: str) -> Workspace:
        for ws in self.app.workspaces.values():
            if ws.files.expects(secret):
                return ws
        raise SlackError("upload_url_not_found")

    async def give(self, request: web.Request) -> web.StreamResponse:
        """`url_private`: for a bot token. Anybody else is sent to a login page, as Slack does."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        ws = self.app.of_token(token.strip()) if kind.lower() == "bearer" else None
        if ws is None:
            raise web.HTTPFound(f"/?redir={quote(request.path)}")
        try:
            file = ws.files.find(request.match_info["id"], ws.team.bot.user_id)
        except SlackError as refusal:
            return refused(refusal)
        return _answer(file)

    # --- people ---
    async def upload(self, request: web.Request) -> web.Response:
        """A person shares files in a channel, or adds them to a form that is open."""
        try:
            fields, parts = await self._form(request)
            ws = self.app.workspace(fields.get("team"))
            shown = {name: len(data) for name, data in parts}
            entry = ws.journal.note("in", "control", "upload", {**fields, "files": shown})
            answer = {"ok": True, **_uploaded(ws, fields, parts)}
        except SlackError as refusal:
            return refused(refusal)
        entry.answer(answer)
        return web.json_response(answer)

    async def _form(self, request: web.Request) -> tuple[dict[str, str], list[tuple[str, bytes]]]:
        """The fields and the files; together they are never more than fits."""
        fields: dict[str, str] = {}
        parts: list[tuple[str, bytes]] = []
        room, full = self.app.first.files.room, SlackError("storage_limit_reached")
        async for part in _parts(request):
            if part.filename is None:
                fields[str(part.name)] = (await _read(part, LONGEST_FIELD, full)).decode("utf-8", "replace")
                continue
            data = await _read(part, room, full)
            room -= len(data)
            parts.append((part.filename or "file", data))
        return fields, parts

    async def download(self, request: web.Request) -> web.StreamResponse:
        """A file for somebody who sees it."""
        try:
            ws = self.app.workspace(request.query.get("team"))
            viewer = refs.user_of(ws, request.query, "viewer")
            file = ws.files.find(refs.needed(request.query, "id"), viewer)
        except SlackError as refusal:
            return refused(refusal)
        return _answer(file)


def _uploaded(ws: Workspace, fields: dict[str, str], parts: list[tuple[str, bytes]]) -> JSON:
    user = refs.user_of(ws, fields)
    if not parts:
        raise SlackError("invalid_arguments", "file is missing")
    if fields.get("view_id"):
        refs.view_of(ws, fields, user)
        return {"files": [ws.files.shown(ws.files.add(name, data, user)) for name, data in parts]}
    channel = refs.joined_of(ws, fields, user)
    if fields.get("thread_ts"):
        ws.posting.root(channel, fields["thread_ts"])  # refused before anything is kept
    files = [ws.files.add(name, data, user) for name, data in parts]
    text, thread_ts = fields.get("text", ""), fields.get("thread_ts") or None
    message = ws.posting.by_person(user, channel, text, thread_ts, files)
    return {"ts": message.ts, "channel": channel.id, "files": message.body["files"]}


def _answer(file: File) -> web.Response:
    if file.deleted:
        return refused(SlackError("file_deleted"), 404)
    how = "inline" if file.mimetype in DRAWN else "attachment"
    name = quote(file.name, safe="")
    headers = {"Content-Disposition": f"{how}; filename*=UTF-8''{name}", **SANDBOX}
    return web.Response(body=file.data, content_type=file.mimetype, headers=headers)


async def _sent(request: web.Request, length: int, refusal: SlackError) -> bytes:
    if request.content_type != "multipart/form-data":
        return await _limited(request.content.iter_chunked(CHUNK), length, refusal)
    async for part in _parts(request):
        if part.filename is not None:
            return await _read(part, length, refusal)
    raise SlackError("invalid_form_data", "the form has no file")


async def _parts(request: web.Request) -> AsyncIterator[BodyPartReader]:
    if request.content_type != "multipart/form-data":
        raise SlackError("invalid_form_data", "a multipart form is wanted")
    try:
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader):
                yield part
    except ValueError as broken:
        raise SlackError("invalid_form_data", str(broken)) from broken


async def _read(part: BodyPartReader, most: int, refusal: SlackError) -> bytes:
    async def chunks() -> AsyncIterator[bytes]:
        while chunk := await part.read_chunk(CHUNK):
            yield chunk

    return await _limited(chunks(), most, refusal)


async def _limited(chunks: AsyncIterator[bytes], most: int, refusal: SlackError) -> bytes:
    """All of it, unless it is more than that; then the rest is not even read."""
    data = bytearray()
    async for chunk in chunks:
        data += chunk
        if len(data) > most:
            raise refusal
    return bytes(data)
