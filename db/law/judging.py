"""Judges one contact, made or planned, by the rules: lawful, a breach, or not to be told from the data.

Pure: everything a rule may ask about stands in the contact. Knows no table.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from db.calendars import Calendar
from db.law.book import Rule
from db.law.hours import in_hours, local, on_open_day
from db.law.policy import Policy
from db.law.wording import is_sensitive
from db.law.zones import Home

Verdict = Literal["lawful", "breach", "unknown"]
LAWFUL: Verdict = "lawful"
BREACH: Verdict = "breach"
UNKNOWN: Verdict = "unknown"

SPOKEN = ("call", "visit")
SENT = ("sms", "whatsapp", "email", "blaster", "ivr")
BY_PHONE = ("call", "sms", "whatsapp", "blaster", "ivr")
DIALLED = ("call", "blaster", "ivr", "sms")  # the debtor sees a number
BOUND = ("TITULAR", "AVAL", "OBLIGADO_SOLIDARIO")  # who owes
GIVEN = ("CLIENTE", "TITULAR", "AVAL", "OBLIGADO_SOLIDARIO")  # who may give a telephone
# Results that say the debt was spoken of, and those that do not say.
DISCUSSED = ("PDP", "RPP", "YAP", "CNV", "NEG", "IMP", "ACL")
UNTOLD = ("QJA", "NLL", "CBK", "VTA", "TCO")
HIDDEN = ("anonim", "anonym", "privad", "private", "ocult", "confiden", "restring", "restrict", "unknown")
ADULT, SATURDAY, TEN_YEARS = 18, 5, 10
SELLS = "VENTA"
# Of the clock and the calendar: what they say depends on where the debtor lives and whose debt it is, alone.
BY_CLOCK = ("R01", "R02", "R03", "R04")
NUMBER = 10


@dataclass(slots=True)  # there are millions of them, and frozen each takes twice as long to make
class Contact:
    """`day` is the agency's own. `planned`: not happened yet. `attempt` counts the account's of that day."""

    at: datetime
    day: date
    home: Home
    client: str
    regime: str
    channel: str = "call"
    campaign_kind: str = "COBRANZA"
    human: bool = True
    result: str | None = None
    party: str | None = None
    phone: str | None = None
    phone_owner: str | None = None
    phone_source: str | None = None  # None: not on file
    caller_id: str | None = None
    birth_date: date | None = None
    recalled_on: date | None = None
    settled: bool = False
    first_default_on: date | None = None
    holds: tuple[str, ...] = ()
    opted_out: tuple[str, ...] = ()
    note: str | None = None
    attempt: int = 0
    planned: bool = False


@dataclass(frozen=True)
class World:
    """What every contact is judged with: the labour calendar and what was agreed with the clients."""

    labour: Calendar
    policy: Policy


Check = Callable[[Contact, World], Verdict]


def judged(
    contact: Contact, rules: Mapping[str, Rule], world: World, checks: Mapping[str, Check]
) -> dict[str, Verdict]:
    """By each of these rules that protects this client's debtors and is checked."""
    return {
        name: checks[name](contact, world)
        for name, rule in rules.items()
        if name in checks and rule.protects(contact.regime)
    }


# --- Hours and days --------------------------------------------------------------------------------


def _of_homes(contact: Contact, wrong: Callable[[frozenset[str]], bool]) -> Verdict:
    """Where nothing is known of a debtor's whereabouts, only what is wrong all over Mexico is a breach; of
    something planned, what might be wrong anywhere."""
    zones = contact.home.zones
    if not wrong(zones):
        return LAWFUL
    if contact.home.certain or contact.planned or all(wrong(frozenset({zone})) for zone in zones):
        return BREACH
    return UNKNOWN


def _hours(contact: Contact) -> Verdict:
    return _of_homes(contact, lambda zones: not in_hours(contact.at, zones))


def spoken_in_hours(contact: Contact, world: World) -> Verdict:  # noqa: ARG001
    return _hours(contact) if contact.channel in SPOKEN else LAWFUL


def sent_in_hours(contact: Contact, world: World) -> Verdict:  # noqa: ARG001
    return _hours(contact) if contact.channel in SENT else LAWFUL


def _weekend(contact: Contact) -> Verdict:
    if contact.channel not in (*SPOKEN, *SENT):
        return LAWFUL

    def wrong(zones: frozenset[str]) -> bool:
        return any(local(contact.at, zone).weekday() >= SATURDAY for zone in zones)

    return _of_homes(contact, wrong)


def on_weekday(contact: Contact, world: World) -> Verdict:  # noqa: ARG001
    return _weekend(contact)


def on_allowed_day(contact: Contact, world: World) -> Verdict:
    """What R02 forbids already is not told twice."""
    if contact.channel not in (*SPOKEN, *SENT) or (
        contact.regime == "COMERCIAL" and _weekend(contact) == BREACH
    ):
        return LAWFUL

    def is_open(day: date) -> bool:
        return world.policy.open_on(contact.client, day, world.labour)

    return _of_homes(contact, lambda zones: not on_open_day(contact.at, zones, is_open))


# --- Numbers and people ----------------------------------------------------------------------------


