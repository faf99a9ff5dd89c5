"""Every table of the product, on one MetaData. Knows shapes only: no query, no session."""

from db.tables import agency, cells, facts, house, openings, reference
from db.tables.types import metadata

__all__ = ["agency", "cells", "facts", "house", "metadata", "openings", "reference"]
