"""What this process counts of itself, for Prometheus. No label names a person, an account or a channel."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

REGISTRY = CollectorRegistry()
_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_LAGS = (0.5, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 3600.0)

ANSWERS = Counter("cartera_answers", "What people asked, by what came of it", ["outcome"], registry=REGISTRY)
ANSWER_SECONDS = Histogram(
    "cartera_answer_seconds", "From a question to its answer", registry=REGISTRY, buckets=_SECONDS
)
PARCELS = Counter(
    "cartera_parcels", "Messages that ended, by kind and how", ["kind", "state"], registry=REGISTRY
)
SLACK_CALLS = Counter(
    "cartera_slack_calls", "Calls of Slack's Web API that send", ["method", "code"], registry=REGISTRY
)
SLACK_WAITS = Counter(
    "cartera_slack_retry_after_seconds", "Seconds that Slack asked us to wait", registry=REGISTRY
)
TICKS = Counter(
    "cartera_ticks", "What fell due by the clock, by how it ended", ["outcome"], registry=REGISTRY
)
LAG = Histogram(
    "cartera_tick_lag_seconds", "From when it was due to when it was begun", registry=REGISTRY, buckets=_LAGS
)


@contextmanager
def answering() -> Iterator[list[str]]:
    """Counts an answer by the outcome that is put into the list; one that raised has none."""
    began, outcome = time.perf_counter(), list[str]()
    try:
        yield outcome
    finally:
        ANSWER_SECONDS.observe(time.perf_counter() - began)
        ANSWERS.labels(outcome[0] if outcome else "failed").inc()


class Read(Collector):
    """Values that are looked up when somebody asks, by name and help."""

    def __init__(self, values: dict[str, tuple[str, float]]) -> None:
        self._values = values

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, (about, value) in self._values.items():
            yield GaugeMetricFamily(name, about, value)


def exposed(values: dict[str, tuple[str, float]]) -> bytes:
    """All of it as Prometheus reads it."""
    looked_up = CollectorRegistry()
    looked_up.register(Read(values))
    return generate_latest(REGISTRY) + generate_latest(looked_up)
