"""The record keeps what it was told: tampering is found, changes are refused, writers never fork it."""

import json
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, select, text, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError

from db.audit import Effect, record, record_effect
from db.engine import open_engine, reading, writing
from db.tables import metadata
from db.tables.guards import guard, unguard
from db.tables.house import audit, audit_head
from db.trail import chain
from db.trail.anchor import anchors
from db.trail.chain import anchor, retire
from db.trail.check import Verdict, verify
from db.trail.seal import KeyFault, Seal, key_file, keys_of, seal_engine, seal_of
from tests.audit_torture import ANCHORED, KEY, ROWS, START, WAYS, Heads, entry, fill, tampered
from tests.conftest import empty_database

OTHER = f"{'B' * 43}="
THREADS, EACH = 8, 50
PLACES = range(4)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kept(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Engine, Heads]]:
    """Sixty rows, anchored at the fiftieth: nobody changes them for good."""
    folder = tmp_path_factory.mktemp("chain")
    with empty_database(request.param, request, folder) as url:
        engine = open_engine(url)
        metadata.create_all(engine)
        seal_engine(engine, KEY, folder / "anchor.jsonl", every=1_000)
        yield engine, fill(engine)
        engine.dispose()


@pytest.fixture
def sealed(engine: Engine, tmp_path: Path) -> Engine:
    seal_engine(engine, KEY, tmp_path / "anchor.jsonl", every=10)
    return engine


def verdict(engine: Engine) -> Verdict:
    with reading(engine) as connection:
        return verify(connection, seal_of(connection))


def add(engine: Engine, *numbers: int) -> None:
    for n in numbers:
        with writing(engine) as connection:
            record(connection, entry(n))


# --- Tampering -------------------------------------------------------------------------------------


def test_the_record_as_it_was_written_holds(kept: tuple[Engine, Heads]) -> None:
    assert verdict(kept[0]) == Verdict(rows=ROWS, older=0, retired=0, anchored=ANCHORED)


@pytest.mark.parametrize("seed", PLACES)
@pytest.mark.parametrize("way", WAYS)
def test_tampering_is_found_and_called_by_its_name(kept: tuple[Engine, Heads], way: str, seed: int) -> None:
    broken = tampered(kept[0], WAYS[way], seed, kept[1]).broken
    assert broken is not None
    assert broken.kind == way or (way, broken.kind) == ("cut", "head")


def found(kept: tuple[Engine, Heads], way: str) -> int:
    return sum(tampered(kept[0], WAYS[way], seed, kept[1]).broken is not None for seed in PLACES)


