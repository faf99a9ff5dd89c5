"""A workbook read back by another library: typed numbers, words that stay words, and what it all means."""

import struct
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from subprocess import run
from typing import Any

import pytest

from bot.slack import workbook as made
from bot.slack.charts import draw_chart
from bot.slack.documents import Press, export_buttons, file_name
from bot.slack.picture import picture
from bot.slack.workbook import harmless, sheet_name, workbook
from db.periods import Period
from skills.contract import Answer, Basis, Figure, Figures, Language, Table, Trend, Unit, Value
from tests.hostile_cells import NOW, TEXTS, active, book_of, changed, hostile, opened

WEEK = Period(start=date(2026, 11, 16), end=date(2026, 11, 22))
BASIS = Basis(
    metric="roll_rate",
    label="Roll rate",
    definition="La parte que pasó a un bucket peor.",
    formula="Σ peor / Σ todas",
    variant="accounts",
    variant_label="por cuentas",
    period=WEEK,
    partial=True,
    previous=Period(start=date(2026, 11, 9), end=date(2026, 11, 15)),
    filters=("campaña Alameda",),
    scope="toda la agencia",
    as_of={"balances": "2026-11-18"},
    as_of_label="saldos al mié 18-nov (hoy)",
    read_from="cells",
    notes=("El mes va en 21.0 %.",),
)


def value(amount: str | None, unit: Unit) -> Value:
    return Value(Decimal(amount) if amount is not None else None, unit)


ROWS = (
    (
        "Alameda",
        value("0.1842", "rate"),
        value("1234567.8", "money"),
        value("20412", "count"),
        value("201", "seconds"),
    ),
    (
        "Ceiba",
        value(None, "rate"),
        value("-12.5", "money"),
        value("2.5", "count"),
        value("4000.5", "seconds"),
    ),
    ("Norte", None, None, None, value("-30", "seconds")),
)
TABLE = Table("Por campaña", ("Campaña", "Roll rate", "Saldo", "Cuentas", "Duración"), ROWS, "Todas.")
TREND = Trend(
    "Por día",
    "line",
    "money",
    ("lun 16-nov", "mar 17-nov"),
    (("Alameda", (Decimal(10), None)), ("Ceiba", (Decimal(5), Decimal("7.5")))),
)
FIGURES = Figures((Figure("Roll rate", value("0.184", "rate"), previous=value("0.172", "rate")),))
ANSWER = Answer("Roll rate por campaña", "Esta semana", (FIGURES, TABLE, TREND), basis=BASIS)


def book(answer: Answer = ANSWER, language: Language = "es") -> Any:
    return opened(workbook(answer, language, texts=TEXTS, who="Gloria Sosa", made_at=NOW))


