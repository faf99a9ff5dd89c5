"""Which layout a file is in, a bank's own columns, totals rows, and the sentences of what does not fit."""

from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from db.engine import reading
from db.loading import TEXTS, LoadingRefused, describe, kinds, load_layouts, preview
from db.loading.layouts import choose
from db.tables.facts import balances, payments
from db.tables.reference import accounts, addresses, debtors, phones
from skills.text import load_texts
from tests.loading_agency import load, write
from tests.test_loading_files import book

BANK = (
    "CUENTA;NOMBRE;RFC;PRODUCTO;SALDO_TOTAL;SALDO_VENCIDO;DIAS_MORA;FECHA_CORTE;FECHA_ASIGNACION;ESTADO;MUNICIPIO;"
    "CP;TEL1;TEL2;SEGMENTO\n"
    "000777;María Núñez;NUAM800101;TDC;$ 12,345.60;1.234,50;45;31/10/2026;01/10/2026;Distrito Federal;"
    "Coyoacán;04000;5511112222;044 55 3333 4444;A\n"
    "000778;Iñaki Sáenz;SAEI700101;TDC;500.00;(10.00);0;31/10/2026;01/10/2026;Narnia;;01000;123;;B\n"
    "TOTAL;;;;12,845.60;;;;;;;;;;\n"
)


def refusal(kind: str, headers: str, layout: str | None = None, client: str | None = None) -> LoadingRefused:
    with pytest.raises(LoadingRefused) as refused:
        choose(kind, headers.split(","), layout, client)
    return refused.value


def test_a_banks_assignment_file_fills_accounts_debtors_addresses_and_telephones(
    agency: Engine, tmp_path: Path
) -> None:
    done = load(agency, "accounts", BANK.encode("latin-1"), tmp_path, client="ala").preview
    assert (done.layout, done.new, done.rejected) == ("banco_mx", 2, 0)
    assert done.unknown_columns == ("FECHA_CORTE", "SEGMENTO")
    assert {note.key for note in done.notes} == {
        "load_not_utf8", "load_unknown_states", "load_bad_phones", "load_sum_matches",
    }  # fmt: skip
    with reading(agency) as c:
        account = c.execute(select(accounts).where(accounts.c.account_no == "000777")).one()
        assert (account.balance_cents, account.overdue_cents, account.dpd) == (1234560, 123450, 45)
        assert (account.placed_on, account.state, account.bucket) == (date(2026, 10, 1), "CDMX", "31-60")
        numbers = select(phones.c.phone).where(phones.c.account_id == account.id).order_by(phones.c.phone)
        assert c.execute(numbers).scalars().all() == ["5511112222", "5533334444"]
        assert (
            c.execute(select(debtors.c.name).where(debtors.c.id == account.debtor_id)).scalar()
            == "María Núñez"
        )
        place = c.execute(select(addresses).where(addresses.c.debtor_id == account.debtor_id)).one()
        assert (place.municipality, place.postal_code) == ("Coyoacán", "04000")


def test_the_same_banks_balances_come_as_a_spreadsheet(agency: Engine, tmp_path: Path) -> None:
    data = book(
        Saldos=[
            ["CUENTA", "SALDO_TOTAL", "DIAS_MORA", "FECHA_CORTE", "ESTATUS"],
            ["00001", 900.1, 5, datetime(2026, 10, 31), "VIGENTE"],
            ["00002", 0, 0, "31/10/2026", "LIQUIDADA"],
            ["TOTAL", 900.2, None, None, None],
        ]
    )
    done = load(agency, "balances", data, tmp_path, name="s.xlsx", client="ALA").preview
    assert (done.layout, done.new) == ("banco_mx", 2)
    assert [note.key for note in done.notes] == ["load_sum_differs"]
    with reading(agency) as c:
        query = select(balances.c.balance_cents, balances.c.as_of, balances.c.status).order_by(
            balances.c.account_id
        )
        assert [tuple(row) for row in c.execute(query)] == [
            (90010, date(2026, 10, 31), "VIGENTE"),
            (0, date(2026, 10, 31), "LIQUIDADA"),
        ]


def test_accounts_a_spreadsheet_made_numbers_are_warned_of_and_hinted(agency: Engine, tmp_path: Path) -> None:
    sheet: list[list[object]] = [["CUENTA", "SALDO_TOTAL", "DIAS_MORA", "FECHA_CORTE"]]
    sheet += [[n, 1, 0, "31/10/2026"] for n in (1, 10, 4152313312345678)]
    path = write(tmp_path, "s.xlsx", book(Hoja=sheet))
    seen = preview(agency, "balances", path, client="ALA", rejects=tmp_path)
    assert "load_numeric_accounts" in {note.key for note in seen.notes}
    assert {key: n for (key, _), n in seen.reasons.items()} == {
        "load_fault_orphan_zeros": 2, "load_fault_excel_digits": 1,
    }  # fmt: skip


