"""Every table of the product, on one MetaData. Knows shapes only: no query, no session."""

from db.tables import cells, facts, house, reference
from db.tables.types import metadata

__all__ = ["cells", "facts", "house", "metadata", "reference"]
