"""Who may ask what, of whom, and where: every role against every kind of neighbour, on both databases."""

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, select

from bot.app import App, build
from bot.desk import Outcome, Place, Who
from bot.rights import rights_of
from bot.settings import Settings
from db.access import find_person, names, scope_conditions
from db.engine import reading, writing
from db.scope import Scope, intersect
from db.tables.cells import contact_cells, contact_hour_cells
from db.tables.house import audit
from db.tables.reference import people
from skills.contract import Actor, Answer, Context, KpiRequest, Question, Refused, Skill
from tests.conftest import small_company
from tests.small import ANA, BETO, CARLA, CARO, CLIENTE, GLORIA, LAURA, MARCO, NOW

DM = Place("dm", "D1")
CHANNELS = {
    "unregistered": "asker",
    "registered": {
        "alameda": {"clients": ["ALA"], "finest": "supervisor"},
        "C-DIR": {"finest": "campaign"},
        "typo": {"clients": ["NOBODY"]},
    },
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def company(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with small_company(request.param, request, tmp_path_factory.mktemp("rights")) as engine:
        yield engine


@pytest.fixture(scope="module")
def app(company: Engine) -> App:
    return build(Settings.model_validate({"channels": CHANNELS}), engine=company)


def ask(app: App, person: int, *, place: Place = DM, thread: str | None = None, **fields: Any) -> Outcome:
    request = {"metric": "calls", "period": {"start": "2026-11-01", "end": "2026-11-18"}, **fields}
    return app.desk.run("kpi", request, who=Who("slack", f"U{person}"), place=place, thread=thread, now=NOW)


def of(field: str, name: str, op: str = "eq") -> dict[str, Any]:
    return {"filters": [{"field": field, "op": op, "value": name}]}


# --- Whose numbers ---------------------------------------------------------------------------------

# asker, what is named, whether it is answered: an oracle written by hand, from the roles' own description.
NEIGHBOURS = [
    (ANA, "agent", "Ana Ruiz", True),
    (ANA, "agent", "Alberto Núñez", False),  # same team
    (ANA, "agent", "Carla Méndez", False),
    (ANA, "supervisor", "Laura Ibáñez", False),  # her own team's total is not hers to see
    (ANA, "campaign", "Alameda Tarjetas", True),
    (ANA, "client", "Banco Alameda", True),
    (LAURA, "agent", "Alberto Núñez", True),
    (LAURA, "agent", "Carla Méndez", False),
    (LAURA, "supervisor", "Laura Ibáñez", True),
    (LAURA, "supervisor", "Marco Rey", False),
    (MARCO, "agent", "Carla Méndez", True),
    (GLORIA, "agent", "Carla Méndez", True),
    (GLORIA, "supervisor", "Marco Rey", True),
    (CARO, "agent", "Ana Ruiz", True),
    (CLIENTE, "client", "Banco Alameda", True),
    (CLIENTE, "campaign", "Alameda Tarjetas", True),
    (CLIENTE, "client", "Tiendas La Ceiba", False),
    (CLIENTE, "campaign", "Ceiba Crédito", False),
    (CLIENTE, "agent", "Ana Ruiz", False),
    (CLIENTE, "supervisor", "Laura Ibáñez", False),
]


@pytest.mark.parametrize(("asker", "field", "name", "seen"), NEIGHBOURS)
@pytest.mark.parametrize("op", ["eq", "in"])
def test_whose_numbers(app: App, asker: int, field: str, name: str, seen: bool, op: str) -> None:
    named: Any = [name] if op == "in" else name
    outcome = ask(app, asker, filters=[{"field": field, "op": op, "value": named}])
    if seen:
        assert outcome.outcome in ("answer", "refuse"), outcome.message
        assert outcome.about in (None, "no_data")
    else:
        # To a client's viewer another client does not exist; the others are told that they may not.
        unheard = asker == CLIENTE and field in ("client", "campaign")
        no = ("refuse", f"entity:{field}", None) if unheard else ("denied", "scope", None)
        assert (outcome.outcome, outcome.about, outcome.answer) == no
        assert outcome.message


@pytest.mark.parametrize(
    ("asker", "field", "name"), [row[:3] for row in NEIGHBOURS if row[0] == LAURA and not row[3]]
)
def test_without_the_check_the_no_would_be_an_empty_answer(
    app: App, company: Engine, asker: int, field: str, name: str
) -> None:
    """The ablation: past the desk's door the rows are still limited, and a silence passes for a zero."""
    request = KpiRequest.model_validate({"metric": "calls", **of(field, name)})
    scope = Scope(supervisors=frozenset({asker}))
    with reading(company) as connection:
        context = Context(
            actor=Actor(asker, "", "supervisor", "es", scope),
            session=connection,
            now=NOW,
            metrics=app.catalogue,
            names=names(connection),
            calendars=app.calendars,
            say=partial(app.texts.say, "es"),
        )
        shown: tuple[Any, ...] = ()
        with suppress(Refused):
            shown = app.rights.questions["kpi"].answer(context, request).rows
    assert [row for row in shown if row["value"]] == []


def test_one_name_out_of_reach_denies_the_list(app: App) -> None:
    outcome = ask(app, LAURA, **of("agent", ["Ana Ruiz", "Carla Méndez"], "in"))  # type: ignore[arg-type]
    assert outcome.outcome == "denied"
    assert "Carla Méndez" in outcome.message


@pytest.mark.parametrize("dim", ["agent", "supervisor"])
def test_a_client_sees_aggregates_only(app: App, dim: str) -> None:
    assert ask(app, CLIENTE, dims=[dim]).outcome == "denied"
    assert ask(app, CLIENTE, dims=["campaign"]).outcome == "answer"


def test_a_split_shows_only_the_askers_rows(app: App) -> None:
    def seen(person: int) -> set[str]:
        answer = ask(app, person, dims=["agent"]).answer
        assert answer is not None
        return {row["agent"] for row in answer.rows}

    assert seen(GLORIA) == {"Ana Ruiz", "Alberto Núñez", "Carla Méndez"}
    assert seen(LAURA) == {"Ana Ruiz", "Alberto Núñez"}
    assert seen(ANA) == {"Ana Ruiz"}
    assert "tus propios números" in ask(app, ANA, dims=["agent"]).text


def test_me_is_the_asker(app: App) -> None:
    own = ask(app, ANA, **of("agent", "@me")).answer
    assert own is not None
    assert own.rows == ask(app, ANA, **of("agent", "Ana Ruiz")).answer.rows  # type: ignore[union-attr]
    team = ask(app, LAURA, **of("agent", "@me")).answer  # "mis números", from who leads a team
    assert team is not None
    assert team.rows == ask(app, LAURA, **of("supervisor", "Laura Ibáñez")).answer.rows  # type: ignore[union-attr]
    assert ask(app, GLORIA, **of("agent", "@me")).about == "me"


def test_the_thread_keeps_me_as_whoever_asks_next(app: App) -> None:
    first = ask(app, ANA, thread="t-me", **of("agent", "@me"))
    assert first.request is not None
    assert first.request["kpi"]["filters"][0]["value"] == "@me"


# --- Who -------------------------------------------------------------------------------------------


def test_a_stranger_gets_a_helpful_no(app: App) -> None:
    outcome = ask(app, 999)
    assert (outcome.outcome, outcome.about, outcome.answer) == ("denied", "unknown_person", None)
    assert "U999" in outcome.message


def test_a_person_answers_in_her_language(app: App) -> None:
    assert ask(app, MARCO, **of("agent", "Ana Ruiz")).message.startswith("I cannot show you")
    assert ask(app, LAURA, **of("agent", "Carla Méndez")).message.startswith("No puedo mostrarte")


def test_an_address_is_no_key_where_a_slack_id_is_known(engine: Engine) -> None:
    blank = {"role": "agent", "language": "es", "nicknames": ""}
    with writing(engine) as c:
        c.execute(
            people.insert(),
            [
                {
                    "id": 1,
                    "employee_no": "E1",
                    "name": "A",
                    "email": "a@x.mx",
                    "slack_user_id": "U1",
                    **blank,
                },
                {
                    "id": 2,
                    "employee_no": "E2",
                    "name": "B",
                    "email": "B@x.mx",
                    "slack_user_id": None,
                    **blank,
                },
                {
                    "id": 3,
                    "employee_no": "E3",
                    "name": "C",
                    "email": "c@x.mx",
                    "slack_user_id": None,
                    **blank,
                },
                {
                    "id": 4,
                    "employee_no": "E4",
                    "name": "D",
                    "email": "c@x.mx",
                    "slack_user_id": None,
                    **blank,
                },
            ],
        )
    today = NOW.date()
    with reading(engine) as c:
        found = [
            find_person(c, slack_user_id="U9", email=email, on=today)
            for email in ("a@x.mx", "b@X.mx", "c@x.mx")
        ]
    assert [person and person.id for person in found] == [None, 2, None]


def test_who_left_is_a_stranger(engine: Engine) -> None:
    row = {"employee_no": "E1", "name": "A", "role": "agent", "language": "es", "nicknames": ""}
    with writing(engine) as c:
        c.execute(people.insert().values(id=1, slack_user_id="U1", active_to=NOW.date(), **row))
    with reading(engine) as c:
        assert find_person(c, slack_user_id="U1", on=NOW.date()) is not None  # the last day worked
        assert find_person(c, slack_user_id="U1", on=NOW.date().replace(day=19)) is None


# --- Where -----------------------------------------------------------------------------------------


def channel(name: str, number: str = "C1") -> Place:
    return Place("channel", number, name)


def test_a_channel_shows_no_more_than_it_is_registered_for(app: App) -> None:
    clients = ask(app, GLORIA, place=channel("alameda"), dims=["client"]).answer
    assert clients is not None
    assert {row["client"] for row in clients.rows} == {"Banco Alameda"}
    assert ask(app, GLORIA, place=channel("#alameda"), **of("client", "Tiendas La Ceiba")).outcome == "denied"
    assert ask(app, GLORIA, place=channel("alameda"), dims=["agent"]).outcome == "denied"
    assert ask(app, GLORIA, place=channel("x", "C-DIR"), dims=["supervisor"]).outcome == "denied"


def test_an_own_number_does_not_pass_as_the_campaigns(app: App) -> None:
    outcome = ask(app, ANA, place=channel("x", "C-DIR"))
    assert (outcome.outcome, outcome.about) == ("denied", "channel")
    assert ask(app, ANA, place=channel("general")).outcome == "answer"


def test_an_unknown_code_opens_nothing(app: App) -> None:
    outcome = ask(app, GLORIA, place=channel("typo"))
    assert outcome.answer is None


def test_an_unregistered_channel_may_be_closed(company: Engine) -> None:
    closed = build(Settings.model_validate({"channels": {"unregistered": "refuse"}}), engine=company)
    assert ask(closed, GLORIA, place=channel("general")).about == "channel_closed"
    assert ask(closed, GLORIA, place=Place("slash", "C1")).outcome == "answer"  # for the asker's eyes alone


# --- What ------------------------------------------------------------------------------------------


def test_an_intent_nobody_declared_is_nobodys(app: App) -> None:
    outcome = app.desk.run("drop", {}, who=Who("slack", f"U{GLORIA}"), place=DM, thread=None, now=NOW)
    assert (outcome.outcome, outcome.about) == ("refuse", "not_built")


def test_a_role_that_is_not_declared_is_denied(company: Engine) -> None:
    def answer(_context: Context, _request: KpiRequest) -> Answer:
        return Answer("secret", "", ())

    skill = Skill("x", (Question("kpi", KpiRequest, frozenset({"manager"}), answer),))
    narrow = build(Settings(), engine=company, skills=[skill])
    assert ask(narrow, GLORIA).outcome == "answer"
    for person in (ANA, LAURA, CARO, CLIENTE):
        outcome = ask(narrow, person)
        assert (outcome.outcome, outcome.about, outcome.answer) == ("denied", "role", None)


def test_a_question_without_roles_is_a_mistake() -> None:
    nobody = Question("kpi", KpiRequest, frozenset(), lambda _c, _r: Answer("", "", ()))
    with pytest.raises(ValueError, match="roles"):
        rights_of([Skill("x", (nobody,))])
    everybody = Question("kpi", KpiRequest, frozenset({"agent"}), lambda _c, _r: Answer("", "", ()))
    with pytest.raises(ValueError, match="two questions"):
        rights_of([Skill("x", (everybody, everybody))])


def test_the_scope_reaches_the_rows(company: Engine) -> None:
    """The WHERE itself, and without it (the ablation) the other team's rows come out."""

    def agents(scope: Scope) -> set[int]:
        query = select(contact_cells.c.agent_id).where(*scope_conditions(scope, contact_cells.c))
        with reading(company) as connection:
            return set(connection.execute(query).scalars())

    team = Scope(supervisors=frozenset({LAURA}))
    assert agents(team) <= {0, ANA, BETO}
    assert CARLA in agents(Scope())
    assert agents(intersect(team, Scope(clients=frozenset()))) == set()
    assert agents(intersect(team, Scope(finest="campaign"))) == set()
    no_agents = scope_conditions(Scope(agents=frozenset({ANA})), contact_hour_cells.c)
    with reading(company) as connection:
        assert connection.execute(select(contact_hour_cells.c.hour).where(*no_agents)).first() is None


def test_namesakes_are_told_apart(engine: Engine) -> None:
    row = {"name": "Ana Ruiz", "role": "agent", "language": "es", "nicknames": "Anita|Ani"}
    with writing(engine) as c:
        c.execute(people.insert(), [{"employee_no": "E1", **row}, {"employee_no": "E2", **row}])
    with reading(engine) as c:
        found = names(c).of("agent")
    assert [n.display for n in found] == ["Ana Ruiz (E1)", "Ana Ruiz (E2)"]
    assert found[0].aliases == ("Anita", "Ani")


def test_every_question_leaves_a_row(app: App, company: Engine) -> None:
    def rows() -> list[Any]:
        query = select(audit.c.actor, audit.c.person_id, audit.c.entrance, audit.c.outcome, audit.c.reason)
        with reading(company) as connection:
            return list(connection.execute(query.order_by(audit.c.id.desc()).limit(2)))

    ask(app, 999)
    ask(app, LAURA, **of("agent", "Carla Méndez"))
    assert [tuple(row) for row in rows()] == [
        (f"U{LAURA}", LAURA, "button", "denied", "scope"),
        ("U999", None, "button", "denied", "unknown_person"),
    ]
