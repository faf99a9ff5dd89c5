"""Sending a report out: to whom config.yaml names, once somebody else has agreed; or into a channel.

Sends nothing itself: it writes down what is to go where, in whose right, and the figures that were agreed to.
"""

import secrets
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from db import deliveries
from db.deliveries import Delivery
from db.periods import Period
from skills.contract import (
    APPROVED_BY,
    Action,
    Answer,
    Context,
    Figures,
    Filter,
    Option,
    Part,
    Preview,
    Question,
    Refused,
    Role,
    Room,
    Table,
    Text,
)
from skills.reports import executive, pack
from skills.reports.request import ReportRequest, SendRequest
from skills.rules import Recipient
from skills.text import period as worded

SENDING: frozenset[Role] = frozenset(("supervisor", "manager", "director", "admin"))
OUTSIDE: frozenset[Role] = frozenset(("manager", "director", "admin"))
OUT = ("executive", "pack", "contacts")  # as documents; the others are messages
WAYS = ("mail", "folder", "client")
_AS_FOLDER = ("folder", "sftp")
MORNING = time(8)
LISTED = 20


def preview(ctx: Context, request: SendRequest) -> Preview:
    if request.channel is not None:
        return _into_channel(ctx, request)
    if ctx.actor.role not in OUTSIDE:
        raise Refused("reports.not_yours", about="role", denied=True)
    if not ctx.rules.reports.recipients:
        raise Refused("reports.no_recipients", about="config")
    report = "pack" if request.report == "weekly" else request.report
    if report not in OUT:
        raise Refused("reports.only_in_slack", about="report", report=ctx.say(f"reports.name.{report}"))
    return _outside(ctx, request, report)


# --- By mail, or into a folder -------------------------------------------------------------------


def _outside(ctx: Context, request: SendRequest, report: str) -> Preview:
    if request.when not in (None, "now"):
        raise Refused("reports.now_only", about="when")
    code, client = _client(ctx, request, report)
    name, recipient = _recipient(ctx, request, code)
    over, figures, numbers = _draft(ctx, request.asked, report)
    target = recipient.target
    filters = [each.model_dump(mode="json") for each in request.asked.filters]
    if client and not filters:
        filters = [{"field": "client", "op": "eq", "value": client}]
    asked = {report: {"filters": filters, "period": over.model_dump(mode="json")}}
    said = worded(over, ctx.actor.language, ctx.now.date())
    title = ctx.say("reports.send.title")
    what = ctx.say(f"reports.name.{report}") + (f" · {client}" if client else "")
    lines: list[Part] = [
        Text(ctx.say("reports.send.what", what=what, period=said)),
        Text(ctx.say("reports.send.to", name=name, where=_where(ctx, target))),
        figures,
        Text(ctx.say("reports.send.kept"), "note"),
    ]
    see = Option(ctx.say("reports.button_see"), report, asked[report])
    # The addresses are the house's own, named in its config: who sends and who agrees has to read them.
    clear = frozenset(target.get("mail", ()))
    answer = Answer(title, f"{title} · {what} · {said}", tuple(lines), next=(see,), clear=clear)
    plan = {
        "request": asked,
        "via": recipient.way,
        "recipient": name,
        "target": target,
        "numbers": numbers,
        "due_at": None,
        APPROVED_BY: list(ctx.rules.reports.approved_by),
    }
    return Preview(answer, plan, size=0, after={"recipient": name, "target": target, "request": asked})


def _client(ctx: Context, request: SendRequest, report: str) -> tuple[str | None, str | None]:
    """Code and name of the creditor whose accounts it holds; none for the agency's own report."""
    if report == "executive":
        return None, None
    named = next((each for each in ctx.rules.reports.recipients.items() if each[0] == request.to), None)
    filters = request.asked.filters
    if not filters and named is not None and named[1].client:
        own = [each for each in ctx.names.of("client") if each.code == named[1].client]
        filters = tuple(_by_client(each.display) for each in own)
    display, _, code = pack.whose(ctx, filters, report)
    return code, display


def _by_client(display: str) -> Filter:
    return Filter(field="client", op="eq", value=display)


