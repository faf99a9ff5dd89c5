"""The one renderer: an Outcome of the desk as a Slack message. Knows no KPI and asks no question."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from bot.outcome import Outcome
from bot.outgoing import caught
from bot.slack import blocks as kit
from bot.slack.basis import basis_lines, basis_message, sql_message
from bot.slack.blocks import Block
from bot.slack.buttons import DEFINITION, FEEDBACK, SQL, Numbered, pack
from bot.slack.charts import CHARTS, draw_chart
from bot.slack.choosing import draw_selection
from bot.slack.documents import export_buttons
from bot.slack.figures import draw_figures
from bot.slack.marks import inert
from bot.slack.message import Message, message
from bot.slack.picture import has_points
from bot.slack.tables import CHARACTERS, COLUMNS, draw_table
from skills.contract import Answer, Choice, Figures, Language, Part, Selection, Table, Text, Trend
from skills.text import Texts, number

JUDGED = ("answer", "clarify", "refuse")  # what can be right or wrong
HEADINGS = 500  # what titles, notes of cut tables and buttons may take


class Renderer:
    """`today` tells a date of this year, which needs no year, from another."""

    def __init__(self, texts: Texts, today: Callable[[], date]) -> None:
        self._texts, self._today = texts, today

    def outcome(self, outcome: Outcome, *, asker: str = "", lead: str = "", ref: str = "") -> Message:
        """`asker` is the Slack id the buttons are first shown to; `lead` is markup made by this edge; with a
        `ref`, the answer's key in the record, people can say whether it was right."""
        drawing = _Drawing(self._texts, outcome.language, asker, self._today())
        if outcome.answer is not None:
            # A proposal is no question: there is nothing to define or to export.
            drawing.answer(outcome.answer, outcome.request if outcome.outcome == "answer" else None)
        if outcome.message:
            drawing.say(outcome.message, first=outcome.answer is None)
        drawing.choices(outcome.choices)
        if ref and outcome.outcome in JUDGED:
            drawing.feedback(ref)
        over = self._texts.say(outcome.language, "slack.rest_cut")
        drawn = message(outcome.text, drawing.blocks, lead=lead, over=over)
        clear = outcome.answer.clear if outcome.answer is not None else frozenset[str]()
        return replace(
            drawn,
            text=caught(drawn.text, clear),
            blocks=caught(drawn.blocks, clear),
            cut_table=drawing.cut_table,
            cut_charts=tuple(drawing.cut_charts),
            clear=clear,
        )

    def sentence(self, language: Language, key: str, **slots: Any) -> Message:
        """One sentence of this edge. The slots are inert already where they are data."""
        said = self._texts.say(language, key, **slots)
        return Message(said, [kit.section(said)])

    def definition(self, outcome: Outcome) -> Message:
        answer = outcome.answer
        if answer is None or answer.basis is None:
            return self._nothing(outcome)
        return basis_message(answer.basis, self._texts, outcome.language, self._today())

    def sql(self, outcome: Outcome) -> Message:
        answer = outcome.answer
        if answer is None or answer.basis is None or answer.basis.query is None:
            return self._nothing(outcome)
        return sql_message(answer.title, answer.basis, self._texts, outcome.language)

    def _nothing(self, outcome: Outcome) -> Message:
        """The request no longer gives an answer to this person: say why, in the desk's own words."""
        if outcome.message:
            return message(outcome.message, [kit.section(inert(outcome.message))])
        return self.sentence(outcome.language, "slack.no_basis")


