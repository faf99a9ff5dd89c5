"""The renderer against Slack's limits, by two independent judges, and against the saved look."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import slackblocks as other
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.outcome import Outcome
from bot.slack import blocks as kit
from bot.slack.marks import inert
from bot.slack.message import Message
from localslack.blockkit import check_blocks
from skills.contract import Answer, Choice, Figures, Option, Table, Text, Trend, Value
from tests.slack_samples import ASKER, EVIL, SAMPLES, SAVED, as_json, basis, hundred_rows, kpi, renderer

DRAW = renderer()
ACTIVE = re.compile(r"<[@#!]|<https?:|<mailto:|[*~`]")


def drawn(name: str) -> Message:
    return DRAW.outcome(SAMPLES[name](), asker=ASKER)


def of_type(message: Message, *types: str) -> list[kit.Block]:
    return [block for block in message.blocks if block["type"] in types]


@pytest.mark.parametrize("name", SAMPLES)
def test_slack_would_draw_it(name: str) -> None:
    message = drawn(name)
    assert check_blocks(message.blocks) == []
    assert kit.text_length(message.blocks) <= 13_000
    assert 0 < len(message.text) <= 4_000


@pytest.mark.parametrize("name", SAMPLES)
def test_looks_as_saved(name: str) -> None:
    """A wanted change of look: `python -m tests.slack_samples`, then read the diff."""
    assert as_json(drawn(name)) == json.loads((SAVED / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SAMPLES)
def test_another_builder_makes_the_same_tables_and_charts(name: str) -> None:
    message = drawn(name)
    for block in of_type(message, "table", "data_table", "data_visualization"):
        made = {key: value for key, value in _rebuilt(block)._resolve().items() if key != "block_id"}
        assert {**made, "row_header_column_index": 0} == {**block, "row_header_column_index": 0}


def _rebuilt(block: kit.Block) -> Any:
    if block["type"] == "data_visualization":
        return other.DataVisualizationBlock(block["title"], _chart(block["chart"]))
    rows = [[_cell(cell) for cell in row] for row in block["rows"]]
    if block["type"] == "data_table":
        return other.DataTableBlock(rows, block["caption"], block["page_size"], 0)
    columns = [other.ColumnSettings(c["align"], c.get("is_wrapped")) for c in block["column_settings"]]
    return other.TableBlock(rows, columns)


def _cell(cell: kit.Block) -> Any:
    if cell["type"] == "raw_number":
        return other.RawNumber(cell["value"], cell["text"])
    return other.RawText(cell["text"])


def _chart(chart: kit.Block) -> Any:
    axis = other.AxisConfig(chart["axis_config"]["categories"], y_label=chart["axis_config"]["y_label"])
    series = [
        other.DataSeries(each["name"], [other.DataPoint(p["label"], p["value"]) for p in each["data"]])
        for each in chart["series"]
    ]
    return {"bar": other.BarChart, "line": other.LineChart}[chart["type"]](series, axis)


def test_headline_change_and_target() -> None:
    message = drawn("by_campaign")
    assert message.blocks[0]["text"]["text"] == "Roll rate por campaña: 18.4 %"
    said = message.blocks[2]["text"]["text"]
    assert "▲ *1.2 pp* contra 17.2 % (lun 9-nov a vie 13-nov) · 🔴 empeora" in said
    assert "Meta 15.0 %: 3.4 pp por arriba · 🔴 no se cumple" in said
    assert "412 de 2,240 cuentas" in said


def test_english_person_reads_english() -> None:
    message = drawn("english")
    said = json.dumps(message.blocks, ensure_ascii=False)
    assert "Recovered amount: $1,234,568" in said
    assert "better" in said
    assert "Target $2,000,000: $765,432 below · 🔴 not met" in said
    assert "*Data:*" in said
    assert "Definición" not in said


def test_basis_says_definition_period_age_and_scope() -> None:
    (line,) = of_type(drawn("by_campaign"), "context")[-1]["elements"]
    for piece in (
        "*Roll rate:* De las cuentas",
        "en curso",
        "saldos al vie 20-nov (ayer)",
        "toda la agencia",
    ):
        assert piece in line["text"]
    assert "El mes a la fecha va en 21.0 %." in line["text"]


def test_buttons_carry_a_whole_short_request() -> None:
    (row,) = of_type(drawn("by_campaign"), "actions")
    values = {b["text"]["text"]: json.loads(b["value"]) for b in row["elements"]}
    assert values["Por supervisor"] == {"kpi": {"metric": "roll_rate", "dims": ["supervisor"]}}
    assert set(values) == {"Por supervisor", "Por asesor", "Comparar", "Definición", "SQL", "Excel"}
    assert row["block_id"].endswith(ASKER)


def test_no_sql_button_without_sql_and_none_without_basis() -> None:
    assert "SQL" not in json.dumps(drawn("several_figures").blocks)
    assert "Definición" not in json.dumps(drawn("refused").blocks, ensure_ascii=False)


def test_button_too_large_for_slack_is_left_out() -> None:
    large = Option("Todo", "kpi", {"metric": "x" * 2_000})
    message = DRAW.outcome(replace(SAMPLES["refused"](), choices=(large,)))
    assert of_type(message, "actions") == []
    assert check_blocks(message.blocks) == []


def test_long_table_is_cut_and_says_so() -> None:
    message = drawn("hundred_rows")
    (table,) = of_type(message, "data_table")
    assert 90 < len(table["rows"]) <= 100
    assert f"Se muestran {len(table['rows']) - 1} de 140 filas." in json.dumps(
        message.blocks, ensure_ascii=False
    )
    assert {"type": "raw_number", "value": 0.101, "text": "10.1 %"} in table["rows"][1]


def test_chart_leaves_out_what_has_no_value_and_says_so() -> None:
    (chart,) = of_type(drawn("hundred_rows"), "data_visualization")
    labels = chart["chart"]["axis_config"]["categories"]
    assert len(labels) == 20
    assert "3-dic" not in labels
    assert labels[-1] == "7-dic"
    assert len(chart["chart"]["series"]) == 6
    said = json.dumps(drawn("hundred_rows").blocks, ensure_ascii=False)
    assert "20 de 35 puntos" in said
    assert "6 de 8 series" in said


def test_money_chart_speaks_in_millions() -> None:
    (chart,) = of_type(drawn("markup_in_names"), "data_visualization")
    assert chart["chart"]["series"][0]["data"][0]["value"] == 3.0
    assert chart["chart"]["axis_config"]["y_label"] == "Millones de pesos"


def test_data_makes_nothing_active() -> None:
    message = drawn("markup_in_names")
    for text in _parsed(message):
        assert not re.search(r"[<>~`]|:skull:", text), text
        assert text.count("*") % 2 == 0, text  # the pairs our own sentences make
        assert not re.search(r"\*Ana\*|_de_", text), text


def _parsed(message: Message) -> Iterator[str]:
    """Every text that Slack parses for markup."""
    yield message.text

    def walk(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            if part.get("type") == "mrkdwn":
                assert part["verbatim"] is True
                yield part["text"]
            for inner in part.values():
                yield from walk(inner)
        elif isinstance(part, list):
            for inner in part:
                yield from walk(inner)

    yield from walk(message.blocks)


@given(st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_no_text_stays_active(text: str) -> None:
    made = inert(text)
    assert not re.search(r"[<>*~`]|&(?!amp;|lt;|gt;)", made)
    assert not re.search(r"(?<![^\W_])_|_(?![^\W_])", made)
    assert not re.search(r":[a-z][a-z0-9_+-]*:", made)


def test_inert_leaves_codes_and_times_readable() -> None:
    assert inert("CAMP_01 a las 10:30:15, 3 > 2") == "CAMP_01 a las 10:30:15, 3 &gt; 2"


def test_without_the_guard_the_same_data_would_mention_everybody() -> None:
    """The ablation of `inert`: what the data says is live markup when nothing stands in between."""
    assert ACTIVE.search(EVIL)
    assert not ACTIVE.search(inert(EVIL))


def test_choice_and_empty_parts() -> None:
    parts = (
        Choice("¿Por cuentas o por saldo?", (Option("Por saldo", "kpi", {"variant": "balance"}),)),
        Figures(()),
        Table("Nada", ("A",), ()),
        Trend("Nada", "line", "rate", (), ()),
        Text(""),
    )
    message = DRAW.outcome(Outcome("answer", "es", kpi(), Answer("Título", "", parts)))
    assert check_blocks(message.blocks) == []
    assert [b["type"] for b in message.blocks] == ["header", "section", "actions"]


def test_nothing_known_is_said_not_drawn_as_zero() -> None:
    table = Table("", ("Campaña", "Roll rate"), (("Sin cuentas", Value(None, "rate")), ("", None)))
    message = DRAW.outcome(Outcome("answer", "es", kpi(), Answer("Roll rate", "", (table,))))
    rows = of_type(message, "table")[0]["rows"]
    assert [cell["text"] for row in rows[1:] for cell in row] == ["Sin cuentas", "s/d", "—", "—"]


def test_two_long_tables_share_the_room() -> None:
    answer = hundred_rows().answer
    assert answer is not None
    table = answer.parts[0]
    twice = replace(answer, parts=(table, table))
    message = DRAW.outcome(Outcome("answer", "es", kpi(), twice))
    assert check_blocks(message.blocks) == []
    assert (
        "no cabe" in json.dumps(message.blocks, ensure_ascii=False)
        or len(of_type(message, "data_table")) == 2
    )


def test_message_gets_simpler_step_by_step() -> None:
    full = drawn("by_campaign")
    steps = list(full.simpler())
    assert [bool(of_type(step, "data_visualization")) for step in (full, *steps)] == [True, False, False]
    assert steps[0].blocks
    assert steps[-1] == Message(full.text)


def test_more_blocks_than_slack_takes() -> None:
    many = Answer("Largo", "", tuple(Text(f"línea {n}") for n in range(80)))
    message = DRAW.outcome(Outcome("answer", "es", kpi(), many))
    assert check_blocks(message.blocks) == []
    assert "Pide una parte" in json.dumps(message.blocks[-1], ensure_ascii=False)


def test_definition_and_sql_shown_in_full() -> None:
    outcome = SAMPLES["by_campaign"]()
    definition, sql = DRAW.definition(outcome), DRAW.sql(outcome)
    assert check_blocks(definition.blocks) == []
    assert check_blocks(sql.blocks) == []
    assert "*Fórmula:*" in json.dumps(definition.blocks, ensure_ascii=False)
    assert "SELECT sum(rolled)" in json.dumps(sql.blocks)
    assert "lun 9-nov a vie 13-nov" in json.dumps(definition.blocks, ensure_ascii=False)


def test_long_sql_is_cut_and_says_so() -> None:
    outcome = SAMPLES["bare_count"]()
    assert outcome.answer is not None
    long = replace(outcome.answer, basis=basis(query=lambda: "SELECT 1;\n" * 3_000))
    message = DRAW.sql(replace(outcome, answer=long))
    assert check_blocks(message.blocks) == []
    assert "aquí se muestra el inicio" in json.dumps(message.blocks, ensure_ascii=False)


def test_definition_of_a_request_no_longer_allowed_says_why() -> None:
    message = DRAW.definition(SAMPLES["refused"]())
    assert "Marisol Ávila" in message.text


@given(st.decimals(min_value=-2, max_value=2, places=3), st.decimals(min_value=-2, max_value=2, places=3))
@settings(max_examples=60, deadline=None)
def test_arrow_agrees_with_the_change(now: Decimal, before: Decimal) -> None:
    outcome = SAMPLES["bare_count"]()
    assert outcome.answer is not None
    figure = outcome.answer.parts[0].items[0]  # type: ignore[union-attr]
    moved = replace(figure, value=Value(now, "rate"), previous=Value(before, "rate"))
    answer = replace(outcome.answer, parts=(Figures((moved,)),))
    said = json.dumps(DRAW.outcome(replace(outcome, answer=answer)).blocks, ensure_ascii=False)
    assert ("▲" in said) == (now > before)
    assert ("▼" in said) == (now < before)
