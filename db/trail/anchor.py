"""The file outside the database that says how far the record had come. Lines are added, never changed."""

import json
import logging
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from db.trail.seal import Seal

log = logging.getLogger(__name__)
LINE = 1_000  # more than a line can be long


@dataclass(frozen=True)
class Anchor:
    """At that moment the last row was `seq`, sealed with `mac`; rows up to `base` had been retired."""

    seq: int
    mac: str
    base: int
    at: str
    seal: str


def drop_anchor(seal: Seal, seq: int, mac: str, base: int) -> None:
    """A file that cannot be written keeps nobody from an answer: it is logged, and `check` says so."""
    if seal.anchor is None:
        return
    at = datetime.now(UTC).isoformat(timespec="seconds")
    line = Anchor(seq, mac, base, at, seal.note(seq, mac, base, at))
    try:
        _add(seal.anchor, json.dumps(asdict(line)) + "\n")
    except OSError as error:
        log.error("the record's anchor cannot be written: %s", error.strerror)


def writable(path: Path) -> bool:
    """Whether a line could be added, without adding one."""
    try:
        _add(path, "")
    except OSError:
        return False
    return True


def _add(path: Path, line: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, line.encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def anchors(path: Path | None) -> Iterator[Anchor | None]:
    """Each line; None for one that is no anchor of ours."""
    if path is None or not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            yield _read(line)


def newest(path: Path | None) -> Anchor | None:
    """The last line, without reading the others."""
    if path is None or not path.exists():
        return None
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - LINE))
        last = file.read().decode("utf-8", "replace").splitlines()[-1:]
    return _read(last[0]) if last else None


def _read(line: str) -> Anchor | None:
    try:
        said = json.loads(line)
        return Anchor(int(said["seq"]), said["mac"], int(said["base"]), said["at"], said["seal"])
    except (ValueError, TypeError, KeyError):
        return None


def ours(seal: Seal, line: Anchor | None) -> bool:
    return line is not None and seal.notes(line.seal, line.seq, line.mac, line.base, line.at)
