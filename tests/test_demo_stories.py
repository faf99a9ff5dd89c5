"""Each planted story can be seen by counting facts, and the ordinary numbers around them are plausible."""

from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, func, select

from db.calendars import load_calendars
from db.demo.plan import agency_plan
from db.engine import open_engine, reading
from db.periods import Period, add_months, month_of
from db.tables import metadata
from db.tables.facts import balances, contacts, payments, promises, targets
from db.tables.reference import accounts, assignments, campaigns, clients, memberships, people
from tests.demo_facts import SUNDAY, Money, money_by_account, paid, rows, small_demo

TODAY = SUNDAY.date()
STORIES = agency_plan().stories
MONTHS = [month_of(add_months(TODAY.replace(day=1), -n)) for n in range(6, 0, -1)]
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('demo') / 'demo.db'}")
    metadata.create_all(engine)
    small_demo(engine, SUNDAY, accounts=6_000)
    return engine


@pytest.fixture(scope="module")
def money(demo: Engine) -> dict[int, list[Money]]:
    return money_by_account(demo)


class Moves:
    """Accounts past due at an opening cut: how many there were, rolled and were cured by the closing one."""

    def __init__(self, demo: Engine, month: Period, money: dict[int, list[Money]]) -> None:
        opening, closing = _cut(demo, month.start - DAY), _cut(demo, month.end)
        recalled = dict(rows(demo, accounts.c.id, accounts.c.recalled_on))
        self.seen: Counter[tuple[str, int]] = Counter()
        self.rolled: Counter[tuple[str, int]] = Counter()
        self.cured: Counter[tuple[str, int]] = Counter()
        self.opening_cents = sum(cents for _, _, cents in opening.values())
        for account, (campaign, bucket, cents) in opening.items():
            if not 0 < bucket < 99 or (recalled[account] is not None and recalled[account] <= month.end):
                continue
            gone = account not in closing
            assert not gone or paid(money[account], month.start - DAY, month.end) == cents
            after = 0 if gone else closing[account][1]
            self.seen[campaign, bucket] += 1
            self.rolled[campaign, bucket] += after > bucket
            self.cured[campaign, bucket] += after == 0

    def rate(self, of: Counter[tuple[str, int]], campaign: str = "", bucket: int = 0) -> float:
        def total(counter: Counter[tuple[str, int]]) -> int:
            return sum(n for (c, b), n in counter.items() if campaign in ("", c) and bucket in (0, b))

        return total(of) / total(self.seen)


def _cut(demo: Engine, day: date) -> dict[int, tuple[str, int, int]]:
    code = dict(rows(demo, campaigns.c.id, campaigns.c.code))
    b = balances.c
    found = rows(demo, b.account_id, b.campaign_id, b.bucket_no, b.balance_cents, where=b.as_of == day)
    return {account: (code[campaign], bucket, cents) for account, campaign, bucket, cents in found}


@pytest.fixture(scope="module")
def moves(demo: Engine, money: dict[int, list[Money]]) -> list[Moves]:
    return [Moves(demo, month, money) for month in MONTHS]


def test_one_campaign_rolls_worse_since_seven_weeks(moves: list[Moves]) -> None:
    change = {}
    for campaign in agency_plan().campaigns:
        monthly = [m.rate(m.rolled, campaign.code) for m in moves]
        change[campaign.code] = monthly[-1] - sum(monthly[1:5]) / 4
    worst = max(change, key=lambda code: change[code])
    assert worst == STORIES.worsening_campaign
    assert change.pop(worst) > 0.08
    assert max(change.values()) < 0.06


def test_one_agent_takes_many_promises_and_keeps_few(demo: Engine, money: dict[int, list[Money]]) -> None:
    p = promises.c
    taken: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    name = dict(rows(demo, people.c.id, people.c.name))
    for account, agent, made, due, cents in rows(
        demo, p.account_id, p.agent_id, p.made_on, p.due_on, p.amount_cents, where=p.due_on < TODAY - 9 * DAY
    ):
        taken[name[agent]] += 1
        kept[name[agent]] += paid(money[account], made - DAY, due + DAY) >= cents
    hollow = STORIES.hollow_promises
    assert taken.most_common(1)[0][0] == hollow
    assert taken[hollow] > 1.4 * taken.most_common(2)[1][1]
    assert kept[hollow] / taken[hollow] < 0.3
    others = (kept.total() - kept[hollow]) / (taken.total() - taken[hollow])
    assert 0.55 < others < 0.66


def test_one_team_is_behind_its_target(demo: Engine) -> None:
    month = MONTHS[-1]
    got = _recovered_by_team(demo, month)
    t = targets.c
    of_the_month = (t.scope == "supervisor") & (t.period_start == month.start)
    wanted = dict(rows(demo, t.scope_code, t.value_micros, where=of_the_month))
    attained = {code: got[code] * 10_000 / micros for code, micros in wanted.items()}
    assert attained.pop(STORIES.team_behind) < 0.72
    assert len(attained) == 4
    assert all(0.9 < share < 1.1 for share in attained.values())


def _recovered_by_team(demo: Engine, month: Period) -> dict[str, int]:
    """Each payment to the supervisor of the agent who had the account that day."""
    a, m, p = assignments.c, memberships.c, payments.c
    query = (
        select(people.c.employee_no, func.sum(p.amount_cents))
        .join(a.account_id.table, a.account_id == p.account_id)
        .join(memberships, m.person_id == a.agent_id)
        .join(people, people.c.id == m.supervisor_id)
        .where(p.paid_on.between(month.start, month.end))
        .where(a.from_on <= p.paid_on, (a.to_on > p.paid_on) | a.to_on.is_(None))
        .where(m.from_on <= p.paid_on, (m.to_on > p.paid_on) | m.to_on.is_(None))
        .group_by(people.c.employee_no)
    )
    with reading(demo) as connection:
        return dict(connection.execute(query).all())


