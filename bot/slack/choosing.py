"""Rows to choose from under a list, and what was chosen when a button beside them is pressed.

Slack keeps the choice with the message, for each person; a value is data, never trusted.
"""

from collections.abc import Mapping
from typing import Any

from bot.slack import blocks as kit
from bot.slack.blocks import Block
from bot.slack.buttons import PICK, pack
from bot.slack.forms.fields import OPTION_VALUE, OPTIONS, option
from bot.slack.marks import inert
from skills.contract import Selection

CHOOSE, CHOSEN = "choose", "chosen"
GHOST = 150


def draw_selection(part: Selection, asker: str) -> list[Block]:
    """A menu of the rows and a row of buttons, that says what is chosen in and whom it was shown to."""
    rows = [option(label, value) for label, value in part.rows if len(value) <= OPTION_VALUE]
    if not rows:
        return []
    menu = {
        "type": "multi_static_select",
        "action_id": CHOSEN,
        "placeholder": kit.plain(part.prompt[:GHOST]),
        "options": rows[:OPTIONS],
    }
    section = {**kit.section(inert(part.prompt)), "block_id": CHOOSE, "accessory": menu}
    buttons = [
        kit.button(each.label, f"{PICK}:{n}", value)
        for n, each in enumerate(part.options)
        if (value := pack({each.intent: each.fields}))
    ]
    return [section, kit.actions(buttons, f"{part.slot}:{asker}")]


def chosen(body: Mapping[str, Any]) -> list[str]:
    """The values this person has chosen in the message of the click."""
    held = (body.get("state") or {}).get("values") or {}
    menu = held.get(CHOOSE, {}) if isinstance(held, dict) else {}
    options = menu.get(CHOSEN, {}).get("selected_options") or ()
    return [str(each["value"]) for each in options if each.get("value")]
