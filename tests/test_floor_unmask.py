"""A debtor's whole name and phones: for whom, why, where, how often; and the card with what may be done."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import Engine, update

from bot.app import App, build
from bot.outcome import Place
from bot.settings import Settings
from db.engine import writing
from db.tables.house import audit
from db.tables.reference import accounts, debtors, people, phones
from skills.accounts.unmask import UNMASK
from skills.rules import Unmasking
from tests.floor_hands import DM, ROOM, ask, do, rows
from tests.small import ACCOUNT, ALAMEDA, ANA, BETO, CARLA, CARO, CLIENTE, GLORIA, LAURA, fill

DEBTOR, MOBILE, FRIEND = "María Fernanda López", "5512345678", "5587654321"
WHY = {"account": "00A", "reason": "Verificar identidad"}


@pytest.fixture
def company(engine: Engine) -> Engine:
    with writing(engine) as connection:
        fill(connection)
        row = {"id": 1, "client_id": ALAMEDA, "debtor_ref": "D1", "name": DEBTOR, "birth_date": None}
        connection.execute(debtors.insert().values(**row))
        connection.execute(update(accounts).where(accounts.c.id == ACCOUNT["A"]).values(debtor_id=1))
        for number, owner in ((MOBILE, "TITULAR"), (FRIEND, "REFERENCIA")):
            of = {"account_id": ACCOUNT["A"], "source": "CLIENTE"}
            connection.execute(phones.insert().values(**of, phone=number, owner=owner))
    return engine


@pytest.fixture
def app(company: Engine) -> App:
    return build(Settings(), engine=company)


def said(outcome: object) -> bool:
    return any(secret in str(outcome) for secret in (DEBTOR, MOBILE))


def test_whole_only_with_a_reason_and_on_record(app: App) -> None:
    asked = ask(app, "unmask", {"account": "00A"}, ANA)
    assert (asked.outcome, asked.about, len(asked.choices)) == ("clarify", "slot:reason", 4)
    assert not said(asked)
    chosen = asked.choices[0]
    shown = ask(app, chosen.intent, dict(chosen.fields), ANA, minutes=1)
    assert shown.outcome == "done"
    assert DEBTOR in shown.text
    assert MOBILE in shown.text
    assert shown.answer is not None
    assert shown.answer.sensitive
    assert "A las referencias no se les cobra" in shown.text
    (row,) = [r for r in rows(app.engine, audit) if r.action == "unmask"]
    assert (row.person_id, row.outcome) == (ANA, "done")
    assert json.loads(row.request) == {"unmask": dict(chosen.fields)}
    assert json.loads(row.change)["after"] == {str(ACCOUNT["A"]): "unmasked"}
    assert not any(said(r) for r in rows(app.engine, audit))


@pytest.mark.parametrize("reason", ["", "x", "   porque   "[:4]])
def test_a_reason_says_something(app: App, reason: str) -> None:
    assert ask(app, "unmask", WHY | {"reason": reason}, ANA).outcome in ("clarify", "refuse")


@pytest.mark.parametrize("place", [ROOM, Place("slash", "C1"), Place("home", "U21")])
def test_never_where_others_may_read_along(app: App, place: Place) -> None:
    shown = ask(app, "unmask", WHY, ANA, place=place)
    assert (shown.outcome, shown.about) == ("denied", "place")
    assert not said(shown)


def test_without_that_limit_the_room_would_see_it(company: Engine) -> None:
    app = build(Settings(), engine=company)
    app.desk._writing.actions["unmask"] = replace(UNMASK, private=False)  # type: ignore[index]
    assert said(ask(app, "unmask", WHY, ANA, place=ROOM).answer)


@pytest.mark.parametrize("person", [BETO, CARLA, CLIENTE])
def test_nobody_out_of_reach_sees_it(app: App, person: int) -> None:
    shown = ask(app, "unmask", WHY, person)
    assert shown.outcome in ("refuse", "denied")
    assert not said(shown)


def test_the_agency_says_which_roles_and_how_many_a_day(company: Engine) -> None:
    app = build(Settings(unmasking=Unmasking(roles=("supervisor",), a_day=1)), engine=company)
    assert ask(app, "unmask", WHY, ANA).outcome == "denied"
    assert ask(app, "unmask", WHY).outcome == "done"
    again = ask(app, "unmask", WHY, minutes=5)
    assert (again.outcome, again.about) == ("denied", "limit")
    assert ask(app, "unmask", WHY, minutes=60 * 24).outcome == "done"


# --- the card's own buttons -----------------------------------------------------------------------------


def offered(app: App, person: int, account: str = "00A") -> list[str]:
    card = ask(app, "account", {"account": account}, person).answer
    assert card is not None
    return [option.intent for option in card.next]


def test_the_card_offers_what_may_be_done(app: App) -> None:
    assert offered(app, ANA) == ["add_hold", "set_do_not_call", "record_agreement", "unmask"]
    assert offered(app, LAURA) == [
        "add_hold",
        "set_do_not_call",
        "flag_special",
        "record_agreement",
        "unmask",
    ]
    do(app, "set_do_not_call", {"account": "00A"}, ANA)
    do(app, "add_hold", {"account": "00A", "kind": "legal"}, ANA, minutes=3)
    assert offered(app, ANA) == ["add_hold", "record_agreement", "unmask"]
    assert "release_hold" in offered(app, CARO)
    assert offered(app, GLORIA, "00D") == []  # recalled
    card = ask(app, "account", {"account": "00A"}, ANA)
    assert "No llamar, desde el mié 18-nov" in card.text
    assert "Asunto legal, desde el mié 18-nov" in card.text


def test_every_button_of_a_card_leads_somewhere(app: App) -> None:
    card = ask(app, "account", {"account": "00A"}, GLORIA).answer
    assert card is not None
    here = [o for o in card.next if o.intent != "record_agreement"]  # that one opens a form
    got = [ask(app, o.intent, dict(o.fields), GLORIA).outcome for o in here]
    assert got == ["clarify", "preview", "preview", "clarify"]


def test_who_runs_the_house_needs_no_phone(app: App, company: Engine) -> None:
    assert "•••• 78" in ask(app, "account", {"account": "00A"}, GLORIA).text
    with writing(company) as connection:
        connection.execute(update(people).where(people.c.id == GLORIA).values(role="director"))
    card = ask(app, "account", {"account": "00A"}, GLORIA, place=DM)
    assert card.outcome == "answer"
    assert "78" not in card.text
    assert "unmask" not in offered(app, GLORIA)
