"""Lists of rows: which, how many, how much, in whose reach; the same as a hand count of the small company."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from bot.app import App, build
from bot.outcome import Outcome, Place, Who
from bot.settings import Settings
from db import standing
from db.engine import reading, writing
from db.scope import Scope
from db.tables import facts
from db.tables.agency import agreements
from db.tables.cells import installment_results
from tests.conftest import small_company
from tests.small import (
    ACCOUNT,
    ALAMEDA,
    ANA,
    BETO,
    CARLA,
    CLIENTE,
    GLORIA,
    LAURA,
    MARCO,
    NOV_18,
    NOW,
    at,
)

DM = Place("dm", "D1")


@pytest.fixture
def engine(small_own: Engine) -> Engine:
    return small_own


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Asked only: nothing but the record of it is written."""
    with small_company(request.param, request, tmp_path_factory.mktemp("lists")) as engine:
        yield build(Settings(), engine=engine)


@pytest.fixture
def fresh(engine: Engine) -> App:
    """One to write to."""
    return build(Settings(), engine=engine)


def ask(app: App, request: dict[str, Any], person: int = GLORIA, place: Place = DM) -> Outcome:
    ((intent, fields),) = request.items()
    return app.desk.run(intent, fields, who=Who("slack", f"U{person}"), place=place, thread="t", now=NOW)


def rows(outcome: Outcome) -> list[str]:
    assert outcome.answer is not None, outcome.text
    return [str(row["account"])[-1] for row in outcome.answer.rows]


def accounts(app: App, *filters: tuple[str, str, Any], person: int = GLORIA, **more: Any) -> list[str]:
    asked = [{"field": f, "op": op, "value": value} for f, op, value in filters]
    return rows(ask(app, {"accounts": {"filters": asked, **more}}, person))


# --- Accounts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        # In the last file of their client and not recalled: D and F are recalled, E and H are in no file.
        ([], "JKBACG"),
        ([("bucket", "eq", "31-60")], "KA"),
        ([("bucket", "ne", "31-60")], "JBCG"),
        ([("client", "eq", "Banco Alameda")], "BACG"),
        ([("campaign", "in", ["Ceiba Crédito"])], "JK"),
        ([("agent", "eq", "Carla Méndez")], "JK"),
        ([("supervisor", "eq", "Laura Ibáñez")], "BACG"),
        ([("supervisor", "ne", "Laura Ibáñez")], "JK"),
        ([("product", "eq", "tdc")], "BAG"),
        ([("state", "eq", "Jalisco")], "AC"),
        ([("special", "eq", True)], "B"),
        ([("special", "eq", False), ("product", "eq", "TDC")], "AG"),
        ([("dial_mode", "eq", "manual"), ("balance", "ge", 2500)], "CK"),
        ([("balance", "between", [1000, 2000])], "BJA"),
        ([("balance", "lt", 1000.5)], "AG"),
        ([("days_past_due", "gt", 40)], "KJ"),
        ([("account", "eq", "00a")], "A"),
        ([("account", "in", ["ALA:00A", "CEI:00J", "CEI:00A"])], "JA"),
        # K was last tried on the 11th, G never.
        ([("last_contact", "not_in_period", 1)], "KG"),
        ([("last_contact", "not_in_period", 8)], "G"),
        ([("last_contact", "not_in_period", 7)], "KG"),
        # B gave 300 on the 9th; what it gave on the 17th was taken back on the 18th. A paid in October.
        ([("last_payment", "not_in_period", 8)], "KACBG"),
        ([("last_payment", "not_in_period", 18)], "KACG"),
        ([("last_payment", "not_in_period", ["2026-11-17", "2026-11-17"])], "KACG"),
        ([("last_payment", "not_in_period", ["2026-10-01", "2026-10-31"])], "KJBCG"),
        ([("last_contact", "not_in_period", ["2026-11-12", "2026-11-18"])], "KG"),
        ([("promise", "eq", "broken")], "K"),
        ([("status", "eq", "partial")], "B"),
        ([("promise", "eq", "open")], "A"),
        ([("promise", "ne", "open"), ("client", "eq", "Banco Alameda")], "BCG"),
        ([("promise", "in", ["broken", "partial"])], "KB"),
        ([("promise", "eq", "due_today")], ""),
        ([("bucket", "eq", "31-60"), ("promise", "eq", "broken"), ("last_contact", "not_in_period", 3)], "K"),
    ],
)
def test_the_accounts_that_are_so(app: App, filters: list[tuple[str, str, Any]], found: str) -> None:
    assert sorted(accounts(app, *filters)) == sorted(found)


