"""Holds a model's plan against the message: every word of it must stand there, and be what it is taken for.

Our own tagger and composer read each stretch again; the model only says where one begins and what an unknown
word may mean.
"""

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from bot.llm.plan import Plan, within_measure
from bot.understand import Reader
from bot.understand.compose import compare_of, compose, period_of, unread
from bot.understand.draft import Draft
from bot.understand.follow import resolved_order
from bot.understand.lexicon import Entry, Phrase
from bot.understand.normalise import PUNCTUATION, normalise
from bot.understand.period_words import words
from bot.understand.tag import Item, Tagged, tag
from skills.contract import Compare, KpiRequest

# Words that turn a meaning round are never part of the name of something.
_TURNING = frozenset(
    words("no ni sin nunca jamas nadie ningun ninguna not never without nobody none except excepto")
)
_OPEN = ("unknown", "verb")
_LONGEST = 6  # words that name one thing


class Unfounded(ValueError):
    """A plan that says what the message does not."""


@dataclass(frozen=True)
class Gloss:
    """Unknown words, and what they are taken to name."""

    keys: Phrase
    raw: str
    kind: str  # metric | dim
    value: str


@dataclass
class Heard:
    """What a plan says of one message, each part read again by our own code."""

    glosses: list[Gloss] = field(default_factory=list)
    metrics: list[str] = field(default_factory=list)
    dims: list[str] = field(default_factory=list)
    filters: list[Draft] = field(default_factory=list)
    said_ops: list[tuple[str, str]] = field(default_factory=list)  # the model's own field and operator
    period: Draft | None = None
    compare: Draft | None = None
    order: Draft | None = None
    covered: set[int] = field(default_factory=set)  # tokens


class Checked:
    """One message, the words of it nobody explains, and what may be said of them.

    `verbatim` off is the ablation: nothing is looked up.
    """

    def __init__(
        self,
        reader: Reader,
        tagged: Tagged,
        today: date,
        unread: Iterable[str] = (),
        *,
        verbatim: bool = True,
    ) -> None:
        self._reader, self._tagged, self._today, self._verbatim = reader, tagged, today, verbatim
        self._unread = {word for each in unread for word in _words_in(each)}

    def heard(self, plan: Plan) -> Heard:
        """Raises Unfounded where any part of it is not in the message, or not what it is taken for."""
        if not within_measure(plan):
            raise Unfounded("size")
        heard = Heard()
        for each in plan.metrics:
            self._thing(heard, "metric", each.id.value, each.words)
        for each in plan.splits:
            self._thing(heard, "dim", each.id.value, each.words)
        for each in plan.filters:
            heard.filters.append(self._part(heard, each.words, "filter"))
            heard.said_ops.append((each.field.value, each.op.value))
        heard.period = self._part(heard, plan.period, "period") if plan.period.strip() else None
        heard.compare = self._part(heard, plan.compare, "compare") if plan.compare.strip() else None
        heard.order = self._part(heard, plan.order, "order") if plan.order.strip() else None
        return heard

    def whole(self, heard: Heard) -> bool:
        """Whether each content word of the message is in a stretch the plan names."""
        return all(
            item.kind in ("stop", "comma") or set(range(item.first, item.last)) <= heard.covered
            for item in self._tagged.items
        )

    # --- One stretch ---------------------------------------------------------------------------------

    def _place(self, said: str) -> range:
        """Where it stands in the message, word by word."""
        wanted = [t.text for t in normalise(said).tokens if t.text not in PUNCTUATION]
        tokens = [t.text for t in self._tagged.typed.tokens]
        for at in range(len(tokens) - len(wanted) + 1 if wanted else 0):
            if tokens[at : at + len(wanted)] == wanted:
                return range(at, at + len(wanted))
        if self._verbatim:
            raise Unfounded("words")
        return range(0)

    def _part(self, heard: Heard, said: str, kind: str) -> Draft:
        """A stretch that our own composer reads alone, to its last word, as what it is said to be."""
        heard.covered |= set(self._place(said))
        tagged = tag(said, self._reader.lexicon, self._reader.names, self._today)
        draft, _ = compose(tagged, self._reader.lexicon, self._reader.names, in_thread=True)
        if unread(draft) or draft.problems or _holds(draft) != {kind}:
            raise Unfounded("part")
        return draft

    def _thing(self, heard: Heard, kind: str, value: str, said: str) -> None:
        place = self._place(said)
        items = [i for i in self._tagged.items if i.first < place.stop and i.last > place.start]
        heard.covered |= set(place)
        (heard.metrics if kind == "metric" else heard.dims).append(value)
        if not any(map(self._open, items)):
            return self._known(items, kind, value)
        if self._verbatim:
            self._may_name(items, place, kind, value)
        kept = self._trimmed(items)
        raw = self._tagged.typed
        tokens = raw.tokens[kept[0].first : kept[-1].last]
        typed = raw.raw[raw.origin[tokens[0].start] : raw.origin[tokens[-1].end - 1] + 1]
        heard.glosses.append(Gloss(tuple(t.key for t in tokens), typed, kind, value))
        return None

    def _known(self, items: list[Item], kind: str, value: str) -> None:
        """Words we know say what we know they say."""
        meant = {str(i.value) for i in items if i.kind == kind}
        either = {m for i in items if i.kind == "ask" for m in self._reader.lexicon.asked[i.value]}
        if self._verbatim and value not in meant | either:
            raise Unfounded("known")

    def _may_name(self, items: list[Item], place: range, kind: str, value: str) -> None:
        """Only unknown words get a meaning, with the small words and the loose ones beside them."""
        if len(place) > _LONGEST or items[0].first < place.start or items[-1].last > place.stop:
            raise Unfounded("stretch")
        for item in items:
            if _words_in(item.raw) & _TURNING or not (self._open(item) or self._loose(item, kind, value)):
                raise Unfounded("taken")

    def _open(self, item: Item) -> bool:
        """Whether nobody has said yet what it means. A number or a sign is never the name of anything."""
        said = _words_in(item.raw)
        return item.kind in _OPEN and all(map(str.isalpha, said)) and said <= self._unread

    def _loose(self, item: Item, kind: str, value: str) -> bool:
        if item.kind == "ask":
            return kind == "metric" and value in self._reader.lexicon.asked[item.value]
        weak = item.kind == "metric" and item.weak and item.value != value
        led = item.kind == "by" and kind == "dim"
        return weak or led or item.kind in ("stop", "generic", "which", "who")

    def _trimmed(self, items: list[Item]) -> list[Item]:
        """From the first open word to the last: the small words around it keep their own meaning."""
        told = [n for n, i in enumerate(items) if self._open(i) or i.kind in ("metric", "ask")]
        return items[told[0] : told[-1] + 1]


