"""Accounts lent for a time: shown, given back once by the clock, and only what the substitute still has."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, select, update

from bot import returning
from bot.app import App, build
from bot.outcome import Outcome, Place, Who
from bot.returning import returned
from bot.settings import Settings
from db import lent, portfolio
from db.engine import reading, writing
from db.moves import Move, holders, move_accounts
from db.tables import reference
from db.tables.acting import lent_accounts
from db.tables.agency import trainings
from db.tables.house import audit
from skills.rules import Assigning
from tests.small import ACCOUNT, ALAMEDA, ANA, BETO, CARLA, LAURA, NOW, fill

DM = Place("dm", "D1")
FRIDAY = date(2026, 11, 20)
MOVED = "pasa 2 cuentas de Ana Ruiz a Beto hasta el viernes"


class House:
    def __init__(self, engine: Engine, **settings: Any) -> None:
        with writing(engine) as connection:
            fill(connection)
        self.engine = engine
        self.app: App = build(Settings(**settings), engine=engine)

    def say(self, text: str, days: float = 0) -> Outcome:
        now = NOW + timedelta(days=days)
        return self.app.desk.ask(text, who=Who("slack", f"U{LAURA}"), place=DM, thread="t1", now=now)

    def run(self, intent: str, days: float = 0, **fields: Any) -> Outcome:
        who, now = Who("slack", f"U{LAURA}"), NOW + timedelta(days=days)
        return self.app.desk.run(intent, fields, who=who, place=DM, thread="t1", now=now)

    def done(self, shown: Outcome, step: str = "confirm", days: float = 0.01) -> Outcome:
        option = next(o for o in shown.choices if o.intent == step)
        done = self.run(step, days, **option.fields)
        assert done.outcome == "done", done.text
        return done

    def back(self, days: float) -> dict[int, list[tuple[str, int]]]:
        """The clock's look so many days on."""
        with writing(self.engine) as connection:
            return returned(connection, NOW + timedelta(days=days))[1]

    def holder(self, letter: str) -> int:
        table = reference.assignments
        query = select(table.c.agent_id).where(table.c.account_id == ACCOUNT[letter], table.c.to_at.is_(None))
        with reading(self.engine) as connection:
            return int(connection.execute(query).scalar_one())

    def states(self) -> list[str]:
        with reading(self.engine) as connection:
            query = select(lent_accounts.c.state).order_by(lent_accounts.c.id)
            return list(connection.execute(query).scalars())


@pytest.fixture
def house(engine: Engine) -> House:
    return House(engine)


def test_it_is_shown_done_and_comes_back_once(house: House) -> None:
    shown = house.say(MOVED)
    assert "hasta el vie 20-nov inclusive" in shown.text, shown.text
    done = house.done(shown)
    assert "hasta el vie 20-nov inclusive" in done.text
    assert {n.person_id for n in done.notices} == {ANA, BETO}
    assert all("hasta el vie 20-nov" in n.outcome.message for n in done.notices)
    assert (house.holder("C"), house.holder("G")) == (BETO, BETO)
    assert house.back(2) == {}  # Friday itself
    assert house.back(3) == {
        ANA: [("assign.back_yours", 2)],
        BETO: [("assign.back_theirs", 2)],
        LAURA: [("assign.back_ordered", 2)],
    }
    assert (house.holder("C"), house.holder("G")) == (ANA, ANA)
    assert house.back(4) == {}
    assert house.states() == ["back", "back"]
    with reading(house.engine) as connection:
        row = connection.execute(select(audit).where(audit.c.action == returning.ACTION)).one()
    assert (row.entrance, row.actor, row.rows) == ("clock", "Cartera", 2)
    assert row.concerns == f",{','.join(map(str, sorted((ANA, BETO, LAURA))))},"


