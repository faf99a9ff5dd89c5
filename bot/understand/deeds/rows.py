"""Which rows an order or a list is about: filters, period and rank, read as a question reads them.

A word counts as read only where it became a part of the request: a question's filler words do not pass here.
"""

from collections.abc import Collection
from dataclasses import dataclass

from bot.understand.compose import compose
from bot.understand.deeds.sheet import GONE, Sheet
from bot.understand.draft import Draft, Problem
from bot.understand.period_words import words
from bot.understand.tag import Tagged, tag
from skills.contract import Filter

_ROWS = frozenset(words("name value filter number cmp between ne field dim unclear team me only and comma"))
_RANKING = frozenset(("number", "ne", "rank"))
_COUNTED = frozenset(("accounts_count", "portfolio_balance"))
# On rows of accounts the money bounded is each account's own.
_OWN = {"portfolio_balance": "balance", "accounts_count": "balance"}


@dataclass(frozen=True)
class Rows:
    draft: Draft
    filters: tuple[Filter, ...]


def read_rows(
    sheet: Sheet,
    *,
    kinds: Collection[str] = (),
    metrics: Collection[str] = _COUNTED,
    renamed: dict[str, str] | None = None,
) -> Rows:
    """What is left of the sheet. `kinds`: what may be said beside rows; `metrics`: what may count them."""
    tagged = tag(_masked(sheet), sheet.floor.lexicon, sheet.floor.names, sheet.today, repair=False)
    draft, _ = compose(tagged, sheet.floor.lexicon, sheet.floor.names)
    allowed = _ROWS | frozenset(kinds)
    if draft.rank or draft.limit:  # "menos 20" bounds nothing here: the number stays unread
        allowed -= _RANKING
    for item in draft.items:
        counted = item.kind == "metric" and (item.value in metrics or item.value in draft.thresholds)
        if item.used and (item.kind in allowed or counted):
            sheet.read |= _tokens(sheet, tagged, item.first, item.last)
    split = [d for d in draft.dims if not any(f.field == d for f in draft.filters)]
    if split:
        _unmark(sheet, draft, tagged)
    names = {**_OWN, **(renamed or {})}
    filters = tuple(f.model_copy(update={"field": names.get(f.field, f.field)}) for f in draft.filters)
    return Rows(draft, filters)


def keep_filters(sheet: Sheet, rows: Rows) -> None:
    if rows.filters:
        sheet.fields["filters"] = [f.model_dump(mode="json") for f in rows.filters]
    sheet.problems += [p for p in rows.draft.problems if _about_rows(p)]


def _about_rows(problem: Problem) -> bool:
    return problem.about != "metric" and not problem.about.startswith("slot:dims")


def _masked(sheet: Sheet) -> str:
    """As typed, with a full stop in each gap: words on its two sides do not belong together."""
    raw, origin = list(sheet.typed.raw), sheet.typed.origin
    gone = [n for n, c in enumerate(sheet.text) if c == GONE]
    for place in gone:
        opens = place == 0 or sheet.text[place - 1] != GONE
        raw[origin[place]] = "." if opens else " "
    return "".join(raw)


def _tokens(sheet: Sheet, tagged: Tagged, first: int, last: int) -> set[int]:
    """The sheet's own tokens under these of the masked text."""
    starts = {sheet.typed.origin[t.start]: n for n, t in enumerate(sheet.typed.tokens)}
    places = (tagged.typed.origin[t.start] for t in tagged.typed.tokens[first:last])
    return {starts[p] for p in places if p in starts}


def _unmark(sheet: Sheet, draft: Draft, tagged: Tagged) -> None:
    """ "por agente" splits a number; rows are not split: the words stay unread."""
    for item in draft.items:
        if item.kind == "dim":
            sheet.read -= _tokens(sheet, tagged, item.first, item.last)
