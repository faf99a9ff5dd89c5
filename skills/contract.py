"""The one vocabulary of requests and answers, spoken by every floor above the data.

A Request is written `{intent: {fields}}` everywhere: examples, buttons, threads, the audit trail.
An Answer is neutral: titles, figures, tables, choices and the basis of the number. It holds words and
numbers, never Block Kit; one renderer draws it for Slack, another for the terminal.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from db.metrics import Metric
from db.periods import Period
from db.scope import Scope as Scope
from skills.rules import Rules

Role = Literal[
    "agent", "supervisor", "manager", "compliance", "quality", "admin", "director", "client_viewer"
]
Language = Literal["es", "en"]
Op = Literal["eq", "ne", "in", "not_in", "lt", "le", "gt", "ge", "between", "not_in_period"]
Unit = Literal["rate", "money", "count", "seconds", "hours", "number"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Filter(_Frozen):
    """One condition. Named things stand by display name ("Banco Alameda"); `@me` is the asker."""

    field: str
    op: Op
    value: str | int | float | bool | tuple[str | int | float, ...]


class Compare(_Frozen):
    to: Literal["period", "target", "budget", "previous_year"]
    period: Period | None = None


class KpiRequest(_Frozen):
    """A KPI question, as contract for buttons, threads, examples and what `read` prints."""

    metric: str | tuple[str, ...]
    dims: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    period: Period | None = None
    grain: Literal["hour", "day", "week", "month"] | None = None
    compare: Compare | None = None
    order: Literal["asc", "desc"] | None = None
    limit: int | None = None
    chart: Literal["line", "bar"] | None = None
    # Which of the definitions the trade has (by accounts, by balance ...). None = the metric's default.
    variant: str | None = None
    # What the period was called, where its days could be either: 16 to 22 November, of a week or a quincena.
    unit: Literal["week", "quincena", "month"] | None = None

    def fields(self) -> dict[str, Any]:
        """The wire form: every field, JSON types; what few questions say only where it was said."""
        out = self.model_dump(mode="json")
        for name in ("variant", "unit"):
            if out[name] is None:
                del out[name]
        if out["compare"] and out["compare"]["period"] is None:
            del out["compare"]["period"]
        return out


@dataclass(frozen=True)
class Actor:
    """Who asks. `person_id` 0 is the command line on a demo or empty database."""

    person_id: int
    name: str
    role: Role
    language: Language
    scope: Scope
    employee_no: str = ""

    def may_ask(self, metric: Metric) -> bool:
        """What names its roles is the agency's own affair: for them alone, never where a creditor reads."""
        return not metric.roles or (self.role in metric.roles and self.scope.shows("supervisor"))


# --- Answers -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Value:
    """A number with what it measures. `amount` is None where the denominator is zero or nothing is known.

    Rates are fractions (0.184), money is MXN (Decimal pesos), seconds are seconds.
    """

    amount: Decimal | None
    unit: Unit


@dataclass(frozen=True)
class Text:
    body: str
    tone: Literal["plain", "note", "warning"] = "plain"


@dataclass(frozen=True)
class Figure:
    """A headline number, beside what it is compared with. `good` says whether the change helps."""

    label: str
    value: Value
    previous: Value | None = None
    previous_label: str = ""
    target: Value | None = None
    detail: str = ""  # "412 de 2,240 cuentas"
    good: bool | None = None
    settled: bool = True  # False: the target is a whole period's, and the period still runs
    target_label: str = ""  # whose target it is, where there are the agency's own and a client's


@dataclass(frozen=True)
class Figures:
    items: tuple[Figure, ...]


Cell = str | Value | None


@dataclass(frozen=True)
class Table:
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""  # "se muestran 20 de 61"
    # All the rows, where only some are shown: read when a document is made of them.
    whole: "Callable[[], Sequence[tuple[Cell, ...]]] | None" = field(default=None, compare=False)


@dataclass(frozen=True)
class Trend:
    """A chart: one or more series over the same labels."""

    title: str
    kind: Literal["line", "bar"]
    unit: Unit
    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[Decimal | None, ...]], ...]
    y_label: str = ""


@dataclass(frozen=True)
class Option:
    """A button that carries a whole request, never a piece of one."""

    label: str
    intent: str
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Choice:
    prompt: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Selection:
    """Rows to choose from, by a label and a value each, and what can be done with those chosen: requests that
    take their values under `slot`."""

    prompt: str
    rows: tuple[tuple[str, str], ...]
    slot: str
    options: tuple[Option, ...]


Part = Text | Figures | Table | Trend | Choice | Selection


@dataclass(frozen=True)
class Basis:
    """Where the number comes from, so that anybody can check it."""

    metric: str
    label: str
    definition: str
    formula: str
    variant: str | None
    period: Period | None
    partial: bool
    previous: Period | None
    filters: tuple[str, ...]  # in words
    scope: str  # in words
    as_of: Mapping[str, str]  # source -> ISO day or instant
    as_of_label: str  # "saldos al 22-nov (hoy) · pagos al 21-nov (ayer)"
    read_from: Literal["cells", "facts"]
    notes: tuple[str, ...] = ()
    variant_label: str = ""  # the definition taken, in words, where the trade has several
    query: Callable[[], str] | None = None  # the statements as text: made when somebody wants to read them

    @property
    def sql(self) -> str:
        return self.query() if self.query is not None else ""


