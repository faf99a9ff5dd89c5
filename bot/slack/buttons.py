"""Buttons that carry a whole request, and how it is read back. A value is data, never trusted: the desk
authorises whoever clicks.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.slack.blocks import BUTTON_VALUE, BUTTONS, Block, actions, button
from skills.contract import Option

ASK = "ask"  # ask:0, ask:1 ... : put this request
PICK = "pick"  # pick:0 ... : put this request of the rows chosen beside it
DEFINITION = "definition"
SQL = "sql"
EXCEL, IMAGE = "excel", "image"  # the answer as a file
FEEDBACK = "feedback"
Request = Mapping[str, Mapping[str, Any]]


def pack(request: Request) -> str | None:
    """`{intent: {fields}}` without the empty fields, as short JSON; None where Slack would not take it."""
    short = {
        intent: {k: v for k, v in fields.items() if v not in (None, [], (), {})}
        for intent, fields in request.items()
    }
    value = json.dumps(short, ensure_ascii=False, separators=(",", ":"), default=str)
    return value if len(value) <= BUTTON_VALUE else None


def unpack(value: str) -> tuple[str, dict[str, Any]] | None:
    """Intent and fields, or None for anything that is not one whole request."""
    try:
        request = json.loads(value)
    except (ValueError, RecursionError):
        return None
    if not isinstance(request, dict) or len(request) != 1:
        return None
    ((intent, fields),) = request.items()
    return (intent, fields) if isinstance(fields, dict) else None


class Numbered:
    """Hands out the buttons of one message; Slack wants every action_id once."""

    def __init__(self, asker: str = "") -> None:
        self._asker, self._made, self._rows = asker, 0, 0

    def row(self, options: Sequence[Option], after: Sequence[Block] = ()) -> Block | None:
        """One row of buttons. The row's id says who asked, so that a click by another can be told."""
        made = [self._one(option) for option in options[: BUTTONS - len(after)]]
        shown = [each for each in made if each is not None]
        if not shown and not after:
            return None
        self._rows += 1
        return actions([*shown, *after], f"row{self._rows}:{self._asker}")

    def _one(self, option: Option) -> Block | None:
        value = pack({option.intent: option.fields})
        if value is None:
            return None
        self._made += 1
        return button(option.label, f"{ASK}:{self._made - 1}", value)


def asker_of(block_id: str) -> str:
    """Whom the row of buttons was shown to."""
    return block_id.partition(":")[2]
