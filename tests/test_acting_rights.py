"""Who may do what, to whom and where: each role x action x target x place, beside a table written by hand.

The table is the agency's own sense of its trade, not the product's: what a role may do at all, whose accounts
and people it reaches, and where such things may be spoken of.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.app import App, build
from bot.outcome import Outcome, Place, Who
from bot.settings import Settings
from db.engine import open_engine, reading, writing
from db.tables import reference
from db.tables.desk import proposals
from skills import all_skills
from skills.contract import Role, Skill
from tests.conftest import empty_database
from tests.small import ANA, CARO, CLIENTE, GLORIA, LAURA, MARCO, NOW, fill

QUALITY, ADMIN, DIRECTOR, DORA = 41, 42, 43, 24
PEOPLE: dict[int, Role] = {
    ANA: "agent",
    LAURA: "supervisor",
    MARCO: "supervisor",
    GLORIA: "manager",
    CARO: "compliance",
    QUALITY: "quality",
    ADMIN: "admin",
    DIRECTOR: "director",
    CLIENTE: "client_viewer",
}
LEADS = {"supervisor", "manager", "director", "admin"}
STAFF = LEADS | {"agent", "compliance", "quality"}
# An order about one account, a person or a team: who may give it at all.
MAY: dict[str, set[str]] = {
    "reassign_accounts": LEADS,
    "assign_dial_mode": LEADS,
    "set_target": LEADS,
    "flag_special": LEADS | {"compliance"},
    "set_do_not_call": STAFF,
    "add_hold": STAFF,
    "add_note": STAFF,
    "unmask": {"agent", "supervisor", "manager", "compliance"},
    "record_ptp": LEADS | {"agent"},
    "record_agreement": (LEADS | {"agent"}) - {"admin"},
    "assign_training": LEADS | {"quality", "compliance"},
    "account": STAFF,
    "may_contact": STAFF,
}
# Alameda's C is Ana's, of Laura's team; Ceiba's J is Carla's, of Marco's.
OURS, THEIRS = "00C", "00J"
REACH = {ANA: {OURS}, LAURA: {OURS}, MARCO: {THEIRS}, CLIENTE: set[str]()}
BOTH = {OURS, THEIRS}
OF = {
    OURS: {"to_agent": "Alberto Núñez", "supervisor": "Laura Ibáñez", "agents": ["Ana Ruiz"]},
    THEIRS: {"to_agent": "Dora Paz", "supervisor": "Marco Rey", "agents": ["Carla Méndez"]},
}
DM, SLASH, FLOOR = Place("dm", "D1"), Place("slash", "C1", "piso"), Place("channel", "C1", "piso")
CLOSED, COARSE = Place("channel", "C3", "cerrado"), Place("channel", "C2", "alameda")
PLACES = {"dm": DM, "slash": SLASH, "floor": FLOOR, "coarse": COARSE}
CHANNELS = {"registered": {"alameda": {"clients": ["ALA"], "finest": "campaign"}}}
DONE = {"preview", "done", "pending_approval", "answer"}


def fields_of(intent: str, account: str) -> dict[str, Any]:
    named = OF[account]
    december = {"start": "2026-12-01", "end": "2026-12-31"}
    plan = {"amount": "500.00", "installments": 1, "frequency": "mensual", "first_date": "2026-11-20"}
    fields: dict[str, dict[str, Any]] = {
        "reassign_accounts": {"account": account, "to_agent": named["to_agent"]},
        "assign_dial_mode": {"account": account, "dial_mode": "preview"},
        "set_target": {
            "metric": "calls",
            "supervisor": named["supervisor"],
            "value": 900,
            "period": december,
        },
        "flag_special": {"account": account, "value": True},
        "set_do_not_call": {"account": account, "value": True},
        "add_hold": {"account": account, "kind": "legal"},
        "add_note": {"account": account, "text": "prefiere que le llamen por la tarde"},
        "unmask": {"account": account, "reason": "verificar domicilio con la titular"},
        "record_ptp": {"account": account, "amount": "100.00", "date": "2026-11-20"},
        "record_agreement": {"account": account, **plan},
        "assign_training": {"agents": named["agents"], "course": "CONDUSEF", "due": "2026-12-10"},
        "account": {"account": account},
        "may_contact": {"account": account, "channel": "call"},
    }
    return fields[intent]


def allowed(person: int, intent: str, account: str, place: str) -> bool:
    """The table's word."""
    if PEOPLE[person] not in MAY[intent] or account not in REACH.get(person, BOTH):
        return False
    if place == "coarse":
        return False
    return intent != "unmask" or place == "dm"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    folder = tmp_path_factory.mktemp("acting")
    with empty_database(request.param, request, folder, tables=True) as url:
        engine = open_engine(url)
        with writing(engine) as connection:
            fill(connection)
            like = connection.execute(select(reference.people).where(reference.people.c.id == CARO)).one()
            team = select(reference.memberships).where(reference.memberships.c.supervisor_id == MARCO)
            led = connection.execute(team).first()
            for n in (QUALITY, ADMIN, DIRECTOR, DORA):
                own = {
                    "id": n,
                    "employee_no": f"E{n}",
                    "name": "Dora Paz" if n == DORA else f"P{n}",
                    "role": PEOPLE.get(n, "agent"),
                    "slack_user_id": f"U{n}",
                }
                connection.execute(reference.people.insert().values({**like._mapping, **own}))
            assert led is not None
            hers = {**led._mapping, "id": 99, "person_id": DORA}
            connection.execute(reference.memberships.insert().values(hers))
        built = build(Settings.model_validate({"channels": CHANNELS}), engine=engine)
        yield built
        built.close()


