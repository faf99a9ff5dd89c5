"""What the search for breaches costs: a month of contacts searched whole, beside reading the same rows once;
then one more day; and how long it takes to look ahead for many accounts at once.

    python -m benchmarks.bench_law [--contacts N] [--breaches PER_MILLE] [--database sqlite|postgresql|both]
        [--dir FOLDER]

A month at M is `--contacts 10000000`. An agency of one account for every twenty contacts, made once for each
N and kept in FOLDER; a few calls in a thousand are out of hours or from a hidden number.
"""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from sqlalchemy import Connection, Engine, delete, func, inspect, select

from benchmarks import postgres
from db.bulk import advance_keys
from db.calendars import load_calendars
from db.engine import learn_sizes, open_engine, reading, writing
from db.law import blocked
from db.law.found import keep
from db.law.policy import ClientPolicy, Policy
from db.law.scan import search
from db.loading.pipes import write_frame
from db.tables import metadata
from db.tables.facts import balances, contacts
from db.tables.law import breaches, searched_counts, searched_days
from db.tables.reference import accounts, campaigns, clients, debtors, phones

ZONE = ZoneInfo("America/Mexico_City")
FIRST, DAYS = date(2026, 10, 19), 31  # the last is the day that comes later
SATURDAY, SUNDAY, HOLIDAY = 5, 6, date(2026, 11, 16)
NOW = datetime(2026, 11, 19, 8, tzinfo=ZONE)
CLIENTS, AHEAD = 5, 20_000
OURS, HIDDEN = "5555500100", "ANONYMOUS"
STATES = ("CDMX", "Jalisco", "Nuevo León", "Sonora", "Baja California", "Quintana Roo", "Chihuahua", "Puebla")
CODES = ("NCO", "BUZ", "OCU", "TER", "PDP", "NEG", "RPP")
POLICY = Policy(clients={f"C{n}": ClientPolicy(caller_ids=(OURS,)) for n in range(1, CLIENTS + 1)})


@dataclass(frozen=True)
class Month:
    """One month of an agency. `wrong`: calls in a thousand that break a rule."""

    contacts: int
    wrong: float

    @property
    def accounts(self) -> int:
        return max(self.contacts // 20, CLIENTS)

    def people(self, connection: Connection) -> None:
        """Clients, their accounts and telephones, and the last file of each."""
        n = np.arange(1, self.accounts + 1)
        client = n % CLIENTS + 1
        shared = {"bucket_edges": "30|60|90", "promise_grace_days": 2, "promise_threshold_pct": 100}
        for one in range(1, CLIENTS + 1):
            named = {"id": one, "code": f"C{one}", "name": f"C{one}"}
            regime = "COMERCIAL" if one == CLIENTS else "FINANCIERA"
            row = {**named, **shared, "regime": regime, "payment_lag_days": 2, "pay_accounts": ""}
            connection.execute(clients.insert().values(**row))
            connection.execute(campaigns.insert().values(**named, client_id=one, kind="COBRANZA"))
        born = [f"19{year:02}-06-15" for year in range(50, 99)]
        write_frame(
            connection,
            debtors,
            pl.DataFrame({"id": n, "client_id": client, "debtor_ref": n.astype(str)}).with_columns(
                pl.Series("birth_date", np.array(born)[n % len(born)])
            ),
        )
        known = {"id": n, "client_id": client, "campaign_id": client, "account_no": n.astype(str)}
        terms = {"balance_cents": n % 9_000_000 + 50_000, "dpd": n % 200}
        owned = {"debtor_id": n, "state": np.array(STATES)[n % len(STATES)]}
        frame = pl.DataFrame({**known, **owned, **terms}).with_columns(
            placed_on=pl.lit("2026-09-01"), bucket=pl.lit("1-30"), bucket_no=pl.lit(1), special=pl.lit(0)
        )
        write_frame(connection, accounts, frame)
        numbers = {"id": n, "account_id": n, "phone": (5_500_000_000 + n).astype(str)}
        said = {"owner": pl.lit("TITULAR"), "source": pl.lit("CLIENTE")}
        write_frame(connection, phones, pl.DataFrame(numbers).with_columns(**said))
        cut = {"client_id": client, "account_id": n, "campaign_id": client, **terms}
        file = pl.DataFrame(cut).with_columns(
            as_of=pl.lit("2026-11-18"), bucket=pl.lit("1-30"), bucket_no=pl.lit(1)
        )
        write_frame(connection, balances, file)

    def days(self) -> Iterator[pl.DataFrame]:
        """Each day's contacts, numbered on."""
        worked = [FIRST + timedelta(days=n) for n in range(DAYS)]
        worked = [on for on in worked if on.weekday() != SUNDAY and on != HOLIDAY]
        each, first = self.contacts // (len(worked) - 1), 1
        for on in worked:
            yield self._day(on, each, first, np.random.default_rng(on.toordinal()))
            first += each

    def _day(self, on: date, n: int, first: int, random: np.random.Generator) -> pl.DataFrame:
        wrong = random.random(n) * 1000 < self.wrong
        hour = np.where(wrong & (random.random(n) < 0.5), 6, random.integers(9, 20, n))
        seconds = hour * 3600 + random.integers(0, 3600, n)
        midnight = datetime.combine(on, time(), ZONE).astimezone(UTC).replace(tzinfo=None)
        account = random.integers(1, self.accounts + 1, n)
        if on.weekday() == SATURDAY:  # commercial creditors' debtors are left alone
            account = np.where(account % CLIENTS + 1 == CLIENTS, account - 1, account)
        code = np.array(CODES)[random.integers(0, len(CODES), n)]
        human = np.isin(code, ("TER", "PDP", "NEG", "RPP"))
        right = human & (code != "TER")
        client = account % CLIENTS + 1
        columns = {
            "id": np.arange(first, first + n),
            "client_id": client,
            "campaign_id": client,
            "account_id": account,
            "started_hour": hour,
            "result_code": code,
            "human": human.astype(int),
            "rpc": right.astype(int),
            "party": np.where(right, "TITULAR", np.where(human, "TERCERO", "")),
            "talk_seconds": np.where(human, 120, 0),
            "wrap_seconds": np.where(human, 20, 0),
            "phone": (5_500_000_000 + account).astype(str),
            "caller_id": np.where(wrong & (hour != 6), HIDDEN, OURS),
        }
        since = pl.Series("since", seconds * 1_000_000).cast(pl.Duration("us"))
        started = pl.lit(midnight) + since
        return pl.DataFrame(columns).with_columns(
            started_at=started.dt.strftime("%Y-%m-%d %H:%M:%S%.6f"),
            started_on=pl.lit(on.isoformat()),
            channel=pl.lit("call"),
            party=pl.when(pl.col("party") == "").then(None).otherwise(pl.col("party")),
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=300_000)
    parser.add_argument("--breaches", type=float, default=2.0)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="sqlite")
    parser.add_argument("--dir", type=Path, default=Path(tempfile.gettempdir()) / "cartera-bench")
    given = parser.parse_known_args()[0]
    given.dir.mkdir(parents=True, exist_ok=True)
    month, name = Month(given.contacts, given.breaches), f"law_{given.contacts}"
    with ExitStack() as ways:
        if given.database != "postgresql":
            _bench(open_engine(f"sqlite:///{given.dir / name}.db"), month)
        if given.database != "sqlite":
            url = ways.enter_context(postgres.running(given.dir / "pg"))
            engine = open_engine(url(name))
            _bench(engine, month)
            engine.dispose()


