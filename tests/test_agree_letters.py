"""An agreement from its authority to its letters: approved, cancelled, formalised, in force, settled."""

import io
import re
from datetime import date
from decimal import Decimal

import pytest
from pypdf import PdfReader
from sqlalchemy import Engine, delete, update

from bot.outcome import Outcome
from db.engine import writing
from db.tables.acting import agreement_consents
from db.tables.reference import clients
from skills.agree import changes, letters, record
from skills.agree.authority import Grant
from tests.agree_floor import CLABE, Floor, house, of_account, pay
from tests.small import ALAMEDA, ANA, BETO, CARO, GLORIA, LAURA

ACCOUNT = "45512000001"


@pytest.fixture
def floor(engine: Engine) -> Floor:
    return Floor(house(engine))


def file_of(outcome: Outcome) -> tuple[str, bytes]:
    assert outcome.answer is not None
    (file,) = outcome.answer.files
    return file.name, file.make()


# --- authority at the desk ----------------------------------------------------------------------------


def test_above_her_authority_somebody_else_agrees_and_is_named_in_it(floor: Floor) -> None:
    shown = floor.propose(ANA, amount=None, discount="0.10", installments=1)
    assert "lo aprueba supervisión o gerencia o dirección" in shown.text
    waits = floor.press(shown, "confirm", ANA)
    assert waits.outcome == "pending_approval"
    assert {n.person_id for n in waits.notices} == {LAURA, GLORIA}
    assert floor.rows() == []
    (hers,) = [n.outcome for n in waits.notices if n.person_id == LAURA]
    assert floor.press(hers, "approve", ANA).outcome == "denied"
    assert floor.press(hers, "approve", LAURA).outcome == "done"
    terms = floor.terms()
    assert (terms.recorded_by, terms.authorized_by, terms.waived_cents) == (ANA, LAURA, 10_000)


def test_without_that_demand_she_would_grant_it_alone(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "granted", lambda *_: Grant((), 10_000, 0, reason=False))
    floor.agreed(ANA, amount=None, discount="0.10", installments=1)
    assert floor.terms().authorized_by == ANA


def test_above_everybody_it_is_the_creditors(floor: Floor) -> None:
    no = floor.propose(GLORIA, amount=None, discount="0.5")
    assert (no.outcome, no.about) == ("refuse", "slot:discount")
    shown = floor.propose(amount=None, discount="0.5", creditor_folio="AUT-77")
    assert "lo aprueba gerencia o dirección" in shown.text


# --- cancelled ----------------------------------------------------------------------------------------


def test_it_is_cancelled_and_stands_again(floor: Floor) -> None:
    floor.agreed()
    shown = floor.say(f"cancela el convenio de la cuenta {ACCOUNT}")
    assert shown.outcome == "preview", shown.text
    done = floor.press(shown, "confirm")
    assert floor.states() == ["cancelled"]
    assert [n.person_id for n in done.notices] == [ANA]
    assert floor.press(done, "undo").outcome == "done"
    assert floor.states() == ["authorized"]


def test_a_letter_that_is_out_is_said_before_it_is_cancelled(floor: Floor) -> None:
    floor.agreed()
    bare = floor.run("cancel_agreement", account=ACCOUNT)
    assert "CC-000001" not in bare.text
    floor.issued()
    card = floor.say(f"cuenta {ACCOUNT}").text
    assert "formalizado" in card
    assert "CC-000001" in card
    shown = floor.say(f"cancela el convenio de la cuenta {ACCOUNT}")
    assert "El titular puede tener ya la carta CC-000001" in shown.text
    done = floor.press(shown, "confirm")
    assert "Aviso para el titular" in done.text
    assert "CC-000001" in done.text
    assert ": cancelado" in floor.say(f"cuenta {ACCOUNT}").text


def test_what_nobody_may_grant_says_who_may_grant_how_much(floor: Floor) -> None:
    no = floor.propose(amount=None, discount="0.5", first_date=None)  # said before the day is asked
    for words in ("debe $1,000.00", "50 % en 3 pagos", "tú, hasta", "gerencia, hasta"):
        assert words in no.text, no.text
    most = next(o for o in no.choices if o.intent == "record_agreement" and "discount" in o.fields)
    assert Decimal(str(most.fields["discount"])) < Decimal("0.5")
    assert floor.run("record_agreement", **most.fields).outcome == "clarify"  # the day, and no refusal
    many = floor.propose(installments=40)
    assert "hasta 12 pagos" in many.text
    assert "%" not in many.text


def test_it_does_not_stand_again_beside_another(floor: Floor) -> None:
    floor.agreed()
    done = floor.press(floor.run("cancel_agreement", account=ACCOUNT), "confirm")
    floor.agreed(days=1)
    assert floor.press(done, "undo", days=1).about == "undo"
    assert floor.states() == ["cancelled", "authorized"]


