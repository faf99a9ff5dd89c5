"""Bring the pre-aggregated tables up to date."""

import argparse
from datetime import datetime
from functools import partial
from pathlib import Path

from bot.app import App
from bot.commands.common import OK, WRONG_USE, Stop, opened, put, put_json, with_json
from bot.commands.lake import lake_faults
from db.cells.refresh import Refreshed, refresh

DATABASE = "database"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--full", action="store_true", help="everything anew, not only what changed")
    parser.add_argument(
        "--engine",
        choices=(DATABASE, "duckdb", "spark"),
        default=DATABASE,
        help="who sums the facts: the database itself, or another engine over a lake's files",
    )
    parser.add_argument("--lake", metavar="DIR", type=Path, help="where the files of `lake` are")
    parser.add_argument("--url", metavar="sc://HOST:PORT", help="where Spark listens (sc://localhost:15002)")
    parser.add_argument("--export", action="store_true", help="bring the lake up to date first")
    with_json(parser)


def run(args: argparse.Namespace) -> int:
    if (args.engine == DATABASE) != (args.lake is None) or (args.url and args.engine != "spark"):
        raise Stop("cli.lake_where", WRONG_USE)
    with opened() as app:
        now = datetime.now(app.settings.agency.zone)
        done = _refreshed(app, args, now)
        days = sum(done.days.values())
        said = app.texts.say(
            app.settings.agency.language, "cli.refreshed", n=days, seconds=f"{done.seconds:.1f}"
        )
    if args.json:
        put_json(done.json())
    else:
        put(said)
    return OK


def _refreshed(app: App, args: argparse.Namespace, now: datetime) -> Refreshed:
    whole = partial(
        refresh, app.engine, app.calendars, now=now, full=args.full, credit=app.settings.credit.rules
    )
    if args.engine == DATABASE:
        return whole()
    with lake_faults():
        from db.lake.engines import summing
        from db.lake.reader import refresh_from_lake

        with summing(args.engine, args.url) as engine:
            return refresh_from_lake(
                app.engine,
                args.lake,
                engine,
                lambda reader: whole(reader=reader),
                now=now,
                export=args.export,
            )
