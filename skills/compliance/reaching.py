"""What the rules say of a way of reaching people, of no account: an hour, a day, somebody else, a threat.

Tells the rule and its article; words nothing that would be said to a debtor.
"""

from collections.abc import Mapping
from datetime import date, time
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from db.law.book import load_book
from db.law.complaints import Creditor, creditors
from db.law.hours import CLOSES, OPENS
from db.law.judging import SPOKEN
from skills import text
from skills.compliance.contact import PARTIES, ROLES, TIME, Channel, Party, said_of, what_says
from skills.contract import Answer, Context, Part, Table, Text

__all__ = ["ROLES", "ReachingRequest", "answer"]

Topic = Literal["threat", "authority", "expose"]
Verdict = Literal["yes", "mind", "policy", "depends", "no"]
TOPICS: Mapping[str, tuple[str, ...]] = {
    "threat": ("R10", "R19"),
    "authority": ("R11",),
    "expose": ("R12", "R10"),
}
SATURDAY = 5


class ReachingRequest(BaseModel):
    """`feast`: on holidays, whichever. Nothing said: the hours and days there are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channel: Channel = "call"
    day: date | None = None
    feast: bool = False
    time: str | None = Field(default=None, pattern=TIME)
    party: Party | None = None
    topic: Topic | None = None


def answer(ctx: Context, request: ReachingRequest) -> Answer:
    book = load_book().in_force(ctx.now.date())
    rules = [book[name] for name in _rules(request) if name in book]
    days = _days(ctx, request)
    verdict = _verdict(request, {against for _, against in days})
    parts: list[Part] = [Text(said_of(ctx, rule), "note") for rule in rules]
    if days:
        parts.append(_by_client(ctx, days))
    return Answer(
        title=ctx.say(f"law.so_{verdict}"),
        echo=_echo(ctx, request),
        parts=(*parts, Text(ctx.say("law.so_of_account"), "note")),
        rows=tuple({"rule": rule.id, "verdict": verdict} for rule in rules),
        next=tuple(what_says(ctx, rule.id) for rule in rules[:3]),
    )


def _rules(request: ReachingRequest) -> list[str]:
    """In the order in which they are told."""
    named = [*TOPICS.get(request.topic or "", ()), *PARTIES.get(request.party or "", ())]
    bare = not (named or request.day or request.feast or request.time)
    if request.time is not None or bare:
        named.append("R01" if request.channel in SPOKEN else "R04")
    if request.day is not None or request.feast or bare:
        named += ["R02", "R03"]
    return list(dict.fromkeys(named))


def _verdict(request: ReachingRequest, against: set[str | None]) -> Verdict:
    """`against`: the rules that shut that day, of one client or another; None: open."""
    if request.topic is not None or request.party == "third" or against == {"R02"}:
        return "no"
    if request.time is not None and not OPENS <= time.fromisoformat(request.time) < CLOSES:
        return "no"
    if against - {None}:
        return "depends" if None in against else "policy"
    return "mind" if request.party or not (request.time or against) else "yes"


def _day(ctx: Context, request: ReachingRequest) -> date | None:
    """The day said; of holidays in general, the next one."""
    if request.day is not None or not request.feast:
        return request.day
    today, labour = ctx.now.date(), ctx.calendars.labour
    ahead = labour.closed_days(today.year) | labour.closed_days(today.year + 1)
    return min((day for day in ahead if day > today), default=None)


def _days(ctx: Context, request: ReachingRequest) -> list[tuple[Creditor, str | None]]:
    """Of each client in reach, the rule that shuts that day for its debtors; None where it is open."""
    day = _day(ctx, request)
    if day is None or request.party == "third" or request.topic is not None:
        return []
    return [(each, _shut(ctx, each, day)) for each in creditors(ctx.session, ctx.actor.scope)]


def _shut(ctx: Context, creditor: Creditor, day: date) -> str | None:
    if creditor.regime == "COMERCIAL" and day.weekday() >= SATURDAY:
        return "R02"
    return None if ctx.rules.law.open_on(creditor.code, day, ctx.calendars.labour) else "R03"


def _by_client(ctx: Context, days: list[tuple[Creditor, str | None]]) -> Table:
    heads = (ctx.say("law.head.client"), ctx.say("law.head.regime"), ctx.say("law.head.may"))
    rows = []
    for one, against in days:
        may = ctx.say("law.phone_no", rule=against) if against else ctx.say("law.phone_yes")
        rows.append((one.name, ctx.say(f"law.regime.{one.regime}"), may))
    return Table("", heads, tuple(rows))


def _echo(ctx: Context, request: ReachingRequest) -> str:
    said = [ctx.say(f"law.topic.{request.topic}" if request.topic else f"law.channel.{request.channel}")]
    said += [ctx.say(f"law.party.{request.party}")] if request.party else []
    day = _day(ctx, request)
    said += [ctx.say("law.on_feast")] if request.feast else []
    said += [text.day(day, ctx.actor.language, ctx.now.date())] if day else []
    said += [ctx.say("law.at_theirs", time=request.time)] if request.time else []
    return " · ".join(said)
