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

from bot.slack import feedback, granted, listeners, surfaces
from bot.slack.forms import account, ask
from bot.slack.forms import feedback as feedback_form
from bot.slack.forms.fields import modal
from bot.slack.listeners import COMMAND

ROOT = Path(__file__).parent.parent
MANIFEST = json.loads((ROOT / "manifest.json").read_text(encoding="utf-8"))
SCOPES = set(MANIFEST["oauth_config"]["scopes"]["bot"])
EVENTS = set(MANIFEST["settings"]["event_subscriptions"]["bot_events"])
FEATURES = MANIFEST["features"]

HISTORY = {"channels:history", "groups:history", "im:history"}
# What Slack asks for each method the code calls, each event it hears, and each feature of the manifest.
OF_METHOD = {
    "agents.sessions.setStatus": {"chat:write"},
    "agents.sessions.rename": {"chat:write"},
    "assistant.threads.setStatus": {"chat:write"},
    "assistant.threads.setSuggestedPrompts": {"assistant:write"},
    "api.test": set[str](),
    "auth.revoke": set[str](),
    "auth.test": set[str](),
    "chat.appendStream": {"chat:write"},
    "chat.delete": {"chat:write"},
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write"},
    "chat.startStream": {"chat:write"},
    "chat.stopStream": {"chat:write"},
    "chat.update": {"chat:write"},
    "conversations.history": HISTORY,
    "conversations.list": {"channels:read", "groups:read"},
    "conversations.info": {"channels:read", "groups:read", "im:read", "mpim:read"},
    "conversations.open": {"im:write"},
    "conversations.replies": HISTORY,
    "files.completeUploadExternal": {"files:write"},
    "files.delete": {"files:write"},
    "files.getUploadURLExternal": {"files:write"},
    "oauth.v2.access": set[str](),
    "users.info": {"users:read", "users:read.email"},
    "views.open": set[str](),
    "views.publish": set[str](),
    "views.update": set[str](),
}
OF_EVENT = {
    "agent_session_stopped": {"assistant:write"},
    "app_home_opened": set[str](),
    "app_mention": {"app_mentions:read"},
    "app_uninstalled": set[str](),
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "tokens_revoked": set[str](),
    "user_change": {"users:read"},
}
OF_FEATURE = {"agent_view": {"assistant:write"}, "slash_commands": {"commands"}, "shortcuts": {"commands"}}
# "chat_postMessage" of the client is "chat.postMessage" of the Web API.
METHODS = {
    name: ".".join(name.split("_"))
    for name in dir(AsyncWebClient)
    if "_" in name and not name.startswith("_")
}
NAMED = set(METHODS.values())


