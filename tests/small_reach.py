"""A floor to count different accounts on by hand. "Now" is Wednesday 18 November 2026, 10:30 in Mexico City.

Norte (campaign N1; N2 has nothing) sends files in August, on 30 October, 6, 13 and 17 November; Sur (campaign
S1), whose buckets end at 15, 45 and 90 days, on 31 October, 15 and 18 November. None came on Monday 16.
Laura leads Ana and, until 9 November, Beto; Marco leads Carla and, from the 10th on, Beto.
At Norte's opening cut stand A and B (Ana's), C and D (Beto's); E came on the 5th and R was gone before.
J and K are Carla's, at Sur.
"""

from datetime import date
from typing import Any

from sqlalchemy import Connection, Table, insert

from db.buckets import bucket_of, edges_of
from db.dirty import mark_dirty
from db.tables import facts, reference
from tests.small import NOW, at

NORTE, SUR = 1, 2
LAURA, MARCO, ANA, BETO, CARLA = 11, 12, 21, 22, 23
LETTERS = "ABCDERLJK"
ACCOUNT = {letter: n for n, letter in enumerate(LETTERS, start=1)}
EDGES = {NORTE: "30|60|90|120|150|180", SUR: "15|45|90"}
AGENT = dict(zip(LETTERS, (ANA, ANA, BETO, BETO, ANA, ANA, ANA, CARLA, CARLA), strict=True))
PESOS = dict(zip(LETTERS, (1000, 2000, 3000, 4000, 500, 600, 900, 700, 800), strict=True))
PLACED = {"E": date(2026, 11, 5)}
RECALLED = {"R": date(2026, 10, 29), "D": date(2026, 11, 3)}


def nov(day: int) -> date:
    return date(2026, 11, day)


def client_of(letter: str) -> int:
    return SUR if letter in "JK" else NORTE


def campaign_of(letter: str) -> int:
    return 3 if letter in "JK" else 1


def put(connection: Connection, table: Table, *rows: dict[str, Any]) -> None:
    connection.execute(insert(table), list(rows))


def fill(connection: Connection) -> None:
    """Writes it all and marks every day."""
    _people(connection)
    _portfolio(connection)
    for client, cuts in CUTS.items():
        for day, dpds in cuts.items():
            cut(connection, client, day, dpds)
    for row in CONTACTS:
        contact(connection, *row)
    for letter, ref, day, pesos, reverses in PAYMENTS:
        pay(connection, letter, ref, day, pesos, reverses)
    for letter, agent, day in PROMISES:
        promise(connection, letter, agent, day)


def _people(connection: Connection) -> None:
    shared = {"language": "es", "nicknames": ""}
    people = {
        LAURA: "Laura Ibáñez",
        MARCO: "Marco Rey",
        ANA: "Ana Ruiz",
        BETO: "Beto Núñez",
        CARLA: "Carla Paz",
    }
    for i, name in people.items():
        role = "supervisor" if i < ANA else "agent"
        put(
            connection,
            reference.people,
            shared | {"id": i, "employee_no": f"E{i}", "name": name, "role": role},
        )
    for agent, boss, start, end in (
        (ANA, LAURA, date(2026, 1, 1), None),
        (BETO, LAURA, date(2026, 1, 1), nov(10)),
        (BETO, MARCO, nov(10), None),
        (CARLA, MARCO, date(2026, 1, 1), None),
    ):
        held = {"person_id": agent, "supervisor_id": boss, "from_on": start, "to_on": end}
        put(connection, reference.memberships, held)


def _portfolio(connection: Connection) -> None:
    rules = {"promise_grace_days": 2, "promise_threshold_pct": 100, "payment_lag_days": 2, "pay_accounts": ""}
    for i, name in ((NORTE, "Banco Norte"), (SUR, "Tiendas Sur")):
        row = rules | {"id": i, "code": name[-3:], "name": name, "regime": "FINANCIERA"}
        put(connection, reference.clients, row | {"bucket_edges": EDGES[i]})
    for i, client, code in ((1, NORTE, "N1"), (2, NORTE, "N2"), (3, SUR, "S1")):
        row = {"id": i, "client_id": client, "code": code, "name": f"Campaña {code}", "kind": "COBRANZA"}
        put(connection, reference.campaigns, row)
    for letter in LETTERS:
        _account(connection, letter)


def _account(connection: Connection, letter: str) -> None:
    label, number = bucket_of(35, edges_of(EDGES[client_of(letter)]))
    first = min(day for day, dpds in CUTS[client_of(letter)].items() if letter in dpds or letter == "R")
    row = {
        "id": ACCOUNT[letter],
        "client_id": client_of(letter),
        "campaign_id": campaign_of(letter),
        "account_no": f"00{letter}",
        "product": "TDC" if letter in "AJ" else "PERSONAL",
        "state": "Jalisco" if letter in "AB" else "CDMX",
        "placed_on": PLACED.get(letter, date(2026, 8, 1)),
        "balance_cents": PESOS[letter] * 100,
        "dpd": 35,
        "bucket": label,
        "bucket_no": number,
        "recalled_on": RECALLED.get(letter),
        "recall_reason": "RETIRO" if letter in RECALLED else None,
        "special": False,
        "first_cut_on": first,
    }
    put(connection, reference.accounts, row)
    day = row["placed_on"]
    held = {"account_id": row["id"], "agent_id": AGENT[letter], "mode": "manual"}
    held |= {"from_at": at(day, 0), "to_at": None, "from_on": day, "to_on": None}  # type: ignore[arg-type]
    put(connection, reference.assignments, held)


