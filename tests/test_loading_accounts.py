"""The portfolio and who works it: debtors, recalls, telephones, assignments never overwritten."""

from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Engine, select

from db.engine import reading
from db.tables.cells import built_days, dirty_days
from db.tables.reference import accounts, addresses, assignments, debtors, people, phones
from tests.loading_agency import FILES, NOW, load

HEAD = "client_code,campaign_code,account_no,balance,dpd,placed_on"


def history(engine: Engine, account_id: int) -> list[tuple[object, ...]]:
    query = (
        select(people.c.employee_no, assignments.c.from_on, assignments.c.to_on, assignments.c.mode)
        .join(people, people.c.id == assignments.c.agent_id)
        .where(assignments.c.account_id == account_id)
        .order_by(assignments.c.from_at)
    )
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(query)]


def account(engine: Engine, account_id: int) -> dict[str, object]:
    with reading(engine) as connection:
        return dict(connection.execute(select(accounts).where(accounts.c.id == account_id)).mappings().one())


def test_zeros_are_kept_and_two_clients_may_share_a_number(agency: Engine) -> None:
    with reading(agency) as c:
        numbers = c.execute(select(accounts.c.client_id, accounts.c.account_no).order_by(accounts.c.id)).all()
    assert [tuple(n) for n in numbers] == [(1, "00001"), (1, "00002"), (1, "0010"), (2, "00001")]


def test_the_same_portfolio_again_is_the_same(agency: Engine, tmp_path: Path) -> None:
    again = FILES["accounts"].replace("cdmx", "Distrito Federal") + "\n"
    done = load(agency, "accounts", again, tmp_path, name="a2.csv").preview
    assert (done.new, done.changed, done.same, done.rejected) == (0, 0, 4, 0)
    with reading(agency) as c:
        assert len(c.execute(select(assignments)).all()) == 3
        assert len(c.execute(select(addresses)).all()) == 2


def test_two_accounts_of_one_person_share_the_debtor(agency: Engine) -> None:
    assert account(agency, 1)["debtor_id"] == account(agency, 2)["debtor_id"]
    assert account(agency, 3)["debtor_id"] is None


def test_a_new_name_and_address_are_changes_and_the_old_address_stays(agency: Engine, tmp_path: Path) -> None:
    sent = HEAD + ",debtor_id,debtor_name,state\nALA,A1,00001,1000,0,2026-10-01,D1,José Ñuño Paz,Jalisco\n"
    load(agency, "accounts", sent, tmp_path, name="a2.csv")
    with reading(agency) as c:
        assert (
            c.execute(select(debtors.c.name).where(debtors.c.debtor_ref == "D1")).scalar() == "José Ñuño Paz"
        )
        query = select(addresses.c.state, addresses.c.valid_from).where(addresses.c.debtor_id == 1)
        assert [tuple(row) for row in c.execute(query.order_by(addresses.c.valid_from))] == [
            ("Estado de México", date(2026, 10, 1)),
            ("Jalisco", date(2026, 11, 18)),
        ]


def test_a_column_the_file_lacks_leaves_what_stands_and_an_empty_cell_empties(
    agency: Engine, tmp_path: Path
) -> None:
    load(agency, "accounts", HEAD + ",product\nALA,A1,00001,1000,0,2026-10-01,TDC\n", tmp_path, name="a2.csv")
    load(agency, "accounts", HEAD + "\nALA,A1,00001,1001,0,2026-10-01\n", tmp_path, name="a3.csv")
    assert (account(agency, 1)["product"], account(agency, 1)["debtor_id"]) == ("TDC", 1)
    load(agency, "accounts", HEAD + ",product\nALA,A1,00001,1001,0,2026-10-01,\n", tmp_path, name="a4.csv")
    assert account(agency, 1)["product"] is None


def test_a_recall_outlives_a_file_of_accounts_until_it_is_placed_again(
    agency: Engine, tmp_path: Path
) -> None:
    recall = "client_code,account_no,recalled_on,reason\nALA,00001,2026-11-10,CASTIGO\n"
    load(agency, "recalls", recall, tmp_path)
    silent = HEAD + ",recalled_on\nALA,A1,00001,999,0,2026-10-01,\n"
    load(agency, "accounts", silent, tmp_path, name="a2.csv")
    assert (account(agency, 1)["recalled_on"], account(agency, 1)["recall_reason"]) == (
        date(2026, 11, 10),
        "CASTIGO",
    )
    again = HEAD + "\nALA,A1,00001,999,0,2026-11-15\n"
    load(agency, "accounts", again, tmp_path, name="a3.csv")
    assert (account(agency, 1)["recalled_on"], account(agency, 1)["recall_reason"]) == (None, None)


