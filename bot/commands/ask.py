"""Read, authorise and answer one question, exactly as in Slack."""

import argparse

from bot.commands.common import OK, REFUSED, moment, opened, put, put_json, who, with_when_and_who
from bot.outcome import Place


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", metavar="TEXT")
    parser.add_argument("--thread", metavar="ID", help="go on from the last question under this name")
    with_when_and_who(parser)


def run(args: argparse.Namespace) -> int:
    with opened() as app:
        now = moment(args.at, app)
        outcome = app.desk.ask(
            args.text, who=who(args.user, app), place=Place("cli", "cli"), thread=args.thread, now=now
        )
    if args.json:
        put_json(outcome.json())
    else:
        put(outcome.text)
    return REFUSED if outcome.outcome in ("refuse", "denied") else OK
