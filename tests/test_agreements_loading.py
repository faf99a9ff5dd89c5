"""Files of payments reach the results of promises and agreements, also of an account that lost a payment."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.engine import reading
from db.tables.agency import agreements
from db.tables.cells import agreement_results, promise_results
from db.tables.facts import promises
from db.tables.reference import accounts
from tests.loading_agency import NOW, load

PROMISES = "client_code,account_no,made_at,due_on,amount,agent_employee_no\n" + "".join(
    f"ALA,{number},2026-11-03 10:00,2026-11-10,500.00,E01\n" for number in ("00001", "00002")
)
AGREEMENTS = (
    "client_code,account_no,agreed_at,total,installments,first_due_on,frequency,discount_pct,status,agent_employee_no\n"
    + "".join(
        f"ALA,{number},2026-11-03 10:00,500.00,1,2026-11-10,mensual,0,active,E01\n"
        for number in ("00001", "00002")
    )
)
PAID = "client_code,account_no,payment_ref,paid_on,amount\nALA,{},P1,2026-11-10,500.00\n"


def results(engine: Engine) -> dict[str, tuple[str, str]]:
    """Account -> its promise's status and its agreement's."""
    query = (
        select(accounts.c.account_no, promise_results.c.status, agreement_results.c.status)
        .join(promises, promises.c.account_id == accounts.c.id)
        .join(promise_results, promise_results.c.promise_id == promises.c.id)
        .join(agreements, agreements.c.account_id == accounts.c.id)
        .join(agreement_results, agreement_results.c.agreement_id == agreements.c.id)
    )
    refresh(engine, load_calendars(), now=NOW)
    with reading(engine) as connection:
        return {number: (spoken, agreed) for number, spoken, agreed in connection.execute(query)}


@pytest.mark.parametrize("at_once", [True, False])
def test_a_payment_of_the_wrong_account_is_put_right(agency: Engine, tmp_path: Path, at_once: bool) -> None:
    load(agency, "promises", PROMISES, tmp_path)
    load(agency, "agreements", AGREEMENTS, tmp_path)
    load(agency, "payments", PAID.format("00001"), tmp_path, name="p1.csv")
    if not at_once:
        assert results(agency) == {"00001": ("kept", "fulfilled"), "00002": ("broken", "expired")}
    load(agency, "payments", PAID.format("00002"), tmp_path, name="p2.csv")
    assert results(agency) == {"00001": ("broken", "expired"), "00002": ("kept", "fulfilled")}
