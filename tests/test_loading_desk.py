"""Targets, costs, surveys and shifts."""

from datetime import date
from pathlib import Path

from sqlalchemy import Engine, select

from db.engine import reading
from db.tables.facts import costs, shifts, surveys, targets
from tests.loading_agency import load

TARGETS = "metric,scope,scope_code,period_start,period_end,value,owner\n"


def test_targets_in_pesos_and_in_rates(agency: Engine, tmp_path: Path) -> None:
    sent = TARGETS + (
        'recovered_amount,campaña,a1,2026-11-01,2026-11-30,"850,000.00",\n'
        "ptp_kept_rate,agencia,,2026-11-01,2026-11-30,85%,cliente\n"
        "ptp_kept_rate,supervisor,S01,2026-11-01,2026-11-30,0.8,\n"
        "felicidad,agencia,,2026-11-01,2026-11-30,1,\naht,agente,E99,2026-11-01,2026-11-30,1,\n"
        "aht,agente,E01,2026-11-30,2026-11-01,1,\n"
    )
    done = load(agency, "targets", sent, tmp_path).preview
    assert (done.new, done.rejected, done.orphans) == (3, 3, 1)
    with reading(agency) as c:
        query = select(targets.c.scope, targets.c.scope_code, targets.c.value_micros, targets.c.owner)
        assert [tuple(row) for row in c.execute(query.order_by(targets.c.scope))] == [
            ("agency", "", 850_000, "CLIENTE"),
            ("campaign", "A1", 850_000_000_000, "INTERNA"),
            ("supervisor", "S01", 800_000, "INTERNA"),
        ]
    raised = TARGETS + "recovered_amount,campaign,A1,2026-11-01,2026-11-30,900000,INTERNA\n"
    assert load(agency, "targets", raised, tmp_path, name="t2.csv").preview.changed == 1


def test_costs_by_month(agency: Engine, tmp_path: Path) -> None:
    sent = 'campaign_code,month,category,amount\nA1,2026-11,Nómina,"100,000.00"\n'
    sent += "A1,15/11/2026,Nómina,1\nX,2026-11,N,1\n"
    done = load(agency, "costs", sent, tmp_path).preview
    assert (done.new, done.rejected, done.orphans) == (1, 2, 1)
    with reading(agency) as c:
        row = c.execute(select(costs.c.month, costs.c.amount_cents)).one()
    assert tuple(row) == (date(2026, 11, 1), 10_000_000)


def test_surveys_of_an_agent_or_of_an_account(agency: Engine, tmp_path: Path) -> None:
    sent = (
        "agent_employee_no,answered_at,score,scale,client_code,account_no\n"
        "E01,2026-11-03 10:00,5,,ALA,00001\nE01,2026-11-03 23:00,10,nps,,\nE01,2026-11-03 10:00,9,,,\n"
        "E01,2026-11-03 10:00,1,,ALA,9\nE01,2026-11-03 10:00,1,,,00001\nE99,2026-11-03 10:00,1,,,\n"
    )
    done = load(agency, "surveys", sent, tmp_path).preview
    assert (done.new, done.rejected, done.orphans) == (2, 4, 2)
    with reading(agency) as c:
        query = select(surveys.c.score, surveys.c.scale, surveys.c.answered_on, surveys.c.account_id)
        assert [tuple(row) for row in c.execute(query.order_by(surveys.c.score))] == [
            (5, "csat5", date(2026, 11, 3), 1),
            (10, "nps", date(2026, 11, 3), None),
        ]


def test_shifts_are_named_by_the_hour_they_start(agency: Engine, tmp_path: Path) -> None:
    sent = "agent_employee_no,starts_at,ends_at,productive_seconds,attended\n" + "".join(
        f"E0{n},2026-11-03 {start},{end},{seconds},{attended}\n"
        for n, start, end, seconds, attended in (
            (1, "06:00", "2026-11-03 14:00", 25000, ""),
            (2, "14:00", "2026-11-03 22:00", "", "no"),
            (3, "22:00", "2026-11-04 05:00", "", "sí"),
            (1, "15:00", "2026-11-03 14:00", "", ""),
            (1, "06:00", "2026-11-03 15:00", "", ""),
        )
    )
    done = load(agency, "shifts", sent, tmp_path).preview
    assert (done.new, done.rejected) == (3, 2)
    with reading(agency) as c:
        query = select(shifts.c.shift, shifts.c.starts_on, shifts.c.attended, shifts.c.productive_seconds)
        assert [tuple(row) for row in c.execute(query.order_by(shifts.c.agent_id))] == [
            ("matutino", date(2026, 11, 3), True, 25000),
            ("vespertino", date(2026, 11, 3), False, None),
            ("nocturno", date(2026, 11, 3), True, None),
        ]
    again = sent.replace("25000", "26000").splitlines(keepends=True)
    done = load(agency, "shifts", "".join(again[:4]), tmp_path, name="h2.csv").preview
    assert (done.new, done.changed, done.same) == (0, 1, 2)
