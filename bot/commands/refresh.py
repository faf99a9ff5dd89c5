"""Bring the pre-aggregated tables up to date."""

import argparse
from datetime import datetime

from bot.commands.common import OK, opened, put, put_json, with_json
from db.cells.refresh import refresh


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--full", action="store_true", help="everything anew, not only what changed")
    with_json(parser)


def run(args: argparse.Namespace) -> int:
    with opened() as app:
        now = datetime.now(app.settings.agency.zone)
        done = refresh(app.engine, app.calendars, now=now, full=args.full)
        days = sum(done.days.values())
        said = app.texts.say(
            app.settings.agency.language, "cli.refreshed", n=days, seconds=f"{done.seconds:.1f}"
        )
    if args.json:
        put_json(done.json())
    else:
        put(said)
    return OK
