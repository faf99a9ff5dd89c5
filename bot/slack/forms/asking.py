"""The question form at work: opened, changed while it is filled in, checked, and made a question of.

Knows Slack's calls; what the form looks like and what a choice means is other modules'.
"""

from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck

from bot.slack.asker import Asker, direct
from bot.slack.blocks import Block
from bot.slack.edge import Edge, team_of
from bot.slack.forms import choice as at
from bot.slack.forms.ask import Carried, ask_view, carried, carry
from bot.slack.forms.choice import Choice, Errors, chosen, request_of
from bot.slack.forms.opening import Opening, open_modal, show
from bot.slack.forms.options import Seen, catalogue, within_reach
from bot.slack.forms.taking import taken
from bot.slack.works import Job
from db.access import resolve
from db.engine import reading
from skills.contract import KpiRequest, Language


class AskForm:
    """`seen` is the door that names go through."""

    def __init__(self, edge: Edge, seen: Seen = within_reach) -> None:
        self._edge, self._seen = edge, seen

    async def open(self, opening: Opening, channel: str = "") -> None:
        """`channel`: where it was asked for; offered for the answer if the bot is a member there."""

        async def build(asker: Asker) -> Block:
            with_ = await self._from(opening.team, channel)
            return ask_view(asker, Choice(), with_, catalogue(), self._edge.texts)

        await open_modal(self._edge, opening, build)

    async def _from(self, team: str, channel: str) -> Carried:
        if not channel:
            return carry()
        room = await (await self._edge.workspaces.of(team)).rooms.among_us(channel)
        return carry() if room is None or room.direct else carry(room.id, room.name)

    async def changed(self, body: Mapping[str, Any]) -> None:
        """Another KPI has other splits, another kind of period other fields."""
        view = body["view"]
        with_ = carried(view)
        if with_ is None:
            return

        async def build(asker: Asker) -> Block:
            return ask_view(asker, chosen(view), with_, catalogue(), self._edge.texts)

        await show(self._edge, team_of(body), str(body["user"]["id"]), str(view["id"]), build)

    async def submitted(self, ack: AsyncAck, body: Mapping[str, Any], view: Mapping[str, Any]) -> None:
        await taken(self._edge, ack, body, view, self._take, at.METRIC)

    async def _take(self, asker: Asker, view: Mapping[str, Any]) -> Errors:
        """The question is kept before the form closes; the same form sent twice is one question."""
        choice, with_ = chosen(view), carried(view)
        request = request_of(choice, asker, catalogue())
        if with_ is None or not isinstance(request, KpiRequest):
            keys = {at.METRIC: "slack.stale_button"} if isinstance(request, KpiRequest) else request
            return self._said(asker.language, keys)
        hidden = await self._edge.ledger.run(self._out_of_reach, asker, request)
        if hidden:
            return self._said(asker.language, hidden)
        here = choice.where == at.HERE and bool(with_.channel)
        channel = with_.channel if here else await direct(self._edge, asker.team, asker.user)
        if here and not (await self._from(asker.team, channel)).channel:
            return self._said(asker.language, {at.WHERE: "ask.not_here"})
        job = Job(
            kind="ask",
            team=asker.team,
            user=asker.user,
            channel=channel,
            entrance="channel" if here else "dm",
            thread=f"form:{with_.nonce}",
            intent="kpi",
            fields=request.fields(),
            label=catalogue().label(str(request.metric), asker.language),
        )
        await self._edge.works.take(job, [f"form:{with_.nonce}"])
        return {}

    def _out_of_reach(self, asker: Asker, request: KpiRequest) -> Errors:
        """In the pool: whom she named and may not see, by the field."""
        errors: Errors = {}
        with reading(self._edge.records.engine) as connection:
            for each in request.filters:
                found = resolve(asker.names, each.field, str(each.value))
                named = asker.names.by_id(each.field).get(found or 0)
                if named is None or not self._seen(connection, asker, named):
                    errors[at.AGENT if each.field == "agent" else at.OWNER] = "ask.no_name"
        return errors

    def _said(self, language: Language, keys: Errors) -> Errors:
        return {block: self._edge.texts.say(language, key) for block, key in keys.items()}
