"""Write what the totals are summed from to Parquet files, for `refresh --engine`: only what changed."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from bot.commands.common import FAILED, OK, REFUSED, Stop, opened, put, put_json, with_json
from db.lake.faults import LakeFault, StaleLake, missing


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", type=Path, help="a folder that every worker can read")
    with_json(parser)


def run(args: argparse.Namespace) -> int:
    with opened() as app, lake_faults():
        from db.lake.export import export_lake

        done = export_lake(app.engine, args.folder, now=datetime.now(app.settings.agency.zone))
        said = app.texts.say(
            app.settings.agency.language,
            "cli.lake_written",
            folder=str(args.folder),
            written=done.written,
            kept=done.kept,
            rows=f"{sum(done.rows.values()):,}",
            seconds=f"{done.seconds:.1f}",
        )
    if args.json:
        put_json(done.json())
    else:
        put(said)
    return OK


@contextmanager
def lake_faults() -> Iterator[None]:
    """What is wrong with a lake, or is not installed for one, as a sentence."""
    try:
        yield
    except LakeFault as fault:
        code = REFUSED if isinstance(fault, StaleLake) else FAILED
        raise Stop(f"cli.{fault.key}", code, **fault.slots) from fault
    except ImportError as error:
        if not missing(error):
            raise
        raise Stop("cli.lake_packages") from error
