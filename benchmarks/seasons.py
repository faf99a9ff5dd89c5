"""Made-up months of daily money with a known season: weekday, quincena, holidays, noise. Seeded."""

from datetime import date
from random import Random

from db.calendars import Calendars
from db.periods import add_months, month_of
from db.seasonality import HOLIDAY, History, place_of

WEEKDAYS = (1.05, 1.0, 0.95, 1.0, 1.1, 0.55, 0.12)
MOMENTS = {"plain": 1.0, "eve": 1.15, "payday": 2.6, "close": 2.3, "first": 1.8, "second": 1.2}
CLOSED = 0.15  # a holiday from Monday to Friday
A_DAY = 40_000_000  # centavos
DAY_NOISE, MONTH_NOISE = 0.18, 0.06


def generated(seed: int, months: int, calendars: Calendars, first: date = date(2024, 1, 1)) -> History:
    """So many whole months: each has a level of its own, each day a luck of its own."""
    random = Random(seed)
    spans = tuple(month_of(add_months(first, n)) for n in range(months))
    days: dict[date, int] = {}
    for month in spans:
        level = A_DAY * random.lognormvariate(0, MONTH_NOISE)
        for day in month.each_day():
            days[day] = round(level * weight_made(day, calendars) * random.lognormvariate(0, DAY_NOISE))
    return History(days, spans, calendars.working, calendars.bank)


def weight_made(day: date, calendars: Calendars) -> float:
    row, moment = place_of(day, calendars.working, calendars.bank)
    return CLOSED if row == HOLIDAY else WEEKDAYS[row] * MOMENTS[moment]
