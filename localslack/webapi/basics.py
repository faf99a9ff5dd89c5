"""Web API: api.*, auth.*, apps.*, blocks.*, bots.*, team.*."""

from typing import Any

from localslack.blockkit import Fault, check_blocks, check_view
from localslack.errors import SlackError
from localslack.webapi.args import Args
from localslack.workspace import Workspace

JSON = dict[str, Any]


async def api_test(_ws: Workspace, args: Args) -> JSON:
    if args.text("error"):
        raise SlackError(args.text("error"), args=args.given)
    return {"args": args.given}


async def auth_test(ws: Workspace, _args: Args) -> JSON:
    bot = ws.team.bot
    return {
        "url": f"{ws.url}/",
        "team": ws.team.name,
        "user": bot.name.lower(),
        "team_id": ws.team.id,
        "user_id": bot.user_id,
        "bot_id": bot.bot_id,
        "is_enterprise_install": False,
    }


async def apps_connections_open(ws: Workspace, _args: Args) -> JSON:
    address = ws.url.replace("http://", "ws://", 1)
    return {"url": f"{address}/link/?ticket={ws.sockets.ticket()}&app_id={ws.team.bot.app_id}"}


async def blocks_validate(_ws: Workspace, args: Args) -> JSON:
    """The official validator's shape: exactly one of blocks, message or view."""
    given = [name for name in ("blocks", "message", "view") if args.get(name) is not None]
    if len(given) != 1:
        raise SlackError("invalid_arguments", "provide exactly one of blocks, message or view")
    name, value = given[0], args.get(given[0])
    if name == "view":
        faults = check_view(value)
    elif name == "message":
        faults = check_blocks(value.get("blocks", []) if isinstance(value, dict) else None)
    else:
        faults = check_blocks(value, at="")
    if faults:
        raise SlackError(f"invalid_{name}", errors=[_shown(fault) for fault in faults])
    return {}


def _shown(fault: Fault) -> JSON:
    return {"pointer": fault.pointer, "code": "failed_constraint", "message": fault.error}


async def bots_info(ws: Workspace, args: Args) -> JSON:
    bot = ws.team.bot
    if args.text("bot") not in ("", bot.bot_id):
        raise SlackError("bot_not_found")
    shown = {"id": bot.bot_id, "app_id": bot.app_id, "user_id": bot.user_id, "name": bot.name}
    return {"bot": {**shown, "deleted": False, "updated": 0, "icons": {}}}


async def team_info(ws: Workspace, _args: Args) -> JSON:
    team = ws.team
    return {
        "team": {"id": team.id, "name": team.name, "domain": team.domain, "url": f"{ws.url}/", "icon": {}}
    }


METHODS = {
    "api.test": api_test,
    "auth.test": auth_test,
    "apps.connections.open": apps_connections_open,
    "blocks.validate": blocks_validate,
    "bots.info": bots_info,
    "team.info": team_info,
}
