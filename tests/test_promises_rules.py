"""What becomes of a promise: the golden cases of the trade, and laws that hold for any account."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.calendars import load_calendars
from db.promise_rules import Payment, Promise, PromiseRules, Result, decide, status_on

BANK = load_calendars().bank
RULES = PromiseRules(grace_days=2, threshold_pct=100, lag_days=2)
MADE = date(2026, 11, 17)  # Tuesday; Monday 16 is a holiday


def nov(day: int) -> date:
    return date(2026, 11, day)


def promise(id_: int = 1, due: date = nov(20), pesos: int = 1000, made: date = MADE) -> Promise:
    return Promise(id_, made, due, pesos * 100)


def paid(on: date, pesos: float, ref: str = "", reverses: str | None = None) -> Payment:
    return Payment(ref or f"{on}/{pesos}", on, round(pesos * 100), reverses)


def judge(promises: list[Promise], payments: list[Payment], rules: PromiseRules = RULES) -> list[Result]:
    return decide(promises, payments, rules, BANK)


def one(promises: list[Promise], payments: list[Payment], rules: PromiseRules = RULES) -> tuple[str, int]:
    (result,) = judge(promises, payments, rules)
    return result.status, result.allocated_cents


@pytest.mark.parametrize(
    ("payments", "status", "pesos"),
    [
        pytest.param([paid(nov(20), 1000)], "kept", 1000, id="P1 on the due day"),
        pytest.param([paid(nov(24), 1000)], "kept", 1000, id="P2 on the last day of grace"),
        pytest.param([paid(nov(25), 1000)], "broken", 0, id="P3 a day late"),
        pytest.param([paid(nov(20), 600)], "partial", 600, id="P4 in part"),
        pytest.param([paid(nov(19), 600), paid(nov(23), 400)], "kept", 1000, id="P5 in two parts"),
        pytest.param([paid(nov(15), 1000)], "broken", 0, id="P6 before it was made"),
        pytest.param(
            [paid(nov(20), 1000, "a"), paid(nov(23), -1000, "b", "a")],
            "broken",
            0,
            id="P7 taken back in time",
        ),
    ],
)
def test_golden_single(payments: list[Payment], status: str, pesos: int) -> None:
    assert one([promise()], payments) == (status, pesos * 100)


def test_p8_taken_back_after_it_closed_stays_kept_and_is_marked() -> None:
    money = [paid(nov(20), 1000, "a"), paid(date(2026, 12, 1), -1000, "b", "a")]
    (result,) = judge([promise()], money)
    assert (result.status, result.allocated_cents, result.corrected) == ("kept", 100_000, True)


def test_p9_a_plan_is_paid_first_due_first() -> None:
    plan = [promise(1, nov(27), 500), promise(2, nov(20), 500)]
    second, first = judge(plan, [paid(nov(20), 700)])
    assert (first.status, first.allocated_cents) == ("kept", 50_000)
    assert (second.status, second.allocated_cents) == ("partial", 20_000)


def test_p10_grace_starts_after_a_holiday() -> None:
    monday = promise(due=nov(16), made=nov(13))
    assert one([monday], [paid(nov(18), 1000)]) == ("kept", 100_000)
    assert one([monday], [paid(nov(19), 1000)]) == ("broken", 0)


def test_p11_nothing_is_told_before_the_payment_file() -> None:
    (result,) = judge([promise()], [])
    assert (result.window_ends_on, result.decide_on) == (nov(24), nov(26))
    told = [status_on(result, nov(d)) for d in (21, 24, 25, 26)]
    assert told == ["open", "open", "open", "broken"]


def test_p12_a_new_promise_renews_the_open_one() -> None:
    old, new = judge([promise(1, nov(20)), promise(2, nov(27), made=nov(18))], [])
    assert (old.status, new.status) == ("renewed", "broken")
    assert status_on(old, nov(18)) == "renewed"


# --- What the golden cases leave open -------------------------------------------------------------


def test_a_promise_made_after_the_window_renews_nothing() -> None:
    first, second = judge([promise(1), promise(2, date(2026, 12, 4), made=nov(25))], [])
    assert (first.status, second.status) == ("broken", "broken")
    first, _ = judge([promise(1), promise(2, date(2026, 12, 4), made=nov(24))], [])
    assert first.status == "renewed"  # the 24th is the window's last day


def test_a_paid_promise_is_not_renewed_by_the_next_one() -> None:
    money = [paid(nov(19), 1000), paid(nov(27), 1000)]
    first, second = judge([promise(1), promise(2, nov(27), made=nov(20))], money)
    assert [(r.status, r.allocated_cents) for r in (first, second)] == [("kept", 100_000), ("kept", 100_000)]


def test_a_paid_promise_takes_no_money_after_the_next_one_is_made() -> None:
    rules = RULES._replace(threshold_pct=80)
    money = [paid(nov(19), 800), paid(nov(23), 500)]
    first, second = judge([promise(1), promise(2, nov(27), 500, made=nov(20))], money, rules)
    assert (first.status, first.allocated_cents) == ("kept", 80_000)
    assert (second.status, second.allocated_cents) == ("kept", 50_000)


def test_money_of_the_day_the_new_promise_was_made_is_the_new_ones() -> None:
    old, new = judge([promise(1), promise(2, nov(27), made=nov(18))], [paid(nov(18), 1000)])
    assert (old.status, old.allocated_cents) == ("renewed", 0)
    assert (new.status, new.allocated_cents) == ("kept", 100_000)


def test_part_money_of_a_renewed_promise_is_not_counted_twice() -> None:
    money = [paid(nov(17), 600), paid(nov(19), 400)]
    old, new = judge([promise(1), promise(2, nov(27), made=nov(18))], money)
    assert (old.status, old.allocated_cents) == ("renewed", 60_000)
    assert (new.status, new.allocated_cents) == ("partial", 40_000)


def test_the_threshold_forgives_a_peso_and_no_more() -> None:
    assert one([promise()], [paid(nov(20), 999)])[0] == "kept"
    assert one([promise()], [paid(nov(20), 998.99)])[0] == "partial"
    assert one([promise()], [paid(nov(20), 899)], RULES._replace(threshold_pct=90))[0] == "kept"
    assert one([Promise(1, MADE, nov(20), 50)], [])[0] == "broken"  # half a peso, and nothing paid


def test_no_grace_ends_on_the_due_day() -> None:
    rules = RULES._replace(grace_days=0)
    assert one([promise(due=nov(21))], [paid(nov(21), 1000)], rules)[0] == "kept"  # a Saturday
    assert one([promise(due=nov(21))], [paid(nov(22), 1000)], rules)[0] == "broken"


def test_money_taken_back_is_shared_out_again_among_the_open() -> None:
    plan = [promise(1, nov(20), 500), promise(2, nov(27), 500)]
    money = [paid(nov(18), 500, "a"), paid(nov(19), 500, "b"), paid(nov(23), -500, "r", "a")]
    first, second = judge(plan, money)
    assert (first.status, second.status) == ("kept", "broken")
    assert not first.corrected


def test_money_taken_back_after_one_closed_does_not_reach_the_other() -> None:
    plan = [promise(1, nov(20), 500), promise(2, nov(27), 500)]
    money = [paid(nov(18), 500, "a"), paid(nov(19), 500, "b"), paid(nov(26), -500, "r", "a")]
    first, second = judge(plan, money)
    assert (first.status, first.corrected) == ("kept", True)
    assert (second.status, second.allocated_cents, second.corrected) == ("kept", 50_000, False)


def test_of_one_payment_taken_back_in_part_the_last_served_loses() -> None:
    plan = [promise(1, nov(20), 500), promise(2, nov(23), 500)]
    money = [paid(nov(19), 1000, "a"), paid(date(2026, 12, 1), -500, "r", "a")]
    assert [(r.status, r.corrected) for r in judge(plan, money)] == [("kept", False), ("kept", True)]


def test_money_given_back_without_a_name_leaves_the_newest_payment() -> None:
    money = [paid(nov(16), 400), paid(nov(19), 600), paid(nov(23), -400)]
    assert one([promise()], money) == (
        "partial",
        60_000,
    )  # the payment of the same amount, before the promise
    money = [paid(nov(18), -1000), paid(nov(19), 1000)]
    assert one([promise()], money) == ("kept", 100_000)  # not one that came after
    money = [paid(nov(18), 400), paid(nov(19), 600), paid(nov(23), -700)]
    assert one([promise()], money) == ("partial", 30_000)


def test_a_reversal_sent_as_a_positive_amount_is_money_given_back() -> None:
    assert one([promise()], [paid(nov(20), 1000, "a"), paid(nov(23), 1000, "b", "a")]) == ("broken", 0)


@pytest.mark.parametrize(
    "back",
    [
        pytest.param([paid(nov(20), -600, "r"), paid(nov(20), -600, "r2")], id="twice"),
        pytest.param([paid(nov(20), -5000, "r")], id="for more than its amount"),
        pytest.param([paid(nov(20), -600, "r"), paid(nov(20), -600, "rr", "r")], id="the reversal too"),
    ],
)
def test_a_payment_gives_back_no_more_than_it_brought_in(back: list[Payment]) -> None:
    wrong = [b._replace(reverses_ref=b.reverses_ref or "a") for b in back]
    money = [paid(nov(18), 600, "a"), paid(nov(19), 1000, "b"), *wrong]
    assert one([promise()], money) == ("kept", 100_000)
    unnamed = [b._replace(reverses_ref=None) for b in back]  # the same sums that name nothing do reach "b"
    assert one([promise()], money[:2] + unnamed)[0] != "kept"


def test_a_due_day_before_the_making_leaves_that_one_day() -> None:
    slip = promise(due=nov(3))
    assert one([slip], [paid(MADE, 1000)])[0] == "kept"
    assert one([slip], [paid(nov(18), 1000)])[0] == "broken"


# --- Laws -----------------------------------------------------------------------------------------

START = date(2026, 10, 26)
days = st.integers(0, 40).map(lambda n: START + timedelta(days=n))
cents = st.integers(1, 6).map(lambda n: n * 25_000)


@st.composite
def accounts(draw: st.DrawFn) -> tuple[list[Promise], list[Payment]]:
    made = draw(st.lists(st.tuples(days, st.integers(0, 12), cents), min_size=1, max_size=6))
    spoken = [Promise(i, on, on + timedelta(days=n), amount) for i, (on, n, amount) in enumerate(made)]
    money = [
        Payment(f"p{i}", *row) for i, row in enumerate(draw(st.lists(st.tuples(days, cents), max_size=6)))
    ]
    back = draw(st.lists(st.tuples(days, cents, st.integers(-1, max(0, len(money) - 1))), max_size=3))
    money += [Payment(f"r{i}", on, -n, f"p{p}" if p >= 0 else None) for i, (on, n, p) in enumerate(back)]
    return spoken, money


@settings(max_examples=150, deadline=None)
@given(accounts(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(
    account: tuple[list[Promise], list[Payment]], chance: st.DataObject
) -> None:
    spoken, money = account
    once = judge(spoken, money)
    chance.shuffle(spoken)  # type: ignore[attr-defined]
    chance.shuffle(money)  # type: ignore[attr-defined]
    assert judge(spoken, money) == once


@settings(max_examples=150, deadline=None)
@given(accounts())
def test_no_money_is_counted_twice(account: tuple[list[Promise], list[Payment]]) -> None:
    spoken, money = account
    results = {r.promise_id: r for r in judge(spoken, money)}
    gross = sum(p.amount_cents for p in money if p.amount_cents > 0)
    assert sum(r.allocated_cents for r in results.values()) <= gross
    for p in spoken:
        result = results[p.id]
        window = sum(
            m.amount_cents
            for m in money
            if m.amount_cents > 0 and p.made_on <= m.paid_on <= result.window_ends_on
        )
        assert 0 <= result.allocated_cents <= min(p.amount_cents, window)


@settings(max_examples=150, deadline=None)
@given(accounts())
def test_what_was_never_taken_back_late_fits_in_the_net_money(
    account: tuple[list[Promise], list[Payment]],
) -> None:
    spoken, money = account
    money = [m._replace(reverses_ref=None) for m in money]
    results = judge(spoken, money)
    net = sum(p.amount_cents for p in money)
    if not any(r.corrected for r in results) and net >= 0:
        assert sum(r.allocated_cents for r in results) <= net + _never_covered(money)


@settings(max_examples=150, deadline=None)
@given(accounts())
def test_a_payment_serves_with_what_its_reversals_left_of_it(
    account: tuple[list[Promise], list[Payment]],
) -> None:
    spoken, money = account
    money = [m for m in money if m.amount_cents > 0 or m.reverses_ref]
    back: dict[str, int] = {}
    for row in money:
        if row.reverses_ref:
            back[row.reverses_ref] = back.get(row.reverses_ref, 0) - row.amount_cents
    results = judge(spoken, money)
    left = sum(max(0, m.amount_cents - back.get(m.ref, 0)) for m in money if m.amount_cents > 0)
    if not any(r.corrected for r in results):
        assert sum(r.allocated_cents for r in results) <= left


def _never_covered(money: list[Payment]) -> int:
    """Money given back before any came in has nothing to leave."""
    in_hand = short = 0
    for row in sorted(money, key=lambda p: (p.paid_on, p.ref)):
        in_hand += row.amount_cents
        if in_hand < 0:
            short, in_hand = short - in_hand, 0
    return short


@settings(max_examples=150, deadline=None)
@given(accounts())
def test_every_promise_gets_one_result_with_its_own_days(
    account: tuple[list[Promise], list[Payment]],
) -> None:
    spoken, money = account
    results = judge(spoken, money)
    assert [r.promise_id for r in results] == sorted(p.id for p in spoken)
    due = {p.id: p.due_on for p in spoken}
    for r in results:
        assert r.window_ends_on == BANK.add_business_days(due[r.promise_id], 2)
        assert r.decide_on == r.window_ends_on + timedelta(days=2)
        assert (r.status == "broken") <= (r.allocated_cents == 0)
