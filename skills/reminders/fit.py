"""Which accounts a message may go to at a moment, by which telephone and with what text; why not the others.

The same judge before it is planned and when it is sent. Writes nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Connection

from db.calendars import Calendars
from db.law.judging import BY_PHONE
from db.law.plan import Block, Phone, Planned, Way, best_ways
from db.law.wording import unlawful_words
from db.reminder_facts import Debt
from db.reminder_rules import Reminding, Template, given_name
from skills.contract import Language, Value
from skills.one_account import short
from skills.rules import Rules
from skills.text import day, load_texts, number

LAW, WORDS = "law:", "words:"
FIXED = ("fijo", "casa", "landline", "home", "fixed")  # kinds of telephone that take no written message
WRITTEN = ("sms", "whatsapp")
LANGUAGE: Language = "es"  # that debtors are written to
_WORDING = Path(__file__).with_name("text.yaml")


@dataclass(frozen=True)
class Ready:
    """A message that may go."""

    debt: Debt
    template: Template
    text: str
    phone: str | None
    warned: tuple[str, ...]  # rules that only warn


@dataclass(frozen=True)
class Left:
    """Why one does not go: no_template | no_phone | lacks | law:R22 | words:R11; and from when on it may."""

    why: str
    block: Block | None = None


@dataclass(frozen=True)
class Fit:
    ready: list[Ready] = field(default_factory=list)
    left: dict[int, Left] = field(default_factory=dict)


@dataclass(frozen=True)
class Judge:
    """`clients`: code and name by id."""

    connection: Connection
    calendars: Calendars
    rules: Rules
    clients: Mapping[int, tuple[str, str]]

    def fit(
        self,
        debts: Sequence[Debt],
        channel: str,
        moments: Sequence[datetime],
        template_of: Callable[[Debt], Template | None],
    ) -> Fit:
        """At every one of the moments, in the agency's zone: the first is when it goes."""
        found, ways = Fit(), [self._ways(debts, channel, at) for at in moments]
        for debt in debts:
            template = template_of(debt)
            if template is None:
                found.left[debt.id] = Left("no_template")
                continue
            one = self._one(debt, template, channel, [each[debt.id] for each in ways], moments[0].date())
            if isinstance(one, Left):
                found.left[debt.id] = one
            else:
                found.ready.append(one)
        return found

    def _ways(self, debts: Sequence[Debt], channel: str, at: datetime) -> dict[int, Way]:
        planned = Planned("schedule_reminder", at, channel)
        ids = [each.id for each in debts]
        law, usable = self.rules.law, _takes(channel)
        return best_ways(self.connection, self.calendars, law, planned, ids, usable=usable)

    def _one(
        self, debt: Debt, template: Template, channel: str, ways: Sequence[Way], on: date
    ) -> Ready | Left:
        hard = [block for way in ways for block in way.blocks if block.hard]
        if hard:
            return Left(f"{LAW}{hard[0].rule}", hard[0])
        gateway = self.rules.reminders.gateways[channel]  # type: ignore[index]
        if gateway.finds == "phone" and channel in BY_PHONE and ways[0].phone is None:
            return Left("no_phone")
        if gateway.finds == "phone" and channel not in BY_PHONE:
            return Left("no_address")
        said = self.said(debt, on)
        if template.lacking(said):
            return Left("lacks")
        text = template.filled(said)
        if words := unlawful_words(text):
            return Left(f"{WORDS}{next(iter(words))}")
        return Ready(debt, template, text, ways[0].phone, tuple(block.rule for block in ways[0].blocks))

    def said(self, debt: Debt, on: date) -> dict[str, str]:
        """What the slots of a text hold for this account; "" for what is not known."""
        creditor = self.clients[debt.client_id][1]
        promise = debt.promise
        return {
            "agency": self.rules.reminders.agency,
            "creditor": creditor,
            "phone": self.rules.reminders.phone,
            "pay_only": load_texts(_WORDING).say(LANGUAGE, "out.pay_only", creditor=creditor),
            "name": given_name(debt.name),
            "account": short(debt.number),
            "reference": debt.reference or "",
            "balance": _money(debt.balance_cents),
            "as_of": day(debt.as_of, LANGUAGE, on),
            "amount": _money(promise.cents) if promise else "",
            "due": day(promise.due_on, LANGUAGE, on) if promise else "",
        }


def _takes(channel: str) -> Callable[[Phone], bool]:
    if channel not in WRITTEN:
        return lambda _: True
    return lambda phone: phone.kind.strip().casefold() not in FIXED


def _money(cents: int) -> str:
    whole = Value(Decimal(cents) / 100, "money")
    return f"${Decimal(cents) / 100:,.2f}" if cents % 100 else number(whole, LANGUAGE)


def newest(reminding: Reminding, client: str, channel: str, on: date, *, of_promises: bool) -> list[Template]:
    """The texts a client's accounts may be sent; of promises, those that speak of one."""
    found = reminding.in_force(client, channel, on).values()
    return [each for each in found if each.of_promises is of_promises]
