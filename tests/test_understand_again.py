"""A message after a list changes that list; it never becomes a number, and a number asked stays one."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.understand import guards
from bot.understand.result import Reading
from skills.contract import Language
from tests.reading_agency import read, reader

BANK = {"field": "client", "op": "eq", "value": "Banco Alameda"}
BROKEN = {"field": "status", "op": "eq", "value": "broken"}
ACCOUNTS: dict[str, Any] = {
    "intent": "accounts",
    "fields": {"filters": [BANK], "period": None, "order": None, "limit": 20},
}
PROMISES: dict[str, Any] = {
    "intent": "promises",
    "fields": {"filters": [BROKEN], "period": None, "order": "amount"},
}


def after(before: dict[str, Any], text: str) -> Reading:
    return read(text, previous=before)


def test_what_is_not_said_again_stays() -> None:
    got = after(ACCOUNTS, "solo las de más de 90 días de atraso")
    assert (got.outcome, got.intent) == ("list", "accounts")
    late = {"field": "days_past_due", "op": "gt", "value": 90}
    assert got.fields == {**ACCOUNTS["fields"], "filters": [BANK, late]}


def test_a_filter_of_the_same_field_is_replaced() -> None:
    got = after(PROMISES, "¿y las cumplidas?")
    assert got.fields is not None
    assert got.fields["filters"] == [{"field": "status", "op": "eq", "value": "kept"}]
    assert got.fields["order"] == "amount"


def test_the_thread_remembers_a_list_under_its_name_too() -> None:
    got = after({"promises": PROMISES["fields"]}, "y las de antier?")
    assert got.outcome == "list"
    assert (got.fields or {})["period"] == {"start": "2026-11-16", "end": "2026-11-16"}


@pytest.mark.parametrize(
    "text", ["cuántas cuentas tiene Ana Ruiz", "cuentas de Ana Ruiz", "recuperado ayer", "RPC por agente"]
)
def test_a_number_asked_after_a_list_is_that_number(text: str) -> None:
    assert after(ACCOUNTS, text) == read(text)


@pytest.mark.parametrize("text", ["y las de zutano?", "y por agente?", "y cuántas son?", "y entonces?"])
def test_what_cannot_be_read_of_it_is_asked_back(text: str) -> None:
    assert after(ACCOUNTS, text).outcome == "clarify"


def test_without_a_list_before_nothing_hangs_on_it() -> None:
    assert read("y las cumplidas?").outcome != "list"
    assert after({"intent": "kpi", "fields": {"metric": "aht"}}, "y las de antier?").outcome != "list"


# --- What stands for itself ----------------------------------------------------------------------


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_label_of_the_catalogue_is_its_metric(language: Language) -> None:
    known = [*reader().catalogue.metrics, *reader().catalogue.planned]
    assert len(known) > 50
    for metric in known:
        got = read(reader().catalogue.label(metric, language))
        assert got.outcome == "question", metric
        assert (got.fields or {})["metric"] == metric
        assert not (got.fields or {})["dims"]


def test_a_label_within_a_longer_question_keeps_its_words() -> None:
    """Alone it is the metric; with a day said it is split by the hour, as the contract has it."""
    assert (read("Llamadas por hora").fields or {})["metric"] == "calls_per_hour"
    split = read("llamadas por hora de hoy").fields or {}
    assert (split["metric"], split["dims"]) == ("calls", ["hour"])


@pytest.mark.parametrize(
    "text",
    [
        *("llamadas a las 11 de la noche", "qué agentes llamaron después de las 22:00"),
        *("cuántas llamadas después de las 11 pm", "márcale a la cuenta 5520 a las 11 de la mañana"),
        *("manda el reporte ejecutivo al jefe", "programa el reporte semanal los lunes a las 6 de la mañana"),
        *("contactabilidad a las 6 de la mañana", "calls at 11 pm by agent"),
    ],
)
def test_an_hour_or_a_boss_named_is_no_breach(text: str) -> None:
    assert read(text).about != "compliance"


@pytest.mark.parametrize(
    "text",
    [
        *("llámale a la cuenta 5520 a las 2 am", "que le llamen al deudor a las 12 de la noche"),
        *("marcale a la cuenta 5520 a las 23:00", "call account 5520 at 5 am"),
        *("avísale al hermano del deudor que debe", "envíale un mensaje a la vecina del titular"),
        *("message the debtor's wife about the debt", "escríbele al trabajo del deudor para presionarlo"),
    ],
)
def test_a_call_at_night_or_to_a_third_party_is_refused(text: str) -> None:
    got = read(text)
    assert (got.outcome, got.about) == ("refuse", "compliance")


def test_without_its_patterns_a_call_at_night_passes(tmp_path: Path) -> None:
    """The guard off: nothing else would refuse it."""
    written = Path(guards.__file__).with_name("guards.yaml").read_text(encoding="utf-8")
    raw = yaml.load(written, Loader=yaml.BaseLoader)
    night = "llamale a la cuenta 5520 a las 2 am"
    assert guards.Guards().refusal(night)
    kept = [p for p in raw["compliance"] if "marqu" not in p]
    path = tmp_path / "guards.yaml"
    path.write_text(yaml.safe_dump({**raw, "compliance": kept}), encoding="utf-8")
    assert guards.Guards(path).refusal(night) is None
