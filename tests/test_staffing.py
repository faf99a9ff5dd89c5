"""Staffing arithmetic against published and reckoned values: Erlang B, C and A, outbound, shrinkage."""

from fractions import Fraction
from math import factorial

import pytest

from db.staffing import (
    agents_for,
    attempts_an_hour,
    average_wait,
    blocking,
    dialling_agents,
    exact,
    impatient,
    lines_dialled,
    predictive_agents,
    rostered,
    service_level,
    waiting,
)

LOAD = 100 * 180 / 1800  # 100 calls of 180 s in half an hour: 10 Erlangs


@pytest.mark.parametrize(
    ("agents", "level"), [(11, 0.38961), (12, 0.64016), (13, 0.79559), (14, 0.88835), (15, 0.94145)]
)
def test_service_level_of_a_hundred_calls(agents: int, level: float) -> None:
    assert service_level(LOAD, agents, handle=180, within=20) == pytest.approx(level, abs=5e-6)


def test_fourteen_agents_wait_and_are_busy_as_reckoned() -> None:
    assert waiting(LOAD, 14) == pytest.approx(0.17413, abs=5e-6)
    assert average_wait(LOAD, 14, handle=180) == pytest.approx(7.836, abs=5e-4)
    assert agents_for(LOAD, handle=180, within=20, level=0.8) == 14


@pytest.mark.parametrize(
    ("agents", "waits", "abandons"), [(10, 0.42342, 0.15753), (12, 0.24043, 0.0759), (14, 0.11153, 0.03032)]
)
def test_callers_who_hang_up(agents: int, waits: float, abandons: float) -> None:
    found = impatient(LOAD, agents, handle=180, patience=60)
    assert found.waits == pytest.approx(waits, abs=5e-6)
    assert found.abandons == pytest.approx(abandons, abs=5e-6)


def test_callers_who_never_hang_up_wait_as_in_erlang_c() -> None:
    endless = impatient(LOAD, 14, handle=180, patience=1e9)
    assert endless.waits == pytest.approx(waiting(LOAD, 14), rel=1e-6)
    assert endless.abandons == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("calls", "handle", "agents"), [(60, 240, 11), (240, 300, 46), (500, 210, 65), (100, 180, 14)]
)
def test_agents_for_eighty_in_twenty(calls: int, handle: int, agents: int) -> None:
    assert agents_for(calls * handle / 1800, handle=handle, within=20, level=0.8) == agents


@pytest.mark.parametrize(("agents", "paid"), [(46, 66), (65, 93), (14, 20)])
def test_shrinkage_divides(agents: int, paid: int) -> None:
    assert rostered(agents, 0.3) == paid
    assert paid > agents * 1.3  # what multiplying would give falls short


def test_shrinkage_is_taken_as_written() -> None:
    """In binary 21 / (1 - 0.3) is a hair over 30, and would take a 31st agent."""
    assert 21 / (1 - 0.3) > 30
    assert rostered(21, 0.3) == 30
    assert exact(0.3) == Fraction(3, 10)


def test_the_recursion_is_the_formula_where_the_formula_can_be_reckoned() -> None:
    terms = [LOAD**n / factorial(n) for n in range(13)]
    assert blocking(LOAD, 12) == pytest.approx(terms[-1] / sum(terms))
    assert 0 < blocking(900.0, 1000) < 1e-3  # 900^1000 / 1000! overflows


def test_the_cap_on_occupancy_adds_agents() -> None:
    busy = LOAD / agents_for(LOAD, handle=180, within=20, level=0.1)
    eased = agents_for(LOAD, handle=180, within=20, level=0.1, cap=0.7)
    assert busy > 0.7 >= LOAD / eased


def test_no_agent_to_spare_means_an_endless_queue() -> None:
    assert waiting(LOAD, 10) == 1
    assert service_level(LOAD, 9, handle=180, within=20) == 0
    assert average_wait(LOAD, 10, handle=180) is None


def test_no_calls_take_nobody_waiting() -> None:
    assert blocking(0.0, 3) == 0
    assert waiting(0.0, 3) == 0
    assert impatient(0.0, 3, handle=180, patience=60).abandons == 0
    assert agents_for(0.0, handle=180, within=20, level=0.8) == 1


def test_manual_dialling() -> None:
    # A fifth answer and take 180 s; the rest take 30 s: 60 s an attempt, 51 attempts an hour at 85 %.
    an_hour = attempts_an_hour(
        Fraction(1, 5), contact=Fraction(180), no_contact=Fraction(30), occupancy=Fraction(85, 100)
    )
    assert an_hour == 51
    # 4,000 accounts x 1.5 = 6,000 attempts; 51 x 8 h x 0.75 = 306 an agent: 19.6.
    agents = dialling_agents(Fraction(6000), an_hour=an_hour, hours=Fraction(8), shrinkage=Fraction(1, 4))
    assert agents == Fraction(6000, 306)


def test_predictive_dialling() -> None:
    agents = predictive_agents(Fraction(340), handle=Fraction(180), occupancy=Fraction(85, 100))
    assert agents == 20
    assert lines_dialled(20, Fraction(3, 2)) == 30
