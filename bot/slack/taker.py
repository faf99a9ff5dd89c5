"""Puts jobs into the inbox; says so when the database will not take them. Knows no payload of Slack's."""

from dataclasses import replace
from datetime import timedelta

from bot.faults import is_busy, note_failure
from bot.slack.edge import Edge
from bot.slack.message import Message
from bot.slack.reach import Reach, alone, is_ts
from bot.slack.works import Job


class Taker:
    def __init__(self, edge: Edge) -> None:
        self._edge = edge

    async def take(self, job: Job, keys: list[str], again: timedelta | None = None) -> None:
        try:
            await self._edge.works.take(job, keys, again)
        except Exception as error:
            if job.kind == "message" and is_busy(error):
                raise  # Slack sends it again, and then it is answered: a word now would be one too many
            await self._sorry(job, error)

    async def _sorry(self, job: Job, error: Exception) -> None:
        edge, reference = self._edge, note_failure(error, "the inbox")
        language = await edge.speaks(job.team, job.user)
        key = "slack.database_busy" if is_busy(error) else "slack.failed"
        slots = {} if is_busy(error) else {"reference": reference}
        await self._tell(job, edge.renderer.sentence(language, key, **slots))

    async def stale(self, job: Job) -> None:
        """A button of an earlier version."""
        language = await self._edge.speaks(job.team, job.user)
        await self._tell(
            replace(job, entrance="slash"), self._edge.renderer.sentence(language, "slack.stale_button")
        )

    async def _tell(self, job: Job, message: Message) -> None:
        hers = job.entrance == "slash" or bool(job.respond) or not is_ts(job.thread)
        reach = alone(job) if hers else Reach("post", job.thread)
        await self._edge.sender.send_unrecorded(reach.parcel(job, message))
