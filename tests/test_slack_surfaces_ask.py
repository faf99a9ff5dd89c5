"""The question form over real sockets: what it offers each role, what it refuses, and what comes of it."""

import asyncio
import json
from dataclasses import asdict

import pytest
from sqlalchemy import Engine, select, update

from bot.app import build
from bot.identity import Stranger, identify
from bot.outcome import Who
from bot.settings import Settings
from bot.slack.asker import Asker
from bot.slack.forms.ask import carried, carry
from bot.slack.forms.choice import AGENTS, OWNERS
from bot.slack.forms.options import Seen, name_options, within_reach
from db.access import names
from db.engine import reading, writing
from db.metrics import load_catalogue
from db.tables.house import audit
from db.tables.reference import people
from tests.slack_world import ANA, AWAY, CLIENTE, EXTERNAL, FLOOR, GLORIA, JSON, LAURA, MARCO, World
from tests.small import NOW
from tests.surface_hands import Hands, blocks_of, option_values, said, shown_texts

pytest_plugins = ("tests.slack_fixtures",)
ROLL, RECOVERED, AHT = "roll_rate", "recovered_amount", "aht"


async def form(slack: World, user: str, metric: str = "") -> tuple[Hands, JSON]:
    """The form, opened by the shortcut; with a KPI chosen, if one is named."""
    hands = Hands(slack, user)
    view = await hands.shortcut("ask_cartera", "form_metric")
    if metric:
        view = await choose(hands, view, metric)
    return hands, view


async def choose(hands: Hands, view: JSON, metric: str) -> JSON:
    offered = await hands.options(view, "form_metric", "")
    (option,) = [each for each in offered if each["value"] == metric]
    await hands.press(view, "form_metric", option)
    return await hands.view(f"split:{metric}")


def leaves(engine: Engine, user: str) -> None:
    with writing(engine) as connection:
        gone = NOW.date().replace(day=17)
        connection.execute(update(people).where(people.c.slack_user_id == user).values(active_to=gone))


async def answer_to(slack: World, user: str, n: int = 1) -> JSON:
    return (await slack.settled(await slack.dm(user), n))[-1]


# --- What is offered ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user", "splits", "agents"),
    [
        (ANA, {"campaign", "client", "bucket"}, False),
        (LAURA, {"campaign", "agent", "bucket"}, True),
        (GLORIA, {"campaign", "supervisor", "agent"}, True),
        (CLIENTE, {"campaign", "client"}, False),
    ],
)
async def test_each_role_splits_by_what_it_may_see(
    slack: World, user: str, splits: set[str], agents: bool
) -> None:
    _, view = await form(slack, user, ROLL)
    offered = set(option_values(view, f"split:{ROLL}"))
    assert splits <= offered
    assert not offered & {"balance", "days_past_due", "hour"}
    assert ("agent" in offered, "supervisor" in offered) == ("agent" in splits, "supervisor" in splits)
    assert ("agent" in blocks_of(view)) == agents


async def test_kpis_are_found_by_their_words_in_both_languages(slack: World) -> None:
    hands, view = await form(slack, GLORIA)
    everything = await hands.options(view, "form_metric", "")
    assert {each["value"] for each in everything} <= set(load_catalogue().metrics)
    assert len(everything) >= 50
    for typed, metric in [
        ("tmo", AHT),
        ("handle", AHT),
        ("rodam", ROLL),
        ("RÓLL", ROLL),
        ("cura", "cure_rate"),
    ]:
        assert metric in [each["value"] for each in await hands.options(view, "form_metric", typed)]
    assert await hands.options(view, "form_metric", "nivel de serv") == []  # known, not computed
    assert shown_texts(everything) != shown_texts(
        await Hands(slack, MARCO).options((await form(slack, MARCO))[1], "form_metric", "")
    )


