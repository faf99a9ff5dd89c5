"""The matrices of one closing cut, read in one scan of it from the openings kept account by account.

Gives the same rows as db/sources/migrations.py, grouped; knows neither when openings are kept nor whether
they still hold.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal,
    null,
    select,
    union_all,
)

from db.buckets import CASTIGO, CASTIGO_NO
from db.sources.migrations import (
    ROUNDING_CENTS,
    UNEXPLAINED,
    UNEXPLAINED_NO,
    recalled_between,
    was_charged_off,
)
from db.sources.positions import PAID_OFF, owned_at
from db.tables.facts import balances, payments
from db.tables.openings import SLOTS, opening_accounts, opening_groups

Slots = Mapping[int, date]  # slot -> its opening cut


def side_by_side(client: int, slots: Slots) -> Select[Any]:
    """The rows of opening_accounts: each account once, with its group and balance at every cut it was in."""
    standing = union_all(*(_in_slot(client, slot, opened) for slot, opened in slots.items())).subquery()
    names = [c.name for c in opening_accounts.columns if c.name not in ("client_id", "account_id")]
    return select(
        literal(client).label("client_id"),
        standing.c.account_id,
        *(func.max(standing.c[name]).label(name) for name in names),
    ).group_by(standing.c.account_id)


def _in_slot(client: int, slot: int, opened: date) -> Select[Any]:
    held, groups = owned_at(opened, [client], frozenset()).subquery(), opening_groups.alias()
    same = and_(
        groups.c.client_id == held.c.client_id,
        groups.c.slot == slot,
        *(groups.c[name] == held.c[name] for name in GROUPED_BY),
    )
    columns: list[ColumnElement[Any]] = []
    for name, value in (("group", groups.c.group_no), ("cents", held.c.balance_cents)):
        empty = null().cast(value.type)
        columns += [(value if n == slot else empty).label(f"{name}_{n}") for n in range(1, SLOTS + 1)]
    return select(held.c.account_id, *columns).join(groups, same)


GROUPED_BY = ("campaign_id", "supervisor_id", "agent_id", "bucket", "bucket_no")


def matrices_at(client: int, slots: Slots, closed: date) -> Select[Any]:
    """The rows of migration_cells from each of these openings to one closing cut of the client."""
    moves = _moves(client, slots, closed)
    rows = union_all(*(_matrix(client, slot, opened, closed, moves) for slot, opened in slots.items()))
    # As a subquery, so that its first column's types and names hold for all.
    return select(rows.subquery())


def _moves(client: int, slots: Slots, closed: date) -> CTE:
    """Accounts and opening balances by group at each opening and by where they stand at the closing cut."""
    each = _each(client, slots, closed)
    key = [*(each.c[f"group_{n}"] for n in slots), *(each.c[f"covered_{n}"] for n in slots)]
    key += [each.c.bucket_to_no, each.c.bucket_to]
    sums = [func.sum(each.c[f"cents_{n}"]).label(f"cents_{n}") for n in slots]
    return select(*key, func.count().label("accounts"), *sums).group_by(*key).cte("moves")


def _each(client: int, slots: Slots, closed: date) -> Subquery:
    """One row an account."""
    kept, closing = opening_accounts, balances.alias("closing")
    recalled = recalled_between(min(slots.values()), closed, [client])
    # As lists and not as a join: of a join with so few, SQLite reads them all for every account.
    listed = select(recalled.c.account_id)
    charged_off = kept.c.account_id.in_(listed.where(was_charged_off(recalled)))
    taken_back = kept.c.account_id.in_(listed.where(~was_charged_off(recalled)))
    paid = _paid(client, slots, closed)
    rows = kept.outerjoin(
        closing,
        and_(
            closing.c.client_id == client,
            closing.c.as_of == closed,
            closing.c.account_id == kept.c.account_id,
        ),
    ).outerjoin(paid, paid.c.account_id == kept.c.account_id)
    absent, paid_off = closing.c.account_id.is_(None), closing.c.status == PAID_OFF

    def covered(slot: int) -> ColumnElement[int]:
        """The payments since that opening cover its balance, and the account is no longer sent."""
        enough = func.coalesce(paid.c[f"paid_{slot}"], 0) >= kept.c[f"cents_{slot}"] - ROUNDING_CENTS
        return case((and_(absent, ~charged_off, enough), 1), else_=0)

    return (
        select(
            *(kept.c[f"group_{n}"] for n in slots),
            *(kept.c[f"cents_{n}"] for n in slots),
            *(covered(n).label(f"covered_{n}") for n in slots),
            case(
                (charged_off, CASTIGO), (paid_off, "0"), (absent, UNEXPLAINED), else_=closing.c.bucket
            ).label("bucket_to"),
            case(
                (charged_off, CASTIGO_NO), (paid_off, 0), (absent, UNEXPLAINED_NO), else_=closing.c.bucket_no
            ).label("bucket_to_no"),
        )
        .select_from(rows)
        .where(kept.c.client_id == client, ~taken_back)
        .subquery("each_account")
    )


def _paid(client: int, slots: Slots, closed: date) -> Subquery:
    """What each account paid since each of the openings."""
    since = [
        func.sum(case((payments.c.paid_on > opened, payments.c.amount_cents), else_=0)).label(f"paid_{slot}")
        for slot, opened in slots.items()
    ]
    return (
        select(payments.c.account_id, *since)
        .where(
            payments.c.client_id == client,
            payments.c.paid_on > min(slots.values()),
            payments.c.paid_on <= closed,
        )
        .group_by(payments.c.account_id)
        .subquery("paid")
    )


def _matrix(client: int, slot: int, opened: date, closed: date, moves: CTE) -> Select[Any]:
    """One opening's matrix, told from the moves by its own groups."""
    groups = opening_groups.alias()
    covered = moves.c[f"covered_{slot}"] == 1
    told = (
        select(
            *(groups.c[name] for name in GROUPED_BY),
            case((covered, "0"), else_=moves.c.bucket_to).label("bucket_to"),
            case((covered, 0), else_=moves.c.bucket_to_no).label("bucket_to_no"),
            moves.c.accounts,
            moves.c[f"cents_{slot}"].label("cents"),
        )
        .join(groups, groups.c.group_no == moves.c[f"group_{slot}"])
        .where(groups.c.client_id == client, groups.c.slot == slot)
        .subquery()
    )
    key: Sequence[ColumnElement[Any]] = [
        *(told.c[name] for name in GROUPED_BY),
        told.c.bucket_to,
        told.c.bucket_to_no,
    ]
    owners, at_opening, at_closing = key[:3], key[3:5], key[5:]
    return select(
        literal(opened, Date).label("opened_on"),
        literal(closed, Date).label("closed_on"),
        literal(client).label("client_id"),
        *owners,
        at_opening[0].label("bucket_from"),
        at_opening[1].label("bucket_from_no"),
        *at_closing,
        func.sum(told.c.accounts).label("accounts"),
        func.sum(told.c.cents).label("opening_cents"),
    ).group_by(*key)
