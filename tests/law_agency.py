"""An agency made at random, with breaches planted in it: what was planted where is known without any rule."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from db.law.policy import ClientPolicy, Policy
from db.tables import agency, facts, reference

MEXICO = ZoneInfo("America/Mexico_City")
NOW = datetime(2026, 11, 23, 20, tzinfo=MEXICO)
MONDAY = date(2026, 11, 23)
BANK, SHOP, BOUGHT = 1, 2, 3
POLICY = Policy(clients={"BANK": ClientPolicy(attempts_a_day=2, caller_ids=("5555510001",))})
REGIMES = {BANK: ("BANK", "FINANCIERA"), SHOP: ("SHOP", "COMERCIAL"), BOUGHT: ("OWN", "PROPIA")}
SELLING = 4  # a campaign of the bank's
AGENT, LEAD = 21, 11
# Where a debtor lives, and the agency's hours in November at which a call is lawful there.
PLACES = [
    ("CDMX", "Coyoacán", 7, 22),
    ("Baja California", "Tijuana", 9, 24),
    ("Quintana Roo", "Cancún", 6, 21),
    ("Chihuahua", "Juárez", 8, 23),
    ("Sonora", "Hermosillo", 8, 23),
]


@dataclass
class Made:
    """Rows by table, and which (rule, contact) must be found."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    planted: set[tuple[str, int]] = field(default_factory=set)

    def add(self, table: str, **row: Any) -> int:
        kept = self.rows.setdefault(table, [])
        kept.append({"id": len(kept) + 1, **row})
        return len(kept)


def made(seed: int, each: int = 3, plain: int = 60) -> Made:
    chance, agency_ = random.Random(seed), Made()
    for _ in range(plain):
        contact(agency_, chance)
    for _ in range(each):
        for plant in PLANTS:
            plant(agency_, chance)
    return agency_


def contact(
    agency_: Made,
    chance: random.Random,
    *,
    client: int = BANK,
    day: date = MONDAY,
    hour: float | None = None,
    place: tuple[str, str, int, int] | None = None,
    account: Mapping[str, Any] | None = None,
    phone: Mapping[str, Any] | None = None,
    debtor: Mapping[str, Any] | None = None,
    **said: Any,
) -> tuple[int, int]:
    """A new debtor's account and one lawful contact of it, changed as asked: (contact, account)."""
    where = place or chance.choice(PLACES)
    n = len(agency_.rows.get("accounts", ()))
    born = date(1940 + chance.randrange(50), 3, 3)
    someone = {"client_id": client, "debtor_ref": f"D{n}", "name": "X Y", "birth_date": born}
    person = agency_.add("debtors", **{**someone, **(debtor or {})})
    lives = {"state": where[0], "municipality": where[1]}
    number = agency_.add("accounts", **{**_account(client, n, person), **lives, **(account or {})})
    listed = {"phone": "5512345678", "owner": "TITULAR", "source": "CLIENTE"}
    agency_.add("phones", **{"account_id": number, **listed, **(phone or {})})
    when = hour if hour is not None else chance.uniform(max(where[2], 9), min(where[3], 20.9))
    return _contact(agency_, number, client, day, when, said), number


def _contact(
    agency_: Made, account: int, client: int, day: date, hour: float, said: Mapping[str, Any]
) -> int:
    at = datetime(day.year, day.month, day.day, tzinfo=MEXICO) + timedelta(seconds=round(hour * 3600))
    row = {
        "client_id": client,
        "campaign_id": client,
        "account_id": account,
        "agent_id": AGENT,
        "started_at": at.astimezone(UTC),
        "started_on": at.date(),
        "started_hour": at.hour,
        "channel": "call",
        "result_code": "PDP",
        "human": True,
        "rpc": True,
        "party": "TITULAR",
        "talk_seconds": 60,
        "wrap_seconds": 10,
        "phone": "5512345678",
        "caller_id": "5555510001",
        "note": None,
    }
    return agency_.add("contacts", **{**row, **said})


def _account(client: int, n: int, debtor: int) -> dict[str, Any]:
    return {
        "client_id": client,
        "campaign_id": client,
        "account_no": f"{client}-{n:06}",
        "debtor_id": debtor,
        "placed_on": date(2026, 1, 1),
        "balance_cents": 100_000,
        "dpd": 40,
        "bucket": "31-60",
        "bucket_no": 2,
        "recalled_on": None,
        "special": False,
    }


def _of(rule: str, **change: Any) -> Any:
    def plant(agency_: Made, chance: random.Random) -> None:
        found, _ = contact(agency_, chance, **change)
        agency_.planted.add((rule, found))

    return plant


def _lawful(**change: Any) -> Any:
    """A near miss: nothing must be found."""

    def plant(agency_: Made, chance: random.Random) -> None:
        contact(agency_, chance, **change)

    return plant


def _stopped(register: str, rule: str | None, since: float, until: float | None = None, **change: Any) -> Any:
    """A hold or an opt-out from an hour of that Monday on, until another; the call is at noon."""

    def plant(agency_: Made, chance: random.Random) -> None:
        found, account = contact(agency_, chance, hour=12, **change)
        start = datetime(2026, 11, 23, tzinfo=MEXICO)
        at, end = start + timedelta(hours=since), start + timedelta(hours=until or 0)
        agency_.add("cases", register=register, client_id=BANK, campaign_id=BANK, account_id=account,
            received_at=at, received_on=MONDAY, kind="Oposición" if register == "arco" else "Aclaración",
            closed_at=end if until else None, closed_on=MONDAY if until else None)  # fmt: skip
        if rule:
            agency_.planted.add((rule, found))

    return plant