@pytest.mark.parametrize(
    ("user", "typed", "owners"),
    [
        (GLORIA, "a", ["Alameda Tarjetas", "Ceiba Crédito", "Banco Alameda", "Tiendas La Ceiba"]),
        (CLIENTE, "a", ["Alameda Tarjetas", "Banco Alameda"]),
        (GLORIA, "ceib", ["Ceiba Crédito", "Tiendas La Ceiba"]),
        (CLIENTE, "ceib", []),
    ],
)
async def test_campaigns_and_clients_within_reach_only(
    slack: World, user: str, typed: str, owners: list[str]
) -> None:
    hands, view = await form(slack, user)
    assert set(shown_texts(await hands.options(view, "form_owner", typed))) == set(owners)


@pytest.mark.parametrize(
    ("user", "typed", "agents"),
    [
        (GLORIA, "r", {"Ana Ruiz", "Alberto Núñez", "Carla Méndez"}),
        (LAURA, "r", {"Ana Ruiz", "Alberto Núñez"}),
        (LAURA, "beto", {"Alberto Núñez"}),
        (LAURA, "e22", {"Alberto Núñez"}),
        (LAURA, "carla", set()),
    ],
)
async def test_agents_within_reach_only(slack: World, user: str, typed: str, agents: set[str]) -> None:
    hands, view = await form(slack, user)
    assert set(shown_texts(await hands.options(view, "form_agent", typed))) == agents


@pytest.mark.parametrize(("door", "carla"), [(within_reach, False), (lambda *_: True, True)])
def test_without_the_door_a_neighbours_name_is_offered(company: Engine, door: Seen, carla: bool) -> None:
    app = build(Settings(), engine=company)
    with reading(company) as connection:
        known = names(connection)
        laura = identify(connection, Who("slack", LAURA), app.settings, app.texts, known, NOW.date())
        assert not isinstance(laura, Stranger)
        asker = Asker("T1", LAURA, Who("slack", LAURA), laura, known, NOW.date())
        found = name_options(connection, asker, "a", AGENTS, app.texts, seen=door)
        assert ("Carla Méndez" in shown_texts(found)) == carla
        assert name_options(connection, asker, "", (*AGENTS, *OWNERS), app.texts) == []


async def test_a_stranger_is_told_so_and_offered_nothing(slack: World) -> None:
    hands = Hands(slack, EXTERNAL)
    view = await hands.shortcut("ask_cartera", EXTERNAL)
    assert "submit" not in view or not view["submit"]
    assert blocks_of(view) == []


# --- What comes of it -------------------------------------------------------------------------------------


async def test_the_answer_comes_to_the_direct_message(slack: World) -> None:
    hands, view = await form(slack, LAURA, RECOVERED)
    done = await hands.submit(
        view, form_split="agent", form_owner="campaign:AL1", form_agent="agent:E21", form_against="target"
    )
    assert (done["response_action"], done["views"]) == (None, [])
    answer = await answer_to(slack, LAURA)
    assert "Ana Ruiz" in answer["text"]
    with slack.engine.connect() as connection:
        stored = connection.execute(select(audit.c.request).order_by(audit.c.id.desc()).limit(1)).scalar()
    fields = json.loads(str(stored))["kpi"]
    assert fields["dims"] == ["agent"]
    assert fields["compare"] == {"to": "target"}
    assert fields["period"] == {"start": "2026-11-01", "end": "2026-11-18"}
    assert [each["value"] for each in fields["filters"]] == ["Alameda Tarjetas", "Ana Ruiz"]


PERIODS = {
    "today": ("2026-11-18", "2026-11-18"),
    "yesterday": ("2026-11-17", "2026-11-17"),
    "this_week": ("2026-11-16", "2026-11-18"),
    "last_week": ("2026-11-09", "2026-11-15"),
    "this_quincena": ("2026-11-16", "2026-11-18"),
    "this_month": ("2026-11-01", "2026-11-18"),
    "last_month": ("2026-10-01", "2026-10-31"),
}


