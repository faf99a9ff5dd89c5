"""Reads "is there anything odd today?": a day and filters, and no metric of its own."""

from datetime import date

from bot.understand.compose import period_of, unread
from bot.understand.draft import Draft
from bot.understand.lexicon import Lexicon
from bot.understand.result import Reading


def unusual_asked(draft: Draft, lexicon: Lexicon, today: date) -> Reading | None:
    """None where nobody asks for it, or where more is said than a day and whose numbers."""
    said = [item for _, item in draft.each("unusual")]
    for item in said:
        item.used = True
    if not said or draft.metrics or draft.dims or draft.problems or unread(draft):
        return None
    period = period_of(draft, [], lexicon, today)
    fields = {
        "filters": [each.model_dump(mode="json") for each in draft.filters],
        "period": period.model_dump(mode="json") if period else None,
    }
    return Reading("question", "anomalies", fields)
