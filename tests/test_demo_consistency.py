"""The demo's facts agree with each other: money and balances, days and buckets, promises, owners, hours."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, func, select

from db.buckets import bucket_of, edges_of
from db.calendars import load_calendars
from db.demo.plan import agency_plan, places_plan
from db.engine import open_engine, reading
from db.promises import refresh_promises
from db.tables import metadata
from db.tables.cells import promise_results
from db.tables.facts import balances, contacts, file_loads, payments, promises, shifts, targets
from db.tables.reference import accounts, assignments, clients, people, phones
from tests.demo_facts import FRIDAY, money_by_account, paid, rows, small_demo

TODAY = FRIDAY.date()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('demo') / 'demo.db'}")
    metadata.create_all(engine)
    small_demo(engine, accounts=1_500)
    return engine


@pytest.fixture(scope="module")
def cuts(demo: Engine) -> dict[int, list[tuple[Any, ...]]]:
    """Each account's positions in the order of days: day, balance, days past due, bucket, number, status."""
    b = balances.c
    found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for account, *rest in sorted(
        rows(demo, b.account_id, b.as_of, b.balance_cents, b.dpd, b.bucket, b.bucket_no, b.status)
    ):
        found[account].append(tuple(rest))
    return found


def test_balances_fall_by_what_was_paid(demo: Engine, cuts: dict[int, list[tuple[Any, ...]]]) -> None:
    money = money_by_account(demo)
    placed = {
        a: (on, cents)
        for a, on, cents in rows(demo, accounts.c.id, accounts.c.placed_on, accounts.c.balance_cents)
    }
    steps = 0
    for account, seen in cuts.items():
        positions = [placed[account], *((day, cents) for day, cents, *_ in seen)]
        for (before, opening), (after, closing) in pairwise(positions):
            assert closing == opening - paid(money[account], before, after)
            steps += closing != opening
    assert steps > 1_000


def test_arrears_grow_by_a_day_a_day_unless_something_was_paid(
    demo: Engine, cuts: dict[int, list[tuple[Any, ...]]]
) -> None:
    money = money_by_account(demo)
    unpaid = 0
    for account, seen in cuts.items():
        touched = {m.on for m in money[account]}
        for (before, _, dpd, *_), (after, _, later, *_) in pairwise(seen):
            days = (after - before).days
            if dpd > 0 and not any(before < on <= after for on in touched):
                assert later == dpd + days
                unpaid += 1
            given_back = any(before < m.on <= after and m.cents < 0 for m in money[account])
            assert later <= dpd + days or given_back
    assert unpaid > 50_000


def test_a_payment_takes_whole_cycles_off_the_arrears(
    demo: Engine, cuts: dict[int, list[tuple[Any, ...]]]
) -> None:
    """From one day to the next: a cycle off for each instalment, or all of it."""
    back = 0
    for seen in cuts.values():
        for (before, _, dpd, *_), (after, _, later, *_) in pairwise(seen):
            if (after - before).days == 1 and 0 < later < dpd:
                assert (dpd + 1 - later) % 30 == 0
                back += 1
    assert back > 50


def test_buckets_follow_the_days_and_the_charge_off(
    demo: Engine, cuts: dict[int, list[tuple[Any, ...]]]
) -> None:
    (edges,) = {edges_of(text) for (text,) in rows(demo, clients.c.bucket_edges)}
    seen = {(dpd, bucket, no, status) for each in cuts.values() for _, _, dpd, bucket, no, status in each}
    assert all(bucket_of(dpd, edges, status) == (bucket, no) for dpd, bucket, no, status in seen)
    names = {bucket for _, bucket, _, _ in seen}
    assert names == {"0", "1-30", "31-60", "61-90", "91-120", "121-150", "151-180", "181+", "castigo"}
    assert all((status == "CASTIGADA") == (no == 99) for _, _, no, status in seen)


def test_an_account_is_in_every_cut_until_it_is_recalled_or_paid_off(
    demo: Engine, cuts: dict[int, list[tuple[Any, ...]]]
) -> None:
    money = money_by_account(demo)
    a = accounts.c
    days: dict[int, list[date]] = defaultdict(list)
    for client, day in sorted(set(rows(demo, balances.c.client_id, balances.c.as_of))):
        days[client].append(day)
    reasons = {"recalled": 0, "paid off": 0}
    for account, client, placed, opening, recalled, first in rows(
        demo, a.id, a.client_id, a.placed_on, a.balance_cents, a.recalled_on, a.first_cut_on
    ):
        held = [day for day, *_ in cuts.get(account, [])]
        assert (held[0] if held else None) == first
        expected = [day for day in days[client] if day >= placed and (recalled is None or day < recalled)]
        if held != expected:
            assert held == expected[: len(held)]
            assert sum(m.cents for m in money[account]) == opening
            reasons["paid off"] += 1
        reasons["recalled"] += recalled is not None
    assert min(reasons.values()) > 5


def test_nothing_happens_to_an_account_before_it_comes_or_after_it_goes(demo: Engine) -> None:
    a = accounts.c
    for table, day in (
        (contacts, contacts.c.started_on),
        (payments, payments.c.paid_on),
        (promises, promises.c.made_on),
    ):
        late = select(func.count()).where(
            table.c.account_id == a.id,
            (day < a.placed_on) | ((a.recalled_on.is_not(None)) & (day >= a.recalled_on)),
        )
        with reading(demo) as connection:
            assert connection.execute(late).scalar_one() == 0