async def test_every_period_means_what_it_says(slack: World) -> None:
    for n, (period, (start, end)) in enumerate(PERIODS.items(), start=1):
        hands, view = await form(slack, GLORIA, "calls")
        await hands.submit(view, form_period=period)
        await answer_to(slack, GLORIA, n)
        with slack.engine.connect() as connection:
            stored = connection.execute(select(audit.c.request).order_by(audit.c.id.desc()).limit(1)).scalar()
        assert json.loads(str(stored))["kpi"]["period"] == {"start": start, "end": end}, period


async def test_between_dates_shows_its_fields_and_answers(slack: World) -> None:
    hands, view = await form(slack, GLORIA, "calls")
    await hands.press(view, "form_period", "range")
    view = await hands.view("form_start")
    assert blocks_of(view)[:4] == ["metric", "period", "start", "end"]
    await hands.submit(view, form_start="2026-11-02", form_end="2026-11-18")
    assert "Llamadas" in (await answer_to(slack, GLORIA))["text"]


async def test_what_was_chosen_stays_when_the_kpi_changes(slack: World) -> None:
    hands, view = await form(slack, GLORIA, AHT)
    await hands.press(view, "form_period", "range")
    view = await hands.view("form_end")
    await hands.press(view, "form_period", "this_week")
    view = await hands.view("this_week")
    await hands.submit(view, form_split="hour", form_metric="")  # refused: no KPI
    again = await choose(hands, await hands.view("form_metric"), ROLL)
    assert again["state"]["values"]["period"]["form_period"]["selected_option"]["value"] == "this_week"
    assert "hour" not in option_values(again, f"split:{ROLL}")


async def test_asked_from_a_channel_it_can_be_answered_there(slack: World) -> None:
    hands = Hands(slack, LAURA)
    await hands.slash("preguntar", FLOOR)
    view = await choose(hands, await hands.view("#cobranza"), AHT)
    assert option_values(view, "where") == ["direct", "here"]
    await hands.submit(view, form_where="here")
    (answer,) = await slack.settled(FLOOR, 1)
    assert f"<@{LAURA}> pidió: TMO" in answer["text"]


@pytest.mark.parametrize("where", ["away", "dm"])
async def test_where_the_bot_cannot_post_only_the_direct_message_is_offered(slack: World, where: str) -> None:
    hands = Hands(slack, LAURA)
    await hands.slash("preguntar", AWAY if where == "away" else await slack.dm(LAURA))
    assert "where" not in blocks_of(await hands.view("form_metric"))


async def test_a_form_sent_twice_is_one_question(slack: World) -> None:
    """The second one has the same nonce in it: what Slack repeats, or a modal that did not close in time."""
    await slack.do("faults", lose_ack=1)
    hands, view = await form(slack, ANA, AHT)
    first, second = await asyncio.gather(hands.submit(view), twice(hands, view))
    assert {first["response_action"], second.get("response_action")} <= {None}
    assert len(await slack.settled(await slack.dm(ANA), 1)) == 1


async def test_two_forms_are_two_questions(slack: World) -> None:
    """Without one nonce in both, what was sent twice would be answered twice."""
    for _ in range(2):
        hands, view = await form(slack, ANA, AHT)
        await hands.submit(view)
    assert len(await slack.settled(await slack.dm(ANA), 2)) == 2


async def twice(hands: Hands, view: JSON) -> JSON:
    body = {"user": hands.user, "view_id": view["id"], "values": {}}
    async with hands.slack.http.post(f"{hands.slack.server.url}/control/submit", json=body) as answer:
        return dict(await answer.json())


