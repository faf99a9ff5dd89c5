"""Accounts counted one at a time: stocks at a cut, moves between two, cures, a cohort reached.

Written from the definitions in words; shares no code with the product.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise

from tests.plain_floor import CASTIGO, Floor, Move, Row
from tests.plain_parts import Count, Part, Parts

WEEK = timedelta(days=7)  # an older cut says nothing of a past day
WATCHED = timedelta(days=90)


def _one(row: Row) -> int:
    return 1


def _balance(row: Row) -> int:
    return int(row["balance"])


# --- stocks ------------------------------------------------------------------------------------------


def stock(num: Callable[[Row], int], den: Callable[[Row], int] = lambda row: 0) -> Count:
    def told(floor: Floor, start: date, end: date) -> Parts:
        for row in floor.stock(end, oldest=min(start, end - WEEK) if end < floor.today else None):
            yield Part(row, num(row), den(row))

    return told


def late(days: int, *, accounts: bool = False) -> Count:
    """Past due so many days or more, of everything that is not charged off."""

    def whole(row: Row) -> int:
        return 0 if row["no"] >= CASTIGO else 1 if accounts else _balance(row)

    return stock(lambda row: whole(row) if row["days_past_due"] >= days else 0, whole)


def opening(num: Callable[[Row], int] = _one) -> Count:
    """The portfolio at the opening cut."""

    def told(floor: Floor, start: date, end: date) -> Parts:
        for row in floor.opening(start):
            yield Part(row, num(row))

    return told


opening_balance = opening(_balance)


# --- moves -------------------------------------------------------------------------------------------


def moves(
    test: Callable[[Move], bool], *, balance: bool = False, current: bool = False, row_of_current: bool = True
) -> Count:
    """`current`: accounts current at the opening are followed too; else they stand in a row of their own."""

    def told(floor: Floor, start: date, end: date) -> Parts:
        for move in floor.moves(start, end):
            if move.opened >= 1 or current or row_of_current:
                weight = move.balance if balance else 1
                apart = move.opened < 1 and not current
                dims = move.dims | {"bucket_to": move.went_to}
                yield Part(dims, weight if test(move) else 0, weight, apart=apart)

    return told


def net_flow(weight: Callable[[Row], int]) -> Count:
    """Bucket k+1 at the close over bucket k at the opening, for each k whose next bucket has an end."""

    def told(floor: Floor, start: date, end: date) -> Parts:
        for client, opened, closed in floor.pairs(start, end):
            last = len(floor.labels[client]) - 2  # the last bucket that has an end
            for row in floor.standing(client, opened):
                if row["no"] < last:
                    yield Part(row, 0, weight(row))
            for row in floor.standing(client, closed):
                if 1 <= row["no"] <= last:
                    before = floor.labels[client][row["no"] - 1]
                    yield Part(row | {"bucket": before, "bucket_from": before}, weight(row), 0)

    return told


# --- cures -------------------------------------------------------------------------------------------


def redefaults(floor: Floor, start: date, end: date) -> Parts:
    """Cures whose 90 days end in the period, and those of them that a cut showed past due again."""
    for client, cuts in floor.cuts.items():
        for before, cut in pairwise(cuts):
            if start <= cut + WATCHED <= end and cut + WATCHED <= floor.today:
                for account, sent, bucket in _cured(floor, client, before, cut):
                    watching = [later for later in cuts if cut < later <= cut + WATCHED]
                    again = any(_past_due(floor, client, account, later) for later in watching)
                    agent, _ = floor.holder(account, cut)
                    dims = floor.who(sent, agent, cut) | floor.own(account)
                    yield Part(dims | {"bucket": bucket, "balance": sent["balance_cents"]}, int(again), 1)


def _cured(floor: Floor, client: int, before: date, cut: date) -> Iterator[tuple[int, Row, str]]:
    """The account, what its file says, and the bucket it left."""
    stood = {row["account"]: row for row in floor.standing(client, before)}
    for account, sent in floor.sent.get((client, cut), {}).items():
        recalled = floor.account[account]["recalled_on"]
        current = sent["bucket_no"] == 0 or sent["status"] == "LIQUIDADA"
        was = stood.get(account)
        if current and was and 0 < was["no"] < CASTIGO and not (recalled and recalled <= cut):
            yield account, sent, was["bucket"]


def _past_due(floor: Floor, client: int, account: int, cut: date) -> bool:
    sent = floor.sent.get((client, cut), {}).get(account)
    return sent is not None and sent["status"] != "LIQUIDADA" and sent["dpd"] >= 1


# --- reached of a cohort -------------------------------------------------------------------------------


def penetration(floor: Floor, start: date, end: date) -> Parts:
    tried = {row["account_id"] for row in floor["contacts"] if start <= row["started_on"] <= end}
    for row in floor.opening(start):
        yield Part(row, int(row["account"] in tried), 1)


def paying(floor: Floor, start: date, end: date) -> Parts:
    money: dict[int, int] = defaultdict(int)
    for row in floor["payments"]:
        if start <= row["paid_on"] <= end:
            money[row["account_id"]] += row["amount_cents"]
    for row in floor.opening(start):
        yield Part(row, int(money[row["account"]] > 0), 1)


COUNTS: dict[str, Count] = {
    "portfolio_balance": stock(_balance),
    "aging_balance": stock(_balance),
    "accounts_count": stock(_one),
    "aging_accounts": stock(_one),
    "delinquency_rate": late(30),
    "delinquency_rate/d60": late(60),
    "delinquency_rate/d90": late(90),
    "delinquency_rate/d30_accounts": late(30, accounts=True),
    "delinquency_rate/d60_accounts": late(60, accounts=True),
    "delinquency_rate/d90_accounts": late(90, accounts=True),
    "charge_off_rate": moves(lambda m: m.closed == CASTIGO, balance=True, current=True),
    "charge_off_rate/accounts": moves(lambda m: m.closed == CASTIGO, current=True),
    "net_flow_rate": net_flow(_balance),
    "net_flow_rate/accounts": net_flow(_one),
    "redefault_rate": redefaults,
    "penetration": penetration,
    "paying_accounts_rate": paying,
}
_MOVES: dict[str, Callable[[Move], bool]] = {
    "roll_rate": lambda m: m.closed > m.opened,
    "cure_rate": lambda m: m.closed == 0,
    "containment": lambda m: m.closed <= m.opened,
    "rollback_rate": lambda m: m.closed < m.opened,
    "stay_rate": lambda m: m.closed == m.opened,
}
for _name, _test in _MOVES.items():
    # An account that is current cannot be cured: no row of its own says so.
    _own = _name != "cure_rate"
    COUNTS[_name] = moves(_test, row_of_current=_own)
    COUNTS[f"{_name}/balance"] = moves(_test, balance=True, row_of_current=_own)
COUNTS["containment/improved"] = moves(_MOVES["rollback_rate"])
COUNTS["containment/cured"] = moves(_MOVES["cure_rate"])
