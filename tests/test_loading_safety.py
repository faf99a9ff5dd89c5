"""What must never happen: half a load, a double load, a live formula, a debtor's data in an error."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from db.engine import reading
from db.loading import LoadingRefused, apply, preview
from db.loading.files import read_table
from db.loading.known import Job
from db.loading.layouts import choose
from db.loading.mapping import type_table
from db.loading.plan import perform
from db.loading.planners.positions import plan_balances
from db.loading.readers import plain
from db.tables.cells import dirty_days
from db.tables.facts import balances, file_loads
from db.tables.reference import accounts
from tests.loading_agency import NOW, load, write

CUT = "client_code,account_no,as_of,balance,dpd\nALA,00001,2026-10-31,900,5\nALA,00002,2026-10-31,800,61\n"
KILLED = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from db.engine import open_engine
from db.loading import apply

def reached(point):
    if point == sys.argv[3]:
        print("there", flush=True)
        time.sleep(60)

path, now = Path(sys.argv[2]), datetime(2026, 11, 18, tzinfo=UTC)
apply(open_engine(sys.argv[1]), "balances", path, by="prueba", now=now, rejects=path.parent, reached=reached)
"""


def counts(engine: Engine) -> tuple[int, int, int, int]:
    """Balances, loads of balances, accounts with a first cut, days marked."""
    with reading(engine) as c:
        loads = select(func.count()).select_from(file_loads).where(file_loads.c.kind == "balances")
        return (
            c.execute(select(func.count()).select_from(balances)).scalar_one(),
            c.execute(loads).scalar_one(),
            c.execute(select(func.count(accounts.c.first_cut_on))).scalar_one(),
            c.execute(select(func.count()).select_from(dirty_days)).scalar_one(),
        )


def killed_at(engine: Engine, path: Path, point: str) -> None:
    url = engine.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, url, str(path), point],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[1],
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"there\n"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()


@pytest.mark.parametrize("point", ["recorded", "written"])
def test_a_process_killed_in_the_middle_leaves_nothing(agency: Engine, tmp_path: Path, point: str) -> None:
    path = write(tmp_path, "b.csv", CUT)
    killed_at(agency, path, point)
    assert counts(agency) == (0, 0, 0, 0)
    _when_free(agency, path, tmp_path)
    assert counts(agency) == (2, 1, 2, 1)


def _when_free(engine: Engine, path: Path, folder: Path) -> None:
    """The same file goes in afterwards: PostgreSQL lets go of a dead session's lock within a moment."""
    for _ in range(50):
        try:
            apply(engine, "balances", path, by="prueba", now=NOW, rejects=folder)
        except LoadingRefused:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the dead load still holds the database")


def test_a_process_killed_after_its_commit_has_done_it_once(agency: Engine, tmp_path: Path) -> None:
    path = write(tmp_path, "b.csv", CUT)
    killed_at(agency, path, "committed")
    assert counts(agency) == (2, 1, 2, 1)
    with pytest.raises(LoadingRefused, match="load_already"):
        apply(agency, "balances", path, by="prueba", now=NOW, rejects=tmp_path)


def test_a_failure_at_any_point_leaves_nothing(agency: Engine, tmp_path: Path) -> None:
    path = write(tmp_path, "b.csv", CUT)
    for point in ("planned", "recorded", "written"):
        with pytest.raises(RuntimeError, match=point):
            apply(agency, "balances", path, by="p", now=NOW, rejects=tmp_path, reached=_fail_at(point))
        assert counts(agency) == (0, 0, 0, 0)


def _fail_at(wanted: str) -> Callable[[str], None]:
    def reached(point: str) -> None:
        if point == wanted:
            raise RuntimeError(point)

    return reached


