"""The words after /cartera that are not a question: what each means, and what is done about it.

Whatever is not plainly one of them is a question.
"""

import re
from difflib import get_close_matches
from typing import Any, Literal, NamedTuple

from slack_bolt.async_app import AsyncAck

from bot.slack import blocks as kit
from bot.slack.asker import Asker, meet, once, tell
from bot.slack.blocks import Block
from bot.slack.buttons import ASK
from bot.slack.edge import Edge
from bot.slack.forms.asking import AskForm
from bot.slack.forms.finding import AccountForm
from bot.slack.forms.opening import Opening
from bot.slack.forms.options import catalogue
from bot.slack.later import later
from bot.slack.marks import inert
from bot.slack.message import Message, message
from bot.slack.numbers import Number, number_blocks, numbers
from bot.slack.prompts import prompts_for
from bot.slack.taker import Taker
from bot.slack.works import Job
from bot.understand.normalise import fold
from db.metrics import Metric, Planned
from skills.accounts.skill import ROLES as SEE_ACCOUNTS
from skills.text import number

Kind = Literal["help", "define", "account", "search", "ask", "home", "numbers", "near", "question"]
WORDS: dict[str, Kind] = {
    "ayuda": "help",
    "help": "help",
    "define": "define",
    "definir": "define",
    "definicion": "define",
    "definition": "define",
    "cuenta": "account",
    "account": "account",
    "buscar": "search",
    "busca": "search",
    "search": "search",
    "preguntar": "ask",
    "ask": "ask",
    "inicio": "home",
    "home": "home",
    "numeros": "numbers",
    "numbers": "numbers",
}
LEADS = ("supervisor", "manager", "director", "admin")
TO_DO = ("lists", "clock", "law")
ALONE = ("help", "ask", "home", "numbers")  # with more words they begin a question
SHORTEST, NEAR = 4, 0.8  # letters of a word that may be mistyped, and how like it must be
AS_IS = "sub_as_is"
_NUMBER = re.compile(r"(?=.*\d)[\w./-]{1,40}")


class Sub(NamedTuple):
    """`rest` is what follows the word; for "near", the whole sub-command that may have been meant."""

    kind: Kind
    rest: str = ""
    typed: str = ""


def parse(text: str) -> Sub:
    typed = text.strip()
    if not typed:
        return Sub("help")
    first, *more = typed.split(None, 1)  # a tab or a hard space parts words too
    rest = more[0].strip() if more else ""
    word = fold(first).strip(" .:,")
    known = _meant(WORDS.get(word), rest)
    if known is not None:
        return known
    if word in WORDS or len(word) < SHORTEST or len(typed.split()) > 2 or word in _spoken():
        return Sub("question", typed)
    (near,) = get_close_matches(word, WORDS, 1, NEAR) or [""]
    if near and _meant(WORDS[near], rest) is not None:
        return Sub("near", f"{near} {rest}".strip(), typed)
    return Sub("question", typed)


def _meant(kind: Kind | None, rest: str) -> Sub | None:
    """A sub-command with what follows it, or None where these are the first words of a question."""
    if kind in ALONE:
        return Sub(kind) if not rest else None
    if kind in ("account", "search"):
        if not rest:
            return Sub("search")
        return Sub("account", rest) if _NUMBER.fullmatch(rest) else None
    if kind == "define":
        return Sub(kind, rest) if rest and metric_called(rest) else None
    return None


def metric_called(words: str) -> str | None:
    """The KPI of exactly this name, computed or only known."""
    wanted = fold(words).strip(" ?.")
    for metric in _metrics():
        names = (*metric.words.es, *metric.words.en, fold(metric.label.es), fold(metric.label.en))
        if wanted in names:
            return metric.id
    return None


def _metrics() -> list[Metric | Planned]:
    return [*catalogue().metrics.values(), *catalogue().planned.values()]


def _spoken() -> frozenset[str]:
    """Every word that names a KPI: none of them is a mistyped sub-command."""
    phrases = (phrase for metric in _metrics() for phrase in (*metric.words.es, *metric.words.en))
    return frozenset(word for phrase in phrases for word in fold(phrase).split())


# --- what is done about it -----------------------------------------------------------------------------


