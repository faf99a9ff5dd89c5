"""Words that a neighbour gives their meaning: "promesas para hoy", "saldo de castigos", "más quita"."""

import re
from dataclasses import replace

from bot.understand.draft import Draft
from bot.understand.lexicon import Lexicon
from bot.understand.metrics import joined_by_and
from bot.understand.names import GIVEN
from bot.understand.normalise import fold
from bot.understand.period_words import words
from bot.understand.tag import Item

_TAKEN = re.compile(r"[ai]d[oa]s?\b|nuev|new|taken|made|cread|fecha")


def read_promised(draft: Draft) -> None:
    """ "cuántas promesas tengo para hoy": those that fall due, not those taken."""
    for at, item in draft.each("metric", "ask"):
        plain = item.kind == "metric" and item.value == "ptp_count" and not _TAKEN.search(fold(item.raw))
        if plain or (item.kind == "ask" and item.value == "promesas"):
            draft.items[at] = replace(item, kind="metric", value="ptp_due", weak=False)


def read_charged_off(draft: Draft) -> None:
    """ "saldo de castigos": the rows charged off, where another metric is what is asked."""
    for at, item in draft.each("metric"):
        others = [i for _, i in draft.each("metric", "ask") if i is not item]
        if fold(item.raw) == "castigos" and others and not joined_by_and(draft, at):
            item.kind, item.value = "value", ("bucket", "castigo")


_NOUNS = ("metric", "ask", "target", "budget")
_OPERANDS = ("name", "value", "unclear")
_ARTICLES = frozenset(words("la las de en mas menos mayor menor cuanta cuantas que con su"))


_NO_VERB_AFTER = frozenset(words("el la los las un una de del por con sin para segun x by per the of"))


def read_homographs(draft: Draft) -> None:
    """ "llamadas por marca", "de Tomás": after these stands a noun or a name, not a verb."""
    why = any(item.kind == "why" for item in draft.items)
    for at, item in enumerate(draft.items):
        if why and item.kind == "ne" and fold(item.raw) == "drop":
            item.kind = "unknown"  # "why did it drop at Banco Alameda": it fell
        if item.kind == "stop" and item.value == "verb":
            before = fold(draft.items[at - 1].raw).split()[-1:] if at else []
            if fold(item.raw) in GIVEN or _NO_VERB_AFTER & set(before):
                item.kind = "unknown"


def read_verbs(draft: Draft, lexicon: Lexicon) -> None:
    """ "promesas de Ana que vencieron": the verb says which metric its noun is; without one it is unread."""
    for at, item in draft.each("verb"):
        meant = lexicon.verbs_of[str(item.value)]
        nouns = [n for n, each in draft.each(*_NOUNS) if _noun(each) in meant]
        if nouns:
            near = min(nouns, key=lambda n: abs(n - at))
            noun = draft.items[near]
            if meant[_noun(noun)] != noun.value:
                draft.items[near] = replace(noun, kind="metric", value=meant[_noun(noun)], weak=False)
            item.used = True


def _noun(item: Item) -> str:
    return str(item.value) if item.kind in ("metric", "ask") else item.kind


def read_peak(draft: Draft) -> None:
    """ "the best time to call": of the day's hours the one with most contact."""
    for _, item in draft.each("peak"):
        item.used = True
        draft.metrics.append("contact_rate")
        draft.add_dim("hour")
        draft.rank, draft.limit = "most", 1


def read_quita(draft: Draft) -> None:
    """ "qué asesor da más quita": the discount, where no name or value follows to be left out."""
    for at, item in draft.each("ne"):
        noun = item.alt
        if noun is None or noun.kind != "metric":
            continue
        after = draft.after(at)
        leads = draft.kind(after) in _OPERANDS or draft.kind(draft.after(after)) in _OPERANDS
        if not leads or (at and fold(draft.items[at - 1].raw).split()[-1] in _ARTICLES):
            noun.raw = item.raw
            draft.items[at] = noun
