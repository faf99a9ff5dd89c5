"""Load a file: what it would do, or with --yes do it, whole or not at all."""

import argparse
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from bot.app import App
from bot.commands.common import OK, REFUSED, Stop, opened, put, put_json, who, with_when_and_who
from bot.commands.scan import searched
from bot.identity import Stranger, identify
from bot.outcome import Who
from db.access import names
from db.cells.refresh import refresh
from db.engine import reading
from db.loading import Loaded, LoadingRefused, Preview, apply, describe, preview
from skills.contract import Language

LOADERS = ("admin", "director", "manager")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", metavar="KIND", help="people, clients, accounts, balances, payments ...")
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument("--layout", metavar="NAME", help="a layout of db/loading/layouts")
    parser.add_argument("--client", metavar="CODE", help="whose file it is, where the file does not say")
    parser.add_argument("--yes", action="store_true", help="do it; without this, only say what it would do")
    parser.add_argument("--no-refresh", action="store_true", help="leave the totals for `refresh`")
    with_when_and_who(parser)


def run(args: argparse.Namespace) -> int:
    with opened() as app:
        now = datetime.now(app.settings.agency.zone)
        loader = who(args.user, app)
        language = _allowed(app, loader, now)
        try:
            found = _load(app, args, loader, now)
        except LoadingRefused as refusal:
            return _refused(app, refusal, language, as_json=args.json)
        if isinstance(found, Loaded) and not args.no_refresh:
            refresh(app.engine, app.calendars, now=now, credit=app.settings.credit.rules)
            searched(app, now)
        said = "\n".join(describe(found, partial(app.texts.say, language)))
        if isinstance(found, Preview):
            said += "\n" + app.texts.say(language, "cli.import_yes")
    if args.json:
        outcome = "done" if isinstance(found, Loaded) else "preview"
        put_json({"outcome": outcome, **found.json(), "text": said})
    else:
        put(said)
    return OK


def _load(app: App, args: argparse.Namespace, loader: Who, now: datetime) -> Preview | Loaded:
    options: dict[str, Any] = {"layout": args.layout, "client": args.client, "now": now}
    if not args.yes:
        return preview(app.engine, args.kind, args.file, **options)
    by = loader.id if loader.via in (None, loader.id) else f"{loader.via} as {loader.id}"
    return apply(app.engine, args.kind, args.file, by=by, **options)


def _allowed(app: App, loader: Who, now: datetime) -> Language:
    """Files are for those who run the agency; the demo's command line is one of them."""
    with reading(app.engine) as connection:
        actor = identify(connection, loader, app.settings, app.texts, names(connection), now.date())
    if isinstance(actor, Stranger):
        raise Stop(actor.key, REFUSED, **actor.slots)
    if actor.role not in LOADERS:
        raise Stop("cli.import_denied", REFUSED)
    return actor.language


def _refused(app: App, refusal: LoadingRefused, language: Language, *, as_json: bool) -> int:
    said = app.texts.say(language, refusal.key, **refusal.slots)
    if as_json:
        put_json({"outcome": "refuse", "about": refusal.key, "message": said, "text": said, **refusal.slots})
    else:
        put(said)
    return REFUSED