def test_the_head_counts_and_sums_what_is_not_shown(app: App) -> None:
    outcome = ask(app, {"accounts": {"order": "balance", "limit": 2}})
    assert rows(outcome) == ["C", "K"]
    assert "Cuentas: 6" in outcome.text
    assert "$10,900" in outcome.text
    assert "2 de 6" in outcome.text


@pytest.mark.parametrize(
    ("order", "found"),
    [
        (None, "CKBJAG"),
        ("balance asc", "GAJBKC"),
        ("days_past_due", "JKABCG"),
        ("last_contact", "GKABCJ"),  # longest without first; the others today
    ],
)
def test_the_order_is_the_one_asked_for(app: App, order: str | None, found: str) -> None:
    assert "".join(accounts(app, order=order)) == found


def test_the_whole_list_is_read_only_for_a_document(app: App) -> None:
    with reading(app.engine) as connection:
        stands = standing.standing(connection, Scope(), NOW.date())
        assert len(connection.execute(stands.select("number")).all()) == 6
    answer = ask(app, {"accounts": {"limit": 2}}).answer
    assert answer is not None
    (table,) = [part for part in answer.parts if hasattr(part, "rows") and hasattr(part, "whole")]
    assert len(table.rows) == 2
    assert table.whole is not None


def test_after_a_later_promise_the_broken_one_is_not_said(fresh: App) -> None:
    assert accounts(fresh, ("promise", "eq", "broken")) == ["K"]
    row = {"client_id": 2, "campaign_id": 2, "account_id": ACCOUNT["K"], "agent_id": CARLA}
    days = {"made_at": at(NOV_18), "made_on": NOV_18, "due_on": NOV_18}
    with writing(fresh.engine) as connection:
        connection.execute(insert(facts.promises).values(**row, **days, amount_cents=100))
    assert accounts(fresh, ("promise", "eq", "broken")) == []
    assert accounts(fresh, ("promise", "eq", "due_today")) == ["K"]


# --- In whose reach ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "found"),
    [(ANA, "ABCG"), (BETO, ""), (CARLA, "JK"), (LAURA, "ABCG"), (MARCO, "JK"), (GLORIA, "ABCGJK")],
)
def test_everybody_lists_her_own(app: App, person: int, found: str) -> None:
    assert sorted(accounts(app, person=person)) == sorted(found)


@pytest.mark.parametrize("intent", ["accounts", "promises", "agreements", "payments"])
def test_a_clients_viewer_lists_nothing(app: App, intent: str) -> None:
    assert ask(app, {intent: {}}, CLIENTE).outcome == "denied"


def test_without_the_scope_a_team_would_see_the_other(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "accounts_within", lambda *_: [])
    assert len(accounts(app, person=MARCO)) > 2


@pytest.mark.parametrize("intent", ["accounts", "promises", "agreements", "payments"])
def test_whoever_is_named_has_to_be_in_reach(app: App, intent: str) -> None:
    named = [{"field": "agent", "op": "eq", "value": "Carla Méndez"}]
    assert ask(app, {intent: {"filters": named}}, LAURA).outcome == "denied"


# --- What cannot be asked ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked",
    [
        ("bucket", "lt", "31-60"),
        ("bucket", "eq", 3),
        ("balance", "eq", "mucho"),
        ("balance", "between", [1]),
        ("special", "eq", "sí"),
        ("last_contact", "eq", 3),
        ("last_contact", "not_in_period", -1),
        ("last_contact", "not_in_period", 10**9),
        ("promise", "eq", "zutano"),
        ("agreement", "gt", "active"),
        ("amount", "gt", 5),
        ("zutano", "eq", "x"),
        ("status", "eq", "castigada"),
    ],
)
def test_a_condition_that_picks_nothing_is_refused_by_name(app: App, asked: tuple[str, str, Any]) -> None:
    field, op, value = asked
    outcome = ask(app, {"accounts": {"filters": [{"field": field, "op": op, "value": value}]}})
    assert (outcome.outcome, outcome.about) == ("refuse", "filter"), outcome.text


@pytest.mark.parametrize("value", ["a\x00b", "\ud800", " ", float("inf"), 10**12, [], ["x"] * 201])
def test_what_no_database_holds_is_no_request(app: App, value: Any) -> None:
    outcome = ask(app, {"accounts": {"filters": [{"field": "product", "op": "eq", "value": value}]}})
    assert (outcome.outcome, outcome.about) == ("refuse", "bad_request")


def test_a_field_it_cannot_be_ordered_by_is_said(app: App) -> None:
    assert ask(app, {"accounts": {"order": "amount"}}).about == "order"
    assert ask(app, {"accounts": {"period": {"start": "2026-11-01", "end": "2026-11-02"}}}).about == "period"


# --- Promises, payments, agreements --------------------------------------------------------------------


