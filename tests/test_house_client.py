"""What a client's viewer can learn from a question that is not answered: nothing about anybody else."""

from collections.abc import Iterator

import pytest

from bot.app import App, build
from bot.desk import Outcome, Place, Who
from bot.settings import Settings
from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.engine import open_engine, writing
from db.tables import metadata
from tests.small import CLIENTE, GLORIA, LAURA, NOW, fill

DM = Place("dm", "D1")
COARSE = Place("channel", "C9", "general")
OTHERS = ("Ibáñez", "Marco", "Ruiz", "Núñez", "Méndez", "La Ceiba", "Ceiba Crédito")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('client') / 'cartera.db'}")
    metadata.create_all(engine)
    with writing(engine) as connection:
        fill(connection)
    refresh(engine, load_calendars(), now=NOW)
    channels = {"registered": {"general": {"finest": "campaign"}}}
    app = build(Settings.model_validate({"channels": channels}), engine=engine)
    yield app
    app.close()


def ask(app: App, text: str, person: int = CLIENTE, thread: str | None = None, place: Place = DM) -> Outcome:
    return app.desk.ask(text, who=Who("slack", f"U{person}"), place=place, thread=thread, now=NOW)


@pytest.mark.parametrize("name", ["Laura", "Carl", "Carla", "Seiba", "Beto", "Laura Ibáñez"])
@pytest.mark.parametrize("asked", ["recuperado de {}", "llamadas sin {} este mes"])
def test_whoever_is_out_of_reach_is_nobody(app: App, asked: str, name: str) -> None:
    """The very words that a name of nobody's gets, and nothing that was not typed."""
    found, nobody = ask(app, asked.format(name)), ask(app, asked.format("Zutano"))
    assert (found.outcome, found.about, found.choices) == (nobody.outcome, nobody.about, ())
    said = str(found.json())
    assert not [other for other in OTHERS if other in said and other not in name]
    typed = " ".join(f"«{word}»" for word in name.split())
    assert found.message.replace("», «", "» «").replace(typed, "«Zutano»") == nobody.message.replace(
        "», «", "» «"
    )


def test_the_staff_is_asked_back_by_name(app: App) -> None:
    """The ablation: with all names known, the same words offer them."""
    labels = [each.label for each in ask(app, "recuperación de Seiba", GLORIA).choices]
    assert "Tiendas La Ceiba" in labels


def test_nobody_is_offered_whom_she_may_not_see(app: App) -> None:
    found = ask(app, "llamadas de Carl", LAURA)
    assert (found.outcome, found.choices) == ("clarify", ())
    assert "Méndez" not in found.text
    assert "entre lo que puedes ver" in found.message
    assert [each.label for each in ask(app, "llamadas de Carl", GLORIA).choices] == ["Carla Méndez"]


@pytest.mark.parametrize("op", ["eq", "ne", "in"])
def test_a_forged_button_tells_no_name_apart(app: App, op: str) -> None:
    said = []
    for name in ("Tiendas La Ceiba", "CEI", "Zutano"):
        named = [name] if op == "in" else name
        fields = {"metric": "calls", "filters": [{"field": "client", "op": op, "value": named}]}
        found = app.desk.run("kpi", fields, who=Who("slack", f"U{CLIENTE}"), place=DM, thread=None, now=NOW)
        said.append((found.outcome, found.about, found.message.replace(name, "X")))
    assert len(set(said)) == 1


def test_a_shared_thread_does_not_pass_a_name_on(app: App) -> None:
    ask(app, "llamadas de Tiendas La Ceiba este mes", GLORIA, thread="t1")
    assert "Ceiba" not in str(ask(app, "y por campaña", thread="t1").json())
    ask(app, "llamadas de Tiendas La Ceiba este mes", GLORIA, thread="t2")
    assert "Ceiba" in str(ask(app, "y por campaña", GLORIA, thread="t2").json())


@pytest.mark.parametrize(
    ("person", "place", "shows"), [(CLIENTE, DM, False), (GLORIA, COARSE, False), (GLORIA, DM, True)]
)
def test_table_names_are_the_agencys(app: App, person: int, place: Place, shows: bool) -> None:
    found = ask(app, "llamadas de este mes", person, place=place)
    assert found.answer is not None
    assert found.answer.basis is not None
    assert bool(found.answer.basis.sql) is shows
    assert ("sql" in found.json()["answer"]["basis"]) is shows


def test_what_is_only_planned_is_not_offered(app: App) -> None:
    """And what is refused as planned is said in a sentence that suits any name."""
    planned = set(app.catalogue.planned)
    for words in ("¿cómo vamos?", "¿efectividad?", "¿calidad?", "¿productividad?"):
        offered = [each.fields.get("metric") for each in ask(app, words, GLORIA).choices]
        assert not planned & {metric for metric in offered if isinstance(metric, str)}
    assert "me falta " in ask(app, "nivel de servicio del mes pasado", GLORIA).message
