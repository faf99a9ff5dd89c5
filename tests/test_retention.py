"""What has outlived its term goes by night, and is written down; what a hold protects stays."""

import os
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, update

from bot.app import App, build
from bot.duties import Tick
from bot.retained import retention_duty
from bot.settings import Settings
from db.engine import reading, writing
from db.retention import Retention, clear, past
from db.tables import agency, desk, facts, floor, house
from db.tables.erasure import retention_runs
from db.tables.reference import accounts
from db.ticks import Taken
from tests.floor_hands import rows, say
from tests.small import ACCOUNT, ALAMEDA, ANA, CARO, LAURA, NOW

TERMS = Retention()
OLD, YOUNG = NOW - timedelta(days=2200), NOW - timedelta(days=20)


def note(engine: Engine, letter: str, at: datetime) -> None:
    with writing(engine) as connection:
        row = {"account_id": ACCOUNT[letter], "person_id": ANA, "written_at": at, "written_on": at.date()}
        connection.execute(insert(floor.account_notes).values(**row, body=f"{letter} {at:%Y}"))


def hold(engine: Engine, letter: str, kind: str = "Legal") -> None:
    with writing(engine) as connection:
        case = {"register": "holds", "client_id": ALAMEDA, "campaign_id": 1}
        case |= {"account_id": ACCOUNT[letter], "received_on": NOW.date()}
        connection.execute(insert(agency.cases).values(**case, kind=kind, received_at=NOW))


def cleared(
    engine: Engine, terms: Retention = TERMS, folder: Path | None = None
) -> dict[str, tuple[int, int]]:
    with writing(engine) as connection:
        return {each.kind: (each.rows, each.held) for each in clear(connection, terms, NOW, folder)}


def test_what_is_held_stays_until_the_hold_ends(small_own: Engine) -> None:
    for letter in "ABC":
        note(small_own, letter, OLD)
    note(small_own, "A", YOUNG)
    hold(small_own, "B")
    hold(small_own, "C", "Fallecimiento")  # which keeps no data
    assert cleared(small_own) == {"notes": (2, 1)}
    assert [row.body for row in rows(small_own, floor.account_notes)] == ["B 2020", "A 2026"]
    with writing(small_own) as connection:
        connection.execute(update(agency.cases).values(closed_on=NOW.date(), closed_at=NOW))
    assert cleared(small_own) == {"notes": (1, 0)}
    assert [(row.kind, row.rows, row.held) for row in rows(small_own, retention_runs)] == [
        ("notes", 2, 1),
        ("notes", 1, 0),
    ]


def test_without_the_hold_it_would_have_gone(small_own: Engine) -> None:
    """The ablation."""
    note(small_own, "B", OLD)
    hold(small_own, "A")
    assert cleared(small_own) == {"notes": (1, 0)}


def test_a_contact_stays_without_its_remark(small_own: Engine) -> None:
    with writing(small_own) as connection:
        connection.execute(update(facts.contacts).values(note="dijo que", started_at=OLD))
    count = len(rows(small_own, facts.contacts))
    assert cleared(small_own) == {"remarks": (count, 0)}
    assert [row.note for row in rows(small_own, facts.contacts)] == [None] * count


def test_proposals_go_with_their_cards_and_what_waits_stays(small_own: Engine) -> None:
    with writing(small_own) as connection:
        for n, state in enumerate(("done", "waiting")):
            row = {"token": f"t{n}", "intent": "add_note", "request": "{}", "person_id": LAURA, "place": "D1"}
            row |= {"state": state, "plan": "{}", "size": 1, "made_at": OLD, "expires_at": OLD}
            connection.execute(insert(desk.proposals).values(**row))
            card = {
                "key": f"k{n}",
                "token": f"t{n}",
                "team": "T",
                "channel": "D1",
                "text": "",
                "blocks": "[]",
            }
            connection.execute(insert(desk.proposal_cards).values(**card))
    assert cleared(small_own) == {"proposals": (1, 0)}
    assert [row.token for row in rows(small_own, desk.proposals)] == ["t1"]
    assert [row.token for row in rows(small_own, desk.proposal_cards)] == ["t1"]


def test_a_kind_without_a_term_is_kept_and_a_look_deletes_nothing(small_own: Engine, tmp_path: Path) -> None:
    with writing(small_own) as connection:
        opinion = {"ref": "r", "person_id": ANA, "at": OLD, "good": True}
        connection.execute(insert(house.feedback).values(**opinion))
    folder = tmp_path / "rejects"
    folder.mkdir()
    for name, days in (("old.csv", 40), ("new.csv", 3)):
        (folder / name).write_text("x")
        at = (NOW - timedelta(days=days)).timestamp()
        os.utime(folder / name, (at, at))
    with reading(small_own) as connection:
        seen = {each.kind: each.rows for each in past(connection, TERMS, NOW, folder)}
    assert (seen["feedback"], seen["rejects"], seen["notes"]) == (1, 1, 0)
    assert cleared(small_own, Retention(feedback=None), folder) == {"rejects": (1, 0)}
    assert [path.name for path in folder.iterdir()] == ["new.csv"]
    assert len(rows(small_own, house.feedback)) == 1


def test_one_process_clears_a_night_once(small_own: Engine) -> None:
    note(small_own, "A", OLD)
    duty = retention_duty(small_own, Settings())
    tick = Tick("retention", duty.when.latest(NOW), NOW, "one")
    duty.work(tick)
    with pytest.raises(Taken):
        duty.work(tick)
    assert [(row.kind, row.rows) for row in rows(small_own, retention_runs)] == [("notes", 1)]


@pytest.fixture
def app(small_own: Engine) -> App:
    with writing(small_own) as connection:
        late = update(accounts).where(accounts.c.id == ACCOUNT["D"])
        connection.execute(late.values(first_default_on=date(2020, 11, 17)))
        near = update(accounts).where(accounts.c.id == ACCOUNT["E"])
        connection.execute(near.values(first_default_on=date(2020, 11, 18)))
    return build(Settings(), engine=small_own)


def test_it_is_asked_in_words_and_names_debtors_past_their_term(app: App) -> None:
    note(app.engine, "A", OLD)
    shown = say(app, "¿qué datos se van a borrar?", CARO)
    assert shown.answer is not None, shown.text
    assert {"kind": "notes", "rows": 1, "held": 0} in shown.answer.rows
    assert "Una cuenta pasa de 72 meses" in shown.text
    assert [option.fields["account"] for option in shown.answer.next] == ["00D"]
    assert len(rows(app.engine, floor.account_notes)) == 1
    assert say(app, "retención de datos", ANA).outcome == "denied"
