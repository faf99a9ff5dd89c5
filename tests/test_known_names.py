"""Names are read once and again when a file or a row may have changed them; on both databases."""

from pathlib import Path

from sqlalchemy import Engine, event

from db.engine import reading, writing
from db.known import KnownNames
from db.tables.reference import people
from tests.loading_agency import FILES, load

HEAD = "employee_no,name,role,team,supervisor_employee_no\n"


def displays(known: KnownNames, engine: Engine) -> set[str]:
    with reading(engine) as connection:
        return {named.display for named in known.of(connection).entries}


def test_a_file_that_renames_or_adds_is_seen_at_once(engine: Engine, tmp_path: Path) -> None:
    for kind in ("clients", "campaigns", "people"):
        load(engine, kind, FILES[kind], tmp_path)
    known = KnownNames()
    assert "Ana Ruiz" in displays(known, engine)
    load(engine, "people", HEAD + "E01,Ana Ruiz Mora,asesor,Norte,S01\n", tmp_path)
    assert "Ana Ruiz Mora" in displays(known, engine)
    load(engine, "clients", "code,name\nALA,Banco Alameda Norte\n", tmp_path)
    assert "Banco Alameda Norte" in displays(known, engine)
    with writing(engine) as connection:
        row = {"employee_no": "E09", "name": "Iris Paz", "role": "agent", "language": "es", "nicknames": ""}
        connection.execute(people.insert().values(**row))
    assert "Iris Paz" in displays(known, engine)


def test_otherwise_they_are_not_read_again(engine: Engine, tmp_path: Path) -> None:
    for kind in ("clients", "campaigns", "people"):
        load(engine, kind, FILES[kind], tmp_path)
    known, said = KnownNames(), []
    displays(known, engine)
    event.listen(engine, "before_cursor_execute", lambda *call: said.append(call[2]))
    displays(known, engine)
    assert sum("nicknames" in statement for statement in said) == 0
    assert sum("max(" in statement for statement in said) == 1
