"""How localslack says no: Slack's own error names, with what the caller needs to mend it."""

from typing import Any


class SlackError(Exception):
    """An error by Slack's name. `extra` goes into the answer beside it."""

    def __init__(self, error: str, detail: str = "", **extra: Any) -> None:
        super().__init__(error)
        self.error, self.detail, self.extra = error, detail, extra

    def as_json(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"ok": False, "error": self.error, **self.extra}
        if self.detail:
            shown["detail"] = self.detail
        return shown


class NoAck(Exception):
    """The app did not take an envelope; the reason is Slack's word for it to a person.

    `retry_reason` is its word for it to the app; not `again`: the app asked for no retry.
    """

    def __init__(self, reason: str, retry_reason: str = "timeout", *, again: bool = True) -> None:
        super().__init__(reason)
        self.reason, self.retry_reason, self.again = reason, retry_reason, again
