"""Who may grant these terms: by role, client, bucket and product. Pure: knows nobody by name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal, InvalidOperation

from db.agreement_book import Debt
from skills.agree.terms import Terms, most_waived, waived_of
from skills.contract import Refused
from skills.rules import Authority

RANKED = ("agent", "supervisor", "manager", "director")
OVERSEE = ("manager", "director")  # who agree where the creditor itself gave leave


@dataclass(frozen=True)
class Grant:
    """`by`: the roles one of whom has to agree; none where the asker's own authority will do. What is waived
    comes off interest and charges (`accessory`) and off principal; `reason`: why has to be said."""

    by: tuple[str, ...]
    accessory: int
    principal: int
    reason: bool


def granted(rules: tuple[Authority, ...], role: str, debt: Debt, terms: Terms, folio: str | None) -> Grant:
    """Raises Refused for what only the creditor may grant."""
    by = _approvers(rules, role, debt, terms, folio)
    least = next((each for each in _entries(rules, debt) if _covers(each, terms)), None)
    shares = (least.accessory, least.principal) if least else (Decimal(0), Decimal(0))
    reason = bool(terms.waived_cents) and (least is None or least.reason)
    return Grant(by, *waived_of(terms, *shares), reason)


def _approvers(
    rules: tuple[Authority, ...], role: str, debt: Debt, terms: Terms, folio: str | None
) -> tuple[str, ...]:
    offered = offered_share(debt)
    fitting = list(_entries(rules, debt))
    if offered is not None and terms.discount > offered and not folio:
        reach = limits(fitting, terms, offered)
        raise Refused("agree.above_offer", about="slot:discount", most=percent(offered), limits=reach)
    able = [each for each in fitting if _covers(each, terms)]
    if not able and not folio:
        raise _beyond(fitting, terms, offered)
    if not able or (offered is not None and terms.discount > offered):
        return OVERSEE
    alone = RANKED[: RANKED.index(role) + 1] if role in RANKED else ()
    if any(each.role in alone and not (each.second and terms.waived_cents) for each in able):
        return ()
    return tuple(each.role for each in able)


@dataclass(frozen=True)
class Limit:
    """As far as a role may go on this account: a share of the balance, in so many payments."""

    role: str
    share: Decimal
    installments: int


def limits(entries: Sequence[Authority], terms: Terms, offered: Decimal | None) -> tuple[Limit, ...]:
    """Of each role that goes farther than those below it; never past what the creditor offers."""
    found: list[Limit] = []
    for each in entries:
        share = most_waived(terms, each.accessory, each.principal) / terms.base_cents
        share = min(share, offered) if offered is not None else share
        if not found or share > found[-1].share or each.installments > found[-1].installments:
            found.append(Limit(each.role, share, each.installments))
    return tuple(found)


def _beyond(entries: Sequence[Authority], terms: Terms, offered: Decimal | None) -> Refused:
    """Which of the two goes too far, the payments or the discount, and how far each may go."""
    most = max((each.installments for each in entries), default=0)
    many = bool(entries) and terms.installments > most
    return Refused(
        "agree.too_many" if many else "agree.above_everyone",
        about="slot:installments" if many else "slot:discount",
        share=percent(terms.discount),
        n=terms.installments,
        limits=limits(entries, terms, offered),
    )


def percent(share: Decimal) -> str:
    """Never more than it is."""
    return f"{float((share * 100).quantize(Decimal('0.1'), ROUND_FLOOR)):g}"


def offered_share(debt: Debt) -> Decimal | None:
    """The most the creditor's own file lets anybody waive of the balance."""
    try:
        return Decimal((debt.max_discount_pct or "").strip(" %")) / 100
    except InvalidOperation:
        return None


def _entries(rules: tuple[Authority, ...], debt: Debt) -> Iterator[Authority]:
    """Of each role the first entry that fits the account, the lowest role first."""
    for role in RANKED:
        fitting = (each for each in rules if each.role == role and _fits(each, debt))
        yield from list(fitting)[:1]


def _fits(entry: Authority, debt: Debt) -> bool:
    product = debt.product.casefold()
    return (
        (not entry.clients or debt.client_code in entry.clients)
        and (not entry.buckets or debt.bucket in entry.buckets)
        and (not entry.products or product in (each.casefold() for each in entry.products))
    )


def _covers(entry: Authority, terms: Terms) -> bool:
    """Up to the entry's share of both parts together; the discount then falls on them in that proportion."""
    most = most_waived(terms, entry.accessory, entry.principal)
    return terms.installments <= entry.installments and terms.waived_cents <= most
