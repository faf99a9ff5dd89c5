"""The order of the credit rules is read from config.yaml, and what is no order is named."""

from pathlib import Path

import pytest

from bot.settings import SettingsFault, load_settings
from db.credit_rules import DEFAULT_RULES, CreditRules


def test_what_ships_is_the_order_of_the_trade() -> None:
    settings = load_settings(Path(__file__).parent.parent, {})
    assert settings.credit.rules == DEFAULT_RULES == CreditRules(("covered", "last_rpc", "assigned"), 30)


def test_the_agency_has_its_own(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("credit: {order: [assigned], rpc_days: 7}", encoding="utf-8")
    rules = load_settings(tmp_path, {}).credit.rules
    assert (rules, rules.text()) == (CreditRules(("assigned",), 7), "assigned 7")


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("{order: [whoever]}", "credit.order.0"),
        ("{order: [covered, covered]}", "credit.order"),
        ("{rpc_days: -1}", "credit.rpc_days"),
        ("{days: 30}", "credit.days"),
    ],
)
def test_what_is_no_rule_is_named(tmp_path: Path, written: str, key: str) -> None:
    (tmp_path / "config.yaml").write_text(f"credit: {written}", encoding="utf-8")
    with pytest.raises(SettingsFault) as raised:
        load_settings(tmp_path, {})
    assert [fault.key for fault in raised.value.faults] == [key]
