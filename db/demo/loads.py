"""Which file each demo row would have come in: daily files since last month, monthly ones before."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from db.bulk import Row
from db.demo.plan import agency_plan
from db.demo.portfolio import Ints
from db.demo.timeline import Timeline, utc_texts
from db.periods import add_months

SEVEN, CLOSING_TIME = 7 * 3600 + 300, 20 * 3600 + 2700
UNDATED = frozenset({"people", "clients", "campaigns", "phones"})


@dataclass
class Loads:
    """Numbers the files as rows ask for them."""

    timeline: Timeline
    rows: list[Row] = field(default_factory=list)

    def one(self, kind: str, rows: int, client: int | None = None, first: int = 0, last: int = 0) -> int:
        """A file of its own; gives its id."""
        code = agency_plan().clients[client].code if client is not None else "AGENCIA"
        days = self.timeline.texts()
        name = f"{code}_{kind}_{days[last].replace('-', '')}.csv"
        second = SEVEN if kind in ("balances", "accounts") else CLOSING_TIME
        behind = agency_plan().clients[client].cut_lag if client is not None and kind == "balances" else 0
        loaded = min(
            (last + behind) * 86_400 + second,
            self.timeline.last * 86_400 + self.timeline.second_of_today,
        )
        day, clock = divmod(loaded, 86_400)
        (at,) = utc_texts(self.timeline.days, np.array([day]), np.array([clock]))
        sha = hashlib.sha256(f"demo/{name}/{days[first]}".encode()).hexdigest()
        key = None if client is None else client + 1
        counts = (rows, rows, 0, 0, 0, json.dumps({"rows": rows}))
        spoken = (None, None) if kind in UNDATED else (days[first], days[last])
        self.rows.append((len(self.rows) + 1, kind, "standard", key, name, sha, *counts, *spoken, at, "demo"))
        return len(self.rows)

    def by_day(self, kind: str, client: Ints, day: Ints) -> Ints:
        """The file of each row of many, by its creditor and day."""
        bins = self._bins()[day]
        files = np.zeros(len(day), np.int64)
        for n in np.unique(client).tolist():
            for first in np.unique(bins[client == n]).tolist():
                mine = (client == n) & (bins == first)
                files[mine] = self.one(kind, int(mine.sum()), n, first, int(day[mine].max()))
        return files

    def _bins(self) -> Ints:
        """The first day of each day's file."""
        today, start = self.timeline.today, self.timeline.days[0]
        daily_from = add_months(today.replace(day=1), -1)
        firsts = [day if day >= daily_from else max(day.replace(day=1), start) for day in self.timeline.days]
        return np.array([(first - start) // timedelta(days=1) for first in firsts])
