"""Search what was done for breaches of the rules."""

import argparse
from datetime import datetime

from bot.app import App
from bot.commands.common import OK, opened, put, put_json, with_json
from db.engine import reading, writing
from db.law.rounds import search_round


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--full", action="store_true", help="every day anew, not only what changed")
    with_json(parser)


def searched(app: App, now: datetime, *, full: bool = False) -> tuple[int, int]:
    """Days searched, and breaches that are new: whoever is to hear of them hears it by the clock."""
    with reading(app.engine) as connection:
        write = search_round(connection, app.calendars, app.settings.law, now, full=full)
    with writing(app.engine) as connection:
        return write(connection)


def run(args: argparse.Namespace) -> int:
    with opened() as app:
        settings = app.settings
        days, new = searched(app, datetime.now(settings.agency.zone), full=args.full)
        said = app.texts.say(settings.agency.language, "cli.searched", days=days, new=new)
    if args.json:
        put_json({"days": days, "new": new})
    else:
        put(said)
    return OK
