"""Clients, campaigns and people: defaults, changed rules, and teams whose history is never rewritten."""

from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Engine, select

from db.engine import reading
from db.tables.cells import built_days, dirty_days
from db.tables.facts import balances
from db.tables.reference import (
    accounts,
    campaigns,
    clients,
    memberships,
    people,
    person_campaigns,
    person_clients,
)
from tests.loading_agency import NOW, load

TEAMS = "employee_no,name,role,team,supervisor_employee_no,active_from\n"
TODAY = date(2026, 11, 18)
ALWAYS = date(2000, 1, 1)


def history(engine: Engine, employee: str) -> list[tuple[object, ...]]:
    boss = people.alias()
    query = (
        select(memberships.c.team, boss.c.employee_no, memberships.c.from_on, memberships.c.to_on)
        .join(people, people.c.id == memberships.c.person_id)
        .outerjoin(boss, boss.c.id == memberships.c.supervisor_id)
        .where(people.c.employee_no == employee)
        .order_by(memberships.c.from_on)
    )
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(query)]


def note_built(engine: Engine, source: str, *days: date) -> None:
    with engine.begin() as connection:
        for day in days:
            connection.execute(
                built_days.insert().values(source=source, client_id=1, day=day, rows=1, built_at=NOW)
            )


def dirty(engine: Engine) -> set[tuple[str, date]]:
    with reading(engine) as connection:
        return {(row.source, row.day) for row in connection.execute(select(dirty_days))}


def test_defaults_of_a_client_and_a_campaign(agency: Engine) -> None:
    with reading(agency) as c:
        client = c.execute(select(clients).where(clients.c.code == "ALA")).one()
        assert (client.regime, client.bucket_edges) == ("FINANCIERA", "30|60|90|120|150|180")
        assert (client.promise_grace_days, client.promise_threshold_pct, client.payment_lag_days) == (
            2,
            100,
            2,
        )
        assert c.execute(select(campaigns.c.kind)).scalars().all() == ["COBRANZA", "COBRANZA"]


def test_new_edges_put_stored_positions_in_their_new_bucket(agency: Engine, tmp_path: Path) -> None:
    cut = "client_code,account_no,as_of,balance,dpd,status\nALA,00001,2026-10-31,9,40,\n"
    cut += "ALA,00002,2026-10-31,9,40,CASTIGADA\n"
    load(agency, "balances", cut, tmp_path)
    note_built(agency, "positions", date(2026, 10, 31))
    note_built(agency, "contacts", date(2026, 10, 31))
    done = load(
        agency, "clients", "code,name,bucket_edges\nALA,Banco Alameda,15|45\n", tmp_path, name="c2.csv"
    ).preview
    assert (done.changed, done.new) == (1, 0)
    with reading(agency) as c:
        query = select(balances.c.bucket, balances.c.bucket_no).order_by(balances.c.account_id)
        assert [tuple(r) for r in c.execute(query)] == [("16-45", 2), ("castigo", 99)]
        query = select(accounts.c.bucket, accounts.c.bucket_no).order_by(accounts.c.id)
        assert [tuple(r) for r in c.execute(query)][:3] == [("0", 0), ("16-45", 2), ("1-15", 1)]
        assert c.execute(select(clients.c.regime).where(clients.c.code == "ALA")).scalar() == "FINANCIERA"
    assert ("positions", date(2026, 10, 31)) in dirty(agency)
    assert ("contacts", date(2026, 10, 31)) not in dirty(agency)


def test_wrong_rules_and_other_peoples_campaigns_are_refused(agency: Engine, tmp_path: Path) -> None:
    bad = "code,name,bucket_edges,promise_threshold_pct\nX1,Uno,60|30,\nX2,Dos,,120\n"
    bad += "X3,Tres,30|60,90\nX3,Otra,,\n"
    done = load(agency, "clients", bad, tmp_path, name="c2.csv").preview
    assert (done.new, done.rejected) == (1, 3)
    stolen = "code,client_code,name\nA1,SUR,Ajena\nA9,NADIE,Huérfana\nA2,ALA,Nueva\n"
    done = load(agency, "campaigns", stolen, tmp_path, name="k2.csv").preview
    assert (done.new, done.rejected, done.orphans) == (1, 2, 1)


def test_a_first_team_has_always_been(agency: Engine) -> None:
    assert history(agency, "E01") == [("Norte", "S01", ALWAYS, None)]


