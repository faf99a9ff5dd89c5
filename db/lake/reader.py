"""Sums the facts of a lake for the refresh, and refuses as soon as the database holds more than the lake."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Select

from db.bulk import Row
from db.cells.build import FromDatabase, Reader
from db.cells.refresh import Refreshed
from db.engine import reading
from db.lake.arrow import stored_rows
from db.lake.engines import Summing, worded
from db.lake.export import export_lake, renew, restamp
from db.lake.faults import LakeFault, StaleLake
from db.lake.manifest import Manifest, read_manifest
from db.lake.shape import BY_NAME, DERIVED, HELD
from db.lake.state import more_than, sums_of
from db.lake.statement import statement, tables_of


@dataclass
class FromLake:
    """A `build.Reader`. `now` is the refresh's own moment, which its own marks bear."""

    engine: Engine
    folder: Path
    summing: Summing
    now: datetime
    manifest: Manifest
    _looked_at: set[str] = field(default_factory=set)

    @classmethod
    def opened(cls, engine: Engine, folder: Path, summing: Summing, now: datetime) -> "FromLake":
        manifest = read_manifest(folder)
        if manifest is None:
            raise LakeFault("lake_absent", folder=str(folder))
        with reading(engine) as connection:
            if more_than(connection, manifest.state) or _owners_changed(connection, manifest):
                raise StaleLake(folder)
        reader = cls(engine, folder, summing, now, manifest)
        for held in HELD:
            reader._show(held.name)
        return reader

    def rows(self, query: Select[Any]) -> list[Row]:
        """From the lake; from the database what only that has, and all once it holds more than the lake."""
        tables = tables_of(query)
        with reading(self.engine) as connection:
            here = tables <= BY_NAME.keys() and not more_than(connection, self.manifest.state, own=self.now)
            worked_out = tables & DERIVED - self._looked_at if here else ()
            found = {name: sums_of(connection, BY_NAME[name]) for name in worked_out}
        if not here:
            return FromDatabase(self.engine).rows(query)
        self._renew(found)
        return stored_rows(self.summing.run(worded(statement(query), self.summing.dialect)))

    def _renew(self, found: dict[str, list[str]]) -> None:
        """The refresh works out credits and results before any sum that reads them: one look does."""
        for name, sums in found.items():
            if sums != self.manifest.state.sums[name]:
                self.manifest = renew(self.engine, self.folder, self.manifest, BY_NAME[name], sums)
                self._show(name)
        self._looked_at |= found.keys()

    def _show(self, table: str) -> None:
        self.summing.show(table, [(self.folder / file).resolve() for file in self.manifest.files(table)])


def _owners_changed(connection: Connection, manifest: Manifest) -> bool:
    """Accounts, assignments and teams may change with no mark: none is made of days never built."""
    whole = (held for held in HELD if held.day is None and held.name not in DERIVED)
    return any(sums_of(connection, held) != manifest.state.sums[held.name] for held in whole)


def refresh_from_lake(
    engine: Engine,
    folder: Path,
    summing: Summing,
    refresh: Callable[[Reader], Refreshed],
    *,
    now: datetime,
    export: bool = False,
) -> Refreshed:
    """`refresh` with the sums of a lake. `export` brings an old lake up to date; else it is refused."""
    if export:
        export_lake(engine, folder, now=now)
    reader = FromLake.opened(engine, folder, summing, now)
    done = refresh(reader)
    restamp(engine, folder, reader.manifest)
    return done
