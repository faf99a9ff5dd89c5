"""What every command shares: the opened product, the moment, who is typing, how it is printed."""

import argparse
import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time
from typing import Any

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from yaml import YAMLError

from bot.app import HOME, App, build
from bot.faults import is_busy, note_failure
from bot.health.logs import log_to_stderr
from bot.outcome import Who
from bot.settings import Settings, SettingsFault, load_settings
from db.migrate import SchemaFault, upgrade
from skills.contract import Language
from skills.text import TextFault, load_texts

OK, FAILED, WRONG_USE, REFUSED = 0, 1, 2, 3


class Stop(Exception):
    """Ends a command with a sentence. `lines` are printed as they are."""

    def __init__(self, key: str, code: int = FAILED, lines: tuple[str, ...] = (), **slots: Any) -> None:
        super().__init__(key)
        self.key, self.code, self.lines, self.slots = key, code, lines, slots


@contextmanager
def opened() -> Iterator[App]:
    """The product, its database brought up to date."""
    app = built()
    try:
        try:
            upgrade(app.engine)
        except SchemaFault as fault:
            raise Stop(f"cli.{fault.key}", **fault.slots) from fault
        except DBAPIError as error:
            raise Stop("cli.no_database", reason=type(error.orig).__name__) from error
        yield app
    finally:
        app.close()


def built() -> App:
    try:
        known = settings()
        log_to_stderr(known.operations.logs, logging.getLevelNamesMapping()[known.operations.level.upper()])
        return build(known)
    except TextFault as fault:
        raise Stop("cli.faults", lines=fault.faults) from fault
    except (ValidationError, YAMLError) as fault:
        raise Stop("cli.run_check") from fault


def settings() -> Settings:
    try:
        return load_settings()
    except SettingsFault as fault:
        raise Stop("cli.faults", lines=tuple(map(str, fault.faults))) from fault


def moment(at: str | None, app: App) -> datetime:
    """`--at`, or the clock. A time without a zone is the agency's; a day alone is its noon."""
    zone = app.settings.agency.zone
    if at is None:
        return datetime.now(zone)
    try:
        given = datetime.fromisoformat(at)
    except ValueError:
        raise Stop("cli.bad_at", WRONG_USE, at=at) from None
    if len(at) <= len("2026-11-18"):
        given = datetime.combine(given.date(), time(12))
    return given if given.tzinfo else given.replace(tzinfo=zone)


def who(given: str | None, app: App) -> Who:
    """Whom the command speaks for; the operating-system user goes into the record with it."""
    if given:
        return Who("employee", given, via=_system_user())
    if app.settings.environment == "demo":
        note(app.texts.say(app.settings.agency.language, "cli.as_admin"))
    return Who("cli", _system_user())


def _system_user() -> str:
    """By the process's own id: a variable could claim anything."""
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        return "unknown"


def with_when_and_who(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--as", dest="user", metavar="USER", help="a Slack user id or an employee number")
    parser.add_argument("--at", metavar="ISO", help='what "now" is (default: the clock)')
    with_json(parser)


def with_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON value on stdout")


def put(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def put_json(value: Any) -> None:
    put(json.dumps(value, ensure_ascii=False, default=str))


def note(text: str) -> None:
    """For whoever looks on, beside the answer."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def said(key: str, **slots: Any) -> str:
    """A sentence of our own, in the agency's language where the settings can be read."""
    try:
        return load_texts(HOME / "bot" / "text.yaml").say(_language(), key, **slots)
    except TextFault as fault:  # the very file that would say so
        return str(fault)


def stopped(stop: Stop, *, as_json: bool) -> int:
    """Says why."""
    why = said(stop.key, **stop.slots)
    if as_json:
        outcome = "refuse" if stop.code == REFUSED else "failed"
        put_json({"outcome": outcome, "message": why, "about": stop.key, "details": list(stop.lines)})
    note("\n".join((why, *stop.lines)))
    return stop.code


def failed(error: Exception, doing: str, *, as_json: bool) -> int:
    """One sentence and a reference; the details are in the log."""
    reference = note_failure(error, doing)
    if is_busy(error):
        return stopped(Stop("cli.database_busy"), as_json=as_json)
    return stopped(Stop("cli.failed", reference=reference), as_json=as_json)


def _language() -> Language:
    try:
        return load_settings().agency.language
    except SettingsFault:
        return "es"
