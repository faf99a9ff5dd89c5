"""The account form at work: found by number, shown in the modal, never posted. Knows Slack's calls."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck

from bot.outcome import Outcome, Place
from bot.slack.asker import Asker
from bot.slack.blocks import Block
from bot.slack.buttons import unpack
from bot.slack.edge import Edge, team_of
from bot.slack.forms.account import account_in, account_view, card_view, started_view
from bot.slack.forms.opening import Opening, drawn, notice, open_modal, show, update
from bot.slack.later import later
from skills.accounts.skill import ROLES

INTENT = "account"
AFTER_ACK = 0.5  # what the ack shows has to be there before it is replaced


class AccountForm:
    patience = 2.0  # seconds for a card; Slack waits three for an ack

    def __init__(self, edge: Edge) -> None:
        self._edge = edge

    async def open(self, opening: Opening, number: str = "") -> None:
        """The form, or at once the card of the account that was named."""
        build = partial(self._card, fields={"account": number}) if number else self._form
        await open_modal(self._edge, opening, build)

    async def submitted(self, ack: AsyncAck, body: Mapping[str, Any], view: Mapping[str, Any]) -> None:
        """The card comes with the ack; where it takes longer than Slack waits for that, after it."""
        edge, team, user = self._edge, team_of(body), str(body["user"]["id"])

        async def build(asker: Asker) -> Block:
            fields = account_in(view, asker.names)
            return await self._form(asker) if fields is None else await self._card(asker, fields)

        drawing = asyncio.create_task(drawn(edge, team, user, build))
        done, _ = await asyncio.wait({drawing}, timeout=self.patience)
        if done:
            await ack(response_action="update", view=drawing.result())
            return
        language = await edge.speaks(team, user)
        waiting = notice(edge.texts, language, edge.texts.say(language, "surface.opening"))
        await ack(response_action="update", view=waiting)
        later(self._afterwards(team, str(view["id"]), drawing), "a card")

    async def _afterwards(self, team: str, view_id: str, drawing: "asyncio.Task[Block]") -> None:
        view = await drawing
        await asyncio.sleep(AFTER_ACK)
        await update(self._edge, team, view_id, view)

    async def again(self, body: Mapping[str, Any]) -> None:
        await show(self._edge, team_of(body), str(body["user"]["id"]), str(body["view"]["id"]), self._form)

    async def picked(self, body: Mapping[str, Any], action: Mapping[str, Any]) -> None:
        """One of two accounts of the same number."""
        request = unpack(str(action.get("value") or ""))
        if request is None or request[0] != INTENT:
            return
        build = partial(self._card, fields=request[1])
        await show(self._edge, team_of(body), str(body["user"]["id"]), str(body["view"]["id"]), build)

    async def started(self, body: Mapping[str, Any]) -> None:
        """What she chose goes on elsewhere; the card it was chosen from may be out of date by then."""

        async def build(asker: Asker) -> Block:
            return started_view(self._edge.texts, asker.language)

        await show(self._edge, team_of(body), str(body["user"]["id"]), str(body["view"]["id"]), build)

    async def _form(self, asker: Asker) -> Block:
        texts = self._edge.texts
        if asker.actor.role not in ROLES:
            return notice(texts, asker.language, texts.say(asker.language, "desk.role_denied"))
        return account_view(asker, texts)

    async def _card(self, asker: Asker, fields: Mapping[str, Any]) -> Block:
        """Through the desk: authorised now, and on record."""
        edge = self._edge

        def run() -> Outcome:
            place = Place("modal", asker.user)
            return edge.desk.run(INTENT, fields, who=asker.who, place=place, thread=None, now=edge.clock())

        async with edge.turns.turn(asker.user):
            outcome = await edge.pool.run(run)
        return card_view(outcome, edge.texts)