def test_another_agent_in_the_portfolio_is_history_from_today(agency: Engine, tmp_path: Path) -> None:
    with agency.begin() as connection:
        for source, day in (("positions", 1), ("positions", 20), ("payments", 20), ("contacts", 20)):
            at = date(2026, 11, day)
            connection.execute(
                built_days.insert().values(source=source, client_id=1, day=at, rows=1, built_at=NOW)
            )
    sent = (
        HEAD + ",agent_employee_no\nALA,A1,00001,1000,0,2026-10-01,E02\nALA,A1,0010,-50,10,2026-10-05,E02\n"
    )
    done = load(agency, "accounts", sent, tmp_path, name="a2.csv").preview
    assert (done.changed, done.same) == (2, 0)
    assert history(agency, 1) == [
        ("E01", date(2026, 10, 1), date(2026, 11, 18), None),
        ("E02", date(2026, 11, 18), None, None),
    ]
    assert history(agency, 3) == [("E02", date(2026, 10, 5), None, None)]  # nobody had it before
    with reading(agency) as c:
        marked = {(row.source, row.day) for row in c.execute(select(dirty_days))}
    assert marked == {
        ("positions", date(2026, 11, 1)), ("positions", date(2026, 11, 20)), ("payments", date(2026, 11, 20)),
    }  # fmt: skip


ASSIGNED = "client_code,account_no,agent_employee_no,from_at,mode,to_at\n"


def test_a_new_assignment_closes_the_open_one(agency: Engine, tmp_path: Path) -> None:
    sent = ASSIGNED + "ALA,00001,E02,2026-11-10 09:00,predictivo,\n"
    assert load(agency, "assignments", sent, tmp_path).preview.new == 1
    assert history(agency, 1) == [
        ("E01", date(2026, 10, 1), date(2026, 11, 10), None),
        ("E02", date(2026, 11, 10), None, "predictivo"),
    ]
    assert load(agency, "assignments", sent + "\n", tmp_path, name="s2.csv").preview.same == 1
    assert len(history(agency, 1)) == 2


def test_an_assignment_in_the_past_fits_between_its_neighbours(agency: Engine, tmp_path: Path) -> None:
    load(agency, "assignments", ASSIGNED + "ALA,00001,E02,2026-11-10 09:00,,\n", tmp_path)
    sent = ASSIGNED + "ALA,00001,E03,2026-10-20 09:00,,2026-10-25 18:00\n"
    load(agency, "assignments", sent, tmp_path, name="s2.csv")
    assert [row[:3] for row in history(agency, 1)] == [
        ("E01", date(2026, 10, 1), date(2026, 10, 20)),
        ("E03", date(2026, 10, 20), date(2026, 10, 26)),  # it ended in the evening: that day was still hers
        ("E02", date(2026, 11, 10), None),
    ]


def test_several_moves_in_one_file_and_rows_nobody_can_place(agency: Engine, tmp_path: Path) -> None:
    sent = ASSIGNED + (
        "ALA,00002,E03,2026-11-12 09:00,,\nALA,00002,E02,2026-11-05,manual,\nALA,00002,E02,2026-11-05,,\n"
        "ALA,00002,E99,2026-11-06,,\nALA,00002,E01,2026-11-07,,2026-11-01\nALA,00002,E01,2026-11-07,turbo,\n"
    )
    done = load(agency, "assignments", sent, tmp_path).preview
    assert (done.new, done.rejected, done.orphans) == (2, 4, 1)
    assert [row[:3] for row in history(agency, 2)] == [
        ("E01", date(2026, 10, 1), date(2026, 11, 5)),
        ("E02", date(2026, 11, 5), date(2026, 11, 12)),
        ("E03", date(2026, 11, 12), None),
    ]


def test_no_day_ever_has_two_agents(agency: Engine, tmp_path: Path) -> None:
    """Same-day moves, a future one and a past one: each day of the account belongs to at most one."""
    lines = ["E02,2026-11-10 09:00", "E03,2026-11-10 15:00", "E01,2026-12-01 00:00", "E02,2026-10-15 12:00"]
    for number, line in enumerate(lines):
        sent = ASSIGNED + f"ALA,00001,{line},,\n"
        load(agency, "assignments", sent, tmp_path, name=f"s{number}.csv")
    rows = history(agency, 1)
    for day in range(1, 31):
        on = date(2026, 11, day)
        assert len([r for r in rows if r[1] <= on and (r[2] is None or on < r[2])]) == 1  # type: ignore[operator]
    assert [r[0] for r in rows if r[1] == date(2026, 11, 10) != r[2]] == ["E03"]


def test_telephones_of_their_own_file(agency: Engine, tmp_path: Path) -> None:
    sent = "client_code,account_no,phone,owner,status\nALA,00001,+525512345678,aval,ACTIVO\n"
    sent += "ALA,00001,5587654321,,\nALA,00001,123,,\nALA,00001,55 8765 4321,,\n"
    done = load(agency, "phones", sent, tmp_path).preview
    assert (done.new, done.changed, done.rejected) == (1, 1, 2)
    with reading(agency) as c:
        query = select(phones.c.phone, phones.c.owner, phones.c.source, phones.c.status).order_by(
            phones.c.phone
        )
        assert [tuple(row) for row in c.execute(query)] == [
            ("5512345678", "AVAL", "CLIENTE", "ACTIVO"),
            ("5587654321", "TITULAR", "CLIENTE", None),
        ]


def test_a_moment_of_the_load_is_the_agencys_day(agency: Engine, tmp_path: Path) -> None:
    """At 05:00 UTC it is still yesterday in Mexico City."""
    late = datetime(2026, 11, 19, 5, 0, tzinfo=UTC)
    sent = HEAD + ",agent_employee_no\nALA,A1,00001,1000,0,2026-10-01,E02\n"
    load(agency, "accounts", sent, tmp_path, name="a2.csv", now=late)
    assert history(agency, 1)[-1] == ("E02", date(2026, 11, 18), None, None)