def test_a_later_team_closes_the_one_before(agency: Engine, tmp_path: Path) -> None:
    note_built(agency, "contacts", date(2026, 10, 31), date(2026, 11, 5))
    moved = TEAMS + "E01,Ana Ruiz,agent,Sur,S02,2026-11-01\nE02,Omar Gil,agent,Norte,S01,2026-11-01\n"
    done = load(agency, "people", moved, tmp_path, name="p2.csv").preview
    assert (done.changed, done.same) == (2, 0)  # E02 now says when she began
    assert history(agency, "E01") == [
        ("Norte", "S01", ALWAYS, date(2026, 11, 1)),
        ("Sur", "S02", date(2026, 11, 1), None),
    ]
    assert history(agency, "E02") == [("Norte", "S01", ALWAYS, None)]
    assert dirty(agency) == {("contacts", date(2026, 11, 5))}


def test_a_team_without_a_later_date_changes_from_the_day_of_the_load(agency: Engine, tmp_path: Path) -> None:
    undated = "employee_no,name,role,team,supervisor_employee_no\n"
    load(agency, "people", undated + "E01,Ana Ruiz,agent,Sur,S02\n", tmp_path, name="p2.csv")
    moved = [("Norte", "S01", ALWAYS, TODAY), ("Sur", "S02", TODAY, None)]
    assert history(agency, "E01") == moved
    load(agency, "people", undated + "E01,Ana Ruiz,agent,Sur,S01\n", tmp_path, name="p3.csv")  # the same day
    assert history(agency, "E01") == [moved[0], ("Sur", "S01", TODAY, None)]
    tomorrow = datetime(2026, 11, 19, 18, tzinfo=UTC)
    load(agency, "people", undated + "E01,Ana Ruiz,agent,Norte,S01\n", tmp_path, name="p4.csv", now=tomorrow)
    assert [row[2] for row in history(agency, "E01")] == [ALWAYS, TODAY, date(2026, 11, 19)]


def test_a_file_of_history_is_kept_and_sending_it_again_changes_nothing(
    agency: Engine, tmp_path: Path
) -> None:
    told = TEAMS + "E09,Luz Mar,agent,Sur,S02,2026-06-01\nE09,Luz Mar,agent,Norte,S01,2026-01-01\n"
    done = load(agency, "people", told, tmp_path, name="p2.csv").preview
    assert (done.new, done.rejected) == (2, 0)
    told_so = [("Norte", "S01", date(2026, 1, 1), date(2026, 6, 1)), ("Sur", "S02", date(2026, 6, 1), None)]
    assert history(agency, "E09") == told_so
    again = load(agency, "people", told + "\n", tmp_path, name="p3.csv").preview
    assert (again.new, again.changed, again.same) == (0, 0, 2)
    assert history(agency, "E09") == told_so
    with reading(agency) as c:
        began = select(people.c.active_from).where(people.c.employee_no == "E09")
        assert c.execute(began).scalar() == date(2026, 1, 1)


def test_orphans_and_taken_slack_ids_are_refused(agency: Engine, tmp_path: Path) -> None:
    sent = (
        "employee_no,name,role,supervisor_employee_no,slack_user_id,campaigns,clients\n"
        "M01,Gala Ríos,gerente,,U1,A1|S1,\nM02,Otro Uno,manager,,U1,,\nM03,Otro Dos,manager,,U2,A9,\n"
        "M04,Otro Tres,agent,M02,U3,,\nM05,Otro Cuatro,jefe,,U4,,\nV01,Vera,client_viewer,,U5,,ala\n"
    )
    done = load(agency, "people", sent, tmp_path, name="p2.csv").preview
    assert (done.new, done.rejected, done.orphans) == (2, 4, 2)  # M04's supervisor was refused too
    with reading(agency) as c:
        assert len(c.execute(select(person_campaigns)).all()) == 2
        assert len(c.execute(select(person_clients)).all()) == 1
    less = "employee_no,name,role,slack_user_id,campaigns\nM01,Gala Ríos,gerente,U1,A1\n"
    assert load(agency, "people", less, tmp_path, name="p3.csv").preview.changed == 1
    with reading(agency) as c:
        assert len(c.execute(select(person_campaigns)).all()) == 1
        assert len(c.execute(select(person_clients)).all()) == 1
