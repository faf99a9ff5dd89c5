"""Who is in the workspace: people, channels and the one app, read from a team file; it holds no messages."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

COLORS = ("9f69e7", "4bbe2e", "e7392d", "3c989f", "674b1b", "e96699", "e0a729", "684b6c", "5b89d5", "2b6836")
SLACKBOT = "USLACKBOT"
USER_FLAGS = ("deleted", "is_restricted", "is_ultra_restricted", "is_stranger")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


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
    team_id: str = ""
    deleted: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False

    @property
    def is_outsider(self) -> bool:
        """A guest, or somebody of another company: sees only the channels they are in."""
        return self.is_restricted or self.is_ultra_restricted or self.is_stranger


@dataclass(frozen=True)
class Command:
    """One slash command of the app."""

    command: str
    description: str = ""
    usage_hint: str = ""


@dataclass(frozen=True)
class Shortcut:
    """One entry of the app in the menu of a message, or of the whole workspace."""

    name: str
    type: Literal["global", "message"]
    callback_id: str
    description: str = ""


@dataclass
class Bot:
    """The app as it is installed here. `events` None means: subscribed to everything.

    An empty token: not installed in this workspace, or no longer.
    """

    user_id: str
    name: str
    token: str
    app_token: str
    signing_secret: str
    bot_id: str
    app_id: str
    commands: tuple[Command, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()
    events: frozenset[str] | None = None
    request_url: str | None = None
    client_id: str = ""
    client_secret: str = ""


@dataclass(frozen=True)
class Room:
    """A channel as the team file has it."""

    id: str
    name: str
    members: tuple[str, ...]
    private: bool = False
    topic: str = ""
    is_ext_shared: bool = False


@dataclass(frozen=True)
class Team:
    """One workspace; its people may change. `also`: the others the app is or may be installed in."""

    id: str
    name: str
    domain: str
    bot: Bot
    users: dict[str, User] = field(default_factory=dict)
    rooms: tuple[Room, ...] = ()
    rate_limits: bool | None = None
    also: tuple["Team", ...] = ()

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
    also = [_of_the_same_app(data.get("bot"), other) for other in data.get("also", ())]
    faults = [*_faults(data), *(fault for other in also for fault in _faults(other))]
    ids = [each["team"]["id"] for each in (data, *also)] if not faults else []
    if len(set(ids)) < len(ids):
        faults.append("two teams have the same id")
    if faults:
        raise TeamError("; ".join(faults))
    return replace(_read_team(data), also=tuple(_read_team(other) for other in also))


def _of_the_same_app(bot: object, other: Mapping[str, Any]) -> Mapping[str, Any]:
    """Another workspace's file: what it does not say of the app is as in the first."""
    if not isinstance(bot, Mapping) or not isinstance(other.get("bot"), Mapping):
        return other
    app_id = bot.get("app_id") or f"A{str(bot.get('user_id'))[1:]}"
    shared = {key: value for key, value in bot.items() if key not in ("user_id", "bot_id")}
    # Without a token of its own it is not installed: it must come through the consent page.
    return {**other, "bot": {**shared, "token": "", **other["bot"], "app_id": app_id}}


def _read_team(data: Mapping[str, Any]) -> Team:
    team = data["team"]
    bot = _read_bot(data["bot"])
    return Team(
        id=team["id"],
        name=team["name"],
        domain=team.get("domain") or "localslack",
        bot=bot,
        users={user.id: user for user in _read_users(data.get("users", ()), bot, team["id"])},
        rooms=tuple(_read_room(room) for room in data.get("channels", ())),
        rate_limits=data.get("rate_limits"),
    )


def _faults(data: Mapping[str, Any]) -> Iterable[str]:
    yield from _missing(data)
    yield from _unknown_members(data)
    bot = data.get("bot")
    bot = bot if isinstance(bot, Mapping) else {}
    url = bot.get("request_url")
    if url and not is_loopback(url):
        yield f"bot.request_url: {url} is not on this machine"
    if url and not bot.get("signing_secret"):
        yield "bot.signing_secret is missing: a request URL needs it"


def _missing(data: Mapping[str, Any]) -> Iterable[str]:
    bot = data.get("bot")
    # A token that is there and empty says: not installed yet.
    token = () if isinstance(bot, Mapping) and bot.get("token") == "" else ("token",)
    for part, keys in {"team": ("id", "name"), "bot": ("user_id", "name", *token, "app_token")}.items():
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
        shortcuts=tuple(_read_shortcut(each) for each in row.get("shortcuts", ())),
        events=None if events is None else frozenset(events),
        request_url=row.get("request_url"),
        client_id=row.get("client_id") or "",
        client_secret=row.get("client_secret") or "",
    )


def _read_command(row: str | Mapping[str, Any]) -> Command:
    if isinstance(row, str):
        return Command(row)
    return Command(row["command"], row.get("description", ""), row.get("usage_hint", ""))


def _read_shortcut(row: Mapping[str, Any]) -> Shortcut:
    kind = row.get("type", "global")
    if kind not in ("global", "message") or not row.get("callback_id"):
        raise TeamError(f"shortcut {row.get('name')}: a type (global, message) and a callback_id are wanted")
    name, callback_id = row.get("name") or row["callback_id"], row["callback_id"]
    return Shortcut(name, kind, callback_id, row.get("description") or "")


def _read_users(rows: Iterable[Mapping[str, Any]], bot: Bot, team_id: str) -> Iterable[User]:
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
            team_id=row.get("team_id") or team_id,
            **{name: bool(row.get(name)) for name in USER_FLAGS},
        )
    shared: dict[str, Any] = {"is_bot": True, "team_id": team_id}
    yield User(bot.user_id, bot.name.lower(), bot.name, color="1264a3", **shared)
    yield User(SLACKBOT, "slackbot", "Slackbot", color="757575", **shared)


def _read_room(row: Mapping[str, Any]) -> Room:
    return Room(
        id=row["id"],
        name=str(row["name"]).removeprefix("#"),
        members=tuple(row.get("members", ())),
        private=bool(row.get("private")),
        topic=row.get("topic") or "",
        is_ext_shared=bool(row.get("is_ext_shared")),
    )


def is_loopback(url: object) -> bool:
    """Whether this URL stays on the machine."""
    try:
        parts = urlsplit(str(url))
        return parts.scheme == "http" and parts.hostname in LOOPBACK and (parts.port or 80) > 0
    except ValueError:
        return False


DEFAULT_TEAM: Mapping[str, Any] = {
    "team": {"id": "T0LOCAL", "name": "Agencia local"},
    "bot": {
        "user_id": "U0CARTERA",
        "name": "Cartera",
        "token": "xoxb-local",
        "app_token": "xapp-local",
        "signing_secret": "local-signing-secret",
        "client_id": "local-client",
        "client_secret": "local-client-secret",
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
