"""A campaign for each day a number depends on: a row stands on a period's edge, or a day outside it.

Each has an agent and a team of its own, and an account in its creditor's files of 31 December, 31 January and
28 February; what else it has is its case's. Where the case is about files or a creditor's terms, the creditor
is its own too. Built twice, rows inside and rows outside, it shows what one day changes. Knows no metric.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from db.buckets import bucket_of, edges_of
from db.periods import Period
from db.tables import facts, reference
from tests.random_rows import Agency, Row, instant

ZONE = ZoneInfo("America/Mexico_City")
TODAY = date(2026, 4, 22)
NOW = datetime(2026, 4, 22, 16, 40, tzinfo=ZONE)
# Its ends and the days beside them are business days of the banks.
SPAN = Period(start=date(2026, 3, 10), end=date(2026, 3, 19))
WEEK = Period(start=date(2026, 3, 9), end=date(2026, 3, 15))
MONTH = Period(start=date(2026, 3, 1), end=date(2026, 3, 31))
FILES = (date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 28))
EDGES = "30|60|90"
DAY = timedelta(days=1)
SHARED = 1  # the creditor of all cases that need none of their own
OWN = (
    *("balances", "accounts", "assignments", "cure_results", "fees", "payments.posted_on"),
    *("promise_results", "installment_results.decide_on"),
)
PLACED = date(2025, 12, 1)


@dataclass(frozen=True)
class Case:
    """`columns`: what stands on the day. `put` adds a creditor's rows for a day; `asks` shows them.

    `inside` is the last day (or the first) that belongs to the period, `outside` the one beside it.
    """

    columns: tuple[str, ...]
    edge: str
    inside: date
    outside: date
    asks: str  # a metric, or "metric/variant"
    period: Period
    put: Callable[["Floor", date], None]
    by: tuple[str, ...] = ()

    @property
    def own(self) -> bool:
        """Whether it needs a creditor of its own: it changes its files, its terms or its rates."""
        return any(column.startswith(OWN) for column in self.columns) or self.asks == "cure_rate"

    def __str__(self) -> str:
        return f"{' '.join(self.columns)} · {self.asks} · {self.edge} {self.inside} of {self.period.start}"


class Floor:
    """What the rows of one case hang on. Ids count from the case's number."""

    def __init__(self, made: Agency, number: int, *, client: int, sells: bool) -> None:
        self.made, self.id, self.client = made, number, client
        self.agent, self.other = 1_000 + number, 2_000 + number
        self.boss, self.other_boss = 3_000 + number, 4_000 + number
        self.sells = sells
        self.accounts = 0
        self.owner: Row = {}
        # What a case may change before the rows are added.
        self.terms: Row = {"promise_grace_days": 0, "payment_lag_days": 0}
        self.files: tuple[date, ...] = FILES
        self.team_from = date(2025, 1, 1)
        self.team_to: date | None = None
        self.active: Row = {}
        self.assigned_to: date | None = None

    def stand(self) -> None:
        """The campaign and its people, and the creditor where it is its own, as the case left them."""
        known = {row["id"] for row in self.made.rows.get(reference.clients, ())}
        if self.client not in known:
            self.made.add(
                reference.clients, id=self.client, code=f"C{self.client}", name=f"Cliente {self.client}",
                regime="FINANCIERA", bucket_edges=EDGES, promise_threshold_pct=100, pay_accounts="",
                **self.terms,
            )  # fmt: skip
        kind = "VENTA" if self.sells else "COBRANZA"
        self.made.add(
            reference.campaigns, id=self.id, code=f"K{self.id}", client_id=self.client,
            name=f"Campaña {self.id}", kind=kind,
        )  # fmt: skip
        for who, role in ((self.agent, "agent"), (self.other, "agent"), (self.boss, "supervisor"),
                          (self.other_boss, "supervisor")):  # fmt: skip
            active = self.active if who == self.agent else {}
            self.made.add(
                reference.people, id=who, employee_no=f"E{who}", name=f"Persona {who}", role=role,
                language="es", nicknames="", **active,
            )  # fmt: skip
        self._team(self.agent, self.boss, self.team_from, self.team_to)
        if self.team_to:
            self._team(self.agent, self.other_boss, self.team_to, None)
        self._team(self.other, self.other_boss, date(2025, 1, 1), None)

    def _team(self, agent: int, boss: int, first: date, last: date | None) -> None:
        self.made.add(
            reference.memberships, person_id=agent, team=f"T{boss}", supervisor_id=boss, from_on=first,
            to_on=last,
        )  # fmt: skip

    # --- accounts -------------------------------------------------------------------------------------

    def account(
        self,
        *,
        placed: date = PLACED,
        first_cut: date | None = FILES[0],
        files: tuple[date, ...] | None = None,
        held_from: date | None = None,
        dpd: int = 20,
        **more: Any,
    ) -> Row:
        """An account placed with the agent; named by the creditor's files unless `files` says by which."""
        self.accounts += 1
        number = self.id * 100 + self.accounts
        label, bucket_no = bucket_of(dpd, edges_of(EDGES))
        row = self.made.add(
            reference.accounts, id=number, client_id=self.client, campaign_id=self.id,
            account_no=f"{number:06}", product="TDC", state="Jalisco", placed_on=placed,
            balance_cents=100_000, dpd=dpd, bucket=label, bucket_no=bucket_no, special=False,
            first_cut_on=first_cut, **more,
        )  # fmt: skip
        self.owner = {"client_id": self.client, "campaign_id": self.id, "account_id": number}
        self.assign(self.agent, held_from or placed, self.assigned_to)
        if self.assigned_to:
            self.assign(self.other, self.assigned_to, None)
        for on in self.files if files is None else files:
            self.position(on, dpd=dpd)
        return row

    def assign(self, agent: int, first: date, last: date | None) -> None:
        self.made.add(
            reference.assignments, account_id=self.owner["account_id"], agent_id=agent, mode="manual",
            from_at=instant(first, time(0)), to_at=instant(last, time(0)) if last else None, from_on=first,
            to_on=last,
        )  # fmt: skip

    def position(self, on: date, *, dpd: int = 20, cents: int = 100_000) -> None:
        label, number = bucket_of(dpd, edges_of(EDGES))
        self.made.add(
            facts.balances, as_of=on, **self.owner, balance_cents=cents, dpd=dpd, bucket=label,
            bucket_no=number,
        )  # fmt: skip

    # --- what happens to them --------------------------------------------------------------------------

    def pay(self, paid: date, posted: date | None = None, cents: int = 30_000) -> None:
        ref = f"P{self.id}-{len(self.made.rows.get(facts.payments, ()))}"
        self.made.add(
            facts.payments, **self.owner, payment_ref=ref, paid_on=paid, posted_on=posted or paid,
            amount_cents=cents,
        )  # fmt: skip

    def call(self, on: date) -> None:
        self.made.add(
            facts.contacts, **self.owner, agent_id=self.agent, started_at=instant(on, time(12)),
            started_on=on, started_hour=12, channel="call", result_code="TCO", human=True, rpc=True,
            party="TITULAR", talk_seconds=60, wrap_seconds=10,
        )  # fmt: skip

    def promise(self, made: date, due: date) -> None:
        self.made.add(
            facts.promises, **self.owner, agent_id=self.agent, made_at=instant(made, time(12)), made_on=made,
            due_on=due, amount_cents=20_000,
        )  # fmt: skip


def build(cases: tuple[Case, ...], *, outside: bool) -> Agency:
    """Every case's rows, on the edge or outside it; the n-th case is campaign n + 1."""
    made = Agency(0)
    for number, case in enumerate(cases, start=SHARED + 1):
        client = number if case.own else SHARED
        floor = Floor(made, number, client=client, sells=case.asks.startswith("sales"))
        case.put(floor, case.outside if outside else case.inside)
        floor.stand()
    return made
