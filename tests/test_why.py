"""Why a KPI changed: the split adds up exactly, the reason is the row that moved, the premise is checked."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from db.apportion import apportion, rounded
from db.engine import reading
from db.periods import Period
from db.scope import Scope
from skills.contract import Answer, Compare, Filter, Refused, Table, Text
from skills.kpi.why.compared import compare
from skills.kpi.why.skill import WhyRequest
from skills.kpi.why.split import Part, concentrated, of_ratio, of_sum
from tests.reading_agency import fields, read
from tests.reasons import asking, context
from tests.small import ANA, LAURA

MONTH = Period(start=date(2026, 11, 1), end=date(2026, 11, 18))
OCTOBER = Compare(to="period", period=Period(start=date(2026, 10, 7), end=date(2026, 10, 18)))
TODAY = Period(start=date(2026, 11, 18), end=date(2026, 11, 18))


@dataclass(frozen=True)
class Row:
    num: Fraction | int
    den: Fraction | int | None = None


whole = st.integers(-10_000, 10_000)
beneath = st.integers(0, 10_000)
sides = st.tuples(st.builds(Row, whole, beneath), st.builds(Row, whole, beneath))
tables = st.dictionaries(st.tuples(st.integers(0, 30)), sides, min_size=1, max_size=12)


def ratio(rows: dict[tuple[int], tuple[Row, Row]], side: int) -> Fraction | None:
    den = sum(Fraction(pair[side].den or 0) for pair in rows.values())
    return sum(Fraction(pair[side].num) for pair in rows.values()) / den if den else None


# --- The split --------------------------------------------------------------------------------------


@given(tables)
def test_rate_and_mix_add_up_to_the_change_exactly(rows: dict[tuple[int], tuple[Row, Row]]) -> None:
    before, now = ratio(rows, 0), ratio(rows, 1)
    if before is None or now is None:
        with pytest.raises(ZeroDivisionError):
            of_ratio(rows, Fraction(1))
        return
    parts = of_ratio(rows, Fraction(100))
    assert sum(part.own + part.mix for part in parts) == (now - before) * 100
    for part in parts:
        if not all(pair.den for pair in rows[part.key]):
            assert part.own == 0  # who was not there before, or is not now, changed the mix alone


@given(tables)
def test_number_and_average_add_up_to_the_change_exactly(rows: dict[tuple[int], tuple[Row, Row]]) -> None:
    counts = {key: (Row(before.den or 0), Row(now.den or 0)) for key, (before, now) in rows.items()}
    for given_counts in (counts, None):
        parts = of_sum(rows, Fraction(1, 100), given_counts)
        change = sum(now.num - before.num for before, now in rows.values())
        assert sum(part.total for part in parts) == Fraction(change) / 100


def test_the_usual_split_at_the_old_weights_leaves_a_rest() -> None:
    """Ablation: w0 x change of rate + change of weight x r0 does not add up where both changed."""
    rows = {("A",): (Row(10, 100), Row(60, 200)), ("B",): (Row(50, 100), Row(10, 100))}
    before, now = Fraction(60, 200), Fraction(70, 300)
    one_sided = Fraction(0)
    for b, n in rows.values():
        w0, w1 = Fraction(b.den or 0, 200), Fraction(n.den or 0, 300)
        r0, r1 = Fraction(b.num, b.den or 1), Fraction(n.num, n.den or 1)
        one_sided += w0 * (r1 - r0) + (w1 - w0) * r0
    assert one_sided != now - before
    assert sum(part.total for part in of_ratio(rows, Fraction(1))) == now - before


def test_a_move_of_all_rates_alike_is_all_rate_and_a_shift_of_weights_is_all_mix() -> None:
    alike = {("A",): (Row(10, 100), Row(20, 100)), ("B",): (Row(30, 100), Row(60, 100))}
    nothing = Fraction(0)
    assert [(p.own, p.mix) for p in of_ratio(alike, Fraction(1))] == [
        (Fraction(1, 20), nothing),
        (Fraction(3, 20), nothing),
    ]
    shifted = {("A",): (Row(10, 100), Row(30, 300)), ("B",): (Row(50, 100), Row(50, 100))}
    parts = of_ratio(shifted, Fraction(1))
    assert [p.own for p in parts] == [0, 0]
    assert sum(p.mix for p in parts) == Fraction(80, 400) - Fraction(60, 200)


@given(st.lists(st.fractions(max_denominator=50), max_size=20))
def test_whole_units_shared_out_add_up(parts: list[Fraction]) -> None:
    shared = apportion(parts)
    assert sum(shared) == rounded(sum(parts, Fraction(0)))
    assert all(abs(whole - part) < 1 for whole, part in zip(shared, parts, strict=True))


# --- The reason -------------------------------------------------------------------------------------


def part(key: str, moved: int, weight: Fraction) -> Part:
    return Part((key,), Fraction(moved), Fraction(0), weight)


def test_one_row_of_ten_that_moved_is_the_reason() -> None:
    parts = [part(str(n), 90 if n == 7 else 1, Fraction(1, 10)) for n in range(10)]
    found = concentrated(parts)
    assert [p.key for p in found.named] == [("7",)]
    assert (found.movement, found.weight, found.notable) == (Fraction(90, 99), Fraction(1, 10), True)


def test_rows_that_all_moved_by_their_size_are_no_reason() -> None:
    found = concentrated([part(str(n), 10, Fraction(1, 10)) for n in range(10)])
    assert (len(found.named), found.movement, found.weight, found.notable) == (
        5,
        Fraction(1, 2),
        Fraction(1, 2),
        False,
    )


# --- Counted by hand on the small company -------------------------------------------------------------


def told(answer: Answer) -> str:
    return " ".join(p.body for p in answer.parts if isinstance(p, Text))


def table(answer: Answer) -> Table:
    return next(p for p in answer.parts if isinstance(p, Table))


def test_a_ratio_by_hand(small: Engine) -> None:
    # Today 3 of 5 against 1 of 1 a week ago. Ceiba: 1 of 1 both days, from all the weight to a fifth of it.
    # Alameda was not there. Middle 0.8: Alameda 2/5 - 0.8 x 4/5, Ceiba (1/5 - 1) + 0.8 x 4/5.
    answer = asking(small)("contact_rate", why=True, period=TODAY, dims=("campaign",))
    rows = {row.get("campaign"): row for row in answer.rows}
    assert (rows["Alameda Tarjetas"]["rate_effect"], rows["Alameda Tarjetas"]["mix_effect"]) == (0.0, -0.24)
    assert (rows["Ceiba Crédito"]["rate_effect"], rows["Ceiba Crédito"]["mix_effect"]) == (0.0, -0.16)
    assert rows[None] == {
        "total": True,
        "value": 0.6,
        "previous": 1.0,
        "n": 5,
        "previous_n": 1,
        "rate_effect": 0.0,
        "mix_effect": -0.4,
        "contribution": -0.4,
    }


def test_a_sum_by_hand_is_split_by_number_and_average(small: Engine) -> None:
    answer = asking(small)("recovered_amount", why=True, period=MONTH, compare=OCTOBER, dims=("campaign",))
    rows = {row.get("campaign"): row for row in answer.rows}
    # Alameda: 1 payment of 400 then 3 that leave 5,300 after the reversal. (1+3)/2 x (5,300/3 - 400).
    assert rows["Alameda Tarjetas"]["average_effect"] == "2733.33"
    assert rows["Alameda Tarjetas"]["number_effect"] == "2166.67"
    assert rows["Ceiba Crédito"]["number_effect"] == "150.00"
    assert (rows[None]["contribution"], rows[None]["value"], rows[None]["previous"]) == (
        "5050.00",
        "5450.00",
        "400.00",
    )


@pytest.mark.parametrize("metric", ["recovered_amount", "contact_rate", "calls", "ptp_amount", "aht"])
def test_the_rows_add_up_to_the_change_as_written(small: Engine, metric: str) -> None:
    period = TODAY if metric in ("contact_rate", "aht") else MONTH
    compare = None if metric in ("contact_rate", "aht") else OCTOBER
    if metric in ("calls", "ptp_amount"):
        period, compare = (
            TODAY,
            Compare(to="period", period=Period(start=date(2026, 11, 4), end=date(2026, 11, 6))),
        )
    answer = asking(small)(metric, why=True, period=period, compare=compare)
    *rows, total = answer.rows
    effects = [name for name in total if name.endswith("_effect")]
    assert len(effects) == 2
    assert len(rows) >= 2
    for name in (*effects, "contribution"):
        assert sum(Decimal(str(row[name])) for row in rows) == Decimal(str(total[name]))
    for row in answer.rows:
        assert sum(Decimal(str(row[name])) for name in effects) == Decimal(str(row["contribution"]))
    change = Decimal(str(total["value"])) - Decimal(str(total["previous"]))
    assert abs(change - Decimal(str(total["contribution"]))) <= Decimal("0.000001") * (
        1000 if metric == "aht" else 1
    )


def test_the_table_adds_up_as_shown_and_the_rest_is_one_line(small: Engine) -> None:
    answer = asking(small)("contact_rate", why=True, period=TODAY, dims=("agent",), limit=1)
    shown = table(answer)
    points = [Decimal(str(row[5]).removesuffix(" pp")) for row in shown.rows]
    # Beto: nothing of one attempt, 0 - 0.8 x 1/5. Carla: 0.2 - 1 + 0.8 x 0.8. Ana: 2 of 3, 0.4 - 0.8 x 3/5.
    assert points == [Decimal("-16.00"), Decimal("-24.00"), Decimal("-40.00")]
    assert [row[0] for row in shown.rows] == ["Alberto Núñez", "Otros 2", "Total"]
    assert sum(points[:-1]) == points[-1] == Decimal("-40.00")


@pytest.mark.parametrize(
    ("language", "wrong", "right"),
    [
        ("es", "Ojo: Tasa de contacto no subió, bajó.", "bajó de 100.00 % a 60.00 % (-40.00 pp)"),
        (
            "en",
            "Mind: Contact rate did not go up, it went down.",
            "went down from 100.00 % to 60.00 % (-40.00 pp)",
        ),
    ],
)
def test_a_wrong_premise_is_said_first(small: Engine, language: str, wrong: str, right: str) -> None:
    ask = asking(small)
    believed = ask("contact_rate", why=True, period=TODAY, moved="up", about={"language": language})
    assert told(believed).startswith(wrong)
    known = ask("contact_rate", why=True, period=TODAY, moved="worse", about={"language": language})
    assert right in told(known)
    assert wrong not in told(known)


def test_what_did_not_change_has_no_reason(small: Engine) -> None:
    eleventh = Period(start=date(2026, 11, 11), end=date(2026, 11, 11))
    with pytest.raises(Refused, match=r"why\.unchanged"):  # one call a week before, too
        asking(small)("calls", why=True, period=eleventh)


def test_a_side_without_data_is_said(small: Engine) -> None:
    ask = asking(small)
    with pytest.raises(Refused) as no:
        ask("roll_rate", why=True, period=MONTH)  # October has no opening cut
    assert no.value.about == "no_data"
    first_week = Compare(to="period", period=Period(start=date(2026, 11, 4), end=date(2026, 11, 6)))
    carla = (Filter(field="agent", op="eq", value="Carla Méndez"),)
    with pytest.raises(Refused, match=r"why\.nothing_there"):  # she made no call then
        ask("rpc_rate", why=True, period=TODAY, compare=first_week, filters=carla)


def test_a_trend_or_a_condition_is_no_change_between_two_periods(small: Engine) -> None:
    bound = Filter(field="contact_rate", op="gt", value=0.1)
    for more in ({"grain": "week"}, {"filters": (bound,)}):
        with pytest.raises(Refused, match=r"why\.two_periods"):
            asking(small)("contact_rate", why=True, period=TODAY, **more)


def test_only_what_the_asker_may_tell_apart_explains(small: Engine) -> None:
    request = WhyRequest(metric="contact_rate", period=TODAY)

    def candidates(scope: Scope) -> list[str]:
        with reading(small) as connection:
            return compare(context(connection, scope=scope), request).candidates()

    assert candidates(Scope()) == ["client", "campaign", "supervisor", "bucket", "product", "agent"]
    assert candidates(Scope(finest="campaign")) == ["client", "campaign", "bucket", "product"]
    laura = Scope(supervisors=frozenset({LAURA}))
    with pytest.raises(Refused, match=r"why\.nothing_there"):
        candidates(laura)  # her team made no call a week ago
    month = WhyRequest(metric="recovered_amount", period=MONTH, compare=OCTOBER)
    with reading(small) as connection:
        mine = compare(context(connection, scope=Scope(agents=frozenset({ANA}))), month).candidates()
    assert {"agent", "supervisor"}.isdisjoint(mine)


def test_targets_do_not_add_up_by_campaign_and_are_not_split(small: Engine) -> None:
    """The agency's target is 24,000, its campaigns' 14,400: rows that do not add up explain nothing."""
    with reading(small) as connection:
        found = compare(
            context(connection), WhyRequest(metric="goal_attainment", period=MONTH, compare=week_before())
        )
        assert found.rows(("campaign",)) is None


def week_before() -> Compare:
    return Compare(to="period", period=Period(start=date(2026, 11, 2), end=date(2026, 11, 11)))


# --- As typed ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "moved"),
    [
        ("¿por qué subió el roll rate en octubre?", "up"),
        ("why did the contact rate drop last week?", "down"),
        ("¿por qué empeoró la contención?", "worse"),
        ("¿por qué el TMO de ayer?", None),
    ],
)
def test_what_the_asker_believes_is_no_field_of_the_question(typed: str, moved: str | None) -> None:
    found = read(typed)
    assert (found.outcome, found.intent, found.moved) == ("question", "why", moved)
    assert "moved" not in fields(typed)
    assert "moved" not in found.json()
