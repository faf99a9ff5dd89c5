"""Each DATE column that a number depends on, with a row on a period's edge and the day that moves it over."""

from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from typing import Any

from db.periods import Period
from db.tables import agency, facts
from tests.edge_world import DAY, FILES, MONTH, PLACED, SPAN, TODAY, WEEK, Case, Floor
from tests.random_rows import instant

Put = Callable[[Floor, date], None]
CLOSING, OPENING = SPAN.end, SPAN.start - DAY
TO_DATE = Period(start=date(2026, 4, 1), end=TODAY)
WATCHED = timedelta(days=90)
# The first day a cure must be seen for its ninety days to end in the span, and the cut before it.
CURED, BEFORE = SPAN.start - WATCHED, date(2025, 12, 2)


def both(column: str, asks: str, put: Put, period: Period = SPAN, **more: Any) -> Iterator[Case]:
    """At the first day of the period and at the last."""
    ends = (("start", period.start, -DAY), ("end", period.end, DAY))
    for edge, inside, step in ends:
        yield Case((column,), edge, inside, inside + step, asks, period, put, **more)


def one(column: str, asks: str, put: Put, inside: date, outside: date, **more: Any) -> Case:
    period = more.pop("period", SPAN)
    edge = more.pop("edge", "end" if outside > inside else "start")
    return Case((column,), edge, inside, outside, asks, period, put, **more)


# --- what happens on a day -----------------------------------------------------------------------------


def call(c: Floor, on: date) -> None:
    c.account()
    c.call(on)


def payment(c: Floor, on: date) -> None:
    c.account()
    c.pay(on)


def posting(c: Floor, on: date) -> None:
    c.account()
    _rate(c, valid_from=PLACED)
    c.pay(date(2026, 3, 2), posted=on)


def promised(c: Floor, on: date) -> None:
    c.account()
    c.promise(on, date(2026, 4, 8))


def due(c: Floor, on: date) -> None:
    c.account()
    c.promise(date(2026, 3, 2), on)


def agreement(c: Floor, agreed: date, first_due: date) -> None:
    c.made.add(
        agency.agreements, **c.owner, agent_id=c.agent, agreed_at=instant(agreed, time(12)), agreed_on=agreed,
        total_cents=90_000, installments=1, first_due_on=first_due, frequency="mensual",
        discount_micros=100_000, status="active",
    )  # fmt: skip


def agreed(c: Floor, on: date) -> None:
    c.account()
    agreement(c, on, date(2026, 4, 8))


def installment(c: Floor, on: date) -> None:
    c.account()
    agreement(c, date(2026, 3, 2), on)


def shift(c: Floor, on: date) -> None:
    start = instant(on, time(9))
    c.made.add(
        facts.shifts, agent_id=c.agent, starts_at=start, ends_at=start + timedelta(hours=6), starts_on=on,
        shift="matutino", productive_seconds=9_000, available_seconds=900, attended=True,
    )  # fmt: skip


def evaluation(c: Floor, on: date) -> None:
    c.made.add(
        agency.evaluations, agent_id=c.agent, evaluated_at=instant(on, time(12)), evaluated_on=on,
        points_micros=80_000_000, possible_micros=100_000_000, critical_error=False,
    )  # fmt: skip


def survey(c: Floor, on: date) -> None:
    account = c.account()
    c.made.add(
        facts.surveys, agent_id=c.agent, answered_at=instant(on, time(12)), answered_on=on, scale="csat5",
        score=5, account_id=account["id"],
    )  # fmt: skip


def complaint(c: Floor, on: date) -> None:
    c.account()
    c.made.add(
        agency.cases, register="complaints", **c.owner, received_at=instant(on, time(12)), received_on=on,
        kind="",
    )  # fmt: skip


def sale(c: Floor, on: date, **more: Any) -> None:
    c.made.add(
        agency.sales, client_id=c.client, campaign_id=c.id, agent_id=c.agent, sold_at=instant(on, time(12)),
        sold_on=on, product="TDC", amount_cents=50_000, **more,
    )  # fmt: skip


def called_off(c: Floor, on: date) -> None:
    sale(c, TO_DATE.start, cancelled_on=on)


def activated(c: Floor, on: date) -> None:
    sale(c, TO_DATE.start, activated_on=on)


def cost(c: Floor, on: date) -> None:
    c.made.add(facts.costs, campaign_id=c.id, month=on, category="Renta", amount_cents=70_000)


# --- courses ---------------------------------------------------------------------------------------------


def course(**fixed: Any) -> Callable[[str], Put]:
    def of(column: str) -> Put:
        def put(c: Floor, on: date) -> None:
            row: dict[str, Any] = {"assigned_on": PLACED} | fixed | {column: on}
            c.made.add(agency.trainings, agent_id=c.agent, course="Curso", **row)

        return put

    return of


