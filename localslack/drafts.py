"""What a streamed message is made of while it grows: text, tasks, a plan's title, blocks, in their order."""

from collections.abc import Callable
from typing import Any

from localslack.errors import SlackError

JSON = dict[str, Any]
Checked = Callable[[object], list[JSON]]
MODES = ("timeline", "plan", "dense")
TASK_STATES = ("pending", "in_progress", "complete", "error")
LONGEST_TASK_TEXT = 256
LONGEST_TEXT = 12_000
MOST_BLOCKS = 50


def grown(draft: JSON, text: str, chunks: object, checked: Checked) -> JSON:
    """The draft with what one call adds to it, or SlackError and the draft is as it was."""
    new = {**draft, "parts": [dict(part) for part in draft["parts"]]}
    if text:
        _say(new["parts"], text)
    for chunk in _rows(chunks):
        _add(new, chunk, checked)
    if len(plain(new)) > LONGEST_TEXT:
        raise SlackError("msg_too_long")
    if sum(len(part.get("blocks", ())) for part in new["parts"]) > MOST_BLOCKS:
        raise SlackError("msg_blocks_too_many")
    return new


def plain(draft: JSON) -> str:
    """All the text of the draft."""
    return "".join(part.get("text", "") for part in draft["parts"])


def drawn(draft: JSON) -> list[JSON]:
    """The blocks that show what has been streamed so far; a plan stands where its first task came."""
    cards = [_card(part["task"]) for part in draft["parts"] if "task" in part]
    blocks: list[JSON] = []
    plan = _plan(draft, cards)
    for part in draft["parts"]:
        if "text" in part:
            blocks.append({"type": "markdown", "text": part["text"]})
        elif "blocks" in part:
            blocks += part["blocks"]
        elif plan is None:
            blocks.append(cards.pop(0))
        elif plan:
            blocks.append(plan)
            plan = {}
    return [plan, *blocks] if plan else blocks


def _plan(draft: JSON, cards: list[JSON]) -> JSON | None:
    """All tasks under one title, where the app wants them so."""
    title = draft.get("plan_title")
    if not title and (draft["mode"] != "plan" or not cards):
        return None
    return {"type": "plan", "title": title or cards[0]["title"], "tasks": cards}


def _rows(chunks: object) -> list[JSON]:
    rows = chunks or []
    if not isinstance(rows, list) or not all(isinstance(chunk, dict) for chunk in rows):
        raise SlackError("invalid_chunks")
    return rows


def _add(draft: JSON, chunk: JSON, checked: Checked) -> None:
    kind = chunk.get("type")
    if kind == "markdown_text":
        _say(draft["parts"], _text(chunk, "text"))
    elif kind == "task_update":
        _task(draft["parts"], chunk)
    elif kind == "plan_update":
        draft["plan_title"] = _text(chunk, "title")
    elif kind == "blocks":
        draft["parts"].append({"blocks": checked(chunk.get("blocks"))})
    else:
        raise SlackError("invalid_chunks", f"no such chunk: {kind}")


def _say(parts: list[JSON], text: str) -> None:
    """Text goes on where text stood last."""
    if parts and "text" in parts[-1]:
        parts[-1]["text"] += text
    else:
        parts.append({"text": text})


def _task(parts: list[JSON], chunk: JSON) -> None:
    """A new task, or news of one that is there."""
    if chunk.get("status") not in TASK_STATES:
        raise SlackError("invalid_chunks", f"status must be one of {', '.join(TASK_STATES)}")
    for name in ("details", "output"):
        if len(_text(chunk, name, needed=False)) > LONGEST_TASK_TEXT:
            raise SlackError("invalid_chunks", f"{name} is longer than {LONGEST_TASK_TEXT} characters")
    task = {"id": _text(chunk, "id"), "title": _text(chunk, "title")}
    for part in parts:
        if part.get("task", {}).get("id") == task["id"]:
            part["task"] = {**part["task"], **chunk}
            return
    parts.append({"task": {**chunk, **task}})


def _text(chunk: JSON, name: str, *, needed: bool = True) -> str:
    value = chunk.get(name)
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or not value:
        raise SlackError("invalid_chunks", f"{chunk.get('type')}.{name} is missing")
    return value


def _card(task: JSON) -> JSON:
    card = {"type": "task_card", "task_id": task["id"], "title": task["title"], "status": task["status"]}
    for name in ("details", "output"):
        if task.get(name):
            section = {"type": "rich_text_section", "elements": [{"type": "text", "text": task[name]}]}
            card[name] = {"type": "rich_text", "elements": [section]}
    return {**card, "sources": task["sources"]} if task.get("sources") else card
