"""Hands for what is done on the floor: somebody asks for an action, confirms, approves, takes it back."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, Table, select

from bot.app import App
from bot.outcome import Outcome, Place, Who
from db.engine import reading
from tests.small import LAURA, NOW

DM = Place("dm", "D1")
ROOM = Place("channel", "C1", "piso")


def ask(
    app: App, intent: str, fields: dict[str, Any], person: int = LAURA, *, place: Place = DM, minutes: int = 0
) -> Outcome:
    who, now = Who("slack", f"U{person}"), NOW + timedelta(minutes=minutes)
    return app.desk.run(intent, fields, who=who, place=place, thread="t1", now=now)


def press(app: App, shown: Outcome, step: str, person: int = LAURA, minutes: int = 1) -> Outcome:
    """The button of that step; of a proposal, whichever it carries."""
    token = next(str(o.fields["proposal"]) for o in shown.choices if "proposal" in o.fields)
    return ask(app, step, {"proposal": token}, person, minutes=minutes)


def do(app: App, intent: str, fields: dict[str, Any], person: int = LAURA, minutes: int = 0) -> Outcome:
    """Asked for and confirmed."""
    shown = ask(app, intent, fields, person, minutes=minutes)
    assert shown.outcome == "preview", shown.text
    return press(app, shown, "confirm", person, minutes + 1)


def rows(engine: Engine, table: Table) -> list[Any]:
    with reading(engine) as connection:
        return list(connection.execute(select(table).order_by(*table.primary_key.columns)).all())


def say(app: App, text: str, person: int = LAURA, *, place: Place = DM, minutes: int = 0) -> Outcome:
    """As somebody types it."""
    who, now = Who("slack", f"U{person}"), NOW + timedelta(minutes=minutes)
    return app.desk.ask(text, who=who, place=place, thread="t1", now=now)
