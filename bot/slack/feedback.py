"""The thumbs under an answer: a good mark is kept, a bad one asks why and becomes a test candidate."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.judged import Judgement, judge
from bot.slack.buttons import FEEDBACK
from bot.slack.edge import Edge, team_of
from bot.slack.faults import SLACK_FAULTS, Turned, log, slack_code
from bot.slack.forms.feedback import CALLBACK, feedback_view, read_feedback
from bot.slack.forms.opening import notice


def register(app: AsyncApp, edge: Edge) -> None:
    @app.action(FEEDBACK)
    async def marked(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        good, _, ref = str(action.get("value") or "").partition(":")
        user, team = body["user"]["id"], team_of(body)
        kept = await _keep(edge, team, user, ref, good == "good")
        if kept and good == "bad":
            await _ask_why(edge, team, user, ref, str(body["trigger_id"]))
        await ack()

    @app.view(CALLBACK)
    async def said_why(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        team, user, said = team_of(body), body["user"]["id"], read_feedback(view)
        if isinstance(said, dict):
            language = await edge.speaks(team, user)
            errors = {block: edge.texts.say(language, key) for block, key in said.items()}
            await ack(response_action="errors", errors=errors)
        else:
            await _keep(edge, team, user, said.ref, False, said.reason, said.comment)
            language = await edge.speaks(team, user)
            thanks = notice(edge.texts, language, edge.texts.say(language, "slack.thanks"))
            await ack(response_action="update", view=thanks)


async def _keep(
    edge: Edge,
    team: str,
    user: str,
    ref: str,
    good: bool,
    reason: str | None = None,
    comment: str | None = None,
) -> bool:
    try:
        who = await edge.who(team, user)
    except Turned:
        return False  # a guest has no opinion that counts
    said = Judgement(ref, user, who.email, good, reason, comment)
    return await edge.ledger.run(judge, edge.records.engine, said, edge.clock())


async def _ask_why(edge: Edge, team: str, user: str, ref: str, trigger: str) -> None:
    """The mark itself is kept already; without the window only the reason is missing."""
    try:
        client = (await edge.workspaces.of(team)).client
        view = feedback_view(edge.texts, await edge.speaks(team, user), ref)
        await client.views_open(trigger_id=trigger, view=view)
    except (*SLACK_FAULTS, Turned) as error:
        log.info("no window for a reason: %s", slack_code(error))
