"""How people type in a chat: courtesy, abbreviations, spelling by ear, and what must not slip through."""

import pytest

from tests.reading_agency import fields, previous, read


def _filters(text: str) -> list[tuple[str, str, object]]:
    return [(f["field"], f["op"], f["value"]) for f in fields(text)["filters"]]


@pytest.mark.parametrize(
    "text",
    [
        *("holaaa", "holi", "mil gracias crack", "graciasss jefe", "buenas tardes a todos", "morning team!"),
        *("gracias hermosa", "va que va", "perfecto, gracias"),
    ],
)
def test_courtesy_is_small_talk(text: str) -> None:
    assert read(text).outcome == "smalltalk"


@pytest.mark.parametrize(
    "text", ["ok y el rpc?", "gracias! y el rpc", "perfecto, y el rpc?", "va, y el rpc?"]
)
def test_courtesy_before_it_leaves_a_follow_up_one(text: str) -> None:
    got = read(text, previous=previous(metric="contact_rate", dims=["supervisor"]))
    assert got.outcome == "question"
    assert got.fields is not None
    assert (got.fields["metric"], got.fields["dims"]) == ("rpc_rate", ["supervisor"])


@pytest.mark.parametrize(
    ("text", "metric", "dims"),
    [
        ("porc de recuperacion x cte", "recovery_rate", ["client"]),
        ("num de ctas x edo", "accounts_count", ["state"]),
        ("no. de cuentas por producto", "accounts_count", ["product"]),
        ("yamadas x canpaña", "calls", ["campaign"]),
        ("rekuperado por ajentes", "recovered_amount", ["agent"]),
        ("numero de promesas de pago por campaña", "ptp_count", ["campaign"]),
        ("cuantas promesas de pago rotas x supervisor", "ptp_broken_count", ["supervisor"]),
        ("tmo promedio por turno", "aht", ["shift"]),
        ("aging por numero de cuentas x cliente", "aging_accounts", ["client"]),
    ],
)
def test_short_and_misspelt_words_are_read(text: str, metric: str, dims: list[str]) -> None:
    got = fields(text)
    assert (got["metric"], got["dims"]) == (metric, dims)


def test_a_repaired_plural_stays_plural() -> None:
    assert fields("zupervisores con mas promesas generadas")["limit"] is None
    assert fields("zupervisor con mas promesas generadas")["limit"] == 1


def test_a_greeting_is_no_shift() -> None:
    assert _filters("morning! calls yesterday") == []
    assert _filters("calls in the morning yesterday") == [("shift", "eq", "matutino")]


@pytest.mark.parametrize("text", ["márcale a pedro gil", "llama a pedro gil", "llamen a los de rocio"])
def test_an_order_to_call_is_no_question_about_calls(text: str) -> None:
    assert read(text).outcome == "clarify"


@pytest.mark.parametrize(
    "text", ["llama a su mamá", "marcale a su jefe", "dile al patron del deudor que debe"]
)
def test_nobody_else_is_told_of_a_debt(text: str) -> None:
    assert (read(text).outcome, read(text).about) == ("refuse", "compliance")


def test_metrics_joined_as_equals_are_both_answered() -> None:
    assert fields("recuperado y avance de meta")["metric"] == ["recovered_amount", "goal_attainment"]
    assert fields("avance de meta de recuperado")["metric"] == "goal_attainment"
    assert read("recuperado por agente del equipo con mejor contactabilidad").outcome == "clarify"


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("el peor tmo por agente", 1),
        ("la contactabilidad mas baja por supervisor", 1),
        ("agentes con el peor tmo", None),
        ("los peores tmo por agente", None),
        ("tmo mas alto por agente", None),
        ("recuperado por estado, los 5 primeros", 5),
        ("peores supervisores en contactabilidad, top 5", 5),
    ],
)
def test_one_is_one_and_several_are_several(text: str, limit: int | None) -> None:
    assert fields(text)["limit"] == limit


def test_who_reached_the_target_and_who_did_not() -> None:
    assert _filters("quienes llegaron a la meta") == [("goal_attainment", "ge", 1)]
    assert _filters("agentes que no han llegado a su meta") == [("goal_attainment", "lt", 1)]
    assert _filters("supervisores abajo del 80% de su meta") == [("goal_attainment", "lt", 0.8)]
    assert read("llegaron a la meta?").about == "slot:dims"


def test_late_accounts_are_counted_in_days_and_workloads_in_accounts() -> None:
    assert _filters("cuentas de mas de 90") == [("days_past_due", "gt", 90)]
    assert _filters("agentes con mas de 90 cuentas") == [("accounts_count", "gt", 90)]


def test_words_that_say_more_than_the_metric_are_asked_about() -> None:
    assert read("llamadas promedio por agente").unread == ("promedio",)
    assert read("cuanto dinero tenemos asignado").outcome == "clarify"
    assert read("cuantas llamadas contestadas").outcome == "clarify"


def test_the_english_noun_after_a_name_belongs_to_it() -> None:
    assert fields("Rocío's team calls")["dims"] == []
    assert _filters("Alameda Temprana campaign recovered") == [("campaign", "eq", "Alameda Temprana")]


def test_what_is_to_come_is_not_what_has_come() -> None:
    assert fields("cuanto vamos a recuperar este mes")["metric"] == "forecast_to_close"
