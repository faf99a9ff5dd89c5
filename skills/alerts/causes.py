"""What moved a number past its bound, as the question "why" tells it: as JSON, and in a reader's words.

Nothing is said where the number moved the other way: it was past its bound already, and that is no cause.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from db.alert_rules import UPWARD
from skills.alerts.spec import WatchSpec
from skills.contract import Context, Refused

MOST = 3


def explained(spec: WatchSpec) -> str | None:
    """The metric to explain; none of what is no number, or not reached yet."""
    if spec.kind == "pace":
        return "recovered_amount"
    return spec.watched if spec.kind == "threshold" else None


def causes_of(ctx: Context, spec: WatchSpec, asked: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """Under "causes", or nothing. Names only what whoever it is kept for may see."""
    metric = explained(spec)
    if metric is None:
        return {}
    try:
        answer = ctx.ask("why", {**asked, "metric": metric}, at)
    except Refused:
        return {}
    up = spec.op in UPWARD
    *rows, total = answer.rows
    dim = next((name.removesuffix("_code") for name in rows[0] if name.endswith("_code")), None)
    same = [row for row in rows if _moved(row, up=up)][:MOST]
    previous = answer.basis.previous if answer.basis is not None else None
    if dim is None or previous is None or not same or not _moved(total, up=up):
        return {}
    against = previous.model_dump(mode="json")
    told = [{"name": str(row[dim]), "before": str(row["previous"]), "now": str(row["value"])} for row in same]
    return {"causes": {"metric": metric, "dim": dim, "against": against, "rows": told}}


def _moved(row: Mapping[str, Any], *, up: bool) -> bool:
    if None in (row["contribution"], row["previous"], row["value"]):
        return False
    share = Decimal(str(row["contribution"]))
    return share > 0 if up else share < 0
