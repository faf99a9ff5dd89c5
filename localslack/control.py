"""The control API: what people do, for the page and for tests; what they see is in watch.py."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from localslack import control_app, refs
from localslack.app import App
from localslack.errors import SlackError
from localslack.faults import FaultError
from localslack.webapi.reactions import add_reaction, remove_reaction
from localslack.workspace import Workspace

JSON = dict[str, Any]
Act = Callable[[Workspace, JSON], Awaitable[JSON]]
STATUS = dict.fromkeys(
    ("user_not_found", "channel_not_found", "message_not_found", "view_not_found", "file_not_found"), 404
)
STATUS |= {"team_not_found": 404, "timeout": 408}


async def say(ws: Workspace, body: JSON) -> JSON:
    user = refs.user_of(ws, body)
    channel = refs.joined_of(ws, body, user)
    text = refs.needed(body, "text")
    thread_ts = str(body["thread_ts"]) if body.get("thread_ts") else None
    message = ws.posting.by_person(user, channel, text, thread_ts)
    return {"ts": message.ts, "channel": channel.id}


async def slash(ws: Workspace, body: JSON) -> JSON:
    user = refs.user_of(ws, body)
    channel = refs.joined_of(ws, body, user)
    return await ws.interactions.slash(
        user, channel, refs.needed(body, "command"), str(body.get("text") or "")
    )


async def shortcut(ws: Workspace, body: JSON) -> JSON:
    """An entry of the app's menus; a message's own needs channel and ts."""
    user = refs.user_of(ws, body)
    message = refs.message_of(ws, body, user)[1] if body.get("ts") else None
    return await ws.interactions.shortcut(user, refs.needed(body, "callback_id"), message)


async def click(ws: Workspace, body: JSON) -> JSON:
    user = refs.user_of(ws, body)
    place = refs.place_of(ws, body, user)
    action_id = refs.needed(body, "action_id")
    return await ws.interactions.click(user, place, action_id, _block_id(body), body.get("value"))


async def options(ws: Workspace, body: JSON) -> JSON:
    user = refs.user_of(ws, body)
    place = refs.place_of(ws, body, user)
    action_id = refs.needed(body, "action_id")
    value = str(body.get("value") or "")
    return await ws.interactions.options(user, place, action_id, _block_id(body), value)


def _block_id(body: JSON) -> str | None:
    return str(body["block_id"]) if body.get("block_id") else None


async def submit(ws: Workspace, body: JSON) -> JSON:
    user = refs.user_of(ws, body)
    view = refs.view_of(ws, body, user)
    if view["type"] != "modal":
        raise SlackError("view_not_found", "only a modal can be submitted")
    values = body.get("values")
    return await ws.modals.submit(user, view, values if isinstance(values, dict) else {})


async def close(ws: Workspace, body: JSON) -> JSON:
    user = refs.user_of(ws, body)
    return await ws.modals.close(user, everything=bool(body.get("all")))


async def home(ws: Workspace, body: JSON) -> JSON:
    """Opens the app's Home, or with tab=messages its DM."""
    user = refs.user_of(ws, body)
    tab = str(body.get("tab") or "home")
    channel, _fresh = ws.store.dm(user, ws.team.bot.user_id)
    view = ws.views.homes.get(user)
    ws.events.home_opened(user, channel, tab, view)
    return {"home": view, "channel": ws.store.channel_json(channel, user)}


async def open_dm(ws: Workspace, body: JSON) -> JSON:
    user, other = refs.user_of(ws, body), refs.user_of(ws, body, "with")
    channel, _fresh = ws.store.dm(user, other)
    if other == ws.team.bot.user_id:
        ws.events.home_opened(user, channel, "messages", None)
    return {"channel": ws.store.channel_json(channel, user)}


async def join(ws: Workspace, body: JSON) -> JSON:
    user = refs.user_of(ws, body)
    channel = refs.channel_of(ws, body, user)
    fresh = user not in channel.members
    ws.store.join(channel, user)
    if fresh:
        ws.events.joined(channel, user)
    return {"channel": ws.store.channel_json(channel, user)}


async def read(ws: Workspace, body: JSON) -> JSON:
    user = refs.user_of(ws, body)
    channel = refs.channel_of(ws, body, user)
    ws.store.read(channel, user, str(body["ts"]) if body.get("ts") else None)
    return {"channel": ws.store.channel_json(channel, user)}


async def react(ws: Workspace, body: JSON) -> JSON:
    user = refs.user_of(ws, body)
    channel, message = refs.message_of(ws, body, user)
    change = remove_reaction if body.get("remove") else add_reaction
    change(ws, channel, message, user, refs.needed(body, "name"))
    return {"message": message.as_seen()}


async def faults(ws: Workspace, body: JSON) -> JSON:
    """Switches faults on; shows those in force."""
    try:
        ws.faults.switch(body)
        ws.timing.change(body.get("timing") or {})
    except (FaultError, TypeError, ValueError) as wrong:
        raise SlackError("invalid_arguments", str(wrong)) from wrong
    if body.get("disconnect"):
        reason = body["disconnect"]
        await ws.sockets.disconnect("refresh_requested" if reason is True else reason)
    return {"faults": ws.faults.as_json()}


async def reset(ws: Workspace, _body: JSON) -> JSON:
    ws.app.reset()
    return {}


ACTS: Mapping[str, Act] = {
    "say": say,
    "slash": slash,
    "shortcut": shortcut,
    "click": click,
    "options": options,
    "submit": submit,
    "close": close,
    "home": home,
    "open_dm": open_dm,
    "join": join,
    "read": read,
    "react": react,
    "faults": faults,
    "reset": reset,
    **control_app.ACTS,
}


class Control:
    """The control API as an aiohttp handler; `team` says in which workspace, else it is the first."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def act(self, request: web.Request) -> web.Response:
        name = request.match_info["act"]
        run = ACTS.get(name)
        if run is None:
            return refused(SlackError("unknown_control", name), 404)
        try:
            body = await _body(request)
            ws = self.app.workspace(body.get("team") or request.query.get("team"))
            entry = self.app.journal.note("in", "control", name, body)
            answer = {"ok": True, **await run(ws, body)}
        except SlackError as error:
            return refused(error)
        if name != "reset":
            entry.answer(answer)
        return web.json_response(answer)


def refused(error: SlackError, status: int | None = None) -> web.Response:
    """A refusal with the HTTP status that fits it."""
    return web.json_response(error.as_json(), status=status or STATUS.get(error.error, 400))


async def _body(request: web.Request) -> JSON:
    """The JSON body; none at all is an empty one."""
    text = await request.text()
    if not text.strip():
        return {}
    try:
        body = await request.json()
    except ValueError:
        raise SlackError("invalid_json") from None
    if not isinstance(body, dict):
        raise SlackError("json_not_object")
    return body
