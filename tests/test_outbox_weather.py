"""A short storm and a short absence of Slack, on both databases: each message once, in order, never early.

`make torture` runs them at their length.
"""

import asyncio

import pytest
from sqlalchemy import Engine

from bot.slack import sender
from bot.slack.post import Poster
from tests.outbox_torture import away, storm
from tests.slack_mail import SOON


async def test_in_a_storm_of_refusals_each_is_told_once_in_order_and_none_too_early(engine: Engine) -> None:
    told = await storm(engine, 30, 10, 2, longest=1)
    assert told.once
    assert told.refused
    assert (told.early, told.disordered) == (0, 0)


async def test_without_waiting_it_would_call_too_early(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard off: nobody remembers what Slack asked for, so the other channels run into it."""

    async def deaf(*_: object) -> bool:
        await asyncio.sleep(0)
        return False

    monkeypatch.setattr(Poster, "_heard", deaf)
    told = await storm(engine, 60, 10, 2, longest=1)
    assert told.early


async def test_what_waits_while_slack_is_away_is_told_once_when_it_is_back(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "BACKOFF", (0.1, 0.2, 0.3))
    told = await away(engine, 24, 6, 1.0, SOON)
    assert told.once  # of top-level posts one may overtake another that Slack refused


async def test_with_few_attempts_they_would_be_given_up(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "BACKOFF", (0.05,))
    monkeypatch.setattr(sender, "MOST_ATTEMPTS", 2)
    told = await away(engine, 6, 6, 1.0, SOON)
    assert not told.once
