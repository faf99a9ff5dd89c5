"""Different accounts, counted by hand on the floor of tests/small_reach.py, on both databases."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from db.access import names
from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.engine import open_engine, reading, writing
from db.metrics import load_catalogue
from db.periods import Period
from db.scope import Scope
from db.tables import metadata
from skills.contract import Actor, Answer, Context, Filter, KpiRequest, Refused
from skills.kpi.skill import answer_kpi
from skills.text import load_texts
from tests.conftest import empty_database
from tests.small import NOW
from tests.small_reach import ANA, BETO, LAURA, MARCO, contact, cut, fill, nov

TEXTS = load_texts(Path("skills/kpi/text.yaml"))
CATALOGUE, CALENDARS = load_catalogue(), load_calendars()
MONTH = Period(start=nov(1), end=nov(18))
Ask = Callable[..., Answer]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def floor(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Read it, never write to it."""
    with empty_database(request.param, request, tmp_path_factory.mktemp("reach")) as url:
        engine = open_engine(url)
        metadata.create_all(engine)
        with writing(engine) as connection:
            fill(connection)
        refresh(engine, CALENDARS, now=NOW)
        yield engine
        engine.dispose()


@pytest.fixture
def ask(floor: Engine) -> Ask:
    return asking(floor)


def asking(floor: Engine) -> Ask:
    def run(metric: str, *, scope: Scope | None = None, now: datetime = NOW, **fields: Any) -> Answer:
        with reading(floor) as connection:
            context = Context(
                actor=Actor(31, "Gloria", "manager", "es", scope or Scope()),
                session=connection,
                now=now,
                metrics=CATALOGUE,
                names=names(connection),
                calendars=CALENDARS,
                say=lambda key, **slots: TEXTS.say("es", key, **slots),
            )
            return answer_kpi(context, KpiRequest(metric=metric, **fields))

    return run


def parts(answer: Answer, dim: str | None = None) -> Any:
    """(numerator, denominator), of the one row or by the value of a dimension."""
    found = {row[dim] if dim else None: (row["numerator"], row["denominator"]) for row in answer.rows}
    return found if dim else found[None]


def read_from(answer: Answer) -> str:
    assert answer.basis is not None
    return str(answer.basis.read_from)


def said(answer: Answer) -> str:
    assert answer.basis is not None
    return " ".join(answer.basis.notes)


def filtered(field: str, *values: Any, op: str = "in") -> tuple[Filter, ...]:
    return (Filter(field=field, op=op, value=values if op == "in" else values[0]),)  # type: ignore[arg-type]


# --- reach ---------------------------------------------------------------------------------------------


def test_an_account_counts_once_however_often_it_was_touched(ask: Ask) -> None:
    answer = ask("account_contact_rate", period=MONTH)
    assert parts(answer) == (3, 5)  # A, B and J answered, of those and E and K
    assert read_from(answer) == "cells"


def test_two_agents_of_one_account_have_it_each_and_the_team_has_it_once(ask: Ask) -> None:
    answer = ask("account_contact_rate", period=MONTH, dims=("agent",))
    assert parts(answer, "agent") == {"Ana Ruiz": (1, 2), "Beto Núñez": (2, 2), "Carla Paz": (1, 2)}
    assert read_from(answer) == "cells"
    assert answer.parts[0].items[0].detail == "3 de 5 cuentas"  # type: ignore[union-attr]
    assert "varios renglones" in said(answer)
    # Beto's A counts for Laura, who led him on the 2nd; his B for Marco.
    teams = ask("account_contact_rate", period=MONTH, dims=("supervisor",))
    assert parts(teams, "supervisor") == {"Laura Ibáñez": (1, 2), "Marco Rey": (2, 3)}


def test_several_agents_together_are_counted_from_the_records(ask: Ask) -> None:
    both = ask("account_contact_rate", period=MONTH, filters=filtered("agent", "Ana Ruiz", "Beto Núñez"))
    assert parts(both) == (2, 3)  # A, B, E: not 2 + 2
    assert read_from(both) == "facts"
    one = ask("account_contact_rate", period=MONTH, filters=filtered("agent", "Ana Ruiz"))
    assert (parts(one), read_from(one)) == ((1, 2), "cells")


def test_a_supervisor_sees_what_her_agents_did_while_they_were_hers(ask: Ask) -> None:
    for boss, agents in (
        (LAURA, {"Ana Ruiz": (1, 2), "Beto Núñez": (1, 1)}),
        (MARCO, {"Beto Núñez": (1, 1)}),
    ):
        hers = Scope(supervisors=frozenset({boss}))
        answer = ask("account_contact_rate", period=MONTH, dims=("agent",), scope=hers)
        assert agents.items() <= parts(answer, "agent").items()
        assert read_from(answer) == "cells"


def test_a_week_of_two_months_counts_its_accounts_once(ask: Ask) -> None:
    week = Period(start=date(2026, 10, 26), end=nov(1))
    assert parts(ask("account_contact_rate", period=week)) == (0, 1)
    assert parts(ask("account_contact_rate", period=Period(start=nov(1), end=nov(1)))) == (0, 1)


