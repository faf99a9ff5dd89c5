"""Shows that an answer is on its way: a status after a moment, and after a longer one the steps of the work
in a message that grows. Nothing here may stop the answer, or outlive it.
"""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.outcome import Step
from bot.slack.faults import SLACK_FAULTS, log, slack_code
from bot.slack.later import later
from bot.slack.marks import bare, cut
from bot.slack.reach import is_ts
from bot.slack.works import Job
from db.identifiers import netted

STATUS_AFTER = 0.4  # seconds; quicker answers need no sign
STEPS_AFTER = 2.0
STEP_EVERY = 1.0  # Slack takes about one change a second
TITLE = 80
TASK = 250


class Progress:
    """`step` and `close` may be called from any thread. `close` ends the showing and gives the ts of the
    message that was opened, if one was: the answer belongs into it. Unless it is `kept`, it is taken back.

    `grows`: the answer is a message of a thread, where all may see it grow."""

    def __init__(
        self, client: AsyncWebClient, job: Job, status: str, plan: str, *, grows: bool = True
    ) -> None:
        self._client, self._job, self._status, self._plan = client, job, status, plan
        self.grows, self.kept = grows, False
        self._lock, self._closed = threading.Lock(), False
        self._steps: dict[str, Step] = {}
        self._stream: str | None = None
        self._told = False

    def step(self, step: Step) -> None:
        with self._lock:
            self._steps[step.key] = step

    def close(self) -> str | None:
        with self._lock:
            self._closed = True
            return self._stream

    def chunks(self, undone: str = "in_progress") -> list[dict[str, Any]]:
        """Every step as Slack draws it; `undone` is the status of one that has not come to its end."""
        with self._lock:
            return [_chunk(step, undone) for step in self._steps.values()]

    @asynccontextmanager
    async def shown(self) -> AsyncIterator["Progress"]:
        task = asyncio.create_task(self._show())
        try:
            yield self
        finally:
            self.close()
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            if self._stream is not None and not self.kept:
                later(_try(self._take_back(self._stream)), "a message that was opened")
            if self._told:
                later(self._quiet(), "a status")

    async def _show(self) -> None:
        await asyncio.sleep(STATUS_AFTER)
        if not self._in_a_thread():
            return
        self._told = True
        await _try(self._say_working())
        if not self.grows:
            return
        await asyncio.sleep(STEPS_AFTER - STATUS_AFTER)
        # Not cancelled half-way: a message that Slack opened and we do not know of would stay open.
        await asyncio.shield(_try(self._open()))
        shown: list[dict[str, Any]] = []
        while True:
            await asyncio.sleep(STEP_EVERY)
            chunks = self.chunks()
            if chunks != shown and self._stream is not None:
                await _try(self._append(chunks))
                shown = chunks

    def _in_a_thread(self) -> bool:
        """Neither what is for one person alone nor a slash command has a thread to show anything in."""
        return self._job.entrance != "slash" and is_ts(self._job.thread)

    async def _say_working(self) -> None:
        job = self._job
        if job.entrance == "dm":
            await self._client.api_call("agents.sessions.setStatus", json=session(job, "processing"))
        else:
            where = {"channel_id": job.channel, "thread_ts": job.thread, "status": self._status}
            await self._client.api_call("assistant.threads.setStatus", json=where)

    async def _quiet(self) -> None:
        job = self._job
        if job.entrance == "dm":
            await _try(self._client.api_call("agents.sessions.setStatus", json=session(job, "active")))
        else:
            where = {"channel_id": job.channel, "thread_ts": job.thread, "status": ""}
            await _try(self._client.api_call("assistant.threads.setStatus", json=where))

    async def _open(self) -> None:
        job = self._job
        to = {"recipient_user_id": job.user, "recipient_team_id": job.team} if job.entrance != "dm" else {}
        where = {"channel": job.channel, "thread_ts": job.thread, "task_display_mode": "plan", **to}
        chunks = [{"type": "plan_update", "title": self._plan}, *self.chunks()]
        if self._is_closed():
            return
        opened = await self._client.api_call("chat.startStream", json={**where, "chunks": chunks})
        if not self._keeps(str(opened["ts"])):
            await self._take_back(str(opened["ts"]))

    def _is_closed(self) -> bool:
        with self._lock:
            return self._closed

    def _keeps(self, ts: str) -> bool:
        with self._lock:
            if not self._closed:
                self._stream = ts
            return not self._closed

    async def _take_back(self, ts: str) -> None:
        """The answer went elsewhere."""
        where = {"channel": self._job.channel, "ts": ts}
        await self._client.api_call("chat.stopStream", json=where)
        await self._client.api_call("chat.delete", json=where)

    async def _append(self, chunks: list[dict[str, Any]]) -> None:
        where = {"channel": self._job.channel, "ts": self._stream}
        await self._client.api_call("chat.appendStream", json={**where, "chunks": chunks})


def session(job: Job, status: str) -> dict[str, Any]:
    """An agent session's state; its title is what was first asked in it."""
    where = {"channel_id": job.channel, "thread_ts": job.thread, "status": status}
    opens = job.thread == job.ts and job.text
    return {**where, "title": netted(cut(bare(job.text), TITLE))} if opens else where


def _chunk(step: Step, undone: str) -> dict[str, Any]:
    return {
        "type": "task_update",
        "id": step.key[:250],
        "title": cut(bare(step.name), TASK),
        "status": "complete" if step.done else undone,
    }


async def _try(call: Awaitable[Any]) -> None:
    try:
        await call
    except SLACK_FAULTS as error:
        log.info("no working sign: %s", slack_code(error))
