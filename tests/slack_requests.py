"""Requests as Slack makes them over HTTP: payloads of every kind, signed, and somebody to send them."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

JSON = dict[str, Any]
NOW, BEFORE = "signing-secret-of-today", "signing-secret-of-before"
AS_JSON, AS_FORM = "application/json", "application/x-www-form-urlencoded"
STAMP, SIGNATURE = "X-Slack-Request-Timestamp", "X-Slack-Signature"


def event(**inner: Any) -> JSON:
    said = {
        "type": "app_mention",
        "user": "U11",
        "channel": "C1",
        "ts": "1793000000.000100",
        "event_ts": "1793000000.000100",
        "text": "<@UCARTERA> ayuda",
        "channel_type": "channel",
        "team": "T1",
    }
    return {
        "token": "legacy",
        "type": "event_callback",
        "team_id": "T1",
        "api_app_id": "A1",
        "event_id": "Ev000001",
        "event_time": 1793000000,
        "event": {**said, **inner},
        "authorizations": [{"enterprise_id": None, "team_id": "T1", "user_id": "UCARTERA", "is_bot": True}],
        "is_ext_shared_channel": False,
    }


def command(**more: str) -> JSON:
    return {
        "token": "legacy",
        "team_id": "T1",
        "team_domain": "agencia",
        "channel_id": "C1",
        "channel_name": "cobranza",
        "user_id": "U11",
        "user_name": "laura",
        "command": "/cartera",
        "text": "ayuda",
        "api_app_id": "A1",
        "response_url": "https://hooks.slack.com/commands/T1/1/x",
        "trigger_id": "1.2.abc",
        **more,
    }


_BY_SOMEBODY = {"user": {"id": "U11", "team_id": "T1"}, "team": {"id": "T1", "domain": "agencia"}}
_VIEW = {
    "id": "V1",
    "type": "modal",
    "callback_id": "feedback",
    "private_metadata": "{}",
    "hash": "1.abc",
    "blocks": [],
    "state": {
        "values": {
            "reason": {"form_reason": {"type": "radio_buttons", "selected_option": {"value": "number"}}},
            "comment": {"form_comment": {"type": "plain_text_input", "value": "no cuadra"}},
            "metric": {"form_metric": {"type": "external_select", "selected_option": {"value": "roll_rate"}}},
            "account": {"form_account": {"type": "external_select", "selected_option": None}},
        }
    },
}
CLICK: JSON = {
    "type": "block_actions",
    **_BY_SOMEBODY,
    "api_app_id": "A1",
    "channel": {"id": "C1", "name": "cobranza"},
    "container": {
        "type": "message",
        "message_ts": "1793000000.000200",
        "channel_id": "C1",
        "is_ephemeral": False,
    },
    "message": {"type": "message", "user": "UCARTERA", "ts": "1793000000.000200", "text": "x", "blocks": []},
    "actions": [
        {
            "type": "button",
            "action_id": "ask:0",
            "block_id": "for:U11",
            "text": {"type": "plain_text", "text": "Por campaña"},
            "value": "{}",
            "action_ts": "1793000001.000100",
        }
    ],
    "response_url": "https://hooks.slack.com/actions/T1/1/x",
    "trigger_id": "1.2.abc",
}
CLICK_IN_VIEW: JSON = {
    "type": "block_actions",
    **_BY_SOMEBODY,
    "container": {"type": "view", "view_id": "V1"},
    "view": _VIEW,
    "actions": [{**CLICK["actions"][0], "action_id": "home_ask"}],
    "trigger_id": "1.2.abc",
}
SUBMISSION: JSON = {"type": "view_submission", **_BY_SOMEBODY, "view": _VIEW, "trigger_id": "1.2.abc"}
CLOSED: JSON = {"type": "view_closed", **_BY_SOMEBODY, "view": _VIEW, "is_cleared": False}
SUGGESTION: JSON = {
    "type": "block_suggestion",
    **_BY_SOMEBODY,
    "action_id": "account",
    "block_id": "account",
    "value": "ana",
    "view": _VIEW,
}
SHORTCUT: JSON = {"type": "shortcut", **_BY_SOMEBODY, "callback_id": "ask", "trigger_id": "1.2.abc"}
MESSAGE_SHORTCUT: JSON = {
    **CLICK,
    "type": "message_action",
    "callback_id": "ask_about",
    "message_ts": "1793000000.000200",
}


@dataclass(frozen=True)
class Request:
    """Bytes and their content type."""

    raw: bytes
    kind: str = AS_JSON

    def headers(self, secret: str = NOW, stamp: str | None = None) -> list[tuple[str, str]]:
        stamp = str(int(time.time())) if stamp is None else stamp
        return [("Content-Type", self.kind), (STAMP, stamp), (SIGNATURE, signature(self.raw, stamp, secret))]


def signature(raw: bytes, stamp: str, secret: str = NOW) -> str:
    base = b"v0:" + stamp.encode("utf-8", "surrogateescape") + b":" + raw
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def posted(body: Any) -> Request:
    return Request(json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def form(fields: Mapping[str, Any]) -> Request:
    return Request(urlencode(fields, errors="surrogatepass").encode(), AS_FORM)


def interaction(payload: Any) -> Request:
    return form({"payload": json.dumps(payload)})


@dataclass(frozen=True)
class Sample:
    """A payload of one kind, and the way that kind comes."""

    body: JSON
    way: Callable[[Any], Request] = posted


SAMPLES: dict[str, Sample] = {
    "mention": Sample(event()),
    "direct": Sample(event(type="message", channel="D1", channel_type="im", text="ayuda")),
    "edited": Sample(event(type="message", subtype="message_changed", message={"user": "U11", "ts": "1.2"})),
    "file": Sample(event(type="message", subtype="file_share", files=[{"id": "F1"}])),
    "home": Sample(event(type="app_home_opened", tab="home", channel="D1")),
    "home again": Sample(event(type="app_home_opened", tab="home", view={**_VIEW, "state": {"values": []}})),
    "account changed": Sample(event(type="user_change", user={"id": "U11", "name": "l"}, channel=None)),
    "stopped": Sample(event(type="agent_session_stopped", thread_ts="1793000000.000100")),
    "uninstalled": Sample(event(type="app_uninstalled", user=None, channel=None)),
    "command": Sample(command(), form),
    "a word of Bolt's": Sample(command(text="payload"), form),
    "click": Sample(CLICK, interaction),
    "click in a view": Sample(CLICK_IN_VIEW, interaction),
    "submission": Sample(SUBMISSION, interaction),
    "closed": Sample(CLOSED, interaction),
    "suggestion": Sample(SUGGESTION, interaction),
    "shortcut": Sample(SHORTCUT, interaction),
    "message shortcut": Sample(MESSAGE_SHORTCUT, interaction),
}
GENUINE = {name: sample.way(sample.body) for name, sample in SAMPLES.items()}
