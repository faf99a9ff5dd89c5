"""Keeps what somebody wrote about a debtor out of the record: which words, and how they are left out.

Whose words are private an action says itself; knows none by name.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from db.identifiers import HIDDEN, masked, netted
from skills.contract import Action

Fields = Mapping[str, Any]


def private_words(action: Action | None, fields: Fields) -> list[str]:
    """What these fields of the action hold of it, as typed and as kept."""
    names = action.private_text | action.unrecorded if action is not None else ()
    typed = [str(fields[name]) for name in sorted(names) if fields.get(name)]
    return list(dict.fromkeys([*typed, *map(masked, typed)]))


def kept_fields(action: Action, fields: Fields) -> dict[str, Any]:
    """As a proposal waits with them: no number of anybody's stands in them, and the same is written."""
    mine = {name: masked(str(fields[name])) for name in action.private_text if fields.get(name)}
    return {**fields, **mine}


def without(request: Mapping[str, Fields] | None, words: Iterable[str]) -> Mapping[str, Fields] | None:
    secret = {*words}
    if request is None or not secret:
        return request
    return {
        intent: {name: HIDDEN if str(value) in secret else value for name, value in fields.items()}
        for intent, fields in request.items()
    }


def words_netted(request: Mapping[str, Fields] | None) -> Mapping[str, Fields] | None:
    """What was said in words of one's own (a reason) holds nobody's number; a value that names stays."""
    if request is None:
        return None
    return {
        intent: {
            name: netted(value) if isinstance(value, str) and " " in value else value
            for name, value in fields.items()
        }
        for intent, fields in request.items()
    }


def said_without(said: str | None, words: Iterable[str]) -> str | None:
    """The sentence with those words left out; nothing of it, where they do not stand in it as they are."""
    secret = list(words)
    if said is None or not secret:
        return said
    if not any(word in said for word in secret):
        return HIDDEN
    for word in secret:
        said = said.replace(word, HIDDEN)
    return said
