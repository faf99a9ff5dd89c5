"""What each Block Kit element and part may hold, as data; the blocks that hold them are in blocktypes.py.

Where two of Slack's own pages disagree on a limit, the stricter one stands: what passes here passes there.
"""

from localslack.shapes import (
    ANY,
    DATE,
    DECIMAL,
    FLAG,
    ID,
    NUMBER,
    TIME,
    Prop,
    Shape,
    each,
    enum,
    integer,
    items,
    needed,
    one,
    string,
    text,
)

SELECTS = ("static_select", "external_select", "users_select", "conversations_select", "channels_select")
MULTI_SELECTS = tuple(f"multi_{name}" for name in SELECTS)
PICKERS = ("datepicker", "timepicker", "datetimepicker")
CHOICES = ("checkboxes", "radio_buttons")
TYPED = ("plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input")
MENUS = (*SELECTS, *MULTI_SELECTS)
IN_ACTIONS = ("button", "overflow", "workflow_button", "rich_text_input", *CHOICES, *PICKERS, *MENUS)
IN_SECTION = ("button", "overflow", "workflow_button", "image", *CHOICES, *MENUS, "datepicker", "timepicker")
IN_INPUT = (*TYPED, "file_input", *CHOICES, *PICKERS, *MENUS)
RICH = ("rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote")
INLINE = ("broadcast", "channel", "color", "date", "emoji", "link", "team", "text", "user", "usergroup")
STYLES = ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink")
CELLS = ("raw_text", "raw_number", "rich_text")
ICON_NAMES = (
    "archive|book|bookmark|bot|bug|calendar|call|caret-left|caret-right|check|clipboard|code|comment|"
    "compass|copy|cube|download|edit|email|eye-closed|eye-open|file|flag|folder|gear|globe|heart|"
    "help|image|info|key|lightbulb|link|map|mobile|new-window|pin|plus|refine|refresh|rocket|save|"
    "screen|share|sparkle|star|star-filled|tag|thumbs-down|thumbs-up|trash|upload|user|warning"
)

