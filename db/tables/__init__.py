"""Every table of the product, on one MetaData. Knows shapes only: no query, no session."""

from db.tables import agency, cells, desk, facts, guards, house, openings, reference
from db.tables.types import metadata

__all__ = ["agency", "cells", "desk", "facts", "guards", "house", "metadata", "openings", "reference"]
