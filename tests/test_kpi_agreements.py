"""Agreements and their instalments, counted by hand on the company of tests/small.py."""

from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, insert, update

from db.access import names
from db.agreement_rules import NOT_IN_FORCE
from db.cells.marks import note_built
from db.cells.refresh import refresh
from db.dirty import mark_dirty
from db.engine import reading, writing
from db.periods import Period
from db.scope import Scope
from db.tables import agency, reference
from db.tables.cells import dirty_days, installment_results
from skills.contract import Filter, Refused
from tests.small import ACCOUNT, ALAMEDA, ANA, BETO, CARLA, CEIBA, LAURA, MARCO, NOW, at, fill
from tests.small_money import CALENDARS, MONTH, ask, by, notes, nov, only

TODAY = NOW.date()


def agreement(
    number: int,
    letter: str,
    agreed: date,
    pesos: int,
    *,
    agent: int | None = ANA,
    discount: float = 0,
    status: str = "active",
    parts: int = 3,
    first: date | None = None,
) -> dict[str, Any]:
    ours = letter in "JK"
    return {
        "id": number,
        "client_id": CEIBA if ours else ALAMEDA,
        "campaign_id": 2 if ours else 1,
        "account_id": ACCOUNT[letter],
        "agent_id": agent,
        "agreed_at": at(agreed, minute=number % 60),
        "agreed_on": agreed,
        "total_cents": pesos * 100,
        "installments": parts,
        "first_due_on": first or agreed + timedelta(days=2),
        "frequency": "semanal",
        "discount_micros": round(discount * 1_000_000),
        "status": status,
        "load_id": None,
    }


def part(of: int, number: int, due: date, pesos: int, paid: int, status: str, decide: date) -> dict[str, Any]:
    return {
        "agreement_id": of,
        "number": number,
        "due_on": due,
        "amount_cents": pesos * 100,
        "allocated_cents": paid * 100,
        "status": status,
        "window_ends_on": decide - timedelta(days=2),
        "decide_on": decide,
    }


AGREED = [
    agreement(1, "A", nov(3), 900, discount=0.10),  # of a balance of 1,000
    agreement(2, "J", nov(4), 1_500, agent=CARLA, discount=0.25),  # of 2,000
    agreement(3, "E", nov(18), 1_000, agent=BETO, status="fulfilled"),
    agreement(4, "C", nov(10), 700, status="broken", agent=None),
    agreement(5, "B", date(2026, 10, 31), 500, status="expired"),
    agreement(6, "B", nov(5), 9_999, status="draft", discount=0.9),
    agreement(7, "B", nov(6), 9_999, status="to_authorize", discount=0.9),
    agreement(8, "B", nov(7), 9_999, status="cancelled", discount=0.9),
]
PARTS = [
    part(1, 1, nov(5), 300, 300, "kept", nov(11)),
    part(1, 2, nov(12), 300, 100, "partial", TODAY),  # may be told today
    part(1, 3, nov(18), 300, 0, "broken", nov(24)),  # still waits
    part(2, 1, nov(6), 500, 0, "broken", nov(12)),
    part(2, 2, nov(13), 500, 500, "kept", nov(19)),  # tomorrow
    part(3, 1, nov(18), 1_000, 1_000, "kept", nov(24)),
    part(5, 1, date(2026, 10, 31), 500, 500, "kept", nov(5)),
    part(8, 1, nov(9), 800, 0, "broken", nov(12)),  # left from before it was called off
]


def furnish(engine: Engine, agreed: list[dict[str, Any]], parts: list[dict[str, Any]]) -> None:
    """The company with its cells, and these rows as the engine of agreements would leave them."""
    with writing(engine) as connection:
        fill(connection)
        connection.execute(dirty_days.delete().where(dirty_days.c.source.in_(("contacts", "promises"))))
    refresh(engine, CALENDARS, now=NOW)
    with writing(engine) as connection:
        if agreed:
            connection.execute(insert(agency.agreements), agreed)
        if parts:
            connection.execute(insert(installment_results), parts)
        days = {(row["client_id"], row["agreed_on"]) for row in agreed}
        note_built(connection, "agreements", dict.fromkeys(days, 1), NOW)


def test_what_is_in_force_counts_by_the_day_agreed(engine: Engine) -> None:
    furnish(engine, AGREED, PARTS)
    assert only(ask(engine, "agreements_count", period=MONTH))["value"] == 4
    assert only(ask(engine, "agreements_amount", period=MONTH))["value"] == "4100.00"
    october = Period(start=date(2026, 10, 1), end=date(2026, 10, 31))
    assert only(ask(engine, "agreements_count", period=october))["value"] == 1
    edges = [Period(start=nov(3), end=nov(17)), Period(start=nov(4), end=nov(18))]
    assert [only(ask(engine, "agreements_amount", period=edge))["value"] for edge in edges] == [
        "3100.00",
        "3200.00",
    ]


