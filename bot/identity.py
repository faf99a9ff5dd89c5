"""Who is asking, and whose rows she and the place may see. Knows no request."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast

from sqlalchemy import Connection, or_, select

from bot.outcome import Place, Who
from bot.sections import Channels, ChannelScope
from bot.settings import Settings
from db.access import Names, Person, find_person, is_empty, scope_of
from db.scope import Scope, intersect
from db.tables.reference import people
from skills.contract import Actor, Language, Role
from skills.text import Texts

COMMAND_LINE = 0  # the person_id of nobody in particular
SHOWN = 3


@dataclass(frozen=True)
class Stranger:
    """Nobody this product knows: `key` is what to say."""

    key: str
    slots: Mapping[str, Any]


def identify(
    connection: Connection, who: Who, settings: Settings, texts: Texts, names: Names, on: date
) -> Actor | Stranger:
    if who.kind == "cli":
        return _command_line(connection, settings, texts)
    person = _person(connection, who, on)
    if person is None:
        return Stranger("desk.unknown_person", _help_in(connection, who, settings, texts, on))
    language: Language = "en" if person.language == "en" else "es"
    scope = scope_of(connection, person)
    scope = replace(scope, label=scope_label(scope, names, texts, language, person.id))
    return Actor(person.id, person.name, cast(Role, person.role), language, scope, person.employee_no)


def _person(connection: Connection, who: Who, on: date) -> Person | None:
    if who.kind == "slack":
        return find_person(connection, slack_user_id=who.id, email=who.email, on=on)
    return find_person(connection, employee_no=who.id, slack_user_id=who.id, on=on)


def _command_line(connection: Connection, settings: Settings, texts: Texts) -> Actor | Stranger:
    """At the machine itself the demo is everybody's; a real agency's numbers are not."""
    if settings.environment == "production" and not is_empty(connection):
        return Stranger("desk.say_who", {})
    language = settings.agency.language
    scope = Scope(label=texts.say(language, "scope.agency"))
    return Actor(COMMAND_LINE, "admin", "admin", language, scope)


def _help_in(connection: Connection, who: Who, settings: Settings, texts: Texts, on: date) -> dict[str, str]:
    """Who can register her: the administrators, by name."""
    still = or_(people.c.active_to.is_(None), people.c.active_to >= on)
    query = select(people.c.name).where(people.c.role == "admin", still).order_by(people.c.name).limit(SHOWN)
    found = list(connection.execute(query).scalars())
    whom = ", ".join(found) or texts.say(settings.agency.language, "desk.whoever_administers")
    return {"id": who.id, "whom": whom}


# --- The place -----------------------------------------------------------------------------------


def audience(place: Place, channels: Channels, names: Names) -> Scope | None:
    """What those who read along may see: a registered channel's scope; None where nothing may be said."""
    if place.kind != "channel":
        return Scope()
    registered = _registered(place, channels)
    if registered is None:
        return Scope() if channels.unregistered == "asker" else None
    return Scope(
        clients=_ids(registered.clients, "client", names),
        campaigns=_ids(registered.campaigns, "campaign", names),
        finest=registered.finest,
    )


def client_reads(place: Place, channels: Channels) -> bool:
    """Whether a channel is kept for some clients or campaigns: their people read along."""
    registered = _registered(place, channels) if place.kind == "channel" else None
    return registered is not None and (registered.clients is not None or registered.campaigns is not None)


def _registered(place: Place, channels: Channels) -> ChannelScope | None:
    by_name = {key.lstrip("#"): scope for key, scope in channels.registered.items()}
    return by_name.get(place.id) or by_name.get((place.name or "").lstrip("#"))


def _ids(codes: tuple[str, ...] | None, kind: str, names: Names) -> frozenset[int] | None:
    """An unknown code opens nothing."""
    if codes is None:
        return None
    known = {named.code: named.id for named in names.of(kind)}
    return frozenset(known[code] for code in codes if code in known)


def narrowed(actor: Actor, seen: Scope, names: Names, texts: Texts) -> Actor:
    """The actor as far as this place may see."""
    if seen == Scope():
        return actor
    scope = intersect(actor.scope, seen)
    label = scope_label(scope, names, texts, actor.language, actor.person_id)
    here = texts.say(actor.language, "scope.here", scope=label)
    return replace(actor, scope=replace(scope, label=here))


def scope_label(scope: Scope, names: Names, texts: Texts, language: Language, person_id: int) -> str:
    """In words: your own numbers, your team's, these campaigns', the whole agency's."""
    if scope.agents is not None:
        return texts.say(language, "scope.self" if person_id in scope.agents else "scope.nothing")
    if scope.supervisors is not None:
        return texts.say(language, "scope.team" if person_id in scope.supervisors else "scope.nothing")
    if scope.campaigns is not None:
        return _listed(scope.campaigns, "campaign", names, texts, language)
    if scope.clients is not None:
        return _listed(scope.clients, "client", names, texts, language)
    return texts.say(language, "scope.agency")


def _listed(ids: frozenset[int], kind: str, names: Names, texts: Texts, language: Language) -> str:
    found = sorted(named.display for number, named in names.by_id(kind).items() if number in ids)
    if not found:
        return texts.say(language, "scope.nothing")
    shown = ", ".join(found[:SHOWN])
    if len(found) <= SHOWN:
        return shown
    return texts.say(language, "scope.and_more", shown=shown, n=len(found) - SHOWN)
