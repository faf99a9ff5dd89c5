"""The demo agency once for each way its totals are built, and corrections drawn by lot. Asserts nothing."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, Row, or_, select

from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.demo.build import build_demo
from db.dirty import mark_dirty, mark_dirty_since
from db.engine import open_engine, writing
from db.lake.engines import summing
from db.lake.reader import refresh_from_lake
from db.tables import facts, metadata, reference
from db.tables.cells import dirty_days

NOW = datetime(2026, 11, 18, 14, 30, tzinfo=ZoneInfo("America/Mexico_City"))
AFTER = NOW + timedelta(hours=2)
OPENING, FIRST = date(2026, 10, 31), date(2026, 11, 1)
CALENDARS = load_calendars()
# The database it is kept in, and who sums it. The first is what the others are compared with.
BUILDERS = (
    ("sqlite", "database"),
    ("postgresql", "database"),
    ("sqlite", "duckdb"),
    ("postgresql", "duckdb"),
    ("sqlite", "spark"),
)
Build = Callable[[Engine, datetime], None]


def fill(url: str, accounts: int) -> Engine:
    engine = open_engine(url)
    metadata.create_all(engine)
    build_demo(engine, now=NOW, accounts=accounts)
    with writing(engine) as connection:
        # The facts are all there; the days summed are fewer, for each asks an engine a dozen selects.
        early = or_(dirty_days.c.source != "positions", dirty_days.c.day < OPENING)
        connection.execute(dirty_days.delete().where(dirty_days.c.day < FIRST, early))
    return engine


@contextmanager
def builder(engine: str, folder: Path, url: str | None = None) -> Iterator[Build]:
    """How the totals are brought up to date, by the database or from a lake in the folder."""
    if engine == "database":
        yield lambda database, now: _ignore(refresh(database, CALENDARS, now=now))
        return
    with summing(engine, url) as sums:
        yield lambda database, now: _ignore(
            refresh_from_lake(
                database,
                folder,
                sums,
                lambda reader: refresh(database, CALENDARS, now=now, reader=reader),
                now=now,
                export=True,
            )
        )


def _ignore(_: object) -> None:
    return None


def correct(engine: Engine, seed: int, count: int = 40) -> None:
    """Late payments and their reversals, late contacts and promises, new balances, recalls, other owners."""
    dice = random.Random(seed)
    with writing(engine) as connection:
        accounts = connection.execute(select(reference.accounts).order_by(reference.accounts.c.id)).all()
        for n in range(count):
            account = dice.choice(accounts)
            on = NOW.date() - timedelta(days=dice.randint(1, 16))
            dice.choice(_CORRECTIONS)(connection, account, on, n, dice)
        for agent in dice.sample(_agents(connection), 2):
            _other_owner(connection, dice.choice(accounts).id, agent, dice)


def _who(account: Row[Any]) -> dict[str, int]:
    return {
        "client_id": account.client_id,
        "campaign_id": account.campaign_id,
        "account_id": account.id,
    }


def _agents(connection: Connection) -> list[int]:
    people = reference.people
    agents = select(people.c.id).where(people.c.role == "agent").order_by(people.c.id)
    return list(connection.execute(agents).scalars())


def _pay(connection: Connection, account: Row[Any], on: date, n: int, dice: random.Random) -> None:
    cents, ref = dice.randint(100, 900_000), f"LATE-{n}"
    rows: list[dict[str, Any]] = [
        {"payment_ref": ref, "paid_on": on, "amount_cents": cents, "reverses_ref": None}
    ]
    if n % 3 == 0:
        back = min(on + timedelta(days=3), NOW.date())
        rows.append({"payment_ref": f"{ref}-R", "paid_on": back, "amount_cents": -cents, "reverses_ref": ref})
    who = _who(account)
    for row in rows:
        connection.execute(facts.payments.insert().values(**who, **row, posted_on=row["paid_on"]))
        for source in ("payments", "posted"):
            mark_dirty(connection, source, who["client_id"], [row["paid_on"]], AFTER)


def _call(connection: Connection, account: Row[Any], on: date, n: int, dice: random.Random) -> None:
    agent = dice.choice(_agents(connection))
    at = datetime(on.year, on.month, on.day, 11, n % 60, tzinfo=NOW.tzinfo)
    values = {"started_at": at, "started_on": on, "started_hour": 11, "channel": "call"}
    found = {"result_code": "TCO", "human": True, "rpc": True, "talk_seconds": n, "wrap_seconds": 5}
    connection.execute(facts.contacts.insert().values(**_who(account), agent_id=agent, **values, **found))
    mark_dirty(connection, "contacts", _who(account)["client_id"], [on], AFTER)


def _promise(connection: Connection, account: Row[Any], on: date, n: int, dice: random.Random) -> None:
    due = on + timedelta(days=dice.randint(0, 9))
    at = datetime(on.year, on.month, on.day, 12, n % 60, tzinfo=NOW.tzinfo)
    values = {"made_at": at, "made_on": on, "due_on": due, "amount_cents": dice.randint(100, 90_000)}
    connection.execute(facts.promises.insert().values(**_who(account), **values))
    mark_dirty(connection, "promises", _who(account)["client_id"], [on], AFTER)
    mark_dirty(connection, "promises_due", _who(account)["client_id"], [due], AFTER)


def _balance(connection: Connection, account: Row[Any], on: date, n: int, dice: random.Random) -> None:
    """The last cut of the account says something else."""
    table, of_account = facts.balances, facts.balances.c.account_id == _who(account)["account_id"]
    last = connection.execute(select(table.c.as_of).where(of_account).order_by(table.c.as_of.desc())).scalar()
    if last is not None:
        changed = table.update().where(of_account, table.c.as_of == last)
        connection.execute(changed.values(balance_cents=dice.randint(1, 10**11), bucket="31-60", bucket_no=2))
        mark_dirty(connection, "positions", _who(account)["client_id"], [last], AFTER)


def _recall(connection: Connection, account: Row[Any], on: date, n: int, dice: random.Random) -> None:
    table = reference.accounts
    reason = dice.choice(("CASTIGO", "RETIRO", None))
    changed = table.update().where(table.c.id == _who(account)["account_id"])
    connection.execute(changed.values(recalled_on=on, recall_reason=reason))
    mark_dirty_since(connection, on, AFTER, client_id=_who(account)["client_id"])


_CORRECTIONS = (_pay, _pay, _call, _promise, _balance, _recall)


def _other_owner(connection: Connection, account: int, agent: int, dice: random.Random) -> None:
    on, table = NOW.date() - timedelta(days=dice.randint(1, 16)), reference.assignments
    at = datetime(on.year, on.month, on.day, 7, tzinfo=NOW.tzinfo)
    begun = connection.execute(
        select(table.c.id).where(table.c.account_id == account, table.c.to_on.is_(None), table.c.from_on < on)
    ).scalars()
    ids = list(begun)
    if ids:
        connection.execute(table.update().where(table.c.id.in_(ids)).values(to_on=on, to_at=at))
        values = {"account_id": account, "agent_id": agent, "mode": "manual", "from_at": at, "from_on": on}
        connection.execute(table.insert().values(**values))
        mark_dirty_since(connection, on, AFTER)
