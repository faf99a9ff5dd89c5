"""What the agency keeps of itself, counted one record at a time: hours, quality, surveys, sales, costs, fees.

Written from the definitions in words; shares no code with the product.
"""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction

from tests.plain_floor import DAY, Floor, Row
from tests.plain_flows import Pair, calls, handle_seconds, money, paid_rows, rpcs, spoken
from tests.plain_parts import Count, Number, Part, Parts, shared, together, under

MICROS = 1_000_000
EVER = date(2000, 1, 1)
HOLIDAYS = {date(2026, 1, 1), date(2026, 2, 2), date(2026, 3, 16), date(2026, 5, 1)}


# --- hours -------------------------------------------------------------------------------------------


def of_agents(table: str, day: str, part: Callable[[Row], Pair | None]) -> Count:
    def told(floor: Floor, start: date, end: date) -> Parts:
        for row in floor[table]:
            found = part(row) if start <= row[day] <= end else None
            if found:
                yield Part(floor.who(row, row["agent_id"], row[day]) | {"shift": row.get("shift")}, *found)

    return told


def _paid_seconds(row: Row) -> int:
    return int((row["ends_at"] - row["starts_at"]).total_seconds()) if row["attended"] else 0


def _worked(row: Row) -> Pair | None:
    """Only of shifts whose productive time is known: what is not told is not zero."""
    told = row["productive_seconds"]
    return None if told is None else (told if row["attended"] else 0, _paid_seconds(row))


def _free(row: Row) -> Pair | None:
    return (row["available_seconds"], 0) if row["attended"] and row["available_seconds"] is not None else None


login = of_agents("shifts", "starts_on", lambda row: (_paid_seconds(row), 0))
waiting = of_agents("shifts", "starts_on", _free)


def busy(floor: Floor, start: date, end: date) -> Parts:
    """Seconds on contacts of the agents some shift of the period tells the free time of."""
    known = {part.dims["agent"] for part in waiting(floor, start, end)}
    for row, dims in spoken(floor, start, end):
        if dims["agent"] in known:
            yield Part(dims, handle_seconds(row))


# --- quality and courses -------------------------------------------------------------------------------


def _points(row: Row) -> Pair:
    return (0 if row["critical_error"] else row["points_micros"]), row["possible_micros"]


def trained(floor: Floor, start: date, end: date) -> Parts:
    """Each agent's courses on the period's last day: is there a certificate that holds?"""
    day = min(end, floor.today)
    staff = {
        row["id"]
        for row in floor["people"]
        if not (row["active_from"] and row["active_from"] > day)
        and not (row["active_to"] and row["active_to"] < day)
    }
    held: dict[tuple[int, str], bool] = defaultdict(bool)
    for row in floor["trainings"]:
        if row["assigned_on"] <= day and row["agent_id"] in staff:
            passed = row["passed_on"] is not None and row["passed_on"] <= day
            lapsed = row["valid_to"] is not None and row["valid_to"] < day
            held[row["agent_id"], row["course"]] |= passed and not lapsed
    for (agent, _), holds in held.items():
        yield Part(floor.who({}, agent, day), int(holds), 1)


def _answered(part: Callable[[Row], Pair | None]) -> Count:
    """Surveys: the account, where it is known, says whose debtor answered."""

    def told(floor: Floor, start: date, end: date) -> Parts:
        for row in floor["surveys"]:
            found = part(row) if start <= row["answered_on"] <= end else None
            if found:
                owner = floor.account.get(row["account_id"], {"client_id": 0, "campaign_id": 0})
                own = {name: owner.get(name) for name in ("product", "state", "special")}
                yield Part(floor.who(owner, row["agent_id"], row["answered_on"]) | own, *found)

    return told


def _stars(row: Row) -> Pair | None:
    return (int(row["score"] >= 4), 1) if row["scale"] == "csat5" else None


