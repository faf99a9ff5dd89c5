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
from db.trail.seal import Seal, seal_engine
from skills import all_skills
from skills.contract import Skill
from skills.text import Texts, load_texts

if TYPE_CHECKING:
    from bot.llm.opening import Second
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
    sealed(engine, settings)
    catalogue, calendars = load_catalogue(), load_calendars()
    texts = load_texts(*text_files())
    known_skills = all_skills() if skills is None else skills
    rights = rights_of(known_skills)
    actions = {each.name: each for skill in known_skills for each in skill.actions}

    second = second_reader(settings, engine)

    def read_with(known: Names) -> Read:
        first = reader(catalogue, known, settings)
        return second.around(first).read if second else first.read

    narrator = second.narrator() if second else None
    desk = Desk(engine, settings, catalogue, texts, rights, calendars, read_with, narrator, actions)
    return App(settings, engine, catalogue, calendars, texts, rights, desk)


def sealed(engine: Engine, settings: Settings) -> Seal:
    """Whatever is recorded through this engine is sealed with the agency's own keys."""
    audit = settings.audit
    keys = audit.keys.get_secret_value() if audit.keys else None
    return seal_engine(engine, keys, audit.anchor, audit.every)


def reader(catalogue: Catalogue, known: Names, settings: Settings) -> "Reader":
    from bot.understand import Reader

    return Reader(catalogue, known, zone=settings.agency.zone)


def second_reader(settings: Settings, engine: Engine) -> "Second | None":
    """None, and none of its packages imported, where no model is named."""
    if settings.llm.model is None:
        return None
    from bot.llm.opening import Second

    return Second(settings.llm, engine)


def text_files(home: Path = HOME) -> list[Path]:
    return sorted({path for pattern in TEXTS for path in home.glob(pattern)})
