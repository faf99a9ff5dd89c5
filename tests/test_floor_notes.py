"""Notes on accounts: what is kept, what is masked, what nobody may write down; and the note's way back."""

import pytest
from sqlalchemy import Engine, update

from bot.app import App, build
from bot.settings import Settings
from db.engine import writing
from db.note_rules import THREAT, Judged, judged
from db.tables.desk import proposals
from db.tables.floor import account_notes
from db.tables.house import audit
from db.tables.reference import accounts
from skills.contract import Table
from tests.floor_hands import ask, do, press, rows, say
from tests.small import ACCOUNT, ANA, GLORIA, LAURA, NOW, fill

KEPT = (
    "Pide que le llamen después de las 6 de la tarde",
    "Pagó $12,500.00 el 18-11-2026 en ventanilla",
    "Abonó 1,500,000 el 2026-11-18",
    "Cambió de domicilio, confirma el lunes",
    "Operación confirmada por el banco",
    "Perdió su empleo: imposibilidad de pago",
    "Wants to pay in three parts",
    "Buzón lleno, se intenta mañana",
)
HIDDEN = {
    "Nuevo celular 55 1234 5678, horario libre": "Nuevo celular ••••78, horario libre",
    "Llamar al +52 (55) 1234-5678": "Llamar al ••••78",
    "Pagó con la 4111 1111 1111 1111": "Pagó con la ••••11",
    "CLABE 002010077777777771": "CLABE ••••71",
    "Su CURP es LOPM800101MDFRRR09": "Su CURP es ••••",
    "RFC lopm800101ab1 y correo ana@correo.mx": "RFC •••• y correo ••••",
}
SENSITIVE = {
    "health": (
        "Está enfermo de cáncer",
        "c á n c e r",
        "lo OPERARON ayer",
        "she is pregnant",
        "tiene VIH",
        "c.a.n.c.e.r",
    ),
    "religion": ("Es testigo de Jehová",),
    "union": ("Es del sindicato petrolero",),
    "politics": ("Es militante de un partido",),
    "sexuality": ("dice que es homosexual",),
    "origin": ("es indígena",),
}
THREATS = ("Le dije que lo vamos a embargar", "amenazar con cárcel", "es un ratero", "will go to jail")


@pytest.fixture
def app(engine: Engine) -> App:
    with writing(engine) as connection:
        fill(connection)
    return build(Settings(), engine=engine)


@pytest.mark.parametrize("text", KEPT)
def test_a_plain_note_stays_as_it_is(text: str) -> None:
    assert judged(text) == Judged(text)


@pytest.mark.parametrize(("text", "kept"), HIDDEN.items())
def test_what_identifies_somebody_is_hidden(text: str, kept: str) -> None:
    assert judged(text) == Judged(kept)


@pytest.mark.parametrize(("kind", "text"), [(k, t) for k, some in SENSITIVE.items() for t in some])
def test_sensitive_data_is_refused_by_its_kind(kind: str, text: str) -> None:
    assert judged(text).against == kind


@pytest.mark.parametrize("text", THREATS)
def test_pressure_is_refused(text: str) -> None:
    assert judged(text).against == THREAT


def test_a_note_is_shown_as_it_will_be_kept(app: App) -> None:
    fields = {"account": "00A", "text": "Llamar al 55 1234 5678 por la tarde"}
    shown = ask(app, "add_note", fields, ANA)
    assert "Llamar al ••••78 por la tarde" in shown.text
    assert "5678" not in shown.text
    assert press(app, shown, "confirm", ANA).outcome == "done"
    (note,) = rows(app.engine, account_notes)
    assert (note.account_id, note.person_id, note.written_on) == (ACCOUNT["A"], ANA, NOW.date())
    assert note.body == "Llamar al ••••78 por la tarde"


def test_what_may_not_be_kept_is_not(app: App) -> None:
    refused = ask(app, "add_note", {"account": "00A", "text": "Está enfermo de cáncer"}, ANA)
    assert (refused.outcome, refused.about) == ("refuse", "pii")
    assert "cáncer" not in refused.text
    threat = ask(app, "add_note", {"account": "00A", "text": "Lo vamos a embargar"}, ANA)
    assert (threat.outcome, threat.about) == ("refuse", "compliance")
    assert rows(app.engine, account_notes) == []
    (neutral,) = refused.choices
    assert do(app, neutral.intent, dict(neutral.fields), ANA, minutes=3).outcome == "done"
    assert [n.body for n in rows(app.engine, account_notes)] == ["Imposibilidad de pago."]


