"""The floor's records as plain Python rows, and who owned what on a day: what the plain oracle counts on.

Shares nothing with db/sources, db/measures or the cells: table names and the trade's definitions only.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, select

from db.tables import metadata

TABLES = (
    *("clients", "campaigns", "people", "memberships", "accounts", "assignments", "balances", "contacts"),
    *("payments", "payment_credits", "promises", "promise_results", "agreements", "agreement_results"),
    *("installment_results", "shifts", "evaluations", "surveys", "trainings", "sales", "cases", "costs"),
    *("budgets", "fees", "breaches"),
)
# The last day of these is how far their files reach.
DAILY = {"contacts": "started_on", "payments": "paid_on", "shifts": "starts_on"}
CASTIGO = 99
DAY = timedelta(days=1)
Row = dict[str, Any]


@dataclass(frozen=True)
class Move:
    """One account followed from an opening cut to a closing one."""

    dims: Row
    opened: int  # bucket numbers
    closed: int
    balance: int
    went_to: str  # the closing bucket's label


class Floor:
    """Every row of the tables, read once."""

    def __init__(self, connection: Connection, today: date) -> None:
        self.today = today
        self.reach: frozenset[int] | None = None  # the creditors whose files say how far the data goes
        self.rows: dict[str, list[Row]] = {}
        for name in TABLES:
            query = select(metadata.tables[name])
            self.rows[name] = [dict(row._mapping) for row in connection.execute(query)]
        self.account = {row["id"]: row for row in self.rows["accounts"]}
        self.campaign = {row["id"]: row for row in self.rows["campaigns"]}
        self.labels = {row["id"]: _labels(row["bucket_edges"]) for row in self.rows["clients"]}
        self.sent: dict[tuple[int, date], dict[int, Row]] = defaultdict(dict)
        for row in self.rows["balances"]:
            self.sent[row["client_id"], row["as_of"]][row["account_id"]] = row
        self._bosses = self._by("memberships", "person_id")
        self._holders = self._by("assignments", "account_id")
        self._standing: dict[tuple[int, date], tuple[Row, ...]] = {}

    def __getitem__(self, name: str) -> list[Row]:
        return self.rows[name]

    def _by(self, table: str, column: str) -> dict[int, list[Row]]:
        found: dict[int, list[Row]] = defaultdict(list)
        for row in self.rows[table]:
            found[row[column]].append(row)
        return found

    # --- owners --------------------------------------------------------------------------------------

    def boss(self, agent: int | None, day: date) -> int:
        held = _in_force(self._bosses.get(agent or 0, []), day)
        return (held["supervisor_id"] or 0) if held else 0

    def holder(self, account: int, day: date) -> tuple[int, str | None]:
        """The agent the account is assigned to that day, and how it is dialled."""
        held = _in_force(self._holders.get(account, []), day)
        return (held["agent_id"], held["mode"]) if held else (0, None)

    def who(self, row: Row, agent: int | None, day: date) -> Row:
        """The owners of something that an agent did on a day."""
        return {
            "client": row.get("client_id"),
            "campaign": row.get("campaign_id"),
            "agent": agent or 0,
            "supervisor": self.boss(agent, day),
        }

    @cached_property
    def shift_of(self) -> dict[tuple[int, date], str]:
        """The shift an agent was down for on a day; the first by name where there were two."""
        found: dict[tuple[int, date], str] = {}
        for row in sorted(self["shifts"], key=lambda row: row["shift"], reverse=True):
            found[row["agent_id"], row["starts_on"]] = row["shift"]
        return found

    # --- cuts ----------------------------------------------------------------------------------------

    @cached_property
    def cuts(self) -> dict[int, list[date]]:
        """Each client's position files; before the first one, the last day on which it placed accounts."""
        found = {}
        for client in self.labels:
            files = sorted(day for owner, day in self.sent if owner == client)
            placed = sorted({a["placed_on"] for a in self["accounts"] if a["client_id"] == client})
            early = [day for day in placed if not files or day < files[0]]
            found[client] = (early[-1:] if files else early) + files
        return found

    def cut(self, client: int, until: date) -> date | None:
        return max((day for day in self.cuts[client] if day <= until), default=None)

    def standing(self, client: int, cut: date) -> tuple[Row, ...]:
        """The accounts in the portfolio at a cut, with owners, bucket, balance and days past due that day."""
        key = (client, cut)
        if key not in self._standing:
            self._standing[key] = tuple(self._stood(client, cut))
        return self._standing[key]

    def _stood(self, client: int, cut: date) -> Iterator[Row]:
        sent = self.sent.get((client, cut), {})
        for account in self["accounts"]:
            if account["client_id"] != client or (account["recalled_on"] and account["recalled_on"] <= cut):
                continue
            row = sent.get(account["id"])
            if row is None:
                unnamed = account["first_cut_on"] is None or account["first_cut_on"] > cut
                if account["placed_on"] > cut or not unnamed:
                    continue
                row = account
            elif row["status"] == "LIQUIDADA":
                continue
            agent, mode = self.holder(account["id"], cut)
            yield self.who(row, agent, cut) | {
                "account": account["id"],
                "dial_mode": mode,
                **self.own(account["id"]),
                "bucket": row["bucket"],
                "bucket_from": row["bucket"],
                "no": row["bucket_no"],
                "balance": row["balance_cents"],
                "days_past_due": row["dpd"],
            }

    def stock(self, until: date, oldest: date | None = None) -> Iterator[Row]:
        for client in self.labels:
            cut = self.cut(client, until)
            if cut is not None and (oldest is None or cut >= oldest):
                yield from self.standing(client, cut)

    def opening(self, start: date) -> Iterator[Row]:
        yield from self.stock(start - DAY)

    # --- moves ---------------------------------------------------------------------------------------

    def pairs(self, start: date, end: date) -> Iterator[tuple[int, date, date]]:
        """The clients with a cut before the period and one inside it, and those two."""
        for client in self.labels:
            opened, closed = self.cut(client, start - DAY), self.cut(client, end)
            if opened is not None and closed is not None and closed >= start:
                yield client, opened, closed

    def moves(self, start: date, end: date) -> Iterator[Move]:
        """Absent at the close: recalled = out, charged off = castigo, paid off = current, else unknown."""
        for client, opened, closed in self.pairs(start, end):
            for row in self.standing(client, opened):
                ended = self._ended(row, opened, closed) if row["no"] < CASTIGO else None
                if ended is not None:
                    yield Move(row, row["no"], ended[0], row["balance"], ended[1])

    def _ended(self, row: Row, opened: date, closed: date) -> tuple[int, str] | None:
        account = self.account[row["account"]]
        recalled = account["recalled_on"] is not None and account["recalled_on"] <= closed
        if recalled:
            charged = (account["recall_reason"] or "").upper().startswith("CASTIG")
            return (CASTIGO, "castigo") if charged else None
        sent = self.sent.get((row["client"], closed), {}).get(row["account"])
        if sent is not None:
            return (0, "0") if sent["status"] == "LIQUIDADA" else (int(sent["bucket_no"]), sent["bucket"])
        paid = sum(
            p["amount_cents"]
            for p in self["payments"]
            if p["account_id"] == row["account"] and opened < p["paid_on"] <= closed
        )
        return (0, "0") if paid >= row["balance"] - 100 else None

    # --- an account's own dimensions beside something that happened ---------------------------------------

    def own(self, account: int) -> Row:
        return {name: self.account[account][name] for name in ("product", "state", "special")}

    def of_account(self, account: int, start: date) -> Row:
        """Product, state, special; and the bucket at the opening of the period (or at the placement)."""
        row = self.account[account]
        cut = self.cut(row["client_id"], start - DAY)
        named = self.sent.get((row["client_id"], cut), {}) if cut else {}
        return self.own(account) | {"bucket": named.get(account, row)["bucket"]}

    # --- days ----------------------------------------------------------------------------------------

    def shared(self, start: date, end: date, *tables: str) -> tuple[date, date]:
        """The days of a period that daily files of all these tables reach; the hours of today are not in yet.

        No day at all is told as a span that ends before it begins.
        """
        for table in tables:
            rows = [r for r in self[table] if self.reach is None or r.get("client_id", 0) in {0, *self.reach}]
            days = [row[DAILY[table]] for row in rows]
            start = max(start, min(days, default=date.max))
            end = min(end, max(days, default=date.min))
        if "shifts" in tables and start < end == self.today:
            end -= DAY
        return start, end


def _labels(edges: str) -> list[str]:
    """A creditor's buckets by number: current, each up to its last day past due, and the one with no end."""
    ends = [0, *(int(edge) for edge in edges.split("|"))]
    return ["0", *(f"{low + 1}-{high}" for low, high in pairwise(ends)), f"{ends[-1] + 1}+"]


def _in_force(rows: list[Row], day: date) -> Row | None:
    for row in rows:
        if row["from_on"] <= day and (row["to_on"] is None or day < row["to_on"]):
            return row
    return None
