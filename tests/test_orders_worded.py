"""What is answered to an order, a list or a report that cannot be done from chat yet: what was understood."""

import json
import re
from collections.abc import Iterator

import pytest

from bot.app import App, build, text_files
from bot.desk import Outcome, Place, Who
from bot.orders import Wording
from bot.settings import Settings
from db.engine import open_engine, writing
from db.metrics import load_catalogue
from db.tables import metadata
from skills.contract import Language
from skills.text import load_texts
from tests.reading_agency import DATA, read
from tests.small import GLORIA, MARCO, NOW, fill

TEXTS, CATALOGUE = load_texts(*text_files()), load_catalogue()
IDS = re.compile(r"\b[a-z]+_[a-z_]+\b|\bNone\b|[{}]")


def said(text: str, language: Language = "es") -> str:
    got = read(text)
    kind = got.outcome if got.outcome in ("action", "list", "report") else "action"
    return Wording(CATALOGUE, TEXTS, language).not_yet(kind, got.intent or "", got.fields or {}, got.unread)


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_order_of_the_development_set_can_be_said(language: Language) -> None:
    rows = [json.loads(line) for line in (DATA / "reading_deeds_dev.jsonl").read_text("utf-8").splitlines()]
    orders = [r["text"] for r in rows if r["expected"]["outcome"] in ("action", "list", "report")]
    assert len(orders) >= 120
    for text in orders:
        assert not IDS.search(said(text, language)), (text, said(text, language))


def test_the_reading_is_said_back_in_both_languages() -> None:
    order = "reasigna 20 cuentas de Pedro Gil a Rosa Lara en manual"
    spanish, english = said(order), said(order, "en")
    parts = "reasignar cuentas · modo manual · 20 cuentas · de Pedro Gil · a Rosa Lara"
    assert spanish.startswith(f"Entendí: {parts}.")
    assert "no cambié nada" in spanish
    assert english.startswith("I understood: reassign accounts · manual mode · 20 accounts · from Pedro Gil")


def test_money_days_and_shares_are_worded() -> None:
    order = "haz un convenio de 12,500 en 3 quincenas para la cuenta 100234 con 20% de quita desde el viernes"
    told = said(order)
    for part in ("monto $12,500", "pagos: 3", "cada quincena", "20.0", "cuenta …0234"):
        assert part in told
    assert "100234" not in told  # an account goes by its last digits
    assert "roll" in said("avísame si el roll rate pasa de 18 %").casefold()


def test_a_note_is_not_repeated() -> None:
    assert "ventanilla" not in said("anota en la cuenta 5521: ya pagó en ventanilla")


def test_what_was_not_recognised_is_said() -> None:
    assert "«ausencia»" in said("reasigna 20 cuentas de Pedro Gil a Rosa Lara por ausencia")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('orders') / 'cartera.db'}")
    metadata.create_all(engine)
    with writing(engine) as connection:
        fill(connection)
    built = build(Settings(), engine=engine)
    yield built
    built.close()


def ask(app: App, text: str, person: int) -> Outcome:
    return app.desk.ask(text, who=Who("slack", f"U{person}"), place=Place("dm", "D1"), thread=None, now=NOW)


@pytest.mark.parametrize(
    "text",
    [
        "recuérdale a la cuenta 4471 mañana a las 10 por whatsapp",
        "recuérdame a las 5 pedir el archivo de pagos",
    ],
)
def test_the_desk_says_what_it_understood_and_does_nothing(app: App, text: str) -> None:
    spanish, english = ask(app, text, GLORIA), ask(app, text, MARCO)
    assert (spanish.outcome, spanish.about) == (english.outcome, english.about) == ("refuse", "not_built")
    assert spanish.text.startswith("Entendí: ")
    assert english.text.startswith("I understood: ")
    assert spanish.request is None
