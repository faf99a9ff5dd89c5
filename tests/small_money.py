"""The company of tests/small.py with other money: payments, tariffs, costs and budgets, as each test says.

Money is in pesos. A payment is (account, day posted, pesos), paid the day it was posted unless more is said.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Engine, delete, insert, update

from db.access import names
from db.calendars import load_calendars
from db.cells.refresh import refresh
from db.dirty import mark_dirty
from db.engine import reading, writing
from db.metrics import load_catalogue
from db.periods import Period
from db.scope import Scope
from db.tables import agency, facts, reference
from db.tables.cells import dirty_days
from skills.contract import Actor, Answer, Context, KpiRequest, Language, Role
from skills.kpi.skill import answer_kpi
from skills.rules import Fees, Rules
from skills.text import load_texts
from tests.small import ACCOUNT, ALAMEDA, CEIBA, GLORIA, NOW, fill

CATALOGUE, CALENDARS = load_catalogue(), load_calendars()
TEXTS = load_texts(Path("skills/kpi/text.yaml"))
OCTOBER = Period(start=date(2026, 10, 1), end=date(2026, 10, 31))
MONTH = Period(start=date(2026, 11, 1), end=date(2026, 11, 18))
MICROS = 1_000_000
ALWAYS = date(1900, 1, 1)


def nov(day: int) -> date:
    return date(2026, 11, day)


def paid(
    letter: str, posted: date, pesos: int, *, on: date | None = None, campaign: int | None = None
) -> dict[str, Any]:
    ours = letter in "JK"
    return {
        "client_id": CEIBA if ours else ALAMEDA,
        "campaign_id": campaign or (2 if ours else 1),
        "account_id": ACCOUNT[letter],
        "paid_on": on or posted,
        "posted_on": posted,
        "amount_cents": pesos * 100,
        "channel": "SPEI",
        "reverses_ref": None,
    }


def rate(
    percent: float,
    *,
    client: int = ALAMEDA,
    bucket: str = "",
    product: str = "",
    tier: tuple[int, int | None] = (0, None),
    valid: tuple[date, date | None] = (ALWAYS, None),
) -> dict[str, Any]:
    low, high = tier
    return {
        "client_id": client,
        "rate_micros": round(percent * MICROS / 100),
        "bucket": bucket,
        "product": product,
        "from_cents": low * 100,
        "to_cents": None if high is None else high * 100,
        "valid_from": valid[0],
        "valid_to": valid[1],
    }


def cost(campaign: int, month: date, category: str, pesos: int) -> dict[str, Any]:
    return {"campaign_id": campaign, "month": month, "category": category, "amount_cents": pesos * 100}


def budget(
    pesos: float,
    period: Period,
    *,
    category: str = "",
    metric: str = "",
    scope: str = "agency",
    code: str = "",
    owner: str = "INTERNA",
) -> dict[str, Any]:
    return {
        "metric": metric,
        "category": category,
        "scope": scope,
        "scope_code": code,
        "period_start": period.start,
        "period_end": period.end,
        "value_micros": round(pesos * MICROS),
        "owner": owner,
    }


def furnish(
    engine: Engine,
    *,
    payments: Iterable[dict[str, Any]] = (),
    rates: Iterable[dict[str, Any]] = (),
    costs: Iterable[dict[str, Any]] = (),
    budgets: Iterable[dict[str, Any]] = (),
    spoken: bool = False,
) -> Engine:
    """Writes the company, this money in the place of its own, and builds the cells of money.

    `spoken`: those of contacts and promises too.
    """
    others = ["payments"] if spoken else ["payments", "contacts", "promises"]
    with writing(engine) as connection:
        fill(connection)
        connection.execute(delete(facts.payments))
        connection.execute(delete(dirty_days).where(dirty_days.c.source.in_(others)))
        for table, rows in (
            (facts.payments, [{"payment_ref": f"T{n}", **row} for n, row in enumerate(payments)]),
            (agency.fees, list(rates)),
            (facts.costs, list(costs)),
            (agency.budgets, list(budgets)),
        ):
            for row in rows:
                connection.execute(insert(table), {**row, "load_id": None})
                if table is facts.payments:
                    days = {row["paid_on"], row["posted_on"]}
                    mark_dirty(connection, "payments", row["client_id"], days, NOW)
    refresh(engine, CALENDARS, now=NOW)
    return engine


def second_campaign(engine: Engine) -> None:
    """Alameda's other campaign: 3."""
    with writing(engine) as connection:
        connection.execute(
            insert(reference.campaigns),
            {"id": 3, "code": "AL2", "client_id": ALAMEDA, "name": "Alameda Personal", "kind": "COBRANZA"},
        )


def add(engine: Engine, row: dict[str, Any]) -> None:
    """A payment that comes in later."""
    with writing(engine) as connection:
        connection.execute(insert(facts.payments), {"payment_ref": "ADDED", "load_id": None, **row})
        mark_dirty(connection, "payments", row["client_id"], {row["paid_on"], row["posted_on"]}, NOW)
    refresh(engine, CALENDARS, now=NOW)


def repost(engine: Engine, ref: str, day: date) -> None:
    """A later file says another day posted; as the loader does, both days are marked."""
    with writing(engine) as connection:
        table = facts.payments
        was = connection.execute(table.select().where(table.c.payment_ref == ref)).one()
        connection.execute(update(table).where(table.c.id == was.id).values(posted_on=day))
        mark_dirty(connection, "payments", was.client_id, {was.paid_on, was.posted_on, day}, NOW)


def context(
    connection: Connection,
    *,
    tiers: Literal["marginal", "retroactive"] = "marginal",
    role: Role = "manager",
    scope: Scope | None = None,
    language: Language = "es",
) -> Context:
    return Context(
        actor=Actor(GLORIA, "Gloria", role, language, scope or Scope()),
        session=connection,
        now=NOW,
        metrics=CATALOGUE,
        names=names(connection),
        calendars=CALENDARS,
        say=lambda key, **slots: TEXTS.say(language, key, **slots),
        rules=Rules(fees=Fees(tiers=tiers)),
    )


def ask(
    engine: Engine,
    metric: str,
    *,
    tiers: Literal["marginal", "retroactive"] = "marginal",
    role: Role = "manager",
    scope: Scope | None = None,
    language: Language = "es",
    **fields: Any,
) -> Answer:
    with reading(engine) as connection:
        asked = context(connection, tiers=tiers, role=role, scope=scope, language=language)
        return answer_kpi(asked, KpiRequest(metric=metric, **fields))


def only(answer: Answer) -> dict[str, Any]:
    assert len(answer.rows) == 1
    return dict(answer.rows[0])


def by(answer: Answer, dim: str) -> dict[Any, Any]:
    return {row[dim]: row["value"] for row in answer.rows}


def notes(answer: Answer) -> str:
    assert answer.basis is not None
    return "\n".join(answer.basis.notes)


def pesos(cents: Fraction | int) -> str:
    exact = Fraction(cents)
    return f"{Decimal(exact.numerator) / exact.denominator / 100:.2f}"
