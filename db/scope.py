"""Whose rows an actor may see, as data. Knows neither people nor tables."""

from dataclasses import dataclass, replace
from typing import Literal

Finest = Literal["agent", "supervisor", "campaign", "client"]
COARSER: tuple[Finest, ...] = ("agent", "supervisor", "campaign", "client")


@dataclass(frozen=True)
class Scope:
    """None means no limit on that side. It becomes a mandatory WHERE (db/access.py).

    `finest` is the finest owner a row may be split by or filtered on.
    """

    campaigns: frozenset[int] | None = None
    clients: frozenset[int] | None = None
    supervisors: frozenset[int] | None = None
    agents: frozenset[int] | None = None
    finest: Finest = "agent"
    label: str = ""

    def shows(self, owner: Finest) -> bool:
        """Whether rows may be told apart by this owner."""
        return COARSER.index(owner) >= COARSER.index(self.finest)

    @property
    def contradicts_itself(self) -> bool:
        """Limited to one agent's or team's rows, yet to be shown no finer than a campaign: nothing is left.

        A person's own number in a room for aggregates would pass as the campaign's.
        """
        personal = self.agents is not None and not self.shows("agent")
        return personal or (self.supervisors is not None and not self.shows("supervisor"))


def intersect(one: Scope, other: Scope) -> Scope:
    """What both allow. The label stays the first's."""
    return replace(
        one,
        campaigns=_both(one.campaigns, other.campaigns),
        clients=_both(one.clients, other.clients),
        supervisors=_both(one.supervisors, other.supervisors),
        agents=_both(one.agents, other.agents),
        finest=max(one.finest, other.finest, key=COARSER.index),
    )


def _both(one: frozenset[int] | None, other: frozenset[int] | None) -> frozenset[int] | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other
