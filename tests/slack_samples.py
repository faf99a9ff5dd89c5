"""Outcomes as the desk gives them, for the renderer's tests. `python -m tests.slack_samples` redraws the
saved messages in tests/data/slack after a wanted change of look."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.app import text_files
from bot.outcome import Outcome
from bot.slack.message import Message
from bot.slack.render import Renderer
from db.periods import Period
from skills.contract import (
    Answer,
    Basis,
    Figure,
    Figures,
    Option,
    Table,
    Text,
    Trend,
    Value,
)
from skills.text import load_texts

SAVED = Path(__file__).parent / "data" / "slack"
ASKER = "U0MANAGER1"
WEEK = Period(start=date(2026, 11, 16), end=date(2026, 11, 20))
LAST_WEEK = Period(start=date(2026, 11, 9), end=date(2026, 11, 13))
EVIL = "<!channel> *Ana* _de_ ~la~ `O` & <https://evil.example|x> :skull: <@U1> http://evil.example"


def rate(text: str) -> Value:
    return Value(Decimal(text), "rate")


def money(text: str) -> Value:
    return Value(Decimal(text), "money")


def count(number: int) -> Value:
    return Value(Decimal(number), "count")


def kpi(**fields: Any) -> dict[str, dict[str, Any]]:
    return {"kpi": {"metric": "roll_rate", "dims": [], "filters": [], "period": None, **fields}}


def basis(**changes: Any) -> Basis:
    return Basis(
        **{
            "metric": "roll_rate",
            "label": "Roll rate",
            "definition": "De las cuentas que estaban en mora al abrir el periodo, la parte que pasó "
            "a un bucket peor al corte. Se siguen las mismas cuentas.",
            "formula": "Σ[bucket al corte > bucket de apertura] / Σ[cuentas de apertura, 1-30 en adelante]",
            "variant": "accounts",
            "period": WEEK,
            "partial": True,
            "previous": LAST_WEEK,
            "filters": (),
            "scope": "toda la agencia",
            "as_of": {"balances": "2026-11-20"},
            "as_of_label": "saldos al vie 20-nov (ayer)",
            "read_from": "cells",
            "query": lambda: "SELECT sum(rolled), sum(cohort)\nFROM moves\nWHERE period_start = '2026-11'",
            **changes,
        }
    )


def headline(value: str = "0.184", previous: str = "0.172") -> Figures:
    figure = Figure(
        "Roll rate",
        rate(value),
        previous=rate(previous),
        previous_label="lun 9-nov a vie 13-nov",
        target=rate("0.15"),
        detail="412 de 2,240 cuentas",
        good=Decimal(value) < Decimal(previous),
    )
    return Figures((figure,))


CAMPAIGNS = (
    ("Alameda Tarjetas 1-90", "0.231", "0.190", 640, "0.15"),
    ("Alameda Castigada", "0.118", "0.121", 318, "0.15"),
    ("Finsureste Personal", "0.172", "0.168", 702, "0.16"),
    ("Tiendas del Norte", "0.204", "0.181", 580, "0.18"),
)


def by_campaign() -> Outcome:
    rows = tuple(
        (name, rate(value), rate(before), rate(target), count(n))
        for name, value, before, n, target in CAMPAIGNS
    )
    table = Table(
        "", ("Campaña", "Roll rate", "Semana anterior", "Meta", "Cuentas"), rows, "De mayor a menor atención."
    )
    labels = tuple(name for name, *_ in CAMPAIGNS)
    chart = Trend(
        "Roll rate por campaña, contra la semana anterior",
        "bar",
        "rate",
        labels,
        (
            ("Esta semana", tuple(Decimal(c[1]) for c in CAMPAIGNS)),
            ("Semana anterior", tuple(Decimal(c[2]) for c in CAMPAIGNS)),
        ),
    )
    answer = Answer(
        "Roll rate por campaña",
        "Roll rate por cuentas · esta semana (lun 16-nov a vie 20-nov) · por campaña",
        (headline(), table, chart),
        basis=basis(notes=("El mes a la fecha va en 21.0 %.",)),
        next=(
            Option("Por supervisor", "kpi", kpi(dims=["supervisor"])["kpi"]),
            Option("Por asesor", "kpi", kpi(dims=["agent"])["kpi"]),
            Option("Comparar", "kpi", kpi(compare={"to": "previous_year"})["kpi"]),
        ),
    )
    return Outcome("answer", "es", kpi(dims=["campaign"]), answer)


def several_figures() -> Outcome:
    month = Figure(
        "Mes a la fecha", rate("0.21"), previous=rate("0.2"), previous_label="al mismo día hábil", good=False
    )
    cured = Figure(
        "Tasa de cura",
        rate("0.081"),
        previous=rate("0.074"),
        previous_label="lun 9-nov a vie 13-nov",
        good=True,
    )
    figures = Figures((*headline("0.15", "0.172").items, month, cured))
    answer = Answer(
        "Roll rate y cura",
        "Dos indicadores · esta semana",
        (figures,),
        basis=basis(read_from="facts", query=None),
    )
    return Outcome("answer", "es", kpi(), answer)


def bare_count() -> Outcome:
    answer = Answer(
        "Cuentas en cartera",
        "Número de cuentas · al corte de hoy",
        (Figures((Figure("Cuentas", count(20_412)),)),),
        basis=basis(
            metric="accounts_count",
            label="Cuentas",
            definition="Cuentas vivas al corte.",
            period=None,
            partial=False,
            previous=None,
        ),
    )
    return Outcome("answer", "es", {"kpi": {"metric": "accounts_count"}}, answer)


def english() -> Outcome:
    figure = Figure(
        "Recovered",
        money("1234567.80"),
        previous=money("1100000"),
        previous_label="Sun 1 Nov to Fri 20 Nov",
        target=money("2000000"),
        good=True,
    )
    answer = Answer(
        "Recovered amount",
        "Recovered amount · this month to date",
        (Figures((figure,)),),
        basis=basis(label="Recovered", definition="Payments net of reversals.", scope="the whole agency"),
        next=(Option("By campaign", "kpi", {"metric": "recovered_amount", "dims": ["campaign"]}),),
    )
    return Outcome("answer", "en", {"kpi": {"metric": "recovered_amount"}}, answer)


def clarify() -> Outcome:
    named = ("José Luis Pérez Ríos", "José Luis Peréz Rojas", "Josefina Pérez", "Luis José Pérez")
    options = tuple(
        Option(name, "kpi", kpi(filters=[{"field": "agent", "op": "eq", "value": name}])["kpi"])
        for name in named
    )
    return Outcome(
        "clarify",
        "es",
        kpi(),
        message="¿De quién hablas?",
        about="entity:agent",
        choices=options,
        unread=("pérez",),
    )


def refused() -> Outcome:
    return Outcome(
        "denied",
        "es",
        message="El equipo de Marisol Ávila no está a tu alcance: puedes preguntar por el tuyo.",
        about="out_of_reach",
        choices=(Option("Mi equipo", "kpi", kpi()["kpi"]),),
    )


def hundred_rows() -> Outcome:
    rows = tuple(
        (f"Asesor {n:03} Hernández López", rate(f"0.{n + 100}"), count(n * 3), money(f"{n * 1234}.50"))
        for n in range(1, 141)
    )
    table = Table("Promesas por asesor", ("Asesor", "Cumplidas", "Promesas", "Monto"), rows)
    days = tuple(f"{n % 28 + 1}-nov" if n < 28 else f"{n - 27}-dic" for n in range(35))
    chart = Trend(
        "Promesas cumplidas por día en todas las campañas de la agencia",
        "line",
        "rate",
        days,
        tuple(
            (f"Supervisora {k}", tuple(Decimal(n * k) / 200 if n != 30 else None for n in range(35)))
            for k in range(1, 9)
        ),
    )
    answer = Answer("Promesas cumplidas", "Por asesor", (table, chart), basis=basis())
    return Outcome("answer", "es", kpi(dims=["agent"]), answer)


def markup_in_names() -> Outcome:
    table = Table(
        EVIL, ("Cliente & <b>", EVIL), ((EVIL, count(1)), ("", None), ("Ñandú 🦤 y Cía.", rate("0")))
    )
    chart = Trend(EVIL, "bar", "money", (EVIL, EVIL + "2", "Ñandú"), ((EVIL, (Decimal(3_000_000),) * 3),))
    figures = Figures(
        (Figure(EVIL, count(3), previous=count(4), previous_label=EVIL, detail=EVIL, good=False),)
    )
    answer = Answer(
        EVIL,
        EVIL,
        (figures, Text(EVIL), Text(EVIL, "note"), Text(EVIL, "warning"), table, chart),
        basis=basis(
            label=EVIL,
            definition=EVIL,
            filters=(EVIL,),
            scope=EVIL,
            as_of_label=EVIL,
            notes=(EVIL,),
            query=lambda: EVIL,
        ),
        next=(Option(EVIL, "kpi", {"metric": EVIL}),),
    )
    return Outcome(
        "answer", "es", kpi(filters=[{"field": "client", "op": "eq", "value": EVIL}]), answer, message=EVIL
    )


SAMPLES = {
    made.__name__: made
    for made in (
        by_campaign,
        several_figures,
        bare_count,
        english,
        clarify,
        refused,
        hundred_rows,
        markup_in_names,
    )
}


def renderer() -> Renderer:
    return Renderer(load_texts(*text_files()), lambda: date(2026, 11, 21))


def as_json(message: Message) -> Mapping[str, Any]:
    return {"text": message.text, "blocks": message.blocks}


def save() -> None:
    SAVED.mkdir(parents=True, exist_ok=True)
    for name, made in SAMPLES.items():
        drawn = as_json(renderer().outcome(made(), asker=ASKER))
        path = SAVED / f"{name}.json"
        path.write_text(json.dumps(drawn, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    save()