def _recipient(ctx: Context, request: SendRequest, code: str | None) -> tuple[str, Recipient]:
    """The one that was named, or the only one there is for this; nobody else's accounts to anybody."""
    fits = {name: each for name, each in ctx.rules.reports.recipients.items() if each.client == code}
    named = ctx.rules.reports.recipients.get(request.to or "")
    if named is not None:
        if named.client != code:
            key = "reports.not_their_own" if code else "reports.not_for_clients"
            raise Refused(key, about="recipient", denied=True, name=str(request.to))
        return str(request.to), named
    if request.to is not None and request.to not in WAYS:
        raise Refused(
            "reports.unknown_recipient",
            about="recipient",
            name=request.to,
            choices=_offered(ctx, request, fits),
        )
    if request.to in ("mail", "folder"):
        ways = ("mail",) if request.to == "mail" else _AS_FOLDER
        fits = {name: each for name, each in fits.items() if each.way in ways}
    if not fits:
        raise Refused("reports.nobody_fits", about="recipient")
    if len(fits) > 1 or request.to is None:
        raise Refused("reports.to_whom", about="slot:to", asks=True, choices=_offered(ctx, request, fits))
    return next(iter(fits.items()))


def _offered(ctx: Context, request: SendRequest, fits: Mapping[str, Recipient]) -> tuple[Option, ...]:
    own = {**request.fields(), "when": "now"}
    return tuple(
        Option(ctx.say("reports.button_to", name=name), "send_report", {**own, "to": name})
        for name in list(fits)[:5]
    )


def _draft(ctx: Context, asked: ReportRequest, report: str) -> tuple[Period, Figures, dict[str, Any]]:
    """What stands for the report in the proposal: its figures, which are those that leave or nothing does."""
    if report == "executive":
        over = executive.period_of(ctx, asked)
        shown = executive.headline(ctx, asked)
        return over, Figures(tuple(shown.values())), executive.numbers(shown)
    _, number, _ = pack.whose(ctx, asked.filters, report)
    over = pack.period_of(ctx, report, asked.period)
    totals = pack.totals_of(ctx, report, number, over)
    return over, Figures(tuple(pack.figures(ctx, totals))), dict(totals)


def _where(ctx: Context, target: Mapping[str, Any]) -> str:
    if "mail" in target:
        return ", ".join(target["mail"])
    if "sftp" in target:
        return ctx.say("reports.sftp", server=target["sftp"], folder=target["folder"])
    return ctx.say("reports.folder", folder=target["folder"])


# --- Into a channel ------------------------------------------------------------------------------


def _into_channel(ctx: Context, request: SendRequest) -> Preview:
    """In one's own right, and never beyond what the channel may show: as a schedule, once."""
    if request.report in ("pack", "contacts"):
        raise Refused("reports.not_in_channels", about="place", denied=True)
    due = _moment(ctx, request.when)
    filters = [each.model_dump(mode="json") for each in request.asked.filters]
    period = request.period.model_dump(mode="json") if request.period else None
    asked: dict[str, dict[str, Any]] = {request.report: {"filters": filters, "period": period}}
    title = ctx.say("reports.send.title")
    name = ctx.say(f"reports.name.{request.report}")
    at = ctx.say("reports.now") if due is None else f"{due:%d/%m/%Y %H:%M}"
    room, shown = _as_shown_there(ctx, request, asked)
    lines: list[Part] = [
        Text(ctx.say("reports.send.channel", what=name, channel=str(request.channel), when=at)),
        Text(
            ctx.say("reports.send.as_of_now" if due is None else "reports.send.as_of_then", echo=shown.echo)
        ),
        *(each for each in shown.parts if isinstance(each, Figures)),
        Text(ctx.say("reports.send.own_right"), "note"),
    ]
    plan: dict[str, Any] = {
        "request": asked,
        "via": "channel",
        "recipient": request.channel,
        "target": {"channel": request.channel},
        "numbers": {},
        "due_at": None if due is None else due.isoformat(),
    }
    if room.client_reads:
        lines.append(Text(ctx.say("reports.send.client_reads", channel=str(request.channel)), "warning"))
        plan[APPROVED_BY] = list(ctx.rules.reports.approved_by)
    return Preview(Answer(title, f"{title} · {name}", tuple(lines)), plan, size=0, after=plan)