async def commanded(edge: Edge, command: dict[str, Any], ack: AsyncAck) -> bool:
    """Whether this was a sub-command, and so is seen to. False: a question, not acknowledged yet."""
    sub = parse(str(command.get("text") or ""))
    if sub.kind == "question":
        return False
    if sub.kind == "define":
        await _define(edge, command, sub.rest)
        await ack()
        return True
    await ack()
    opening = Opening(
        str(command["team_id"]),
        str(command["user_id"]),
        str(command["trigger_id"]),
        str(command.get("response_url") or ""),
    )
    if sub.kind == "ask":
        later(AskForm(edge).open(opening, str(command["channel_id"])), "a form")
    elif sub.kind in ("account", "search"):
        later(AccountForm(edge).open(opening, sub.rest), "a form")
    else:
        later(_say(edge, opening, sub, str(command.get("api_app_id") or "")), "a sub-command")
    return True


async def _define(edge: Edge, command: dict[str, Any], words: str) -> None:
    """The help about that KPI, for the asker alone."""
    key = once("define", command)
    job = Job(
        kind="ask",
        team=str(command["team_id"]),
        user=str(command["user_id"]),
        channel=str(command["channel_id"]),
        entrance="slash",
        thread=key,
        intent="help",
        fields={"about": f"metric:{metric_called(words)}"},
        respond=str(command.get("response_url") or ""),
    )
    await Taker(edge).take(job, [key])


async def _say(edge: Edge, opening: Opening, sub: Sub, app: str) -> None:
    met = await meet(edge, opening.team, opening.user)
    if not isinstance(met, Asker):
        said = Message(inert(met.said), [kit.section(inert(met.said))])
    elif sub.kind == "help":
        said = help_message(edge, met)
    elif sub.kind == "numbers":
        said = numbers_message(edge, met, await edge.pool.run(numbers, edge, met))
    elif sub.kind == "near":
        said = near_message(edge, met, sub)
    else:
        said = edge.renderer.sentence(met.language, "sub.home", team=opening.team, app=app)
    await tell(edge, opening.team, opening.user, said, opening.respond)


def help_message(edge: Edge, asker: Asker) -> Message:
    """By example: what one types, for this role."""

    def say(key: str) -> str:
        return edge.texts.say(asker.language, key)

    examples = [prompt["message"] for prompt in prompts_for(asker.actor.role, edge.texts, asker.language)]
    lines = [f"• `/cartera {inert(each)}`" for each in examples]
    accounts = [say("sub.help.account")] if asker.actor.role in SEE_ACCOUNTS else []
    more = [*accounts, *(say(f"sub.help.{each}") for each in ("ask", "define", "numbers", "home"))]
    parts = [
        f"{say('sub.help.questions')}\n" + "\n".join(lines),
        f"{say('sub.help.also')}\n" + "\n".join(more),
    ]
    orders = "orders" if asker.actor.role in LEADS else "own"
    if asker.actor.role != "client_viewer":
        parts.append("\n\n".join(inert(say(f"help.to_do.{each}")) for each in (orders, *TO_DO)))
    every = kit.button(say("sub.help.every"), f"{ASK}:0", '{"help":{}}')
    blocks = [
        *(kit.section(each) for each in parts),
        kit.actions([every]),
        kit.context([say("sub.help.yours")]),
    ]
    return Message("\n\n".join(parts), blocks)


def numbers_message(edge: Edge, asker: Asker, found: list[Number]) -> Message:
    title = edge.texts.say(asker.language, "home.numbers")
    blocks: list[Block] = [kit.header(title), *number_blocks(edge, asker, found, ASK)]
    lines = [
        f"{each.label}: {number(each.figure.value, asker.language) if each.figure else each.said}"
        for each in found
    ]
    return message("\n".join([title, *lines]), blocks)


def near_message(edge: Edge, asker: Asker, sub: Sub) -> Message:
    """Offered, not done: and what was typed can still be asked as it is."""
    said = edge.texts.say(asker.language, "sub.near", meant=inert(sub.rest))
    blocks = [kit.section(said)]
    if len(sub.typed) <= kit.BUTTON_VALUE:
        as_is = kit.button(edge.texts.say(asker.language, "sub.as_is"), AS_IS, sub.typed)
        blocks.append(kit.actions([as_is]))
    return Message(said, blocks)
