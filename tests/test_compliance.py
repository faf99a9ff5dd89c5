"""Compliance in chat: breaches within reach, may somebody be contacted, what a rule says, what is done."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, select, update

from bot.app import App, build, reader, text_files
from bot.outcome import Outcome, Place, Who
from bot.settings import Settings
from bot.understand import Reader
from db.access import Names
from db.calendars import load_calendars
from db.engine import reading, writing
from db.law import blocked, zones
from db.law.found import keep, keep_breaches
from db.law.policy import Policy
from db.law.scan import search
from db.law.terms import search_terms
from db.metrics import load_catalogue
from db.tables import agency, facts
from db.tables.law import breach_steps, breaches
from db.tables.reference import accounts
from skills.compliance.contact import ZONES
from skills.text import load_texts
from tests.small import ACCOUNT, ALAMEDA, ANA, CARLA, CARO, GLORIA, LAURA, MARCO, NOW, at, fill

DM, ROOM = Place("dm", "D1"), Place("channel", "C1")
BOTH = {"Ana Ruiz", "Carla Méndez"}
EARLY = at(NOW.date(), 6, 30)


def _called(connection: Connection, letter: str, agent: int) -> None:
    number = ACCOUNT[letter]
    client = 2 if letter in "JK" else 1
    connection.execute(
        facts.contacts.insert().values(
            client_id=client, campaign_id=client, account_id=number, agent_id=agent, started_at=EARLY,
            started_on=NOW.date(), started_hour=6, channel="call", result_code="NCO", human=False, rpc=False,
            talk_seconds=0, wrap_seconds=0,
        )
    )  # fmt: skip


def _searched(engine: Engine) -> None:
    with writing(engine) as connection:
        for each in list(search(connection, load_calendars(), Policy(), NOW)):
            keep(connection, each, NOW)
        keep_breaches(connection, search_terms(connection, load_calendars(), Policy(), NOW), NOW)


@pytest.fixture
def app(engine: Engine) -> App:
    with writing(engine) as connection:
        fill(connection)
        connection.execute(facts.contacts.delete())
        _called(connection, "A", ANA)
        _called(connection, "J", CARLA)
    _searched(engine)
    return build(Settings(), engine=engine)


def say(app: App, text: str, person: int = LAURA, minutes: int = 0, place: Place = DM) -> Outcome:
    now = NOW + timedelta(minutes=minutes)
    return app.desk.ask(text, who=Who("slack", f"U{person}"), place=place, thread="t1", now=now)


def press(app: App, outcome: Outcome, step: str, person: int = LAURA, minutes: int = 1) -> Outcome:
    token = next(o for o in outcome.choices if o.intent == step).fields
    who, now = Who("slack", f"U{person}"), NOW + timedelta(minutes=minutes)
    return app.desk.run(step, dict(token), who=who, place=DM, thread="t1", now=now)


def number_of(app: App, agent: int) -> int:
    with reading(app.engine) as connection:
        return int(connection.execute(select(breaches.c.id).where(breaches.c.agent_id == agent)).scalar_one())


def state_of(app: App, agent: int) -> str:
    with reading(app.engine) as connection:
        return str(connection.execute(select(breaches.c.state).where(breaches.c.agent_id == agent)).scalar())


# --- the list --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "agents"),
    [(LAURA, {"Ana Ruiz"}), (MARCO, {"Carla Méndez"}), (GLORIA, BOTH), (CARO, BOTH)],
)  # fmt: skip
def test_everybody_sees_the_breaches_of_their_own_reach(app: App, person: int, agents: set[str]) -> None:
    shown = say(app, "lista de incumplimientos de hoy", person)
    assert shown.answer is not None, shown.text
    assert {row["agent"] for row in shown.answer.rows} == agents
    assert {row["rule"] for row in shown.answer.rows} == {"R01"}
    assert shown.answer.sensitive


def test_an_agent_or_a_client_is_shown_none(app: App) -> None:
    assert say(app, "lista de incumplimientos de hoy", ANA).outcome == "denied"


def test_a_list_says_what_could_not_be_judged(app: App) -> None:
    text = say(app, "lista de incumplimientos de hoy", GLORIA).text
    assert "R05 en 100.0 %" in text
    assert "No es un visto bueno" in text


def test_nothing_searched_is_no_clean_bill(engine: Engine) -> None:
    with writing(engine) as connection:
        fill(connection)
    text = say(build(Settings(), engine=engine), "lista de incumplimientos de hoy", GLORIA).text
    assert "Todavía no se ha revisado" in text


def test_a_list_is_narrowed_by_rule_and_state(app: App) -> None:
    assert say(app, "lista de incumplimientos abiertos de la R01", GLORIA).answer.rows  # type: ignore[union-attr]
    assert not say(app, "lista de incumplimientos de la R06", GLORIA).answer.rows  # type: ignore[union-attr]


# --- may this be done ------------------------------------------------------------------------------


def held(app: App, letter: str) -> None:
    with writing(app.engine) as connection:
        row = {"register": "holds", "client_id": ALAMEDA, "campaign_id": 1, "account_id": ACCOUNT[letter]}
        when = {"received_at": at(NOW.date(), 8), "received_on": NOW.date(), "kind": "Aclaración"}
        connection.execute(agency.cases.insert().values(**row, **when))


def ask_contact(app: App, letter: str, **fields: str) -> Outcome:
    asked = {"account": f"00{letter}", **fields}
    return app.desk.run("may_contact", asked, who=Who("slack", f"U{LAURA}"), place=DM, thread="t", now=NOW)


def test_a_free_account_in_hours_may_be_called(app: App) -> None:
    assert ask_contact(app, "A").text.startswith("Sí")


def test_at_ten_at_night_it_may_not_and_is_told_until_when(app: App) -> None:
    text = ask_contact(app, "A", time="22:00").text
    assert text.startswith("No")
    assert "R01" in text
    assert "jue 19-nov a las 07:00" in text


def test_a_third_party_may_not_be_and_a_sunday_is_judged_by_its_day(app: App) -> None:
    assert ask_contact(app, "A", party="third").text.startswith("No")
    assert "R06" in ask_contact(app, "A", party="third").text
    sunday = ask_contact(app, "A", day="2026-11-22").text
    assert "dom 22-nov" in sunday
    assert "R03" in sunday
    assert "R03" not in ask_contact(app, "A", day="2026-11-19").text


def test_of_no_account_the_rule_and_its_article_are_told(app: App) -> None:
    assert "R08b" in say(app, "¿puedo llamar al trabajo del deudor?").text
    threat = say(app, "¿puedo amenazarlo con un embargo?").text
    assert threat.startswith("No se puede")
    assert "Código Penal Federal" in threat


def test_a_held_or_recalled_account_is_refused_with_its_rule(app: App) -> None:
    held(app, "A")
    assert "R23" in ask_contact(app, "A").text
    assert app.desk.run(
        "may_contact", {"account": "00D"}, who=Who("slack", f"U{GLORIA}"), place=DM, thread="t", now=NOW
    ).text.startswith("No")


def test_another_teams_account_is_as_if_it_did_not_exist(app: App) -> None:
    assert ask_contact(app, "J").about == "account"


def test_others_are_told_which_accounts_are_blocked(app: App) -> None:
    held(app, "A")
    with reading(app.engine) as connection:
        found = blocked(connection, "reassign_accounts", [ACCOUNT[c] for c in "ABD"], NOW)
        late = blocked(connection, "contact", [ACCOUNT["B"]], NOW.replace(hour=23))
    assert {account: block.rule for account, block in found.items()} == {
        ACCOUNT["A"]: "R23",
        ACCOUNT["D"]: "R22",
    }
    assert late[ACCOUNT["B"]].until == at(NOW.date() + timedelta(days=1), 7)


def test_without_the_checks_nothing_is_blocked(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    held(app, "A")
    monkeypatch.setattr("db.law.plan._Look._against", lambda *_: [])
    with reading(app.engine) as connection:
        assert blocked(connection, "reassign_accounts", [ACCOUNT[c] for c in "ABD"], NOW) == {}


# --- what is done about it -------------------------------------------------------------------------


def test_a_breach_is_attended_with_a_reason_and_undone(app: App) -> None:
    shown = say(app, f"marca el incumplimiento {number_of(app, ANA)} como capacitación: repasar horarios")
    assert shown.outcome == "preview", shown.text
    assert state_of(app, ANA) == "open"
    done = press(app, shown, "confirm")
    assert done.outcome == "done", done.text
    assert state_of(app, ANA) == "training"
    assert {notice.person_id for notice in done.notices} == {ANA}
    assert press(app, done, "undo", minutes=2).outcome == "done"
    assert state_of(app, ANA) == "open"
    with reading(app.engine) as connection:
        steps = connection.execute(select(breach_steps).order_by(breach_steps.c.id)).all()
    assert [(step.before, step.after) for step in steps] == [("open", "training"), ("training", "open")]
    assert steps[0].reason == "repasar horarios"


def test_whoever_leads_the_team_does_not_clear_it_alone(app: App) -> None:
    asked = f"marca el incumplimiento {number_of(app, ANA)} como falso positivo: el reloj estaba mal"
    waits = press(app, say(app, asked), "confirm")
    assert waits.outcome == "pending_approval", waits.text
    assert state_of(app, ANA) == "open"
    alone = press(app, say(app, asked, CARO, minutes=5), "confirm", CARO, minutes=6)
    assert alone.outcome == "done", alone.text
    assert state_of(app, ANA) == "false_positive"


def test_another_teams_breach_is_not_hers_to_move(app: App) -> None:
    asked = f"marca el incumplimiento {number_of(app, CARLA)} como atendido: ya se habló"
    assert say(app, asked).outcome == "refuse"


def test_two_who_move_it_at_once_do_it_once(app: App) -> None:
    asked = f"marca el incumplimiento {number_of(app, ANA)} como atendido: ya se habló"
    shown = say(app, asked)
    with writing(app.engine) as connection:
        connection.execute(update(breaches).values(state="escalated"))
    assert press(app, shown, "confirm").outcome != "done"
    assert state_of(app, ANA) == "escalated"


def test_a_reason_holds_nothing_sensitive(app: App) -> None:
    asked = f"marca el incumplimiento {number_of(app, ANA)} como atendido: la señora tiene cáncer"
    assert say(app, asked).about == "compliance"


# --- the book --------------------------------------------------------------------------------------


def test_a_rule_is_told_with_its_article_and_how_sure_it_is(app: App) -> None:
    text = say(app, "¿qué dice la R02?", ANA).text
    assert "lunes a viernes" in text
    assert "PROFECO" in text
    assert "no se ha cotejado" in text


def test_the_book_and_what_is_not_in_it(app: App) -> None:
    assert len(say(app, "¿qué reglas hay?", ANA).answer.rows) == 42  # type: ignore[union-attr]
    assert say(app, "¿qué dice la R77?", ANA).about == "rule"


def test_an_old_default_is_found_for_the_manager_only(app: App) -> None:
    with writing(app.engine) as connection:
        old = update(accounts).where(accounts.c.id == 1)
        connection.execute(old.values(first_default_on=date(2019, 11, 18)))
    _searched(app.engine)
    rules = [row["rule"] for row in say(app, "lista de incumplimientos de hoy", GLORIA).answer.rows]  # type: ignore[union-attr]
    assert "R26" in rules
    assert "R26" not in [row["rule"] for row in say(app, "lista de incumplimientos de hoy").answer.rows]  # type: ignore[union-attr]


READ = [
    ("¿puedo llamar a la 10023 ahorita?", "may_contact", {"account": "10023"}),
    ("a qué hora puedo marcarle a la cuenta 0045-1", "may_contact", {"account": "0045-1"}),
    ("can I call account 10023 now?", "may_contact", {"account": "10023"}),
    ("¿puedo mandarle un whatsapp a la 10023?", "may_contact", {"account": "10023", "channel": "whatsapp"}),
    ("¿puedo llamar a la 10023 a las 9 de la noche?", "may_contact", {"account": "10023", "time": "21:00"}),
    ("¿puedo contactar a la 10023 por correo?", "may_contact", {"account": "10023", "channel": "email"}),
    ("¿puedo llamar a la 10023 a las 23:00?", "may_contact", {"account": "10023", "time": "23:00"}),
    ("¿puedo mandar WhatsApp a la cuenta 10023 el domingo?",
     "may_contact", {"account": "10023", "channel": "whatsapp", "day": "2026-11-22"}),
    ("¿le puedo marcar a la 10023 el domingo a las 10?",
     "may_contact", {"account": "10023", "day": "2026-11-22", "time": "10:00"}),
    ("¿puedo visitar a la cuenta 10023 el 16 de septiembre?",
     "may_contact", {"account": "10023", "channel": "visit", "day": "2027-09-16"}),
    ("¿puedo hablar con la esposa del titular de la 10023 mañana?",
     "may_contact", {"account": "10023", "day": "2026-11-19", "party": "third"}),
    ("¿puedo llamar al trabajo del deudor?", "contact_rules", {"party": "work"}),
    ("¿a qué hora puedo llamar?", "contact_rules", {}),
    ("¿se puede visitar en días festivos?", "contact_rules", {"channel": "visit", "feast": True}),
    ("can we text debtors at 10 pm?", "contact_rules", {"channel": "sms", "time": "22:00"}),
    ("¿puedo amenazarlo con un embargo?", "contact_rules", {"topic": "threat"}),
    ("¿qué dice la R08b?", "rule", {"rule": "R08b"}),
    ("what does rule R04 say", "rule", {"rule": "R04"}),
    ("qué reglas hay", "rule", {}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "intent", "fields"), READ)
def test_questions_about_the_law_are_read(
    reader_of_law: Reader, text: str, intent: str, fields: dict[str, str]
) -> None:
    read = reader_of_law.read(text, now=NOW)
    assert (read.outcome, read.intent, dict(read.fields or {})) == ("question", intent, fields)


@pytest.mark.parametrize(
    "text",
    [
        "¿puedo llamar a la 10023 a las 5?",
        "¿puedo marcar la 10023 como especial?",
        "puedo llamar a la 10023 y a Ana",
        "¿puedes mandarle un mensaje a su esposa?",
        "¿puedo escribir un mensaje que amenace al deudor?",
        "llama a su trabajo",
    ],
)
def test_what_says_more_is_not_read_as_that(reader_of_law: Reader, text: str) -> None:
    assert reader_of_law.read(text, now=NOW).intent not in ("may_contact", "contact_rules")


@pytest.fixture(scope="module")
def reader_of_law() -> Reader:
    return reader(load_catalogue(), Names(()), Settings())


def test_every_zone_has_a_name_people_know() -> None:
    ours = re.findall(r"America/(\w+)", Path(zones.__file__).with_name("zones.yaml").read_text("utf-8"))
    texts = load_texts(*text_files())
    assert {name.lower() for name in ours} <= set(ZONES)
    assert [name for name in ZONES if f"law.zone.{name}" not in texts] == []
