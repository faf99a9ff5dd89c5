"""Writes the rows that were refused, with line and reason in Spanish, to be put right and sent again."""

import os
from pathlib import Path

import polars as pl
import yaml

from db.loading.allowed import allowed
from db.loading.known import SUPPRESSED
from db.loading.layouts import Choice
from db.loading.readers import plain
from db.loading.table import FAULT, LINE

_TEXTS = Path(__file__).with_name("text.yaml")
# A spreadsheet runs a cell that starts so; the apostrophe keeps it text, and our reader takes it off again.
_ACTIVE = r"^([=+\-@\t\r\n＝＋－＠])"


def reason_of(fault: str, choice: Choice, sentences: dict[str, dict[str, str]]) -> str:
    """ "bad_amount:balance" -> what is wrong with SALDO_TOTAL, in Spanish."""
    key, _, column = fault.partition(":")
    return sentences[f"load_fault_{key}"]["es"].format(
        column=choice.header_of(column), allowed=", ".join(allowed(fault, choice))
    )


def write_rejects(rows: pl.DataFrame, raw: pl.DataFrame, choice: Choice, path: Path) -> Path | None:
    """The refused rows as the file had them. Nothing to refuse leaves no file."""
    refused = rows.filter(pl.col(FAULT).is_not_null()).select(LINE, FAULT)
    if refused.is_empty():
        return None
    sentences = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    faults = refused[FAULT].unique().to_list()
    reasons = pl.Series([reason_of(fault, choice, sentences) for fault in faults])
    said = refused.with_columns(
        pl.col(FAULT).replace_strict(pl.Series(faults), reasons, return_dtype=pl.String).alias("motivo")
    )
    ours = {h for h in raw.columns if plain(h) in ("linea", "motivo")}
    erased = refused.filter(pl.col(FAULT).str.starts_with(SUPPRESSED))[LINE]  # their line alone is told
    shown = raw.drop(FAULT, *ours).filter(~pl.col(LINE).is_in(erased.implode()))
    table = said.join(shown, on=LINE, how="left", maintain_order="left").sort(LINE)
    table = table.select(pl.col(LINE).alias("linea"), "motivo", pl.all().exclude(LINE, FAULT, "motivo"))
    _write(table.with_columns(pl.col(pl.String).str.replace(_ACTIVE, "'$1")), path)
    return path


def _write(table: pl.DataFrame, path: Path) -> None:
    """Whole or not at all, and readable by its owner only: these are debtors' data."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".part")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write("\ufeff".encode())  # so that a spreadsheet reads the accents
        table.write_csv(file)
    half.replace(path)
