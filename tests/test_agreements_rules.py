"""What becomes of an agreement: cases worked out by hand, and each guard taken away."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db import promise_rules
from db.agreement_rules import Agreement, AgreementResult, Judged, judge, status_on
from db.calendars import Calendar, load_calendars
from db.promise_rules import Payment, PromiseRules

BANK = load_calendars().bank
RULES = PromiseRules(grace_days=2, threshold_pct=100, lag_days=2)
AGREED = date(2026, 11, 3)
THIRD = 333_333
Told = tuple[str, date | None, list[tuple[str, int]]]


def nov(day: int) -> date:
    return date(2026, 11, day)


def dec(day: int) -> date:
    return date(2026, 12, day)


def jan(day: int) -> date:
    return date(2027, 1, day)


def agreement(
    id_: int = 1,
    agreed: date = AGREED,
    cents: int = 1_000_000,
    count: int = 3,
    first: date = nov(10),
    status: str = "active",
) -> Agreement:
    """10,000 in three a month: 10 November, 10 December, and 11 January, for the 10th is a Sunday."""
    return Agreement(id_, agreed, cents, count, first, "mensual", status)


def paid(on: date, cents: int, ref: str = "", reverses: str | None = None) -> Payment:
    return Payment(ref or f"{on}/{cents}", on, cents, reverses)


def told(
    agreements: Sequence[Agreement], payments: Sequence[Payment], rules: PromiseRules = RULES
) -> list[Told]:
    found = judge(agreements, payments, rules, BANK)
    return [(r.status, r.settled_on, [(p.status, p.allocated_cents) for p in parts]) for r, parts in found]


def one(payments: Sequence[Payment], rules: PromiseRules = RULES) -> Told:
    return told([agreement()], payments, rules)[0]


KEPT, NONE = ("kept", THIRD), ("broken", 0)
LAST = ("kept", THIRD + 1)
ON_TIME = [paid(nov(10), THIRD), paid(dec(10), THIRD), paid(jan(11), THIRD + 1)]


@pytest.mark.parametrize(
    ("payments", "expected"),
    [
        pytest.param(ON_TIME, ("fulfilled", jan(11), [KEPT, KEPT, LAST]), id="C1 each on its day"),
        pytest.param([], ("expired", nov(14), [NONE, NONE, NONE]), id="C2 nothing"),
        pytest.param(
            [paid(nov(10), 100_000)],
            ("broken", nov(14), [("partial", 100_000), NONE, NONE]),
            id="C3 part of the first",
        ),
        pytest.param(
            [ON_TIME[0], ON_TIME[2]], ("broken", dec(16), [KEPT, NONE, LAST]), id="C4 the second missed"
        ),
        pytest.param(
            [paid(nov(5), 1_000_000)], ("fulfilled", nov(5), [KEPT, KEPT, LAST]), id="C5 all of it early"
        ),
        pytest.param(
            [paid(nov(5), 500_000)],
            ("broken", dec(16), [KEPT, ("partial", 166_667), NONE]),
            id="C6 early money goes on to the next",
        ),
        pytest.param(
            [paid(nov(12), THIRD), *ON_TIME[1:]],
            ("fulfilled", jan(11), [KEPT, KEPT, LAST]),
            id="C7 on the last day of grace",
        ),
        pytest.param(
            [paid(nov(13), THIRD)], ("expired", nov(14), [NONE, KEPT, NONE]), id="C8 a day late is the next's"
        ),
        pytest.param(
            [paid(dec(14), THIRD), ON_TIME[0], ON_TIME[2]],
            ("fulfilled", jan(11), [KEPT, KEPT, LAST]),
            id="C9 grace over a weekend",
        ),
        pytest.param(
            [paid(nov(10), THIRD, "a"), paid(nov(12), -THIRD, "b", "a")],
            ("expired", nov(14), [NONE, NONE, NONE]),
            id="C10 taken back in the window",
        ),
        pytest.param(
            [paid(nov(10), THIRD, "a"), paid(nov(13), -THIRD, "b", "a"), *ON_TIME[1:]],
            ("fulfilled", jan(11), [KEPT, KEPT, LAST]),
            id="C11 taken back after the window",
        ),
        pytest.param(
            [paid(nov(10), 2 * THIRD, "a"), paid(nov(20), -2 * THIRD, "b", "a")],
            ("broken", dec(16), [KEPT, NONE, NONE]),
            id="C12 taken back after one window and in the other",
        ),
        pytest.param(
            [paid(nov(2), 1_000_000)], ("expired", nov(14), [NONE, NONE, NONE]), id="C13 before it was agreed"
        ),
        pytest.param(
            [paid(nov(10), THIRD - 100), *ON_TIME[1:]],
            ("fulfilled", jan(11), [("kept", THIRD - 100), KEPT, LAST]),
            id="C14 a peso short",
        ),
        pytest.param(
            [paid(nov(10), THIRD - 101), *ON_TIME[1:]],
            ("broken", nov(14), [("partial", THIRD - 101), KEPT, LAST]),
            id="C15 more than a peso short",
        ),
        pytest.param(
            [ON_TIME[0], paid(dec(9), 400_000)],
            ("broken", jan(15), [KEPT, KEPT, ("partial", 66_667)]),
            id="C16 what one instalment leaves, the next takes",
        ),
        pytest.param(
            [*ON_TIME, paid(jan(12), 1_000_000)],
            ("fulfilled", jan(11), [KEPT, KEPT, LAST]),
            id="C17 more than was owed",
        ),
        pytest.param(
            [
                paid(nov(10), THIRD, "a"),
                paid(nov(11), -THIRD, "b", "a"),
                paid(nov(11), -THIRD, "c", "a"),
                paid(nov(12), 1_000_000),
            ],
            ("fulfilled", nov(12), [KEPT, KEPT, LAST]),
            id="C18 taken back twice",
        ),
    ],
)
def test_golden(payments: list[Payment], expected: Told) -> None:
    assert one(payments) == expected


def test_the_threshold_is_the_clients() -> None:
    rules = RULES._replace(threshold_pct=80)
    assert one([paid(nov(10), 270_000)], rules)[2][0] == ("kept", 270_000)
    assert one([paid(nov(10), 260_000)], rules)[2][0] == ("partial", 260_000)


def test_an_instalment_of_a_holiday_is_waited_for_from_the_day_it_moved_to() -> None:
    """Monday 16 November is closed: due on the 17th, in time until the 19th, told from the 21st."""
    ((result, (part,)),) = judge([agreement(first=nov(16), count=1)], [], RULES, BANK)
    assert (part.due_on, part.window_ends_on, part.decide_on) == (nov(17), nov(19), nov(21))
    assert result.window_ends_on == nov(19)


def test_holy_week_is_no_grace() -> None:
    """Due on Wednesday 1 April: Thursday and Friday are closed, Monday and Tuesday are the grace."""
    holy = Agreement(1, date(2026, 3, 20), 100_000, 1, date(2026, 4, 1), "")
    assert told([holy], [paid(date(2026, 4, 7), 100_000)])[0][0] == "fulfilled"
    assert told([holy], [paid(date(2026, 4, 8), 100_000)])[0][0] == "expired"


def test_what_may_be_said_before_the_day_it_is_settled() -> None:
    broken, fulfilled = (judge([agreement()], money, RULES, BANK)[0].result for money in ([], ON_TIME))
    assert [status_on(broken, nov(d)) for d in (3, 13, 14)] == ["active", "active", "expired"]
    assert [status_on(fulfilled, day) for day in (nov(14), jan(10), jan(11))] == [
        "active",
        "active",
        "fulfilled",
    ]
    assert status_on(AgreementResult(1, "cancelled", 0, None, None), nov(3)) == "cancelled"


# --- Several agreements of one account ------------------------------------------------------------


def test_two_agreements_of_one_day_share_the_money_by_due_day() -> None:
    pair = [agreement(1, cents=200_000, count=2), agreement(2, cents=90_000, count=1, first=nov(24))]
    assert told(pair, [paid(nov(10), 150_000)]) == [
        ("broken", dec(16), [("kept", 100_000), ("broken", 0)]),
        ("broken", nov(28), [("partial", 50_000)]),
    ]
    assert told(pair, [paid(nov(10), 290_000)]) == [
        ("fulfilled", nov(10), [("kept", 100_000), ("kept", 100_000)]),
        ("fulfilled", nov(10), [("kept", 90_000)]),
    ]


def test_a_later_agreement_renews_the_one_before() -> None:
    pair = [agreement(1), agreement(2, agreed=nov(20), cents=600_000, count=1, first=dec(1))]
    old, new = told(pair, [paid(nov(10), THIRD), paid(nov(20), 600_000)])
    assert old == ("renewed", nov(20), [KEPT])  # what was still unpaid leaves the count
    assert new == ("fulfilled", nov(20), [("kept", 600_000)])
    first = judge(pair, [paid(nov(10), THIRD)], RULES, BANK)[0].result
    assert (first.paid_cents, first.window_ends_on) == (THIRD, jan(13))
    assert [status_on(first, nov(d)) for d in (19, 20)] == ["active", "renewed"]


def test_a_later_agreement_forgives_nothing_that_was_missed() -> None:
    old, new = told([agreement(1), agreement(2, agreed=nov(20), count=1, first=dec(1))], [])
    assert old == ("expired", nov(14), [NONE])
    assert new[0] == "expired"


def test_one_paid_in_full_is_not_renewed_by_the_next() -> None:
    pair = [agreement(1), agreement(2, agreed=nov(20), cents=100_000, count=1, first=dec(1))]
    old, _ = told(pair, [paid(nov(5), 1_000_000)])
    assert old == ("fulfilled", nov(5), [KEPT, KEPT, LAST])


@pytest.mark.parametrize("status", ["draft", "to_authorize", "cancelled"])
def test_what_is_not_in_force_counts_for_nothing_and_renews_nothing(status: str) -> None:
    pair = [agreement(1), agreement(2, agreed=nov(20), status=status)]
    old, new = told(pair, ON_TIME)
    assert old[0] == "fulfilled"
    assert new == (status, None, [])


@pytest.mark.parametrize("status", ["authorized", "formalized", "fulfilled", "broken", "expired"])
def test_of_one_in_force_the_money_says_and_not_the_file(status: str) -> None:
    assert told([agreement(status=status)], ON_TIME)[0][0] == "fulfilled"
    assert told([agreement(status=status)], [])[0][0] == "expired"


# --- Laws, and each guard taken away --------------------------------------------------------------

days = st.integers(0, 70).map(lambda n: AGREED + timedelta(days=n))
owed = st.builds(
    agreement,
    agreed=st.integers(0, 3).map(lambda n: AGREED + timedelta(days=5 * n)),
    cents=st.integers(1_000, 900_000),
    count=st.integers(1, 5),
    first=days,
)
money = st.lists(st.builds(paid, days, st.integers(1, 500_000)), max_size=6, unique_by=lambda p: p.ref)


@settings(max_examples=150, deadline=None)
@given(st.lists(owed, min_size=1, max_size=3), money)
def test_no_money_is_counted_twice(some: list[Agreement], received: list[Payment]) -> None:
    listed = [each._replace(id=n) for n, each in enumerate(some)]
    found: list[Judged] = judge(listed, received, RULES, BANK)
    assert sum(each.result.paid_cents for each in found) <= sum(p.amount_cents for p in received)
    for each, (result, parts) in zip(listed, found, strict=True):
        assert result.agreement_id == each.id
        assert sum(p.allocated_cents for p in parts) <= result.paid_cents <= each.total_cents
        assert all(0 <= p.allocated_cents <= p.amount_cents for p in parts)
        assert (result.status == "renewed") <= (len(parts) < each.installments)
        if result.status == "fulfilled":
            assert result.paid_cents >= each.total_cents - 100 * each.installments
    assert judge(reversed(listed), list(reversed(received)), RULES, BANK) == found


def test_grace_in_plain_days_would_break_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ablation of the bank's calendar: 14 December is the second business day after the 10th."""
    money = [ON_TIME[0], paid(dec(14), THIRD), ON_TIME[2]]
    assert one(money)[0] == "fulfilled"
    monkeypatch.setattr(Calendar, "add_business_days", lambda _, day, n: day + timedelta(days=n))
    assert one(money)[0] == "broken"


