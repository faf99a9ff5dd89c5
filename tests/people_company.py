"""Asking the company of tests/small_people.py."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from db.access import names
from db.calendars import load_calendars
from db.engine import reading
from db.metrics import load_catalogue
from db.scope import Scope
from skills.contract import Actor, Answer, Context, KpiRequest, Language
from skills.kpi.skill import answer_kpi
from skills.rules import Rules
from skills.text import load_texts
from tests.small import GLORIA, NOW

TEXTS = load_texts(Path("skills/kpi/text.yaml"))
CATALOGUE, CALENDARS = load_catalogue(), load_calendars()
Ask = Callable[..., Answer]


def context_on(
    connection: Connection,
    *,
    now: datetime = NOW,
    scope: Scope | None = None,
    language: Language = "es",
    rules: Rules | None = None,
) -> Context:
    """As the manager unless a scope is given; `rules` as config.yaml would have them."""
    return Context(
        actor=Actor(GLORIA, "Gloria", "manager", language, scope or Scope()),
        session=connection,
        now=now,
        metrics=CATALOGUE,
        names=names(connection),
        calendars=CALENDARS,
        say=lambda key, **slots: TEXTS.say(language, key, **slots),
        rules=rules or Rules(),
    )


def ask_on(connection: Connection, metric: str, **asked: Any) -> Answer:
    who = {name: asked.pop(name) for name in ("now", "scope", "language", "rules") if name in asked}
    return answer_kpi(context_on(connection, **who), KpiRequest(metric=metric, **asked))


def asking(people: Engine) -> Ask:
    def run(metric: str, **fields: Any) -> Answer:
        with reading(people) as connection:
            return ask_on(connection, metric, **fields)

    return run


def notes(answer: Answer) -> str:
    assert answer.basis is not None
    return " ".join(answer.basis.notes)


def detail(answer: Answer) -> str:
    return str(answer.parts[0].items[0].detail)  # type: ignore[union-attr]
