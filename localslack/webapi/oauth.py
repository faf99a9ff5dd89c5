"""Web API: oauth.v2.access and auth.revoke, how the app comes into a workspace and leaves it."""

from typing import Any

from localslack.errors import SlackError
from localslack.webapi.args import Args
from localslack.workspace import Workspace

JSON = dict[str, Any]


async def access(ws: Workspace, args: Args) -> JSON:
    """A code for the bot token of the workspace where somebody allowed it."""
    if args.text("grant_type") not in ("", "authorization_code"):
        raise SlackError("invalid_grant_type")
    grant = ws.app.consents.exchange(
        args.text("client_id"), args.text("client_secret"), args.text("code"), args.text("redirect_uri")
    )
    into = ws.app.workspace(grant.team_id)
    return {
        "access_token": ws.app.install(into),
        "token_type": "bot",
        "scope": ",".join(grant.scope.replace(" ", ",").split(",")),
        "bot_user_id": into.team.bot.user_id,
        "app_id": into.team.bot.app_id,
        "team": {"id": into.team.id, "name": into.team.name},
        "enterprise": None,
        "is_enterprise_install": False,
        "authed_user": {"id": grant.user},
    }


async def revoke(ws: Workspace, args: Args) -> JSON:
    """The app gives its token back; with `test` it only sees what it would do."""
    if args.flag("test"):
        return {"revoked": False}
    ws.app.uninstall(ws)
    return {"revoked": True}


METHODS = {"oauth.v2.access": access, "auth.revoke": revoke}
