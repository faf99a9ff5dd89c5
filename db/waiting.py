"""What waits for a person's decision: the proposals whose cards were put before her. Knows no action."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from db.proposals import WAITING
from db.tables.desk import proposal_cards, proposals
from db.tables.reference import people


@dataclass(frozen=True)
class Waits:
    """One proposal, as its card says it."""

    token: str
    said: str
    until: datetime
    who: str  # asks for it


def put_before(connection: Connection, user: str, now: datetime) -> list[Waits]:
    """Addressed to this Slack user, not decided and still in time; the oldest first."""
    query = (
        select(proposals.c.token, proposal_cards.c.text, proposals.c.expires_at, people.c.name)
        .join(proposal_cards, proposal_cards.c.token == proposals.c.token)
        .join(people, people.c.id == proposals.c.person_id)
        .where(
            proposals.c.state == WAITING,
            proposals.c.expires_at > now,
            proposal_cards.c.channel == user,
        )
        .order_by(proposals.c.made_at, proposals.c.token)
    )
    return [Waits(*row) for row in connection.execute(query)]
