"""Every rule that judges a contact: a breach, a near miss and a lawful one; and nothing without the rule."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from db.calendars import load_calendars
from db.law.book import DEFAULT_FILE, load_book
from db.law.judging import AFTER, BEFORE, BREACH, UNKNOWN, Contact, World, judged
from db.law.policy import ClientPolicy, Policy
from db.law.terms import kind_of_shift, overdue_since
from db.law.wording import unlawful_words
from db.law.zones import home_of

MEXICO = ZoneInfo("America/Mexico_City")
TODAY = date(2026, 11, 23)  # a Monday
POLICY = Policy(
    clients={
        "A": ClientPolicy(attempts_a_day=3, caller_ids=("5555510001",)),
        "S": ClientPolicy(days=("mon", "tue", "wed", "thu", "fri", "sat", "sun"), holidays=True),
    }
)
WORLD = World(load_calendars().labour, POLICY)
NOON = datetime(2026, 11, 23, 12, tzinfo=MEXICO).astimezone(UTC)
PLAIN = Contact(
    at=NOON,
    day=TODAY,
    home=home_of("CDMX", None),
    client="A",
    regime="FINANCIERA",
    result="PDP",
    party="TITULAR",
    phone="5512345678",
    phone_owner="TITULAR",
    phone_source="CLIENTE",
    caller_id="5555510001",
    birth_date=date(1980, 1, 1),
    attempt=1,
)


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> dict[str, Any]:
    moment = datetime(2026, month, day, hour, minute, tzinfo=MEXICO)
    return {"at": moment.astimezone(UTC), "day": moment.date()}


TIJUANA, ANYWHERE = home_of("Baja California", None), home_of(None, None)
THIRD = {"party": "TERCERO"}
SHOP = {"regime": "COMERCIAL", "client": "S"}
# rule: (breaches), (near misses), (undecidable)
CASES: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]] = {
    "R01": (
        [at(23, 22), at(23, 6, 59), {**at(23, 8, 59), "home": TIJUANA}, {**at(23, 3), "home": ANYWHERE}],
        [at(23, 21, 59), at(23, 7), {**at(23, 9), "home": TIJUANA}, {**at(23, 22), "channel": "letter"}],
        [{**at(23, 8, 30), "home": ANYWHERE}],
    ),
    "R02": (
        [{**at(22, 12), **SHOP}, {**at(21, 12), **SHOP}],
        [{**at(20, 21), **SHOP}, at(22, 12), {**at(23, 7), **SHOP}],
        [{**at(23, 0, 30), **SHOP, "home": ANYWHERE}],  # Monday here, Sunday in Tijuana
    ),
    "R03": (
        [at(22, 12), at(16, 12), {**at(25, 12, month=12)}, {**at(16, 12), "regime": "COMERCIAL"}],
        [at(21, 12), at(2, 12), {**at(22, 12), "client": "S"}, {**at(22, 12), "regime": "COMERCIAL"}],
        [],
    ),
    "R04": (
        [{**at(23, 22), "channel": channel} for channel in ("sms", "whatsapp", "email", "blaster", "ivr")],
        [{**at(23, 21, 59), "channel": "sms"}, {**at(23, 22), "channel": "letter"}],
        [{**at(23, 8, 30), "home": ANYWHERE, "channel": "sms"}],
    ),
    "R05": (
        [
            {"caller_id": "5555510002"},
            {"caller_id": "ANONYMOUS"},
            {"caller_id": "Número privado"},
            {"caller_id": "0000000000"},
            {"caller_id": "oculto", "client": "S"},
        ],
        [{"caller_id": "+52 55 5551 0001"}, {"caller_id": None, "channel": "email"}],
        [{"caller_id": None}, {"caller_id": "5555510002", "client": "S"}],
    ),
    "R06": (
        [THIRD, {**THIRD, "result": "TER", "phone_owner": "REFERENCIA"}, {"party": "FAMILIAR"}],
        [
            {**THIRD, "result": "TER"},
            {"party": "AVAL"},
            {**THIRD, "human": False, "result": "NCO"},
            {"phone_owner": "REFERENCIA"},
        ],
        [{"party": None}, {**THIRD, "result": "QJA"}],
    ),
    "R07": (
        [{"birth_date": date(2008, 11, 24)}],
        [{"birth_date": date(2008, 11, 23)}, {"birth_date": date(1950, 1, 1)}, {"human": False}],
        [{"birth_date": None}, THIRD],
    ),
    "R08": (
        [{"phone_source": "BUSQUEDA"}],
        [{"phone_source": "TITULAR"}, {"phone_source": "BUSQUEDA", "channel": "email"}],
        [{"phone_source": None}],
    ),
    "R22": (
        [{"recalled_on": date(2026, 11, 22)}, {"settled": True}],
        [{"recalled_on": date(2026, 11, 24)}],
        [{"recalled_on": TODAY}],
    ),
    "R23": ([{"holds": ("Aclaración",)}], [{"opted_out": ("Llamadas",)}], []),
    "R24": (
        [{"campaign_kind": "VENTA", "opted_out": ("Llamadas",)}],
        [{"opted_out": ("Llamadas",)}, {"campaign_kind": "VENTA"}],
        [],
    ),
    "R30": (
        [{"note": "dice que tiene CÁNCER"}, {"note": "está hospitalizada"}],
        [{"note": "imposibilidad de pago"}, {"note": ""}, {"note": "vive en la calle Sidral"}],
        [],
    ),
    "R35": ([{"attempt": 4}], [{"attempt": 3}], [{"attempt": 40, "client": "S"}]),
}


def verdicts(change: Mapping[str, Any], without: str | None = None) -> dict[str, str]:
    contact = replace(PLAIN, **change)
    checks = {name: check for name, check in AFTER.items() if name != without}
    return dict(judged(contact, load_book().in_force(contact.day), WORLD, checks))


def broken(change: Mapping[str, Any], without: str | None = None) -> set[str]:
    return {name for name, verdict in verdicts(change, without).items() if verdict == BREACH}


def test_a_plain_contact_breaks_nothing_and_all_of_it_can_be_told() -> None:
    assert set(verdicts({}).values()) == {"lawful"}


@pytest.mark.parametrize(("rule", "change"), [(r, c) for r, cases in CASES.items() for c in cases[0]])
def test_a_breach_is_found_by_its_rule_and_by_no_other(rule: str, change: dict[str, Any]) -> None:
    assert rule in broken(change)
    assert rule not in broken(change, without=rule)


@pytest.mark.parametrize(("rule", "change"), [(r, c) for r, cases in CASES.items() for c in cases[1]])
def test_a_near_miss_is_lawful(rule: str, change: dict[str, Any]) -> None:
    assert verdicts(change).get(rule, "lawful") == "lawful"


@pytest.mark.parametrize(("rule", "change"), [(r, c) for r, cases in CASES.items() for c in cases[2]])
def test_what_the_data_do_not_tell_is_no_clean_bill(rule: str, change: dict[str, Any]) -> None:
    assert verdicts(change)[rule] == UNKNOWN


def test_every_rule_of_contacts_has_its_cases() -> None:
    after = {name for name, rule in load_book().in_force(TODAY).items() if rule.written.after == "contact"}
    assert after == set(AFTER) == set(CASES)


# --- the book --------------------------------------------------------------------------------------


def test_the_book_is_whole() -> None:
    rules = load_book().in_force(TODAY)
    assert set(rules) == {*(f"R{n:02}" for n in range(1, 41)), "R08b", "P01"}
    for rule in rules.values():
        assert rule.written.article.es
        assert rule.written.article.en
        assert rule.written.text.es != rule.written.text.en


def test_what_the_book_refuses_is_checked_somewhere() -> None:
    worded = set(yaml.safe_load(Path("db/law/words.yaml").read_text(encoding="utf-8")))
    for name, rule in load_book().in_force(TODAY).items():
        if "wording" in rule.written.before:
            assert name in worded
        if {"contact", "reassign_accounts"} & set(rule.written.before):
            assert name in BEFORE


def test_nobody_protects_what_the_regime_does_not() -> None:
    """Sunday at a bank's debtor is the client's policy; at a shop's, the law."""
    assert "R02" not in verdicts(at(22, 12))
    assert broken({**at(22, 12), "regime": "COMERCIAL"}) == {"R02"}


