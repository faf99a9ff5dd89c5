"""What people thought of answers, and the bad ones as cases for the reading tests. Knows no Slack window."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.dialects import postgresql, sqlite

from db.access import find_person
from db.engine import reading, writing
from db.tables.house import audit, feedback

COMMENT = 1000


@dataclass(frozen=True)
class Judgement:
    ref: str  # of the answer, as in the record
    slack_user: str
    email: str | None
    good: bool
    reason: str | None = None  # number | meaning | missing | slow | other
    comment: str | None = None


def judge(engine: Engine, said: Judgement, now: datetime) -> bool:
    """Keeps the latest mark of a person on an answer. False where there is no such person or answer."""
    with writing(engine) as connection:
        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        person = find_person(connection, slack_user_id=said.slack_user, email=said.email, on=now.date())
        known = connection.execute(select(audit.c.id).where(audit.c.ref == said.ref).limit(1)).first()
        if person is None or known is None:
            return False
        comment = (said.comment or "").replace("\x00", "")[:COMMENT] or None
        row = {"at": now, "good": said.good, "reason": said.reason, "comment": comment}
        kept = insert(feedback).values(ref=said.ref, person_id=person.id, **row)
        connection.execute(kept.on_conflict_do_update(index_elements=["ref", "person_id"], set_=row))
    return True


def candidates(engine: Engine) -> Iterator[dict[str, Any]]:
    """What was typed, what was understood and what was wrong with it, oldest first. Nobody is named."""
    columns = (
        audit.c.id,
        audit.c.said,
        audit.c.request,
        audit.c.outcome,
        feedback.c.at,
        feedback.c.reason,
        feedback.c.comment,
    )
    # A question that a channel may not see answered is on record twice: the answer came last.
    again = audit.alias()
    of_ref = select(func.max(again.c.id)).where(again.c.ref == feedback.c.ref)
    last = of_ref.correlate(feedback).scalar_subquery()
    bad = select(*columns).join(audit, audit.c.ref == feedback.c.ref)
    bad = bad.where(feedback.c.good.is_(False), audit.c.id == last)
    with reading(engine) as connection:
        for row in connection.execute(bad.order_by(feedback.c.at)):
            yield {
                "id": row.id,
                "at": row.at.isoformat(),
                "text": row.said,
                "got": {"outcome": row.outcome, "request": json.loads(row.request) if row.request else None},
                "reason": row.reason,
                "comment": row.comment,
            }
