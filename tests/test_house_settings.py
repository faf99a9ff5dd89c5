"""config.yaml, .env and the environment: read once, every fault named by file and key."""

from pathlib import Path

import pytest

from bot.settings import SettingsFault, load_settings

GOOD = "environment: demo\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def faults(root: Path, env: dict[str, str] | None = None) -> set[tuple[str, str]]:
    with pytest.raises(SettingsFault) as raised:
        load_settings(root, env or {})
    return {(fault.file, fault.key) for fault in raised.value.faults}


def test_the_file_that_ships_is_in_order() -> None:
    settings = load_settings(Path(__file__).parent.parent, {})
    assert settings.environment == "demo"
    assert settings.slack.missing == ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN")


def test_the_environment_wins_over_env_over_config(root: Path) -> None:
    (root / "config.yaml").write_text("database: {url: 'sqlite:////tmp/a.db'}\n", encoding="utf-8")
    assert load_settings(root, {}).database.url.endswith("/a.db")
    (root / ".env").write_text("DATABASE_URL=sqlite:////tmp/b.db\nSLACK_BOT_TOKEN=xoxb-1\n", encoding="utf-8")
    assert load_settings(root, {}).database.url.endswith("/b.db")
    settings = load_settings(root, {"DATABASE_URL": "sqlite:////tmp/c.db"})
    assert settings.database.url.endswith("/c.db")
    assert settings.slack.bot_token is not None
    assert settings.slack.bot_token.get_secret_value() == "xoxb-1"


def test_a_secret_is_never_printed(root: Path) -> None:
    env = {"SLACK_BOT_TOKEN": "xoxb-canary", "DATABASE_URL": "postgresql://u:canary@h/d"}
    settings = load_settings(root, env)
    assert "canary" not in repr(settings) + str(settings)


def test_a_relative_database_lies_beside_the_config(root: Path) -> None:
    assert load_settings(root, {}).database.url == f"sqlite:///{root.resolve()}/var/cartera.db"


def test_every_fault_at_once(root: Path) -> None:
    (root / "config.yaml").write_text(
        "environment: prod\nagency: {timezone: America/Mexico}\nslack: {mode: socket, bot_token: xoxb-1}\n"
        "channels: {unregistered: refuse, registered: {ventas: {finest: team}}}\ncolour: red\n"
        "reading: {max_chars: many}\n",
        encoding="utf-8",
    )
    (root / ".env").write_text("SLACK_BOT_TOKN=xoxb-1\n", encoding="utf-8")
    assert faults(root, {"DATABASE_URL": "mysql://h/d"}) == {
        ("config.yaml", "environment"),
        ("config.yaml", "agency.timezone"),
        ("config.yaml", "slack.bot_token"),
        ("config.yaml", "channels.registered.ventas.finest"),
        ("config.yaml", "colour"),
        ("config.yaml", "reading.max_chars"),
        (".env", "SLACK_BOT_TOKN"),
        ("environment", "DATABASE_URL"),
    }


@pytest.mark.parametrize("text", ["- a list", "a: [", "just words"])
def test_a_file_that_is_no_config(root: Path, text: str) -> None:
    (root / "config.yaml").write_text(text, encoding="utf-8")
    assert faults(root) == {("config.yaml", "")}


def test_no_file_at_all(tmp_path: Path) -> None:
    assert faults(tmp_path) == {("config.yaml", "")}