def test_any_other_period_is_counted_from_the_records(ask: Ask) -> None:
    answer = ask("account_contact_rate", period=Period(start=nov(2), end=nov(12)))
    assert (parts(answer), read_from(answer)) == ((2, 3), "facts")


def test_finer_splits_are_counted_from_the_records(ask: Ask) -> None:
    answer = ask("account_contact_rate", period=MONTH, dims=("product",))
    assert parts(answer, "product") == {"TDC": (2, 2), "PERSONAL": (1, 3)}
    assert (read_from(answer), "varios renglones" in said(answer)) == ("facts", False)


def test_intensity_has_two_denominators(ask: Ask) -> None:
    assert parts(ask("intensity", period=MONTH)) == (8, 5)
    assert parts(ask("intensity", period=MONTH, variant="assigned")) == (8, 6)
    with pytest.raises(Refused, match="no_dimension"):
        ask("intensity", period=MONTH, variant="assigned", dims=("channel",))
    assert parts(ask("intensity", period=MONTH, dims=("channel",)), "channel") == {"llamada": (8, 5)}


def test_a_promise_counts_once_an_account_and_day(ask: Ask) -> None:
    answer = ask("ptp_conversion", period=MONTH)
    assert (parts(answer), read_from(answer)) == ((2, 3), "cells")  # A and J, of A, B and J
    odd = ask("ptp_conversion", period=Period(start=nov(4), end=nov(12)), dims=("agent",))
    assert (parts(odd, "agent"), read_from(odd)) == ({"Ana Ruiz": (1, 1), "Beto Núñez": (0, 1)}, "cells")


# --- the opening cut ------------------------------------------------------------------------------------


def test_penetration_is_of_the_accounts_of_the_opening_cut(ask: Ask) -> None:
    answer = ask("penetration", period=MONTH)
    assert (parts(answer), read_from(answer)) == ((4, 6), "cells")  # A, B, J, K; E came later, R was gone
    by_team = ask("penetration", period=MONTH, dims=("supervisor",))
    assert parts(by_team, "supervisor") == {"Laura Ibáñez": (2, 4), "Marco Rey": (2, 2)}
    by_bucket = ask("penetration", period=MONTH, dims=("client", "bucket"))
    assert {(r["client"], r["bucket"]): (r["numerator"], r["denominator"]) for r in by_bucket.rows} == {
        ("Banco Norte", "0"): (0, 1),
        ("Banco Norte", "1-30"): (1, 1),
        ("Banco Norte", "31-60"): (1, 1),
        ("Banco Norte", "61-90"): (0, 1),
        ("Tiendas Sur", "16-45"): (1, 1),
        ("Tiendas Sur", "46-90"): (1, 1),
    }


def test_a_week_opens_at_the_last_cut_before_its_monday(ask: Ask) -> None:
    # Norte's cut of Friday 13 holds A, B, C and E; Sur's of the 15th J and K. Only J was worked since.
    answer = ask("penetration", period=Period(start=nov(16), end=nov(18)))
    assert (parts(answer), read_from(answer)) == ((1, 6), "cells")
    today = ask("penetration", period=Period(start=nov(18), end=nov(18)), dims=("client",))
    assert parts(today, "client") == {"Banco Norte": (0, 4), "Tiendas Sur": (1, 2)}


def test_money_given_back_turns_a_paying_account_back(ask: Ask) -> None:
    def paying(end: int) -> Any:
        answer = ask("paying_accounts_rate", period=Period(start=nov(1), end=nov(end)))
        assert read_from(answer) == "cells"
        return parts(answer)[0]

    # A from the 3rd to the 9th and from the 17th on; B from the 4th to the 17th; J on the 18th. Never E.
    assert [paying(end) for end in (3, 9, 10, 16, 17, 18)] == [1, 2, 1, 1, 2, 2]


def test_a_month_without_an_opening_cut_says_so(ask: Ask) -> None:
    with pytest.raises(Refused, match="no_opening"):
        ask(
            "penetration",
            period=Period(start=date(2026, 10, 31), end=nov(1)),
            filters=filtered("client", "Tiendas Sur"),
        )


# --- cures ----------------------------------------------------------------------------------------------


def test_redefault_counts_cures_whose_ninety_days_are_over(ask: Ask) -> None:
    answer = ask("redefault_rate", period=MONTH)
    assert (parts(answer), read_from(answer)) == ((2, 4), "cells")  # A and B, of those, C and L
    assert parts(ask("redefault_rate", period=Period(start=nov(1), end=nov(10)))) == (1, 2)
    by_bucket = ask("redefault_rate", period=MONTH, dims=("bucket",))
    assert parts(by_bucket, "bucket") == {"1-30": (2, 3), "31-60": (0, 1)}
    assert parts(ask("redefault_rate", period=MONTH, dims=("product",)), "product") == {
        "TDC": (1, 1),
        "PERSONAL": (1, 3),
    }
    assert answer.basis is not None
    assert answer.basis.as_of == {"positions": "2026-11-18"}


