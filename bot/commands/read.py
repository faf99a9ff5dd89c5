"""Understand only: what would be asked. Nothing runs."""

import argparse
import json
import sys

from bot.app import reader
from bot.commands.common import OK, REFUSED, WRONG_USE, Stop, moment, opened, put, put_json, with_when_and_who
from bot.evaluate import read_jsonl
from db.access import names
from db.engine import reading


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", metavar="TEXT", nargs="?")
    parser.add_argument(
        "--jsonl",
        action="store_true",
        help='from stdin, a line each: {"id", "text", "previous"?, "pending"?}',
    )
    with_when_and_who(parser)


def run(args: argparse.Namespace) -> int:
    if (args.text is None) is not args.jsonl:
        raise Stop("cli.read_what", WRONG_USE)
    with opened() as app:
        now = moment(args.at, app)
        with reading(app.engine) as connection:
            known = names(connection)
    read = reader(app.catalogue, known, app.settings)
    if args.jsonl:
        read_jsonl(sys.stdin, sys.stdout, read, now=now)
        return OK
    found = read.read(args.text, now=now).json()
    put_json(found) if args.json else put(json.dumps(found, ensure_ascii=False, indent=2))
    return REFUSED if found["outcome"] == "refuse" else OK
