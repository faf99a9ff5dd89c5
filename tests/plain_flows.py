"""What happened over days, counted one record at a time: contacts, money, promises, agreements, complaints.

Written from the definitions in words; shares no code with the product.
"""

from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction

from tests.plain_accounts import opening, opening_balance
from tests.plain_floor import Floor, Row
from tests.plain_parts import Count, Number, Part, Parts, shared, together, under

THIRD = ("TERCERO", "REFERENCIA")
NO_DEAL = ("draft", "to_authorize", "cancelled")
Pair = tuple[Number, Number]


# --- contacts ----------------------------------------------------------------------------------------


def spoken(floor: Floor, start: date, end: date) -> Iterator[tuple[Row, Row]]:
    for row in floor["contacts"]:
        day = row["started_on"]
        if start <= day <= end:
            dims = floor.who(row, row["agent_id"], day) | floor.of_account(row["account_id"], start)
            dims |= {"channel": row["channel"], "hour": row["started_hour"]}
            dims |= {"dial_mode": floor.holder(row["account_id"], day)[1]}
            yield row, dims | {"shift": floor.shift_of.get((row["agent_id"], day))}


def contacts(part: Callable[[Row], Pair]) -> Count:
    def told(floor: Floor, start: date, end: date) -> Parts:
        for row, dims in spoken(floor, start, end):
            yield Part(dims, *part(row))

    return told


def _third(row: Row) -> Pair:
    return int(row["human"] and row["party"] in THIRD), int(row["human"])


def _dropped(row: Row) -> Pair:
    drop = int(row["channel"] == "call" and row["result_code"] == "ABA")
    return drop, drop + int(row["channel"] == "call" and row["human"])


def handle_seconds(row: Row) -> int:
    return int(row["talk_seconds"] + row["wrap_seconds"]) if row["talk_seconds"] > 0 else 0


def _called(row: Row) -> Pair:
    return int(row["channel"] == "call"), 0


calls = contacts(_called)
humans = contacts(lambda row: (int(row["human"]), 0))
rpcs = contacts(lambda row: (int(row["rpc"]), 0))


def touched(floor: Floor, start: date, end: date) -> Parts:
    """Different accounts that a person answered, of the different accounts tried."""
    for row, dims in spoken(floor, start, end):
        thing = (row["account_id"], row["campaign_id"])
        yield Part(dims, over=thing if row["human"] else None, under=thing)


def intensity(floor: Floor, start: date, end: date) -> Parts:
    for row, dims in spoken(floor, start, end):
        yield Part(dims, num=1, under=(row["account_id"], row["campaign_id"]))


def conversion(floor: Floor, start: date, end: date) -> Parts:
    """Account-days with a new promise over account-days with the right party."""
    for row, dims in spoken(floor, start, end):
        if row["rpc"]:
            yield Part(dims, under=(row["account_id"], row["campaign_id"], row["started_on"]))
    for row in floor["promises"]:
        if start <= row["made_on"] <= end:
            dims = floor.who(row, row["agent_id"], row["made_on"])
            dims |= floor.of_account(row["account_id"], start)
            yield Part(dims, over=(row["account_id"], row["campaign_id"], row["made_on"]))


# --- money -------------------------------------------------------------------------------------------


def paid_rows(floor: Floor, start: date, end: date) -> Iterator[tuple[Row, Row]]:
    """Payments by the day paid; the agent is the one credited."""
    credited = {row["payment_id"]: row["agent_id"] for row in floor["payment_credits"]}
    for row in floor["payments"]:
        if start <= row["paid_on"] <= end:
            dims = floor.who(row, credited.get(row["id"]), row["paid_on"])
            yield row, dims | floor.of_account(row["account_id"], start)


def paid(part: Callable[[Row], Pair]) -> Count:
    def told(floor: Floor, start: date, end: date) -> Parts:
        for row, dims in paid_rows(floor, start, end):
            yield Part(dims, *part(row))

    return told


def _received(row: Row) -> int:
    return int(row["amount_cents"] > 0 and row["reverses_ref"] is None)


money = paid(lambda row: (row["amount_cents"], 0))


def _paid_by_cohort(floor: Floor, start: date, end: date) -> Parts:
    held = {row["account"] for row in floor.opening(start)}
    for row, dims in paid_rows(floor, start, end):
        if row["account_id"] in held:
            yield Part(dims, row["amount_cents"])


# --- promises ----------------------------------------------------------------------------------------


def made(part: Callable[[Row], int]) -> Count:
    def told(floor: Floor, start: date, end: date) -> Parts:
        for row in floor["promises"]:
            if start <= row["made_on"] <= end:
                dims = floor.who(row, row["agent_id"], row["made_on"])
                yield Part(dims | floor.of_account(row["account_id"], start), part(row))

    return told


def due(part: Callable[[Row, Row], Pair], *, mature: bool = True) -> Count:
    """Promises by the day they fall due, renewed ones left out; mature: the outcome may be told."""

    def told(floor: Floor, start: date, end: date) -> Parts:
        results = {row["promise_id"]: row for row in floor["promise_results"]}
        for row in floor["promises"]:
            result = results[row["id"]]
            if not start <= row["due_on"] <= end or result["status"] == "renewed":
                continue
            if not mature or result["decide_on"] <= floor.today:
                dims = floor.who(row, row["agent_id"], row["made_on"])
                yield Part(dims | floor.of_account(row["account_id"], start), *part(row, result))

    return told


