"""The words that questions were asked back for, with counts and a covered example."""

import argparse
from datetime import date

from bot.app import reader
from bot.commands.common import OK, WRONG_USE, Stop, opened, put, put_json, said, with_json
from bot.unread import unread_words
from db.access import names
from db.engine import reading


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--since", metavar="DAY", help="asked on this day or later (YYYY-MM-DD)")
    with_json(parser)


def run(args: argparse.Namespace) -> int:
    since = _day(args.since) if args.since else None
    with opened() as app, reading(app.engine) as connection:
        found = unread_words(connection, reader(app.catalogue, names(connection), app.settings), since)
    if args.json:
        put_json([each.json() for each in found])
        return OK
    for each in found:
        put(f"{each.count:>5}  {each.language}  {each.last}  {each.word:<24}  {each.example}")
    if not found:
        put(said("cli.no_unread"))
    return OK


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Stop("cli.bad_at", WRONG_USE, at=text) from None
