"""Until when accounts are lent, as people say it; what is no day of the loan stays what it is."""

import pytest

from tests.reading_agency import read


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("pasa las cuentas de Pedro Gil a Ana Ruiz hasta el viernes", "2026-11-20"),
        ("reasigna 20 cuentas de Pedro Gil a Ana Ruiz por esta semana", "2026-11-22"),
        ("pasa las cuentas de Pedro Gil a Ana Ruiz nomás por hoy", "2026-11-18"),
        ("pasa todas las cuentas de Pedro Gil a Ana Ruiz por dos semanas", "2026-12-01"),
        ("presta las cuentas de Pedro Gil a Ana Ruiz por este mes", "2026-11-30"),
        (
            "pasa las cuentas de Pedro Gil a Ana Ruiz mientras está de vacaciones hasta el 30 de noviembre",
            "2026-11-30",
        ),
        ("move 10 accounts from Pedro Gil to Ana Ruiz until friday", "2026-11-20"),
        ("move all accounts from Pedro Gil to Ana Ruiz for this week", "2026-11-22"),
    ],
)
def test_the_last_day_is_read(text: str, until: str) -> None:
    found = read(text)
    assert (found.outcome, found.unread) == ("action", ()), found
    assert (found.fields or {})["until"] == until


@pytest.mark.parametrize(
    "text",
    [
        "pasa temporalmente las cuentas de Pedro Gil a Ana Ruiz",
        "presta las cuentas de Pedro Gil a Ana Ruiz",
        "move all accounts from Pedro Gil to Ana Ruiz while she is on vacation",
    ],
)
def test_lent_without_a_day_is_asked(text: str) -> None:
    found = read(text)
    assert (found.outcome, found.about) == ("clarify", "slot:until")


def test_how_long_accounts_were_left_alone_is_no_loan() -> None:
    found = read("pasa las cuentas de Pedro Gil sin tocar por 3 días a Ana Ruiz")
    assert "until" not in (found.fields or {})


def test_up_to_so_many_accounts_is_no_day() -> None:
    found = read("reasigna hasta 20 cuentas de Pedro Gil a Ana Ruiz")
    assert (found.outcome, (found.fields or {}).get("until")) == ("clarify", None)
