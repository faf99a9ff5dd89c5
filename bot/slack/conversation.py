"""Takes what a person said or clicked to the desk, and the desk's outcome back into Slack.

Knows who, where and which thread; what the question means is the desk's.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, Protocol

from slack_sdk.web.async_client import AsyncWebClient

from bot.faults import is_busy, note_failure
from bot.outcome import Outcome, Place, Who
from bot.slack.faults import SLACK_FAULTS, Turned
from bot.slack.marks import bare, cut, inert, mention
from bot.slack.message import Message
from bot.slack.people import Profiles
from bot.slack.post import Poster
from bot.slack.records import Records
from bot.slack.render import Renderer
from bot.slack.rooms import Rooms
from bot.slack.turns import Pool, Turns, Underway
from bot.slack.typed import as_typed, goes_on, mentioned
from bot.slack.working import Sign, status, working
from skills.contract import Language
from skills.text import Texts

QUOTED = 300  # of a slash question, in the line that says who asked
HELP = ("", "ayuda", "help")  # shown to the asker only
QUIET = ("smalltalk", "none")  # not worth a word where nobody called the bot
Ask = Callable[[Who, Place, datetime], Outcome]
Draw = Callable[[Outcome], Message]
Whisper = Callable[[Message], Awaitable[None]]


class Desk(Protocol):
    """The two doors of bot.desk.Desk."""

    def ask(self, text: str, *, who: Who, place: Place, thread: str | None, now: datetime) -> Outcome: ...

    def run(
        self,
        intent: str,
        fields: dict[str, Any],
        *,
        who: Who,
        place: Place,
        thread: str | None,
        now: datetime,
    ) -> Outcome: ...


@dataclass(frozen=True)
class Edge:
    """What a conversation works with, built once."""

    client: AsyncWebClient
    bot_user: str
    desk: Desk
    records: Records
    profiles: Profiles
    rooms: Rooms
    registered: frozenset[str]  # channels with a scope of their own, by id or name
    poster: Poster
    renderer: Renderer
    texts: Texts
    language: Language  # of those who have not chosen
    pool: Pool
    turns: Turns
    underway: Underway
    clock: Callable[[], datetime]


@dataclass(frozen=True)
class Spot:
    """Where something happened, and the thread its answer belongs to."""

    user: str
    channel: str
    entrance: Literal["dm", "channel", "slash"]  # slash: for the asker alone
    thread: str


class Conversation:
    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._clicking: set[tuple[str, str, str]] = set()

    # --- a message ---
    async def asked(self, spot: Spot, text: str, ts: str, keys: list[str], *, called: bool) -> None:
        """`called`: the bot was spoken to, by mention or in its own direct message."""
        edge = self._edge
        async with edge.underway.one():
            try:
                if not await edge.pool.run(edge.records.claim, keys, edge.clock()):
                    return
                typed = await edge.pool.run(self._typed, text)
                if spot.entrance == "dm" and spot.thread == ts and goes_on(typed):
                    await edge.pool.run(edge.records.continue_last, spot.channel, ts, edge.clock())
            except Exception as error:
                await self._post(spot, self._failed(spot.user, error), spot.thread)
                return
            async with working(*self._signs(spot)):
                asking = self._asking(typed, spot.thread)
                outcome, message = await self._answer(spot, asking, self._drawn(spot))
                if called or outcome not in QUIET:
                    await self._post(spot, message, spot.thread)

    async def follows(self, channel: str, thread: str, text: str) -> bool:
        """Whether a message in a channel's thread, without a mention, goes on talking to the bot."""
        others = set(mentioned(text)) - {self._edge.bot_user}
        if others:
            return False
        return await self._edge.pool.run(self._edge.records.speaks_in, channel, thread)

    # --- a slash command ---
    async def commanded(self, spot: Spot, text: str, whisper: Whisper) -> None:
        """The answer stands in the channel for all, under who asked. Help, and an answer where the bot is
        no member, are for the asker only."""
        edge = self._edge
        async with edge.underway.one():
            try:
                typed = await edge.pool.run(self._typed, text)
                room = await edge.rooms.among_us(spot.channel)
            except Exception as error:
                await whisper(self._failed(spot.user, error))
                return
            if typed.casefold() in HELP:
                _, message = await self._answer(spot, self._asking(typed, None), edge.renderer.outcome)
                await whisper(message)
            elif room is None:
                _, message = await self._answer(spot, self._asking(typed, None), self._for_one(spot))
                await whisper(message)
            else:
                await self._aloud(replace(spot, entrance="dm" if room.direct else "channel"), typed)

    async def _aloud(self, spot: Spot, typed: str) -> None:
        said = inert(bare(cut(typed, QUOTED)))
        draw = self._drawn(spot, "slack.asked", text=said)
        _, message = await self._answer(spot, self._asking(typed, spot.thread), draw)
        ts = await self._post(spot, message, None)
        if ts is None:
            return
        await self._edge.pool.run(self._edge.records.rename_thread, spot.channel, spot.thread, ts)

    def _for_one(self, spot: Spot) -> Draw:
        return self._drawn(spot, "slack.invite_me")

    # --- a click ---
    async def clicked(
        self, spot: Spot, key: str, intent: str, fields: dict[str, Any], *, label: str, asker: str
    ) -> None:
        """Runs a button's request as whoever clicked it, and answers in the thread."""
        once = (spot.user, spot.thread, key)
        if once in self._clicking:
            return
        self._clicking.add(once)
        own = asker in ("", spot.user)
        draw = self._drawn(spot, "slack.picked_own" if own else "slack.picked", label=inert(label))
        try:
            async with self._edge.underway.one(), working(*self._signs(spot)):
                _, message = await self._answer(spot, self._running(intent, fields, spot.thread), draw)
                await self._post(spot, message, spot.thread)
        finally:
            self._clicking.discard(once)

    async def picked(self, spot: Spot, intent: str, fields: dict[str, Any], whisper: Whisper) -> None:
        """A click on a message that only the clicker sees is answered to her alone."""
        async with self._edge.underway.one():
            _, message = await self._answer(spot, self._running(intent, fields, None), self._drawn(spot))
            await whisper(message)

    async def looked(
        self, spot: Spot, intent: str, fields: dict[str, Any], draw: Draw, whisper: Whisper
    ) -> None:
        """What lies behind an answer, to the clicker alone; the thread's memory stays as it was."""
        async with self._edge.underway.one():
            _, message = await self._answer(spot, self._running(intent, fields, None), draw)
            await whisper(message)

    async def stale(self, spot: Spot, whisper: Whisper) -> None:
        await whisper(self._edge.renderer.sentence(self._language(spot.user), "slack.stale_button"))

    def whisperer(self, spot: Spot) -> Whisper:
        """Shows a message to this person only, in the thread she is in."""

        async def whisper(message: Message) -> None:
            await self._edge.poster.whisper(spot.channel, spot.user, message, spot.thread)

        return whisper

    # --- inside ---
    async def _post(self, spot: Spot, message: Message, thread: str | None) -> str | None:
        """The message's ts. An answer that cannot be posted is on record, and the asker hears of it."""
        poster = self._edge.poster
        try:
            return await poster.post(spot.channel, message, thread)
        except SLACK_FAULTS as error:
            reference = note_failure(error, "a post")
            language = self._language(spot.user)
        sorry = self._edge.renderer.sentence(language, "slack.not_posted", reference=reference)
        try:
            await poster.whisper(spot.channel, spot.user, sorry, thread)
        except SLACK_FAULTS as error:
            note_failure(error, f"the word about {reference}")
        return None

    async def _answer(self, spot: Spot, ask: Ask, draw: Draw) -> tuple[str, Message]:
        """The kind of outcome and its message; whatever breaks, a person gets a sentence."""
        try:
            return await self._from_desk(spot, ask, draw)
        except Exception as error:
            return "failed", self._failed(spot.user, error)

    async def _from_desk(self, spot: Spot, ask: Ask, draw: Draw) -> tuple[str, Message]:
        edge = self._edge
        try:
            async with edge.turns.turn(spot.user):
                who, place = await self._who(spot.user), await self._place(spot)
                outcome = await edge.pool.run(ask, who, place, edge.clock())
        except Turned as no:
            where = (spot.user, spot.entrance, spot.channel)
            await edge.pool.run(edge.records.turned_away, *where, no.key, edge.clock())
            return "turned", edge.renderer.sentence(self._language(spot.user), no.key)
        edge.profiles.speaks(spot.user, outcome.language)
        return outcome.outcome, draw(outcome)

    async def _who(self, user: str) -> Who:
        """Asked at every step: rights are the clicker's of now, not of when the button was drawn."""
        profile = await self._edge.profiles.of(user)
        if profile.refusal is not None:
            raise Turned(profile.refusal)
        return Who("slack", user, profile.email)

    async def _place(self, spot: Spot) -> Place:
        if spot.entrance != "channel":
            return Place(spot.entrance, spot.channel)
        room = await self._edge.rooms.of(spot.channel)
        if room.shared and not self._edge.registered & {room.id, room.name}:
            raise Turned("slack.shared_channel")
        return Place("channel", spot.channel, room.name)

    def _asking(self, text: str, thread: str | None) -> Ask:
        return lambda who, place, now: self._edge.desk.ask(text, who=who, place=place, thread=thread, now=now)

    def _running(self, intent: str, fields: dict[str, Any], thread: str | None) -> Ask:
        desk = self._edge.desk
        return lambda who, place, now: desk.run(intent, fields, who=who, place=place, thread=thread, now=now)

    def _drawn(self, spot: Spot, lead: str = "", **slots: str) -> Draw:
        """`lead` is the sentence on top that says whose question this is."""

        def draw(outcome: Outcome) -> Message:
            line = (
                self._edge.texts.say(outcome.language, lead, who=mention(spot.user), **slots) if lead else ""
            )
            return self._edge.renderer.outcome(outcome, asker=spot.user, lead=line)

        return draw

    def _typed(self, text: str) -> str:
        """Runs in the pool: names of mentioned people come from the database."""
        return as_typed(text, bot=self._edge.bot_user, name_of=self._edge.records.person_name)

    def _signs(self, spot: Spot) -> tuple[Sign, Sign]:
        words = self._edge.texts.say(self._language(spot.user), "slack.working")
        return status(self._edge.client, spot.channel, spot.thread, words)

    def _language(self, user: str) -> Language:
        return self._edge.profiles.language(user) or self._edge.language

    def _failed(self, user: str, error: Exception) -> Message:
        reference = note_failure(error, "an answer")
        if is_busy(error):
            return self._edge.renderer.sentence(self._language(user), "slack.database_busy")
        return self._edge.renderer.sentence(self._language(user), "slack.failed", reference=reference)