class _Drawing:
    """The blocks of one message, and the room that is left in it."""

    def __init__(self, texts: Texts, language: Language, asker: str, today: date) -> None:
        self.blocks: list[Block] = []
        self._texts, self._language, self._today = texts, language, today
        self._asker, self._buttons = asker, Numbered(asker)
        self._charts, self._room = 0, CHARACTERS
        self.cut_table, self.cut_charts = False, list[Trend]()

    def answer(self, answer: Answer, request: Any) -> None:
        lead = _lead(answer)
        self.blocks.append(kit.header(self._title(answer, lead)))
        if answer.echo:
            self.blocks.append(kit.context([inert(answer.echo)]))
        parts = list(_shown(answer))
        basis = basis_lines(answer.basis, self._texts, self._language, self._today) if answer.basis else []
        self._make_room(
            [part for part in parts if not isinstance(part, Table | Trend)], [answer.echo, *basis]
        )
        for part in parts:
            self._part(part, answer.title, in_header=part is lead)
        if basis:
            self.blocks.append(kit.context(basis))
        self._next(answer, request)

    def say(self, sentence: str, *, first: bool) -> None:
        self.blocks.append(kit.section(inert(sentence)) if first else kit.context([inert(sentence)]))

    def choices(self, options: Sequence[Any]) -> None:
        row = self._buttons.row(options)
        if row is not None:
            self.blocks.append(row)

    def feedback(self, ref: str) -> None:
        self.blocks.append(kit.feedback(self._say("slack.good"), self._say("slack.bad"), FEEDBACK, ref))

    def _title(self, answer: Answer, lead: Figures | None) -> str:
        if lead is None:
            return answer.title
        return f"{answer.title}: {number(lead.items[0].value, self._language)}"

    def _make_room(self, worded: Sequence[Part], lines: Sequence[str]) -> None:
        """Tables take what the words leave: Slack counts all the text of a message together."""
        words = _Drawing(self._texts, self._language, "", self._today)
        for part in worded:
            words._part(part, "", in_header=False)
        spent = kit.text_length(words.blocks) + sum(map(len, lines)) + HEADINGS
        self._room = max(0, min(CHARACTERS, kit.ALL_TEXT - spent))

    def _part(self, part: Part, title: str, *, in_header: bool) -> None:
        match part:
            case Text():
                self._text(part)
            case Figures():
                said = title if in_header else None
                self.blocks += draw_figures(part, self._texts, self._language, in_header=said)
            case Table():
                self._table(part, title)
            case Trend():
                self._trend(part)
            case Choice():
                if part.prompt:
                    self.blocks.append(kit.section(inert(part.prompt)))
                self.choices(part.options)
            case Selection():
                self.blocks += draw_selection(part, self._asker)

    def _text(self, part: Text) -> None:
        if not part.body.strip():
            return
        if part.tone == "note":
            self.blocks.append(kit.context([inert(part.body)]))
        else:
            mark = "⚠️ " if part.tone == "warning" else ""
            self.blocks.append(kit.section(mark + inert(part.body)))

    def _table(self, part: Table, said: str) -> None:
        if not part.rows:
            return
        drawn = draw_table(part, self._language, self._room)
        self._room -= drawn.characters
        notes = [inert(part.note)] if part.note else []
        self.cut_table |= drawn.shown < len(part.rows) or len(part.columns) > COLUMNS
        if drawn.block is None:
            self.blocks.append(kit.context([*notes, self._say("slack.table_unfit")]))
            return
        # A data_table shows its title itself.
        if part.title and part.title != said and drawn.block["type"] == "table":
            self.blocks.append(kit.section(f"*{inert(part.title)}*"))
        self.blocks.append(drawn.block)
        if drawn.shown < len(part.rows):
            notes.append(self._say("slack.table_cut", shown=drawn.shown, total=len(part.rows)))
        if notes:
            self.blocks.append(kit.context(notes))

    def _trend(self, part: Trend) -> None:
        chart = draw_chart(part, self._texts, self._language) if self._charts < CHARTS else None
        if (chart is None or not chart.whole) and has_points(part):
            self.cut_charts.append(part)
        if chart is None or chart.block is None:
            return
        self._charts += 1
        self.blocks.append(chart.block)
        notes = []
        if chart.points < chart.of_points:
            notes.append(self._say("slack.chart_points", shown=chart.points, total=chart.of_points))
        if chart.series < chart.of_series:
            notes.append(self._say("slack.chart_series", shown=chart.series, total=chart.of_series))
        if notes:
            self.blocks.append(kit.context(notes))

    def _next(self, answer: Answer, request: Any) -> None:
        packed = pack(request) if request else None
        value = packed if answer.basis is not None else None
        about: list[Block] = []
        if value is not None:
            about.append(kit.button(self._say("slack.button_definition"), DEFINITION, value))
        if value is not None and answer.basis is not None and answer.basis.query is not None:
            about.append(kit.button(self._say("slack.button_sql"), SQL, value))
        about += export_buttons(answer, packed, self._say, cut_chart=bool(self.cut_charts))
        row = self._buttons.row(answer.next, about)
        if row is not None:
            self.blocks.append(row)

    def _say(self, key: str, **slots: Any) -> str:
        return self._texts.say(self._language, key, **slots)


def _shown(answer: Answer) -> Iterator[Part]:
    """The parts, without the notes that the basis says as well."""
    notes = answer.basis.notes if answer.basis is not None else ()
    for part in answer.parts:
        if not (isinstance(part, Text) and part.tone == "note" and part.body in notes):
            yield part


def _lead(answer: Answer) -> Figures | None:
    """The figures whose first number goes into the header: where the title speaks of one number."""
    figures = [part for part in answer.parts if isinstance(part, Figures) and part.items]
    if len(figures) != 1:
        return None
    first = figures[0]
    named = first.items[0].label.startswith(answer.title)
    alone = len(first.items) == 1 and answer.basis is not None  # a document has no one number
    return first if named or alone else None
