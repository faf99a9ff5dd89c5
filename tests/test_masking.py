"""What of a debtor leaves, and for whom: the projection, the last net, planted debtors, too small groups."""

import io
import json
import logging
from collections.abc import Iterator
from itertools import product

import pytest
from sqlalchemy import Engine, select

from bot import outbox, outgoing
from bot.app import App, build
from bot.health.logs import Plain
from bot.health.measures import exposed
from bot.llm.model import Model
from bot.llm.narrator import Narration
from bot.mail import Letter, composed
from bot.outbox import Parcel
from bot.sections import Mail
from bot.settings import Settings
from db import masking
from db.engine import reading, writing
from db.identifiers import HIDDEN, masked, netted, without
from db.masking import Level, Masks
from db.tables.desk import proposals
from db.tables.house import audit, threads
from db.tables.house import outbox as rows
from skills.contract import Answer
from skills.rules import Masking
from tests.llm_desk import llm
from tests.llm_server import always, plan, serving
from tests.masking_asked import DM, PEOPLE, ROOM, WHY, Floor, reach
from tests.masking_planted import (
    Planted,
    Search,
    digits_left,
    identifiers,
    numbers_of,
    plant,
    planted,
    search_for,
)
from tests.small import ANA, CARO, CLIENTE, GLORIA, LAURA, NOW

# --- The projection ------------------------------------------------------------------------------------

NAME, PHONE, NUMBER, CLABE = "María Fernanda López", "5512345678", "00451200010023", "002010077777777771"
SEEN = {
    Level.AGGREGATE: ("…0023", "", "", "", "", ""),
    Level.ROW: (NUMBER, "M. F. L.", "•••• 78", "", "…7771", ""),
    Level.WHOLE: (NUMBER, NAME, PHONE, "RF1", "…7771", "CDMX"),
    Level.DOCUMENT: (NUMBER, NAME, "", "RF1", CLABE, ""),
}


@pytest.mark.parametrize("level", Level)
def test_what_each_level_shows(level: Level) -> None:
    masks = Masks(level, "supervisor")
    fields = ("account", "name", "phone", "reference", "pay_account", "place")
    values = (NUMBER, NAME, PHONE, "RF1", CLABE, "CDMX")
    assert tuple(masks.of(f, v) for f, v in zip(fields, values, strict=True)) == SEEN[level]  # type: ignore[arg-type]


def test_who_runs_the_house_sees_no_phone_and_who_sees_aggregates_no_row() -> None:
    assert Masks(Level.WHOLE, "director").of("phone", PHONE) == ""
    assert Masks(Level.ROW, "director").of("account", NUMBER) == NUMBER
    assert Masks(Level.ROW, "client_viewer").of("account", NUMBER) == ""
    assert Masks(Level.ROW, "agent").clear("name", NAME) == frozenset()
    assert Masks(Level.WHOLE, "agent").clear("name", NAME, None) == {NAME}


def test_a_note_names_nobody() -> None:
    said = "Habla MARÍA, que López paga"
    assert Masks(Level.ROW, "agent").note(said, NAME) == f"Habla {HIDDEN}, que {HIDDEN} paga"
    assert Masks(Level.WHOLE, "agent").note(said, NAME) == said
    assert without("Marialuisa López", ["López"]) == f"Marialuisa {HIDDEN}"


# --- The last net ----------------------------------------------------------------------------------------

FIGURES = (
    "Recuperado: $1,234,567.00 de $5,512,345,678.00 · 18.4 % (412 de 2,240 cuentas)",
    "Del 2026-11-01 al 2026-11-18, 18/11/2026 08:00:15, corte 31-oct 23:59",
    "Semana 47 2025 2026 · 31-60 1,200 61-90 3,400 · n = 1234567890123",
    "Cuenta 00451200000002 · referencia 3000000001 · folio CC-000123 · ref=0A1B2C3D",
    "Ana Ruiz 10 11 12 13 14 15 16 17 18 19 20 21 22",
    "Tiempo 0.1512345678 s · $ 5512345678 · AL-2026000123",
    "alameda_paquete_2026-11-09_2026-11-15_aB3dE5fG.xlsx",
    "<!date^1763452800^{date}|18-nov> <@U0E1012> <https://x.mx/l?t=Ab-5512345678_c|abrir>",
)


def test_nothing_of_an_identifier_is_left_however_it_is_spelt() -> None:
    for value, said in identifiers(600):
        for mask in (netted, masked):
            left = mask(f"Se le dijo: {said}, y ya.")
            assert not digits_left(value, left), (value, said, left)
            assert left.startswith("Se le dijo: ")
            assert left.endswith(", y ya.")


