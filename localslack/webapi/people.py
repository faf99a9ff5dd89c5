"""Web API: users.*."""

from typing import Any

from localslack.errors import SlackError
from localslack.persons import person_json, profile_json
from localslack.webapi.args import Args, paged
from localslack.webapi.conversations import shown as shown_channel
from localslack.webapi.places import person
from localslack.workspace import Workspace

JSON = dict[str, Any]


async def info(ws: Workspace, args: Args) -> JSON:
    user = ws.team.users[person(ws, args.need("user"))]
    return {"user": person_json(ws.team, user, locale=args.flag("include_locale"))}


async def list_all(ws: Workspace, args: Args) -> JSON:
    page, after = paged(list(ws.team.users.values()), args, 1000)
    rows = [person_json(ws.team, user, locale=args.flag("include_locale")) for user in page]
    return {
        "members": rows,
        "cache_ts": int(ws.clock.now()),
        "response_metadata": {"next_cursor": after},
    }


async def lookup_by_email(ws: Workspace, args: Args) -> JSON:
    """Nobody who left, and nobody the app shares no channel with."""
    email = args.need("email").strip().lower()
    for user in ws.team.users.values():
        if user.email.lower() == email and not user.deleted and not user.is_stranger:
            return {"user": person_json(ws.team, user)}
    raise SlackError("users_not_found")


async def profile(ws: Workspace, args: Args) -> JSON:
    user = ws.team.users[person(ws, args.text("user") or ws.team.bot.user_id)]
    return {"profile": profile_json(ws.team, user)}


async def conversations(ws: Workspace, args: Args) -> JSON:
    """The channels somebody is in, as far as the app knows of them."""
    user = person(ws, args.text("user") or ws.team.bot.user_id)
    bot = ws.team.bot.user_id
    rows = [c for c in ws.store.channels.values() if user in c.members and ws.store.sees(bot, c)]
    page, after = paged(rows, args, 100)
    return {"channels": [shown_channel(ws, c) for c in page], "response_metadata": {"next_cursor": after}}


METHODS = {
    "users.info": info,
    "users.list": list_all,
    "users.lookupByEmail": lookup_by_email,
    "users.profile.get": profile,
    "users.conversations": conversations,
}
