"""Net flow: the stock of a bucket at the closing cut over that of the bucket before it at the opening one.

Two stocks, whoever is in them: no account is followed. Knows each creditor's own buckets; the last one, which
has no end, is flowed into for ever and is nobody's next.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from operator import contains, eq, ne

from sqlalchemy import Connection, select

from db.buckets import edges_of, labels_of
from db.numbers import Condition, Key, Sum, sum_up
from db.periods import Period
from db.tables.reference import clients
from skills.contract import Context
from skills.kpi.plan import Plan

LEFT = ("bucket", "bucket_from")  # both name the bucket that is flowed out of
_STEP = {"opening": 0, "closing": 1}


def flowing(
    ctx: Context, plan: Plan, period: Period, dims: tuple[str, ...], *, cut: str, measure: str
) -> Mapping[Key, Sum]:
    """A cut's stocks by the bucket flowed out of: at the opening its own, at the close the one before."""
    read = tuple(dict.fromkeys((*(d for d in dims if d not in LEFT), "client", "bucket")))
    found = sum_up(
        ctx.session,
        (measure,),
        dims=read,
        conditions=[c for c in plan.conditions if c.dim not in LEFT],
        scope=ctx.actor.scope,
        window=plan.window(period),
    )
    labels = _labels(ctx.session)
    asked = [c for c in plan.conditions if c.dim in LEFT]
    totals: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
    for key, (stock,) in found.by_key.items():
        row = dict(zip(read, key, strict=True))
        left = _left(labels[row["client"]], row["bucket"], _STEP[cut])
        if left is not None and all(_meets(left, c) for c in asked):
            held = totals[tuple(left if d in LEFT else row[d] for d in dims)]
            held[0] += int(stock.total)
            held[1] += stock.size
    return {key: Sum(total, size) for key, (total, size) in totals.items()}


def _labels(connection: Connection) -> dict[int, tuple[str, ...]]:
    rows = connection.execute(select(clients.c.id, clients.c.bucket_edges))
    return {client: labels_of(edges_of(edges)) for client, edges in rows}


def _left(labels: Sequence[str], bucket: str, step: int) -> str | None:
    """The bucket flowed out of, if both it and the one flowed into have an end."""
    number = labels.index(bucket) - step if bucket in labels else -1
    return labels[number] if 0 <= number < len(labels) - 2 else None


def _meets(left: str, asked: Condition) -> bool:
    tests = {"eq": eq, "ne": ne}
    if asked.op in tests:
        return bool(tests[asked.op](left, asked.values[0]))
    return contains(asked.values, left) == (asked.op == "in")