@pytest.mark.parametrize("said", FIGURES[:-1])
def test_figures_days_and_names_of_the_trade_stay(said: str) -> None:
    assert netted(said) == said


def test_what_the_reader_may_see_stays_and_nothing_beside_it() -> None:
    said = "Tel. 55 1234 5678 y 5587654321"
    assert netted(said, {PHONE}) == "Tel. 55 1234 5678 y ••••21"


def test_every_string_a_person_reads_is_caught_and_no_machines() -> None:
    button = {"type": "button", "text": {"type": "plain_text", "text": PHONE}, "value": PHONE}
    (caught,) = outgoing.caught([button])
    assert (caught["text"]["text"], caught["value"]) == ("••••78", PHONE)


def test_in_public_nothing_is_clear() -> None:
    body = {"text": f"{NAME}, {PHONE}, {NUMBER}"}
    clear = frozenset((NAME, PHONE, NUMBER))
    private, public = (Parcel("k", "post", "T1", to, body, clear=clear).netted for to in ("D1", "C1"))
    assert private.body == body
    assert public.body == {"text": f"{HIDDEN}, ••••78, ••••23"}


def test_the_row_of_the_outbox_is_written_netted(engine: Engine) -> None:
    with writing(engine) as connection:
        due = outbox.put(connection, Parcel("k", "post", "T1", "C1", {"text": PHONE}), "me", NOW)
        assert due is not None
        assert due.parcel.body["text"] == "••••78"
        assert json.loads(connection.execute(select(rows.c.body)).scalar_one())["text"] == "••••78"


