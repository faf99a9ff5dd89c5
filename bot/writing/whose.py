"""Puts the asker's name for "mine" in what is to be done: whoever approves it later is somebody else."""

from collections.abc import Mapping
from typing import Any

from db.access import KINDS, Names

MINE = "@me"


def in_her_name(fields: Mapping[str, Any], person_id: int, known: Names) -> dict[str, Any]:
    """ "Mi equipo", "mi meta" by name; as it is where she is none of that kind."""
    told = {
        slot: _name(slot, person_id, known) if slot in KINDS and value == MINE else value
        for slot, value in fields.items()
    }
    if filters := told.get("filters"):
        told["filters"] = [_filter(each, person_id, known) for each in filters]
    return told


def _filter(each: Any, person_id: int, known: Names) -> Any:
    if not isinstance(each, Mapping) or each.get("value") != MINE or each.get("field") not in KINDS:
        return each
    return {**each, "value": _name(str(each["field"]), person_id, known)}


def _name(kind: str, person_id: int, known: Names) -> str:
    named = known.by_id(kind).get(person_id)
    return MINE if named is None else named.display
