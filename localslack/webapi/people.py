"""Web API: users.*."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from localslack.errors import SlackError
from localslack.team import User
from localslack.webapi.args import Args, paged
from localslack.webapi.conversations import shown as shown_channel
from localslack.webapi.places import person
from localslack.workspace import Workspace

JSON = dict[str, Any]


async def info(ws: Workspace, args: Args) -> JSON:
    user = ws.team.users[person(ws, args.need("user"))]
    return {"user": shown(ws, user, locale=args.flag("include_locale"))}


async def list_all(ws: Workspace, args: Args) -> JSON:
    page, after = paged(list(ws.team.users.values()), args, 1000)
    rows = [shown(ws, user, locale=args.flag("include_locale")) for user in page]
    return {"members": rows, "response_metadata": {"next_cursor": after}}


async def lookup_by_email(ws: Workspace, args: Args) -> JSON:
    email = args.need("email").strip().lower()
    for user in ws.team.users.values():
        if user.email.lower() == email:
            return {"user": shown(ws, user)}
    raise SlackError("users_not_found")


async def conversations(ws: Workspace, args: Args) -> JSON:
    """The channels somebody is in, as far as the app knows of them."""
    user = person(ws, args.text("user") or ws.team.bot.user_id)
    bot = ws.team.bot.user_id
    rows = [c for c in ws.store.channels.values() if user in c.members and ws.store.sees(bot, c)]
    page, after = paged(rows, args, 100)
    return {"channels": [shown_channel(ws, c) for c in page], "response_metadata": {"next_cursor": after}}


def shown(ws: Workspace, user: User, *, locale: bool = False) -> JSON:
    """A user as the Web API describes one."""
    offset = datetime.now(ZoneInfo(user.tz)).utcoffset()
    row: JSON = {
        "id": user.id,
        "team_id": ws.team.id,
        "name": user.name,
        "deleted": False,
        "color": user.color,
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": user.tz,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "profile": _profile(ws, user),
        "is_admin": False,
        "is_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": 0,
    }
    return {**row, "locale": user.locale} if locale else row


def _profile(ws: Workspace, user: User) -> JSON:
    profile: JSON = {
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.name,
        "display_name_normalized": user.name,
        "title": "",
        "team": ws.team.id,
    }
    if user.id == ws.team.bot.user_id:
        profile |= {"api_app_id": ws.team.bot.app_id, "bot_id": ws.team.bot.bot_id}
    if user.email:
        profile["email"] = user.email
    return profile


METHODS = {
    "users.info": info,
    "users.list": list_all,
    "users.lookupByEmail": lookup_by_email,
    "users.conversations": conversations,
}
