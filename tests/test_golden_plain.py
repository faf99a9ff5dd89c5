"""The trade's golden cases decided twice: by the engine, and by hand's reckoning written apart from it.

The twelve promises, and six accounts that roll; with what a hasty count would have said of them.
"""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from db.calendars import load_calendars
from db.cells.marks import mark_everything
from db.cells.refresh import refresh
from db.engine import reading, writing
from db.promise_rules import Payment, Promise, PromiseRules, decide, status_on
from skills.contract import KpiRequest
from skills.kpi.plan import make_plan
from skills.kpi.rows import lines
from tests.edge_world import DAY, FILES, MONTH, NOW, TODAY, Floor
from tests.numbers_beside import CALENDARS, context
from tests.plain_floor import Floor as Records
from tests.plain_metrics import METRICS
from tests.plain_parts import grouped
from tests.plain_promises import Money, Word, walk
from tests.random_rows import Agency

BANK = load_calendars().bank
RULES = PromiseRules(grace_days=2, threshold_pct=100, lag_days=2)


def nov(day: int) -> date:
    return date(2026, 11, day)


def word(due: int = 20, pesos: int = 1000, made: int = 17) -> Word:
    return Word(nov(made), nov(due), pesos * 100)


def paid(on: int, pesos: int, name: str = "a") -> Money:
    return Money(name, nov(on), pesos * 100)


Case = tuple[list[Word], list[Money], list[str]]
GOLDEN: dict[str, Callable[[], Case]] = {
    "P1": lambda: ([word()], [paid(20, 1000)], ["kept"]),
    "P2": lambda: ([word()], [paid(24, 1000)], ["kept"]),
    "P3": lambda: ([word()], [paid(25, 1000)], ["broken"]),
    "P4": lambda: ([word()], [paid(20, 600)], ["partial"]),
    "P5": lambda: ([word()], [paid(19, 600), paid(23, 400, "b")], ["kept"]),
    "P6": lambda: ([word()], [paid(15, 1000)], ["broken"]),
    "P7": lambda: ([word()], [paid(20, 1000), Money("r", nov(23), 100_000, "a")], ["broken"]),
    "P8": lambda: ([word()], [paid(20, 1000), Money("r", date(2026, 12, 1), 100_000, "a")], ["kept"]),
    "P9": lambda: ([word(20, 500), word(27, 500)], [paid(20, 700)], ["kept", "partial"]),
    "P10": lambda: ([word(16, made=13)], [paid(18, 1000)], ["kept"]),
    "P11": lambda: ([word()], [], ["broken"]),
    "P12": lambda: ([word(20), word(27, made=18)], [], ["renewed", "broken"]),
}


def engine_of(words: list[Word], money: list[Money]) -> list[tuple[str, int, bool]]:
    promises = [Promise(n, w.made, w.due, w.cents) for n, w in enumerate(words)]
    payments = [Payment(m.name, m.on, -m.cents if m.back else m.cents, m.back or None) for m in money]
    told = decide(promises, payments, RULES, BANK)
    return [(r.status, r.allocated_cents, r.corrected) for r in told]


def walked(words: list[Word], money: list[Money]) -> list[tuple[str, int, bool]]:
    walk(words, money)
    return [(w.told(100), w.paid, w.corrected) for w in words]


@pytest.mark.parametrize("name", GOLDEN)
def test_a_golden_promise(name: str) -> None:
    words, money, statuses = GOLDEN[name]()
    told = walked(words, money)
    assert [status for status, _, _ in told] == statuses
    assert engine_of(words, money) == told
    assert [corrected for _, _, corrected in told] == [name == "P8"] + [False] * (len(told) - 1)


def test_p11_is_in_no_rate_until_its_file_is_in() -> None:
    """Asked on the 21st: a count by due day alone would already call it broken."""
    (result,) = decide([Promise(0, nov(17), nov(20), 100_000)], [], RULES, BANK)
    assert [status_on(result, nov(day)) for day in (21, 25, 26)] == ["open", "open", "broken"]


def _by(words: list[Word], money: list[Money], last: date) -> bool:
    """Whether what came in from the making to a day covers it."""
    return sum(m.cents for m in money if words[0].made <= m.on <= last and not m.back) >= words[0].cents


