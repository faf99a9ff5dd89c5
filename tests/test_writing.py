"""Actions from proposal to end: previewed, confirmed, approved by another, undone; once."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, select, update

from bot.app import App, build
from bot.outcome import Outcome, Place, Who
from bot.sections import Approval, Writes
from bot.settings import Settings
from bot.writing import Writing
from db import proposals
from db.engine import reading, writing
from db.tables import facts, reference
from db.tables.desk import proposals as kept
from db.tables.house import audit
from tests.small import ACCOUNT, ALAMEDA, ANA, BETO, CARLA, CEIBA, GLORIA, LAURA, MARCO, NOW, at, fill

DM = Place("dm", "D1")
ASKED = "pasa 2 cuentas de Ana Ruiz a Beto"
LIMIT = Approval(accounts=1, amount=Decimal(10**9), by=("manager",))


@pytest.fixture
def app(engine: Engine) -> App:
    with writing(engine) as connection:
        fill(connection)
    return build(Settings(), engine=engine)


@pytest.fixture
def strict(engine: Engine) -> App:
    """More than one account needs a manager."""
    with writing(engine) as connection:
        fill(connection)
    return build(Settings(writes=Writes(approvals={"reassign_accounts": LIMIT})), engine=engine)


def say(app: App, text: str, person: int = LAURA, minutes: int = 0) -> Outcome:
    who, now = Who("slack", f"U{person}"), NOW + timedelta(minutes=minutes)
    return app.desk.ask(text, who=who, place=DM, thread="t1", now=now)


def press(app: App, outcome: Outcome, step: str, person: int = LAURA, minutes: int = 1) -> Outcome:
    """The button of that step."""
    option = next(o for o in outcome.choices if o.intent == step)
    return click(app, step, str(option.fields["proposal"]), person, minutes)


def click(app: App, step: str, token: str, person: int = LAURA, minutes: int = 1) -> Outcome:
    who, now = Who("slack", f"U{person}"), NOW + timedelta(minutes=minutes)
    return app.desk.run(step, {"proposal": token}, who=who, place=DM, thread="t1", now=now)


def token_of(outcome: Outcome) -> str:
    return str(outcome.choices[0].fields["proposal"])


def holders(engine: Engine) -> dict[str, int]:
    table, letters = reference.assignments, {n: letter for letter, n in ACCOUNT.items()}
    with reading(engine) as connection:
        rows = connection.execute(select(table.c.account_id, table.c.agent_id).where(table.c.to_at.is_(None)))
        return {letters[account]: agent for account, agent in rows}


def on_record(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.execute(select(audit.c.outcome).order_by(audit.c.id)).scalars())


# --- proposed and confirmed ---------------------------------------------------------------------------


def test_a_preview_changes_nothing_and_says_what_would(app: App) -> None:
    before = holders(app.engine)
    shown = say(app, ASKED)
    assert shown.outcome == "preview"
    assert shown.answer is not None
    # Of A, B, C and G one is special and one has a promise due: those stay.
    assert {row["account"][-1] for row in shown.answer.rows} == {"C", "G"}
    assert "especiales: 1" in shown.text
    assert "Ana Ruiz" in shown.text
    assert "$3,900" in shown.text
    assert [o.label for o in shown.choices] == ["Confirmar", "Descartar"]
    assert holders(app.engine) == before


@pytest.mark.parametrize("way", ["button", "sí", "dale"])
def test_a_yes_does_it_and_history_keeps_who_had_it(app: App, way: str) -> None:
    shown = say(app, ASKED)
    done = press(app, shown, "confirm") if way == "button" else say(app, way, minutes=1)
    assert done.outcome == "done", done.text
    assert {k for k, v in holders(app.engine).items() if v == BETO} == set("EFHCG")
    table = reference.assignments
    with reading(app.engine) as connection:
        rows = connection.execute(
            select(table).where(table.c.account_id == ACCOUNT["C"]).order_by(table.c.id)
        )
        old, new = rows.all()
    assert (old.agent_id, old.to_on, new.agent_id, new.from_on) == (ANA, NOW.date(), BETO, NOW.date())
    assert new.mode == old.mode
    assert {n.person_id for n in done.notices} == {ANA, BETO}
    assert on_record(app.engine) == ["preview", "done"]


def test_a_no_or_a_but_does_nothing(app: App) -> None:
    before = holders(app.engine)
    say(app, ASKED)
    assert say(app, "sí, pero nomás 1", minutes=1).outcome == "clarify"
    assert say(app, "no, mejor no", minutes=2).outcome == "none"
    assert say(app, "sí", minutes=3).outcome == "smalltalk"
    assert holders(app.engine) == before


def test_a_yes_is_of_what_was_last_spoken_of(app: App) -> None:
    before = holders(app.engine)
    say(app, ASKED)
    say(app, "llamadas del mes", minutes=1)
    assert say(app, "sí", minutes=2).outcome == "smalltalk"
    assert holders(app.engine) == before


def test_of_two_proposals_in_a_thread_the_newer_waits(app: App) -> None:
    first = say(app, ASKED)
    second = say(app, "pasa 1 cuenta de Ana Ruiz a Beto", minutes=1)
    assert press(app, first, "confirm", minutes=2).about == "decided"
    assert press(app, second, "confirm", minutes=3).outcome == "done"


def test_the_second_yes_hears_that_it_is_done(app: App) -> None:
    shown = say(app, ASKED)
    assert press(app, shown, "confirm").outcome == "done"
    again = press(app, shown, "confirm", minutes=2)
    assert (again.outcome, again.about) == ("refuse", "decided")
    assert "no se hizo dos veces" in again.text


def test_many_at_once_do_it_once(app: App) -> None:
    token = token_of(say(app, ASKED))
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda _: click(app, "confirm", token).outcome, range(16)))
    assert sorted(got) == ["done", *["refuse"] * 15]
    assert len(on_record(app.engine)) == 17


def test_of_many_who_want_the_same_accounts_one_gets_them(app: App) -> None:
    """Each saw them free; whoever comes later is shown how they stand, and no move is lost under another."""
    asked = {n: f"pasa 2 cuentas de Ana Ruiz a {'Beto' if n % 2 else 'Carla Méndez'}" for n in range(8)}
    who = Who("slack", f"U{GLORIA}")
    tokens = [
        token_of(app.desk.ask(text, who=who, place=DM, thread=f"t{n}", now=NOW)) for n, text in asked.items()
    ]
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda token: click(app, "confirm", token, GLORIA).outcome, tokens))
    assert got.count("done") == 1, got
    table = reference.assignments
    with reading(app.engine) as connection:
        begun = connection.execute(select(table.c.account_id).where(table.c.from_on == NOW.date())).all()
    assert len(begun) == 2


def test_only_who_asked_confirms(app: App) -> None:
    shown = say(app, ASKED)
    assert press(app, shown, "confirm", person=GLORIA).outcome == "denied"
    assert press(app, shown, "discard", person=MARCO).outcome == "denied"
    assert press(app, shown, "confirm").outcome == "done"


def test_a_proposal_expires_and_offers_to_be_shown_again(app: App) -> None:
    shown = say(app, ASKED)
    late = press(app, shown, "confirm", minutes=31)
    assert (late.outcome, late.about) == ("refuse", "expired")
    (again,) = late.choices
    who = Who("slack", f"U{LAURA}")
    fresh = app.desk.run(
        again.intent, again.fields, who=who, place=DM, thread="t1", now=NOW + timedelta(hours=1)
    )
    assert press(app, fresh, "confirm", minutes=61).outcome == "done"


def test_once_expired_it_stays_so_whoever_presses(strict: App) -> None:
    """The yes that came late ends it; a second press, from a screen left open, hears the same."""
    shown = say(strict, ASKED)
    waits = press(strict, shown, "confirm")
    late = press(strict, waits.notices[0].outcome, "approve", person=GLORIA, minutes=31)
    assert (late.about, late.choices) == ("expired", ())  # hers would be asked in her own name
    assert late.decided is not None
    again = click(strict, "confirm", token_of(shown), minutes=32)
    assert (again.about, again.decided) == ("expired", None)
    assert [each.intent for each in again.choices] == ["reassign_accounts"]
    assert click(strict, "reject", token_of(shown), GLORIA, minutes=33).about == "expired"


def test_what_changed_underneath_is_shown_again(app: App) -> None:
    shown = say(app, ASKED)
    promise(app.engine, "C")
    again = press(app, shown, "confirm")
    assert again.outcome == "preview"
    assert "cambió desde que lo viste" in again.text
    assert {row["account"][-1] for row in again.answer.rows} == {"G"}  # type: ignore[union-attr]
    assert press(app, again, "confirm", minutes=2).outcome == "done"
    assert holders(app.engine)["C"] == ANA


def test_without_that_look_the_old_preview_would_be_written(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposals, "same", lambda plan, other: True)
    shown = say(app, ASKED)
    promise(app.engine, "C")
    assert press(app, shown, "confirm").outcome == "done"


def promise(engine: Engine, letter: str) -> None:
    row = {"client_id": ALAMEDA, "campaign_id": 1, "account_id": ACCOUNT[letter], "agent_id": ANA}
    days = {"made_at": at(NOW.date()), "made_on": NOW.date(), "due_on": NOW.date() + timedelta(days=2)}
    with writing(engine) as connection:
        connection.execute(facts.promises.insert().values(**row, **days, amount_cents=100))


# --- who may ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "outcome"), [(ANA, "denied"), (MARCO, "denied"), (LAURA, "preview"), (GLORIA, "preview")]
)
def test_nobody_moves_what_is_out_of_reach(app: App, person: int, outcome: str) -> None:
    assert say(app, ASKED, person).outcome == outcome


def test_nobody_receives_out_of_reach(app: App) -> None:
    assert say(app, "pasa 2 cuentas de Ana Ruiz a Carla Méndez").outcome == "denied"
    assert say(app, "pasa 2 cuentas de Ana Ruiz a Carla Méndez", GLORIA).outcome == "preview"
    assert CARLA not in {holders(app.engine)[letter] for letter in "ABCG"}


def test_who_lost_her_team_since_may_not_confirm(app: App) -> None:
    shown = say(app, ASKED)
    table = reference.memberships
    with writing(app.engine) as connection:
        connection.execute(update(table).where(table.c.supervisor_id == LAURA).values(supervisor_id=MARCO))
    before = holders(app.engine)
    assert press(app, shown, "confirm").outcome == "denied"
    assert holders(app.engine) == before
    assert on_record(app.engine) == ["preview", "denied"]


# --- a second person ----------------------------------------------------------------------------------


def test_a_large_one_waits_for_another_who_may(strict: App) -> None:
    before = holders(strict.engine)
    shown = say(strict, ASKED)
    assert "lo aprueba otra persona" in shown.text
    waits = press(strict, shown, "confirm")
    assert waits.outcome == "pending_approval"
    (card,) = waits.notices
    assert card.person_id == GLORIA
    assert [o.label for o in card.outcome.choices] == ["Aprobar", "Rechazar"]
    token = token_of(shown)
    assert click(strict, "approve", token, LAURA).outcome == "denied"  # her own
    assert click(strict, "approve", token, MARCO).outcome == "denied"
    assert holders(strict.engine) == before
    done = click(strict, "approve", token, GLORIA)
    assert done.outcome == "done"
    assert {n.person_id for n in done.notices} == {ANA, BETO, LAURA}
    assert {k for k, v in holders(strict.engine).items() if v == BETO} == set("EFHCG")


def test_who_sees_only_part_of_it_is_neither_asked_nor_heard(strict: App) -> None:
    limited = {"person_id": GLORIA, "client_id": CEIBA}  # Ana's accounts are of Alameda
    with writing(strict.engine) as connection:
        connection.execute(reference.person_clients.insert().values(**limited))
    shown = say(strict, ASKED)
    nobody = press(strict, shown, "confirm")
    assert nobody.outcome == "refuse"
    assert nobody.notices == ()
    with writing(strict.engine) as connection:
        connection.execute(update(kept).values(state="waiting"))
    assert click(strict, "approve", token_of(shown), GLORIA).outcome == "denied"


def test_a_rejected_one_is_told_and_stays_undone(strict: App) -> None:
    before = holders(strict.engine)
    shown = say(strict, ASKED)
    press(strict, shown, "confirm")
    no = click(strict, "reject", token_of(shown), GLORIA)
    assert [n.person_id for n in no.notices] == [LAURA]
    assert click(strict, "approve", token_of(shown), GLORIA).about == "decided"
    assert holders(strict.engine) == before


def test_without_the_limit_nobody_else_is_asked(strict: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Writing, "_needs", lambda *_: None)
    assert press(strict, say(strict, ASKED), "confirm").outcome == "done"


# --- undone -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["button", "deshaz la última reasignación", "deshaz"])
def test_it_can_be_undone_once(app: App, way: str) -> None:
    before = holders(app.engine)
    done = press(app, say(app, ASKED), "confirm")
    undone = press(app, done, "undo", minutes=5) if way == "button" else say(app, way, minutes=5)
    assert undone.outcome == "done", undone.text
    assert holders(app.engine) == before
    assert press(app, done, "undo", minutes=6).outcome == "refuse"


@pytest.mark.parametrize("way", ["deshaz lo último", "deshaz lo que hice", "undo the last thing"])
def test_whoever_heard_of_it_hears_that_it_was_undone(app: App, way: str) -> None:
    done = press(app, say(app, ASKED), "confirm")
    undone = say(app, way, minutes=5)
    assert undone.outcome == "done", undone.text
    assert [n.person_id for n in undone.notices] == [n.person_id for n in done.notices] == [ANA, BETO]
    assert all("deshizo el cambio de las" in n.outcome.text for n in undone.notices)


def test_whoever_approved_it_hears_that_it_was_undone(strict: App) -> None:
    shown = say(strict, ASKED)
    press(strict, shown, "confirm")
    click(strict, "approve", token_of(shown), GLORIA)
    undone = click(strict, "undo", token_of(shown), minutes=5)
    assert [n.person_id for n in undone.notices] == sorted((ANA, BETO, GLORIA))


def test_a_change_is_undone_by_its_number_in_the_record(app: App) -> None:
    before = holders(app.engine)
    press(app, say(app, ASKED), "confirm")
    with reading(app.engine) as connection:
        number = connection.execute(select(audit.c.id).where(audit.c.outcome == "done")).scalar_one()
    assert say(app, f"deshaz el movimiento {number}", BETO, minutes=5).outcome == "denied"
    assert say(app, f"deshaz el movimiento {number}", minutes=6).outcome == "done"
    assert holders(app.engine) == before


def test_the_words_of_the_buttons_are_understood(app: App) -> None:
    for said in ("descarta", "Descartar", "discard", "descártalo"):
        shown = say(app, ASKED)
        token, card = say(app, said, minutes=1).decided or ("", "")
        assert token == token_of(shown), said
        assert card.startswith("Descartado")
    say(app, ASKED)
    assert say(app, "Confirmar", minutes=1).outcome == "done"
    assert say(app, "Deshacer", minutes=2).outcome == "done"


def test_what_was_done_and_undone_is_on_the_trail_with_its_effect(app: App) -> None:
    done = press(app, say(app, ASKED), "confirm")
    press(app, done, "undo", minutes=5)
    denied = say(app, ASKED, MARCO)
    assert denied.outcome == "denied"
    with reading(app.engine) as connection:
        rows = connection.execute(select(audit).order_by(audit.c.id)).all()
    _, applied, undone, refused = rows
    change = json.loads(applied.change)
    assert change["before"] == {str(ACCOUNT[letter]): ANA for letter in "CG"}
    assert change["after"] == {str(ACCOUNT[letter]): BETO for letter in "CG"}
    assert (applied.action, applied.concerns) == ("reassign_accounts", f",{ANA},{BETO},")
    assert (undone.action, undone.undoes) == ("undo", applied.id)
    assert "reassign_accounts" in json.loads(refused.request)


def test_it_is_not_undone_once_the_world_moved_on(app: App) -> None:
    done = press(app, say(app, ASKED), "confirm")
    table = reference.assignments
    with writing(app.engine) as connection:
        mine = (table.c.account_id == ACCOUNT["C"]) & table.c.to_at.is_(None)
        connection.execute(update(table).where(mine).values(agent_id=CARLA))
    no = press(app, done, "undo", minutes=5)
    assert no.outcome == "refuse"
    assert holders(app.engine)["G"] == BETO  # and not half of it
    with reading(app.engine) as connection:
        assert connection.execute(select(kept.c.state)).scalar_one() == "done"
