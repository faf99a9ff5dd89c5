"""Agreements made at the desk: what is asked, refused, approved by another, written and undone."""

from typing import Any

import pytest
from sqlalchemy import Engine, insert

from db.engine import writing
from db.tables.agency import agreements
from skills.agree import record
from tests.agree_floor import CLABE, FRIDAY, Floor, hold, house, of_account
from tests.small import ACCOUNT, ALAMEDA, ANA, CARLA, CLIENTE, GLORIA, LAURA, MARCO, NOW


@pytest.fixture
def floor(engine: Engine) -> Floor:
    return Floor(house(engine))


# --- proposed and written -----------------------------------------------------------------------------


def test_a_preview_shows_each_instalment_and_writes_nothing(floor: Floor) -> None:
    shown = floor.propose(amount="100", installments=3)
    assert shown.outcome == "preview", shown.text
    for words in ("…0001", "$33.33", "$33.34", "vie 20-nov", "vie 4-dic", "pago parcial", "$900.00"):
        assert words in shown.text, shown.text
    assert "45512000001" not in shown.text
    assert floor.rows() == []


def test_a_yes_writes_it_with_all_that_a_written_agreement_names(floor: Floor) -> None:
    done = floor.agreed(ANA, amount=None, discount="0.04", installments=2)
    (row,), terms = floor.rows(), floor.terms()
    assert (row.total_cents, row.installments, row.first_due_on) == (96_000, 2, FRIDAY)
    assert (row.discount_micros, row.status, row.agent_id) == (40_000, "authorized", ANA)
    assert (terms.settles, terms.waived_cents, terms.base_cents) == (True, 4_000, 100_000)
    assert (terms.principal_cents, terms.late_interest_cents) == (60_000, 15_000)
    assert (terms.pay_account, terms.pay_reference) == (CLABE, "REF-A")
    assert (terms.recorded_by, terms.authorized_by, terms.creditor_folio) == (ANA, ANA, None)
    assert done.notices == ()  # it is her own account


def test_whose_account_it_is_hears_of_it(floor: Floor) -> None:
    assert [n.person_id for n in floor.agreed(LAURA).notices] == [ANA]


def test_from_words_and_a_yes(floor: Floor) -> None:
    shown = floor.say(
        "registra convenio de la cuenta 45512000001 por 800 en 3 pagos semanales desde el viernes"
    )
    assert shown.outcome == "preview", shown.text
    assert floor.say("sí").outcome == "done"
    assert floor.rows()[0].total_cents == 80_000


@pytest.mark.parametrize("lacks", ["pay_account", "payment_reference", "fees_cents"])
def test_what_the_law_asks_for_and_nobody_knows_leaves_it_a_draft(engine: Engine, lacks: str) -> None:
    floor = Floor(house(engine, pay_accounts="" if lacks == "pay_account" else CLABE))
    if lacks != "pay_account":
        of_account(engine, "A", **{lacks: None})
    assert "borrador" in floor.propose().text
    floor.agreed()
    assert floor.states() == ["draft"]
    no = floor.run("issue_letter", account="45512000001")
    assert (no.outcome, no.about) == ("refuse", "missing")


def test_without_that_look_it_would_be_authorised(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    floor = Floor(house(engine, pay_accounts=""))
    monkeypatch.setattr(record, "missing", lambda _: [])
    monkeypatch.setattr(record, "_told", lambda *_: ())
    floor.agreed()
    assert floor.states() == ["authorized"]


# --- what is missing is asked -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("leaves", "about", "labels"),
    [
        ("frequency", "slot:frequency", ["Semanal", "Quincenal", "Mensual", "Armar convenio"]),
        ("first_date", "slot:first_date", ["jue 19-nov", "lun 30-nov", "Armar convenio"]),
        ("amount", "slot:amount", ["Armar convenio"]),
    ],
)
def test_a_missing_slot_is_asked_with_its_answers(
    floor: Floor, leaves: str, about: str, labels: list[str]
) -> None:
    gone: dict[str, Any] = {leaves: None}
    asked = floor.propose(**gone)
    assert (asked.outcome, asked.about) == ("clarify", about)
    assert [o.label for o in asked.choices] == labels
    if len(labels) > 1:
        first = asked.choices[0]
        assert floor.run(first.intent, **first.fields).outcome == "preview"


def test_an_amount_and_a_discount_that_disagree_are_asked(floor: Floor) -> None:
    asked = floor.propose(discount="0.10", installments=3)
    assert (asked.outcome, asked.about) == ("clarify", "slot:discount")
    assert [o.label for o in asked.choices[:2]] == [
        "Pagar $800.00 (quita de 20.0 %)",
        "Pagar $900.00 (quita de 10.0 %)",
    ]
    for choice in asked.choices[:2]:
        assert floor.run(choice.intent, **choice.fields).outcome == "preview"


