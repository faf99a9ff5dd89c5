"""Score `read` on labelled utterances: right, asked, WRONG by kind."""

import argparse
import json
from pathlib import Path
from typing import Any

from bot.commands.common import OK, WRONG_USE, Stop, opened, put, put_json, with_json
from bot.evaluate import Report, score
from bot.understand import Reader
from db.access import names
from db.engine import reading

GUARDS = ("residue", "typos", "polarity")
MARKS = ("right", "asked", "WRONG")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE.jsonl", type=Path)
    parser.add_argument("--without", choices=GUARDS, help="a guard switched off: what it prevents")
    with_json(parser)


def run(args: argparse.Namespace) -> int:
    with opened() as app, reading(app.engine) as connection:
        off: dict[str, Any] = {args.without: False} if args.without else {}
        read = Reader(app.catalogue, names(connection), zone=app.settings.agency.zone, **off)
    try:
        report = score(args.file, read)
    except (OSError, UnicodeDecodeError) as error:
        raise Stop("cli.unreadable", WRONG_USE, file=str(args.file)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise Stop("cli.not_labelled", WRONG_USE, file=str(args.file)) from error
    put_json(report.json()) if args.json else put(_table(report))
    return OK


def _table(report: Report) -> str:
    """A line a kind, then each miss with what was wanted."""
    lines = [f"{'':<14}" + "".join(f"{mark:>8}" for mark in MARKS)]
    for kind, counts in [*sorted(report.counts.items()), ("=", None)]:
        found = [report.marked(m) if counts is None else counts[m] for m in MARKS]  # type: ignore[arg-type,index]
        lines.append(f"{kind:<14}" + "".join(f"{n:>8}" for n in found))
    for miss in report.misses:
        wanted, got = (json.dumps(each, ensure_ascii=False, default=str) for each in (miss.wanted, miss.got))
        lines += ["", f"{miss.mark} {miss.row}: {miss.text}", f"  {wanted}", f"  {got}"]
    return "\n".join(lines)
