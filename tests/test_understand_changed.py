"""A reading survives what does not change the request: courtesy, forms of the verb, spelling, synonyms."""

from collections import Counter
from dataclasses import replace

import pytest

from bot.understand.verbs import asking, showing
from tests.reading_agency import read
from tests.reading_changed import changed, read_as
from tests.reading_changes import CHANGES

SAMPLE = 30  # of each kind; all of them: python -m tests.reading_changed


def test_what_changes_nothing_is_read_as_before() -> None:
    counts: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for one in changed(SAMPLE):
        mark = read_as(one)
        counts[mark] += 1
        kinds[one.kind] += 1
        assert mark != "WRONG", (one.kind, one.text)
    assert set(kinds) == set(CHANGES)
    assert counts["asked"] <= sum(counts.values()) // 100


def test_the_comparison_bites() -> None:
    """Judged by what was meant before the name was changed, the same readings are wrong."""
    renamed = [one for one in changed(SAMPLE) if one.kind == "name"]
    marks = Counter(read_as(replace(one, wanted=one.row["expected"])) for one in renamed)
    assert marks["right"] == 0
    assert marks["WRONG"] == len(renamed)


@pytest.mark.parametrize(
    ("verb", "forms"),
    [
        ("registrar", ("registra", "registre", "registren", "registrara", "registrando")),
        ("mostrar", ("muestra", "muestre", "muestren", "mostrar", "mostremos")),
        ("sacar", ("saca", "saque", "saquen")),
        ("decir", ("di", "diga", "digan", "dijera")),
        ("distribuir", ("distribuye", "distribuya", "distribuyera")),
        ("poner", ("pon", "ponga", "pusieran")),
    ],
)
def test_the_forms_that_ask(verb: str, forms: tuple[str, ...]) -> None:
    assert set(forms) <= set(asking(verb))


def test_what_is_hung_on_them() -> None:
    assert {"muestreme", "pasenme", "digame", "pongalo", "mandenoslas", "genere"} <= showing()


@pytest.mark.parametrize(
    ("text", "intent", "outcome"),
    [
        ("Liste las cuentas de Tienda Sur", "accounts", "list"),
        ("cuántas cuentas hay en Tienda Sur", "kpi", "question"),
        ("show me Sofia Cano's open promises", "promises", "list"),
        ("lista los convenios que se cancelaron la semana pasada", "agreements", "list"),
        ("hoy, qué promesas vencen", "promises", "list"),
        ("cuentas de Jalisco, lista", "accounts", "list"),
        ("¿quién canceló los convenios de la semana pasada?", "audit", "list"),
        ("muéstrame la recuperación por asesor", "kpi", "question"),
    ],
)
def test_a_list_and_a_count(text: str, intent: str, outcome: str) -> None:
    got = read(text)
    assert (got.intent, got.outcome) == (intent, outcome)


@pytest.mark.parametrize("text", ["eres capaz de registrar convenios?", "¿sabes registrar promesas?"])
def test_what_it_can_do_is_told_and_not_done(text: str) -> None:
    assert read(text).outcome == "help"


@pytest.mark.parametrize(
    "text",
    [
        "Le pido que no cancele el convenio de la cuenta 10561",
        "por favor no canceles el convenio de la 10561",
        "favor de no pasar las cuentas de Ana Ruiz a Pedro Gil",
    ],
)
def test_a_polite_no_does_nothing(text: str) -> None:
    assert read(text).outcome == "none"