def promises(app: App, person: int = GLORIA, *, status: str | None = None, **more: Any) -> Outcome:
    filters = [{"field": "status", "op": "eq", "value": status}] if status else []
    return ask(app, {"promises": {"filters": filters, **more}}, person)


@pytest.mark.parametrize(
    ("status", "found"), [("broken", "K"), ("kept", "E"), ("partial", "B"), ("open", "A"), (None, "EBKA")]
)
def test_promises_by_how_they_stand(app: App, status: str | None, found: str) -> None:
    assert rows(promises(app, status=status)) == list(found)


def test_promises_are_by_the_day_made_or_due(app: App) -> None:
    week = {"start": "2026-11-09", "end": "2026-11-15"}
    assert rows(promises(app, period=week, by="due")) == ["B", "K"]
    assert rows(promises(app, period=week)) == []
    ahead = {"start": "2026-11-18", "end": "2026-11-22"}
    assert rows(promises(app, period=ahead)) == ["A"]


def test_those_that_still_wait_are_told_beside_the_broken(fresh: App) -> None:
    row = {"client_id": ALAMEDA, "campaign_id": 1, "account_id": ACCOUNT["C"], "agent_id": ANA}
    made = date(2026, 11, 14)
    days = {"made_at": at(made), "made_on": made, "due_on": date(2026, 11, 17)}
    with writing(fresh.engine) as connection:
        connection.execute(insert(facts.promises).values(**row, **days, amount_cents=12_300))
    shown = promises(fresh, status="broken", period={"start": "2026-11-17", "end": "2026-11-17"})
    assert rows(shown) == []
    assert "$123" in shown.text
    answer = shown.answer
    assert answer is not None
    (see,) = [option for option in answer.next if option.intent == "promises"]
    assert rows(ask(fresh, {"promises": json.loads(json.dumps(dict(see.fields)))})) == ["C"]


def test_payments_are_listed_with_what_was_given_back(app: App) -> None:
    outcome = ask(app, {"payments": {}})
    assert sorted(rows(outcome)) == sorted("EBBBJ")
    assert "$5,450" in outcome.text
    large = [{"field": "amount", "op": "gt", "value": 250}]
    assert sorted(rows(ask(app, {"payments": {"filters": large}}))) == ["B", "E"]
    theirs = [{"field": "bucket", "op": "eq", "value": "61-90"}]
    assert rows(ask(app, {"payments": {"filters": theirs}})) == ["J"]
    assert (
        ask(app, {"payments": {"filters": [{"field": "status", "op": "eq", "value": "kept"}]}}).about
        == "filter"
    )


def agreed(letter: str, status: str = "active") -> dict[str, Any]:
    row = {"client_id": ALAMEDA, "campaign_id": 1, "agent_id": ANA, "agreed_at": at(NOV_18)}
    row |= {"agreed_on": NOV_18, "total_cents": 90_000, "installments": 3, "frequency": "mensual"}
    row |= {"first_due_on": date(2026, 11, 30), "discount_micros": 0}
    return {**row, "account_id": ACCOUNT[letter], "status": status}


def test_agreements_are_listed_by_how_they_stand(fresh: App) -> None:
    with writing(fresh.engine) as connection:
        for letter, status in (("A", "active"), ("C", "draft")):
            connection.execute(insert(agreements).values(**agreed(letter, status)))
    active = [{"field": "status", "op": "eq", "value": "active"}]
    assert rows(ask(fresh, {"agreements": {"filters": active}})) == ["A"]
    assert sorted(rows(ask(fresh, {"agreements": {}}, LAURA))) == ["A", "C"]
    assert rows(ask(fresh, {"agreements": {}}, MARCO)) == []
    assert accounts(fresh, ("agreement", "eq", "draft")) == ["C"]


def test_agreements_are_listed_by_the_payments_that_fall_due(fresh: App) -> None:
    soon, late = NOW.date() + timedelta(days=2), NOW.date() + timedelta(days=30)
    with writing(fresh.engine) as connection:
        for n, (letter, due, paid) in enumerate((("A", soon, 0), ("B", soon, 100), ("C", late, 0)), start=1):
            connection.execute(insert(agreements).values(id=n, **agreed(letter)))
            part = {"agreement_id": n, "number": 1, "due_on": due, "amount_cents": 100}
            part |= {"allocated_cents": paid, "status": "broken", "window_ends_on": due, "decide_on": due}
            connection.execute(insert(installment_results).values(**part))
    assert rows(ask(fresh, {"agreements": {"by": "due"}}, LAURA)) == ["A"]
    month = {"start": str(NOW.date()), "end": str(late)}
    assert sorted(rows(ask(fresh, {"agreements": {"by": "due", "period": month}}, LAURA))) == ["A", "C"]
