"""What goes into the desk and what comes out: who asks, where, and what became of it. Knows no rule."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from sqlalchemy import Connection

from bot.console import plain
from db.audit import Effect
from db.engine import Stop
from db.identifiers import netted
from db.proposals import Proposal
from skills.contract import Answer, Basis, Language, Option

Result = Literal[
    "answer",
    "clarify",
    "refuse",
    "help",
    "preview",
    "pending_approval",
    "done",
    "denied",
    "smalltalk",
    "none",
]


@dataclass(frozen=True)
class Who:
    """As whom somebody comes in. `via` is the operating-system user of a command line."""

    kind: Literal["slack", "employee", "cli"]
    id: str
    email: str | None = None
    via: str | None = None


@dataclass(frozen=True)
class Place:
    """Where it is asked, and so who reads along: a channel's members, or (elsewhere) the asker alone; where
    it is `open`, whoever joins."""

    kind: Literal["dm", "channel", "slash", "home", "modal", "cli"]
    id: str
    name: str | None = None
    open: bool = False


@dataclass(frozen=True)
class Step:
    """How far a question is: `name` is what is being worked on, in the asker's language."""

    key: str
    name: str
    done: bool


def _undelivered(_connection: Connection, _outcome: "Outcome") -> None:
    """Whoever asked takes the outcome from the desk's hand."""


def _unheard(_step: Step) -> None:
    """Nobody watches."""


def _unprepared(_outcome: "Outcome") -> None:
    """Nothing takes long to make."""


@dataclass(frozen=True)
class Hooks:
    """What an entrance hangs on a question. `deliver` runs in the transaction of the record, so that an
    answer is on its way exactly when it is on record; `step` is called from the working thread. `ready` comes
    before that transaction: what takes long to make is made there, while nobody waits for the database."""

    deliver: Callable[[Connection, "Outcome"], None] = _undelivered
    step: Callable[[Step], None] = _unheard
    stop: Stop | None = None
    ref: str | None = None  # the answer's key in the record
    ready: Callable[["Outcome"], None] = _unprepared


SILENT = Hooks()


@dataclass(frozen=True)
class Outcome:
    """`message` is the desk's own sentence; `choices` are whole requests to go on with."""

    outcome: Result
    language: Language
    request: Mapping[str, Mapping[str, Any]] | None = None
    answer: Answer | None = None
    message: str = ""
    about: str | None = None
    choices: tuple[Option, ...] = ()
    unread: tuple[str, ...] = ()
    proposal: Proposal | None = None  # kept with the record, for its buttons
    step: tuple[str, str] | None = None  # a plain yes or no to a proposal: what it asks for, and its token
    at_once: tuple[str, Mapping[str, Any]] | None = None  # an action that needs no second yes
    notices: tuple["Notice", ...] = ()  # what others are told of it
    effect: Effect | None = None  # what it changed
    card: str | None = None  # the proposal whose buttons this message holds
    decided: tuple[str, str] | None = None  # a proposal that moved on, and what its cards say from now on

    @property
    def text(self) -> str:
        """All of it in plain words: the terminal's output, and the fallback Slack shows."""
        said = plain(self.answer, self.message, self.choices, self.language)
        return netted(said, self.answer.clear if self.answer is not None else ())

    def json(self) -> dict[str, Any]:
        answer = self.answer
        return {
            "outcome": self.outcome,
            "request": self.request,
            "answer": None if answer is None else _answer(answer, self.text),
            "text": self.text,
            "about": self.about,
            "choices": [{"label": o.label, o.intent: dict(o.fields)} for o in self.choices],
            "unread": list(self.unread),
        }


@dataclass(frozen=True)
class Notice:
    """What somebody else is told, in her own direct message."""

    person_id: int
    outcome: Outcome


class Runs(Protocol):
    """The desk's door for a whole request, for whoever needs no other."""

    def run(
        self,
        intent: str,
        fields: Mapping[str, Any],
        *,
        who: Who,
        place: Place,
        thread: str | None,
        now: datetime,
        hooks: Hooks = ...,
    ) -> Outcome: ...


def _answer(answer: Answer, text: str) -> dict[str, Any]:
    basis = None if answer.basis is None else _basis(answer.basis)
    rows = [dict(row) for row in answer.rows]
    return {"title": answer.title, "echo": answer.echo, "rows": rows, "basis": basis, "text": text}


def _basis(basis: Basis) -> dict[str, Any]:
    period = None
    if basis.period is not None:
        period = {**basis.period.model_dump(mode="json"), "partial": basis.partial}
    out: dict[str, Any] = {
        "metric": basis.metric,
        "label": basis.label,
        "definition": basis.definition,
        "formula": basis.formula,
        "variant": basis.variant,
        "period": period,
        "previous": None if basis.previous is None else basis.previous.model_dump(mode="json"),
        "filters": list(basis.filters),
        "scope": basis.scope,
        "as_of": dict(basis.as_of),
        "as_of_label": basis.as_of_label,
        "read_from": basis.read_from,
        "notes": list(basis.notes),
    }
    return {**out, "sql": basis.sql} if basis.sql else out
