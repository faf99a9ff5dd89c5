"""Reports on their way out: agreed to by another, once, with those figures, to that recipient; or why not."""

import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import SecretStr
from sqlalchemy import Connection, Engine, update

from bot.app import App, build
from bot.delivery import Deliverer
from bot.duties import Tick
from bot.outcome import Outcome, Place, Who
from bot.sections import Mail
from bot.settings import Settings
from db import deliveries
from db.deliveries import Delivery, State
from db.engine import reading, writing
from db.tables.facts import payments
from db.tables.reference import people
from db.ticks import Taken
from skills.rules import Recipient, Reporting
from tests.reports_mail import Postbox, knows, server
from tests.small import CARO, GLORIA, LAURA, NOW

ALAMEDA = {"filters": [{"field": "client", "op": "eq", "value": "Banco Alameda"}]}
DAYS = {"start": "2026-10-01", "end": "2026-11-18"}
PACK = {"report": "pack", **ALAMEDA, "period": DAYS}
RECIPIENTS = {
    "direccion": Recipient(mail=("dir@agencia.mx",)),
    "alameda": Recipient(client="ALA", mail=("uno@alameda.mx", "dos@alameda.mx")),
    "ceiba": Recipient(client="CEI", folder="ceiba/entrada"),
}
CEIBA_PACK = {
    "report": "pack",
    "filters": [{"field": "client", "op": "eq", "value": "Tiendas La Ceiba"}],
    "period": DAYS,
}


@pytest.fixture
def engine(small_own: Engine) -> Engine:
    return small_own


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def port(postbox: Postbox) -> Iterator[int]:
    with server(postbox) as number:
        yield number


@pytest.fixture
def app(engine: Engine, port: int, tmp_path: Path) -> App:
    with writing(engine) as connection:
        connection.execute(update(people).where(people.c.id == CARO).values(role="director"))
    (tmp_path / "sftp").mkdir()
    reports = Reporting(recipients=RECIPIENTS, root=str(tmp_path / "sftp"))
    mail = Mail(
        host="127.0.0.1", port=port, security="none", sender="Cartera <reportes@agencia.mx>", timeout=5
    )
    return build(Settings(reports=reports, mail=mail), engine=engine)


def run(app: App, intent: str, fields: dict[str, Any], person: int = GLORIA, minutes: int = 0) -> Outcome:
    who, now = Who("slack", f"U{person}"), NOW + timedelta(minutes=minutes)
    return app.desk.run(intent, fields, who=who, place=Place("dm", f"D{person}"), thread="t", now=now)


def agreed(app: App, fields: dict[str, Any]) -> Delivery:
    """Proposed, confirmed, and approved by somebody else."""
    shown = run(app, "send_report", fields)
    assert shown.outcome == "preview", shown.text
    token = shown.card
    assert run(app, "confirm", {"proposal": token}).outcome == "pending_approval"
    assert waiting(app) == []
    done = run(app, "approve", {"proposal": token}, CARO)
    assert done.outcome == "done", done.text
    return waiting(app)[0]


def waiting(app: App) -> list[Delivery]:
    with reading(app.engine) as connection:
        return deliveries.waiting(connection)


