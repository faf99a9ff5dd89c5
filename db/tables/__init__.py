"""Every table of the product, on one MetaData. Knows shapes only: no query, no session."""

from db.tables import (
    agency,
    agree,
    alerts,
    cells,
    clock,
    desk,
    facts,
    floor,
    guards,
    house,
    law,
    law_told,
    openings,
    promised,
    reference,
    reports,
)
from db.tables.types import metadata

__all__ = [
    "agency",
    "agree",
    "alerts",
    "cells",
    "clock",
    "desk",
    "facts",
    "floor",
    "guards",
    "house",
    "law",
    "law_told",
    "metadata",
    "openings",
    "promised",
    "reference",
    "reports",
]
