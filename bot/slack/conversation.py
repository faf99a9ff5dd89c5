"""Takes what a person asked to the desk, and the desk's outcome on its way back to her.

Knows who, where and which thread; what the question means is the desk's, how it is sent is the sender's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection

from bot.faults import is_busy, note_failure
from bot.health.measures import answering
from bot.identity import client_reads
from bot.outbox import Due, Parcel
from bot.outcome import Hooks, Outcome, Place, Who
from bot.slack.asker import direct
from bot.slack.cards import hung, redrawn
from bot.slack.edge import Edge
from bot.slack.export import Exports
from bot.slack.faults import SLACK_FAULTS, Turned, log, slack_code
from bot.slack.later import later
from bot.slack.marks import bare, cut, inert, mention
from bot.slack.message import Message
from bot.slack.notices import notices
from bot.slack.progress import TITLE, Progress, session
from bot.slack.reach import Reach, alone, is_ts
from bot.slack.records import done
from bot.slack.typed import as_typed, goes_on
from bot.slack.works import Job, Running
from db.engine import writing

QUOTED = 300  # of a slash question, in the line that says who asked
QUIET = ("smalltalk", "none")  # not worth a word where nobody called the bot
OF_THE_PLACE = ("channel", "scope")  # why a channel may be shown less than the asker
Ask = Callable[[Who, Place, datetime, Hooks], Outcome]
Draw = Callable[[Outcome], list[Parcel]]


@dataclass
class Delivery:
    """Puts an outcome on its way, in the transaction of its record; from then on the job is done."""

    edge: Edge
    running: Running
    draw: Draw
    files: list[Parcel] = field(default_factory=list)
    dues: list[Due] = field(default_factory=list)
    delivered: bool = False
    outcome: Outcome | None = None

    def __call__(self, connection: Connection, outcome: Outcome) -> None:
        self.outcome = outcome
        job, drawn = self.running.job, self.draw(outcome)
        others = notices(connection, self.edge, job, outcome) if outcome.notices else []
        anew = redrawn(connection, outcome, job.ref)
        self.put(connection, [*drawn, *self.files, *(parcel for parcel, _ in others), *anew])
        hung(connection, self.edge.renderer, [*((parcel, outcome) for parcel in drawn), *others])

    def came_of(self, outcome: Outcome) -> None:
        """Another outcome than the one that was put: that transaction was not committed."""
        if outcome is not self.outcome:
            self.dues, self.delivered = [], False

    @property
    def finishes(self) -> bool:
        """Whether it goes into the message that was opened."""
        return any(due.parcel.kind == "finish" for due in self.dues)

    def put(self, connection: Connection, parcels: list[Parcel]) -> None:
        made = [self.edge.sender.put(connection, parcel) for parcel in parcels]
        self.dues = [due for due in made if due is not None]
        done(connection, self.running.key)
        self.delivered = True


class Conversation:
    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._exports = Exports(edge)

    async def do(self, running: Running) -> None:
        """One job, from beginning to end; whatever breaks, the person gets a sentence."""
        reach = _nearest(running.job)
        if running.hopeless:
            await self._give_up(running, reach)
            return
        try:
            reach = await self._reach(running.job)
            async with self._edge.turns.turn(running.job.user):
                await self._answer(running, reach)
        except Turned as no:
            await self._turn_away(running, reach, no)
        except Exception as error:
            await self._fail(running, reach, error)

    # --- to the desk and back ---
    async def _answer(self, running: Running, reach: Reach) -> None:
        edge, job = self._edge, running.job
        who = await edge.who(job.team, job.user)
        hers = reach.kind == "respond"  # nobody else reads it, wherever it was asked
        place = await edge.place(job.team, job.channel, "slash" if hers else job.entrance)
        progress = await self._progress(job, reach)
        async with progress.shown():
            outcome, delivery = await self._ask(
                running, who, place, reach, self._drawn(job, reach, progress, place), progress
            )
            if not delivery.delivered and outcome.about in OF_THE_PLACE:
                outcome, delivery = await self._for_her_eyes(running, who, outcome, reach, progress, place)
            progress.kept = delivery.finishes
        if not delivery.delivered:  # the desk could not put it on record, and says so
            await self._say(running, reach, edge.renderer.outcome(outcome, asker=job.user))
        edge.sender.send(delivery.dues)
        opened = job.thread == job.ts and outcome.outcome not in QUIET
        if job.entrance == "dm" and (opened or running.resumed):
            later(self._titled(job), "a session's title")

    async def _ask(
        self, running: Running, who: Who, place: Place, reach: Reach, draw: Draw, progress: Progress
    ) -> tuple[Outcome, Delivery]:
        edge, job = self._edge, running.job
        delivery = Delivery(edge, running, draw)

        def deliver(connection: Connection, outcome: Outcome) -> None:
            if not _hidden_here(place, outcome):
                delivery(connection, outcome)

        def ready(outcome: Outcome) -> None:
            if not _hidden_here(place, outcome):
                delivery.files = self._exports.of(job, place, reach, who, outcome)

        hooks = Hooks(deliver, progress.step, running.stop, job.ref, ready)
        workspace = await edge.workspaces.of(job.team)
        asking = self._asking(job, workspace.bot_user)
        with answering() as came:
            outcome = await edge.pool.run(asking, who, place, edge.clock(), hooks)
            came.append(outcome.outcome)
        delivery.came_of(outcome)
        workspace.profiles.speaks(job.user, outcome.language)
        return outcome, delivery

    async def _for_her_eyes(
        self, running: Running, who: Who, outcome: Outcome, reach: Reach, progress: Progress, room: Place
    ) -> tuple[Outcome, Delivery]:
        """What the channel may not see but the asker may is shown to her alone; what neither may is said."""
        job = running.job
        progress.grows = False
        shown = replace(alone(job), lead="slack.for_you_only")
        denied = self._drawn(job, reach, progress, room)

        def draw(own: Outcome) -> list[Parcel]:
            if own.outcome in ("denied", "refuse"):
                return denied(outcome)
            return self._drawn(job, shown, None)(own)

        return await self._ask(running, who, Place("slash", job.channel), shown, draw, progress)

    def _asking(self, job: Job, bot: str) -> Ask:
        thread = None if job.kind in ("look", "export") or _only_hers(job) else job.thread

        def ask(who: Who, place: Place, now: datetime, hooks: Hooks) -> Outcome:
            desk = partial(self._edge.desk.run, job.intent, job.fields)
            if job.kind in ("message", "slash"):
                desk = partial(self._edge.desk.ask, self._typed(job, bot))
            return desk(who=who, place=place, thread=thread, now=now, hooks=hooks)

        return ask

    def _typed(self, job: Job, bot: str) -> str:
        """Runs in the pool: names of mentioned people come from the database, and so does the thread that a
        message below all threads goes on from."""
        edge = self._edge
        typed = as_typed(job.text, bot=bot, name_of=edge.records.person_name)
        if job.entrance == "dm" and job.thread == job.ts and goes_on(typed):
            edge.records.continue_last(job.channel, job.ts, edge.clock())
        return typed

    # --- how an answer reaches people ---
    async def _reach(self, job: Job) -> Reach:
        if job.kind != "slash":
            return _nearest(job)
        workspace = await self._edge.workspaces.of(job.team)
        room = await workspace.rooms.among_us(job.channel)
        if room is None:
            return Reach("respond", None, "slack.invite_me")
        return Reach("post", None, "slack.asked", {"text": inert(bare(cut(job.text, QUOTED)))})

    def _drawn(self, job: Job, reach: Reach, progress: Progress | None, room: Place | None = None) -> Draw:
        clients = room is not None and client_reads(room, self._edge.settings.channels)

        def draw(outcome: Outcome) -> list[Parcel]:
            if outcome.outcome in QUIET and not job.called and outcome.about != "stopped":
                return []
            if job.kind == "export":
                return []  # its files are all it says
            to = alone(job) if job.kind == "slash" and outcome.outcome != "answer" else reach
            if clients and outcome.outcome == "denied":
                to = alone(job)  # who reads along need not know what there is that they may not see
            if _for_one(job, outcome):
                to = replace(alone(job), lead="slack.account_for_you")
            stream = progress.close() if progress is not None and to.kind == "post" else None
            chunks = progress.chunks(undone="error") if progress is not None and stream else None
            message = self._message(job, to, outcome)
            parcel = to.parcel(job, message, stream=stream, chunks=chunks, delete_at=self._until(outcome))
            return [_entitled(parcel, job, outcome)]

        return draw

    def _message(self, job: Job, reach: Reach, outcome: Outcome) -> Message:
        renderer = self._edge.renderer
        sensitive = outcome.answer is not None and outcome.answer.sensitive
        if sensitive and job.entrance == "channel" and not _for_one(job, outcome):
            one = "account" in (outcome.request or {})
            return renderer.sentence(outcome.language, "slack.in_window" if one else "slack.in_direct")
        if job.kind == "look":
            return renderer.sql(outcome) if job.label == "sql" else renderer.definition(outcome)
        lead = ""
        if reach.lead:
            lead = self._edge.texts.say(outcome.language, reach.lead, who=mention(job.user), **reach.slots)
        return renderer.outcome(outcome, asker=job.user, lead=lead, ref=job.ref)

    def _until(self, outcome: Outcome) -> datetime | None:
        """What shows an account's data does not stay."""
        if outcome.answer is None or not outcome.answer.sensitive:
            return None
        return self._edge.clock() + timedelta(hours=self._edge.settings.keep.account_messages_hours)

    async def _progress(self, job: Job, reach: Reach) -> Progress:
        workspace = await self._edge.workspaces.of(job.team)
        language = await self._edge.speaks(job.team, job.user)
        say = partial(self._edge.texts.say, language)
        grows = reach.kind == "post" and reach.thread is not None
        return Progress(workspace.client, job, say("slack.working"), say("slack.plan"), grows=grows)

    async def _titled(self, job: Job) -> None:
        """A new thread with the bot is a session with a title: what was asked."""
        await self._session(job.team, "agents.sessions.setStatus", session(job, "active"))

    async def _session(self, team: str, method: str, body: dict[str, Any]) -> None:
        workspace = await self._edge.workspaces.of(team)
        try:
            await workspace.client.api_call(method, json=body)
        except SLACK_FAULTS as error:
            log.info("no session title: %s", slack_code(error))

    # --- when there is no answer ---
    async def _turn_away(self, running: Running, reach: Reach, no: Turned) -> None:
        edge, job = self._edge, running.job
        sentence = edge.renderer.sentence(await edge.speaks(job.team, job.user), no.key)
        try:
            where = (job.user, job.entrance, job.channel)
            await edge.ledger.run(edge.records.turned_away, *where, no.key, edge.clock())
        except Exception as error:
            note_failure(error, "the record of somebody turned away")
        await self._say(running, replace(reach, lead=""), sentence)

    async def _give_up(self, running: Running, reach: Reach) -> None:
        """Whoever waited in vain hears of it, once."""
        language = await self._edge.speaks(running.job.team, running.job.user)
        sentence = self._edge.renderer.sentence(language, "slack.given_up")
        await self._say(running, replace(reach, lead=""), sentence)

    async def _fail(self, running: Running, reach: Reach, error: Exception) -> None:
        reference = note_failure(error, "an answer")
        language = await self._edge.speaks(running.job.team, running.job.user)
        key = "slack.database_busy" if is_busy(error) else "slack.failed"
        slots = {} if is_busy(error) else {"reference": reference}
        await self._say(
            running, replace(reach, lead=""), self._edge.renderer.sentence(language, key, **slots)
        )

    async def _say(self, running: Running, reach: Reach, message: Message) -> None:
        """Through the outbox; where the database will not have it, straight to Slack."""
        edge = self._edge
        parcel = reach.parcel(running.job, message, part=":word")
        delivery = Delivery(edge, running, lambda _: [parcel])
        try:
            await edge.ledger.run(self._put, delivery, [parcel])
            edge.sender.send(delivery.dues)
        except Exception as error:
            note_failure(error, "the outbox")
            await edge.sender.send_unrecorded(parcel)
            edge.works.give_up(running.key)

    def _put(self, delivery: Delivery, parcels: list[Parcel]) -> None:
        with writing(self._edge.records.engine) as connection:
            delivery.put(connection, parcels)

    # --- news from the sender ---
    async def sent(self, due: Due, ts: str | None) -> None:
        """A slash command has no message yet: its thread goes by another name until the answer has a ts."""
        parcel = due.parcel
        if "opens" not in parcel.body or ts is None or parcel.kind != "post":
            return
        renamed = self._edge.records.rename_thread
        await self._edge.ledger.run(renamed, parcel.channel, str(parcel.body["opens"]), ts)
        if "title" in parcel.body:
            where = {"channel_id": parcel.channel, "thread_ts": ts, "title": parcel.body["title"]}
            later(self._session(parcel.team, "agents.sessions.rename", where), "a session's title")

    async def dead(self, due: Due, code: str | None) -> None:
        """An answer that cannot be posted is on record, and the asker hears of it."""
        parcel, edge = due.parcel, self._edge
        reference = note_failure(RuntimeError(code or ""), f"a {parcel.kind} ({code})")
        if "asker" not in parcel.body:
            return
        user = str(parcel.body["asker"])
        if parcel.kind == "whisper":  # she has left the channel: what was for her eyes reaches her there
            await self._direct(parcel, user, parcel.body)
            return
        sorry = edge.renderer.sentence(
            await edge.speaks(parcel.team, user), "slack.not_posted", reference=reference
        )
        body = {"text": sorry.text, "blocks": sorry.blocks, "user": user}
        thread = None if code == "thread_not_found" else parcel.thread  # the question was deleted
        word = Parcel(f"{parcel.key}:sorry"[-60:], "whisper", parcel.team, parcel.channel, body, thread)
        if not await edge.sender.send_unrecorded(word):
            await self._direct(word, user, body)

    async def _direct(self, parcel: Parcel, user: str, body: Mapping[str, Any]) -> None:
        try:
            channel = await direct(self._edge, parcel.team, user)
        except (*SLACK_FAULTS, Turned) as error:
            note_failure(error, "a word in a direct message")
            return
        word = Parcel(f"{parcel.key}:direct"[-60:], "post", parcel.team, channel, body, clear=parcel.clear)
        await self._edge.sender.send_unrecorded(word)


