"""Groups of too few cases, which would speak of somebody: left out where anybody may read along.

Knows no number's meaning; how few is too few the agency says.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from db.numbers import Key
from skills.contract import Context, Refused
from skills.kpi.draw import Measured
from skills.kpi.plan import Plan
from skills.kpi.rows import Line


def fewest(ctx: Context) -> int:
    """A group has to have so many cases to be shown here; 0: any."""
    return ctx.rules.masking.fewest if ctx.open else 0


def is_few(ctx: Context, *lines: Line | None) -> bool:
    return any(line is not None and 0 < line.n < fewest(ctx) for line in lines)


def refuse_few(ctx: Context, plan: Plan, total: Line | None) -> None:
    """Of a part that was picked out; what the whole of somebody's portfolio holds is no group."""
    if plan.conditions and is_few(ctx, total):
        raise Refused("kpi.few_here", about="channel", denied=True, n=fewest(ctx))


def thinned(ctx: Context, measured: Measured, *, adds_up: bool) -> tuple[Measured, int]:
    """Without its small groups, and how many those are. One alone could be told from the total by taking
    away: the next smallest goes with it."""
    if not fewest(ctx) or not measured.dims:
        return measured, 0
    gone = {key for key, line in measured.rows if is_few(ctx, line)}
    left = [(line.n, str(key), key) for key, line in measured.rows if key not in gone and line.n]
    if adds_up and len(gone) == 1 and left:
        gone.add(min(left)[2])
    rows = [(key, line) for key, line in measured.rows if key not in gone]
    before = _shown(ctx, measured.before, gone)
    return replace(measured, rows=rows, before=before), len(gone)


def thinned_steps(
    ctx: Context, plan: Plan, found: Iterable[tuple[object, Mapping[Key, Line]]]
) -> tuple[list[dict[Key, Line]], int]:
    """The same of each step of a line over time; a line that is neither split nor picked out stays."""
    every = [dict(by_key) for _, by_key in found]
    if not (plan.dims or plan.conditions):
        return every, 0
    kept = [_shown(ctx, by_key, set()) for by_key in every]
    return kept, sum(map(len, every)) - sum(map(len, kept))


def _shown(ctx: Context, lines: Mapping[Key, Line], gone: set[Key]) -> dict[Key, Line]:
    return {key: line for key, line in lines.items() if key not in gone and not is_few(ctx, line)}