@dataclass(frozen=True)
class File:
    """A document that goes with an answer. `name` has its ending; made only when it is delivered."""

    name: str
    title: str
    make: Callable[[], bytes]


@dataclass(frozen=True)
class Answer:
    """`rows` is the JSON of the numbers in the order shown; `parts` is what a person sees."""

    title: str
    echo: str  # what was understood, in full
    parts: tuple[Part, ...]
    rows: tuple[Mapping[str, Any], ...] = ()
    basis: Basis | None = None
    next: tuple[Option, ...] = ()  # splits, comparison
    sensitive: bool = False  # shows an account: it must not linger where others may come by
    files: tuple[File, ...] = ()  # documents, delivered beside it
    clear: frozenset[str] = frozenset()  # what its reader may see whole; anything else like it is masked


# --- Questions -----------------------------------------------------------------------------------

Say = Callable[..., str]  # say("kpi.no_data", period=...) in the actor's language


@dataclass(frozen=True)
class Room:
    """A channel as the asker would be answered there. `client_reads`: those who read along are a client's."""

    context: "Context"
    client_reads: bool


def _no_rooms(channel: str) -> Room:
    raise LookupError(channel)


def _nobody_to_ask(intent: str, fields: Mapping[str, Any], now: datetime | None = None) -> Answer:
    del fields, now
    raise LookupError(intent)


@dataclass(frozen=True)
class Context:
    """All a handler gets. `session` is a read-only SQLAlchemy Connection; `now` is aware."""

    actor: Actor
    session: Any
    now: datetime
    metrics: Any  # db.metrics.Catalogue
    names: Any  # db.access.Names
    calendars: Any  # db.calendars.Calendars
    say: Say
    rules: Rules = field(default_factory=Rules)  # what the agency chose about its own numbers
    memo: dict[Any, Any] = field(default_factory=dict)  # what one question has read already
    approved_by: int | None = None  # who agreed to what is applied, where it took somebody else
    open: bool = False  # whether anybody of the workspace may read along
    deeds: Mapping[str, frozenset[Role]] = field(default_factory=dict)  # every action, and who may do it
    # Another question in the same right, by its intent and fields, now or as of another moment.
    ask: Callable[..., Answer] = _nobody_to_ask
    # Another channel, by name or id. Raises Refused where nothing of the asker's may be said there.
    room: Callable[[str], Room] = _no_rooms


class Refused(Exception):
    """A clear no. `key` is a sentence in text.yaml, `slots` fill it; `choices` offer the next step.

    `asks`: not a no but a question back, which one of the choices was meant.
    """

    def __init__(
        self,
        key: str,
        *,
        about: str = "out_of_scope",
        denied: bool = False,
        asks: bool = False,
        choices: Sequence[Option] = (),
        **slots: Any,
    ) -> None:
        super().__init__(key)
        self.key, self.about, self.denied, self.asks = key, about, denied, asks
        self.choices, self.slots = tuple(choices), slots


@dataclass(frozen=True)
class Question:
    """Something to ask: runs read-only, answers or raises Refused."""

    name: str
    request: type[BaseModel]
    roles: frozenset[Role]
    answer: Callable[[Context, Any], Answer]


# --- Actions -------------------------------------------------------------------------------------


# Of a plan: the roles one of whom has to agree first, where the skill's own rule demands it (a discount
# above the asker's authority). Beside it stands what config.yaml says of the action's size.
APPROVED_BY = "approved_by"


@dataclass(frozen=True)
class Preview:
    """What an action would do, worked out and not done.

    `plan` (JSON) holds all that is to be written: made again at every step, and where it is not the same any
    more, the world has moved on and it is shown anew. `size` counts accounts, `amount` is in pesos.
    """

    answer: Answer
    plan: Mapping[str, Any]
    size: int
    amount: Decimal = Decimal(0)
    concerns: Mapping[int, str] = field(default_factory=dict)  # whom it changes something for, and what
    before: Mapping[str, Any] = field(default_factory=dict)  # for the audit trail: ids, as they are
    after: Mapping[str, Any] = field(default_factory=dict)  # and as they will be
    # What takes long to work out and decides nothing: worked out where it is shown, and only there.
    more: "Callable[[], Sequence[Part]] | None" = field(default=None, compare=False)

    @property
    def shown(self) -> Answer:
        if self.more is None:
            return self.answer
        return replace(self.answer, parts=(*self.answer.parts, *self.more()))


@dataclass(frozen=True)
class Action:
    """Something to do. `preview` reads; `apply` writes the plan, and `undo` takes it back, in the caller's
    transaction. Each raises Refused. `at_once`: a press of a button says it all, so nothing is asked back."""

    name: str
    request: type[BaseModel]
    roles: frozenset[Role]
    preview: Callable[[Context, Any], Preview]
    apply: Callable[[Context, Mapping[str, Any]], Answer]
    undo: Callable[[Context, Mapping[str, Any]], Answer] | None = None
    at_once: bool = False
    private: bool = False  # only where nobody else reads along
    private_text: frozenset[str] = frozenset()  # fields the record must not repeat: what a note says
    unrecorded: frozenset[str] = frozenset()  # nor these, which its proposal keeps as they were typed
    asks: frozenset[str] = frozenset()  # what its own preview asks for where it was not said ("slot:amount")


@dataclass(frozen=True)
class Skill:
    name: str
    questions: tuple[Question, ...] = field(default=())
    actions: tuple[Action, ...] = field(default=())
