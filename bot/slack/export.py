"""Which answers leave Slack's message as files, and how the files get there. Knows no rights: the desk has
answered as whoever gets the file.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from bot.faults import note_failure
from bot.outbox import Parcel
from bot.outcome import Outcome, Place, Who
from bot.slack.buttons import IMAGE
from bot.slack.charts import CHARTS, POINTS, SERIES
from bot.slack.documents import Document, Press
from bot.slack.edge import Edge
from bot.slack.links import link_to, make_link, name_of
from bot.slack.message import Message
from bot.slack.oauth import is_public
from bot.slack.reach import Reach, alone
from bot.slack.works import Job
from db.engine import writing
from skills.contract import Answer, Table, Trend

BYTES = 10_000_000
CELLS = 100  # that fit a message whatever stands in them


class Exports:
    """The parcels that carry files. All of it runs in the pool, before the record is written."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge

    def of(self, job: Job, place: Place, reach: Reach, who: Who, outcome: Outcome) -> list[Parcel]:
        """What a button asked for; or else what an answer for all to see could not hold."""
        if job.kind == "export":
            return self._clicked(job, place, who, outcome)
        if outcome.answer is not None and outcome.answer.files:
            return self._enclosed(job, place, reach, outcome)
        if reach.kind != "post":
            return []
        try:
            return self._beside(job, reach.thread, who, outcome)
        except Exception as error:  # the answer itself is there, and says what it leaves out
            note_failure(error, "a file beside an answer")
            return []

    def _enclosed(self, job: Job, place: Place, reach: Reach, outcome: Outcome) -> list[Parcel]:
        """Documents of an answer: in her own direct message alone, and not for longer than what shows an
        account may stay there."""
        files = outcome.answer.files if outcome.answer is not None else ()
        if place.kind != "dm" or reach.kind != "post":
            return [self._word(job, self._sentence(outcome, "files.direct_only"))]
        edge, parcels = self._edge, list[Parcel]()
        until = edge.clock() + timedelta(hours=edge.settings.keep.account_messages_hours)
        for n, each in enumerate(files):
            gone = until.astimezone(edge.settings.agency.zone)
            comment = edge.texts.say(outcome.language, "files.until", until=f"{gone:%d/%m/%Y %H:%M}")
            document = Document(each.name, each.title, comment, each.make())
            parcels.append(replace(self._file(job, reach.thread, document, n), delete_at=until))
        return parcels

    def _beside(self, job: Job, thread: str | None, who: Who, outcome: Outcome) -> list[Parcel]:
        """Whole, in the same thread. Nothing of what must not linger."""
        answer = outcome.answer
        if answer is None or answer.sensitive or not may_be_cut(answer):
            return []
        message = self._edge.renderer.outcome(outcome)
        if not (message.cut_table or message.cut_charts):
            return []
        press, made = self._press(who), list[Document]()
        if message.cut_table:
            made.append(press.workbook(answer, outcome.language))
        made += press.pictures(message.cut_charts, answer, outcome.language)
        return [
            self._file(job, thread, document, n)
            for n, document in enumerate(made)
            if len(document.content) <= BYTES
        ]

    def _clicked(self, job: Job, place: Place, who: Who, outcome: Outcome) -> list[Parcel]:
        """The file that a button asked for, or a word to the clicker alone."""
        answer = outcome.answer
        if answer is None:
            return [self._word(job, self._edge.renderer.outcome(outcome, asker=job.user))]
        # Where no link can be given, what shows accounts goes to her direct message, and soon leaves it.
        here = place.kind == "dm" and self._public is None
        if place.kind == "slash" or (answer.sensitive and not here):
            return [self._word(job, self._link(job, outcome, answer))]
        made = list(self._pressed(job, who, outcome, answer))
        if not made:
            return [self._word(job, self._sentence(outcome, "files.nothing"))]
        if any(len(document.content) > BYTES for document in made):
            return [self._word(job, self._sentence(outcome, "files.too_large"))]
        parcels = [self._file(job, job.thread, document, n) for n, document in enumerate(made)]
        hours = self._edge.settings.keep.account_messages_hours
        soon = self._edge.clock() + timedelta(hours=hours)
        return [replace(each, delete_at=soon) for each in parcels] if answer.sensitive else parcels

    def _pressed(self, job: Job, who: Who, outcome: Outcome, answer: Answer) -> Iterator[Document]:
        press = self._press(who)
        if job.label != IMAGE:
            yield press.workbook(answer, outcome.language)
            return
        charts = self._edge.renderer.outcome(outcome).cut_charts
        every = [part for part in answer.parts if isinstance(part, Trend)]
        yield from press.pictures(charts or every, answer, outcome.language)

    def _link(self, job: Job, outcome: Outcome, answer: Answer) -> Message:
        """What must not stay in Slack, or has no thread to stand in, is fetched with permission."""
        edge, public = self._edge, self._public
        if public is None:
            return self._sentence(outcome, "files.no_link" if answer.sensitive else "files.not_here")
        minutes = edge.settings.keep.link_minutes
        request = {job.intent: job.fields}
        with writing(edge.records.engine) as connection:
            token = make_link(connection, job.team, job.user, request, edge.clock(), minutes)
        return self._sentence(outcome, "files.link", url=link_to(public, token), n=minutes)

    @property
    def _public(self) -> str | None:
        """The address that links are on, where it is one to put a secret into."""
        url = self._edge.settings.slack.public_url
        return url if url is not None and is_public(url) else None

    def _press(self, who: Who) -> Press:
        edge = self._edge
        now = edge.clock().astimezone(edge.settings.agency.zone)
        return Press(edge.texts, name_of(edge, who, now), now)

    def _file(self, job: Job, thread: str | None, document: Document, n: int) -> Parcel:
        keep = timedelta(hours=self._edge.settings.keep.files_hours)
        body = {
            "filename": document.filename,
            "title": document.title,
            "comment": document.comment,
            "asker": job.user,
        }
        return Parcel(
            f"{job.ref}:file{n}",
            "file",
            job.team,
            job.channel,
            body,
            thread,
            document.content,
            self._edge.clock() + keep,
        )

    def _word(self, job: Job, message: Message) -> Parcel:
        return alone(job).parcel(job, message, part=":export")

    def _sentence(self, outcome: Outcome, key: str, **slots: object) -> Message:
        return self._edge.renderer.sentence(outcome.language, key, **slots)


def may_be_cut(answer: Answer) -> bool:
    """Most answers need not be drawn to know that a message holds them."""
    charts = [part for part in answer.parts if isinstance(part, Trend)]
    cells = sum(len(part.rows) * len(part.columns) for part in answer.parts if isinstance(part, Table))
    return cells > CELLS or len(charts) > CHARTS or not all(map(_fits, charts))


def _fits(chart: Trend) -> bool:
    gaps = any(amount is None for _, amounts in chart.series for amount in amounts)
    return len(chart.labels) <= POINTS and len(chart.series) <= SERIES and not gaps
