"""Builds the demo agency into an empty database, all of it in one transaction, the same at every run."""

from collections.abc import Iterable
from datetime import datetime

import numpy as np
from sqlalchemy import Connection, Engine, Table, func, select

from db.bulk import Row, advance_keys, checked_at_end, insert_rows
from db.demo import agreements, business, cases, extras, fact_rows, placed_rows, quality, staff
from db.demo.fact_rows import Book
from db.demo.life import Life
from db.demo.loads import Loads
from db.demo.plan import agency_plan
from db.demo.portfolio import place
from db.demo.state import State
from db.demo.timeline import Timeline
from db.dirty import mark_dirty
from db.engine import reading, writing
from db.tables import agency, facts, reference

SEED = 20_261
ACCOUNTS = 20_000
# Every part draws from a stream of its own, so that a change in one leaves the others as they were.
STREAMS = (
    *("staff", "portfolio", "calls", "money", "creditors", "names", "details", "surroundings"),
    *("agreements", "budgets", "quality", "cases", "sales", "waiting"),
)


class NotEmpty(Exception):
    """The database holds clients already: a demo never mixes with anybody's data."""


def build_demo(engine: Engine, *, now: datetime, accounts: int = ACCOUNTS, seed: int = SEED) -> None:
    """Six whole months and the running one, ending at `now`. The cells are the next refresh's work."""
    with reading(engine) as connection:
        _refuse_company(connection)
    drawn = np.random.SeedSequence(seed).spawn(len(STREAMS))
    random = {name: np.random.Generator(np.random.PCG64(s)) for name, s in zip(STREAMS, drawn, strict=True)}
    timeline = Timeline(now)
    people = staff.hire(timeline, random["staff"])
    portfolio = place(accounts, timeline, people.agents, random["portfolio"])
    streams = [random[name] for name in ("calls", "money", "creditors")]
    state, ledger = Life(portfolio, people, timeline, streams).run()
    book = Book(portfolio, people.agents, ledger, timeline, Loads(timeline))
    with writing(engine) as connection:
        _refuse_company(connection)
        tables = [*reference.clients.metadata.sorted_tables]
        with checked_at_end(connection, *(t for t in tables if t.name in _HEAVY)):
            special, discounts = placed_rows.account_terms(portfolio, random["details"])
            accounts_ = placed_rows.account_rows(portfolio, state, ledger, timeline, special, discounts)
            _write_reference(connection, book, people, state, accounts_, random)
            _write_facts(connection, book, people, discounts, random)
        advance_keys(connection, *(t for t in tables if t.name in _KEYED))
        _mark(connection, book, now)


_HEAVY = frozenset({"balances", "contacts", "promises", "payments", "assignments", "phones", "accounts"})
_KEYED = frozenset(
    "clients campaigns people debtors addresses accounts file_loads contacts promises payments".split()  # noqa: SIM905
)


def _refuse_company(connection: Connection) -> None:
    if connection.execute(select(func.count()).select_from(reference.clients)).scalar():
        raise NotEmpty


def _write(connection: Connection, table: Table, rows: Iterable[Row], *without: str) -> None:
    """Rows in the order of the table's own columns, but for those left to the database."""
    columns = [column.name for column in table.columns if column.name not in without]
    insert_rows(connection, table, columns, rows)


def _write_reference(
    connection: Connection,
    book: Book,
    people: staff.Staff,
    state: State,
    placed: Iterable[Row],
    random: dict[str, np.random.Generator],
) -> None:
    portfolio, timeline = book.portfolio, book.timeline
    campaigns, clients = staff.right_rows(people)
    debtors, addresses = placed_rows.debtor_rows(portfolio, timeline, random["names"])
    details = random["details"]
    _write(connection, reference.clients, placed_rows.client_rows())
    _write(connection, reference.campaigns, placed_rows.campaign_rows(timeline))
    _write(connection, reference.people, staff.people_rows(people))
    _write(connection, reference.memberships, staff.membership_rows(people, timeline), "id")
    _write(connection, reference.person_campaigns, campaigns)
    _write(connection, reference.person_clients, clients)
    _write(connection, reference.debtors, debtors)
    _write(connection, reference.addresses, addresses)
    _write(connection, reference.accounts, placed)
    handed = placed_rows.assignment_rows(portfolio, book.agents, state, book.ledger, timeline, details)
    _write(connection, reference.assignments, handed, "id")


