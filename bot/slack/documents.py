"""An answer as a document: a workbook, or pictures of its charts, each with its name and a line about it.

Knows no rights and no place: the desk has answered as whoever gets the document.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.slack import blocks as kit
from bot.slack.blocks import Block
from bot.slack.buttons import EXCEL, IMAGE
from bot.slack.marks import cut, inert
from bot.slack.picture import has_points, picture
from bot.slack.workbook import ROWS, workbook
from skills.contract import Answer, Language, Table, Trend
from skills.text import Texts, period

NAME, TITLE, COMMENT = 50, 120, 600
PICTURES = 4
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")


def export_buttons(
    answer: Answer, value: str | None, say: Callable[[str], str], *, cut_chart: bool
) -> list[Block]:
    """Excel where there is a table; the picture only of a chart that Slack could not hold whole."""
    if value is None:
        return []
    made = []
    if any(isinstance(part, Table) and part.rows for part in answer.parts):
        made.append(kit.button(say("files.button_excel"), EXCEL, value))
    if cut_chart:
        made.append(kit.button(say("files.button_image"), IMAGE, value))
    return made


@dataclass(frozen=True)
class Document:
    filename: str
    title: str
    comment: str
    content: bytes


@dataclass(frozen=True)
class Press:
    """Makes documents of an answer, for `who`, at `made_at` of the agency's own time."""

    texts: Texts
    who: str
    made_at: datetime

    def workbook(self, answer: Answer, language: Language) -> Document:
        content = workbook(answer, language, texts=self.texts, who=self.who, made_at=self.made_at)
        return self._document(answer, language, "xlsx", content)

    def pictures(self, charts: Iterable[Trend], answer: Answer, language: Language) -> Iterator[Document]:
        for n, chart in enumerate(list(filter(has_points, charts))[:PICTURES], start=1):
            tail = "png" if n == 1 else f"{n}.png"
            yield self._document(answer, language, tail, picture(chart, language, self.texts), chart.title)

    def _document(
        self, answer: Answer, language: Language, tail: str, content: bytes, title: str = ""
    ) -> Document:
        title = cut(title or answer.title, TITLE)
        named = f"{title} ({self.made_at:%H:%M:%S})"  # told apart from another of the same thread
        return Document(file_name(answer, tail), named, self._comment(answer, language, title), content)

    def _comment(self, answer: Answer, language: Language, title: str) -> str:
        """One line, inert: title, period, as of; and what is missing."""
        basis = answer.basis
        facts = [title]
        if basis is not None:
            over = basis.period
            facts += [period(over, language, self.made_at.date())] if over is not None else []
            facts.append(basis.as_of_label)
        line = " · ".join(fact for fact in facts if fact)
        rows = max((len(part.rows) for part in answer.parts if isinstance(part, Table)), default=0)
        if rows > ROWS:
            more = self.texts.say(language, "files.rows_cut", shown=f"{ROWS:,}", total=f"{rows:,}")
            line = f"{line}\n{more}"
        return inert(cut(line, COMMENT))


def file_name(answer: Answer, tail: str) -> str:
    """roll-rate_2026-11-16_2026-11-22.xlsx: what was measured and over which days, never of whom."""
    basis = answer.basis
    letters = unicodedata.normalize("NFKD", basis.label if basis is not None else "")
    what = _NOT_IN_A_NAME.sub("-", letters.encode("ascii", "ignore").decode().lower()).strip("-")
    parts = [what[:NAME].strip("-") or "cartera"]
    if basis is not None and basis.period is not None:
        parts += [basis.period.start.isoformat(), basis.period.end.isoformat()]
    return f"{'_'.join(parts)}.{tail}"