def test_a_rule_holds_from_its_day_on() -> None:
    book = load_book()
    assert book.rule("R25", date(2025, 3, 20)) is None
    assert book.rule("R25", date(2025, 3, 21)) is not None


def test_a_later_version_takes_over_on_its_day(tmp_path: Path) -> None:
    written = yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8"))["R01"]
    path = tmp_path / "rules.yaml"
    path.write_text(yaml.safe_dump({"R01": [written[0] | {"until": TODAY}, written[0] | {"from": TODAY}]}))
    found = [load_book(path).rule("R01", day) for day in (date(2026, 11, 22), TODAY)]
    assert [rule.version if rule else 0 for rule in found] == [1, 2]


def test_two_versions_at_once_are_a_fault(tmp_path: Path) -> None:
    written = yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8"))["R01"]
    path = tmp_path / "rules.yaml"
    path.write_text(yaml.safe_dump({"R01": [written[0], written[0] | {"from": TODAY}]}))
    with pytest.raises(ValueError, match="R01: two versions"):
        load_book(path)


# --- words, terms and shifts -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("Si no pagas vas a ir a la cárcel", {"R10", "R19"}),
        ("le avisaremos a tus vecinos", {"R10", "R19"}),
        ("Citatorio: procede el embargo de sus bienes", {"R11"}),
        ("con este pago te borramos del buró", {"R21"}),
        ("no paga porque está embarazada", {"R30"}),
        ("you will go to jail", {"R10", "R19"}),
        ("Le recordamos su pago de $500 del 30 de noviembre en su cuenta del banco.", set()),
        ("El acreedor puede ejercer las acciones legales que procedan.", set()),
        ("imposibilidad de pago, llamar el viernes", set()),
    ],
)
def test_words_that_break_a_rule(text: str, rules: set[str]) -> None:
    assert set(unlawful_words(text)) == rules


def test_a_term_ends_with_its_last_business_day() -> None:
    authority = load_calendars().authority
    received = date(2026, 10, 1)
    last = authority.add_business_days(received, 20)
    assert overdue_since(received, last, 20, TODAY, authority) is None
    assert overdue_since(received, date.fromordinal(last.toordinal() + 1), 20, TODAY, authority) is not None
    assert overdue_since(received, None, 20, last, authority) is None
    assert overdue_since(received, None, 20, date.fromordinal(last.toordinal() + 1), authority) is not None


@pytest.mark.parametrize(
    ("start", "end", "kind"),
    [
        ("06:00", "20:00", "day"),
        ("13:30", "20:30", "mixed"),
        ("16:31", "23:30", "night"),
        ("20:00", "23:59", "night"),
        ("05:00", "12:00", "mixed"),
        ("16:30", "23:29", "mixed"),
    ],
)
def test_a_shift_is_of_the_day_the_night_or_both(start: str, end: str, kind: str) -> None:
    moments = [datetime.fromisoformat(f"2026-11-23 {each}").replace(tzinfo=MEXICO) for each in (start, end)]
    assert kind_of_shift(*moments) == kind
