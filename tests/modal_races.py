"""The agreement form sent more than once: twice at the same moment, and again when it is long closed.

`python -m tests.modal_races --n 500` prints what became of it on a new SQLite file; `--url` names another
database. One form is opened by hand; the others are that one as Slack would send it for other accounts, over
the same socket.
"""

import argparse
import asyncio
import copy
import json
import secrets
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, func, select

from bot.slack.forms.agreement import CALLBACK
from db.engine import open_engine, reading, writing
from db.tables import metadata
from db.tables.desk import proposals
from db.tables.house import inbox
from localslack.payloads import Place
from tests.acting_ledger import add_accounts
from tests.slack_world import ANA, JSON, World, world
from tests.small import fill
from tests.surface_hands import Hands

AT_ONCE = 2  # forms on their way: of more than seven requests at once a person is told to wait
PATIENCE = 120.0
PUT_IN = {"amount": "500", "installments": "2", "frequency": "semanal", "first_date": "2026-11-20"}
LEFT = select(func.count()).select_from(inbox).where(inbox.c.work.is_not(None))


@dataclass
class Became:
    """`acks`: what Slack heard; `proposals`: how many of each account; `left`: jobs not done in the end."""

    acks: Counter[str] = field(default_factory=Counter)
    proposals: Counter[str] = field(default_factory=Counter)
    left: int = 0


async def opened(slack: World, number: str) -> JSON:
    """A form on her screen, as Slack holds it."""
    dm, hands = await slack.dm(ANA), Hands(slack, ANA)
    await slack.say(ANA, dm, f"registra un convenio en la cuenta {number}")
    (card,) = await slack.settled(dm, 1)
    await slack.click(ANA, card, "Armar convenio")
    await hands.view("Monto total")
    return slack.server.workspace.views.stack(ANA)[-1]


def as_sent(slack: World, view: JSON, number: str) -> JSON:
    """What Slack sends for the same form of another account."""
    workspace, mine = slack.server.workspace, copy.deepcopy(view)
    carried = json.loads(mine["private_metadata"])
    carried |= {"nonce": secrets.token_hex(8), "account": number, "thread": ""}
    mine["private_metadata"] = json.dumps(carried)
    payload = workspace.modals.payloads.at_place("view_submission", ANA, Place(view=mine))
    return payload | {"trigger_id": "1.1.x", "response_urls": []}


async def resubmitted(slack: World, view: JSON, numbers: list[str]) -> Became:
    """Each twice at once, and once more when that is over."""
    became, gate = Became(), asyncio.Semaphore(AT_ONCE)
    name = f"view_submission {CALLBACK}"

    async def one(number: str) -> None:
        payload = as_sent(slack, view, number)
        delivery = slack.server.workspace.delivery
        async with gate:
            acks = await asyncio.gather(*(delivery.ask("interactive", name, payload) for _ in range(2)))
            acks.append(await delivery.ask("interactive", name, payload))
        became.acks.update(str(ack.get("response_action", "closed")) for ack in acks)

    await asyncio.gather(*(one(number) for number in numbers))
    until = time.monotonic() + PATIENCE
    while (left := await asyncio.to_thread(_left, slack.engine)) and time.monotonic() < until:
        await asyncio.sleep(0.1)
    became.left = left
    with reading(slack.engine) as connection:
        fields = connection.execute(select(proposals.c.request)).scalars()
        became.proposals.update(json.loads(each)["account"] for each in fields)
    return became


def _left(engine: Engine) -> int:
    with reading(engine) as connection:
        return int(connection.execute(LEFT).scalar_one())


async def race(engine: Engine, n: int) -> Became:
    """With the small company in it."""
    add_accounts(engine, n + 1)
    async with world(engine) as slack:
        view = await opened(slack, "700000")
        filled = {f"agreement_change:{name}": value for name, value in PUT_IN.items()}
        slack.server.workspace.views.put_in(ANA, view, filled)
        return await resubmitted(slack, view, [f"{700_001 + k}" for k in range(n)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=500)
    parser.add_argument("--url", help="a database whose tables are dropped and made anew")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(args.url or f"sqlite:///{Path(folder) / 'modals.db'}")
        metadata.drop_all(engine)
        metadata.create_all(engine)
        with writing(engine) as connection:
            fill(connection)
        started = time.monotonic()
        became = asyncio.run(race(engine, args.n))
        twice = sum(n > 1 for n in became.proposals.values())
        took = time.monotonic() - started
        print(f"{args.n} forms, each sent 3 times, {took:.0f} s: acks {dict(became.acks)}")
        print(f"{len(became.proposals)} proposals, {twice} twice, {became.left} left over")
        engine.dispose()
    sys.exit(bool(twice or became.left or len(became.proposals) != args.n))


if __name__ == "__main__":
    main()
