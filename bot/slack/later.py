"""Work that must not keep Slack waiting for its "ok": opening and drawing, nothing that has to survive.

What must not be lost goes into the inbox instead.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

from bot.faults import note_failure

_under_way: set["asyncio.Task[None]"] = set()  # a task nobody holds may be collected half-way


def later(work: Coroutine[Any, Any, None], doing: str) -> "asyncio.Task[None]":
    """Begins once the listener has returned; a failure goes to the log."""
    task = asyncio.create_task(_safely(work, doing))
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)
    return task


async def _safely(work: Coroutine[Any, Any, None], doing: str) -> None:
    try:
        await work
    except Exception as error:
        note_failure(error, doing)
