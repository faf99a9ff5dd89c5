"""Puts the second reader and the narrator together, for whoever names a model in config.yaml."""

from datetime import datetime
from functools import lru_cache

from sqlalchemy import Engine

from bot.llm.model import Model
from bot.llm.narrator import Narrator
from bot.llm.prompts import Prompt, load_prompt
from bot.llm.record import Spent, spent
from bot.llm.second import SecondReader
from bot.sections import Llm
from bot.understand import Reader
from bot.understand.lexicon import Lexicon
from bot.understand.names import NameIndex
from db.access import Names
from db.engine import reading
from db.known import KnownNames
from db.metrics import Catalogue

SHOWN = 3  # words of each language that a metric goes by


class Second:
    """What the desk asks beside its own reader: one model, whoever the names are for."""

    def __init__(self, settings: Llm, engine: Engine) -> None:
        self._settings, self._engine = settings, engine
        self._model = Model(settings)
        self._known = KnownNames()
        self._index = lru_cache(maxsize=1)(NameIndex)

    def around(self, first: Reader) -> SecondReader:
        prompt = reading_prompt(first.lexicon)
        return SecondReader(first, self._model, prompt, self._settings, self.spent, self.everyone)

    def narrator(self) -> Narrator | None:
        wanted = self._settings.narrator
        return Narrator(self._model, self._settings, self.spent, self.everyone) if wanted else None

    def spent(self, now: datetime) -> Spent:
        return spent(self._engine, now)

    def everyone(self) -> NameIndex:
        """Whoever has a name here, whatever the asker may know of: to hide them all."""
        with reading(self._engine) as connection:
            known: Names = self._known.of(connection)
        return self._index(known)


def reading_prompt(lexicon: Lexicon) -> Prompt:
    dims = sorted({str(e.value) for e in lexicon.phrases.values() if e.kind == "dim"})
    return load_prompt("reading", {"splits": ", ".join(dims), "metrics": _metrics(lexicon.catalogue)})


def _metrics(catalogue: Catalogue) -> str:
    """A line each: what it is called in both languages, and a few of the words people use."""
    return "\n".join(
        f"- {m.id}: {m.label.es} / {m.label.en} ({', '.join((*m.words.es[:SHOWN], *m.words.en[:SHOWN]))})"
        for m in catalogue.metrics.values()
    )
