"""Checks raw Block Kit JSON as Slack does and says where it is wrong; it draws nothing and stores nothing."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from localslack import blocktypes as kit
from localslack.blocktypes import Prop, Shape


@dataclass(frozen=True)
class Fault:
    """One thing wrong: a JSON pointer to it and what Slack says of it."""

    pointer: str
    error: str

    def __str__(self) -> str:
        return f"[ERROR] {self.error} [json-pointer:{self.pointer}]"


def check_blocks(blocks: object, surface: str = "message", at: str = "/blocks") -> list[Fault]:
    """Everything wrong with the blocks of one message, modal or home."""
    walk = _Walk(surface)
    walk.blocks(blocks, at)
    return walk.faults


def check_view(view: object, at: str = "") -> list[Fault]:
    """Everything wrong with a modal or a home view."""
    if not isinstance(view, dict):
        return [Fault(at or "/view", "must provide an object")]
    surface = view.get("type")
    if surface not in ("modal", "home"):
        return [Fault(f"{at}/type", "must be a valid enum value (modal, home)")]
    walk = _Walk(surface)
    for name, prop in kit.VIEW.items():
        if view.get(name) is not None:
            walk.value(view[name], prop, f"{at}/{name}")
    if surface == "modal" and not view.get("title"):
        walk.say(f"{at}/title", "missing required field: title")
    walk.blocks(view.get("blocks"), f"{at}/blocks")
    if surface == "modal" and _has_input(view.get("blocks")) and not view.get("submit"):
        walk.say(f"{at}/submit", "missing required field: submit (the modal has an input block)")
    if len(json.dumps(view, ensure_ascii=False).encode()) > kit.VIEW_BYTES:
        walk.say(at or "/", "view is larger than 250 kB")
    return walk.faults


def block_text_length(blocks: list[Any]) -> int:
    """The characters of all text in the blocks, tables and charts aside."""
    return sum(
        len(found)
        for block in blocks
        if isinstance(block, dict) and block.get("type") not in ("table", "data_table", "data_visualization")
        for found in _strings(block, ("text",))
    )


def _has_input(blocks: object) -> bool:
    return isinstance(blocks, list) and any(isinstance(b, dict) and b.get("type") == "input" for b in blocks)


def _strings(value: object, names: tuple[str, ...]) -> Iterator[str]:
    """Every string that stands under one of these names, at any depth."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in names and isinstance(inner, str):
                yield inner
            else:
                yield from _strings(inner, names)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner, names)


def _cell_length(cell: object) -> int:
    """Characters of one table cell; a number counts as it is written."""
    if isinstance(cell, dict) and cell.get("type") == "raw_number":
        return len(str(cell.get("text") or cell.get("value", "")))
    return sum(len(found) for found in _strings(cell, ("text",)))


