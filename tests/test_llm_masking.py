"""What leaves the machine: a server on loopback keeps every byte, and none of what must stay is in it."""

import random

import pytest

from bot.llm.masking import Masked, masked, masked_text
from bot.understand.normalise import fold
from bot.understand.period_words import words
from bot.understand.tag import tag
from tests.llm_desk import second
from tests.llm_server import always, plan, serving
from tests.reading_agency import NOW, agency, reader

KEPT_HERE = (
    "Ana Ruiz",
    "ANA RUIZ",
    "karla mendoza",
    "Rocío",
    "Banco Alameda",
    "tienda sur",
    "Alameda Temprana",
    "Banco Almeda",  # spelt wrong
    "Roberto Quintana",
    "roberto quintana",
    "la señora Petronila Xicoténcatl",
    "sra. petronila",
    "el deudor juan perez lopez",
    "XEXX010101HNEXXXA4",
    "xexx010101hnexxxa4",
    "PELJ800101AB1",
    "ＰＥＬＪ800101AB1",
    "032180000118359719",
    "0321 8000 0118 3597 19",
    "4152-3137-0012-9981",
    "55 1234 5678",
    "+52 (55) 1234-5678",
    "55\u200b12345678",
    "５５１２３４５６７８",
    "cuenta 10023",
    "AL-10023",
    "cta #4471",
    "AL2026000123",
    "juan@correo.mx",
    "https://banco.mx/juan?c=10023",
    "<@U012ABC>",
    '"dice que paga el viernes"',
    "“dice que paga el viernes”",
    "'no contesta su hermana Lupe'",
    '"sin cerrar y con Lupe',
    "nota: hablé con su esposa Lupe en Tlalpan",
)
# The part of each that tells something, where a word of it may well be said.
SECRETS = words(
    "ruiz mendoza rocio alameda almeda quintana petronila xicotencatl perez xexx010101 pelj800101 0321 "
    "8000011 4152 3137 12345678 1234 5678 10023 4471 2026000123 correo.mx banco.mx u012abc viernes hermana "
    "lupe esposa tlalpan"
)
CARRIERS = (
    "recuperado de {} zorbo ayer",
    "zorbo de {} por campaña en octubre",
    "llamadas zorbas a {}",
    "{} zorbo recuperado",
    "recuperado zorbo, {}, y también {}",
)


def mask(text: str) -> Masked:
    return masked(tag(text, reader().lexicon, reader().names, NOW.date()), reader().names)


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("kept", KEPT_HERE)
def test_none_of_it_is_in_the_text(kept: str, carrier: str) -> None:
    sent = fold(mask(carrier.format(kept, kept)).text)
    assert [secret for secret in SECRETS if secret in sent] == []


def test_none_of_it_reaches_the_server() -> None:
    dice = random.Random(5)
    with serving(always(plan())) as fake:
        reads = second(fake, mode="always")
        for _ in range(120):
            text = dice.choice(CARRIERS).format(dice.choice(KEPT_HERE), dice.choice(KEPT_HERE))
            reads.read(text, now=NOW)
    assert len(fake.bodies) >= 40
    sent = [fold(text) for text in fake.asked]
    assert [(secret, text) for text in sent for secret in SECRETS if secret in text] == []
    names = [fold(named.display) for named in agency().entries]
    whole = [fold(body.encode().decode("unicode_escape")) for body in fake.bodies]
    assert not any(name in body for body in whole for name in names)


def test_with_nothing_masked_it_would(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ablation: what is typed goes out as it is."""
    monkeypatch.setattr("bot.llm.second.masked", lambda tagged, _names: Masked(tagged.typed.raw))
    with serving(always(plan())) as fake:
        second(fake).read("zorbo recuperado de Ana Ruiz ayer", now=NOW)
    assert "Ana Ruiz" in fake.asked[0]


@pytest.mark.parametrize(
    "said",
    [
        "recuperado de más de $12,500.50 zorbo",
        "saldo mayor a 50000 pesos zorbo",
        "zorbo del 15/10/2026 al 2026-11-01",
        "zorbo del 1 al 15, bucket 31-60, top 10",
        "zorbo 1,250,000",
        "tasa de contacto por campaña zorbo esta semana",
    ],
)
def test_amounts_days_and_the_trades_words_stay(said: str) -> None:
    assert mask(said).text == said


def test_tokens_open_to_what_was_typed() -> None:
    found = mask("zorbo de Ana Ruiz, Rosa Lara y Ana Ruiz sin Banco Alameda")
    assert found.text == "zorbo de AGENT_1, AGENT_2 y AGENT_1 sin CLIENT_1"
    assert found.open("AGENT_2 sin CLIENT_1 y AGENT_9") == "Rosa Lara sin Banco Alameda y AGENT_9"
    assert found.knows("AGENT_2 y CLIENT_1")
    assert not found.knows("AGENT_9")


def test_a_token_that_was_typed_is_nobody() -> None:
    found = mask("zorbo de AGENT_1 y Ana Ruiz")
    assert found.text.count("Ana Ruiz") == 0


def test_where_only_names_are_unknown_no_model_is_asked() -> None:
    with serving(always(plan())) as fake:
        reading = second(fake).read("contactabilidad de roberto quintana ayer", now=NOW)
    assert (reading.outcome, fake.bodies) == ("clarify", [])


def test_an_answers_names_are_masked_in_full() -> None:
    text = "Recuperado · asesor: Ana Ruiz\nAna Ruiz   $1,200\nKarla Mendoza  18.4 %\nMora Temprana 31-60"
    found = masked_text(text, reader().names)
    assert "Ana" not in found.text
    assert "Karla" not in found.text
    assert all(kept in found.text for kept in ("$1,200", "18.4 %", "Mora Temprana", "31-60"))
    assert found.open(found.text) == text
