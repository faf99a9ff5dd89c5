"""What others are told of an outcome, each in her own direct message. Decides nothing."""

from sqlalchemy import Connection, select

from bot.outbox import Parcel
from bot.outcome import Outcome
from bot.slack.edge import Edge
from bot.slack.works import Job
from db.tables.reference import people


def notices(connection: Connection, edge: Edge, job: Job, outcome: Outcome) -> list[tuple[Parcel, Outcome]]:
    """Slack opens the direct message that a person's id names; who has none on record hears nothing."""
    ids = [notice.person_id for notice in outcome.notices]
    query = select(people.c.id, people.c.slack_user_id).where(people.c.id.in_(ids))
    users = {person: user for person, user in connection.execute(query) if user}
    return [
        (_parcel(edge, job, users[notice.person_id], notice.outcome, number), notice.outcome)
        for number, notice in enumerate(outcome.notices)
        if notice.person_id in users
    ]


def _parcel(edge: Edge, job: Job, user: str, outcome: Outcome, number: int) -> Parcel:
    drawn = edge.renderer.outcome(outcome, asker=user)
    body = {"text": drawn.text, "blocks": drawn.blocks, "asker": user}
    return Parcel(f"{job.ref}:n{number}", "post", job.team, user, body, clear=drawn.clear)
