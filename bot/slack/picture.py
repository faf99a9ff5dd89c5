"""Draws a Trend as a PNG to be read on a phone. Knows no KPI, nor where the picture goes.

matplotlib is loaded when the first picture is drawn: nothing else pays for it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from io import BytesIO
from textwrap import wrap
from threading import Lock
from typing import TYPE_CHECKING, Any

from bot.slack.charts import axis_scale
from bot.slack.marks import bare, cut
from skills.contract import Language, Trend, Unit, Value
from skills.text import Texts, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

SERIES, POINTS = 12, 60
TITLE, LINE_OF_TITLE = 96, 50
NAME, LABEL = 28, 26
WIDTH, HEIGHT, TALLEST, DPI = 14.0, 7.6, 24.0, 100  # inches, and so 1400 by 760 points
ROW, AROUND = 0.27, 2.2  # inches: a lying bar, and what stands above and below them all
ACROSS, LETTER, MARK = 1250, 15, 110  # points: the room for labels, a letter, a mark before a name
FREE_NAMES, NAMES = 2, 0.46  # lines of names that need no more room, and inches for each further one
NUMBERED = 24  # up to so many bars carry their number
TICKS = 6
BIG, MIDDLE, SMALL = 27, 20, 18  # 1400 points shrink to a phone's 390
FONT = "DejaVu Sans"  # it ships with matplotlib
INK, QUIET, LINE, PAPER = "#1d1c1d", "#616061", "#e3e3e3", "#ffffff"
# The house's blue first, then colours that the colour-blind tell apart; then the same again, broken.
COLOURS = ("#1a3d5c", "#e07a1f", "#2a9d8f", "#c2397e", "#7a5fc0", "#8a8d91")
_ONE_AT_A_TIME = Lock()  # matplotlib says of itself that it is not thread-safe


@dataclass(frozen=True)
class Sketch:
    """What of a Trend goes into the picture. NaN is a gap."""

    labels: tuple[str, ...]
    names: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    unit: Unit
    scale: Decimal
    language: Language

    @property
    def known(self) -> list[float]:
        return [amount for series in self.values for amount in series if not math.isnan(amount)]

    @property
    def side_by_side(self) -> int:
        """How many labels fit under the picture."""
        return max(1, ACROSS // (LETTER * max(map(len, self.labels), default=1) + LETTER))

    @property
    def columns(self) -> int:
        """Of the names at the foot."""
        beside = ACROSS // (LETTER * max(map(len, self.names), default=1) + MARK)
        return max(1, min(len(self.names), beside))

    def shown(self, amount: float) -> str:
        exact = round(Decimal(amount), 9)
        return number(Value(round(exact * self.scale, 4), self.unit), self.language)


def has_points(trend: Trend) -> bool:
    return any(amount is not None for _, amounts in trend.series for amount in amounts)


def picture(trend: Trend, language: Language, texts: Texts) -> bytes:
    """At most SERIES series of POINTS points: the latest of a line, the first of the bars."""
    with _ONE_AT_A_TIME:
        return _png(trend, language, texts)


def _png(trend: Trend, language: Language, texts: Texts) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    scale, unit = axis_scale(trend, texts, language)
    sketch = _sketch(trend, language, scale if trend.unit in ("money", "count") else Decimal(1))
    lying = trend.kind == "bar" and len(sketch.labels) > sketch.side_by_side
    figure = Figure(figsize=(WIDTH, _height(sketch, lying=lying)), dpi=DPI)
    figure.set_layout_engine("constrained", w_pad=0.25, h_pad=0.22)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    marks = _lines(axes, sketch) if trend.kind == "line" else _bars(axes, sketch, lying=lying)
    _measure(axes, sketch, lying=lying)
    _frame(axes, lying=lying)
    said = trend.unit in ("rate", "seconds", "hours")  # by every number on the axis
    _headings(figure, axes, trend.title, "" if said else trend.y_label or unit)
    _legend(figure, marks, sketch)
    for words in figure.findobj(Text):
        words.set_parse_math(False)  # two dollar signs are money, not a formula
        words.set_fontfamily(FONT)
    return _saved(figure)


def _sketch(trend: Trend, language: Language, scale: Decimal) -> Sketch:
    kept = range(len(trend.labels))[-POINTS:] if trend.kind == "line" else range(len(trend.labels))[:POINTS]
    series = trend.series[:SERIES]
    return Sketch(
        tuple(_written(trend.labels[at], LABEL) for at in kept),
        tuple(_written(name, NAME) for name, _ in series),
        tuple(tuple(_amount(amounts, at) for at in kept) for _, amounts in series),
        trend.unit,
        scale,
        language,
    )


def _amount(amounts: Sequence[Decimal | None], at: int) -> float:
    amount = amounts[at] if at < len(amounts) else None
    return math.nan if amount is None else float(amount)


def _height(sketch: Sketch, *, lying: bool) -> float:
    """More bars and more names make it taller, not smaller."""
    bars = len(sketch.labels) * (len(sketch.values) + 1) if lying else 0
    names = math.ceil(len(sketch.names) / sketch.columns) - FREE_NAMES
    return min(TALLEST, max(HEIGHT, AROUND + ROW * bars) + NAMES * max(0, names))


# --- Marks ---------------------------------------------------------------------------------------


def _lines(axes: Axes, sketch: Sketch) -> list[Line2D]:
    across = range(len(sketch.labels))
    made: list[Line2D] = []
    for n, values in enumerate(sketch.values):
        broken = n >= len(COLOURS)
        made += axes.plot(
            across,
            values,
            color=COLOURS[n % len(COLOURS)],
            linewidth=3.5,
            linestyle=(0, (3, 1.5)) if broken else "-",
            # A value between two gaps has no line: its mark is all there is of it.
            marker="s" if broken else "o",
            markersize=8 if len(sketch.labels) <= POINTS // 2 else 5,
        )
    every = max(1, math.ceil(len(sketch.labels) / sketch.side_by_side))
    told = across[(len(sketch.labels) - 1) % every :: every]  # the last one always
    axes.set_xticks(list(told), [sketch.labels[at] for at in told])
    return made


def _bars(axes: Axes, sketch: Sketch, *, lying: bool) -> list[Patch]:
    from matplotlib.patches import Patch

    made: list[Patch] = []
    thick = 0.84 / max(1, len(sketch.values))
    numbered = len(sketch.known) <= NUMBERED
    for n, values in enumerate(sketch.values):
        look: dict[str, Any] = {
            "facecolor": COLOURS[n % len(COLOURS)],
            "hatch": "//" if n >= len(COLOURS) else None,
            "edgecolor": PAPER,
            "linewidth": 0,
        }
        there = [at for at, amount in enumerate(values) if not math.isnan(amount)]
        amounts = [values[at] for at in there]
        middles = [at + thick * (n - (len(sketch.values) - 1) / 2) for at in there]
        drawn = (axes.barh if lying else axes.bar)(middles, amounts, thick * 0.94, **look)
        if numbered:
            said = [sketch.shown(amount) for amount in amounts]
            axes.bar_label(drawn, said, padding=5, fontsize=SMALL, color=INK)
        made.append(Patch(**look))
    places = range(len(sketch.labels))
    (axes.set_yticks if lying else axes.set_xticks)(list(places), list(sketch.labels))
    if lying:
        axes.set_ylim(len(sketch.labels) - 0.4, -0.6)
    room = 0.12 if numbered else 0.04
    axes.margins(*((room, 0.0) if lying else (0.02, room)))
    (axes.axvline if lying else axes.axhline)(0, color=QUIET, linewidth=1.5)
    return made


# --- Frame and words -----------------------------------------------------------------------------


def _measure(axes: Axes, sketch: Sketch, *, lying: bool) -> None:
    """Round steps, worded as the agency words its numbers; from zero unless that would flatten a line."""
    from matplotlib.ticker import MaxNLocator

    low, high = axes.get_xlim() if lying else axes.get_ylim()
    known = sketch.known
    if known and min(known) >= 0 and (axes.patches or not 0.6 * max(known) < min(known) < max(known)):
        low = 0
    steps = [1, 1.5, 3, 6, 10] if sketch.unit == "seconds" else [1, 2, 2.5, 5, 10]
    per = float(sketch.scale)
    found = [float(at) / per for at in MaxNLocator(TICKS, steps=steps).tick_values(low * per, high * per)]
    ticks = [at for at in found if low <= at <= high]
    (axes.set_xlim if lying else axes.set_ylim)(low, high)
    (axes.set_xticks if lying else axes.set_yticks)(ticks, _tidy([sketch.shown(at) for at in ticks]))


def _tidy(ticks: list[str]) -> list[str]:
    """20 %, not 20.0 %, where no step needs the decimal."""
    return [tick.replace(".0", "") for tick in ticks] if all(".0" in tick for tick in ticks) else ticks


def _frame(axes: Axes, *, lying: bool) -> None:
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set_axisbelow(True)
    axes.grid(axis="x" if lying else "y", color=LINE, linewidth=1.5)
    axes.tick_params(length=0, labelsize=SMALL, labelcolor=INK, pad=8)


def _headings(figure: Figure, axes: Axes, title: str, unit: str) -> None:
    """The title on top, and below it what the axis counts."""
    heading = "\n".join(wrap(_written(title, TITLE), LINE_OF_TITLE))
    figure.suptitle(heading, x=0.018, ha="left", fontsize=BIG, fontweight="bold", color=INK)
    axes.set_title(_written(unit, NAME), loc="left", fontsize=SMALL, color=QUIET, pad=14)


def _legend(figure: Figure, marks: Sequence[Line2D | Patch], sketch: Sketch) -> None:
    """At the foot, where there is more than one."""
    if len(sketch.names) < 2:
        return
    legend = figure.legend(
        marks,
        [str(n) for n in range(len(sketch.names))],
        loc="outside lower left",
        ncols=sketch.columns,
        fontsize=MIDDLE,
        frameon=False,
        labelcolor=INK,
    )
    # Set afterwards: a legend leaves out a name that begins with an underscore.
    for words, name in zip(legend.get_texts(), sketch.names, strict=True):
        words.set_text(name)


def _written(text: str, most: int) -> str:
    """On one line, in letters that the font has."""
    have = _letters()
    return cut("".join(sign if ord(sign) in have else "·" for sign in " ".join(bare(text).split())), most)


@cache
def _letters() -> frozenset[int]:
    from matplotlib.font_manager import findfont, get_font

    return frozenset(get_font(findfont(FONT)).get_charmap())


def _saved(figure: Figure) -> bytes:
    buffer = BytesIO()
    figure.savefig(buffer, format="png", facecolor=PAPER)
    return buffer.getvalue()
