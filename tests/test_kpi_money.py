"""Fees by tariff and tier, counted by hand on the company of tests/small_money.py."""

from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any, Literal

import pytest
from sqlalchemy import Engine

from db.cells.refresh import refresh
from db.engine import reading
from db.fees import Rate, price, spans
from db.periods import Period
from db.scope import Scope
from skills.contract import KpiRequest, Refused
from skills.kpi.plan import make_plan
from skills.kpi.rows import lines
from tests.small import ACCOUNT, ALAMEDA, CEIBA, NOW
from tests.small_money import (
    ALWAYS,
    CALENDARS,
    MICROS,
    MONTH,
    OCTOBER,
    add,
    ask,
    by,
    context,
    furnish,
    notes,
    nov,
    only,
    paid,
    pesos,
    rate,
    repost,
    second_campaign,
)

# 10 % of the first 100,000 of the month, 15 % of what comes after.
TWO_TIERS = [rate(10, tier=(0, 100_000)), rate(15, tier=(100_000, None))]
# A is 1-30 and TDC, E is 1-30 and PERSONAL; the second payment crosses into the upper tier.
CROSSING = [paid("A", nov(3), 60_000), paid("E", nov(10), 90_000)]


def a_rate(percent: int, low: int, high: int | None, bucket: str = "", product: str = "") -> Rate:
    return Rate(1, bucket, product, low, high, ALWAYS, None, Fraction(percent, 100))


TIERS = [a_rate(10, 0, 100), a_rate(15, 100, None)]


@pytest.mark.parametrize(
    ("month", "marginal", "retroactive"),
    [
        (150, Fraction(1750, 15000), Fraction(15, 100)),
        (100, Fraction(10, 100), Fraction(15, 100)),  # the tier is reached; no peso lies in it yet
        (99, Fraction(10, 100), Fraction(10, 100)),
        (0, Fraction(10, 100), Fraction(10, 100)),
        (-40, Fraction(10, 100), Fraction(10, 100)),  # more was given back than came in
    ],
)
def test_both_conventions_for_tiers(month: int, marginal: Fraction, retroactive: Fraction) -> None:
    assert price(TIERS, "1-30", "TDC", month, "marginal").rate == marginal
    assert price(TIERS, "1-30", "TDC", month, "retroactive").rate == retroactive


def test_the_most_specific_rate_wins_peso_by_peso() -> None:
    rates = [a_rate(1, 0, None), a_rate(2, 0, None, product="TDC"), a_rate(3, 0, 100, bucket="1-30")]
    rates.append(a_rate(4, 0, 50, bucket="1-30", product="TDC"))
    # 50 at 4 %, 50 at 3 %, 100 at 2 %
    assert price(rates, "1-30", "TDC", 200, "marginal").rate == Fraction(200 + 150 + 200, 200 * 100)
    assert price(rates, "0", "PERSONAL", 200, "marginal").rate == Fraction(1, 100)


def test_a_tier_nobody_speaks_of_has_no_price() -> None:
    above = [a_rate(10, 100, None)]
    assert price(above, "", "", 400, "marginal").covered == Fraction(3, 4)
    assert price(above, "", "", 99, "retroactive").covered == 0
    assert price([], "", "", 400, "marginal").covered == 0


def test_a_month_is_cut_where_a_rate_begins_or_ends() -> None:
    february = Period(start=date(2026, 2, 1), end=date(2026, 2, 28))
    old = Rate(1, "", "", 0, None, ALWAYS, date(2026, 2, 28), Fraction(1))
    new = Rate(1, "", "", 0, None, date(2026, 3, 1), None, Fraction(2))
    mid = Rate(1, "", "", 0, None, date(2026, 2, 15), None, Fraction(2))
    assert spans([old, new], february) == [february]
    assert [s.start.day for s in spans([old, mid], february)] == [1, 15]
    january = Period(start=date(2026, 1, 1), end=date(2026, 1, 31))
    last = Rate(1, "", "", 0, None, date(2026, 1, 31), None, Fraction(2))
    assert [s.end.day for s in spans([last], january)] == [30, 31]


