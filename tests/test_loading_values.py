"""Values with a list, days no fact can have, the days a file covers, and when it was loaded before."""

from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine

from db.loading import TEXTS, LoadingRefused, describe, preview
from db.loading.allowed import allowed, words
from db.loading.layouts import choices, fit, kinds, load_layouts
from db.metrics import load_catalogue
from db.result_codes import load_result_codes
from skills.text import load_texts
from tests.loading_agency import NOW, load, write

LISTED = sorted(
    (name, column)
    for name, kind in kinds().items()
    for column, spec in kind.types.items()
    if spec.startswith("choice ") and "*" not in choices(spec.removeprefix("choice "))
)


def seen(engine: Engine, kind: str, content: str, folder: Path) -> list[str]:
    """What a preview says in Spanish, then in English."""
    found = preview(engine, kind, write(folder, f"{kind}.csv", content), now=NOW, rejects=folder)
    texts = load_texts(TEXTS)
    return [
        *describe(found, partial(texts.say, "es")),
        *describe(found, partial(texts.say, "en")),
        *([found.rejects_file.read_text(encoding="utf-8-sig")] if found.rejects_file else []),
    ]


@pytest.mark.parametrize("what", LISTED, ids=lambda pair: ".".join(pair))
def test_every_list_says_what_it_takes(what: tuple[str, str]) -> None:
    kind, column = what
    layout = load_layouts()["standard"]
    choice = fit(layout, kind, [*kinds()[kind].types], None)
    said = allowed(f"bad_choice:{column}", choice)
    name = kinds()[kind].types[column].removeprefix("choice ")
    assert [value.partition(" ")[0] for value in said] == list(choices(name))


def test_the_reason_lists_the_values_in_both_languages_and_in_the_rejects(
    agency: Engine, tmp_path: Path
) -> None:
    sent = "employee_no,name,role\nX1,Ana,jefe\nX2,Eva,asesor\n"
    spanish, english, rejected = (
        next(line for line in seen(agency, "people", sent, tmp_path) if mark in line)
        for mark in ("fila rechazada: role", "row rejected: role", "linea,motivo")
    )
    listed = ", ".join(words("role"))
    assert listed.startswith("agent (asesor), supervisor, manager (gerente)")
    assert all(listed in said for said in (spanish, english, rejected))


def test_a_code_and_a_metric_nobody_knows_are_answered_with_the_known_ones(
    agency: Engine, tmp_path: Path
) -> None:
    calls = "client_code,account_no,started_at,result_code\nALA,00001,2026-11-03 10:00,XYZ\n"
    goals = "metric,scope,period_start,period_end,value\nfelicidad,agencia,2026-11-01,2026-11-30,1\n"
    for kind, sent, listed in (
        ("contacts", calls, list(load_result_codes())),
        ("targets", goals, [*load_catalogue().metrics]),
    ):
        said = "\n".join(seen(agency, kind, sent, tmp_path))
        assert said.count(", ".join(listed)) == 3  # es, en and the rejects file


def test_a_banks_own_list_is_the_banks(agency: Engine, tmp_path: Path) -> None:
    sent = "CUENTA,FECHA_PAGO,IMPORTE,AUTORIZACION,TIPO\n00001,05/11/2026,1,0008,AJUSTE\n"
    found = preview(
        agency, "payments", write(tmp_path, "p.csv", sent), client="ALA", now=NOW, rejects=tmp_path
    )
    assert "REVERSO" in found.allowed["load_fault_bad_choice", "TIPO"]


FACTS = {
    "payments": ("client_code,account_no,payment_ref,amount,paid_on\nALA,00001,R{n},5,", "{day}"),
    "contacts": ("client_code,account_no,result_code,started_at\nALA,00001,NCO,", "{day} 10:00"),
    "balances": ("client_code,account_no,balance,dpd,as_of\nALA,00001,5,1,", "{day}"),
    "promises": ("client_code,account_no,due_on,amount,made_at\nALA,00001,2027-01-15,5,", "{day} 10:00"),
}


@pytest.mark.parametrize("kind", FACTS)
def test_what_happened_is_not_of_the_future(agency: Engine, tmp_path: Path, kind: str) -> None:
    """NOW is the 18th: the 19th passes, the 20th does not; a promise may fall due next year."""
    head, cell = FACTS[kind]
    for day, refused in (("2026-11-18", 0), ("2026-11-19", 0), ("2026-11-20", 1), ("2027-11-18", 1)):
        path = write(tmp_path, "f.csv", head + cell.format(day=day) + "\n")
        found = preview(agency, kind, path, now=NOW, rejects=tmp_path)
        assert (found.rejected, found.new) == (refused, 1 - refused), day
    assert [key for key, _ in found.reasons] == ["load_fault_in_future"]
    assert "está en el futuro" in "\n".join(seen(agency, kind, path.read_text(), tmp_path))


def test_tomorrow_is_counted_by_the_agencys_own_day(agency: Engine, tmp_path: Path) -> None:
    """At 05:00 UTC of the 19th it is the 18th in Mexico City: the 20th is two days away."""
    head, cell = FACTS["payments"]
    path = write(tmp_path, "f.csv", head + cell.format(day="2026-11-20") + "\n")
    early, later = datetime(2026, 11, 19, 5, tzinfo=UTC), datetime(2026, 11, 19, 7, tzinfo=UTC)
    assert preview(agency, "payments", path, now=early, rejects=tmp_path).rejected == 1
    assert preview(agency, "payments", path, now=later, rejects=tmp_path).rejected == 0


@pytest.mark.parametrize("kind", FACTS)
def test_a_day_of_last_century_is_kept_and_warned_of(agency: Engine, tmp_path: Path, kind: str) -> None:
    head, cell = FACTS[kind]
    path = write(tmp_path, "f.csv", head + cell.format(day="1999-12-31") + "\n")
    found = preview(agency, kind, path, now=NOW, rejects=tmp_path)
    notes = [(note.warning, note.slots["first"]) for note in found.notes if note.key == "load_old_days"]
    assert (found.new, notes) == (1, [(True, "1999-12-31")])
    path = write(tmp_path, "f.csv", head + cell.format(day="2000-01-01") + "\n")
    assert "load_old_days" not in [n.key for n in preview(agency, kind, path, now=NOW).notes]


def test_targets_cover_to_the_end_of_their_periods(agency: Engine, tmp_path: Path) -> None:
    head = "metric,scope,period_start,period_end,value\n"
    sent = head + "aht,agencia,2026-11-01,2026-11-30,1\naht,agencia,2026-10-01,2026-12-31,1\n"
    done = load(agency, "targets", sent, tmp_path).preview
    assert (done.totals.first_on, done.totals.last_on) == (date(2026, 10, 1), date(2026, 12, 31))


def test_a_file_loaded_before_says_the_local_day_and_time(agency: Engine, tmp_path: Path) -> None:
    sent = "code,name\nNVO,Nuevo\n"
    load(agency, "clients", sent, tmp_path, now=datetime(2026, 11, 22, 17, 4, tzinfo=UTC))
    with pytest.raises(LoadingRefused, match="load_already") as refusal:
        load(agency, "clients", sent, tmp_path)
    assert refusal.value.slots["when"] == "22-nov-2026 11:04"
