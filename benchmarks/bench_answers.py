"""What a question costs at 20,000 and at 1,000,000 accounts: from the cells, and on the raw rows beside it.

Run with `make bench`. Prints, for SQLite and PostgreSQL, the median and the 99th percentile of each
question in one process, and the ratio of the large portfolio to the small one. Set-up time is printed too.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Connection, Engine, insert

from db.access import names
from db.buckets import bucket_of, edges_of
from db.bulk import Row, insert_rows
from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.dirty import mark_dirty
from db.engine import open_engine, reading, writing
from db.metrics import load_catalogue
from db.numbers import sum_up
from db.periods import Period
from db.scope import Scope
from db.tables import facts, metadata, reference
from skills.contract import Actor, Context, KpiRequest
from skills.kpi.plan import make_plan
from skills.kpi.skill import answer_kpi
from skills.text import load_texts

ZONE = ZoneInfo("America/Mexico_City")
NOW = datetime(2026, 11, 18, 14, 30, tzinfo=ZONE)
START = "2026-09-01 06:00:00.000000"
EDGES = "30|60|90|120|150|180"
CAMPAIGNS, SUPERVISORS, AGENTS = 40, 25, 500
CUTS = [date(2026, 9, 30), date(2026, 10, 20), date(2026, 10, 31), date(2026, 11, 8), date(2026, 11, 11)]
CUTS += [date(2026, 11, 15), date(2026, 11, 18)]
MONTH = Period(start=date(2026, 11, 1), end=date(2026, 11, 18))
WEEK = Period(start=date(2026, 11, 16), end=date(2026, 11, 18))
TODAY = Period(start=NOW.date(), end=NOW.date())
QUESTIONS = {
    "roll rate, this week, by campaign": KpiRequest(metric="roll_rate", period=WEEK, dims=("campaign",)),
    "recovery rate, month to date": KpiRequest(metric="recovery_rate", period=MONTH),
    "aging now": KpiRequest(metric="aging_balance"),
    "contact rate by hour, today": KpiRequest(metric="contact_rate", period=TODAY, dims=("hour",)),
    "AHT by agent, this week": KpiRequest(metric="aht", period=WEEK, dims=("agent",)),
}


def fill(engine: Engine, accounts: int) -> None:
    """A portfolio of the given size: 40 campaigns, 500 agents, 7 cuts, three contacts an account a month."""
    random = np.random.default_rng(7)
    with writing(engine) as c:
        _people(c)
        ids = np.arange(1, accounts + 1)
        campaign = ids % CAMPAIGNS + 1
        agent = 1000 + ids % AGENTS
        cents = random.integers(50_000, 9_000_000, accounts)
        insert_rows(c, reference.accounts, _ACCOUNT, _accounts(ids, campaign, cents))
        insert_rows(
            c,
            reference.assignments,
            ("id", "account_id", "agent_id", "mode", "from_at", "from_on"),
            (
                (i, i, a, "manual", START, START[:10])
                for i, a in zip(ids.tolist(), agent.tolist(), strict=True)
            ),
        )
        start = random.integers(0, 170, accounts)
        for cut in CUTS:
            days = start + (cut - CUTS[0]).days
            cured = random.random(accounts) < 0.12
            rows = _cut_rows(cut, ids, campaign, cents, np.where(cured, 0, days))
            insert_rows(c, facts.balances, _BALANCE, rows)
            mark_dirty(c, "positions", 1, [cut], NOW)
        _flows(c, random, accounts, campaign, agent)


_ACCOUNT = (
    "id", "client_id", "campaign_id", "account_no", "placed_on", "balance_cents", "dpd", "bucket",
    "bucket_no", "special", "first_cut_on", "product", "state",
)  # fmt: skip
_BALANCE = (
    "client_id", "as_of", "account_id", "campaign_id", "balance_cents", "dpd", "bucket", "bucket_no",
)  # fmt: skip


def _people(c: Connection) -> None:
    run = c.execute
    run(insert(reference.clients).values(id=1, code="C1", name="Cliente Uno", regime="FINANCIERA",
        bucket_edges=EDGES, promise_grace_days=2, promise_threshold_pct=100, payment_lag_days=2,
        pay_accounts=""))  # fmt: skip
    run(insert(reference.campaigns), [
        {"id": i, "code": f"K{i}", "client_id": 1, "name": f"Campaña {i}", "kind": "COBRANZA"}
        for i in range(1, CAMPAIGNS + 1)
    ])  # fmt: skip
    staff = [(500 + i, f"Supervisora {i}", "supervisor") for i in range(SUPERVISORS)]
    staff += [(1000 + i, f"Asesor {i}", "agent") for i in range(AGENTS)]
    run(insert(reference.people), [
        {"id": i, "employee_no": f"E{i}", "name": name, "role": role, "language": "es", "nicknames": ""}
        for i, name, role in staff
    ])  # fmt: skip
    run(insert(reference.memberships), [
        {"person_id": 1000 + i, "team": f"T{i % SUPERVISORS}", "supervisor_id": 500 + i % SUPERVISORS,
         "from_on": date(2026, 1, 1)}
        for i in range(AGENTS)
    ])  # fmt: skip


def _accounts(ids: np.ndarray, campaign: np.ndarray, cents: np.ndarray) -> Iterator[Row]:
    for i, k, b in zip(ids.tolist(), campaign.tolist(), cents.tolist(), strict=True):
        yield (i, 1, k, f"{i:010d}", "2026-09-01", b, 20, "1-30", 1, 0, "2026-09-30", "TDC", "Jalisco")


def _cut_rows(
    cut: date, ids: np.ndarray, campaign: np.ndarray, cents: np.ndarray, dpd: np.ndarray
) -> Iterator[Row]:
    day = cut.isoformat()
    known = {d: bucket_of(d, edges_of(EDGES)) for d in range(int(dpd.max()) + 1)}
    for i, k, b, d in zip(ids.tolist(), campaign.tolist(), cents.tolist(), dpd.tolist(), strict=True):
        label, number = known[d]
        yield (1, day, i, k, b, d, label, number)


def _flows(
    c: Connection, random: np.random.Generator, accounts: int, campaign: np.ndarray, agent: np.ndarray
) -> None:
    days = [d for d in Period(start=date(2026, 10, 1), end=NOW.date()).each_day() if d.weekday() < 6]
    calls, paid = accounts * 3, accounts // 8
    at = random.integers(0, accounts, calls)
    when = random.integers(0, len(days), calls)
    hour = random.integers(8, 20, calls)
    human = random.random(calls) < 0.28
    talk = np.where(human, random.integers(30, 400, calls), 0)
    order = np.argsort(when, kind="stable")
    iso = [d.isoformat() for d in days]

    def contacts() -> Iterator[Row]:
        for n in order.tolist():
            a, d, h = int(at[n]), iso[when[n]], int(hour[n])
            started = f"{d} {min(h + 6, 23):02d}:00:00.000000"
            spoke = int(human[n])
            yield (1, int(campaign[a]), a + 1, int(agent[a]), started, d, h, "call", "TCO", spoke, spoke,
                   int(talk[n]), 10)  # fmt: skip

    insert_rows(c, facts.contacts, (
        "client_id", "campaign_id", "account_id", "agent_id", "started_at", "started_on", "started_hour",
        "channel", "result_code", "human", "rpc", "talk_seconds", "wrap_seconds"), contacts())  # fmt: skip
    who = random.integers(0, accounts, paid)
    day = random.integers(0, len(days), paid)
    insert_rows(c, facts.payments, (
        "client_id", "campaign_id", "account_id", "payment_ref", "paid_on", "posted_on", "amount_cents"),
        ((1, int(campaign[w]), int(w) + 1, f"P{n}", iso[d], iso[d], 50_000)
         for n, (w, d) in enumerate(zip(who.tolist(), day.tolist(), strict=True))))  # fmt: skip
    for source in ("contacts", "payments"):
        mark_dirty(c, source, 1, days, NOW)


def timed(run: Callable[[], object], times: int) -> tuple[float, float]:
    """Median and 99th percentile in milliseconds, after one warm run."""
    run()
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        run()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken), sorted(taken)[int(len(taken) * 0.99)]


def measure(engine: Engine) -> dict[str, tuple[float, float, float]]:
    """Question -> median, p99 from cells, and the median on raw rows (3 runs), in ms."""
    catalogue, calendars = load_catalogue(), load_calendars()
    texts = load_texts(Path("skills/kpi/text.yaml"))
    actor = Actor(0, "bench", "admin", "es", Scope())
    found = {}
    for title, request in QUESTIONS.items():
        with reading(engine) as connection:
            context = Context(
                actor=actor,
                session=connection,
                now=NOW,
                metrics=catalogue,
                names=names(connection),
                calendars=calendars,
                say=lambda key, **slots: texts.say("es", key, **slots),
            )
            median, p99 = timed(lambda r=request, x=context: answer_kpi(x, r), 60)  # type: ignore[misc]
            raw, _ = timed(lambda r=request, x=context: on_raw_rows(x, r), 3)  # type: ignore[misc]
            found[title] = (median, p99, raw)
    return found


def on_raw_rows(context: Context, request: KpiRequest) -> None:
    """The headline sums only, from the facts: less work than the whole answer does from cells."""
    plan = make_plan(context, request)
    for name in (plan.metric.num, plan.metric.den):
        if name:
            sum_up(
                context.session,
                (name,),
                dims=plan.dims,
                conditions=plan.cohort(plan.dims),
                scope=Scope(),
                window=plan.window(plan.period),
                variant=plan.variant,
                raw=True,
            )


def build(url: str, accounts: int) -> Engine:
    engine = open_engine(url)
    metadata.drop_all(engine)
    metadata.create_all(engine)
    started = time.perf_counter()
    fill(engine, accounts)
    loaded = time.perf_counter() - started
    done = refresh(engine, load_calendars(), now=NOW)
    one_day = _one_day(engine)
    print(
        f"  {accounts:>9,} accounts: facts written in {loaded:.1f} s, all cells in {done.seconds:.1f} s, "
        f"one new day in {one_day:.1f} s"
    )
    return engine


def _one_day(engine: Engine) -> float:
    """The incremental refresh: today's contacts and payments and today's cut changed."""
    with writing(engine) as connection:
        for source in ("positions", "contacts", "payments"):
            mark_dirty(connection, source, 1, [NOW.date()], NOW + timedelta(minutes=1))
    return refresh(engine, load_calendars(), now=NOW).seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=20_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="cartera-bench-"))
    for kind, url in urls(folder, options.only):
        print(f"\n{kind}")
        small = measure(build(url("small"), options.small))
        large = measure(build(url("large"), options.large))
        print(
            f"  {'question':36} {'small p50':>10} {'large p50':>10} {'large p99':>10} "
            f"{'ratio':>6} {'raw p50':>10}"
        )
        for title, (p50, p99, raw) in large.items():
            base = small[title][0]
            print(
                f"  {title:36} {base:>8.1f}ms {p50:>8.1f}ms {p99:>8.1f}ms {p50 / base:>5.1f}x {raw:>8.0f}ms"
            )


def urls(folder: Path, only: str | None) -> Iterator[tuple[str, Callable[[str], str]]]:
    if only in (None, "sqlite"):
        yield "SQLite", lambda name: f"sqlite:///{folder / name}.db"
    if only in (None, "postgresql"):
        from benchmarks.postgres import running

        with running(folder / "pg") as base:
            yield "PostgreSQL", base


if __name__ == "__main__":
    main()
