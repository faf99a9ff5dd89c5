"""Debtors who leave traces wherever a debtor can, to be erased: invented, and named like nobody else."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, insert

from db.audit import Effect, Entry, record, record_effect, remember
from db.tables import agency, desk, facts, floor, house, reference
from tests.small import ALAMEDA, ANA, CARO, LAURA, NOW

FIRST = 900


@dataclass(frozen=True)
class Planted:
    """`traces`: all that must be found nowhere once he is erased."""

    account: int
    number: str
    name: str
    phone: str
    reference: str
    ref: str

    @property
    def traces(self) -> tuple[str, ...]:
        return self.number, self.name, self.phone, self.reference, self.ref


def person(n: int) -> Planted:
    syllables = ("Zu", "Qi", "Xo", "Wa", "Yé", "Ñu", "Ke", "Jó", "Fí", "Vú")
    surname = "".join(syllables[int(digit)] for digit in f"{n:03}").capitalize()
    return Planted(
        FIRST + n,
        f"77{n:05}31",
        f"Óscar {surname}tzin Nequiz{surname.lower()}",
        f"55870{n:05}",
        f"REF{n:05}QX",
        f"D-{n:05}-ZK",
    )


def plant(connection: Connection, n: int, **account: Any) -> Planted:
    who = person(n)
    said = f"la cuenta {who.number} de {who.name}, tel. {who.phone}"
    _file(connection, who, n, said, account)
    _worked(connection, who, n, said)
    _talked(connection, who, n, said)
    return who


def _file(connection: Connection, who: Planted, n: int, said: str, account: dict[str, Any]) -> None:
    debtor = {"id": who.account, "client_id": ALAMEDA, "debtor_ref": who.ref, "name": who.name.upper()}
    connection.execute(insert(reference.debtors).values(**debtor, birth_date=date(1980, 1, 1)))
    home = {"state": "Jalisco", "municipality": f"Tla{who.reference}", "postal_code": "44100"}
    connection.execute(
        insert(reference.addresses).values(debtor_id=who.account, valid_from=date(2026, 1, 1), **home)
    )
    placed = {"placed_on": date(2026, 10, 1), "balance_cents": 100_000, "dpd": 20, "bucket": "1-30"}
    row = {
        "client_id": ALAMEDA,
        "campaign_id": 1,
        "account_no": who.number,
        "debtor_id": who.account,
        **placed,
    }
    row |= {"id": who.account, "bucket_no": 1, "special": False, "payment_reference": who.reference}
    row |= {"recalled_on": date(2026, 11, 2), "state": "Jalisco", "municipality": home["municipality"]}
    connection.execute(insert(reference.accounts).values(**{**row, **account}))
    phone = {"phone": who.phone, "owner": "TITULAR", "source": "CLIENTE"}
    connection.execute(insert(reference.phones).values(account_id=who.account, **phone))
    case = {"client_id": ALAMEDA, "campaign_id": 1, "account_id": who.account, "received_on": NOW.date()}
    asked = {
        "register": "arco",
        "kind": "Cancelación",
        "received_at": NOW - timedelta(minutes=n),
        "note": said,
    }
    connection.execute(insert(agency.cases).values(**case, **asked))


def _worked(connection: Connection, who: Planted, n: int, said: str) -> None:
    mine = {"client_id": ALAMEDA, "campaign_id": 1, "account_id": who.account}
    when = {"started_at": NOW - timedelta(days=20), "started_on": date(2026, 10, 29), "started_hour": 10}
    call = {"channel": "call", "result_code": "CON", "human": True, "rpc": True, "talk_seconds": 60}
    call |= {"wrap_seconds": 5, "phone": who.phone, "note": said, "dialer_id": f"x-{who.number}"}
    connection.execute(insert(facts.contacts).values(**mine, agent_id=ANA, **when, **call))
    paid = {"paid_on": date(2026, 10, 30), "posted_on": date(2026, 10, 31), "amount_cents": 5_000 + n}
    connection.execute(insert(facts.payments).values(**mine, payment_ref=f"P-{who.number}-1", **paid))
    note = {"written_at": NOW, "written_on": NOW.date(), "person_id": ANA, "account_id": who.account}
    connection.execute(insert(floor.account_notes).values(**note, body=said))


def _talked(connection: Connection, who: Planted, n: int, said: str) -> None:
    asked, held = {"account": {"account": who.number}}, {"add_hold": {"account": who.number}}
    seen = Entry(NOW, LAURA, "U11", "dm", "D1", f"ver {said}", asked, "answer", None, rows=1, took_ms=3)
    record(connection, seen)
    effect = Effect("add_hold", {}, {str(who.account): "x"}, (ANA,), f"tok{n}")
    done = Entry(NOW, LAURA, "U11", "button", "D1", None, held, "done", None, rows=0, took_ms=3)
    record_effect(connection, done, effect)
    remember(connection, "D1", f"t{n}", asked, NOW)
    text = json.dumps({"account": who.number, "text": said}, ensure_ascii=False)
    card = {"token": f"tok{n}", "intent": "add_note", "request": text, "person_id": CARO, "place": "D1"}
    card |= {"state": "done", "plan": text, "size": 1, "made_at": NOW, "expires_at": NOW}
    connection.execute(insert(desk.proposals).values(**card))
    hung = {"key": f"c{n}", "token": f"tok{n}", "team": "T1", "channel": "D1"}
    drawn = json.dumps([{"text": said}], ensure_ascii=False)
    connection.execute(insert(desk.proposal_cards).values(**hung, text=said, blocks=drawn))
    parcel: dict[str, Any] = {
        "key": f"p{n}",
        "kind": "file",
        "team": "T1",
        "channel": "D1",
        "state": "waiting",
    }
    parcel |= {"body": text, "content": said.encode(), "next_at": NOW, "made_at": NOW}
    connection.execute(insert(house.outbox).values(**parcel))
    taken = {"key": f"ev{n}", "taken_at": NOW, "work": json.dumps({"text": said}, ensure_ascii=False)}
    connection.execute(insert(house.inbox).values(**taken))
