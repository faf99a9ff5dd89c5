"""One account: who may find it, what its card says, and what it never says. On both databases."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, update

from bot.app import App, build
from bot.desk import Outcome, Place, Who
from bot.settings import Settings
from db.access import find_accounts
from db.account_card import account_card
from db.engine import reading, writing
from db.masking import Level, Masks, initials
from db.scope import Scope
from db.tables.facts import contacts
from db.tables.reference import accounts, assignments, debtors, memberships, phones
from skills.contract import Answer, Figures, Table, Text, Value
from tests.conftest import small_company
from tests.small import (
    ACCOUNT,
    ALAMEDA,
    ANA,
    BETO,
    CARLA,
    CARO,
    CEIBA,
    CLIENTE,
    GLORIA,
    LAURA,
    MARCO,
    NOW,
    at,
)

TODAY = NOW.date()
ROW = Masks(Level.ROW, "manager")
DEBTOR, MOBILE = "María Fernanda López", "5512345678"
EVERY = frozenset("ABCDEFGHJK")
MINE = {
    ANA: frozenset("ABCDG"),
    BETO: frozenset("EFH"),
    CARLA: frozenset("JK"),
    LAURA: frozenset("ABCDEFGH"),
    MARCO: frozenset("JK"),
    GLORIA: EVERY,
    CARO: EVERY,
    CLIENTE: frozenset[str](),
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def company(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The small company; account A has a debtor with a phone, and Ceiba has a 00A of its own."""
    with small_company(request.param, request, tmp_path_factory.mktemp("accounts")) as engine:
        with writing(engine) as connection:
            connection.execute(
                debtors.insert().values(
                    id=1, client_id=ALAMEDA, debtor_ref="D1", name=DEBTOR, birth_date=None
                )
            )
            connection.execute(update(accounts).where(accounts.c.id == ACCOUNT["A"]).values(debtor_id=1))
            connection.execute(
                phones.insert().values(
                    account_id=ACCOUNT["A"], phone=MOBILE, owner="TITULAR", source="CLIENTE"
                )
            )
        yield engine


@pytest.fixture(scope="module")
def app(company: Engine) -> App:
    return build(Settings(), engine=company)


def ask(app: App, person: int, number: str, **more: Any) -> Outcome:
    place = Place("modal", f"U{person}")
    who = Who("slack", f"U{person}")
    return app.desk.run("account", {"account": number, **more}, who=who, place=place, thread=None, now=NOW)


def card_of(app: App, person: int, letter: str) -> Answer:
    outcome = ask(app, person, f"00{letter}")
    assert outcome.answer is not None, outcome.message
    return outcome.answer


# --- Who may see which --------------------------------------------------------------------------------


@pytest.mark.parametrize("person", MINE)
def test_each_sees_hers_and_no_other(app: App, person: int) -> None:
    seen = {letter for letter in EVERY if ask(app, person, f"00{letter}").outcome == "answer"}
    assert seen == MINE[person]


def test_out_of_reach_sounds_as_if_it_did_not_exist(app: App) -> None:
    theirs, nobodys = ask(app, CARLA, "00A"), ask(app, CARLA, "00Z")
    assert theirs.outcome == nobodys.outcome == "refuse"
    assert theirs.message.replace("00A", "00Z") == nobodys.message
    assert (theirs.about, theirs.choices) == (nobodys.about, nobodys.choices)


def test_a_clients_viewer_sees_no_account(app: App, company: Engine) -> None:
    """Her role has no such question, and the door shows nothing to a scope of aggregates either."""
    assert ask(app, CLIENTE, "00A").outcome == "denied"
    with reading(company) as connection:
        coarse = Scope(clients=frozenset({ALAMEDA}), finest="campaign")
        assert find_accounts(connection, coarse, "00", TODAY, 50) == []
        assert account_card(connection, coarse, ACCOUNT["A"], TODAY, ROW) is None
        fine = replace(coarse, finest="agent")
        assert len(find_accounts(connection, fine, "00", TODAY, 50)) == 8


