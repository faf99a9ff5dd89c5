"""What the demo keeps beside calls and money: agreements, fees, budgets, quality, courses, sales, cases."""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from db.agreement_rules import AgreementResult, status_on
from db.agreements import refresh_agreements
from db.buckets import CASTIGO, edges_of, labels_of
from db.calendars import load_calendars
from db.demo.extras import COSTS
from db.demo.plan import agency_plan
from db.engine import open_engine, reading
from db.tables import metadata
from db.tables.agency import agreements, budgets, cases, evaluations, fees, sales, trainings
from db.tables.cells import agreement_results, installment_results
from db.tables.facts import contacts, costs, file_loads, payments, shifts
from db.tables.reference import accounts, campaigns, clients
from tests.demo_facts import FRIDAY, money_by_account, rows, small_demo

TODAY = FRIDAY.date()
NEVER_SIGNED = ("draft", "to_authorize", "authorized", "formalized", "cancelled")
LOST = ("broken", "expired")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('demo') / 'demo.db'}")
    metadata.create_all(engine)
    small_demo(engine, accounts=6_000)
    return engine


@pytest.fixture(scope="module")
def judged(demo: Engine) -> tuple[dict[int, str], list[tuple[Any, ...]]]:
    """What the agreement engine says of each agreement today, and its decided instalments."""
    results, parts = agreement_results.c, installment_results.c
    with demo.connect() as connection:
        refresh_agreements(connection, load_calendars())
        told = {
            row.agreement_id: status_on(AgreementResult(*row), TODAY)
            for row in connection.execute(select(*(results[f] for f in AgreementResult._fields)))
        }
        due = connection.execute(
            select(parts.agreement_id, parts.number, parts.amount_cents, parts.allocated_cents).where(
                parts.decide_on <= TODAY
            )
        ).all()
        connection.rollback()
    return told, [tuple(row) for row in due]


def test_there_is_something_of_every_kind_and_it_names_its_file(demo: Engine) -> None:
    kinds = dict(rows(demo, file_loads.c.id, file_loads.c.kind))
    for table in (agreements, fees, budgets, evaluations, trainings, sales):
        named = {kinds[load] for (load,) in rows(demo, table.c.load_id)}
        assert named == {table.name}
    registers = set(rows(demo, cases.c.register, cases.c.load_id))
    assert {(name, kinds[load]) for name, load in registers} == {
        (name, name) for name in ("complaints", "arco", "holds", "opt_outs")
    }
    counted = Counter(load for (load,) in rows(demo, agreements.c.load_id))
    assert counted == dict(
        rows(demo, file_loads.c.id, file_loads.c.rows_read, where=file_loads.c.kind == "agreements")
    )


def test_nothing_happens_to_an_account_before_it_comes_or_after_it_goes(demo: Engine) -> None:
    a = accounts.c
    for table, day in ((agreements, agreements.c.agreed_on), (cases, cases.c.received_on)):
        outside = select(func.count()).where(
            table.c.account_id == a.id,
            (day < a.placed_on) | (a.recalled_on.is_not(None) & (day >= a.recalled_on)),
        )
        of_another = select(func.count()).where(
            table.c.account_id == a.id,
            (table.c.client_id != a.client_id) | (table.c.campaign_id != a.campaign_id),
        )
        with reading(demo) as connection:
            assert connection.execute(outside).scalar_one() == 0
            assert connection.execute(of_another).scalar_one() == 0


def test_an_agreement_follows_a_call_with_the_debtor(demo: Engine) -> None:
    c = contacts.c
    called: dict[tuple[int, int, date], list[datetime]] = defaultdict(list)
    for account, agent, on, at in rows(
        demo, c.account_id, c.agent_id, c.started_on, c.started_at, where=c.rpc
    ):
        called[account, agent, on].append(at)
    g = agreements.c
    made = rows(demo, g.account_id, g.agent_id, g.agreed_on, g.agreed_at, g.first_due_on)
    for account, agent, on, at, first in made:
        assert min(called[account, agent, on]) < at <= FRIDAY + timedelta(minutes=2)
        assert first > on


def test_nobody_agrees_on_more_than_is_owed_or_is_let_off_more_than_allowed(demo: Engine) -> None:
    money, a, g = money_by_account(demo), accounts.c, agreements.c
    placed = {key: rest for key, *rest in rows(demo, a.id, a.balance_cents, a.max_discount_pct)}
    discounts = set()
    for account, on, total, micros in rows(demo, g.account_id, g.agreed_on, g.total_cents, g.discount_micros):
        balance, most = placed[account]
        owed = balance - sum(m.cents for m in money[account] if m.on < on)
        assert total * 1_000_000 <= owed * (1_000_000 - micros)
        assert micros in (0, int(most) * 10_000)
        discounts.add(micros)
    assert len(discounts) == 4


