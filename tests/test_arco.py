"""A debtor's data, erased: found nowhere afterwards, every sum as before, the record's chain whole."""

import sqlite3
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, LargeBinary, String, Table, insert, select, update

from bot.app import App, build
from bot.settings import Settings
from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.engine import reading, writing
from db.erasure import sweep as sweeping
from db.erasure.erase import Grounds, erase
from db.erasure.subject import subject_of
from db.erasure.suppressed import suppressed_among
from db.erasure.words import words_of
from db.tables import agency, cells, metadata
from db.tables.erasure import audit_cuts, erasures
from db.tables.house import audit
from db.tables.reference import accounts, debtors
from db.trail.check import verify
from db.trail.seal import seal_of
from tests.arco_people import FIRST, Planted, plant
from tests.floor_hands import ask, press, rows, say
from tests.loading_agency import FILES, load
from tests.small import ALAMEDA, CARO, GLORIA, LAURA, NOW

GROUNDS = Grounds("request", None, "BA-2291", CARO, GLORIA)


@pytest.fixture
def app(small_own: Engine) -> App:
    return build(Settings(), engine=small_own)


def planted(engine: Engine, count: int) -> list[Planted]:
    with writing(engine) as connection:
        return [plant(connection, n) for n in range(count)]


def erased(engine: Engine, who: Planted, folder: Path | None = None) -> None:
    with writing(engine) as connection:
        erase(connection, subject_of(connection, who.account), GROUNDS, NOW, folder)


def found(engine: Engine, words: set[str]) -> set[tuple[str, str, str]]:
    """Each table, column and word that still stands in it; the accents and capitals do not matter."""
    plain = {word: "".join(word.casefold().split()) for word in words}
    left = set()
    with reading(engine) as connection:
        for table in metadata.sorted_tables:
            texts = [c for c in table.columns if isinstance(c.type, String)]
            read = [*texts, *(c for c in table.columns if isinstance(c.type, LargeBinary))]
            for row in connection.execute(select(*read)) if read else ():
                for name, held in row._mapping.items():
                    said = held.decode("utf-8", "replace") if isinstance(held, bytes) else str(held or "")
                    folded = "".join(said.casefold().split())
                    left |= {(table.name, name, word) for word, form in plain.items() if form in folded}
    return left


def chain(engine: Engine) -> str | None:
    with reading(engine) as connection:
        broken = verify(connection, seal_of(connection)).broken
    return f"{broken.kind} {broken.row}" if broken else None


def test_erasures_leave_no_trace_the_sums_stay_and_the_chain_holds(small_own: Engine) -> None:
    """A few; tests/arco_torture.py erases as many as one likes."""
    people = planted(small_own, 8)
    stays, gone = people[6:], people[:6]
    _rebuilt(small_own)
    before = sums(small_own)
    assert {name for name, _, _ in found(small_own, set(gone[5].traces))} >= {
        *("accounts", "debtors", "phones", "contacts", "payments", "cases", "account_notes", "audit"),
        *("inbox", "outbox", "proposals", "proposal_cards", "threads"),
    }
    for who in gone:
        erased(small_own, who)
    assert found(small_own, {trace for who in gone for trace in who.traces}) == set()
    assert chain(small_own) is None
    assert len(rows(small_own, audit_cuts)) == 2 * len(gone)
    kept = found(small_own, {trace for who in stays for trace in who.traces})
    assert {name for name, _, _ in kept} >= {"accounts", "audit", "contacts", "account_notes"}
    if small_own.dialect.name == "sqlite":
        assert not in_the_file(small_own, gone)
    _rebuilt(small_own)
    assert sums(small_own) == before


def in_the_file(engine: Engine, gone: list[Planted]) -> list[str]:
    """What was deleted is overwritten, not only unlinked."""
    engine.dispose()
    path = Path(str(engine.url.database))
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    held = path.read_bytes()
    return [who.number for who in gone if who.number.encode() in held or who.phone.encode() in held]


def sums(engine: Engine) -> dict[str, list[Any]]:
    """Every sum there is, without the tables that tell when they were made."""
    tables = [held for held in vars(cells).values() if isinstance(held, Table)]
    kept = [table for table in tables if not any(c.name.endswith("_at") for c in table.c)]
    found = {table.name: rows(engine, table) for table in kept}
    assert sum(map(len, found.values())) > 50
    return found


def _rebuilt(engine: Engine) -> None:
    refresh(engine, load_calendars(), now=NOW, full=True)


