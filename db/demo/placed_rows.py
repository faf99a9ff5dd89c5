"""The rows of who owes what and who works it, in the order of their tables' columns; phones and assignments
without a key of their own."""

from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from db.buckets import bucket_of
from db.bulk import Row
from db.demo.life import REASONS
from db.demo.plan import agency_plan, places_plan
from db.demo.portfolio import MANUAL_ABOVE_CENTS, Ints, Portfolio
from db.demo.staff import Agents
from db.demo.state import EDGES, NEVER, Ledger, State
from db.demo.timeline import Timeline, utc_texts

HANDED_OVER = 7 * 3600 + 1800
SECOND_PHONE, REFERENCE_PHONE, SPECIAL = 0.35, 0.12, 0.01
NUMBERS = ("004512{:08}", "MP{:08}", "0{:09}")  # as each creditor writes them, zeros and all


def debtor_rows(
    portfolio: Portfolio, timeline: Timeline, random: np.random.Generator
) -> tuple[list[Row], list[Row]]:
    """Debtors, and where each lives."""
    places = places_plan()
    _, first = np.unique(portfolio.debtor, return_index=True)
    given = random.choice(np.array(places.first_names, object), len(first))
    family = random.choice(np.array(places.surnames, object), (2, len(first)))
    age = random.integers(21 * 365, 71 * 365, len(first)).tolist()
    born = [(timeline.days[0] - timedelta(days=days)).isoformat() for days in age]
    placed = portfolio.placed_on(timeline)
    debtors: list[Row] = []
    addresses: list[Row] = []
    for n, account in enumerate(first.tolist()):
        client, place = int(portfolio.client[account]), places.places[portfolio.place[account]]
        name = f"{given[n]} {family[0][n]} {family[1][n]}"
        debtors.append((n + 1, client + 1, f"D{n + 1:07}", name, born[n]))
        addresses.append((n + 1, n + 1, place[0], place[1], place[2], placed[account].isoformat()))
    return debtors, addresses


def account_terms(portfolio: Portfolio, random: np.random.Generator) -> tuple[list[bool], list[str]]:
    """Which accounts are special, and the most that may be let off of each, in percent."""
    special = (random.random(len(portfolio)) < SPECIAL).tolist()
    return special, random.choice(np.array(["0", "10", "20", "30"], object), len(portfolio)).tolist()