def test_a_promise_is_kept_when_its_money_came_in_time(demo: Engine) -> None:
    """The promise engine, asked with every calendar rule, agrees with a plain count of money by hand."""
    p, money = promises.c, money_by_account(demo)
    later: dict[int, list[date]] = defaultdict(list)
    made = sorted(rows(demo, p.id, p.account_id, p.made_on, p.due_on, p.amount_cents))
    for _, account, on, *_ in made:
        later[account].append(on)
    by_hand = {}
    for key, account, on, due, amount in made:
        if any(on < other <= due for other in later[account]):
            by_hand[key] = "renewed"
            continue
        total = sum(m.cents for m in money[account] if on <= m.on <= due + timedelta(days=1) and m.cents > 0)
        by_hand[key] = "kept" if total >= amount else "partial" if total else "broken"
    assert by_hand == _as_the_engine_says(demo)
    counts = {status: list(by_hand.values()).count(status) for status in ("kept", "broken", "partial")}
    assert 0.5 < counts["kept"] / sum(counts.values()) < 0.7


def _as_the_engine_says(demo: Engine) -> dict[int, str]:
    with demo.connect() as connection:
        days: dict[int, set[date]] = defaultdict(set)
        for client, day in rows(demo, promises.c.client_id, promises.c.made_on):
            days[client].add(day)
        refresh_promises(connection, load_calendars(), payments={}, promises=days)
        found = connection.execute(select(promise_results.c.promise_id, promise_results.c.status)).all()
        connection.rollback()
    return dict(found)


def test_assignments_follow_one_another_without_overlap(demo: Engine) -> None:
    c = assignments.c
    held: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for account, *rest in sorted(
        rows(demo, c.account_id, c.from_on, c.to_on, c.agent_id, c.from_at, c.to_at), key=str
    ):
        held[account].append(tuple(rest))
    assert len(held) == 1_500
    moved = 0
    for stretches in held.values():
        stretches.sort(key=lambda s: s[0])
        for (start, end, agent, _, closed), (follows, _, other, opened, _) in pairwise(stretches):
            assert start < end == follows
            assert closed == opened
            assert agent != other
            moved += 1
        assert all(start <= end for start, end, *_ in stretches if end is not None)
        assert all(end is not None for _, end, *_ in stretches[:-1])
    assert moved > 50


def test_nobody_works_before_joining_or_after_leaving(demo: Engine) -> None:
    last_day = dict(rows(demo, people.c.id, people.c.active_to))
    left = {person: day for person, day in last_day.items() if day}
    assert len(left) == 1
    for agent, on in rows(demo, contacts.c.agent_id, contacts.c.started_on):
        assert agent not in left or on <= left[agent]


def test_calls_are_made_on_working_days_and_inside_shifts(demo: Engine) -> None:
    calendar = load_calendars().working
    days = rows(demo, contacts.c.client_id, contacts.c.started_on)
    assert all(calendar.is_business_day(on) for _, on in days)
    commercial = {n + 1 for n, c in enumerate(agency_plan().clients) if c.regime == "COMERCIAL"}
    assert not any(client in commercial and on.weekday() > 4 for client, on in days)
    worked = set(rows(demo, shifts.c.agent_id, shifts.c.starts_on, where=shifts.c.attended))
    called = set(
        rows(demo, contacts.c.agent_id, contacts.c.started_on, where=contacts.c.agent_id.is_not(None))
    )
    assert called <= worked


def test_only_the_planted_calls_are_outside_the_debtors_hours(demo: Engine) -> None:
    zones = {(place[0], place[1]): ZoneInfo(place[5]) for place in places_plan().places}
    a, c = accounts.c, contacts.c
    with reading(demo) as connection:
        found = connection.execute(
            select(c.started_at, c.campaign_id, a.state, a.municipality).join(accounts, a.id == c.account_id)
        ).all()
    early = {
        (campaign, town)
        for moment, campaign, state, town in found
        if not 7 <= moment.astimezone(zones[state, town]).hour < 22
    }
    planted = agency_plan().campaign(agency_plan().stories.early_calls_campaign) + 1
    assert early == {(planted, "Tijuana")}


def test_references_are_never_dialled(demo: Engine) -> None:
    reference = set(rows(demo, phones.c.account_id, phones.c.phone, where=phones.c.owner == "REFERENCIA"))
    dialled = set(rows(demo, contacts.c.account_id, contacts.c.phone))
    assert reference
    assert not reference & dialled


def test_every_fact_names_its_file_and_every_file_counts_its_rows(demo: Engine) -> None:
    f = file_loads.c
    for kind, table in (
        ("balances", balances),
        ("contacts", contacts),
        ("payments", payments),
        ("promises", promises),
    ):
        named = Counter(load for (load,) in rows(demo, table.c.load_id))
        assert named == dict(rows(demo, f.id, f.rows_read, where=f.kind == kind))
    assert max(day for (day,) in rows(demo, f.last_on) if day) == TODAY


def test_targets_add_up_to_the_agencys(demo: Engine) -> None:
    t = targets.c
    wanted: dict[tuple[Any, ...], int] = defaultdict(int)
    for scope, start, micros in rows(
        demo,
        t.scope,
        t.period_start,
        t.value_micros,
        where=(t.metric == "recovered_amount") & (t.owner == "INTERNA"),
    ):
        wanted[scope, start] += micros
    starts = {start for _, start in wanted}
    assert len(starts) == 7
    assert all(wanted["agency", s] == wanted["campaign", s] == wanted["client", s] > 0 for s in starts)
    owners = set(rows(demo, t.scope, t.owner))
    assert {("campaign", "CLIENTE"), ("client", "CLIENTE"), ("supervisor", "INTERNA")} <= owners
