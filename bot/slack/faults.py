"""What can go wrong at the edge: what Slack refuses, and what a person is told instead of an answer."""

import logging

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


def slack_code(error: BaseException) -> str:
    """Slack's own word for what it refused ("invalid_blocks"), or the kind of failure."""
    response = getattr(error, "response", None)
    code = response.get("error") if response is not None and hasattr(response, "get") else None
    return str(code or type(error).__name__)
