"""A year of a large agency, the same every time, as frames: 40 campaigns, 500 agents, 25 teams.

Knows neither what is measured nor where the rows go (see stores.py). "Now" is Wednesday 18 November 2026.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import polars as pl
from sqlalchemy import Table

from db.buckets import labels_of
from db.periods import Period, add_months, month_of, week_of
from db.tables import facts, reference

NOW = datetime(2026, 11, 18, 14, 30, tzinfo=ZoneInfo("America/Mexico_City"))
TODAY = NOW.date()
FIRST = date(2025, 12, 1)
CLIENTS, CAMPAIGNS, SUPERVISORS, AGENTS, POOLS = 5, 40, 25, 500, 20
FIRST_SUPERVISOR, FIRST_AGENT = 501, 1001
EDGES = ("30|60|90|120|150|180",) * 4 + ("30|60|90|120",)
Ints = npt.NDArray[np.int64]
Named = tuple[Table, pl.DataFrame]


@dataclass(frozen=True)
class Size:
    accounts: int
    contacts: int
    payments: int
    promises: int


SIZES = {
    "XS": Size(5_000, 50_000, 7_500, 4_000),
    "S": Size(100_000, 1_000_000, 150_000, 80_000),
    "M": Size(1_000_000, 10_000_000, 1_500_000, 800_000),
}


def cuts() -> list[date]:
    """Month ends, the last four Sundays, and the last days."""
    ends = {month_of(add_months(FIRST, n)).end for n in range(11)}
    sundays = {week_of(TODAY - timedelta(weeks=n)).start - timedelta(days=1) for n in range(4)}
    return sorted(ends | sundays | {TODAY - timedelta(days=n) for n in range(3)})


def _number(day: date) -> int:
    return (day - FIRST).days


def _days(numbers: Ints) -> pl.Series:
    """Days counted from FIRST, as dates."""
    return pl.Series(numbers + (FIRST - date(1970, 1, 1)).days, dtype=pl.Int32).cast(pl.Date)


class Agency:
    """One portfolio by account, and every table made from it in the order it must be written."""

    def __init__(self, size: Size) -> None:
        self.size = size
        n = size.accounts
        random = np.random.default_rng(7)
        self.id = np.arange(1, n + 1)
        self.campaign = self.id % CAMPAIGNS + 1
        self.client = (self.campaign - 1) // (CAMPAIGNS // CLIENTS) + 1
        self.cents = random.integers(50_000, 9_000_000, n)
        last = _number(TODAY)
        self.placed = np.where(random.random(n) < 0.8, 0, random.integers(1, last - 8, n))
        # How it leaves: 0 stays, 1 recalled, 2 charged off, 3 paid off, 4 vanishes.
        self.fate = random.choice(5, n, p=(0.96, 0.022, 0.006, 0.01, 0.002))
        self.gone = np.where(self.fate > 0, self.placed + random.integers(5, last + 5, n), 10**6)
        # It pays every so many days; days past due count from then.
        self.cycle = random.choice([35, 60, 100, 700], n, p=(0.35, 0.2, 0.15, 0.3))
        self.phase = random.integers(0, 700, n)
        pool = self.campaign % POOLS
        members = AGENTS // POOLS
        self.agents = [FIRST_AGENT + pool * members + random.integers(0, members, n) for _ in range(2)]
        moves = random.random(n) < 0.3
        self.moved = np.where(moves, self.placed + random.integers(1, last, n), 10**6)
        self.moved[self.moved > last] = 10**6

    def tables(self) -> Iterator[Named]:
        yield from self._reference()
        yield reference.accounts, self._accounts()
        yield reference.assignments, self._assignments()
        for cut in cuts():
            yield facts.balances, self.balances(cut)
        yield from self._contacts()
        promised = self._promises()
        yield facts.promises, promised
        yield facts.payments, self._payments(promised)
        yield facts.targets, self._targets()

    # --- who --------------------------------------------------------------------------------------

    def _reference(self) -> Iterator[Named]:
        yield (
            reference.clients,
            pl.DataFrame(
                [
                    {"id": n, "code": f"C{n}", "name": f"Cliente {n}", "regime": "FINANCIERA",
                     "bucket_edges": EDGES[n - 1], "promise_grace_days": 2, "promise_threshold_pct": 100,
                     "payment_lag_days": 2, "pay_accounts": ""}
                    for n in range(1, CLIENTS + 1)
                ]
            ),
        )  # fmt: skip
        each = CAMPAIGNS // CLIENTS
        yield (
            reference.campaigns,
            pl.DataFrame(
                [
                    {"id": n, "code": f"K{n}", "client_id": (n - 1) // each + 1, "name": f"Campaña {n}",
                     "kind": "COBRANZA"}
                    for n in range(1, CAMPAIGNS + 1)
                ]
            ),
        )  # fmt: skip
        staff = [(FIRST_SUPERVISOR + i, f"Supervisora {i}", "supervisor") for i in range(SUPERVISORS)]
        staff += [(FIRST_AGENT + i, f"Asesor {i}", "agent") for i in range(AGENTS)]
        yield (
            reference.people,
            pl.DataFrame(
                [
                    {"id": i, "employee_no": f"E{i}", "name": name, "role": role, "language": "es",
                     "nicknames": ""}
                    for i, name, role in staff
                ]
            ),
        )  # fmt: skip
        yield reference.memberships, pl.DataFrame(list(self._memberships()), infer_schema_length=None)

    def _memberships(self) -> Iterator[dict[str, object]]:
        """One agent in twenty went to the next team in June."""
        june = date(2026, 6, 15)
        for i in range(AGENTS):
            team, goes = i * SUPERVISORS // AGENTS, i % 20 == 0
            spans = [(team, FIRST, june if goes else None)]
            spans += [((team + 1) % SUPERVISORS, june, None)] if goes else []
            for number, start, end in spans:
                yield {"person_id": FIRST_AGENT + i, "team": f"T{number}", "from_on": start, "to_on": end,
                       "supervisor_id": FIRST_SUPERVISOR + number}  # fmt: skip

    # --- the portfolio ----------------------------------------------------------------------------

    def _accounts(self) -> pl.DataFrame:
        known = np.array([_number(cut) for cut in cuts()])
        at = np.searchsorted(known, self.placed)  # the file of the day it is placed names it
        first = np.where(self.gone > known[np.minimum(at, len(known) - 1)], known[at], -1)
        back = np.isin(self.fate, (1, 2)) & (self.gone <= _number(TODAY))
        dpd = self._dpd(self.placed)
        frame = pl.DataFrame(
            {
                "id": self.id,
                "client_id": self.client,
                "campaign_id": self.campaign,
                "account_no": [f"{i:010d}" for i in self.id.tolist()],
                "product": np.array(["TDC", "PERSONAL", "AUTO"])[self.id % 3],
                "state": np.array(["Jalisco", "CDMX", "Nuevo León", "Puebla"])[self.id % 4],
                "placed_on": _days(self.placed),
                "balance_cents": self.cents,
                "dpd": dpd,
                "recalled_on": _days(np.where(back, self.gone, 0)),
                "recall_reason": np.where(self.fate == 2, "CASTIGO", "RETIRO"),
                "special": self.id % 50 == 0,
                "first_cut_on": _days(first),
            }
        )
        none = pl.lit(None)
        frame = frame.with_columns(
            pl.when(pl.Series(back)).then("recalled_on").otherwise(none).alias("recalled_on"),
            pl.when(pl.Series(back)).then("recall_reason").otherwise(none).alias("recall_reason"),
            pl.when(pl.Series(first >= 0)).then("first_cut_on").otherwise(none).alias("first_cut_on"),
        )
        return _bucketed(frame)

    def _assignments(self) -> pl.DataFrame:
        moved = self.moved < 10**6
        account = np.concatenate([self.id, self.id[moved]])
        start = np.concatenate([self.placed, self.moved[moved]])
        end = np.concatenate([self.moved, np.full(moved.sum(), 10**6)])
        ends = end < 10**6
        frame = pl.DataFrame(
            {
                "account_id": account,
                "agent_id": np.concatenate([self.agents[0], self.agents[1][moved]]),
                "mode": "manual",
                "from_on": _days(start),
                "to_on": _days(np.where(ends, end, 0)),
                "from_at": _instants(start, np.full(len(start), 6 * 60)),
                "to_at": _instants(end % 10**6, np.full(len(start), 6 * 60)),
                "_ends": ends,
            }
        )
        closing = [pl.when("_ends").then(name).otherwise(None).alias(name) for name in ("to_on", "to_at")]
        frame = frame.with_columns(closing).drop("_ends").sort("account_id", "from_on")
        return frame.with_row_index("id", offset=1).cast({"id": pl.Int64})

    def _dpd(self, day: Ints | int, of: npt.NDArray[np.bool_] | slice = slice(None)) -> Ints:
        late = (day + self.phase[of]) % self.cycle[of] - 15
        return np.asarray(np.maximum(late, 0))

    def balances(self, cut: date) -> pl.DataFrame:
        """What the clients' files say that day."""
        day = _number(cut)
        held = (self.placed <= day) & (self.gone > day)
        dpd = self._dpd(day, held)
        frame = pl.DataFrame(
            {
                "client_id": self.client[held],
                "as_of": cut,
                "account_id": self.id[held],
                "campaign_id": self.campaign[held],
                "balance_cents": self.cents[held] + dpd * 500,
                "overdue_cents": dpd * 1_000,
                "dpd": dpd,
                "status": "ASIGNADA",
            }
        )
        return _bucketed(frame).sort("client_id", "account_id")

    # --- what happened ----------------------------------------------------------------------------

    def _drawn(self, random: np.random.Generator, days: Ints, n: int) -> tuple[Ints, Ints, Ints]:
        """Accounts in place on random ones of these days (about nine in ten of n), and their agents then."""
        at = random.integers(0, self.size.accounts, n)
        day = np.sort(days[random.integers(0, len(days), n)])
        held = (self.placed[at] <= day) & (self.gone[at] > day)
        at, day = at[held], day[held]
        agent = np.where(day >= self.moved[at], self.agents[1][at], self.agents[0][at])
        return at, day, agent

    def _contacts(self) -> Iterator[Named]:
        """Mondays to Saturdays, a month at a time; ids in the order of time."""
        random = np.random.default_rng(11)
        span = Period(start=FIRST, end=TODAY)
        worked = np.array([_number(d) for d in span.each_day() if d.weekday() < 6])
        wanted, offset = self.size.contacts, 1
        for days in np.array_split(worked, 12):
            at, day, agent = self._drawn(random, days, round(wanted * len(days) / len(worked) * 1.13))
            n = len(at)
            hour = random.integers(8, 20, n)
            human = random.random(n) < 0.28
            rpc = human & (random.random(n) < 0.65)
            dropped = ~human & (random.random(n) < 0.01)
            code = np.select([dropped, rpc, human], ["ABA", "TCO", "TER"], "NCO")
            party = np.where(rpc, "TITULAR", "TERCERO")
            frame = pl.DataFrame(
                {
                    "client_id": self.client[at],
                    "campaign_id": self.campaign[at],
                    "account_id": self.id[at],
                    "agent_id": agent,
                    "started_at": _instants(day, (hour + 6) * 60 + random.integers(0, 60, n)),
                    "started_on": _days(day),
                    "started_hour": hour,
                    "channel": random.choice(["call", "sms", "whatsapp"], n, p=(0.9, 0.05, 0.05)),
                    "result_code": code,
                    "human": human,
                    "rpc": rpc,
                    "party": party,
                    "talk_seconds": np.where(human, random.integers(20, 400, n), 0),
                    "wrap_seconds": np.where(human, random.integers(5, 60, n), 10),
                }
            ).with_columns(pl.when("human").then("party").otherwise(None).alias("party"))
            frame = frame.sort("started_at", maintain_order=True).with_row_index("id", offset=offset)
            offset += frame.height
            yield facts.contacts, frame.cast({"id": pl.Int64})

    def _promises(self) -> pl.DataFrame:
        random = np.random.default_rng(13)
        worked = np.arange(_number(TODAY) + 1)
        at, day, agent = self._drawn(random, worked, round(self.size.promises * 1.13))
        n = len(at)
        made = _instants(day, random.integers(14 * 60, 24 * 60, n))
        frame = pl.DataFrame(
            {
                "client_id": self.client[at],
                "campaign_id": self.campaign[at],
                "account_id": self.id[at],
                "agent_id": agent,
                "made_at": made,
                "made_on": _days(day),
                "due_on": _days(day + random.integers(1, 11, n)),
                "amount_cents": random.integers(20_000, 500_000, n),
            }
        )
        return frame.with_row_index("id", offset=1).cast({"id": pl.Int64})

    def _payments(self, promised: pl.DataFrame) -> pl.DataFrame:
        """Two promises in five are paid on their day; the rest comes by itself, one in 200 is taken back."""
        random = np.random.default_rng(17)
        names = ["client_id", "campaign_id", "account_id", "paid_on", "amount_cents"]
        kept = promised.filter(pl.Series(random.random(promised.height) < 0.4), pl.col("due_on") <= TODAY)
        at, day, _ = self._drawn(
            random, np.arange(_number(TODAY) + 1), round((self.size.payments - kept.height) * 1.13)
        )
        leaving = np.flatnonzero((self.fate == 3) & (self.gone <= _number(TODAY)))
        own = pl.DataFrame(
            {
                "client_id": np.concatenate([self.client[at], self.client[leaving]]),
                "campaign_id": np.concatenate([self.campaign[at], self.campaign[leaving]]),
                "account_id": np.concatenate([self.id[at], self.id[leaving]]),
                "paid_on": _days(np.concatenate([day, self.gone[leaving]])),
                "amount_cents": np.concatenate(
                    [random.integers(20_000, 500_000, len(at)), self.cents[leaving] * 2]
                ),
            }
        )
        frame = pl.concat([kept.rename({"due_on": "paid_on"}).select(names), own.select(names)])
        frame = frame.sort("paid_on", "account_id", "amount_cents").with_row_index("id", offset=1)
        frame = frame.with_columns(
            pl.format("P{}", "id").alias("payment_ref"), pl.lit(None, pl.String).alias("reverses_ref")
        )
        back = frame.filter(pl.col("id") % 200 == 0, pl.col("paid_on") < TODAY - timedelta(days=5))
        back = back.with_columns(
            pl.col("paid_on") + timedelta(days=4),
            -pl.col("amount_cents"),
            pl.col("payment_ref").alias("reverses_ref"),
            pl.format("R{}", "id").alias("payment_ref"),
            pl.col("id") + frame.height,
        )
        frame = pl.concat([frame, back]).cast({"id": pl.Int64})
        return frame.with_columns((pl.col("paid_on") + timedelta(days=1)).alias("posted_on"))

    def _targets(self) -> pl.DataFrame:
        months = [month_of(add_months(FIRST, n)) for n in range(12)]
        codes = [("agency", ""), *(("campaign", f"K{n}") for n in range(1, CAMPAIGNS + 1))]
        return pl.DataFrame(
            [
                {"metric": "recovered_amount", "scope": scope, "scope_code": code, "owner": "INTERNA",
                 "period_start": m.start, "period_end": m.end,
                 "value_micros": self.size.payments * (1_000_000 if code else 40_000_000)}
                for m in months
                for scope, code in codes
            ]
        )  # fmt: skip


def _instants(day: Ints, minute: Ints) -> pl.Series:
    """A day and the minutes since its midnight in UTC, as an instant."""
    epoch = (FIRST - date(1970, 1, 1)).days
    micros = ((day + epoch) * 1440 + minute) * 60_000_000
    return pl.Series(micros, dtype=pl.Int64).cast(pl.Datetime("us", "UTC"))


def _bucketed(frame: pl.DataFrame) -> pl.DataFrame:
    """With the bucket of its days past due, by the client's own edges."""
    ruled = []
    for client, text in enumerate(EDGES, start=1):
        edges = [int(edge) for edge in text.split("|")]
        most = int(frame["dpd"].max() or 0)  # type: ignore[arg-type]
        numbers = [0 if d <= 0 else 1 + sum(d > e for e in edges) for d in range(most + 1)]
        labels = labels_of(edges)
        ruled.append(
            pl.DataFrame(
                {"client_id": client, "dpd": range(most + 1), "bucket": [labels[n] for n in numbers],
                 "bucket_no": numbers}
            )
        )  # fmt: skip
    return frame.join(pl.concat(ruled), on=["client_id", "dpd"], how="left", maintain_order="left")
