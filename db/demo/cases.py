"""What comes of some of the demo's calls: complaints, holds, opt-outs, ARCO requests, and things sold."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from db.bulk import Row
from db.demo.calls import BLASTER, PROMISE, RESULTS
from db.demo.fact_rows import Book
from db.demo.plan import agency_plan
from db.demo.portfolio import Bools, Ints
from db.demo.timeline import utc_texts

DAY = 86_400


class Opening(NamedTuple):
    """Which calls may open a case, how many do, why, by which way it comes in, and how soon it is closed."""

    register: str
    results: tuple[str, ...]
    share: float
    kinds: Mapping[str, float]
    channels: tuple[str, ...]
    open_days: tuple[int, int] | None = None  # none: it stands, and nobody calls the account again


COMPLAINED = {"Trato": 0.4, "Llamadas a terceros": 0.25, "No es el deudor": 0.2, "Horario": 0.15}
ASKED = {"Acceso": 0.4, "Cancelación": 0.35, "Oposición": 0.15, "Rectificación": 0.1}
REFUSED = {"Llamadas": 0.7, "SMS": 0.2, "WhatsApp": 0.1}
OPENINGS = (
    Opening("complaints", ("QJA",), 0.35, COMPLAINED, ("REDECO", "UNE", "Línea de atención"), (3, 20)),
    Opening("arco", ("TCO", "NEG", "ACL"), 0.002, ASKED, ("Correo", "Aviso de privacidad"), (8, 20)),
    Opening("holds", ("ACL",), 0.7, {"Aclaración": 1.0}, ("Llamada",)),
    Opening("holds", ("FAL",), 0.9, {"Fallecimiento": 1.0}, ("Llamada", "Correo")),
    Opening("opt_outs", ("NEG", "TCO"), 0.06, REFUSED, ("Llamada", "Correo")),
)
REGISTERS = tuple(dict.fromkeys(case.register for case in OPENINGS))
OPEN, CLOSED = "Abierto", "Cerrado"

SOLD = 0.02  # of the calls with a debtor, in these campaigns
SELLING = ("ALA-TEM", "MON-PER")
PRODUCTS = {"Seguro de vida": 189_900, "Asistencia médica": 99_000, "Tarjeta adicional": 45_000}
ACTIVATED, CANCELLED, CANCELLED_WITHIN = 0.82, 0.12, 30


def case_rows(book: Book, load_of: Mapping[str, int], random: np.random.Generator) -> Iterator[Row]:
    day, calls = book.calls
    last = _last_calls(calls.account)
    for opening in OPENINGS:
        opens = np.isin(calls.result, [RESULTS.index(code) for code in opening.results])
        opens &= random.random(len(day)) < opening.share
        at = day * DAY + calls.second + random.integers(300, 5400, len(day))
        chosen = opens & (at <= book.now) & (last | (opening.open_days is not None))
        yield from _cases(book, opening, calls.account[chosen], at[chosen], load_of[opening.register], random)


def _last_calls(account: Ints) -> Bools:
    """Whether each call is its account's last one; calls come in the order of time."""
    _, from_end = np.unique(account[::-1], return_index=True)
    last = np.zeros(len(account), np.bool_)
    last[len(account) - 1 - from_end] = True
    return last


def _cases(
    book: Book, opening: Opening, account: Ints, at: Ints, load: int, random: np.random.Generator
) -> Iterator[Row]:
    size = len(account)
    kind = random.choice(np.array([*opening.kinds], object), size, p=[*opening.kinds.values()])
    channel = random.choice(np.array(opening.channels, object), size)
    low, high = opening.open_days or (1, 2)
    ends = at + random.integers(low * DAY, high * DAY, size)
    closed = (ends <= book.now) & (opening.open_days is not None)
    ends = np.where(closed, ends, 0)
    closed_at, closed_on = _stamped(book, ends), book.text(ends // DAY)
    rows = zip(*book.owners(account), _stamped(book, at), book.text(at // DAY), strict=True)
    for n, row in enumerate(rows):
        end = (CLOSED, closed_at[n], closed_on[n]) if closed[n] else (OPEN, None, None)
        yield (opening.register, *row, kind[n], channel[n], *end, None, load)


def _stamped(book: Book, at: Ints) -> list[str]:
    return utc_texts(book.timeline.days, *np.divmod(at, DAY))


def sale_rows(book: Book, load: int, random: np.random.Generator) -> Iterator[Row]:
    day, calls = book.calls
    campaign = book.portfolio.campaign[calls.account]
    selling = np.isin(campaign, [agency_plan().campaign(code) for code in SELLING])
    sold = selling & (calls.result >= PROMISE) & (calls.agent >= 0) & (calls.channel < BLASTER)
    sold &= random.random(len(day)) < SOLD
    sold &= day * DAY + calls.second + calls.talk <= book.now
    day, account, agent = day[sold], calls.account[sold], calls.agent[sold]
    at = day * DAY + calls.second[sold] + calls.talk[sold]
    size = len(day)
    product = random.integers(0, len(PRODUCTS), size).tolist()
    activated = _later(book, day + random.integers(0, 6, size), random.random(size) < ACTIVATED)
    cancelled = _later(
        book, day + random.integers(1, CANCELLED_WITHIN, size), random.random(size) < CANCELLED
    )
    client, campaigns, _ = book.owners(account)
    names, prices = [*PRODUCTS], [*PRODUCTS.values()]
    yield from zip(
        client,
        campaigns,
        book.agent_keys(agent),
        _stamped(book, at),
        book.text(at // DAY),
        [names[n] for n in product],
        [prices[n] for n in product],
        activated,
        cancelled,
        [load] * size,
        strict=True,
    )


def _later(book: Book, day: Ints, happens: Bools) -> Sequence[str | None]:
    """The day in words, where it has come and the thing happened."""
    known = happens & (day <= book.timeline.last)
    texts = book.text(np.where(known, day, 0))
    return [text if is_known else None for text, is_known in zip(texts, known.tolist(), strict=True)]
