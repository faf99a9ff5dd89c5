"""The company of tests/small.py with its people's records: shifts, courses, surveys, complaints, sales.

Beto moves from Laura's team to Marco's on Tuesday 17 November. Dora calls, but nobody sent her shifts. Eva
left in October. Campaign 3 sells for Alameda. What is written at 23:30 or 00:10 in Mexico City lies on
another day in UTC.
"""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Table

from db.dirty import mark_dirty
from db.tables import agency, facts, reference
from tests import small
from tests.small import ACCOUNT, ALAMEDA, ANA, BETO, CARLA, CEIBA, LAURA, MARCO, NOW, at

DORA, EVA, TERE = 24, 25, 34
SELLING = 3
NOV_10, NOV_15, NOV_16, NOV_17, NOV_18 = (date(2026, 11, day) for day in (10, 15, 16, 17, 18))
HOUR = 3600


def fill(connection: Connection) -> None:
    small.fill(connection)
    _people(connection)
    _contacts(connection)
    _shifts(connection)
    _quality(connection)
    _voice(connection)
    _sales(connection)


def _put(connection: Connection, table: Table, *rows: dict[str, Any]) -> None:
    connection.execute(table.insert(), list(rows))


def _people(connection: Connection) -> None:
    shared = {"email": None, "nicknames": "", "active_from": None, "language": "es"}
    for person, name, role, until in (
        (DORA, "Dora Paz", "agent", None),
        (EVA, "Eva Ríos", "agent", date(2026, 10, 31)),
        (TERE, "Tere Limón", "manager", None),
    ):
        row = {"id": person, "employee_no": f"E{person}", "name": name, "slack_user_id": f"U{person}"}
        _put(connection, reference.people, shared | row | {"role": role, "active_to": until})
    held = reference.memberships
    connection.execute(held.update().where(held.c.person_id == BETO).values(to_on=NOV_17))
    for person, boss, since in ((BETO, MARCO, NOV_17), (DORA, MARCO, None), (EVA, LAURA, None)):
        since = since or date(2026, 1, 1)
        _put(connection, held, {"person_id": person, "team": None, "supervisor_id": boss, "from_on": since})
    campaign = {"id": SELLING, "code": "AL-V", "client_id": ALAMEDA, "name": "Alameda Venta", "kind": "VENTA"}
    _put(connection, reference.campaigns, campaign | {"starts_on": None, "ends_on": None})


# account, agent, day, hour, campaign, human, right party, seconds, how many alike
CONTACTS = (
    ("A", ANA, NOV_16, 10, SELLING, True, True, 3600, 1),
    ("B", ANA, NOV_17, 10, SELLING, True, True, 1800, 1),
    ("C", BETO, NOV_17, 23, SELLING, True, True, 3600, 1),
    ("J", CARLA, NOV_17, 15, 2, True, False, 1800, 1),
    ("H", DORA, NOV_17, 15, SELLING, True, True, 5000, 1),
    # The weeks that staffing is measured on: Ana makes 31 + 9 calls (one is of tests/small.py), Carla 21.
    ("A", ANA, NOV_10, 10, 1, False, False, 0, 30),
    ("J", ANA, NOV_10, 11, 2, False, False, 0, 9),
    ("J", CARLA, NOV_10, 10, 2, False, False, 0, 20),
    ("K", DORA, NOV_10, 10, 2, False, False, 0, 5),
    ("A", None, NOV_10, 12, 1, False, False, 0, 4),
)


def _contacts(connection: Connection) -> None:
    for letter, agent, day, hour, campaign, human, rpc, seconds, times in CONTACTS:
        client = CEIBA if campaign == 2 else ALAMEDA
        row = {
            "client_id": client,
            "campaign_id": campaign,
            "account_id": ACCOUNT[letter],
            "agent_id": agent,
            "started_at": at(day, hour),
            "started_on": day,
            "started_hour": hour,
            "channel": "call",
            "result_code": "NEG" if human else "NCO",
            "human": human,
            "rpc": rpc,
            "party": "TITULAR" if rpc else None,
            "talk_seconds": seconds,
            "wrap_seconds": 0,
        }
        _put(connection, facts.contacts, *[row] * times)
        mark_dirty(connection, "contacts", client, [day], NOW)


# agent, day, first hour and minute, hours, name, productive and available hours (None = not sent), attended
SHIFTS = (
    (ANA, NOV_10, (8, 0), 8, "matutino", 6, 5, True),
    (CARLA, NOV_10, (8, 0), 6, "matutino", 4, 3, True),
    (BETO, NOV_15, (23, 30), 1, "nocturno", 1, 0.5, True),
    (ANA, NOV_16, (8, 0), 8, "matutino", 6, 3, True),
    (ANA, NOV_17, (8, 0), 8, "matutino", 7, 2, True),
    (BETO, NOV_16, (22, 0), 8, "nocturno", 6, 4, True),
    (BETO, NOV_17, (22, 0), 8, "nocturno", None, None, True),
    (CARLA, NOV_16, (8, 0), 8, "matutino", 0, 0, False),
    (CARLA, NOV_17, (14, 0), 6, "vespertino", 5, 2, True),
)