# --- What is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "block", "words"),
    [
        ({"form_start": "2026-11-10", "form_end": "2026-11-09"}, "end", "anterior al inicio"),
        ({"form_start": "2026-11-10", "form_end": "2026-11-19"}, "end", "todavía no llega"),
        ({"form_start": "2027-01-01", "form_end": "2027-01-02"}, "start", "todavía no llega"),
        ({"form_start": "2026-02-30", "form_end": "2026-11-02"}, "start", "Elige la fecha"),
        ({"form_start": "2026-11-10"}, "end", ""),
    ],
)
async def test_dates_that_cannot_be_are_said_under_the_field(
    slack: World, given: dict[str, str], block: str, words: str
) -> None:
    hands, view = await form(slack, GLORIA, AHT)
    await hands.press(view, "form_period", "range")
    done = await hands.submit(await hands.view("form_end"), **given)
    assert done["response_action"] == "errors"
    assert words in done["errors"][block]
    assert len(done["views"]) == 1
    assert await slack.messages(await slack.dm(GLORIA)) == []


@pytest.mark.parametrize(
    ("user", "given", "block", "words"),
    [
        (GLORIA, {"form_metric": "service_level"}, "metric", "Elige un indicador"),
        (GLORIA, {"form_metric": "../x"}, "metric", "Elige un indicador"),
        (LAURA, {"form_agent": "agent:E23"}, "agent", "No está entre lo que puedes ver"),
        (LAURA, {"form_owner": "agent:E23"}, "owner", "No está entre lo que puedes ver"),
        (CLIENTE, {"form_owner": "client:CEI"}, "owner", "No está entre lo que puedes ver"),
        (GLORIA, {"form_owner": "client:NADIE"}, "owner", "No está entre lo que puedes ver"),
        (GLORIA, {"form_owner": "sin dos puntos"}, "owner", "No está entre lo que puedes ver"),
    ],
)
async def test_what_was_never_offered_is_refused_under_its_field(
    slack: World, user: str, given: dict[str, str], block: str, words: str
) -> None:
    hands, view = await form(slack, user, AHT)
    done = await hands.submit(view, **given)
    assert words in done["errors"][block]


async def test_a_split_the_new_kpi_lacks_is_refused(slack: World) -> None:
    """An old view: the KPI was changed, and the form was sent before it was drawn anew."""
    hands, view = await form(slack, GLORIA, AHT)
    done = await hands.submit(view, form_split="hour", form_metric=ROLL)
    assert "no se puede abrir así" in done["errors"][f"split:{AHT}"]
    done = await hands.submit(view, form_split=None, form_period="range")
    assert "Elige la fecha" in done["errors"]["metric"]


async def test_who_leaves_between_opening_and_sending_is_refused(slack: World) -> None:
    hands, view = await form(slack, ANA, AHT)
    leaves(slack.engine, ANA)
    done = await hands.submit(view)
    assert done["response_action"] == "update"
    assert ANA in said(done["views"][0])
    assert await slack.messages(await slack.dm(ANA)) == []


async def test_an_opening_that_came_too_late_is_said(slack: World) -> None:
    await slack.do("faults", timing={"trigger_seconds": 0})
    hands = Hands(slack, LAURA)
    await slack.do("shortcut", user=LAURA, callback_id="ask_cartera")
    assert "más de tres segundos" in (await answer_to(slack, LAURA))["text"]
    await hands.slash("cuenta 00A", FLOOR)
    async with asyncio.timeout(10):
        while not (told := [m for m in await slack.messages(FLOOR, LAURA) if m["ephemeral"]]):
            await asyncio.sleep(0.02)
    assert "más de tres segundos" in told[0]["text"]
    assert await slack.messages(FLOOR, GLORIA) == []
    assert await hands.views() == []


async def test_what_a_form_carries_is_ours_or_nothing() -> None:
    kept = carry("C1", "cobranza")
    assert carried({"private_metadata": json.dumps(asdict(kept))}) == kept
    for other in ("", "x", "[]", '{"nonce": 1, "more": 2}', "[" * 5000, None):
        assert carried({"private_metadata": other}) is None