def _as_shown_there(
    ctx: Context, request: SendRequest, asked: Mapping[str, Mapping[str, Any]]
) -> tuple[Room, Answer]:
    """What would be read in that channel; refused here and now where the asker or the channel may not."""
    ((intent, fields),) = asked.items()
    room = ctx.room(str(request.channel))
    try:
        shown = room.context.ask(intent, fields)
    except Refused as no:
        if not no.denied:
            raise
        channel, why = str(request.channel), ctx.say(no.key, **no.slots)
        raise Refused(
            "reports.not_in_that_channel", about=no.about, denied=True, channel=channel, why=why
        ) from None
    if shown.sensitive:
        raise Refused("reports.not_in_channels", about="place", denied=True)
    return room, shown


def _moment(ctx: Context, when: str | None) -> datetime | None:
    """None is now. A day alone means its morning."""
    if when in (None, "now"):
        return None
    try:
        said = datetime.fromisoformat(str(when))
        if len(str(when)) == len("2026-11-18"):
            said = datetime.combine(date.fromisoformat(str(when)), MORNING)
    except ValueError:
        raise Refused("desk.bad_request", about="bad_request") from None
    due = said if said.tzinfo else said.replace(tzinfo=ctx.now.tzinfo)
    if due <= ctx.now:
        raise Refused("reports.gone_by", about="when")
    return due.astimezone(ctx.now.tzinfo)


# --- Written down --------------------------------------------------------------------------------


def apply(ctx: Context, plan: Mapping[str, Any]) -> Answer:
    due = datetime.fromisoformat(plan["due_at"]) if plan["due_at"] else ctx.now
    made = Delivery(
        token=secrets.token_urlsafe(12),
        person_id=ctx.actor.person_id,
        approved_by=ctx.approved_by,
        request=plan["request"],
        via=plan["via"],
        recipient=plan["recipient"],
        target=plan["target"],
        numbers=plan["numbers"],
        due_at=due,
        made_at=ctx.now,
    )
    deliveries.keep(ctx.session, made)
    said = ctx.say("reports.on_its_way" if plan["due_at"] is None else "reports.planned")
    return Answer(said, "", (), next=(Option(ctx.say("reports.button_log"), "deliveries", {}),))


# --- What became of them -------------------------------------------------------------------------


def listed(ctx: Context, request: ReportRequest) -> Answer:
    """One's own; of everybody for those who answer for what leaves the house."""
    del request
    mine = None if ctx.actor.role in OUTSIDE and _sees_all(ctx) else ctx.actor.person_id
    found = deliveries.latest(ctx.session, mine, LISTED)
    title = ctx.say("reports.log")
    if not found:
        return Answer(title, title, (Text(ctx.say("reports.log.none")),))
    heads = tuple(ctx.say(f"reports.log.{name}") for name in ("when", "what", "to", "who", "state", "said"))
    rows = tuple(_logged(ctx, one, who) for one, who in found)
    as_json = tuple(
        {"state": one.state, "via": one.via, "recipient": one.recipient, "request": one.request}
        for one, _ in found
    )
    return Answer(title, title, (Table("", heads, rows),), rows=as_json)


def _sees_all(ctx: Context) -> bool:
    scope = ctx.actor.scope
    return scope.clients is None and scope.campaigns is None and scope.supervisors is None


def _logged(ctx: Context, one: Delivery, who: str) -> tuple[str, ...]:
    ((report, fields),) = one.request.items()
    named = [str(each["value"]) for each in fields.get("filters") or () if each["field"] == "client"]
    what = " · ".join((ctx.say(f"reports.name.{report}"), *named))
    moment = (one.changed_at or one.made_at).astimezone(ctx.now.tzinfo)
    return (
        f"{moment:%d/%m %H:%M}",
        what,
        one.recipient,
        who,
        ctx.say(f"reports.state.{one.state}"),
        one.said or "",
    )


SEND = Action("send_report", SendRequest, SENDING, preview, apply, asks=frozenset(("slot:channel",)))
DELIVERIES = Question("deliveries", ReportRequest, SENDING, listed)