def test_early_calls_to_tijuana_in_the_last_ten_working_days(demo: Engine) -> None:
    c = contacts.c
    query = (
        select(c.started_on, campaigns.c.code, accounts.c.municipality)
        .join(accounts, accounts.c.id == c.account_id)
        .join(campaigns, campaigns.c.id == c.campaign_id)
        .where(c.started_hour == 7)
    )
    with reading(demo) as connection:
        found = connection.execute(query).all()
    assert {(code, town) for _, code, town in found} == {(STORIES.early_calls_campaign, "Tijuana")}
    calendar = load_calendars().working
    expected = {calendar.add_business_days(TODAY, -n) for n in range(1, 11)}
    assert {day for day, _, _ in found} == expected
    assert len(found) > 20


def test_one_day_a_creditor_takes_back_many_payments(demo: Engine) -> None:
    p = payments.c
    client = rows(demo, clients.c.id, where=clients.c.code == STORIES.reversals_client)[0][0]
    back = Counter(rows(demo, p.client_id, p.paid_on, where=p.reverses_ref.is_not(None)))
    (owner, day), many = back.most_common(1)[0]
    assert (owner, day) == (client, load_calendars().working.add_business_days(TODAY, -4))
    assert many > 15 > 4 * back.most_common(2)[1][1]
    net = rows(demo, func.sum(p.amount_cents), where=(p.client_id == client) & (p.paid_on == day))
    assert net[0][0] < 0


def test_a_reversal_names_an_earlier_payment_of_the_same_account_and_amount(demo: Engine) -> None:
    p = payments.c
    by_ref = {ref: rest for ref, *rest in rows(demo, p.payment_ref, p.account_id, p.paid_on, p.amount_cents)}
    given_back = rows(demo, p.reverses_ref, p.account_id, p.paid_on, p.amount_cents, where=p.amount_cents < 0)
    assert given_back
    for ref, account, day, cents in given_back:
        original, earlier, amount = by_ref[ref]
        assert (original, amount) == (account, -cents)
        assert earlier < day
    assert len({ref for ref, *_ in given_back}) == len(given_back)


def test_the_team_that_changed_and_the_agent_who_left(demo: Engine) -> None:
    m = memberships.c
    by_name = {name: key for key, name in rows(demo, people.c.id, people.c.name)}
    moved = sorted(
        rows(
            demo, m.from_on, m.to_on, m.supervisor_id, where=m.person_id == by_name[STORIES.moved_team.agent]
        )
    )
    assert [to for _, to, _ in moved] == [date(2026, 8, 1), None]
    assert moved[1][0] == date(2026, 8, 1)
    assert moved[0][2] != moved[1][2]
    left = rows(demo, people.c.active_to, where=people.c.id == by_name[STORIES.left])
    assert left == [(date(2026, 8, 31),)]
    open_still = rows(
        demo,
        assignments.c.id,
        where=(assignments.c.agent_id == by_name[STORIES.left]) & assignments.c.to_on.is_(None),
    )
    assert open_still == []


def test_ordinary_numbers_are_plausible(
    demo: Engine, moves: list[Moves], money: dict[int, list[Money]]
) -> None:
    c = contacts.c
    with reading(demo) as connection:
        attempts, humans, debtors, promised = connection.execute(
            select(
                func.count(),
                func.count().filter(c.human),
                func.count().filter(c.rpc),
                func.count().filter(c.result_code == "PDP"),
            )
        ).one()
        handled = connection.execute(
            select(func.avg(c.talk_seconds + c.wrap_seconds)).where(c.talk_seconds > 0)
        ).scalar_one()
    assert 0.25 < humans / attempts < 0.31
    assert 0.57 < debtors / humans < 0.63
    assert 0.04 < promised / attempts < 0.08
    assert 180 < handled < 260
    for month, moved in zip(MONTHS, moves, strict=True):
        assert 0.15 < moved.rate(moved.rolled) < 0.28
        recovered = sum(paid(each, month.start - DAY, month.end) for each in money.values())
        assert 0.015 < recovered / moved.opening_cents < 0.05


def test_the_older_the_arrears_the_fewer_are_cured(moves: list[Moves]) -> None:
    cured = [
        sum(m.rate(m.cured, bucket=bucket) for m in moves) / len(moves) for bucket in (1, 2, 3, 4, 5, 6, 7)
    ]
    assert cured == sorted(cured, reverse=True)
    assert 0.25 < cured[0] < 0.45
    assert 0.10 < cured[1] < 0.25
    assert cured[6] < 0.02


def test_money_comes_on_paydays(money: dict[int, list[Money]]) -> None:
    by_day: dict[int, int] = defaultdict(int)
    for each in money.values():
        for on, cents in each:
            by_day[on.day] += cents
    usual = sum(by_day[day] for day in range(3, 13)) / 10
    assert by_day[15] > 2 * usual


def test_this_week_has_content_on_a_sunday(demo: Engine) -> None:
    c = contacts.c
    days = {day for (day,) in rows(demo, c.started_on, where=c.started_on > date(2026, 11, 15))}
    assert days == {date(2026, 11, n) for n in range(17, 22)}  # Monday the 16th is a holiday, today a Sunday