def _entitled(parcel: Parcel, job: Job, outcome: Outcome) -> Parcel:
    """An answer that opens a conversation of its own in the direct message is called by what it answers."""
    if job.entrance != "dm" or "opens" not in parcel.body or outcome.answer is None:
        return parcel
    return replace(parcel, body={**parcel.body, "title": cut(bare(outcome.answer.title), TITLE)})


def _nearest(job: Job) -> Reach:
    """Where an answer belongs by the job alone."""
    if job.kind in ("look", "export") or _only_hers(job):
        return alone(job)
    if job.kind == "click":
        own = job.asker in ("", job.user)
        lead = "slack.picked_own" if own else "slack.picked"
        return Reach("post", job.thread, lead, {"label": inert(job.label)})
    if job.kind == "ask":
        lead = "slack.picked" if job.entrance == "channel" else ""
        return Reach("post", job.thread if is_ts(job.thread) else None, lead, {"label": inert(job.label)})
    if job.kind == "slash":
        return Reach("respond", None)
    return Reach("post", job.thread)


def _only_hers(job: Job) -> bool:
    """Clicked on a message that only the clicker sees."""
    return job.kind in ("click", "ask", "message") and job.entrance == "slash"


def _for_one(job: Job, outcome: Outcome) -> bool:
    """What somebody is about to do with an account, or has just done, where others would read along."""
    shown = outcome.answer is not None and outcome.answer.sensitive
    return shown and job.entrance == "channel" and outcome.outcome != "answer"


def _hidden_here(place: Place, outcome: Outcome) -> bool:
    return place.kind == "channel" and outcome.outcome == "denied" and outcome.about in OF_THE_PLACE
