"""Agreements, budgets, fees, evaluations, trainings, sales and cases into the database, row by row."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Table, func, select

from db.calendars import load_calendars
from db.engine import reading
from db.loading import LoadingRefused, Preview, kinds, preview
from db.loading.planners import PLANNERS
from db.tables.agency import agreements, budgets, cases, evaluations, fees, sales, trainings
from db.tables.cells import dirty_days
from db.tables.facts import file_loads
from tests.loading_agency import NOW, load, write
from tests.test_loading_files import book

AGREED = (
    "client_code,account_no,agreed_at,total,installments,first_due_on,frequency,discount_pct,status,"
    "agent_employee_no\n"
)
ONE = "ALA,00001,2026-11-13 10:00,900.00,3,2026-11-20,Quincenal,15,Vigente,E01\n"
FEES = "client_code,rate,bucket,product,from_amount,to_amount,valid_from,valid_to\n"
CASES = "client_code,account_no,received_at,kind,channel,status,closed_at,note\n"
BUDGETS = "metric,category,scope,scope_code,period_start,period_end,value,owner\n"
TRAINED = "agent_employee_no,course,assigned_on,due_on,passed_on,score,valid_to\n"
SOLD = "campaign_code,agent_employee_no,sold_at,product,amount,activated_on,cancelled_on\n"
JUDGED = "agent_employee_no,evaluated_at,points,possible,critical_error,criteria\n"
REGISTERS = ("complaints", "arco", "holds", "opt_outs")

# One good row of each kind and its table; then mutations of one cell, each refused for a reason.
GOOD: dict[str, tuple[Table, str, str]] = {
    "agreements": (agreements, AGREED, ONE),
    "budgets": (budgets, BUDGETS, ",Nómina,campaña,A1,2026-11-01,2026-11-30,50000,\n"),
    "fees": (fees, FEES, "ALA,0.12,1-30,,0,1000000,2026-01-01,2026-12-31\n"),
    "evaluations": (evaluations, JUDGED, "E01,2026-11-03 10:00,85.5,100,no,Saludo|Cierre\n"),
    "trainings": (trainings, TRAINED, "E01,CONDUSEF,2026-10-01,2026-10-15,2026-10-10,92,2027-10-10\n"),
    "sales": (sales, SOLD, "A1,E01,2026-11-03 10:00,Seguro,1500.00,2026-11-05,2026-11-09\n"),
    **dict.fromkeys(REGISTERS, (cases, CASES, "ALA,00001,2026-11-03 10:00,Trato,UNE,Abierto,,\n")),
}
MUTANTS = [
    ("agreements", "00001", "99999", "orphan_account"),
    ("agreements", "ALA", "XXX", "orphan_client"),
    ("agreements", "E01", "E99", "orphan_agent"),
    ("agreements", "900.00", "0", "not_positive"),
    ("agreements", "900.00", "0.02", "not_positive"),
    ("agreements", "900.00", "1.234", "ambiguous_amount"),
    ("agreements", ",15,", ",9999999999999999,", "bad_percent"),
    ("agreements", ",3,", ",0,", "out_of_range"),
    ("agreements", ",3,", ",121,", "out_of_range"),
    ("agreements", ",3,", ",2.5,", "bad_integer"),
    ("agreements", "2026-11-20", "2026-11-12", "before_agreed"),
    ("agreements", "Quincenal", "trimestral", "bad_choice"),
    ("agreements", "Vigente", "firmado", "bad_choice"),
    ("agreements", ",15,", ",0.15,", "bad_percent"),
    ("agreements", ",15,", ",1,", "bad_percent"),
    ("agreements", ",15,", ",100,", "out_of_range"),
    ("agreements", ",15,", ",-5,", "out_of_range"),
    ("agreements", "2026-11-13", "2026-11-21", "in_future"),
    ("budgets", "A1", "Z9", "orphan_scope"),
    ("budgets", ",Nómina", "cost,Nómina", "metric_or_category"),
    ("budgets", ",Nómina", ",", "metric_or_category"),
    ("budgets", ",Nómina", "felicidad,", "unknown_metric"),
    ("budgets", "2026-11-30", "2026-10-31", "ends_before_start"),
    ("budgets", "50000", "9999999999999", "bad_amount"),  # more millionths than any column holds
    ("budgets", "50000", "9999999999999999", "bad_amount"),
    ("budgets", "50000", '"1,000,000,000,000,000"', "bad_amount"),
    ("budgets", "campaña", "planeta", "bad_choice"),
    ("fees", "ALA", "XXX", "orphan_client"),
    ("fees", "0.12", "12", "bad_rate"),
    ("fees", "0.12", "-0.12", "out_of_range"),
    ("fees", "0.12", "120%", "out_of_range"),
    ("fees", "1-30", "1-45", "unknown_bucket"),
    ("fees", ",0,1000000", ",1000000,1000000", "tier_backwards"),
    ("fees", ",0,1000000", ",-5,1000000", "out_of_range"),
    ("fees", "2026-12-31", "2025-12-31", "ends_before_start"),
    ("evaluations", "E01", "E99", "orphan_agent"),
    ("evaluations", "E01", "", "missing"),
    ("evaluations", ",100,", ",0,", "not_positive"),
    ("evaluations", "85.5", "100.5", "out_of_range"),
    ("evaluations", "85.5", "-1", "out_of_range"),
    ("evaluations", ",no,", ",quizá,", "bad_flag"),
    ("evaluations", "2026-11-03", "2026-11-20", "in_future"),
    ("trainings", "E01", "E99", "orphan_agent"),
    ("trainings", "CONDUSEF", "", "missing"),
    ("trainings", "2027-10-10", "2026-10-09", "ends_before_start"),
    ("trainings", "2026-10-15", "2026-09-30", "ends_before_start"),
    ("trainings", "2026-10-10", "2026-11-20", "in_future"),
    ("sales", "A1", "Z9", "orphan_campaign"),
    ("sales", "E01", "E99", "orphan_agent"),
    ("sales", "1500.00", "-1", "not_positive"),
    ("sales", "2026-11-05", "2026-11-02", "ends_before_start"),
    ("sales", "2026-11-09", "2026-11-02", "ends_before_start"),
    *((r, "00001", "1", "orphan_zeros") for r in REGISTERS),
    *((r, "Abierto,,", "Cerrado,2026-11-02,", "ends_before_start") for r in REGISTERS),
    *((r, "2026-11-03", "2026-11-20", "in_future") for r in REGISTERS),
]


def rows(engine: Engine, table: Table, *columns: str) -> list[tuple[Any, ...]]:
    with reading(engine) as connection:
        query = select(*(table.c[c] for c in columns)).order_by(table.c.id)
        return [tuple(row) for row in connection.execute(query)]


def marked(engine: Engine) -> set[tuple[str, int, date]]:
    with reading(engine) as connection:
        query = select(dirty_days.c.source, dirty_days.c.client_id, dirty_days.c.day)
        return {(source, client, day) for source, client, day in connection.execute(query)}


def seen(engine: Engine, kind: str, content: str, folder: Path) -> Preview:
    return preview(engine, kind, write(folder, f"{kind}.csv", content), now=NOW, rejects=folder)


def reasons(found: Preview) -> list[str]:
    return [key.removeprefix("load_fault_") for key, _ in found.reasons]


def test_every_kind_of_the_layouts_has_a_planner() -> None:
    assert list(PLANNERS) == list(kinds())
    assert set(GOOD) <= set(kinds())


def test_each_kind_previews_loads_once_and_never_twice(agency: Engine, tmp_path: Path) -> None:
    for kind, (table, head, row) in GOOD.items():
        before = len(rows(agency, table, "id"))
        found = seen(agency, kind, head + row, tmp_path)
        assert (found.new, found.rejected, found.unknown_columns) == (1, 0, ()), kind
        assert len(rows(agency, table, "id")) == before
        assert load(agency, kind, head + row, tmp_path).preview.new == 1
        for again in (f"{kind}.csv", "otro nombre.csv"):
            with pytest.raises(LoadingRefused, match="load_already"):
                load(agency, kind, head + row, tmp_path, name=again)
        assert len(rows(agency, table, "id")) == before + 1, kind


def test_a_mutated_cell_is_refused_for_its_reason(agency: Engine, tmp_path: Path) -> None:
    for mutant in MUTANTS:
        kind, old, new, reason = mutant
        _, head, row = GOOD[kind]
        assert old in row
        found = seen(agency, kind, head + row.replace(old, new, 1), tmp_path)
        assert (found.rejected, reasons(found)) == (1, [reason]), mutant
        assert found.orphans == reason.startswith("orphan_"), mutant


def test_a_spreadsheet_gives_the_same_rows(agency: Engine, tmp_path: Path) -> None:
    for kind, (table, head, row) in GOOD.items():
        columns = [c.name for c in table.c if c.name not in ("id", "load_id")]
        load(agency, kind, head + row, tmp_path)
        (from_csv,) = rows(agency, table, *columns)
        with agency.begin() as connection:
            connection.execute(table.delete())
        cells: list[list[object]] = [[*line.split(",")] for line in (head + row).splitlines()]
        load(agency, kind, book(Hoja=cells), tmp_path, name=f"{kind}.xlsx")
        assert rows(agency, table, *columns) == [from_csv], kind
        with agency.begin() as connection:
            connection.execute(table.delete())


def test_an_agreement_keeps_its_terms_and_marks_its_day(agency: Engine, tmp_path: Path) -> None:
    done = load(agency, "agreements", AGREED + ONE, tmp_path).preview
    assert done.totals.amounts == {"total": 900}
    assert (done.totals.first_on, done.totals.last_on) == (date(2026, 11, 13), date(2026, 11, 13))
    columns = ("account_id", "campaign_id", "agreed_at", "agreed_on", "total_cents", "installments")
    at = datetime(2026, 11, 13, 16, tzinfo=UTC)
    assert rows(agency, agreements, *columns) == [(1, 1, at, date(2026, 11, 13), 90_000, 3)]
    terms = ("first_due_on", "frequency", "discount_micros", "status", "agent_id")
    assert rows(agency, agreements, *terms) == [(date(2026, 11, 20), "quincenal", 150_000, "active", 3)]
    assert marked(agency) == {("agreements", 1, date(2026, 11, 13))}


def test_what_an_agreement_leaves_out(agency: Engine, tmp_path: Path) -> None:
    """Friday the 13th; Monday the 16th is a holiday: the banks open on Tuesday the 17th."""
    assert not load_calendars().bank.is_business_day(date(2026, 11, 16))
    sent = "client_code,account_no,agreed_at,total,installments\nALA,00001,2026-11-13,900,1\n"
    load(agency, "agreements", sent, tmp_path)
    assert rows(agency, agreements, "first_due_on", "frequency", "discount_micros", "status", "agent_id") == [
        (date(2026, 11, 17), "mensual", 0, "active", None)
    ]


def test_a_later_file_brings_an_agreement_up_to_date(agency: Engine, tmp_path: Path) -> None:
    load(agency, "agreements", AGREED + ONE, tmp_path)
    with agency.begin() as connection:
        connection.execute(dirty_days.delete())
    head = "client_code,account_no,agreed_at,total,installments,status\n"
    same = head + "ALA,00001,2026-11-13 10:00,900,3,VIGENTE\n"
    assert load(agency, "agreements", same, tmp_path, name="a2.csv").preview.same == 1
    assert marked(agency) == set()
    fallen = same.replace("VIGENTE", "Incumplido")
    assert load(agency, "agreements", fallen, tmp_path, name="a3.csv").preview.changed == 1
    # What that file does not speak of stays.
    assert rows(agency, agreements, "status", "frequency", "discount_micros") == [
        ("broken", "quincenal", 150_000)
    ]
    assert marked(agency) == {("agreements", 1, date(2026, 11, 13))}
    twice = head + "ALA,00001,2026-11-13 10:00,900,3,\nALA,00001,2026-11-13 10:00,800,3,\n"
    assert reasons(seen(agency, "agreements", twice, tmp_path)) == ["repeated"]


def test_new_promise_rules_decide_the_instalments_again(agency: Engine, tmp_path: Path) -> None:
    other = "SUR,00001,2026-11-12 10:00,900.00,3,,,,,\n"
    load(agency, "agreements", AGREED + ONE + other, tmp_path)
    with agency.begin() as connection:
        connection.execute(dirty_days.delete())
    load(agency, "clients", "code,name,promise_grace_days\nALA,Banco Alameda,3\n", tmp_path, name="c2.csv")
    assert marked(agency) == {("agreements", 1, date(2026, 11, 13))}


def test_a_discount_in_percent(agency: Engine, tmp_path: Path) -> None:
    said = {"15": 150_000, "15%": 150_000, "15 %": 150_000, "0": 0, "0.5%": 5_000, "12.5": 125_000}
    lines = [f"ALA,00001,2026-11-13 10:0{n},900,3,,,{cell},,\n" for n, cell in enumerate(said)]
    load(agency, "agreements", AGREED + "".join(lines), tmp_path)
    assert [micros for (micros,) in rows(agency, agreements, "discount_micros")] == [*said.values()]


def test_budgets_of_a_metric_or_of_a_category(agency: Engine, tmp_path: Path) -> None:
    sent = BUDGETS + (
        ",Nómina,campaña,a1,2026-11-01,2026-11-30,50000,\n"
        ",Telefonía,campaña,A1,2026-11-01,2026-11-30,20000,\n"
        'fee_revenue,,agencia,,2026-11-01,2026-11-30,"1,250,000.50",cliente\n'
        ",Nómina,campaña,A1,2026-11-01,2026-11-30,1,\n"
    )
    done = load(agency, "budgets", sent, tmp_path).preview
    assert (done.new, reasons(done)) == (3, ["repeated"])
    assert rows(agency, budgets, "metric", "category", "scope", "scope_code", "value_micros", "owner") == [
        ("", "Nómina", "campaign", "A1", 50_000_000_000, "INTERNA"),
        ("", "Telefonía", "campaign", "A1", 20_000_000_000, "INTERNA"),
        ("fee_revenue", "", "agency", "", 1_250_000_500_000, "CLIENTE"),
    ]
    more = BUDGETS + ",Nómina,campaign,A1,2026-11-01,2026-11-30,60000,INTERNA\n"
    assert load(agency, "budgets", more, tmp_path, name="b2.csv").preview.changed == 1
    # A budget with neither column is refused, and so is a metric in a file that also has categories.
    head = "scope,period_start,period_end,value\nagencia,2026-11-01,2026-11-30,1\n"
    assert reasons(seen(agency, "budgets", head, tmp_path)) == ["metric_or_category"]


def test_evaluations_and_sales_keep_identical_rows(agency: Engine, tmp_path: Path) -> None:
    for kind in ("evaluations", "sales"):
        table, head, row = GOOD[kind]
        assert load(agency, kind, head + row + row, tmp_path).preview.new == 2
        with agency.begin() as connection:  # the guard's only memory
            update = file_loads.update().where(file_loads.c.kind == kind)
            connection.execute(update.values(sha256=func.upper(file_loads.c.sha256)))
        load(agency, kind, head + row + row, tmp_path)
        assert len(rows(agency, table, "id")) == 4
    columns = ("agent_id", "evaluated_on", "points_micros", "possible_micros", "critical_error", "criteria")
    assert rows(agency, evaluations, *columns)[0] == (
        (3, date(2026, 11, 3), 85_500_000, 100_000_000, False, "Saludo|Cierre")
    )
    columns = ("client_id", "campaign_id", "agent_id", "sold_on", "amount_cents", "activated_on")
    assert rows(agency, sales, *columns)[0] == (1, 1, 3, date(2026, 11, 3), 150_000, date(2026, 11, 5))
    assert marked(agency) == set()


def test_a_sale_may_lack_what_comes_later(agency: Engine, tmp_path: Path) -> None:
    sent = "campaign_code,agent_employee_no,sold_at\nS1,E03,2026-11-03 23:30\n"
    assert load(agency, "sales", sent, tmp_path).preview.new == 1
    assert rows(agency, sales, "client_id", "sold_on", "product", "amount_cents", "cancelled_on") == [
        (2, date(2026, 11, 3), None, None, None)
    ]


def test_a_course_is_assigned_then_passed(agency: Engine, tmp_path: Path) -> None:
    """A file without `assigned_on` speaks of the course as it was last assigned."""
    head = "agent_employee_no,course,assigned_on,due_on\n"
    load(agency, "trainings", head + "E01,CONDUSEF,2026-10-01,2026-10-15\n", tmp_path)
    passed = "agent_employee_no,course,passed_on,score,valid_to\n"
    passed += "E01,CONDUSEF,2026-10-10,92,2027-10-10\nE02,CONDUSEF,2026-10-11,,\n"
    done = load(agency, "trainings", passed, tmp_path, name="t2.csv").preview
    assert (done.new, done.changed) == (1, 1)
    assert load(agency, "trainings", passed + "E03,CONDUSEF,,,\n", tmp_path, name="t3.csv").preview.same == 2
    columns = ("agent_id", "assigned_on", "due_on", "passed_on", "score_micros", "valid_to")
    assert rows(agency, trainings, *columns) == [
        (3, date(2026, 10, 1), date(2026, 10, 15), date(2026, 10, 10), 92_000_000, date(2027, 10, 10)),
        (4, date(2026, 10, 11), None, date(2026, 10, 11), None, None),
        (5, date(2026, 11, 18), None, None, None, None),
    ]


@pytest.mark.parametrize("register", REGISTERS)
def test_a_case_is_brought_up_to_date_in_its_own_register(
    agency: Engine, tmp_path: Path, register: str
) -> None:
    _, head, row = GOOD[register]
    for each in REGISTERS:
        load(agency, each, head + row, tmp_path)
    closed = "client_code,account_no,received_at,kind,status,closed_at\n"
    closed += "ALA,00001,2026-11-03 10:00,Trato,Cerrado,2026-11-03\n"  # its day only, and the same one
    closed += "ALA,00001,2026-11-03 10:00,Horario,Abierto,\n"
    done = load(agency, register, closed, tmp_path, name="c2.csv").preview
    assert (done.new, done.changed, done.rejected) == (1, 1, 0)
    found = rows(agency, cases, "register", "kind", "status", "received_on", "closed_on", "channel")
    assert [row for row in found if row[0] != register] == [
        (each, "Trato", "Abierto", date(2026, 11, 3), None, "UNE") for each in REGISTERS if each != register
    ]
    assert [row for row in found if row[0] == register] == [
        (register, "Trato", "Cerrado", date(2026, 11, 3), date(2026, 11, 3), "UNE"),
        (register, "Horario", "Abierto", date(2026, 11, 3), None, None),
    ]
    assert marked(agency) == set()