# Days past due by account; "x" is LIQUIDADA. Cured on 10 August: A and C; on the 17th: B and L.
CUTS: dict[int, dict[date, dict[str, int | str]]] = {
    NORTE: {
        date(2026, 8, 3): {"A": 20, "B": 3, "C": 30, "D": 0, "L": 45},
        date(2026, 8, 10): {"A": 0, "B": 10, "C": 0, "D": 5, "L": 50},
        date(2026, 8, 17): {"A": 0, "B": 0, "C": 0, "D": 9, "L": "x"},
        date(2026, 9, 30): {"A": 10, "B": 0, "C": 0, "D": 40},  # A relapsed
        date(2026, 10, 30): {"A": 40, "B": 5, "C": 0, "D": 70},  # and B, 74 days after its cure
        nov(6): {"A": 47, "B": 12, "C": 0, "E": 24},
        nov(13): {"A": 54, "B": 19, "C": 20, "E": 31},  # C too late: its 90 days ended on the 8th
        nov(17): {"A": 58, "B": 23, "C": 24, "E": 35},
    },
    SUR: {
        date(2026, 10, 31): {"J": 20, "K": 50},
        nov(15): {"J": 43, "K": 92},
        nov(18): {"J": 46, "K": 95},
    },
}


def cut(connection: Connection, client: int, day: date, dpds: dict[str, int | str]) -> None:
    for letter, dpd in dpds.items():
        days = 0 if isinstance(dpd, str) else dpd
        label, number = bucket_of(days, edges_of(EDGES[client]))
        row = {
            "client_id": client,
            "as_of": day,
            "account_id": ACCOUNT[letter],
            "campaign_id": campaign_of(letter),
            "balance_cents": PESOS[letter] * 100,
            "dpd": days,
            "bucket": label,
            "bucket_no": number,
            "status": "LIQUIDADA" if dpd == "x" else None,
        }
        put(connection, facts.balances, row)
    mark_dirty(connection, "positions", client, [day], NOW)


# letter, agent, day, a person answered, the right party
CONTACTS = (
    ("K", CARLA, date(2026, 10, 31), False, False),  # Saturday: a week of two months
    ("K", CARLA, nov(1), False, False),
    ("A", ANA, nov(2), False, False),
    ("A", BETO, nov(2), True, False),
    ("E", ANA, nov(5), False, False),
    ("A", ANA, nov(9), True, True),
    ("A", ANA, nov(9), True, True),
    ("B", BETO, nov(12), True, True),
    ("J", CARLA, nov(18), True, True),
)


def contact(
    connection: Connection, letter: str, agent: int, day: date, human: bool, rpc: bool, channel: str = "call"
) -> None:
    row = {
        "client_id": client_of(letter),
        "campaign_id": campaign_of(letter),
        "account_id": ACCOUNT[letter],
        "agent_id": agent,
        "started_at": at(day),
        "started_on": day,
        "started_hour": 10,
        "channel": channel,
        "result_code": "PDP" if rpc else "RPP" if human else "NCO",
        "human": human,
        "rpc": rpc,
        "party": "TITULAR" if rpc else None,
        "talk_seconds": 60 if human else 0,
        "wrap_seconds": 0,
    }
    put(connection, facts.contacts, row)
    mark_dirty(connection, "contacts", client_of(letter), [day], NOW)


# A's money is given back and comes again; B's is given back today.
PAYMENTS = (
    ("A", "P1", nov(3), 500, None),
    ("A", "R1", nov(10), -500, "P1"),
    ("A", "P2", nov(17), 100, None),
    ("B", "P3", nov(4), 300, None),
    ("B", "R3", nov(18), -300, "P3"),
    ("E", "P4", nov(12), 200, None),
    ("J", "P5", nov(18), 50, None),
)


def pay(
    connection: Connection, letter: str, ref: str, day: date, pesos: int, reverses: str | None = None
) -> None:
    row = {
        "client_id": client_of(letter),
        "campaign_id": campaign_of(letter),
        "account_id": ACCOUNT[letter],
        "payment_ref": ref,
        "paid_on": day,
        "posted_on": day,
        "amount_cents": pesos * 100,
        "reverses_ref": reverses,
    }
    put(connection, facts.payments, row)
    mark_dirty(connection, "payments", client_of(letter), [day], NOW)


PROMISES = (("A", ANA, nov(9)), ("A", ANA, nov(9)), ("J", CARLA, nov(18)))


def promise(connection: Connection, letter: str, agent: int, day: date) -> None:
    row = {
        "client_id": client_of(letter),
        "campaign_id": campaign_of(letter),
        "account_id": ACCOUNT[letter],
        "agent_id": agent,
        "made_at": at(day),
        "made_on": day,
        "due_on": day,
        "amount_cents": 10_000,
    }
    put(connection, facts.promises, row)
    mark_dirty(connection, "promises", client_of(letter), [day], NOW)