promises_due = due(lambda row, r: (1, 0), mature=False)
money_due = due(lambda row, r: (row["amount_cents"], 0), mature=False)


# --- agreements --------------------------------------------------------------------------------------


def agreed(part: Callable[[Row], Pair]) -> Count:
    def told(floor: Floor, start: date, end: date) -> Parts:
        for row in floor["agreements"]:
            if start <= row["agreed_on"] <= end and row["status"] not in NO_DEAL:
                dims = floor.who(row, row["agent_id"], row["agreed_on"])
                yield Part(dims | floor.of_account(row["account_id"], start), *part(row))

    return told


def _discount(row: Row) -> Pair:
    """What was let off, and the balance it was let off from: the agreed total is what is left of it."""
    left = 1 - Fraction(row["discount_micros"], 1_000_000)
    if not left:
        return 0, 0
    balance = row["total_cents"] / left
    return balance - row["total_cents"], balance


def installments(part: Callable[[Row], Pair]) -> Count:
    def told(floor: Floor, start: date, end: date) -> Parts:
        deals = {row["id"]: row for row in floor["agreements"]}
        for row in floor["installment_results"]:
            deal = deals[row["agreement_id"]]
            counts = deal["status"] not in NO_DEAL and row["decide_on"] <= floor.today
            if counts and start <= row["due_on"] <= end:
                dims = floor.who(deal, deal["agent_id"], deal["agreed_on"])
                yield Part(dims | floor.of_account(deal["account_id"], start), *part(row))

    return told


def _first(row: Row) -> Pair:
    return (int(row["status"] == "kept"), 1) if row["number"] == 1 else (0, 0)


# --- complaints --------------------------------------------------------------------------------------


def complained(floor: Floor, start: date, end: date) -> Parts:
    for row in floor["cases"]:
        if row["register"] == "complaints" and start <= row["received_on"] <= end:
            agent, _ = floor.holder(row["account_id"], row["received_on"])
            own = floor.of_account(row["account_id"], start) | {"channel": row["channel"]}
            yield Part(floor.who(row, agent, row["received_on"]) | own, 1)


# --- breaches ----------------------------------------------------------------------------------------


def broken_rules(*rules: str) -> Count:
    """By the day they happened, each with its own owners; what turned out to be none does not count."""

    def told(floor: Floor, start: date, end: date) -> Parts:
        for row in floor["breaches"]:
            asked = not rules or row["rule"] in rules
            if asked and row["state"] != "false_positive" and start <= row["happened_on"] <= end:
                own = floor.account.get(row["account_id"], {"product": None, "state": None})
                names = ("client", "campaign", "supervisor", "agent")
                dims = {name: row[f"{name}_id"] for name in names} | {"rule": row["rule"]}
                dims |= {name: own[name] for name in ("product", "state")}
                yield Part(dims | {"channel": row["channel"] or None}, 1)

    return told


COUNTS: dict[str, Count] = {
    "calls": calls,
    "contact_rate": contacts(lambda row: (int(row["human"]), 1)),
    "rpc_rate": contacts(lambda row: (int(row["rpc"]), int(row["human"]))),
    "rpc_rate/attempts": contacts(lambda row: (int(row["rpc"]), 1)),
    "third_party_rate": contacts(_third),
    "drop_rate": contacts(_dropped),
    "aht": contacts(lambda row: (handle_seconds(row), int(row["talk_seconds"] > 0))),
    "account_contact_rate": touched,
    "intensity": intensity,
    "intensity/assigned": together(contacts(lambda row: (1, 0)), under(opening())),
    "ptp_conversion": conversion,
    "recovered_amount": money,
    "payments_count": paid(lambda row: (_received(row), 0)),
    "avg_payment": paid(lambda row: (row["amount_cents"], _received(row))),
    "recovery_rate": together(_paid_by_cohort, under(opening_balance)),
    "recovered_per_rpc": shared(together(money, under(rpcs)), "payments", "contacts"),
    "ptp_count": made(lambda row: 1),
    "ptp_count/due": promises_due,
    "ptp_amount": made(lambda row: row["amount_cents"]),
    "ptp_amount/due": money_due,
    "ptp_kept_rate": due(lambda row, r: (int(r["status"] == "kept"), 1)),
    "ptp_kept_amount_rate": due(lambda row, r: (r["allocated_cents"], row["amount_cents"])),
    "ptp_broken_count": due(lambda row, r: (int(r["status"] == "broken"), 0)),
    "ptp_due": promises_due,
    "ptp_due/amount": money_due,
    "agreements_count": agreed(lambda row: (1, 0)),
    "agreements_amount": agreed(lambda row: (row["total_cents"], 0)),
    "avg_discount": agreed(_discount),
    "agreement_compliance": installments(lambda row: (row["allocated_cents"], row["amount_cents"])),
    "first_payment_rate": installments(_first),
    "complaints": complained,
    "complaint_rate": together(complained, under(humans)),
    "compliance_breaches": broken_rules(),
    "out_of_hours_breaches": broken_rules("R01", "R04"),
}
