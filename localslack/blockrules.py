"""The rules of Block Kit that a table of sizes cannot say; blockkit.py applies them, this walks nowhere."""

from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

JSON = dict[str, Any]
Say = Callable[[str, str], None]  # a pointer below the thing that is checked, and what is wrong there
Rule = Callable[[JSON, Say], None]


def listed(value: object) -> list[Any]:
    """The value if it is a list; the walk has said elsewhere what is wrong where it is not."""
    return value if isinstance(value, list) else []


def strings(value: object, names: tuple[str, ...]) -> Iterator[str]:
    """Every string that stands under one of these names, at any depth."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in names and isinstance(inner, str):
                yield inner
            else:
                yield from strings(inner, names)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner, names)


# --- blocks ---
def _section(block: JSON, say: Say) -> None:
    if not block.get("text") and not block.get("fields"):
        say("", "missing required field: text or fields")


def _picture(block: JSON, say: Say) -> None:
    if bool(block.get("image_url")) == bool(block.get("slack_file")):
        say("", "must provide either image_url or slack_file")


def _slack_file(part: JSON, say: Say) -> None:
    if bool(part.get("id")) == bool(part.get("url")):
        say("", "must provide either id or url")


def _card(block: JSON, say: Say) -> None:
    if not any(block.get(name) for name in ("hero_image", "title", "actions", "body")):
        say("", "must provide at least one of hero_image, title, actions, body")
    if block.get("icon") and block.get("slack_icon"):
        say("", "must provide either icon or slack_icon")


def _container(block: JSON, say: Say) -> None:
    if not block.get("title") and not block.get("rich_text_title"):
        say("", "missing required field: title or rich_text_title")
    if block.get("default_collapsed") and not block.get("is_collapsible"):
        say("/default_collapsed", "is for a collapsible container only")
    if block.get("has_header_divider") and block.get("is_collapsible"):
        say("/has_header_divider", "is not for a collapsible container")


def _plan(block: JSON, say: Say) -> None:
    ids = [task.get("task_id") for task in listed(block.get("tasks")) if isinstance(task, dict)]
    if len({str(each) for each in ids}) < len(ids):
        say("/tasks", "`task_id` must be unique")


def _data_table(block: JSON, say: Say) -> None:
    rows = [row for row in listed(block.get("rows")) if isinstance(row, list)]
    if rows and any(len(row) != len(rows[0]) for row in rows):
        say("/rows", "every row must have the same number of cells")
    if any(isinstance(cell, dict) and cell.get("type") == "rich_text" for cell in (rows[0] if rows else ())):
        say("/rows/0", "header cells cannot be rich_text")
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if isinstance(cell, dict) and cell.get("type") == "raw_text" and cell.get("text") == "":
                say(f"/rows/{r}/{c}/text", "must be more than 0 characters")
    index = block.get("row_header_column_index")
    if rows and isinstance(index, int) and index >= len(rows[0]) > 0:
        say("/row_header_column_index", "must be one of the columns")


def _input(block: JSON, say: Say) -> None:
    element = block.get("element")
    if block.get("dispatch_action") and isinstance(element, dict) and element.get("type") == "file_input":
        say("/dispatch_action", "is not for a file_input")


# --- charts ---
def _pie(chart: JSON, say: Say) -> None:
    for index, segment in enumerate(listed(chart.get("segments"))):
        value = segment.get("value") if isinstance(segment, dict) else None
        if isinstance(value, int | float) and value <= 0:
            say(f"/segments/{index}/value", "must be greater than 0")


def _axes(chart: JSON, say: Say) -> None:
    axis, series = chart.get("axis_config"), chart.get("series")
    if not isinstance(axis, dict) or not isinstance(series, list):
        return
    categories = [c for c in listed(axis.get("categories")) if isinstance(c, str)]
    if len(set(categories)) != len(categories):
        say("/axis_config/categories", "must hold unique labels")
    names = [str(one.get("name")) for one in series if isinstance(one, dict)]
    if len(set(names)) < len(names):
        say("/series", "`name` must be unique")
    for index, one in enumerate(series):
        points = listed(one.get("data")) if isinstance(one, dict) else []
        labels = [point.get("label") for point in points if isinstance(point, dict)]
        if sorted(map(str, labels)) != sorted(categories):
            say(f"/series/{index}/data", "must hold one point for each category")


# --- elements ---
def _button(element: JSON, say: Say) -> None:
    if element.get("agent_prompt_display") and not element.get("agent_prompt"):
        say("/agent_prompt_display", "needs an agent_prompt")


def _options(element: JSON, say: Say) -> None:
    if bool(element.get("options")) == bool(element.get("option_groups")):
        say("", "must provide either options or option_groups")
    _initial(element, say)


def _initial(element: JSON, say: Say) -> None:
    """What is chosen at first must be there to choose, word for word."""
    groups = [listed(element.get("options"))]
    groups += [listed(g.get("options")) for g in listed(element.get("option_groups")) if isinstance(g, dict)]
    offered = [option for group in groups for option in group]
    if element.get("initial_option") and element["initial_option"] not in offered:
        say("/initial_option", "must be one of the options")
    for index, option in enumerate(listed(element.get("initial_options"))):
        if option not in offered:
            say(f"/initial_options/{index}", "must be one of the options")
    _few(element, say)


def _few(element: JSON, say: Say) -> None:
    most = element.get("max_selected_items")
    if not isinstance(most, int):
        return
    for name, value in element.items():
        if name.startswith("initial_") and len(listed(value)) > most:
            say(f"/{name}", f"no more than {most} items allowed")


def _filter(part: JSON, say: Say) -> None:
    if all(value is None for value in part.values()):
        say("", "must provide at least one of its fields")


def _typed_text(element: JSON, say: Say) -> None:
    least, most = element.get("min_length"), element.get("max_length")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        say("/min_length", "must not be more than max_length")


def _typed_lines(element: JSON, say: Say) -> None:
    least, most = element.get("min_lines"), element.get("max_lines")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        say("/min_lines", "must not be more than max_lines")


def _typed_number(element: JSON, say: Say) -> None:
    least, most = _number(element.get("min_value")), _number(element.get("max_value"))
    start = _number(element.get("initial_value"))
    if least is not None and most is not None and least > most:
        say("/min_value", "must not be more than max_value")
    if start is not None and ((least is not None and start < least) or (most is not None and start > most)):
        say("/initial_value", "must be between min_value and max_value")


def _number(value: object) -> Decimal | None:
    try:
        return Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        return None


OF_BLOCK: dict[str, Rule] = {
    "card": _card,
    "container": _container,
    "data_table": _data_table,
    "image": _picture,
    "input": _input,
    "plan": _plan,
    "section": _section,
}
OF_ELEMENT: dict[str, Rule] = {
    "area": _axes,
    "bar": _axes,
    "button": _button,
    "checkboxes": _initial,
    "image": _picture,
    "line": _axes,
    "multi_channels_select": _few,
    "multi_conversations_select": _few,
    "multi_external_select": _few,
    "multi_static_select": _options,
    "multi_users_select": _few,
    "number_input": _typed_number,
    "pie": _pie,
    "plain_text_input": _typed_text,
    "radio_buttons": _initial,
    "rich_text_input": _typed_lines,
    "static_select": _options,
}
OF_PART: dict[str, Rule] = {"filter": _filter, "slack_file": _slack_file}
