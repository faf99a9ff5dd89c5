"""What happened over days: contacts, payments, promises taken and due; each with its owners of that day.

The bucket of a flow is the account's bucket when the period opened (or at its placement), the same cohort
its rates divide by. A dimension's join is made only where the question needs it.
"""

from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Subquery,
    Table,
    and_,
    case,
    func,
    literal,
    or_,
    select,
)

from db.sources.owners import with_assignment, with_supervisor
from db.sources.positions import PAID_OFF
from db.sources.window import Window, any_of
from db.tables.cells import payment_credits, promise_results
from db.tables.facts import balances, contacts, payments, promises, shifts
from db.tables.reference import accounts

# Who owes nothing: an AVAL or an OBLIGADO_SOLIDARIO is bound with the debtor, and stands apart.
THIRD_PARTIES = ("TERCERO", "REFERENCIA")
DROPPED = "ABA"
# For more days than these, all that happened is read sooner than what happened to their accounts.
FEW_DAYS = 5
_OF_ACCOUNT = frozenset({"product", "state", "bucket", "special"})


def within(column: ColumnElement[Any], window: Window) -> ColumnElement[bool]:
    return any_of([column.between(window.period.start, window.period.end)] if window.period else [])


def with_account(
    rows: FromClause, fact: Table, window: Window, needs: frozenset[str]
) -> tuple[FromClause, list[ColumnElement[Any]]]:
    """The account's own dimensions, and its bucket at the opening cut."""
    if not needs & _OF_ACCOUNT:
        return rows, []
    rows = rows.join(accounts, accounts.c.id == fact.c.account_id)
    columns: list[ColumnElement[Any]] = [accounts.c.product, accounts.c.state, accounts.c.special]
    if "bucket" in needs:
        rows, opening = _with_opening(rows, fact, window)
        columns.append(func.coalesce(opening.c.bucket, accounts.c.bucket).label("bucket"))
        columns.append(func.coalesce(opening.c.bucket_no, accounts.c.bucket_no).label("bucket_no"))
        columns.append(_in_cohort(window, opening).label("in_cohort"))
    return rows, columns


def _with_opening(rows: FromClause, fact: Table, window: Window) -> tuple[FromClause, FromClause]:
    """`rows` joined with the account's line in its client's opening cut."""
    opening = balances.alias("opening")
    joined = rows.outerjoin(
        opening,
        and_(
            opening.c.client_id == fact.c.client_id,
            # One equality and not an OR of cuts, so that the key is looked up instead of scanned.
            opening.c.as_of == _opening_day(window, fact.c.client_id),
            opening.c.account_id == fact.c.account_id,
        ),
    )
    return joined, opening


def _opening_day(window: Window, client: ColumnElement[int]) -> ColumnElement[date]:
    """The client's opening cut; a day no file can have where it has none."""
    never = literal(date(1900, 1, 1), Date)
    days = [(client.in_(ids), literal(cut, Date)) for cut, ids in _opened(window).items()]
    return case(*days, else_=never) if days else never


def _opened(window: Window) -> dict[date, list[int]]:
    return Window(today=window.today, cuts=window.openings).clients_by_cut()


def _in_cohort(window: Window, opening: FromClause) -> ColumnElement[int]:
    """1 where the opening balance holds the account: its cut names it, or its placement stands in for it.

    An account placed anew since then has a later placement day, and was in the cut all the same.
    """
    held = []
    for cut, ids in _opened(window).items():
        in_force = or_(accounts.c.recalled_on.is_(None), accounts.c.recalled_on > cut)
        named = and_(
            opening.c.account_id.is_not(None), or_(opening.c.status.is_(None), opening.c.status != PAID_OFF)
        )
        stands_in = and_(
            accounts.c.placed_on <= cut,
            or_(accounts.c.first_cut_on.is_(None), accounts.c.first_cut_on > cut),
        )
        held.append(and_(accounts.c.client_id.in_(ids), in_force, or_(named, stands_in)))
    return case((any_of(held), 1), else_=0)


def _with_shift(rows: FromClause) -> tuple[FromClause, ColumnElement[Any]]:
    """The agent's shift of that day; where the day was split, one of them, so that no call counts twice."""
    of_day = (
        select(shifts.c.agent_id, shifts.c.starts_on, func.min(shifts.c.shift).label("shift"))
        .group_by(shifts.c.agent_id, shifts.c.starts_on)
        .subquery()
    )
    joined = rows.outerjoin(
        of_day,
        and_(of_day.c.agent_id == contacts.c.agent_id, of_day.c.starts_on == contacts.c.started_on),
    )
    return joined, of_day.c.shift


