"""The agreement form at work: opened with what is known, drawn anew at each choice, and made a proposal.

Knows Slack's calls; every figure in it is the desk's answer to the person who fills it in.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from slack_bolt.async_app import AsyncAck

from bot.outcome import Outcome, Place
from bot.slack.asker import Asker, direct
from bot.slack.blocks import Block
from bot.slack.edge import Edge, team_of
from bot.slack.forms import agreement as at
from bot.slack.forms.agreement import Carried, agreement_view, carried, carry, filled_in
from bot.slack.forms.opening import Opening, drawn, notice, open_modal, update
from bot.slack.forms.taking import taken
from bot.slack.reach import is_ts
from bot.slack.works import Job
from skills.agree.ask import QUOTE
from skills.agree.record import INTENT, ROLES
from skills.agree.request import AgreementRequest


def opens_form(intent: str, fields: Mapping[str, Any]) -> bool:
    """A button that asks for an agreement without saying all of it opens the form for the rest, and one that
    asks what it would be."""
    if intent != INTENT:
        return intent == QUOTE
    try:
        asked = AgreementRequest.model_validate({"account": "?", **fields})
    except ValidationError:
        return False
    said = asked.amount is not None or asked.discount is not None
    often = (asked.installments or 1) == 1 or asked.frequency is not None
    return not ("account" in fields and said and often and asked.first_date is not None)


class AgreementForm:
    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._latest: dict[str, object] = {}  # of each open form, the change that it has to show

    async def open(self, opening: Opening, fields: Mapping[str, Any]) -> None:
        async def build(asker: Asker) -> Block:
            return await self._view(asker, carry(fields, opening.thread), dict(fields))

        await open_modal(self._edge, opening, build)

    async def changed(self, body: Mapping[str, Any]) -> None:
        """Of choices made one upon the other only the last one is drawn: it says all that stands in it."""
        view, mine = body["view"], object()
        with_, team, view_id = carried(view), team_of(body), str(view["id"])
        if with_ is None:
            return
        self._latest[view_id] = mine

        async def build(asker: Asker) -> Block:
            return await self._view(asker, with_, filled_in(view, with_, asker.names))

        made = await drawn(self._edge, team, str(body["user"]["id"]), build)
        if self._latest.get(view_id) is mine:
            await update(self._edge, team, view_id, made)
            if self._latest.get(view_id) is mine:
                del self._latest[view_id]

    async def submitted(self, ack: AsyncAck, body: Mapping[str, Any], view: Mapping[str, Any]) -> None:
        await taken(self._edge, ack, body, view, self._take, at.AMOUNT)

    async def _view(self, asker: Asker, with_: Carried, fields: Mapping[str, Any]) -> Block:
        texts = self._edge.texts
        if asker.actor.role not in ROLES:
            return notice(texts, asker.language, texts.say(asker.language, "desk.role_denied"))
        told = await self._quoted(asker, fields) if fields.get("account") else None
        return agreement_view(asker, texts, with_, fields, told)

    async def _quoted(self, asker: Asker, fields: Mapping[str, Any]) -> Outcome:
        """Through the desk: authorised now, and on record."""
        edge = self._edge

        def run() -> Outcome:
            place = Place("modal", asker.user)
            return edge.desk.run(QUOTE, fields, who=asker.who, place=place, thread=None, now=edge.clock())

        async with edge.turns.turn(asker.user):
            return await edge.pool.run(run)

    async def _take(self, asker: Asker, view: Mapping[str, Any]) -> dict[str, str]:
        """The proposal is kept before the form closes, and shown in her direct message to be confirmed."""
        edge, with_ = self._edge, carried(view)
        if with_ is None:
            return {at.AMOUNT: edge.texts.say(asker.language, "slack.stale_button")}
        fields = filled_in(view, with_, asker.names)
        told = await self._quoted(asker, fields)
        if told.answer is None:
            return {(told.about or at.AMOUNT).removeprefix("slot:"): told.message}
        job = Job(
            kind="ask",
            team=asker.team,
            user=asker.user,
            channel=await direct(edge, asker.team, asker.user),
            entrance="dm",
            thread=with_.thread if is_ts(with_.thread) else f"form:{with_.nonce}",
            intent=INTENT,
            fields=fields,
            label=edge.texts.say(asker.language, "agree.button_form"),
        )
        await edge.works.take(job, [f"form:{with_.nonce}"])
        return {}
