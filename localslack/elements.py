"""Interactive elements inside blocks: finding one, its state, and how a choice in it looks on the wire."""

from collections.abc import Iterator
from typing import Any

from localslack.errors import SlackError
from localslack.ids import new_id

JSON = dict[str, Any]

# Where each kind of element keeps what was chosen, in `state` and in an action.
VALUE_KEY = {
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "rich_text_input": "rich_text_value",
    "file_input": "files",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "checkboxes": "selected_options",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
    "multi_users_select": "selected_users",
    "multi_channels_select": "selected_channels",
    "multi_conversations_select": "selected_conversations",
}
# The property that holds an element's starting value.
INITIAL_KEY = {
    "value": "initial_value",
    "rich_text_value": "initial_value",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_user": "initial_user",
    "selected_channel": "initial_channel",
    "selected_conversation": "initial_conversation",
    "selected_users": "initial_users",
    "selected_channels": "initial_channels",
    "selected_conversations": "initial_conversations",
}
STATELESS = frozenset({"button", "overflow", "feedback_buttons", "icon_button", "workflow_button", "image"})


def with_ids(blocks: list[Any]) -> list[JSON]:
    """The blocks as Slack keeps them: every block has an id, every element an action id, at any depth."""
    return [_with_id(block) for block in blocks]


def _with_id(block: JSON) -> JSON:
    named = {**block, "block_id": block.get("block_id") or new_id("", 5)}
    for key in ("element", "accessory"):
        if isinstance(block.get(key), dict):
            named[key] = _named(block[key])
    for key, kinds in (("elements", ("actions", "context_actions")), ("actions", ("card",))):
        if isinstance(block.get(key), list) and block.get("type") in kinds:
            named[key] = [_named(element) for element in block[key]]
    for key, kind in (("child_blocks", "container"), ("elements", "carousel")):
        if isinstance(block.get(key), list) and block.get("type") == kind:
            named[key] = with_ids(block[key])
    return named


def _named(element: JSON) -> JSON:
    if element.get("type") == "image" or element.get("action_id"):
        return element
    return {**element, "action_id": new_id("", 5)}


def interactive(blocks: list[Any]) -> Iterator[tuple[JSON, JSON]]:
    """Every (block, element) that a person can act on."""
    for block in blocks:
        inner = [block.get("element"), block.get("accessory"), *(block.get("elements") or ())]
        inner += block.get("actions") or ()
        for element in inner:
            if isinstance(element, dict) and element.get("action_id"):
                yield block, element
        yield from interactive(block.get("child_blocks") or [])
        if block.get("type") == "carousel":
            yield from interactive(block.get("elements") or [])


def find(blocks: list[Any], action_id: str, block_id: str | None = None) -> tuple[JSON, JSON] | None:
    """The (block, element) of an action id."""
    for block, element in interactive(blocks):
        if element["action_id"] == action_id and block_id in (None, block.get("block_id")):
            return block, element
    return None


def start_state(blocks: list[Any], kept: JSON | None = None) -> JSON:
    """`state.values` as the blocks start it; what was put in before stays where the input is the same."""
    values: JSON = {}
    for block, element in interactive(blocks):
        kind = str(element["type"])
        if kind in STATELESS or kind not in VALUE_KEY:
            continue
        block_id, action_id = block["block_id"], element["action_id"]
        before = (kept or {}).get(block_id, {}).get(action_id)
        key = VALUE_KEY[kind]
        fresh = {"type": kind, key: element.get(INITIAL_KEY.get(key, ""), [] if key.endswith("s") else None)}
        values.setdefault(block_id, {})[action_id] = before or fresh
    return values


def chosen(element: JSON, value: Any) -> JSON:
    """What a choice adds to an action and to the state: {"selected_option": {...}} and the like."""
    kind = str(element["type"])
    if kind == "feedback_buttons":
        return _feedback(element, value)
    key = VALUE_KEY.get(kind)
    if key is None:
        return {"value": value if value is not None else element["value"]} if element.get("value") else {}
    if isinstance(value, dict) and key in value:
        return {key: value[key]}
    if key == "selected_option":
        return {key: _option(element, value)}
    if key == "selected_options":
        several = value if isinstance(value, list) else [] if value is None else [value]
        return {key: [_option(element, each) for each in several]}
    return {key: value}


def is_empty(state: JSON) -> bool:
    """Whether an input's state holds nothing."""
    key = VALUE_KEY.get(str(state.get("type")), "value")
    return state.get(key) in (None, "", [])


def _feedback(element: JSON, value: Any) -> JSON:
    for side in ("positive_button", "negative_button"):
        button = element[side]
        if value in (side, button.get("value")):
            return {"value": button.get("value"), "text": button.get("text")}
    return {"value": value}


def _option(element: JSON, value: Any) -> JSON | None:
    """The option that has this value; of an external select, whatever is given."""
    if value is None:
        return None
    if not element["type"].endswith("external_select"):
        return _offered(element, value.get("value") if isinstance(value, dict) else value)
    if isinstance(value, dict):
        return value
    return {"text": {"type": "plain_text", "text": str(value), "emoji": True}, "value": str(value)}


def _offered(element: JSON, value: Any) -> JSON:
    groups = [
        element.get("options") or [],
        *(g.get("options") or [] for g in element.get("option_groups") or []),
    ]
    for option in (option for group in groups for option in group):
        if option.get("value") == value:
            return dict(option)
    raise SlackError("option_not_found", f"{element.get('action_id')} offers no {value}")