def test_before_any_cure_is_decided_it_is_said_from_when_there_will_be_some(ask: Ask) -> None:
    with pytest.raises(Refused, match="cures_decided") as no:
        ask("redefault_rate", period=Period(start=date(2026, 10, 1), end=date(2026, 10, 31)))
    assert no.value.slots["first"] == "dom 8-nov"
    with pytest.raises(Refused, match="cures_decided") as no:
        ask("redefault_rate", period=MONTH, filters=filtered("client", "Tiendas Sur"))
    assert no.value.slots["first"] == "sáb 13-feb-2027"  # its second cut and 90 days


# --- net flow -------------------------------------------------------------------------------------------


def test_net_flow_compares_two_stocks(ask: Ask) -> None:
    whole = ask("net_flow_rate", period=MONTH)
    assert parts(whole) == ("7200.00", "10700.00")
    assert parts(ask("net_flow_rate", period=MONTH, variant="accounts")) == (5, 5)
    assert "No es el roll rate" in said(whole)
    assert "bucket 0" not in said(whole).lower()


def test_net_flow_by_bucket_has_a_row_for_each_bucket_flowed_out_of(ask: Ask) -> None:
    rows = parts(ask("net_flow_rate", period=MONTH, variant="accounts", dims=("bucket_from",)), "bucket_from")
    # Of Sur, 46-90 flows into the last bucket, which has no end: no row of its own, nor in the total.
    assert rows == {"0": (2, 1), "1-30": (2, 1), "31-60": (0, 1), "61-90": (0, 1), "16-45": (1, 1)}
    over = ask("net_flow_rate", period=MONTH, filters=filtered("bucket", "0"))
    assert parts(over) == ("5000.00", "3000.00")
    assert over.rows[0]["value"] == pytest.approx(5 / 3)
    rest = ask("net_flow_rate", period=MONTH, filters=filtered("bucket", "0", op="ne"))
    assert parts(rest) == ("2200.00", "7700.00")
    assert parts(ask("net_flow_rate", period=MONTH, dims=("client",)), "client") == {
        "Banco Norte": ("6500.00", "10000.00"),
        "Tiendas Sur": ("700.00", "700.00"),
    }


# --- what changes later ---------------------------------------------------------------------------------


@pytest.fixture
def own(engine: Engine) -> Engine:
    """A floor of one's own, to change."""
    with writing(engine) as connection:
        fill(connection)
    refresh(engine, CALENDARS, now=NOW)
    return engine


def test_a_late_contact_moves_the_first_day_of_its_account(own: Engine) -> None:
    ask, early = asking(own), Period(start=nov(1), end=nov(11))
    assert parts(ask("account_contact_rate", period=early)) == (1, 3)  # K, A and E
    with writing(own) as connection:
        contact(connection, "B", ANA, nov(5), human=True, rpc=False)
    waiting = ask("account_contact_rate", period=early)
    assert (parts(waiting), read_from(waiting)) == ((2, 4), "facts")
    assert "aún no se consolidan" in said(waiting)
    refresh(own, CALENDARS, now=NOW)
    assert parts(ask("account_contact_rate", period=early)) == (2, 4)
    # On the 12th B was no longer new: the month still has it once, and Beto still has it.
    after = ask("account_contact_rate", period=MONTH)
    assert (parts(after), read_from(after)) == ((3, 5), "cells")
    assert parts(ask("account_contact_rate", period=MONTH, dims=("agent",)), "agent")["Beto Núñez"] == (2, 2)


def test_a_new_opening_cut_changes_the_whole_month(own: Engine) -> None:
    ask = asking(own)
    with writing(own) as connection:
        cut(connection, 1, date(2026, 10, 31), {"A": 41, "B": 6})
    refresh(own, CALENDARS, now=NOW)
    answer = ask("penetration", period=MONTH)
    assert (parts(answer), read_from(answer)) == ((4, 4), "cells")


def test_a_late_cut_shows_a_relapse_nobody_knew_of(own: Engine) -> None:
    with writing(own) as connection:
        cut(connection, 1, nov(4), {"A": 44, "B": 9, "C": 3})
    refresh(own, CALENDARS, now=NOW)
    assert parts(asking(own)("redefault_rate", period=MONTH)) == (3, 4)  # C, within its 90 days


def test_the_scope_bounds_what_is_counted(ask: Ask) -> None:
    beto = Scope(agents=frozenset({BETO}))
    assert parts(ask("account_contact_rate", period=MONTH, scope=beto)) == (2, 2)
    assert parts(ask("penetration", period=MONTH, scope=beto)) == (0, 2)
    client = Scope(clients=frozenset({2}), finest="campaign")
    assert parts(ask("net_flow_rate", period=MONTH, scope=client)) == ("700.00", "700.00")
