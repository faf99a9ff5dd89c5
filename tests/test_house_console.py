"""An answer as plain text, to the letter."""

from datetime import date
from decimal import Decimal

from bot.merge import several
from bot.outcome import Outcome
from db.periods import Period
from skills.contract import (
    Answer,
    Basis,
    Choice,
    Figure,
    Figures,
    Option,
    Refused,
    Table,
    Text,
    Trend,
    Value,
)

NOVEMBER = Period(start=date(2026, 11, 1), end=date(2026, 11, 18))


def rate(amount: str | None) -> Value:
    return Value(None if amount is None else Decimal(amount), "rate")


BASIS = Basis(
    metric="roll_rate",
    label="Roll rate",
    definition="Lo que empeoró.",
    formula="a / b",
    variant="accounts",
    period=NOVEMBER,
    partial=True,
    previous=None,
    filters=("cliente Banco Alameda",),
    scope="tu equipo",
    as_of={"balances": "2026-11-18"},
    as_of_label="saldos al 18-nov (hoy)",
    read_from="facts",
    notes=("Sin recuperadas.",),
)
ANSWER = Answer(
    title="Roll rate",
    echo="Roll rate · por campaña",
    parts=(
        Figures(
            (Figure("Roll rate", rate("0.184"), rate("0.172"), "octubre", rate("0.15"), "412 de 2,240"),)
        ),
        Table(
            "Por campaña",
            ("Campaña", "Roll rate", "Cuentas"),
            (
                ("Alameda Tardía", rate("0.21"), Value(Decimal(1200), "count")),
                ("Ceiba", rate(None), Value(Decimal(3), "count")),
            ),
            "se muestran 2 de 6",
        ),
        Trend("Por mes", "line", "rate", ("oct", "nov"), (("Roll rate", (Decimal("0.1"), None)),)),
        Text("Ojo."),
        Choice("¿Cuál?", (Option("A", "kpi", {}), Option("B", "kpi", {}))),
    ),
    rows=({"campaign": "Alameda Tardía", "value": "0.21"},),
    basis=BASIS,
)
PLAIN = """Roll rate
Roll rate · por campaña

Roll rate: 18.4 % (412 de 2,240) · +1.2 pp contra 17.2 % (octubre) · meta 15.0 %

Por campaña
Campaña         Roll rate  Cuentas
----------------------------------
Alameda Tardía     21.0 %    1,200
Ceiba                 s/d        3
se muestran 2 de 6

Ojo.

¿Cuál?
Puedes pedir: A | B

Roll rate: Lo que empeoró.
Periodo: 1-nov a 18-nov (en curso) · Datos: saldos al 18-nov (hoy) · """
PLAIN += """Filtros: cliente Banco Alameda · Alcance: tu equipo · Calculado registro por registro
Sin recuperadas.

Algo más."""


def test_the_whole_answer() -> None:
    assert Outcome("answer", "es", answer=ANSWER, message="Algo más.").text == PLAIN


def test_a_chart_alone_is_a_table() -> None:
    trend = next(part for part in ANSWER.parts if isinstance(part, Trend))
    text = Outcome("answer", "es", answer=Answer("Roll rate", "", (trend,))).text
    assert text == "Roll rate\n\nPor mes\n     Roll rate\noct     10.0 %\nnov        s/d"


def test_the_json_of_it() -> None:
    found = Outcome("answer", "es", request={"kpi": {"metric": "roll_rate"}}, answer=ANSWER).json()
    assert found["outcome"] == "answer"
    assert found["request"] == {"kpi": {"metric": "roll_rate"}}
    answer = found["answer"]
    assert answer["rows"] == [{"campaign": "Alameda Tardía", "value": "0.21"}]
    assert answer["basis"]["period"] == {"start": "2026-11-01", "end": "2026-11-18", "partial": True}
    assert answer["basis"]["as_of"] == {"balances": "2026-11-18"}
    assert "sql" not in answer["basis"]
    assert answer["text"].startswith("Roll rate\n")


def say(key: str, **slots: str) -> str:
    return f"{key} {slots}"


def test_several_metrics_one_after_another() -> None:
    def one(metric: str) -> Answer:
        if metric == "csat":
            raise Refused("desk.planned", about="planned:csat", name="CSAT")
        return ANSWER

    both = several(("roll_rate", "cure_rate"), one, say)
    assert [row["metric"] for row in both.rows] == ["roll_rate", "cure_rate"]
    assert both.basis is not None
    assert both.basis.definition.count("Lo que empeoró.") == 2
    half = several(("csat", "roll_rate"), one, say)
    assert half.parts[0] == Text("desk.planned {'name': 'CSAT'}", "warning")
    assert [row["metric"] for row in half.rows] == ["roll_rate"]
