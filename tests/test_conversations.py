"""The conversations of tests/conversations/*.yaml, each over Socket Mode and over signed HTTP."""

from typing import Literal

import pytest
from sqlalchemy import Engine

from bot.sections import Channels
from tests.conversations import Script, Talk, Unlike, scripts
from tests.slack_world import world

pytest_plugins = ("tests.slack_fixtures",)


@pytest.mark.parametrize("mode", ["socket", "http"])
@pytest.mark.parametrize("script", scripts(), ids=lambda script: script.name)
async def test_conversation(company: Engine, script: Script, mode: Literal["socket", "http"]) -> None:
    channels = Channels.model_validate(script.world.get("channels", {}))
    async with world(company, channels=channels, mode=mode) as slack:
        await Talk(slack).play(script)


async def test_a_conversation_that_goes_otherwise_fails(company: Engine) -> None:
    """What the others rely on: a step that does not come true is noticed."""
    steps = [{"gloria says in dm": "¿roll rate esta semana?"}, {"gloria sees": "99.9 %"}]
    async with world(company) as slack:
        with pytest.raises(Unlike, match=r"99\.9"):
            await Talk(slack).play(Script("wrong", {}, steps))