def staff(column: str) -> Put:
    def put(c: Floor, on: date) -> None:
        c.active = {column: on}
        c.made.add(agency.trainings, agent_id=c.agent, course="Curso", assigned_on=PLACED, passed_on=PLACED)

    return put


# --- cuts and the accounts in them -----------------------------------------------------------------------


def file_of(c: Floor, on: date) -> None:
    """A file that says something else than the one before it."""
    c.account()
    c.position(on, dpd=50, cents=77_000)


def worse_at_close(c: Floor, on: date) -> None:
    file_of(c, on)


def two_accounts(c: Floor) -> None:
    """One that every file names, so that the cuts are there, and one that the case is about."""
    c.account(files=(*FILES, CLOSING))


def placed(c: Floor, on: date) -> None:
    c.account()
    c.account(placed=on, first_cut=None, files=())


def recalled(c: Floor, on: date) -> None:
    two_accounts(c)
    c.account(recalled_on=on, recall_reason="RETIRO", files=(*FILES, CLOSING))


def recalled_at_opening(c: Floor, on: date) -> None:
    c.account()
    c.account(recalled_on=on, recall_reason="RETIRO")


def first_named(c: Floor, on: date) -> None:
    two_accounts(c)
    c.account(placed=PLACED, first_cut=on, files=())


def paid_off(c: Floor, on: date) -> None:
    """Absent from the closing file: its payments since the opening one say whether it was paid off."""
    two_accounts(c)
    c.account()
    c.pay(on, cents=100_000)


def held(c: Floor, on: date) -> None:
    c.account(files=(*FILES, CLOSING), held_from=on)


def handed_on(c: Floor, on: date) -> None:
    c.assigned_to = on
    c.account(files=(*FILES, CLOSING))


def led_by(c: Floor, on: date) -> None:
    c.team_from = on
    c.account()
    c.call(CLOSING)


def team_left(c: Floor, on: date) -> None:
    c.team_to = on
    c.account()
    c.call(CLOSING)


def cured(c: Floor, on: date) -> None:
    c.account(first_cut=BEFORE, files=(BEFORE,))
    c.position(on, dpd=0)
    c.position(FILES[2], dpd=0)


def fallen_back(c: Floor, on: date) -> None:
    """Current at the first file of its ninety days, past due again on a day."""
    c.account(first_cut=BEFORE, files=(BEFORE,))
    c.position(CURED, dpd=0)
    c.position(on, dpd=9)


# --- rules and plans ---------------------------------------------------------------------------------------


def told_on(put: Put) -> Put:
    """The payment file of a creditor whose files take days comes on the day: decide_on is the day."""

    def late(c: Floor, on: date) -> None:
        c.terms["payment_lag_days"] = (on - date(2026, 4, 20)).days
        put(c, date(2026, 4, 20))

    return late


def rate_from(c: Floor, on: date) -> None:
    payment(c, date(2026, 3, 12))
    _rate(c, valid_from=on)


def rate_to(c: Floor, on: date) -> None:
    payment(c, date(2026, 3, 12))
    _rate(c, valid_from=PLACED, valid_to=on)


def _rate(c: Floor, **valid: Any) -> None:
    c.made.add(
        agency.fees, client_id=c.client, rate_micros=50_000, bucket="", product="", from_cents=0, **valid
    )


def budget(c: Floor, first: date, last: date) -> None:
    cost(c, MONTH.start)
    c.made.add(
        agency.budgets, metric="", category="Renta", scope="campaign", scope_code=f"K{c.id}",
        period_start=first, period_end=last, value_micros=690_000_000, owner="INTERNA",
    )  # fmt: skip


