"""How an answer gets to those who may see it: into a thread, into a channel, or to the asker alone."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bot.outbox import Parcel
from bot.slack.message import Message
from bot.slack.works import Job


@dataclass(frozen=True)
class Reach:
    """`lead` is the key of the sentence on top that says whose question this is."""

    kind: Literal["post", "whisper", "respond"]
    thread: str | None
    lead: str = ""
    slots: dict[str, str] = field(default_factory=dict)

    def parcel(
        self,
        job: Job,
        message: Message,
        *,
        part: str = "",
        stream: str | None = None,
        chunks: list[dict[str, Any]] | None = None,
        delete_at: datetime | None = None,
    ) -> Parcel:
        """`stream`: the open message that the answer goes into. `part` tells apart what one job says."""
        body: dict[str, Any] = {"text": message.text, "blocks": message.blocks, "asker": job.user}
        kind: Any = self.kind
        if kind == "whisper":
            body["user"] = job.user
        elif kind == "respond":
            body["url"] = job.respond
        elif stream is not None:
            kind = "finish"
            body |= {"stream": stream, "chunks": chunks or []}
        elif self.thread is None:
            body["opens"] = job.thread  # the answer's ts becomes the thread's name
        where = (job.team, job.channel)
        return Parcel(
            job.ref + part, kind, *where, body, self.thread, delete_at=delete_at, clear=message.clear
        )


def alone(job: Job) -> Reach:
    """To the asker, wherever that is possible from where she asked."""
    thread = job.thread if is_ts(job.thread) and job.thread != job.ts else None
    if job.respond:
        return Reach("respond", thread)
    return Reach("whisper", thread)  # below a message that has no answers yet Slack shows it to nobody


def is_ts(thread: str) -> bool:
    """Whether that is a message's own name, and no stand-in for one that is still to come."""
    return thread.replace(".", "").isdigit()