def test_last_due_first_served_would_break_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ablation of the order the money is shared in."""
    money = [paid(nov(10), THIRD)]
    assert one(money)[2] == [KEPT, NONE, NONE]
    share = promise_rules._share_out
    monkeypatch.setattr(promise_rules, "_share_out", lambda a, m, day: share(list(reversed(a)), m, day))
    assert one(money)[2] == [NONE, NONE, ("kept", THIRD)]


def test_one_by_one_the_same_money_would_pay_every_instalment() -> None:
    """The ablation of sharing: each instalment judged with all the money, as if it were alone."""
    money = [paid(nov(5), THIRD + 1)]
    alone = [
        Agreement(n, AGREED, THIRD, 1, due, "mensual") for n, due in enumerate((nov(10), dec(10), jan(11)))
    ]
    assert [told([each], money)[0][0] for each in alone] == ["fulfilled"] * 3
    assert [found[0] for found in told(alone, money)] == ["fulfilled", "broken", "expired"]


def test_without_maturity_a_running_agreement_would_pass_for_broken() -> None:
    """The ablation of the day an outcome may be told: the second is not due yet, and nothing is missed."""
    ((result, parts),) = judge([agreement()], [ON_TIME[0]], RULES, BANK)
    today = nov(18)
    told_now = [p.status for p in parts if p.decide_on <= today]
    assert (told_now, status_on(result, today)) == (["kept"], "active")
    assert ([p.status for p in parts], result.status) == (["kept", "broken", "broken"], "broken")