def test_without_the_net_it_would_leave(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.outbox.caught", lambda body, clear, *, public: body)
    with writing(engine) as connection:
        outbox.put(connection, Parcel("k", "post", "T1", "C1", {"text": PHONE}), "me", NOW)
        assert PHONE in connection.execute(select(rows.c.body)).scalar_one()


def test_a_letters_subject_and_words_are_netted() -> None:
    letter = Letter("k", ["a@b.mx"], f"Cuenta de {PHONE}", f"CURP {'LOPM800101MDFRRR09'}", [])
    message = composed(Mail(), letter, NOW)
    assert PHONE not in str(message)
    assert "LOPM800101" not in message.get_content()
    assert message["To"] == "a@b.mx"  # whom it is for


def test_a_prompt_is_netted_whatever_was_masked_before(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(always(plan())) as fake:
        for _ in range(2):
            Model(llm(fake)).ask(Narration, [("user", f"tel {PHONE}")])
            monkeypatch.setattr("bot.llm.model.netted", lambda text: text)
    assert [PHONE in body for body in fake.bodies] == [False, True]  # the second: without the net


# --- Planted debtors ---------------------------------------------------------------------------------------


@pytest.fixture
def some() -> list[Planted]:
    return planted(6)


@pytest.fixture
def floor(small_own: Engine, some: list[Planted]) -> Floor:
    with writing(small_own) as connection:
        plant(connection, some)
    return Floor(build(Settings(), engine=small_own))


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that is logged, as it is written."""
    held = io.StringIO()
    handler, root = logging.StreamHandler(held), logging.getLogger()
    handler.setFormatter(Plain())
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield held
    root.removeHandler(handler)
    root.setLevel(before)


def recorded(app: App) -> str:
    """All that the desk keeps of what was asked."""
    with reading(app.engine) as connection:
        kept = [
            tuple(row) for table in (audit, proposals, threads) for row in connection.execute(select(table))
        ]
    return "\n".join(map(str, kept))


def test_no_debtor_is_found_anywhere(floor: Floor, some: list[Planted], log: io.StringIO) -> None:
    found, answered = search_for(some), 0
    for person, place in ((some[0].agent, DM), (GLORIA, DM), (GLORIA, ROOM), (CLIENTE, DM)):
        for asked, outcome in (*floor.about(some[0], person, place), *floor.lists(person, place)):
            answered += outcome.answer is not None
            for text in floor.leaving(outcome, place.id):
                assert found(text) == set(), (asked, person, place.kind)
    assert answered > 20
    assert found(log.getvalue() + exposed({}).decode()) == set()
    assert found(recorded(floor.app)) == set()


def test_unmasked_for_one_reader_and_for_nobody_else(floor: Floor, some: list[Planted]) -> None:
    found, each = search_for(some), some[0]
    own = search_for([each])
    asked = {"account": each.number, "reason": WHY}
    for person in PEOPLE:
        shown = floor.run("unmask", dict(asked), person)
        seen = {word for text in floor.leaving(shown, "D1") for word in found(text)}
        may = person in (ANA, LAURA, GLORIA, CARO)
        assert seen == (own(f"{each.name} {each.phone} {each.reference}") if may else set()), person
        drawn = floor.renderer.outcome(shown)
        assert found(floor.row(drawn.text, drawn.blocks, "C1", drawn.clear)) == set()
        words = {*each.name.casefold().split(), each.reference.casefold()}  # of no form that tells them
        assert found(floor.row(drawn.text, drawn.blocks, "D1", frozenset())) <= words
    assert found(recorded(floor.app)) == set()


def test_without_initials_and_without_the_net_the_same_search_finds_them(
    floor: Floor, some: list[Planted], monkeypatch: pytest.MonkeyPatch
) -> None:
    found, each = search_for(some), some[0]
    whole = {**masking._WAYS[Level.ROW], "name": masking._whole, "phone": masking._whole}
    monkeypatch.setattr(masking, "_WAYS", {**masking._WAYS, Level.ROW: whole})
    card = floor.run("account", {"account": each.number}, ANA)
    # The net knows no names; phones it takes for what they are.
    assert found(" ".join(floor.leaving(card, "D1"))) == set(each.name.casefold().split())
    monkeypatch.setattr("bot.outcome.netted", lambda said, clear: said)
    assert each.phone in found(floor.run("account", {"account": each.number}, ANA).text)
    assert found(floor.say(f"saldo de {each.curp}", ANA).text) == {each.curp.casefold()}


def scoped(floor: Floor, some: list[Planted], person: int, *, channel: bool) -> tuple[Search, set[str]]:
    return numbers_of(some), set() if channel or person == CLIENTE else reach(person, some)


def test_no_row_out_of_reach_and_in_a_channel_no_account_at_all(floor: Floor, some: list[Planted]) -> None:
    for person, place in product((ANA, LAURA, GLORIA, CLIENTE), (DM, ROOM)):
        numbers, mine = scoped(floor, some, person, channel=place is ROOM)
        asked = [*floor.lists(person, place)]
        asked += [("account", floor.run("account", {"account": one.number}, person, place)) for one in some]
        for name, outcome in asked:
            drawn = floor.renderer.outcome(outcome)
            left = numbers(floor.row(drawn.text, drawn.blocks, place.id, drawn.clear))
            typed = {one.number.casefold() for one in some} if outcome.answer is None else set()
            assert left <= mine | typed, (name, place.kind)


# --- Groups that are too small -----------------------------------------------------------------------------


def by_agent(app: App, place: object = ROOM) -> Answer | None:
    fields = {"metric": "calls", "dims": ["agent"], "period": {"start": "2026-11-01", "end": "2026-11-18"}}
    return Floor(app).run("kpi", fields, GLORIA, place).answer  # type: ignore[arg-type]


def test_small_groups_are_not_shown_where_anybody_may_join(small: Engine) -> None:
    """Ana has four calls, Beto one, Carla two."""
    told = {n: by_agent(build(Settings(masking=Masking(fewest=n)), engine=small)) for n in (0, 2, 3, 5)}
    shown = {n: {row["agent"] for row in answer.rows} for n, answer in told.items() if answer}
    everyone = {"Ana Ruiz", "Alberto Núñez", "Carla Méndez"}
    assert shown == {0: everyone, 2: {"Ana Ruiz"}, 3: {"Ana Ruiz"}, 5: set()}  # of one alone, the next too
    assert told[2] is not None
    assert "menos de 2 casos" in str(told[2].parts)
    private = by_agent(build(Settings(), engine=small), DM)
    assert private is not None
    assert len(private.rows) == 3


def test_a_part_picked_out_that_is_too_small_is_for_her_eyes_only(small: Engine) -> None:
    floor = Floor(build(Settings(), engine=small))
    only = [{"field": "agent", "op": "eq", "value": "Carla Méndez"}]
    for more in ({}, {"grain": "day"}):
        asked = {"metric": "calls", "filters": only, "period": {"start": "2026-11-01", "end": "2026-11-18"}}
        refused = floor.run("kpi", {**asked, **more}, GLORIA, ROOM)
        assert (refused.outcome, refused.about) == ("denied", "channel")
        assert floor.run("kpi", {**asked, **more}, GLORIA, DM).answer is not None
