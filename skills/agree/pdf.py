"""Prints a letter as PDF from what it says. Knows no account: all of it is in the content."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib
import yaml
from fpdf import FPDF
from fpdf.enums import XPos, YPos

_WORDING = Path(__file__).with_name("letter.yaml")
_FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"  # names need more letters than PDF's own have
_FONT, _SIZE, _LINE = "DejaVu", 10, 5.4
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)  # the same letter is the same bytes whenever it is printed


def printed(kind: str, content: Mapping[str, str]) -> bytes:
    """Letter-size, one page where the instalments allow it."""
    wording = _wording()[kind]
    page = _page(content)
    _heading(page, wording, content)
    for paragraph in wording["body"]:
        _paragraph(page, paragraph, content)
    if "schedule" in wording:
        _terms(page, wording, content)
    _signatures(page, wording["sign"], content)
    return bytes(page.output())


@cache
def _wording() -> dict[str, Any]:
    return dict(yaml.safe_load(_WORDING.read_text(encoding="utf-8")))


class _Letter(FPDF):
    """A page whose foot says of what it is a copy."""

    mark = ""

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font(_FONT, size=7)
        self.cell(0, 5, f"{self.mark} · {self.page_no()}/{{nb}}", align="C")


def _page(content: Mapping[str, str]) -> _Letter:
    page = _Letter(format="letter")
    page.set_creation_date(_LONG_AGO)
    page.set_margin(25)
    page.set_auto_page_break(auto=True, margin=22)
    page.add_font(_FONT, fname=_FONTS / "DejaVuSans.ttf")
    page.add_font(_FONT, style="B", fname=_FONTS / "DejaVuSans-Bold.ttf")
    page.set_title(content["folio"])
    page.set_lang("es-MX")
    said = json.dumps(content, ensure_ascii=False, sort_keys=True)
    page.mark = f"{content['folio']} · {hashlib.sha256(said.encode()).hexdigest()[:16]}"
    page.add_page()
    page.set_font(_FONT, size=_SIZE)
    return page


def _heading(page: _Letter, wording: Mapping[str, Any], content: Mapping[str, str]) -> None:
    if content["letterhead"]:
        page.set_font(_FONT, size=8)
        page.multi_cell(0, 4, content["letterhead"], align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        page.ln(4)
    page.set_font(_FONT, "B", 15)
    page.cell(0, 9, wording["heading"], new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.set_font(_FONT, size=9)
    page.cell(0, 6, _filled(wording["place"], content), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.ln(4)
    page.set_font(_FONT, size=_SIZE)
    _paragraph(page, wording["to"], content)


def _terms(page: _Letter, wording: Mapping[str, Any], content: Mapping[str, str]) -> None:
    _table(page, [wording["split"], content["split"].split("\n")])
    _paragraph(page, wording[content["kind"]], content)
    rows = [line.split("|") for line in content["schedule"].split("\n")]
    _table(page, [wording["schedule"], *rows])
    for paragraph in wording["pay"] if "wording" not in content else _paying(wording, content):
        _paragraph(page, paragraph, content)


def _paying(wording: Mapping[str, Any], content: Mapping[str, str]) -> Iterator[str]:
    """Of what a discount does at the credit bureaus only where there is one."""
    yield from wording["pay_2"]
    if content["kind"] in ("terms_settles", "terms_settles_split"):
        yield wording["bureau_2"]


def _table(page: _Letter, rows: Sequence[Sequence[str]]) -> None:
    with page.table(line_height=6, text_align="CENTER") as table:
        for row in rows:
            table.row(list(row))
    page.ln(4)


def _paragraph(page: _Letter, sentence: str, content: Mapping[str, str]) -> None:
    said = _filled(sentence, content)
    page.multi_cell(0, _LINE, said, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.ln(2.5)


def _signatures(page: _Letter, lines: Sequence[str], content: Mapping[str, str]) -> None:
    page.ln(16)
    width = page.epw / len(lines)
    for line in _each(lines, content):
        page.cell(width, 6, line, border="T", align="C")


def _each(lines: Sequence[str], content: Mapping[str, str]) -> Iterator[str]:
    return (_filled(line, content) for line in lines)


def _filled(sentence: str, content: Mapping[str, str]) -> str:
    return sentence.format(**content)
