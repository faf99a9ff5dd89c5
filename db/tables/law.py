"""Breaches of the rules as cases, what was done about each, and which days were searched how far.

0 stands for nobody and nothing among the owners, as in the cells.
"""

from sqlalchemy import (
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from db.tables.types import Instant, Key, metadata

# One record breaks one rule once, however often it is searched.
breaches = Table(
    "breaches",
    metadata,
    Column("id", Key, primary_key=True),
    Column("rule", String(6), nullable=False),
    Column("version", SmallInteger, nullable=False),  # of the rule, as db/rules.yaml counts them
    Column("severity", String(8), nullable=False),
    Column("record", String(8), nullable=False),  # contact | case | account | shift
    Column("record_id", Key, nullable=False),
    Column("client_id", Key, nullable=False),
    Column("campaign_id", Key, nullable=False),
    Column("supervisor_id", Key, nullable=False),  # whose team it was that day
    Column("agent_id", Key, nullable=False),
    Column("account_id", Key, nullable=False),
    Column("channel", String(12), nullable=False),
    Column("happened_at", Instant, nullable=False),
    Column("happened_on", Date, nullable=False),
    Column("evidence", Text, nullable=False),  # JSON: clocks and facts; no name, no number
    Column("state", String(16), nullable=False),  # open | attended | training | escalated | false_positive
    Column("owner_id", Key, nullable=False),  # who took it up last
    Column("found_at", Instant, nullable=False),
    UniqueConstraint("rule", "record", "record_id"),
    Index("ix_breaches_happened_on", "happened_on", "client_id"),
)

# What was done about a breach; rows are added, never changed.
breach_steps = Table(
    "breach_steps",
    metadata,
    Column("id", Key, primary_key=True),
    Column("breach_id", Key, ForeignKey("breaches.id"), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("person_id", Key, nullable=False),
    Column("before", String(16), nullable=False),
    Column("after", String(16), nullable=False),
    Column("reason", Text, nullable=False),
)

# How far a day's contacts have been searched. A day with other rows than these is searched again.
searched_days = Table(
    "searched_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("rows", Integer, nullable=False),
    Column("top_id", Key, nullable=False),
    Column("digest", String(64), nullable=False),  # of the rules and policies they were judged by
    Column("searched_at", Instant, nullable=False),
)

# Of a day's contacts, how many a rule looked at and how many it could not judge for want of data.
searched_counts = Table(
    "searched_counts",
    metadata,
    Column("day", Date, nullable=False),
    Column("client_id", Key, nullable=False),
    Column("rule", String(6), nullable=False),
    Column("contacts", Integer, nullable=False),
    Column("unknown", Integer, nullable=False),
    PrimaryKeyConstraint("day", "client_id", "rule"),
)
