"""A promise from chat: previewed, refused where it makes no sense, renewed, undone the same day, counted."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update

from bot.app import App, build
from bot.outcome import Outcome, Place, Who
from bot.settings import Settings
from db import promised
from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.engine import reading, writing
from db.promised import Made
from db.tables import facts, reference
from db.tables.agency import cases
from db.tables.cells import promise_results
from db.tables.house import audit
from db.tables.promised import chat_promises
from skills.promise import terms
from skills.rules import Promises
from tests.small import ACCOUNT, ALAMEDA, ANA, BETO, CARO, GLORIA, LAURA, MARCO, NOW

DM = Place("dm", "D1")
TODAY = NOW.date()  # Wednesday 18 November
FRIDAY = "2026-11-27"


@pytest.fixture
def engine(small_own: Engine) -> Engine:
    return small_own


@pytest.fixture
def app(engine: Engine) -> App:
    return build(Settings(), engine=engine)


def run(app: App, intent: str, fields: dict[str, Any], person: int = ANA, minutes: int = 0) -> Outcome:
    who, now = Who("slack", f"U{person}"), NOW + timedelta(minutes=minutes)
    return app.desk.run(intent, fields, who=who, place=DM, thread="t1", now=now)


def offer(
    app: App, letter: str = "C", amount: str = "500.00", on: str = FRIDAY, person: int = ANA
) -> Outcome:
    return run(app, "record_ptp", {"account": f"00{letter}", "amount": amount, "date": on}, person)


def press(app: App, outcome: Outcome, step: str, person: int = ANA, minutes: int = 1) -> Outcome:
    option = next(o for o in outcome.choices if o.intent == step)
    return run(app, step, dict(option.fields), person, minutes)


def made(app: App, letter: str) -> list[tuple[date, int, str | None]]:
    """Due day, centavos and what is said of it, of one account."""
    table = facts.promises
    query = (
        select(table.c.due_on, table.c.amount_cents, promise_results.c.status)
        .outerjoin(promise_results, promise_results.c.promise_id == table.c.id)
        .where(table.c.account_id == ACCOUNT[letter])
        .order_by(table.c.id)
    )
    with reading(app.engine) as connection:
        return [tuple(row) for row in connection.execute(query)]


def counted(app: App) -> str:
    """How many promises the figures have for today, after a refresh."""
    refresh(app.engine, load_calendars(), now=NOW + timedelta(minutes=5))
    fields = {"metric": "ptp_count", "period": {"start": f"{TODAY}", "end": f"{TODAY}"}}
    answer = run(app, "kpi", fields, GLORIA, 6).answer
    assert answer is not None
    return str(answer.rows[0]["value"])


# --- Recorded -----------------------------------------------------------------------------------------


def test_a_promise_is_previewed_written_and_counted(app: App) -> None:
    before = int(float(counted(app)))
    shown = offer(app)
    assert shown.outcome == "preview", shown.text
    assert "$500" in shown.text
    assert "16.7 % del saldo" in shown.text
    assert "00C" not in shown.text.replace("…00C", "")  # masked where others may read along
    assert made(app, "C") == []
    assert press(app, shown, "confirm").outcome == "done"
    assert made(app, "C") == [(date(2026, 11, 27), 50_000, "broken")]  # of the money so far; open till judged
    with reading(app.engine) as connection:
        row = connection.execute(select(facts.promises).order_by(facts.promises.c.id.desc())).first()
        assert row is not None
        assert (row.agent_id, row.made_on, row.client_id, row.load_id) == (ANA, TODAY, ALAMEDA, None)
        change = connection.execute(select(audit.c.change).where(audit.c.outcome == "done")).scalar_one()
    assert json.loads(change)["after"][str(ACCOUNT["C"])]["cents"] == 50_000
    assert int(float(counted(app))) == before + 1


def test_what_was_left_out_is_asked_by_buttons_that_lead_on(app: App) -> None:
    asked = run(app, "record_ptp", {"account": "00C"})
    assert (asked.outcome, asked.about) == ("clarify", "slot:amount")
    assert [o.label for o in asked.choices] == ["$300", "$700", "$1,500", "$3,000"]
    day = run(app, "record_ptp", dict(asked.choices[1].fields))
    assert (day.outcome, day.about) == ("clarify", "slot:date")
    assert [o.fields["date"] for o in day.choices][:3] == ["2026-11-18", "2026-11-19", "2026-11-20"]
    assert [o.fields["date"] for o in day.choices][3] == "2026-11-23"  # no bank opens on a weekend
    assert run(app, "record_ptp", dict(day.choices[0].fields)).outcome == "preview"


def test_typed_without_an_amount_it_is_asked_the_same_way(app: App) -> None:
    with writing(app.engine) as connection:
        mine = reference.accounts.c.id == ACCOUNT["C"]
        connection.execute(update(reference.accounts).where(mine).values(account_no="10023"))
    who = Who("slack", f"U{ANA}")
    asked = app.desk.ask("registra promesa de la cuenta 10023", who=who, place=DM, thread="t9", now=NOW)
    assert asked.about == "slot:amount"
    assert [o.intent for o in asked.choices] == ["record_ptp"] * 4


def test_a_later_promise_renews_the_open_one_and_says_so(app: App) -> None:
    with writing(app.engine) as connection:
        one = facts.promises.c.account_id == ACCOUNT["A"]
        yesterday = {"made_on": TODAY - timedelta(days=1), "made_at": NOW - timedelta(days=1)}
        connection.execute(update(facts.promises).where(one).values(**yesterday))
    shown = offer(app, "A", "200.00")
    assert "Renueva la promesa de $100" in shown.text
    done = press(app, shown, "confirm")
    assert [status for *_, status in made(app, "A")] == ["renewed", "broken"]
    assert "la que renovaba vuelve a contar" in run(app, "cancel_ptp", {"account": "00A"}).text
    assert press(app, done, "undo", minutes=9).outcome == "done"
    assert [status for *_, status in made(app, "A")] == ["broken"]  # it counts again


def test_what_cannot_be_is_asked_with_its_reason(app: App) -> None:
    with writing(app.engine) as connection:
        mine = update(reference.accounts).where(reference.accounts.c.id == ACCOUNT["C"])
        connection.execute(mine.values(account_no="40012345"))
    for said, why in (
        ("de 500 de la cuenta 40012345 para el 31 de noviembre", "El 31 de noviembre no existe"),
        ("de 500 de la cuenta 40012345 para ayer", "«ayer» ya pasó"),
        ("de -500 de la cuenta 40012345 para el viernes", "no puede ser una cantidad negativa"),
        ("de 0 pesos de la cuenta 40012345 para el viernes", "mayor que cero"),
    ):
        text, who = f"registra una promesa {said}", Who("slack", f"U{ANA}")
        asked = app.desk.ask(text, who=who, place=DM, thread="t1", now=NOW)
        assert asked.outcome == "clarify"
        assert why in asked.text, asked.text
        assert {o.intent for o in asked.choices} == {"record_ptp"}


def test_one_that_renewed_nothing_is_cancelled_without_a_word_of_it(app: App) -> None:
    press(app, offer(app), "confirm")
    assert "renovaba" not in run(app, "cancel_ptp", {"account": "00C"}).text


def test_two_of_one_day_are_a_plan(app: App) -> None:
    press(app, offer(app), "confirm")
    second = offer(app, amount="700.00", on="2026-12-04")
    assert "plan de 2 pagos por $1,200" in second.text
    assert press(app, second, "confirm", minutes=2).outcome == "done"
    assert len(made(app, "C")) == 2


def test_a_leaders_promise_is_of_whoever_works_the_account_and_she_hears(app: App) -> None:
    shown = offer(app, person=LAURA)
    done = press(app, shown, "confirm", LAURA)
    assert [notice.person_id for notice in done.notices] == [ANA]
    with reading(app.engine) as connection:
        last = select(facts.promises.c.agent_id).order_by(facts.promises.c.id.desc()).limit(1)
        assert connection.execute(last).scalar() == ANA
        assert connection.execute(select(chat_promises.c.recorded_by)).scalar() == LAURA


# --- Refused --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("letter", "amount", "on", "said"),
    [
        ("C", "500.00", "2026-11-17", "ya pasó"),
        ("C", "500.00", "2026-12-19", "30 días"),
        ("C", "3000.01", FRIDAY, "$3,000"),
        ("C", "0.00", FRIDAY, "mayor que cero"),
        ("D", "500.00", FRIDAY, "R22"),
        ("E", "500.00", FRIDAY, "último archivo"),
        ("A", "100.00", "2026-11-20", "no se hizo dos veces"),
        ("A", "950.00", FRIDAY, "pasarían"),
    ],
)
def test_what_makes_no_sense_is_refused(app: App, letter: str, amount: str, on: str, said: str) -> None:
    outcome = offer(app, letter, amount, on, LAURA)
    assert outcome.outcome == "refuse", outcome.text
    assert said in outcome.text


@pytest.mark.parametrize(("person", "letter"), [(BETO, "C"), (MARCO, "C"), (CARO, "C")])
def test_nobody_promises_for_what_is_out_of_reach(app: App, person: int, letter: str) -> None:
    assert offer(app, letter, person=person).outcome in ("refuse", "denied")
    assert made(app, letter) == []


@pytest.mark.parametrize(
    ("register", "outcome"),
    [("holds", "refuse"), ("arco", "refuse"), ("complaints", "preview"), ("opt_outs", "preview")],
)
def test_an_open_case_stops_it_or_is_told(app: App, register: str, outcome: str) -> None:
    row = {"register": register, "client_id": ALAMEDA, "campaign_id": 1, "account_id": ACCOUNT["C"]}
    days = {"received_at": NOW, "received_on": TODAY, "kind": ""}
    with writing(app.engine) as connection:
        connection.execute(insert(cases).values(**row, **days))
    shown = offer(app)
    assert shown.outcome == outcome
    assert outcome == "refuse" or "queja" in shown.text or "contacte" in shown.text


def test_without_the_account_check_a_recalled_account_would_be_promised(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(app.engine) as connection:
        mine = reference.accounts.c.id == ACCOUNT["C"]
        held = update(reference.accounts).where(mine).values(special=True)
        connection.execute(held)
        row = {"register": "holds", "client_id": ALAMEDA, "campaign_id": 1, "account_id": ACCOUNT["C"]}
        connection.execute(insert(cases).values(**row, received_at=NOW, received_on=TODAY, kind=""))
    assert offer(app).about == "law"
    monkeypatch.setattr("skills.promise.record.refuse_unlawful", lambda *_: None)
    assert offer(app).about == "promise"
    monkeypatch.setattr(terms, "STOPPING", ())
    shown = offer(app)
    assert shown.outcome == "preview"
    assert "especial" in shown.text


def test_a_clients_own_policy_counts() -> None:
    policy = Promises(days=30, clients={"ALA": 5})
    assert (policy.most_days("ALA"), policy.most_days("CEI")) == (5, 30)


def test_a_day_without_banks_is_told(app: App) -> None:
    assert "no abren los bancos" in offer(app, on="2026-11-22").text


# --- Undone and cancelled ---------------------------------------------------------------------------------


def test_it_is_undone_the_same_day_only(app: App) -> None:
    done = press(app, offer(app), "confirm")
    tomorrow = press(app, done, "undo", minutes=24 * 60)
    assert tomorrow.outcome == "refuse"
    assert "mismo día" in tomorrow.text
    assert press(app, done, "undo", minutes=60).outcome == "done"
    assert made(app, "C") == []
    assert int(float(counted(app))) == 1  # A's own


def test_only_what_was_recorded_here_today_is_cancelled(app: App) -> None:
    assert run(app, "cancel_ptp", {"account": "00A"}).outcome == "refuse"  # a file brought it
    press(app, offer(app, person=LAURA), "confirm", LAURA)
    assert run(app, "cancel_ptp", {"account": "00C"}).outcome == "refuse"  # Laura's, not Ana's
    shown = run(app, "cancel_ptp", {"account": "00C"}, LAURA)
    assert shown.outcome == "preview"
    assert press(app, shown, "confirm", LAURA).outcome == "done"
    assert made(app, "C") == []
    with reading(app.engine) as connection:
        actions = connection.execute(select(audit.c.action).where(audit.c.outcome == "done")).scalars().all()
    assert actions == ["record_ptp", "cancel_ptp"]


def test_of_two_it_is_asked_which_one_is_cancelled(app: App) -> None:
    press(app, offer(app), "confirm")
    press(app, offer(app, amount="700.00"), "confirm")
    asked = run(app, "cancel_ptp", {"account": "00C"})
    assert [o.label for o in asked.choices] == ["$500", "$700"]
    shown = run(app, "cancel_ptp", dict(asked.choices[1].fields))
    press(app, shown, "confirm")
    assert [cents for _, cents, _ in made(app, "C")] == [50_000]


def test_what_a_file_brought_is_never_taken_back(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    with writing(app.engine) as connection:
        mine = select(facts.promises.c.id).where(facts.promises.c.account_id == ACCOUNT["A"])
        promise = connection.execute(mine).scalar_one()
        assert not promised.withdraw(connection, load_calendars(), promise, NOW)
    assert len(made(app, "A")) == 1


# --- Terms, alone -------------------------------------------------------------------------------------------


def test_terms_know_no_database() -> None:
    standing = [Made(1, TODAY, TODAY + timedelta(days=3), 40_000, None)]

    def fault(cents: int, days: int) -> str:
        on = TODAY + timedelta(days=days)
        found = terms.terms_fault(cents, on, balance=100_000, standing=standing, today=TODAY, most_days=10)
        return found.key.removeprefix("promise.") if found else ""

    assert fault(60_000, 0) == ""
    assert fault(60_000, 10) == ""
    assert fault(60_000, 11) == "too_far"
    assert fault(60_000, -1) == "past"
    assert fault(60_001, 1) == "plan_above_balance"
    assert fault(100_001, 1) == "above_balance"
    assert fault(40_000, 3) == "twice"
    assert fault(0, 3) == "nothing"
