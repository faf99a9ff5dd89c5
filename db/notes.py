"""Notes people write on an account. Knows not what may be said in one (db/note_rules.py)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from db.tables.floor import account_notes
from db.tables.reference import people


@dataclass(frozen=True)
class Note:
    at: datetime
    who: str
    body: str


def write_note(connection: Connection, account: int, person: int, body: str, now: datetime) -> None:
    row = {"account_id": account, "person_id": person, "written_at": now, "written_on": now.date()}
    connection.execute(insert(account_notes).values(**row, body=body))


def latest_notes(connection: Connection, account: int, most: int) -> tuple[Note, ...]:
    query = (
        select(account_notes.c.written_at, people.c.name, account_notes.c.body)
        .join(people, people.c.id == account_notes.c.person_id)
        .where(account_notes.c.account_id == account, account_notes.c.taken_back_at.is_(None))
        .order_by(account_notes.c.written_at.desc(), account_notes.c.id.desc())
        .limit(most)
    )
    return tuple(Note(*row) for row in connection.execute(query))


def take_back_note(connection: Connection, account: int, person: int, body: str, now: datetime) -> bool:
    """This person's latest note of these words; False where there is none any more."""
    mine = (
        select(account_notes.c.id)
        .where(
            account_notes.c.account_id == account,
            account_notes.c.person_id == person,
            account_notes.c.body == body,
            account_notes.c.taken_back_at.is_(None),
        )
        .order_by(account_notes.c.id.desc())
        .limit(1)
    )
    found = connection.execute(mine).scalar()
    gone = update(account_notes).where(account_notes.c.id == found).values(taken_back_at=now)
    return found is not None and connection.execute(gone).rowcount == 1
