"""Draws a report as slides whose charts and tables can be edited in PowerPoint. Knows no number's meaning."""

from collections.abc import Iterator, Sequence
from functools import partial
from io import BytesIO
from typing import Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Emu, Inches, Pt

from skills.contract import Cell, Language, Table, Trend, Unit, Value
from skills.reports.pages import Book, Card, Page
from skills.text import number

WIDTH, HEIGHT, EDGE = Inches(13.333), Inches(7.5), Inches(0.6)
TOP = Inches(1.35)
ROWS, FEW, NARROW = 13, 9, 2  # rows on a slide, beside a chart; a table of so many columns is narrow
LYING = 12  # signs in a name from which on bars lie
LINES, LONG = 11, 110  # sentences on a slide, and signs in a line of one
BLUE, INK, QUIET = RGBColor(0x1A, 0x3D, 0x5C), RGBColor(0x1D, 0x1C, 0x1D), RGBColor(0x61, 0x60, 0x61)
PAPER, PALE = RGBColor(0xFF, 0xFF, 0xFF), RGBColor(0xF1, 0xF4, 0xF7)
GOOD, BAD = RGBColor(0x1E, 0x7B, 0x4C), RGBColor(0xB3, 0x26, 0x1E)
COLOURS = (BLUE, RGBColor(0xE0, 0x7A, 0x1F), RGBColor(0x2A, 0x9D, 0x8F), RGBColor(0x7A, 0x5F, 0xC0))
_FORMATS: dict[Unit, str] = {"rate": "0.0%", "money": "$#,##0"}
_BLANK = 6  # of the layouts that the library brings


def deck(book: Book, language: Language) -> bytes:
    made = Presentation()
    made.slide_width, made.slide_height = WIDTH, HEIGHT
    made.core_properties.title, made.core_properties.author = book.title, book.stamp
    _cover(made, book)
    for page in book.pages:
        for draw in _slides(page, language):
            slide = made.slides.add_slide(made.slide_layouts[_BLANK])
            _heading(slide, page.title, len(made.slides))
            draw(slide)
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def _cover(made: Any, book: Book) -> None:
    slide = made.slides.add_slide(made.slide_layouts[_BLANK])
    slide.background.fill.solid()
    slide.background.fill.fore_color.rgb = BLUE
    width = WIDTH - 2 * EDGE
    _words(slide, EDGE, Inches(2.5), width, Inches(1), [book.title], size=40, colour=PAPER, bold=True)
    _words(slide, EDGE, Inches(3.5), width, Inches(1.2), [book.subtitle], size=20, colour=PAPER)
    _words(slide, EDGE, Inches(6.6), width, Inches(0.5), [book.stamp], size=12, colour=PAPER)


def _heading(slide: Any, title: str, page: int) -> None:
    _words(slide, EDGE, Inches(0.4), WIDTH - 2 * EDGE, Inches(0.7), [title], size=26, colour=BLUE, bold=True)
    line = slide.shapes.add_connector(1, EDGE, Inches(1.15), WIDTH - EDGE, Inches(1.15))
    line.line.color.rgb = BLUE
    _words(
        slide, WIDTH - Inches(1.2), Inches(7.05), Inches(0.6), Inches(0.3), [str(page)], size=10, right=True
    )


# --- What stands on which slide ------------------------------------------------------------------


def _slides(page: Page, language: Language) -> Iterator[Any]:
    """One drawing a slide."""
    trend, table, said = page.trend, page.table, page.said
    if page.cards:
        yield partial(_essential, page=page)
        return
    if trend is not None and table is not None and len(table.rows) <= FEW:
        yield partial(_both, trend=trend, table=table, language=language)
        return
    if trend is not None:
        yield partial(_chart, trend=trend)
    sentences = list(_parts(said))
    if table is not None and len(sentences) == 1 and len(said) + len(table.rows) <= FEW:
        yield partial(_told_and_shown, said=said, table=table, language=language)
        return
    for some in sentences:
        yield partial(_sentences, said=some)
    if table is not None:
        for at in range(0, len(table.rows), ROWS):
            yield partial(_table, table=table, rows=table.rows[at : at + ROWS], language=language)


