"""Numbers that no file may bring back: known by a keyed digest alone. Holds no number."""

import hmac
from collections.abc import Collection, Iterable
from hashlib import sha256

from sqlalchemy import Connection, insert, select

from db.tables.erasure import suppressions
from db.trail.seal import seal_of


def suppress(connection: Connection, client: int, numbers: Iterable[str], erasure: int) -> None:
    key = seal_of(connection).keys[0]
    digests = {_digest(key, client, number) for number in numbers}
    rows = [{"client_id": client, "digest": each, "erasure_id": erasure} for each in sorted(digests)]
    known = select(suppressions.c.digest).where(suppressions.c.client_id == client)
    had = set(connection.execute(known).scalars())
    if new := [row for row in rows if row["digest"] not in had]:
        connection.execute(insert(suppressions), new)


def suppressing(connection: Connection) -> frozenset[int]:
    """The clients of whom any number is suppressed: nobody else's file is looked through."""
    return frozenset(connection.execute(select(suppressions.c.client_id).distinct()).scalars())


def suppressed_among(connection: Connection, client: int, numbers: Collection[str]) -> set[str]:
    """Those that were erased, under whichever of the keys that count."""
    query = select(suppressions.c.digest).where(suppressions.c.client_id == client)
    gone = set(connection.execute(query).scalars())
    keys = seal_of(connection).keys
    return {each for each in numbers if gone and any(_digest(key, client, each) in gone for key in keys)}


def _digest(key: bytes, client: int, number: str) -> str:
    return hmac.digest(key, f"suppressed:{client}:{number.strip().casefold()}".encode(), sha256).hex()
