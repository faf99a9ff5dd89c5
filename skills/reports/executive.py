"""The executive report: what the numbers say of a period, put together from the answers of the other skills.

It reckons nothing itself. What could not be answered has its page all the same, and says why.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

from db.cutoffs import previous_same_cutoff
from db.periods import Period, month_of
from skills.contract import (
    Answer,
    Context,
    Figure,
    Figures,
    File,
    Option,
    Part,
    Question,
    Refused,
    Role,
    Table,
    Text,
    Trend,
)
from skills.reports.deck import deck
from skills.reports.pages import Book, Page, card, fitting
from skills.reports.paper import printed
from skills.reports.request import ReportRequest
from skills.text import period as worded

ROLES: frozenset[Role] = frozenset(("supervisor", "manager", "director", "admin"))
HEADLINES = (
    *("recovered_amount", "recovery_rate", "roll_rate"),
    *("ptp_kept_rate", "contact_rate", "rpc_rate"),
)
DAYS, WEEKS = 14, 100  # up to so many days are told by day, by week
YOUNG = 3  # days of a month that say nothing yet: the month before is meant


def executive(ctx: Context, request: ReportRequest) -> Answer:
    over = period_of(ctx, request)
    asked = {"filters": [each.model_dump(mode="json") for each in request.filters]}
    fields = {**asked, "period": over.model_dump(mode="json")}
    found = {metric: _asked(ctx, "kpi", _compared(ctx, metric, fields)) for metric in HEADLINES}
    pages = tuple(_pages(ctx, found, fields))
    title = ctx.say("reports.executive.title")
    said = worded(over, ctx.actor.language, ctx.now.date())
    echo = " · ".join((title, said, *_whose(request), ctx.actor.scope.label))
    book = Book(title, echo.removeprefix(f"{title} · "), _stamp(ctx), pages)
    name = f"cartera_{over.start}_{over.end}"
    files = (
        File(f"{name}.pptx", f"{title} · {said}", partial(deck, book, ctx.actor.language)),
        File(f"{name}.pdf", f"{title} · {said}", partial(printed, book, ctx.actor.language)),
    )
    figures = _figures(found)
    parts: tuple[Part, ...] = (Figures(tuple(figures.values())), *_told(ctx, pages))
    rows = ({"numbers": numbers(figures), "pages": [page.title for page in pages]},)
    ways = (_send(ctx, request, over),) if ctx.actor.role != "supervisor" else ()
    return Answer(title, echo, parts, rows, next=ways, files=files)


def period_of(ctx: Context, request: ReportRequest) -> Period:
    """The running month; in its first days, the month before."""
    today = ctx.now.date()
    if request.period is not None:
        if request.period.start > today:
            raise Refused("reports.to_come", about="period")
        return Period(start=request.period.start, end=min(request.period.end, today))
    if today.day <= YOUNG:
        return month_of(month_of(today).start - timedelta(days=1))
    return Period(start=month_of(today).start, end=today)


def headline(ctx: Context, request: ReportRequest) -> dict[str, Figure]:
    """What stands for the whole, by metric: cheap to read, and what somebody agrees to."""
    over = period_of(ctx, request)
    filters = [each.model_dump(mode="json") for each in request.filters]
    fields = {"filters": filters, "period": over.model_dump(mode="json")}
    return _figures({metric: _asked(ctx, "kpi", _compared(ctx, metric, fields)) for metric in HEADLINES})


def numbers(figures: Mapping[str, Figure]) -> dict[str, str | None]:
    """As JSON, to be compared: two reports with the same numbers say the same, in any language."""
    return {
        metric: None if each.value.amount is None else str(round(each.value.amount, 6))
        for metric, each in figures.items()
    }


def _compared(ctx: Context, metric: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """All against the same days before: a report does not compare one number with October and the next with
    a part of it."""
    over = Period.model_validate(fields["period"])
    before = _before(ctx, over).model_dump(mode="json")
    return {**fields, "metric": metric, "compare": {"to": "period", "period": before}}


def _before(ctx: Context, over: Period) -> Period:
    return previous_same_cutoff(over, ctx.now.date(), ctx.calendars.working)


def _asked(ctx: Context, intent: str, fields: Mapping[str, Any]) -> Answer | str:
    """The answer, or why there is none."""
    try:
        return ctx.ask(intent, fields)
    except Refused as no:
        return ctx.say(no.key, **no.slots)


def _figures(found: Mapping[str, Answer | str]) -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    for metric, answer in found.items():
        parts = answer.parts if isinstance(answer, Answer) else ()
        for part in parts:
            if isinstance(part, Figures) and part.items:
                figures.setdefault(metric, part.items[0])
    return figures


# --- The pages -----------------------------------------------------------------------------------


def _pages(ctx: Context, found: Mapping[str, Answer | str], fields: Mapping[str, Any]) -> Iterator[Page]:
    scores = _asked(ctx, "scorecard", fields)
    lacking = tuple(
        Text(f"{ctx.metrics.label(metric, ctx.actor.language)}: {why}", "note")
        for metric, why in found.items()
        if isinstance(why, str)
    )
    changes = _of(scores, Text)[:1] if isinstance(scores, Answer) else ()
    cards = tuple(card(each, ctx.say, ctx.actor.language) for each in _figures(found).values())
    yield Page(ctx.say("reports.page.essential"), (*changes, *lacking), cards)
    money = {**fields, "metric": "recovered_amount"}
    over = Period.model_validate(fields["period"])
    yield _page(ctx, "recovery", "kpi", {**money, "grain": _grain(over), "chart": "line"}, Trend, Table)
    by_client = _page(ctx, "clients", "kpi", {**money, "dims": ["client"]}, Trend, Table)
    if by_client.table is None or len(by_client.table.rows) > 1:
        yield by_client
    yield from _of_scorecard(ctx, scores)
    yield _page(ctx, "why", "why", money, Text, Table)
    yield Page(ctx.say("reports.page.how"), tuple(_how(ctx, found, over)))


def _grain(over: Period) -> str:
    return "day" if over.days <= DAYS else "week" if over.days <= WEEKS else "month"


def _page(ctx: Context, name: str, intent: str, fields: Mapping[str, Any], *kinds: type[Part]) -> Page:
    answer, title = _asked(ctx, intent, fields), ctx.say(f"reports.page.{name}")
    if isinstance(answer, str):
        return Page(title, (Text(answer, "note"),))
    return Page(title, fitting(part for kind in kinds for part in _of(answer, kind)))


def _of(answer: Answer, kind: type[Part]) -> tuple[Part, ...]:
    """What is said plainly; what qualifies it has its own page."""
    found = (part for part in answer.parts if isinstance(part, kind))
    return tuple(part for part in found if not isinstance(part, Text) or part.tone == "plain")


def _of_scorecard(ctx: Context, scores: Answer | str) -> Iterator[Page]:
    if isinstance(scores, str):
        yield Page(ctx.say("reports.page.indicators"), (Text(scores, "note"),))
        return
    tables, charts = _of(scores, Table), _of(scores, Trend)
    if tables:
        yield Page(ctx.say("reports.page.indicators"), tables[:1])
    if len(tables) > 1:
        yield Page(ctx.say("reports.page.owners"), (*charts[:1], tables[1]))


def _how(ctx: Context, found: Mapping[str, Answer | str], over: Period) -> Iterator[Part]:
    """How old the data is, what each number means, and what qualifies it: each said once."""
    before = _before(ctx, over)
    uneven = ctx.say("kpi.uneven", now=over.days, then=before.days)  # said to whoever chose the days herself
    yield Text(ctx.say("reports.against", period=worded(before, ctx.actor.language, ctx.now.date())))
    bases = [each.basis for each in found.values() if isinstance(each, Answer) and each.basis is not None]
    ages = dict.fromkeys(part for basis in bases for part in basis.as_of_label.split(" · ") if part)
    yield Text(ctx.say("reports.data", ages=" · ".join(ages)))
    for basis in bases:
        yield Text(f"{basis.label}: {basis.definition}")
    for note in dict.fromkeys(note for basis in bases for note in basis.notes):
        if note != uneven:
            yield Text(note, "note")


# --- In the chat ---------------------------------------------------------------------------------


def _told(ctx: Context, pages: tuple[Page, ...]) -> Iterator[Part]:
    first = [part for part in pages[0].parts if isinstance(part, Text)]
    yield from first
    listed = ", ".join(page.title for page in pages)
    yield Text(ctx.say("reports.executive.holds", pages=listed), "note")


def _send(ctx: Context, request: ReportRequest, over: Period) -> Option:
    own = {**request.fields(), "period": over.model_dump(mode="json"), "report": "executive"}
    return Option(ctx.say("reports.button_send"), "send_report", own)


def _whose(request: ReportRequest) -> tuple[str, ...]:
    return tuple(str(each.value) for each in request.filters if each.op in ("eq", "in"))


def _stamp(ctx: Context) -> str:
    moment = f"{_day(ctx.now.date())} {ctx.now:%H:%M}"
    return ctx.say("reports.stamp", who=ctx.actor.name, when=moment)


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


EXECUTIVE = Question("executive", ReportRequest, ROLES, executive)
__all__ = ["EXECUTIVE", "executive", "headline", "numbers", "period_of"]