def _write_facts(
    connection: Connection,
    book: Book,
    people: staff.Staff,
    discounts: list[str],
    random: dict[str, np.random.Generator],
) -> None:
    """The file loads go in before the rows that name them, so every row is made ready first."""
    around, loads = random["surroundings"], book.loads
    phones, phone_rows = placed_rows.phone_rows(book.portfolio, random["details"])
    teams = {p.id: p.plan.employee_no for p in people.people if p.plan.role == "supervisor"}
    got = extras.recovered(book, list(teams))
    last = book.timeline.last
    shifts = list(extras.shift_rows(book, loads.one("shifts", 0, last=last), around, random["waiting"]))
    small: list[tuple[Table, list[Row]]] = [
        (facts.shifts, shifts),
        (facts.surveys, list(extras.survey_rows(book, loads.one("surveys", 0, last=last), around))),
        (
            facts.targets,
            list(extras.target_rows(book, got, teams, loads.one("targets", 0, last=last), around)),
        ),
        (facts.costs, list(extras.cost_rows(book, got, loads.one("costs", 0, last=last), around))),
    ]
    contacts = fact_rows.contact_rows(book, phones)
    promises = fact_rows.promise_rows(book)
    payments = fact_rows.payment_rows(book, around)
    balances = fact_rows.balances_by_cut(book)
    small += _agency_rows(book, got, discounts, random)
    _write(connection, facts.file_loads, loads.rows)
    _write(connection, reference.phones, phone_rows, "id")
    for table, rows in small:
        _write(connection, table, rows, "id")
    _write(connection, facts.contacts, contacts)
    _write(connection, facts.promises, promises)
    _write(connection, facts.payments, payments)
    for cut in balances:
        _write(connection, facts.balances, cut)


def _agency_rows(
    book: Book, got: extras.Recovered, discounts: list[str], random: dict[str, np.random.Generator]
) -> list[tuple[Table, list[Row]]]:
    """What the agency keeps beside its calls and its money. Their files come after all the others."""

    def load(kind: str) -> int:
        return book.loads.one(kind, 0, last=book.timeline.last)

    judged, registers = random["quality"], {name: load(name) for name in cases.REGISTERS}
    return [
        (agency.agreements, agreements.agreement_rows(book, discounts, random["agreements"])),
        (agency.fees, list(business.fee_rows(book, got, load("fees")))),
        (agency.budgets, list(business.budget_rows(book, got, load("budgets"), random["budgets"]))),
        (agency.evaluations, list(quality.evaluation_rows(book, load("evaluations"), judged))),
        (agency.trainings, list(quality.training_rows(book, load("trainings"), judged))),
        (agency.sales, list(cases.sale_rows(book, load("sales"), random["sales"]))),
        (agency.cases, list(cases.case_rows(book, registers, random["cases"]))),
    ]


def _mark(connection: Connection, book: Book, now: datetime) -> None:
    """Every day that holds something is still to be summed."""
    client_of, days = book.portfolio.client, book.timeline.days
    ledger = book.ledger
    happened = {
        "contacts": [(t, c.account) for t, c in ledger.calls],
        "payments": [(t, p.account) for t, p in ledger.payments],
        "promises": [(t, p.account) for t, p in ledger.promises],
        "positions": [(t, c.account) for t, c in ledger.cuts],
    }
    for source, parts in happened.items():
        for client in range(int(client_of.max()) + 1):
            dirty = {days[t] for t, account in parts if (client_of[account] == client).any()}
            mark_dirty(connection, source, client + 1, dirty, now)
    agreed = agency.agreements.c
    for client in range(1, len(agency_plan().clients) + 1):
        made = select(agreed.agreed_on).where(agreed.client_id == client).distinct()
        mark_dirty(connection, "agreements", client, set(connection.execute(made).scalars()), now)
