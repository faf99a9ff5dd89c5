"""The opening cuts of the days to come, account by account, so that a new cut is compared in one scan.

Derived and disposable: a client's rows count only while kept_openings names their cuts.
"""

from sqlalchemy import (
    Column,
    Date,
    ForeignKey,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
)

from db.tables.types import Cents, Key, metadata

SLOTS = 3  # a week's, a quincena's and a month's opening; often two of them are the same cut

kept_openings = Table(
    "kept_openings",
    metadata,
    Column("client_id", Key, ForeignKey("clients.id"), nullable=False),
    Column("slot", SmallInteger, nullable=False),  # 1 is the oldest cut
    Column("opened_on", Date, nullable=False),
    PrimaryKeyConstraint("client_id", "slot"),
)

# What many accounts had in common at a cut, under one number: so a scan groups by numbers only.
opening_groups = Table(
    "opening_groups",
    metadata,
    Column("client_id", Key, nullable=False),
    Column("slot", SmallInteger, nullable=False),
    Column("group_no", Integer, nullable=False),
    Column("campaign_id", Key, nullable=False),
    Column("supervisor_id", Key, nullable=False),
    Column("agent_id", Key, nullable=False),
    Column("bucket", String(12), nullable=False),
    Column("bucket_no", SmallInteger, nullable=False),
    PrimaryKeyConstraint("client_id", "slot", "group_no"),
    UniqueConstraint("client_id", "slot", "agent_id", "campaign_id", "bucket_no", "bucket", "supervisor_id"),
)

# Every account of any of the cuts, charged-off ones left out; NULL in a slot whose cut does not hold it.
opening_accounts = Table(
    "opening_accounts",
    metadata,
    Column("client_id", Key, nullable=False),
    Column("account_id", Key, nullable=False),
    *(Column(f"group_{slot}", Integer) for slot in range(1, SLOTS + 1)),
    *(Column(f"cents_{slot}", Cents) for slot in range(1, SLOTS + 1)),
    PrimaryKeyConstraint("client_id", "account_id"),
    sqlite_with_rowid=False,
)