def _parts(said: Sequence[str]) -> Iterator[list[str]]:
    """As many sentences as a slide holds; a long one takes several lines."""
    some: list[str] = []
    room = LINES
    for each in said:
        takes = 1 + len(each) // LONG
        if some and takes > room:
            yield some
            some, room = [], LINES
        some.append(each)
        room -= takes
    if some:
        yield some


def _both(slide: Any, trend: Trend, table: Table, language: Language) -> None:
    """A narrow table beside its chart; a wide one below it."""
    if len(table.columns) <= NARROW:
        wide = Inches(8.4)
        _chart(slide, trend, width=wide)
        _table(slide, table, table.rows, language, left=EDGE + wide + Inches(0.3))
        return
    rows = Inches(0.38) * (len(table.rows) + 1)
    _chart(slide, trend, height=HEIGHT - TOP - rows - Inches(0.7))
    _table(slide, table, table.rows, language, top=HEIGHT - rows - Inches(0.55))


def _told_and_shown(slide: Any, said: Sequence[str], table: Table, language: Language) -> None:
    _sentences(slide, said)
    below = TOP + Inches(0.36) * sum(1 + len(each) // LONG for each in said) + Inches(0.2)
    _table(slide, table, table.rows, language, top=below)


def _essential(slide: Any, page: Page) -> None:
    width, height, gap = Inches(3.9), Inches(1.75), Inches(0.2)
    for n, card in enumerate(page.cards):
        left = EDGE + (n % 3) * (width + gap)
        _card(slide, card, left, TOP + (n // 3) * (height + gap), width, height)
    below = TOP + -(-len(page.cards) // 3) * (height + gap)
    _sentences(slide, list(page.said)[:6], top=below + Inches(0.05), size=13)


def _card(slide: Any, card: Card, left: Emu, top: Emu, width: Emu, height: Emu) -> None:
    box = slide.shapes.add_shape(1, left, top, width, height)
    box.fill.solid()
    box.fill.fore_color.rgb = PALE
    box.line.fill.background()
    box.shadow.inherit = False
    inner = left + Inches(0.15)
    across = width - Inches(0.3)
    _words(slide, inner, top + Inches(0.08), across, Inches(0.35), [card.label], size=13, colour=QUIET)
    _words(
        slide, inner, top + Inches(0.38), across, Inches(0.6), [card.value], size=28, colour=BLUE, bold=True
    )
    colour = QUIET if card.good is None else GOOD if card.good else BAD
    lines = list(card.lines[:3])
    _words(slide, inner, top + Inches(0.97), across, Inches(0.75), lines, size=11, colour=colour, first=1)


def _sentences(slide: Any, said: Sequence[str], *, top: Emu = TOP, size: int = 15) -> None:
    _words(slide, EDGE, top, WIDTH - 2 * EDGE, HEIGHT - top - Inches(0.5), list(said), size=size, space=6)


def _words(
    slide: Any,
    left: Emu,
    top: Emu,
    width: Emu,
    height: Emu,
    lines: Sequence[str],
    *,
    size: int,
    colour: RGBColor = INK,
    bold: bool = False,
    right: bool = False,
    space: int = 0,
    first: int = 0,
) -> None:
    """`first`: only so many lines have the colour; those below are quiet."""
    frame = slide.shapes.add_textbox(left, top, width, height).text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    for n, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if n == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
        paragraph.space_after = Pt(space)
        run = paragraph.add_run()
        run.text = line
        run.font.size, run.font.bold = Pt(size), bold
        run.font.color.rgb = QUIET if first and n >= first else colour


# --- Charts and tables ---------------------------------------------------------------------------


def _chart(
    slide: Any, trend: Trend, width: Emu = WIDTH - 2 * EDGE, height: Emu = HEIGHT - TOP - Inches(0.6)
) -> None:
    lying = trend.kind == "bar" and max(map(len, trend.labels), default=0) > LYING
    order = slice(None, None, -1 if lying else 1)  # what lies is drawn from below
    data = CategoryChartData()
    data.categories = trend.labels[order]
    for name, amounts in trend.series:
        data.add_series(name, [None if each is None else float(each) for each in amounts[order]])
    kind = XL_CHART_TYPE.BAR_CLUSTERED if lying else XL_CHART_TYPE.COLUMN_CLUSTERED
    kind = XL_CHART_TYPE.LINE_MARKERS if trend.kind == "line" else kind
    chart = slide.shapes.add_chart(kind, EDGE, TOP, width, height, data).chart
    chart.has_title = True
    chart.chart_title.text_frame.text = trend.title
    chart.chart_title.text_frame.paragraphs[0].runs[0].font.size = Pt(14)
    chart.font.size = Pt(11)
    chart.has_legend = len(trend.series) > 1
    if chart.has_legend:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    chart.value_axis.tick_labels.number_format = _FORMATS.get(trend.unit, "#,##0")
    chart.value_axis.tick_labels.number_format_is_linked = False
    chart.value_axis.major_gridlines.format.line.color.rgb = RGBColor(0xE3, 0xE3, 0xE3)
    for n, series in enumerate(chart.plots[0].series):
        ink = series.format.line if trend.kind == "line" else series.format.fill
        if trend.kind == "line":
            ink.color.rgb, series.smooth = COLOURS[n % len(COLOURS)], False
        else:
            ink.solid()
            ink.fore_color.rgb = COLOURS[n % len(COLOURS)]


def _table(
    slide: Any,
    table: Table,
    rows: Sequence[Sequence[Cell]],
    language: Language,
    *,
    left: Emu = EDGE,
    top: Emu = TOP,
) -> None:
    width = WIDTH - EDGE - left
    height = Inches(0.38) * (len(rows) + 1)
    shape = slide.shapes.add_table(len(rows) + 1, len(table.columns), left, top, width, height)
    size = 12 if len(table.columns) <= 7 else 10
    shares = _shares(table, language)
    for at, head in enumerate(table.columns):
        shape.table.columns[at].width = Emu(int(width * shares[at]))
        _cell(shape.table.cell(0, at), head, size, head=True, right=_is_number(rows, at))
    for n, row in enumerate(rows, start=1):
        for at, cell in enumerate(row):
            shown = number(cell, language) if isinstance(cell, Value) else cell or ""
            _cell(shape.table.cell(n, at), shown, size, striped=n % 2 == 0, right=_is_number(rows, at))


def _shares(table: Table, language: Language) -> list[float]:
    """How wide each column is of the whole, by its longest word or number."""
    longest = []
    for at, head in enumerate(table.columns):
        cells = [row[at] for row in table.rows]
        shown = [number(each, language) if isinstance(each, Value) else each or "" for each in cells]
        longest.append(max(8, min(34, max([len(head) * 0.7, *map(len, shown)]))))
    return [each / sum(longest) for each in longest]


def _is_number(rows: Sequence[Sequence[Cell]], at: int) -> bool:
    return any(isinstance(row[at], Value) for row in rows)


def _cell(
    cell: Any, words: str, size: int, *, head: bool = False, striped: bool = False, right: bool = False
) -> None:
    cell.fill.solid()
    cell.fill.fore_color.rgb = BLUE if head else PALE if striped else PAPER
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    cell.margin_left = cell.margin_right = Inches(0.06)
    cell.margin_top = cell.margin_bottom = Inches(0.02)
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
    run = paragraph.add_run()
    run.text, run.font.size, run.font.bold = words, Pt(size), head
    run.font.color.rgb = PAPER if head else INK