def test_a_payment_that_crosses_a_tier(engine: Engine) -> None:
    furnish(engine, payments=CROSSING, rates=TWO_TIERS)
    assert only(ask(engine, "fee_revenue", period=MONTH))["value"] == "17500.00"  # 10,000 + 7,500
    again = ask(engine, "fee_revenue", period=MONTH, tiers="retroactive")
    assert only(again)["value"] == "22500.00"  # 15 % of all of it
    # The tiers are shared like the money: 60 and 90 parts of 150.
    assert by(ask(engine, "fee_revenue", period=MONTH, dims=("product",)), "product") == {
        "PERSONAL": "10500.00",
        "TDC": "7000.00",
    }
    assert "IVA" in notes(again)
    assert "retroactivos" in notes(again)
    assert again.basis is not None
    assert again.basis.read_from == "cells"


def test_a_reversal_takes_the_month_back_over_the_tier(engine: Engine) -> None:
    back = [*CROSSING, paid("E", nov(16), -80_000)]
    furnish(engine, payments=back, rates=TWO_TIERS)
    conventions: tuple[Literal["marginal", "retroactive"], ...] = ("marginal", "retroactive")
    for tiers in conventions:
        found = ask(engine, "fee_revenue", period=MONTH, tiers=tiers, dims=("product",))
        assert by(found, "product") == {"TDC": "6000.00", "PERSONAL": "1000.00"}
    # The reversal alone costs what its pesos earn now.
    alone = Period(start=nov(16), end=nov(16))
    assert only(ask(engine, "fee_revenue", period=alone))["value"] == "-8000.00"


def test_part_of_a_month_stands_at_the_tier_of_its_end(engine: Engine) -> None:
    furnish(engine, payments=CROSSING, rates=TWO_TIERS)
    start, rest = Period(start=nov(1), end=nov(9)), Period(start=nov(10), end=nov(18))
    assert only(ask(engine, "fee_revenue", period=start))["value"] == "6000.00"
    part = ask(engine, "fee_revenue", period=rest)
    assert only(part)["value"] == "10500.00"  # 90 of 150 parts of 17,500
    assert "escalón es el que llevaba el mes" in notes(part)


def test_a_rate_that_changes_within_the_month(engine: Engine) -> None:
    changed = [rate(10, valid=(ALWAYS, nov(9))), rate(20, valid=(nov(10), None))]
    furnish(engine, payments=CROSSING, rates=changed)
    assert only(ask(engine, "fee_revenue", period=MONTH))["value"] == "24000.00"  # 6,000 + 18,000


def test_money_without_a_rate_is_said_and_is_no_zero(engine: Engine) -> None:
    money = [*CROSSING, paid("J", nov(5), 1_000), paid("J", nov(5), 1_000)]
    furnish(engine, payments=money, rates=[rate(30, client=CEIBA, bucket="31-60"), rate(9, bucket="61-90")])
    found = ask(engine, "fee_revenue", period=MONTH, dims=("client",))
    assert by(found, "client") == {"Tiendas La Ceiba": "600.00"}  # Alameda has no row of nothing
    assert "$150,000" in notes(found)
    only_alameda = Scope(clients=frozenset({ALAMEDA}))
    with pytest.raises(Refused, match="no_fee_fits"):
        ask(engine, "fee_revenue", period=MONTH, scope=only_alameda)


def test_without_any_rate_it_is_refused(engine: Engine) -> None:
    furnish(engine, payments=CROSSING)
    with pytest.raises(Refused, match="no_fees"):
        ask(engine, "fee_revenue", period=MONTH)