def test_without_the_door_the_neighbours_account_shows(company: Engine) -> None:
    """The scope is what keeps it: with none, the same call gives the card."""
    hers = Scope(agents=frozenset({CARLA}))
    with reading(company) as connection:
        assert account_card(connection, hers, ACCOUNT["A"], TODAY, ROW) is None
        assert account_card(connection, Scope(), ACCOUNT["A"], TODAY, ROW) is not None


def test_reach_follows_todays_holder_and_team(engine_copy: Engine) -> None:
    """An account passed on, a change of team: yesterday's agent and supervisor see it no more."""
    with writing(engine_copy) as connection:
        connection.execute(
            update(assignments)
            .where(assignments.c.account_id == ACCOUNT["A"])
            .values(to_at=at(TODAY), to_on=TODAY)
        )
        hers = Scope(agents=frozenset({ANA}))
        assert find_accounts(connection, hers, "00A", TODAY, 5) == []
        assert len(find_accounts(connection, hers, "00A", date(2026, 11, 17), 5)) == 1
        connection.execute(update(memberships).where(memberships.c.person_id == BETO).values(to_on=TODAY))
        lauras = Scope(supervisors=frozenset({LAURA}))
        assert find_accounts(connection, lauras, "00E", TODAY, 5) == []
        assert len(find_accounts(connection, lauras, "00B", TODAY, 5)) == 1


@pytest.fixture(params=["sqlite", "postgresql"])
def engine_copy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with small_company(request.param, request, tmp_path_factory.mktemp("own")) as engine:
        yield engine


# --- Finding ------------------------------------------------------------------------------------------


def numbers(
    company: Engine, text: str, scope: Scope | None = None, limit: int = 50, **more: Any
) -> list[str]:
    with reading(company) as connection:
        found = find_accounts(connection, scope or Scope(), text, TODAY, limit, **more)
    return [each.number for each in found]


def test_a_number_is_found_by_any_part_of_it(company: Engine) -> None:
    assert numbers(company, "00a") == ["00A"]
    assert numbers(company, "K") == ["00K"]
    assert numbers(company, "00", limit=3) == ["00A", "00B", "00C"]
    assert numbers(company, "00", client=CEIBA) == ["00J", "00K"]
    assert numbers(company, "00", Scope(agents=frozenset({CARLA}))) == ["00J", "00K"]


@pytest.mark.parametrize("text", ["", "  ", "%", "_", "0_A", DEBTOR, "Fernanda", "0\x000", "\ud800", "'; --"])
def test_wild_signs_and_names_find_nothing(company: Engine, text: str) -> None:
    assert numbers(company, text) == []


def test_one_number_of_two_clients_is_asked_back(engine_copy: Engine) -> None:
    with writing(engine_copy) as connection:
        connection.execute(update(accounts).where(accounts.c.id == ACCOUNT["J"]).values(account_no="00A"))
    app = build(Settings(), engine=engine_copy)
    both = ask(app, GLORIA, "00A")
    assert both.outcome == "refuse"
    assert [choice.label for choice in both.choices] == ["Banco Alameda", "Tiendas La Ceiba"]
    chosen = ask(app, GLORIA, "00A", client="Tiendas La Ceiba")
    assert chosen.answer is not None
    assert chosen.answer.echo == "Tiendas La Ceiba · Ceiba Crédito"
    assert ask(app, CARLA, "00A").outcome == "answer"  # the other one does not exist for her
    assert ask(app, GLORIA, "00A", client="Nadie").outcome == "refuse"


@pytest.mark.parametrize("number", ["", " ", "x" * 121, "00\x00A", "\ud800"])
def test_what_is_no_number_is_a_bad_request(app: App, number: str) -> None:
    assert ask(app, GLORIA, number).about == "bad_request"


