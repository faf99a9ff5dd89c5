"""The answers a person gets, beside the plain count: the headline, and the value of each row.

tests/numbers_beside.py compares what is summed; here it is what is told, through refusals, totals and units.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from skills.contract import Answer, Context, Figures, KpiRequest, Refused
from skills.kpi.skill import answer_kpi
from skills.text import load_texts
from tests.numbers_beside import PERIODS, WENT_TO, Question, context, costed, plain
from tests.plain_floor import Floor
from tests.plain_metrics import METRICS
from tests.plain_parts import Number
from tests.random_rows import TODAY

TEXTS = load_texts(Path("skills/kpi/text.yaml"))
CENTS, HOUR = 100, 3600
IN_MONEY = frozenset(
    {
        *("recovered_amount", "ptp_amount", "ptp_amount/due", "ptp_due/amount", "agreements_amount", "cost"),
        *("fee_revenue", "budget_variance", "portfolio_balance", "aging_balance", "placement_sales/amount"),
        *("avg_payment", "recovered_per_rpc", "recovered_per_hour"),
    }
)
BY_THE_HOUR = frozenset({"recovered_per_hour", "calls_per_hour"})
TIMES = {"nps": 100, "complaint_rate": 10_000}


def worth(name: str, pair: tuple[Number, Number]) -> Fraction | None:
    """What the two sums are told as; None where nothing is divided."""
    over, under = Fraction(pair[0]), Fraction(pair[1])
    over /= CENTS if name in IN_MONEY else HOUR if name == "login_hours" else 1
    under /= HOUR if name in BY_THE_HOUR else 1
    if not divides(name):
        return over
    return TIMES.get(name, 1) * over / under if under else None


def divides(name: str) -> bool:
    question = Question(name, "day")
    return question.metric.parts(question.variant).den is not None


def wrong_answers(connection: Connection, questions: Iterable[Question]) -> Iterator[str]:
    """Questions answered otherwise than counted, or refused though there is something to tell."""
    floor = Floor(connection, TODAY)
    shown = replace(context(connection), say=lambda key, **slots: TEXTS.say("es", key, **slots))
    for question in questions:
        if WENT_TO in question.dims or not costed(floor, question):
            continue
        told = _answer(replace(shown, memo={}), question)
        total = plain(floor, replace(question, dims=()), METRICS).get((), (0, 0))
        if isinstance(told, Refused):
            if total[0] or (
                total[1] and told.key != "kpi.no_data"
            ):  # nothing came of days before the first file
                yield f"{question}: refused ({told.key}) though {total[0]}/{total[1]} is counted"
            continue
        counted = worth(question.name, total)
        if any(total) and _said(question, _headline(told)) != _said(question, counted):
            yield f"{question}: the headline is {_headline(told)} and not {counted}"
        if question.dims:
            yield from _wrong_rows(floor, question, told)


def _wrong_rows(floor: Floor, question: Question, told: Answer) -> Iterator[str]:
    """By their values: a distribution is told by its buckets too. A row of nothing at all may be shown."""
    base = question.metric.base_dim
    dims = question.dims if base is None or base in question.dims else (*question.dims, base)
    rows = plain(floor, replace(question, dims=dims), METRICS)
    want = Counter(_said(question, worth(question.name, pair)) for pair in rows.values())
    got = Counter(_said(question, row["value"]) for row in told.rows)
    nothing = _said(question, 0)
    if not divides(question.name):
        want.pop(nothing, None)
        got.pop(nothing, None)
    if want != got:
        yield f"{question}: rows {sorted((got - want).items())} and not {sorted((want - got).items())}"


def _answer(ctx: Context, question: Question) -> Answer | Refused:
    request = KpiRequest(
        metric=question.metric.id,
        period=PERIODS[question.period],
        dims=question.dims,
        variant=question.variant,
    )
    try:
        return answer_kpi(ctx, request)
    except Refused as refused:
        return refused


def _headline(answer: Answer) -> Decimal | None:
    figures = next(part for part in answer.parts if isinstance(part, Figures))
    return figures.items[0].value.amount


def _said(question: Question, value: Any) -> str:
    """Money to the centavo, as it is told; anything else to the sixth place."""
    if value is None:
        return "nothing"
    places = Decimal("0.01" if question.metric.parts(question.variant).unit == "money" else "0.000001")
    exact = Fraction(value)
    return f"{(Decimal(exact.numerator) / exact.denominator).quantize(places):f}"
