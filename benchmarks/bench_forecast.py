"""How well the month's close is projected on made-up agencies: `python -m benchmarks.bench_forecast`.

Each agency has its own months and days of luck; each of the last twelve months is projected at every business
day, knowing only what came before, with and without the season.
"""

import argparse
from collections.abc import Iterable, Sequence
from statistics import mean
from time import perf_counter

from benchmarks.seasons import generated
from db.calendars import load_calendars
from db.projection import COVERAGE, Trial, backtest

TESTED = 12


def figures(trials: Sequence[Trial]) -> tuple[int, float, float, float]:
    """Covered, its share, the mean miss and the mean width of the range, both of the actual close."""
    held = sum(trial.covered for trial in trials)
    ranges = [(t.within.high - t.within.low) / t.actual for t in trials if t.within is not None]
    return held, held / len(trials), mean(abs(t.expected - t.actual) / t.actual for t in trials), mean(ranges)


def table(rows: Iterable[tuple[str, Sequence[Trial]]]) -> None:
    for name, trials in rows:
        held, share, miss, width = figures(trials)
        print(
            f"{name:34} {held:5} of {len(trials):5} {share:6.1%}  miss {miss:5.1%}  range {width:5.1%} wide"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agencies", type=int, default=20)
    parser.add_argument(
        "--history", type=int, nargs="+", default=[3, 6, 12], help="months before the tested ones"
    )
    given = parser.parse_known_args()[0]
    calendars = load_calendars()
    print(f"closes in the {COVERAGE} % range; {given.agencies} agencies, {TESTED} months, each business day")
    for known in given.history:
        started = perf_counter()
        made = [generated(seed, known + TESTED, calendars) for seed in range(given.agencies)]
        seasonal = [t for history in made for t in backtest(history, TESTED)]
        plain = [t for history in made for t in backtest(history, TESTED, seasonal=False)]
        table(
            ((f"{known} months before, season", seasonal), (f"{known} months before, business days", plain))
        )
        print(f"{'':34} {perf_counter() - started:.1f} s")


if __name__ == "__main__":
    main()
