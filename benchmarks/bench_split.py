"""How evenly accounts are shared among agents, beside what a solver finds: the most and the least loaded.

`python -m benchmarks.bench_split` prints a row for each size; `--seconds` is the solver's time for each. The
solver is HiGHS (scipy): which debtor goes to whom so that the most and the least loaded differ least.
"""

import argparse
import random
import time
from collections import Counter
from collections.abc import Sequence
from datetime import date

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack, lil_array

from db.portfolio import Held
from skills.assign.choose import choose

SIZES = ((12, 2), (20, 3), (60, 4), (200, 5), (1_000, 8), (5_000, 12), (20_000, 15))  # accounts, agents
SOLVED = 1_000  # accounts; beyond that the solver's model is larger than its use


def portfolio(accounts: int, seed: int) -> list[Held]:
    """Balances as they are: a few large ones and many small. One debtor in six owes on two or three."""
    dice = random.Random(seed)
    debtor = 0
    debtors: list[int] = []
    while len(debtors) < accounts:
        debtor += 1
        debtors += [debtor] * (1 if dice.random() > 1 / 6 else dice.choice((2, 3)))
    return [
        Held(
            id=n,
            number=f"{n:06}",
            client_id=1,
            campaign_id=1,
            debtor=debtors[n],
            agent_id=0,
            assignment_id=n,
            mode=None,
            since=date(2026, 1, 1),
            balance_cents=round(dice.lognormvariate(9.3, 1.0) * 100),
            dpd=40,
            bucket="31-60",
            product=None,
            state=None,
            special=False,
        )
        for n in range(accounts)
    ]


def ours(held: Sequence[Held], agents: Sequence[int]) -> list[int]:
    choice = choose(held, {}, agents, {}, count=None, by_value=True)
    assert len(choice.moves) == len(held)
    loads = Counter(dict.fromkeys(agents, 0))
    for each, to in choice.moves.values():
        loads[to] += each.balance_cents
    return sorted(loads.values())


def solved(held: Sequence[Held], agents: int, seconds: float) -> tuple[list[int], bool] | None:
    """The loads of the best way the solver finds in that time, and whether there is none better."""
    owed = Counter[int | None]()
    for each in held:
        owed[each.debtor] += each.balance_cents
    weights = np.array(list(owed.values()), dtype=float)
    n = len(weights)
    once, load = lil_array((n, n * agents)), lil_array((agents, n * agents))
    for group in range(n):
        once[group, group * agents : (group + 1) * agents] = 1
    for agent in range(agents):
        load[agent, agent::agents] = weights
    rest = csr_array((n, 2))
    most = csr_array(np.array([[-1.0, 0.0]] * agents))
    least = csr_array(np.array([[0.0, -1.0]] * agents))
    limits = [
        LinearConstraint(hstack([once.tocsr(), rest]), 1, 1),
        LinearConstraint(hstack([load.tocsr(), most]), -np.inf, 0),
        LinearConstraint(hstack([load.tocsr(), least]), 0, np.inf),
    ]
    whole = np.array([1] * (n * agents) + [0, 0])
    upper = np.array([1.0] * (n * agents) + [np.inf, np.inf])
    found = milp(
        c=np.array([0.0] * (n * agents) + [1.0, -1.0]),
        constraints=limits,
        integrality=whole,
        bounds=Bounds(np.zeros(n * agents + 2), upper),
        options={"time_limit": seconds, "mip_rel_gap": 0},
    )
    if found.x is None:
        return None
    chosen = found.x[: n * agents].reshape(n, agents) > 0.5
    return sorted(round(load) for load in weights @ chosen), found.status == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    print("accounts  agents  ours max/min  took      solver max/min      max over even share: ours")
    for accounts, agents in SIZES:
        for seed in range(args.seeds if accounts <= SOLVED else 1):
            held, receivers = portfolio(accounts, seed), list(range(1, agents + 1))
            started = time.monotonic()
            loads = ours(held, receivers)
            took = time.monotonic() - started
            best = solved(held, agents, args.seconds) if accounts <= SOLVED else None
            said = "not asked" if accounts > SOLVED else "none found"
            if best is not None:
                said = f"{_ratio(best[0])} {'optimal' if best[1] else 'best so far'}"
            over = loads[-1] * agents / sum(loads)
            print(f"{accounts:8,}  {agents:6}  {_ratio(loads):>12}  {took:6.3f} s  {said:>20}  {over:.6f}")


def _ratio(loads: Sequence[int]) -> str:
    return f"{loads[-1] / loads[0]:.6f}" if loads[0] else "none"


if __name__ == "__main__":
    main()