def _mean(row: Row) -> Pair | None:
    return (row["score"], 1) if row["scale"] == "csat5" else None


def _promoters(row: Row) -> Pair | None:
    return (int(row["score"] >= 9) - int(row["score"] <= 6), 1) if row["scale"] == "nps" else None


# --- sales -------------------------------------------------------------------------------------------


def sold(part: Callable[[Floor, Row], int]) -> Count:
    """Sales by the day sold, those cancelled by today left out."""

    def told(floor: Floor, start: date, end: date) -> Parts:
        for row in floor["sales"]:
            off = row["cancelled_on"] is not None and row["cancelled_on"] <= floor.today
            if start <= row["sold_on"] <= end and not off:
                dims = floor.who(row, row["agent_id"], row["sold_on"]) | {"product": row["product"]}
                yield Part(dims, part(floor, row))

    return told


def _activated(floor: Floor, row: Row) -> int:
    active = row["activated_on"] is not None and row["activated_on"] <= floor.today
    return (row["amount_cents"] or 0) if active else 0


def _selling(floor: Floor, campaign: int) -> int:
    return int(floor.campaign[campaign]["kind"] == "VENTA")


def _selling_rpcs(floor: Floor, start: date, end: date) -> Parts:
    for part in rpcs(floor, start, end):
        yield Part(part.dims, 0, int(part.num) * _selling(floor, part.dims["campaign"]))


# --- costs and fees ------------------------------------------------------------------------------------


def costs(floor: Floor, start: date, end: date) -> Parts:
    """A month's cost stands on its first day."""
    for row in floor["costs"]:
        if start <= row["month"] <= end:
            dims = {"client": floor.campaign[row["campaign_id"]]["client_id"], "campaign": row["campaign_id"]}
            yield Part(dims, row["amount_cents"])


def _months(start: date, end: date) -> Iterator[tuple[date, date]]:
    while start <= end:
        following = (start.replace(day=1) + 31 * DAY).replace(day=1)
        yield start, min(end, following - DAY)
        start = following


def where_costed(count: Count) -> Count:
    """Of the campaigns that have a cost in the month: without one, money says nothing of what it took."""

    def told(floor: Floor, start: date, end: date) -> Parts:
        known = {(row["campaign_id"], row["month"]) for row in floor["costs"]}
        for first, last in _months(start, end):
            for part in count(floor, first, last):
                if (part.dims["campaign"], first.replace(day=1)) in known:
                    yield part

    return told


def minus(count: Count) -> Count:
    def told(floor: Floor, start: date, end: date) -> Parts:
        for part in count(floor, start, end):
            yield Part(part.dims, -part.num)

    return told


def _working(start: date, end: date) -> int:
    """Monday to Saturday, less the holidays of the law."""
    days = (start + n * DAY for n in range((end - start).days + 1))
    return sum(day.weekday() < 6 and day not in HOLIDAYS for day in days)