def _shifts(connection: Connection) -> None:
    for agent, day, (hour, minute), hours, name, productive, available, attended in SHIFTS:
        starts = at(day, hour, minute)
        row = {
            "agent_id": agent,
            "starts_at": starts,
            "ends_at": starts + timedelta(hours=hours),
            "starts_on": day,
            "shift": name,
            "productive_seconds": None if productive is None else productive * HOUR,
            "available_seconds": None if available is None else int(available * HOUR),
            "attended": attended,
        }
        _put(connection, facts.shifts, row)


# agent, when in Mexico City, points, possible, critical error
EVALUATIONS = (
    (ANA, (NOV_16, 12, 0), 90, 100, False),
    (ANA, (NOV_17, 12, 0), 80, 100, True),
    (BETO, (NOV_16, 23, 30), 50, 50, False),
    (CARLA, (NOV_17, 12, 0), 35, 50, False),
)
# agent, course, assigned, passed, certificate's last day
TRAININGS = (
    (ANA, "CONDUSEF", date(2026, 1, 10), date(2026, 1, 20), NOV_18),
    (ANA, "Negociación", date(2026, 10, 1), None, None),
    (BETO, "CONDUSEF", date(2025, 1, 10), date(2025, 1, 20), date(2026, 1, 20)),
    (BETO, "CONDUSEF", date(2026, 2, 1), date(2026, 2, 10), None),
    (CARLA, "CONDUSEF", NOV_18, None, None),
    (CARLA, "Ética", NOV_18 + timedelta(days=1), None, None),
    (EVA, "CONDUSEF", date(2026, 1, 10), date(2026, 1, 20), None),
)


def _quality(connection: Connection) -> None:
    for agent, when, points, possible, critical in EVALUATIONS:
        row = {
            "agent_id": agent,
            "evaluated_at": at(*when),
            "evaluated_on": when[0],
            "points_micros": points * 1_000_000,
            "possible_micros": possible * 1_000_000,
            "critical_error": critical,
        }
        _put(connection, agency.evaluations, row)
    for agent, course, assigned, passed, valid in TRAININGS:
        row = {"agent_id": agent, "course": course, "assigned_on": assigned}
        _put(connection, agency.trainings, row | {"passed_on": passed, "valid_to": valid})


# agent, account, when, scale, score
SURVEYS = (
    (ANA, "A", (NOV_16, 12, 0), "csat5", 5),
    (ANA, None, (NOV_16, 13, 0), "csat5", 4),
    (ANA, "B", (NOV_17, 12, 0), "csat5", 3),
    (CARLA, "J", (NOV_17, 12, 0), "csat5", 2),
    (BETO, "C", (NOV_16, 23, 50), "csat5", 1),
    (ANA, "A", (NOV_16, 12, 0), "nps", 10),
    (CARLA, "J", (NOV_17, 12, 0), "nps", 9),
    (BETO, "C", (NOV_17, 12, 0), "nps", 6),
    (ANA, None, (NOV_17, 12, 0), "nps", 8),
)
# register, account, when received
CASES = (
    ("complaints", "A", (NOV_16, 12, 0)),
    ("complaints", "C", (date(2026, 11, 12), 12, 0)),
    ("complaints", "J", (NOV_18, 0, 10)),
    ("arco", "B", (NOV_17, 12, 0)),
)


def _voice(connection: Connection) -> None:
    for agent, letter, when, scale, score in SURVEYS:
        row = {"agent_id": agent, "answered_at": at(*when), "answered_on": when[0], "scale": scale}
        _put(
            connection,
            facts.surveys,
            row | {"account_id": ACCOUNT[letter] if letter else None, "score": score},
        )
    for register, letter, when in CASES:
        ours = letter in "JK"
        row = {
            "register": register,
            "client_id": CEIBA if ours else ALAMEDA,
            "campaign_id": 2 if ours else 1,
            "account_id": ACCOUNT[letter],
            "received_at": at(*when),
            "received_on": when[0],
            "kind": "TRATO",
            "channel": "REDECO",
        }
        _put(connection, agency.cases, row)


# agent, campaign, when, pesos, activated, cancelled
SALES = (
    (ANA, SELLING, (NOV_16, 23, 30), 10_000, NOV_17, None),
    (ANA, SELLING, (NOV_17, 12, 0), 5_000, None, None),
    (ANA, SELLING, (NOV_17, 13, 0), 7_000, NOV_17, NOV_18),
    (BETO, SELLING, (NOV_17, 23, 0), None, NOV_18, None),
    (ANA, 1, (NOV_17, 14, 0), 2_000, NOV_17, NOV_18 + timedelta(days=1)),
)


def _sales(connection: Connection) -> None:
    for agent, campaign, when, pesos, activated, cancelled in SALES:
        row = {
            "client_id": ALAMEDA,
            "campaign_id": campaign,
            "agent_id": agent,
            "sold_at": at(*when),
            "sold_on": when[0],
            "product": "SEGURO" if campaign == SELLING else "TDC",
            "amount_cents": None if pesos is None else pesos * 100,
            "activated_on": activated,
            "cancelled_on": cancelled,
        }
        _put(connection, agency.sales, row)
