"""Which rows a relation holds: days of a flow, a cut for each client, or a pair of cuts for each client."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, and_, false, or_

from db.periods import Period


@dataclass(frozen=True)
class Window:
    """`cuts`: each client's (closing) cut; `openings`: its opening one. Clients send files on different days.

    `known` lists every cut a client has, oldest first; `waiting` the days, by source, that changed and whose
    cells are not rebuilt yet.
    """

    today: date
    period: Period | None = None
    cuts: Mapping[int, date] = field(default_factory=dict)
    openings: Mapping[int, date] = field(default_factory=dict)
    known: Mapping[int, tuple[date, ...]] = field(default_factory=dict)
    waiting: Mapping[str, Period] = field(default_factory=dict)

    def clients_by_cut(self) -> dict[date, list[int]]:
        grouped: dict[date, list[int]] = {}
        for client, cut in sorted(self.cuts.items()):
            grouped.setdefault(cut, []).append(client)
        return grouped

    def clients_by_pair(self) -> dict[tuple[date, date], list[int]]:
        """(opening, closing) -> clients; a client with no opening cut has no pair."""
        grouped: dict[tuple[date, date], list[int]] = {}
        for client, closing in sorted(self.cuts.items()):
            if client in self.openings:
                grouped.setdefault((self.openings[client], closing), []).append(client)
        return grouped


def any_of(conditions: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    """One of the conditions; nothing at all where there is none."""
    return or_(*conditions) if conditions else false()


def on_cuts(
    client: ColumnElement[int], day: ColumnElement[date], grouped: Mapping[date, list[int]]
) -> ColumnElement[bool]:
    return any_of([and_(client.in_(ids), day == cut) for cut, ids in grouped.items()])
