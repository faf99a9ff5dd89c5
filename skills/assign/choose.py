"""Which accounts move, which stay and why, and who gets each. Pure: the same portfolio, the same choice.

A debtor's accounts go together: two agents who call one debtor are a complaint.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from db.portfolio import Held

SPECIAL, TOGETHER, THEIRS = "special", "together", "theirs"
COOLING, UNCERTIFIED = "cooling", "uncertified"  # why an agent may not get one


@dataclass(frozen=True)
class Group:
    """The accounts of one debtor, or one whose debtor nobody knows."""

    accounts: tuple[Held, ...]

    @property
    def balance(self) -> int:
        return sum(each.balance_cents for each in self.accounts)

    @property
    def order(self) -> tuple[int, str]:
        """The most money first; ties by number."""
        return -self.balance, self.accounts[0].number


@dataclass
class Choice:
    moves: dict[int, tuple[Held, int]] = field(default_factory=dict)  # account -> it, and who gets it
    kept: dict[str, list[Held]] = field(default_factory=lambda: defaultdict(list))  # reason -> accounts


def choose(
    held: Sequence[Held],
    locked: Mapping[int, str],
    receivers: Sequence[int],
    barred: Mapping[tuple[int, int], str],
    *,
    count: int | None,
    by_value: bool,
) -> Choice:
    """Up to `count` accounts, whole debtors, shared among the receivers. `barred`: why not, by account and
    agent."""
    choice = Choice()
    free = _free(held, locked, receivers, choice)
    load = dict.fromkeys(receivers, 0)
    left = len(held) if count is None else count
    for group in sorted(free, key=lambda g: g.order):
        if len(group.accounts) > left:
            continue
        may = [a for a in receivers if not any((each.id, a) in barred for each in group.accounts)]
        if not may:
            for each in group.accounts:
                choice.kept[_barred(each, receivers, barred)].append(each)
            continue
        to = min(may, key=lambda agent: (load[agent], receivers.index(agent)))
        load[to] += group.balance if by_value else len(group.accounts)
        left -= len(group.accounts)
        choice.moves |= {each.id: (each, to) for each in group.accounts}
    return choice


def _barred(each: Held, receivers: Sequence[int], barred: Mapping[tuple[int, int], str]) -> str:
    """Why none of them may get it; what only stays with its debtor's others is told as that."""
    return next((barred[each.id, agent] for agent in receivers if (each.id, agent) in barred), TOGETHER)


def _free(
    held: Sequence[Held], locked: Mapping[int, str], receivers: Sequence[int], choice: Choice
) -> list[Group]:
    """The groups that nothing holds back."""
    groups: dict[object, list[Held]] = defaultdict(list)
    for each in held:
        groups[each.debtor if each.debtor is not None else ("alone", each.id)].append(each)
    free = []
    for some in groups.values():
        why = {each.id: _why(each, locked, receivers) for each in some}
        if not any(why.values()):
            free.append(Group(tuple(some)))
            continue
        for each in some:
            choice.kept[why[each.id] or TOGETHER].append(each)
    return free


def _why(each: Held, locked: Mapping[int, str], receivers: Sequence[int]) -> str:
    if each.special:
        return SPECIAL
    if [each.agent_id] == list(receivers):
        return THEIRS
    return locked.get(each.id, "")
