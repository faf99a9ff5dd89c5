"""The season of a month, the projection of its close, and how often the close falls inside the range."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from benchmarks.seasons import MOMENTS, WEEKDAYS, generated, weight_made
from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.cutoffs import target_share
from db.engine import writing
from db.periods import Period, month_of
from db.projection import Trial, backtest, interval, misses, same_cut, unseen, whole_months
from db.seasonality import ONE, SUNDAY, History, Profile, place_of
from skills.contract import Answer, Filter, Refused, Text
from tests.reasons import BUSINESS_DAYS, asking, pay
from tests.small import NOW, fill

CALENDARS = load_calendars()
WORKING, BANK = CALENDARS.working, CALENDARS.bank
PLAIN = Profile(WORKING, BANK)
NOVEMBER = month_of(date(2026, 11, 1))
days = st.dates(date(2024, 1, 1), date(2027, 12, 31))


def only(answer: Answer) -> dict[str, object]:
    assert len(answer.rows) == 1
    return dict(answer.rows[0])


def told(answer: Answer) -> str:
    return " ".join(p.body for p in answer.parts if isinstance(p, Text))


# --- The season -------------------------------------------------------------------------------------


def test_the_moments_of_a_month_by_hand() -> None:
    # November 2026: the 15th is a Sunday, so the quincena is paid on Friday 13. Monday 16 is a holiday.
    moments = {day.day: place_of(day, WORKING, BANK)[1] for day in NOVEMBER.each_day()}
    assert {n: m for n, m in moments.items() if m != "plain"} == {
        # The last of October is a Saturday: paid on Friday 30, its first business day after is that Saturday.
        2: "second",
        12: "eve",
        13: "payday",
        14: "first",
        17: "second",
        28: "eve",
        30: "close",
    }
    assert place_of(date(2026, 11, 16), WORKING, BANK)[0] == 7
    assert place_of(date(2026, 11, 15), WORKING, BANK)[0] == SUNDAY


@given(days, st.integers(0, 70), st.integers(0, 70))
def test_business_days_alone_are_the_share_of_a_target(start: date, length: int, gone: int) -> None:
    span = Period(start=start, end=start + timedelta(days=length))
    up_to = start + timedelta(days=min(gone, length))
    assert PLAIN.share(span, Period(start=start, end=up_to)) == target_share(span, up_to, WORKING)


@given(days, st.integers(1, 70), st.integers(0, 69))
def test_the_shares_of_the_parts_are_the_whole(start: date, length: int, cut: int) -> None:
    span = Period(start=start, end=start + timedelta(days=length))
    middle = start + timedelta(days=min(cut, length - 1))
    first, rest = Period(start=start, end=middle), Period(start=middle + timedelta(days=1), end=span.end)
    for profile in (PLAIN, year().profile):
        assert profile.share(span, first) + profile.share(span, rest) == 1


@cache
def year(seed: int = 7, months: int = 12) -> History:
    return generated(seed, months, CALENDARS)


def test_a_year_teaches_the_season_it_was_made_with() -> None:
    profile = year().profile
    assert profile.months == 12
    monday = profile.weekdays[0]
    for weekday, made in enumerate(WEEKDAYS):
        assert profile.weekdays[weekday] / monday == pytest.approx(made / WEEKDAYS[0], rel=0.15, abs=0.04)
    assert profile.moments is not None
    for moment in ("payday", "close", "first"):
        assert profile.moments[moment] / ONE == pytest.approx(MOMENTS[moment], rel=0.2)


def test_a_short_history_stays_near_the_business_days() -> None:
    one, two, twelve = (year(7, months).profile for months in (1, 2, 12))
    assert one == PLAIN
    assert two.moments is not None
    assert twelve.moments is not None
    for learnt, least, most in (
        (two.moments["payday"], ONE, twelve.moments["payday"]),
        (two.weekdays[5], twelve.weekdays[5], ONE),
    ):
        assert least < learnt < most


def test_one_settled_lawsuit_is_no_season() -> None:
    history = year()
    wednesday = date(2024, 5, 8)
    spiked = History({**history.days, wednesday: history.days[wednesday] * 60}, history.months, WORKING, BANK)
    assert spiked.profile.weekdays[2] / history.profile.weekdays[2] < 1.2
    assert wednesday.weekday() == 2


def test_a_month_whose_first_days_are_missing_is_not_whole() -> None:
    months = whole_months(date(2026, 8, 4), date(2026, 11, 1), 12)
    assert months == (month_of(date(2026, 9, 1)), month_of(date(2026, 10, 1)))
    assert whole_months(date(2026, 8, 3), date(2026, 11, 1), 2) == months
    assert len(whole_months(date(2026, 8, 3), date(2026, 11, 1), 12)) == 3


# --- How often the range holds -----------------------------------------------------------------------


@cache
def trials(*, seasonal: bool) -> tuple[Trial, ...]:
    """Twelve months each of three agencies, after half a year of history, at every third business day."""
    found: list[Trial] = []
    for seed in (1, 2, 3):
        found += backtest(generated(seed, 18, CALENDARS), tested=12, step=3, seasonal=seasonal)
    return tuple(found)


def covered(found: tuple[Trial, ...]) -> float:
    return sum(trial.covered for trial in found) / len(found)


def test_eight_closes_in_ten_fall_inside_the_range() -> None:
    assert len(trials(seasonal=True)) == 306
    assert 0.74 <= covered(trials(seasonal=True)) <= 0.86


def test_without_the_season_the_same_range_misses_too_often() -> None:
    """Ablation: the projection by business days alone, inside a range as wide as the seasonal one's."""
    assert covered(trials(seasonal=False)) < 0.65
    off = [sum(abs(t.expected - t.actual) for t in trials(seasonal=s)) for s in (True, False)]
    assert off[0] < 0.8 * off[1]


