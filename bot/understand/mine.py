"""Whose rows "mis", "my", "hice" and "did I" mean: the asker's own, or her team's."""

import re

from bot.understand.draft import Draft
from bot.understand.lexicon import Lexicon
from bot.understand.normalise import fold
from bot.understand.period_words import words
from bot.understand.tag import Item

_FIRST_PERSON = frozenset(
    ("he recuperado", "he cobrado", "cuanto llevo", "llevo", "recupere", "cobre", "como voy", "how am i")
)
_I_DID = frozenset(
    words(
        "hice tome saque meti cerre logre levante registre capture amarre jale junte llame marque contacte "
        "gestione trabaje genere obtuve consegui tuve traigo llevo recupere cobre"
    )
)
_ASKING = re.compile(r"\b(?:cuant[oa]s?|que tant[oa]s?|que tan|how many|how much|what)\b")
_DID_I = re.compile(
    r"\b(?:did|have) i\b|\bhe (?:\w+[ai]do|hecho|puesto)\b"
    r"|\bi(?: ?'ve| have)? (?:made|took|taken|collected|recovered|got|recorded|logged|called|dial+ed)\b"
)


def _read_i_did(draft: Draft) -> None:
    """ "cuántas promesas hice", "how many calls did I make": the asker's own. "Tengo" says no such thing."""
    said = " ".join(fold(item.raw) for item in draft.items)
    if not _ASKING.search(said):
        return
    small = [item for item in draft.items if item.kind in ("unknown", "stop", "verb")]
    verbs = [item for item in small if fold(item.raw) in _I_DID]
    for item in verbs:
        item.used = True
    if verbs or _DID_I.search(said):
        draft.add_filter("agent", "eq", "@me")


def read_mine(draft: Draft, lexicon: Lexicon) -> None:
    """ "mi equipo", "mis agentes": the team; "mis promesas", "my AHT": the asker's own rows."""
    for at, item in draft.each("me"):
        thing = draft.after(at, skip=("stop", "rank", "number", "only"))
        item.used = True
        if draft.kind(thing) == "team" or (
            draft.kind(thing) == "dim"
            and draft.items[thing].value == "supervisor"
            and not draft.items[thing].plural
        ):
            draft.take(thing)
            draft.add_filter("supervisor", "eq", "@me")
        elif draft.kind(thing) == "dim" and draft.items[thing].value == "agent":
            draft.add_filter("supervisor", "eq", "@me")
        elif draft.kind(thing) != "dim":
            draft.add_filter("agent", "eq", "@me")
    if all(f.field == "agent" for f in draft.filters if f.value == "@me"):
        _read_i_did(draft)
    if any(_is_somebody(item) for item in draft.items):
        return  # "cuánto recupere Ana": she did
    asked = _ASKING.search(" ".join(fold(item.raw) for item in draft.items))
    for at, item in draft.each("metric", "generic"):
        said = fold(item.raw)
        own_goal = item.value == "goal_attainment" and said.endswith(" mi meta")
        mine = said in _FIRST_PERSON or (asked and said in lexicon.mine)
        if draft.kind(at - 1) in ("which", "who"):  # "quien recupere más"
            mine = False
        if mine or own_goal or said.endswith((" traigo", " llevo")):
            draft.add_filter("agent", "eq", "@me")


def _is_somebody(item: Item) -> bool:
    return item.kind == "name" and all(c.kind in ("agent", "supervisor") for c in item.value.candidates)
