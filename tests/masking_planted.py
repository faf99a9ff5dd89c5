"""Debtors that can be told apart wherever they turn up, and identifiers as people and files spell them."""

import random
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, insert, select

from db.clabe import is_clabe
from db.tables.facts import contacts
from db.tables.floor import account_notes
from db.tables.reference import accounts, assignments, debtors, phones
from tests.small import ALAMEDA, ANA, BETO, CARLA, CEIBA, NOV_18, at

SYLLABLES = (
    *("zor", "quim", "tex", "bal", "dru", "fem", "gax", "hil", "jov", "kep", "lum", "nax", "pov", "rix"),
    *("sut", "vel", "wim", "xot", "yal", "zef"),
)
CONSONANTS, LETTERS = "BCDFGHJKLMNPQRSTVWXYZ", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SPREAD = ((ANA, ALAMEDA, 1), (BETO, ALAMEDA, 1), (CARLA, CEIBA, 2))


@dataclass(frozen=True)
class Planted:
    """What there is to know of one debtor, and who works the account."""

    id: int
    number: str
    agent: int
    client: int
    name: str
    phone: str
    rfc: str
    curp: str
    clabe: str
    card: str
    mail: str
    reference: str

    @property
    def secrets(self) -> tuple[str, ...]:
        """What nobody reads outside a look at this one account; a name by each of its words."""
        numbers = (self.phone, self.rfc, self.curp, self.clabe, self.card, self.reference)
        return (*self.name.split(), *numbers, self.mail.partition("@")[0])


def planted(n: int, seed: int = 1) -> list[Planted]:
    dice, used = random.Random(seed), set[str]()

    def word() -> str:
        while (made := "".join(dice.choices(SYLLABLES, k=4))) in used:
            continue
        used.add(made)
        return made.title()

    return [
        Planted(
            id=1000 + at_,
            number=f"KX{7_000_000 + at_ * 13}",
            agent=agent,
            client=client,
            name=f"{word()} {word()} {word()}",
            phone=phone(dice),
            rfc=rfc(dice),
            curp=curp(dice),
            clabe=clabe(dice),
            card=card(dice),
            mail=f"{word().lower()}@correo.mx",
            reference=f"RF{dice.randrange(10**9, 10**10)}",
        )
        for at_ in range(n)
        for agent, client, _ in [SPREAD[at_ % len(SPREAD)]]
    ]


# --- Identifiers -----------------------------------------------------------------------------------------


def _digits(dice: random.Random, n: int) -> str:
    return "".join(dice.choices("0123456789", k=n))


def _day(dice: random.Random) -> str:
    return f"{date(1950, 1, 1) + timedelta(days=dice.randrange(18_000)):%y%m%d}"


def rfc(dice: random.Random) -> str:
    letters = "".join(dice.choices(LETTERS, k=dice.choice((3, 4, 4))))
    return (
        letters + _day(dice) + "".join(dice.choices(LETTERS + "123456789", k=2)) + dice.choice("0123456789A")
    )


def curp(dice: random.Random) -> str:
    opening = "".join(dice.choices(LETTERS, k=4)) + _day(dice) + dice.choice("HM") + "DF"
    return opening + "".join(dice.choices(CONSONANTS, k=3)) + dice.choice("0A") + dice.choice("0123456789")


def clabe(dice: random.Random) -> str:
    opening = dice.choice(("002", "012", "072", "032")) + _digits(dice, 14)
    return next(opening + last for last in "0123456789" if is_clabe(opening + last))


def card(dice: random.Random) -> str:
    opening = dice.choice(("4152", "5204", "3765")) + "0"
    opening += _digits(dice, (14 if opening[0] == "3" else 15) - len(opening))
    doubled = sum(sum(divmod(int(d) * (2 - n % 2), 10)) for n, d in enumerate(reversed(opening)))
    return opening + str(-doubled % 10)


def phone(dice: random.Random) -> str:
    area = dice.choice(("55", "33", "81", "222", "664", "998", "871"))
    return area + _digits(dice, 10 - len(area))


def _mail(dice: random.Random) -> str:
    return f"x{_digits(dice, 5)}.y@correo{_digits(dice, 2)}.com.mx"


MADE = {"rfc": rfc, "curp": curp, "clabe": clabe, "card": card, "phone": phone}