def test_a_column_that_is_not_searched_keeps_him(small_own: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ablation: without the sweep, what others wrote still names him."""
    (who,) = planted(small_own, 1)
    monkeypatch.setattr(sweeping, "wordy", lambda _: [])
    monkeypatch.setattr(sweeping, "cut_rows", lambda *_: None)
    erased(small_own, who)
    assert {name for name, _, _ in found(small_own, set(who.traces))} >= {"audit", "inbox", "threads"}


# --- The record ------------------------------------------------------------------------------------


def test_a_cut_row_that_is_touched_again_breaks_the_chain(small_own: Engine) -> None:
    (who,) = planted(small_own, 1)
    erased(small_own, who)
    number = rows(small_own, audit_cuts)[0].row_id
    with writing(small_own) as connection:  # the database lets its words be changed; the seal does not
        connection.execute(update(audit).where(audit.c.id == number).values(said="otra cosa"))
    assert chain(small_own) == f"changed {number}"


def test_nobody_cuts_a_row_without_the_key(small_own: Engine) -> None:
    planted(small_own, 1)
    number = max(row.id for row in rows(small_own, audit))
    with writing(small_own) as connection:
        forged = {"row_id": number, "cut_at": NOW, "seal": "0" * 64}
        connection.execute(insert(audit_cuts).values(**forged))
        connection.execute(update(audit).where(audit.c.id == number).values(request=None))
    assert chain(small_own) is not None


@pytest.mark.parametrize("change", [{"outcome": "denied"}, {"actor": "nobody"}, {"mac": "0"}])
def test_of_a_cut_row_only_its_words_may_change(small_own: Engine, change: dict[str, str]) -> None:
    (who,) = planted(small_own, 1)
    erased(small_own, who)
    number = rows(small_own, audit_cuts)[0].row_id
    with pytest.raises(Exception, match="append-only"), writing(small_own) as connection:
        connection.execute(update(audit).where(audit.c.id == number).values(**change))


# --- By whom, and when not -------------------------------------------------------------------------


def ordered(who: Planted, folio: str | None = "BA-2291") -> str:
    return f"suprime los datos personales de la cuenta {who.number}" + (f", folio {folio}" if folio else "")


def test_compliance_asks_and_somebody_else_agrees(app: App) -> None:
    who, other = planted(app.engine, 2)
    shown = say(app, ordered(who), CARO)
    assert shown.outcome == "preview", shown.text
    assert who.number not in shown.text
    assert who.name not in shown.text
    waits = press(app, shown, "confirm", CARO)
    assert waits.outcome == "pending_approval", waits.text
    done = press(app, waits.notices[0].outcome, "approve", GLORIA, minutes=2)
    assert done.outcome == "done", done.text
    (kept,) = rows(app.engine, erasures)
    assert (kept.person_id, kept.approved_by, kept.folio, kept.basis) == (CARO, GLORIA, "BA-2291", "request")
    assert found(app.engine, set(who.traces)) == set()  # also of the rows that tell of the erasure
    assert chain(app.engine) is None
    assert say(app, f"cuenta {who.number}", CARO, minutes=3).outcome != "answer"
    assert say(app, f"cuenta {other.number}", CARO, minutes=4).outcome == "answer"


def test_nobody_erases_alone_nor_without_the_role(app: App) -> None:
    (who,) = planted(app.engine, 1)
    assert say(app, ordered(who), LAURA).outcome == "denied"
    shown = say(app, ordered(who), CARO, minutes=1)
    waits = press(app, shown, "confirm", CARO, minutes=2)
    assert press(app, waits.notices[0].outcome, "approve", CARO, minutes=3).outcome == "denied"
    assert rows(app.engine, erasures) == []


def held(app: App, register: str, kind: str) -> None:
    with writing(app.engine) as connection:
        case = {"client_id": ALAMEDA, "campaign_id": 1, "account_id": FIRST, "received_on": NOW.date()}
        asked = {"register": register, "kind": kind, "received_at": NOW}
        connection.execute(insert(agency.cases).values(**case, **asked))


def test_what_stands_in_the_way_is_named(app: App) -> None:
    (who,) = planted(app.engine, 1)
    assert "folio" in say(app, ordered(who, None), CARO).text
    held(app, "holds", "Legal")
    assert "retención abierta (Legal)" in say(app, ordered(who), CARO, minutes=1).text
    with writing(app.engine) as connection:
        connection.execute(
            update(agency.cases).where(agency.cases.c.kind == "Legal").values(kind="Fallecimiento")
        )
    assert say(app, ordered(who), CARO, minutes=2).outcome == "preview"
    held(app, "complaints", "Amenazas")
    assert "queja sin contestar" in say(app, ordered(who), CARO, minutes=3).text


def test_who_still_owes_is_kept_and_who_never_asked_too(app: App) -> None:
    with writing(app.engine) as connection:
        owes = plant(connection, 1, recalled_on=None)
        quiet = plant(connection, 2)
        late = plant(connection, 3, first_default_on=date(2020, 1, 1))
        mine = agency.cases.c.account_id.in_([quiet.account, late.account])
        connection.execute(update(agency.cases).where(mine).values(kind="Acceso"))
    assert "sigue con adeudo" in say(app, ordered(owes), CARO).text
    refused = say(app, ordered(quiet), CARO, minutes=1)
    assert "no tiene una solicitud ARCO" in refused.text
    (register,) = refused.choices
    shown = ask(app, register.intent, dict(register.fields), CARO, minutes=1)
    assert shown.outcome == "preview", shown.text  # though the client took the account back
    assert "72 meses" in say(app, ordered(late), CARO, minutes=2).text


def test_a_hold_put_meanwhile_stops_it(app: App) -> None:
    (who,) = planted(app.engine, 1)
    waits = press(app, say(app, ordered(who), CARO), "confirm", CARO)
    held(app, "holds", "Fraude")
    assert press(app, waits.notices[0].outcome, "approve", GLORIA, minutes=2).outcome == "refuse"
    assert found(app.engine, {who.number})


# --- Afterwards ------------------------------------------------------------------------------------


def test_no_file_knows_the_number_and_it_is_recognised_all_the_same(small_own: Engine) -> None:
    who, other = planted(small_own, 2)
    erased(small_own, who)
    with reading(small_own) as connection:
        assert suppressed_among(connection, ALAMEDA, [who.number, other.number]) == {who.number}
        assert suppressed_among(connection, ALAMEDA + 1, [who.number]) == set()


def test_the_next_file_does_not_bring_him_back(agency: Engine, tmp_path: Path) -> None:
    with writing(agency) as connection:
        erase(connection, subject_of(connection, 1), replace(GROUNDS, person=1, approved_by=None), NOW)
    before = rows(agency, accounts)
    assert [row.account_no for row in before] == ["ARCO-1-1", "ARCO-1-2", "0010", "00001"]
    kept = load(agency, "accounts", FILES["accounts"] + "\n", tmp_path, name="again.csv").preview
    assert (kept.new, kept.rejected) == (0, 2)
    paid = "client_code,account_no,payment_ref,paid_on,posted_on,amount\n"
    paid += "ALA,00001,R1,2026-11-10,2026-11-11,10\nALA,0010,R2,2026-11-10,2026-11-11,10\n"
    assert load(agency, "payments", paid, tmp_path, name="paid.csv").preview.rejected == 1
    assert [row.account_no for row in rows(agency, accounts)] == [row.account_no for row in before]
    assert rows(agency, debtors)[0].name is None
    refused = kept.rejects_file.read_text(encoding="utf-8-sig") if kept.rejects_file else ""
    assert "se suprimieran sus datos" in refused
    assert "00002" not in refused


def test_his_rows_leave_the_files_of_refused_rows(small_own: Engine, tmp_path: Path) -> None:
    who, other = planted(small_own, 2)
    lines = [
        "linea,motivo,cuenta,nombre",
        f"2,x,{who.number},N",
        f'3,x,9,"{who.name}"',
        f"4,x,{other.number},N",
    ]
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    erased(small_own, who, tmp_path)
    left = (tmp_path / "a.csv").read_text(encoding="utf-8-sig")
    assert other.number in left
    assert not {who.number, who.name} & set(left.replace("\n", ",").split(","))


# --- Whose words -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("jose perez lopez debe", "[ARCO] debe"),
        ("PÉREZ LÓPEZ, JOSÉ", "[ARCO]"),
        ("José Pérez Luna", "José Pérez Luna"),
        ("cuenta 10023", "cuenta [ARCO]"),
        ("110023 y 100230", "110023 y 100230"),
        ("al 55 1234 5678", "al [ARCO]"),
        ("+525512345678", "[ARCO]"),
        ("$1,002.30", "$1,002.30"),
        ('{"account": "12", "limit": 12}', '{"account": "[ARCO]", "limit": 12}'),
        ('{"limit": 10023, "say": "la 10023"}', '{"limit": 10023, "say": "la [ARCO]"}'),
        ("son 12 cuentas", "son 12 cuentas"),
    ],
)
def test_only_his_own_words_are_taken_out(said: str, left: str) -> None:
    assert words_of(["José Pérez López"], ["10023", "5512345678", "12"]).without(said) == left
