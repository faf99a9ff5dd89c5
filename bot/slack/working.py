"""Shows that an answer is on its way when it takes a moment. Nothing here may stop the answer."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.faults import SLACK_FAULTS, log, slack_code

AFTER = 0.4
Sign = Callable[[], Awaitable[Any]]


@asynccontextmanager
async def working(show: Sign, clear: Sign, after: float = AFTER) -> AsyncIterator[None]:
    """`show` runs when the work takes longer than `after` seconds, `clear` once it is done."""
    shown = asyncio.Event()
    task = asyncio.create_task(_later(show, shown, after))
    try:
        yield
    finally:
        if not shown.is_set():
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        if shown.is_set():
            await _try(clear)


async def _later(show: Sign, shown: asyncio.Event, after: float) -> None:
    await asyncio.sleep(after)
    shown.set()
    await _try(show)


async def _try(sign: Sign) -> None:
    try:
        await sign()
    except SLACK_FAULTS as error:
        log.info("no working sign: %s", slack_code(error))


def status(client: AsyncWebClient, channel: str, thread: str, words: str) -> tuple[Sign, Sign]:
    """The line in a thread that says "Cartera ..." until the answer comes; channels have it too."""

    async def show() -> None:
        await client.assistant_threads_setStatus(channel_id=channel, thread_ts=thread, status=words)

    async def clear() -> None:
        await client.assistant_threads_setStatus(channel_id=channel, thread_ts=thread, status="")

    return show, clear
