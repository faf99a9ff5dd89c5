"""Answers an authorised request: one metric, or several one after another, saying what is worked on.

Knows no words and no rights: whoever gets here was let in.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from pydantic import BaseModel

from bot.identity import audience, narrowed
from bot.merge import several
from bot.outcome import Place, Step
from bot.rights import Rights, within_reach
from bot.sections import Channels
from bot.turn import Turn
from db.calendars import Calendars
from db.metrics import Catalogue
from skills.contract import Actor, Answer, Context, Question, Refused, Room
from skills.rules import Rules
from skills.text import Texts


@contextmanager
def step(turn: Turn, key: str, name: str) -> Iterator[None]:
    """Says what is being worked on, and that it is done."""
    turn.hooks.step(Step(key, name, done=False))
    yield
    turn.hooks.step(Step(key, name, done=True))


@dataclass(frozen=True)
class Answering:
    catalogue: Catalogue
    texts: Texts
    calendars: Calendars
    rules: Rules
    rights: Rights = field(default_factory=lambda: Rights({}))
    channels: Channels = field(default_factory=Channels)

    def answers(self, turn: Turn, question: Question, request: BaseModel) -> Answer:
        """One metric, or several one after another; one that is not computed yet is refused by name."""
        asked = getattr(request, "metric", ())
        metrics = (asked,) if isinstance(asked, str) else tuple(asked)
        context = self.context(turn)
        answer = partial(question.answer, context)
        if len(metrics) < 2:
            self._refuse_planned(turn, *metrics)
            with self._metric_step(turn, *metrics):
                return answer(request)

        def one(metric: str) -> Answer:
            self._refuse_planned(turn, metric)
            with self._metric_step(turn, metric):
                return answer(request.model_copy(update={"metric": metric}))

        return several(metrics, one, context.say)

    def _metric_step(self, turn: Turn, *metrics: str) -> AbstractContextManager[None]:
        name = ", ".join(self.catalogue.label(metric, turn.language) for metric in metrics)
        name = name or self.texts.say(turn.language, "desk.step_look")
        return step(turn, ",".join(metrics) or "look", name)

    def _refuse_planned(self, turn: Turn, *metrics: str) -> None:
        for metric in metrics:
            if metric in self.catalogue.planned:
                name = self.catalogue.label(metric, turn.language)
                lacks = self.catalogue.planned[metric].lacks.in_(turn.language)
                raise Refused("desk.planned", about=f"planned:{metric}", name=name, lacks=lacks)
            if metric not in self.catalogue.metrics:
                raise Refused("desk.unknown_metric", about="metric", name=metric)

    def context(self, turn: Turn, actor: Actor | None = None) -> Context:
        """`actor`: somebody else in whose right it is done; it is still told in the language of the asker."""
        say = partial(self.texts.say, turn.language)
        bare = Context(
            actor=actor or turn.actor,
            session=turn.connection,
            now=turn.now,
            metrics=self.catalogue,
            names=turn.names,
            calendars=self.calendars,
            say=say,
            rules=self.rules,
            open=turn.call.place.open,
            deeds=self.rights.deeds,
        )
        return self._able(bare)

    def _able(self, bare: Context) -> Context:
        """With what it may ask of others, and of other places, in its own right."""
        return replace(bare, ask=partial(self._asked, bare), room=partial(self._room, bare))

    def _room(self, ctx: Context, channel: str) -> Room:
        name = channel.lstrip("#")
        seen = audience(Place("channel", name, name), self.channels, ctx.names)
        if seen is None:
            raise Refused("desk.channel_closed", about="channel_closed", denied=True)
        actor = narrowed(ctx.actor, seen, ctx.names, self.texts)
        if actor.scope.contradicts_itself:
            raise Refused("desk.channel_of_others", about="channel", denied=True, channel=channel)
        there = self._able(replace(ctx, actor=actor, memo={}))
        return Room(there, client_reads=seen.clients is not None or seen.campaigns is not None)

    def _asked(
        self, ctx: Context, intent: str, fields: Mapping[str, Any], now: datetime | None = None
    ) -> Answer:
        """What one skill asks another: through the same rights as if the person had asked."""
        question = self.rights.question(ctx.actor, intent)
        moment = now or ctx.now
        asked = question.request.model_validate(fields)
        own = within_reach(ctx.session, ctx.actor, asked, ctx.names, moment.date())
        at = replace(ctx, now=moment, memo=ctx.memo if moment == ctx.now else {})
        return question.answer(self._able(at), own)
