"""The whole product on this machine: demo agency, bot, and a local Slack unless .env names a real one."""

import argparse
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import SecretStr

from bot.app import HOME, App
from bot.commands.common import OK, Stop, note, opened
from bot.commands.serve import serve
from bot.settings import Settings
from db.access import is_empty
from db.cells.refresh import refresh
from db.engine import reading

STOP_SECONDS = 5
PAGE_PORT = 8777
LOOPBACK = "127.0.0.1"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, help="where the local Slack's page listens")


def run(args: argparse.Namespace) -> int:
    with opened() as app:
        prepare(app)
        if not app.settings.slack.missing:
            serve(app, app.settings)
            return OK
        with local_slack(app, args.port) as settings:
            serve(app, settings)
    return OK


def prepare(app: App) -> None:
    """The demo agency, if the database holds nothing at all and is not for production; then the totals."""
    now = datetime.now(app.settings.agency.zone)
    with reading(app.engine) as connection:
        empty = is_empty(connection)
    if empty and app.settings.environment == "demo":
        from db.demo import build_demo

        _say(app, "cli.seeding")
        build_demo(app.engine, now=now)
    _say(app, "cli.refreshing")
    refresh(app.engine, app.calendars, now=now, credit=app.settings.credit.rules)


@contextmanager
def local_slack(app: App, port: int | None) -> Iterator[Settings]:
    """A Slack of our own in another process; the settings that reach it."""
    from db.demo import team_file

    team = team_file(app.engine)
    team["bot"] = {**team["bot"], **declared(), **_delivered(app.settings)}
    with TemporaryDirectory(prefix="cartera-") as folder:
        file = Path(folder) / "team.json"
        file.write_text(json.dumps(team, ensure_ascii=False), encoding="utf-8")
        port = _page_port() if port is None else port
        if not port:
            _say(app, "cli.page_port_taken", port=PAGE_PORT)
        process = subprocess.Popen(  # noqa: S603 (our own module, no shell)
            _command(file, port), stdout=subprocess.PIPE, text=True, cwd=HOME, **_own_group()
        )
        try:
            where = _first_line(process)
            _say(app, "cli.open_page", url=where["url"])
            yield _reaching(app.settings, team, where["api_url"])
        finally:
            _end(process)


def declared() -> dict[str, Any]:
    """The events the real app is sent and the shortcuts it has, so that the local Slack knows no others."""
    manifest = json.loads((HOME / "manifest.json").read_text(encoding="utf-8"))
    return {
        "events": manifest["settings"]["event_subscriptions"]["bot_events"],
        "shortcuts": manifest["features"]["shortcuts"],
        "commands": manifest["features"]["slash_commands"],
    }


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _command(team: Path, port: int) -> list[str]:
    return [sys.executable, "-m", "localslack", "--team", str(team), "--port", str(port)]


def _page_port() -> int:
    """The same address every day, so that it can be a bookmark; any free one (0) while it is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, PAGE_PORT))
        except OSError:
            return 0
    return PAGE_PORT


def _own_group() -> dict[str, Any]:
    """Ctrl+C is for us: the bot says goodbye before its Slack goes away."""
    return {"start_new_session": True} if os.name == "posix" else {}


def _first_line(process: subprocess.Popen[str]) -> dict[str, str]:
    """`{"url", "api_url"}`, once it listens."""
    line = process.stdout.readline() if process.stdout is not None else ""
    try:
        where = json.loads(line)
        return {"url": str(where["url"]), "api_url": str(where["api_url"])}
    except (ValueError, KeyError, TypeError):
        raise Stop("cli.no_local_slack") from None


def _delivered(settings: Settings) -> dict[str, str]:
    """Where the local Slack calls this bot, if it is to call at all."""
    if settings.slack.mode == "socket":
        return {}
    from bot.slack.http import EVENTS

    return {"request_url": f"http://{LOOPBACK}:{settings.slack.port}{EVENTS}"}


def _reaching(settings: Settings, team: dict[str, Any], api_url: str) -> Settings:
    bot = team["bot"]
    slack = settings.slack.model_copy(
        update={
            "host": LOOPBACK,
            "client_id": None,  # one workspace, with the token it was given
            "api_url": api_url,
            "bot_token": SecretStr(bot["token"]),
            "app_token": SecretStr(bot["app_token"]),
            "signing_secret": SecretStr(bot["signing_secret"]),
        }
    )
    return settings.model_copy(update={"slack": slack})


def _say(app: App, key: str, **slots: Any) -> None:
    note(app.texts.say(app.settings.agency.language, key, **slots))
