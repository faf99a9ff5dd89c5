"""Rules of Block Kit beyond sizes, one broken after the other; each names the place that is wrong."""

from typing import Any

import pytest

from localslack.blockkit import check_blocks, check_options, check_view
from tests.localslack_room import JSON, room
from tests.test_localslack_blockkit import (
    TASK,
    actions,
    button,
    cell,
    chart,
    container,
    data_table,
    field,
    mrkdwn,
    option,
    plain,
    section,
    select,
)

PICTURE = {"type": "image", "alt_text": "x", "image_url": "https://a.example/x.png"}
CARD: JSON = {"type": "card", "title": mrkdwn()}
NUMBERS = {"is_decimal_allowed": False}
FEEDBACK = {"text": plain(), "value": "1"}
TABLE = {"type": "table", "rows": [[cell()]]}


def rich(*elements: JSON) -> JSON:
    return {"type": "rich_text", "elements": list(elements)}


def words(*inline: JSON) -> JSON:
    return rich({"type": "rich_text_section", "elements": list(inline)})


# what, a block that breaks it, where below /blocks/0
BROKEN: list[tuple[str, JSON, str]] = [
    # --- menus ---
    ("an initial option not offered", actions(select(2, initial_option=option("9"))), "initial_option"),
    ("options and groups", actions(select(1, option_groups=[{"label": plain(), "options": []}])), ""),
    (
        "mrkdwn in a menu",
        actions(select(0, options=[{"text": mrkdwn(), "value": "v"}])),
        "options/0/text/type",
    ),
    ("a link in a menu", actions(select(0, options=[{**option(), "url": "u"}])), "options/0/url"),
    ("no value", actions(select(0, options=[{"text": plain()}])), "options/0/value"),
    ("a menu of minus one", actions({"type": "external_select", "min_query_length": -1}), "min_query_length"),
    (
        "more at first than allowed",
        actions({"type": "multi_users_select", "max_selected_items": 1, "initial_users": ["U1", "U2"]}),
        "initial_users",
    ),
    (
        "nothing may be chosen",
        actions({"type": "multi_users_select", "max_selected_items": 0}),
        "max_selected_items",
    ),
    ("an empty filter", actions({"type": "conversations_select", "filter": {}}), "filter"),
    (
        "a kind of channel nobody knows",
        actions({"type": "conversations_select", "filter": {"include": ["secret"]}}),
        "filter/include/0",
    ),
    # --- pickers ---
    ("a date that is none", actions({"type": "datepicker", "initial_date": "22/11/2026"}), "initial_date"),
    ("a time that is none", actions({"type": "timepicker", "initial_time": "25:00"}), "initial_time"),
    ("a moment in ms", actions({"type": "datetimepicker", "initial_date_time": 10**12}), "initial_date_time"),
    # --- buttons ---
    ("a prompt's label alone", actions(button(agent_prompt_display="x")), "agent_prompt_display"),
    (
        "an icon that is none",
        {"type": "context_actions", "elements": [{"type": "icon_button", "icon": "star", "text": plain()}]},
        "icon",
    ),
    ("a plain button beside feedback", {"type": "context_actions", "elements": [button()]}, "type"),
    (
        "feedback among actions",
        actions({"type": "feedback_buttons", "positive_button": FEEDBACK, "negative_button": FEEDBACK}),
        "type",
    ),
    (
        "a workflow without its trigger",
        actions({"type": "workflow_button", "text": plain(), "workflow": {}}),
        "workflow/trigger",
    ),
    # --- pictures ---
    ("two pictures in one", {**PICTURE, "slack_file": {"id": "F1"}}, ""),
    (
        "a file by two names",
        {"type": "image", "alt_text": "x", "slack_file": {"id": "F1", "url": "u"}},
        "slack_file",
    ),
    (
        "a video without its address",
        {"type": "video", "alt_text": "x", "title": plain(), "thumbnail_url": "u"},
        "video_url",
    ),
    # --- cards and containers ---
    ("an empty card", {"type": "card"}, ""),
    ("a card of two icons", {**CARD, "icon": PICTURE, "slack_icon": {"type": "icon", "name": "star"}}, ""),
    (
        "a Slack icon nobody drew",
        {**CARD, "slack_icon": {"type": "icon", "name": "dragon"}},
        "slack_icon/name",
    ),
    ("a section in a carousel", {"type": "carousel", "elements": [section()]}, "elements/0/type"),
    ("an empty carousel", {"type": "carousel", "elements": []}, "elements"),
    ("a chart in a container", container(chart()), "child_blocks/0/type"),
    ("a container in a container", container(container(section())), "child_blocks/0/type"),
    ("a container without title", {"type": "container", "child_blocks": [section()]}, ""),
    ("folded but not foldable", container(section(), default_collapsed=True), "default_collapsed"),
    (
        "a line under what folds",
        container(section(), has_header_divider=True, is_collapsible=True),
        "has_header_divider",
    ),
    ("a width nobody knows", container(section(), width="huge"), "width"),
    ("two alike ids inside", container(section(block_id="x"), section(block_id="x")), "/blocks"),
    # --- tables and tasks ---
    (
        "a number that shows nothing",
        {"type": "table", "rows": [[{"type": "raw_number", "value": 1}]]},
        "rows/0/0/text",
    ),
    (
        "a number of letters",
        {"type": "table", "rows": [[{"type": "raw_number", "value": "1", "text": "1"}]]},
        "rows/0/0/value",
    ),
    ("mrkdwn in a table", {"type": "table", "rows": [[mrkdwn()]]}, "rows/0/0/type"),
    (
        "an alignment nobody knows",
        {**TABLE, "column_settings": [{"align": "justify"}]},
        "column_settings/0/align",
    ),
    ("a header column that is none", data_table(2, row_header_column_index=2), "row_header_column_index"),
    ("rich text in a header", {**data_table(2, 1), "rows": [[words()], [cell()]]}, "rows/0"),
    ("two alike tasks", {"type": "plan", "title": "t", "tasks": [TASK, TASK]}, "tasks"),
    ("a plan without tasks", {"type": "plan", "title": "t"}, "tasks"),
    ("a task's plain details", {**TASK, "status": "complete", "details": "x"}, "details"),
    # --- charts ---
    (
        "two alike series",
        {**chart(), "chart": {**chart()["chart"], "series": chart()["chart"]["series"] * 2}},
        "chart/series",
    ),
    # --- rich text ---
    ("a list of no style", rich({"type": "rich_text_list", "elements": []}), "elements/0/style"),
    (
        "a list too deep",
        rich({"type": "rich_text_list", "style": "bullet", "elements": [], "indent": 9}),
        "elements/0/indent",
    ),
    ("a word of no text", words({"type": "text", "text": ""}), "elements/0/elements/0/text"),
    (
        "a style nobody knows",
        words({"type": "text", "text": "x", "style": {"blink": True}}),
        "elements/0/elements/0/style/blink",
    ),
    ("a word of no kind", words({"type": "sound"}), "elements/0/elements/0/type"),
    ("a call to nobody", words({"type": "broadcast", "range": "all"}), "elements/0/elements/0/range"),
    ("a remote file from here", {"type": "file", "external_id": "x", "source": "local"}, "source"),
]


