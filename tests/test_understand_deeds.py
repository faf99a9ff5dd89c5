"""The orders of the floor: every slot of each action, in both languages, and what is asked back."""

from typing import Any

import pytest

from bot.evaluate import score
from bot.understand.deeds import ACTIONS
from tests.reading_agency import DATA, NOW, read, reader

FROM_TO = {"from_agent": "Pedro Gil", "to_agent": "Rosa Lara"}
ALAMEDA = {"field": "client", "op": "eq", "value": "Banco Alameda"}
WHOLE: list[tuple[str, str, dict[str, Any]]] = [
    ("reasigna 20 cuentas de Pedro Gil a Rosa Lara", "reassign_accounts", {**FROM_TO, "count": 20}),
    (
        "move 25 accounts from Pedro Gil to Rosa Lara please",
        "reassign_accounts",
        {**FROM_TO, "count": 25},
    ),
    ("pasa toda la cartera de Pedro Gil a Rosa Lara", "reassign_accounts", {**FROM_TO, "scope": "all"}),
    ("give Rosa Lara 20 of Pedro Gil's accounts", "reassign_accounts", {**FROM_TO, "count": 20}),
    (
        "reparte 90 cuentas de Pedro Gil entre Rosa Lara y Sofía Cano por partes iguales",
        "reassign_accounts",
        {
            "from_agent": "Pedro Gil",
            "to_agents": ["Rosa Lara", "Sofía Cano"],
            "count": 90,
            "split": "equal",
        },
    ),
    (
        "pasa 20 cuentas de Pedro Gil a Rosa Lara en manual, solo las de Alameda",
        "reassign_accounts",
        {**FROM_TO, "count": 20, "dial_mode": "manual", "filters": [ALAMEDA]},
    ),
    (
        "haz un convenio de 12 mil 500 en 3 quincenas para la cuenta 4471 con 20% de quita desde el viernes",
        "record_agreement",
        {
            "account": "4471",
            "amount": "12500.00",
            "installments": 3,
            "frequency": "quincenal",
            "discount": 0.2,
            "first_date": "2026-11-20",
        },
    ),
    (
        "new agreement: account 77, 2 payments of 750 starting tomorrow",
        "record_agreement",
        {"account": "77", "installments": 2, "amount": "1500.00", "first_date": "2026-11-19"},
    ),
    ("cancel the payment plan on account 5521", "cancel_agreement", {"account": "5521"}),
    (
        "convenio en la cuenta 5521 en 4 quincenas con 12% de descuento",
        "record_agreement",
        {"account": "5521", "installments": 4, "frequency": "quincenal", "discount": 0.12},
    ),
    ("emite la carta convenio de la cuenta 5521", "issue_letter", {"account": "5521"}),
    ("enterado de la alerta 3", "attend_alert", {"alert": 3, "do": "acknowledge"}),
    ("snooze alert 3 for 4 hours", "attend_alert", {"alert": 3, "do": "snooze", "hours": 4}),
    ("issue settlement letter of account 5521", "issue_letter", {"account": "5521", "kind": "settlement"}),
    ("pon vigente el convenio de la cuenta 5521", "activate_agreement", {"account": "5521"}),
    ("formalize the agreement on account 5521", "activate_agreement", {"account": "5521"}),
    ("cancela la promesa de la cuenta 5521", "cancel_ptp", {"account": "5521"}),
    ("cancel the promise on account 5521", "cancel_ptp", {"account": "5521"}),
    (
        "registra una promesa de medio millón para mañana en la cuenta 4471",
        "record_ptp",
        {"account": "4471", "amount": "500000.00", "date": "2026-11-19"},
    ),
    (
        "log a promise of $750 by Friday for account 4471",
        "record_ptp",
        {"account": "4471", "amount": "750.00", "date": "2026-11-20"},
    ),
    (
        "manda recordatorio por sms a las promesas que vencen mañana a las 9",
        "schedule_reminder",
        {"scope": "promises_due", "channel": "sms", "date": "2026-11-19", "time": "09:00"},
    ),
    (
        "remind account 4471 tomorrow at 10 am by whatsapp",
        "schedule_reminder",
        {"account": "4471", "channel": "whatsapp", "date": "2026-11-19", "time": "10:00"},
    ),
    (
        "pon en predictivo las cuentas de Banco Alameda",
        "assign_dial_mode",
        {"dial_mode": "predictivo", "filters": [ALAMEDA]},
    ),
    (
        "switch accounts over 50k to manual",
        "assign_dial_mode",
        {"dial_mode": "manual", "filters": [{"field": "balance", "op": "gt", "value": 50_000}]},
    ),
    (
        "fija la meta de recuperación de Banco Alameda de diciembre en 5 millones",
        "set_target",
        {
            "metric": "recovered_amount",
            "client": "Banco Alameda",
            "value": "5000000.00",
            "period": {"start": "2026-12-01", "end": "2026-12-31"},
        },
    ),
    (
        "set the contact rate target for Rocío's team to 35%",
        "set_target",
        {"metric": "contact_rate", "supervisor": "Rocío Salgado", "value": 0.35},
    ),
    (
        "suprime los datos personales de la cuenta 10023, folio BA-2291",
        "erase_debtor",
        {"account": "10023", "folio": "BA-2291"},
    ),
    ("erase all personal data of account 10023", "erase_debtor", {"account": "10023"}),
    ("abre una no conformidad por el incumplimiento 12", "open_nonconformity", {"breach": 12}),
    ("raise a nonconformity: payments file late", "open_nonconformity", {"what": "payments file late"}),
    (
        "registra una mejora: avisar antes",
        "open_nonconformity",
        {"what": "avisar antes", "kind": "improvement"},
    ),
    (
        "anota la causa de la no conformidad 3: faltó el guion",
        "attend_nonconformity",
        {"number": 3, "cause": "faltó el guion"},
    ),
    (
        "asigna la no conformidad 3 a Rocío Salgado",
        "attend_nonconformity",
        {"number": 3, "owner": "Rocío Salgado"},
    ),
    (
        "close nonconformity 3: effective",
        "attend_nonconformity",
        {"number": 3, "state": "closed", "effective": "yes"},
    ),
    (
        "marca el incumplimiento 12 como atendido: se habló con el asesor",
        "attend_breach",
        {"breach": 12, "state": "attended", "reason": "se habló con el asesor"},
    ),
    (
        "escalate breach 7: third time",
        "attend_breach",
        {"breach": 7, "state": "escalated", "reason": "third time"},
    ),
    ("marca la cuenta 4471 como especial", "flag_special", {"account": "4471", "value": True}),
    ("unflag account 22", "flag_special", {"account": "22", "value": False}),
    ("no llamar a la cuenta 4471", "set_do_not_call", {"account": "4471", "value": True}),
    ("remove account 5521 from do not call", "set_do_not_call", {"account": "5521", "value": False}),
    (
        "anota en la cuenta 5521: ya pagó en ventanilla",
        "add_note",
        {"account": "5521", "text": "ya pagó en ventanilla"},
    ),
    ('add a note to account 4471: "will pay"', "add_note", {"account": "4471", "text": "will pay"}),
    (
        "asigna el curso de CONDUSEF a Ana Ruiz y Pedro Gil antes del 30 de noviembre",
        "assign_training",
        {"agents": ["Ana Ruiz", "Pedro Gil"], "course": "CONDUSEF", "due": "2026-11-30"},
    ),
    (
        "assign the PCI course to Rosa Lara",
        "assign_training",
        {"agents": ["Rosa Lara"], "course": "PCI"},
    ),
    (
        "programa el reporte semanal de Banco Alameda los lunes a las 8",
        "schedule_report",
        {"client": "Banco Alameda", "report": "weekly", "weekday": "monday", "time": "08:00"},
    ),
    (
        "set up the monthly report for Tienda Sur every Friday at 6 pm",
        "schedule_report",
        {"client": "Tienda Sur", "report": "monthly", "weekday": "friday", "time": "18:00"},
    ),
    (
        "manda el scorecard a #gerencia ahora",
        "send_report",
        {"report": "scorecard", "channel": "#gerencia", "when": "now"},
    ),
    (
        "send the executive summary to #direccion tomorrow at 9",
        "send_report",
        {"report": "executive", "channel": "#direccion", "when": "2026-11-19T09:00:00-06:00"},
    ),
    (
        "avísame si el roll rate de Banco Alameda pasa de 18 %",
        "create_alert",
        {"metric": "roll_rate", "op": "gt", "threshold": 0.18, "filters": [ALAMEDA]},
    ),
    (
        "alert me if AHT goes above 5 minutes",
        "create_alert",
        {"metric": "aht", "op": "gt", "threshold": 300},
    ),
    (
        "deja de vigilar el roll rate de Banco Alameda",
        "stop_alert",
        {"metric": "roll_rate", "filters": [ALAMEDA]},
    ),
    ("quita la alerta de TMO", "stop_alert", {"metric": "aht"}),
    ("stop watching the contact rate", "stop_alert", {"metric": "contact_rate"}),
    ("marca como atendida la alerta 1", "attend_alert", {"alert": 1, "do": "acknowledge"}),
    ("retén la cuenta 4471 por aclaración", "add_hold", {"account": "4471", "kind": "dispute"}),
    ("hold account 4471 because of fraud", "add_hold", {"account": "4471", "kind": "fraud"}),
    ("levanta la retención de la cuenta 4471", "release_hold", {"account": "4471"}),
    ("release the hold on account 4471", "release_hold", {"account": "4471"}),
    ("muéstrame los datos completos de la cuenta 4471", "unmask", {"account": "4471"}),
    (
        "show me the full details of account 4471 to verify identity",
        "unmask",
        {"account": "4471", "reason": "verify identity"},
    ),
    ("deshaz la última reasignación", "undo", {"target": "last_reassignment"}),
    ("undo action 991", "undo", {"target": "991"}),
]