def _holds(draft: Draft) -> set[str]:
    """What a stretch says. A ranking may name what it ranks, a bound what it bounds."""
    found = {
        "filter": bool(draft.filters),
        "period": draft.period is not None,
        "compare": draft.compare_to is not None,
        "order": bool(draft.rank or draft.order),
        "metric": not set(draft.metrics) <= set(draft.thresholds),
        "dim": bool(draft.dims) and not draft.rank,
    }
    return {kind for kind, there in found.items() if there}


def _words_in(text: str) -> set[str]:
    return {token.text for token in normalise(text).tokens if token.text not in PUNCTUATION}


# --- The message read again --------------------------------------------------------------------------


def with_glosses(reader: Reader, glosses: Iterable[Gloss], *, residue: bool = True) -> Reader:
    """The same reader, for one message, with words more: all else it decides as ever."""
    known = reader.lexicon
    phrases, longest = dict(known.phrases), dict(known.longest)
    for each in glosses:
        phrases[each.keys] = Entry(each.kind, each.value)
        longest[each.keys[0]] = max(longest.get(each.keys[0], 0), len(each.keys))
    mended = frozenset(word for each in glosses for word in each.keys)
    own = copy.copy(reader)
    own.lexicon = replace(known, phrases=phrases, longest=longest, common=known.common | mended)
    own._residue = residue
    return own


def contradicted(heard: Heard, fields: Mapping[str, Any], reader: Reader, today: date) -> bool:
    """Whether the plan says of the message anything else than the request does."""
    request = KpiRequest.model_validate(fields)
    own = as_request(heard, reader, today)
    kept = {(f.field, f.op, f.value) for f in request.filters}
    return (
        (bool(heard.metrics) and {*_listed(own.metric)} != {*_listed(request.metric)})
        or not set(own.dims) <= set(request.dims)
        or not {(f.field, f.op, f.value) for f in own.filters} <= kept
        or not all(any(f == field and _alike(op, o) for f, o, _ in kept) for field, op in heard.said_ops)
        or (own.period is not None and own.period != request.period)
        or (own.compare is not None and (request.compare is None or own.compare.to != request.compare.to))
        or (own.order is not None and own.order != request.order)
        or (own.limit is not None and own.limit != request.limit)
    )


def as_request(heard: Heard, reader: Reader, today: date) -> KpiRequest:
    """The plan as a whole request, put together from the parts our own code read."""
    metrics = list(dict.fromkeys(heard.metrics))
    dims = [*heard.dims, *(d for part in heard.filters for d in part.dims)]
    order = heard.order
    dims += order.dims if order else []
    period = period_of(heard.period, metrics, reader.lexicon, today) if heard.period else None
    compare: Compare | None = compare_of(heard.compare, period, today) if heard.compare else None
    return KpiRequest(
        metric=metrics[0] if len(metrics) == 1 else tuple(metrics),
        dims=tuple(dict.fromkeys(dims)),
        filters=tuple(f for part in heard.filters for f in part.filters),
        period=period,
        compare=compare,
        order=resolved_order(order, metrics, reader.lexicon) if order else None,  # type: ignore[arg-type]
        limit=order.limit if order else None,
    )


def _listed(metric: str | tuple[str, ...]) -> tuple[str, ...]:
    return (metric,) if isinstance(metric, str) else metric


def _alike(said: str, read: str) -> bool:
    """ "eq" and "in" keep, "ne" and "not_in" leave out; bounds are themselves, give or take the edge."""
    kinds = ({"eq", "in"}, {"ne", "not_in"}, {"lt", "le"}, {"gt", "ge"})
    return said == read or any({said, read} <= kind for kind in kinds)
