"""What a number counts: the noun behind n and beside a denominator. Knows text keys, no wording."""

from db.measures import MEASURES
from db.metrics import Parts

_OF_MEASURE = {"attempts": "attempts", "answered": "calls", "call_attempts": "calls", "firsts": "agreements"}
_OF_COMPUTED = {
    "negotiated": "agreements",
    "accounts_flowed_from": "accounts",
    "stock_flowed_from": "accounts",
    "paid_where_costed": "payments",
    "fees_where_costed": "payments",
}
_OF_SOURCE = {
    "migrations": "accounts",
    "positions": "accounts",
    "openings": "accounts",
    "worked_of_opening": "accounts",
    "paying_of_opening": "accounts",
    "reach": "accounts",
    "days_reached": "account_days",
    "cures": "accounts",
    "payments": "payments",
    "posted": "payments",
    "contacts": "contacts",
    "promises": "promises",
    "promises_due": "promises",
    "agreements": "agreements",
    "installments_due": "installments",
    "surveys": "answers",
    "evaluations": "evaluations",
    "trainings": "courses",
    "shifts": "shifts",
}


def noun(parts: Parts) -> str:
    """The key of what n stands for: of the first thing divided by, else of the sum itself."""
    name = (parts.den or parts.num)[0].removeprefix("-")
    if named := _OF_MEASURE.get(name) or _OF_COMPUTED.get(name):
        return named
    return _OF_SOURCE.get(MEASURES[name].source, "cases") if name in MEASURES else "cases"
