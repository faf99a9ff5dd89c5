"""Asks the KPI skill and its neighbours in a test's own database, as whoever, in either language."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from db.access import names
from db.calendars import load_calendars
from db.dirty import mark_dirty
from db.engine import reading
from db.metrics import load_catalogue
from db.scope import Scope
from db.tables import facts
from skills.contract import Actor, Answer, Context, KpiRequest, Language
from skills.kpi.skill import answer_kpi
from skills.kpi.why.skill import WhyRequest, answer_why
from skills.rules import Rules, Targets
from skills.text import load_texts
from tests.small import ACCOUNT, ALAMEDA, CEIBA, GLORIA, NOW

TEXTS = load_texts(Path("skills/kpi/text.yaml"), Path("skills/kpi/why/text.yaml"))
CATALOGUE, CALENDARS = load_catalogue(), load_calendars()
BUSINESS_DAYS = Rules(targets=Targets(season="business_days"))


def context(
    connection: Connection,
    *,
    scope: Scope | None = None,
    language: Language = "es",
    now: datetime = NOW,
    rules: Rules | None = None,
) -> Context:
    return Context(
        actor=Actor(GLORIA, "Gloria", "manager", language, scope or Scope()),
        session=connection,
        now=now,
        metrics=CATALOGUE,
        names=names(connection),
        calendars=CALENDARS,
        say=lambda key, **slots: TEXTS.say(language, key, **slots),
        rules=rules or Rules(),
    )


def asking(engine: Engine) -> Callable[..., Answer]:
    """`why=True` asks for the reason; what `context` takes may be given too."""

    def run(metric: str, *, why: bool = False, about: dict[str, Any] | None = None, **fields: Any) -> Answer:
        with reading(engine) as connection:
            ctx = context(connection, **(about or {}))
            if why:
                return answer_why(ctx, WhyRequest(metric=metric, **fields))
            return answer_kpi(ctx, KpiRequest(metric=metric, **fields))

    return run


def pay(connection: Connection, sums: dict[date, int], letter: str = "A", kind: str = "H") -> None:
    """Payments of an account, by day, in centavos."""
    client = CEIBA if letter in "JK" else ALAMEDA
    rows = [
        {
            "client_id": client,
            "campaign_id": 2 if letter in "JK" else 1,
            "account_id": ACCOUNT[letter],
            "payment_ref": f"{kind}{letter}{day:%y%m%d}",
            "paid_on": day,
            "posted_on": day + timedelta(days=1),
            "amount_cents": cents,
        }
        for day, cents in sums.items()
        if cents
    ]
    connection.execute(facts.payments.insert(), rows)
    mark_dirty(connection, "payments", client, list(sums), NOW)
