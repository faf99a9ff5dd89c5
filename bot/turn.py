"""One question on its way through the desk: as it came in, and with its asker known. Decides nothing."""

from dataclasses import dataclass, field
from datetime import date, datetime
from time import perf_counter
from typing import Any

from sqlalchemy import Connection

from bot.outcome import Hooks, Place, Who
from db.access import Names
from db.proposals import Proposal
from skills.contract import Actor, Language


@dataclass(frozen=True)
class Call:
    """A question as it comes in. `said` is None for a request that nobody typed."""

    who: Who
    place: Place
    thread: str | None
    now: datetime
    hooks: Hooks
    said: str | None
    started: float = field(default_factory=perf_counter)
    calls: list[Any] = field(default_factory=list)  # what a language model was asked on the way
    private: list[str] = field(default_factory=list)  # words of it that the record must not repeat


@dataclass(frozen=True)
class Turn:
    """One question on its way through."""

    connection: Connection
    actor: Actor
    names: Names
    now: datetime
    previous: dict[str, Any] | None
    call: Call
    pending: Proposal | None = None  # what waits for this person's yes in this thread

    @property
    def hooks(self) -> Hooks:
        return self.call.hooks

    @property
    def calls(self) -> list[Any]:
        return self.call.calls

    @property
    def proposed(self) -> dict[str, Any] | None:
        """What a yes or a no would answer."""
        held = self.pending
        return None if held is None else {"intent": held.intent, "fields": held.fields}

    @property
    def language(self) -> Language:
        return self.actor.language

    @property
    def today(self) -> date:
        return self.now.date()
