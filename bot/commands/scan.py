"""Search what was done for breaches of the rules."""

import argparse
from datetime import datetime

from bot.commands.common import OK, opened, put, put_json, with_json
from db.engine import reading, writing
from db.law.rounds import search_round


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--full", action="store_true", help="every day anew, not only what changed")
    with_json(parser)


def run(args: argparse.Namespace) -> int:
    with opened() as app:
        settings = app.settings
        now = datetime.now(settings.agency.zone)
        with reading(app.engine) as connection:
            write = search_round(connection, app.calendars, settings.law, now, full=args.full)
        with writing(app.engine) as connection:
            days, new = write(connection)
        said = app.texts.say(settings.agency.language, "cli.searched", days=days, new=new)
    if args.json:
        put_json({"days": days, "new": new})
    else:
        put(said)
    return OK
