"""Draws a Trend as Slack's native chart. Knows the chart's limits, not what is measured."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.slack.blocks import Block
from bot.slack.marks import bare, cut
from skills.contract import Language, Trend
from skills.text import Texts

TITLE = 50
LABEL = 20
AXIS = 50
SERIES = 6
POINTS = 20
CHARTS = 2
_MILLION = Decimal(1_000_000)


@dataclass(frozen=True)
class Chart:
    """A chart's block (None when there is nothing to plot) and what it leaves out."""

    block: Block | None
    points: int = 0
    of_points: int = 0
    series: int = 0
    of_series: int = 0

    @property
    def whole(self) -> bool:
        return self.block is not None and (self.points, self.series) == (self.of_points, self.of_series)


def draw_chart(trend: Trend, texts: Texts, language: Language) -> Chart:
    """Whole points only: where a series has no value the label is left out, never drawn as zero."""
    known = [at for at in range(len(trend.labels)) if _whole(trend, at)]
    kept = known[-POINTS:] if trend.kind == "line" else known[:POINTS]
    series = trend.series[:SERIES]
    if not kept or not series:
        return Chart(None)
    scale, unit = axis_scale(trend, texts, language)
    labels = _unique(trend.labels[at] for at in kept)
    names = _unique(name for name, _ in series)
    block = {
        "type": "data_visualization",
        "title": cut(bare(trend.title), TITLE) or unit,
        "chart": {
            "type": trend.kind,
            "series": [
                {"name": name, "data": _points(labels, [values[at] for at in kept], scale)}
                for name, (_, values) in zip(names, series, strict=True)
            ],
            "axis_config": {"categories": labels, "y_label": cut(bare(trend.y_label), AXIS) or unit},
        },
    }
    return Chart(block, len(kept), len(trend.labels), len(series), len(trend.series))


def _whole(trend: Trend, at: int) -> bool:
    return all(at < len(values) and values[at] is not None for _, values in trend.series[:SERIES])


def axis_scale(trend: Trend, texts: Texts, language: Language) -> tuple[Decimal, str]:
    """What to multiply by so that the axis reads well, and the name of what results."""
    if trend.unit == "rate":
        return Decimal(100), texts.say(language, "slack.axis_rate")
    if trend.unit == "seconds":
        return Decimal(1), texts.say(language, "slack.axis_seconds")
    if trend.unit in ("hours", "number"):
        return Decimal(1), texts.say(language, f"slack.axis_{trend.unit}")
    most = max((abs(v) for _, values in trend.series for v in values if v is not None), default=Decimal(0))
    kind = "money" if trend.unit == "money" else "count"
    if most >= 2 * _MILLION:
        return 1 / _MILLION, texts.say(language, f"slack.axis_{kind}_millions")
    return Decimal(1), texts.say(language, f"slack.axis_{kind}")


def _points(labels: Sequence[str], values: Sequence[Decimal | None], scale: Decimal) -> list[Block]:
    return [
        {"label": label, "value": float(round(value * scale, 2))}
        for label, value in zip(labels, values, strict=True)
        if value is not None
    ]


def _unique(names: Iterable[str]) -> list[str]:
    """Cut to size, and still told apart: Slack refuses two equal labels."""
    out: list[str] = []
    for name in names:
        short, n = cut(bare(name).strip() or "—", LABEL), 2
        while short in out:
            tail = f" {n}"
            short, n = cut(bare(name).strip() or "—", LABEL - len(tail)) + tail, n + 1
        out.append(short)
    return out
