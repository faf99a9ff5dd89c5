"""manifest.json against the code: no event without a listener, no call without its scope, none to spare."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import listeners
from bot.slack.listeners import COMMAND

ROOT = Path(__file__).parent.parent
MANIFEST = json.loads((ROOT / "manifest.json").read_text(encoding="utf-8"))
SCOPES = set(MANIFEST["oauth_config"]["scopes"]["bot"])
EVENTS = set(MANIFEST["settings"]["event_subscriptions"]["bot_events"])

# What Slack asks for each method the code calls, each event it hears, and each feature of the manifest.
OF_METHOD = {
    "api_call chat.postMessage": {"chat:write"},
    "api_call chat.postEphemeral": {"chat:write"},
    "auth_test": set[str](),
    "assistant_threads_setStatus": {"chat:write"},
    "conversations_info": {"channels:read", "groups:read", "im:read", "mpim:read"},
    "users_info": {"users:read", "users:read.email"},
}
CHAT = re.compile(r"chat\.[a-zA-Z]+")
OF_EVENT = {
    "app_mention": {"app_mentions:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
}
OF_FEATURE = {"agent_view": {"assistant:write"}, "slash_commands": {"commands"}}


def calls() -> Iterator[str]:
    """Every Web API method named in bot/slack."""
    methods = {name for name in dir(AsyncWebClient) if "_" in name and not name.startswith("_")}
    for path in (ROOT / "bot" / "slack").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in methods - {"api_call", "base_url"}:
                yield node.attr
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CHAT.fullmatch(node.value):
                yield f"api_call {node.value}"


def test_scopes_are_exactly_those_in_use() -> None:
    used = set(calls())
    assert used == OF_METHOD.keys()
    needed = [OF_METHOD[name] for name in used] + [OF_EVENT[name] for name in EVENTS]
    needed += [scopes for feature, scopes in OF_FEATURE.items() if feature in MANIFEST["features"]]
    assert set().union(*needed) == SCOPES


class Overheard(AsyncApp):
    """The real app, which notes what is hung on it."""

    def __init__(self) -> None:
        self.events: set[str] = set()
        self.commands: set[str] = set()
        self.actions: list[str | re.Pattern[str]] = []
        super().__init__(client=AsyncWebClient("xoxb-t"))

    def event(self, event: Any, *rest: Any, **more: Any) -> Any:
        self.events.add(event)
        return super().event(event, *rest, **more)

    def command(self, command: Any, *rest: Any, **more: Any) -> Any:
        self.commands.add(command)
        return super().command(command, *rest, **more)

    def action(self, constraints: Any, *rest: Any, **more: Any) -> Any:
        self.actions.append(constraints)
        return super().action(constraints, *rest, **more)


@pytest.fixture
def hung() -> Overheard:
    app = Overheard()
    listeners.register(app, None, None, listeners.inbox_keys)  # type: ignore[arg-type]
    return app


def test_every_event_has_a_listener_and_every_listener_its_event(hung: Overheard) -> None:
    assert {name.partition(".")[0] for name in EVENTS} == hung.events


def test_commands_and_buttons_agree(hung: Overheard) -> None:
    assert {each["command"] for each in MANIFEST["features"]["slash_commands"]} == hung.commands == {COMMAND}
    assert bool(hung.actions) == MANIFEST["settings"]["interactivity"]["is_enabled"]
    assert MANIFEST["settings"]["socket_mode_enabled"]


def test_names_keep_to_slacks_limits() -> None:
    about, view = MANIFEST["display_information"], MANIFEST["features"]["agent_view"]
    assert len(about["name"]) <= 35
    assert len(about["description"]) <= 140
    assert 174 <= len(about["long_description"]) <= 4000
    assert len(view["agent_description"]) <= 300
    assert 1 <= len(view["suggested_prompts"]) <= 4
    assert "assistant_view" not in MANIFEST["features"]


def test_slack_cli_finds_its_hook() -> None:
    hooks = json.loads((ROOT / ".slack" / "hooks.json").read_text(encoding="utf-8"))
    assert hooks["hooks"]["get-hooks"].endswith("slack_cli_hooks.hooks.get_hooks")