# --- refused ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "about"),
    [
        ({"amount": "1000.01"}, "slot:amount"),
        ({"amount": "2", "installments": 3}, "slot:installments"),
        ({"first_date": "2026-11-17"}, "slot:first_date"),
        ({"first_date": "2026-12-04"}, "slot:first_date"),
        ({"amount": "-5"}, "bad_request"),
        ({"amount": "5.005"}, "bad_request"),
        ({"account": "00Z"}, "account"),
        ({"account": "00D"}, "law"),
        ({"account": "00B"}, "special"),
    ],
)
def test_what_cannot_be_is_refused_by_name(floor: Floor, fields: dict[str, Any], about: str) -> None:
    no = floor.propose(**fields)
    assert (no.outcome, no.about) == ("refuse", about), no.text
    assert floor.rows() == []


@pytest.mark.parametrize(("register", "about"), [("holds", "law"), ("arco", "hold")])
def test_a_held_account_is_refused(floor: Floor, register: str, about: str) -> None:
    hold(floor.engine, "A", register)
    assert floor.propose().about == about


def test_what_is_held_after_the_preview_is_not_written(floor: Floor) -> None:
    shown = floor.propose(ANA)
    hold(floor.engine, "A")
    assert floor.press(shown, "confirm", ANA).about == "law"
    assert floor.rows() == []


def test_without_that_guard_it_would_be(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    hold(floor.engine, "A")
    monkeypatch.setattr(record, "refuse_unlawful", lambda *_: None)
    assert floor.propose().about == "hold"
    monkeypatch.setattr(record, "refuse_untouchable", lambda _: None)
    floor.agreed()
    assert floor.states() == ["authorized"]


def test_one_stands_at_a_time(floor: Floor) -> None:
    both = [floor.propose(ANA), floor.propose(LAURA)]
    assert floor.press(both[0], "confirm", ANA).outcome == "done"
    assert floor.press(both[1], "confirm", LAURA).about == "agreement"
    again = floor.propose()
    assert [o.intent for o in again.choices] == ["agreement", "cancel_agreement"]
    assert floor.states() == ["authorized"]


def test_one_of_a_file_stands_as_well_until_it_is_broken(floor: Floor) -> None:
    row: dict[str, Any] = {
        "client_id": ALAMEDA,
        "campaign_id": 1,
        "account_id": ACCOUNT["A"],
        "total_cents": 50_000,
    }
    row |= {"installments": 1, "frequency": "mensual", "discount_micros": 0, "status": "active"}
    day = {"agreed_at": NOW, "agreed_on": NOW.date(), "first_due_on": FRIDAY}
    with writing(floor.engine) as connection:
        connection.execute(insert(agreements).values(**row, **day))
    assert floor.propose().about == "agreement"
    assert floor.propose(days=20, first_date="2026-12-10").outcome == "preview"  # nothing was ever paid


def test_without_that_look_there_would_be_two(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    floor.agreed()
    monkeypatch.setattr(record, "standing_of", lambda *_: None)
    floor.agreed(days=1)
    assert floor.states() == ["authorized", "authorized"]


def test_a_clabe_whose_check_digit_is_wrong_stops_it(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    floor = Floor(house(engine, pay_accounts="012180000118359719"))
    assert floor.propose().about == "pay_account"
    monkeypatch.setattr(record, "is_clabe", lambda _: True)
    assert floor.propose().outcome == "preview"


@pytest.mark.parametrize(
    ("person", "outcome"),
    [(ANA, "preview"), (GLORIA, "preview"), (CARLA, "refuse"), (MARCO, "refuse"), (CLIENTE, "denied")],
)
def test_nobody_agrees_on_what_is_out_of_reach(floor: Floor, person: int, outcome: str) -> None:
    assert floor.propose(person, installments=3).outcome == outcome


def test_without_the_scope_she_would(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.access.accounts_within", lambda *_: [])
    monkeypatch.setattr("db.agreement_book.accounts_within", lambda *_: [])
    assert floor.propose(CARLA, installments=3).outcome == "preview"


def test_two_of_one_number_are_asked(floor: Floor) -> None:
    of_account(floor.engine, "J", account_no="45512000001")
    asked = floor.propose(GLORIA)
    assert [o.label for o in asked.choices] == ["Banco Alameda", "Tiendas La Ceiba"]
    assert floor.run(asked.choices[0].intent, GLORIA, **asked.choices[0].fields).outcome == "preview"


# --- undone -------------------------------------------------------------------------------------------


def test_it_is_undone_the_same_day_while_nothing_came_of_it(floor: Floor) -> None:
    done = floor.agreed()
    undone = floor.press(done, "undo", ANA)
    assert undone.outcome == "done", undone.text
    assert floor.states() == ["cancelled"]


@pytest.mark.parametrize("since", ["a day", "a letter"])
def test_but_not_later(floor: Floor, since: str) -> None:
    done = floor.agreed()
    if since == "a letter":
        floor.issued()
    assert floor.press(done, "undo", ANA, days=0.01 if since == "a letter" else 1).about == "undo"
    assert "cancelled" not in floor.states()


def test_the_cells_are_told(floor: Floor) -> None:
    from db.tables.cells import dirty_days

    floor.agreed()
    marked = {(row.source, row.day) for row in floor.rows(dirty_days)}
    assert ("agreements", NOW.date()) in marked
    assert LAURA
