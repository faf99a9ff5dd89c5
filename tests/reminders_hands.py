"""Hands for messages to debtors: the little company with telephones, texts its client approved, a way out."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert

from bot.app import App, build
from bot.duties import Tick
from bot.outcome import Outcome
from bot.reminders import Messenger
from bot.settings import Settings
from db.calendars import load_calendars
from db.engine import writing
from db.law.plan import Way
from db.tables import agency, reference
from db.tables.out import reminders
from tests.floor_hands import rows
from tests.small import ACCOUNT, ALAMEDA, CEIBA, NOW, ZONE, at, fill

TODAY = NOW.date()
FRIDAY = date(2026, 11, 20)  # A promised 100 pesos for that day
TEN = datetime(2026, 11, 20, 10, tzinfo=ZONE)
LAWFUL = "{agency} por {creditor}: su pago de {amount} vence el {due}. {pay_only} Dudas: {phone}"
OWED = "{agency} por {creditor}: debe {balance} al {as_of}. {pay_only} {phone}"
TEXT: dict[str, Any] = {"version": 1, "approved_by": "Alameda", "approved_on": "2026-01-01"}
BOTH = ["sms", "whatsapp"]
DUE = {"name": "promesa", "channels": BOTH, "text": LAWFUL} | TEXT
SALDO = {"name": "saldo", "channels": BOTH, "text": OWED} | TEXT
ALL: dict[str, Any] = {"scope": "all", "date": "2026-11-20", "time": "10:00", "channel": "sms"}
DUE_THEN: dict[str, Any] = ALL | {"scope": "promises_due"}


def settings(root: Path, **more: Any) -> Settings:
    ways = {"sms": {"folder": "sms"}}
    said: dict[str, Any] = {"phone": "55 5550 0100", "root": str(root), "gateways": ways}
    said |= {"templates": {"ALA": [DUE, SALDO]}} | more
    return Settings.model_validate({"reminders": said})


def phones(engine: Engine, letters: str = "ABCGJK", **more: Any) -> None:
    row = {"kind": "MOVIL", "owner": "TITULAR", "source": "CLIENTE", "status": None} | more
    with writing(engine) as connection:
        for letter in letters:
            one = {"account_id": ACCOUNT[letter], "phone": f"55123400{ACCOUNT[letter]:02}"}
            connection.execute(insert(reference.phones).values(**one, **row))


def letters(outcome: Outcome) -> set[str]:
    assert outcome.answer is not None, outcome.text
    return {str(row["account"])[-1] for row in outcome.answer.rows}


def case(engine: Engine, letter: str, register: str, kind: str = "") -> None:
    client = CEIBA if letter in "JK" else ALAMEDA
    row = {"register": register, "client_id": client, "campaign_id": client, "account_id": ACCOUNT[letter]}
    with writing(engine) as connection:
        days = {"received_at": at(TODAY, 0, 5), "received_on": TODAY, "kind": kind}
        connection.execute(insert(agency.cases).values(**row, **days))


def sends(app: App, moment: datetime, **more: Any) -> None:
    """The clock's round at that moment."""
    known = Settings.model_validate({"reminders": {**app_settings(app), **more}}) if more else app.settings
    messenger = Messenger(app.engine, known, load_calendars(), lambda: moment)
    messenger.work(Tick("reminders", moment, moment, "test"))


def filled(engine: Engine, root: Path) -> App:
    with writing(engine) as connection:
        fill(connection)
    phones(engine)
    return build(settings(root), engine=engine)


def app_settings(app: App) -> dict[str, Any]:
    return app.settings.reminders.model_dump(mode="json", exclude={"token"})


def states(app: App) -> dict[str, tuple[str, str | None]]:
    named = {n: letter for letter, n in ACCOUNT.items()}
    return {named[row.account_id]: (row.state, row.why) for row in rows(app.engine, reminders)}


def left(app: App, channel: str = "sms") -> list[str]:
    """The lines of every file that left."""
    found = sorted((Path(str(app.settings.reminders.root)) / channel).glob("*.csv"))
    return [line for each in found for line in each.read_text(encoding="utf-8").splitlines()[1:]]


def nothing_against(*args: Any, **_: Any) -> Any:
    return {account: Way("5512340000", []) for account in args[4]}
