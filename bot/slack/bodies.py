"""Reads the body of a request that is proven Slack's, once, for everybody after it. Knows no listener."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

from pydantic import TypeAdapter

from bot.slack.shapes import INTERACTED, POSTED, Command

DEEPEST = 40
MOST_FIELDS = 64
JSON_TYPE, FORM_TYPE = "application/json", "application/x-www-form-urlencoded"
# Of a command's form only these go on: a name of another payload among them would lead Bolt astray.
COMMAND_FIELDS = (
    *Command.model_fields,
    "api_app_id",
    "channel_name",
    "user_name",
    "team_domain",
    "enterprise_id",
)


class Misshapen(ValueError):
    """Nothing that Slack sends."""


def read_body(raw: bytes, content_type: str) -> dict[str, Any]:
    """The payload as Bolt takes it. Raises Misshapen for anything else."""
    try:
        return _read(raw.decode("utf-8"), content_type)
    except (ValueError, RecursionError):  # pydantic's and json's faults are ValueErrors
        raise Misshapen from None


def _read(text: str, content_type: str) -> dict[str, Any]:
    if content_type == JSON_TYPE:
        return _checked(_object(text), POSTED)
    if content_type != FORM_TYPE:
        raise Misshapen
    pairs = parse_qsl(
        text, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=MOST_FIELDS
    )
    form = dict(pairs)
    if len(form) != len(pairs) or not all(_storable(value) for value in form.values()):
        raise Misshapen
    if form.get("ssl_check") == "1":
        return {"ssl_check": "1"}  # Slack looks at our certificate
    if "payload" in form:
        return _checked(_object(form["payload"]), INTERACTED)
    Command.model_validate(form)
    return {name: form[name] for name in COMMAND_FIELDS if name in form}


def _object(text: str) -> dict[str, Any]:
    value = json.loads(text, parse_constant=_no_number)
    if not isinstance(value, dict):
        raise Misshapen
    return value


def _checked(body: dict[str, Any], shape: TypeAdapter[Any]) -> dict[str, Any]:
    if not _sound(body):
        raise Misshapen
    shape.validate_python(body)
    return body


def _no_number(constant: str) -> Any:
    raise Misshapen(constant)


def _sound(body: dict[str, Any]) -> bool:
    """Not too deep, and every text in it can be written to a database."""
    level: list[Any] = [body]
    for _ in range(DEEPEST):
        level = [child for node in level for child in _children(node)]
        if not all(_storable(node) for node in level if isinstance(node, str)):
            return False
        level = [node for node in level if isinstance(node, dict | list)]
        if not level:
            return True
    return False


def _children(node: Any) -> Iterator[Any]:
    if isinstance(node, dict):
        yield from node
        yield from node.values()
    else:
        yield from node


def _storable(text: str) -> bool:
    """PostgreSQL keeps no NUL, and half a surrogate pair is no character."""
    if "\x00" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def addresses(body: Mapping[str, Any]) -> list[str]:
    """Where the payload asks to be answered."""
    every = [body, *(body.get("response_urls") or ())]
    return [each["response_url"] for each in every if each.get("response_url")]
