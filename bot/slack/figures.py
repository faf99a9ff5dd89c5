"""Draws figures: the number, what it was, whether that helps, its target. Colour never says it alone."""

from dataclasses import replace
from decimal import Decimal

from bot.slack.blocks import FIELDS, Block, fields, section
from bot.slack.marks import inert
from skills.contract import Figure, Figures, Language, Value
from skills.text import Texts, change, number

GOOD, BAD = "🟢", "🔴"
UP, DOWN = "▲", "▼"


def draw_figures(
    part: Figures, texts: Texts, language: Language, *, in_header: str | None = None
) -> list[Block]:
    """The first figure alone, the rest in two columns. `in_header`: the title that carries its value."""
    if not part.items:
        return []
    first, rest = part.items[0], part.items[1:]
    beside = [] if in_header is None else _rest_of_label(first.label, in_header)
    lead = [*beside, *figure_lines(first, texts, language, named=in_header is None)]
    blocks = [section("\n".join(lead))] if lead else []
    cells = ["\n".join(figure_lines(each, texts, language)) for each in rest]
    blocks += [fields(cells[at : at + FIELDS]) for at in range(0, len(cells), FIELDS)]
    return blocks


def _rest_of_label(label: str, title: str) -> list[str]:
    """What a label says beyond the title above it."""
    rest = label.removeprefix(title).strip(" ·:")
    return [f"*{inert(rest)}*"] if rest and label.startswith(title) else []


def figure_lines(figure: Figure, texts: Texts, language: Language, *, named: bool = True) -> list[str]:
    lines = []
    if named:
        label = f"{inert(figure.label)}\n" if figure.label else ""
        lines.append(f"{label}*{number(figure.value, language)}*")
    lines += [_moved(figure, texts, language), _against_target(figure, texts, language)]
    lines.append(inert(figure.detail))
    return [line for line in lines if line]


def _moved(figure: Figure, texts: Texts, language: Language) -> str:
    """▲ *1.2 pp* contra 17.2 % (lun 10-nov a vie 14-nov) · 🔴 empeora"""
    if figure.previous is None or figure.previous.amount is None or figure.value.amount is None:
        return ""
    key = "slack.was_label" if figure.previous_label else "slack.was"
    was = texts.say(
        language, key, previous=number(figure.previous, language), label=inert(figure.previous_label)
    )
    said = change(figure.value, figure.previous, language, sign=False).lstrip("-")
    gap = figure.value.amount - figure.previous.amount
    # What does not show is no change: nobody is told that "no change" is worse.
    moved = gap != 0 and any(digit in said for digit in "123456789")
    arrow = f"{UP if gap > 0 else DOWN} " if moved else ""
    helps = _verdict(figure.good if moved else None, ("slack.better", "slack.worse"), texts, language)
    return f"{arrow}*{said}* {was}{helps}"


def _against_target(figure: Figure, texts: Texts, language: Language) -> str:
    target = figure.target
    if target is None or target.amount is None:
        return ""
    aim = inert(figure.target_label) or texts.say(language, "slack.aim")
    if figure.value.amount is None or figure.value.amount == target.amount:
        line = texts.say(language, "slack.target", aim=aim, target=number(target, language))
    else:
        gap = figure.value.amount - target.amount
        key = "slack.target_above" if gap > 0 else "slack.target_below"
        told = {"target": number(target, language), "gap": _gap(figure, gap, language)}
        line = texts.say(language, key, aim=aim, **told)
    if not figure.settled:
        return line
    return line + _verdict(_meets(figure), ("slack.target_met", "slack.target_missed"), texts, language)


def _gap(figure: Figure, gap: Decimal, language: Language) -> str:
    """Percentage points for a rate, the amount itself for the rest."""
    if figure.value.unit == "rate":
        return change(Value(abs(gap), "rate"), Value(Decimal(0), "rate"), language, sign=False)
    return number(replace(figure.value, amount=abs(gap)), language)


def _meets(figure: Figure) -> bool | None:
    """A figure does not say which way is good; its change and whether that helped do."""
    value, previous, target = figure.value.amount, figure.previous, figure.target
    if figure.good is None or value is None or previous is None or previous.amount is None:
        return None
    if target is None or target.amount is None or value == previous.amount:
        return None
    more_is_good = figure.good == (value > previous.amount)
    return value >= target.amount if more_is_good else value <= target.amount


def _verdict(good: bool | None, keys: tuple[str, str], texts: Texts, language: Language) -> str:
    if good is None:
        return ""
    return f" · {GOOD if good else BAD} {texts.say(language, keys[0] if good else keys[1])}"
