"""Said around a request, after a target, or told instead of ordered: read or asked back, never guessed."""

from typing import Any

import pytest

from bot.understand.courtesy import without_courtesy
from tests.reading_agency import read

TARGET = {
    "intent": "set_target",
    "fields": {"metric": "recovered_amount", "client": "Tienda Sur", "value": "1000000.00"},
}
RATE = {"intent": "set_target", "fields": {"metric": "contact_rate", "campaign": "C", "value": 0.4}}
CALLS = {"intent": "set_target", "fields": {"metric": "calls", "agent": "Ana Ruiz", "value": 125}}


@pytest.mark.parametrize(
    ("text", "before", "value"),
    [
        ("súbela 10 %", TARGET, "1100000.00"),
        ("bájale 50 mil", TARGET, "950000.00"),
        ("mejor déjala en 950 mil", TARGET, "950000.00"),
        ("raise it by 5%", TARGET, "1050000.00"),
        ("súbela 2 puntos", RATE, 0.42),
        ("ponla en 45 %", RATE, 0.45),
        ("súbela 10 %", CALLS, 138),
    ],
)
@pytest.mark.parametrize("thread", ["previous", "pending"])
def test_a_target_is_changed_by_what_hangs_on_it(
    text: str, before: dict[str, Any], value: Any, thread: str
) -> None:
    got = read(text, **{thread: before})
    assert (got.outcome, got.intent) == ("action", "set_target")
    assert got.fields == {**before["fields"], "value": value}


@pytest.mark.parametrize(
    ("text", "before"),
    [("súbela 10 %", RATE), ("bájale 2 millones", TARGET), ("súbela 10 pesos", RATE)],
)
def test_a_step_that_may_be_two_things_or_none_is_asked(text: str, before: dict[str, Any]) -> None:
    got = read(text, previous=before)
    assert (got.outcome, got.about) == ("clarify", "slot:value")


def test_without_a_target_before_nothing_is_raised() -> None:
    assert read("súbela 10 %").outcome not in ("action", "question")
    assert read("súbela 10 % a Pedro Gil", previous=TARGET).outcome != "action"


@pytest.mark.parametrize("text", ["apruebo", "mi ok", "aprobar", "sí, apruebo"])
def test_a_bare_yes_is_no_question_about_approvals(text: str) -> None:
    assert read(text).intent != "approvals"
    assert read(text, pending=TARGET).intent != "approvals"


@pytest.mark.parametrize(
    "text",
    [
        "agrega una nota a la 20045: disculpa la molestia, muchas gracias de antemano",
        'pon una nota a la 20045 que diga "quedo al pendiente, saludos cordiales"',
    ],
)
def test_what_a_note_says_is_left_as_typed(text: str) -> None:
    assert without_courtesy(text) == text
    got = read(text)
    assert got.intent == "add_note"
    assert got.fields is not None
    assert got.fields["text"] in text


def test_courtesy_takes_nothing_of_the_request() -> None:
    assert read("para la junta de mañana, recuperado de ayer").fields == read("recuperado de ayer").fields
    assert without_courtesy("muchas gracias de antemano") == "muchas gracias de antemano"
    assert read("sin ánimo de molestar, TMO de ayer sin Ana Torres").fields == (
        read("TMO de ayer sin Ana Torres").fields
    )


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("recuperado el 31 de noviembre", "31 de noviembre"),
        ("promesa de 500 de la 20045 para el 30 de febrero", "30 de febrero"),
        ("recuperado de la primera semana de octubre", None),
    ],
)
def test_a_day_that_is_not_is_asked_with_its_reason(text: str, day: str | None) -> None:
    got = read(text)
    assert (got.outcome, got.because) == ("clarify", (("no_such_day", day),) if day else ())


@pytest.mark.parametrize(
    "text",
    [
        "la 20045 prometió 1,800 el viernes pasado y no pagó",
        "¿la cuenta 20045 prometió pagar 500 mañana?",
        "el titular de la 20045 pagó 500 ayer",
        "la 20045 no va a pagar",
        "convenio de 4 mil en 2 pagos con 10 % de enganche cuenta 20045",
        "convenio de 4 mil en 2 pagos con 10 % y 5 % cuenta 20045",
        "regresa las cuentas de Ana Ruiz a Pedro Gil",
        "broken agreements of Tienda Sur",
    ],
)
def test_what_only_looks_like_it_is_asked(text: str) -> None:
    assert read(text).outcome == "clarify"


def test_a_number_in_words_is_never_cut_in_half() -> None:
    for text, amount in (
        ("mil quinientos", "1500.00"),
        ("dos mil trescientos", "2300.00"),
        ("cien", "100.00"),
    ):
        got = read(f"promesa de {text} pesos de la 20045 para el lunes")
        assert got.fields is not None
        assert (got.outcome, got.fields["amount"]) == ("action", amount)


@pytest.mark.parametrize(
    ("text", "mine"),
    [
        ("cuántas promesas hice ayer", True),
        ("how many calls did I make yesterday", True),
        ("lista mis cuentas", True),
        ("how many agents do I need on Friday", False),
        ("how much did he collect yesterday", False),
        ("cuántas cuentas tengo", False),
    ],
)
def test_whose_rows_the_first_person_means(text: str, mine: bool) -> None:
    filters = (read(text).fields or {}).get("filters") or []
    assert any(each["value"] == "@me" for each in filters) is mine