@pytest.mark.parametrize(("text", "intent", "slots"), WHOLE)
def test_an_order_is_read_with_all_its_slots(text: str, intent: str, slots: dict[str, Any]) -> None:
    got = read(text)
    assert (got.outcome, got.intent, got.about) == ("action", intent, None)
    assert got.fields == slots
    assert got.unread == ()


@pytest.mark.parametrize(
    ("text", "report"),
    [
        ("scorecard semanal", "weekly"),
        ("weekly scorecard", "weekly"),
        ("scorecard mensual", "monthly"),
        ("scorecard de mi equipo", "scorecard"),
    ],
)
def test_a_scorecard_of_a_week_is_the_weekly_report(text: str, report: str) -> None:
    got = read(text)
    assert (got.outcome, got.intent, got.unread) == ("report", report, ())


def test_every_action_is_read_in_both_languages() -> None:
    assert {intent for _, intent, _ in WHOLE} == set(ACTIONS)


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("reasigna 20 cuentas de Pedro Gil", "entity:to_agent"),
        ("reasigna 20 cuentas a Rosa Lara", "entity:from_agent"),
        ("reasigna cuentas de Pedro Gil a Rosa Lara", "slot:count"),
        ("haz un convenio de 5,000 en 3 pagos", "slot:account"),
        ("haz un convenio en 3 pagos de la cuenta 10023", "slot:amount"),
        ("cancela el convenio", "slot:account"),
        ("registra promesa de 500 de la cuenta 4471", "slot:date"),
        ("registra promesa cuenta 5521 mañana", "slot:amount"),
        ("pon las cuentas en predictivo", "slot:filters"),
        ("pon la meta diaria de Banco Alameda en 850 mil", "slot:metric"),
        ("pon la meta de contactabilidad de Rocío", "slot:value"),
        ("pon la meta de contactabilidad en 30%", "slot:supervisor"),
        ("marca como especial", "slot:account"),
        ("deja una nota en la cuenta 4471", "slot:text"),
        ("asigna el curso de CONDUSEF", "slot:agents"),
        ("programa el reporte semanal los lunes a las 8", "slot:client"),
        ("programa el scorecard a las 8", "slot:weekday"),
        ("programa el scorecard los lunes", "slot:time"),
        ("manda el reporte semanal", "slot:channel"),
        ("avísame si el roll rate sube", "slot:threshold"),
        ("avísame si baja de 20%", "slot:metric"),
        ("deshaz eso", "slot:target"),
        ("recuérdales por sms a las promesas", "slot:date"),
        ("recuérdame a las 5 pedir el archivo de pagos", "unsupported:schedule_reminder"),
    ],
)
def test_what_is_missing_is_asked_by_its_name(text: str, about: str) -> None:
    got = read(text)
    assert (got.outcome, got.about) == ("clarify", about)


