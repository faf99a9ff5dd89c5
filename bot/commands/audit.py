"""The record of what was asked and done: verifies it, exports it, retires its oldest rows."""

import argparse
import csv
import json
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection

from bot.app import App
from bot.commands.common import FAILED, OK, WRONG_USE, Stop, opened, put, put_json, who, with_json
from db.audit import Effect, Entry, record_effect
from db.engine import reading, writing
from db.trail.chain import anchor, retire
from db.trail.check import verify
from db.trail.export import COLUMNS, rows_since
from db.trail.seal import seal_of

# A spreadsheet takes these for the start of a formula, full-width forms included.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def arguments(parser: argparse.ArgumentParser) -> None:
    named = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    verifies = named.add_parser(
        "verify", help="whether every row is as it was recorded; if not, which and why"
    )
    exports = named.add_parser(
        "export", help="the rows with their seals, as CSV or (by FILE's ending) JSON lines"
    )
    exports.add_argument("--since", metavar="DAY", required=True, help="from this day on (YYYY-MM-DD)")
    exports.add_argument("--out", metavar="FILE", required=True, type=Path)
    retires = named.add_parser(
        "retire", help="deletes rows older than a day, and seals where the rest begins"
    )
    retires.add_argument("--before", metavar="DAY", required=True, help="YYYY-MM-DD")
    retires.add_argument("--yes", action="store_true", help="do it")
    for each in (exports, retires):
        each.add_argument("--as", dest="user", metavar="USER", help="a Slack user id or an employee number")
    for each in (verifies, exports, retires):
        with_json(each)


def run(args: argparse.Namespace) -> int:
    with opened() as app:
        return {"verify": _verify, "export": _export, "retire": _retire}[args.what](app, args)


def _verify(app: App, args: argparse.Namespace) -> int:
    with reading(app.engine) as connection:
        found = verify(connection, seal_of(connection))
    broken = found.broken
    if args.json:
        state = {
            "rows": found.rows,
            "older": found.older,
            "retired": found.retired,
            "anchored": found.anchored,
        }
        put_json({"outcome": "failed" if broken else "done", **state, "broken": broken and vars(broken)})
    elif broken:
        put(_said(app, f"audit.{broken.kind}", row=broken.row))
    else:
        put(_said(app, "audit.holds", n=f"{found.rows:,}", anchored=f"{found.anchored:,}"))
        for key, count in (("retired", found.retired), ("older", found.older)):
            if count:
                put(_said(app, f"audit.{key}", **{key: f"{count:,}"}))
    return FAILED if broken else OK


def _export(app: App, args: argparse.Namespace) -> int:
    since = _midnight(app, args.since)
    as_json = args.out.suffix in (".jsonl", ".json", ".ndjson")
    # What people typed is in it: for whoever made it, and nobody else.
    handle = os.open(args.out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file, reading(app.engine) as connection:
        rows = rows_since(connection, since)
        count = _as_lines(rows, file) if as_json else _as_csv(rows, file)
    with writing(app.engine) as connection:
        _recorded(connection, app, args, Effect("export_audit", after={"since": args.since, "rows": count}))
    if args.json:
        put_json({"outcome": "done", "rows": count, "file": str(args.out)})
    else:
        put(_said(app, "audit.exported", n=count, file=args.out))
    return OK


def _as_lines(rows: Iterator[dict[str, Any]], file: IO[str]) -> int:
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007
        file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return count


def _as_csv(rows: Iterator[dict[str, Any]], file: IO[str]) -> int:
    count = 0
    sheet = csv.writer(file)
    sheet.writerow(COLUMNS)
    for count, row in enumerate(rows, 1):  # noqa: B007
        sheet.writerow([_plain(row[name]) for name in COLUMNS])
    return count


def _plain(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _retire(app: App, args: argparse.Namespace) -> int:
    before = _midnight(app, args.before)
    if not args.yes:
        put(_said(app, "audit.to_retire", day=args.before))
        return OK
    with writing(app.engine) as connection:
        gone = retire(connection, before)
        _recorded(connection, app, args, Effect("retire_audit", after={"before": args.before, "rows": gone}))
    anchor(app.engine)
    if args.json:
        put_json({"outcome": "done", "rows": gone})
    else:
        put(_said(app, "audit.gone", n=gone))
    return OK


def _recorded(connection: Connection, app: App, args: argparse.Namespace, effect: Effect) -> None:
    asker = who(args.user, app)
    actor = f"{asker.via} as {asker.id}" if asker.via else asker.id
    rows = int(effect.after["rows"])
    entry = Entry(datetime.now(UTC), None, actor, "cli", None, None, None, "done", None, rows=rows, took_ms=0)
    record_effect(connection, entry, effect)


def _midnight(app: App, day: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(day), time(), app.settings.agency.zone)
    except ValueError:
        raise Stop("cli.bad_at", WRONG_USE, at=day) from None


def _said(app: App, key: str, **slots: Any) -> str:
    return app.texts.say(app.settings.agency.language, key, **slots)
