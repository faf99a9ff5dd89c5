"""Draws a report as a PDF to be read or printed, with its charts as pictures. Knows no number's meaning.

matplotlib is loaded when the first chart is drawn: nothing else pays for it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any

import matplotlib
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace

from skills.contract import Language, Table, Trend, Unit, Value
from skills.reports.pages import Book, Card, Page
from skills.text import number

_FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"  # names need more letters than PDF's own have
_FONT = "DejaVu"
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)  # the same report is the same bytes whenever it is printed
_ONE_AT_A_TIME = Lock()  # matplotlib says of itself that it is not thread-safe
BLUE, QUIET, PALE, GOOD, BAD = (26, 61, 92), (97, 96, 97), (241, 244, 247), (30, 123, 76), (179, 38, 30)
COLOURS = ("#1a3d5c", "#e07a1f", "#2a9d8f", "#7a5fc0")
LYING = 12  # signs in a name from which on bars lie


def printed(book: Book, language: Language) -> bytes:
    paper = _Paper(orientation="landscape", format="letter")
    paper.stamp = book.stamp
    paper.set_creation_date(_LONG_AGO)
    paper.set_margin(15)
    paper.set_auto_page_break(auto=True, margin=16)
    paper.add_font(_FONT, fname=_FONTS / "DejaVuSans.ttf")
    paper.add_font(_FONT, style="B", fname=_FONTS / "DejaVuSans-Bold.ttf")
    paper.set_title(book.title)
    _cover(paper, book, language)
    for page in book.pages:
        _page(paper, page, language)
    return bytes(paper.output())


class _Paper(FPDF):
    """A page whose foot says for whom it was made."""

    stamp = ""

    def footer(self) -> None:
        self.set_y(-12)
        self.set_font(_FONT, size=7)
        self.set_text_color(*QUIET)
        self.cell(0, 5, f"{self.stamp} · {self.page_no()}/{{nb}}", align="C")


def _cover(paper: _Paper, book: Book, language: Language) -> None:
    paper.add_page()
    paper.set_fill_color(*BLUE)
    paper.rect(0, 0, paper.w, 70, style="F")
    paper.set_y(25)
    paper.set_text_color(255, 255, 255)
    paper.set_font(_FONT, "B", 26)
    paper.cell(0, 12, book.title, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    paper.set_font(_FONT, size=12)
    paper.multi_cell(0, 7, book.subtitle, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    paper.set_y(80)
    for page in book.pages[:1]:
        _on_page(paper, page, language)


def _page(paper: _Paper, page: Page, language: Language) -> None:
    if page.cards:
        return  # on the cover
    paper.add_page()
    _on_page(paper, page, language)


def _on_page(paper: _Paper, page: Page, language: Language) -> None:
    _line(paper, page.title, 16, BLUE, bold=True)
    paper.ln(2)
    _cards(paper, page.cards)
    for sentence in page.said:
        _line(paper, sentence, 9.5, (29, 28, 29))
        paper.ln(1)
    if page.trend is not None:
        _chart(paper, page.trend, language)
    if page.table is not None:
        _table(paper, page.table, language)


def _line(
    paper: _Paper, words: str, size: float, colour: tuple[int, int, int], *, bold: bool = False
) -> None:
    paper.set_font(_FONT, "B" if bold else "", size)
    paper.set_text_color(*colour)
    paper.multi_cell(0, size * 0.53, words, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _cards(paper: _Paper, cards: Sequence[Card]) -> None:
    width, height, gap = (paper.epw - 8) / 3, 27.0, 4.0
    top = paper.get_y()
    for n, card in enumerate(cards):
        left, y = paper.l_margin + (n % 3) * (width + gap), top + (n // 3) * (height + gap)
        paper.set_fill_color(*PALE)
        paper.rect(left, y, width, height, style="F")
        colour = QUIET if card.good is None else GOOD if card.good else BAD
        lines = [(card.label, 8.5, QUIET, 2.0), (card.value, 16.0, BLUE, 7.0)]
        lines += [
            (each, 7.0, colour if at == 0 else QUIET, 14.5 + 4 * at) for at, each in enumerate(card.lines[:3])
        ]
        for words, size, ink, down in lines:
            paper.set_xy(left + 3, y + down)
            paper.set_font(_FONT, "B" if size > 10 else "", size)
            paper.set_text_color(*ink)
            paper.cell(width - 6, 5, words)
    if cards:
        paper.set_xy(paper.l_margin, top + -(-len(cards) // 3) * (height + gap))


def _table(paper: _Paper, table: Table, language: Language) -> None:
    paper.ln(3)
    paper.set_font(_FONT, size=8.5)
    paper.set_text_color(29, 28, 29)
    numbers = [any(isinstance(row[at], Value) for row in table.rows) for at in range(len(table.columns))]
    head = FontFace(emphasis="BOLD", color=(255, 255, 255), fill_color=BLUE)
    aligned = tuple("RIGHT" if each else "LEFT" for each in numbers)
    with paper.table(
        headings_style=head, text_align=aligned, cell_fill_color=PALE, cell_fill_mode="ROWS", line_height=5.4
    ) as drawn:
        drawn.row(list(table.columns))
        for row in table.rows:
            drawn.row([number(each, language) if isinstance(each, Value) else each or "" for each in row])


# --- Charts --------------------------------------------------------------------------------------


def _chart(paper: _Paper, trend: Trend, language: Language) -> None:
    lying = trend.kind == "bar" and max(map(len, trend.labels), default=0) > LYING
    height = 2.0 + 0.34 * len(trend.labels) * len(trend.series) if lying else 3.6
    with _ONE_AT_A_TIME:
        picture = _picture(trend, language, min(height, 6.0), lying=lying)
    paper.ln(1)
    paper.image(picture, w=paper.epw, x=paper.l_margin, alt_text=trend.title)


def _picture(trend: Trend, language: Language, height: float, *, lying: bool) -> BytesIO:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, height), dpi=150, layout="constrained")
    axes = figure.subplots()
    axes.set_title(trend.title, fontsize=11, loc="left")
    for n, (name, amounts) in enumerate(trend.series):
        values = [float("nan") if each is None else float(each) for each in amounts]
        _series(axes, trend, n, name, values, lying=lying)
    _dressed(axes, trend, language, lying=lying)
    out = BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None})
    out.seek(0)
    return out


def _series(axes: Any, trend: Trend, n: int, name: str, values: Sequence[float], *, lying: bool) -> None:
    colour = COLOURS[n % len(COLOURS)]
    if trend.kind == "line":
        axes.plot(range(len(values)), values, marker="o", color=colour, label=name, linewidth=2)
        return
    thick = 0.8 / len(trend.series)
    places = [at + (n - (len(trend.series) - 1) / 2) * thick for at in range(len(values))]
    draw = axes.barh if lying else axes.bar
    draw(places, values, thick, color=colour, label=name)


def _dressed(axes: Any, trend: Trend, language: Language, *, lying: bool) -> None:
    places = range(len(trend.labels))
    every = max(1, len(trend.labels) // 15)
    if lying:
        axes.set_yticks(list(places), trend.labels)
        axes.invert_yaxis()
        axes.xaxis.set_major_formatter(lambda amount, _: _shown(amount, trend.unit, language))
    else:
        axes.set_xticks(list(places)[::every], trend.labels[::every], rotation=0)
        axes.yaxis.set_major_formatter(lambda amount, _: _shown(amount, trend.unit, language))
    axes.tick_params(labelsize=8, length=0)
    axes.grid(axis="x" if lying else "y", color="#e3e3e3")
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    if len(trend.series) > 1:
        axes.legend(fontsize=8, frameon=False, ncols=len(trend.series))
    if trend.kind == "line" and all(each is not None for _, amounts in trend.series for each in amounts):
        axes.set_ylim(bottom=0)


def _shown(amount: float, unit: Unit, language: Language) -> str:
    return number(Value(Decimal(str(round(amount, 4))), unit), language)