def _tried(agency_: Made, chance: random.Random) -> None:
    """Four attempts where two were agreed, in any order of arrival."""
    first, account = contact(agency_, chance, hour=12)
    hours = [13.0, 14.0, 15.0]
    chance.shuffle(hours)
    added = {hour: _contact(agency_, account, BANK, MONDAY, hour, {}) for hour in hours}
    agency_.planted |= {("R35", added[14.0]), ("R35", added[15.0])}
    assert first


def _settled(agency_: Made, chance: random.Random) -> None:
    for cents, status, paid in ((0, None, True), (100, "LIQUIDADA", True), (100, None, False)):
        found, account = contact(agency_, chance)
        agency_.add("balances", client_id=BANK, as_of=date(2026, 11, 20), account_id=account,
            campaign_id=BANK, balance_cents=cents, dpd=0, bucket="0", bucket_no=0, status=status)  # fmt: skip
        if paid:
            agency_.planted.add(("R22", found))


TIJUANA, CANCUN, CDMX = PLACES[1], PLACES[2], PLACES[0]
SUNDAY, SATURDAY = date(2026, 11, 22), date(2026, 11, 21)
THIRD = {"party": "TERCERO", "result_code": "TER"}
PLANTS = (
    _of("R01", place=TIJUANA, hour=8.5),
    _of("R01", place=CANCUN, hour=21.0),
    _lawful(place=CANCUN, hour=20.999),
    _lawful(place=TIJUANA, hour=23.9),
    _of("R04", place=CDMX, hour=6.9, channel="whatsapp", human=False, party=None),
    _lawful(place=CDMX, hour=22.5, channel="letter", human=False, party=None),
    _of("R02", client=SHOP, day=SATURDAY, place=CDMX, hour=12),
    _lawful(client=BANK, day=SATURDAY, place=CDMX, hour=12),
    _of("R03", client=BANK, day=SUNDAY, place=CDMX, hour=12),
    _of("R05", caller_id="5555519999"),
    _of("R05", caller_id="PRIVADO", client=SHOP),
    _lawful(caller_id="+525555510001"),
    _of("R06", party="TERCERO", result_code="NEG"),
    _of("R06", phone={"owner": "REFERENCIA"}, **THIRD),
    _lawful(**THIRD),
    _lawful(phone={"owner": "REFERENCIA"}, human=False, party=None, result_code="NCO"),
    _of("R07", debtor={"birth_date": date(2010, 1, 1)}),
    _lawful(debtor={"birth_date": date(1930, 1, 1)}),
    _of("R08", phone={"source": "BUSQUEDA"}),
    _lawful(phone={"phone": "5500000000"}),  # not on file: nobody knows
    _of("R22", account={"recalled_on": date(2026, 11, 22)}),
    _lawful(account={"recalled_on": MONDAY}),
    _settled,
    _stopped("holds", "R23", 11.9),
    _stopped("arco", "R23", 11.9),
    _stopped("holds", None, 12.1),
    _stopped("holds", None, 8, 11.9),
    _stopped("opt_outs", "R24", 11.9, campaign_id=SELLING),
    _stopped("opt_outs", None, 11.9),
    _of("R30", note="comenta que tiene diabetes"),
    _lawful(note="comenta que paga el viernes"),
    _tried,
)


def _tables() -> Iterator[tuple[str, Any]]:
    yield from (
        ("debtors", reference.debtors),
        ("accounts", reference.accounts),
        ("phones", reference.phones),
        ("contacts", facts.contacts),
        ("cases", agency.cases),
        ("balances", facts.balances),
    )


def put(connection: Connection, agency_: Made) -> None:
    """The whole agency. Contacts keep their numbers, so that what was planted can be told."""
    staff = {"slack_user_id": None, "language": "es", "nicknames": ""}
    people = ((LEAD, "Laura", "supervisor"), (AGENT, "Ana", "agent"))
    for number, name, role in people:
        row = {"id": number, "employee_no": f"E{number}", "name": name, "role": role, **staff}
        connection.execute(reference.people.insert().values(**row))
    member = {"person_id": AGENT, "team": "A", "supervisor_id": LEAD, "from_on": date(2026, 1, 1)}
    connection.execute(reference.memberships.insert().values(**member))
    for client, (code, regime) in REGIMES.items():
        connection.execute(reference.clients.insert().values(id=client, code=code, name=code, regime=regime,
            bucket_edges="30|60", promise_grace_days=2, promise_threshold_pct=100, payment_lag_days=2,
            pay_accounts=""))  # fmt: skip
    for number, client, kind in ((1, 1, "COBRANZA"), (2, 2, "COBRANZA"), (3, 3, "COBRANZA"), (4, 1, "VENTA")):
        row = {"id": number, "code": f"C{number}", "client_id": client, "name": f"C{number}", "kind": kind}
        connection.execute(reference.campaigns.insert().values(**row))
    for name, table in _tables():
        rows = [{k: v for k, v in row.items() if k in table.c} for row in agency_.rows.get(name, ())]
        for row in rows:
            connection.execute(table.insert().values(**row))
