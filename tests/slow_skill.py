"""Questions for tests that take as long as a test wants: held by a gate, or counting in the database."""

import threading
from decimal import Decimal
from functools import cache
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Select, func, literal, select

from bot.app import App, build, reader
from bot.desk import Read
from bot.rights import ROLES
from bot.settings import Settings
from bot.understand.result import Reading
from db.access import Names
from db.engine import open_engine
from skills.contract import Answer, Context, Figure, Figures, Question, Skill, Text, Value

FOR_EVER = 30_000  # its cube takes any database hours


class Counted(BaseModel):
    size: int = FOR_EVER


class Held(BaseModel):
    """With metrics, it is held once for each of them."""

    gate: str
    metric: str | tuple[str, ...] = ()


class Gates:
    """`hold` makes a gate; an answer that comes to it waits until it is opened."""

    def __init__(self) -> None:
        self._gates: dict[str, threading.Event] = {}
        self.at = threading.Semaphore(0)  # released once for each question that is under way

    def hold(self, name: str) -> threading.Event:
        return self._gates.setdefault(name, threading.Event())

    def open(self) -> None:
        for gate in self._gates.values():
            gate.set()

    def skill(self) -> Skill:
        counted = Question("counted", Counted, ROLES, self._counted)
        return Skill("slow", (counted, Question("held", Held, ROLES, self._held)))

    def _counted(self, ctx: Context, request: Counted) -> Answer:
        """The statement runs in the database: only the database can be stopped."""
        self.at.release()
        n = ctx.session.execute(cube(request.size)).scalar()
        figure = Figure("n", Value(Decimal(n), "count"))
        return Answer("Conteo", "", (Figures((figure,)),), rows=({"n": n},))

    def _held(self, ctx: Context, request: Held) -> Answer:
        gate = f"{request.gate}:{request.metric}" if request.metric else request.gate
        self.at.release()
        assert self.hold(gate).wait(20), f"nobody opened {gate}"
        return Answer(f"Abierto {gate}", "", (Text("Listo"),), rows=({"n": 1},))


def cube(size: int) -> Select[Any]:
    """Counts size x size x size rows, one by one."""
    numbers = select(literal(1).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < size))
    a, b, c = numbers.alias("a"), numbers.alias("b"), numbers.alias("c")
    return select(func.count()).select_from(a.join(b, b.c.n > 0).join(c, c.c.n + a.c.n + b.c.n > 0))


@cache
def house() -> App:
    """What every world shares; its own database is never asked."""
    return build(Settings(), engine=open_engine("sqlite://"))


@cache
def read_also(names: Names) -> Read:
    """The product's own reader, and three words of ours: "cuenta 30", "espera a calls aht", "revienta"."""
    real = reader(house().catalogue, names, house().settings).read

    def read(text: str, **more: Any) -> Any:
        word, _, rest = text.partition(" ")
        if word == "revienta":
            raise RuntimeError(f"secreto de {text}")
        if word == "cuenta":
            return Reading("question", "counted", {"size": int(rest or FOR_EVER)})
        if word == "espera":
            gate, *metrics = rest.split()
            return Reading("question", "held", {"gate": gate, "metric": tuple(metrics)})
        return real(text, **more)

    return read
