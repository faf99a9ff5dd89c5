"""What each Block Kit block may hold, and where it may stand, as data; blockkit.py checks by it."""

from localslack.elementtypes import CELLS, IN_ACTIONS, IN_INPUT, IN_SECTION, PARTS, RICH, ROWS
from localslack.shapes import (
    FLAG,
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

_PICTURE = {"image_url": string(3000, 1), "slack_file": one("slack_file")}

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
            "hero_image": one("image"),
            "icon": one("image"),
            "slack_icon": one("icon"),
            "actions": items("button", "workflow_button", "icon_button", "overflow", most=3),
        }
    ),
    "carousel": Shape({"elements": needed(items("block", most=10))}),
    "container": Shape(
        {
            "title": text(150, plain=True),
            "rich_text_title": one("rich_text"),
            "subtitle": text(150),
            "child_blocks": needed(items("block", most=10)),
            "width": enum("narrow", "standard", "wide", "full"),
            "icon": one("image"),
            "is_collapsible": FLAG,
            "default_collapsed": FLAG,
            "has_header_divider": FLAG,
        }
    ),
    "context": Shape({"elements": needed(items("mrkdwn", "plain_text", "image", most=10))}),
    "context_actions": Shape({"elements": needed(items("feedback_buttons", "icon_button", most=5))}),
    "data_table": Shape(
        {
            "caption": needed(string(least=1)),
            "rows": needed(Prop("rows", most=100, least=2, of=CELLS)),
            "page_size": integer(1, 100),
            "row_header_column_index": integer(0, 19),
        }
    ),
    "data_visualization": Shape(
        {"title": needed(string(50, 1)), "chart": needed(one("pie", "bar", "area", "line"))}
    ),
    "divider": Shape(),
    "file": Shape({"external_id": needed(string()), "source": needed(enum("remote"))}),
    "header": Shape({"text": needed(text(150, plain=True)), "level": integer(1, 6)}),
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
    "plan": Shape({"title": needed(string(least=1)), "tasks": needed(items("plan_task", most=50, least=0))}),
    "rich_text": Shape({"elements": needed(items(*RICH, least=0))}),
    "section": Shape(
        {
            "text": text(3000),
            "fields": each(text(2000), most=10),
            "accessory": one(*IN_SECTION),
            "expand": FLAG,
        }
    ),
    "table": Shape(
        {"rows": needed(ROWS), "column_settings": Prop("list", most=20, of=("column",))},
    ),
    "task_card": Shape(
        # On its own a task is under way or over.
        {**PARTS["plan_task"].props, "status": needed(enum("in_progress", "complete", "error"))}
    ),
    "video": Shape(
        {
            "alt_text": needed(string(2000)),
            "title": needed(text(200, plain=True)),
            "thumbnail_url": needed(string(3000, 1)),
            "video_url": needed(string(3000, 1)),
            "author_name": string(50),
            "description": text(200, plain=True),
            "provider_icon_url": string(2000),
            "provider_name": string(50),
            "title_url": string(2000),
        }
    ),
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
# What may stand inside another block.
CHILDREN: dict[str, frozenset[str]] = {
    "carousel": frozenset({"card"}),
    "container": frozenset(
        {"file", "table"}
        | {"actions", "context", "divider", "header", "image", "input", "rich_text", "section", "video"}
    ),
}
CHILDREN_KEY = {"carousel": "elements", "container": "child_blocks"}
MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}

VIEW: dict[str, Prop] = {
    "title": text(24, plain=True),
    "submit": text(24, plain=True),
    "close": text(24, plain=True),
    "private_metadata": string(3000),
    "callback_id": string(255),
    "external_id": string(255),
    "clear_on_close": FLAG,
    "notify_on_close": FLAG,
    "submit_disabled": FLAG,
}
VIEW_BYTES = 250_000
TABLE_COLUMNS = 20
TABLE_CHARACTERS = 10_000
MARKDOWN_CHARACTERS = 12_000
CHARTS_IN_MESSAGE = 2
# Undocumented by Slack, measured by its users: all the text of a message's blocks together.
TEXT_IN_MESSAGE = 13_200
