"""Seals the record's rows under keys the database never sees. Knows no table.

Without a key of its own an installation makes one, once, in a file beside the database.
"""

import hmac
import json
import os
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine

HOME = Path(__file__).parents[2] / "var"  # beside PostgreSQL there is no place of ours
OPTION = "cartera_seal"
EVERY = 100
_SHAPE = re.compile("[A-Za-z0-9_-]{43}=")
# What a mac is over. Only what has a value is, so that a new column leaves every older mac as it was.
COVERED = (
    *("id", "at", "person_id", "actor", "entrance", "place", "said", "request", "outcome", "reason", "rows"),
    *("took_ms", "ref", "action", "proposal", "undoes", "concerns", "change"),
)


class KeyFault(Exception):
    """The keys do not do; which one is not said."""


@dataclass(frozen=True)
class Seal:
    """`keys`: the first seals, every one of them verifies. `every`: rows between two anchors."""

    keys: tuple[bytes, ...]
    anchor: Path | None = None
    every: int = EVERY

    def row(self, before: str, row: Mapping[str, Any]) -> str:
        return _mac(self.keys[0], _canonical(before, row))

    def holds(self, before: str, row: Mapping[str, Any], mac: str | None) -> bool:
        return self._any(_canonical(before, row), mac)

    def cut(self, before: str, row: Mapping[str, Any]) -> str:
        """Of a row whose words were taken out: as it stands now, over the seal it had and keeps."""
        return _mac(self.keys[0], _shortened(before, row))

    def cut_holds(self, before: str, row: Mapping[str, Any], seal: str | None) -> bool:
        return self._any(_shortened(before, row), seal)

    def note(self, *parts: Any) -> str:
        """For a head or an anchor's line: it cannot be mistaken for a row's."""
        return _mac(self.keys[0], _packed(["head", *parts]))

    def notes(self, mac: str | None, *parts: Any) -> bool:
        return self._any(_packed(["head", *parts]), mac)

    def _any(self, said: bytes, mac: str | None) -> bool:
        return mac is not None and any(hmac.compare_digest(_mac(key, said), mac) for key in self.keys)


def _mac(key: bytes, said: bytes) -> str:
    return hmac.digest(key, said, sha256).hex()


def _canonical(before: str, row: Mapping[str, Any]) -> bytes:
    said = {name: row[name] for name in COVERED if row[name] is not None}
    at: datetime = row["at"]
    said["at"] = at.astimezone(UTC).isoformat(timespec="microseconds")
    return _packed([before, said])


def _shortened(before: str, row: Mapping[str, Any]) -> bytes:
    return _packed(["cut", row["mac"], _canonical(before, row).decode()])


def _packed(said: list[Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


# --- Where the keys come from ----------------------------------------------------------------------


def keys_of(given: str) -> tuple[bytes, ...]:
    """Comma-separated, newest first, each as Fernet writes them. Raises KeyFault."""
    each = [key.strip() for key in given.split(",")]
    if not all(_SHAPE.fullmatch(key) for key in each):
        raise KeyFault
    return tuple(key.encode() for key in each)


def seal_engine(engine: Engine, keys: str | None, anchor: Path | None, every: int = EVERY) -> Seal:
    """What everything written through this engine is sealed with."""
    beside = _beside(engine.url)
    default = beside.with_name(f"{beside.name}.audit-anchor.jsonl") if beside else None
    seal = Seal(keys_of(keys) if keys else _own_keys(engine), anchor or default, every)
    engine.update_execution_options(**{OPTION: seal})
    return seal


def seal_of(connection: Connection) -> Seal:
    """An engine that nobody sealed uses the key that lies beside its database."""
    found: Seal | None = connection.get_execution_options().get(OPTION)
    return (
        found
        or connection.engine.get_execution_options().get(OPTION)
        or seal_engine(connection.engine, None, None)
    )


def key_file(url: URL) -> Path | None:
    """Where the key lies that is used if none is given."""
    beside = _beside(url)
    return beside.with_name("audit.key") if beside else None


def _own_keys(engine: Engine) -> tuple[bytes, ...]:
    """What lives in memory alone is sealed with a key that does, too."""
    file = key_file(engine.url)
    before: Seal | None = engine.get_execution_options().get(OPTION)
    return _kept(file) if file else before.keys if before else (secrets.token_bytes(32),)


def _beside(url: URL) -> Path | None:
    """A path to put a neighbour to; None for a database that lives in memory."""
    if url.get_backend_name() != "sqlite":
        return HOME / (url.database or "cartera")
    return Path(url.database) if url.database and url.database != ":memory:" else None


def _kept(path: Path) -> tuple[bytes, ...]:
    """The key of that file, made once however many processes come at the same time."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        own = path.with_name(f"{path.name}.{secrets.token_hex(6)}")
        handle = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(urlsafe_b64encode(secrets.token_bytes(32)))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(own, path)  # whole or not at all, and only for the first
        except FileExistsError:
            pass
        finally:
            own.unlink()
    return keys_of(path.read_text(encoding="ascii"))
