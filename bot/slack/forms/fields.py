"""The parts modals are made of, inside Slack's limits, and what was put into them. Knows no form."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.slack.blocks import Block, plain
from bot.slack.marks import bare, cut

OPTION, OPTION_VALUE, OPTIONS = 75, 150, 100
TITLE, LABEL, HINT = 24, 2000, 2000
TYPED = 500  # characters of a free text


def option(label: str, value: str, about: str = "") -> Block:
    made: Block = {"text": plain(cut(bare(label), OPTION)), "value": value}
    return {**made, "description": plain(cut(bare(about), OPTION))} if about else made


def asked(
    block_id: str, label: str, element: Block, *, optional: bool = False, tells: bool = False, hint: str = ""
) -> Block:
    """An input. `tells`: the bot hears of a choice at once, not only with the whole form."""
    made: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(cut(label, LABEL)),
        "element": element,
    }
    more = {"optional": True} if optional else {}
    more |= {"dispatch_action": True} if tells else {}
    return {**made, **more, "hint": plain(cut(hint, HINT))} if hint else {**made, **more}


def pick(action_id: str, options: Sequence[Block], first: Block | None = None, ghost: str = "") -> Block:
    """One of a few."""
    made: Block = {"type": "static_select", "action_id": action_id, "options": list(options[:OPTIONS])}
    made |= {"initial_option": first} if first is not None else {}
    return {**made, "placeholder": plain(ghost)} if ghost else made


def radio(action_id: str, options: Sequence[Block], first: Block | None = None) -> Block:
    made: Block = {"type": "radio_buttons", "action_id": action_id, "options": list(options)}
    return {**made, "initial_option": first} if first is not None else made


def search(action_id: str, ghost: str, *, least: int = 1) -> Block:
    """One of many, looked for letter by letter."""
    return {
        "type": "external_select",
        "action_id": action_id,
        "placeholder": plain(ghost),
        "min_query_length": least,
    }


def date(action_id: str) -> Block:
    return {"type": "datepicker", "action_id": action_id}


def written(action_id: str, most: int = TYPED) -> Block:
    return {"type": "plain_text_input", "action_id": action_id, "multiline": True, "max_length": most}


def modal(
    title: str,
    callback_id: str,
    blocks: Sequence[Block],
    *,
    close: str,
    submit: str = "",
    metadata: str = "",
) -> Block:
    """Plain dicts throughout: slack_sdk's own models drop the blocks they do not know."""
    made: Block = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(cut(title, TITLE)),
        "close": plain(cut(close, TITLE)),
        "private_metadata": metadata,
        "blocks": list(blocks),
    }
    return {**made, "submit": plain(cut(submit, TITLE))} if submit else made


def put_in(view: Mapping[str, Any], block_id: str) -> str | None:
    """What stands in the one element of a block; None where nothing was put in."""
    blocks = (view.get("state") or {}).get("values") or {}
    for held in (blocks.get(block_id) or {}).values():
        if not isinstance(held, Mapping):
            continue
        picked = held.get("selected_option")
        value = picked.get("value") if isinstance(picked, Mapping) else None
        value = value or held.get("selected_date") or held.get("value")
        return str(value) if value else None
    return None
