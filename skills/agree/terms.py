"""What is to be paid, what is waived and of what, in whole centavos. Pure: names nobody's authority."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from db.agreement_book import PARTS, Debt
from db.agreement_rules import Agreement, Installment, installments_of
from db.calendars import Calendar
from skills.agree.request import AgreementRequest
from skills.contract import Refused

ALIKE = Decimal("0.005")  # a discount said in whole percents, and the one that the amount comes to
LEAST_CENTS = 100  # of an instalment
ACCESSORY = ("late_interest", "interest", "fees")


@dataclass(frozen=True)
class Split:
    """A debt by its parts. `reckoned`: they were of the placement, and the balance has moved since."""

    cents: Mapping[str, int]
    reckoned: bool

    @property
    def accessory(self) -> int:
        return sum(self.cents[name] for name in ACCESSORY)


@dataclass(frozen=True)
class Terms:
    base_cents: int
    total_cents: int
    settles: bool
    installments: int
    frequency: str
    first_date: date
    split: Split | None

    @property
    def waived_cents(self) -> int:
        return self.base_cents - self.total_cents if self.settles else 0

    @property
    def left_cents(self) -> int:
        """Still owed when all of it is paid."""
        return 0 if self.settles else self.base_cents - self.total_cents

    @property
    def discount(self) -> Decimal:
        return Decimal(self.waived_cents) / self.base_cents

    def plan(self, calendar: Calendar) -> list[Installment]:
        return installments_of(
            Agreement(
                0, self.first_date, self.total_cents, self.installments, self.first_date, self.frequency
            ),
            calendar,
        )


def total_of(request: AgreementRequest, base: int) -> tuple[int, bool]:
    """What is to be paid, and whether it settles the account. An amount and a discount have to agree."""
    said = request.discount or Decimal(0)
    # Never more off than was said.
    by_discount = int((base * (1 - said)).quantize(Decimal(1), ROUND_CEILING))
    if request.amount is None:
        if request.discount is None:
            raise Refused("agree.ask_amount", about="slot:amount", asks=True)
        return by_discount, True
    total = int(request.amount * 100)
    if total > base:
        raise Refused("agree.above_balance", about="slot:amount")
    if said and abs(Decimal(base - total) / base - said) > ALIKE:
        raise Refused("agree.two_amounts", about="slot:discount", asks=True)
    return total, bool(said) or request.settles is True or total == base


def split_of(debt: Debt) -> Split | None:
    """The debt by its parts, None where the client's file has none of them.

    Where the balance is no longer that of the placement, principal does not grow, and the rest is shared in
    the proportion it had.
    """
    if any(debt.parts[name] is None for name in PARTS):
        return None
    placed = {name: debt.parts[name] or 0 for name in PARTS}
    if sum(placed.values()) == debt.balance_cents:
        return Split(placed, reckoned=False)
    principal = min(placed["principal"], debt.balance_cents)
    rest = debt.balance_cents - principal
    whole = sum(placed[name] for name in ACCESSORY)
    shares = {name: rest * placed[name] // whole if whole else 0 for name in ACCESSORY}
    shares["interest"] += rest - sum(shares.values())
    return Split({"principal": principal, **shares}, reckoned=True)


def parts_of(terms: Terms) -> tuple[int, int]:
    """Interest and charges, and principal. A debt whose parts nobody knows is principal: the stricter
    reading."""
    return (terms.split.accessory, terms.split.cents["principal"]) if terms.split else (0, terms.base_cents)


def most_waived(terms: Terms, accessory: Decimal, principal: Decimal) -> Decimal:
    """What shares of both parts come to in centavos."""
    of_accessory, of_principal = parts_of(terms)
    return accessory * of_accessory + principal * of_principal


def waived_of(terms: Terms, accessory: Decimal, principal: Decimal) -> tuple[int, int]:
    """How much of the discount is taken off interest and charges, and how much off the principal: in the
    proportion in which these shares let them go; where they do not reach, interest and charges first."""
    of_accessory, of_principal = parts_of(terms)
    most = most_waived(terms, accessory, principal)
    if terms.waived_cents > most:
        first = of_accessory
    else:
        first = round(terms.waived_cents * accessory * of_accessory / most) if most else 0
    off = max(min(first, of_accessory, terms.waived_cents), terms.waived_cents - of_principal)
    return off, terms.waived_cents - off


def check_dates(first: date, today: date, within: int) -> None:
    if first < today:
        raise Refused("agree.past", about="slot:first_date")
    if first > today + timedelta(days=within):
        raise Refused("agree.too_late", about="slot:first_date", n=within, day=first)


def terms_of(request: AgreementRequest, debt: Debt, today: date, within: int) -> Terms:
    """Raises Refused for what cannot be, and for what has still to be said, naming the slot."""
    total, settles = total_of(request, debt.balance_cents)
    count = request.installments or 1
    if total < count * LEAST_CENTS:
        raise Refused("agree.too_small", about="slot:installments")
    if count > 1 and request.frequency is None:
        raise Refused("agree.ask_frequency", about="slot:frequency", asks=True)
    if request.first_date is None:
        raise Refused("agree.ask_first_date", about="slot:first_date", asks=True)
    check_dates(request.first_date, today, within)
    frequency = request.frequency or "mensual"
    return Terms(debt.balance_cents, total, settles, count, frequency, request.first_date, split_of(debt))
