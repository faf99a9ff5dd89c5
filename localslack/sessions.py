"""What the app shows beside its messages: statuses, titles and prompts of threads; it cancels no work."""

from typing import Any

from localslack.clock import Clock
from localslack.errors import SlackError
from localslack.store import Channel, Store

JSON = dict[str, Any]
STATES = ("processing", "active", "suspended", "closed")
LONGEST_TITLE = 200
MOST_PROMPTS = 4
# An app that says nothing for so long is taken to have lost its way.
PROCESSING_SECONDS = 3600.0
LINE_SECONDS = 120.0

Thread = tuple[str, str]


class Sessions:
    """By channel and thread. What times out does so by the clock that can be moved."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store, self.clock = store, clock
        self.statuses: dict[Thread, JSON] = {}
        self.titles: dict[Thread, str] = {}
        self.prompts: dict[str, JSON] = {}

    def clear(self) -> None:
        self.statuses.clear()
        self.titles.clear()
        self.prompts.clear()

    def is_session(self, channel: Channel, thread_ts: str) -> bool:
        """Whether an agent session was made of this thread; a mere status line is none."""
        held = self.statuses.get((channel.id, thread_ts))
        return held is not None and held["status"] in STATES

    def set_status(
        self, channel: Channel, thread_ts: str, status: str, loading: list[str] | None = None
    ) -> None:
        """A line such as "is thinking..." or an agent session's state; empty takes it away."""
        shown = {
            "channel": channel.id,
            "thread_ts": thread_ts,
            "status": status,
            "loading_messages": loading or [],
        }
        if status:
            self.statuses[channel.id, thread_ts] = shown
        else:
            self.statuses.pop((channel.id, thread_ts), None)
        self._time_out(channel, thread_ts, status)
        self._tell(channel, {"kind": "status", **shown})

    def _time_out(self, channel: Channel, thread_ts: str, status: str) -> None:
        """A session does not stay in `processing` for ever, nor a line; each call starts the time anew."""
        key = ("status", self.store.team.id, channel.id, thread_ts)
        self.clock.drop_timer(key)
        if status == "processing":
            seconds, then = PROCESSING_SECONDS, "active"
        elif status and status not in STATES:
            seconds, then = LINE_SECONDS, ""
        else:
            return
        moment = self.clock.now() + seconds
        self.clock.set_timer(key, moment, lambda: self.set_status(channel, thread_ts, then))

    def answered(self, channel: Channel, thread_ts: str | None) -> None:
        """The app wrote in the thread: its free status line goes, a session's state stays."""
        held = self.statuses.get((channel.id, thread_ts or ""))
        if held is not None and held["status"] not in STATES:
            self.set_status(channel, str(thread_ts), "")

    def set_title(self, channel: Channel, thread_ts: str, title: str) -> None:
        self.titles[channel.id, thread_ts] = title
        self._tell(channel, {"kind": "title", "channel": channel.id, "thread_ts": thread_ts, "title": title})

    def set_prompts(self, channel: Channel, thread_ts: str | None, title: str, prompts: object) -> None:
        rows = prompts if isinstance(prompts, list) else []
        if not 1 <= len(rows) <= MOST_PROMPTS or not all(_is_prompt(row) for row in rows):
            raise SlackError("invalid_arguments", f"give 1 to {MOST_PROMPTS} prompts of title and message")
        shown: JSON = {"title": title, "prompts": rows}
        if thread_ts:
            shown["thread_ts"] = thread_ts
        self.prompts[channel.id] = shown
        self._tell(channel, {"kind": "prompts", "channel": channel.id, **shown})

    def _tell(self, channel: Channel, event: JSON) -> None:
        self.store.feed.send(event, lambda viewer: self.store.sees(viewer, channel))


def _is_prompt(row: object) -> bool:
    return isinstance(row, dict) and bool(row.get("title")) and bool(row.get("message"))