def calls(folder: Path = ROOT / "bot" / "slack") -> Iterator[str]:
    """Every Web API method named in the edge, as an attribute of the client or as a string."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and METHODS.get(node.attr) in NAMED - {"api.call", "base.url"}:
                yield METHODS[node.attr]
            if isinstance(node, ast.Constant) and node.value in NAMED:
                yield str(node.value)


def test_scopes_are_exactly_those_in_use() -> None:
    used = set(calls())
    assert used == OF_METHOD.keys()
    needed = [OF_METHOD[name] for name in used] + [OF_EVENT[name] for name in EVENTS]
    needed += [scopes for feature, scopes in OF_FEATURE.items() if feature in FEATURES]
    assert set().union(*needed) == SCOPES


def test_a_call_nobody_declared_is_found(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text("client.pins_add()\ncall('users.list')", encoding="utf-8")
    assert set(calls(tmp_path)) == {"pins.add", "users.list"}


class Overheard(AsyncApp):
    """The real app, which notes what is hung on it."""

    def __init__(self) -> None:
        self.hung: dict[str, list[str | re.Pattern[str]]] = {}
        super().__init__(client=AsyncWebClient("xoxb-t"))

    def _note(self, kind: str, constraints: Any) -> None:
        self.hung.setdefault(kind, []).append(constraints)

    def event(self, event: Any, *rest: Any, **more: Any) -> Any:
        self._note("event", event)
        return super().event(event, *rest, **more)

    def command(self, command: Any, *rest: Any, **more: Any) -> Any:
        self._note("command", command)
        return super().command(command, *rest, **more)

    def action(self, constraints: Any, *rest: Any, **more: Any) -> Any:
        self._note("action", constraints)
        return super().action(constraints, *rest, **more)

    def shortcut(self, constraints: Any, *rest: Any, **more: Any) -> Any:
        self._note("shortcut", constraints)
        return super().shortcut(constraints, *rest, **more)

    def view(self, constraints: Any, *rest: Any, **more: Any) -> Any:
        self._note("view", constraints)
        return super().view(constraints, *rest, **more)

    def options(self, constraints: Any, *rest: Any, **more: Any) -> Any:
        self._note("options", constraints)
        return super().options(constraints, *rest, **more)

    def hears(self, kind: str, name: str) -> bool:
        found = [each for each in self.hung[kind] if re.fullmatch(each, name)]
        assert len(found) <= 1, f"{name}: {found}"
        return bool(found)


@pytest.fixture
def app() -> Overheard:
    app = Overheard()
    for part in (listeners, surfaces, feedback):
        part.register(app, None)
    granted.register(app, None)
    return app


def test_every_event_has_a_listener_and_every_listener_its_event(app: Overheard) -> None:
    assert {name.partition(".")[0] for name in EVENTS} == set(app.hung["event"])
    assert OF_EVENT.keys() == EVENTS


def test_commands_shortcuts_and_buttons_agree(app: Overheard) -> None:
    assert {each["command"] for each in FEATURES["slash_commands"]} == set(app.hung["command"]) == {COMMAND}
    assert {each["callback_id"] for each in FEATURES["shortcuts"]} == set(app.hung["shortcut"])
    assert bool(app.hung["action"]) == MANIFEST["settings"]["interactivity"]["is_enabled"]
    assert MANIFEST["settings"]["socket_mode_enabled"]


def test_every_form_and_every_select_has_its_listener(app: Overheard) -> None:
    for form in (ask.CALLBACK, account.CALLBACK, feedback_form.CALLBACK):
        assert app.hears("view", form)
    for select in (ask.PICK_METRIC, ask.FIND_OWNER, ask.FIND_AGENT, account.FIND_ACCOUNT):
        assert app.hears("options", select)
    for told in (ask.PICK_METRIC, ask.PICK_PERIOD, account.AGAIN, f"{account.PICK}:0"):
        assert app.hears("action", told)
    assert not app.hears("options", "form_of_somebody_else")


def test_home_is_declared_and_nothing_but_forms_has_a_submit(app: Overheard) -> None:
    assert FEATURES["app_home"]["home_tab_enabled"]
    assert FEATURES["app_home"]["messages_tab_enabled"]
    assert not FEATURES["app_home"]["messages_tab_read_only_enabled"]
    assert "submit" not in modal("t", "c", [], close="x")


def test_names_keep_to_slacks_limits() -> None:
    about, view = MANIFEST["display_information"], FEATURES["agent_view"]
    assert len(about["name"]) <= 35
    assert len(about["description"]) <= 140
    assert 174 <= len(about["long_description"]) <= 4000
    assert len(view["agent_description"]) <= 300
    assert 1 <= len(view["suggested_prompts"]) <= 4
    assert "assistant_view" not in FEATURES
    for each in FEATURES["shortcuts"]:
        assert len(each["name"]) <= 24
        assert len(each["description"]) <= 150
        assert each["type"] in ("global", "message")


def test_slack_cli_finds_its_hook() -> None:
    hooks = json.loads((ROOT / ".slack" / "hooks.json").read_text(encoding="utf-8"))
    assert hooks["hooks"]["get-hooks"].endswith("slack_cli_hooks.hooks.get_hooks")
