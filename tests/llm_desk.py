"""The real desk over the small company, with a model on loopback for its second reader."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from bot.app import App, build
from bot.desk import Outcome, Place, Who
from bot.llm.model import Model
from bot.llm.opening import reading_prompt
from bot.llm.record import Spent
from bot.llm.second import SecondReader
from bot.sections import Llm
from bot.settings import Settings
from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.engine import open_engine, reading, writing
from db.tables import metadata
from db.tables.house import audit
from tests.llm_server import FakeModel, Said, serving
from tests.reading_agency import reader
from tests.small import GLORIA, NOW, fill

DM = Place("dm", "D1")


def llm(fake: FakeModel, **more: Any) -> Llm:
    return Llm(
        model="openai:fake",
        base_url=fake.url,
        **{"max_retries": 0, "timeout": 20, "calls_a_day": 10_000, **more},
    )


def second(fake: FakeModel, *, verbatim: bool = True, residue: bool = True, **more: Any) -> SecondReader:
    """Around the reader of the small agency of names, with nothing spent."""
    settings, first = llm(fake, **more), reader()
    return SecondReader(
        first,
        Model(settings),
        reading_prompt(first.lexicon),
        settings,
        lambda _now: Spent(),
        lambda: first.names,
        verbatim=verbatim,
        residue=residue,
    )


@dataclass
class Floor:
    """The small company, opened: `with_model` gives a desk with this model."""

    engine: Engine

    @contextmanager
    def with_model(self, says: Callable[[str], Said], **more: Any) -> Iterator[tuple[App, FakeModel]]:
        with serving(says) as fake:
            yield build(Settings(llm=llm(fake, **more)), engine=self.engine), fake

    def records(self) -> list[Any]:
        with reading(self.engine) as connection:
            return list(connection.execute(select(audit).order_by(audit.c.id)).all())


def floor(path: Path) -> Floor:
    engine = open_engine(f"sqlite:///{path / 'cartera.db'}")
    metadata.create_all(engine)
    with writing(engine) as connection:
        fill(connection)
    refresh(engine, load_calendars(), now=NOW)
    return Floor(engine)


def ask(app: App, text: str, person: int = GLORIA, thread: str | None = None) -> Outcome:
    return app.desk.ask(text, who=Who("slack", f"U{person}"), place=DM, thread=thread, now=NOW)
