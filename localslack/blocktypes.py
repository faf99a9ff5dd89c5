"""What each Block Kit block, element and part may hold, as data; it checks nothing itself (blockkit.py does).

A shape lists its properties; a property says what kind of value it takes and how much of it. Where two of
Slack's own pages disagree on a limit, the stricter one stands here: what passes here passes there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Prop:
    """One property: its kind, its size, whether it must be there, and which types or values it takes."""

    kind: str  # text, string, enum, number, integer, flag, list, object, rows, any
    most: int | None = None
    least: int = 0
    of: tuple[str, ...] = ()
    plain: bool = False
    needed: bool = False


@dataclass(frozen=True)
class Shape:
    """The properties of one type. `open` types take properties this table does not name."""

    props: Mapping[str, Prop] = field(default_factory=dict)
    open: bool = False


def text(most: int = 3000, *, plain: bool = False) -> Prop:
    return Prop("text", most=most, least=1, plain=plain)


def string(most: int | None = None, least: int = 0) -> Prop:
    return Prop("string", most=most, least=least)


def enum(*values: str) -> Prop:
    return Prop("enum", of=values)


def items(*of: str, most: int | None = None, least: int = 1) -> Prop:
    return Prop("list", most=most, least=least, of=of)


def one(*of: str) -> Prop:
    return Prop("object", of=of)


def needed(prop: Prop) -> Prop:
    return replace(prop, needed=True)


NUMBER, INTEGER, FLAG, ANY = Prop("number"), Prop("integer"), Prop("flag"), Prop("any")
ID = string(255)
IDS = Prop("list", of=("string",))

SELECTS = ("static_select", "external_select", "users_select", "conversations_select", "channels_select")
MULTI_SELECTS = tuple(f"multi_{name}" for name in SELECTS)
PICKERS = ("datepicker", "timepicker", "datetimepicker")
CHOICES = ("checkboxes", "radio_buttons")
TYPED = ("plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input")
IN_ACTIONS = (
    "button",
    "overflow",
    "workflow_button",
    "rich_text_input",
    *CHOICES,
    *PICKERS,
    *SELECTS,
    *MULTI_SELECTS,
)
IN_SECTION = (
    "button",
    "overflow",
    "workflow_button",
    "image",
    *CHOICES,
    *SELECTS,
    *MULTI_SELECTS,
    "datepicker",
    "timepicker",
)
IN_INPUT = (*TYPED, "file_input", *CHOICES, *PICKERS, *SELECTS, *MULTI_SELECTS)
RICH = ("rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote")
CELLS = ("raw_text", "raw_number", "rich_text")

# --- parts: named where they stand, not by a "type" of their own ---
PARTS: dict[str, Shape] = {
    "option": Shape(
        {
            "text": needed(text(75)),
            "value": needed(string(150)),
            "description": text(75),
            "url": string(3000),
        }
    ),
    "option_group": Shape(
        {"label": needed(text(75, plain=True)), "options": needed(items("option", most=100))}
    ),
    "confirm": Shape(
        {
            "title": needed(text(100, plain=True)),
            "text": needed(text(300)),
            "confirm": needed(text(30, plain=True)),
            "deny": needed(text(30, plain=True)),
            "style": enum("primary", "danger"),
        }
    ),
    "dispatch_action_config": Shape({"trigger_actions_on": items("string", most=2)}),
    "filter": Shape(
        {
            "include": items("string"),
            "exclude_external_shared_channels": FLAG,
            "exclude_bot_users": FLAG,
        }
    ),
    "slack_file": Shape({"id": string(), "url": string()}),
    "column": Shape({"align": enum("left", "center", "right"), "is_wrapped": FLAG}),
    "feedback": Shape(
        {
            "text": needed(text(75, plain=True)),
            "value": needed(string(2000)),
            "accessibility_label": string(75),
        }
    ),
    "segment": Shape({"label": needed(string(20, 1)), "value": needed(NUMBER)}),
    "point": Shape({"label": needed(string(20, 1)), "value": needed(NUMBER)}),
    "series": Shape({"name": needed(string(20, 1)), "data": needed(items("point", most=20))}),
    "axis": Shape(
        {"categories": needed(items("category", most=20)), "x_label": string(50), "y_label": string(50)}
    ),
}

_CONFIRM = {"confirm": one("confirm")}
_FOCUS = {"focus_on_load": FLAG}
_ACTION = {"action_id": ID}
_PLACEHOLDER = {"placeholder": text(150, plain=True)}
_INPUT = {**_ACTION, **_PLACEHOLDER, **_FOCUS}
_SELECT = {**_INPUT, **_CONFIRM}
_MOST = {"max_selected_items": INTEGER}
_OPTIONS = {"options": items("option", most=100), "option_groups": items("option_group", most=100)}
_DISPATCH = {"dispatch_action_config": one("dispatch_action_config")}
_CONVERSATION = {"default_to_current_conversation": FLAG, "filter": one("filter")}
_RESPONSE = {"response_url_enabled": FLAG}

# --- elements: what blocks hold, known by "type" ---
ELEMENTS: dict[str, Shape] = {
    "button": Shape(
        {
            **_ACTION,
            **_CONFIRM,
            "text": needed(text(75, plain=True)),
            "value": string(2000),
            "url": string(3000),
            "style": enum("primary", "danger"),
            "accessibility_label": string(75),
            "agent_prompt": string(4000),
            "agent_prompt_display": ANY,
            "visible_to_user_ids": IDS,
        }
    ),
    "workflow_button": Shape({"text": needed(text(75, plain=True)), "workflow": needed(ANY)}, open=True),
    "overflow": Shape({**_ACTION, **_CONFIRM, "options": needed(items("option", most=5))}),
    "checkboxes": Shape(
        {
            **_ACTION,
            **_CONFIRM,
            **_FOCUS,
            "options": needed(items("option", most=10)),
            "initial_options": items("option", most=10),
        }
    ),
    "radio_buttons": Shape(
        {
            **_ACTION,
            **_CONFIRM,
            **_FOCUS,
            "options": needed(items("option", most=10)),
            "initial_option": one("option"),
        }
    ),
    "datepicker": Shape({**_SELECT, "initial_date": string()}),
    "timepicker": Shape({**_SELECT, "initial_time": string(), "timezone": string()}),
    "datetimepicker": Shape({**_ACTION, **_CONFIRM, **_FOCUS, "initial_date_time": INTEGER}),
    "static_select": Shape({**_SELECT, **_OPTIONS, "initial_option": one("option")}),
    "external_select": Shape({**_SELECT, "min_query_length": INTEGER, "initial_option": one("option")}),
    "users_select": Shape({**_SELECT, "initial_user": string()}),
    "conversations_select": Shape(
        {**_SELECT, **_CONVERSATION, **_RESPONSE, "initial_conversation": string()}
    ),
    "channels_select": Shape({**_SELECT, **_RESPONSE, "initial_channel": string()}),
    "multi_static_select": Shape(
        {**_SELECT, **_OPTIONS, **_MOST, "initial_options": items("option", most=100)}
    ),
    "multi_external_select": Shape(
        {**_SELECT, **_MOST, "min_query_length": INTEGER, "initial_options": items("option", most=100)}
    ),
    "multi_users_select": Shape({**_SELECT, **_MOST, "initial_users": IDS}),
    "multi_conversations_select": Shape({**_SELECT, **_MOST, **_CONVERSATION, "initial_conversations": IDS}),
    "multi_channels_select": Shape({**_SELECT, **_MOST, "initial_channels": IDS}),
    "plain_text_input": Shape(
        {
            **_INPUT,
            **_DISPATCH,
            "initial_value": string(3000),
            "multiline": FLAG,
            "min_length": INTEGER,
            "max_length": INTEGER,
        }
    ),
    "email_text_input": Shape({**_INPUT, **_DISPATCH, "initial_value": string()}),
    "url_text_input": Shape({**_INPUT, **_DISPATCH, "initial_value": string()}),
    "number_input": Shape(
        {
            **_INPUT,
            **_DISPATCH,
            "is_decimal_allowed": needed(FLAG),
            "initial_value": string(),
            "min_value": string(),
            "max_value": string(),
        }
    ),
    "rich_text_input": Shape(
        {**_INPUT, **_DISPATCH, "initial_value": ANY, "min_lines": INTEGER, "max_lines": INTEGER}
    ),
    "file_input": Shape({**_ACTION, "filetypes": IDS, "max_files": INTEGER}),
    "image": Shape(
        {"alt_text": needed(string(2000, 1)), "image_url": string(3000, 1), "slack_file": one("slack_file")}
    ),
    "feedback_buttons": Shape(
        {**_ACTION, "positive_button": needed(one("feedback")), "negative_button": needed(one("feedback"))}
    ),
    "icon_button": Shape(
        {
            **_ACTION,
            **_CONFIRM,
            "icon": needed(enum("trash")),
            "text": needed(text(75, plain=True)),
            "value": string(2000),
            "accessibility_label": string(75),
            "visible_to_user_ids": IDS,
        }
    ),
    "mrkdwn": Shape({"text": needed(string(3000, 1)), "verbatim": FLAG}),
    "plain_text": Shape({"text": needed(string(3000, 1)), "emoji": FLAG}),
    "raw_text": Shape({"text": needed(string())}),
    "raw_number": Shape({"value": needed(NUMBER), "text": string()}),
    "rich_text": Shape({"elements": needed(items(*RICH, least=0)), "block_id": ID}),
    "task_card": Shape({"task_id": needed(string()), "title": needed(string())}, open=True),
    "pie": Shape({"segments": needed(items("segment", most=6))}),
    "bar": Shape({"series": needed(items("series", most=6)), "axis_config": needed(one("axis"))}),
    "area": Shape({"series": needed(items("series", most=6)), "axis_config": needed(one("axis"))}),
    "line": Shape({"series": needed(items("series", most=6)), "axis_config": needed(one("axis"))}),
    **{name: Shape({"elements": needed(ANY)}, open=True) for name in RICH},
}

_PICTURE = {"image_url": string(3000, 1), "slack_file": one("slack_file")}

# --- blocks ---
BLOCKS: dict[str, Shape] = {
    "actions": Shape({"elements": needed(items(*IN_ACTIONS, most=25))}),
    "alert": Shape(
        {"text": needed(text(200)), "level": enum("default", "info", "warning", "error", "success")}
    ),
    "card": Shape(
        {
            "title": text(150),
            "subtitle": text(150),
            "body": text(200),
            "subtext": text(200),
            "actions": items("button", "workflow_button", "icon_button", "overflow", most=3),
        },
        open=True,
    ),
    "carousel": Shape({"elements": needed(items("card", most=10))}),
    "container": Shape(
        {"title": text(150), "subtitle": text(150), "child_blocks": needed(items("block", most=10))},
        open=True,
    ),
    "context": Shape({"elements": needed(items("mrkdwn", "plain_text", "image", most=10))}),
    "context_actions": Shape({"elements": needed(items("feedback_buttons", "icon_button", most=5))}),
    "data_table": Shape(
        {
            "caption": needed(string(least=1)),
            "rows": needed(Prop("rows", most=100, least=2, of=CELLS)),
            "page_size": INTEGER,
            "row_header_column_index": INTEGER,
        }
    ),
    "data_visualization": Shape(
        {"title": needed(string(50, 1)), "chart": needed(one("pie", "bar", "area", "line"))}
    ),
    "divider": Shape(),
    "file": Shape({"external_id": needed(string()), "source": needed(string())}, open=True),
    "header": Shape({"text": needed(text(150, plain=True)), "level": INTEGER}),
    "image": Shape({"alt_text": needed(string(2000, 1)), "title": text(2000, plain=True), **_PICTURE}),
    "input": Shape(
        {
            "label": needed(text(2000, plain=True)),
            "element": needed(one(*IN_INPUT)),
            "hint": text(2000, plain=True),
            "optional": FLAG,
            "dispatch_action": FLAG,
        }
    ),
    "markdown": Shape({"text": needed(string(12_000, 1))}),
    "plan": Shape({"title": needed(ANY), "tasks": items("task_card", most=50, least=0)}, open=True),
    "rich_text": Shape({"elements": needed(items(*RICH, least=0))}),
    "section": Shape(
        {
            "text": text(3000),
            "fields": items("field", most=10),
            "accessory": one(*IN_SECTION),
            "expand": FLAG,
        }
    ),
    "table": Shape(
        {
            "rows": needed(Prop("rows", most=100, least=1, of=CELLS)),
            "column_settings": Prop("list", most=20, of=("column",)),
        }
    ),
    "task_card": Shape(
        {
            "task_id": needed(string()),
            "title": needed(string()),
            "status": needed(enum("in_progress", "complete", "error")),
        },
        open=True,
    ),
    "video": Shape({"alt_text": needed(string(2000)), "title": needed(text(200, plain=True))}, open=True),
}

_EVERYWHERE = {
    "actions",
    "card",
    "context",
    "divider",
    "header",
    "image",
    "input",
    "rich_text",
    "section",
    "video",
}
_ANSWERS = {"carousel", "container", "data_table", "data_visualization", "table"}
SURFACES: dict[str, frozenset[str]] = {
    "message": frozenset(
        _EVERYWHERE | _ANSWERS | {"context_actions", "file", "markdown", "plan", "task_card"}
    ),
    "modal": frozenset(_EVERYWHERE | {"alert"}),
    "home": frozenset(_EVERYWHERE | _ANSWERS),
}
MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}

VIEW: dict[str, Prop] = {
    "title": text(24, plain=True),
    "submit": text(24, plain=True),
    "close": text(24, plain=True),
    "private_metadata": string(3000),
    "callback_id": string(255),
    "external_id": string(255),
}
VIEW_BYTES = 250_000
TABLE_COLUMNS = 20
TABLE_CHARACTERS = 10_000
MARKDOWN_CHARACTERS = 12_000
CHARTS_IN_MESSAGE = 2
# Undocumented by Slack, measured by its users: all the text of a message's blocks together.
TEXT_IN_MESSAGE = 13_200