def test_an_agent_cancels_her_own_while_no_letter_is_out(floor: Floor) -> None:
    floor.agreed(LAURA)
    assert floor.run("cancel_agreement", ANA, account=ACCOUNT).outcome == "denied"
    floor.press(floor.run("cancel_agreement", account=ACCOUNT), "confirm")
    floor.agreed(ANA, days=1)
    assert floor.run("cancel_agreement", ANA, account=ACCOUNT).outcome == "preview"
    floor.issued(days=1)
    assert floor.run("cancel_agreement", ANA, account=ACCOUNT).outcome == "denied"


def test_what_moved_on_is_not_cancelled(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    floor.agreed()
    shown = floor.run("cancel_agreement", account=ACCOUNT)
    floor.thread = "t2"
    floor.issued()
    again = floor.press(shown, "confirm")
    assert again.outcome == "preview"  # drawn anew, with its letter
    monkeypatch.setattr(changes, "move_agreement", lambda *_: False)
    assert floor.press(again, "confirm").about == "changed"
    assert floor.states() == ["formalized"]


# --- the letter ---------------------------------------------------------------------------------------


def test_the_letter_says_all_that_the_law_asks_for_and_the_chat_does_not(floor: Floor) -> None:
    floor.agreed(LAURA, amount=None, discount="0.10", installments=3)
    done = floor.issued()
    assert floor.states() == ["formalized"]
    assert ACCOUNT not in done.text
    (letter,) = floor.letters()
    assert letter.folio == "CC-000001"
    name, made = file_of(done)
    assert name == "CC-000001.pdf"
    said = text_of(made)
    money = ("$900.00", "$600.00", "$200.00", "$150.00", "$50.00", "10.00 %", "$300.00", "$66.67", "$33.33")
    days = ("20/11/2026", "27/11/2026", "04/12/2026")
    for words in (ACCOUNT, CLABE, "REF-A", "LIQUIDADO", "Íñigo Núñez", *money, *days):
        assert squeezed(words) in said, (words, said)


def test_a_letter_speaks_of_a_discount_only_where_there_is_one(floor: Floor) -> None:
    floor.agreed()
    _, made = file_of(floor.issued())
    assert squeezed("PAGO PARCIAL") in text_of(made)
    assert squeezed("si el primer pago se cubre a más tardar el") in text_of(made)
    assert squeezed("la quita") not in text_of(made)


def test_a_letter_stays_as_it_was_whatever_changes_since(floor: Floor) -> None:
    floor.agreed()
    _, first = file_of(floor.issued())
    with writing(floor.engine) as connection:
        mine = update(clients).where(clients.c.id == ALAMEDA)
        connection.execute(mine.values(pay_accounts="012180000118359726", name="Otro"))
    of_account(floor.engine, "A", payment_reference="OTHER")
    assert file_of(floor.run("letter", LAURA, account=ACCOUNT))[1] == first
    again = floor.run("issue_letter", account=ACCOUNT)
    assert (again.about, [o.intent for o in again.choices]) == ("letter", ["letter"])


def test_a_draft_is_completed_by_what_the_creditors_files_say_since(engine: Engine) -> None:
    floor = Floor(house(engine, pay_accounts=""))
    floor.agreed()
    assert floor.run("issue_letter", account=ACCOUNT).about == "missing"
    with writing(engine) as connection:
        connection.execute(update(clients).where(clients.c.id == ALAMEDA).values(pay_accounts=CLABE))
    floor.issued()
    assert (floor.states(), floor.terms().pay_account) == (["formalized"], CLABE)


def test_without_that_look_a_letter_would_go_out_with_a_hole(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor = Floor(house(engine, pay_accounts=""))
    floor.agreed()
    monkeypatch.setattr(letters, "missing", lambda _: [])
    floor.issued()
    assert floor.terms().pay_account is None


def test_a_lapsed_offer_gets_no_letter(engine: Engine) -> None:
    floor = Floor(house(engine, payment_lag_days=10))  # whether it was paid is not known yet
    floor.agreed()
    assert floor.run("issue_letter", days=7, account=ACCOUNT).outcome == "preview"
    assert floor.run("issue_letter", days=8, account=ACCOUNT).about == "offer"


@pytest.mark.parametrize(("person", "outcome"), [(ANA, "denied"), (CARO, "denied"), (LAURA, "preview")])
def test_who_issues(floor: Floor, person: int, outcome: str) -> None:
    floor.agreed()
    assert floor.run("issue_letter", person, account=ACCOUNT).outcome == outcome


@pytest.mark.parametrize(
    ("person", "outcome"), [(ANA, "denied"), (BETO, "denied"), (CARO, "answer"), (GLORIA, "answer")]
)
def test_who_reads_the_whole_number(floor: Floor, person: int, outcome: str) -> None:
    floor.agreed()
    floor.issued()
    assert floor.run("letter", person, account=ACCOUNT).outcome == outcome


# --- in force, and to its end --------------------------------------------------------------------------


def test_it_is_in_force_only_after_its_letter(floor: Floor) -> None:
    floor.agreed()
    no = floor.run("activate_agreement", account=ACCOUNT)
    assert (no.outcome, [o.intent for o in no.choices]) == ("refuse", ["issue_letter"])
    floor.issued()
    shown = floor.run("activate_agreement", account=ACCOUNT, party="debtor", channel="call")
    assert "Aceptado por: titular, por llamada." in shown.text
    done = floor.press(shown, "confirm")
    assert done.outcome == "done", done.text
    assert floor.states() == ["active"]
    assert floor.terms().delivered_on == date(2026, 11, 18)
    assert floor.run("activate_agreement", account=ACCOUNT).about == "state"


def test_who_accepted_it_and_how_is_asked_before_it_is_in_force(floor: Floor) -> None:
    floor.agreed()
    floor.issued()
    asked = floor.run("activate_agreement", account=ACCOUNT)
    assert (asked.outcome, asked.about) == ("clarify", "slot:party")
    asked = floor.run("activate_agreement", **asked.choices[1].fields)
    assert (asked.outcome, asked.about) == ("clarify", "slot:channel")
    done = floor.press(floor.run("activate_agreement", **asked.choices[0].fields), "confirm")
    assert done.outcome == "done", done.text
    assert "Aceptado por: aval, por llamada." in floor.run("agreement", LAURA, account=ACCOUNT).text


def test_what_the_form_said_of_it_counts_and_is_not_asked_again(floor: Floor) -> None:
    floor.agreed(party="representative", channel="email")
    floor.issued()
    shown = floor.run("activate_agreement", account=ACCOUNT, party="debtor", channel="call")
    assert "Aceptado por: representante, por correo." in shown.text


def test_an_agreement_of_before_is_put_in_force_as_well(floor: Floor) -> None:
    floor.agreed()
    floor.issued()
    with writing(floor.engine) as connection:
        connection.execute(delete(agreement_consents))
    shown = floor.run("activate_agreement", account=ACCOUNT, party="debtor", channel="call")
    assert floor.press(shown, "confirm").outcome == "done"
    (kept,) = floor.rows(agreement_consents)
    assert (kept.party, kept.channel, kept.reason) == ("debtor", "call", None)


def test_why_something_is_waived_is_asked_above_an_agents_own(floor: Floor) -> None:
    asked = floor.propose(amount=None, discount="0.10", reason=None)
    assert (asked.outcome, asked.about) == ("clarify", "slot:reason")
    assert len(asked.choices) == 5
    shown = floor.run("record_agreement", **asked.choices[1].fields)
    for words in ("Motivo de la quita: Enfermedad o fallecimiento.", "$66.67", "$33.33"):
        assert words in shown.text, shown.text
    assert floor.propose(ANA, amount=None, discount="0.04", reason=None).outcome == "preview"


def test_the_card_follows_the_money_to_the_settlement_letter(floor: Floor) -> None:
    floor.agreed(LAURA, amount=None, discount="0.10", installments=3)
    floor.issued()
    card = floor.run("agreement", LAURA, account=ACCOUNT)
    assert "Siguiente pago: $300" in card.text
    assert [o.intent for o in card.answer.next] == ["activate_agreement", "letter", "cancel_agreement"]  # type: ignore[union-attr]
    pay(floor.engine, "A", "N1", date(2026, 11, 20), 300)
    card = floor.run("agreement", LAURA, days=3, account=ACCOUNT)
    for words in ("pagado", "Siguiente pago: $300 (vie 27-nov)", "33 %"):
        assert words in card.text, card.text
    early = floor.run("issue_letter", LAURA, 3, account=ACCOUNT, kind="settlement")
    assert early.about == "state"
    pay(floor.engine, "A", "N2", date(2026, 11, 21), 600)
    card = floor.run("agreement", LAURA, days=20, account=ACCOUNT)
    assert "Estado: cumplido" in card.text
    _, made = file_of(floor.issued(days=20, kind="settlement"))
    for words in ("CARTA FINIQUITO", ACCOUNT, "$900.00", "no existe adeudo"):
        assert squeezed(words) in text_of(made)


def test_a_partial_plan_paid_in_full_is_no_settlement(floor: Floor) -> None:
    floor.agreed(amount="300")
    pay(floor.engine, "A", "N1", date(2026, 11, 20), 300)
    assert floor.run("issue_letter", LAURA, 20, account=ACCOUNT, kind="settlement").about == "state"


def test_a_broken_one_says_so_and_leaves_room_for_another(floor: Floor) -> None:
    floor.agreed()
    card = floor.run("agreement", ANA, days=20, account=ACCOUNT)
    assert "vencido: no llegó el primer pago" in card.text
    assert [o.intent for o in card.answer.next] == ["record_agreement"]  # type: ignore[union-attr]
    assert floor.propose(days=20, first_date="2026-12-10").outcome == "preview"


def test_an_account_without_one_offers_to_make_it(floor: Floor) -> None:
    no = floor.run("agreement", ANA, account=ACCOUNT)
    assert [o.intent for o in no.choices] == ["record_agreement"]
    assert floor.run("agreement", CARO, account=ACCOUNT).choices == ()


def text_of(pdf: bytes) -> str:
    return squeezed("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


def squeezed(words: str) -> str:
    return re.sub(r"\s", "", words)
