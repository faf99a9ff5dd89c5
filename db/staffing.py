"""How many agents a load takes: Erlang B, C and A by recursion, outbound dialling, shrinkage. Knows no data.

Loads are in Erlangs: calls an interval x handle time / interval. Shrinkage is the part of paid time that is
not worked: it divides (46 at 30 % are 66 on the roster, not 46 x 1.3 = 60).
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, exp

HOUR = 3600
_NEGLIGIBLE = 1e-15


def blocking(load: float, agents: int) -> float:
    """Erlang B: the share of calls that find every agent busy and go away."""
    found = 1.0
    for n in range(1, agents + 1):
        found = load * found / (n + load * found)
    return found


def waiting(load: float, agents: int) -> float:
    """Erlang C: the share of calls that wait. With no agent to spare, every one does."""
    if agents <= load:
        return 1.0
    lost = blocking(load, agents)
    return agents * lost / (agents - load * (1 - lost))


def service_level(load: float, agents: int, *, handle: float, within: float) -> float:
    """The share of calls answered within so many seconds, nobody hanging up."""
    if agents <= load:
        return 0.0
    return 1 - waiting(load, agents) * exp(-(agents - load) * within / handle)


def average_wait(load: float, agents: int, *, handle: float) -> float | None:
    """Seconds until answered (ASA); None where the queue only grows."""
    return waiting(load, agents) * handle / (agents - load) if agents > load else None


@dataclass(frozen=True)
class Impatient:
    """Shares of all calls, where callers hang up."""

    waits: float
    abandons: float


def impatient(load: float, agents: int, *, handle: float, patience: float) -> Impatient:
    """Erlang A: callers wait `patience` seconds on average before they hang up."""
    if not load:
        return Impatient(0.0, 0.0)
    below = 1 / blocking(load, agents)  # all states up to "every agent busy", over that one
    leaving = handle / patience  # in the unit of service
    state, queued, in_queue = 1.0, 0.0, 0.0
    place = 0
    while state > _NEGLIGIBLE * below or place < load:
        place += 1
        state *= load / (agents + place * leaving)
        queued += state
        in_queue += place * state
    every = below + queued
    return Impatient((1 + queued) / every, leaving * in_queue / every / load)


def agents_for(load: float, *, handle: float, within: float, level: float, cap: float = 1.0) -> int:
    """The fewest agents that answer `level` of the calls within so many seconds, busy `cap` at most."""
    agents = max(1, ceil(load / cap))
    while service_level(load, agents, handle=handle, within=within) < level:
        agents += 1
    return agents


def rostered(agents: int | Fraction, shrinkage: float | Fraction) -> int:
    """Who must be on the roster so that so many are at work."""
    return ceil(agents / (1 - exact(shrinkage)))


def exact(number: float | Fraction) -> Fraction:
    """0.3 as it is written, and not as a binary fraction a hair away from it."""
    return number if isinstance(number, Fraction) else Fraction(str(number))


# --- outbound: Erlang C does not describe it -----------------------------------------------------------


def attempts_an_hour(
    contacted: Fraction, *, contact: Fraction, no_contact: Fraction, occupancy: Fraction
) -> Fraction:
    """Manual dialling: what an agent dials an hour, if `contacted` of the attempts last `contact` seconds."""
    return HOUR * occupancy / (contacted * contact + (1 - contacted) * no_contact)


def dialling_agents(
    attempts: Fraction, *, an_hour: Fraction, hours: Fraction, shrinkage: Fraction
) -> Fraction:
    """Full shifts that make so many attempts a day; `an_hour` is of time at work, `hours` of paid time."""
    return attempts / (an_hour * hours * (1 - shrinkage))


def predictive_agents(answered_an_hour: Fraction, *, handle: Fraction, occupancy: Fraction) -> Fraction:
    """Agents who take the live answers a predictive dialler hands them."""
    return answered_an_hour * handle / (HOUR * occupancy)


def lines_dialled(agents: int, dial_level: Fraction) -> int:
    """Lines a predictive dialler keeps busy; whoever sets the level minds the drops it makes."""
    return ceil(agents * dial_level)
