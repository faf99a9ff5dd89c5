"""Many hands on the same proposals at once: approvers, double clicks, reassignments of the same accounts.

`python -m tests.acting_races --n 500` prints what became of them on SQLite; `--url` names another database.
Every hand is a thread at the real desk with a connection of its own; the tables are the judge.
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Engine

from bot.app import App, build
from bot.outcome import Outcome, Place, Who
from bot.sections import Approval, Writes
from bot.settings import Settings
from db.engine import open_engine, writing
from db.tables import metadata
from tests.acting_ledger import add_accounts, add_managers, ledger_of
from tests.small import GLORIA, LAURA, NOW, fill

HANDS = 8
APPROVERS = (GLORIA, 101, 102, 103)
Press = Callable[[], Outcome]


def floor(engine: Engine, accounts: int, *, approved: bool = False) -> App:
    """The small company with so many accounts to act on; `approved`: a reassignment needs a second yes."""
    with writing(engine) as connection:
        fill(connection)
    add_accounts(engine, accounts)
    add_managers(engine, APPROVERS[1:])
    limit = Approval(accounts=0, amount=Decimal(0), by=("manager",))
    approvals = {"reassign_accounts": limit} if approved else {}
    return build(Settings(writes=Writes(approvals=approvals)), engine=engine)


def proposed(app: App, number: int, to: str = "Alberto Núñez") -> str:
    """The token of a proposal to move one account, by Laura."""
    fields = {"account": f"{700_000 + number}", "to_agent": to}
    who, place = Who("slack", f"U{LAURA}"), Place("dm", f"D{number}")
    shown = app.desk.run("reassign_accounts", fields, who=who, place=place, thread=f"t{number}", now=NOW)
    assert shown.outcome == "preview", shown.text
    return str(shown.choices[0].fields["proposal"])


def press(app: App, step: str, token: str, person: int) -> Press:
    def pressed() -> Outcome:
        who, now = Who("slack", f"U{person}"), NOW + timedelta(minutes=1)
        return app.desk.run(step, {"proposal": token}, who=who, place=Place("dm", "D"), thread="t", now=now)

    return pressed


def all_at_once(presses: Iterable[Press]) -> Counter[str]:
    """How often each outcome came; who lost is told why."""
    with ThreadPoolExecutor(HANDS) as pool:
        outcomes = [each.result() for each in [pool.submit(one) for one in presses]]
    assert all(each.text.strip() for each in outcomes)
    return Counter(f"{each.outcome}:{each.about}" if each.about else each.outcome for each in outcomes)


def four_approvers(app: App, n: int) -> Counter[str]:
    tokens = [proposed(app, k) for k in range(n)]
    for token in tokens:
        assert press(app, "confirm", token, LAURA)().outcome == "pending_approval"
    return all_at_once(press(app, "approve", token, who) for token in tokens for who in APPROVERS)


def double_clicks(app: App, n: int) -> Counter[str]:
    tokens = [proposed(app, k) for k in range(n)]
    return all_at_once(press(app, "confirm", token, LAURA) for token in tokens for _ in range(2))


def same_accounts(app: App, n: int, accounts: int) -> Counter[str]:
    """So many proposals over a few accounts, all confirmed at once: each account moves once."""
    drawn = random.Random(n)
    tokens = [proposed(app, drawn.randrange(accounts)) for _ in range(n)]
    return all_at_once(press(app, "confirm", token, LAURA) for token in tokens)


RACES: dict[str, Callable[[Engine, int], Counter[str]]] = {
    "4 approvers": lambda engine, n: four_approvers(floor(engine, n, approved=True), n),
    "double clicks": lambda engine, n: double_clicks(floor(engine, n), n),
    "reassignments of the same accounts": lambda engine, n: same_accounts(
        floor(engine, n), n, max(n // 10, 1)
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=500)
    parser.add_argument(
        "--url", help="a PostgreSQL server's database URL; its tables are dropped and made anew"
    )
    args = parser.parse_args()
    faults = 0
    for name, race in RACES.items():
        with tempfile.TemporaryDirectory() as folder:
            engine = open_engine(args.url or f"sqlite:///{Path(folder) / 'races.db'}")
            metadata.drop_all(engine)
            metadata.create_all(engine)
            started = time.monotonic()
            told = race(engine, args.n)
            ledger = ledger_of(engine, waiting=False)
            print(f"{name} x {args.n}: {dict(told)}, {time.monotonic() - started:.0f} s. {ledger.line}")
            faults += len(ledger.faults)
            engine.dispose()
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
