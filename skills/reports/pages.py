"""A report as pages of what answers are made of: figures, tables, charts, sentences. Draws nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

from skills.contract import Figure, Figures, Language, Part, Say, Table, Text, Trend
from skills.text import change, number


@dataclass(frozen=True)
class Card:
    """A headline figure in words. `good`: whether the change helps; None where nobody can tell."""

    label: str
    value: str
    lines: tuple[str, ...]
    good: bool | None


@dataclass(frozen=True)
class Page:
    title: str
    parts: tuple[Part, ...]
    cards: tuple[Card, ...] = ()

    @property
    def trend(self) -> Trend | None:
        return next((part for part in self.parts if isinstance(part, Trend)), None)

    @property
    def table(self) -> Table | None:
        return next((part for part in self.parts if isinstance(part, Table) and part.rows), None)

    @property
    def said(self) -> tuple[str, ...]:
        """Sentences, without the signs a chat draws lists with."""
        texts = (part.body for part in self.parts if isinstance(part, Text))
        return tuple(line.removeprefix("• ").strip() for body in texts for line in body.split("\n"))


@dataclass(frozen=True)
class Book:
    """The whole report. `stamp` says who it was made for, and when."""

    title: str
    subtitle: str
    stamp: str
    pages: tuple[Page, ...]


def card(figure: Figure, say: Say, language: Language) -> Card:
    """Its value, what it was before and by how much it changed, what it should be."""
    lines = []
    if figure.previous is not None and figure.previous.amount is not None:
        before = number(figure.previous, language)
        by = change(figure.value, figure.previous, language)
        lines.append(say("reports.card.before", period=figure.previous_label, value=before, change=by))
    if figure.target is not None:
        key = "reports.card.target" if figure.settled else "reports.card.whole_target"
        aim = figure.target_label or say("reports.card.aim")
        lines.append(say(key, aim=aim, value=number(figure.target, language)))
    if figure.detail:
        lines.append(figure.detail)
    return Card(figure.label, number(figure.value, language), tuple(lines), figure.good)


def fitting(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Without what only a chat can do."""
    return tuple(part for part in parts if isinstance(part, Figures | Table | Trend | Text))
