"""The sixteen metrics once more, from raw tables with pandas: written apart from the product, to check it.

Shares no code with db/sources, db/measures or the cells: only table names and the definitions in words.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Engine

TABLES = (
    "accounts",
    "assignments",
    "balances",
    "contacts",
    "memberships",
    "payments",
    "payment_credits",
    "promises",
    "promise_results",
)
Ratio = tuple[int, int | None]


@dataclass
class Oracle:
    """Frames of the raw tables, and the day the questions are asked."""

    frames: dict[str, pd.DataFrame]
    today: date

    @classmethod
    def of(cls, engine: Engine, today: date) -> "Oracle":
        frames = {}
        for name in TABLES:
            frame = pd.read_sql_table(name, engine)
            for column in frame.columns:
                if column.endswith("_on") or column == "as_of":
                    frame[column] = pd.to_datetime(frame[column])
            frames[name] = frame
        return cls(frames, today)

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.frames[name]

    # --- who and where ---------------------------------------------------------------------------

    def supervisor(self, agent: pd.Series, day: pd.Series) -> pd.Series:
        """The supervisor of each agent on each day, 0 for nobody."""
        asked = pd.DataFrame({"person_id": agent.to_numpy(), "day": day.to_numpy()}).reset_index()
        joined = asked.merge(self["memberships"], on="person_id")
        held = joined[(joined.from_on <= joined.day) & (joined.to_on.isna() | (joined.day < joined.to_on))]
        found = held.set_index("index").supervisor_id
        return found.reindex(asked["index"]).fillna(0).astype(int).set_axis(agent.index)

    def cuts(self, client: int) -> list[pd.Timestamp]:
        rows = self["balances"]
        return sorted(rows[rows.client_id == client].as_of.unique())

    def cut(self, client: int, until: date) -> pd.Timestamp | None:
        return max((c for c in self.cuts(client) if c <= pd.Timestamp(until)), default=None)

    def held(self, client: int, cut: pd.Timestamp) -> pd.DataFrame:
        """The accounts in the portfolio at a cut, with their owners that day."""
        rows = self["balances"]
        rows = rows[(rows.client_id == client) & (rows.as_of == cut) & (rows.status != "LIQUIDADA")]
        accounts = self["accounts"].set_index("id")
        waiting = accounts[
            (accounts.client_id == client)
            & (accounts.placed_on <= cut)
            & (accounts.first_cut_on.isna() | (accounts.first_cut_on > cut))
        ]
        placed = waiting.reset_index(names="account_id")[
            ["account_id", "campaign_id", "balance_cents", "dpd", "bucket", "bucket_no"]
        ]
        columns = list(placed.columns)
        rows = pd.concat([rows[columns], placed], ignore_index=True) if len(placed) else rows[columns].copy()
        facts = accounts[["product", "state", "recalled_on", "recall_reason"]]
        rows = rows.merge(facts, left_on="account_id", right_index=True)
        rows = rows[rows.recalled_on.isna() | (rows.recalled_on > cut)]
        held = self["assignments"]
        held = held[(held.from_on <= cut) & (held.to_on.isna() | (cut < held.to_on))]
        rows = rows.merge(held[["account_id", "agent_id"]], on="account_id", how="left")
        rows["agent_id"] = rows.agent_id.fillna(0).astype(int)
        rows["supervisor_id"] = self.supervisor(rows.agent_id, pd.Series(cut, index=rows.index))
        rows["client_id"] = client
        return rows

    @property
    def clients(self) -> list[int]:
        return sorted(int(c) for c in self["accounts"].client_id.unique())

    def stock(self, until: date) -> pd.DataFrame:
        pairs = [(c, self.cut(c, until)) for c in self.clients]
        return pd.concat([self.held(c, cut) for c, cut in pairs if cut is not None], ignore_index=True)

    # --- migrations ------------------------------------------------------------------------------

    def moves(self, start: date, end: date) -> pd.DataFrame:
        """The accounts past due or current at the opening cut, with the bucket number they ended in."""
        found = []
        for client in self.clients:
            opened, closed = self.cut(client, start - timedelta(days=1)), self.cut(client, end)
            if opened is not None and closed is not None and closed >= pd.Timestamp(start):
                found.append(self._moves(client, opened, closed))
        return pd.concat(found, ignore_index=True)

    def _moves(self, client: int, opened: pd.Timestamp, closed: pd.Timestamp) -> pd.DataFrame:
        rows = self.held(client, opened)
        rows = rows[rows.bucket_no < 99]
        after = self["balances"]
        after = after[(after.client_id == client) & (after.as_of == closed)]
        rows = rows.merge(
            after[["account_id", "bucket_no", "status"]], on="account_id", how="left", suffixes=("", "_to")
        )
        money = self["payments"]
        money = money[(money.paid_on > opened) & (money.paid_on <= closed)]
        paid = money.groupby("account_id").amount_cents.sum()
        recalled = rows.recalled_on.notna() & (rows.recalled_on <= closed)
        written_off = recalled & rows.recall_reason.fillna("").str.upper().str.startswith("CASTIG")
        absent = rows.bucket_no_to.isna()
        covered = rows.account_id.map(paid).fillna(0) >= rows.balance_cents - 100
        rows["to_no"] = rows.bucket_no_to
        rows.loc[rows.status == "LIQUIDADA", "to_no"] = 0
        rows.loc[absent, "to_no"] = -1
        rows.loc[absent & covered, "to_no"] = 0
        rows.loc[written_off, "to_no"] = 99
        return rows[(~recalled | written_off) & (rows.to_no >= 0)].copy()

    # --- money and promises ------------------------------------------------------------------------

    def paid(self, start: date, end: date) -> pd.DataFrame:
        rows = self["payments"].merge(
            self["payment_credits"][["payment_id", "agent_id"]], left_on="id", right_on="payment_id"
        )
        rows = rows[(rows.paid_on >= pd.Timestamp(start)) & (rows.paid_on <= pd.Timestamp(end))].copy()
        rows["supervisor_id"] = self.supervisor(rows.agent_id, rows.paid_on)
        return rows

    def cohort_paid(self, start: date, end: date) -> pd.DataFrame:
        rows = self.paid(start, end)
        return rows[rows.account_id.isin(self.opened(start).account_id)]

    def opened(self, start: date) -> pd.DataFrame:
        return self.stock(start - timedelta(days=1))

    def spoken(self, start: date, end: date) -> pd.DataFrame:
        rows = self["contacts"]
        rows = rows[(rows.started_on >= pd.Timestamp(start)) & (rows.started_on <= pd.Timestamp(end))].copy()
        rows["agent_id"] = rows.agent_id.fillna(0).astype(int)
        rows["supervisor_id"] = self.supervisor(rows.agent_id, rows.started_on)
        return rows

    def promised(self, column: str, start: date, end: date) -> pd.DataFrame:
        rows = self["promises"].merge(
            self["promise_results"], left_on="id", right_on="promise_id", how="left"
        )
        rows = rows[(rows[column] >= pd.Timestamp(start)) & (rows[column] <= pd.Timestamp(end))].copy()
        rows["agent_id"] = rows.agent_id.fillna(0).astype(int)
        rows["supervisor_id"] = self.supervisor(rows.agent_id, rows.made_on)
        return rows

    # --- the metrics -------------------------------------------------------------------------------

    def metric(self, name: str, start: date, end: date) -> tuple[pd.DataFrame, Any, Any]:
        """The rows, and the columns (or masks) that are summed over and under the line."""
        if name in ("roll_rate", "cure_rate", "containment"):
            rows = self.moves(start, end)
            rows = rows[rows.bucket_no >= 1]
            tests = {
                "roll_rate": rows.to_no > rows.bucket_no,
                "cure_rate": rows.to_no == 0,
                "containment": rows.to_no <= rows.bucket_no,
            }
            return rows, tests[name].astype(int), pd.Series(1, index=rows.index)
        if name in ("portfolio_balance", "aging_balance"):
            rows = self.stock(end)
            return rows, rows.balance_cents, None
        if name in ("accounts_count", "aging_accounts"):
            rows = self.stock(end)
            return rows, pd.Series(1, index=rows.index), None
        if name == "recovered_amount":
            rows = self.paid(start, end)
            return rows, rows.amount_cents, None
        if name == "ptp_count":
            rows = self.promised("made_on", start, end)
            return rows, pd.Series(1, index=rows.index), None
        if name == "ptp_kept_rate":
            rows = self.promised("due_on", start, end)
            mature = (rows.status != "renewed") & (rows.decide_on <= pd.Timestamp(self.today))
            return rows, (mature & (rows.status == "kept")).astype(int), mature.astype(int)
        rows = self.spoken(start, end)
        one = pd.Series(1, index=rows.index)
        talked = rows.talk_seconds > 0
        return {
            "calls": (rows, (rows.channel == "call").astype(int), None),
            "contact_rate": (rows, rows.human.astype(int), one),
            "rpc_rate": (rows, rows.rpc.astype(int), rows.human.astype(int)),
            "aht": (
                rows,
                (rows.talk_seconds + rows.wrap_seconds).where(talked, 0),
                talked.astype(int),
            ),
        }[name]
