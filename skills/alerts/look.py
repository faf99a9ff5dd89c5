"""Reads what a watch looks at, in the right of whom it is kept for. Decides nothing and writes nothing."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from db.alert_rules import UPWARD
from db.alerts import Reading
from db.periods import Period, day
from skills.alerts.causes import causes_of
from skills.alerts.spec import Span, WatchSpec
from skills.contract import Answer, Context, Refused
from skills.rules import Freshness

LEAST_CASES = 30  # a share of fewer cases says nothing
REPLAYED_WEEKS = 8
DAYS = 28
SHOWN = 6
EXPLAINED = 3  # of a watch's subjects at one look: each is a question of its own
# How the question says that the data goes on to the period's end, or beyond it, without what was asked.
NO_ROWS, NO_ROWS_THEN = "kpi.nothing_matches", "kpi.nothing_found"


def readings(ctx: Context, spec: WatchSpec, now: datetime | None = None) -> list[Reading]:
    """One for each subject. Where nothing can be read there is none, and nothing changes."""
    at = now or ctx.now
    try:
        match spec.kind:
            case "anomaly":
                return [_odd(ctx, spec, at)]
            case "data":
                return [_late(ctx, spec, at)]
            case _:
                return list(_numbers(ctx, spec, at))
    except Refused as refusal:
        return _none(ctx, spec, at, refusal)


def _none(ctx: Context, spec: WatchSpec, at: datetime, refusal: Refused) -> list[Reading]:
    """No rows of a day that is loaded are a zero, where things are counted; anything else is not known."""
    if spec.kind != "threshold" or spec.split is not None or ctx.metrics.metrics[spec.watched].kind != "flow":
        return []
    metric, span = ctx.metrics.metrics[spec.watched], span_of(ctx, spec)
    loaded = refusal.key == NO_ROWS or (refusal.key == NO_ROWS_THEN and span == "day")
    if not loaded or metric.parts(metric.default_variant).den is not None:
        return []
    shown = {"asked": request_of(ctx, spec, at), "row": {"value": "0"}, "as_of": {}}
    return [Reading("", Decimal(0), f"{at.isoformat(timespec='minutes')}:0", shown)]


def span_of(ctx: Context, spec: WatchSpec) -> Span:
    """A sum that has to reach something is judged once its day is over; one that must not pass, at once."""
    if spec.span is not None:
        return spec.span
    metric = ctx.metrics.metrics[spec.watched]
    if spec.kind in ("pace", "close") or metric.kind != "flow" or metric.months:
        return "to_date"
    adds_up = metric.parts(metric.default_variant).den is None
    return "day" if adds_up and spec.op not in UPWARD else "today"


def request_of(ctx: Context, spec: WatchSpec, at: datetime) -> dict[str, Any]:
    """The KPI question behind it."""
    fields: dict[str, Any] = {"metric": spec.watched}
    fields["filters"] = [each.model_dump(mode="json") for each in spec.filters]
    if spec.split is not None:
        fields["dims"] = [spec.split]
    span = span_of(ctx, spec)
    if span == "today":
        fields["period"] = day(at.date()).model_dump(mode="json")
    elif span == "day":
        fields["period"] = day(_last_over(ctx, at)).model_dump(mode="json")
    return fields


def _last_over(ctx: Context, at: datetime) -> date:
    """The last business day that is over."""
    before: date = ctx.calendars.working.add_business_days(at.date(), -1)
    return before


def _numbers(ctx: Context, spec: WatchSpec, at: datetime) -> Iterator[Reading]:
    fields = request_of(ctx, spec, at)
    answer = ctx.ask("kpi", fields, at)
    key = _key(ctx, spec, answer, at)
    at_once = spec.slips == spec.clears == 1  # else it counts days, not each change within one
    explained = 0
    for row in answer.rows:
        subject = "" if spec.split is None else str(row.get(spec.split) or "")
        if spec.split is not None and not subject:
            continue
        shown = {"asked": _of(fields, spec, subject), "row": _plain(row), "as_of": _as_of(answer)}
        amount = amount_of(ctx, spec, row)
        if amount is not None and spec.bound.past(amount) and explained < EXPLAINED:
            shown |= causes_of(ctx, spec, shown["asked"], at)
            explained += 1
        yield Reading(subject[:120], amount, f"{key}:{amount}"[:60] if at_once else key, shown)


def _of(fields: Mapping[str, Any], spec: WatchSpec, subject: str) -> dict[str, Any]:
    """The question behind one subject's number."""
    asked = {name: value for name, value in fields.items() if name != "dims"}
    if subject and spec.split is not None:
        asked["filters"] = [*asked["filters"], {"field": spec.split, "op": "eq", "value": subject}]
    return asked


def amount_of(ctx: Context, spec: WatchSpec, row: Mapping[str, Any]) -> Decimal | None:
    """The number that is held against the bound; none where nothing is known."""
    if spec.kind == "close":
        close, aim = row.get("close"), row.get("month_target")
        return Decimal(str(close)) / Decimal(str(aim)) if close and aim and Decimal(str(aim)) else None
    if row.get("value") is None:
        return None
    metric = ctx.metrics.metrics[spec.watched]
    share = row.get("denominator") is not None and metric.kind == "flow" and metric.id != "goal_attainment"
    if share and int(row.get("n") or 0) < LEAST_CASES:
        return None
    return Decimal(str(row["value"]))