def test_each_client_has_its_own_month(engine: Engine) -> None:
    money = [*CROSSING, paid("J", nov(5), 60_000)]
    furnish(engine, payments=money, rates=[*TWO_TIERS, *(r | {"client_id": CEIBA} for r in TWO_TIERS)])
    assert by(ask(engine, "fee_revenue", period=MONTH, dims=("client",)), "client") == {
        "Banco Alameda": "17500.00",
        "Tiendas La Ceiba": "6000.00",
    }


def test_who_sees_one_campaign_sees_it_at_the_clients_tier(engine: Engine) -> None:
    furnish(engine, payments=[CROSSING[0]], rates=TWO_TIERS)
    second_campaign(engine)
    add(engine, paid("E", nov(10), 90_000, campaign=3))
    mine = Scope(campaigns=frozenset({3}))
    assert only(ask(engine, "fee_revenue", period=MONTH, scope=mine))["value"] == "10500.00"


def test_posted_days_are_rebuilt_when_a_payment_is_posted_anew(engine: Engine) -> None:
    furnish(engine, payments=CROSSING, rates=TWO_TIERS)
    repost(engine, "T1", date(2026, 10, 30))
    stale = ask(engine, "fee_revenue", period=MONTH)
    assert stale.basis is not None
    assert stale.basis.read_from == "facts"  # what changed is read where it stands until the next refresh
    assert only(stale)["value"] == "6000.00"
    refresh(engine, CALENDARS, now=NOW)
    fresh = ask(engine, "fee_revenue", period=MONTH)
    assert fresh.basis is not None
    assert (fresh.basis.read_from, only(fresh)["value"]) == ("cells", "6000.00")
    assert only(ask(engine, "fee_revenue", period=OCTOBER))["value"] == "9000.00"


def test_the_bucket_is_that_of_the_month_posted(engine: Engine) -> None:
    """J is 31-60 at its placement and at the cut of October, and 61-90 at that of 18 November."""
    money = [paid("J", nov(2), 100), paid("J", nov(17), 100), paid("J", date(2026, 10, 20), 100)]
    rates = [rate(10, client=CEIBA, bucket="31-60"), rate(50, client=CEIBA, bucket="61-90")]
    furnish(engine, payments=money, rates=rates)
    both = Period(start=OCTOBER.start, end=MONTH.end)
    assert only(ask(engine, "fee_revenue", period=both))["value"] == "30.00"
    odd = ask(engine, "fee_revenue", period=both, dims=("bucket",))
    assert by(odd, "bucket") == {"31-60": "30.00"}


def test_rows_add_up_to_the_total(engine: Engine) -> None:
    """Thirds of a centavo: every part is kept exact until it is shown."""
    thirds = [paid(letter, nov(3), 1) for letter in "ABE"]
    furnish(engine, payments=thirds, rates=[rate(33.3333, tier=(0, 2)), rate(11.1111, tier=(2, None))])
    with reading(engine) as connection:
        asked = context(connection)
        plan = make_plan(asked, KpiRequest(metric="fee_revenue", period=MONTH))
        parts = lines(asked, plan, MONTH, ("product",)).by_key
        (whole,) = lines(asked, plan, MONTH, ()).by_key.values()
    assert sum((part.num for part in parts.values()), Fraction(0)) == whole.num
    assert whole.num == Fraction(333_333, 1_000_000) * 200 + Fraction(111_111, 1_000_000) * 100
    assert {part.num for part in parts.values()} == {whole.num / 3, whole.num * 2 / 3}