def test_without_the_anchor_an_older_copy_passes(
    kept: tuple[Engine, Heads], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.trail.check.anchors", lambda _path: iter(()))
    assert found(kept, "older_copy") == 0
    assert found(kept, "cut") == len(PLACES)


def test_without_the_macs_a_changed_row_passes(
    kept: tuple[Engine, Heads], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Seal, "_any", lambda *_: True)
    assert (found(kept, "changed"), found(kept, "swapped")) == (0, 0)


def test_a_mac_ties_a_row_to_its_number_and_to_the_row_before() -> None:
    row = {**dict.fromkeys(audit.c.keys()), "id": 7, "at": START, "actor": "E1"}
    seal = Seal(keys_of(KEY))
    mac = seal.row("before", row)
    assert seal.holds("before", row, mac)
    assert not seal.holds("other", row, mac)
    assert not seal.holds("before", {**row, "id": 8}, mac)
    assert not seal.holds("before", {**row, "change": "{}"}, mac)
    assert not seal.holds("before", row, None)


def test_a_line_of_the_anchor_that_was_changed_is_told(sealed: Engine, tmp_path: Path) -> None:
    add(sealed, *range(1, 6))
    anchor(sealed)
    anchor(sealed)  # nothing moved: nothing is written
    file = tmp_path / "anchor.jsonl"
    assert [line and line.seq for line in anchors(file)] == [5]
    written = file.read_text(encoding="utf-8")
    for forged in (written.replace('"seq": 5', '"seq": 4'), "not an anchor\n", "[]\n"):
        file.write_text(forged, encoding="utf-8")
        broken = verdict(sealed).broken
        assert broken is not None
        assert broken.kind == "anchor"
    file.write_text(written, encoding="utf-8")
    assert verdict(sealed).broken is None


# --- What the database refuses ------------------------------------------------------------------------

REFUSED: dict[str, Any] = {
    "update": update(audit).values(actor="E9999"),
    "one row": update(audit).where(audit.c.id == 2).values(mac="0" * 64),
    "delete": delete(audit),
    "delete the last": delete(audit).where(audit.c.id == 3),
    "delete the head": delete(audit_head),
    "set the head back": update(audit_head).values(seq=1),
    "another head": update(audit_head).values(id=2),
}


@pytest.mark.parametrize("statement", REFUSED)
def test_the_database_refuses(sealed: Engine, statement: str) -> None:
    add(sealed, 1, 2, 3)
    with pytest.raises(DBAPIError, match="append-only"), writing(sealed) as connection:
        connection.execute(REFUSED[statement])
    assert verdict(sealed) == Verdict(rows=3, older=0, retired=0, anchored=0)
    with writing(sealed) as connection:  # the guard off: what it refused goes through
        unguard(connection)
        connection.execute(REFUSED[statement])
        guard(connection)


def test_nothing_is_emptied_or_written_over(sealed: Engine) -> None:
    add(sealed, 1, 2, 3)
    row = {"id": 2, "at": START, "actor": "x", "entrance": "dm", "outcome": "answer"}
    if sealed.dialect.name == "sqlite":
        statements: list[Any] = [sqlite.insert(audit).prefix_with("OR REPLACE").values(**row)]
    else:
        statements = [text(f"TRUNCATE {name} CASCADE") for name in ("audit", "audit_head")]
    for statement in statements:
        with pytest.raises(DBAPIError, match="append-only"), writing(sealed) as connection:
            connection.execute(statement)
    assert verdict(sealed).broken is None


# --- Writers at once ----------------------------------------------------------------------------------


def all_at_once(engine: Engine) -> list[int]:
    """The numbers given to rows that many threads wrote at the same time."""

    def some(thread: int) -> list[int]:
        numbers = []
        for n in range(EACH):
            with writing(engine) as connection:
                numbers.append(record(connection, entry(thread * EACH + n)))
        return numbers

    with ThreadPoolExecutor(THREADS) as threads:
        return sorted(number for each in threads.map(some, range(THREADS)) for number in each)


def test_writers_at_once_make_one_chain(sealed: Engine, tmp_path: Path) -> None:
    assert all_at_once(sealed) == list(range(1, THREADS * EACH + 1))
    found = verdict(sealed)
    assert (found.rows, found.broken) == (THREADS * EACH, None)
    lines = [line.seq for line in anchors(tmp_path / "anchor.jsonl") if line]
    assert lines == list(range(10, THREADS * EACH, 10))


def test_without_the_lock_writers_run_into_each_other(
    sealed: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sealed.dialect.name == "sqlite":
        pytest.skip("its writers wait for each other at BEGIN")
    add(sealed, 1)
    monkeypatch.setattr(chain, "_LOCKED", chain._HEAD)
    with pytest.raises(DBAPIError):
        all_at_once(sealed)


def test_what_is_rolled_back_leaves_no_row_no_gap_and_no_anchor(sealed: Engine, tmp_path: Path) -> None:
    add(sealed, *range(1, 10))
    with sealed.connect() as connection:
        for n in range(10, 25):  # over the tenth and the twentieth
            record(connection, entry(n))
        connection.rollback()
    with writing(sealed) as connection:
        savepoint = connection.begin_nested()
        record(connection, entry(10))
        savepoint.rollback()
        record(connection, entry(10))
    add(sealed, 11)
    assert [line and line.seq for line in anchors(tmp_path / "anchor.jsonl")] == [10]
    assert verdict(sealed) == Verdict(rows=11, older=0, retired=0, anchored=10)


# --- Retention, and what is older than the chain --------------------------------------------------------


def test_old_rows_leave_by_one_door_and_the_rest_still_holds(sealed: Engine) -> None:
    add(sealed, *range(1, 21))
    with writing(sealed) as connection:
        assert retire(connection, entry(8).at) == 7
    assert verdict(sealed) == Verdict(rows=13, older=0, retired=7, anchored=10)
    add(sealed, 21)
    anchor(sealed)
    with writing(sealed) as connection:
        assert retire(connection, entry(8).at) == 0
    assert verdict(sealed) == Verdict(rows=14, older=0, retired=7, anchored=21)
    with writing(sealed) as connection:
        assert retire(connection, entry(99).at) == 14
    add(sealed, 22)
    assert verdict(sealed) == Verdict(rows=1, older=0, retired=21, anchored=21)


def test_the_door_opened_without_the_key_is_found(sealed: Engine) -> None:
    add(sealed, *range(1, 6))
    with writing(sealed) as connection:
        mac = connection.execute(select(audit.c.mac).where(audit.c.id == 2)).scalar_one()
        connection.execute(update(audit_head).values(base=2, base_mac=mac))
        connection.execute(delete(audit).where(audit.c.id <= 2))
    broken = verdict(sealed).broken
    assert broken is not None
    assert broken.kind == "head"


def test_rows_older_than_the_chain_are_counted_apart(sealed: Engine) -> None:
    """As a migration leaves them: without a mac, and the head begins after them."""
    old = {"at": START, "actor": "E1", "entrance": "dm", "outcome": "answer"}
    with writing(sealed) as connection:
        connection.execute(insert(audit), [{"id": n, **old} for n in (1, 2, 3)])
        head = {"id": 1, "seq": 3, "mac": "", "base": 3, "base_mac": "", "at": START}
        connection.execute(insert(audit_head).values(**head))
    assert verdict(sealed) == Verdict(rows=0, older=3, retired=0, anchored=0)
    add(sealed, 4, 5)
    assert verdict(sealed) == Verdict(rows=2, older=3, retired=0, anchored=0)


def test_a_head_that_was_removed_excuses_nothing(sealed: Engine) -> None:
    add(sealed, 1, 2, 3)
    with writing(sealed) as connection:
        unguard(connection)
        connection.execute(delete(audit_head))
        connection.execute(update(audit).where(audit.c.id == 2).values(actor="E9999"))
        guard(connection)
    broken = verdict(sealed).broken
    assert broken is not None
    add(sealed, 4)
    assert verdict(sealed).broken == broken
    assert (broken.kind, broken.row) == ("changed", 2)


# --- Effects ---------------------------------------------------------------------------------------------


def test_an_effect_and_a_denied_try_are_rows_of_the_same_transaction(sealed: Engine) -> None:
    with writing(sealed) as connection:
        done = Effect(
            "reassign_accounts", {"agent": 21}, {"agent": 22, "accounts": [1, 2]}, (22, 21, 22), "tok"
        )
        first = record_effect(connection, entry(1, "done"), done)
        second = record_effect(connection, entry(2, "done"), Effect("undo", undoes=first))
        third = record_effect(connection, entry(3, "denied"), Effect("set_target"))
    columns = (
        audit.c.id,
        audit.c.action,
        audit.c.outcome,
        audit.c.proposal,
        audit.c.undoes,
        audit.c.concerns,
    )
    with reading(sealed) as connection:
        rows = [tuple(row) for row in connection.execute(select(*columns).order_by(audit.c.id))]
        change = connection.execute(select(audit.c.change).where(audit.c.id == first)).scalar_one()
    assert rows == [
        (first, "reassign_accounts", "done", "tok", None, ",21,22,"),
        (second, "undo", "done", None, first, None),
        (third, "set_target", "denied", None, None, None),
    ]
    assert json.loads(change) == {"before": {"agent": 21}, "after": {"agent": 22, "accounts": [1, 2]}}
    assert verdict(sealed).broken is None


# --- Keys --------------------------------------------------------------------------------------------------


def test_a_key_is_made_once_beside_the_database(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'cartera.db'}"

    def key(_: int) -> bytes:
        return seal_engine(open_engine(url), None, None).keys[0]

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(key, range(16)))) == 1
    file = key_file(open_engine(url).url)
    assert file == tmp_path / "audit.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["audit.key"]


