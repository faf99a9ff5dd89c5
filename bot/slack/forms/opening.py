"""Opens a modal in time: something at once, the form as soon as it is known who asks. Knows no form."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.faults import note_failure
from bot.slack import blocks as kit
from bot.slack.asker import Asker, meet, tell
from bot.slack.blocks import Block
from bot.slack.edge import Edge
from bot.slack.faults import SLACK_FAULTS, Turned, asked_again, log, slack_code
from bot.slack.forms.fields import modal
from bot.slack.marks import inert
from skills.contract import Language
from skills.text import Texts

# Slack lets a view be opened within three seconds of what the person did, once.
TOO_LATE = frozenset(
    {
        "expired_trigger_id",
        "trigger_expired",
        "exchanged_trigger_id",
        "trigger_exchanged",
        "invalid_trigger_id",
        "invalid_trigger",
    }
)
NOTICE = "notice"
Build = Callable[[Asker], Awaitable[Block]]


@dataclass(frozen=True)
class Opening:
    """What a person did that opens a modal. `respond` is Slack's address for an answer to her, if any;
    `thread` is that of her direct message where she did it."""

    team: str
    user: str
    trigger: str
    respond: str = ""
    thread: str = ""


def notice(texts: Texts, language: Language, said: str) -> Block:
    """A view that only says something."""
    return modal(
        texts.say(language, "surface.title"),
        NOTICE,
        [kit.section(inert(said))],
        close=texts.say(language, "surface.close"),
    )


async def open_modal(edge: Edge, opening: Opening, build: Build) -> None:
    """Whoever is not known to the agency is told so in the modal. A trigger that ran out is said in words."""
    texts, language = edge.texts, await edge.speaks(opening.team, opening.user)
    waiting = notice(texts, language, texts.say(language, "surface.opening"))
    try:
        client = (await edge.workspaces.of(opening.team)).client
        opened = await client.views_open(trigger_id=opening.trigger, view=waiting)
    except Turned as no:
        log.info("no modal: %s", no.key)
        return
    except SLACK_FAULTS as error:
        late = slack_code(error) in TOO_LATE
        if not late:
            note_failure(error, "the opening of a form")
        said = edge.renderer.sentence(language, "surface.too_late" if late else "surface.not_opened")
        await tell(edge, opening.team, opening.user, said, opening.respond)
        return
    await show(edge, opening.team, opening.user, str(opened["view"]["id"]), build)


async def show(edge: Edge, team: str, user: str, view_id: str, build: Build) -> None:
    """Puts into an open modal what this person may have there."""
    await update(edge, team, view_id, await drawn(edge, team, user, build))


async def drawn(edge: Edge, team: str, user: str, build: Build) -> Block:
    """The view for this person as she is now; whatever breaks is said in it."""
    try:
        met = await meet(edge, team, user)
        return await build(met) if isinstance(met, Asker) else notice(edge.texts, met.language, met.said)
    except Exception as error:
        return await _sorry(edge, team, user, error)


async def update(edge: Edge, team: str, view_id: str, view: Block) -> None:
    try:
        client = (await edge.workspaces.of(team)).client
        await asked_again(lambda: client.views_update(view_id=view_id, view=view))
    except (*SLACK_FAULTS, Turned) as error:
        # Most often she closed it meanwhile.
        log.info("no view: %s", slack_code(error))


async def _sorry(edge: Edge, team: str, user: str, error: Exception) -> Block:
    language = await edge.speaks(team, user)
    if isinstance(error, Turned):
        return notice(edge.texts, language, edge.texts.say(language, error.key))
    reference = note_failure(error, "a modal")
    return notice(edge.texts, language, edge.texts.say(language, "slack.failed", reference=reference))
