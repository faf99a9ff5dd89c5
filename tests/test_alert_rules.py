"""When a watched number fires, holds and recovers: against a plain model, over any run of readings."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.alert_rules import Attention, Bound, Patience, Quiet, Standing, passing, step

T0 = datetime(2026, 11, 18, 16, 0, tzinfo=UTC)
LIMIT = Decimal(100)
amounts = st.one_of(st.none(), st.integers(80, 120).map(Decimal))
bounds = st.builds(
    Bound,
    op=st.sampled_from(["gt", "ge", "lt", "le"]),
    threshold=st.just(LIMIT),
    slips=st.integers(1, 4),
    clears=st.integers(1, 3),
    band=st.sampled_from([Decimal(0), Decimal("0.02"), Decimal("0.1")]),
)


def run(bound: Bound, readings: Sequence[Decimal | None]) -> list[str | None]:
    standing, events = Standing(), list[str | None]()
    for amount in readings:
        standing, event = step(bound, standing, amount)
        events.append(event)
    return events


def modelled(bound: Bound, readings: Sequence[Decimal | None]) -> list[str | None]:
    """The same by looking back over the whole run each time, with no state but whether it fires."""
    firing, since, events = False, 0, list[str | None]()
    known: list[Decimal] = []
    for amount in readings:
        if amount is None:
            events.append(None)
            continue
        known.append(amount)
        if not firing:
            last = known[since:][-bound.slips :]
            fires = len(last) == bound.slips and all(map(bound.past, last))
            events.append("opened" if fires else None)
        else:
            fires = not _back_for(bound, known[since:])
            events.append("stays" if fires else "recovered")
        if fires != firing:
            firing, since = fires, len(known)
    return events


def _back_for(bound: Bound, known: Sequence[Decimal]) -> bool:
    """So many in a row beyond the band, since it began to fire."""
    last = known[-bound.clears :]
    return len(last) == bound.clears and all(map(bound.back, last))


@settings(max_examples=400)
@given(bounds, st.lists(amounts, max_size=40))
def test_it_fires_and_recovers_as_a_plain_model_says(bound: Bound, readings: list[Decimal | None]) -> None:
    assert run(bound, readings) == modelled(bound, readings)


@settings(max_examples=200)
@given(bounds, st.lists(amounts, max_size=40))
def test_opened_and_recovered_take_turns(bound: Bound, readings: list[Decimal | None]) -> None:
    turns = [event for event in run(bound, readings) if event in ("opened", "recovered")]
    assert turns == ["opened", "recovered"] * (len(turns) // 2) + ["opened"] * (len(turns) % 2)


@given(bounds, st.lists(st.just(None), max_size=9))
def test_no_number_is_not_a_good_number(bound: Bound, nothing: list[None]) -> None:
    firing = Standing("firing")
    for amount in nothing:
        assert step(bound, firing, amount) == (firing, None)


def test_a_number_that_sways_inside_the_band_is_told_once() -> None:
    swaying = [Decimal(n) for n in (101, 99, 101, 99, 101, 99)]
    assert run(Bound("gt", LIMIT, band=Decimal("0.02")), swaying).count("opened") == 1
    # Without the band it would have been told each time.
    assert run(Bound("gt", LIMIT, band=Decimal(0)), swaying).count("opened") == 3


def test_slips_have_to_come_in_a_row() -> None:
    bound = Bound("lt", LIMIT, slips=2)
    assert run(bound, [Decimal(90), Decimal(110), Decimal(90)]) == [None, None, None]
    assert run(bound, [Decimal(90), None, Decimal(90)]) == [None, None, "opened"]


# --- what time does ------------------------------------------------------------------------------------

PATIENCE = Patience(escalate=timedelta(hours=1))
hours = st.integers(0, 60).map(lambda n: T0 + timedelta(minutes=n * 10))
attentions = st.builds(
    Attention,
    acked_by=st.one_of(st.none(), st.just(7)),
    acked_until=st.one_of(st.none(), hours),
    snoozed_until=st.one_of(st.none(), hours),
    escalated_at=st.one_of(st.none(), hours),
    waits_since=st.one_of(st.none(), hours),
)


@settings(max_examples=300)
@given(attentions, hours)
def test_asked_twice_at_the_same_moment_nothing_more_is_due(seen: Attention, now: datetime) -> None:
    after, _ = passing(seen, now, PATIENCE)
    assert passing(after, now, PATIENCE) == (after, ())


@pytest.mark.parametrize(
    ("seen", "minutes", "due"),
    [
        (Attention(waits_since=T0), 59, ()),
        (Attention(waits_since=T0), 60, ("escalated",)),
        (Attention(waits_since=None), 600, ()),  # nobody was told yet: nobody has failed to answer
        (Attention(waits_since=T0, acked_by=7, acked_until=T0 + timedelta(hours=4)), 120, ()),
        (
            Attention(waits_since=T0, acked_by=7, acked_until=T0 + timedelta(hours=4)),
            240,
            ("unacknowledged",),
        ),
        (Attention(waits_since=T0, snoozed_until=T0 + timedelta(hours=8)), 120, ()),
        (Attention(waits_since=T0, snoozed_until=T0 + timedelta(hours=8)), 480, ("woken",)),
        (Attention(waits_since=T0, escalated_at=T0 + timedelta(hours=1)), 120, ()),
    ],
)
def test_what_becomes_due(seen: Attention, minutes: int, due: tuple[str, ...]) -> None:
    assert passing(seen, T0 + timedelta(minutes=minutes), PATIENCE)[1] == due


@pytest.mark.parametrize(
    ("start", "end", "at", "quiet"),
    [
        (20, 8, 23, True),
        (20, 8, 7, True),
        (20, 8, 8, False),
        (20, 8, 19, False),
        (13, 15, 14, True),
        (13, 15, 15, False),
    ],
)
def test_quiet_hours_go_over_midnight(start: int, end: int, at: int, quiet: bool) -> None:
    assert Quiet(time(start), time(end)).holds(time(at)) is quiet
