"""Balances, recalls, payments, contacts and promises into the database."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, Table, func, select

from db.engine import reading
from db.loading import LoadingRefused, preview
from db.loading.files import read_table
from db.loading.known import Job
from db.loading.layouts import choose
from db.loading.mapping import type_table
from db.loading.planners.events import plan_contacts
from db.tables.cells import dirty_days
from db.tables.facts import balances, contacts, file_loads, payments, promises
from db.tables.reference import accounts
from tests.loading_agency import FILES, NOW, load, write

OCT = date(2026, 10, 31)


def _settle(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(dirty_days.delete())


HEAD = "client_code,account_no,as_of,balance,dpd,status\n"
CUT = HEAD + 'ALA,00001,2026-10-31,900.10,5,\nALA,00002,31/10/2026,"1,900.20",61,Castigado\n'


def rows(engine: Engine, table: Table, *columns: str) -> list[tuple[object, ...]]:
    with reading(engine) as connection:
        query = select(*(table.c[c] for c in columns)).order_by(*(table.c[c] for c in columns))
        return [tuple(row) for row in connection.execute(query)]


def first_cuts(engine: Engine) -> list[date | None]:
    with reading(engine) as connection:
        query = select(accounts.c.first_cut_on).order_by(accounts.c.id)
        return list(connection.execute(query).scalars())


def dirty(engine: Engine, source: str) -> set[date]:
    with reading(engine) as connection:
        query = select(dirty_days.c.day).where(dirty_days.c.source == source)
        return set(connection.execute(query).scalars())


def test_balances_are_typed_bucketed_and_remembered(agency: Engine, tmp_path: Path) -> None:
    done = load(agency, "balances", CUT, tmp_path).preview
    assert (done.rows, done.new, done.rejected) == (2, 2, 0)
    assert rows(agency, balances, "account_id", "balance_cents", "dpd", "bucket", "bucket_no", "status") == [
        (1, 90010, 5, "1-30", 1, None),
        (2, 190020, 61, "castigo", 99, "CASTIGADA"),
    ]
    assert first_cuts(agency) == [OCT, OCT, None, None]
    assert OCT in dirty(agency, "positions")
    totals = done.json()["control_totals"]
    assert totals == {
        "rows": 2,
        "amounts": {"balance": "2800.30"},
        "accepted": {"rows": 2, "amounts": {"balance": "2800.30"}},
        "first_on": "2026-10-31",
        "last_on": "2026-10-31",
    }


def test_a_corrected_cut_changes_only_what_differs(agency: Engine, tmp_path: Path) -> None:
    load(agency, "balances", CUT, tmp_path)
    again = CUT.replace("900.10", "950.00") + "ALA,0010,2026-10-31,1,0,\n"
    done = load(agency, "balances", again, tmp_path, name="b2.csv").preview
    assert (done.new, done.changed, done.same) == (1, 1, 1)
    assert rows(agency, balances, "account_id", "balance_cents", "load_id") == [
        (1, 95000, 6), (2, 190020, 5), (3, 100, 6),
    ]  # fmt: skip


def test_an_earlier_cut_moves_the_first_one_back(agency: Engine, tmp_path: Path) -> None:
    load(agency, "balances", CUT, tmp_path)
    earlier = HEAD + "ALA,00001,2026-09-30,1,0,\nALA,00002,2026-11-30,1,0,\n"
    load(agency, "balances", earlier, tmp_path, name="b2.csv")
    assert first_cuts(agency) == [date(2026, 9, 30), OCT, None, None]


def test_orphans_duplicates_and_lost_zeros_are_refused_one_by_one(agency: Engine, tmp_path: Path) -> None:
    bad = (
        "ALA,1,2026-10-31,1,0,\nALA,9,2026-10-31,1,0,\nXXX,00001,2026-10-31,1,0,\nALA,00001,2026-10-31,7,0,\n"
    )
    bad += "ALA,1.23457E+15,2026-10-31,1,0,\nALA,0010,,1,0,\nALA,0010,2026-10-31,1.234,0,\n"
    bad += "ALA,0010,2026-10-31,1\n"
    done = load(agency, "balances", CUT + bad, tmp_path).preview
    assert (done.new, done.rejected, done.orphans) == (2, 8, 3)
    assert {key.removeprefix("load_fault_"): n for (key, _), n in done.reasons.items()} == {
        "orphan_zeros": 1, "orphan_account": 1, "orphan_client": 1, "repeated": 1, "scientific_account": 1,
        "missing": 1, "ambiguous_amount": 1, "wrong_cells": 1,
    }  # fmt: skip
    assert rows(agency, balances, "account_id", "balance_cents") == [
        (1, 90010),
        (2, 190020),
    ]  # the first stays


def test_a_recall_is_said_once_and_corrected(agency: Engine, tmp_path: Path) -> None:
    recall = "client_code,account_no,recalled_on,reason\nALA,00001,2026-11-10,CASTIGO\n"
    assert load(agency, "recalls", recall, tmp_path).preview.new == 1
    same = load(agency, "recalls", recall + "\n", tmp_path, name="r2.csv").preview
    assert (same.new, same.changed, same.same) == (0, 0, 1)
    changed = load(agency, "recalls", recall.replace("-10,", "-12,"), tmp_path, name="r3.csv").preview
    assert (changed.new, changed.changed, changed.same) == (0, 1, 0)
    assert ("00001", date(2026, 11, 12), "CASTIGO") in [
        r for r in rows(agency, accounts, "account_no", "recalled_on", "recall_reason") if r[1]
    ]
    assert {date(2026, 11, 10), date(2026, 11, 12)} <= dirty(agency, "positions")


PAID = "client_code,account_no,payment_ref,paid_on,amount,posted_on,channel,reverses_ref\n"


def test_money_given_back_is_negative_and_marks_both_days(agency: Engine, tmp_path: Path) -> None:
    paid = PAID + "ALA,00001,007,2026-11-03,100.00,,SPEI,\nALA,00001,008,2026-11-04,50,2026-11-05,,\n"
    load(agency, "payments", paid, tmp_path)
    assert rows(agency, payments, "payment_ref", "paid_on", "posted_on", "amount_cents") == [
        ("007", date(2026, 11, 3), date(2026, 11, 3), 10000),
        ("008", date(2026, 11, 4), date(2026, 11, 5), 5000),
    ]
    _settle(agency)
    back = PAID + "ALA,00001,009,2026-11-10,100.00,,,007\nALA,00001,010,2026-11-11,(50.00),,,\n"
    load(agency, "payments", back, tmp_path, name="p2.csv")
    assert rows(agency, payments, "payment_ref", "amount_cents")[2:] == [("009", -10000), ("010", -5000)]
    assert dirty(agency, "payments") == {date(2026, 11, 3), date(2026, 11, 10), date(2026, 11, 11)}


def test_a_corrected_payment_marks_the_day_it_left(agency: Engine, tmp_path: Path) -> None:
    load(agency, "payments", PAID + "ALA,00001,007,2026-11-03,100.00,,,\n", tmp_path)
    _settle(agency)
    moved = (
        PAID
        + "ALA,00001,007,2026-11-05,100.00,,,\nALA,00001,007,2026-11-06,1,,,\nALA,00001,008,2026-11-06,0,,,\n"
    )
    done = load(agency, "payments", moved, tmp_path, name="p2.csv").preview
    assert (done.changed, done.rejected) == (1, 2)
    assert rows(agency, payments, "payment_ref", "paid_on", "amount_cents") == [
        ("007", date(2026, 11, 5), 10000)
    ]
    assert dirty(agency, "payments") == {date(2026, 11, 3), date(2026, 11, 5)}


CONTACTS = "client_code,account_no,started_at,result_code,agent_employee_no,talk_seconds,phone,party\n"


def test_contacts_know_their_day_their_hour_and_whom_they_reached(agency: Engine, tmp_path: Path) -> None:
    sent = CONTACTS + (
        "ALA,00001,2026-11-03 23:30,PDP,E01,60,+52 55 1234 5678,\n"
        "ALA,00001,2026-11-03 23:30,PDP,E01,60,+52 55 1234 5678,\n"  # identical rows are kept
        "ALA,00001,2026-11-04T01:00:00Z,aba,,0,,\n"
        "ALA,00002,03/11/2026 08:00,CBK,E01,30,,Tercero\n"
    )
    assert load(agency, "contacts", sent, tmp_path).preview.new == 4
    columns = ("started_on", "started_hour", "result_code", "human", "rpc", "party", "channel", "phone")
    assert rows(agency, contacts, *columns) == [
        (date(2026, 11, 3), 8, "CBK", True, False, "TERCERO", "call", None),
        (date(2026, 11, 3), 19, "ABA", False, False, None, "call", None),
        (date(2026, 11, 3), 23, "PDP", True, True, "TITULAR", "call", "5512345678"),
        (date(2026, 11, 3), 23, "PDP", True, True, "TITULAR", "call", "5512345678"),
    ]
    assert dirty(agency, "contacts") == {date(2026, 11, 3)}


def test_an_unmapped_code_is_refused_and_counted(agency: Engine, tmp_path: Path) -> None:
    sent = CONTACTS + (
        "ALA,00001,2026-11-03 10:00,PDP,E01,60,,\nALA,00001,2026-11-03 10:00,X9,E01,60,,\n"
        "ALA,00001,2026-11-03 10:00,X9,E01,60,,\nALA,00001,2026-11-03,PDP,E01,60,,\n"
        "ALA,00001,2026-11-03 10:00,PDP,E99,1,,\n"
    )
    done = load(agency, "contacts", sent, tmp_path).preview
    assert (done.new, done.rejected, done.orphans) == (1, 4, 1)
    assert [note.slots for note in done.notes if note.key == "load_unknown_codes"] == [
        {"n": 2, "codes": "X9 (2)"}
    ]
    assert ("load_fault_time_missing", "started_at") in done.reasons


def test_a_clients_own_codes_and_words_map_to_ours(agency: Engine, tmp_path: Path) -> None:
    sent = CONTACTS.replace("\n", ",channel\n") + "ALA,00001,2026-11-03 10:00,pp-1,E01,60,,,TEL 1\n"
    table = read_table(sent.encode(), "c.csv", len)
    choice = choose("contacts", table.headers, None, None)
    theirs = {"result_codes": {"PP-1": "PDP"}, "values": {"channel": {"Tel. 1": "whatsapp"}}}
    choice = choice.model_copy(update={"rules": choice.rules.model_copy(update=theirs)})
    with reading(agency) as connection:
        plan = plan_contacts(Job(connection, NOW, writes=False), type_table(table, choice, None))
    assert plan.good.select("result_code", "channel", "rpc").rows() == [("PDP", "whatsapp", True)]


def test_promises_keep_identical_rows_and_mark_both_days(agency: Engine, tmp_path: Path) -> None:
    line = "ALA,00001,2026-11-03 10:00,2026-11-10,500,E01\n"
    sent = "client_code,account_no,made_at,due_on,amount,agent_employee_no\n" + line + line
    sent += "ALA,00001,2026-11-03 10:00,2026-11-02,500,E01\nALA,00001,2026-11-03 10:00,2026-11-12,-5,E01\n"
    done = load(agency, "promises", sent, tmp_path).preview
    assert (done.new, done.rejected) == (2, 2)
    assert (
        rows(agency, promises, "made_on", "due_on", "amount_cents")
        == [(date(2026, 11, 3), date(2026, 11, 10), 50000)] * 2
    )
    assert dirty(agency, "promises") == {date(2026, 11, 3), date(2026, 11, 10)}


def test_the_same_file_twice_changes_nothing(agency: Engine, tmp_path: Path) -> None:
    line = "ALA,00001,2026-11-03 10:00,2026-11-10,500\n"
    sent = "client_code,account_no,made_at,due_on,amount\n" + line
    load(agency, "promises", sent, tmp_path)
    for again in ("promises.csv", "otro nombre.csv"):
        with pytest.raises(LoadingRefused) as refusal:
            load(agency, "promises", sent, tmp_path, name=again)
        assert refusal.value.key == "load_already"
    with pytest.raises(LoadingRefused, match="load_already"):
        preview(agency, "promises", tmp_path / "promises.csv", rejects=tmp_path)
    assert len(rows(agency, promises, "id")) == 1


def test_without_the_hash_guard_the_second_load_would_double_the_promises(
    agency: Engine, tmp_path: Path
) -> None:
    sent = "client_code,account_no,made_at,due_on,amount\nALA,00001,2026-11-03 10:00,2026-11-10,500\n"
    load(agency, "promises", sent, tmp_path)
    with agency.begin() as connection:  # the guard's only memory
        connection.execute(file_loads.update().values(sha256=func.upper(file_loads.c.sha256)))
    load(agency, "promises", sent, tmp_path)
    assert len(rows(agency, promises, "id")) == 2


def test_a_preview_writes_nothing_but_the_rejects(agency: Engine, tmp_path: Path) -> None:
    path = write(tmp_path, "b.csv", CUT + "ALA,9,2026-10-31,1,0,\n")
    seen = preview(agency, "balances", path, rejects=tmp_path / "r")
    assert (seen.new, seen.rejected) == (2, 1)
    assert seen.rejects_file is not None
    assert seen.rejects_file.stat().st_mode & 0o077 == 0
    assert rows(agency, balances, "account_id") == []
    assert load(agency, "balances", path.read_bytes(), tmp_path, name="b.csv").preview.new == 2


def test_a_file_with_nothing_to_load_is_refused_and_may_come_again(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(LoadingRefused, match="load_all_rejected"):
        load(engine, "balances", CUT, tmp_path)  # before its accounts
    for kind, content in FILES.items():
        load(engine, kind, content, tmp_path)
    assert load(engine, "balances", CUT, tmp_path).preview.new == 2
