"""The questions pinned on top of a person's direct message: those of her role that have an answer."""

from collections.abc import Mapping

from bot.slack.asker import Asker, Unknown, meet
from bot.slack.edge import Edge
from bot.slack.faults import SLACK_FAULTS, Turned, asked_again, log, slack_code
from skills.contract import Language, Role
from skills.text import Texts

MOST = 4
REMEMBERED = 5_000
# Whose questions each role is offered.
OF_ROLE: Mapping[Role, str] = {
    "agent": "agent",
    "supervisor": "supervisor",
    "manager": "manager",
    "admin": "direction",
    "director": "direction",
    "compliance": "control",
    "quality": "control",
    "client_viewer": "client",
}
Prompt = dict[str, str]


def prompts_for(role: Role, texts: Texts, language: Language) -> list[Prompt]:
    group = OF_ROLE.get(role)
    if group is None:
        return []
    return [
        {
            "title": texts.say(language, f"prompt.{group}.title.{n}"),
            "message": texts.say(language, f"prompt.{group}.message.{n}"),
        }
        for n in range(1, MOST + 1)
    ]


def prompts_of(met: Asker | Unknown, texts: Texts) -> list[Prompt]:
    if isinstance(met, Asker):
        return prompts_for(met.actor.role, texts, met.language)
    how = texts.say(met.language, "prompt.stranger")
    return [{"title": how, "message": how}]


class Prompts:
    """Sent when somebody opens the direct message, and again only when they are others."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._sent: dict[tuple[str, str], list[Prompt]] = {}

    async def open(self, team: str, user: str, channel: str) -> None:
        edge = self._edge
        met = await meet(edge, team, user)
        pinned = prompts_of(met, edge.texts)
        if self._sent.get((team, user)) == pinned:
            return
        title = edge.texts.say(met.language, "prompt.title")
        try:
            client = (await edge.workspaces.of(team)).client
            await asked_again(
                lambda: client.assistant_threads_setSuggestedPrompts(
                    channel_id=channel, title=title, prompts=pinned
                )
            )
        except Turned as no:
            log.info("no prompts: %s", no.key)
            return
        except SLACK_FAULTS as error:
            log.info("no prompts: %s", slack_code(error))
            return
        if len(self._sent) >= REMEMBERED:
            self._sent.pop(next(iter(self._sent)))
        self._sent[team, user] = pinned