def account_rows(
    portfolio: Portfolio,
    state: State,
    ledger: Ledger,
    timeline: Timeline,
    special: list[bool],
    discount: list[str],
) -> Iterator[Row]:
    """Accounts as they stood when they were placed, with what became of them."""
    places, days = places_plan().places, timeline.texts()
    first_cut = np.full(len(portfolio), -1)
    for t, cut in reversed(ledger.cuts):
        first_cut[cut.account] = t
    placed, dpd = portfolio.placed_on(timeline), portfolio.placed_dpd().tolist()
    due = np.minimum(-(-portfolio.placed_dpd() // 30) * portfolio.instalment, portfolio.balance).tolist()
    for n, balance in enumerate(portfolio.balance.tolist()):
        client, place, recalled = int(portfolio.client[n]), places[portfolio.place[n]], int(state.recalled[n])
        parts = (balance * 70 // 100, balance * 16 // 100, balance * 9 // 100)
        yield (
            n + 1,
            client + 1,
            int(portfolio.campaign[n]) + 1,
            NUMBERS[client].format(n + 1),
            int(portfolio.debtor[n]) + 1,
            portfolio.product[n],
            place[0],
            place[1],
            placed[n].isoformat(),
            balance,
            dpd[n],
            *bucket_of(dpd[n], EDGES),
            *parts,
            balance - sum(parts),
            due[n],
            int(portfolio.instalment[n]),
            discount[n],
            f"{client + 1}{n + 1:09}",
            (placed[n] - timedelta(days=dpd[n])).isoformat() if dpd[n] else None,
            days[recalled] if recalled < NEVER else None,
            REASONS[state.recall_reason[n]] if recalled < NEVER else None,
            int(special[n]),
            days[first_cut[n]] if first_cut[n] >= 0 else None,
        )


def phone_rows(portfolio: Portfolio, random: np.random.Generator) -> tuple[list[str], list[Row]]:
    """Each account's own number, and every phone row. A reference's number is there to be never dialled."""
    size = len(portfolio)
    ends = random.integers(0, 10_000, size)
    second, reference = random.random(size) < SECOND_PHONE, random.random(size) < REFERENCE_PHONE
    own: list[str] = []
    rows: list[Row] = []
    for n, end in enumerate(ends.tolist()):
        lada = places_plan().places[portfolio.place[n]][3]
        stem = lada + ("5550" if len(lada) == 2 else "555")
        numbers = [f"{stem}{(end + more * 3331) % 10_000:04}" for more in range(3)]
        own.append(numbers[0])
        rows.append((n + 1, numbers[0], "CELULAR", "TITULAR", "CLIENTE", "ACTIVO"))
        if second[n]:
            rows.append((n + 1, numbers[1], "CASA", "TITULAR", "CLIENTE", "ACTIVO"))
        if reference[n]:
            rows.append((n + 1, numbers[2], "CELULAR", "REFERENCIA", "CLIENTE", "ACTIVO"))
    return own, rows


def assignment_rows(
    portfolio: Portfolio,
    agents: Agents,
    state: State,
    ledger: Ledger,
    timeline: Timeline,
    random: np.random.Generator,
) -> Iterator[Row]:
    """Who had each account, and when: a move closes the row before, and so does the account's end."""
    everyone = np.arange(len(portfolio))
    account = np.concatenate([everyone, *(moved for _, moved, _ in ledger.moves)])
    agent = np.concatenate([portfolio.owner, *(new for _, _, new in ledger.moves)])
    start = np.concatenate([portfolio.placed, *(np.full(len(m), t) for t, m, _ in ledger.moves)])
    order = np.lexsort((start, account))
    account, agent, start = account[order], agent[order], start[order]
    ended = np.minimum(state.recalled, np.where(state.gone < NEVER, state.gone + 1, NEVER))[account]
    follows = np.append(account[1:] == account[:-1], False)
    end = np.where(follows, np.append(start[1:], 0), ended)
    modes = random.choice(np.array(["predictivo", "preview"], object), len(portfolio), p=[0.8, 0.2])
    modes[portfolio.balance > MANUAL_ABOVE_CENTS] = "manual"
    return _dated(account, agents.id[agent], modes, start, end, timeline)


def _dated(
    account: Ints, agent: Ints, modes: np.ndarray, start: Ints, end: Ints, timeline: Timeline
) -> Iterator[Row]:
    first = int(start.min())
    before = [timeline.days[0] + timedelta(days=n) for n in range(first, 0)]
    after = timeline.today + timedelta(days=1)
    days = [*before, *timeline.days, after]
    texts = [day.isoformat() for day in days]
    open_end = end > len(timeline.days)
    places = np.where(open_end, 0, end) - first
    at = np.full(len(account), HANDED_OVER)
    from_at, to_at = utc_texts(days, start - first, at), utc_texts(days, places, at)
    for n, (a, who) in enumerate(zip((account + 1).tolist(), agent.tolist(), strict=True)):
        closed = not open_end[n]
        to = (to_at[n], texts[places[n]]) if closed else (None, None)
        yield (a, who, modes[a - 1], from_at[n], to[0], texts[start[n] - first], to[1])


def client_rows() -> list[Row]:
    edges = "|".join(map(str, EDGES))
    return [
        (n + 1, c.code, c.name, c.regime, edges, 2, 100, c.payment_lag_days, c.pay_accounts)
        for n, c in enumerate(agency_plan().clients)
    ]


def campaign_rows(timeline: Timeline) -> list[Row]:
    plan = agency_plan()
    since = (timeline.days[0] - timedelta(days=400)).replace(day=1).isoformat()
    return [
        (n + 1, c.code, plan.client(c.client) + 1, c.name, c.kind, since, None)
        for n, c in enumerate(plan.campaigns)
    ]
