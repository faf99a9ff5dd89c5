"""Finds somebody's words in documents that wait to be sent, and in the files of refused rows."""

import csv
import os
import zipfile
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import unescape

from db.erasure.words import Words

OFFICE = b"PK\x03\x04"


def names_him(content: bytes, words: Words) -> bool:
    """Whether his words stand in a document; of a PDF nobody can tell by its bytes."""
    if content.startswith(OFFICE):
        with zipfile.ZipFile(BytesIO(content)) as held:
            texts = [held.read(name) for name in held.namelist() if name.endswith(".xml")]
        said = "\n".join(unescape(each.decode("utf-8", "replace")) for each in texts)
    else:
        said = content.decode("utf-8", "replace")
    return words.found_in(said)


def clean_rejects(folder: Path, words: Words) -> int:
    """Takes his rows out of the files of refused rows; how many."""
    return sum(_cleaned(path, words) for path in sorted(folder.glob("*.csv")))


def _cleaned(path: Path, words: Words) -> int:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    left = [row for row in rows if not any(words.found_in(cell) for cell in row)]
    if len(left) == len(rows):
        return 0
    half = path.with_suffix(".part")
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(left)
    half.replace(path)
    return len(rows) - len(left)
