"""What the database already knows of the names in a file: clients, campaigns, people, accounts.

A name nobody knows makes the row an orphan: refused, with its reason and counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property

import polars as pl
from sqlalchemy import ColumnElement, Connection, select

from db.erasure.suppressed import suppressed_among, suppressing
from db.loading.columns import add_faults
from db.loading.pipes import read_frame
from db.loading.readers import ZONE
from db.loading.table import FAULT
from db.tables.reference import accounts, campaigns, clients, people

ORPHAN = "orphan_"
SUPPRESSED = "suppressed"
_FEW = 20_000  # below this many accounts, ask for those; above, read the client's all
_PART = 5_000


@dataclass(frozen=True)
class Job:
    """One import under way: the connection it reads by, its moment, and whether it will write."""

    connection: Connection
    now: datetime
    writes: bool

    def __post_init__(self) -> None:
        # Columns of instants are in UTC, and polars compares them with a moment of no other zone.
        object.__setattr__(self, "now", self.now.astimezone(UTC))

    @property
    def today(self) -> date:
        return self.now.astimezone(ZONE).date()

    @cached_property
    def clients(self) -> pl.DataFrame:
        return read_frame(self.connection, select(*clients.c))

    @cached_property
    def campaigns(self) -> pl.DataFrame:
        return read_frame(self.connection, select(*campaigns.c))

    @cached_property
    def people(self) -> pl.DataFrame:
        return read_frame(self.connection, select(*people.c))

    def with_client(self, rows: pl.DataFrame) -> pl.DataFrame:
        return _named(rows, "client_code", self.clients, "code", {"id": "client_id"})

    def with_campaign(self, rows: pl.DataFrame) -> pl.DataFrame:
        found = {"id": "campaign_id", "client_id": "campaign_client_id"}
        return _named(rows, "campaign_code", self.campaigns, "code", found)

    def with_person(self, rows: pl.DataFrame, column: str, into: str) -> pl.DataFrame:
        """The person's id in `into`; an empty name is nobody, not an orphan."""
        if column not in rows.columns:
            return rows.with_columns(pl.lit(None, pl.Int64).alias(into))
        return _named(rows, column, self.people, "employee_no", {"id": into})

    def with_account(self, rows: pl.DataFrame, *also: str) -> pl.DataFrame:
        """client_id, account_id and campaign_id of each row's account, and these columns of it too."""
        rows = self.with_client(rows)
        standing = self.accounts_of(rows, ("id", "client_id", "account_no", "campaign_id", *also))
        standing = standing.rename({"id": "account_id"})
        keys = ["client_id", "account_no"]
        if (
            standing["client_id"].n_unique() == 1 == rows["client_id"].n_unique()
        ):  # one key is found twice as fast
            keys, standing = ["account_no"], standing.drop("client_id")
        rows = rows.join(standing, on=keys, how="left", maintain_order="left")
        lost = (
            rows["client_id"].is_not_null() & rows["account_no"].is_not_null() & rows["account_id"].is_null()
        )
        if not lost.any():
            return rows
        zeros = self._had_zeros(rows.filter(lost))
        bare = rows["account_no"].str.strip_chars_start("0")
        cut = lost & bare.is_in(zeros.implode() if zeros.len() else [""])
        faults = {SUPPRESSED: self.suppressed(rows, lost), f"{ORPHAN}zeros": cut, f"{ORPHAN}account": lost}
        return add_faults(rows, "account_no", faults)

    def suppressed(self, rows: pl.DataFrame, unknown: pl.Series) -> pl.Series:
        """Of the accounts nobody knows, those whose debtor was erased: no file brings them back."""
        gone = pl.Series([False] * rows.height)
        for client in suppressing(self.connection):
            mine = (rows["client_id"] == client).fill_null(value=False) & unknown
            numbers = rows.filter(mine)["account_no"].drop_nulls().unique().to_list()
            found = suppressed_among(self.connection, client, numbers)
            gone = gone | (mine & rows["account_no"].is_in(sorted(found)).fill_null(value=False))
        return gone

    def _had_zeros(self, lost: pl.DataFrame) -> pl.Series:
        """Of the unknown numbers, those that are a known account's without its zeros."""
        if lost.height > _FEW:
            return pl.Series(dtype=pl.String)
        bare = lost["account_no"].str.strip_chars_start("0").unique()
        query = select(accounts.c.account_no).where(
            accounts.c.client_id.in_(lost["client_id"].unique().to_list())
        )
        known = read_frame(self.connection, query)["account_no"].str.strip_chars_start("0")
        return bare.filter(bare.is_in(known.implode()) & (bare != ""))

    def accounts_of(self, rows: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
        """The accounts the rows name, from the database; one read of few or of the client's all."""
        told = [name for name in columns if name != "client_id"]
        query = select(*(accounts.c[name] for name in told))
        numbers = rows["account_no"].drop_nulls().unique()
        parts = [
            (client, query.where(accounts.c.client_id == client, *narrowed))
            for client in rows["client_id"].drop_nulls().unique().to_list()
            for narrowed in _narrowed(numbers)
        ]
        parts = parts or [(None, query.limit(0))]
        found = [
            read_frame(self.connection, part).with_columns(pl.lit(client, pl.Int64).alias("client_id"))
            for client, part in parts
        ]
        return pl.concat(found).select(columns)


def _narrowed(numbers: pl.Series) -> list[list[ColumnElement[bool]]]:
    if len(numbers) > _FEW:
        return [[]]
    return [[accounts.c.account_no.in_(part.to_list())] for part in _parts(numbers)]


def _parts(values: pl.Series) -> list[pl.Series]:
    return [values.slice(start, _PART) for start in range(0, len(values), _PART)]


def _named(
    rows: pl.DataFrame, column: str, known: pl.DataFrame, code: str, found: dict[str, str]
) -> pl.DataFrame:
    """Joins what is known under the code, upper and lower case alike."""
    book = known.select(
        pl.col(code).str.to_uppercase().alias("_code"), *(pl.col(c).alias(n) for c, n in found.items())
    )
    book = book.unique("_code", keep="first", maintain_order=True)
    written = rows.select(column).unique().with_columns(pl.col(column).str.to_uppercase().alias("_code"))
    written = written.join(book, on="_code").drop("_code")
    rows = rows.join(written, on=column, how="left", maintain_order="left")
    first = next(iter(found.values()))
    lost = rows[column].is_not_null() & rows[first].is_null()
    who = column.removesuffix("_code").removesuffix("_employee_no")
    return add_faults(rows, column, {f"{ORPHAN}{who}": lost})


def reject_repeats(rows: pl.DataFrame, key: Sequence[str], column: str) -> pl.DataFrame:
    """The later of two good rows with one key is refused: which of them is right, the file does not say."""
    good = rows[FAULT].is_null()
    sound = rows.select(key) if good.all() else rows.filter(good).select(key)
    telling = [name for name in key if sound[name].n_unique() > 1] or list(key)
    if sound.select(telling).n_unique() == sound.height:
        return rows
    repeated = sound.select(pl.int_range(pl.len()).over(list(key)) > 0).to_series()
    where = pl.Series([False] * rows.height).scatter(good.arg_true(), repeated)
    return add_faults(rows, column, {"repeated": where})
