"""Which accounts move and to whom: whole debtors, never a locked one, shared as evenly as can be."""

from collections import Counter
from datetime import date
from fractions import Fraction
from itertools import product
from random import Random

import pytest

from db.portfolio import Held
from skills.assign.choose import COOLING, SPECIAL, THEIRS, TOGETHER, Choice, choose

GIVER, ONE, TWO, THREE = 1, 2, 3, 4


def held(
    number: int, balance: int, *, debtor: int | None = None, special: bool = False, agent: int = GIVER
) -> Held:
    return Held(
        id=number,
        number=f"{number:05}",
        client_id=1,
        campaign_id=1,
        debtor=debtor,
        agent_id=agent,
        assignment_id=number,
        mode=None,
        since=date(2026, 1, 1),
        balance_cents=balance,
        dpd=40,
        bucket="31-60",
        product=None,
        state=None,
        special=special,
    )


def drawn(random: Random, n: int = 30) -> list[Held]:
    return [
        held(
            k,
            random.randrange(1, 10_000),
            debtor=random.choice((None, *range(8))),
            special=random.random() < 0.1,
        )
        for k in range(1, n + 1)
    ]


def shared(some: list[Held], receivers: tuple[int, ...], **more: object) -> Choice:
    options = {"locked": {}, "barred": {}, "count": None, "by_value": True} | more
    return choose(some, receivers=receivers, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(60))
def test_whatever_is_asked_the_rules_hold(seed: int) -> None:
    random = Random(seed)
    some = drawn(random)
    locked = {each.id: random.choice(("promise", "case")) for each in some if random.random() < 0.15}
    barred = {(each.id, random.choice((ONE, TWO))): COOLING for each in some if random.random() < 0.1}
    count = random.choice((None, 1, 7, 20))
    choice = shared(some, (ONE, TWO), locked=locked, barred=barred, count=count, by_value=bool(seed % 2))
    moved = choice.moves
    assert count is None or len(moved) <= count
    assert not {*moved} & {*locked}
    assert not any(each.special for each, _ in moved.values())
    assert not {(k, to) for k, (_, to) in moved.items()} & set(barred)
    went: dict[int, int] = {}
    for each, to in moved.values():
        if each.debtor is not None:
            assert went.setdefault(each.debtor, to) == to  # one debtor, one agent
    left = {each.debtor for each in some if each.id not in moved and each.debtor is not None}
    assert not left & set(went)
    kept = [each.id for reason in choice.kept.values() for each in reason]
    assert len(kept) == len(set(kept))
    assert not set(kept) & set(moved)
    assert (
        shared(some, (ONE, TWO), locked=locked, barred=barred, count=count, by_value=bool(seed % 2)) == choice
    )


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("receivers", [(ONE, TWO), (ONE, TWO, THREE)])
def test_money_is_shared_close_to_the_best_there_is(seed: int, receivers: tuple[int, ...]) -> None:
    """Largest first to the lightest: at most 4/3 of the optimum (Graham 1969), found here by trying all."""
    random = Random(seed)
    some = [held(k, random.randrange(1, 1_000)) for k in range(1, 8)]
    found = loads({k: to for k, (_, to) in shared(some, receivers).moves.items()}, some)
    best = min(
        loads(dict(zip((each.id for each in some), way, strict=True)), some)
        for way in product(receivers, repeat=len(some))
    )
    assert Fraction(found, best) <= Fraction(4, 3)


def loads(who: dict[int, int], some: list[Held]) -> int:
    total: dict[int, int] = {}
    for each in some:
        total[who[each.id]] = total.get(who[each.id], 0) + each.balance_cents
    return max(total.values())


def test_a_portfolio_of_real_size_is_shared_evenly() -> None:
    """As `python -m benchmarks.bench_split` prints it beside a solver's best."""
    dice = Random(5)
    some = [held(k, round(dice.lognormvariate(9.3, 1.0) * 100), debtor=k // 2) for k in range(2_000)]
    money = Counter[int]()
    for each, to in shared(some, (ONE, TWO, THREE)).moves.values():
        money[to] += each.balance_cents
    assert Fraction(max(money.values()), min(money.values())) < Fraction(1001, 1000)


def test_each_reason_is_said() -> None:
    some = [
        held(1, 100, special=True),
        held(2, 100, debtor=7),
        held(3, 100, debtor=7),
        held(4, 100),
        held(5, 100, agent=ONE),
    ]
    choice = shared(some, (ONE,), locked={2: "promise"}, barred={(4, ONE): COOLING})
    reasons = {reason: [each.id for each in kept] for reason, kept in choice.kept.items()}
    assert reasons == {SPECIAL: [1], "promise": [2], TOGETHER: [3], COOLING: [4], THEIRS: [5]}
    assert choice.moves == {}


def test_by_number_each_gets_as_many() -> None:
    some = [held(k, 1_000 * k) for k in range(1, 10)]
    by = [to for _, to in shared(some, (ONE, TWO, THREE), by_value=False).moves.values()]
    assert [by.count(agent) for agent in (ONE, TWO, THREE)] == [3, 3, 3]
