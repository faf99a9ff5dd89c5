"""Checks raw Block Kit JSON as Slack does and says where it is wrong; it draws nothing and stores nothing."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from localslack import blocktypes as kit
from localslack.blockrules import OF_BLOCK, OF_ELEMENT, OF_PART, Rule, listed, strings
from localslack.elementtypes import ELEMENTS, PARTS
from localslack.shapes import ID, Prop, Shape, items, needed, string

MOST_OPTIONS = 100
TABLES = ("table", "data_table")


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
    walk.shape({**view, "blocks": None}, Shape({**kit.VIEW, "blocks": Prop("any")}), at)
    if surface == "modal" and not view.get("title"):
        walk.say(f"{at}/title", "missing required field: title")
    walk.blocks(view.get("blocks"), f"{at}/blocks")
    if surface == "modal" and _has_input(view.get("blocks")) and not view.get("submit"):
        walk.say(f"{at}/submit", "missing required field: submit (the modal has an input block)")
    if too_large(view):
        walk.say(at or "/", "view is larger than 250 kB")
    return walk.faults


def too_large(view: object) -> bool:
    return len(json.dumps(view, ensure_ascii=False).encode()) > kit.VIEW_BYTES


def check_options(answer: object) -> list[Fault]:
    """What the app offers in a menu: options, or groups of them, a hundred each at most."""
    walk = _Walk("message")
    if not isinstance(answer, dict):
        return [Fault("/", "must provide an object")]
    for name, of in (("options", "option"), ("option_groups", "option_group")):
        if answer.get(name) is not None:
            walk.value(answer[name], items(of, most=MOST_OPTIONS, least=0), f"/{name}")
    if answer.get("options") and answer.get("option_groups"):
        walk.say("/", "must provide either options or option_groups")
    return walk.faults


def block_text_length(blocks: list[Any]) -> int:
    """The characters of all text in the blocks, tables and charts aside."""
    return sum(
        len(found)
        for block in blocks
        if isinstance(block, dict) and block.get("type") not in (*TABLES, "data_visualization")
        for found in strings(block, ("text",))
    )


def _has_input(blocks: object) -> bool:
    return any(isinstance(b, dict) and b.get("type") == "input" for b in listed(blocks))


def _cell_length(cell: object) -> int:
    """Characters of one table cell; a number counts as it is written."""
    return sum(len(found) for found in strings(cell, ("text",)))


def _cells(block: dict[str, Any]) -> Iterator[Any]:
    for row in listed(block.get("rows")):
        yield from listed(row)


def _inside(blocks: list[Any]) -> Iterator[dict[str, Any]]:
    """The blocks and those that stand in them."""
    for block in blocks:
        if isinstance(block, dict):
            yield block
            yield from _inside(listed(block.get(kit.CHILDREN_KEY.get(str(block.get("type")), ""))))


def _focused(value: object) -> int:
    """How many elements want the cursor."""
    if isinstance(value, dict):
        return (value.get("focus_on_load") is True) + sum(map(_focused, value.values()))
    return sum(map(_focused, value)) if isinstance(value, list) else 0


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
            self.block(block, f"{at}/{index}", kit.SURFACES[self.surface])
        every = list(_inside(blocks))
        self.unique((b.get("block_id") for b in every), at, "block_id")
        self.totals(every, at)
        return None

    def block(self, block: object, at: str, allowed: frozenset[str]) -> None:
        kind = self.typed(block, at)
        if kind is None or not isinstance(block, dict):
            return None
        if kind not in kit.BLOCKS:
            return self.say(f"{at}/type", f"unsupported type: {kind}")
        if kind not in allowed:
            self.say(f"{at}/type", f"unsupported type here: {kind}")
        inner = kit.CHILDREN_KEY.get(kind, "")
        self.shape({**block, "block_id": None}, kit.BLOCKS[kind], at)
        for index, child in enumerate(listed(block.get(inner))):
            self.block(child, f"{at}/{inner}/{index}", kit.CHILDREN[kind])
        if block.get("block_id") is not None:
            self.value(block["block_id"], ID, f"{at}/block_id")
        return self.rule(OF_BLOCK.get(kind), block, at)

    def rule(self, rule: Rule | None, value: dict[str, Any], at: str) -> None:
        if rule is not None:
            rule(value, lambda below, error: self.say(at + below, error))

    def totals(self, blocks: list[dict[str, Any]], at: str) -> None:
        """Limits over all the blocks of one payload together."""
        kinds = Counter(str(block.get("type")) for block in blocks)
        if self.surface == "message" and kinds["data_visualization"] > kit.CHARTS_IN_MESSAGE:
            self.say(at, f"no more than {kit.CHARTS_IN_MESSAGE} data_visualization blocks allowed")
        cells = sum(_cell_length(c) for b in blocks if b.get("type") in TABLES for c in _cells(b))
        if cells > kit.TABLE_CHARACTERS:
            self.say(at, f"tables hold {cells} characters; no more than {kit.TABLE_CHARACTERS} allowed")
        words = sum(len(str(b.get("text", ""))) for b in blocks if b.get("type") == "markdown")
        if words > kit.MARKDOWN_CHARACTERS and kinds["markdown"] > 1:
            most = kit.MARKDOWN_CHARACTERS
            self.say(at, f"markdown blocks hold {words} characters; no more than {most} allowed")
        if _focused(blocks) > 1:
            self.say(at, "focus_on_load: only one element can be true")

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
        props = dict(ELEMENTS[kind].props)
        props["text"] = needed(string(prop.most, prop.least))
        return self.shape(value, Shape(props), at)

    def _string(self, value: object, prop: Prop, at: str) -> None:
        if not isinstance(value, str):
            return self.say(at, "must provide a string")
        if prop.most is not None and len(value) > prop.most:
            self.say(at, f"must be less than {prop.most + 1} characters")
        if len(value) < prop.least:
            self.say(at, f"must be more than {prop.least - 1} characters")
        if prop.like and not re.fullmatch(prop.like, value, re.ASCII):
            self.say(at, f"must match {prop.like}")
        return None

    def _enum(self, value: object, prop: Prop, at: str) -> None:
        if value not in prop.of:
            self.say(at, f"must be a valid enum value ({', '.join(prop.of)})")

    def _number(self, value: object, _prop: Prop, at: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.say(at, "must provide a number")

    def _integer(self, value: object, prop: Prop, at: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            self.say(at, "must provide an integer")
        elif value < prop.least or (prop.most is not None and value > prop.most):
            upper = "" if prop.most is None else f" and no more than {prop.most}"
            self.say(at, f"must be no less than {prop.least}{upper}")

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
            if prop.each is not None:
                self.value(item, prop.each, f"{at}/{index}")
            elif item is not None or prop.of != ("column",):
                # Slack takes null for "this column has no settings".
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
            self._list(row, items(*prop.of, most=kit.TABLE_COLUMNS), f"{at}/{index}")
        return None

    def size(self, value: list[Any], prop: Prop, at: str) -> None:
        if prop.most is not None and len(value) > prop.most:
            self.say(at, f"no more than {prop.most} items allowed")
        if len(value) < prop.least:
            self.say(at, f"no fewer than {prop.least} items allowed")

    def item(self, item: object, of: tuple[str, ...], at: str) -> None:
        """One object: a named part, or something known by its type. Inner blocks are walked as blocks."""
        if of == ("block",):
            return None
        if of[0] in PARTS:
            return self.part(item, of[0], at)
        kind = self.typed(item, at)
        if kind is None or not isinstance(item, dict):
            return None
        if kind not in of:
            return self.say(f"{at}/type", f"unsupported type: {kind}")
        if kind == "file_input" and self.surface != "modal":
            self.say(f"{at}/type", "unsupported type outside of a modal: file_input")
        self.shape(item, ELEMENTS[kind], at)
        return self.rule(OF_ELEMENT.get(kind), item, at)

    def part(self, part: object, name: str, at: str) -> None:
        if not isinstance(part, dict):
            return self.say(at, "must provide an object")
        self.shape(part, PARTS[name], at)
        return self.rule(OF_PART.get(name), part, at)

    def unique(self, names: Iterator[Any], at: str, what: str) -> None:
        for name, count in Counter(name for name in names if isinstance(name, str)).items():
            if count > 1:
                self.say(at, f"`{what}` {name} already exists")
