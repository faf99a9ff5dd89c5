"""What an agreement comes to in centavos, and who may grant it: pure, thousands of random ones."""

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.agreement_book import Debt
from db.calendars import load_calendars
from db.clabe import is_clabe
from skills.agree import authority
from skills.agree.authority import granted
from skills.agree.request import AgreementRequest
from skills.agree.terms import Terms, most_waived, split_of, terms_of, waived_of
from skills.contract import Refused
from skills.rules import AUTHORITY, Authority

BANK = load_calendars().bank
TODAY = date(2026, 11, 18)
PARTS = {"principal": 60_000, "interest": 20_000, "late_interest": 15_000, "fees": 5_000}


def debt(**more: Any) -> Debt:
    known: dict[str, Any] = {
        "id": 1, "number": "1", "client_id": 1, "client": "Banco", "client_code": "ALA", "campaign_id": 1,
        "product": "TDC", "bucket": "31-60", "balance_cents": 100_000, "as_of": TODAY, "placed_on": TODAY,
        "parts": PARTS, "pay_accounts": (), "reference": "R", "max_discount_pct": None, "recalled_on": None,
        "special": False, "debtor": None, "agent_id": None, "held_by": (),
    }  # fmt: skip
    return Debt(**(known | more))


def terms(*, within: int = 15, owed: Debt | None = None, **fields: Any) -> Terms:
    asked = {"account": "1", "first_date": "2026-11-20", "frequency": "semanal"} | fields
    return terms_of(AgreementRequest.model_validate(asked), owed or debt(), TODAY, within)


# --- the sums -----------------------------------------------------------------------------------------


def test_instalments_equal_what_was_agreed_in_ten_thousand_random_ones() -> None:
    dice = random.Random(7)
    for _ in range(10_000):
        count = dice.randint(1, 36)
        base = dice.randint(count * 100, 90_000_000)
        cents = dice.randint(count * 100, base)
        asked = AgreementRequest(
            account="1",
            amount=Decimal(cents) / 100,
            installments=count,
            frequency=dice.choice(("semanal", "quincenal", "mensual")),
            first_date=TODAY + timedelta(days=dice.randint(0, 15)),
            settles=dice.random() < 0.5,
        )
        made = terms_of(asked, debt(balance_cents=base), TODAY, 15)
        parts = made.plan(BANK)
        assert sum(part.amount_cents for part in parts) == made.total_cents == cents
        assert all(BANK.is_business_day(part.due_on) for part in parts)
        assert len({part.amount_cents for part in parts[:-1]}) <= 1
        assert 0 <= parts[-1].amount_cents - parts[0].amount_cents < count
        assert made.total_cents + made.waived_cents + made.left_cents == base


