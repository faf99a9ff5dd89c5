"""Every table that a refresh builds, row by row, to compare those that different engines built."""

from typing import Any

from sqlalchemy import Engine, Table, select

from db.engine import reading
from db.tables import metadata

BUILT = ("_cells", "_results", "_credits")


def built_tables() -> list[Table]:
    return [table for table in metadata.sorted_tables if table.name.endswith(BUILT)]


def cell_tables(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    with reading(engine) as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in built_tables()
        }


def differing(one: dict[str, list[Any]], other: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The first rows that only one of the two holds, by table: readable where a whole table is not."""
    found = {name: sorted(set(one[name]) ^ set(other[name]), key=repr)[:5] for name in one}
    return {name: rows for name, rows in found.items() if rows or len(one[name]) != len(other[name])}
