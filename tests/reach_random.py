"""A floor drawn by lot, and changes that come late, marked as the loader marks them."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from db.buckets import bucket_of, edges_of
from db.dirty import mark_dirty, mark_dirty_since
from db.tables import facts, reference
from db.tables.reference import accounts
from tests.small import NOW, at

FIRST, LAST = date(2026, 7, 20), date(2026, 11, 18)
EDGES = {1: "30|60|90|120|150|180", 2: "15|45|90"}
CAMPAIGNS = {1: (1, 2), 2: (3,)}
BOSSES, AGENTS = (11, 12), (21, 22, 23, 24)
PLACED = 30
Row = dict[str, Any]


def some_day(random: Random, first: date = date(2026, 9, 21), last: date = LAST) -> date:
    return first + timedelta(days=random.randrange((last - first).days + 1))


def fill(connection: Connection, random: Random) -> None:
    _people(connection)
    for _ in range(PLACED):
        place(connection, random)
    for client in (1, 2):
        for day in {FIRST, date(2026, 9, 30), *(some_day(random, FIRST) for _ in range(9))}:
            new_cut(connection, random, client, day)
    for draw, times in ((new_contact, 160), (new_promise, 25), (new_payment, 50)):
        for _ in range(times):
            draw(connection, random)


def _people(connection: Connection) -> None:
    for i in (*BOSSES, *AGENTS):
        row = {"id": i, "employee_no": f"E{i}", "name": f"P{i}", "role": "agent", "language": "es"}
        connection.execute(insert(reference.people).values(**row, nicknames=""))
    moved = date(2026, 10, 14)
    for agent, boss, start, end in (
        (21, 11, FIRST, moved),
        (21, 12, moved, None),
        (22, 11, FIRST, None),
        (23, 12, FIRST, None),
    ):
        row = {"person_id": agent, "supervisor_id": boss, "from_on": start, "to_on": end}
        connection.execute(insert(reference.memberships).values(**row))
    rules = {"promise_grace_days": 2, "promise_threshold_pct": 100, "payment_lag_days": 2, "pay_accounts": ""}
    for client, campaigns in CAMPAIGNS.items():
        row = {"id": client, "code": f"C{client}", "name": f"C{client}", "regime": "FINANCIERA"}
        connection.execute(insert(reference.clients).values(**row, **rules, bucket_edges=EDGES[client]))
        for i in campaigns:
            row = {"id": i, "client_id": client, "code": f"K{i}", "name": f"K{i}", "kind": "COBRANZA"}
            connection.execute(insert(reference.campaigns).values(**row))


def place(connection: Connection, random: Random) -> None:
    """A new account: it counts from its day on, until a file names it."""
    client = random.choice((1, 1, 2))
    placed = FIRST if random.random() < 0.6 else some_day(random)
    dpd = random.choice((0, 20, 50))
    label, number = bucket_of(dpd, edges_of(EDGES[client]))
    number_of = connection.execute(select(func.count()).select_from(accounts)).scalar_one() + 1
    row = {
        "id": number_of,
        "client_id": client,
        "campaign_id": random.choice(CAMPAIGNS[client]),
        "account_no": f"A{number_of}",
        "product": random.choice(("TDC", "PERSONAL")),
        "placed_on": placed,
        "balance_cents": random.randrange(1000, 90_000),
        "dpd": dpd,
        "bucket": label,
        "bucket_no": number,
        "special": False,
    }
    connection.execute(insert(accounts).values(**row))
    mark_dirty(connection, "positions", client, [placed], NOW)
    mark_dirty_since(connection, placed, NOW, source="positions", client_id=client)
    if random.random() < 0.8:
        _assign(connection, number_of, random.choice(AGENTS), placed)


def _assign(connection: Connection, account: int, agent: int, day: date) -> None:
    table = reference.assignments
    still = table.c.account_id == account, table.c.to_on.is_(None)
    connection.execute(update(table).where(*still).values(to_at=at(day, 0), to_on=day))
    row = {"account_id": account, "agent_id": agent, "mode": "manual", "from_at": at(day, 0), "from_on": day}
    connection.execute(insert(table).values(**row))


def _any_account(connection: Connection, random: Random) -> Row:
    query = select(accounts.c.id, accounts.c.client_id, accounts.c.campaign_id, accounts.c.placed_on)
    rows = connection.execute(query.order_by(accounts.c.id)).all()
    found = random.choice(rows)
    return dict(found._mapping)


def new_cut(connection: Connection, random: Random, client: int, day: date) -> None:
    """A file of the client: most of its accounts; from now on their placement stands in no more."""
    held = facts.balances
    gone = held.c.client_id == client, held.c.as_of == day
    if connection.execute(select(held.c.account_id).where(*gone).limit(1)).first():
        return
    mine = select(accounts.c.id, accounts.c.campaign_id, accounts.c.first_cut_on).where(
        accounts.c.client_id == client, accounts.c.placed_on <= day
    )
    for account, campaign, first in connection.execute(mine.order_by(accounts.c.id)).all():
        if random.random() < 0.85:
            row = {"client_id": client, "as_of": day, "account_id": account, "campaign_id": campaign}
            connection.execute(insert(held).values(**row, **_standing(random, client)))
            if first is None or day < first:
                connection.execute(update(accounts).where(accounts.c.id == account).values(first_cut_on=day))
    mark_dirty(connection, "positions", client, [day], NOW)
    mark_dirty_since(connection, day, NOW, source="positions", client_id=client)


def _standing(random: Random, client: int) -> Row:
    status = random.choice((None,) * 16 + ("LIQUIDADA", "CASTIGADA"))
    dpd = random.choice((0, 0, 0, 5, 20, 40, 100))
    label, number = bucket_of(dpd, edges_of(EDGES[client]), status)
    cents = random.randrange(1000, 90_000)
    return {"balance_cents": cents, "dpd": dpd, "bucket": label, "bucket_no": number, "status": status}


def new_contact(connection: Connection, random: Random) -> None:
    account, day = _any_account(connection, random), some_day(random)
    human = random.random() < 0.5
    row = {
        "client_id": account["client_id"],
        # An account placed anew in another campaign has contacts of both.
        "campaign_id": random.choice((account["campaign_id"], *CAMPAIGNS[account["client_id"]])),
        "account_id": account["id"],
        "agent_id": random.choice((*AGENTS, None)),
        "started_at": at(day),
        "started_on": day,
        "started_hour": 10,
        "channel": random.choice(("call", "sms")),
        "result_code": "NCO",
        "human": human,
        "rpc": human and random.random() < 0.5,
        "talk_seconds": 0,
        "wrap_seconds": 0,
    }
    connection.execute(insert(facts.contacts).values(**row))
    mark_dirty(connection, "contacts", account["client_id"], [day], NOW)


def new_promise(connection: Connection, random: Random) -> None:
    account, day = _any_account(connection, random), some_day(random)
    row = {
        "client_id": account["client_id"],
        "campaign_id": account["campaign_id"],
        "account_id": account["id"],
        "agent_id": random.choice((*AGENTS, None)),
        "made_at": at(day),
        "made_on": day,
        "due_on": day,
        "amount_cents": 10_000,
    }
    connection.execute(insert(facts.promises).values(**row))
    mark_dirty(connection, "promises", account["client_id"], [day], NOW)


def new_payment(connection: Connection, random: Random) -> None:
    account, day = _any_account(connection, random), some_day(random)
    number = connection.execute(select(func.count()).select_from(facts.payments)).scalar_one()
    row = {
        "client_id": account["client_id"],
        "campaign_id": account["campaign_id"],
        "account_id": account["id"],
        "payment_ref": f"R{number}",
        "paid_on": day,
        "posted_on": day,
        "amount_cents": random.choice((5000, 5000, 9000, -5000, -9000)),
    }
    connection.execute(insert(facts.payments).values(**row))
    mark_dirty(connection, "payments", account["client_id"], [day], NOW)


# --- what is corrected ---------------------------------------------------------------------------------


def _moved_payment(connection: Connection, random: Random) -> None:
    table = facts.payments
    query = select(table.c.id, table.c.client_id, table.c.paid_on).order_by(table.c.id)
    payment, client, old = random.choice(connection.execute(query).all())
    new = some_day(random)
    connection.execute(update(table).where(table.c.id == payment).values(paid_on=new, posted_on=new))
    mark_dirty(connection, "payments", client, [old, new], NOW)


def _corrected_cut(connection: Connection, random: Random) -> None:
    table = facts.balances
    key = table.c.client_id, table.c.as_of, table.c.account_id
    found = random.choice(connection.execute(select(*key).order_by(*key)).all())
    same = (column == value for column, value in zip(key, found, strict=True))
    connection.execute(update(table).where(*same).values(**_standing(random, found[0])))
    mark_dirty(connection, "positions", found[0], [found[1]], NOW)


def _late_cut(connection: Connection, random: Random) -> None:
    new_cut(connection, random, random.choice((1, 2)), some_day(random, FIRST))


def _handed_over(connection: Connection, random: Random) -> None:
    account = _any_account(connection, random)
    table = reference.assignments
    last = select(func.max(table.c.from_on)).where(table.c.account_id == account["id"])
    since = connection.execute(last).scalar() or account["placed_on"]
    day = since + timedelta(days=random.randrange(1, 30))
    _assign(connection, account["id"], random.choice(AGENTS), day)
    for source in ("positions", "payments"):
        mark_dirty_since(connection, day, NOW, source=source, client_id=account["client_id"])


def _new_team(connection: Connection, random: Random) -> None:
    table = reference.memberships
    last = connection.execute(select(func.max(table.c.from_on)).where(table.c.person_id == 23)).scalar_one()
    day = last + timedelta(days=random.randrange(1, 60))
    still = table.c.person_id == 23, table.c.to_on.is_(None)
    connection.execute(update(table).where(*still).values(to_on=day))
    row = {"person_id": 23, "supervisor_id": random.choice(BOSSES), "from_on": day}
    connection.execute(insert(table).values(**row))
    mark_dirty_since(connection, day, NOW)


def _recalled(connection: Connection, random: Random) -> None:
    account, day = _any_account(connection, random), some_day(random)
    old = connection.execute(select(accounts.c.recalled_on).where(accounts.c.id == account["id"])).scalar()
    connection.execute(update(accounts).where(accounts.c.id == account["id"]).values(recalled_on=day))
    for each in (day, old) if old else (day,):
        mark_dirty(connection, "positions", account["client_id"], [each], NOW)
        mark_dirty_since(connection, each, NOW, source="positions", client_id=account["client_id"])


def _placed_anew(connection: Connection, random: Random) -> None:
    account, day = _any_account(connection, random), some_day(random)
    changed = {"placed_on": day, "campaign_id": random.choice(CAMPAIGNS[account["client_id"]])}
    connection.execute(update(accounts).where(accounts.c.id == account["id"]).values(**changed))
    for each in (day, account["placed_on"]):
        mark_dirty(connection, "positions", account["client_id"], [each], NOW)
        for source in ("positions", "payments"):
            mark_dirty_since(connection, each, NOW, source=source, client_id=account["client_id"])


CHANGES: tuple[Callable[[Connection, Random], None], ...] = (
    new_contact,
    new_promise,
    new_payment,
    place,
    _moved_payment,
    _corrected_cut,
    _late_cut,
    _handed_over,
    _new_team,
    _recalled,
    _placed_anew,
)
