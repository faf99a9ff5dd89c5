"""Migrations between cuts: from which to which, of whom, against whom, and what is left out; by hand."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, delete, update

from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.cutoffs import previous_same_cutoff
from db.engine import writing
from db.periods import Period
from db.scope import Scope
from db.tables.facts import balances
from db.tables.reference import accounts
from skills.contract import Answer, Figures
from tests.reasons import asking
from tests.small import ACCOUNT, CEIBA, NOV_15, NOV_18, NOW, PESOS, fill

WORKING = load_calendars().working
TODAY = Period(start=NOV_18, end=NOV_18)
MONTH = Period(start=date(2026, 11, 1), end=NOV_18)
WEEK = Period(start=date(2026, 11, 16), end=NOV_18)


def notes(answer: Answer) -> str:
    assert answer.basis is not None
    return " ".join(answer.basis.notes)


def head(answer: Answer) -> Any:
    return next(p for p in answer.parts if isinstance(p, Figures)).items[0]


def cut(connection: Any, day: date, letters: str, dpd: int = 35) -> None:
    connection.execute(
        balances.insert(),
        [
            {
                "client_id": CEIBA if letter in "JK" else 1,
                "as_of": day,
                "account_id": ACCOUNT[letter],
                "campaign_id": 2 if letter in "JK" else 1,
                "balance_cents": PESOS[letter] * 100,
                "dpd": dpd,
                "bucket": "31-60",
                "bucket_no": 2,
            }
            for letter in letters
        ],
    )


@pytest.fixture
def own(engine: Engine) -> Engine:
    with writing(engine) as connection:
        fill(connection)
    return engine


def built(engine: Engine) -> Any:
    refresh(engine, load_calendars(), now=NOW, full=True)
    return asking(engine)


def test_a_day_says_the_cuts_it_lies_between(small: Engine) -> None:
    answer = asking(small)("roll_rate", period=TODAY)
    assert head(answer).label == "Roll rate · Del corte del dom 15-nov al del mié 18-nov"
    assert "De lunes" not in str(answer.parts)


def test_cuts_of_different_days_are_told_by_client(own: Engine) -> None:
    with writing(own) as connection:
        connection.execute(delete(balances).where(balances.c.client_id == CEIBA, balances.c.as_of == NOV_15))
        cut(connection, date(2026, 11, 17), "JK")
    answer = built(own)("roll_rate", period=TODAY)
    assert head(answer).label == "Roll rate · Del corte anterior al del mié 18-nov"
    assert "Banco Alameda dom 15-nov, Tiendas La Ceiba mar 17-nov" in notes(answer)


def test_a_client_without_a_cut_is_named(own: Engine) -> None:
    with writing(own) as connection:
        connection.execute(delete(balances).where(balances.c.client_id == CEIBA, balances.c.as_of == NOV_18))
    ask = built(own)
    for period in (TODAY, WEEK):
        answer = ask("roll_rate", period=period)
        assert "Sin corte de apertura o de cierre en el periodo" in notes(answer)
        assert "fuera de la cifra: Tiendas La Ceiba" in notes(answer)
    assert "fuera de la cifra" not in notes(ask("roll_rate", period=MONTH))


def test_a_comparison_holds_the_same_clients_or_is_not_made(own: Engine) -> None:
    """October: of both creditors a cut of 30 September, and only of Alameda one of 18 October."""
    with writing(own) as connection:
        cut(connection, date(2026, 9, 30), "ABJK")
        cut(connection, date(2026, 10, 18), "AB", dpd=40)
    ask = built(own)
    answer = ask("stay_rate", period=MONTH)
    assert head(answer).previous is None
    assert "No comparo el total con" in notes(answer)
    assert "Tiendas La Ceiba" in notes(answer)
    split = ask("stay_rate", period=MONTH, dims=("client",))
    assert head(split).previous is None
    assert {row["client"]: row["previous"] for row in split.rows} == {
        "Banco Alameda": 1.0,
        "Tiendas La Ceiba": None,
    }
    buckets = ask("stay_rate", period=MONTH, dims=("bucket",))
    assert {row["previous"] for row in buckets.rows} == {None}


def test_who_has_no_number_is_not_in_what_it_is_set_against(own: Engine) -> None:
    """The other way round: Ceiba stayed whole in October, and has no cut this November."""
    with writing(own) as connection:
        cut(connection, date(2026, 9, 30), "ABJK")
        cut(connection, date(2026, 10, 18), "AJK")  # B is missing: unexplained, and out
        connection.execute(
            delete(balances).where(balances.c.client_id == CEIBA, balances.c.as_of > date(2026, 10, 31))
        )
    answer = built(own)("stay_rate", period=MONTH, dims=("client",))
    (row,) = answer.rows
    assert (row["client"], row["previous"]) == ("Banco Alameda", 1.0)
    assert head(answer).previous.amount == 1


def test_a_migration_stops_at_the_same_date(own: Engine) -> None:
    """18 November is the 14th business day; the 14th of October is the 16th, and its cut is another."""
    assert previous_same_cutoff(MONTH, NOV_18, WORKING).end == date(2026, 10, 16)
    assert previous_same_cutoff(MONTH, NOV_18, None).end == date(2026, 10, 18)
    with writing(own) as connection:
        cut(connection, date(2026, 9, 30), "AJ")
        cut(connection, date(2026, 10, 16), "AJ")
        cut(connection, date(2026, 10, 18), "A", dpd=70)
        cut(connection, date(2026, 10, 18), "J", dpd=70)
        connection.execute(
            update(balances).where(balances.c.as_of == date(2026, 10, 18)).values(bucket="61-90", bucket_no=3)
        )
    ask = built(own)
    answer = ask("roll_rate", period=MONTH)
    assert answer.basis is not None
    assert answer.basis.previous == Period(start=date(2026, 10, 1), end=date(2026, 10, 18))
    assert head(answer).previous.amount == 1
    why = ask("roll_rate", why=True, period=MONTH)
    assert why.basis is not None
    assert why.basis.previous == answer.basis.previous


@pytest.mark.parametrize(
    ("period", "kind", "expected"),
    [
        (("2026-03-01", "2026-03-30"), "month", ("2026-02-01", "2026-02-28")),
        (("2026-11-16", "2026-11-22"), "quincena", ("2026-11-01", "2026-11-07")),
        (("2026-10-01", "2026-11-18"), "quarter", ("2026-07-01", "2026-08-18")),
        (("2026-11-16", "2026-11-18"), "week", ("2026-11-09", "2026-11-11")),
    ],
)
def test_the_same_date_of_each_unit(period: tuple[str, str], kind: Any, expected: tuple[str, str]) -> None:
    start, end = (date.fromisoformat(on) for on in period)
    found = previous_same_cutoff(Period(start=start, end=end), end, None, kind=kind)
    assert (found.start.isoformat(), found.end.isoformat()) == expected


@pytest.mark.parametrize("metric", ["roll_rate", "containment", "delinquency_rate"])
def test_a_running_month_of_a_trend_is_set_against_none(own: Engine, metric: str) -> None:
    with writing(own) as connection:
        cut(connection, date(2026, 9, 30), "ABCJK")
    months = Period(start=date(2026, 10, 1), end=NOV_18)
    answer = built(own)(metric, period=months, grain="month")
    assert "El último punto sigue corriendo" in notes(answer)
    assert head(answer).previous is None


def test_a_whole_step_of_a_trend_is_set_against_the_one_before(own: Engine) -> None:
    with writing(own) as connection:
        cut(connection, date(2026, 8, 31), "AJ")
        cut(connection, date(2026, 9, 30), "AJ")
    months = Period(start=date(2026, 9, 1), end=date(2026, 10, 31))
    answer = built(own)("stay_rate", period=months, grain="month")
    assert head(answer).previous.amount == 1


def test_recalled_accounts_are_counted_beside_the_rate(small: Engine) -> None:
    """D, of 4,000, was recalled on the 10th; F too, as charged off, and that is told as castigo."""
    ask = asking(small)
    for metric in ("roll_rate", "cure_rate", "containment"):
        answer = ask(metric, period=MONTH)
        assert "Una cuenta de la apertura ($4,000) la retiró el cliente" in notes(answer)
        assert answer.basis is not None
        assert "retiró entre los dos cortes" in answer.basis.definition
    assert "was recalled by the client" in notes(ask("roll_rate", period=MONTH, about={"language": "en"}))
    assert "retiró" not in notes(ask("roll_rate", period=WEEK))
    assert "retiró" not in notes(ask("net_flow_rate", period=MONTH))


def test_a_recall_of_another_team_is_not_counted(own: Engine) -> None:
    with writing(own) as connection:
        connection.execute(
            update(accounts).where(accounts.c.id == ACCOUNT["K"]).values(recalled_on=date(2026, 11, 17))
        )
    ask = built(own)
    assert "2 cuentas de la apertura ($6,500)" in notes(ask("roll_rate", period=MONTH))
    narrow = ask("roll_rate", period=MONTH, about={"scope": Scope(clients=frozenset({CEIBA}))})
    assert "Una cuenta de la apertura ($2,500)" in notes(narrow)
