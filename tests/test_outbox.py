"""The outbox's rows on both databases: put with their effect, claimed by one, settled by their owner."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select

from bot import outbox
from bot.outbox import LEASE, LIFE, Due, Parcel, Settled
from db.engine import reading, writing
from db.tables.house import outbox as rows
from tests import house_rows
from tests.slack_mail import parcel
from tests.slack_world import Clock

tables, engine = house_rows.tables, house_rows.engine
CLOCK = Clock()


def put(engine: Engine, *parcels: Parcel, owner: str = "a") -> list[Due | None]:
    with writing(engine) as connection:
        return [outbox.put(connection, each, owner, CLOCK()) for each in parcels]


def test_a_parcel_is_in_its_callers_transaction(engine: Engine) -> None:
    def fail_half_way() -> None:
        with writing(engine) as connection:
            outbox.put(connection, parcel("k"), "a", CLOCK())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    with reading(engine) as connection:
        assert connection.execute(select(rows)).first() is None


def test_the_same_key_is_one_row(engine: Engine) -> None:
    first, second = put(engine, parcel("k"), parcel("k"))
    assert first is not None
    assert second is None
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(rows)).scalar() == 1


def test_what_is_leased_is_not_claimed_and_what_is_left_is(engine: Engine) -> None:
    put(engine, parcel("k", thread="1.1", content=b"\x00x"))
    with writing(engine) as connection:
        assert outbox.claim(connection, "b", CLOCK() + LEASE) == []
        (due,) = outbox.claim(connection, "b", CLOCK() + LEASE + timedelta(seconds=1))
    assert (due.parcel, due.doubtful) == (parcel("k", thread="1.1", content=b"\x00x"), True)
    assert due.made_at == CLOCK()


def test_four_claimers_get_each_row_to_exactly_one(engine: Engine) -> None:
    put(engine, *(parcel(str(n)) for n in range(200)))
    at, got, start = CLOCK() + 2 * LEASE, list[int](), threading.Barrier(4)

    def claimer(owner: str) -> None:
        start.wait()
        while True:
            with writing(engine) as connection:
                mine = outbox.claim(connection, owner, at, most=7)
            if not mine:
                return
            got.extend(due.id for due in mine)

    claimers = [threading.Thread(target=claimer, args=(f"p{n}",)) for n in range(4)]
    for each in claimers:
        each.start()
    for each in claimers:
        each.join()
    assert len(got) == len(set(got)) == 200


def test_what_is_sent_forgets_its_content_and_what_is_dead_does_not(engine: Engine) -> None:
    sent, dead = put(engine, parcel("s", content=b"libro"), parcel("d", content=b"libro"))
    assert sent is not None
    assert dead is not None
    done = [Settled(sent.id, "sent", "1.1"), Settled(dead.id, "dead", error="x" * 200)]
    with writing(engine) as connection:
        outbox.settle(connection, done, "a", CLOCK())
        found = {row.key: row for row in connection.execute(select(rows))}
    assert (found["s"].state, found["s"].ts, found["s"].body, found["s"].content) == (
        "sent",
        "1.1",
        None,
        None,
    )
    assert (found["d"].state, found["d"].error, found["d"].content) == ("dead", "x" * 80, b"libro")
    assert "texto d" in found["d"].body


def test_only_its_owner_settles_a_parcel(engine: Engine) -> None:
    (due,) = put(engine, parcel("k"))
    assert due is not None
    with writing(engine) as connection:
        outbox.settle(connection, [Settled(due.id, "sent", "1.1")], "b", CLOCK())
        assert outbox.extend(connection, [due.id], "b", CLOCK()) == frozenset()
        assert outbox.extend(connection, [due.id], "a", CLOCK()) == {due.id}
        assert connection.execute(select(rows.c.state)).scalar() == "waiting"


def test_what_is_done_with_is_forgotten_unless_its_message_has_still_to_go(engine: Engine) -> None:
    at = CLOCK()
    made = put(
        engine, parcel("old"), parcel("stands", delete_at=at), parcel("seen", delete_at=at), parcel("w")
    )
    named = {"old": "1.1", "stands": "1.2", "seen": None}  # what only one person saw has no name
    done = [
        Settled(due.id, "sent", named[due.parcel.key])
        for due in made
        if due is not None and due.parcel.key in named
    ]
    with writing(engine) as connection:
        outbox.settle(connection, done, "a", at)
        outbox.forget(connection, at + LIFE)
        assert len(connection.execute(select(rows.c.key)).all()) == 4
        outbox.forget(connection, at + LIFE + timedelta(seconds=1))
        assert set(connection.execute(select(rows.c.key)).scalars()) == {"stands", "w"}
