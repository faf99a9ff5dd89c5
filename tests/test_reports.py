"""Reports as documents: the executive one as slides and paper, a creditor's pack as a workbook."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from pptx import Presentation
from pypdf import PdfReader
from sqlalchemy import Engine, select, update

from bot.app import App, build
from bot.outcome import Outcome, Place, Who
from bot.settings import Settings
from db.engine import reading, writing
from db.stairs import stairs
from db.tables.facts import payments
from db.tables.reference import accounts
from skills.rules import Reporting
from tests.small import ALAMEDA, ANA, CEIBA, CLIENTE, GLORIA, LAURA, NOW

OF_ALAMEDA = {"filters": [{"field": "client", "op": "eq", "value": "Banco Alameda"}]}
OCTOBER = {"start": "2026-10-01", "end": "2026-11-18"}


@pytest.fixture
def engine(small_own: Engine) -> Engine:
    return small_own


@pytest.fixture
def app(engine: Engine) -> App:
    return build(Settings(), engine=engine)


def run(app: App, intent: str, fields: dict[str, Any], person: int = GLORIA) -> Outcome:
    who = Who("slack", f"U{person}")
    return app.desk.run(intent, fields, who=who, place=Place("dm", "D1"), thread="t", now=NOW)


def document(outcome: Outcome, tail: str) -> bytes:
    assert outcome.answer is not None, outcome.text
    return next(each for each in outcome.answer.files if each.name.endswith(tail)).make()


# --- the executive report ------------------------------------------------------------------------


def test_the_slides_hold_the_numbers_of_the_floor_as_charts_and_tables_that_can_be_edited(app: App) -> None:
    shown = run(app, "executive", {})
    deck = Presentation(BytesIO(document(shown, "pptx")))
    said = [shape.text_frame.text for slide in deck.slides for shape in slide.shapes if shape.has_text_frame]
    assert "Reporte ejecutivo" in said
    assert {"Lo esencial", "Cómo fue la recuperación", "Cómo leer estos números"} <= set(said)
    money = run(app, "kpi", {"metric": "recovered_amount"})
    assert money.answer is not None
    assert "$5,450" in money.text
    assert "$5,450" in said
    assert any(shape.has_chart for slide in deck.slides for shape in slide.shapes)
    assert any(shape.has_table for slide in deck.slides for shape in slide.shapes)


def test_the_paper_says_the_same_and_is_the_same_bytes_each_time(app: App) -> None:
    shown = run(app, "executive", {})
    paper = document(shown, "pdf")
    assert paper == document(shown, "pdf")
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(paper)).pages)
    for words in ("Reporte ejecutivo", "Monto recuperado", "$5,450", "Gloria Sosa"):
        assert words in text


def test_what_has_no_number_has_its_page_and_says_why(app: App) -> None:
    from db.tables.facts import contacts

    with writing(app.engine) as connection:
        connection.execute(contacts.delete())
    shown = run(app, "executive", {"period": {"start": "2026-01-01", "end": "2026-01-31"}})
    deck = Presentation(BytesIO(document(shown, "pptx")))
    said = [shape.text_frame.text for slide in deck.slides for shape in slide.shapes if shape.has_text_frame]
    assert "Cómo fue la recuperación" in said
    assert len(deck.slides) >= 4


def test_in_the_first_days_of_a_month_the_month_before_is_meant(app: App) -> None:
    who, early = Who("slack", f"U{GLORIA}"), datetime(2026, 12, 2, 9, tzinfo=NOW.tzinfo)
    shown = app.desk.run("executive", {}, who=who, place=Place("dm", "D1"), thread="t", now=early)
    assert shown.answer is not None
    assert shown.answer.files[0].name == "cartera_2026-11-01_2026-11-30.pptx"


def test_a_report_is_for_those_it_is_for(app: App) -> None:
    for person in (ANA, CLIENTE):
        assert run(app, "executive", {}, person).outcome == "denied"
        assert run(app, "pack", OF_ALAMEDA, person).outcome == "denied"
    assert run(app, "pack", OF_ALAMEDA, LAURA).outcome == "denied"


# --- a creditor's pack ---------------------------------------------------------------------------


def sheets(outcome: Outcome) -> dict[str, list[tuple[Any, ...]]]:
    book = load_workbook(BytesIO(document(outcome, "xlsx")))
    return {page.title: list(page.iter_rows(values_only=True)) for page in book.worksheets}


def test_a_pack_holds_that_client_s_accounts_and_no_others(app: App) -> None:
    pack = sheets(run(app, "pack", {**OF_ALAMEDA, "period": OCTOBER}))
    with reading(app.engine) as connection:
        own = set(
            connection.execute(select(accounts.c.account_no).where(accounts.c.client_id == ALAMEDA)).scalars()
        )
        paid = connection.execute(
            select(payments.c.amount_cents).where(
                payments.c.client_id == ALAMEDA, payments.c.paid_on.between(date(2026, 10, 1), NOW.date())
            )
        ).scalars()
        total = Decimal(sum(paid)) / 100
    listed = [row for row in pack["Pagos"][1:] if row[0]]
    assert sum(Decimal(str(row[4])) for row in listed) == total
    for name in ("Promesas", "Pagos", "Gestiones"):
        assert {row[0] for row in pack[name][1:] if row[0]} <= own
        assert len(pack[name]) > 1
    assert list(pack) == ["Portada", "Promesas", "Pagos", "Gestiones", "Cosechas por mes de colocación"]


def test_no_name_no_phone_and_no_note_leaves_the_house(app: App) -> None:
    from db.tables.facts import contacts
    from db.tables.reference import debtors

    with writing(app.engine) as connection:
        connection.execute(update(contacts).values(note="dice que está enfermo", phone="5512345678"))
        connection.execute(debtors.update().values(name="Juan Deudor"))
    pack = sheets(run(app, "pack", {**OF_ALAMEDA, "period": OCTOBER}))
    cells = " ".join(str(cell) for rows in pack.values() for row in rows for cell in row)
    for secret in ("enfermo", "5512345678", "Juan Deudor"):
        assert secret not in cells


def test_a_client_s_own_layout_names_and_orders_its_columns(app: App) -> None:
    layout = {"ALA": {"payments": {"CREDITO": "account", "IMPORTE": "amount"}}}
    own = build(Settings(reports=Reporting(layouts=layout)), engine=app.engine)
    pack = sheets(run(own, "pack", {**OF_ALAMEDA, "period": OCTOBER}))
    assert pack["Pagos"][0] == ("CREDITO", "IMPORTE")
    wrong = {"ALA": {"payments": {"TELEFONO": "phone"}}}
    faulty = build(Settings(reports=Reporting(layouts=wrong)), engine=app.engine)
    shown = run(faulty, "pack", OF_ALAMEDA)
    assert shown.outcome == "refuse"
    assert "phone" in shown.text


def test_of_several_clients_it_is_asked_which_and_nothing_else_may_narrow_it(app: App) -> None:
    asked = run(app, "pack", {})
    assert asked.outcome == "clarify"
    assert {each.label for each in asked.choices} >= {"Banco Alameda"}
    narrowed = [*OF_ALAMEDA["filters"], {"field": "agent", "op": "eq", "value": "Ana Ruiz"}]
    assert run(app, "pack", {"filters": narrowed}).outcome == "refuse"


def test_what_looks_like_a_formula_is_text(app: App) -> None:
    with writing(app.engine) as connection:
        connection.execute(update(payments).values(channel="=1+1"))
    book = load_workbook(BytesIO(document(run(app, "pack", {**OF_ALAMEDA, "period": OCTOBER}), "xlsx")))
    kinds = {cell.data_type for row in book["Pagos"].iter_rows(min_row=2) for cell in row}
    assert "f" not in kinds


# --- the stair -----------------------------------------------------------------------------------


def test_the_stair_is_what_counting_by_hand_gives(app: App) -> None:
    today = NOW.date()
    with reading(app.engine) as connection:
        steps = stairs(connection, ALAMEDA, today, None)
        rows = connection.execute(select(accounts).where(accounts.c.client_id == ALAMEDA)).all()
        money = connection.execute(select(payments).where(payments.c.client_id == ALAMEDA)).all()
    assert sum(step.accounts for step in steps) == len(rows)
    for step in steps:
        own = {
            r.id: r
            for r in rows
            if (r.placed_on.year, r.placed_on.month) == (step.month.year, step.month.month)
        }
        assert step.placed_cents == sum(r.balance_cents for r in own.values())
        back = [m for m in money if m.account_id in own and own[m.account_id].placed_on <= m.paid_on <= today]
        assert sum(step.paid_cents.values()) == sum(m.amount_cents for m in back)
    assert any(step.paid_cents for step in steps)


def test_money_from_before_the_placement_and_of_another_client_is_none_of_it(app: App) -> None:
    with reading(app.engine) as connection:
        before = stairs(connection, ALAMEDA, NOW.date(), None)
    with writing(app.engine) as connection:
        placed = connection.execute(select(accounts).where(accounts.c.client_id == ALAMEDA).limit(1)).one()
        other = connection.execute(select(accounts).where(accounts.c.client_id == CEIBA).limit(1)).one()
        shared = {"posted_on": NOW.date(), "amount_cents": 99_900, "channel": None, "reverses_ref": None}
        early = date(placed.placed_on.year - 1, 1, 1)
        for n, (account, day) in enumerate([(placed, early), (other, NOW.date())]):
            row = {
                "client_id": account.client_id,
                "campaign_id": account.campaign_id,
                "account_id": account.id,
            }
            connection.execute(payments.insert().values(**shared, **row, payment_ref=f"x{n}", paid_on=day))
    with reading(app.engine) as connection:
        assert stairs(connection, ALAMEDA, NOW.date(), None) == before


def test_a_step_says_nothing_of_a_balance_of_zero() -> None:
    from db.stairs import Step

    assert Step(date(2026, 11, 1), 1, 0, {0: 100}).recovered(0) is None
    step = Step(date(2026, 9, 1), 2, 1_000, {0: 100, 2: 50})
    assert [step.recovered(n) for n in (0, 1, 2)] == [Decimal("0.1"), Decimal("0.1"), Decimal("0.15")]