def _bench(engine: Engine, month: Month) -> None:
    last = FIRST + timedelta(days=DAYS - 1)
    _filled(engine, month)
    with writing(engine) as connection:
        later = connection.execute(select(contacts).where(contacts.c.started_on == last)).all()
        connection.execute(delete(contacts).where(contacts.c.started_on == last))
        for table in (breaches, searched_counts, searched_days):
            connection.execute(delete(table))
    read, rows = _read(engine)
    whole, found = _searched(engine)
    with writing(engine) as connection:
        connection.execute(contacts.insert(), [dict(row._mapping) for row in later])
    one, more = _searched(engine)
    again, _ = _searched(engine)
    ahead, barred = _ahead(engine, month)
    print(
        f"{engine.dialect.name}: {rows:,} contacts of {DAYS - 1} days read once in {read:.1f} s; searched in "
        f"{whole:.1f} s ({whole / read:.1f} x, {rows / whole:,.0f}/s), {found:,} breaches; one day more, "
        f"{len(later):,}, in {one:.2f} s, {more:,} breaches; nothing new in {again:.2f} s; "
        f"{min(AHEAD, month.accounts):,} accounts looked ahead in {ahead:.2f} s, {barred:,} barred"
    )


def _filled(engine: Engine, month: Month) -> None:
    if inspect(engine).has_table("bench_ready"):
        return
    started = perf_counter()
    metadata.drop_all(engine)
    metadata.create_all(engine)
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        if engine.dialect.name == "sqlite":
            driver.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
            driver.execute("PRAGMA synchronous=OFF")  # type: ignore[union-attr]
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
        month.people(connection)
        for frame in month.days():
            write_frame(connection, contacts, frame)
        advance_keys(connection, contacts, accounts, phones, debtors)
        connection.exec_driver_sql("CREATE TABLE bench_ready (at INTEGER)")
        connection.commit()
    engine.dispose()  # the connection kept its settings
    learn_sizes(engine)
    print(f"{engine.dialect.name}: made in {perf_counter() - started:.0f} s", flush=True)


def _read(engine: Engine) -> tuple[float, int]:
    """The rows as the search would have them, and nothing done with them."""
    started, rows = perf_counter(), 0
    with reading(engine) as connection:
        days = connection.execute(select(contacts.c.started_on).distinct().order_by(contacts.c.started_on))
        for day in days.scalars().all():
            rows += len(connection.execute(select(contacts).where(contacts.c.started_on == day)).all())
    return perf_counter() - started, rows


def _searched(engine: Engine) -> tuple[float, int]:
    calendars, started = load_calendars(), perf_counter()
    with reading(engine) as connection:
        days = list(search(connection, calendars, POLICY, NOW))
    with writing(engine) as connection:
        found = sum(keep(connection, day, NOW) for day in days)
    return perf_counter() - started, found


def _ahead(engine: Engine, month: Month) -> tuple[float, int]:
    ids = list(range(1, min(AHEAD, month.accounts) + 1))
    with reading(engine) as connection:
        count = connection.execute(select(func.count()).select_from(phones)).scalar_one()
        started = perf_counter()
        barred = len(blocked(connection, "contact", ids, NOW, policy=POLICY))
        assert count >= len(ids)
        return perf_counter() - started, barred


if __name__ == "__main__":
    main()
