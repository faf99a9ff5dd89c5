"""A company small enough to count by hand. "Now" is Wednesday 18 November 2026, 10:30 in Mexico City.

Alameda (campaign AL1, Laura's team: Ana and Beto) holds the textbook roll case, from the cut of 31 October
to that of 18 November: A 1-30 -> 31-60, B stays, C cures, D is recalled, E is absent because it paid off,
F is charged off, G is current throughout, H is absent and nobody says why.
Ceiba (campaign CE1, Marco's team: Carla) has J 31-60 -> 61-90 and K which stays.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table

from db.buckets import bucket_of, edges_of
from db.dirty import mark_dirty
from db.tables import facts, reference

ZONE = ZoneInfo("America/Mexico_City")
NOW = datetime(2026, 11, 18, 10, 30, tzinfo=ZONE)
EDGES = "30|60|90|120|150|180"
OCT_31, NOV_15, NOV_18 = date(2026, 10, 31), date(2026, 11, 15), date(2026, 11, 18)
ALAMEDA, CEIBA = 1, 2
LAURA, MARCO, ANA, BETO, CARLA, GLORIA, CLIENTE, CARO = 11, 12, 21, 22, 23, 31, 32, 33
ACCOUNT = {letter: n for n, letter in enumerate("ABCDEFGHJK", start=1)}


def at(day: date, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def fill(connection: Connection) -> None:
    """Writes it all and marks every day."""
    _people(connection)
    _portfolio(connection)
    _balances(connection)
    _payments(connection)
    _contacts(connection)
    _promises(connection)
    _targets(connection)


def _put(connection: Connection, table: Table, *rows: dict[str, Any]) -> None:
    connection.execute(table.insert(), list(rows))


def _people(connection: Connection) -> None:
    shared = {"email": None, "nicknames": "", "active_from": None, "active_to": None}

    def person(i: int, name: str, role: str, language: str = "es", nicknames: str = "") -> dict[str, Any]:
        return shared | {
            "id": i,
            "employee_no": f"E{i}",
            "name": name,
            "role": role,
            "slack_user_id": f"U{i}",
            "language": language,
            "nicknames": nicknames,
        }

    _put(
        connection,
        reference.people,
        person(LAURA, "Laura Ibáñez", "supervisor"),
        person(MARCO, "Marco Rey", "supervisor", "en"),
        person(ANA, "Ana Ruiz", "agent"),
        person(BETO, "Alberto Núñez", "agent", nicknames="Beto"),
        person(CARLA, "Carla Méndez", "agent"),
        person(GLORIA, "Gloria Sosa", "manager"),
        person(CLIENTE, "Óscar Banco", "client_viewer"),
        person(CARO, "Caro Luna", "compliance"),
    )
    teams = [(ANA, "Norte", LAURA), (BETO, "Norte", LAURA), (CARLA, "Sur", MARCO)]
    teams += [(LAURA, "Norte", None), (MARCO, "Sur", None)]  # type: ignore[list-item]
    _put(
        connection,
        reference.memberships,
        *(
            {
                "person_id": person_id,
                "team": team,
                "supervisor_id": boss,
                "from_on": date(2026, 1, 1),
                "to_on": None,
            }
            for person_id, team, boss in teams
        ),
    )


def _portfolio(connection: Connection) -> None:
    def client(i: int, code: str, name: str, regime: str) -> dict[str, Any]:
        return {
            "id": i,
            "code": code,
            "name": name,
            "regime": regime,
            "bucket_edges": EDGES,
            "promise_grace_days": 2,
            "promise_threshold_pct": 100,
            "payment_lag_days": 2,
            "pay_accounts": "",
        }

    _put(
        connection,
        reference.clients,
        client(ALAMEDA, "ALA", "Banco Alameda", "FINANCIERA"),
        client(CEIBA, "CEI", "Tiendas La Ceiba", "COMERCIAL"),
    )
    dates = {"starts_on": None, "ends_on": None, "kind": "COBRANZA"}
    _put(
        connection,
        reference.campaigns,
        dates | {"id": 1, "code": "AL1", "client_id": ALAMEDA, "name": "Alameda Tarjetas"},
        dates | {"id": 2, "code": "CE1", "client_id": CEIBA, "name": "Ceiba Crédito"},
    )
    _put(connection, reference.person_clients, {"person_id": CLIENTE, "client_id": ALAMEDA})
    _put(connection, reference.accounts, *(_account(letter) for letter in ACCOUNT))
    agents = dict.fromkeys("ABCDG", ANA) | dict.fromkeys("EFH", BETO) | dict.fromkeys("JK", CARLA)
    _put(
        connection,
        reference.assignments,
        *(
            {
                "account_id": ACCOUNT[letter],
                "agent_id": agent,
                "mode": "manual",
                "from_at": at(date(2026, 10, 1)),
                "to_at": None,
                "from_on": date(2026, 10, 1),
                "to_on": None,
            }
            for letter, agent in agents.items()
        ),
    )


PESOS = dict(zip("ABCDEFGHJK", (1000, 2000, 3000, 4000, 5000, 6000, 900, 7000, 1500, 2500), strict=True))
RECALLED = {"D": (date(2026, 11, 10), "RETIRO"), "F": (date(2026, 11, 12), "CASTIGO")}


def _account(letter: str) -> dict[str, Any]:
    ours = letter in "JK"
    dpd = {"G": 0, "J": 45, "K": 40}.get(letter, 20)
    label, number = bucket_of(dpd, edges_of(EDGES))
    recalled, reason = RECALLED.get(letter, (None, None))
    empty = ("principal", "interest", "late_interest", "fees", "overdue", "min_payment")
    return dict.fromkeys([f"{name}_cents" for name in empty]) | {
        "id": ACCOUNT[letter],
        "client_id": CEIBA if ours else ALAMEDA,
        "campaign_id": 2 if ours else 1,
        "account_no": f"00{letter}",
        "debtor_id": None,
        "product": "TDC" if letter in "ABG" else "PERSONAL",
        "state": "Jalisco" if letter in "AC" else "CDMX",
        "municipality": None,
        "placed_on": date(2026, 10, 1),
        "balance_cents": PESOS[letter] * 100,
        "dpd": dpd,
        "bucket": label,
        "bucket_no": number,
        "max_discount_pct": None,
        "payment_reference": None,
        "first_default_on": None,
        "recalled_on": recalled,
        "recall_reason": reason,
        "special": letter == "B",
        "first_cut_on": OCT_31,
    }


CUTS: dict[date, dict[str, int]] = {
    OCT_31: {"A": 20, "B": 10, "C": 25, "D": 20, "E": 20, "F": 20, "G": 0, "H": 20, "J": 45, "K": 40},
    NOV_15: {"A": 35, "B": 15, "C": 30, "G": 0, "J": 60, "K": 42},
    NOV_18: {"A": 38, "B": 18, "C": 0, "G": 0, "J": 63, "K": 44},
}


def _balances(connection: Connection) -> None:
    rows = []
    for day, dpds in CUTS.items():
        for letter, dpd in dpds.items():
            label, number = bucket_of(dpd, edges_of(EDGES))
            rows.append(
                {
                    "client_id": CEIBA if letter in "JK" else ALAMEDA,
                    "as_of": day,
                    "account_id": ACCOUNT[letter],
                    "campaign_id": 2 if letter in "JK" else 1,
                    "balance_cents": PESOS[letter] * 100,
                    "overdue_cents": None,
                    "dpd": dpd,
                    "bucket": label,
                    "bucket_no": number,
                    "status": None,
                    "load_id": None,
                }
            )
        for client in (ALAMEDA, CEIBA):
            mark_dirty(connection, "positions", client, [day], NOW)
    _put(connection, facts.balances, *rows)


# letter, reference, day, pesos, what it takes back
PAYMENTS = (
    ("E", "P1", date(2026, 11, 5), 5000, None),
    ("B", "P2", date(2026, 11, 9), 300, None),
    ("B", "P3", date(2026, 11, 17), 200, None),
    ("B", "R3", date(2026, 11, 18), -200, "P3"),
    ("J", "P4", date(2026, 11, 17), 150, None),
    ("A", "P5", date(2026, 10, 7), 400, None),
)


def _payments(connection: Connection) -> None:
    rows = []
    for letter, ref, day, pesos, reverses in PAYMENTS:
        client = CEIBA if letter in "JK" else ALAMEDA
        rows.append(
            {
                "client_id": client,
                "campaign_id": 2 if letter in "JK" else 1,
                "account_id": ACCOUNT[letter],
                "payment_ref": ref,
                "paid_on": day,
                "posted_on": day + timedelta(days=1),
                "amount_cents": pesos * 100,
                "channel": "SPEI",
                "reverses_ref": reverses,
                "load_id": None,
            }
        )
        mark_dirty(connection, "payments", client, [day], NOW)
    _put(connection, facts.payments, *rows)


# letter, agent, day, hour, code, human, right party, talk, wrap
CONTACTS = (
    ("A", ANA, NOV_18, 9, "NCO", False, False, 0, 0),
    ("A", ANA, NOV_18, 10, "PDP", True, True, 180, 20),
    ("B", ANA, NOV_18, 10, "TER", True, False, 60, 40),
    ("C", BETO, NOV_18, 9, "BUZ", False, False, 0, 0),
    ("J", CARLA, NOV_18, 9, "NEG", True, True, 300, 60),
    ("K", CARLA, date(2026, 11, 11), 9, "PDP", True, True, 100, 0),
    ("E", ANA, date(2026, 11, 4), 9, "PDP", True, True, 100, 20),
)


def _contacts(connection: Connection) -> None:
    rows = []
    for letter, agent, day, hour, code, human, rpc, talk, wrap in CONTACTS:
        client = CEIBA if letter in "JK" else ALAMEDA
        rows.append(
            {
                "client_id": client,
                "campaign_id": 2 if letter in "JK" else 1,
                "account_id": ACCOUNT[letter],
                "agent_id": agent,
                "started_at": at(day, hour),
                "started_on": day,
                "started_hour": hour,
                "channel": "call",
                "result_code": code,
                "human": human,
                "rpc": rpc,
                "party": "TITULAR" if rpc else None,
                "talk_seconds": talk,
                "wrap_seconds": wrap,
            }
        )
        mark_dirty(connection, "contacts", client, [day], NOW)
    _put(connection, facts.contacts, *rows)


# letter, agent, made, due, pesos; grace 2 bank days, lag 2 days; 16 November is a holiday
PROMISES = (
    ("E", ANA, date(2026, 11, 4), date(2026, 11, 5), 5000),  # kept
    ("B", ANA, date(2026, 11, 5), date(2026, 11, 9), 600),  # half paid: partial
    ("K", CARLA, date(2026, 11, 6), date(2026, 11, 10), 700),  # nothing: broken
    ("A", ANA, NOV_18, date(2026, 11, 20), 100),  # may still be paid
)


def _promises(connection: Connection) -> None:
    rows = []
    for letter, agent, made, due, pesos in PROMISES:
        client = CEIBA if letter in "JK" else ALAMEDA
        rows.append(
            {
                "client_id": client,
                "campaign_id": 2 if letter in "JK" else 1,
                "account_id": ACCOUNT[letter],
                "agent_id": agent,
                "made_at": at(made),
                "made_on": made,
                "due_on": due,
                "amount_cents": pesos * 100,
                "load_id": None,
            }
        )
        mark_dirty(connection, "promises", client, [made], NOW)
    _put(connection, facts.promises, *rows)


def _targets(connection: Connection) -> None:
    """November has 24 working days (Mon-Sat less the 16th); 14 of them are gone on the 18th."""
    month = {"period_start": date(2026, 11, 1), "period_end": date(2026, 11, 30), "owner": "INTERNA"}
    rows = [("agency", "", 24000), ("campaign", "AL1", 12000), ("campaign", "CE1", 2400)]
    rows += [("supervisor", "E11", 12000)]
    _put(
        connection,
        facts.targets,
        *(
            month
            | {
                "metric": "recovered_amount",
                "scope": scope,
                "scope_code": code,
                "value_micros": pesos * 1_000_000,
                "load_id": None,
            }
            for scope, code, pesos in rows
        ),
    )
