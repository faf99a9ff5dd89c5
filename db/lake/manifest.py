"""The list of a lake's files, with their row counts and what the database held. Knows no Parquet.

Files are only ever added; the manifest names those that count and takes the place of the one before in one
step, so that whoever reads a lake sees it whole, and a crash half-way leaves the old one.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from db.lake.faults import LakeFault
from db.lake.shape import shape
from db.lake.state import State

NAME = "manifest.json"


@dataclass(frozen=True)
class Part:
    """One file. `digest`: what marks and built days said of its days."""

    file: str
    rows: int
    digest: str


@dataclass(frozen=True)
class Manifest:
    number: int  # of the export, counted from 1
    exported_at: str
    shape: str
    state: State
    tables: dict[str, dict[str, Part]]

    def files(self, table: str) -> list[str]:
        return [part.file for _, part in sorted(self.tables[table].items())]

    def rows(self) -> dict[str, int]:
        return {name: sum(part.rows for part in parts.values()) for name, parts in self.tables.items()}

    def with_table(self, number: int, name: str, parts: dict[str, Part], sums: list[str]) -> "Manifest":
        state = replace(self.state, sums={**self.state.sums, name: sums})
        return replace(self, number=number, state=state, tables={**self.tables, name: parts})


def read_manifest(folder: Path) -> Manifest | None:
    """None where there is no lake of today's shape."""
    try:
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise LakeFault("lake_unreadable", folder=str(folder)) from error
    return _manifest(found) if found.get("shape") == shape() else None


def _manifest(found: dict[str, Any]) -> Manifest:
    held = found["state"]
    state = State(tuple(held["loads"]), held["highest"], frozenset(map(tuple, held["marks"])), held["sums"])
    tables = {
        name: {key: Part(**part) for key, part in parts.items()} for name, parts in found["tables"].items()
    }
    return Manifest(found["number"], found["exported_at"], found["shape"], state, tables)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    content = asdict(manifest)
    content["state"]["marks"] = sorted(manifest.state.marks)
    content["rows"] = manifest.rows()
    aside = folder / f".{NAME}"
    with aside.open("w", encoding="utf-8") as handle:
        json.dump(content, handle, indent=1)
        handle.flush()
        os.fsync(handle.fileno())
    aside.replace(folder / NAME)


def sweep(folder: Path, *kept: Manifest | None) -> None:
    """Take away the files that none of these manifests names."""
    wanted = {f for m in kept if m for name in m.tables for f in m.files(name)}
    for path in folder.glob("*/*.parquet*"):
        if path.relative_to(folder).as_posix() not in wanted:
            path.unlink()


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One writer at a time."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = (folder / ".lock").open("w", encoding="ascii")
    except OSError as error:
        raise LakeFault("lake_unreadable", folder=str(folder)) from error
    with handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
