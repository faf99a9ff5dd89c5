"""Messages that Slack would not take: lists them, tries them again, or gives them up."""

import argparse
from datetime import UTC, datetime

from bot.app import App
from bot.commands.common import OK, opened, put, put_json, who, with_json
from db import letters
from db.audit import Effect, Entry, record_effect
from db.engine import reading, writing


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", nargs="?", choices=("list", "retry", "drop"), default="list")
    parser.add_argument("numbers", nargs="*", type=int, metavar="NUMBER", help="which; none: all of them")
    parser.add_argument("--as", dest="user", metavar="USER", help="a Slack user id or an employee number")
    with_json(parser)


def run(args: argparse.Namespace) -> int:
    with opened() as app:
        return _list(app, args) if args.what == "list" else _attend(app, args)


def _list(app: App, args: argparse.Namespace) -> int:
    with reading(app.engine) as connection:
        found = letters.dead(connection, args.numbers)
    if args.json:
        put_json({"outcome": "done", "letters": [vars(each) for each in found]})
        return OK
    language, zone = app.settings.agency.language, app.settings.agency.zone
    for each in found:
        at = f"{(each.died_at or each.made_at).astimezone(zone):%d/%m %H:%M}"
        put(f"{each.id}  {at}  {each.kind}  {each.channel}  {each.who}  {each.error}")
    if not found:
        put(app.texts.say(language, "letters.none"))
    return OK


def _attend(app: App, args: argparse.Namespace) -> int:
    now = datetime.now(UTC)
    with writing(app.engine) as connection:
        ids = [each.id for each in letters.dead(connection, args.numbers)]
        retried = args.what == "retry"
        count = letters.revive(connection, ids, now) if retried else letters.drop(connection, ids)
        if count:
            asker = who(args.user, app)
            actor = f"{asker.via} as {asker.id}" if asker.via else asker.id
            effect = Effect("attend_letters", after={"do": args.what, "letters": ids})
            entry = Entry(now, None, actor, "cli", None, None, None, "done", None, rows=count, took_ms=0)
            record_effect(connection, entry, effect)
    if args.json:
        put_json({"outcome": "done", "letters": ids})
    else:
        key = "letters.none" if not count else "letters.retried" if retried else "letters.dropped"
        put(app.texts.say(app.settings.agency.language, key, n=count))
    return OK