def from_registered_number(contact: Contact, world: World) -> Verdict:
    if contact.channel not in DIALLED or contact.planned:
        return LAWFUL
    if contact.caller_id is None:
        return UNKNOWN
    if is_hidden(contact.caller_id):
        return BREACH
    registered = world.policy.caller_ids(contact.client)
    if not registered:
        return UNKNOWN
    return LAWFUL if national(contact.caller_id) in {national(each) for each in registered} else BREACH


def is_hidden(caller_id: str) -> bool:
    """ "ANONYMOUS", "privado", or a number of noughts."""
    text = caller_id.casefold()
    return not text.strip("0+ ") or any(word in text for word in HIDDEN)


def national(number: str) -> str:
    return re.sub(r"\D", "", number)[-NUMBER:]


def to_who_owes(contact: Contact, world: World) -> Verdict:  # noqa: ARG001
    others_phone = contact.phone_owner is not None and contact.phone_owner not in BOUND
    if contact.planned:
        return BREACH if others_phone else LAWFUL
    if not contact.human or contact.party in BOUND:
        return LAWFUL
    if contact.party is None:
        return UNKNOWN
    if others_phone or contact.result in DISCUSSED:
        return BREACH
    return UNKNOWN if contact.result in UNTOLD else LAWFUL


def to_no_minor(contact: Contact, world: World) -> Verdict:  # noqa: ARG001
    """A debtor's age; a third party's is in no file. An elderly debtor may be called as any other."""
    if contact.planned:
        return BREACH if contact.birth_date and _age(contact) < ADULT else LAWFUL
    if not contact.human:
        return LAWFUL
    if contact.party != "TITULAR" or contact.birth_date is None:
        return UNKNOWN
    return BREACH if _age(contact) < ADULT else LAWFUL


def _age(contact: Contact) -> int:
    born = contact.birth_date or contact.day
    return contact.day.year - born.year - ((contact.day.month, contact.day.day) < (born.month, born.day))


def to_given_phone(contact: Contact, world: World) -> Verdict:  # noqa: ARG001
    if contact.channel not in BY_PHONE or (contact.planned and contact.phone is None):
        return LAWFUL
    if contact.phone_source is None:
        return UNKNOWN
    return LAWFUL if contact.phone_source in GIVEN else BREACH


# --- The account -----------------------------------------------------------------------------------


def of_live_account(contact: Contact, world: World) -> Verdict:  # noqa: ARG001
    """The file says the day an account was taken back, not the hour."""
    if contact.settled or (contact.recalled_on is not None and contact.recalled_on < contact.day):
        return BREACH
    if contact.recalled_on == contact.day:
        return BREACH if contact.planned else UNKNOWN
    return LAWFUL


def of_free_account(contact: Contact, world: World) -> Verdict:  # noqa: ARG001
    return BREACH if contact.holds else LAWFUL


def not_sold_to(contact: Contact, world: World) -> Verdict:  # noqa: ARG001
    return BREACH if contact.campaign_kind == SELLS and contact.opted_out else LAWFUL


def within_attempts(contact: Contact, world: World) -> Verdict:
    most = world.policy.most_attempts(contact.client)
    if most is None:
        return LAWFUL if contact.planned else UNKNOWN
    return BREACH if contact.attempt > most else LAWFUL


def without_sensitive_note(contact: Contact, world: World) -> Verdict:  # noqa: ARG001
    return BREACH if contact.note and is_sensitive(contact.note) else LAWFUL


def within_six_years(contact: Contact, world: World) -> Verdict:  # noqa: ARG001
    born = contact.first_default_on
    return BREACH if born is not None and born < months_before(contact.day, 72) else LAWFUL


def within_ten_years(contact: Contact, world: World) -> Verdict:  # noqa: ARG001
    born = contact.first_default_on
    return BREACH if born is not None and born < months_before(contact.day, 12 * TEN_YEARS) else LAWFUL


def not_refused(contact: Contact, world: World) -> Verdict:  # noqa: ARG001
    return BREACH if any(_means(said, contact.channel) for said in contact.opted_out) else LAWFUL


def _means(said: str, channel: str) -> bool:
    """Which means of reaching a person a request speaks of; one that names none speaks of all."""
    folded = said.casefold()
    named = [name for name, words in _MEANS.items() if any(word in folded for word in words)]
    return channel in named or not named


_MEANS = {
    "call": ("llamad", "call", "tel"),
    "sms": ("sms", "mensaje de texto"),
    "whatsapp": ("whats",),
    "email": ("correo", "mail"),
    "blaster": ("llamad", "call", "blaster"),
    "ivr": ("llamad", "call", "ivr"),
    "visit": ("visita", "visit"),
}


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier; the 29th of February becomes the 28th."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = 28 if (month + 1, day.day) == (2, 29) else day.day
    return date(year, month + 1, last)


# What was done, and what may be done.
AFTER: dict[str, Check] = {
    "R01": spoken_in_hours,
    "R02": on_weekday,
    "R03": on_allowed_day,
    "R04": sent_in_hours,
    "R05": from_registered_number,
    "R06": to_who_owes,
    "R07": to_no_minor,
    "R08": to_given_phone,
    "R22": of_live_account,
    "R23": of_free_account,
    "R24": not_sold_to,
    "R30": without_sensitive_note,
    "R35": within_attempts,
}
BEFORE: dict[str, Check] = {
    **{name: check for name, check in AFTER.items() if name not in ("R05", "R30")},
    "R26": within_six_years,
    "R38": within_ten_years,
    "P01": not_refused,
}