def test_without_that_look_it_would_be_kept(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skills.accounts.notes.judged", Judged)
    monkeypatch.setattr("skills.accounts.notes.refuse_unlawful_words", lambda ctx, said: None)
    do(app, "add_note", {"account": "00A", "text": "Está enfermo de cáncer"}, ANA)
    assert [n.body for n in rows(app.engine, account_notes)] == ["Está enfermo de cáncer"]


def test_a_note_is_on_the_card_of_who_works_it_until_it_is_taken_back(app: App) -> None:
    done = do(app, "add_note", {"account": "00A", "text": "Pide factura"}, ANA)
    assert "Pide factura" in notes_of(app, LAURA)
    assert press(app, done, "undo", ANA, 5).outcome == "done"
    assert notes_of(app, LAURA) == []
    (note,) = rows(app.engine, account_notes)
    assert note.taken_back_at is not None
    assert press(app, done, "undo", GLORIA, 6).outcome == "denied"


def notes_of(app: App, person: int) -> list[str]:
    card = ask(app, "account", {"account": "00A"}, person).answer
    assert card is not None
    tables = [part for part in card.parts if isinstance(part, Table) and part.title == "Notas"]
    return [str(row[2]) for table in tables for row in table.rows]


@pytest.mark.parametrize("text", ["", "x" * 501])
def test_no_empty_and_no_endless_note(app: App, text: str) -> None:
    assert ask(app, "add_note", {"account": "00A", "text": text}, ANA).outcome == "refuse"


def test_words_a_rule_forbids_are_refused_by_its_name(app: App) -> None:
    refused = ask(app, "add_note", {"account": "00A", "text": "Se le dijo que te borramos del buró"}, ANA)
    assert (refused.outcome, refused.about) == ("refuse", "compliance")
    assert "R21" in refused.text
    assert [choice.fields for choice in refused.choices] == [{"rule": "R21"}]
    assert rows(app.engine, account_notes) == []


NUMBER, SAYS = "55 1234 5678", "Nuevo celular 55 1234 5678, se lo dio su hermana"


@pytest.fixture
def typing(app: App) -> App:
    """An account by a number that can be typed."""
    with writing(app.engine) as connection:
        connection.execute(update(accounts).where(accounts.c.id == ACCOUNT["A"]).values(account_no="10023"))
    return app


def _recorded(app: App) -> str:
    kept = [*rows(app.engine, audit), *rows(app.engine, proposals)]
    return "\n".join(str(row) for row in kept)


def test_what_a_note_says_stays_on_the_account_and_out_of_the_record(typing: App) -> None:
    app = typing
    typed = say(app, f"agrega nota a la 10023: {SAYS}", ANA)
    assert typed.outcome == "preview", typed.text
    assert press(app, typed, "confirm", ANA).outcome == "done"
    assert [n.body for n in rows(app.engine, account_notes)] == [SAYS.replace(NUMBER, "••••78")]
    told = "\n".join(str(row) for row in rows(app.engine, audit))
    assert "hermana" not in told
    assert "5678" not in _recorded(app)
    assert "add_note" in told


def test_what_may_not_be_written_down_is_not_on_record_either(typing: App) -> None:
    app = typing
    refused = say(app, "agrega nota a la 10023: está enfermo de cáncer", ANA)
    assert refused.outcome == "refuse"
    assert "cáncer" not in _recorded(app)


def test_without_that_the_record_would_repeat_it(typing: App, monkeypatch: pytest.MonkeyPatch) -> None:
    app = typing
    monkeypatch.setattr("bot.desk.private_words", lambda action, fields: [])
    monkeypatch.setattr("bot.writing.steps.private_words", lambda action, fields: [])
    monkeypatch.setattr("bot.writing.steps.kept_fields", lambda action, fields: fields)
    say(app, f"agrega nota a la 10023: {SAYS}", ANA)
    assert "hermana" in _recorded(app)
    assert NUMBER in _recorded(app)