# --- parts: named where they stand, not by a "type" of their own ---
_VALUE = {"value": needed(string(150)), "description": text(75, plain=True)}
_NAMED_VALUE = {"label": needed(string(20, 1)), "value": needed(NUMBER)}
PARTS: dict[str, Shape] = {
    "option": Shape({**_VALUE, "text": needed(text(75, plain=True))}),
    # Only these may say theirs with mrkdwn, and only an overflow's leads somewhere.
    "choice": Shape({**_VALUE, "text": needed(text(75)), "description": text(75)}),
    "overflow_option": Shape({**_VALUE, "text": needed(text(75, plain=True)), "url": string(3000)}),
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
    "dispatch_action_config": Shape(
        {"trigger_actions_on": needed(each(enum("on_enter_pressed", "on_character_entered"), most=2))}
    ),
    "filter": Shape(
        {
            "include": each(enum("im", "mpim", "private", "public"), most=4),
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
    "workflow": Shape({"trigger": needed(one("trigger"))}),
    "trigger": Shape({"url": needed(string()), "customizable_input_parameters": items("parameter")}),
    "parameter": Shape({"name": needed(string()), "value": needed(string())}),
    "segment": Shape(_NAMED_VALUE),
    "point": Shape(_NAMED_VALUE),
    "series": Shape({"name": needed(string(20, 1)), "data": needed(items("point", most=20))}),
    "axis": Shape(
        {
            "categories": needed(each(string(20, 1), most=20)),
            "x_label": string(50),
            "y_label": string(50),
        }
    ),
    # A plan's tasks may be written with or without their type, and may wait.
    "plan_task": Shape(
        {
            "task_id": needed(string(least=1)),
            "title": needed(string(least=1)),
            "status": needed(enum("pending", "in_progress", "complete", "error")),
            "details": one("rich_text"),
            "output": one("rich_text"),
            "sources": items("url"),
        }
    ),
    "style": Shape(dict.fromkeys(STYLES, FLAG)),
}

_CONFIRM = {"confirm": one("confirm")}
_FOCUS = {"focus_on_load": FLAG}
_ACTION = {"action_id": ID}
_PLACEHOLDER = {"placeholder": text(150, plain=True)}
_INPUT = {**_ACTION, **_PLACEHOLDER, **_FOCUS}
_SELECT = {**_INPUT, **_CONFIRM}
_MOST = {"max_selected_items": integer(1)}
_OPTIONS = {"options": items("option", most=100), "option_groups": items("option_group", most=100)}
_DISPATCH = {"dispatch_action_config": one("dispatch_action_config")}
_CONVERSATION = {"default_to_current_conversation": FLAG, "filter": one("filter")}
_RESPONSE = {"response_url_enabled": FLAG}
_QUERY = {"min_query_length": integer(0)}
_IDS = each(string())
_FEW_IDS = each(string(), most=10)
_LABEL = {"accessibility_label": string(75)}
_CHOICE = {**_ACTION, **_CONFIRM, **_FOCUS, "options": needed(items("choice", most=10))}
_CHART = {"series": needed(items("series", most=6)), "axis_config": needed(one("axis"))}
_STYLE = {"style": one("style")}
_BORDER = {"border": integer(0, 1)}
_LINES = {"min_lines": integer(1, 100), "max_lines": integer(1, 100)}

# --- elements: what blocks hold, known by "type" ---
ELEMENTS: dict[str, Shape] = {
    "button": Shape(
        {
            **_ACTION,
            **_CONFIRM,
            **_LABEL,
            "text": needed(text(75, plain=True)),
            "value": string(2000),
            "url": string(3000),
            "style": enum("primary", "danger"),
            "agent_prompt": string(4000),
            "agent_prompt_display": ANY,
            "visible_to_user_ids": _FEW_IDS,
        }
    ),
    "workflow_button": Shape(
        {
            **_ACTION,
            **_CONFIRM,
            **_LABEL,
            "text": needed(text(75, plain=True)),
            "workflow": needed(one("workflow")),
            "style": enum("primary", "danger"),
        }
    ),
    "overflow": Shape({**_ACTION, **_CONFIRM, "options": needed(items("overflow_option", most=5))}),
    "checkboxes": Shape({**_CHOICE, "initial_options": items("choice", most=10)}),
    "radio_buttons": Shape({**_CHOICE, "initial_option": one("choice")}),
    "datepicker": Shape({**_SELECT, "initial_date": string(like=DATE)}),
    "timepicker": Shape({**_SELECT, "initial_time": string(like=TIME), "timezone": string()}),
    "datetimepicker": Shape(
        {**_ACTION, **_CONFIRM, **_FOCUS, "initial_date_time": integer(1_000_000_000, 9_999_999_999)}
    ),
    "static_select": Shape({**_SELECT, **_OPTIONS, "initial_option": one("option")}),
    "external_select": Shape({**_SELECT, **_QUERY, "initial_option": one("option")}),
    "users_select": Shape({**_SELECT, "initial_user": string()}),
    "conversations_select": Shape(
        {**_SELECT, **_CONVERSATION, **_RESPONSE, "initial_conversation": string()}
    ),
    "channels_select": Shape({**_SELECT, **_RESPONSE, "initial_channel": string()}),
    "multi_static_select": Shape(
        {**_SELECT, **_OPTIONS, **_MOST, "initial_options": items("option", most=100)}
    ),
    "multi_external_select": Shape(
        {**_SELECT, **_MOST, **_QUERY, "initial_options": items("option", most=100)}
    ),
    "multi_users_select": Shape({**_SELECT, **_MOST, "initial_users": _IDS}),
    "multi_conversations_select": Shape({**_SELECT, **_MOST, **_CONVERSATION, "initial_conversations": _IDS}),
    "multi_channels_select": Shape({**_SELECT, **_MOST, "initial_channels": _IDS}),
    "plain_text_input": Shape(
        {
            **_INPUT,
            **_DISPATCH,
            "initial_value": string(3000),
            "multiline": FLAG,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        }
    ),
    "email_text_input": Shape({**_INPUT, **_DISPATCH, "initial_value": string()}),
    "url_text_input": Shape({**_INPUT, **_DISPATCH, "initial_value": string()}),
    "number_input": Shape(
        {
            **_INPUT,
            **_DISPATCH,
            "is_decimal_allowed": needed(FLAG),
            **{name: string(like=DECIMAL) for name in ("initial_value", "min_value", "max_value")},
        }
    ),
    "rich_text_input": Shape({**_INPUT, **_DISPATCH, **_LINES, "initial_value": one("rich_text")}),
    "file_input": Shape({**_ACTION, "filetypes": each(string(least=1)), "max_files": integer(1, 10)}),
    "image": Shape(
        {"alt_text": needed(string(2000, 1)), "image_url": string(3000, 1), "slack_file": one("slack_file")}
    ),
    "icon": Shape({"name": needed(string(like=ICON_NAMES))}),
    "url": Shape({"url": needed(string(least=1)), "text": needed(string(least=1))}),
    "feedback_buttons": Shape(
        {**_ACTION, "positive_button": needed(one("feedback")), "negative_button": needed(one("feedback"))}
    ),
    "icon_button": Shape(
        {
            **_ACTION,
            **_CONFIRM,
            **_LABEL,
            "icon": needed(enum("trash")),
            "text": needed(text(75, plain=True)),
            "value": string(2000),
            "visible_to_user_ids": _FEW_IDS,
        }
    ),
    "mrkdwn": Shape({"text": needed(string(3000, 1)), "verbatim": FLAG}),
    "plain_text": Shape({"text": needed(string(3000, 1)), "emoji": FLAG}),
    "raw_text": Shape({"text": needed(string()), "emoji": FLAG}),
    "raw_number": Shape({"value": needed(NUMBER), "text": needed(string(least=1))}),
    "pie": Shape({"segments": needed(items("segment", most=6))}),
    "bar": Shape(_CHART),
    "area": Shape(_CHART),
    "line": Shape(_CHART),
    # --- rich text, from the block down to its words ---
    "rich_text": Shape({"elements": needed(items(*RICH, least=0)), "block_id": ID}),
    "rich_text_section": Shape({"elements": needed(items(*INLINE, least=0))}),
    "rich_text_preformatted": Shape(
        {**_BORDER, "elements": needed(items(*INLINE, least=0)), "language": string()}
    ),
    "rich_text_quote": Shape({**_BORDER, "elements": needed(items(*INLINE, least=0))}),
    "rich_text_list": Shape(
        {
            **_BORDER,
            "style": needed(enum("bullet", "ordered")),
            "elements": needed(items("rich_text_section", least=0)),
            "indent": integer(0, 8),
            "offset": integer(0),
        }
    ),
    "text": Shape({**_STYLE, "text": needed(string(least=1))}),
    "link": Shape({**_STYLE, "url": needed(string(least=1)), "text": string(), "unsafe": FLAG}),
    "emoji": Shape(
        {
            **_STYLE,
            "name": needed(string(least=1)),
            "unicode": string(),
            "url": string(),
            "skin_tone": integer(1, 6),
        }
    ),
    "user": Shape({**_STYLE, "user_id": needed(string(least=1))}),
    "usergroup": Shape({**_STYLE, "usergroup_id": needed(string(least=1))}),
    "team": Shape({**_STYLE, "team_id": needed(string(least=1))}),
    "channel": Shape({**_STYLE, "channel_id": needed(string(least=1))}),
    "broadcast": Shape({**_STYLE, "range": needed(enum("here", "channel", "everyone"))}),
    "color": Shape({**_STYLE, "value": needed(string(least=1))}),
    "date": Shape(
        {
            **_STYLE,
            "timestamp": needed(integer(0)),
            "format": needed(string(least=1)),
            "url": string(),
            "fallback": string(),
        }
    ),
}
ROWS = Prop("rows", most=100, least=1, of=CELLS)