def test_one_agreement_at_a_time(demo: Engine) -> None:
    g = agreements.c
    held: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for account, on, first in sorted(rows(demo, g.account_id, g.agreed_on, g.first_due_on)):
        held[account].append((on, first))
    assert any(len(some) > 1 for some in held.values())
    for some in held.values():
        assert all(first < on for (_, first), (on, _) in pairwise(some))


def test_the_files_status_is_what_the_money_made_of_it(
    demo: Engine, judged: tuple[dict[int, str], list[tuple[Any, ...]]]
) -> None:
    said = dict(rows(demo, agreements.c.id, agreements.c.status))
    told, due = judged
    agreed = {key: status for key, status in said.items() if status not in NEVER_SIGNED}
    assert agreed == {key: told[key] for key in agreed}
    counts = Counter(agreed.values())
    assert min(counts[status] for status in ("active", "fulfilled", "broken", "expired")) > 5
    assert 0.4 < counts["fulfilled"] / counts.total() < 0.7
    assert 0 < sum(status in NEVER_SIGNED for status in said.values()) < 0.1 * len(said)
    compliance = sum(paid for *_, paid in due) / sum(wanted for *_, wanted, _ in due)
    assert 0.45 < compliance < 0.8
    first = [paid >= wanted for _, number, wanted, paid in due if number == 1]
    assert 0.6 < sum(first) / len(first) < 0.9


def test_agreements_come_in_every_shape(demo: Engine) -> None:
    g = agreements.c
    shapes = Counter(rows(demo, g.installments, g.frequency))
    assert {frequency for _, frequency in shapes} == {"semanal", "quincenal", "mensual"}
    assert {count for count, _ in shapes} == {1, 2, 3, 4, 5, 6}


def test_every_peso_has_one_fee(demo: Engine) -> None:
    f = fees.c
    codes = dict(rows(demo, clients.c.id, clients.c.code))
    paid: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for client, *rest in rows(
        demo, f.client_id, f.bucket, f.product, f.from_cents, f.to_cents, f.rate_micros
    ):
        paid[codes[client]].append(tuple(rest))
    assert sorted(bucket for bucket, *_ in paid["ALAMEDA"]) == sorted(
        [*labels_of(edges_of("30|60|90|120|150|180")), CASTIGO]
    )
    sold = {name for c in agency_plan().campaigns if c.client == "CEIBA" for name in c.products}
    assert {product for _, product, *_ in paid["CEIBA"]} == sold
    tiers = sorted(paid["MONARCA"], key=lambda row: row[2])
    assert (tiers[0][2], tiers[-1][3], len(tiers)) == (0, None, 3)
    assert all(before[3] == after[2] for before, after in pairwise(tiers))
    assert [rate for *_, rate in tiers] == sorted(rate for *_, rate in tiers)
    assert max(day for (day,) in rows(demo, f.valid_from)) < min(d for (d,) in rows(demo, payments.c.paid_on))


def test_the_tiers_are_about_the_months_money(demo: Engine) -> None:
    """A month of that creditor ends in the middle one or beside it, not always in the first."""
    p, f = payments.c, fees.c
    client = rows(demo, clients.c.id, where=clients.c.code == "MONARCA")[0][0]
    months: Counter[date] = Counter()
    for on, cents in rows(demo, p.posted_on, p.amount_cents, where=p.client_id == client):
        months[on.replace(day=1)] += cents
    usual = sum(months[month] for month in sorted(months)[:-1]) / (len(months) - 1)
    second, third = sorted(low for (low,) in rows(demo, f.from_cents, where=f.client_id == client) if low)
    assert second < usual < third


def test_budgets_of_every_campaign_and_category_near_what_it_cost(demo: Engine) -> None:
    b = budgets.c
    codes = dict(rows(demo, campaigns.c.id, campaigns.c.code))
    spent = {
        (codes[campaign], month, category): cents
        for campaign, month, category, cents in rows(
            demo, costs.c.campaign_id, costs.c.month, costs.c.category, costs.c.amount_cents
        )
    }
    planned = {
        tuple(key): micros // 10_000
        for *key, micros in rows(
            demo, b.scope_code, b.period_start, b.category, b.value_micros, where=b.category != ""
        )
    }
    running = TODAY.replace(day=1)
    assert {key for key in planned if key[1] != running} == set(spent)
    assert {key[2] for key in planned} == set(COSTS)
    assert all(0.6 < spent[key] / planned[key] < 1.5 for key in spent)  # small sums are rounded
    assert 0.9 < sum(spent.values()) / sum(planned[key] for key in spent) < 1.1
    of_fees = rows(demo, b.scope, b.scope_code, b.period_start, where=b.metric == "fee_revenue")
    assert len(of_fees) == len(set(of_fees)) == 3 * 7


