"""What proves a breach, as data: the clocks of both sides and the facts its rule looked at.

Holds no name, no whole number and no note: those stand in the record it names.
"""

from collections.abc import Callable, Mapping
from typing import Any

from db.law.hours import local
from db.law.judging import Contact, World
from db.masking import ending


def evidence(rule: str, contact: Contact, world: World) -> dict[str, Any]:
    facts = _FACTS.get(rule)
    return {**clocks(contact), **(facts(contact, world) if facts else {})}


def clocks(contact: Contact) -> dict[str, Any]:
    """The moment in every zone the debtor may be in, and by what those are known."""
    there = {zone: local(contact.at, zone) for zone in sorted(contact.home.zones)}
    return {
        "debtor": {zone: f"{at:%Y-%m-%d %H:%M}" for zone, at in there.items()},
        "known_by": contact.home.by,
        "regime": contact.regime,
    }


def _caller(contact: Contact, world: World) -> dict[str, Any]:
    return {
        "caller_id": contact.caller_id,
        "registered": len(world.policy.caller_ids(contact.client)),
    }


def _party(contact: Contact, world: World) -> dict[str, Any]:  # noqa: ARG001
    return {
        "party": contact.party,
        "result": contact.result,
        "phone_owner": contact.phone_owner,
        "phone_ending": ending(contact.phone or ""),
    }


def _phone(contact: Contact, world: World) -> dict[str, Any]:  # noqa: ARG001
    return {"phone_source": contact.phone_source, "phone_ending": ending(contact.phone or "")}


def _account(contact: Contact, world: World) -> dict[str, Any]:  # noqa: ARG001
    recalled = contact.recalled_on.isoformat() if contact.recalled_on else None
    return {"recalled_on": recalled, "settled": contact.settled}


def _stops(contact: Contact, world: World) -> dict[str, Any]:  # noqa: ARG001
    return {"holds": list(contact.holds), "opted_out": list(contact.opted_out)}


def _attempts(contact: Contact, world: World) -> dict[str, Any]:
    return {"attempt": contact.attempt, "most": world.policy.most_attempts(contact.client)}


_FACTS: Mapping[str, Callable[[Contact, World], dict[str, Any]]] = {
    "R05": _caller,
    "R06": _party,
    "R07": _party,
    "R08": _phone,
    "R22": _account,
    "R23": _stops,
    "R24": _stops,
    "R35": _attempts,
}
