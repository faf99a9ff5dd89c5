"""Web API: files.*; the bytes themselves come and go in transfers.py."""

import sys
from typing import Any

from localslack.errors import SlackError
from localslack.files import GROUPS, MOST_BYTES, File
from localslack.store import Channel
from localslack.webapi.args import Args
from localslack.webapi.places import joined_channel
from localslack.workspace import Workspace

JSON = dict[str, Any]
LONGEST_ALT = 1000
SNIPPET_BYTES = 1024 * 1024
MOST_CHANNELS = 100


async def upload_url(ws: Workspace, args: Args) -> JSON:
    name, length = args.need("filename"), args.number("length", 0)
    if length <= 0:
        raise SlackError("missing_argument", "length")
    if length > MOST_BYTES:
        raise SlackError("file_upload_size_restricted")
    if len(args.text("alt_txt")) > LONGEST_ALT:
        raise SlackError("alt_txt_too_large")
    if args.text("snippet_type") and length > SNIPPET_BYTES:
        raise SlackError("snippet_too_large")
    file, address = ws.files.expect(name, length, ws.team.bot.user_id, args.text("alt_txt"))
    return {"upload_url": address, "file_id": file.id}


async def complete(ws: Workspace, args: Args) -> JSON:
    """All is looked at before any of it is done. The places of sharing are not in the answer, as in Slack."""
    files = _uploads(ws, args)
    channels = _channels(ws, args)
    content = _content(ws, args)
    thread_ts = args.text("thread_ts")
    if thread_ts and len(channels) > 1:
        raise SlackError("invalid_arguments", "with thread_ts only one channel")
    if thread_ts and channels:
        content["thread_ts"] = ws.posting.root(channels[0], thread_ts)
    for file, title in files:
        file.complete, file.title = True, title or file.name
    described = [ws.files.described(file) for file, _title in files]
    for channel in channels:
        ws.posting.by_app(channel, dict(content), files=[file for file, _title in files])
    return {"files": described}


def _uploads(ws: Workspace, args: Args) -> list[tuple[File, str]]:
    rows = args.get("files")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise SlackError("invalid_arguments", "files: an array of {id, title}")
    ids = [str(row.get("id")) for row in rows]
    if len(set(ids)) < len(ids):
        raise SlackError("invalid_arguments", "files: the same file twice")
    return [(ws.files.pending(str(row.get("id"))), str(row.get("title") or "")) for row in rows]


def _channels(ws: Workspace, args: Args) -> list[Channel]:
    """Where to share: `channel_id`, or `channels` with commas; none at all leaves the files private."""
    if args.text("channel_id"):
        return [joined_channel(ws, args, "channel_id")]
    refs = args.several("channels")
    if len(refs) > MOST_CHANNELS:
        raise SlackError("channels_limit_exceeded")
    return [_channel(ws, ref) for ref in dict.fromkeys(refs)]


def _channel(ws: Workspace, ref: str) -> Channel:
    try:
        return joined_channel(ws, Args({"channel": ref}, None))
    except SlackError as refused:
        raise SlackError(
            "invalid_channel" if refused.error == "channel_not_found" else refused.error
        ) from None


def _content(ws: Workspace, args: Args) -> JSON:
    """The comment; blocks count only without one."""
    comment, blocks = args.text("initial_comment"), args.get("blocks")
    if comment or not blocks:
        return ws.posting.checked({"text": comment}.get) if comment else {"text": ""}
    if isinstance(blocks, list) and any(isinstance(b, dict) and b.get("type") == "markdown" for b in blocks):
        # Slack's own failing since September 2026: a markdown block is no good here, only elsewhere.
        raise SlackError("internal_error")
    try:
        return ws.posting.checked({"blocks": blocks}.get)
    except SlackError as refused:
        raise SlackError("invalid_blocks", refused.detail, **refused.extra) from None


async def info(ws: Workspace, args: Args) -> JSON:
    file = _known(ws, args)
    return {
        "file": ws.files.described(file),
        "comments": [],
        "response_metadata": {"next_cursor": ""},
    }


async def list_all(ws: Workspace, args: Args) -> JSON:
    """The files the app sees, newest first, by pages and not by cursors."""
    if args.text("user") and args.text("user") not in ws.team.users:
        raise SlackError("user_not_found")
    types = {*args.several("types")} or {"all"}
    if not types <= {"all", "spaces", "snippets", "gdocs", *GROUPS}:
        raise SlackError("unknown_type")
    rows = [file for file in reversed(ws.files.visible(ws.team.bot.user_id)) if _wanted(file, types, args)]
    count, page = max(args.number("count", 100), 1), max(args.number("page", 1), 1)
    pages = -(-len(rows) // count)
    shown = [ws.files.described(file) for file in rows[(page - 1) * count : page * count]]
    return {"files": shown, "paging": {"count": count, "total": len(rows), "page": page, "pages": pages}}


def _wanted(file: File, types: set[str], args: Args) -> bool:
    of_type = "all" in types or any(file.filetype in GROUPS.get(kind, ()) for kind in types)
    begin, end = args.number("ts_from", 0), args.number("ts_to", sys.maxsize)
    here = args.text("channel") in ("", *file.shares)
    return of_type and here and begin <= file.created <= end and args.text("user") in ("", file.user)


async def delete(ws: Workspace, args: Args) -> JSON:
    file = _known(ws, args)
    if file.user != ws.team.bot.user_id:
        raise SlackError("cant_delete_file")
    ws.posting.forget_file(file)
    return {}


def _known(ws: Workspace, args: Args) -> File:
    file = ws.files.find(args.need("file"), ws.team.bot.user_id)
    if file.deleted:
        raise SlackError("file_deleted")
    return file


METHODS = {
    "files.getUploadURLExternal": upload_url,
    "files.completeUploadExternal": complete,
    "files.info": info,
    "files.list": list_all,
    "files.delete": delete,
}