def _key(ctx: Context, spec: WatchSpec, answer: Answer, at: datetime) -> str:
    """A running day is a new reading at each look; what is over is one once, until newer data comes in."""
    if span_of(ctx, spec) == "today":
        return at.isoformat(timespec="minutes")
    known = max(_as_of(answer).values(), default="")
    return f"{_last_over(ctx, at) if span_of(ctx, spec) == 'day' else at.date()}:{known}"


def _as_of(answer: Answer) -> dict[str, str]:
    return dict(answer.basis.as_of) if answer.basis is not None else {}


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("value", "previous", "target", "n", "close", "month_target", "gap", "daily_pace")
    return {name: str(row[name]) for name in kept if row.get(name) is not None}


def _odd(ctx: Context, spec: WatchSpec, at: datetime) -> Reading:
    """How many numbers of the last day that is over stood out."""
    over = _last_over(ctx, at)
    fields = {
        "filters": [each.model_dump(mode="json") for each in spec.filters],
        "period": day(over).model_dump(mode="json"),
    }
    rows = ctx.ask("anomalies", fields, at).rows
    shown = {"anomalies": fields, "rows": [dict(row) for row in rows[:SHOWN]], "of": len(rows)}
    return Reading("", Decimal(len(rows)), over.isoformat(), shown)


def _late(ctx: Context, spec: WatchSpec, at: datetime) -> Reading:
    """How many business days are missing, up to the one before today, beyond what the source promises."""
    found, today = awaited(ctx, spec, at), at.date()
    if found is None:
        return Reading("", None, "", {})
    last, may = found
    since = Period(start=min(last + timedelta(days=1), today), end=today)
    missing = ctx.calendars.working.business_days(since) if last < today else 0
    late = max(missing - may, 0)
    return Reading("", Decimal(late), f"{today}:{last}", {"last": last.isoformat(), "late": late})


def awaited(ctx: Context, spec: WatchSpec, at: datetime) -> tuple[date, int] | None:
    """The last day of a source, whole or of a client, and by how many business days it may be older."""
    filters = [each.model_dump(mode="json") for each in spec.filters]
    known = _as_of(ctx.ask("kpi", {"metric": spec.watched, "filters": filters}, at)).get(str(spec.source))
    rules: Freshness = ctx.rules.freshness
    return None if known is None else (date.fromisoformat(known), getattr(rules, str(spec.source)))


# --- What it would have done ---------------------------------------------------------------------------


def replay(ctx: Context, spec: WatchSpec) -> list[tuple[date, Decimal | None]]:
    """What each day of the last weeks would have read, by what is known today. Of what is followed from cut
    to cut, the end of each of the last weeks; of what is odd, the days of the last one."""
    if spec.kind == "anomaly":
        return _odd_by_day(ctx, spec)
    if spec.kind == "threshold" and span_of(ctx, spec) != "to_date":
        return _by_day(ctx, spec)
    today = ctx.now.date()
    ends = [today - timedelta(weeks=n) for n in range(REPLAYED_WEEKS, -1, -1)]
    return [(end, _then(ctx, spec, end)) for end in ends]


def _then(ctx: Context, spec: WatchSpec, end: date) -> Decimal | None:
    at = ctx.now if end == ctx.now.date() else datetime.combine(end, time(20), ctx.now.tzinfo)
    found = readings(ctx, spec, at)
    return found[0].amount if found else None


def _odd_by_day(ctx: Context, spec: WatchSpec) -> list[tuple[date, Decimal | None]]:
    over = Period(start=ctx.now.date() - timedelta(days=7), end=_last_over(ctx, ctx.now))
    asked = {
        "filters": [each.model_dump(mode="json") for each in spec.filters],
        "period": over.model_dump(mode="json"),
    }
    try:
        rows = ctx.ask("anomalies", asked).rows
    except Refused:
        return []
    odd = Counter(str(row["day"]) for row in rows)
    days = (over.start + timedelta(days=n) for n in range(over.days))
    return [(on, Decimal(odd[on.isoformat()])) for on in days if ctx.calendars.working.is_business_day(on)]


def _by_day(ctx: Context, spec: WatchSpec) -> list[tuple[date, Decimal | None]]:
    today = ctx.now.date()
    over = Period(start=today - timedelta(days=DAYS), end=today - timedelta(days=1))
    fields = request_of(ctx, spec, ctx.now)
    fields |= {"period": over.model_dump(mode="json"), "grain": "day"}
    try:
        rows = ctx.ask("kpi", fields).rows
    except Refused:
        return []
    days = [(date.fromisoformat(row["day"]), amount_of(ctx, spec, row)) for row in rows if "day" in row]
    return [(on, amount) for on, amount in days if ctx.calendars.working.is_business_day(on)]
