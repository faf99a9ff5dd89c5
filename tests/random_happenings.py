"""What happens in an agency drawn at random: contacts, money, promises, agreements, cases, hours, plans."""

from datetime import date, time, timedelta
from random import Random
from typing import Any

from db.result_codes import load_result_codes
from db.tables import agency, facts, law, reference
from tests.random_rows import AGENTS, FIRST, PRODUCTS, SUPERVISORS, TODAY, Agency, Row, instant

CHANNELS = ("call", "call", "call", "sms", "whatsapp")
HOURS = (time(0, 5), time(9), time(12, 30), time(21, 59), time(23, 55))


def happen(made: Agency, rnd: Random) -> None:
    if made.rows.get(reference.accounts):
        _events(made, rnd)
        _money_and_words(made, rnd)
        _cases(made, rnd)
        _breaches(made, rnd)
    _work(made, rnd)
    _plans(made, rnd)


def _owner(account: Row, campaign: int | None = None) -> Row:
    """What names the account in a fact; now and then under another campaign of its creditor."""
    return {
        "client_id": account["client_id"],
        "campaign_id": campaign or account["campaign_id"],
        "account_id": account["id"],
    }


def _events(made: Agency, rnd: Random) -> None:
    codes = load_result_codes()
    for _ in range(120):
        account = rnd.choice(made.rows[reference.accounts])
        day, clock = made.day(rnd), rnd.choice(HOURS)
        other = rnd.choice((1, 2)) if account["client_id"] == 1 and rnd.random() < 0.2 else None
        code = rnd.choice(sorted(codes))
        party = rnd.choice((None, None, "TITULAR", "TERCERO", "AVAL", "REFERENCIA"))
        human, rpc, told = codes[code].outcome(party)
        made.add(
            facts.contacts,
            **_owner(account, other),
            agent_id=rnd.choice((*AGENTS, None)),
            started_at=instant(day, clock),
            started_on=day,
            started_hour=clock.hour,
            channel=rnd.choice(CHANNELS),
            result_code=code,
            human=human,
            rpc=rpc,
            party=told,
            talk_seconds=rnd.choice((0, 0, 30, 185)),
            wrap_seconds=rnd.choice((0, 12, 40)),
        )


def _money_and_words(made: Agency, rnd: Random) -> None:
    for _ in range(30):
        account, made_on = rnd.choice(made.rows[reference.accounts]), made.day(rnd)
        due = made_on + timedelta(days=rnd.randint(0, 12))
        owner, cents = _owner(account), rnd.choice((10_000, 50_000, 123_456))
        agent = rnd.choice((*AGENTS, None))
        made.add(
            facts.promises, **owner, agent_id=agent, made_at=instant(made_on, time(11)),
            made_on=made_on, due_on=due, amount_cents=cents,
        )  # fmt: skip
        if rnd.random() < 0.6:
            _payment(made, rnd, owner, due + timedelta(days=rnd.randint(-4, 5)), cents)
    for _ in range(25):
        _payment(made, rnd, _owner(rnd.choice(made.rows[reference.accounts])), made.day(rnd), None)
    for n in range(1, 9):
        _agreement(made, rnd, n)


