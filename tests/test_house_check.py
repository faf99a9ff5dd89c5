"""`python -m bot check`: every fault of every file at once, by file and key."""

from pathlib import Path

import pytest

from bot import check
from bot.settings import Settings
from db.access import Named, Names
from db.metrics import DEFAULT_FILE

NAMES = Names((Named("client", 1, "ALA", "Banco Alameda"),))


def test_what_ships_is_in_order() -> None:
    assert check.every_fault(Settings(), NAMES) == []


def test_half_the_tokens_is_a_mistake() -> None:
    def missing(**tokens: str) -> list[str]:
        settings = Settings.model_validate({"slack": tokens})
        return [fault.key for fault in check.tokens(settings)]

    assert missing() == []
    assert missing(bot_token="xoxb-1") == ["SLACK_APP_TOKEN"]
    assert missing(bot_token="xoxb-1", app_token="xapp-1") == []
    assert missing(bot_token="xoxb-1", app_token="xapp-1", mode="http") == ["SLACK_SIGNING_SECRET"]


@pytest.mark.parametrize("environment", ["demo", "production"])
def test_a_channel_of_an_unknown_client(environment: str) -> None:
    registered = {"alameda": {"clients": ["ALA"]}, "ventas": {"clients": ["NOPE"], "campaigns": ["X"]}}
    settings = Settings.model_validate({"environment": environment, "channels": {"registered": registered}})
    faults = list(check.channels(settings, NAMES))
    assert {fault.key for fault in faults} == {"channels.registered.ventas"}
    assert len(faults) == 2
    assert list(check.channels(settings, Names(()))) == []  # an empty database knows no code yet


X = "{es: x, en: x}"


@pytest.mark.parametrize(
    ("found", "planted", "key"),
    [
        ("    num: rolled\n", "    num: roled\n", "metrics.roll_rate"),
        ("    better: down\n", "    better: lower\n", "metrics.roll_rate.better"),
        ("    kpi: K14\n", "    kpi: K14\n    color: red\n", "metrics.roll_rate.color"),
        ("    splits: [campaign,", "    splits: [shift, campaign,", "metrics.roll_rate.splits"),
        (
            "planned:\n",
            f"planned:\n  roll_rate: {{label: {X}, lacks: {X}, words: {{}}}}\n",
            "planned.roll_rate",
        ),
        ("metrics:\n", "metrics: [\n", ""),
    ],
)
def test_a_fault_in_the_catalogue(tmp_path: Path, found: str, planted: str, key: str) -> None:
    text = DEFAULT_FILE.read_text(encoding="utf-8")
    assert found in text
    path = tmp_path / "metrics.yaml"
    path.write_text(text.replace(found, planted, 1), encoding="utf-8")
    assert [(fault.file, fault.key) for fault in check.metrics(path)] == [("metrics.yaml", key)]


def test_a_fault_in_a_text_file(tmp_path: Path) -> None:
    path = tmp_path / "text.yaml"
    path.write_text("a: {es: x}\nb: {es: '{x}', en: y}\n", encoding="utf-8")
    assert len(list(check.texts([path]))) == 2