def test_by_everything_an_agreement_knows(engine: Engine) -> None:
    furnish(engine, AGREED, PARTS)
    asked: dict[str, dict[str, int]] = {
        "agent": {"Ana Ruiz": 1, "Carla Méndez": 1, "Alberto Núñez": 1, "Sin asesor": 1},
        "supervisor": {"Laura Ibáñez": 2, "Marco Rey": 1, "Sin supervisor": 1},
        "campaign": {"Alameda Tarjetas": 3, "Ceiba Crédito": 1},
        "bucket": {"1-30": 3, "31-60": 1},  # of the cut of 31 October
        "product": {"TDC": 1, "PERSONAL": 3},
        "state": {"Jalisco": 2, "CDMX": 2},
    }
    for dim, counts in asked.items():
        assert by(ask(engine, "agreements_count", period=MONTH, dims=(dim,)), dim) == counts, dim
    special = (Filter(field="special", op="eq", value=True),)
    with pytest.raises(Refused):
        ask(engine, "agreements_count", period=MONTH, filters=special)


def test_the_supervisor_is_that_of_the_day(engine: Engine) -> None:
    furnish(engine, [*AGREED[:1], agreement(9, "C", nov(12), 400)], PARTS[:3])
    held = reference.memberships
    with writing(engine) as connection:
        connection.execute(update(held).where(held.c.person_id == ANA).values(to_on=nov(10)))
        connection.execute(
            insert(held),
            {"person_id": ANA, "team": "Sur", "supervisor_id": MARCO, "from_on": nov(10), "to_on": None},
        )
    asked: dict[str, Any] = {"period": MONTH, "dims": ("supervisor",)}
    assert by(ask(engine, "agreements_amount", **asked), "supervisor") == {
        "Laura Ibáñez": "900.00",
        "Marco Rey": "400.00",
    }
    # The instalments stay with whoever led when it was agreed, whenever they fall due.
    assert by(ask(engine, "agreement_compliance", **asked), "supervisor") == {
        "Laura Ibáñez": pytest.approx(400 / 600)
    }
    mine = Scope(supervisors=frozenset({LAURA}))
    assert (
        only(ask(engine, "agreements_amount", period=MONTH, scope=mine, role="supervisor"))["value"]
        == "900.00"
    )


def test_the_discount_weighs_by_balance(engine: Engine) -> None:
    furnish(engine, AGREED, PARTS)
    row = only(ask(engine, "avg_discount", period=MONTH))
    # 100 of 1,000 and 500 of 2,000, and 1,700 without any: never the mean of 10, 25, 0 and 0 %.
    assert (row["numerator"], row["denominator"], row["n"]) == ("600.00", "4700.00", 4)
    assert row["value"] == pytest.approx(600 / 4700)
    assert by(ask(engine, "avg_discount", period=MONTH, dims=("campaign",)), "campaign") == {
        "Ceiba Crédito": 0.25,
        "Alameda Tarjetas": pytest.approx(100 / 2700),
    }


def test_a_discount_of_all_of_it_says_nothing_of_the_balance(engine: Engine) -> None:
    furnish(engine, [agreement(1, "A", nov(3), 100, discount=1), AGREED[1]], [])
    assert only(ask(engine, "avg_discount", period=MONTH))["value"] == 0.25


def test_compliance_is_of_what_may_be_told(engine: Engine) -> None:
    furnish(engine, AGREED, PARTS)
    found = ask(engine, "agreement_compliance", period=MONTH)
    # 300 + 100 of 600, and 0 of 500; three still wait, and the cancelled agreement owes nothing.
    assert (only(found)["numerator"], only(found)["denominator"], only(found)["n"]) == (
        "400.00",
        "1100.00",
        3,
    )
    assert "3 parcialidades" in notes(found)
    first = ask(engine, "first_payment_rate", period=MONTH)
    assert (only(first)["numerator"], only(first)["denominator"]) == (1, 2)
    assert "Un convenio del periodo" in notes(first)


def test_nothing_matured_divides_by_nothing(engine: Engine) -> None:
    furnish(engine, AGREED, PARTS)
    late = Period(start=nov(17), end=nov(18))
    with pytest.raises(Refused) as no:
        ask(engine, "agreement_compliance", period=late)
    assert no.value.about == "no_data"


