"""A day against its weekday's own history: what stands out is told, what does not is left alone."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from benchmarks.seasons import generated
from db.cells.refresh import refresh
from db.engine import reading, writing
from db.periods import Period, day
from skills.contract import Answer, KpiRequest, Refused, Table, Text
from skills.kpi.anomalies import AnomaliesRequest, answer_anomalies
from skills.kpi.plan import make_plan
from skills.kpi.unusual import Odd, unusual
from tests.reading_agency import read
from tests.reasons import BUSINESS_DAYS, CALENDARS, asking, context, pay
from tests.small import NOW, fill

TUESDAY = date(2026, 11, 10)
BEFORE = [TUESDAY - timedelta(weeks=n) for n in range(12, 0, -1)]
# Centavos of the twelve Tuesdays before: median 1,000 pesos, median distance 100.
SUMS = [90_000, 110_000] * 6


def company(engine: Engine, sums: dict[date, int]) -> Engine:
    with writing(engine) as connection:
        fill(connection)
        pay(connection, sums, "C", "T")
    refresh(engine, CALENDARS, now=NOW)
    return engine


def odd(engine: Engine, on: date, *, season: bool = False, now: datetime = NOW) -> list[Odd]:
    """By hand, every business day weighs the same; with a season, as it is learnt."""
    with reading(engine) as connection:
        ctx = context(connection, now=now, rules=None if season else BUSINESS_DAYS)
        request = KpiRequest(metric="recovered_amount", period=day(on))
        return unusual(ctx, make_plan(ctx, request), on, ())


def anomalies(engine: Engine, language: str = "es", **fields: object) -> Answer:
    with reading(engine) as connection:
        ctx = context(connection, language=language, rules=BUSINESS_DAYS)  # type: ignore[arg-type]
        return answer_anomalies(ctx, AnomaliesRequest.model_validate(fields))


@pytest.mark.parametrize(
    ("pesos", "times"),
    [(2000, 6.745), (1600, 4.047), (1500, None), (1000, None), (400, -4.047), (500, None)],
)
def test_a_day_stands_out_from_three_and_a_half_usual_distances(
    engine: Engine, pesos: int, times: float | None
) -> None:
    found = odd(company(engine, {**dict(zip(BEFORE, SUMS, strict=True)), TUESDAY: pesos * 100}), TUESDAY)
    # 0.6745 x 1,000 / 100 of the day's 2,000; 1,500 lies at 3.37 and does not stand out.
    assert [float(one.times) for one in found] == ([pytest.approx(times)] if times else [])
    assert [(float(one.usual), one.days) for one in found] == ([(1000.0, 12)] if times else [])


def test_too_few_such_days_say_nothing(engine: Engine) -> None:
    few = dict(zip(BEFORE[-5:], SUMS[-5:], strict=True))
    # The company's first payment is of 7 October: five Tuesdays with data.
    assert odd(company(engine, {**few, TUESDAY: 10_000_000}), TUESDAY) == []


def test_a_holiday_is_not_judged_and_judges_nobody(engine: Engine) -> None:
    varied = [300_000, *[80_000, 100_000, 120_000] * 4]
    mondays = {date(2026, 11, 23) - timedelta(weeks=n): cents for n, cents in enumerate(varied)}
    mondays[date(2026, 11, 16)] = 5  # a holiday
    with writing(
        company(engine, {k: v for k, v in mondays.items() if k != date(2026, 11, 23)})
    ) as connection:
        pay(connection, {date(2026, 11, 23): 300_000}, "C", "T")
    refresh(engine, CALENDARS, now=NOW + timedelta(days=7))
    later = NOW + timedelta(days=7)
    assert odd(engine, date(2026, 11, 16), now=later) == []
    assert [one.days for one in odd(engine, date(2026, 11, 23), now=later)] == [11]


def test_a_payday_is_no_anomaly(engine: Engine) -> None:
    """Friday 13 November pays the quincena. Without the season (ablation) it would be a false alarm."""
    season = generated(3, 6, CALENDARS, first=date(2026, 6, 1)).days
    payday = date(2026, 11, 13)
    company(engine, {on: cents // 100 for on, cents in season.items() if on <= date(2026, 11, 17)})
    assert odd(engine, payday, season=True) == []
    assert [one.times > 0 for one in odd(engine, payday)] == [True]


def test_today_may_still_catch_up_but_is_told_once_it_is_above(engine: Engine) -> None:
    today = NOW.date()  # a Wednesday, half past ten
    before = {today - timedelta(weeks=n): cents for n, cents in enumerate(SUMS, start=1)}
    company(engine, before)
    assert odd(engine, today) == []  # nothing came in yet but a reversal
    with writing(engine) as connection:
        pay(connection, {today: 300_000}, "C", "X")
    refresh(engine, CALENDARS, now=NOW + timedelta(minutes=1))
    assert [one.times > 0 for one in odd(engine, today)] == [True]


def test_the_note_and_the_question_tell_the_same(engine: Engine) -> None:
    company(engine, {**dict(zip(BEFORE, SUMS, strict=True)), TUESDAY: 200_000})
    plainly = {"rules": BUSINESS_DAYS}
    answer = asking(engine)("recovered_amount", period=day(TUESDAY), about=plainly)
    notes = [p.body for p in answer.parts if isinstance(p, Text)]
    assert "6.7 veces la distancia usual, por arriba" in " ".join(notes)
    plain = asking(engine)("recovered_amount", period=day(BEFORE[-1]), about=plainly)
    assert not any("Inusual" in p.body for p in plain.parts if isinstance(p, Text))
    found = anomalies(engine, period={"start": TUESDAY, "end": TUESDAY})
    rows = {(row["metric"], row.get("campaign")): row for row in found.rows}
    assert rows["recovered_amount", None]["times"] == 6.75
    assert rows["recovered_amount", "Alameda Tarjetas"]["value"] == "2000.00"
    assert any(isinstance(part, Table) for part in found.parts)


@pytest.mark.parametrize(("language", "said"), [("es", "Nada inusual"), ("en", "Nothing unusual")])
def test_nothing_unusual_is_said(small: Engine, language: str, said: str) -> None:
    answer = anomalies(small, language)
    assert answer.rows == ()
    assert any(said in p.body for p in answer.parts if isinstance(p, Text))


def test_a_month_is_too_long_to_look_at_by_day(small: Engine) -> None:
    with pytest.raises(Refused, match="which_day"):
        anomalies(small, period=Period(start=date(2026, 11, 1), end=date(2026, 11, 18)).model_dump())


@pytest.mark.parametrize(
    ("typed", "period"),
    [
        ("¿hay algo raro hoy?", {"start": "2026-11-18", "end": "2026-11-18"}),
        ("anomalies yesterday", {"start": "2026-11-17", "end": "2026-11-17"}),
        ("anomalías", None),
    ],
)
def test_the_question_is_read(typed: str, period: dict[str, str] | None) -> None:
    found = read(typed)
    assert (found.outcome, found.intent, found.unread) == ("question", "anomalies", ())
    assert found.fields == {"filters": [], "period": period}


def test_what_it_does_not_explain_is_asked_back() -> None:
    assert read("¿hay algo raro hoy con los zorbianos?").outcome == "clarify"