class Told:
    """What the person who sent a report is told."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    def __call__(self, delivery: Delivery, state: State, said: str) -> Any:
        def write(_connection: Connection) -> None:
            self.said.append((state, said))

        return write


def deliver(app: App, delivery: Delivery, told: Told | None = None, minutes: int = 1) -> str:
    """One attempt, as the clock makes it."""
    work = Deliverer(app.engine, app.desk, app.settings, app.texts, told or Told())
    now = NOW.astimezone(UTC) + timedelta(minutes=minutes)
    work.work(delivery, Tick(delivery.tick, delivery.due_at, now, "p1"))
    return state(app, delivery)


def state(app: App, delivery: Delivery) -> str:
    with reading(app.engine) as connection:
        found = deliveries.find(connection, delivery.token)
    assert found is not None
    return found.state


# --- by mail -------------------------------------------------------------------------------------


def test_a_pack_leaves_by_mail_once_another_has_agreed(app: App, postbox: Postbox) -> None:
    delivery, told = agreed(app, {**PACK, "to": "alameda"}), Told()
    assert postbox.taken == []
    assert deliver(app, delivery, told) == "sent", told.said
    (message,), (to,) = postbox.taken, postbox.to
    assert to == ["uno@alameda.mx", "dos@alameda.mx"]
    (file,) = [part for part in message.walk() if part.get_filename()]
    assert str(file.get_filename()).startswith("ala_semanal_2026-10-01_2026-11-18_")
    content = file.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert content[:2] == b"PK"
    assert told.said == [("sent", "250 taken")]
    assert (delivery.person_id, delivery.approved_by) == (GLORIA, CARO)
    log = run(app, "deliveries", {}, minutes=5)
    assert "Enviado" in log.text
    assert "alameda" in log.text


def test_the_executive_report_goes_to_the_agency_s_own_as_slides_and_paper(
    app: App, postbox: Postbox
) -> None:
    delivery = agreed(app, {"report": "executive", "period": DAYS, "to": "mail"})
    assert deliver(app, delivery) == "sent"
    names = [str(part.get_filename()) for part in postbox.taken[0].walk() if part.get_filename()]
    assert [name.rpartition(".")[2] for name in names] == ["pptx", "pdf"]
    assert postbox.to == [["dir@agencia.mx"]]


def test_nobody_agrees_to_her_own(app: App) -> None:
    token = run(app, "send_report", {**PACK, "to": "alameda"}).card
    run(app, "confirm", {"proposal": token})
    assert run(app, "approve", {"proposal": token}).outcome == "denied"
    assert waiting(app) == []


def test_the_same_attempt_is_made_by_one_process_alone(app: App, postbox: Postbox) -> None:
    delivery = agreed(app, {**PACK, "to": "alameda"})
    lost: list[str] = []

    def one() -> None:
        try:
            deliver(app, delivery)
        except Taken:
            lost.append("second")

    both = [threading.Thread(target=one) for _ in range(3)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert postbox.heard == 1
    assert lost == ["second"] * 2


def test_what_was_put_off_goes_later_and_what_was_refused_never(app: App, postbox: Postbox) -> None:
    postbox.replies = ["451 try later"]
    delivery, told = agreed(app, {**PACK, "to": "alameda"}), Told()
    assert deliver(app, delivery, told) == "waiting"
    (again,) = waiting(app)
    assert again.due_at > delivery.due_at
    assert again.tick != delivery.tick
    assert deliver(app, again, told, minutes=3) == "sent"
    assert [state for state, _ in told.said] == ["sent"]

    postbox.replies = ["554 not wanted"]
    refused = agreed(app, {**PACK, "to": "alameda", "period": {**DAYS, "end": "2026-11-17"}})
    assert deliver(app, refused, told) == "failed"
    assert told.said[-1] == ("failed", "554 not wanted")


def test_one_address_that_is_refused_stops_the_whole(app: App, postbox: Postbox) -> None:
    postbox.refused = ("dos@alameda.mx",)
    delivery = agreed(app, {**PACK, "to": "alameda"})
    assert deliver(app, delivery) == "failed"
    assert postbox.taken == []


def test_where_the_line_breaks_after_the_message_nothing_is_sent_again(app: App, postbox: Postbox) -> None:
    postbox.replies = ["cut"]
    delivery, told = agreed(app, {**PACK, "to": "alameda"}), Told()
    assert deliver(app, delivery, told) == "doubtful"
    assert waiting(app) == []
    assert told.said[0][0] == "doubtful"


def test_a_process_that_died_over_it_leaves_a_doubt_and_no_second(app: App, postbox: Postbox) -> None:
    delivery, told = agreed(app, {**PACK, "to": "alameda"}), Told()
    now = NOW.astimezone(UTC)
    with writing(app.engine) as connection:
        deliveries.move(connection, delivery, "sending", now, "waiting")
    work = Deliverer(app.engine, app.desk, app.settings, app.texts, told)
    work.sweep(Tick("sweep", now, now + timedelta(minutes=5), "p2"))
    assert state(app, delivery) == "sending"
    work.sweep(Tick("sweep", now, now + timedelta(minutes=20), "p2"))
    assert state(app, delivery) == "doubtful"
    assert (postbox.heard, len(told.said)) == (0, 1)


def test_a_server_that_is_away_is_tried_again(app: App) -> None:
    away = replace(
        app,
        settings=app.settings.model_copy(update={"mail": Mail(host="127.0.0.1", port=1, security="none")}),
    )
    delivery = agreed(app, {**PACK, "to": "alameda"})
    for n in range(5):
        assert deliver(away, waiting(app)[0], minutes=n) == "waiting"
    assert deliver(away, waiting(app)[0], minutes=9) == "failed"
    assert state(app, delivery) == "failed"


# --- as agreed, or not at all --------------------------------------------------------------------


def test_figures_that_changed_since_hold_it_back(app: App, postbox: Postbox) -> None:
    delivery, told = agreed(app, {**PACK, "to": "alameda"}), Told()
    with writing(app.engine) as connection:
        connection.execute(update(payments).values(amount_cents=payments.c.amount_cents + 100))
    assert deliver(app, delivery, told) == "failed"
    assert postbox.heard == 0
    assert "cambiaron" in told.said[0][1]


def test_without_that_look_it_would_have_left(
    app: App, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = agreed(app, {**PACK, "to": "alameda"})
    with writing(app.engine) as connection:
        connection.execute(update(payments).values(amount_cents=payments.c.amount_cents + 100))
    monkeypatch.setattr(Deliverer, "_as_agreed", lambda *_: None)
    assert deliver(app, delivery) == "sent"
    assert postbox.heard == 1


def test_an_address_that_config_does_not_name_any_more_is_written_to_no_more(
    app: App, postbox: Postbox
) -> None:
    delivery = agreed(app, {**PACK, "to": "alameda"})
    for other in ({}, {"alameda": Recipient(client="ALA", mail=("otro@x.mx",))}):
        reports = app.settings.reports.model_copy(update={"recipients": other})
        moved = replace(app, settings=app.settings.model_copy(update={"reports": reports}))
        assert deliver(moved, delivery) == "failed"
        assert postbox.heard == 0
        delivery = agreed(app, {**PACK, "to": "alameda", "period": {**DAYS, "end": "2026-11-17"}})


def test_whoever_left_the_agency_sends_nothing_any_more(app: App, postbox: Postbox) -> None:
    delivery = agreed(app, {**PACK, "to": "alameda"})
    with writing(app.engine) as connection:
        gone = update(people).where(people.c.id == GLORIA).values(active_to=NOW.date() - timedelta(days=1))
        connection.execute(gone)
    assert deliver(app, delivery) == "failed"
    assert postbox.heard == 0


# --- to whom -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "about"),
    [
        ({**PACK, "to": "ceiba"}, "recipient"),  # another client's folder
        ({**PACK, "to": "direccion"}, "recipient"),  # accounts to nobody but their creditor
        ({"report": "executive", "to": "alameda"}, "recipient"),  # the whole agency to a creditor
        ({**PACK, "to": "alguien@gmail.com"}, "recipient"),
        ({**PACK, "to": "folder"}, "recipient"),
        ({**PACK, "channel": "#clientes"}, "place"),
        ({**PACK, "to": "alameda", "when": "2026-11-20"}, "when"),
        ({"report": "scorecard", "to": "direccion"}, "report"),
    ],
)
def test_it_goes_to_nobody_else(app: App, fields: dict[str, Any], about: str) -> None:
    shown = run(app, "send_report", fields)
    assert (shown.outcome in ("refuse", "denied"), shown.about) == (True, about), shown.text


def test_who_may_send_and_who_is_asked_to_whom(app: App) -> None:
    assert run(app, "send_report", {**PACK, "to": "alameda"}, LAURA).outcome == "denied"
    asked = run(app, "send_report", PACK)
    assert asked.outcome == "clarify"
    assert [each.label for each in asked.choices] == ["A alameda"]
    only = run(app, "send_report", {**PACK, "to": "client"})
    assert only.outcome == "preview"
    assert "uno@alameda.mx" in only.text


# --- into a folder -------------------------------------------------------------------------------


def test_a_folder_s_file_is_there_whole_under_a_name_of_its_own(app: App, tmp_path: Path) -> None:
    delivery = agreed(app, {**CEIBA_PACK, "to": "client"})
    assert deliver(app, delivery) == "sent"
    (file,) = (tmp_path / "sftp" / "ceiba" / "entrada").iterdir()
    assert file.name.startswith("cei_semanal_2026-10-01_2026-11-18_")
    assert file.read_bytes()[:2] == b"PK"


def test_a_disk_that_is_away_is_waited_for(app: App, tmp_path: Path) -> None:
    (tmp_path / "sftp").rmdir()
    delivery = agreed(app, {**CEIBA_PACK, "to": "client"})
    assert deliver(app, delivery) == "waiting"
    (tmp_path / "sftp").mkdir()
    assert deliver(app, waiting(app)[0], minutes=3) == "sent"


# --- sealed ----------------------------------------------------------------------------------------


def certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = (
        made.serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    files = folder / "server.pem", folder / "server.key"
    files[0].write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    return files


def test_it_is_sealed_and_signed_in_and_a_stranger_s_certificate_is_no_server(
    app: App, tmp_path: Path
) -> None:
    public, private = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    postbox = Postbox()
    more = {"tls_context": context, "require_starttls": True, "authenticator": knows, "auth_required": True}
    with server(postbox, **more) as port:
        mail = Mail(
            host="localhost", port=port, ca=public, user="reportes", password=SecretStr("secreto"), timeout=5
        )
        sealed = replace(app, settings=app.settings.model_copy(update={"mail": mail}))
        assert deliver(sealed, agreed(app, {**PACK, "to": "alameda"})) == "sent"
        assert len(postbox.taken) == 1
        for faulty in ({"ca": None}, {"password": SecretStr("otro")}):
            other = replace(
                app, settings=app.settings.model_copy(update={"mail": mail.model_copy(update=faulty)})
            )
            later = agreed(app, {**PACK, "to": "alameda", "period": {**DAYS, "end": "2026-11-17"}})
            assert deliver(other, later) in ("waiting", "failed")
            with writing(app.engine) as connection:
                deliveries.move(connection, waiting(app)[0], "cancelled", NOW, "waiting") if waiting(
                    app
                ) else None
    assert len(postbox.taken) == 1