def test_agents_are_occupied_as_a_floor_is(demo: Engine) -> None:
    c, s = contacts.c, shifts.c
    handled: Counter[tuple[int, date]] = Counter()
    for agent, on, talk, wrap in rows(
        demo, c.agent_id, c.started_on, c.talk_seconds, c.wrap_seconds, where=c.agent_id.is_not(None)
    ):
        handled[agent, on] += talk + wrap
    busy: Counter[int] = Counter()
    waiting: Counter[int] = Counter()
    for agent, on, productive, available in rows(
        demo, s.agent_id, s.starts_on, s.productive_seconds, s.available_seconds, where=s.attended
    ):
        assert 0 <= available <= productive - handled[agent, on]
        busy[agent] += handled[agent, on]
        waiting[agent] += available
    assert all(0.6 < busy[agent] / (busy[agent] + waiting[agent]) < 0.85 for agent in busy)


def test_evaluations_are_of_days_worked(demo: Engine) -> None:
    s, e = shifts.c, evaluations.c
    worked = {
        (agent, on): (start, end)
        for agent, on, start, end in rows(
            demo, s.agent_id, s.starts_on, s.starts_at, s.ends_at, where=s.attended
        )
    }
    found = rows(
        demo, e.agent_id, e.evaluated_on, e.evaluated_at, e.points_micros, e.possible_micros, e.critical_error
    )
    for agent, on, at, points, possible, _ in found:
        start, end = worked[agent, on]
        assert start < at < end
        assert on < TODAY
        assert 0 < points <= possible
    monthly = Counter((agent, on.month) for agent, on, *_ in found)
    assert 2 < len(found) / len(monthly) < 5
    assert 0 < sum(critical for *_, critical in found) < 0.05 * len(found)
    assert 0.8 < sum(row[3] for row in found) / sum(row[4] for row in found) < 0.92


def test_some_certificates_lapsed_and_some_never_came(demo: Engine) -> None:
    t = trainings.c
    found = rows(demo, t.agent_id, t.course, t.assigned_on, t.due_on, t.passed_on, t.score_micros, t.valid_to)
    assert len({row[:2] for row in found}) == len(found) > 170
    for _, _, assigned, due, passed, score, until in found:
        assert assigned < due
        assert passed is None or assigned < passed <= TODAY
        assert (score is None) == (passed is None)
        assert until is None or passed < until
    lapsed = sum(until is not None and until < TODAY for *_, until in found)
    never = sum(row[4] is None for row in found)
    assert 3 < lapsed < 0.2 * len(found)
    assert 10 < never < 0.3 * len(found)


def test_sales_are_closed_in_a_call_and_then_activated(demo: Engine) -> None:
    c, s = contacts.c, sales.c
    spoke = set(rows(demo, c.agent_id, c.started_on, c.campaign_id, where=c.rpc))
    found = rows(
        demo, s.agent_id, s.sold_on, s.campaign_id, s.sold_at, s.activated_on, s.cancelled_on, s.amount_cents
    )
    assert len(found) > 50
    for agent, on, campaign, at, activated, cancelled, cents in found:
        assert (agent, on, campaign) in spoke
        assert at <= FRIDAY
        assert cents > 0
        assert all(on <= day <= TODAY for day in (activated, cancelled) if day)
    assert 0.6 < sum(row[4] is not None for row in found) / len(found) < 0.95
    assert any(row[5] for row in found)


def test_a_case_follows_a_call_and_after_a_hold_nobody_calls(demo: Engine) -> None:
    c, k = contacts.c, cases.c
    calls: dict[int, list[datetime]] = defaultdict(list)
    for account, at in rows(demo, c.account_id, c.started_at):
        calls[account].append(at)
    found = rows(demo, k.register, k.account_id, k.received_at, k.status, k.closed_at, k.closed_on)
    for register, account, at, status, closed, closed_on in found:
        assert any(timedelta() < at - call < timedelta(hours=2) for call in calls[account])
        assert (closed is None) == (closed_on is None) == (status == "Abierto")
        assert closed is None or at < closed <= FRIDAY
        if register in ("holds", "opt_outs"):
            assert max(calls[account]) < at
    counts = Counter(register for register, *_ in found)
    assert min(counts.values()) > 3
    humans = rows(demo, func.count(), where=c.human)[0][0]
    assert 3 < counts["complaints"] * 10_000 / humans < 30
