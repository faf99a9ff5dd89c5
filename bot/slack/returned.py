"""The duty of accounts that were lent for a time, and a direct message to those it concerns."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, select

from bot.duties import Duty, Tick, Write, looked
from bot.faults import note_failure
from bot.outbox import Parcel
from bot.outcome import Outcome
from bot.returning import MORNING, Words, concerned, in_words, returned
from bot.slack.edge import Edge
from bot.slack.faults import SLACK_FAULTS, Turned
from bot.slack.told import Told
from db.engine import reading
from db.lent import due_back
from db.tables.reference import people
from db.when import Every
from skills.contract import Language

MINUTES = 15
Place = tuple[str, str, Language]  # a workspace, a direct message in it, and whose language


def return_duty(edge: Edge, told: Told) -> Duty:
    work = looked(edge.records.engine, partial(_look, edge, told))
    return Duty("lent_accounts", Every(MINUTES), told.working(work))


def _look(edge: Edge, told: Told, tick: Tick) -> Write:
    """Where people are is asked before anything is written; whoever cannot be reached gets no word, and the
    accounts come back all the same."""
    now = tick.now.astimezone(edge.settings.agency.zone)
    if now.hour < MORNING:
        return _nothing
    with reading(edge.records.engine) as connection:
        due = due_back(connection, now.date())
        whom = concerned(due)
        rows = select(people.c.id, people.c.slack_user_id, people.c.language).where(people.c.id.in_(whom))
        known = connection.execute(rows).all() if due else []
    if not due:
        return _nothing
    places = {row.id: _place(told, row.slack_user_id, row.language) for row in known if row.slack_user_id}
    found = {person: place for person, place in places.items() if place is not None}
    return partial(_write, edge, told, found, now)


def _nothing(_connection: Connection) -> None:
    """Nobody's last day is over."""


def _place(told: Told, user: str, language: str) -> Place | None:
    try:
        team, _, place = told.person(user)
    except (*SLACK_FAULTS, Turned, TimeoutError) as error:
        note_failure(error, "where to tell of accounts that came back")
        return None
    return team, place.id, "en" if language == "en" else "es"


def _write(
    edge: Edge, told: Told, places: Mapping[int, Place], now: datetime, connection: Connection
) -> None:
    settled, words = returned(connection, now)
    numbers = [each.id for each in (*settled.back, *settled.stays)]
    for person, said in words.items():
        if person in places:
            told.put(connection, _parcel(edge, places[person], said, f"lent:{person}:{min(numbers)}"))


def _parcel(edge: Edge, place: Place, said: list[Words], key: str) -> Parcel:
    team, channel, language = place
    message = in_words(edge.texts, language, said)
    drawn = edge.renderer.outcome(Outcome("none", language, message=message))
    return Parcel(key, "post", team, channel, {"text": drawn.text, "blocks": drawn.blocks})