def cells(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_numbers_are_numbers_with_their_format() -> None:
    sheet = book()["Por campaña"]
    first = [(cell.value, cell.number_format) for cell in sheet[2]]
    assert first == [
        ("Alameda", "General"),
        (0.1842, "0.0%"),
        (1234567.8, "$#,##0.00"),
        (20412, "#,##0"),
        (time(0, 3, 21), "mm:ss"),
    ]
    second = [cell.value for cell in sheet[3]]
    assert second[:4] == ["Ceiba", "s/d", -12.5, 2.5]
    assert round(second[4] / timedelta(seconds=0.5)) == 8001
    assert [cell.value for cell in sheet[4]] == ["Norte", None, None, None, -30]


def test_hours_and_plain_numbers_have_formats_of_their_own() -> None:
    row = (
        "Laura",
        value("7.5", "hours"),
        value("4.236", "number"),
        value("33.24", "number"),
        value("25", "number"),
    )
    table = Table("Horas", ("Supervisor", "Horas", "CSAT", "Por hora", "NPS"), (row,))
    sheet = book(replace(ANSWER, parts=(table,)))["Horas"]
    assert [(cell.value, cell.number_format) for cell in sheet[2]][1:] == [
        (7.5, '#,##0.0" h"'),
        (4.236, "#,##0.00"),
        (33.24, "#,##0.0"),
        (25, "#,##0"),
    ]


@pytest.mark.parametrize(("unit", "axis"), [("hours", "Horas"), ("number", "Valor"), ("count", "Cantidad")])
def test_an_axis_says_what_it_measures(unit: Unit, axis: str) -> None:
    chart = draw_chart(replace(TREND, unit=unit, series=(("A", (Decimal("7.5"), Decimal(8))),)), TEXTS, "es")
    assert chart.block is not None
    assert chart.block["chart"]["axis_config"]["y_label"] == axis
    assert [point["value"] for point in chart.block["chart"]["series"][0]["data"]] == [7.5, 8.0]


def test_a_sheet_is_ready_to_be_sorted() -> None:
    sheet = book()["Por campaña"]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:E4"
    assert sheet.column_dimensions["C"].width > len("$1,234,567")


def test_each_part_has_its_sheet() -> None:
    found = book()
    assert found.sheetnames == ["Por campaña", "Por día", "Resumen", "Definición"]
    assert cells(found["Por día"]) == [
        ["Grupo o fecha", "Alameda", "Ceiba"],
        ["lun 16-nov", 10, 5],
        ["mar 17-nov", "s/d", 7.5],
    ]
    assert cells(found["Resumen"])[1][:3] == ["Roll rate", 0.184, 0.172]


def test_a_chart_of_the_same_numbers_is_not_repeated() -> None:
    rows = (
        ("lun 16-nov", value("10", "money"), value("5", "money")),
        ("mar 17-nov", value(None, "money"), value("7.5", "money")),
    )
    same = Table("La tabla", ("Día", "Alameda", "Ceiba"), rows)
    assert book(replace(ANSWER, parts=(TREND, same))).sheetnames == ["La tabla", "Definición"]


def test_the_definition_says_where_it_comes_from() -> None:
    lines = cells(book()["Definición"])
    assert lines[0][0] == "Roll rate por campaña"
    assert lines[1][0].startswith("Cartera lo preparó para Gloria Sosa el mié 18-nov-2026, 10:30.")
    assert dict(lines[3:]) | {"Nota": None} == {
        "Lo que se entendió": "Esta semana",
        "Indicador": "Roll rate",
        "Definición": "La parte que pasó a un bucket peor.",
        "Fórmula": "Σ peor / Σ todas",
        "Variante": "por cuentas",
        "Periodo": "lun 16-nov a dom 22-nov, en curso",
        "Se compara con": "lun 9-nov a dom 15-nov",
        "Datos": "saldos al mié 18-nov (hoy)",
        "Filtros": "campaña Alameda",
        "Alcance": "toda la agencia",
        "Nota": None,
    }
    assert [said for label, said in lines[3:] if label == "Nota"] == ["Todas.", "El mes va en 21.0 %."]
    english = book(language="en")
    assert english.sheetnames[-2:] == ["Summary", "Definition"]


def test_too_many_rows_are_cut_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made, "ROWS", 2)
    found = book()
    assert found["Por campaña"].max_row == 3
    said = "Se guardaron las primeras 2 de 3 filas. Pide un grupo más pequeño para verlas todas."
    assert ["Por campaña", said] in cells(found["Definición"])


# --- Text that would act -------------------------------------------------------------------------


def test_nothing_in_data_acts() -> None:
    strings = hostile(400)
    content = book_of(strings)
    assert active(content) == []
    assert changed(strings, content) == []


def test_unguarded_text_would_act_when_typed_again() -> None:
    strings = [each for each in hostile(400) if "<r>" not in each]
    assert len(active(book_of(strings, tame=made._writable))) > 100


def test_unguarded_text_could_write_the_file_itself() -> None:
    name = "<r><rPr><b/></rPr><t>Otra cosa</t></r>"
    assert changed([name], book_of([name] * 40)) == []
    assert changed([name], book_of([name] * 40, tame=made._writable)) == [(name, "Otra cosa")]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("=1+1", "'=1+1"),
        ("＝1", "'＝1"),
        ("\t\r\n+52 55", "'+52 55"),
        ("\u200b@SUM", "'\u200b@SUM"),
        ("-", "-"),
        ("María-José", "María-José"),
        ("2-1", "2-1"),
        ("a\x00b\ufffe", "ab"),
    ],
)
def test_only_what_acts_is_marked(given: str, kept: str) -> None:
    assert harmless(given) == kept