def test_a_projection_knows_nothing_of_what_came_later() -> None:
    history = generated(5, 10, CALENDARS)
    last = history.months[-1]
    changed = {day: (cents * 3 if last.holds(day) else cents) for day, cents in history.days.items()}
    for n, trial in enumerate(backtest(history, tested=2, step=5)):
        other = backtest(History(changed, history.months, WORKING, BANK), tested=2, step=5)[n]
        if not last.holds(trial.on):
            assert (other.expected, other.within) == (trial.expected, trial.within)


def test_too_few_misses_give_no_range() -> None:
    history = generated(5, 1, CALENDARS)
    assert interval(100, Fraction(50), misses(unseen(history), 10, WORKING)) is None
    assert interval(100, Fraction(50), [1000, -1000]) is not None


# --- Counted by hand on the small company ------------------------------------------------------------


def test_without_history_the_month_closes_at_its_own_pace_by_business_days(small: Engine) -> None:
    # 13 whole business days are gone and 2.5 of the 13 hours of the 14th; 24 in all.
    answer = asking(small)("forecast_to_close")
    gone = 13 + Fraction(5, 26)
    assert Decimal(str(only(answer)["value"])) == round(Decimal(float(5450 * 24 / gone)), 2)
    assert (only(answer)["so_far"], only(answer)["days_left"]) == ("5450.00", 11)
    assert (only(answer)["gap"], only(answer)["daily_pace"]) == ("18550.00", "1686.36")
    assert "low" not in only(answer)
    assert "No doy un rango" in told(answer)
    assert "Todos los días hábiles pesan igual" in told(answer)
    assert "no alcanza la meta de $24,000" in told(answer)


def test_the_parts_add_up_to_the_whole_to_the_cent(small: Engine) -> None:
    ask = asking(small)
    whole = Decimal(str(only(ask("forecast_to_close"))["value"]))
    for dim in ("campaign", "supervisor", "agent"):
        parts = ask("forecast_to_close", dims=(dim,)).rows
        assert len(parts) == 2
        assert sum(Decimal(row["value"]) for row in parts) == whole


def test_calls_and_promises_are_projected_too(small: Engine) -> None:
    gone = 13 + Fraction(5, 26)
    for variant, so_far in (("calls", 7), ("promises", 4)):
        row = only(asking(small)("forecast_to_close", variant=variant))
        assert (row["so_far"], row["value"]) == (so_far, round(so_far * 24 / gone))


def test_only_the_running_month_is_projected(small: Engine) -> None:
    ask = asking(small)
    assert only(ask("forecast_to_close", period=NOVEMBER)) == only(ask("forecast_to_close"))
    for more in ({"period": month_of(date(2026, 10, 1))}, {"grain": "week"}):
        with pytest.raises(Refused, match="forecast_month"):
            ask("forecast_to_close", **more)


# --- With a season of its own ------------------------------------------------------------------------