CASES: tuple[Case, ...] = (
    *both("contacts.started_on", "calls", call),
    *both("contacts.started_on", "account_contact_rate", call, WEEK),
    *both("contacts.started_on", "account_contact_rate", call, MONTH),
    *both("contacts.started_on", "account_contact_rate", call),
    *both("contacts.started_on", "ptp_conversion", call),
    *both("contacts.started_on", "penetration", call, WEEK),
    *both("contacts.started_on", "penetration", call),
    *both("payments.paid_on", "recovered_amount", payment),
    *both("payments.paid_on", "recovery_rate", payment, MONTH),
    *both("payments.paid_on", "paying_accounts_rate", payment, MONTH),
    *both("payments.paid_on", "paying_accounts_rate", payment),
    *both("payments.posted_on", "fee_revenue", posting),
    *both("promises.made_on", "ptp_count", promised),
    *both("promises.made_on", "ptp_conversion", promised),
    *both("promises.due_on", "ptp_due", due),
    *both("promises.due_on", "ptp_kept_rate", due),
    *both("agreements.agreed_on", "agreements_count", agreed),
    *both("agreements.agreed_on", "avg_discount", agreed),
    *both("agreements.first_due_on", "agreement_compliance", installment),
    *both("installment_results.due_on", "first_payment_rate", installment),
    *both("shifts.starts_on", "login_hours", shift),
    *both("evaluations.evaluated_on", "quality_score", evaluation),
    *both("surveys.answered_on", "csat", survey),
    *both("cases.received_on", "complaints", complaint),
    *both("sales.sold_on", "placement_sales", sale),
    *both("sales.sold_on", "sales_conversion", sale),
    *both("costs.month", "cost", cost, MONTH),
    one("sales.cancelled_on", "placement_sales", called_off, TODAY, TODAY + DAY, period=TO_DATE),
    one("sales.activated_on", "placement_sales/amount", activated, TODAY, TODAY + DAY, period=TO_DATE),
    one("trainings.assigned_on", "training_completion", course()("assigned_on"), CLOSING, CLOSING + DAY),
    one("trainings.passed_on", "training_completion", course()("passed_on"), CLOSING, CLOSING + DAY),
    one(
        "trainings.valid_to", "training_completion", course(passed_on=PLACED)("valid_to"), CLOSING,
        CLOSING - DAY,
    ),
    one("people.active_to", "training_completion", staff("active_to"), CLOSING, CLOSING - DAY),
    one("people.active_from", "training_completion", staff("active_from"), CLOSING, CLOSING + DAY),
    one("balances.as_of", "portfolio_balance", file_of, CLOSING, CLOSING + DAY),
    one("balances.as_of", "delinquency_rate", file_of, CLOSING, CLOSING + DAY),
    one("balances.as_of", "roll_rate", worse_at_close, CLOSING, CLOSING + DAY),
    one("balances.as_of", "net_flow_rate", worse_at_close, CLOSING, CLOSING + DAY),
    one("balances.as_of", "recovery_rate", file_of, OPENING, OPENING + DAY),
    one("balances.as_of", "penetration", file_of, OPENING, OPENING + DAY, by=("bucket",)),
    one("balances.as_of cure", "redefault_rate", cured, CURED, CURED - DAY, edge="start"),
    one("cure_results.cured_on", "redefault_rate", cured, SPAN.end - WATCHED, SPAN.end - WATCHED + DAY),
    one("balances.as_of relapse", "redefault_rate", fallen_back, CURED + WATCHED, CURED + WATCHED + DAY),
    one("accounts.placed_on", "recovery_rate", placed, FILES[2], FILES[2] + DAY),
    one("accounts.recalled_on", "accounts_count", recalled, CLOSING, CLOSING + DAY),
    one("accounts.recalled_on", "stay_rate", recalled, CLOSING, CLOSING + DAY),
    one("accounts.recalled_on", "recovery_rate", recalled_at_opening, FILES[2], FILES[2] + DAY),
    one("accounts.first_cut_on", "accounts_count", first_named, CLOSING, CLOSING + DAY),
    one("payments.paid_on cover", "cure_rate", paid_off, CLOSING, CLOSING + DAY),
    one("payments.paid_on cover", "cure_rate", paid_off, FILES[2] + DAY, FILES[2], edge="start"),
    one("assignments.from_on", "accounts_count", held, CLOSING, CLOSING + DAY, by=("agent",)),
    one("assignments.to_on", "accounts_count", handed_on, CLOSING, CLOSING + DAY, by=("agent",)),
    one("memberships.from_on", "calls", led_by, CLOSING, CLOSING + DAY, by=("supervisor",)),
    one("memberships.to_on", "calls", team_left, CLOSING, CLOSING + DAY, by=("supervisor",)),
    one("promise_results.decide_on", "ptp_kept_rate", told_on(due), TODAY, TODAY + DAY, period=TO_DATE),
    one("promise_results.decide_on", "ptp_broken_count", told_on(due), TODAY, TODAY + DAY, period=TO_DATE),
    one(
        "installment_results.decide_on", "agreement_compliance", told_on(installment), TODAY, TODAY + DAY,
        period=TO_DATE,
    ),
    one("fees.valid_from", "fee_revenue", rate_from, date(2026, 3, 12), date(2026, 3, 13)),
    one("fees.valid_to", "fee_revenue", rate_to, date(2026, 3, 12), date(2026, 3, 11)),
    one(
        "budgets.period_start", "budget_variance", lambda c, on: budget(c, on, MONTH.end), date(2026, 3, 2),
        date(2026, 2, 28), period=MONTH, by=("campaign",),
    ),
    one(
        "budgets.period_end", "budget_variance", lambda c, on: budget(c, MONTH.start, on), MONTH.end,
        MONTH.end + DAY, period=MONTH, by=("campaign",),
    ),
)  # fmt: skip