def test_names_of_sheets() -> None:
    taken = {"history"}
    given = ["Roll [rate]: a/b\\c*?", "roll rate a b c", "'History'", "", "'", "🦤" * 40, "🦤" * 40, "x" * 60]
    found = [sheet_name(each, taken) for each in given]
    assert found[:5] == ["Roll rate a b c", "roll rate a b c 2", "History 2", "Cartera", "Cartera 2"]
    assert all(0 < len(name.encode("utf-16-le")) <= 62 for name in found)
    assert len({name.casefold() for name in found}) == len(given)


# --- Names, buttons, pictures --------------------------------------------------------------------


def test_a_file_is_named_by_metric_and_days_alone() -> None:
    assert file_name(ANSWER, "xlsx") == "roll-rate_2026-11-16_2026-11-22.xlsx"
    odd = replace(BASIS, label="../Tasa de recuperación, 55 %", period=None)
    assert file_name(replace(ANSWER, basis=odd), "png") == "tasa-de-recuperacion-55.png"
    assert file_name(replace(ANSWER, basis=None), "xlsx") == "cartera.xlsx"


def test_a_document_comes_with_one_line_about_it() -> None:
    press = Press(TEXTS, "Gloria Sosa", NOW)
    document = press.workbook(replace(ANSWER, title="Roll *rate* <!channel>"), "es")
    assert document.title == "Roll *rate* <!channel> (10:30:00)"
    assert document.comment == (
        "Roll ∗rate∗ &lt;!channel&gt; · lun 16-nov a dom 22-nov · saldos al mié 18-nov (hoy)"
    )


def test_buttons_where_there_is_something_to_save() -> None:
    def ids(answer: Answer, value: str | None = "{}", *, cut: bool = False) -> list[str]:
        drawn = export_buttons(answer, value, lambda key: TEXTS.say("es", key), cut_chart=cut)
        return [each["action_id"] for each in drawn]

    assert ids(ANSWER) == ["excel"]
    assert ids(ANSWER, cut=True) == ["excel", "image"]
    assert ids(replace(ANSWER, parts=(FIGURES, TREND)), cut=True) == ["image"]
    assert ids(ANSWER, None, cut=True) == []


def big(kind: Any, unit: Unit, points: int, series: int) -> Trend:
    def amounts(n: int) -> tuple[Decimal | None, ...]:
        return tuple(None if at % 7 == n % 7 else Decimal(at * n + 1) / 3 for at in range(points))

    named = tuple((f"_{n} $x$ <!channel> 🦤 漢字 \ud800", amounts(n)) for n in range(series))
    return Trend("Por día $\\alpha$ " * 9, kind, unit, tuple(f"día {n} $a_b$" for n in range(points)), named)


@pytest.mark.parametrize("unit", ["rate", "money", "count", "seconds", "hours", "number"])
@pytest.mark.parametrize(
    ("kind", "points", "series"),
    [("line", 75, 14), ("bar", 75, 14), ("bar", 3, 2), ("line", 1, 1), ("bar", 1, 1), ("line", 0, 0)],
)
def test_a_picture_of_any_chart(kind: str, unit: Unit, points: int, series: int) -> None:
    """Warnings are errors: no letter is missing from the font, no text is read as a formula."""
    drawn = picture(big(kind, unit, points, series), "es", TEXTS)
    assert drawn.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", drawn[16:24])
    assert width == 1400
    assert 760 <= height <= 2400


def test_a_gap_is_left_open() -> None:
    whole = replace(TREND, series=(("A", (Decimal(10), Decimal(10))),))
    zero = replace(TREND, series=(("A", (Decimal(10), Decimal(0))),))
    gap = replace(TREND, series=(("A", (Decimal(10), None)),))
    assert len({picture(each, "es", TEXTS) for each in (whole, zero, gap)}) == 3


def test_pictures_at_the_same_time() -> None:
    trends = [big("bar", "money", n, 3) for n in range(3, 7)]
    alone = [picture(each, "es", TEXTS) for each in trends]
    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(lambda each: picture(each, "es", TEXTS), trends)) == alone


def test_nobody_pays_for_pictures_before_the_first() -> None:
    code = "import sys, bot.slack.render; sys.exit('matplotlib' in sys.modules)"
    assert run([sys.executable, "-c", code], check=False).returncode == 0
