"""The few Block Kit blocks the bot draws, each inside Slack's limits. Knows no Answer.

`marked` arguments are mrkdwn made by code, with every piece of data already inert.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from bot.slack.marks import bare, cut, cut_marked

Block = dict[str, Any]

HEADER = 150
SECTION = 3000
FIELD = 2000
FIELDS = 10
CONTEXT_ELEMENTS = 10
CONTEXT = 2000
BUTTON_LABEL = 75
BUTTON_VALUE = 2000
BUTTONS = 25
BLOCKS = 50
# Slack refuses a message whose blocks hold more text than this in all, though no page says so.
ALL_TEXT = 12_500


def header(text: str) -> Block:
    return {"type": "header", "text": plain(cut(bare(text), HEADER))}


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text or " ", "emoji": False}


def mrkdwn(marked: str, most: int = SECTION) -> Block:
    """verbatim: an address inside a name stays text."""
    return {"type": "mrkdwn", "text": cut_marked(marked, most) or " ", "verbatim": True}


def section(marked: str) -> Block:
    return {"type": "section", "text": mrkdwn(marked)}


def fields(marked: Sequence[str]) -> Block:
    """Two columns of short texts."""
    return {"type": "section", "fields": [mrkdwn(each, FIELD) for each in marked[:FIELDS]]}


def context(marked: Iterable[str]) -> Block:
    lines = [line for line in marked if line]
    return {"type": "context", "elements": [mrkdwn(line, CONTEXT) for line in lines[:CONTEXT_ELEMENTS]]}


def divider() -> Block:
    return {"type": "divider"}


def button(label: str, action_id: str, value: str) -> Block:
    return {
        "type": "button",
        "text": {**plain(cut(bare(label), BUTTON_LABEL)), "emoji": True},
        "action_id": action_id,
        "value": value,
    }


def actions(buttons: Sequence[Block], block_id: str = "") -> Block:
    made: Block = {"type": "actions", "elements": list(buttons[:BUTTONS])}
    return {**made, "block_id": block_id} if block_id else made


def feedback(good: str, bad: str, action_id: str, value: str) -> Block:
    """Thumbs under an answer; what was pressed comes as `good:<value>` or `bad:<value>`."""
    thumbs = {
        "type": "feedback_buttons",
        "action_id": action_id,
        "positive_button": {"text": plain(good), "value": f"good:{value}"},
        "negative_button": {"text": plain(bad), "value": f"bad:{value}"},
    }
    return {"type": "context_actions", "elements": [thumbs]}


def preformatted(text: str) -> Block:
    """Literal text in a fixed-width box: rich_text is never parsed, so nothing needs escaping."""
    box = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": text or " "}]}
    return {"type": "rich_text", "elements": [box]}


def text_length(part: Any) -> int:
    """All the characters Slack would count in a block."""
    if isinstance(part, dict):
        here = sum(len(v) for k, v in part.items() if k == "text" and isinstance(v, str))
        return here + sum(text_length(v) for v in part.values())
    if isinstance(part, list):
        return sum(text_length(each) for each in part)
    return 0