def test_what_was_read_is_kept_while_the_rest_is_asked() -> None:
    got = read("reasigna 20 cuentas de Pedro Gil")
    assert got.fields == {"count": 20, "from_agent": "Pedro Gil"}


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("reasgina 20 cuentas de Pedro Gil a Rosa Lara", "reasgina"),
        ("registra un combenio de 5,000 en 3 pagos para la cuenta 10023", "combenio"),
        ("rejistra una promesa de 800 pesos para el viernes en la cuenta 4471", "rejistra"),
    ],
)
def test_a_slip_in_an_order_is_mended_and_shown(text: str, typed: str) -> None:
    got = read(text)
    assert got.outcome == "action"
    assert typed in [wrong for wrong, _ in got.repairs]


def test_the_development_set_has_nothing_silently_wrong() -> None:
    report = score(DATA / "reading_deeds_dev.jsonl", reader())
    assert report.total >= 120
    assert [m for m in report.misses if m.mark == "WRONG"] == []
    assert report.marked("right") >= 0.98 * report.total


def test_an_hour_gone_by_is_tomorrows_business() -> None:
    assert NOW.hour == 10
    assert read("recuérdale a la cuenta 4471 a las 9 am").about == "slot:date"
    assert read("manda el scorecard a #gerencia a las 9 am").about == "slot:when"