def test_without_its_state_it_would_be_told_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ablation: what came back is looked at again for ever."""
    house.done(house.say(MOVED))
    monkeypatch.setattr(lent, "BACK", lent.OUT)
    house.back(3)
    assert house.back(4) != {}


def test_only_what_the_substitute_still_has_comes_back(house: House) -> None:
    house.done(house.say(MOVED))
    _hand_over(house.engine, "C", CARLA)
    assert house.back(3)[LAURA] == [("assign.back_ordered", 1), ("assign.back_stayed", 1)]
    assert (house.holder("C"), house.holder("G")) == (CARLA, ANA)
    assert sorted(house.states()) == ["back", "stays"]


def test_an_account_given_back_by_hand_and_lent_anew_is_no_longer_that_loan(house: House) -> None:
    house.done(house.say(MOVED))
    _hand_over(house.engine, "C", ANA)
    _hand_over(house.engine, "C", BETO)
    house.back(3)
    assert house.holder("C") == BETO


def test_nothing_goes_to_whoever_left(house: House) -> None:
    house.done(house.say(MOVED))
    with writing(house.engine) as connection:
        gone = update(reference.people).where(reference.people.c.id == ANA)
        connection.execute(gone.values(active_to=FRIDAY))
    assert house.back(3) == {LAURA: [("assign.back_stayed", 2)]}
    assert house.holder("C") == BETO


def test_what_is_undone_does_not_come_back(house: House) -> None:
    house.done(house.done(house.say(MOVED)), "undo", 0.02)
    assert (house.holder("C"), house.states()) == (ANA, ["undone", "undone"])
    assert house.back(3) == {}


def test_what_a_substitute_lent_on_comes_back_through_her(house: House) -> None:
    """Ana to Beto until Friday, Beto to Carla until Saturday: it waits for Carla."""
    house.done(house.say(MOVED))
    with writing(house.engine) as connection:
        row, _ = holders(connection, [ACCOUNT["C"]])[ACCOUNT["C"]]
        on = Move(ACCOUNT["C"], row, BETO, CARLA)
        begun = move_accounts(connection, [on], None, NOW + timedelta(days=1))
        assert begun is not None
        lent.lend(connection, [on], begun, date(2026, 11, 21), LAURA, NOW + timedelta(days=1))
    house.back(3)
    assert (house.holder("C"), house.holder("G")) == (CARLA, ANA)
    house.back(4)
    assert house.holder("C") == BETO
    house.back(4.1)
    assert house.holder("C") == ANA
    assert set(house.states()) == {"back"}


def test_what_was_lent_and_came_back_may_be_lent_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ablation: as after any move they would rest, and not go to whoever had them lately."""
    house.done(house.say(MOVED))
    house.back(3)
    again = "pasa 2 cuentas de Ana Ruiz a Beto hasta el 30 de noviembre"
    assert house.say(again, 4).outcome == "preview"
    monkeypatch.setattr(portfolio, "_COUNTS", portfolio._COUNTS[:1])
    assert house.say(again, 4).outcome != "preview" or "…0003" not in house.say(again, 4).text


@pytest.mark.parametrize(("until", "about"), [("2026-11-17", "slot:until"), ("2027-06-01", "slot:until")])
def test_a_day_gone_by_or_far_off_is_refused(house: House, until: str, about: str) -> None:
    no = house.run("reassign_accounts", from_agent="Ana Ruiz", to_agent="Beto", until=until)
    assert (no.outcome, no.about) == ("refuse", about)


def _hand_over(engine: Engine, letter: str, to: int) -> None:
    with writing(engine) as connection:
        row, giver = holders(connection, [ACCOUNT[letter]])[ACCOUNT[letter]]
        latest = select(reference.assignments.c.from_at).where(reference.assignments.c.id == row)
        at: datetime = connection.execute(latest).scalar_one()
        local = at.astimezone(NOW.tzinfo) + timedelta(minutes=1)
        assert move_accounts(connection, [Move(ACCOUNT[letter], row, giver, to)], None, local)


# --- who is cleared for a client's accounts ------------------------------------------------------------

COURSE = "Banca Alameda"


def certify(engine: Engine, agent: int, **values: Any) -> None:
    row = {"agent_id": agent, "course": COURSE, "assigned_on": date(2026, 1, 5), **values}
    with writing(engine) as connection:
        connection.execute(insert(trainings).values(**row))


@pytest.mark.parametrize(
    ("held", "moves"),
    [
        ((), False),
        ({"passed_on": date(2026, 2, 1)}, True),
        ({"passed_on": date(2026, 2, 1), "valid_to": date(2026, 11, 18)}, True),
        ({"passed_on": date(2026, 2, 1), "valid_to": date(2026, 11, 17)}, False),
        ({"due_on": date(2026, 12, 1)}, False),
    ],
)
def test_only_who_holds_the_clients_certificate_is_given_its_accounts(
    engine: Engine, held: dict[str, Any] | Sequence[Any], moves: bool
) -> None:
    house = House(engine, assigning=Assigning(certificates={"ALA": "banca alameda"}))
    with writing(engine) as connection:
        code = update(reference.clients).where(reference.clients.c.id == ALAMEDA)
        connection.execute(code.values(code="ALA"))
        connection.execute(delete(trainings))
    certify(engine, CARLA)
    if held:
        certify(engine, BETO, **dict(held))
    shown = house.say("pasa 2 cuentas de Ana Ruiz a Beto")
    assert (shown.outcome == "preview") is moves, shown.text
    assert ("no está certificado" in shown.text) is not moves


def test_an_agent_of_named_clients_gets_no_others(engine: Engine) -> None:
    house = House(engine)
    assert house.say("pasa 2 cuentas de Ana Ruiz a Beto").outcome == "preview"
    with writing(engine) as connection:
        other = select(reference.clients.c.id).where(reference.clients.c.id != ALAMEDA).limit(1)
        named = {"person_id": BETO, "client_id": connection.execute(other).scalar_one()}
        connection.execute(insert(reference.person_clients).values(**named))
    no = house.say("pasa 2 cuentas de Ana Ruiz a Beto")
    assert "no está certificado" in no.text
