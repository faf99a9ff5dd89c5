"""Different accounts counted with pandas from the tables, apart from the product, by their definitions."""

from datetime import date, timedelta

import pandas as pd
from sqlalchemy import Engine

TABLES = ("accounts", "assignments", "balances", "contacts", "memberships", "payments", "promises")
NOBODY = 0
Counts = dict[tuple[object, ...], int]


class Count:
    """The raw tables as frames."""

    def __init__(self, engine: Engine) -> None:
        self.frames = {name: self._read(engine, name) for name in TABLES}

    @staticmethod
    def _read(engine: Engine, name: str) -> pd.DataFrame:
        frame = pd.read_sql_table(name, engine)
        days = [c for c in frame.columns if c.endswith("_on") or c == "as_of"]
        return frame.assign(**{c: pd.to_datetime(frame[c]) for c in days})

    # --- who held what ---------------------------------------------------------------------------

    def _in_force(self, table: str, key: str, wanted: pd.DataFrame, value: str) -> pd.Series:
        """The value of the history's row in force on each `day`, by position."""
        asked = wanted[[key, "day"]].reset_index(drop=True).reset_index(names="place")
        joined = asked.merge(self.frames[table], on=key)
        held = joined[(joined.from_on <= joined.day) & (joined.to_on.isna() | (joined.day < joined.to_on))]
        found = held.drop_duplicates("place").set_index("place")[value]
        return found.reindex(asked.place).fillna(NOBODY).astype(int)

    def _with_boss(self, rows: pd.DataFrame) -> pd.DataFrame:
        rows = rows.reset_index(drop=True)
        rows["agent_id"] = rows.agent_id.fillna(NOBODY).astype(int)
        asked = rows.rename(columns={"agent_id": "person_id"})
        return rows.assign(
            supervisor_id=self._in_force("memberships", "person_id", asked, "supervisor_id").to_numpy()
        )

    def _happened(self, table: str, column: str, start: date, end: date) -> pd.DataFrame:
        rows = self.frames[table]
        rows = rows[(rows[column] >= pd.Timestamp(start)) & (rows[column] <= pd.Timestamp(end))]
        return rows.assign(day=rows[column])

    # --- reach -----------------------------------------------------------------------------------

    def reach(self, start: date, end: date, dims: list[str], flag: str | None = None) -> Counts:
        rows = self._with_boss(self._happened("contacts", "started_on", start, end))
        return self._different(rows[rows[flag]] if flag else rows, dims)

    def days(self, table: str, start: date, end: date, dims: list[str]) -> Counts:
        """Account-days: with the right party, or with a promise."""
        column = "started_on" if table == "contacts" else "made_on"
        rows = self._with_boss(self._happened(table, column, start, end))
        return self._different(rows[rows.rpc] if table == "contacts" else rows, dims, ["day"])

    @staticmethod
    def _different(rows: pd.DataFrame, dims: list[str], more: list[str] | None = None) -> Counts:
        unit = ["campaign_id", "account_id", *(more or [])]
        once = rows.drop_duplicates([*dict.fromkeys([*dims, *unit])])
        return counted(once, dims)

    # --- the opening cut -------------------------------------------------------------------------

    def cut(self, client: int, until: date) -> pd.Timestamp | None:
        """The last day with a file; before any, the last placement."""
        of = {"balances": "as_of", "accounts": "placed_on"}
        files, placed = (
            sorted(self.frames[t][self.frames[t].client_id == client][c].unique()) for t, c in of.items()
        )
        before = [day for day in placed if not files or day < files[0]]
        return max((d for d in (*files, *before[-1:]) if d <= pd.Timestamp(until)), default=None)

    def opening(self, start: date) -> pd.DataFrame:
        cuts = {c: self.cut(c, start - timedelta(days=1)) for c in (1, 2)}
        found = [self._held(client, cut) for client, cut in cuts.items() if cut is not None]
        return pd.concat(found, ignore_index=True) if found else pd.DataFrame()

    def _held(self, client: int, cut: pd.Timestamp) -> pd.DataFrame:
        accounts, sent = self.frames["accounts"], self.frames["balances"]
        sent = sent[(sent.client_id == client) & (sent.as_of == cut) & (sent.status != "LIQUIDADA")]
        columns = ["account_id", "client_id", "campaign_id", "bucket", "bucket_no"]
        unnamed = accounts.first_cut_on.isna() | (accounts.first_cut_on > cut)
        placed = accounts[(accounts.client_id == client) & (accounts.placed_on <= cut) & unnamed]
        rows = pd.concat([sent[columns], placed.rename(columns={"id": "account_id"})[columns]])
        out = set(accounts[accounts.recalled_on <= cut].id)
        rows = rows[~rows.account_id.isin(out)].assign(day=cut)
        rows["agent_id"] = self._in_force("assignments", "account_id", rows, "agent_id").to_numpy()
        return self._with_boss(rows)

    def worked(self, start: date, end: date, dims: list[str]) -> Counts:
        touched = set(self._happened("contacts", "started_on", start, end).account_id)
        return self._of_opening(start, touched, dims)

    def paying(self, start: date, end: date, dims: list[str]) -> Counts:
        money = self._happened("payments", "paid_on", start, end).groupby("account_id").amount_cents.sum()
        return self._of_opening(start, set(money[money > 0].index), dims)

    def _of_opening(self, start: date, chosen: set[int], dims: list[str]) -> Counts:
        rows = self.opening(start)
        return counted(rows[rows.account_id.isin(chosen)], dims) if len(rows) else {}

    # --- cures -----------------------------------------------------------------------------------

    def cures(self, start: date, end: date) -> tuple[int, int]:
        """(relapsed, cured) of those whose ninety days end in the period."""
        sent, relapsed, cured = self.frames["balances"], 0, 0
        gone = self.frames["accounts"].set_index("id").recalled_on
        for client in (1, 2):
            mine = sent[sent.client_id == client]
            for cut in sorted(mine.as_of.unique()):
                decided = cut + pd.Timedelta(days=90)
                before = self.cut(client, cut.date() - timedelta(days=1))
                if before is None or not pd.Timestamp(start) <= decided <= pd.Timestamp(end):
                    continue
                stood = self._held(client, before)
                late = set(stood[stood.bucket_no.between(1, 98)].account_id)
                now = mine[(mine.as_of == cut) & ((mine.bucket_no == 0) | (mine.status == "LIQUIDADA"))]
                well = {a for a in now.account_id if a in late and not gone[a] <= cut}
                after = mine[(mine.as_of > cut) & (mine.as_of <= decided) & (mine.dpd >= 1)]
                again = set(after[after.status != "LIQUIDADA"].account_id)
                cured, relapsed = cured + len(well), relapsed + len(well & again)
        return relapsed, cured


def counted(rows: pd.DataFrame, dims: list[str]) -> Counts:
    if not dims:
        return {(): len(rows)} if len(rows) else {}
    sizes = rows.groupby(dims).size()
    keys = sizes.index.to_frame().itertuples(index=False, name=None)
    return dict(zip(keys, map(int, sizes), strict=True))