def test_an_engine_nobody_sealed_uses_the_key_beside_it(tmp_path: Path) -> None:
    for numbers in ((1, 2), (3,)):
        engine = open_engine(f"sqlite:///{tmp_path / 'cartera.db'}")
        metadata.create_all(engine)
        add(engine, *numbers)
        assert verdict(engine).broken is None
        engine.dispose()
    assert verdict(open_engine(f"sqlite:///{tmp_path / 'cartera.db'}")).rows == 3


def test_a_new_key_goes_on_and_the_one_before_still_verifies(sealed: Engine, tmp_path: Path) -> None:
    anchored = tmp_path / "anchor.jsonl"
    add(sealed, 1, 2)
    seal_engine(sealed, f"{OTHER}, {KEY}", anchored)
    add(sealed, 3)
    assert verdict(sealed).broken is None
    seal_engine(sealed, OTHER, anchored)
    broken = verdict(sealed).broken
    assert broken is not None
    assert (broken.kind, broken.row) == ("other_key", 1)


@pytest.mark.parametrize("given", ["", "short", f"{KEY},", f"{KEY} {OTHER}", "A" * 44])
def test_what_is_no_key_is_refused(given: str) -> None:
    with pytest.raises(KeyFault):
        keys_of(given)


def test_an_anchor_that_cannot_be_written_stops_nobody(
    engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    seal_engine(engine, KEY, tmp_path / "file" / "anchor.jsonl", every=1)
    add(engine, 1, 2, 3)
    assert "anchor cannot be written" in caplog.text
    assert verdict(engine).rows == 3
