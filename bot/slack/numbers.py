"""A person's own numbers: the few KPIs her role lives by, this month to date beside the month before and the
target. Each goes through the desk like any question. Knows no surface.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.faults import note_failure
from bot.outcome import Outcome, Place
from bot.slack import blocks as kit
from bot.slack.asker import Asker
from bot.slack.blocks import Block
from bot.slack.buttons import pack
from bot.slack.edge import Edge
from bot.slack.figures import BAD, GOOD, figure_lines
from bot.slack.forms.options import catalogue
from bot.slack.marks import inert
from skills import text
from skills.contract import Figure, Figures, Role

_FLOOR = ("recovered_amount", "ptp_kept_rate", "contact_rate", "rpc_rate", "aht")
_CONTROL = ("calls", "contact_rate", "rpc_rate", "aht", "ptp_kept_rate")
_WHOLE = (
    "recovered_amount",
    "goal_attainment",
    "recovery_rate",
    "roll_rate",
    "ptp_kept_rate",
    "contact_rate",
)
OF_ROLE: Mapping[Role, tuple[str, ...]] = {
    "agent": ("recovered_amount", "ptp_count", "ptp_kept_rate", "calls", "rpc_rate", "aht"),
    "supervisor": ("recovered_amount", "goal_attainment", *_FLOOR[1:]),
    "manager": _WHOLE,
    "admin": _WHOLE,
    "director": _WHOLE,
    "compliance": (
        "compliance_breaches",
        "out_of_hours_breaches",
        "complaints",
        "contact_rate",
        "rpc_rate",
        "aht",
    ),
    "quality": _CONTROL,
    "client_viewer": ("recovered_amount", "recovery_rate", "roll_rate", "containment", "ptp_kept_rate"),
}


@dataclass(frozen=True)
class Number:
    """One KPI as the desk answered it; `said` is why there is none."""

    label: str
    request: Mapping[str, Mapping[str, str]]
    figure: Figure | None
    said: str = ""
    as_of: Mapping[str, str] = field(default_factory=dict)


def numbers(edge: Edge, asker: Asker, metrics: tuple[str, ...] | None = None) -> list[Number]:
    """In the pool. One that cannot be had says so, and the others stand."""
    chosen = OF_ROLE.get(asker.actor.role, ()) if metrics is None else metrics
    return [_number(edge, asker, metric) for metric in chosen]


def _number(edge: Edge, asker: Asker, metric: str) -> Number:
    # No period: that is the month to date, for the desk as for the button.
    request = {"kpi": {"metric": metric}}
    label = catalogue().label(metric, asker.language)
    place = Place("home", asker.user)
    try:
        outcome = edge.desk.run(
            "kpi", request["kpi"], who=asker.who, place=place, thread=None, now=edge.clock()
        )
    except Exception as error:
        reference = note_failure(error, "a number of somebody's own")
        said = edge.texts.say(asker.language, "slack.failed", reference=reference)
        return Number(label, request, None, said)
    return _of(outcome, label, request)


def _of(outcome: Outcome, label: str, request: Mapping[str, Mapping[str, str]]) -> Number:
    answer = outcome.answer
    figures = [part for part in answer.parts if isinstance(part, Figures)] if answer else []
    if answer is None or not figures:
        return Number(label, request, None, outcome.message)
    as_of = answer.basis.as_of if answer.basis else {}
    return Number(answer.title, request, figures[0].items[0], as_of=as_of)


def number_blocks(edge: Edge, asker: Asker, found: list[Number], action: str) -> list[Block]:
    """One section a number; its button (`<action>:<n>`) asks for the whole answer."""
    blocks = [_section(edge, asker, number, f"{action}:{n}") for n, number in enumerate(found)]
    ages = _ages(edge, asker, found)
    if ages:
        said = edge.texts.say(asker.language, "numbers.as_of", as_of=" · ".join(ages))
        blocks.append(kit.context([said]))
    return blocks


def _ages(edge: Edge, asker: Asker, found: list[Number]) -> list[str]:
    """The last day of each source, once; an opening cut is no news of how old the data is."""
    latest: dict[str, date] = {}
    for number in found:
        for source, iso in number.as_of.items():
            latest[source] = max(latest.get(source, date.min), date.fromisoformat(iso[:10]))
    now, language = edge.clock().astimezone(edge.settings.agency.zone), asker.language
    return [
        edge.texts.say(
            language,
            f"kpi.source.{source}",
            day=text.day(on, language, asker.today),
            age=text.age(on, now, language),
        )
        for source, on in latest.items()
    ]


def _section(edge: Edge, asker: Asker, number: Number, action: str) -> Block:
    if number.figure is None:
        return kit.section(f"*{inert(number.label)}*\n{inert(number.said)}")
    shown = text.number(number.figure.value, asker.language)
    lines = [f"*{inert(number.label)}: {shown}*"]
    lines += figure_lines(number.figure, edge.texts, asker.language, named=False)
    if not any(mark in line for mark in (GOOD, BAD) for line in lines):
        lines[0] = _mark(number) + lines[0]
    value = pack(number.request)
    see = kit.button(edge.texts.say(asker.language, "numbers.see"), action, value or "")
    return {**kit.section("\n".join(lines)), "accessory": see}


def _mark(number: Number) -> str:
    """Against the target alone, where there is no month before to tell which way it goes."""
    figure = number.figure
    better = catalogue().metrics[number.request["kpi"]["metric"]].better
    if figure is None or figure.target is None or better == "none":
        return ""
    value, target = figure.value.amount, figure.target.amount
    if value is None or target is None:
        return ""
    met = value >= target if better == "up" else value <= target
    return f"{GOOD if met else BAD} "
