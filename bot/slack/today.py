"""What today asks of a person, on Home: what waits for her yes, her open alerts, what is sent to her.

Each is asked of the desk in her own right, or was put before her already. Knows no alert and no plan.
"""

from collections.abc import Iterator, Sequence

from bot.faults import note_failure
from bot.outcome import Outcome, Place
from bot.slack import blocks as kit
from bot.slack.asker import Asker
from bot.slack.blocks import Block
from bot.slack.buttons import pack
from bot.slack.edge import Edge
from bot.slack.marks import cut, inert
from db.engine import reading
from db.waiting import Waits, put_before
from skills.contract import Answer, Table

TODAY = "home_today"  # an action: a whole request, answered in her direct message
SHOWN, LINE, CARD = 3, 150, 600
ANSWERS_FOR_TERMS = ("compliance",)  # of those who may see them, whose day begins with them


def today_blocks(edge: Edge, asker: Asker) -> list[Block]:
    """In the pool. What a role has nothing of is left out."""
    with reading(edge.records.engine) as connection:
        waits = put_before(connection, asker.user, edge.clock())
    made = [*_waiting(edge, asker, waits)]
    for n, name in enumerate(("terms", "alerts", "schedules")):
        if name != "terms" or asker.actor.role in ANSWERS_FOR_TERMS:
            made += _listed(edge, asker, name, 100 + n)
    return made


def _waiting(edge: Edge, asker: Asker, waits: Sequence[Waits]) -> Iterator[Block]:
    if not waits:
        return
    yield kit.header(edge.texts.say(asker.language, "home.waiting", n=len(waits)))
    for n, each in enumerate(waits[:SHOWN]):
        until = each.until.astimezone(edge.settings.agency.zone)
        said = edge.texts.say(asker.language, "home.until", who=each.who, at=f"{until:%H:%M}")
        yield kit.section(cut(each.said, CARD))
        yield kit.context([inert(said)])
        yield kit.actions(
            [_step(edge, asker, "approve", each, 2 * n), _step(edge, asker, "reject", each, 2 * n + 1)]
        )
    yield kit.divider()


def _step(edge: Edge, asker: Asker, name: str, waits: Waits, n: int) -> Block:
    label = edge.texts.say(asker.language, f"writing.button_{name}")
    style = {"style": "primary" if name == "approve" else "danger"}
    value = pack({name: {"proposal": waits.token}}) or ""
    return {**kit.button(label, f"{TODAY}:{n}", value), **style}


def _listed(edge: Edge, asker: Asker, name: str, n: int) -> Iterator[Block]:
    """The first rows of a list of hers, and the way to the whole of it."""
    outcome = _asked(edge, asker, name)
    answer = outcome.answer if outcome is not None else None
    lines = [] if answer is None else list(_lines(answer))
    if not lines:
        return
    yield kit.header(edge.texts.say(asker.language, f"home.{name}"))
    more = len(lines) - SHOWN
    shown = lines[:SHOWN] + ([edge.texts.say(asker.language, "home.and_more", n=more)] if more > 0 else [])
    see = kit.button(edge.texts.say(asker.language, "numbers.see"), f"{TODAY}:{n}", pack({name: {}}) or "")
    yield {**kit.section("\n".join(shown)), "accessory": see}
    yield kit.divider()


def _asked(edge: Edge, asker: Asker, name: str) -> Outcome | None:
    place = Place("home", asker.user)
    try:
        return edge.desk.run(name, {}, who=asker.who, place=place, thread=None, now=edge.clock())
    except Exception as error:
        note_failure(error, f"{name} on somebody's home")
        return None


def _lines(answer: Answer) -> Iterator[str]:
    """Of its first table, where there is something in it at all."""
    table = next((part for part in answer.parts if isinstance(part, Table)), None)
    if table is None or not answer.rows:
        return
    for row in table.rows:
        said = " · ".join(str(cell) for cell in row if cell)
        yield f"• {inert(cut(said, LINE))}"
