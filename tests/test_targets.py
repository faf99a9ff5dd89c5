"""Targets from chat: before and after, whom they bind, their history; and the answers follow at once."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from bot.app import App, build
from bot.outcome import Outcome
from bot.settings import Settings
from db.engine import reading, writing
from db.tables.agency import budgets
from db.tables.facts import targets
from db.tables.floor import target_changes
from skills.contract import Figures
from tests.floor_hands import ask, do, press, rows
from tests.small import ANA, CARLA, CARO, CLIENTE, GLORIA, LAURA, MARCO

MONTH = {"start": "2026-11-01", "end": "2026-11-30"}
TEAM = {"metric": "recovered_amount", "supervisor": "Laura Ibáñez", "value": "15000.00", "period": MONTH}
AGENT = {"metric": "contact_rate", "agent": "Ana Ruiz", "value": 0.35, "period": MONTH}


@pytest.fixture
def engine(small_own: Engine) -> Engine:
    return small_own


@pytest.fixture
def app(engine: Engine) -> App:
    return build(Settings(), engine=engine)


def standing(app: App, scope: str, code: str, metric: str = "recovered_amount") -> list[tuple[str, int]]:
    table = targets.c
    mine = (table.scope == scope, table.scope_code == code, table.metric == metric)
    query = select(table.owner, table.value_micros).where(*mine).order_by(table.owner)
    with reading(app.engine) as connection:
        return [(owner, value // 1_000_000) for owner, value in connection.execute(query)]


def attained(app: App, person: int = LAURA) -> Any:
    """The target beside what was recovered, as the KPI question says it."""
    asked = {
        "metric": "recovered_amount",
        "filters": [{"field": "supervisor", "op": "eq", "value": "Laura Ibáñez"}],
        "compare": {"to": "target"},
        "period": MONTH,
    }
    answer = ask(app, "kpi", asked, person, minutes=30).answer
    assert answer is not None
    return answer.rows[0]["target"]


def test_a_target_is_set_told_and_counted_at_once(app: App) -> None:
    before = attained(app)
    done = do(app, "set_target", TEAM, GLORIA)
    assert done.outcome == "done", done.text
    assert standing(app, "supervisor", "E11") == [("INTERNA", 15000)]
    assert [n.person_id for n in done.notices] == [LAURA]
    assert "$15,000" in done.notices[0].outcome.text
    assert float(attained(app)) == pytest.approx(float(before) * 15 / 12)


def test_what_it_was_who_changed_it_and_when_is_kept(app: App) -> None:
    do(app, "set_target", TEAM, GLORIA)
    shown = ask(app, "set_target", TEAM | {"value": "16000"}, GLORIA, minutes=5)
    assert "$12,000" in shown.text
    assert "Gloria Sosa" in shown.text
    assert press(app, shown, "confirm", GLORIA, 6).outcome == "done"
    kept = [(r.before_micros // 10**6, r.after_micros // 10**6) for r in rows(app.engine, target_changes)]
    assert kept == [(12000, 15000), (15000, 16000)]


def test_it_is_undone_unless_it_changed_since(app: App) -> None:
    done = do(app, "set_target", TEAM, GLORIA)
    later = do(app, "set_target", TEAM | {"value": "16000"}, GLORIA, minutes=3)
    assert press(app, done, "undo", GLORIA, 6).outcome == "refuse"
    assert press(app, later, "undo", GLORIA, 7).outcome == "done"
    assert standing(app, "supervisor", "E11") == [("INTERNA", 15000)]
    assert press(app, done, "undo", GLORIA, 8).outcome == "done"
    assert standing(app, "supervisor", "E11") == [("INTERNA", 12000)]


def test_a_first_target_undone_is_none(app: App) -> None:
    done = do(app, "set_target", AGENT, GLORIA)
    assert {n.person_id for n in done.notices} == {ANA, LAURA}
    assert press(app, done, "undo", GLORIA, 5).outcome == "done"
    assert standing(app, "agent", "E21", "contact_rate") == []


def test_the_clients_promise_stands_beside_our_own(app: App) -> None:
    shown = ask(app, "set_target", TEAM | {"owner": "CLIENTE"}, GLORIA)
    assert "comprometida con el cliente" in shown.text
    press(app, shown, "confirm", GLORIA)
    assert standing(app, "supervisor", "E11") == [("CLIENTE", 15000), ("INTERNA", 12000)]


def test_changed_underneath_it_is_shown_again(app: App) -> None:
    first = ask(app, "set_target", TEAM, GLORIA)
    with writing(app.engine) as connection:
        connection.execute(
            update(targets).where(targets.c.scope == "supervisor").values(value_micros=2 * 10**10)
        )
    again = press(app, first, "confirm", GLORIA, 4)
    assert again.outcome == "preview"
    assert "$20,000" in again.text


# --- what is asked, warned of, refused ---------------------------------------------------------------------


def test_so_much_a_day_is_asked_in_all(app: App) -> None:
    asked = ask(app, "set_target", TEAM | {"grain": "day", "value": "1000"}, GLORIA)
    assert (asked.outcome, [o.label for o in asked.choices]) == (
        "clarify",
        ["noviembre: $24,000", "Solo hoy"],
    )
    whole, today = (ask(app, o.intent, dict(o.fields), GLORIA) for o in asked.choices)
    assert "$24,000" in whole.text
    assert "periodo más largo" in today.text  # the month's target stays the one that counts


def test_a_rate_a_day_is_a_rate(app: App) -> None:
    assert ask(app, "set_target", AGENT | {"grain": "day"}, GLORIA).outcome == "preview"


@pytest.mark.parametrize(
    ("value", "warned"), [("850", True), ("850000", True), ("11000", False), ("36000", False)]
)
def test_a_slip_of_the_pen_is_pointed_at(app: App, value: str, warned: bool) -> None:
    shown = ask(app, "set_target", TEAM | {"value": value}, GLORIA)
    assert ("más de tres veces" in shown.text) is warned


@pytest.mark.parametrize(
    ("change", "about"),
    [
        ({"value": "12000"}, "nothing"),
        ({"period": {"start": "2026-10-01", "end": "2026-10-31"}}, "period"),
        ({"metric": "goal_attainment"}, "slot:metric"),
        ({"metric": "no_such"}, "slot:metric"),
        ({"metric": "contact_rate", "value": 35}, "slot:value"),
        ({"supervisor": "Nadie"}, "entity:supervisor"),
        ({"value": "-1"}, "slot:value"),
        ({"client": "Banco Alameda"}, "bad_request"),
        ({"plan": "budget", "metric": "contact_rate", "value": 0.3}, "slot:metric"),
    ],
)
def test_what_makes_no_target_is_refused(app: App, change: dict[str, Any], about: str) -> None:
    got = ask(app, "set_target", TEAM | change, GLORIA)
    assert (got.outcome, got.about) == ("refuse", about), got.text


def refused(got: Outcome) -> bool:
    return got.outcome in ("refuse", "denied")


@pytest.mark.parametrize("person", [ANA, CARO, CLIENTE])
def test_not_every_role_sets_targets(app: App, person: int) -> None:
    assert ask(app, "set_target", AGENT, person).outcome == "denied"


def test_a_supervisor_speaks_for_her_team_and_somebody_agrees(app: App) -> None:
    assert refused(ask(app, "set_target", AGENT, MARCO))
    assert refused(ask(app, "set_target", AGENT | {"agent": "Carla Méndez"}))
    client = {"metric": "recovered_amount", "client": "Banco Alameda", "value": "9000"}
    assert ask(app, "set_target", client).outcome == "denied"
    assert refused(ask(app, "set_target", {"metric": "recovered_amount", "value": "9000"}))
    shown = ask(app, "set_target", AGENT)
    waits = press(app, shown, "confirm")
    assert (waits.outcome, [n.person_id for n in waits.notices]) == ("pending_approval", [GLORIA])
    assert standing(app, "agent", "E21", "contact_rate") == []
    done = press(app, shown, "approve", GLORIA, 2)
    assert done.outcome == "done"
    assert CARLA not in {n.person_id for n in done.notices}
    assert rows(app.engine, target_changes)[0].changed_by == LAURA


def test_a_budget_is_kept_apart(app: App) -> None:
    cost = {"plan": "budget", "metric": "cost", "client": "Banco Alameda", "value": "200000", "period": MONTH}
    assert ask(app, "set_target", cost).outcome == "denied"
    done = do(app, "set_target", cost, GLORIA)
    assert "Presupuesto" in done.text
    (row,) = rows(app.engine, budgets)
    assert (row.metric, row.category, row.scope_code, row.value_micros) == ("cost", "", "ALA", 200000 * 10**6)
    assert [r.plan for r in rows(app.engine, target_changes)] == ["budget"]
    assert press(app, done, "undo", GLORIA, 5).outcome == "done"
    assert rows(app.engine, budgets) == []


def test_the_figure_shows_what_it_was(app: App) -> None:
    answer = ask(app, "set_target", TEAM, GLORIA).answer
    assert answer is not None
    (figures,) = [part for part in answer.parts if isinstance(part, Figures)]
    (figure,) = figures.items
    assert figure.previous is not None
    assert [figure.value.amount, figure.previous.amount] == [Decimal(15000), Decimal(12000)]
