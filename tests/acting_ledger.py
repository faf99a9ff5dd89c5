"""What must hold of all that was done from chat, whatever died or came twice: read from the tables alone."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from db.engine import reading, writing
from db.tables import facts, reference
from db.tables.desk import proposals
from db.tables.floor import account_notes
from db.tables.house import audit, inbox, outbox
from tests.small import ALAMEDA, ANA, GLORIA, at

FIRST = 1_000  # ids of the accounts that are there to be acted on


def add_accounts(engine: Engine, count: int) -> None:
    """So many more accounts of Ana's, numbered 700000 on: nothing about them stands in anybody's way."""
    with writing(engine) as connection:
        like = connection.execute(select(reference.accounts).where(reference.accounts.c.id == 3)).one()
        rows = [
            {**like._mapping, "id": FIRST + n, "account_no": f"{700_000 + n}", "balance_cents": 100_000 + n}
            for n in range(count)
        ]
        connection.execute(reference.accounts.insert(), rows)
        held = {
            "agent_id": ANA,
            "mode": "manual",
            "from_at": at(date(2026, 1, 5)),
            "from_on": date(2026, 1, 5),
        }
        connection.execute(
            reference.assignments.insert(), [held | {"account_id": FIRST + n} for n in range(count)]
        )
        cut = select(facts.balances).where(facts.balances.c.account_id == 3).order_by(facts.balances.c.as_of)
        for balance in connection.execute(cut).all():
            connection.execute(
                facts.balances.insert(),
                [{**balance._mapping, "account_id": FIRST + n, "client_id": ALAMEDA} for n in range(count)],
            )


def add_managers(engine: Engine, ids: Iterable[int]) -> None:
    with writing(engine) as connection:
        like = connection.execute(select(reference.people).where(reference.people.c.id == GLORIA)).one()
        rows = [
            {
                **like._mapping,
                "id": n,
                "employee_no": f"E{n}",
                "name": f"Gerente {n}",
                "slack_user_id": f"U{n}",
            }
            for n in ids
        ]
        connection.execute(reference.people.insert(), rows)


@dataclass
class Ledger:
    """How many proposals were done, and where tables, trail and messages tell of another number."""

    done: Counter[str] = field(default_factory=Counter)
    undone: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def expect(self, what: str, found: Any, wanted: Any) -> None:
        if found != wanted:
            self.faults.append(f"{what}: {found}, not {wanted}")

    @property
    def line(self) -> str:
        done = ", ".join(f"{n} {name}" for name, n in sorted(self.done.items()))
        return f"{sum(self.done.values()):,} effects ({done}), {sum(self.undone.values()):,} undone; " + (
            "; ".join(self.faults) or "0 lost, 0 twice, effects == trail"
        )


def ledger_of(engine: Engine, *, waiting: bool = True) -> Ledger:
    """`faults` is empty where each proposal that is done has its one row on the trail and its one effect;
    `waiting`: and nothing is left to do."""
    found = Ledger()
    with reading(engine) as connection:
        states = connection.execute(select(proposals)).all()
        for row in states:
            if row.state in ("done", "undone"):
                found.done[row.intent] += 1
            if row.state == "undone":
                found.undone[row.intent] += 1
        _trail(connection, found, states)
        _moves(connection, found, states)
        _rows(connection, found)
        if waiting:
            _left(connection, found)
    return found


def _trail(connection: Connection, found: Ledger, states: Sequence[Any]) -> None:
    """One row on the trail for each that was done, one more for each that was undone."""
    query = select(audit.c.proposal, audit.c.action).where(audit.c.action.is_not(None))
    told = Counter(tuple(row) for row in connection.execute(query))
    wanted: Counter[tuple[str, str]] = Counter()
    for row in states:
        if row.state in ("done", "undone"):
            wanted[row.token, row.intent] += 1
        if row.state == "undone":
            wanted[row.token, "undo"] += 1
    found.expect("rows of the trail beyond the effects", dict(told - wanted), {})
    found.expect("effects that are not on the trail", dict(wanted - told), {})


def _moves(connection: Connection, found: Ledger, states: Sequence[Any]) -> None:
    """Each account has one agent at a time, and as many rows as moves that were done."""
    table = reference.assignments
    open_rows = select(table.c.account_id).where(table.c.to_at.is_(None)).group_by(table.c.account_id)
    found.expect("accounts of two agents", connection.execute(open_rows.having(func.count() > 1)).all(), [])
    moves = Counter[int]()
    for row in states:
        times = {"done": 1, "undone": 2}.get(row.state, 0)
        if row.intent == "reassign_accounts" and times:
            for account, *_ in json.loads(row.plan)["moves"]:
                moves[account] += times
    counted = select(table.c.account_id, func.count() - 1).group_by(table.c.account_id)
    rows = Counter({account: n for account, n in connection.execute(counted) if n})
    found.expect("moves without a proposal", dict(rows - moves), {})
    found.expect("moves that were lost", dict(moves - rows), {})


def _rows(connection: Connection, found: Ledger) -> None:
    """What stands in the tables of the other actions, beside what was done and not undone."""
    stands = found.done - found.undone
    spoken = select(func.count()).select_from(facts.promises).where(facts.promises.c.account_id >= FIRST)
    found.expect("promises", connection.execute(spoken).scalar_one(), stands["record_ptp"])
    kept = account_notes.c.taken_back_at.is_(None)
    notes = select(func.count()).select_from(account_notes).where(kept)
    found.expect("notes", connection.execute(notes).scalar_one(), stands["add_note"])


def left_over(connection: Connection) -> int:
    """Requests that nobody has answered yet, and messages that have not reached Slack."""
    asked = select(func.count()).select_from(inbox).where(inbox.c.work.is_not(None))
    waiting = select(func.count()).select_from(outbox).where(outbox.c.state == "waiting")
    return sum(int(connection.execute(each).scalar_one()) for each in (asked, waiting))


def _left(connection: Connection, found: Ledger) -> None:
    found.expect("requests and messages left over", left_over(connection), 0)
    gone = outbox.c.error != "channel_not_found"  # of people who are not in this Slack
    dead = select(outbox.c.kind, outbox.c.error).where(outbox.c.state == "dead", gone)
    found.expect("messages given up", [tuple(row) for row in connection.execute(dead)], [])
