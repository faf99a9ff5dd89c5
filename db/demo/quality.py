"""How the demo's agents are judged and taught: evaluations of their calls, courses and certificates."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from db.bulk import Row
from db.demo.calls import SHIFT_SECONDS, SHIFT_STARTS
from db.demo.fact_rows import Book
from db.demo.timeline import utc_texts

EVALUATED = 0.13  # of the days an agent works: about three a month
CRITICAL = 0.02
USUAL_POINTS, AMONG_AGENTS, BETWEEN_CALLS = 86.0, 5.0, 6.0
POSSIBLE = 100
CRITERIA = "Identificación|Trato|Negociación|Cierre|Tipificación"
WHOLE = 1_000_000
# course -> the years its certificate holds (none: for good), how many pass it, months since it was assigned
COURSES: dict[str, tuple[int | None, float, tuple[int, int]]] = {
    "Disposiciones de CONDUSEF": (1, 0.93, (2, 16)),
    "Protección de datos personales": (2, 0.9, (3, 20)),
    "Negociación": (None, 0.8, (1, 10)),
}
FAILS_BELOW, DUE_DAYS, MONTH_DAYS = 80, 30, 30


def evaluation_rows(book: Book, load: int, random: np.random.Generator) -> Iterator[Row]:
    agents, timeline = book.agents, book.timeline
    usual = random.normal(USUAL_POINTS, AMONG_AGENTS, len(agents.id))
    draw = random.random(agents.present.shape)
    points = usual[:, None] + random.normal(0, BETWEEN_CALLS, agents.present.shape)
    critical = random.random(agents.present.shape) < CRITICAL
    within = random.integers(3600, SHIFT_SECONDS, agents.present.shape)
    second = np.where(agents.morning, *SHIFT_STARTS)[:, None] + within
    past = np.arange(len(timeline.days)) < timeline.last  # today's calls are heard tomorrow
    agent, day = np.nonzero(agents.present & past & (draw < EVALUATED))
    keep = day > 0
    agent, day = agent[keep], day[keep]
    score = np.clip(np.rint(points[agent, day] * 2) / 2, 30, POSSIBLE)
    yield from zip(
        agents.id[agent].tolist(),
        utc_texts(timeline.days, day, second[agent, day]),
        book.text(day),
        (score * WHOLE).astype(np.int64).tolist(),
        [POSSIBLE * WHOLE] * len(agent),
        critical[agent, day].astype(int).tolist(),
        [CRITERIA] * len(agent),
        [load] * len(agent),
        strict=True,
    )


def training_rows(book: Book, load: int, random: np.random.Generator) -> Iterator[Row]:
    """Some certificates have lapsed, and some agents never passed."""
    agents, today = book.agents, book.timeline.today
    for course, (years, passing, (least, most)) in COURSES.items():
        ago = random.integers(least * MONTH_DAYS, most * MONTH_DAYS, len(agents.id)).tolist()
        took = random.integers(3, DUE_DAYS, len(agents.id)).tolist()
        passes = random.random(len(agents.id)) < passing
        score = random.integers(FAILS_BELOW, 101, len(agents.id)).tolist()
        for n, agent in enumerate(agents.id.tolist()):
            assigned = today - timedelta(days=ago[n])
            if book.timeline.index(assigned) >= agents.employed_until[n]:
                continue
            passed = assigned + timedelta(days=took[n]) if passes[n] else None
            ends = _lapses(passed, years)
            told = (assigned + timedelta(days=DUE_DAYS), passed)
            mark = score[n] * WHOLE if passed else None
            yield (agent, course, *map(_text, (assigned, *told)), mark, _text(ends), load)


def _lapses(passed: date | None, years: int | None) -> date | None:
    """The last day it holds: the eve of its anniversary."""
    return passed + timedelta(days=365 * years - 1) if passed and years else None


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None