@given(
    balance=st.integers(1, 10**9),
    parts=st.tuples(*[st.integers(0, 10**8)] * 4),
    share=st.integers(0, 99),
)
def test_the_parts_of_a_debt_are_the_debt(balance: int, parts: tuple[int, int, int, int], share: int) -> None:
    owed = debt(balance_cents=balance, parts=dict(zip(PARTS, parts, strict=True)))
    split = split_of(owed)
    assert split is not None
    assert sum(split.cents.values()) == balance
    assert min(split.cents.values()) >= 0
    made = Terms(balance, balance * (100 - share) // 100, True, 1, "mensual", TODAY, split)
    for shares in ((Decimal(0), Decimal(0)), (Decimal("0.3"), Decimal("0.1")), (Decimal(1), Decimal(1))):
        accessory, principal = waived_of(made, *shares)
        assert accessory + principal == made.waived_cents
        assert 0 <= accessory <= split.accessory
        assert 0 <= principal <= split.cents["principal"]
        within = made.waived_cents <= most_waived(made, *shares)
        assert not within or accessory <= split.accessory * shares[0] + 1
        assert not within or principal <= split.cents["principal"] * shares[1] + 1


def test_a_balance_that_moved_keeps_its_principal() -> None:
    split = split_of(debt(balance_cents=110_000))
    assert split is not None
    assert split.reckoned
    assert (split.cents["principal"], split.accessory) == (60_000, 50_000)
    exact = split_of(debt())
    assert exact is not None
    assert (exact.reckoned, dict(exact.cents)) == (False, PARTS)


@pytest.mark.parametrize(
    ("fields", "total", "settles"),
    [
        ({"amount": "400"}, 40_000, False),
        ({"amount": "1000"}, 100_000, True),
        ({"amount": "400", "settles": True}, 40_000, True),
        ({"discount": "0.15"}, 85_000, True),
        ({"discount": "0.15", "amount": "850"}, 85_000, True),
        ({"discount": "0.15", "amount": "852"}, 85_200, True),  # "15 %" is said of 14.8 % as well
        ({"discount": "0"}, 100_000, True),
        ({"discount": "0", "amount": "400"}, 40_000, False),
    ],
)
def test_what_is_to_be_paid(fields: dict[str, Any], total: int, settles: bool) -> None:
    made = terms(**fields)
    assert (made.total_cents, made.settles) == (total, settles)
    assert made.waived_cents == (100_000 - total if settles else 0)


@pytest.mark.parametrize(
    ("number", "good"),
    [
        ("032180000118359719", True),
        ("012180000118359713", True),
        ("012180000118359719", False),
        ("01218000011835971", False),
        ("01218000011835971x", False),
        ("٠١٢١٨٠٠٠٠١١٨٣٥٩٧١٣", False),
    ],
)
def test_a_clabe_checks_itself(number: str, good: bool) -> None:
    assert is_clabe(number) is good


def test_every_single_wrong_digit_of_a_clabe_is_found() -> None:
    good = "032180000118359719"
    for at in range(18):
        for digit in set("0123456789") - {good[at]}:
            assert not is_clabe(good[:at] + digit + good[at + 1 :])


# --- who may ------------------------------------------------------------------------------------------


def who(role: str, folio: str | None = None, owed: Debt | None = None, **fields: Any) -> tuple[str, ...]:
    owed = owed or debt()
    return granted(AUTHORITY, role, owed, terms(owed=owed, **fields), folio).by


@pytest.mark.parametrize(
    ("role", "fields", "by"),
    [
        # Of 1,000 owed 400 are interest and charges: 10 % of them is 4 % of the whole; 30 % of them and 10 %
        # of the principal are 180; 50 % and 25 %, 350.
        ("agent", {"discount": "0.04"}, ()),
        ("agent", {"discount": "0.05"}, ("supervisor", "manager", "director")),
        ("supervisor", {"discount": "0.18"}, ()),
        ("supervisor", {"discount": "0.19"}, ("manager", "director")),
        ("agent", {"discount": "0.20"}, ("manager", "director")),
        ("manager", {"discount": "0.18"}, ()),  # within what a supervisor may
        ("manager", {"discount": "0.20"}, ("manager", "director")),  # another one of them
        ("manager", {"discount": "0.35"}, ("manager", "director")),
        ("agent", {"amount": "900", "installments": 3}, ()),
        ("agent", {"amount": "900", "installments": 4}, ("supervisor", "manager", "director")),
        ("supervisor", {"amount": "900", "installments": 7}, ("manager", "director")),
        ("manager", {"amount": "900", "installments": 12}, ()),
    ],
)
def test_authority_by_role(role: str, fields: dict[str, Any], by: tuple[str, ...]) -> None:
    assert who(role, **fields) == by


@pytest.mark.parametrize(
    ("key", "fields"),
    [
        ("agree.above_everyone", {"discount": "0.36"}),
        ("agree.too_many", {"amount": "900", "installments": 13}),
    ],
)
def test_beyond_everybody_only_the_creditor_grants(key: str, fields: dict[str, Any]) -> None:
    with pytest.raises(Refused) as no:
        who("director", **fields)
    assert no.value.key == key
    assert who("supervisor", "F-1", **fields) == ("manager", "director")


def test_the_creditors_own_offer_is_a_ceiling_for_all() -> None:
    owed = debt(max_discount_pct="3")
    with pytest.raises(Refused) as no:
        who("manager", owed=owed, discount="0.04")
    assert no.value.slots["most"] == "3"
    assert who("agent", owed=owed, discount="0.03") == ()
    assert who("agent", "F-1", owed=owed, discount="0.04") == ("manager", "director")


def test_without_that_ceiling_an_agent_would_grant_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authority, "offered_share", lambda _: None)
    assert who("agent", owed=debt(max_discount_pct="3"), discount="0.04") == ()


def test_of_a_debt_nobody_split_the_discount_counts_as_principal() -> None:
    owed = debt(parts=dict.fromkeys(PARTS))
    assert who("agent", owed=owed, discount="0.01") == ("supervisor", "manager", "director")
    assert who("supervisor", owed=owed, discount="0.10") == ()


@pytest.mark.parametrize(
    ("narrowed", "grants"),
    [
        ({"clients": ("ALA",)}, True),
        ({"clients": ("CEI",)}, False),
        ({"buckets": ("31-60",)}, True),
        ({"buckets": ("181+",)}, False),
        ({"products": ("tdc",)}, True),
        ({"products": ("Nómina",)}, False),
    ],
)
def test_by_client_bucket_and_product(narrowed: dict[str, Any], grants: bool) -> None:
    generous = Authority(role="agent", principal=Decimal("0.5"), accessory=Decimal(1), **narrowed)
    rules, asked = (generous, *AUTHORITY), terms(discount="0.5")
    if grants:
        assert granted(rules, "agent", debt(), asked, None).by == ()
        return
    with pytest.raises(Refused):
        granted(rules, "agent", debt(), asked, None)


@pytest.mark.parametrize(
    ("role", "discount", "folio", "off"),
    [
        ("agent", "0.04", None, (4_000, 0)),  # an agent may waive no principal
        ("agent", "0.18", None, (12_000, 6_000)),  # a supervisor's shares, to the full
        ("supervisor", "0.09", None, (6_000, 3_000)),  # and half of them
        ("manager", "0.35", None, (20_000, 15_000)),
        ("manager", "0.50", "F-1", (40_000, 10_000)),  # the creditor's leave: interest and charges first
    ],
)
def test_a_discount_falls_on_the_parts_as_the_authority_lets_them_go(
    role: str, discount: str, folio: str | None, off: tuple[int, int]
) -> None:
    grant = granted(AUTHORITY, role, debt(), terms(discount=discount), folio)
    assert (grant.accessory, grant.principal) == off
    assert grant.reason is (discount != "0.04")


def test_strict_shares_would_refuse_what_both_parts_together_allow(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ablation: principal counted only once all interest and charges are waived."""
    assert who("supervisor", discount="0.18") == ()
    monkeypatch.setattr(authority, "most_waived", lambda made, share, _: made.split.accessory * share)
    assert who("supervisor", discount="0.18") == ("manager", "director")
