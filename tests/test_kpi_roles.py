"""Costs, fees and margins are the agency's own: who is denied them, by every door they could come out of."""

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from bot.app import App, build
from bot.desk import Outcome, Place, Who
from bot.settings import Settings
from db.periods import Period
from db.scope import Scope
from skills.contract import Refused
from tests.small import ALAMEDA, ANA, CLIENTE, GLORIA, LAURA, NOW
from tests.small_money import CATALOGUE, OCTOBER, ask, budget, cost, furnish, only, paid, rate

DM = Place("dm", "D1")
ROOM = Place("channel", "C2", "alameda")
CHANNELS = {"registered": {"alameda": {"clients": ["ALA"], "finest": "campaign"}}}
OCT = OCTOBER.start
MONEY: dict[str, Any] = {
    "payments": [paid("A", date(2026, 10, 8), 40_000)],
    "rates": [rate(20)],
    "costs": [cost(1, OCT, "Sueldos", 4_321)],
    "budgets": [budget(4_000, OCTOBER, category="Sueldos")],
}
OURS = [m.id for m in CATALOGUE.metrics.values() if m.roles]
SECRET = ("4321", "4,321", "8000", "8,000", "3679", "3,679", "0.459", "46.0", "Sueldos")


@pytest.fixture
def app(engine: Engine) -> App:
    furnish(engine, **MONEY)
    return build(Settings.model_validate({"channels": CHANNELS}), engine=engine)


def pressed(app: App, person: int, metric: Any, place: Place = DM) -> Outcome:
    fields = {"metric": metric, "period": OCTOBER.model_dump(mode="json")}
    return app.desk.run("kpi", fields, who=Who("slack", f"U{person}"), place=place, thread=None, now=NOW)


def told(outcome: Outcome) -> str:
    return json.dumps(outcome.json(), ensure_ascii=False, default=str) + outcome.text


def test_what_is_the_agencys_own() -> None:
    assert set(OURS) == {"cost", "cost_per_peso", "fee_revenue", "margin", "budget_variance"}


@pytest.mark.parametrize("role", ["agent", "supervisor", "compliance", "quality", "client_viewer"])
@pytest.mark.parametrize("metric", OURS)
def test_others_are_denied(small: Engine, role: str, metric: str) -> None:
    with pytest.raises(Refused, match="denied_metric") as no:
        ask(small, metric, role=role, period=OCTOBER)  # type: ignore[arg-type]
    assert no.value.denied


def test_nothing_comes_out_at_the_desk(app: App) -> None:
    """One by one, several at once, and beside a metric that anybody may ask."""
    for person in (ANA, LAURA, CLIENTE):
        for metric in (*OURS, [*OURS], ["recovered_amount", *OURS]):
            outcome = pressed(app, person, metric)
            assert outcome.outcome != "answer" or isinstance(metric, list)
            rows = outcome.answer.rows if outcome.answer else ()
            assert {row["metric"] for row in rows} <= {"recovered_amount"}
            assert not [secret for secret in SECRET if secret in told(outcome)], (person, metric)
    assert pressed(app, ANA, "margin").outcome == "denied"


def test_a_manager_is_told(app: App) -> None:
    """The other side of it: the same questions hold exactly those numbers."""
    everything = "".join(told(pressed(app, GLORIA, metric)) for metric in OURS)
    assert not [secret for secret in SECRET if secret not in everything]


def test_not_even_a_manager_where_a_client_reads_along(app: App, engine: Engine) -> None:
    for metric in OURS:
        assert pressed(app, GLORIA, metric, ROOM).outcome == "denied"
    own = Scope(clients=frozenset({ALAMEDA}))
    assert only(ask(engine, "cost", period=OCTOBER, scope=own))["value"] == "4321.00"


def test_without_the_roles_anybody_would_see_it(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ablation: the same question, of a metric that names no roles."""
    furnish(engine, **MONEY)
    open_to_all = CATALOGUE.metrics["cost"].model_copy(update={"roles": ()})
    monkeypatch.setitem(CATALOGUE.metrics, "cost", open_to_all)
    assert only(ask(engine, "cost", period=OCTOBER, role="agent"))["value"] == "4321.00"


@pytest.mark.parametrize(("person", "offered"), [(ANA, False), (CLIENTE, False), (GLORIA, True)])
def test_help_offers_what_one_may_ask(app: App, person: int, offered: bool) -> None:
    who = Who("slack", f"U{person}")
    outcome = app.desk.run("help", {"about": None}, who=who, place=DM, thread=None, now=NOW)
    assert ("Margen" in told(outcome)) is offered
    about = app.desk.run("help", {"about": "metric:margin"}, who=who, place=DM, thread=None, now=NOW)
    assert about.answer is not None
    assert bool(about.answer.next) is offered


def test_an_empty_agency_says_so(engine: Engine) -> None:
    for metric in (*OURS, "agreements_count", "agreement_compliance", "first_payment_rate", "avg_discount"):
        with pytest.raises(Refused) as no:
            ask(engine, metric, period=Period(start=OCT, end=OCTOBER.end))
        assert no.value.about == "no_data"