HASTY: dict[str, tuple[str, Callable[[list[Word], list[Money]], bool]]] = {
    "no grace": ("P2", lambda w, m: _by(w, m, w[0].due)),
    "grace in plain days": ("P2", lambda w, m: _by(w, m, w[0].due + 2 * DAY)),
    "no end of the window": ("P3", lambda w, m: _by(w, m, date.max)),
    "one payment must do": ("P5", lambda w, m: max(x.cents for x in m) >= w[0].cents),
    "money before the promise": ("P6", lambda w, m: sum(x.cents for x in m) >= w[0].cents),
    "gross of reversals": ("P7", lambda w, m: _by(w, m, w[0].closes(2))),
    "a late reversal undoes it": ("P8", lambda w, m: not any(x.back for x in m)),
}


@pytest.mark.parametrize("rule", HASTY)
def test_what_a_hasty_rule_would_say(rule: str) -> None:
    name, kept = HASTY[rule]
    words, money, statuses = GOLDEN[name]()
    assert kept(words, money) != (statuses[0] == "kept")


MONDAY = nov(3)
days = st.integers(0, 30).map(lambda n: MONDAY + timedelta(days=n))
pesos = st.integers(1, 8).map(lambda n: n * 12_500)


def _due(word: tuple[date, int, int]) -> date:
    return word[0] + word[1] * DAY


@settings(max_examples=300, deadline=None)
@given(
    # Two promises due on one day are served in whatever order: nothing says which is first.
    st.lists(st.tuples(days, st.integers(0, 9), pesos), min_size=1, max_size=5, unique_by=_due),
    st.lists(st.tuples(days, pesos), max_size=6),
)
def test_any_account_without_reversals_is_decided_alike(
    words: list[tuple[date, int, int]], money: list[tuple[date, int]]
) -> None:
    spoken = [Word(made, made + timedelta(days=n), cents) for made, n, cents in words]
    received = [Money(f"m{n}", on, cents) for n, (on, cents) in enumerate(money)]
    assert walked(spoken, received) == engine_of(spoken, received)


# --- the six accounts that roll ------------------------------------------------------------------------


@pytest.fixture
def rolled(engine: Engine) -> Engine:
    """A to F in 1-30 at the opening file: worse, the same, cured, recalled, paid off, charged off."""
    made = Agency(0)
    floor = Floor(made, 7, client=7, sells=False)
    for dpd in (45, 20, 0):
        floor.account()
        floor.position(MONTH.end, dpd=dpd)
    floor.account(recalled_on=date(2026, 3, 10), recall_reason="RETIRO")
    floor.account()
    floor.pay(date(2026, 3, 12), cents=100_000)
    floor.account(recalled_on=date(2026, 3, 20), recall_reason="CASTIGO")
    floor.stand()
    with writing(engine) as connection:
        made.write(connection)
        mark_everything(connection, NOW)
    refresh(engine, CALENDARS, now=NOW)
    return engine


@pytest.mark.parametrize(
    ("metric", "part"), [("roll_rate", 2), ("stay_rate", 1), ("cure_rate", 2), ("containment", 3)]
)
def test_the_small_roll_case(rolled: Engine, metric: str, part: int) -> None:
    with reading(rolled) as connection:
        ctx = context(connection)
        plan = make_plan(ctx, KpiRequest(metric=metric, period=MONTH))
        line = lines(ctx, plan, MONTH, ()).by_key[()]
        records = Records(connection, TODAY)
        plain = grouped(METRICS[metric](records, MONTH.start, MONTH.end), ())
    assert (line.num, line.den) == plain[()] == (part, 5)


def test_what_a_hasty_count_would_say_of_the_roll(rolled: Engine) -> None:
    """Only the accounts in both files: 1 of 3 rolled. Whoever is absent taken for current: 4 of 6 cured."""
    with reading(rolled) as connection:
        records = Records(connection, TODAY)
    opened, closed = (
        {row["account_id"]: row["bucket_no"] for row in records["balances"] if row["as_of"] == day}
        for day in (FILES[2], MONTH.end)
    )
    both = [(before, closed[account]) for account, before in opened.items() if account in closed]
    assert (sum(after > before for before, after in both), len(both)) == (1, 3)
    assert (sum(not closed.get(account, 0) for account in opened), len(opened)) == (4, 6)