def contact_facts(window: Window, needs: frozenset[str]) -> Subquery:
    """One row a contact attempt."""
    rows: FromClause
    rows, supervisor = with_supervisor(contacts, contacts.c.agent_id, contacts.c.started_on)
    rows, columns = with_account(rows, contacts, window, needs)
    if "dial_mode" in needs:
        rows, assigned = with_assignment(rows, contacts.c.account_id, contacts.c.started_on)
        columns.append(assigned.c.mode.label("dial_mode"))
    if "shift" in needs:
        rows, shift = _with_shift(rows)
        columns.append(shift.label("shift"))
    talked = contacts.c.talk_seconds > 0
    return (
        select(
            contacts.c.started_on.label("day"),
            contacts.c.client_id,
            contacts.c.campaign_id,
            contacts.c.account_id,
            supervisor.label("supervisor_id"),
            func.coalesce(contacts.c.agent_id, 0).label("agent_id"),
            contacts.c.started_hour.label("hour"),
            contacts.c.channel,
            literal(1).label("attempts"),
            case((contacts.c.human, 1), else_=0).label("humans"),
            case((contacts.c.rpc, 1), else_=0).label("rpcs"),
            case((and_(contacts.c.human, contacts.c.party.in_(THIRD_PARTIES)), 1), else_=0).label("thirds"),
            case((contacts.c.result_code == DROPPED, 1), else_=0).label("drops"),
            case((talked, 1), else_=0).label("handled"),
            case((talked, contacts.c.talk_seconds + contacts.c.wrap_seconds), else_=0).label(
                "handle_seconds"
            ),
            *columns,
        )
        .select_from(rows)
        .where(within(contacts.c.started_on, window))
        .subquery("contact_facts")
    )


def payment_facts(window: Window, needs: frozenset[str]) -> Subquery:
    """One row a payment or reversal, credited to the agent the attribution rule names."""
    rows: FromClause = payments.outerjoin(payment_credits, payment_credits.c.payment_id == payments.c.id)
    rows, supervisor = with_supervisor(rows, payment_credits.c.agent_id, payments.c.paid_on)
    rows, columns = with_account(rows, payments, window, needs | {"bucket"})
    in_cohort = next(c for c in columns if c.key == "in_cohort")
    return (
        select(
            payments.c.paid_on.label("day"),
            payments.c.client_id,
            payments.c.campaign_id,
            supervisor.label("supervisor_id"),
            func.coalesce(payment_credits.c.agent_id, 0).label("agent_id"),
            literal(1).label("payments"),
            case((_received(), 1), else_=0).label("receipts"),
            payments.c.amount_cents,
            (payments.c.amount_cents * in_cohort).label("cohort_cents"),
            *columns,
        )
        .select_from(rows)
        .where(within(payments.c.paid_on, window))
        .subquery("payment_facts")
    )


def _received() -> ColumnElement[bool]:
    """Money in; neither money given back nor the reversal of another payment."""
    return and_(payments.c.amount_cents > 0, payments.c.reverses_ref.is_(None))


def promise_facts(window: Window, needs: frozenset[str]) -> Subquery:
    """One row a promise, by the day it was taken."""
    rows, supervisor = with_supervisor(promises, promises.c.agent_id, promises.c.made_on)
    rows, columns = with_account(rows, promises, window, needs)
    return (
        select(
            promises.c.made_on.label("day"),
            promises.c.client_id,
            promises.c.campaign_id,
            promises.c.account_id,
            supervisor.label("supervisor_id"),
            func.coalesce(promises.c.agent_id, 0).label("agent_id"),
            literal(1).label("promises"),
            promises.c.amount_cents,
            *columns,
        )
        .select_from(rows)
        .where(within(promises.c.made_on, window))
        .subquery("promise_facts")
    )


def promise_due_facts(window: Window, needs: frozenset[str]) -> Subquery:
    """One row a promise that was not renewed, by the day it falls due, with what the engine decided."""
    result = promise_results
    rows: FromClause = promises.join(result, result.c.promise_id == promises.c.id)
    rows, supervisor = with_supervisor(rows, promises.c.agent_id, promises.c.made_on)
    rows, columns = with_account(rows, promises, window, needs)

    def told(status: str) -> ColumnElement[int]:
        return case((result.c.status == status, 1), else_=0).label(status)

    return (
        select(
            promises.c.due_on.label("day"),
            result.c.decide_on,
            promises.c.client_id,
            promises.c.campaign_id,
            supervisor.label("supervisor_id"),
            func.coalesce(promises.c.agent_id, 0).label("agent_id"),
            literal(1).label("closed"),
            told("kept"),
            told("partial"),
            told("broken"),
            promises.c.amount_cents.label("promised_cents"),
            result.c.allocated_cents,
            *columns,
        )
        .select_from(rows)
        .where(within(promises.c.due_on, window), result.c.status != "renewed")
        .subquery("promise_due_facts")
    )
