"""A person as the Web API and the events describe one; it looks nobody up."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from localslack.team import Team, User

JSON = dict[str, Any]


def person_json(team: Team, user: User, *, locale: bool = False) -> JSON:
    """Slack's user object. `is_stranger` is there only where it is true, as in Slack."""
    offset = datetime.now(ZoneInfo(user.tz)).utcoffset()
    row: JSON = {
        "id": user.id,
        "team_id": user.team_id or team.id,
        "name": user.name,
        "deleted": user.deleted,
        "color": user.color,
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": user.tz,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "profile": profile_json(team, user),
        "is_admin": False,
        "is_owner": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": user.is_ultra_restricted,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": 0,
    }
    if user.is_stranger:
        row["is_stranger"] = True
    return {**row, "locale": user.locale} if locale else row


def profile_json(team: Team, user: User) -> JSON:
    profile: JSON = {
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.name,
        "display_name_normalized": user.name,
        "title": user.title,
        "team": user.team_id or team.id,
    }
    if user.id == team.bot.user_id:
        profile |= {"api_app_id": team.bot.app_id, "bot_id": team.bot.bot_id}
    if user.email:
        profile["email"] = user.email
    return profile