def test_without_the_one_transaction_a_failure_would_leave_half(agency: Engine, tmp_path: Path) -> None:
    """The same steps, each committed by itself: what the transaction prevents."""
    path = write(tmp_path, "b.csv", CUT)
    table = read_table(path.read_bytes(), "b.csv", lambda headers: len([h for h in headers if plain(h)]))
    typed = type_table(table, choose("balances", table.headers, None, None), None)
    with agency.connect() as connection:
        plan = plan_balances(Job(connection, NOW, writes=True), typed)
    plan.steps = plan.steps[:1]  # here the process died
    with agency.begin() as connection:
        load_id = connection.execute(select(func.max(file_loads.c.id))).scalar_one()
        perform(connection, plan, load_id, NOW)
    assert counts(agency)[:3] == (2, 0, 0)  # balances of no load, and accounts that never saw their first cut


def test_two_loads_at_once_are_one_after_the_other(agency: Engine, tmp_path: Path) -> None:
    path = write(tmp_path, "b.csv", CUT)
    script = KILLED.replace("time.sleep(60)", "time.sleep(0.5)")
    command = [
        sys.executable,
        "-c",
        script,
        agency.url.render_as_string(hide_password=False),
        str(path),
        "written",
    ]
    at = Path(__file__).parents[1]
    processes = [
        subprocess.Popen(command, cwd=at, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) for _ in range(2)
    ]
    errors = [process.communicate()[1].decode() for process in processes]
    assert sorted(process.returncode for process in processes) == [0, 1]
    assert any("load_already" in error for error in errors)
    assert counts(agency)[:2] == (2, 1)


def test_a_rejects_file_runs_nothing_and_can_be_sent_again(agency: Engine, tmp_path: Path) -> None:
    bad = CUT.replace("\n", ",nota\n", 1).replace(",5\n", ",5,x\n").replace(",61\n", ",61,y\n")
    for cell in ("=1+1", "+1", "-1", "@x", "＝1"):
        bad += f"ALA,9,2026-10-31,-5.00,0,{cell}\n"
    seen = preview(agency, "balances", write(tmp_path, "b.csv", bad), rejects=tmp_path / "r")
    assert seen.rejects_file is not None
    text = seen.rejects_file.read_text(encoding="utf-8-sig")
    cells = [cell for line in text.splitlines()[1:] for cell in line.split(",")]
    assert len(cells) == 5 * 8
    assert not [cell for cell in cells if cell[:1] in "=+-@\t\r＝" and cell]
    assert text.splitlines()[1] == "4,la cuenta no existe (account_no),ALA,9,2026-10-31,'-5.00,0,'=1+1"
    again = text.replace("ALA,9,", "ALA,0010,").splitlines()[:2]
    done = load(agency, "balances", "\n".join(again) + "\n", tmp_path, name="r.csv").preview
    assert (done.new, done.unknown_columns) == (1, ("nota",))
    with reading(agency) as c:
        assert c.execute(select(balances.c.balance_cents)).scalar_one() == -500


def test_a_database_error_says_nothing_of_the_row(agency: Engine, tmp_path: Path) -> None:
    secret = "Juana Secreta"

    def breaks(point: str) -> None:
        if point == "recorded":
            with agency.connect() as other:
                other.exec_driver_sql(f"select '{secret}' from no_such_table")

    with pytest.raises(LoadingRefused) as refused:
        apply(
            agency,
            "balances",
            write(tmp_path, "b.csv", CUT),
            by="p",
            now=NOW,
            rejects=tmp_path,
            reached=breaks,
        )
    assert refused.value.key == "load_database_fault"
    assert secret not in str(refused.value.slots)
    assert refused.value.__suppress_context__  # nor does a traceback of it
    assert counts(agency) == (0, 0, 0, 0)


def test_control_characters_in_texts_do_not_confuse_the_reading(agency: Engine, tmp_path: Path) -> None:
    with agency.begin() as connection:
        connection.execute(accounts.update().where(accounts.c.id == 1).values(product="a\x1eb\x1fc"))
    again = "client_code,campaign_code,account_no,balance,dpd,placed_on\nALA,A1,00001,1000.00,0,2026-10-01\n"
    done = load(agency, "accounts", again, tmp_path, name="a2.csv").preview
    assert (done.same, done.changed) == (1, 0)