def test_with_the_engine_that_judges_them(engine: Engine) -> None:
    """B pays 300 on the 9th and 200 on the 17th, taken back on the 18th; J pays 150 on the 17th."""
    made = [
        agreement(1, "B", nov(4), 900, first=nov(6)),  # due 6, 13 and 20 November
        agreement(2, "J", nov(4), 400, agent=CARLA, parts=1, first=nov(10)),
        agreement(3, "A", nov(5), 300, status="draft"),
    ]
    with writing(engine) as connection:
        fill(connection)
        connection.execute(insert(agency.agreements), made)
        for row in made:
            mark_dirty(connection, "agreements", row["client_id"], [row["agreed_on"]], NOW)
    refresh(engine, CALENDARS, now=NOW)
    found = ask(engine, "agreement_compliance", period=MONTH)
    # B's first, due Friday the 6th, closes on Tuesday the 10th and is told on the 12th: 300 of 300. Its
    # second closes on the 18th, the 16th being a holiday, and waits. J's closed on the 12th: 0 of 400.
    assert (only(found)["numerator"], only(found)["denominator"]) == ("300.00", "700.00")
    assert "Una parcialidad" in notes(found)
    assert by(ask(engine, "first_payment_rate", period=MONTH, dims=("agent",)), "agent") == {
        "Ana Ruiz": 1.0,
        "Carla Méndez": 0.0,
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_random_agreements_counted_again(engine: Engine, seed: int) -> None:
    """Recounted from the rows in plain Python, by campaign and by agent."""
    random = Random(seed)
    statuses = ["active", "fulfilled", "broken", "expired", "authorized", "formalized", *NOT_IN_FORCE]
    agreed, parts = [], []
    for number in range(1, 60):
        day = nov(1) + timedelta(days=random.randrange(-20, 18))
        letter, agent = random.choice("ABCEJK"), random.choice([ANA, BETO, CARLA, None])
        discount, status = random.choice([0, 0.1, 1 / 3, 0.725]), random.choice(statuses)
        pesos = random.randrange(3, 9_000)
        agreed.append(agreement(number, letter, day, pesos, agent=agent, discount=discount, status=status))
        for n in range(1, random.randrange(2, 5)):
            due = day + timedelta(days=7 * n)
            owed = random.randrange(1, 500)
            got = random.choice([0, owed // 2, owed])
            told = {owed: "kept", 0: "broken"}.get(got, "partial")
            parts.append(part(number, n, due, owed, got, told, due + timedelta(days=random.randrange(2, 8))))
    furnish(engine, agreed, parts)
    for dim, column in (("campaign", "campaign_id"), ("agent", "agent_id")):
        ids = by_code(engine, dim)
        want = recounted(agreed, parts, column)
        for metric, counted in want.items():
            found = ask(engine, metric, period=MONTH, dims=(dim,))
            got_ = {ids.get(row[f"{dim}_code"]): row["value"] for row in found.rows}
            assert {key: pytest.approx(float(value)) for key, value in counted.items()} == {
                key: float(value) for key, value in got_.items()
            }, (metric, dim)


def by_code(engine: Engine, dim: str) -> dict[str | None, int | None]:
    with reading(engine) as connection:
        return {each.code: each.id for each in names(connection).of(dim)} | {None: None}


def recounted(
    agreed: list[dict[str, Any]], parts: list[dict[str, Any]], column: str
) -> dict[str, dict[int | None, Fraction]]:
    rows = {row["id"]: row for row in agreed if row["status"] not in ("draft", "to_authorize", "cancelled")}
    made = [row for row in rows.values() if MONTH.start <= row["agreed_on"] <= MONTH.end]
    due = [
        (rows[each["agreement_id"]][column], each)
        for each in parts
        if each["agreement_id"] in rows
        and MONTH.start <= each["due_on"] <= MONTH.end
        and each["decide_on"] <= TODAY
    ]
    owners = {row[column] for row in made}
    paying = {owner for owner, _ in due}
    firsts = {owner for owner, each in due if each["number"] == 1}

    def total(of: int | None, name: str) -> Fraction:
        return sum((Fraction(each[name]) for owner, each in due if owner == of), Fraction(0))

    def balance(row: dict[str, Any]) -> Fraction:
        return Fraction(row["total_cents"]) / (1 - Fraction(row["discount_micros"], 1_000_000))

    def sums(of: int | None, worth: Any) -> Fraction:
        return sum((worth(row) for row in made if row[column] == of), Fraction(0))

    def kept(of: int | None) -> Fraction:
        told = [each["status"] == "kept" for owner, each in due if owner == of and each["number"] == 1]
        return Fraction(sum(told), len(told))

    return {
        "agreements_count": {o: sums(o, lambda row: Fraction(1)) for o in owners},
        "agreements_amount": {o: sums(o, lambda row: Fraction(row["total_cents"], 100)) for o in owners},
        "avg_discount": {
            o: sums(o, lambda row: balance(row) - row["total_cents"]) / sums(o, balance) for o in owners
        },
        "agreement_compliance": {o: total(o, "allocated_cents") / total(o, "amount_cents") for o in paying},
        "first_payment_rate": {o: kept(o) for o in firsts},
    }