@pytest.fixture(name="seasoned")
def _seasoned(engine: Engine) -> Engine:
    """The small company after five months of a payday season, in two campaigns."""
    history = generated(11, 5, CALENDARS, first=date(2026, 6, 1))
    with writing(engine) as connection:
        fill(connection)
        pay(connection, {day: cents // 100 for day, cents in history.days.items()}, "C")
        pay(connection, {day: cents // 700 for day, cents in history.days.items()}, "K")
    refresh(engine, CALENDARS, now=NOW)
    return engine


def test_the_parts_of_a_seasonal_projection_add_up(seasoned: Engine) -> None:
    ask = asking(seasoned)
    whole = only(ask("forecast_to_close"))
    parts = ask("forecast_to_close", dims=("campaign",)).rows
    assert sum(Decimal(row["value"]) for row in parts) == Decimal(str(whole["value"]))
    assert Decimal(str(whole["low"])) < Decimal(str(whole["value"])) < Decimal(str(whole["high"]))
    assert whole["coverage"] == 0.8
    assert "temporada aprendida de 5 meses" in told(ask("forecast_to_close"))
    october = {row["campaign"]: row["previous"] for row in parts}
    paid = ask("recovered_amount", dims=("campaign",), period=month_of(date(2026, 10, 1))).rows
    assert october == {row["campaign"]: row["value"] for row in paid}  # set against a whole month


@pytest.mark.parametrize(("last", "business_days"), [(18, 14), (29, 23)])
def test_a_target_falls_due_with_the_season_and_its_parts_with_it(
    seasoned: Engine, last: int, business_days: int
) -> None:
    until = Period(start=date(2026, 11, 1), end=date(2026, 11, last))
    about = {"now": NOW + timedelta(days=last - 18)}
    ask = asking(seasoned)
    seasonal = ask("goal_attainment", period=until, about=about)
    plain = ask("goal_attainment", period=until, about={**about, "rules": BUSINESS_DAYS})
    by_business_days = Decimal(1000) * business_days  # 24,000 x n / 24
    assert Decimal(str(only(plain)["denominator"])) == by_business_days
    due = Decimal(str(only(seasonal)["denominator"]))
    made = [sum(weight_made(day, CALENDARS) for day in span.each_day()) for span in (until, NOVEMBER)]
    assert float(due) == pytest.approx(24_000 * made[0] / made[1], rel=0.03)
    if last == 29:  # the month's last payday is still to come, and it is a heavy day
        assert due < by_business_days - 1_000
    dues = [
        Decimal(r["denominator"])
        for r in ask("goal_attainment", period=until, dims=("campaign",), about=about).rows
    ]
    # 12,000 and 2,400 fall due by the same share as 24,000: to the cent, as each is rounded.
    assert abs(sum(dues) - due * 14_400 / 24_000) <= Decimal("0.02")
    for answer, said in (
        (seasonal, "sigue la temporada aprendida de 5 meses"),
        (plain, "va por días hábiles"),
    ):
        assert answer.basis is not None
        assert any(said in note for note in answer.basis.notes)


def test_whoever_asks_the_target_is_the_same_and_it_is_due_by_its_last_day(seasoned: Engine) -> None:
    ask = asking(seasoned)
    whole = only(
        ask("goal_attainment", period=month_of(date(2026, 11, 1)), about={"now": NOW + timedelta(days=14)})
    )
    assert whole["denominator"] == "24000.00"
    part = Period(start=date(2026, 11, 1), end=date(2026, 11, 18))
    mine = ask("recovered_amount", period=part, dims=("campaign",), filters=(_client("Banco Alameda"),)).rows
    everyone = ask("recovered_amount", period=part, dims=("campaign",)).rows
    assert mine[0]["target"] == next(
        row["target"] for row in everyone if row["campaign"] == mine[0]["campaign"]
    )


def _client(name: str) -> Filter:
    return Filter(field="client", op="eq", value=name)


def test_the_question_whether_the_target_is_reached_says_where_the_month_closes(seasoned: Engine) -> None:
    answer = asking(seasoned)("goal_attainment")
    assert "Proyección de cierre del mes" in told(answer)
    assert "Rango de 80 %" in told(answer)
    assert "low" in only(answer)
    past = asking(seasoned)("goal_attainment", period=Period(start=date(2026, 11, 2), end=date(2026, 11, 8)))
    assert "Proyección" not in told(past)


def test_same_cut_is_the_same_business_day_of_its_month() -> None:
    assert same_cut(NOVEMBER, 13, WORKING) == date(2026, 11, 17)
    assert same_cut(NOVEMBER, 0, WORKING) == date(2026, 10, 31)
    assert same_cut(NOVEMBER, 99, WORKING) == NOVEMBER.end
