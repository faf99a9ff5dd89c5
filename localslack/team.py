"""Who is in the workspace: people, channels and the one app, read from a team file; it holds no messages."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

COLORS = ("9f69e7", "4bbe2e", "e7392d", "3c989f", "674b1b", "e96699", "e0a729", "684b6c", "5b89d5", "2b6836")
SLACKBOT = "USLACKBOT"


class TeamError(ValueError):
    """The team file cannot be used; the message lists every fault in it."""


@dataclass(frozen=True)
class User:
    """One person or bot of the workspace."""

    id: str
    name: str
    real_name: str
    email: str = ""
    locale: str = "es-MX"
    tz: str = "America/Mexico_City"
    is_bot: bool = False
    color: str = COLORS[0]
    title: str = ""


@dataclass(frozen=True)
class Command:
    """One slash command of the app."""

    command: str
    description: str = ""
    usage_hint: str = ""


@dataclass(frozen=True)
class Bot:
    """The app as it is installed here. `events` None means: subscribed to everything."""

    user_id: str
    name: str
    token: str
    app_token: str
    signing_secret: str
    bot_id: str
    app_id: str
    commands: tuple[Command, ...] = ()
    events: frozenset[str] | None = None
    request_url: str | None = None


@dataclass(frozen=True)
class Room:
    """A channel as the team file has it."""

    id: str
    name: str
    members: tuple[str, ...]
    private: bool = False
    topic: str = ""


@dataclass(frozen=True)
class Team:
    """The whole workspace as it starts."""

    id: str
    name: str
    domain: str
    bot: Bot
    users: Mapping[str, User] = field(default_factory=dict)
    rooms: tuple[Room, ...] = ()

    def find_user(self, ref: str) -> User | None:
        """A user by id, handle or @handle."""
        wanted = ref.removeprefix("@")
        if wanted in self.users:
            return self.users[wanted]
        return next((user for user in self.users.values() if user.name.lower() == wanted.lower()), None)


def load_team(path: Path) -> Team:
    """The team of a file."""
    try:
        return read_team(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, json.JSONDecodeError) as error:
        raise TeamError(f"{path}: {error}") from error


def read_team(data: Mapping[str, Any]) -> Team:
    """The team of a parsed file, or TeamError with all that is wrong."""
    faults = [*_missing(data), *_unknown_members(data)]
    if faults:
        raise TeamError("; ".join(faults))
    team = data["team"]
    bot = _read_bot(data["bot"])
    users = {user.id: user for user in _read_users(data.get("users", ()), bot)}
    return Team(
        id=team["id"],
        name=team["name"],
        domain=team.get("domain") or "localslack",
        bot=bot,
        users=users,
        rooms=tuple(_read_room(room) for room in data.get("channels", ())),
    )


def _missing(data: Mapping[str, Any]) -> Iterable[str]:
    for part, keys in {"team": ("id", "name"), "bot": ("user_id", "name", "token", "app_token")}.items():
        held = data.get(part)
        for key in keys:
            if not isinstance(held, Mapping) or not held.get(key):
                yield f"{part}.{key} is missing"
    for part, keys in {"users": ("id", "name"), "channels": ("id", "name")}.items():
        for index, row in enumerate(data.get(part, ())):
            yield from (f"{part}[{index}].{key} is missing" for key in keys if not row.get(key))


def _unknown_members(data: Mapping[str, Any]) -> Iterable[str]:
    bot = data.get("bot")
    known = {row.get("id") for row in data.get("users", ())} | {
        bot.get("user_id") if isinstance(bot, Mapping) else None
    }
    for room in data.get("channels", ()):
        for member in room.get("members", ()):
            if member not in known:
                yield f"channel {room.get('name')}: {member} is not a user"


def _read_bot(row: Mapping[str, Any]) -> Bot:
    user_id = str(row["user_id"])
    events = row.get("events")
    return Bot(
        user_id=user_id,
        name=row["name"],
        token=row["token"],
        app_token=row["app_token"],
        signing_secret=row.get("signing_secret") or "",
        bot_id=row.get("bot_id") or f"B{user_id[1:]}",
        app_id=row.get("app_id") or f"A{user_id[1:]}",
        commands=tuple(_read_command(each) for each in row.get("commands", ())),
        events=None if events is None else frozenset(events),
        request_url=row.get("request_url"),
    )


def _read_command(row: str | Mapping[str, Any]) -> Command:
    if isinstance(row, str):
        return Command(row)
    return Command(row["command"], row.get("description", ""), row.get("usage_hint", ""))


def _read_users(rows: Iterable[Mapping[str, Any]], bot: Bot) -> Iterable[User]:
    for index, row in enumerate(rows):
        yield User(
            id=row["id"],
            name=row["name"],
            real_name=row.get("real_name") or row["name"],
            email=row.get("email") or "",
            locale=row.get("locale") or "es-MX",
            tz=row.get("tz") or "America/Mexico_City",
            color=COLORS[index % len(COLORS)],
            title=row.get("title") or "",
        )
    yield User(bot.user_id, bot.name.lower(), bot.name, is_bot=True, color="1264a3")
    yield User(SLACKBOT, "slackbot", "Slackbot", is_bot=True, color="757575")


def _read_room(row: Mapping[str, Any]) -> Room:
    return Room(
        id=row["id"],
        name=str(row["name"]).removeprefix("#"),
        members=tuple(row.get("members", ())),
        private=bool(row.get("private")),
        topic=row.get("topic") or "",
    )


DEFAULT_TEAM: Mapping[str, Any] = {
    "team": {"id": "T0LOCAL", "name": "Agencia local"},
    "bot": {
        "user_id": "U0CARTERA",
        "name": "Cartera",
        "token": "xoxb-local",
        "app_token": "xapp-local",
        "signing_secret": "local-signing-secret",
        "commands": ["/cartera"],
    },
    "users": [
        {"id": "U0ANA", "name": "ana", "real_name": "Ana Robles", "email": "ana@local.example"},
        {"id": "U0BETO", "name": "beto", "real_name": "Beto Núñez", "email": "beto@local.example"},
        {
            "id": "U0EVE",
            "name": "eve",
            "real_name": "Eve Stone",
            "email": "eve@local.example",
            "locale": "en-US",
        },
    ],
    "channels": [
        {"id": "C0GENERAL", "name": "general", "members": ["U0ANA", "U0BETO", "U0EVE", "U0CARTERA"]},
        {"id": "C0PISO", "name": "piso", "members": ["U0ANA", "U0BETO"]},
        {"id": "G0GERENCIA", "name": "gerencia", "members": ["U0ANA", "U0CARTERA"], "private": True},
    ],
}
