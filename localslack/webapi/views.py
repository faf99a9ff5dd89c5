"""Web API: views.*."""

import copy
from typing import Any

from localslack.errors import SlackError
from localslack.webapi.args import Args
from localslack.webapi.places import person
from localslack.workspace import Workspace

JSON = dict[str, Any]


async def open_view(ws: Workspace, args: Args) -> JSON:
    trigger = ws.passes.use_trigger(args.need("trigger_id"))
    return _shown(ws.views.open(trigger.user, args.get("view")))


async def push(ws: Workspace, args: Args) -> JSON:
    trigger = ws.passes.use_trigger(args.need("trigger_id"))
    if trigger.view_id is None:
        raise SlackError("invalid_trigger_id", "views.push needs a trigger from an open modal")
    return _shown(ws.views.push(trigger.user, args.get("view")))


async def update(ws: Workspace, args: Args) -> JSON:
    found = ws.views.find(args.text("view_id"), args.text("external_id"))
    if found is None:
        raise SlackError("not_found")
    user, view = found
    return _shown(ws.views.update(user, view, args.get("view"), args.text("hash") or None))


async def publish(ws: Workspace, args: Args) -> JSON:
    user = person(ws, args.need("user_id"))
    return _shown(ws.views.publish(user, args.get("view"), args.text("hash") or None))


def _shown(view: JSON) -> JSON:
    return {"view": copy.deepcopy(view)}


METHODS = {
    "views.open": open_view,
    "views.push": push,
    "views.update": update,
    "views.publish": publish,
}