@dataclass
class _Walk:
    """One walk over one payload, collecting what is wrong with it."""

    surface: str
    faults: list[Fault] = field(default_factory=list)

    def say(self, pointer: str, error: str) -> None:
        self.faults.append(Fault(pointer, error))

    # --- blocks ---
    def blocks(self, blocks: object, at: str) -> None:
        if not isinstance(blocks, list):
            return self.say(at, "must provide an array")
        most = kit.MOST_BLOCKS[self.surface]
        if len(blocks) > most:
            self.say(at, f"no more than {most} items allowed")
        for index, block in enumerate(blocks):
            self.block(block, f"{at}/{index}")
        known = [block for block in blocks if isinstance(block, dict)]
        self.unique((b.get("block_id") for b in known), at, "block_id")
        self.totals(known, at)
        return None

    def block(self, block: object, at: str) -> None:
        kind = self.typed(block, at)
        if kind is None or not isinstance(block, dict):
            return None
        if kind not in kit.BLOCKS:
            return self.say(f"{at}/type", f"unsupported type: {kind}")
        if kind not in kit.SURFACES[self.surface]:
            self.say(f"{at}/type", f"unsupported type in a {self.surface}: {kind}")
        self.shape({**block, "block_id": None}, kit.BLOCKS[kind], at)
        if block.get("block_id") is not None:
            self.value(block["block_id"], kit.ID, f"{at}/block_id")
        extra = _EXTRA.get(kind)
        if extra:
            extra(self, block, at)
        return None

    def totals(self, blocks: list[dict[str, Any]], at: str) -> None:
        """Limits over all the blocks of one payload together."""
        kinds = Counter(str(block.get("type")) for block in blocks)
        if self.surface == "message" and kinds["data_visualization"] > kit.CHARTS_IN_MESSAGE:
            self.say(at, f"no more than {kit.CHARTS_IN_MESSAGE} data_visualization blocks allowed")
        cells = sum(
            _cell_length(c) for b in blocks if b.get("type") in ("table", "data_table") for c in _cells(b)
        )
        if cells > kit.TABLE_CHARACTERS:
            self.say(at, f"tables hold {cells} characters; no more than {kit.TABLE_CHARACTERS} allowed")
        words = sum(len(str(b.get("text", ""))) for b in blocks if b.get("type") == "markdown")
        if words > kit.MARKDOWN_CHARACTERS and kinds["markdown"] > 1:
            self.say(
                at, f"markdown blocks hold {words} characters; no more than {kit.MARKDOWN_CHARACTERS} allowed"
            )

    # --- values ---
    def shape(self, value: dict[str, Any], shape: Shape, at: str) -> None:
        for name, prop in shape.props.items():
            if value.get(name) is not None:
                self.value(value[name], prop, f"{at}/{name}")
            elif prop.needed:
                self.say(f"{at}/{name}", f"missing required field: {name}")
        if not shape.open:
            for name in value.keys() - shape.props.keys() - {"type", "block_id"}:
                self.say(f"{at}/{name}", f"invalid additional property: {name}")

    def value(self, value: object, prop: Prop, at: str) -> None:
        getattr(self, f"_{prop.kind}")(value, prop, at)

    def typed(self, value: object, at: str) -> str | None:
        if not isinstance(value, dict):
            self.say(at, "must provide an object")
            return None
        kind = value.get("type")
        if not isinstance(kind, str):
            self.say(f"{at}/type", "missing required field: type")
            return None
        return kind

    def _text(self, value: object, prop: Prop, at: str) -> None:
        kind = self.typed(value, at)
        if kind is None or not isinstance(value, dict):
            return None
        allowed = ("plain_text",) if prop.plain else ("plain_text", "mrkdwn")
        if kind not in allowed:
            return self.say(f"{at}/type", f"must be a valid enum value ({', '.join(allowed)})")
        props = dict(kit.ELEMENTS[kind].props)
        props["text"] = kit.needed(kit.string(prop.most, prop.least))
        return self.shape(value, Shape(props), at)

    def _string(self, value: object, prop: Prop, at: str) -> None:
        if not isinstance(value, str):
            return self.say(at, "must provide a string")
        if prop.most is not None and len(value) > prop.most:
            self.say(at, f"must be less than {prop.most + 1} characters")
        if len(value) < prop.least:
            self.say(at, f"must be more than {prop.least - 1} characters")
        return None

    def _enum(self, value: object, prop: Prop, at: str) -> None:
        if value not in prop.of:
            self.say(at, f"must be a valid enum value ({', '.join(prop.of)})")

    def _number(self, value: object, _prop: Prop, at: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.say(at, "must provide a number")

    def _integer(self, value: object, _prop: Prop, at: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            self.say(at, "must provide an integer")

    def _flag(self, value: object, _prop: Prop, at: str) -> None:
        if not isinstance(value, bool):
            self.say(at, "must provide a boolean")

    def _any(self, _value: object, _prop: Prop, _at: str) -> None:
        """Any value will do."""

    def _list(self, value: object, prop: Prop, at: str) -> None:
        if not isinstance(value, list):
            return self.say(at, "must provide an array")
        self.size(value, prop, at)
        for index, item in enumerate(value):
            if item is None and prop.of == ("column",):
                continue  # Slack takes null for "this column has no settings"
            self.item(item, prop.of, f"{at}/{index}")
        self.unique((i.get("action_id") for i in value if isinstance(i, dict)), at, "action_id")
        return None

    def _object(self, value: object, prop: Prop, at: str) -> None:
        self.item(value, prop.of, at)

    def _rows(self, value: object, prop: Prop, at: str) -> None:
        if not isinstance(value, list):
            return self.say(at, "must provide an array")
        self.size(value, prop, at)
        for index, row in enumerate(value):
            self._list(row, Prop("list", most=kit.TABLE_COLUMNS, least=1, of=prop.of), f"{at}/{index}")
        return None

    def size(self, value: list[Any], prop: Prop, at: str) -> None:
        if prop.most is not None and len(value) > prop.most:
            self.say(at, f"no more than {prop.most} items allowed")
        if len(value) < prop.least:
            self.say(at, f"no fewer than {prop.least} items allowed")

    def item(self, item: object, of: tuple[str, ...], at: str) -> None:
        """One member of a list, or one object: a named part, or something known by its type."""
        if of == ("string",):
            return self._string(item, kit.string(), at)
        if of == ("category",):
            return self._string(item, kit.string(20, 1), at)
        if of == ("field",):
            return self._text(item, kit.text(2000), at)
        if of in (("block",), ("card",)):
            return self.block(item, at)
        if of[0] in kit.PARTS:
            return (
                self.shape(item, kit.PARTS[of[0]], at)
                if isinstance(item, dict)
                else self.say(at, "must provide an object")
            )
        kind = self.typed(item, at)
        if kind is None or not isinstance(item, dict):
            return None
        if kind not in of:
            return self.say(f"{at}/type", f"unsupported type: {kind}")
        self.shape(item, kit.ELEMENTS[kind], at)
        extra = _EXTRA_ELEMENT.get(kind)
        return extra(self, item, at) if extra else None

    def unique(self, names: Iterator[Any], at: str, what: str) -> None:
        for name, count in Counter(name for name in names if isinstance(name, str)).items():
            if count > 1:
                self.say(at, f"`{what}` {name} already exists")


def _listed(value: object) -> list[Any]:
    """The value if it is a list; the walk has said elsewhere what is wrong where it is not."""
    return value if isinstance(value, list) else []


def _cells(block: dict[str, Any]) -> Iterator[Any]:
    for row in _listed(block.get("rows")):
        yield from _listed(row)


# --- rules that a table of sizes cannot say ---
def _section(walk: _Walk, block: dict[str, Any], at: str) -> None:
    if not block.get("text") and not block.get("fields"):
        walk.say(at, "missing required field: text or fields")


def _picture(walk: _Walk, block: dict[str, Any], at: str) -> None:
    if bool(block.get("image_url")) == bool(block.get("slack_file")):
        walk.say(at, "must provide either image_url or slack_file")


def _options(walk: _Walk, element: dict[str, Any], at: str) -> None:
    if bool(element.get("options")) == bool(element.get("option_groups")):
        walk.say(at, "must provide either options or option_groups")


def _data_table(walk: _Walk, block: dict[str, Any], at: str) -> None:
    rows = [row for row in _listed(block.get("rows")) if isinstance(row, list)]
    if rows and any(len(row) != len(rows[0]) for row in rows):
        walk.say(f"{at}/rows", "every row must have the same number of cells")
    if any(isinstance(cell, dict) and cell.get("type") == "rich_text" for cell in (rows[0] if rows else ())):
        walk.say(f"{at}/rows/0", "header cells cannot be rich_text")
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if isinstance(cell, dict) and cell.get("type") == "raw_text" and cell.get("text") == "":
                walk.say(f"{at}/rows/{r}/{c}/text", "must be more than 0 characters")
    size = block.get("page_size")
    if isinstance(size, int) and not 1 <= size <= 100:
        walk.say(f"{at}/page_size", "must be between 1 and 100")


def _pie(walk: _Walk, chart: dict[str, Any], at: str) -> None:
    for index, segment in enumerate(_listed(chart.get("segments"))):
        value = segment.get("value") if isinstance(segment, dict) else None
        if isinstance(value, int | float) and value <= 0:
            walk.say(f"{at}/segments/{index}/value", "must be greater than 0")


def _axes(walk: _Walk, chart: dict[str, Any], at: str) -> None:
    axis, series = chart.get("axis_config"), chart.get("series")
    if not isinstance(axis, dict) or not isinstance(series, list):
        return
    categories = [c for c in _listed(axis.get("categories")) if isinstance(c, str)]
    if len(set(categories)) != len(categories):
        walk.say(f"{at}/axis_config/categories", "must hold unique labels")
    walk.unique((s.get("name") for s in series if isinstance(s, dict)), f"{at}/series", "name")
    for index, one in enumerate(series):
        points = _listed(one.get("data")) if isinstance(one, dict) else []
        labels = [point.get("label") for point in points if isinstance(point, dict)]
        if sorted(map(str, labels)) != sorted(categories):
            walk.say(f"{at}/series/{index}/data", "must hold one point for each category")


_EXTRA = {"section": _section, "image": _picture, "data_table": _data_table}
_EXTRA_ELEMENT = {
    "image": _picture,
    "static_select": _options,
    "multi_static_select": _options,
    "pie": _pie,
    "bar": _axes,
    "area": _axes,
    "line": _axes,
}
