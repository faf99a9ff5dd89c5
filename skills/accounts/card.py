"""The account card in the asker's words, with what she may do. What a role need not know is left out."""

from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from db.account_card import AccountCard
from db.marks import OPT_OUTS
from db.masking import Masks
from db.result_codes import ResultCode, load_result_codes
from skills import text
from skills.accounts.holds import case_name
from skills.accounts.marking import LEADING
from skills.contract import (
    Answer,
    Cell,
    Context,
    Figure,
    Figures,
    Option,
    Part,
    Table,
    Text,
    Value,
)

OWNERS = ("TITULAR", "AVAL", "OBLIGADO_SOLIDARIO", "REFERENCIA")
MODES = ("manual", "preview", "predictivo", "blaster")
STANDING = ("authorized", "formalized", "active")  # what keeps another agreement from being made
AGREEING = ("agent", "supervisor", "manager", "director")  # who may agree terms with a debtor


class CardWording:
    def __init__(self, ctx: Context, masks: Masks) -> None:
        self._ctx, self._language, self._today = ctx, ctx.actor.language, ctx.now.date()
        self._masks = masks

    def answer(self, card: AccountCard) -> Answer:
        say = self._ctx.say
        parts: list[Part] = [Figures(self._figures(card))]
        if card.recalled_on is not None:
            parts.insert(0, Text(say("account.recalled", day=self._day(card.recalled_on)), "warning"))
        if card.special:
            parts.insert(0, Text(say("account.special"), "warning"))
        parts[:0] = self._cases(card)
        parts += [self._about(card), *self._promises(card), *self._agreed(card)]
        parts += [*self._contacts(card), *self._notes(card)]
        return Answer(
            title=say("account.title", number=card.number),
            echo=" · ".join((card.client, card.campaign)),
            parts=tuple(parts),
            rows=({"account": card.number, "client": card.client, "dpd": card.standing.dpd},),
            next=self._buttons(card),
            sensitive=True,
            clear=self._masks.clear("account", card.number),
        )

    def _cases(self, card: AccountCard) -> list[Part]:
        """What stops the work is said before all else."""
        say = self._ctx.say
        return [
            Text(
                say(
                    "account.case", kind=_opening(case_name(self._ctx, each)), day=self._day(each.received_on)
                ),
                "warning",
            )
            for each in card.cases
        ]

    def _buttons(self, card: AccountCard) -> tuple[Option, ...]:
        """Whole requests; each is authorised anew when it is pressed."""
        account = {"account": card.number, "client": card.client}
        if card.recalled_on is not None and card.recalled_on <= self._today:
            return ()
        found = [self._option("hold", "add_hold", account)]
        if not any(each.stops_calls for each in card.cases):
            found.append(self._option("no_call", "set_do_not_call", account | {"value": True}))
        elif self._ctx.actor.role in LEADING:
            found.append(self._option("call_again", "set_do_not_call", account | {"value": False}))
        if self._ctx.actor.role in LEADING:
            key = "unspecial" if card.special else "special"
            found.append(self._option(key, "flag_special", account | {"value": not card.special}))
            if any(each.register != OPT_OUTS for each in card.cases):
                found.append(self._option("release", "release_hold", account))
        if card.agreed is not None:
            found.append(self._option("agreed", "agreement", account))
        if self._ctx.actor.role in AGREEING and not (card.agreed and card.agreed.status in STANDING):
            found.append(self._option("agreement", "record_agreement", account))
        if self._ctx.actor.role in self._ctx.rules.unmasking.roles:
            found.append(self._option("unmask", "unmask", account))
        return tuple(found)

    def _option(self, key: str, intent: str, fields: dict[str, Any]) -> Option:
        return Option(self._ctx.say(f"account.button.{key}"), intent, fields)

    def _figures(self, card: AccountCard) -> tuple[Figure, ...]:
        say, standing = self._ctx.say, card.standing
        as_of = say("account.as_of", day=self._day(standing.as_of))
        bucket = say("account.bucket", bucket=standing.bucket)
        return (
            Figure(say("account.balance"), _pesos(standing.balance_cents), detail=as_of),
            Figure(say("account.dpd"), Value(Decimal(standing.dpd), "count"), detail=bucket),
        )

    def _about(self, card: AccountCard) -> Table:
        say = self._ctx.say
        phones = [say("account.phone", phone=phone, owner=self._owner(owner)) for owner, phone in card.phones]
        called = self._masks.shows("phone")
        paid = card.last_payment
        rows = [
            (say("account.debtor"), card.debtor or say("account.unknown")),
            *([(say("account.phones"), ", ".join(phones) or say("account.unknown"))] if called else []),
            (say("account.product"), card.product or say("account.unknown")),
            (say("account.since"), self._day(card.placed_on)),
            (say("account.agent"), card.agent or say("account.nobody")),
            (
                say("account.mode"),
                say(f"account.mode.{card.mode}") if card.mode in MODES else say("account.unknown"),
            ),
            (
                say("account.last_payment"),
                say("account.paid", amount=self._money(paid.cents), day=self._day(paid.on))
                if paid
                else say("account.no_payment"),
            ),
        ]
        return Table("", (say("account.field"), say("account.value")), tuple(rows))

    def _promises(self, card: AccountCard) -> tuple[Part, ...]:
        say = self._ctx.say
        if not card.promises:
            return (Text(say("account.no_promises"), "note"),)
        heads = tuple(say(f"account.promise.{each}") for each in ("due", "amount", "made", "agent"))
        rows: list[tuple[Cell, ...]] = [
            (self._day(p.due_on), _pesos(p.cents), self._day(p.made_on), p.agent or say("account.nobody"))
            for p in card.promises
        ]
        return (Table(say("account.promises"), heads, tuple(rows)),)

    def _agreed(self, card: AccountCard) -> tuple[Part, ...]:
        say, agreed = self._ctx.say, card.agreed
        if agreed is None:
            return ()
        slots = {"amount": self._money(agreed.cents), "day": self._day(agreed.on)}
        said = [say("account.agreed", status=say(f"lists.agreed.{agreed.status}"), **slots)]
        if agreed.letter:
            said.append(say("account.letter", folio=agreed.letter))
        return (Text(" ".join(said)),)

    def _contacts(self, card: AccountCard) -> tuple[Part, ...]:
        say, zone = self._ctx.say, self._ctx.now.tzinfo
        if not card.contacts:
            return (Text(say("account.no_contacts"), "note"),)
        heads = tuple(say(f"account.contact.{each}") for each in ("at", "result", "agent"))
        rows = []
        for each in card.contacts:
            at = each.at.astimezone(zone)
            moment = say("account.moment", day=self._day(at.date()), time=f"{at:%H:%M}")
            rows.append((moment, self._result(each.result_code), each.agent or say("account.nobody")))
        return (Table(say("account.contacts"), heads, tuple(rows)),)

    def _notes(self, card: AccountCard) -> tuple[Part, ...]:
        say, zone = self._ctx.say, self._ctx.now.tzinfo
        if not card.notes:
            return (Text(say("account.no_notes"), "note"),) if self._masks.shows("note") else ()
        heads = (say("account.contact.at"), say("account.note.who"), say("account.note.said"))
        rows: list[tuple[Cell, ...]] = [
            (self._day(each.at.astimezone(zone).date()), each.who, each.body) for each in card.notes
        ]
        return (Table(say("account.notes"), heads, tuple(rows)),)

    def _owner(self, owner: str) -> str:
        return self._ctx.say(f"account.owner.{owner}") if owner in OWNERS else owner.lower()

    def _result(self, code: str) -> str:
        known = _codes().get(code)
        if known is None:
            return code
        return known.es if self._language == "es" else known.en

    def _day(self, on: date) -> str:
        return text.day(on, self._language, self._today)

    def _money(self, cents: int) -> str:
        return text.number(_pesos(cents), self._language)


def _pesos(cents: int) -> Value:
    return Value(Decimal(cents) / 100, "money")


@cache
def _codes() -> dict[str, ResultCode]:
    return load_result_codes()


def _opening(words: str) -> str:
    return words[:1].upper() + words[1:]
