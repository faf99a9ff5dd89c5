"""The App Home: who you are here, what today asks of you, your numbers, what you asked lately. Knows no KPI.

Only blocks that every Slack draws on Home, as plain dicts.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from bot.outgoing import caught
from bot.slack import blocks as kit
from bot.slack.asker import Asker, Unknown, meet
from bot.slack.blocks import Block
from bot.slack.buttons import pack
from bot.slack.edge import Edge
from bot.slack.faults import SLACK_FAULTS, Turned, asked_again, log, slack_code
from bot.slack.marks import inert
from bot.slack.numbers import Number, number_blocks, numbers
from bot.slack.today import today_blocks
from db.engine import reading
from db.tables.house import audit
from skills import text
from skills.accounts.skill import ROLES as SEE_ACCOUNTS
from skills.contract import Language

SEE, AGAIN = "home_see", "home_again"
ASK, FIND, REFRESH = "home_ask", "home_find", "home_refresh"
RECENT, LOOKED = 5, 60  # questions shown, records looked through for different ones


@dataclass(frozen=True)
class Recent:
    """Something this person asked and was answered."""

    said: str
    request: dict[str, Any]


class Home:
    """One drawing at a time for each person: opening it again while it is drawn changes nothing."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._drawing: set[tuple[str, str]] = set()

    async def open(self, team: str, user: str) -> None:
        if (team, user) in self._drawing:
            return
        self._drawing.add((team, user))
        try:
            await self._publish(team, user)
        finally:
            self._drawing.discard((team, user))

    async def _publish(self, team: str, user: str) -> None:
        edge = self._edge
        met = await meet(edge, team, user)
        try:
            if isinstance(met, Unknown):
                view = stranger_home(edge, met)
            else:
                async with edge.turns.turn(user):
                    view = await edge.pool.run(_drawn, edge, met)
            client = (await edge.workspaces.of(team)).client
            await asked_again(lambda: client.views_publish(user_id=user, view=view))
        except Turned as no:
            log.info("no home: %s", no.key)
        except SLACK_FAULTS as error:
            log.error("no home: %s", slack_code(error))


def _drawn(edge: Edge, asker: Asker) -> Block:
    view = home_view(edge, asker, numbers(edge, asker), recent(edge, asker), today_blocks(edge, asker))
    return dict(caught(view))


def home_view(
    edge: Edge, asker: Asker, found: list[Number], asked: Sequence[Recent], today: Sequence[Block] = ()
) -> Block:
    def say(key: str, **slots: Any) -> str:
        return edge.texts.say(asker.language, key, **slots)

    actor = asker.actor
    who = say(
        "home.who", name=inert(actor.name), role=say(f"role.{actor.role}"), scope=inert(actor.scope.label)
    )
    blocks = [kit.section(who), _buttons(edge, asker), kit.divider(), *today, kit.header(say("home.numbers"))]
    day = text.day(asker.today, asker.language, asker.today)
    blocks.append(kit.context([say("numbers.about", day=day)]))
    blocks += number_blocks(edge, asker, found, SEE)
    if asked:
        blocks += [kit.divider(), kit.header(say("home.recent")), *_recent(edge, asker, asked)]
    return _home([*blocks, kit.divider(), kit.context([say("home.more")])])


def _buttons(edge: Edge, asker: Asker) -> Block:
    def say(key: str) -> str:
        return edge.texts.say(asker.language, key)

    ask = {**kit.button(say("home.ask"), ASK, ASK), "style": "primary"}
    find = kit.button(say("home.find"), FIND, FIND)
    refresh = kit.button(say("home.refresh"), REFRESH, REFRESH)
    may = asker.actor.role in SEE_ACCOUNTS
    return kit.actions([ask, find, refresh] if may else [ask, refresh])


def _recent(edge: Edge, asker: Asker, asked: Sequence[Recent]) -> list[Block]:
    again = edge.texts.say(asker.language, "home.again")
    return [
        {
            **kit.section(inert(each.said)),
            "accessory": kit.button(again, f"{AGAIN}:{n}", pack(each.request) or ""),
        }
        for n, each in enumerate(asked)
    ]


def stranger_home(edge: Edge, unknown: Unknown) -> Block:
    """How to get access, and no number."""
    language: Language = unknown.language
    title, about = (edge.texts.say(language, f"home.stranger.{part}") for part in ("title", "about"))
    return _home([kit.header(title), kit.section(inert(unknown.said)), kit.context([about])])


def _home(blocks: list[Block]) -> Block:
    return {"type": "home", "blocks": blocks}


def recent(edge: Edge, asker: Asker) -> list[Recent]:
    """The last different questions this person typed and was answered, newest first."""
    mine = (
        audit.c.person_id == asker.actor.person_id,
        audit.c.outcome == "answer",
        audit.c.said.is_not(None),
    )
    query = select(audit.c.said, audit.c.request).where(*mine).order_by(audit.c.id.desc()).limit(LOOKED)
    found: dict[str, Recent] = {}
    with reading(edge.records.engine) as connection:
        for said, request in connection.execute(query):
            each = Recent(said, dict(json.loads(request or "{}")))
            if len(found) < RECENT and len(each.request) == 1 and pack(each.request):
                found.setdefault(said.strip().casefold(), each)
    return list(found.values())
