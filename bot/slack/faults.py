"""What can go wrong at the edge: what Slack refuses, and what a person is told instead of an answer."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

# AsyncWebClient raises these three and nothing else when Slack refuses, fails or is out of reach.
SLACK_FAULTS = (SlackClientError, aiohttp.ClientError, TimeoutError)
AGAIN = (0.3, 1.0)  # seconds before another try
LONGEST_WAIT = 30.0
T = TypeVar("T")
log = logging.getLogger("cartera.slack")


class CannotServe(Exception):
    """The bot cannot start. Its text is a sentence for whoever starts it."""


class Turned(Exception):
    """A person gets this sentence instead of an answer; `key` is in text.yaml."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def slack_code(error: BaseException) -> str:
    """Slack's own word for what it refused ("invalid_blocks"), or the kind of failure."""
    response = getattr(error, "response", None)
    data = getattr(response, "data", response)  # a 5xx comes as text, not as JSON
    code = data.get("error") if isinstance(data, dict) else None
    return str(code or type(error).__name__)


def asked_to_wait(error: BaseException) -> float | None:
    """The seconds of a 429; None for any other failure."""
    response = getattr(error, "response", None)
    if response is None or getattr(response, "status_code", None) != 429:
        return None
    try:
        return float(response.headers.get("Retry-After", "1"))
    except ValueError:
        return 1.0


async def asked_again(call: Callable[[], Awaitable[T]], waits: tuple[float, ...] = AGAIN) -> T:
    """For calls that change nothing, or the same thing: a 429 or a failure is worth another try."""
    for wait in waits:
        try:
            return await call()
        except SLACK_FAULTS as error:
            told = asked_to_wait(error)
            if (told is None and not may_have_worked(error)) or (told or 0.0) > LONGEST_WAIT:
                raise
            await asyncio.sleep(wait if told is None else told)
    return await call()


def may_have_worked(error: BaseException) -> bool:
    """After a 5xx, a broken line or a time-out nobody knows whether Slack did it; a refusal is plain."""
    if not isinstance(error, SlackApiError):
        return True
    status = getattr(error.response, "status_code", None) or getattr(error.response, "status", None)
    return isinstance(status, int) and status >= 500
