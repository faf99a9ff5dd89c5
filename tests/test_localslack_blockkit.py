"""The Block Kit checker: each limit at its edge and one over, by table; hostile input never breaks it."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from localslack.blockkit import check_blocks, check_view
from tests.localslack_room import room

JSON = dict[str, Any]


def plain(text: str = "x") -> JSON:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "x") -> JSON:
    return {"type": "mrkdwn", "text": text}


def field(kind: str, **more: Any) -> JSON:
    """An input block around one element."""
    return {"type": "input", "label": plain(), "element": {"type": kind, "action_id": "a", **more}}


def section(**more: Any) -> JSON:
    return {"type": "section", "text": mrkdwn(), **more}


def button(number: int = 0, **more: Any) -> JSON:
    return {"type": "button", "action_id": f"a{number}", "text": plain(), **more}


def actions(*elements: JSON) -> JSON:
    return {"type": "actions", "elements": list(elements)}


def select(count: int, **more: Any) -> JSON:
    options = [option(str(n)) for n in range(count)]
    return {"type": "static_select", "action_id": "s", "options": options, **more}


def option(value: str = "v", text: str = "x") -> JSON:
    return {"text": plain(text), "value": value}


def cell(text: str = "x") -> JSON:
    return {"type": "raw_text", "text": text}


def grid(kind: str, rows: int, columns: int, text: str = "x", **more: Any) -> JSON:
    return {"type": kind, "rows": [[cell(text)] * columns for _ in range(rows)], **more}


def data_table(rows: int, columns: int = 2, text: str = "x", **more: Any) -> JSON:
    return grid("data_table", rows, columns, text, caption="Aging", **more)


def chart(series: int = 1, points: int = 2, label: int = 3, title: int = 5) -> JSON:
    labels = [f"{n:0{label}d}" for n in range(points)]
    rows = [
        {"name": f"s{n}", "data": [{"label": each, "value": 1.5} for each in labels]} for n in range(series)
    ]
    return {
        "type": "data_visualization",
        "title": "t" * title,
        "chart": {"type": "bar", "series": rows, "axis_config": {"categories": labels}},
    }


def pie(segments: int, value: float = 1) -> JSON:
    rows = [{"label": str(n), "value": value} for n in range(segments)]
    return {"type": "data_visualization", "title": "t", "chart": {"type": "pie", "segments": rows}}


def confirm(title: int = 100, text: int = 300, yes: int = 30) -> JSON:
    return {
        "title": plain("t" * title),
        "text": plain("t" * text),
        "confirm": plain("t" * yes),
        "deny": plain(),
    }


def container(*children: JSON, **more: Any) -> JSON:
    return {"type": "container", "title": plain(), "child_blocks": list(children), **more}


def plan(tasks: int) -> JSON:
    return {"type": "plan", "title": "t", "tasks": [{**TASK, "task_id": str(n)} for n in range(tasks)]}


TASK: JSON = {"type": "task_card", "task_id": "1", "title": "t", "status": "pending"}
# name, blocks as a function of a size, the largest size that passes
LIMITS: list[tuple[str, Callable[[int], list[JSON]], int]] = [
    ("blocks in a message", lambda n: [{"type": "divider"}] * n, 50),
    ("section text", lambda n: [section(text=mrkdwn("x" * n))], 3000),
    ("section fields", lambda n: [{"type": "section", "fields": [mrkdwn()] * n}], 10),
    ("section field text", lambda n: [{"type": "section", "fields": [mrkdwn("x" * n)]}], 2000),
    ("header", lambda n: [{"type": "header", "text": plain("x" * n)}], 150),
    ("context elements", lambda n: [{"type": "context", "elements": [mrkdwn()] * n}], 10),
    ("actions elements", lambda n: [actions(*(button(i) for i in range(n)))], 25),
    ("button text", lambda n: [actions(button(text=plain("x" * n)))], 75),
    ("button value", lambda n: [actions(button(value="x" * n))], 2000),
    ("button url", lambda n: [actions(button(url="x" * n))], 3000),
    ("action_id", lambda n: [actions(button(action_id="x" * n))], 255),
    ("block_id", lambda n: [section(block_id="x" * n)], 255),
    ("select options", lambda n: [actions(select(n))], 100),
    ("option text", lambda n: [actions({**select(1), "options": [option(text="x" * n)]})], 75),
    ("option value", lambda n: [actions({**select(1), "options": [option("x" * n)]})], 150),
    ("placeholder", lambda n: [actions(select(1, placeholder=plain("x" * n)))], 150),
    ("overflow options", lambda n: [actions({**select(n), "type": "overflow"})], 5),
    ("radio options", lambda n: [actions({**select(n), "type": "radio_buttons"})], 10),
    ("confirm title", lambda n: [actions(button(confirm=confirm(title=n)))], 100),
    ("confirm text", lambda n: [actions(button(confirm=confirm(text=n)))], 300),
    ("confirm button", lambda n: [actions(button(confirm=confirm(yes=n)))], 30),
    ("table rows", lambda n: [grid("table", n, 2)], 100),
    ("table columns", lambda n: [grid("table", 2, n)], 20),
    ("table characters", lambda n: [grid("table", 1, 1, "x" * n)], 10_000),
    (
        "characters of two tables",
        lambda n: [grid("table", 1, 1, "x" * 4000), data_table(2, 1, "x" * n)],
        3000,
    ),
    ("table column settings", lambda n: [grid("table", 1, 20, column_settings=[None] * n)], 20),
    ("data_table rows", lambda n: [data_table(n)], 100),
    ("data_table columns", lambda n: [data_table(2, n)], 20),
    ("data_table page size", lambda n: [data_table(2, page_size=n)], 100),
    ("chart title", lambda n: [chart(title=n)], 50),
    ("chart series", lambda n: [chart(series=n)], 6),
    ("chart points", lambda n: [chart(points=n)], 20),
    ("chart label", lambda n: [chart(label=n)], 20),
    ("pie segments", lambda n: [pie(n)], 6),
    ("charts in a message", lambda n: [chart() for _ in range(n)], 2),
    ("markdown", lambda n: [{"type": "markdown", "text": "x" * n}], 12_000),
    (
        "two markdowns",
        lambda n: [{"type": "markdown", "text": "x" * n}, {"type": "markdown", "text": "x"}],
        11_999,
    ),
    ("image alt text", lambda n: [{"type": "image", "image_url": "u", "alt_text": "x" * n}], 2000),
    ("plan tasks", lambda n: [plan(n)], 50),
    ("container children", lambda n: [container(*[section()] * n)], 10),
]


@pytest.mark.parametrize(("make", "most"), [row[1:] for row in LIMITS], ids=[row[0] for row in LIMITS])
def test_each_limit_holds_at_its_edge_and_not_one_over(make: Callable[[int], list[JSON]], most: int) -> None:
    assert check_blocks(make(most)) == []
    assert check_blocks(make(most + 1)) != []


WRONG: list[tuple[str, JSON | None, str]] = [
    ("not a block", None, "/blocks/0"),
    ("no type", {"text": mrkdwn()}, "/blocks/0/type"),
    ("unknown type", {"type": "tabla"}, "/blocks/0/type"),
    ("empty section", {"type": "section"}, "/blocks/0"),
    ("empty text", section(text=mrkdwn("")), "/blocks/0/text/text"),
    ("text that is a string", section(text="hola"), "/blocks/0/text"),
    ("a property nobody knows", section(colour="red"), "/blocks/0/colour"),
    ("mrkdwn in a header", {"type": "header", "text": mrkdwn()}, "/blocks/0/text/type"),
    ("mrkdwn on a button", actions(button(text=mrkdwn())), "/blocks/0/elements/0/text/type"),
    ("no such style", actions(button(style="big")), "/blocks/0/elements/0/style"),
    ("a section in actions", actions(section()), "/blocks/0/elements/0/type"),
    ("two alike action ids", actions(button(1), button(1)), "/blocks/0/elements"),
    ("no elements", actions(), "/blocks/0/elements"),
    ("no options", actions(select(0)), "/blocks/0/elements/0/options"),
    ("alert in a message", {"type": "alert", "text": plain()}, "/blocks/0/type"),
    ("image of nothing", {"type": "image", "alt_text": "x"}, "/blocks/0"),
    ("data_table of a header alone", data_table(1), "/blocks/0/rows"),
    ("data_table without caption", grid("data_table", 2, 2), "/blocks/0/caption"),
    ("data_table with an empty cell", data_table(2, 1, ""), "/blocks/0/rows/0/0/text"),
    ("uneven data_table", {**data_table(2), "rows": [[cell()], [cell(), cell()]]}, "/blocks/0/rows"),
    ("an empty pie slice", pie(1, 0), "/blocks/0/chart/segments/0/value"),
    ("a chart that is none", {**pie(1), "chart": {"type": "radar"}}, "/blocks/0/chart/type"),
    ("a lone pending task", TASK, "/blocks/0/status"),
    (
        "an unknown child",
        container({"type": "x"}),
        "/blocks/0/child_blocks/0/type",
    ),
]


@pytest.mark.parametrize(("block", "pointer"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_what_is_wrong_is_pointed_at(block: JSON | None, pointer: str) -> None:
    assert pointer in [fault.pointer for fault in check_blocks([block])]


def test_a_chart_needs_a_point_for_each_category() -> None:
    uneven = chart(points=3)
    uneven["chart"]["series"][0]["data"].pop()
    assert [fault.pointer for fault in check_blocks([uneven])] == ["/blocks/0/chart/series/0/data"]


@pytest.mark.parametrize(
    ("surface", "kind", "fine"),
    [
        ("message", data_table(2), True),
        ("modal", data_table(2), False),
        ("home", chart(), True),
        ("modal", chart(), False),
        ("modal", {"type": "alert", "text": plain()}, True),
        ("home", {"type": "markdown", "text": "x"}, False),
        ("message", {"type": "markdown", "text": "x"}, True),
        ("modal", grid("table", 1, 1), False),
    ],
)
def test_blocks_stay_on_their_surfaces(surface: str, kind: JSON, fine: bool) -> None:
    assert (check_blocks([kind], surface) == []) is fine


INPUT = {"type": "input", "label": plain(), "element": {"type": "plain_text_input", "action_id": "a"}}


@pytest.mark.parametrize(
    ("view", "pointer"),
    [
        ({"type": "modal", "title": plain("x" * 24), "blocks": [section()]}, None),
        ({"type": "modal", "title": plain("x" * 25), "blocks": [section()]}, "/title/text"),
        ({"type": "modal", "blocks": [section()]}, "/title"),
        ({"type": "modal", "title": plain(), "blocks": [INPUT]}, "/submit"),
        ({"type": "modal", "title": plain(), "submit": plain(), "blocks": [INPUT]}, None),
        ({"type": "home", "blocks": [section()] * 100}, None),
        ({"type": "home", "blocks": [section()] * 101}, "/blocks"),
        ({"type": "home", "blocks": [], "private_metadata": "x" * 3001}, "/private_metadata"),
        ({"type": "window", "blocks": []}, "/type"),
        ({"type": "home"}, "/blocks"),
        ([], "/view"),
    ],
)
def test_views_have_limits_of_their_own(view: Any, pointer: str | None) -> None:
    pointers = [fault.pointer for fault in check_view(view)]
    assert pointers == ([] if pointer is None else [pointer])


WHOLE = [
    section(accessory=button(9), fields=[mrkdwn()]),
    actions(button(), select(2)),
    data_table(2),
    chart(),
    pie(2),
    container(section()),
]
JUNK: list[Any] = [None, True, 5, -1.5, "x", "", [], [5], [[]], {}, {"type": 5}, {"type": "x"}]


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield (*path, key)
        yield from _places(value[key], (*path, key))


def test_no_junk_anywhere_breaks_the_checker() -> None:
    """Any value in any place of good blocks gives faults or none, never an exception."""
    tried = 0
    for *path, last in _places(WHOLE):
        blocks = copy.deepcopy(WHOLE)
        holder: Any = blocks
        for key in path:
            holder = holder[key]
        for junk in JUNK:
            holder[last] = junk
            assert isinstance(check_blocks(blocks), list)
            tried += 1
    assert tried > 1000


async def test_the_web_api_refuses_with_slacks_words() -> None:
    async with room() as place:
        bad = [section(text=mrkdwn("x" * 3001))]
        answer = await place.api("chat.postMessage", channel="C1", text="x", blocks=bad)
        assert answer["error"] == "invalid_blocks"
        assert answer["response_metadata"]["messages"] == [
            "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
        ]
        assert await place.messages("general", "ana") == []
        checked = await place.api("blocks.validate", blocks=bad)
        assert checked["error"] == "invalid_blocks"
        assert checked["errors"][0]["pointer"] == "/0/text/text"
        assert (await place.api("blocks.validate", message={"blocks": [section()]}))["ok"]
        assert (await place.api("blocks.validate", view={"type": "home"}))["error"] == "invalid_view"


async def test_too_much_text_over_all_blocks_is_refused() -> None:
    async with room() as place:
        wordy = [section(text=mrkdwn("x" * 2640)) for _ in range(5)]
        assert (await place.api("chat.postMessage", channel="C1", text="x", blocks=wordy))["ok"]
        answer = await place.api("chat.postMessage", channel="C1", text="x", blocks=[*wordy, section()])
        assert answer["error"] == "msg_blocks_too_long"