def _payment(made: Agency, rnd: Random, owner: Row, day: date, promised: int | None) -> None:
    day = min(max(day, FIRST), TODAY)
    cents = rnd.choice((promised or 20_000, (promised or 60_000) // 2, rnd.randint(100, 90_000)))
    ref = f"P{len(made.rows.get(facts.payments, ())) + 1}"
    posted = min(day + timedelta(days=rnd.randint(0, 3)), TODAY)
    made.add(facts.payments, **owner, payment_ref=ref, paid_on=day, posted_on=posted, amount_cents=cents)
    if rnd.random() < 0.15:
        back = made.day(rnd, day)
        made.add(
            facts.payments, **owner, payment_ref=f"{ref}-R", paid_on=back, posted_on=back,
            amount_cents=-cents, reverses_ref=ref,
        )  # fmt: skip


def _agreement(made: Agency, rnd: Random, n: int) -> None:
    account, day = rnd.choice(made.rows[reference.accounts]), made.day(rnd)
    made.add(
        agency.agreements,
        **_owner(account),
        agent_id=rnd.choice((*AGENTS, None)),
        agreed_at=instant(day, time(10, n)),
        agreed_on=day,
        total_cents=rnd.choice((100_000, 1_000_000, 333_333)),
        installments=rnd.randint(1, 4),
        first_due_on=day + timedelta(days=rnd.randint(0, 9)),
        frequency=rnd.choice(("semanal", "quincenal", "mensual")),
        discount_micros=rnd.choice((0, 100_000, 250_000)),
        status=rnd.choice(("active", "active", "formalized", "draft", "cancelled", "authorized")),
    )


def _cases(made: Agency, rnd: Random) -> None:
    for _ in range(8):
        account, day = rnd.choice(made.rows[reference.accounts]), made.day(rnd)
        made.add(
            agency.cases,
            register=rnd.choice(("complaints", "complaints", "arco", "holds", "opt_outs")),
            **_owner(account),
            received_at=instant(day, rnd.choice((time(0, 10), time(13), time(23, 50)))),
            received_on=day,
            kind=f"causa {rnd.randint(1, 900)}",
        )


def _breaches(made: Agency, rnd: Random) -> None:
    """As a search would have kept them: of contacts, of cases nobody's, of shifts that know no creditor."""
    for n in range(1, 41):
        account, day = rnd.choice(made.rows[reference.accounts]), made.day(rnd)
        owner = _owner(account) if rnd.random() < 0.8 else dict.fromkeys(_owner(account), 0)
        rule = rnd.choice(("R01", "R04", "R05", "R16", "R39"))
        made.add(
            law.breaches, **owner, rule=rule, version=1, severity="high", record="contact", record_id=n,
            supervisor_id=rnd.choice((*SUPERVISORS, 0)), agent_id=rnd.choice((*AGENTS, 0)),
            channel=rnd.choice(("call", "sms", "")), happened_at=instant(day, rnd.choice(HOURS)),
            happened_on=day, evidence="{}", owner_id=0, found_at=instant(TODAY, time(12)),
            state=rnd.choice(("open", "attended", "training", "false_positive")),
        )  # fmt: skip
    for n in range((TODAY - FIRST).days + 1):
        day = FIRST + timedelta(days=n)
        at = instant(TODAY, time(12))
        made.add(law.searched_days, day=day, rows=1, top_id=1, digest="", searched_at=at)


def _work(made: Agency, rnd: Random) -> None:
    """Hours, monitored calls, surveys, courses and sales."""
    for agent in AGENTS:
        for day in sorted({made.day(rnd) for _ in range(14)}):
            start, there = time(rnd.choice((7, 14, 22))), rnd.random() < 0.85
            seconds = rnd.randint(10_000, 25_000) if there else 0
            made.add(
                facts.shifts, agent_id=agent, starts_at=instant(day, start),
                ends_at=instant(day, start) + timedelta(hours=7), starts_on=day,
                shift={7: "matutino", 14: "vespertino", 22: "nocturno"}[start.hour],
                productive_seconds=rnd.choice((seconds, None)),
                available_seconds=rnd.choice((seconds // 3, None)),
                attended=there,
            )  # fmt: skip
        for _ in range(4):
            _voice(made, rnd, agent)


def _voice(made: Agency, rnd: Random, agent: int) -> None:
    day = made.day(rnd)
    made.add(
        agency.evaluations, agent_id=agent, evaluated_at=instant(day, time(18)), evaluated_on=day,
        points_micros=rnd.randint(0, 90) * 1_000_000, possible_micros=100_000_000,
        critical_error=rnd.random() < 0.2,
    )  # fmt: skip
    scale = rnd.choice(("csat5", "nps"))
    accounts = made.rows.get(reference.accounts)
    made.add(
        facts.surveys, agent_id=agent, answered_at=instant(day, time(19)), answered_on=day, scale=scale,
        score=rnd.randint(1, 5) if scale == "csat5" else rnd.randint(0, 10),
        account_id=rnd.choice(accounts)["id"] if accounts and rnd.random() < 0.6 else None,
    )  # fmt: skip
    known = {
        (row["agent_id"], row["course"], row["assigned_on"]) for row in made.rows.get(agency.trainings, ())
    }
    course = next(n for n in range(1, 99) if (agent, f"Curso {n}", day) not in known)
    passed = made.day(rnd, day) if rnd.random() < 0.7 else None
    made.add(
        agency.trainings, agent_id=agent, course=f"Curso {course}", assigned_on=day,
        due_on=day + timedelta(days=15), passed_on=passed,
        valid_to=passed + timedelta(days=rnd.randint(0, 60)) if passed and rnd.random() < 0.6 else None,
    )  # fmt: skip
    made.add(
        agency.sales, client_id=1, campaign_id=rnd.choice((1, 2)), agent_id=agent,
        sold_at=instant(day, time(17)), sold_on=day, product=rnd.choice(PRODUCTS),
        amount_cents=rnd.choice((None, 250_000)),
        activated_on=made.day(rnd, day) if rnd.random() < 0.6 else None,
        cancelled_on=made.day(rnd, day) if rnd.random() < 0.2 else None,
    )  # fmt: skip


def _plans(made: Agency, rnd: Random) -> None:
    """Costs, budgets, fees and targets."""
    for month in (1, 2, 3, 4):
        for campaign in (1, 2, 3):
            for category in ("Nómina", "Telefonía")[: rnd.randint(0, 2)]:
                first = date(2026, month, 1)
                cents = rnd.randint(10_000, 900_000)
                made.add(
                    facts.costs, campaign_id=campaign, month=first, category=category, amount_cents=cents
                )
                made.add(
                    agency.budgets, metric="", category=category, scope="campaign", scope_code=f"K{campaign}",
                    period_start=first, period_end=date(2026, month, (31, 28, 31, 30)[month - 1]),
                    value_micros=rnd.randint(10_000, 900_000) * 10_000, owner="INTERNA",
                )  # fmt: skip
    _fees(made, rnd)


def _fees(made: Agency, rnd: Random) -> None:
    """Rates by bucket, by product and of any; one that changes in mid-month; tiers; perhaps none."""

    def rate(client: int, micros: int, **more: Any) -> None:
        anything = {"bucket": "", "product": "", "from_cents": 0, "valid_from": date(2025, 1, 1)}
        made.add(agency.fees, client_id=client, rate_micros=micros, **(anything | more))

    changed = made.day(rnd, date(2026, 3, 1))
    rate(1, 120_000)
    rate(1, 200_000, product="TDC", valid_to=changed)
    rate(1, 230_000, product="TDC", valid_from=changed + timedelta(days=1))
    rate(1, 90_000, bucket="31-60")
    rate(1, 95_000, bucket="1-30", from_cents=20_000)
    if rnd.random() < 0.8:
        rate(2, 80_000, to_cents=30_000)
        rate(2, 150_000, from_cents=30_000)
