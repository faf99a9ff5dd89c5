"""A small agency drawn at random, the same for the same seed: what the numbers are checked on by the hundred.

Two creditors with other bucket edges, grace and lag; Holy Week; placements in mid-month, recalls, reversals,
accounts absent from a file or paid off, agents who change teams, contacts on either side of midnight.
Knows the tables and no metric.
"""

from datetime import date, time, timedelta
from random import Random

from db.buckets import CASTIGO, CASTIGO_NO, bucket_of, edges_of
from db.tables import facts, reference
from tests.random_happenings import happen
from tests.random_rows import (
    AGENTS,
    EDGES_OF_PERIODS,
    FIRST,
    PRODUCTS,
    SUPERVISORS,
    TODAY,
    Agency,
    Row,
    instant,
)

EDGES = {1: "30|60|90|120|150|180", 2: "15|45|90"}
STATES = ("Jalisco", "CDMX", None)
MODES = ("manual", "predictivo", None)


def draw(seed: int, *, accounts: int = 14) -> Agency:
    """`accounts` 0 is an agency with people and no portfolio."""
    rnd = Random(seed)
    others = (FIRST + timedelta(days=rnd.randint(0, (TODAY - FIRST).days)) for _ in range(4))
    made = Agency(seed, days=(*EDGES_OF_PERIODS, *others))
    _parties(made, rnd)
    _people(made, rnd)
    for n in range(1, accounts + 1):
        _account(made, rnd, n)
    if accounts:
        _files(made, rnd)
    happen(made, rnd)
    return made


def _parties(made: Agency, rnd: Random) -> None:
    terms = {1: (2, 100, 2), 2: (rnd.randint(0, 3), rnd.choice((80, 100)), rnd.randint(0, 3))}
    for i, (grace, threshold, lag) in terms.items():
        made.add(
            reference.clients,
            id=i,
            code=f"C{i}",
            name=f"Cliente {i}",
            regime=("FINANCIERA", "COMERCIAL")[i - 1],
            bucket_edges=EDGES[i],
            promise_grace_days=grace,
            promise_threshold_pct=threshold,
            payment_lag_days=lag,
            pay_accounts="",
        )
    for i, (client, kind) in enumerate(((1, "COBRANZA"), (1, "VENTA"), (2, "COBRANZA")), 1):
        made.add(reference.campaigns, id=i, code=f"K{i}", client_id=client, name=f"Campaña {i}", kind=kind)


def _people(made: Agency, rnd: Random) -> None:
    named = [(i, "supervisor") for i in SUPERVISORS] + [(i, "agent") for i in AGENTS]
    for i, role in [(1, "manager"), *named]:
        left = made.day(rnd, date(2026, 3, 1)) if role == "agent" and rnd.random() < 0.2 else None
        made.add(
            reference.people, id=i, employee_no=f"E{i}", name=f"Persona {i}", role=role, language="es",
            nicknames="", slack_user_id=f"U{i}", active_to=left,
        )  # fmt: skip
    for i in AGENTS:
        moved = made.day(rnd) if rnd.random() < 0.5 else None
        boss = rnd.choice(SUPERVISORS)
        made.add(
            reference.memberships, person_id=i, team="A", supervisor_id=boss, from_on=date(2025, 1, 1),
            to_on=moved,
        )  # fmt: skip
        if moved and rnd.random() < 0.8:  # else she leaves
            other = rnd.choice((*SUPERVISORS, None))
            made.add(reference.memberships, person_id=i, team="B", supervisor_id=other, from_on=moved)


def _account(made: Agency, rnd: Random, n: int) -> None:
    campaign = rnd.choice((1, 1, 2, 3, 3))
    client = 2 if campaign == 3 else 1
    placed = made.day(rnd, FIRST, date(2026, 4, 15))
    recalled = made.day(rnd, placed) if rnd.random() < 0.2 else None
    dpd = rnd.choice((0, 5, 20, 31, 50, 88, 130, 200))
    label, number = bucket_of(dpd, edges_of(EDGES[client]))
    made.add(
        reference.accounts,
        id=n,
        client_id=client,
        campaign_id=campaign,
        account_no=f"00{n}",
        product=rnd.choice(PRODUCTS),
        state=rnd.choice(STATES),
        placed_on=placed,
        balance_cents=rnd.randint(1_000, 5_000_000),
        dpd=dpd,
        bucket=label,
        bucket_no=number,
        recalled_on=recalled,
        recall_reason=rnd.choice(("RETIRO", "CASTIGO", "Castigada", None)) if recalled else None,
        special=rnd.random() < 0.15,
        first_cut_on=None,
    )
    day: date | None = placed
    while day is not None and rnd.random() < 0.85:
        until = made.day(rnd, day + timedelta(days=1)) if rnd.random() < 0.5 and day < TODAY else None
        made.add(
            reference.assignments,
            account_id=n,
            agent_id=rnd.choice(AGENTS),
            mode=rnd.choice(MODES),
            from_at=instant(day, time(0)),
            to_at=instant(until, time(0)) if until else None,
            from_on=day,
            to_on=until,
        )
        day = until


def _files(made: Agency, rnd: Random) -> None:
    """Position files: the last day of each month and some others; not the same days for both creditors."""
    for client in (1, 2):
        days = {date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)}
        days -= {rnd.choice(sorted(days))} if rnd.random() < 0.4 else set()
        days |= {made.day(rnd) for _ in range(rnd.randint(1, 5))} | {date(2026, 1, rnd.randint(5, 20))}
        days |= {TODAY - timedelta(days=rnd.randint(0, 2))}
        walk: dict[int, int] = {}
        for day in sorted(days):
            for account in made.rows[reference.accounts]:
                if account["client_id"] == client:
                    _position(made, rnd, account, day, walk)


def _position(made: Agency, rnd: Random, account: Row, day: date, walk: dict[int, int]) -> None:
    gone = account["recalled_on"] is not None and account["recalled_on"] <= day
    # One placed again has a later placement than the files that named it before.
    unplaced = account["placed_on"] > day and account["id"] % 7 != 1
    if unplaced or (gone and rnd.random() < 0.9) or rnd.random() < 0.08:
        return
    before = walk.get(account["id"], int(account["dpd"]))
    later = max(rnd.choice((0, before, before, before + 7, before + 30, before - 25)), 0)
    walk[account["id"]] = later
    status = rnd.choices((None, "VIGENTE", "LIQUIDADA", "CASTIGADA"), (5, 5, 1, 1))[0]
    label, number = bucket_of(later, edges_of(EDGES[account["client_id"]]))
    if status == "CASTIGADA":
        label, number = CASTIGO, CASTIGO_NO
    if account["first_cut_on"] is None:
        account["first_cut_on"] = day
    made.add(
        facts.balances,
        client_id=account["client_id"],
        as_of=day,
        account_id=account["id"],
        campaign_id=account["campaign_id"],
        balance_cents=max(account["balance_cents"] + rnd.randint(-400_000, 200_000), 0),
        dpd=later,
        bucket=label,
        bucket_no=number,
        status=status,
    )
