"""What a number is told with: the definition taken, how sure it is, how old, and who is not ranked."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from db.access import names
from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.dirty import mark_dirty
from db.engine import reading, writing
from db.metrics import load_catalogue
from db.periods import Period
from db.scope import Scope
from db.tables.facts import contacts
from skills.contract import Actor, Answer, Context, Filter, KpiRequest, Refused, Text, Value
from skills.kpi.intervals import wilson
from skills.kpi.skill import answer_kpi
from skills.rules import Definitions, Freshness, Rules
from skills.text import change
from tests.small import ACCOUNT, ALAMEDA, ANA, BETO, GLORIA, NOV_18, NOW, at, fill
from tests.test_kpi_small import MONTH, TEXTS, Ask, by, only
from tests.test_kpi_small import _ask as _ask

CATALOGUE = load_catalogue()


def told(engine: Engine, metric: str, rules: Rules | None = None, **fields: Any) -> Answer:
    with reading(engine) as connection:
        context = Context(
            actor=Actor(GLORIA, "Gloria", "manager", "es", fields.pop("scope", Scope())),
            session=connection,
            now=fields.pop("now", NOW),
            metrics=CATALOGUE,
            names=names(connection),
            calendars=load_calendars(),
            say=lambda key, **slots: TEXTS.say("es", key, **slots),
            rules=rules or Rules(),
        )
        return answer_kpi(context, KpiRequest(metric=metric, **fields))


# --- how sure --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cases", "of", "low", "high"),
    [(3, 4, "0.30", "0.95"), (30, 40, "0.60", "0.86"), (300, 400, "0.71", "0.79")],
)
def test_the_interval_is_the_one_of_the_books(cases: int, of: int, low: str, high: str) -> None:
    found = wilson(cases, of)
    assert tuple(round(end, 2) for end in found) == (Decimal(low), Decimal(high))


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_stays_a_share(counted: tuple[int, int]) -> None:
    cases, of = counted
    low, high = wilson(cases, of)
    assert 0 <= low <= Decimal(cases) / of <= high <= 1


def test_a_share_of_few_cases_is_told_with_its_interval(ask: Ask) -> None:
    answer = ask("rpc_rate", period=MONTH, dims=("campaign",))
    row = next(r for r in answer.rows if r["campaign_code"] == "AL1")
    assert (row["numerator"], row["denominator"]) == (2, 3)
    assert (row["low"], row["high"]) == (pytest.approx(0.2077, abs=1e-4), pytest.approx(0.9385, abs=1e-4))
    assert "Intervalo 95 %" in str(answer.parts)


def test_pesos_are_no_cases(ask: Ask) -> None:
    answer = ask("recovery_rate", period=MONTH, dims=("campaign",))
    assert all("low" not in row for row in answer.rows)


@pytest.fixture
def busy(engine: Engine) -> Engine:
    """Ana has forty calls of which ten answered; Beto one call, answered."""
    with writing(engine) as connection:
        fill(connection)
        rows = [_call(ANA, n, human=n < 10) for n in range(40)] + [_call(BETO, 50, human=True)]
        connection.execute(contacts.insert(), rows)
        mark_dirty(connection, "contacts", ALAMEDA, [NOV_18], NOW)
    refresh(engine, load_calendars(), now=NOW)
    return engine


def _call(agent: int, n: int, *, human: bool) -> dict[str, Any]:
    return {
        "client_id": ALAMEDA,
        "campaign_id": 1,
        "account_id": ACCOUNT["A"],
        "agent_id": agent,
        "started_at": at(NOV_18, 9, n),
        "started_on": NOV_18,
        "started_hour": 9,
        "channel": "call",
        "result_code": "TCO" if human else "NCO",
        "human": human,
        "rpc": human,
        "party": "TITULAR" if human else None,
        "talk_seconds": 30,
        "wrap_seconds": 5,
    }


def test_an_agent_of_two_calls_is_not_the_best(busy: Engine) -> None:
    every = told(busy, "contact_rate", period=MONTH, dims=("agent",), order="desc")
    assert every.rows[0]["agent"] == "Ana Ruiz"
    assert "sin lugar" in str(every.parts)
    best = told(busy, "contact_rate", period=MONTH, dims=("agent",), order="desc", limit=1)
    assert [row["agent"] for row in best.rows] == ["Ana Ruiz"]
    assert "Fuera de la lista" in str(best.parts)


def test_without_the_guard_she_would_be(busy: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skills.kpi.rows.SMALL_N", 0)
    best = told(busy, "contact_rate", period=MONTH, dims=("agent",), order="desc", limit=1)
    assert [row["agent"] for row in best.rows] != ["Ana Ruiz"]


@pytest.mark.parametrize("metric", ["contact_rate", "aht", "ptp_kept_rate", "avg_payment"])
def test_where_everybody_has_few_cases_nobody_is_first(ask: Ask, metric: str) -> None:
    """A share, or a mean whose n counts cases: they stand by their cases, and a list of the best is empty."""
    answer = ask(metric, period=MONTH, dims=("agent",), order="desc")
    counts = [row["n"] for row in answer.rows]
    assert counts == sorted(counts, reverse=True)
    assert len(counts) > 1
    assert f"los {len(counts)} van por número de casos" in str(answer.parts)
    best = ask(metric, period=MONTH, dims=("agent",), order="desc", limit=1)
    assert best.rows == ()
    assert f"{len(counts)} quedan fuera de la lista" in str(best.parts)


# --- which definition ------------------------------------------------------------------------------


def test_each_definition_of_containment(ask: Ask) -> None:
    # B and K stayed, C was cured; A, F and J rolled.
    found = {
        v: only(ask("containment", period=MONTH, variant=v))["numerator"]
        for v in ("accounts", "improved", "cured")
    }
    assert found == {"accounts": 4, "improved": 2, "cured": 2}  # C and E (paid off) improved to current


def test_a_client_may_mean_another_definition(small: Engine) -> None:
    own = Rules(definitions=Definitions(clients={"ALA": {"containment": "cured"}}))
    of_alameda = Filter(field="client", op="eq", value="Banco Alameda")
    answer = told(small, "containment", own, period=MONTH, filters=(of_alameda,))
    assert answer.basis is not None
    assert (answer.basis.variant, answer.basis.variant_label) == ("cured", "solo lo que se curó")
    assert only(answer)["numerator"] == 2
    said = told(small, "containment", own, period=MONTH, filters=(of_alameda,), variant="accounts")
    assert only(said)["numerator"] == 3


def test_clients_that_differ_are_asked_about(small: Engine) -> None:
    own = Rules(definitions=Definitions(clients={"ALA": {"containment": "cured"}}))
    with pytest.raises(Refused) as refused:
        told(small, "containment", own, period=MONTH)
    assert refused.value.asks
    assert [each.fields["variant"] for each in refused.value.choices] == ["accounts", "cured"]
    alike = Rules(definitions=Definitions(agency={"containment": "improved"}))
    assert only(told(small, "containment", alike, period=MONTH))["numerator"] == 2


def test_a_definition_nobody_has(ask: Ask) -> None:
    with pytest.raises(Refused, match="unknown_variant"):
        ask("containment", period=MONTH, variant="napkin")
    assert only(ask("contact_rate", period=MONTH, variant="balance"))["denominator"] == 7  # it has only one


def test_days_past_due_choose_the_index_and_do_not_narrow_it(ask: Ask) -> None:
    whole = only(ask("delinquency_rate"))  # on the 18th: A 38, B 18, C 0, G 0, J 63, K 44
    assert (whole["numerator"], whole["denominator"]) == ("5000.00", "10900.00")  # A 1000, J 1500, K 2500
    late = Filter(field="days_past_due", op="gt", value=60)
    assert (only(ask("delinquency_rate", filters=(late,)))["numerator"]) == "1500.00"
    by_accounts = only(ask("delinquency_rate", filters=(late,), variant="accounts"))
    assert (by_accounts["numerator"], by_accounts["denominator"]) == (1, 6)
    with pytest.raises(Refused, match="no_filter"):
        ask("delinquency_rate", filters=(Filter(field="days_past_due", op="gt", value=45),))


# --- the simple sums ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metric", "numerator", "denominator"),
    [
        ("payments_count", 4, None),  # P1 to P4; the reversal is none
        ("avg_payment", "5450.00", 4),
        ("rollback_rate", 2, 7),
        ("stay_rate", 2, 7),
        ("charge_off_rate", "6000.00", "21900.00"),  # F; G is current and counts
        ("third_party_rate", 0, 5),
        ("drop_rate", 0, 5),
        ("ptp_amount", "6400.00", None),
        ("ptp_kept_amount_rate", "5300.00", "6300.00"),  # 5000 of 5000, 300 of 600, 0 of 700
        ("ptp_broken_count", 1, None),
        ("ptp_due", 3, None),
    ],
)
def test_counted_by_hand(ask: Ask, metric: str, numerator: Any, denominator: Any) -> None:
    row = only(ask(metric, period=MONTH))
    assert (row["numerator"], row["denominator"]) == (numerator, denominator)


def test_what_falls_due_ahead(ask: Ask) -> None:
    ahead = Period(start=NOV_18 + timedelta(days=1), end=date(2026, 11, 30))
    assert only(ask("ptp_due", period=ahead))["value"] == 1
    assert (
        only(ask("ptp_amount", period=ahead))["value"] == "100.00"
    )  # by due day, since nothing is made ahead
    with pytest.raises(Refused, match="future"):
        ask("payments_count", period=ahead)


# --- how old -----------------------------------------------------------------------------------------


def warnings(answer: Answer) -> list[str]:
    return [part.body for part in answer.parts if isinstance(part, Text) and part.tone == "warning"]


def test_a_source_older_than_it_promises_is_said_first(small: Engine) -> None:
    assert warnings(told(small, "recovered_amount", period=MONTH)) == []
    later = NOW + timedelta(days=3)
    late = Period(start=MONTH.start, end=later.date())
    answer = told(small, "recovered_amount", period=late, now=later)
    assert isinstance(answer.parts[0], Text)
    assert "pagos al" in warnings(answer)[0]
    patient = Rules(freshness=Freshness(payments=5))
    assert warnings(told(small, "recovered_amount", patient, period=late, now=later)) == []


def test_an_old_source_says_nothing_of_days_it_holds(small: Engine) -> None:
    later = NOW + timedelta(days=30)
    week = Period(start=date(2026, 11, 9), end=date(2026, 11, 15))
    assert warnings(told(small, "recovered_amount", period=week, now=later)) == []


# --- what is printed ---------------------------------------------------------------------------------


def test_the_difference_is_that_of_the_numbers_printed() -> None:
    before, now = Value(Decimal("0.18349"), "rate"), Value(Decimal("0.18851"), "rate")  # 18.3 and 18.9
    assert change(now, before, "es") == "+0.6 pp"


def test_a_running_day_is_not_judged_beside_a_whole_one(ask: Ask) -> None:
    today = ask("calls", period=Period(start=NOV_18, end=NOV_18))
    assert "good=None" in str(today.parts[0])
    assert by(ask("calls", period=MONTH, dims=("campaign",)), "campaign")["Alameda Tarjetas"] == 5


def test_an_opening_cut_is_not_late_for_being_old(small: Engine) -> None:
    assert warnings(told(small, "penetration", period=MONTH)) == []
    assert warnings(told(small, "recovery_rate", period=MONTH)) == []
