"""What people asked to be done: each proposal from its preview to its end. Knows no action."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from db.tables.types import Instant, Key, metadata

# A button carries the token and nothing else; every step is a change of state that one process wins.
proposals = Table(
    "proposals",
    metadata,
    Column("token", String(24), primary_key=True),
    Column("intent", String(40), nullable=False),
    Column("request", Text, nullable=False),  # the action's fields as JSON
    Column("person_id", Key, ForeignKey("people.id"), nullable=False),  # who asked
    Column("place", String(80), nullable=False),
    Column("thread", String(80)),
    Column(
        "state", String(10), nullable=False
    ),  # open | waiting | done | discarded | rejected | undone | expired
    Column("plan", Text, nullable=False),  # all that is to be written, as it was shown
    Column("size", Integer, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("decided_by", Key, ForeignKey("people.id")),  # who approved, rejected or undid it last
    Column("done_at", Instant),
    Index("ix_proposals_person_id_state", "person_id", "state"),
    Index("ix_proposals_place_thread", "place", "thread"),
)

# The messages whose buttons belong to a proposal: each is drawn anew, without them, once it is decided.
proposal_cards = Table(
    "proposal_cards",
    metadata,
    Column("key", String(60), primary_key=True),  # of the parcel that posted it
    Column("token", String(24), ForeignKey("proposals.token"), nullable=False, index=True),
    Column("team", String(20), nullable=False),
    Column("channel", String(40), nullable=False),
    Column("text", Text, nullable=False),
    Column("blocks", Text, nullable=False),  # as JSON, without buttons
)