@pytest.mark.parametrize("tiers", ["marginal", "retroactive"])
@pytest.mark.parametrize("seed", [1, 2])
def test_random_money_priced_again(
    engine: Engine, seed: int, tiers: Literal["marginal", "retroactive"]
) -> None:
    """Each payment priced on its own, in plain Python, by taking the tiers off the month one by one."""
    random = Random(seed)
    rates, money = random_rates(random), random_money(random)
    furnish(engine, payments=money, rates=rates)
    buckets = dict.fromkeys("ABCE", "1-30") | dict.fromkeys("JK", "31-60") | {"G": "0"}
    letters = {number: letter for letter, number in ACCOUNT.items()}
    period = Period(start=date(2026, 10, 7), end=NOW.date())
    want: dict[str, Fraction] = {}
    for row in money:
        if period.holds(row["posted_on"]):
            letter = letters[row["account_id"]]
            product = "TDC" if letter in "ABG" else "PERSONAL"
            share = earned(rates, row, month_of_client(money, row), buckets[letter], product, tiers)
            key = f"{row['client_id']} {product}"
            want[key] = want.get(key, Fraction(0)) + share * row["amount_cents"]
    found = ask(engine, "fee_revenue", period=period, dims=("client", "product"), tiers=tiers)
    assert found.basis is not None
    assert found.basis.read_from == "cells"
    codes = {"ALA": ALAMEDA, "CEI": CEIBA}
    got = {f"{codes[row['client_code']]} {row['product']}": row["value"] for row in found.rows}
    assert got == {key: pesos(cents) for key, cents in want.items()}


def random_rates(random: Random) -> list[dict[str, Any]]:
    """Every client has one for everything; some have closer ones, in tiers and from days of their own."""
    rates = [rate(random.randrange(1, 9), client=client) for client in (ALAMEDA, CEIBA)]
    for bucket, product in (("1-30", ""), ("", "TDC"), ("31-60", "PERSONAL"), ("1-30", "TDC")):
        turn, low = nov(random.randrange(2, 17)), random.randrange(1, 60) * 1_000
        for valid in ((ALWAYS, turn - timedelta(days=1)), (turn, None)):
            for tier in ((0, low), (low, low * 2)):
                client = random.choice((ALAMEDA, CEIBA))
                percent = random.randrange(10, 40)
                rates.append(
                    rate(percent, client=client, bucket=bucket, product=product, tier=tier, valid=valid)
                )
    return rates


def random_money(random: Random) -> list[dict[str, Any]]:
    rows = []
    for _ in range(60):
        posted = date(2026, 10, 1) + timedelta(days=random.randrange(49))
        on = posted - timedelta(days=random.randrange(4))
        rows.append(paid(random.choice("ABCEGJK"), posted, random.choice([-1, 1, 1]) * 1_000, on=on))
        rows[-1]["amount_cents"] *= random.randrange(1, 20)
    return rows


def month_of_client(money: list[dict[str, Any]], row: dict[str, Any]) -> int:
    month = (row["client_id"], row["posted_on"].month)
    return sum(one["amount_cents"] for one in money if (one["client_id"], one["posted_on"].month) == month)


def earned(
    rates: list[dict[str, Any]], row: dict[str, Any], month: int, bucket: str, product: str, tiers: str
) -> Fraction:
    """What a peso of the payment earns: the closest rates take their tiers first, the others what is left."""
    day, left = row["posted_on"], [(0, max(month, 1))]
    if month > 0 and tiers == "retroactive":
        left = [(month, month + 1)]
    size, total = sum(high - low for low, high in left), Fraction(0)
    known = [
        one
        for one in rates
        if one["client_id"] == row["client_id"]
        and one["bucket"] in ("", bucket)
        and one["product"] in ("", product)
        and one["valid_from"] <= day
        and (one["valid_to"] is None or day <= one["valid_to"])
    ]
    for one in sorted(known, key=lambda each: (each["bucket"] == "", each["product"] == "")):
        rest = []
        for low, high in left:
            top = high if one["to_cents"] is None else one["to_cents"]
            taken = max(low, one["from_cents"]), min(high, top)
            if taken[0] < taken[1]:
                total += Fraction(one["rate_micros"], MICROS) * (taken[1] - taken[0])
                rest += [part for part in ((low, taken[0]), (taken[1], high)) if part[0] < part[1]]
            else:
                rest.append((low, high))
        left = rest
    return total / size
