"""For whose accounts agents are cleared: clients and campaigns named for them, and the course of a client."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Table, select

from db.courses import known_courses, taken
from db.marks import same_kind
from db.tables.reference import clients, person_campaigns, person_clients


@dataclass(frozen=True)
class Certified:
    """Where nothing is named for an agent she works for all. `lacking`: agents and clients whose course they
    have no certificate of."""

    clients: Mapping[int, Collection[int]]
    campaigns: Mapping[int, Collection[int]]
    lacking: Collection[tuple[int, int]]

    def takes(self, agent: int, client: int, campaign: int) -> bool:
        return (
            client in self.clients.get(agent, (client,))
            and campaign in self.campaigns.get(agent, (campaign,))
            and (agent, client) not in self.lacking
        )


def certified(
    connection: Connection, agents: Collection[int], certificates: Mapping[str, str], on: date
) -> Certified:
    """`certificates`: client code -> the course whose certificate has to hold that day."""
    return Certified(
        _named(connection, person_clients, "client_id", agents),
        _named(connection, person_campaigns, "campaign_id", agents),
        _lacking(connection, agents, certificates, on),
    )


def _named(connection: Connection, table: Table, column: str, agents: Collection[int]) -> dict[int, set[int]]:
    query = select(table.c.person_id, table.c[column]).where(table.c.person_id.in_(sorted(agents)))
    found: dict[int, set[int]] = defaultdict(set)
    for person, named in connection.execute(query):
        found[person].add(named)
    return dict(found)


def _lacking(
    connection: Connection, agents: Collection[int], certificates: Mapping[str, str], on: date
) -> set[tuple[int, int]]:
    if not certificates:
        return set()
    query = select(clients.c.id, clients.c.code).where(clients.c.code.in_(sorted(certificates)))
    written = known_courses(connection)
    found: set[tuple[int, int]] = set()
    for client, code in connection.execute(query).all():
        holding: set[int] = set()
        for course in (each for each in written if same_kind(each, certificates[code])):
            had = taken(connection, agents, course)
            holding |= {agent for agent, last in had.items() if last.holds(on)}
        found |= {(agent, client) for agent in agents if agent not in holding}
    return found