def over_budget(floor: Floor, start: date, end: date) -> Parts:
    """What campaigns with a budget cost, less it: budgets here are the campaigns' own.

    One that is longer than the period counts by its business days inside it.
    """
    planned: dict[int, Number] = defaultdict(int)
    for row in floor["budgets"]:
        first, last = row["period_start"], row["period_end"]
        if row["category"] and first <= end and last >= start:
            budgeted = next(c for c in floor["campaigns"] if c["code"] == row["scope_code"])
            inside = Fraction(_working(max(first, start), min(last, end)), _working(first, last))
            planned[budgeted["id"]] += inside * Fraction(row["value_micros"], MICROS // 100)
    for part in costs(floor, start, end):
        if part.dims["campaign"] in planned:
            yield part
    for campaign, cents in planned.items():
        yield Part({"client": floor.campaign[campaign]["client_id"], "campaign": campaign}, -cents)


def fees(tiers: str) -> Count:
    """Money by the day posted, each peso at the rate of its bucket and product when the month opened."""

    def told(floor: Floor, start: date, end: date) -> Parts:
        for first, last in _months(start, end):
            opens = first.replace(day=1)
            month: dict[int, int] = defaultdict(int)
            for row in floor["payments"]:
                if opens <= row["posted_on"] <= last:
                    month[row["client_id"]] += row["amount_cents"]
            for paid, dims in _posted(floor, first, last, opens):
                earned = _rate(floor, paid, dims, max(month[paid["client_id"]], 0), tiers)
                if earned is not None:
                    yield Part(dims, paid["amount_cents"] * earned)

    return told


def _posted(floor: Floor, first: date, last: date, opens: date) -> Iterator[tuple[Row, Row]]:
    for row, dims in paid_rows(floor, EVER, date.max):
        if first <= row["posted_on"] <= last:
            own = floor.of_account(row["account_id"], opens)
            yield row, dims | own | {"product": own["product"] or ""}


def _rate(floor: Floor, paid: Row, dims: Row, month: int, tiers: str) -> Fraction | None:
    """What a peso of the payment earns; None where no rate speaks of any of it."""
    fitting = [
        fee
        for fee in floor["fees"]
        if fee["client_id"] == paid["client_id"]
        and fee["bucket"] in ("", dims["bucket"])
        and fee["product"] in ("", dims["product"])
        and fee["valid_from"] <= paid["posted_on"]
        and (fee["valid_to"] is None or paid["posted_on"] <= fee["valid_to"])
    ]

    def at(centavo: int) -> Fraction | None:
        """The rate of the month's centavo of that number: a bucket's rate is closer than a product's."""
        open_ = [
            fee
            for fee in fitting
            if fee["from_cents"] <= centavo and (fee["to_cents"] is None or centavo < fee["to_cents"])
        ]
        closest = max(
            open_, key=lambda f: (f["bucket"] != "", f["product"] != "", f["valid_from"]), default=None
        )
        return None if closest is None else Fraction(closest["rate_micros"], MICROS)

    if tiers == "retroactive" or not month:
        return at(month)
    edges = {0, month} | {fee[end] or 0 for fee in fitting for end in ("from_cents", "to_cents")}
    steps = sorted(edge for edge in edges if edge <= month)
    each = [(at(low), high - low) for low, high in itertools.pairwise(steps)]
    known = [rate * width for rate, width in each if rate is not None]
    return sum(known, Fraction(0)) / month if known else None


def _quality(part: Callable[[Row], Pair]) -> Count:
    return of_agents("evaluations", "evaluated_on", part)


COUNTS: dict[str, Count] = {
    "login_hours": login,
    "utilization": of_agents("shifts", "starts_on", _worked),
    "occupancy": shared(together(busy, under(together(busy, waiting))), "contacts", "shifts"),
    "calls_per_hour": shared(together(calls, under(login)), "contacts", "shifts"),
    "recovered_per_hour": shared(together(money, under(login)), "payments", "shifts"),
    "quality_score": _quality(_points),
    "quality_score/plain": _quality(lambda row: (row["points_micros"], row["possible_micros"])),
    "csat": _answered(_stars),
    "csat/mean": _answered(_mean),
    "nps": _answered(_promoters),
    "training_completion": trained,
    "placement_sales": sold(lambda floor, row: 1),
    "placement_sales/amount": sold(_activated),
    "sales_conversion": together(sold(lambda floor, row: _selling(floor, row["campaign_id"])), _selling_rpcs),
    "cost": costs,
    "cost_per_peso": together(costs, under(where_costed(money))),
    "budget_variance": over_budget,
    "fee_revenue": fees("marginal"),
    "margin": together(where_costed(fees("marginal")), minus(costs), under(where_costed(fees("marginal")))),
}
RETROACTIVE: dict[str, Count] = {
    "fee_revenue": fees("retroactive"),
    "margin": together(
        where_costed(fees("retroactive")), minus(costs), under(where_costed(fees("retroactive")))
    ),
}
