"""Text that a spreadsheet might act on, and a workbook full of it read back by another library.

`python -m tests.hostile_cells` does it with 10,000 strings.
"""

import random
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl

from bot.app import text_files
from bot.slack.workbook import Tame, harmless, workbook
from skills.contract import Answer, Basis, Table
from skills.text import load_texts

NOW = datetime(2026, 11, 18, 10, 30, tzinfo=ZoneInfo("America/Mexico_City"))
TEXTS = load_texts(*text_files())
LEADS = [
    *"=+-@＝＋－＠﹦﹢﹣⁺⁻₌−\t\r\n '\"<&|%;,",
    "",
    "\u200b",
    "\ufeff",
    "\xa0",
    "\u202e",
    "\x00",
    "\x1b",
    "\u2060",
]
BODIES = (
    "1+1",
    "cmd|' /C calc'!A0",
    'HYPERLINK("http://evil.example","x")',
    "SUM(A1:A9)",
    "=1",
    "@SUM(1)",
    "http://evil.example",
    "mailto:a@b.mx",
    "internal:Hoja!A1",
    "external:c:\\x.xlsx",
    "file:///etc/passwd",
    "\\\\evil\\share",
    "<r><t>=1+1</t></r>",
    "<r></si></sst></r>",
    "]]>&#61;1&lt;",
    "_x003D_1+1",
    "_x000D_=1",
    "{=1}",
    "#REF!",
    "TRUE",
    "00123",
    "1E5",
    "María-José Núñez",
    "🦤 Ñandú",
    "\ud800",
    "\ufffe\uffff",
    "",
    "-",
)
ACTING = re.compile(r"^[\s\u200b\ufeff\u2060]*[=+\-@＝＋－＠﹦﹢﹣⁺⁻₌−].")
COLUMNS = 4


def hostile(n: int, seed: int = 1) -> list[str]:
    """`n` strings: every lead before every body, then mixtures of them."""
    dice = random.Random(seed)
    every = [lead + body for lead in LEADS for body in BODIES]
    dice.shuffle(every)
    while len(every) < n:
        parts = dice.choices(LEADS, k=dice.randint(0, 3)) + dice.choices(BODIES, k=dice.randint(1, 3))
        every.append("".join(parts))
    return every[:n]


def book_of(strings: Sequence[str], tame: Tame = harmless) -> bytes:
    """The strings wherever data stands: cells, headings, names of sheets, the words about them."""
    rows = tuple(
        tuple((*strings[at : at + COLUMNS], "", "", "")[:COLUMNS]) for at in range(0, len(strings), COLUMNS)
    )
    heads = tuple(strings[:COLUMNS])
    sheets = tuple(Table(title, heads, ((title,),)) for title in strings[:40])
    about = Basis(
        strings[0], strings[1], strings[2], strings[3], strings[4], None, False, None,
        tuple(strings[5:9]), strings[9], {}, strings[10], "facts", tuple(strings[11:30]),
    )  # fmt: skip
    answer = Answer(
        strings[0], strings[1], (Table("Datos", ("A", "B", "C", "D"), rows), *sheets), basis=about
    )
    return workbook(answer, "es", texts=TEXTS, who=strings[2], made_at=NOW, tame=tame)


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(BytesIO(content))


def active(content: bytes) -> list[str]:
    """What a spreadsheet would act on: formulas, links, text that would become a formula when typed again."""
    found = []
    for sheet in opened(content):
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            if cell.data_type == "f" or cell.hyperlink is not None:
                found.append(f"{sheet.title}!{cell.coordinate}")
            elif isinstance(cell.value, str) and ACTING.match(cell.value):
                found.append(f"{sheet.title}!{cell.coordinate}: {cell.value!r}")
    with zipfile.ZipFile(BytesIO(content)) as parts:
        for name in parts.namelist():
            text = parts.read(name).decode("utf-8")
            found += [name for tag in ("<f>", "<f ", "<hyperlink", "externalLink") if tag in text]
            found += [name] if 'TargetMode="External"' in text else []
    return found


def changed(strings: Sequence[str], content: bytes) -> list[tuple[str, Any]]:
    """Strings that did not come back as they are, but for what may be taken off or put before them."""
    rows = opened(content)["Datos"].iter_rows(min_row=2, max_col=COLUMNS)
    back = [cell.value for row in rows for cell in row]
    return [
        (given, read)
        for given, read in zip(strings, back, strict=False)
        if (read or "").removeprefix("'") not in (_whole(given), _whole(given).removeprefix("'"))
    ]


def _whole(text: str) -> str:
    """Without what no cell can hold: control signs, half characters, space around it."""
    kept = re.sub(r"[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]", "", text)
    return kept.replace("\ud800", "?").strip()


if __name__ == "__main__":
    every = hostile(10_000)
    content = book_of(every)
    print(len(every), "strings:", active(content), changed(every, content))
