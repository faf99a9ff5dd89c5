"""Walks the record from its first row to its head and its anchors, and names the first that does not hold."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, func, select

from db.tables.house import audit
from db.trail.anchor import Anchor, anchors, ours
from db.trail.chain import Head, head_of
from db.trail.cuts import cuts_of
from db.trail.seal import Seal

Kind = Literal[
    "changed", "deleted", "inserted", "swapped", "other_key", "cut", "older_copy", "head", "anchor"
]
FETCHED = 2_000
LOOKED = 200  # rows after the first that fails, to tell what was done
Line = dict[str, Any]


@dataclass(frozen=True)
class Broken:
    """The first row that does not hold, and what was probably done to it."""

    kind: Kind
    row: int


@dataclass(frozen=True)
class Verdict:
    """`older`: rows from before the chain, for which nobody can vouch. `anchored`: how far the file does."""

    rows: int
    older: int
    retired: int
    anchored: int
    broken: Broken | None = None


def verify(connection: Connection, seal: Seal) -> Verdict:
    head = head_of(connection)
    older = connection.execute(
        select(func.count()).where(audit.c.id <= (head.base if head else 0))
    ).scalar_one()
    lines = list(anchors(seal.anchor))
    walk = _Walk(seal, head or Head(0, "", 0, ""), cuts_of(connection))
    broken = walk.rows(connection) or walk.end(written=head is not None) or walk.anchors(lines)
    if broken and broken.kind == "head" and any(line and line.seq > walk.at for line in lines):
        broken = Broken("cut", walk.at + 1)
    vouched = max((line.seq for line in lines if line), default=0)
    return Verdict(walk.count, older, walk.head.base - older, vouched, broken)


class _Walk:
    """One pass over the rows in their order."""

    def __init__(self, seal: Seal, head: Head, cuts: Mapping[int, str | None]) -> None:
        self._seal, self.head, self._cuts = seal, head, cuts
        self.at, self._mac, self.count = head.base, head.base_mac, 0
        self._macs: dict[int, str] = {}  # of the rows that were anchored

    def rows(self, connection: Connection) -> Broken | None:
        wanted = {line.seq for line in anchors(self._seal.anchor) if line}
        for row in _lines(connection, self.head.base):
            if row["id"] != self.at + 1:
                return Broken("deleted", self.at + 1)
            if not self._holds(self._mac, row):
                return Broken(self._what(connection), self.at + 1)
            self.at, self._mac, self.count = row["id"], row["mac"], self.count + 1
            if self.at in wanted:
                self._macs[self.at] = self._mac
        return None

    def _holds(self, before: str, row: Line) -> bool:
        """As it was recorded; or as it was left when an erased person's words were taken out of it."""
        if self._seal.holds(before, row, row["mac"]):
            return True
        return row["id"] in self._cuts and self._seal.cut_holds(before, row, self._cuts[row["id"]])

    def end(self, *, written: bool) -> Broken | None:
        head = self.head
        if self.at < head.seq:
            return Broken("cut", self.at + 1)
        if self.at > head.seq:
            return Broken("inserted" if written else "head", head.seq + 1)
        untouched = head.seq == head.base and head.seal is None
        sealed = untouched or self._seal.notes(head.seal, *head.sealed_parts)
        return None if sealed and self._mac == head.mac else Broken("head", self.at)

    def anchors(self, lines: list[Anchor | None]) -> Broken | None:
        for line in lines:
            if line is None or not ours(self._seal, line):
                return Broken("anchor", line.seq if line else 0)
            if line.seq > self.at:
                return Broken("older_copy", self.at + 1)
            if line.base > self.head.base or (line.seq > self.head.base and self._macs[line.seq] != line.mac):
                return Broken("older_copy", line.seq)
        return None

    def _what(self, connection: Connection) -> Kind:
        """By the rows that follow: each kind leaves them in a state of its own."""
        after = list(_lines(connection, self.at, LOOKED))
        first, rest = after[0], after[1:]
        if self._was_swapped(after):
            return "swapped"
        if rest and self._held_as(rest[0], first["id"], self._mac):
            return "inserted"
        if rest and self._held_as(rest[0], rest[0]["id"] + 1, first["mac"]):
            return "deleted"
        if not rest:
            own = self.head.mac == first["mac"] and self._seal.notes(self.head.seal, *self.head.sealed_parts)
            return "changed" if own else "other_key"
        follows = self._holds(first["mac"] or "", rest[0])
        return "changed" if follows else "other_key"

    def _was_swapped(self, after: list[Line]) -> bool:
        """Whether the row that stands here was sealed for a place further down."""
        macs = {row["id"]: row["mac"] or "" for row in after}
        befores = {row["id"]: {macs.get(row["id"] - 1, self._mac), macs[row["id"]]} for row in after[1:]}
        return any(self._held_as(after[0], place, mac) for place, those in befores.items() for mac in those)

    def _held_as(self, row: Line, place: int, before: str | None) -> bool:
        return self._holds(before or "", {**row, "id": place})


def _lines(connection: Connection, after: int, most: int | None = None) -> Iterator[Line]:
    query = select(audit).where(audit.c.id > after).order_by(audit.c.id).limit(most)
    with connection.execute(query.execution_options(yield_per=FETCHED)) as found:
        yield from (dict(row._mapping) for row in found)