def spelled(kind: str, value: str) -> tuple[str, ...]:
    """As people write it: together, apart, in full width, with a sign nobody sees."""
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in value)
    unseen = f"{value[:4]}\u200b{value[4:]}"
    if kind == "mail":
        return (value, value.upper(), f"<mailto:{value}|{value}>", unseen)
    if kind in ("rfc", "curp"):
        head = re.match(r"\D+", value)[0]  # type: ignore[index]
        apart = f"{head}-{value[len(head) : len(head) + 6]}-{value[len(head) + 6 :]}"
        return (value, value.lower(), apart, apart.replace("-", " "), wide, unseen)
    if kind == "phone":
        two, rest = value[:2], value[2:]
        return (
            *(value, f"+52 {two} {rest[:4]} {rest[4:]}", f"({two}) {rest[:4]}-{rest[4:]}", f"+52{value}"),
            *(f"{value[:3]}-{value[3:6]}-{value[6:]}", f"{two}.{rest[:4]}.{rest[4:]}", f"044 {value}", wide),
            *(unseen, f"521{value}"),
        )
    cut = "-".join(value[n : n + 4] for n in range(0, len(value), 4))
    if len(value) == 15:
        cut = f"{value[:4]}-{value[4:10]}-{value[10:]}"
    return (value, cut, cut.replace("-", " "), wide, unseen)


def identifiers(n: int, seed: int = 2) -> Iterator[tuple[str, str]]:
    """What identifies somebody, and a spelling of it."""
    dice = random.Random(seed)
    for _ in range(n):
        kind = dice.choice((*MADE, "mail"))
        value = (
            f"x{_digits(dice, 5)}.y@correo{_digits(dice, 2)}.com.mx" if kind == "mail" else MADE[kind](dice)
        )
        yield value, dice.choice(spelled(kind, value))


def digits_left(value: str, said: str) -> bool:
    """Whether more of it is there than its ending."""
    return folded(value)[:-3] in folded(said)


def folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text)
    return "".join(c for c in plain if c.isalnum()).casefold()


# --- Planted ---------------------------------------------------------------------------------------------


def plant(connection: Connection, some: Iterable[Planted]) -> None:
    """Each in every column that may hold somebody: names, numbers, what was noted, the creditor's own id."""
    of_a = connection.execute(select(accounts).where(accounts.c.account_no == "00A")).one()._asdict()
    every = list(some)
    rows = [
        {
            **of_a,
            "id": each.id,
            "client_id": each.client,
            "campaign_id": 2 if each.client == CEIBA else 1,
            "account_no": each.number,
            "debtor_id": each.id,
            "payment_reference": each.reference,
            "first_cut_on": None,
            "special": False,
        }
        for each in every
    ]
    who = [
        {"id": each.id, "client_id": each.client, "debtor_ref": each.rfc, "name": each.name} for each in every
    ]
    connection.execute(insert(debtors), who)
    connection.execute(insert(accounts), rows)
    connection.execute(insert(phones), [_phone(each) for each in every])
    connection.execute(insert(assignments), [_held(each) for each in every])
    connection.execute(insert(contacts), [_contact(each) for each in every])
    connection.execute(insert(account_notes), [_note(each) for each in every])


def _phone(each: Planted) -> dict[str, object]:
    return {"account_id": each.id, "phone": each.phone, "owner": "TITULAR", "source": "CLIENTE"}


def _held(each: Planted) -> dict[str, object]:
    day = date(2026, 10, 1)
    return {
        "account_id": each.id,
        "agent_id": each.agent,
        "from_at": at(day),
        "from_on": day,
        "mode": "manual",
    }


def _contact(each: Planted) -> dict[str, object]:
    return {
        "client_id": each.client,
        "campaign_id": 2 if each.client == CEIBA else 1,
        "account_id": each.id,
        "agent_id": each.agent,
        "started_at": at(NOV_18),
        "started_on": NOV_18,
        "started_hour": 10,
        "channel": "call",
        "result_code": "PDP",
        "human": True,
        "rpc": True,
        "talk_seconds": 60,
        "wrap_seconds": 5,
        "phone": each.phone,
        "caller_id": "5555500100",
        "note": f"{each.name}, CURP {each.curp}, correo {each.mail}, CLABE {each.clabe}",
    }


def _note(each: Planted) -> dict[str, object]:
    body = f"Habla {each.name.split()[0]}, dice que paga"
    return {
        "account_id": each.id,
        "person_id": each.agent,
        "written_at": at(NOV_18),
        "written_on": NOV_18,
        "body": body,
    }


@dataclass(frozen=True)
class Search:
    """Every word of what must not be seen, looked for in a text at once."""

    words: frozenset[str]

    def __call__(self, text: str) -> set[str]:
        plain = "".join(
            c
            for c in unicodedata.normalize("NFKD", text)
            if not unicodedata.combining(c) and unicodedata.category(c) != "Cf"
        )
        return {word for word in re.findall(r"[^\W_]{6,}", plain.casefold()) if word in self.words}


def search_for(some: Iterable[Planted]) -> Search:
    return Search(frozenset(secret.casefold() for each in some for secret in each.secrets))


def numbers_of(some: Iterable[Planted]) -> Search:
    return Search(frozenset(each.number.casefold() for each in some))
