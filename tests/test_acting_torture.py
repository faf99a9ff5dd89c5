"""Short forms of the torture of actions: many hands at once, and a bot that is killed under them."""

from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, update

from bot.slack.works import Works
from db.engine import writing
from db.tables.reference import assignments
from tests.acting_ledger import FIRST, ledger_of
from tests.acting_races import RACES, floor, four_approvers
from tests.acting_torture import torture
from tests.modal_races import race
from tests.small import ACCOUNT

pytest_plugins = ("tests.slack_fixtures",)
N = 6


@pytest.mark.parametrize("race", RACES)
def test_of_many_hands_each_proposal_has_one_winner(engine: Engine, race: str) -> None:
    told = RACES[race](engine, N)
    ledger = ledger_of(engine, waiting=False)
    assert ledger.faults == []
    assert told["done"] == sum(ledger.done.values())
    assert set(told) == {"done", "refuse:decided"}  # whoever lost is told that it was decided


def test_a_ledger_that_does_not_add_up_says_so(engine: Engine) -> None:
    """The ablation: an account that moved without anybody's order, and an effect that is not there."""
    four_approvers(floor(engine, N, approved=True), N)
    with writing(engine) as connection:
        back = update(assignments).where(assignments.c.account_id == FIRST, assignments.c.to_at.is_(None))
        connection.execute(back.values(account_id=ACCOUNT["C"]))
    faults = " ".join(ledger_of(engine, waiting=False).faults)
    assert "accounts of two agents" in faults
    assert "moves that were lost" in faults


@pytest.mark.parametrize("known", [True, False])
async def test_a_form_sent_three_times_is_one_proposal(
    company: Engine, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ablation: nobody knows a form by its own name."""
    if not known:
        take = Works.take
        monkeypatch.setattr(Works, "take", lambda self, job, *_: take(self, job, [uuid4().hex]))
    became = await race(company, 3)
    assert (len(became.proposals), became.left, became.acks) == (3, 0, {"closed": 9})
    assert set(became.proposals.values()) == ({1} if known else {3})


async def test_actions_outlive_a_killed_bot(tmp_path: Path) -> None:
    run, ledger = await torture(f"sqlite:///{tmp_path / 'acting.db'}", actions=8, kills=1)
    assert (run.asked, run.killed) == (8, 1)
    assert ledger.faults == []
    assert sum(ledger.done.values()) + sum(run.seen.values()) >= 8
