"""Of breaches and terms, who has been told already. Whoever writes first tells; knows no message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, Select, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from db.access import scope_conditions
from db.law.found import OPEN, SLICE
from db.scope import Scope
from db.tables.law import breaches
from db.tables.law_told import law_tellings

Kind = Literal["breach", "soon", "late"]


@dataclass(frozen=True)
class Receiver:
    """In whose right; `channel` "" is her direct message."""

    person_id: int
    channel: str = ""


def untold_breaches(connection: Connection, scope: Scope, to: Receiver) -> bool:
    """Whether there is any: asked before anybody is looked up."""
    return connection.execute(_untold(scope, to).limit(1)).first() is not None


def tell_breaches(connection: Connection, scope: Scope, to: Receiver, now: datetime) -> list[int]:
    """All that are open and in reach, as told from now on; those that nobody had told this receiver."""
    row = (literal("breach"), breaches.c.id, literal(to.person_id), literal(to.channel), literal(now))
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    told = (
        insert(law_tellings)
        .from_select(list(law_tellings.c.keys()), _untold(scope, to).with_only_columns(*row))
        .on_conflict_do_nothing()
        .returning(law_tellings.c.subject_id)
    )
    return sorted(connection.execute(told).scalars())


def _untold(scope: Scope, to: Receiver) -> Select[int]:
    mine = select(law_tellings.c.subject_id).where(
        law_tellings.c.kind == "breach",
        law_tellings.c.person_id == to.person_id,
        law_tellings.c.channel == to.channel,
    )
    limits = scope_conditions(scope, breaches.c)
    return select(breaches.c.id).where(breaches.c.state == OPEN, breaches.c.id.not_in(mine), *limits)


def untold(connection: Connection, kind: Kind, subjects: Sequence[int], to: Receiver) -> set[int]:
    """Which of these this receiver has not been told of."""
    known: set[int] = set()
    for at in range(0, len(subjects), SLICE):
        query = select(law_tellings.c.subject_id).where(
            law_tellings.c.kind == kind,
            law_tellings.c.person_id == to.person_id,
            law_tellings.c.channel == to.channel,
            law_tellings.c.subject_id.in_(subjects[at : at + SLICE]),
        )
        known |= set(connection.execute(query).scalars())
    return set(subjects) - known


def tell(
    connection: Connection, kind: Kind, subjects: Sequence[int], to: Receiver, now: datetime
) -> set[int]:
    """Those of them that this call tells, and nobody before it did."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    new: set[int] = set()
    for at in range(0, len(subjects), SLICE):
        rows = [
            {"kind": kind, "subject_id": n, "person_id": to.person_id, "channel": to.channel, "told_at": now}
            for n in subjects[at : at + SLICE]
        ]
        told = insert(law_tellings).values(rows).on_conflict_do_nothing()
        new |= set(connection.execute(told.returning(law_tellings.c.subject_id)).scalars())
    return new