def order(app: App, person: int, intent: str, account: str, place: Place = DM) -> Outcome:
    return ordered(app, person, intent, fields_of(intent, account), place)


def ordered(app: App, person: int, intent: str, fields: dict[str, Any], place: Place = DM) -> Outcome:
    who = Who("slack", f"U{person}")
    return app.desk.run(intent, fields, who=who, place=place, thread=f"{person}{intent}", now=NOW)


def kept(app: App) -> int:
    with reading(app.engine) as connection:
        return int(connection.execute(select(func.count()).select_from(proposals)).scalar_one())


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("intent", MAY)
def test_everyone_may_do_what_the_table_says_and_nothing_else(app: App, intent: str, place: str) -> None:
    for person in PEOPLE:
        for account in (OURS, THEIRS):
            before = kept(app)
            found = order(app, person, intent, account, PLACES[place])
            wanted = allowed(person, intent, account, place)
            told = f"{PEOPLE[person]} {person}, {account}: {found.outcome} {found.about} {found.message}"
            assert (found.outcome in DONE) == wanted, told
            if not wanted:
                assert kept(app) == before, told
                assert found.answer is None, told


@pytest.mark.parametrize("intent", [each for each in MAY if each not in ("set_target", "assign_training")])
def test_what_is_out_of_reach_does_not_exist(app: App, intent: str) -> None:
    """Laura gets the same words for Marco's account as for one that nobody has."""
    same = fields_of(intent, OURS)
    theirs, nobody = (ordered(app, LAURA, intent, {**same, "account": no}) for no in (THEIRS, "00Z"))
    assert theirs.message.replace(THEIRS, "X") == nobody.message.replace("00Z", "X")
    assert (theirs.outcome, theirs.about) == (nobody.outcome, nobody.about)


def flipped(intent: str, role: Role) -> list[Skill]:
    """Every skill, with this one row of the policy the other way round."""

    def turned(each: Any) -> Any:
        return replace(each, roles=each.roles ^ {role}) if each.name == intent else each

    return [
        replace(s, actions=tuple(map(turned, s.actions)), questions=tuple(map(turned, s.questions)))
        for s in all_skills()
    ]


@pytest.mark.parametrize("intent", MAY)
def test_each_row_of_the_policy_matters(app: App, intent: str) -> None:
    """The ablation: with a row flipped, somebody may what she may not, or may not what she may."""
    of_role = {role: person for person, role in PEOPLE.items() if person != MARCO}
    for role, person in of_role.items():
        other = build(app.settings, engine=app.engine, skills=flipped(intent, role))
        may = role in MAY[intent]
        found = order(other, person, intent, OURS)
        if may:
            assert (found.outcome, found.about) == ("denied", "role"), role
        elif intent != "unmask":  # of which config.yaml has a word as well
            assert found.about != "role", role
