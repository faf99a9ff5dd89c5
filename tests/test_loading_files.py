"""Bytes to a table of texts: encodings, separators, half-written lines, spreadsheets."""

import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from db.loading.faults import LoadingRefused
from db.loading.files import read_bytes, read_table
from db.loading.table import FAULT, LINE, RawTable


def recognise(headers: Sequence[str]) -> int:
    return len({header.lower() for header in headers} & {"cuenta", "saldo", "nombre", "fecha"})


def table(data: bytes | str) -> RawTable:
    return read_table(data if isinstance(data, bytes) else data.encode(), "f.csv", recognise)


def cells(data: bytes | str) -> list[tuple[object, ...]]:
    read = table(data)
    return read.frame.select(read.headers).rows()


def refused(data: bytes) -> str:
    with pytest.raises(LoadingRefused) as refusal:
        table(data)
    return refusal.value.key


def book(**sheets: list[list[object]]) -> bytes:
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out)
    day = made.add_format({"num_format": "dd/mm/yyyy"})
    for name, rows in sheets.items():
        sheet = made.add_worksheet(name)
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(r, c, cell, day)
                elif cell is not None:
                    (sheet.write_string if isinstance(cell, str) else sheet.write_number)(r, c, cell)
    made.close()
    return out.getvalue()


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_way_of_saving_a_csv(separator: str, encoding: str, end: str) -> None:
    rows = [["CUENTA", "NOMBRE"], ["00012", "Peña Ñuño"], ["00013", "José"]]
    data = end.join(separator.join(row) for row in rows) + end
    assert cells(data.encode(encoding)) == [("00012", "Peña Ñuño"), ("00013", "José")]


def test_line_numbers_survive_blank_lines_titles_and_breaks_inside_quotes() -> None:
    read = table('Saldos al corte\n\nCUENTA,NOMBRE\n1,"dos\nrenglones"\n\n2,x\n')
    assert read.frame.select("CUENTA", "NOMBRE", LINE).rows() == [("1", "dos\nrenglones", 4), ("2", "x", 7)]


def test_lines_with_too_few_or_too_many_cells_are_told_apart() -> None:
    read = table("CUENTA,SALDO,NOMBRE\n1,2,x\n3,4\n5,6,x,7\n8,9,\n")
    assert read.frame[FAULT].to_list() == [None, "wrong_cells", "wrong_cells", None]


def test_a_separator_too_many_at_every_end_is_harmless() -> None:
    assert cells("CUENTA,SALDO\n1,2,\n3,4,\n") == [("1", "2"), ("3", "4")]


@pytest.mark.parametrize(
    "last", ["3", '3,"x', "3,10.5", "3,"], ids=["a cell less", "an open quote", "a digit less", "nothing"]
)
def test_a_file_cut_short_gives_up_its_last_line_only(last: str) -> None:
    read = table("CUENTA,SALDO\n1,10.50\n2,20.50\n" + last)
    assert read.frame[FAULT].to_list()[:2] == [None, None]
    assert read.frame[FAULT].to_list()[2] in ("cut_short", "wrong_cells")


def test_a_whole_last_line_without_its_end_is_read_and_mentioned() -> None:
    read = table("CUENTA,SALDO\n1,10.50\n2,20.50\n3,30.50")
    assert read.frame[FAULT].to_list() == [None, None, None]
    assert [note.key for note in read.notes] == ["load_no_final_newline"]


def test_utf8_cut_in_the_middle_of_its_last_letter_stays_utf8() -> None:
    data = "CUENTA,NOMBRE\n1,Peña\n2,Ñ".encode()[:-1]
    assert cells(data)[0] == ("1", "Peña")


def test_repeated_and_nameless_headers_get_a_name() -> None:
    assert table("CUENTA,CUENTA,\n1,2,3\n").headers == ("CUENTA", "CUENTA (2)", "columna 3")


def test_what_is_no_table_is_refused_by_name(tmp_path: Path) -> None:
    assert refused(b"hola\nmundo\n") == "load_not_a_table"
    assert refused(b"\x00\x01\x02,\x03\n1,2\n") == "load_not_a_table"
    assert refused(b"CUENTA,SALDO\n") == "load_no_rows"
    assert refused(b'CUENTA,SALDO\n"1,2\n3,4\n5,6\n') == "load_broken_quotes"
    assert refused(b"PK\x03\x04 half a zip") == "load_broken_workbook"
    encrypted = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    assert refused(encrypted) == "load_encrypted"
    assert refused(book(Hoja=[])) == "load_empty"
    for content in (b"", b"\xef\xbb\xbf", b"\n\n ,,\n"):
        (tmp_path / "x.csv").write_bytes(content)
        with pytest.raises(LoadingRefused, match="load_empty"):
            read_bytes(tmp_path / "x.csv")
    with pytest.raises(LoadingRefused, match="load_unreadable"):
        read_bytes(tmp_path / "none.csv")


def test_a_zip_cut_in_half_is_refused() -> None:
    whole = book(Hoja=[["CUENTA", "SALDO"], ["1", 2]])
    assert refused(whole[: len(whole) // 2]) == "load_broken_workbook"


def test_a_spreadsheet_keeps_texts_dates_and_amounts() -> None:
    read = read_table(
        book(
            Hoja=[
                ["CUENTA", "SALDO", "FECHA"],
                ["00012", 1234.5, datetime(2026, 11, 3)],
                ["00013", 7, "03/11/2026"],
            ]
        ),
        "f.xlsx",
        recognise,
    )
    assert read.frame.rows() == [
        ("00012", "1234.5", "2026-11-03 00:00:00", 2, None),
        ("00013", "7", "03/11/2026", 3, None),
    ]
    assert read.numeric == {"SALDO"}


def test_the_sheet_with_known_headers_is_read_and_the_others_named() -> None:
    read = read_table(
        book(Portada=[["Banco"], ["Noviembre"]], Datos=[["Corte"], ["CUENTA", "SALDO"], ["1", 2]]),
        "f.xlsx",
        recognise,
    )
    assert read.headers == ("CUENTA", "SALDO")
    assert read.frame[LINE].to_list() == [3]
    assert read.notes[0].slots == {"sheet": "Datos", "others": "Portada"}
