"""An agency that changes at random, each change marked as the importers mark it, for a refresh to follow."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import Connection, and_, func, select, update

from db.buckets import bucket_of, edges_of
from db.dirty import mark_dirty, mark_dirty_since
from db.tables import facts, reference
from tests.small import ALAMEDA, ANA, BETO, CARLA, CEIBA, EDGES, LAURA, MARCO, NOW, at, fill

FIRST, TODAY = date(2026, 9, 20), NOW.date()
CLIENTS = (ALAMEDA, CEIBA)
# Before the last cuts of the small company: month ends, Sundays, and days between them.
CUTS = [date(2026, 9, 30), date(2026, 10, 4), date(2026, 10, 15), date(2026, 10, 18), date(2026, 11, 8)]


class ChangingAgency:
    """`step` makes some changes in one transaction; `now` moves on with each."""

    def __init__(self, seed: int) -> None:
        self.random, self.now = Random(seed), NOW
        self.accounts: list[tuple[int, int]] = []  # id, client

    def begin(self, connection: Connection) -> None:
        fill(connection)
        rows = [self._account(100 + n) for n in range(40)]
        connection.execute(reference.accounts.insert(), rows)
        self.accounts = [(row["id"], row["client_id"]) for row in rows]
        for account, client in self.accounts[:30]:
            self._assign(connection, account, client, FIRST)
        for cut in CUTS:
            for client in CLIENTS:
                self._file(connection, client, cut)
        for client in CLIENTS:
            mark_dirty(connection, "positions", client, [FIRST], self.now)

    def step(self, connection: Connection) -> None:
        self.now += timedelta(minutes=1)
        changes: list[Callable[[Connection], None]] = [
            self.late_file, self.corrected_cut, self.recall, self.payment, self.payment, self.reversal,
            self.reassigned, self.contact, self.promise, self.placed, self.new_leader, self.paid_off,
        ]  # fmt: skip
        for change in self.random.sample(changes, self.random.randint(1, 4)):
            change(connection)

    # --- positions --------------------------------------------------------------------------------

    def late_file(self, connection: Connection) -> None:
        """A file of a day that had none, or the next one."""
        self._file(connection, self.random.choice(CLIENTS), self._day())

    def corrected_cut(self, connection: Connection) -> None:
        table = facts.balances
        client = self.random.choice(CLIENTS)
        rows = connection.execute(
            select(table.c.as_of, table.c.account_id).where(table.c.client_id == client)
        ).all()
        cut, account = self.random.choice(sorted(rows))
        label, number, dpd = self._bucket()
        which = and_(table.c.client_id == client, table.c.as_of == cut, table.c.account_id == account)
        new = {"bucket": label, "bucket_no": number, "dpd": dpd}
        new["balance_cents"] = self.random.randint(1, 10**6)
        connection.execute(update(table).where(which).values(**new))
        mark_dirty(connection, "positions", client, [cut], self.now)

    def paid_off(self, connection: Connection) -> None:
        table = facts.balances
        client = self.random.choice(CLIENTS)
        last = select(func.max(table.c.as_of)).where(table.c.client_id == client)
        cut = connection.execute(last).scalar_one()
        which = and_(table.c.client_id == client, table.c.as_of == cut)
        rows = sorted(connection.execute(select(table.c.account_id).where(which)).scalars())
        which = and_(which, table.c.account_id == self.random.choice(rows))
        connection.execute(update(table).where(which).values(status="LIQUIDADA"))
        mark_dirty(connection, "positions", client, [cut], self.now)

    def recall(self, connection: Connection) -> None:
        account, client = self.random.choice(self.accounts)
        day, reason = self._day(), self.random.choice(["CASTIGO", "RETIRO", None])
        table = reference.accounts
        before = connection.execute(select(table.c.recalled_on).where(table.c.id == account)).scalar()
        connection.execute(
            update(table).where(table.c.id == account).values(recalled_on=day, recall_reason=reason)
        )
        for on in (day, before):
            if on:
                mark_dirty(connection, "positions", client, [on], self.now)
                mark_dirty_since(connection, on, self.now, source="positions", client_id=client)

    def placed(self, connection: Connection) -> None:
        row = self._account(max(i for i, _ in self.accounts) + 1)
        row["placed_on"] = self._day()
        connection.execute(reference.accounts.insert(), [row])
        self.accounts.append((row["id"], row["client_id"]))
        self._assign(connection, row["id"], row["client_id"], row["placed_on"])
        mark_dirty(connection, "positions", row["client_id"], [row["placed_on"]], self.now)
        mark_dirty_since(
            connection, row["placed_on"], self.now, source="positions", client_id=row["client_id"]
        )

    # --- money and owners ---------------------------------------------------------------------------

    def payment(self, connection: Connection) -> None:
        account, client = self.random.choice(self.accounts)
        self._pay(connection, account, client, self.random.choice([1_000, 400_000, 2_000_000]), None)

    def reversal(self, connection: Connection) -> None:
        table = facts.payments
        query = select(table.c.account_id, table.c.client_id, table.c.amount_cents, table.c.payment_ref)
        rows = connection.execute(query.where(table.c.amount_cents > 0)).all()
        account, client, cents, ref = self.random.choice(sorted(rows))
        self._pay(connection, account, client, -cents, ref)

    def reassigned(self, connection: Connection) -> None:
        """From a day of the past on, somebody else's."""
        account, client = self.random.choice(self.accounts)
        held, day = reference.assignments, self._day()
        connection.execute(held.delete().where(held.c.account_id == account, held.c.from_on >= day))
        ends = {"to_on": day, "to_at": at(day, 0)}
        connection.execute(update(held).where(held.c.account_id == account).values(**ends))
        self._assign(connection, account, client, day)
        for source in ("positions", "payments"):
            mark_dirty_since(connection, day, self.now, source=source, client_id=client)

    def new_leader(self, connection: Connection) -> None:
        table, day = reference.memberships, self._day()
        agent, leader = self.random.choice([ANA, BETO, CARLA]), self.random.choice([LAURA, MARCO])
        connection.execute(table.delete().where(table.c.person_id == agent, table.c.from_on >= day))
        connection.execute(update(table).where(table.c.person_id == agent).values(to_on=day))
        row = {"person_id": agent, "team": "Otro", "supervisor_id": leader, "from_on": day}
        connection.execute(table.insert(), [row])
        mark_dirty_since(connection, day, self.now)

    def contact(self, connection: Connection) -> None:
        account, client = self.random.choice(self.accounts)
        day, human = self._day(), self.random.random() < 0.7
        row = {
            "client_id": client, "campaign_id": client, "account_id": account, "started_at": at(day, 11),
            "agent_id": self.random.choice([ANA, BETO, CARLA, None]), "started_on": day, "started_hour": 11,
            "channel": "call", "result_code": "TCO", "human": human, "rpc": human, "talk_seconds": 60,
            "wrap_seconds": 5,
        }  # fmt: skip
        connection.execute(facts.contacts.insert(), [row])
        mark_dirty(connection, "contacts", client, [day], self.now)

    def promise(self, connection: Connection) -> None:
        account, client = self.random.choice(self.accounts)
        day = self._day()
        row = {
            "client_id": client, "campaign_id": client, "account_id": account, "made_on": day,
            "agent_id": self.random.choice([ANA, BETO, CARLA]), "made_at": at(day, 12),
            "due_on": day + timedelta(days=self.random.randint(0, 9)), "amount_cents": 50_000,
        }  # fmt: skip
        connection.execute(facts.promises.insert(), [row])
        mark_dirty(connection, "promises", client, [day], self.now)

    # --- rows ---------------------------------------------------------------------------------------

    def _day(self) -> date:
        return FIRST + timedelta(days=self.random.randint(0, (TODAY - FIRST).days))

    def _bucket(self) -> tuple[str, int, int]:
        dpd = self.random.choice([0, 5, 20, 33, 45, 70, 95, 200])
        status = "CASTIGADA" if self.random.random() < 0.05 else None
        return *bucket_of(dpd, edges_of(EDGES), status), dpd

    def _account(self, number: int) -> dict[str, Any]:
        label, bucket_no, dpd = self._bucket()
        client = self.random.choice(CLIENTS)
        return {
            "id": number, "client_id": client, "campaign_id": client, "account_no": f"Z{number}",
            "placed_on": FIRST, "balance_cents": self.random.randint(10_000, 900_000), "dpd": dpd,
            "bucket": label, "bucket_no": bucket_no, "special": False, "product": "TDC",
        }  # fmt: skip

    def _file(self, connection: Connection, client: int, cut: date) -> None:
        """Three in four of the client's accounts placed by then, as the file of a new day; none twice."""
        table, own = facts.balances, reference.accounts
        sent = select(table.c.account_id).where(table.c.client_id == client, table.c.as_of == cut)
        known = set(connection.execute(sent).scalars())
        placed = connection.execute(
            select(own.c.id, own.c.first_cut_on).where(own.c.client_id == client, own.c.placed_on <= cut)
        ).all()
        named = [r for r in sorted(placed) if r.id not in known and self.random.random() < 0.75]
        rows = []
        for row in named:
            label, number, dpd = self._bucket()
            rows.append(
                {
                    "client_id": client, "as_of": cut, "account_id": row.id, "campaign_id": client,
                    "balance_cents": self.random.randint(10_000, 900_000), "dpd": dpd, "bucket": label,
                    "bucket_no": number,
                }
            )  # fmt: skip
            if row.first_cut_on is None or cut < row.first_cut_on:
                connection.execute(update(own).where(own.c.id == row.id).values(first_cut_on=cut))
        if rows:
            connection.execute(table.insert(), rows)
            mark_dirty(connection, "positions", client, [cut], self.now)
            mark_dirty_since(connection, cut, self.now, source="positions", client_id=client)

    def _assign(self, connection: Connection, account: int, client: int, day: date) -> None:
        agents = [CARLA] if client == CEIBA else [ANA, BETO]
        row = {"account_id": account, "agent_id": self.random.choice(agents), "mode": "manual",
               "from_at": at(day, 0), "from_on": day}  # fmt: skip
        connection.execute(reference.assignments.insert(), [row])

    def _pay(self, connection: Connection, account: int, client: int, cents: int, back: str | None) -> None:
        day = self._day()
        count = connection.execute(select(func.count()).select_from(facts.payments)).scalar_one()
        row = {
            "client_id": client, "campaign_id": client, "account_id": account, "payment_ref": f"Z{count}",
            "paid_on": day, "posted_on": day, "amount_cents": cents, "reverses_ref": back,
        }  # fmt: skip
        connection.execute(facts.payments.insert(), [row])
        mark_dirty(connection, "payments", client, [day], self.now)
