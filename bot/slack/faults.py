"""What can go wrong at the edge, and how it is logged: never a person's words, never shown as a traceback."""

import logging
import secrets
import traceback

import aiohttp
from slack_sdk.errors import SlackClientError

# AsyncWebClient raises these three and nothing else when Slack refuses, fails or is out of reach.
SLACK_FAULTS = (SlackClientError, aiohttp.ClientError, TimeoutError)
log = logging.getLogger("cartera.slack")


class CannotServe(Exception):
    """The bot cannot start. Its text is a sentence for whoever starts it."""


class Turned(Exception):
    """A person gets this sentence instead of an answer; `key` is in text.yaml."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def note_failure(error: BaseException, doing: str) -> str:
    """Logs where it broke under a reference that the user is shown.

    Only the kind of error and the places in the code: an error's text may quote a debtor or a question.
    """
    reference = secrets.token_hex(4).upper()
    places = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]
    log.error("%s failed: ref=%s error=%s at %s", doing, reference, _kind(error), " <- ".join(places[::-1]))
    return reference


def _kind(error: BaseException) -> str:
    chain = [type(error).__name__]
    cause = error.__cause__ or error.__context__
    if cause is not None:
        chain.append(type(cause).__name__)
    return " from ".join(chain)


def slack_code(error: BaseException) -> str:
    """Slack's own word for what it refused ("invalid_blocks"), or the kind of failure."""
    response = getattr(error, "response", None)
    code = response.get("error") if response is not None and hasattr(response, "get") else None
    return str(code or type(error).__name__)
