"""Special, do-not-call and holds from chat: who may, what they stop, and their way back."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from bot.app import App, build
from bot.settings import Settings
from db import portfolio
from db.engine import reading, writing
from db.marks import stops_calls
from db.portfolio import locks, never_dialled
from db.tables.agency import cases
from db.tables.house import audit
from db.tables.reference import accounts, assignments, memberships
from tests.floor_hands import ask, do, press, rows
from tests.small import ACCOUNT, ANA, BETO, CARLA, CARO, CLIENTE, GLORIA, LAURA, MARCO, NOW, at, fill

TODAY = NOW.date()
A = {"account": "00A"}
ACTIONS: dict[str, dict[str, Any]] = {
    "flag_special": {},
    "set_do_not_call": {},
    "add_hold": {"kind": "dispute"},
    "add_note": {"text": "Pide que le llamen por la tarde"},
    "release_hold": {},
    "unmask": {"reason": "Verificar identidad"},
}


@pytest.fixture
def app(engine: Engine) -> App:
    with writing(engine) as connection:
        fill(connection)
    return build(Settings(), engine=engine)


def special(app: App, letter: str) -> bool:
    query = select(accounts.c.special).where(accounts.c.id == ACCOUNT[letter])
    with reading(app.engine) as connection:
        return bool(connection.execute(query).scalar_one())


def locked(app: App, letter: str = "A") -> str | None:
    with reading(app.engine) as connection:
        return locks(connection, [ACCOUNT[letter]], TODAY).get(ACCOUNT[letter])


# --- special ------------------------------------------------------------------------------------------


def test_special_is_marked_told_recorded_and_taken_back(app: App) -> None:
    done = do(app, "flag_special", A)
    assert (done.outcome, special(app, "A")) == ("done", True)
    assert [n.person_id for n in done.notices] == [ANA]
    (row,) = [r for r in rows(app.engine, audit) if r.action == "flag_special"]
    assert json.loads(row.change)["after"] == {str(ACCOUNT["A"]): True}
    assert press(app, done, "undo", minutes=5).outcome == "done"
    assert special(app, "A") is False


def test_a_mark_that_stands_already_is_said(app: App) -> None:
    assert ask(app, "flag_special", {"account": "00B"}).about == "nothing"
    assert ask(app, "flag_special", A | {"value": False}).about == "nothing"
    assert ask(app, "release_hold", A).about == "nothing"


def test_a_supervisor_lets_go_of_special_with_somebody_else(app: App) -> None:
    shown = ask(app, "flag_special", {"account": "00B", "value": False})
    waits = press(app, shown, "confirm")
    assert waits.outcome == "pending_approval"
    assert {n.person_id for n in waits.notices} == {GLORIA, CARO}
    assert special(app, "B") is True
    assert press(app, shown, "approve", CARO, 2).outcome == "done"
    assert special(app, "B") is False


def test_without_that_rule_she_would_do_it_alone(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skills.accounts.marks.seconded", lambda ctx: {})
    assert do(app, "flag_special", {"account": "00B", "value": False}).outcome == "done"


def test_what_the_client_recalled_is_not_marked(app: App) -> None:
    for intent in ("flag_special", "set_do_not_call", "add_hold"):
        assert ask(app, intent, {"account": "00D", **ACTIONS[intent]}).about == "recalled"


# --- do not call ----------------------------------------------------------------------------------------


def test_do_not_call_is_an_opt_out_that_locks_the_account(app: App) -> None:
    assert locked(app, "C") is None
    assert do(app, "set_do_not_call", {"account": "00C"}, ANA).outcome == "done"
    (case,) = rows(app.engine, cases)
    assert (case.register, case.closed_on, case.received_on, case.load_id) == ("opt_outs", None, TODAY, None)
    assert locked(app, "C") == "no_call"
    moved = ask(app, "reassign_accounts", {"account": "00C", "to_agent": "Alberto Núñez", "count": 1})
    assert "pidieron no ser llamadas" in moved.text


def test_without_that_lock_it_would_be_moved(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    do(app, "set_do_not_call", {"account": "00C"}, ANA)
    monkeypatch.setattr(portfolio, "_protected", list)
    moved = ask(app, "reassign_accounts", {"account": "00C", "to_agent": "Alberto Núñez", "count": 1})
    assert moved.outcome == "preview"


def test_whoever_works_it_may_not_lift_it(app: App) -> None:
    do(app, "set_do_not_call", A, ANA)
    off = A | {"value": False}
    assert ask(app, "set_do_not_call", off, ANA).outcome == "denied"
    assert do(app, "set_do_not_call", off, GLORIA, minutes=3).outcome == "done"
    (case,) = rows(app.engine, cases)
    assert case.closed_on == TODAY
    assert locked(app) != "no_call"


def test_an_opt_out_by_another_way_stops_no_calls(app: App) -> None:
    row = {"client_id": 1, "campaign_id": 1, "account_id": ACCOUNT["C"], "received_at": at(TODAY, 8)}
    with writing(app.engine) as connection:
        for hour, kind in enumerate(("SMS", " WhatsApp ", "Llamadas", "")):
            made = row | {"received_at": at(TODAY, hour), "received_on": TODAY, "register": "opt_outs"}
            connection.execute(cases.insert().values(**made, kind=kind))
        found = connection.execute(select(cases.c.kind).where(stops_calls())).scalars().all()
    assert sorted(found) == ["", "Llamadas"]


# --- holds ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "register"),
    [("legal", "holds"), ("deceased", "holds"), ("arco", "arco"), ("complaint", "complaints")],
)
def test_a_hold_is_a_case_of_its_register(app: App, kind: str, register: str) -> None:
    done = do(app, "add_hold", {"account": "00C", "kind": kind})
    (case,) = rows(app.engine, cases)
    assert (case.register, case.account_id, case.closed_on) == (register, ACCOUNT["C"], None)
    assert {n.person_id for n in done.notices} == {ANA, CARO}
    assert locked(app, "C") == "case"


def test_the_reason_is_asked_for_with_buttons(app: App) -> None:
    asked = ask(app, "add_hold", A)
    assert (asked.outcome, len(asked.choices)) == ("clarify", 7)
    chosen = asked.choices[5]
    shown = ask(app, chosen.intent, dict(chosen.fields))
    assert "mié 16-dic" in shown.text  # 20 business days of the authority


def test_twice_for_one_reason_is_once(app: App) -> None:
    do(app, "add_hold", A | {"kind": "dispute"})
    with writing(app.engine) as connection:
        connection.execute(update(cases).values(kind="Aclaración"))  # as a file brings it
    assert ask(app, "add_hold", A | {"kind": "dispute"}, minutes=3).about == "nothing"
    assert ask(app, "add_hold", A | {"kind": "fraud"}, minutes=3).outcome == "preview"


def test_of_two_open_ones_it_asks_which_to_release(app: App) -> None:
    do(app, "add_hold", A | {"kind": "dispute"})
    do(app, "add_hold", A | {"kind": "legal"}, minutes=3)
    asked = ask(app, "release_hold", A, GLORIA, minutes=6)
    assert [o.label for o in asked.choices] == ["aclaración (mié 18-nov)", "asunto legal (mié 18-nov)"]
    assert do(app, "release_hold", dict(asked.choices[1].fields), GLORIA, minutes=7).outcome == "done"
    assert [(c.kind, c.closed_on) for c in rows(app.engine, cases)] == [
        ("Aclaracion", None),
        ("Legal", TODAY),
    ]
    assert locked(app) == "case"


def test_a_release_is_undone_and_a_hold_only_on_its_day(app: App) -> None:
    held = do(app, "add_hold", A | {"kind": "dispute"})
    free = do(app, "release_hold", A, GLORIA, minutes=3)
    assert locked(app) != "case"
    assert press(app, free, "undo", GLORIA, 5).outcome == "done"
    assert locked(app) == "case"
    assert press(app, held, "undo", minutes=60 * 24).outcome == "refuse"
    assert press(app, held, "undo", minutes=6).outcome == "done"
    assert rows(app.engine, cases) == []


def test_what_moved_on_meanwhile_is_not_released_twice(app: App) -> None:
    do(app, "add_hold", A | {"kind": "dispute"})
    first, second = (ask(app, "release_hold", A, who, minutes=3) for who in (GLORIA, CARO))
    assert press(app, first, "confirm", GLORIA, 4).outcome == "done"
    assert press(app, second, "confirm", CARO, 5).outcome == "refuse"


# --- who may, and what rests ----------------------------------------------------------------------------

MAY = {
    ANA: {"set_do_not_call", "add_hold", "add_note", "unmask"},
    LAURA: {*ACTIONS} - {"release_hold"},
    GLORIA: {*ACTIONS} - {"release_hold"},
    CARO: {*ACTIONS} - {"release_hold"},
    BETO: set(),  # another agent's account
    CARLA: set(),
    MARCO: set(),
    CLIENTE: set(),
}


@pytest.mark.parametrize("person", MAY)
def test_each_does_what_is_hers_to_do(app: App, person: int) -> None:
    """Nothing is open, so nobody has a hold to release."""
    may = {i for i, more in ACTIONS.items() if ask(app, i, A | more, person).outcome in ("preview", "done")}
    assert may == MAY[person]


def test_a_new_dialling_mode_moves_nobody(app: App) -> None:
    """Only another agent's time that ended lately makes an account rest."""
    with writing(app.engine) as connection:
        earlier = {"account_id": ACCOUNT["G"], "mode": "manual", "from_at": at(TODAY - timedelta(days=90))}
        ended = {"to_at": at(TODAY - timedelta(days=3)), "to_on": TODAY - timedelta(days=3)}
        row = earlier | ended | {"from_on": TODAY - timedelta(days=90)}
        connection.execute(assignments.insert().values(**row, agent_id=ANA))
    assert locked(app, "G") is None
    with writing(app.engine) as connection:
        mine = (assignments.c.account_id == ACCOUNT["G"]) & assignments.c.to_on.is_not(None)
        connection.execute(update(assignments).where(mine).values(agent_id=BETO))
    assert locked(app, "G") == "resting"


def test_who_left_the_team_marks_nothing_more(app: App) -> None:
    shown = ask(app, "flag_special", A)
    with writing(app.engine) as connection:
        connection.execute(update(memberships).where(memberships.c.person_id == ANA).values(to_on=TODAY))
    assert press(app, shown, "confirm").outcome == "refuse"
    assert special(app, "A") is False


def test_no_machine_dials_what_is_protected(app: App) -> None:
    do(app, "add_hold", {"account": "00C", "kind": "dispute"})
    do(app, "set_do_not_call", {"account": "00G"}, minutes=3)
    with reading(app.engine) as connection:
        found = never_dialled(connection, list(ACCOUNT.values()))
    assert found == {ACCOUNT["C"]: "case", ACCOUNT["G"]: "no_call"}
