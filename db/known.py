"""The names there are, read again only when somebody may have been added or renamed. Knows no scope."""

from sqlalchemy import Connection, Row, func, select

from db.access import Names, names
from db.tables.facts import file_loads
from db.tables.reference import campaigns, clients, memberships, people

KINDS = ("people", "clients", "campaigns", "accounts")  # the files that add and rename; the last, products
Mark = Row[tuple[int | None, ...]]


class KnownNames:
    """One for each reader of names. A name that is changed otherwise than by a file is seen after a start."""

    def __init__(self) -> None:
        self._held: tuple[Mark, Names] | None = None

    def of(self, connection: Connection) -> Names:
        mark = _mark(connection)
        held = self._held
        if held is None or held[0] != mark:
            held = self._held = mark, names(connection)
        return held[1]


def _mark(connection: Connection) -> Mark:
    """What changes with every load of names, and with every row added: five look-ups of a largest key."""
    loaded = select(func.max(file_loads.c.id)).where(file_loads.c.kind.in_(KINDS)).scalar_subquery()
    newest = (select(func.max(t.c.id)).scalar_subquery() for t in (people, clients, campaigns, memberships))
    return connection.execute(select(loaded, *newest)).one()