# --- What the card says ---------------------------------------------------------------------------------


def table(answer: Answer, n: int) -> Table:
    return [part for part in answer.parts if isinstance(part, Table)][n]


def facts(answer: Answer) -> dict[str, str]:
    return {str(row[0]): str(row[1]) for row in table(answer, 0).rows}


def test_how_it_stands(app: App) -> None:
    card = card_of(app, ANA, "A")
    (figures,) = [part for part in card.parts if isinstance(part, Figures)]
    assert [each.value for each in figures.items] == [
        Value(Decimal(1000), "money"),
        Value(Decimal(38), "count"),
    ]
    assert figures.items[0].detail == "al mié 18-nov"
    assert facts(card)["Producto"] == "TDC"
    assert table(card, 1).rows == (("vie 20-nov", Value(Decimal(100), "money"), "mié 18-nov", "Ana Ruiz"),)
    assert [row[:2] for row in table(card, 2).rows] == [
        ("mié 18-nov 10:00", "promesa de pago"),
        ("mié 18-nov 09:00", "no contesta"),
    ]


def test_a_payment_that_was_given_back_is_not_the_last(app: App) -> None:
    assert facts(card_of(app, ANA, "B"))["Último pago"] == "$300, lun 9-nov"


def test_special_and_recalled_are_said_first(app: App) -> None:
    assert isinstance(card_of(app, ANA, "B").parts[0], Text)
    recalled = card_of(app, ANA, "D").parts[0]
    assert isinstance(recalled, Text)
    assert "10-nov" in recalled.body


def test_an_account_no_file_named_stands_as_it_was_placed(engine_copy: Engine) -> None:
    with reading(engine_copy) as connection:
        card = account_card(connection, Scope(), ACCOUNT["E"], date(2026, 10, 15), ROW)
    assert card is not None
    assert (card.standing.as_of, card.standing.dpd) == (date(2026, 10, 1), 20)


def test_at_most_five_contacts(engine_copy: Engine) -> None:
    with writing(engine_copy) as connection:
        for hour in range(8, 16):
            connection.execute(
                contacts.insert().values(
                    client_id=ALAMEDA, campaign_id=1, account_id=ACCOUNT["G"], agent_id=ANA,
                    started_at=at(date(2026, 11, 17), hour), started_on=date(2026, 11, 17), started_hour=hour,
                    channel="call", result_code="NCO", human=False, rpc=False, talk_seconds=0, wrap_seconds=0,
                )
            )  # fmt: skip
        card = account_card(connection, Scope(), ACCOUNT["G"], TODAY, ROW)
    assert card is not None
    assert [each.at for each in card.contacts] == [at(date(2026, 11, 17), hour) for hour in range(15, 10, -1)]


# --- What it never says -----------------------------------------------------------------------------------


@pytest.mark.parametrize("person", [p for p, letters in MINE.items() if "A" in letters])
def test_nobody_reads_a_whole_name_or_phone(app: App, person: int) -> None:
    outcome = ask(app, person, "00A")
    assert outcome.answer is not None
    assert outcome.answer.sensitive
    said = f"{outcome.json()} {outcome.answer}"
    assert not any(part in said for part in (*DEBTOR.split(), MOBILE, MOBILE[:4]))
    assert facts(outcome.answer)["Titular"] == "M. F. L."
    assert facts(outcome.answer)["Teléfonos"] == "•••• 78 (titular)"


@pytest.mark.parametrize(("name", "short"), [("", ""), ("ana", "A."), ("  Ana  de la O ", "A. D. L. O.")])
def test_initials(name: str, short: str) -> None:
    assert initials(name) == short


def test_english_for_who_chose_it(app: App) -> None:
    card = card_of(app, MARCO, "J")
    assert card.title == "Account 00J"
    assert table(card, 1).columns[0] == "When"  # no open promise stands before the contacts
