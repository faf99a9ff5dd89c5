"""What is kept of each question to a model, in the record of everything asked; and what a day has used up."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from db.audit import Entry, record
from db.engine import reading
from db.tables.house import audit

ENTRANCE = "model"


@dataclass(frozen=True)
class ModelCall:
    """One question to a model. Neither what was sent nor what came back: those hold a person's words."""

    task: str  # reading | narration
    model: str
    prompt: str  # reading/v1
    sha256: str
    ms: int
    tokens: int
    decision: str  # won | offered | agreed | dropped | failed
    why: str = ""


@dataclass(frozen=True)
class Spent:
    calls: int = 0
    tokens: int = 0


def keep(connection: Connection, calls: Iterable[ModelCall], turn: Entry) -> None:
    """A row each, before the row of the turn: the last row of a turn is its answer."""
    for call in calls:
        own = {"said": None, "request": {ENTRANCE: asdict(call)}, "outcome": call.decision}
        record(
            connection,
            replace(turn, entrance=ENTRANCE, reason=call.why or None, rows=0, took_ms=call.ms, **own),  # type: ignore[arg-type]
        )


def spent(engine: Engine, now: datetime) -> Spent:
    """What has gone since midnight, by whichever process."""
    since = now.replace(hour=0, minute=0, second=0, microsecond=0)
    today = (audit.c.at >= since, audit.c.entrance == ENTRANCE)
    with reading(engine) as connection:
        rows = connection.execute(select(audit.c.request).where(*today)).scalars()
        used = [int(json.loads(row or "{}").get(ENTRANCE, {}).get("tokens") or 0) for row in rows]
    return Spent(len(used), sum(used))
