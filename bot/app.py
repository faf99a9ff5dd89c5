"""Builds everything once: the only place where the parts are put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from bot.desk import Desk, Read
from bot.rights import Rights, rights_of
from bot.settings import Settings
from db.access import Names
from db.calendars import Calendars, load_calendars
from db.engine import open_engine
from db.metrics import Catalogue, load_catalogue
from skills import all_skills
from skills.contract import Skill
from skills.text import Texts, load_texts

if TYPE_CHECKING:
    from bot.understand import Reader

HOME = Path(__file__).parent.parent
TEXTS = (
    "bot/text.yaml",
    "bot/*/text.yaml",
    "bot/*/texts/*.yaml",
    "skills/text.yaml",
    "skills/*/text.yaml",
    "skills/*/*/text.yaml",
    "db/*/text.yaml",
)


@dataclass(frozen=True)
class App:
    settings: Settings
    engine: Engine
    catalogue: Catalogue
    calendars: Calendars
    texts: Texts
    rights: Rights
    desk: Desk

    def close(self) -> None:
        self.engine.dispose()


def build(settings: Settings, *, engine: Engine | None = None, skills: Sequence[Skill] | None = None) -> App:
    """Opens the database named in the settings, unless one is given. Raises what a file at fault raises."""
    engine = engine or open_engine(settings.database.url)
    catalogue, calendars = load_catalogue(), load_calendars()
    texts = load_texts(*text_files())
    rights = rights_of(all_skills() if skills is None else skills)

    def read_with(known: Names) -> Read:
        return reader(catalogue, known, settings).read

    desk = Desk(engine, settings, catalogue, texts, rights, calendars, read_with)
    return App(settings, engine, catalogue, calendars, texts, rights, desk)


def reader(catalogue: Catalogue, known: Names, settings: Settings) -> "Reader":
    from bot.understand import Reader

    return Reader(catalogue, known, zone=settings.agency.zone)


def text_files(home: Path = HOME) -> list[Path]:
    return sorted({path for pattern in TEXTS for path in home.glob(pattern)})
