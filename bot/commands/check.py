"""Every fault in config, metrics, texts, examples and migrations at once, with file and key."""

import argparse

from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from bot.check import NOBODY, every_fault
from bot.commands.common import FAILED, OK, note, put, put_json, said, with_json
from bot.settings import Fault, Settings, SettingsFault, load_settings
from db.access import Names, names
from db.engine import open_engine, reading
from db.migrate import SchemaFault, upgrade
from db.trail.seal import key_file


def arguments(parser: argparse.ArgumentParser) -> None:
    with_json(parser)


def run(args: argparse.Namespace) -> int:
    settings, known, faults = _config()
    faults += every_fault(settings, known)
    if args.json:
        each = [{"file": f.file, "key": f.key, "problem": f.problem} for f in faults]
        put_json({"outcome": "failed" if faults else "done", "faults": each})
    else:
        put("\n".join(map(str, faults)) or said("cli.no_faults"))
        if settings is not None and settings.audit.keys is None and settings.environment == "demo":
            note(said("cli.own_key", file=key_file(make_url(settings.database.url))))
    return FAILED if faults else OK


def _config() -> tuple[Settings | None, Names, list[Fault]]:
    """The settings and the database's names, as far as they can be had."""
    try:
        settings = load_settings()
    except SettingsFault as fault:
        return None, NOBODY, list(fault.faults)
    engine = open_engine(settings.database.url)
    try:
        upgrade(engine)
        with reading(engine) as connection:
            return settings, names(connection), []
    except SchemaFault as fault:
        return settings, NOBODY, [Fault("DATABASE_URL", "", said(f"cli.{fault.key}", **fault.slots))]
    except DBAPIError as error:
        problem = said("cli.no_database", reason=type(error.orig).__name__)
        return settings, NOBODY, [Fault("DATABASE_URL", "", problem)]
    finally:
        engine.dispose()
