"""The demo's people, and the local Slack's team file made from them."""

import re
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from db.demo import team_file
from db.demo.plan import agency_plan
from db.engine import open_engine, writing
from db.tables import metadata
from db.tables.reference import people, person_campaigns, person_clients
from localslack.team import read_team
from tests.demo_facts import rows, small_demo

STORY_TELLER = Path(__file__).parent.parent / "docs" / "demo.md"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('demo') / 'demo.db'}")
    metadata.create_all(engine)
    small_demo(engine, accounts=120)
    return engine


def test_everybody_can_be_told_apart(demo: Engine) -> None:
    p = people.c
    found = rows(demo, p.employee_no, p.name, p.email, p.slack_user_id)
    assert len(found) == 72
    for column in zip(*found, strict=True):
        assert len(set(column)) == 72
    assert all(re.fullmatch(r"E1\d{3}", number) for number, *_ in found)
    assert all(re.fullmatch(r"[a-z.]+@cartera\.example", email) for _, _, email, _ in found)


def test_near_namesakes_and_nicknames_are_there(demo: Engine) -> None:
    names = {name for (name,) in rows(demo, people.c.name)}
    assert {
        "Karla Mendoza Rivas",
        "Carla Méndez Rico",
        "Luis Ángel Peña",
        "Luis Peña Ángel",
        "Abril Domínguez",
    } <= names
    assert sum(name.startswith("Ana ") for name in names) == 2
    nicknames = "|".join(text for (text,) in rows(demo, people.c.nicknames) if text).split("|")
    assert {"Lalo", "Paco", "Chuy"} <= set(nicknames)
    assert len(nicknames) == len(set(nicknames))


def test_roles_and_what_narrows_them(demo: Engine) -> None:
    roles = [role for (role,) in rows(demo, people.c.role)]
    counts = {role: roles.count(role) for role in set(roles)}
    assert counts == {
        "agent": 60, "supervisor": 5, "manager": 2, "director": 1, "compliance": 1, "quality": 1, "admin": 1,
        "client_viewer": 1,
    }  # fmt: skip
    with demo.connect() as connection:
        limited = connection.execute(
            select(people.c.role)
            .join(person_campaigns, person_campaigns.c.person_id == people.c.id)
            .distinct()
        ).all()
        guests = connection.execute(
            select(people.c.role, person_clients.c.client_id).join(
                person_clients, person_clients.c.person_id == people.c.id
            )
        ).all()
    assert [tuple(row) for row in limited] == [("manager",)]
    assert [tuple(row) for row in guests] == [("client_viewer", 1)]
    assert [who for (who,) in rows(demo, people.c.role, where=people.c.language == "en")] == ["supervisor"]


def test_the_local_slack_takes_the_team(demo: Engine) -> None:
    team = read_team(team_file(demo))
    assert {"/cartera"} == {command.command for command in team.bot.commands}
    assert {room.name: room.private for room in team.rooms} == {
        "operaciones": False, "banco-alameda": False, "avisos": False, "direccion": True,
    }  # fmt: skip
    assert all(team.bot.user_id in room.members for room in team.rooms)
    known = dict(rows(demo, people.c.slack_user_id, people.c.role))
    shown = [user for user in team.users.values() if not user.is_bot]
    strangers = [user for user in shown if user.id not in known]
    assert len(strangers) == 1
    assert strangers[0].email not in {email for (email,) in rows(demo, people.c.email)}
    roles = [known[user.id] for user in shown if user.id in known]
    assert set(roles) == set(known.values())
    assert roles.count("agent") == 12
    assert [user.locale for user in shown if user.id == "U0E1015"] == ["en-US"]


def test_the_client_sees_its_own_channel_only(demo: Engine) -> None:
    team = read_team(team_file(demo))
    viewer = team.find_user("fernanda.alcocer.ruiz")
    assert viewer is not None
    assert [room.name for room in team.rooms if viewer.id in room.members] == ["banco-alameda"]
    director = team.find_user("aurelio.santibanez.renteria")
    assert director is not None
    assert [room.name for room in team.rooms if director.id in room.members][-1] == "direccion"


def test_a_team_of_somebody_elses_people(engine: Engine) -> None:
    """A database that is not the demo, and one with nobody in it: a usable team either way."""
    assert len(read_team(team_file(engine)).rooms) == 4
    with writing(engine) as connection:
        connection.execute(
            people.insert().values(
                employee_no="n-7", name="José Pérez", role="agent", language="es", nicknames=""
            )
        )
    team = read_team(team_file(engine))
    assert team.users["U0N7"].real_name == "José Pérez"


def test_the_guide_names_who_and_what_the_stories_are_about() -> None:
    plan, guide = agency_plan(), STORY_TELLER.read_text(encoding="utf-8")
    stories = plan.stories
    behind = next(who.name for who in plan.staff if who.employee_no == stories.team_behind)
    worsening = plan.campaigns[plan.campaign(stories.worsening_campaign)].name
    early = plan.campaigns[plan.campaign(stories.early_calls_campaign)].name
    client = plan.clients[plan.client(stories.reversals_client)].name
    for name in (
        behind,
        worsening,
        early,
        client,
        stories.hollow_promises,
        stories.moved_team.agent,
        stories.left,
    ):
        assert name in guide
    for campaign in plan.campaigns:
        assert campaign.name in guide
    for who in plan.staff:
        assert who.name in guide
        assert who.employee_no in guide
