"""The account question: finds one account within reach and says how it stands. Knows no Slack."""

from datetime import date
from decimal import Decimal
from functools import cache

from pydantic import BaseModel, ConfigDict, field_validator

from db.access import FoundAccount, find_accounts, resolve
from db.account_card import AccountCard, account_card
from db.result_codes import ResultCode, load_result_codes
from skills import text
from skills.contract import (
    Answer,
    Cell,
    Context,
    Figure,
    Figures,
    Option,
    Part,
    Question,
    Refused,
    Role,
    Skill,
    Table,
    Text,
    Value,
)

LONGEST = 120
OWNERS = ("TITULAR", "AVAL", "OBLIGADO_SOLIDARIO", "REFERENCIA")
MEANT = 4  # digits that people read out for a whole number
NAMESAKES = 20  # accounts of one number, each another client's
ROLES: frozenset[Role] = frozenset(
    ("agent", "supervisor", "manager", "compliance", "quality", "admin", "director")
)


class AccountRequest(BaseModel):
    """`account` is the client's own number; `client` tells two of one number apart, by name or code."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    account: str
    client: str | None = None

    @field_validator("account", "client")
    @classmethod
    def _plain(cls, given: str | None) -> str | None:
        if given is None:
            return None
        short = given.strip()
        if not short or len(short) > LONGEST or not short.isprintable():
            raise ValueError("not an account number")
        return short


def answer_account(ctx: Context, request: AccountRequest) -> Answer:
    """Out of reach and not there at all are told by one and the same sentence."""
    found = _named(ctx, request)
    if len(found) > 1:
        raise Refused(
            "account.which_client", about="account", choices=_choices(found), account=request.account
        )
    card = found and account_card(ctx.session, ctx.actor.scope, found[0].id, ctx.now.date())
    if not card:
        raise Refused("account.not_found", about="account", account=request.account)
    return _Wording(ctx).answer(card)


def _named(ctx: Context, request: AccountRequest) -> list[FoundAccount]:
    """Every account in reach of exactly that number; or the one that holds it, if that says enough."""
    client = None
    if request.client is not None:
        client = resolve(ctx.names, "client", request.client)
        if client is None:
            return []
    near = find_accounts(
        ctx.session, ctx.actor.scope, request.account, ctx.now.date(), NAMESAKES, client=client
    )
    exact = [each for each in near if each.number.casefold() == request.account.casefold()]
    if exact or len(request.account) < MEANT or len(near) != 1:
        return exact
    return near


def _choices(found: list[FoundAccount]) -> tuple[Option, ...]:
    return tuple(
        Option(each.client, "account", {"account": each.number, "client": each.client}) for each in found
    )


class _Wording:
    """The card in the asker's words."""

    def __init__(self, ctx: Context) -> None:
        self._ctx, self._language, self._today = ctx, ctx.actor.language, ctx.now.date()

    def answer(self, card: AccountCard) -> Answer:
        say = self._ctx.say
        parts: list[Part] = [Figures(self._figures(card))]
        if card.recalled_on is not None:
            parts.insert(0, Text(say("account.recalled", day=self._day(card.recalled_on)), "warning"))
        if card.special:
            parts.insert(0, Text(say("account.special"), "warning"))
        parts += [self._about(card), *self._promises(card), *self._contacts(card)]
        return Answer(
            title=say("account.title", number=card.number),
            echo=" · ".join((card.client, card.campaign)),
            parts=tuple(parts),
            rows=({"account": card.number, "client": card.client, "dpd": card.standing.dpd},),
            sensitive=True,
        )

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
        phones = [
            say("account.phone", ending=ending, owner=self._owner(owner)) for owner, ending in card.phones
        ]
        paid = card.last_payment
        rows = [
            (say("account.debtor"), card.debtor or say("account.unknown")),
            (say("account.phones"), ", ".join(phones) or say("account.unknown")),
            (say("account.product"), card.product or say("account.unknown")),
            (say("account.since"), self._day(card.placed_on)),
            (say("account.agent"), card.agent or say("account.nobody")),
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


SKILL = Skill("accounts", (Question("account", AccountRequest, ROLES, answer_account),))