@pytest.mark.parametrize(("block", "below"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_broken_rule_is_found_where_it_is(block: JSON, below: str) -> None:
    pointers = [fault.pointer for fault in check_blocks([block])]
    assert any(pointer.endswith(below) for pointer in pointers), pointers


# Inputs, as a modal's; an element's properties, where it is wrong.
INPUTS: list[tuple[str, JSON, str | None]] = [
    ("plain_text_input", {"min_length": 5, "max_length": 4}, "min_length"),
    ("plain_text_input", {"max_length": 3001}, "max_length"),
    ("plain_text_input", {"min_length": 4, "max_length": 4}, None),
    (
        "plain_text_input",
        {"dispatch_action_config": {"trigger_actions_on": ["on_blur"]}},
        "trigger_actions_on/0",
    ),
    ("number_input", {}, "is_decimal_allowed"),
    ("number_input", {**NUMBERS, "min_value": "dos"}, "min_value"),
    ("number_input", {**NUMBERS, "min_value": "3", "max_value": "2"}, "min_value"),
    ("number_input", {**NUMBERS, "min_value": "3", "initial_value": "2"}, "initial_value"),
    ("number_input", {**NUMBERS, "min_value": "-2.5", "max_value": "2"}, None),
    ("file_input", {"max_files": 11}, "max_files"),
    ("file_input", {"filetypes": [""]}, "filetypes/0"),
    ("file_input", {"filetypes": ["csv"], "max_files": 10}, None),
    ("rich_text_input", {"min_lines": 3, "max_lines": 2}, "min_lines"),
    ("checkboxes", {"options": [option()], "initial_options": [option("9")]}, "initial_options/0"),
    ("radio_buttons", {"options": [{"text": mrkdwn(), "value": "v"}]}, None),
    ("button", {"text": plain()}, "element/type"),
]


@pytest.mark.parametrize(("kind", "more", "below"), INPUTS)
def test_inputs_have_rules_of_their_own(kind: str, more: JSON, below: str | None) -> None:
    pointers = [fault.pointer for fault in check_blocks([field(kind, **more)], "modal")]
    assert [pointer.endswith(below or "?") for pointer in pointers] == ([] if below is None else [True])


@pytest.mark.parametrize(("surface", "fine"), [("modal", True), ("message", False), ("home", False)])
def test_files_are_asked_for_in_modals_only(surface: str, fine: bool) -> None:
    assert (check_blocks([field("file_input")], surface) == []) is fine


def test_one_element_at_most_has_the_focus() -> None:
    focused = field("plain_text_input", focus_on_load=True)
    assert check_blocks([focused, field("plain_text_input")], "modal") == []
    assert "focus_on_load" in str(check_blocks([focused, focused], "modal"))


@pytest.mark.parametrize("name", ["colour", "blocks_2"])
def test_a_view_has_no_property_nobody_knows(name: str) -> None:
    view = {"type": "home", "blocks": [section()], name: "x"}
    assert [fault.pointer for fault in check_view(view)] == [f"/{name}"]


@pytest.mark.parametrize(
    ("answer", "pointer"),
    [
        ({"options": [option()] * 100}, None),
        ({"options": [option()] * 101}, "/options"),
        ({"options": [{"text": plain()}]}, "/options/0/value"),
        ({"option_groups": [{"label": plain(), "options": [option()] * 101}]}, "/option_groups/0/options"),
        ({"options": [option()], "option_groups": [{"label": plain(), "options": [option()]}]}, "/"),
        ([], "/"),
    ],
)
def test_what_a_menu_is_offered_has_limits(answer: Any, pointer: str | None) -> None:
    assert [fault.pointer for fault in check_options(answer)] == ([] if pointer is None else [pointer])


async def test_the_official_validators_shape() -> None:
    async with room() as place:
        wrong = [section(), {"type": "card"}]
        answer = await place.api("blocks.validate", blocks=wrong)
        assert answer["errors"] == [
            {
                "pointer": "/1",
                "code": "failed_constraint",
                "message": "must provide at least one of hero_image, title, actions, body",
            }
        ]
        message = await place.api("blocks.validate", message={"blocks": wrong})
        assert (message["error"], message["errors"][0]["pointer"]) == ("invalid_message", "/blocks/1")
        both = await place.api("blocks.validate", blocks=wrong, message={"blocks": wrong})
        assert both["error"] == "invalid_arguments"
