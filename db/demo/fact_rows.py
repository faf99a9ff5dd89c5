"""The rows of what happened, from the ledger, in the order of their tables' columns."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import repeat

import numpy as np

from db.buckets import CASTIGO, CASTIGO_NO, labels_of
from db.bulk import Row
from db.demo.calls import CHANNELS, PROMISE, RESULTS
from db.demo.loads import Loads
from db.demo.portfolio import Ints, Portfolio
from db.demo.staff import Agents
from db.demo.state import EDGES, Calls, Cut, Ledger, Promises
from db.demo.timeline import Timeline, utc_texts
from db.result_codes import DEBTOR, load_result_codes

PAID_BY = np.array(["spei", "spei", "ventanilla", "corresponsal", "domiciliacion"], object)


@dataclass(frozen=True)
class Book:
    """What every fact needs to be written."""

    portfolio: Portfolio
    agents: Agents
    ledger: Ledger
    timeline: Timeline
    loads: Loads

    @cached_property
    def calls(self) -> tuple[Ints, Calls]:
        """Every call in the order of time, and the day of each."""
        parts = [calls for _, calls in self.ledger.calls]
        names = [each.name for each in fields(Calls)]
        whole = Calls(*(_joined(getattr(part, name) for part in parts) for name in names))
        return _days((t, c.account) for t, c in self.ledger.calls), whole

    @cached_property
    def promises(self) -> tuple[Ints, Promises]:
        parts = [made for _, made in self.ledger.promises]
        names = [each.name for each in fields(Promises)]
        whole = Promises(*(_joined(getattr(part, name) for part in parts) for name in names))
        return _days((t, p.account) for t, p in self.ledger.promises), whole

    @property
    def now(self) -> int:
        """The second of the whole timeline that the demo has reached."""
        return self.timeline.last * 86_400 + self.timeline.second_of_today

    def owners(self, account: Ints) -> tuple[list[int], list[int], list[int]]:
        """Client, campaign and account keys."""
        return (
            (self.portfolio.client[account] + 1).tolist(),
            (self.portfolio.campaign[account] + 1).tolist(),
            (account + 1).tolist(),
        )

    def agent_keys(self, agent: Ints) -> list[int | None]:
        keys = [*self.agents.id.tolist(), None]  # place -1, a machine, is the last
        return [keys[place] for place in agent.tolist()]

    def text(self, days: Ints) -> list[str]:
        texts = self.timeline.texts()
        return [texts[day] for day in days.tolist()]


def contact_rows(book: Book, phones: Sequence[str]) -> Iterator[Row]:
    day, calls = book.calls
    account, second, result = calls.account, calls.second, calls.result
    client, campaign, key = book.owners(account)
    meaning = _meanings()
    human, rpc, party = zip(*(meaning[code] for code in result.tolist()), strict=True)
    started = utc_texts(book.timeline.days, day, second)
    return zip(
        range(1, len(account) + 1),
        client,
        campaign,
        key,
        book.agent_keys(calls.agent),
        started,
        book.text(day),
        (second // 3600).tolist(),
        [CHANNELS[n] for n in calls.channel.tolist()],
        [RESULTS[n] for n in result.tolist()],
        human,
        rpc,
        party,
        calls.talk.tolist(),
        calls.wrap.tolist(),
        [phones[n] for n in account.tolist()],
        [f"555550{n:02}00" for n in campaign],
        [f"D{n:08}" for n in range(1, len(account) + 1)],
        repeat(None, len(account)),
        book.loads.by_day("contacts", book.portfolio.client[account], day).tolist(),
        strict=True,
    )


def _meanings() -> list[tuple[int, int, str | None]]:
    """Human, right party and who answered, of each result code; the debtor from the promise on."""
    codes = load_result_codes()
    found = [codes[code].outcome(DEBTOR if n >= PROMISE else None) for n, code in enumerate(RESULTS)]
    return [(int(human), int(rpc), party) for human, rpc, party in found]


def promise_rows(book: Book) -> Iterator[Row]:
    day, made = book.promises
    account = made.account
    client, campaign, key = book.owners(account)
    due = np.datetime64(book.timeline.days[0]) + made.due
    return zip(
        range(1, len(account) + 1),
        client,
        campaign,
        key,
        book.agent_keys(made.agent),
        utc_texts(book.timeline.days, day, made.second),
        book.text(day),
        np.datetime_as_string(due).tolist(),
        made.amount.tolist(),
        book.loads.by_day("promises", book.portfolio.client[account], day).tolist(),
        strict=True,
    )


def payment_rows(book: Book, random: np.random.Generator) -> Iterator[Row]:
    paid = [p for _, p in book.ledger.payments]
    account, reverses = _joined(p.account for p in paid), _joined(p.reverses for p in paid)
    day = _days((t, p.account) for t, p in book.ledger.payments)
    way = random.integers(0, len(PAID_BY), len(account))
    way = np.where(reverses >= 0, way[reverses], way)
    client, campaign, key = book.owners(account)
    slow = (way >= 2) & (reverses < 0)
    refs = [f"{'AMC'[n - 1]}{number:08}" for number, n in enumerate(client, 1)]
    return zip(
        range(1, len(account) + 1),
        client,
        campaign,
        key,
        refs,
        book.text(day),
        book.text(np.minimum(day + slow, book.timeline.last)),
        _joined(p.amount for p in paid).tolist(),
        PAID_BY[way].tolist(),
        [refs[n] if n >= 0 else None for n in reverses.tolist()],
        book.loads.by_day("payments", book.portfolio.client[account], day).tolist(),
        strict=True,
    )


def balances_by_cut(book: Book) -> list[Iterator[Row]]:
    """Creditor by creditor and cut by cut: the order of the table's key is the fastest to write."""
    in_order = sorted(book.ledger.cuts, key=lambda dated: (dated[1].client, dated[0]))
    return [_of_cut(book, t, cut) for t, cut in in_order]


def _of_cut(book: Book, t: int, cut: Cut) -> Iterator[Row]:
    names = [*labels_of(EDGES), *[""] * (CASTIGO_NO - len(EDGES) - 2), CASTIGO]
    number = np.where(cut.dpd <= 0, 0, 1 + np.searchsorted(EDGES, cut.dpd, side="left"))
    number = np.where(cut.charged, CASTIGO_NO, number).tolist()
    return zip(
        repeat(cut.client + 1),
        repeat(book.timeline.days[t].isoformat()),
        (cut.account + 1).tolist(),
        (book.portfolio.campaign[cut.account] + 1).tolist(),
        cut.balance.tolist(),
        cut.overdue.tolist(),
        cut.dpd.tolist(),
        [names[n] for n in number],
        number,
        np.where(cut.charged, "CASTIGADA", "VIGENTE").tolist(),
        repeat(book.loads.one("balances", len(number), cut.client, t, t)),
    )


def _joined(parts: Iterable[Ints]) -> Ints:
    return np.concatenate(list(parts))


def _days(parts: Iterable[tuple[int, Ints]]) -> Ints:
    return np.concatenate([np.full(len(rows), t) for t, rows in parts])