def test_a_banks_reversal_takes_back_the_payment_of_its_number(agency: Engine, tmp_path: Path) -> None:
    sent = (
        "CUENTA|FECHA_PAGO|FECHA_APLICACION|IMPORTE|CANAL|AUTORIZACION|TIPO\n"
        "00001|03/11/2026|04/11/2026|1,000.00|SPEI|0007|PAGO\n00001|05/11/2026||1,000.00|SPEI|0007|REVERSO\n"
        "00001|05/11/2026||1|SPEI|0008|AJUSTE\n00009|05/11/2026||1|SPEI|0009|PAGO\n"
    )
    done = load(agency, "payments", sent, tmp_path, client="ALA").preview
    assert (done.new, done.rejected, done.orphans) == (2, 2, 1)
    assert ("load_fault_bad_choice", "TIPO") in done.reasons
    with reading(agency) as c:
        query = select(payments.c.payment_ref, payments.c.amount_cents, payments.c.reverses_ref)
        assert [tuple(row) for row in c.execute(query.order_by(payments.c.payment_ref))] == [
            ("0007", 100000, None),
            ("0007-REV", -100000, "0007"),
        ]


def test_a_bank_file_without_its_client_asks_for_it() -> None:
    assert refusal("balances", "CUENTA,SALDO_TOTAL,DIAS_MORA,FECHA_CORTE").key == "load_client_needed"


def test_a_client_with_two_campaigns_needs_one_named(agency: Engine, tmp_path: Path) -> None:
    load(agency, "campaigns", "code,client_code,name\nA2,ALA,Tardía\n", tmp_path)
    with pytest.raises(LoadingRefused, match="load_campaign_needed") as refused:
        load(agency, "accounts", BANK, tmp_path, client="ALA")
    assert refused.value.slots == {"client": "ALA", "campaigns": "A1, A2"}


def test_an_unknown_client_is_refused_with_a_guess(agency: Engine, tmp_path: Path) -> None:
    with pytest.raises(LoadingRefused, match="load_unknown_client_guess") as refused:
        load(agency, "accounts", BANK, tmp_path, client="ALAM")
    assert refused.value.slots["guess"] == "ALA"


def test_a_row_of_another_client_is_refused(agency: Engine, tmp_path: Path) -> None:
    sent = "client_code,account_no,as_of,balance,dpd\nALA,00001,2026-10-31,1,0\nSUR,00001,2026-10-31,1,0\n"
    done = load(agency, "balances", sent, tmp_path, client="ALA").preview
    assert (done.new, [key for key, _ in done.reasons]) == (1, ["load_fault_other_client"])


def test_missing_columns_are_named_with_a_guess() -> None:
    refused = refusal("balances", "client_code,account_no,as of,balanse,dpd")
    assert refused.key == "load_missing_columns_guess"
    assert refused.slots["missing"] == "balance"
    assert refused.slots["guesses"] == "balanse → balance"


def test_another_kind_of_file_is_told_by_its_columns() -> None:
    refused = refusal("accounts", "client_code,account_no,payment_ref,paid_on,amount")
    assert (refused.key, refused.slots["other"]) == ("load_wrong_kind", "payments")
    assert choose(
        "phones", ["client_code", "account_no", "phone", "started_at", "result_code"], None, None
    ).looks_like


def test_unknown_kinds_and_layouts_are_refused() -> None:
    assert refusal("pagos", "a,b").key == "load_unknown_kind"
    assert refusal("payments", "a,b", layout="otro").key == "load_unknown_layout"
    assert refusal("surveys", "a,b", layout="banco_mx").key == "load_layout_lacks_kind"


TRAILERS = {
    "TOTAL,,,1001.50,\n": "load_sum_matches",
    "Total general,,,1001.51,\n": "load_sum_differs",
    ",,,1001.50,\n": "load_sum_matches",
    ",,,999.00,\n": "load_sum_differs",
    "TOTAL,1001.50\n": "load_sum_matches",
    "Registros,2\n": "load_count_matches",
    "TOTAL DE REGISTROS,3\n": "load_count_differs",
    "TOTAL,,,,\n": "load_totals_row",
}


def test_a_totals_row_is_set_apart_and_compared(agency: Engine, tmp_path: Path) -> None:
    sent = "client_code,account_no,as_of,balance,dpd\nALA,00001,2026-10-31,1000.00,0\n"
    sent += "ALA,00002,2026-10-31,1.50,0\n"
    for row, key in TRAILERS.items():
        seen = preview(agency, "balances", write(tmp_path, "b.csv", sent + row), rejects=tmp_path)
        assert (seen.rows, seen.rejected) == (2, 0), row
        assert key in [note.key for note in seen.notes], row


def test_every_layout_names_columns_of_its_kind() -> None:
    for layout in load_layouts().values():
        for kind, rules in layout.kinds.items():
            assert set(rules.columns) <= set(kinds()[kind].types), (layout.name, kind)
            given = {*rules.columns, *rules.from_client, *rules.supplied}
            assert set(kinds()[kind].required) <= given, (layout.name, kind)


def test_a_report_is_said_in_both_languages(agency: Engine, tmp_path: Path) -> None:
    texts = load_texts(TEXTS)
    done = load(agency, "accounts", BANK.replace("000778", "1E+15"), tmp_path, client="ALA")
    spanish = describe(done, lambda key, **slots: texts.say("es", key, **slots))
    english = describe(done.preview, lambda key, **slots: texts.say("en", key, **slots))
    assert spanish[1] == "Filas: 2 · nuevas 1 · con cambios 0 · iguales 0 · rechazadas 1 (huérfanas 0)."
    assert "1 fila rechazada: CUENTA viene en notación científica: Excel ya perdió sus dígitos" in spanish
    assert english[1].startswith("Rows: 2 · new 1")
    assert len(spanish) == len(english)
