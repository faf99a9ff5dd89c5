"""The arguments of one Web API call, whatever way they came: query, form or JSON; it knows no method."""

import json
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from aiohttp import web

from localslack.errors import SlackError

Row = TypeVar("Row")
MOST_ROWS = 1000

# Forms carry these as JSON text.
_AS_JSON = frozenset(
    {
        "attachments",
        "blocks",
        "chunks",
        "files",
        "loading_messages",
        "message",
        "metadata",
        "prompts",
        "view",
    }
)


class Args:
    """The arguments by name."""

    def __init__(self, given: Mapping[str, Any], token: str | None) -> None:
        self.token = token
        self.given = {name: _parsed(name, value) for name, value in given.items() if name != "token"}

    def get(self, name: str) -> Any:
        return self.given.get(name)

    def text(self, name: str) -> str:
        """As text; empty when not given."""
        value = self.given.get(name)
        return "" if value is None else str(value)

    def need(self, name: str) -> str:
        value = self.text(name)
        if not value:
            messages = [f"[ERROR] missing required field: {name}"]
            raise SlackError("invalid_arguments", response_metadata={"messages": messages})
        return value

    def several(self, name: str) -> list[str]:
        """A list, or the same with commas."""
        value = self.given.get(name) or ""
        given = value if isinstance(value, list) else str(value).split(",")
        return [str(each).strip() for each in given if str(each).strip()]

    def flag(self, name: str) -> bool:
        return self.given.get(name) in (True, 1, "true", "True", "1")

    def number(self, name: str, default: int) -> int:
        value = self.given.get(name)
        try:
            return default if value in (None, "") else int(str(value))
        except ValueError:
            raise SlackError("invalid_arguments", f"{name} must be a number") from None


async def read_args(request: web.Request) -> Args:
    """The arguments of a request."""
    given: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        body = await _json_body(request)
        given.update({name: value for name, value in body.items() if value is not None})
    elif request.method == "POST":
        given.update(await request.post())
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "basic":
        given.update(_client(token))
    bearer = token.strip() if kind.lower() == "bearer" else None
    return Args(given, bearer or given.get("token"))


def _client(basic: str) -> dict[str, str]:
    """Who calls, said the way of HTTP: the app's client id and secret."""
    try:
        client_id, _, secret = b64decode(basic.strip(), validate=True).decode().partition(":")
    except ValueError:
        raise SlackError("invalid_auth") from None
    return {"client_id": client_id, "client_secret": secret}


async def _json_body(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        raise SlackError("invalid_json") from None
    if not isinstance(body, dict):
        raise SlackError("json_not_object")
    return body


def _parsed(name: str, value: Any) -> Any:
    if name not in _AS_JSON or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value  # plain text where JSON was wanted; the method says what is wrong with it


def paged(rows: Sequence[Row], args: Args, default: int) -> tuple[Sequence[Row], str]:
    """One page of the rows, and the cursor of the next; empty when this was the last."""
    limit = min(max(args.number("limit", default), 1), MOST_ROWS)
    start = _cursor(args.text("cursor"))
    page = rows[start : start + limit]
    more = start + limit < len(rows)
    return page, urlsafe_b64encode(f"at:{start + limit}".encode()).decode() if more else ""


def _cursor(text: str) -> int:
    if not text:
        return 0
    try:
        return int(urlsafe_b64decode(text.encode()).decode().removeprefix("at:"))
    except ValueError:
        raise SlackError("invalid_cursor") from None
