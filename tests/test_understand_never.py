"""What must never happen, and what would, were the guard not there."""

import cProfile
from collections.abc import Callable
from functools import partial

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.understand import Reader
from bot.understand.period_words import words
from db.access import Named, Names
from tests.reading_agency import NOW, previous, read, reader

WORDS = words(
    "roll rate recuperado TMO por agente campaña sin excepto menos más de vs y top 5 peor mejor ayer octubre "
    "Ana Ruiz Rocío Banco Alameda 61-90 85% no quita el filtro meta contra último 1-30 del al 15 ¿ ? , $ > <"
)
SAME = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SAME
@given(st.text(max_size=200))
@example("😀" * 300)
@example("‮مرحبا roll rate‬\x00\x07\u200b")
@example("roll rate " * 500)
@example('"' * 40 + "«" + "'")
@example("9" * 400 + "%")
@example("31/02/2026 al 30/02/2026")
@example("entre el 99 y el 0 de febrero de 2000")
@example("semana 53 de 2025 vs W99")
def test_any_text_is_read_without_raising(text: str) -> None:
    got = read(text)
    assert got.outcome
    assert not (got.outcome in ("question", "action") and got.unread)


@SAME
@given(st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join), st.booleans())
def test_any_order_of_known_words_is_read_without_raising(text: str, in_thread: bool) -> None:
    before = previous(metric="roll_rate", dims=["campaign"]) if in_thread else None
    got = read(text, previous=before)
    assert not (got.outcome in ("question", "action") and got.unread)
    for choice in got.choices:
        assert choice.fields["metric"]


@SAME
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=10).map(" ".join))
def test_an_exclusion_is_never_dropped_nor_turned_round(tail: str) -> None:
    """Either the answer excludes, or it is asked back: "sin X" never keeps X."""
    got = read(f"recuperado sin Tienda Sur {tail}")
    if got.outcome == "question":
        assert got.fields is not None
        said = [f for f in got.fields["filters"] if f["field"] == "client"]
        assert said
        assert all(f["op"] in ("ne", "not_in") for f in said if "Tienda Sur" in str(f["value"]))


def test_a_long_message_is_asked_back() -> None:
    got = read("recuperado por agente " + "bla " * 1300)
    assert got.outcome == "clarify"
    assert got.unread


# --- Ablations -----------------------------------------------------------------------------------


def test_without_the_residue_rule_a_word_is_dropped_in_silence() -> None:
    text = "recuperado por agente de cuentas demandadas"
    assert read(text).outcome == "clarify"
    careless = reader(residue=False).read(text, now=NOW)
    assert careless.outcome == "question"
    assert careless.fields is not None
    assert careless.fields["filters"] == []  # all accounts, where only some were asked


def test_without_the_near_name_guard_one_of_two_is_picked() -> None:
    text = "TMO de Carla Mendosa"
    got = read(text)
    assert (got.outcome, got.about) == ("clarify", "entity:agent")
    assert set(got.candidates) >= {"Karla Mendoza", "Carla Méndez"}
    careless = reader(ask_near_names=False).read(text, now=NOW)
    assert careless.outcome == "question"


def steps(work: Callable[[], object]) -> int:
    """The function calls a piece of work takes: what it costs, on whatever machine."""
    profile = cProfile.Profile()
    profile.runcall(work)
    return sum(each.callcount for each in profile.getstats())


def of_names(n: int) -> Names:
    first = ("Ana", "Luis", "Rosa", "Pedro", "Sofía", "Jorge", "Elena", "Hugo", "Inés", "Raúl")
    last = ("Prado", "Cano", "Lara", "Gil", "Ríos", "Vega", "Soto", "Peña", "Mora", "Cruz")
    people = [f"{f} {a} {b}" for f in first for a in last for b in last][:n]
    return Names(tuple(Named("agent", i, f"E{i:04}", name) for i, name in enumerate(people)))


def test_ten_times_the_names_cost_no_more_than_ten_times() -> None:
    catalogue = reader().catalogue
    assert steps(lambda: Reader(catalogue, of_names(600))) < 10 * steps(
        lambda: Reader(catalogue, of_names(60))
    )


def test_reading_costs_much_the_same_among_many_names() -> None:
    few, many = (Reader(reader().catalogue, of_names(n)) for n in (60, 600))
    for text in (
        "los 5 peores agentes en contactabilidad la semana pasada",
        "recuperasion x suprvisor ayer",
        "¿roll rate esta semana?",
    ):
        small, large = (steps(partial(each.read, text, now=NOW)) for each in (few, many))
        assert large < 3 * small, text
