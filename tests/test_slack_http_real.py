"""The real bot behind its HTTP door: it answers a person there, and takes mutants calmly."""

import os
from pathlib import Path

import aiohttp

from tests.slack_fuzz import fuzz, prepared, real_bot
from tests.slack_world import BOT, LAURA

MUTANTS = 50_000 if os.environ.get("CARTERA_TORTURE") else 1_500


async def test_a_person_is_answered_over_signed_http(tmp_path: Path) -> None:
    engine = prepared(f"sqlite:///{tmp_path / 'real.db'}")
    async with real_bot(engine) as (address, slack), aiohttp.ClientSession() as http:

        async def do(act: str, **body: object) -> dict[str, object]:
            async with http.post(f"{slack}/control/{act}", json=body) as answer:
                return dict(await answer.json())

        assert (await do("app", request_url=f"{address}/slack/events"))["verified"]
        room = (await do("open_dm", user=LAURA, **{"with": BOT}))["channel"]
        assert isinstance(room, dict)
        said = await do("say", user=LAURA, channel=room["id"], text="ayuda")
        waited = await do("wait", channel=room["id"], after=said["ts"], seconds=10)
        assert waited["ok"], waited
    engine.dispose()


async def test_the_bot_takes_mutants_calmly(tmp_path: Path) -> None:
    engine = prepared(f"sqlite:///{tmp_path / 'fuzz.db'}")
    found = await fuzz(engine, MUTANTS, seed=20261123)
    engine.dispose()
    assert found.faults == []
    assert {status for signed, status in found.answers if not signed} <= {400, 401}
    assert {status for signed, status in found.answers if signed} <= {200, 400, 404, 409}
    assert found.answers[True, 200] > MUTANTS / 20  # enough get as far as the listeners
