"""Takes what a form sends: checked while it stands open, and said under a field where it cannot be."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck

from bot.faults import note_failure
from bot.slack.asker import Asker, meet
from bot.slack.edge import Edge, team_of
from bot.slack.faults import Turned
from bot.slack.forms.opening import notice

Take = Callable[[Asker, Mapping[str, Any]], Awaitable[dict[str, str]]]


async def taken(
    edge: Edge, ack: AsyncAck, body: Mapping[str, Any], view: Mapping[str, Any], take: Take, first: str
) -> None:
    """`take` keeps what was filled in, or gives sentences by field; `first` is the field for what belongs to
    none. Rights are those of now: whoever may not any more is told in the form's place."""
    met = await meet(edge, team_of(body), str(body["user"]["id"]))
    if not isinstance(met, Asker):
        await ack(response_action="update", view=notice(edge.texts, met.language, met.said))
        return
    try:
        errors = await take(met, view)
    except Turned as no:
        errors = {first: edge.texts.say(met.language, no.key)}
    except Exception as error:
        reference = note_failure(error, "a form")
        errors = {first: edge.texts.say(met.language, "slack.failed", reference=reference)}
    if errors:
        await ack(response_action="errors", errors=_beside(errors, view, first))
    else:
        await ack()


def _beside(errors: Mapping[str, str], view: Mapping[str, Any], first: str) -> dict[str, str]:
    """Slack takes a sentence only under a field that the form has; it may be drawn for another choice."""
    there = {block.get("block_id") for block in view.get("blocks") or ()}
    return {block if block in there else first: said for block, said in errors.items()}
