"""The local Slack's team file for the people of a database: whom one can be, in which channels."""

import re
import unicodedata
from typing import Any, NamedTuple

from sqlalchemy import Engine, select

from db.demo.plan import agency_plan
from db.engine import reading
from db.tables.reference import clients, memberships, people, person_clients

AGENTS_SHOWN = 12
# Nobody in the people table: what a colleague from another area would get.
STRANGER = {
    "id": "U0EXTRA1",
    "name": "rosalba.quintero",
    "real_name": "Rosalba Quintero (sin registro)",
    "email": "rosalba.quintero@otraempresa.example",
    "locale": "es-MX",
}
BOT = {
    "user_id": "U0CARTERA",
    "name": "Cartera",
    "token": "xoxb-local-cartera",
    "app_token": "xapp-local-cartera",
    "signing_secret": "solo-en-esta-maquina",
    "commands": ["/cartera"],
}
DIRECTION = frozenset({"director", "manager", "admin"})


class Someone(NamedTuple):
    id: int
    employee_no: str
    name: str
    role: str
    email: str | None
    slack_user_id: str | None
    language: str

    @property
    def user_id(self) -> str:
        return self.slack_user_id or f"U0{_plain(self.employee_no).replace('-', '').upper()}"


def team_file(engine: Engine) -> dict[str, Any]:
    """Everyone but the agents, a dozen of these, and one person the agency does not know."""
    with reading(engine) as connection:
        columns = [people.c[name] for name in Someone._fields]
        rows = connection.execute(select(*columns).where(people.c.active_to.is_(None)).order_by(people.c.id))
        everyone = [Someone(*row) for row in rows]
        client = connection.execute(select(clients.c.id, clients.c.name).order_by(clients.c.id)).first()
        guests = select(person_clients.c.person_id).where(person_clients.c.client_id == (client or (0,))[0])
        invited = set(connection.execute(guests).scalars())
        bosses = set(connection.execute(select(memberships.c.supervisor_id).distinct()).scalars())
    shown = _shown(everyone)
    room = _plain(client.name) if client else "clientes"
    return {
        "team": {"id": "T0CARTERA", "name": "Cartera"},
        "bot": BOT,
        "users": [*(_user(person) for person in shown), STRANGER],
        "channels": _channels(shown, room, invited, bosses),
    }


def _shown(everyone: list[Someone]) -> list[Someone]:
    """Of the agents, those with the most telling names; in another database, the first ones."""
    agents = [person for person in everyone if person.role == "agent"]
    telling = [person for person in agents if person.name in agency_plan().on_slack]
    chosen = {person.id for person in (telling or agents)[:AGENTS_SHOWN]}
    return [person for person in everyone if person.role != "agent" or person.id in chosen]


def _user(person: Someone) -> dict[str, str]:
    handle = person.email.split("@")[0] if person.email else _plain(person.name).replace("-", ".")
    return {
        "id": person.user_id,
        "name": handle,
        "real_name": person.name,
        "email": person.email or f"{handle}@cartera.example",
        "locale": "en-US" if person.language == "en" else "es-MX",
        "title": agency_plan().titles.get(person.role, ""),
    }


def _channels(
    shown: list[Someone], room: str, invited: set[int], bosses: set[int | None]
) -> list[dict[str, Any]]:
    staff = [person.user_id for person in shown if person.role != "client_viewer"]
    with_client = [
        person.user_id
        for person in shown
        if person.id in invited
        or (person.role in DIRECTION and person.role != "admin")
        or person.id in bosses
    ]
    direction = [person.user_id for person in shown if person.role in DIRECTION]
    bot, stranger = str(BOT["user_id"]), STRANGER["id"]
    return [
        {"id": "C0OPERACIONES", "name": "operaciones", "members": [bot, *staff, stranger]},
        {"id": "C0CLIENTE", "name": room, "members": [bot, *with_client]},
        {"id": "C0AVISOS", "name": "avisos", "members": [bot, *staff, stranger]},
        {"id": "C0DIRECCION", "name": "direccion", "members": [bot, *direction], "private": True},
    ]


def _plain(text: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", ascii_only))
