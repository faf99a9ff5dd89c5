"""The question "why did it go up?": chooses the split that explains most of the change, and tells it."""

from fractions import Fraction
from typing import Any, Literal

from skills.contract import Answer, Context, Figures, KpiRequest, Option, Part, Question, Refused, Skill, Text
from skills.kpi.draw import figure
from skills.kpi.few import is_few, refuse_few
from skills.kpi.notes import notes_beside
from skills.kpi.skill import EVERYBODY, basis_of
from skills.kpi.why.compared import Compared, compare
from skills.kpi.why.split import concentrated, of_ratio, of_sum
from skills.kpi.why.told import Account, Told

# What a sum is made of: how many there were, times the average of each.
MADE_OF = {
    "recovered_amount": "payments_count",
    "ptp_amount": "ptp_count",
    "agreements_amount": "agreements_count",
}
BUTTONS = 4
ABOUT = Fraction(1, 20)  # two splits that differ by less explain as much


class WhyRequest(KpiRequest):
    """The KPI's fields. `moved`: which way the asker believes it went."""

    moved: Literal["up", "down", "better", "worse"] | None = None

    def fields(self) -> dict[str, Any]:
        out = super().fields()
        if out["moved"] is None:
            del out["moved"]
        return out


def answer_why(ctx: Context, request: WhyRequest) -> Answer:
    """The change, whether it is one of rates or of mix, and the rows that hold most of it."""
    if request.grain or any(each.field == request.metric for each in request.filters):
        raise Refused("why.two_periods", about="unsupported:trend")
    compared = compare(ctx, request)
    for side in compared.whole:
        refuse_few(ctx, compared.plan, side)
    told = Told(compared, request.moved)
    told.refuse_unchanged()
    counts = _counts(ctx, request)
    accounts = [
        a for dims in _tried(compared, request) if (a := _account(compared, counts, dims)) is not None
    ]
    if not accounts:
        raise Refused("why.no_split", about="unsupported:split", change=told.change(), metric=told.metric)
    best = _best(accounts)
    words, plan = compared.words, compared.plan
    headline = Figures((figure(words, told.metric, compared.whole[1], None),))
    lines = told.sentences(best)
    parts: list[Part] = [headline, *(Text(line) for line in lines), told.table(best, request.limit)]
    notes = (*told.notes(best, accounts), *notes_beside(ctx, plan, words, None, request, compared.now))
    parts += [Text(note, "note") for note in notes]
    return Answer(
        title=words.say("why.title", metric=told.metric),
        echo=words.say("why.echo", reading=words.echo(request), previous=words.period(plan.previous)),
        parts=tuple(parts),
        rows=told.rows(best),
        basis=basis_of(ctx, plan, words, request, compared.now, notes),
        next=_next(compared, request, best, accounts),
    )


def _best(accounts: list[Account]) -> Account:
    """The split in which few rows hold the most beyond their size; the coarsest of those about as good."""
    most = max(account.found.excess for account in accounts)
    return next(account for account in accounts if account.found.excess >= most - ABOUT)


def _tried(compared: Compared, request: KpiRequest) -> list[tuple[str, ...]]:
    """The split asked for, or each that may explain it."""
    asked = compared.plan.dims
    return [asked] if request.dims else [(dim,) for dim in compared.candidates()]


def _counts(ctx: Context, request: KpiRequest) -> Compared | None:
    """The same question of how many there were, where a sum is so many times an average."""
    made_of = MADE_OF.get(str(request.metric))
    if made_of is None or made_of not in ctx.metrics.metrics:
        return None
    variants = ctx.metrics.metrics[made_of].variants
    variant = request.variant if request.variant in variants else None
    try:
        return compare(ctx, request.model_copy(update={"metric": made_of, "variant": variant}))
    except Refused:
        return None  # the split by row still stands


def _account(compared: Compared, counts: Compared | None, dims: tuple[str, ...]) -> Account | None:
    """None where the split adds nothing: its rows do not add up, or there is only one."""
    rows = compared.rows(dims)
    if rows is None or len(rows) < 2 or any(is_few(compared.ctx, *both) for both in rows.values()):
        return None
    numbers = counts.rows(dims) if counts is not None else None
    if compared.plan.parts.den is not None:
        shares = of_ratio(rows, compared.scale)
    else:
        shares = of_sum(rows, compared.scale, numbers)
    return Account(dims, rows, shares, concentrated(shares), numbers)


def _next(
    compared: Compared, request: WhyRequest, best: Account, accounts: list[Account]
) -> tuple[Option, ...]:
    """The other splits of the same change, and the number itself."""
    words = compared.words
    asked = request.model_copy(update={"limit": None, "order": None, "moved": None})
    others = [a.dims[0] for a in accounts if a.dims != best.dims]
    if request.dims:
        others = [dim for dim in compared.candidates() if dim not in request.dims]
    options = [
        Option(
            words.say("why.button.split", dim=words.dim(dim)),
            "why",
            asked.model_copy(update={"dims": (dim,)}).fields(),
        )
        for dim in others[:BUTTONS]
    ]
    plain = KpiRequest.model_validate({**request.model_dump(exclude={"moved"}), "dims": best.dims})
    return (*options, Option(words.say("why.button.number"), "kpi", plain.fields()))


SKILL = Skill("why", (Question("why", WhyRequest, EVERYBODY, answer_why),))
