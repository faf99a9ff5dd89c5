"""Answers at a response_url and in the ack of a command: new messages, or changes to the one acted on."""

from typing import Any

from localslack.errors import SlackError
from localslack.passes import Answer, Passes
from localslack.posting import Posting
from localslack.store import Message, Store

JSON = dict[str, Any]


class Responses:
    """Gives out response URLs and takes what comes back on them."""

    def __init__(self, store: Store, posting: Posting, passes: Passes) -> None:
        self.store, self.posting, self.passes = store, posting, passes
        self.base = ""  # known once the server listens

    def url(self, answer: Answer) -> str:
        return self.base + self.passes.answer_path(answer)

    def take(self, secret: str, payload: JSON) -> None:
        """One answer at a response URL."""
        answer = self.passes.use_answer(secret)
        source = self._source(answer)
        if payload.get("delete_original"):
            self.posting.remove(_needed(source))
        elif payload.get("replace_original"):
            content = self.posting.checked(payload.get)
            self.posting.change(_needed(source), {"blocks": None, **content})
        else:
            self.post(answer, payload)

    def post(self, answer: Answer, payload: JSON) -> Message:
        """A new message: for the person alone unless it says in_channel, in a thread only if it says so."""
        channel = self.store.channels[answer.channel]
        content = self.posting.checked(payload.get)
        if payload.get("thread_ts"):
            content["thread_ts"] = self.posting.root(channel, str(payload["thread_ts"]))
        everybody = payload.get("response_type") == "in_channel"
        return self.posting.by_app(channel, content, None if everybody else answer.user)

    def _source(self, answer: Answer) -> Message | None:
        if answer.ts is None:
            return None
        return self.store.message(self.store.channels[answer.channel], answer.ts, answer.user)


def _needed(message: Message | None) -> Message:
    if message is None:
        raise SlackError("message_not_found")
    return message
