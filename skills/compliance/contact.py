"""May this account be contacted now: yes, with what to mind; or no, by which rule, and from when on."""

from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import Field

from db.law.plan import Block, Planned, looked_at, telephones
from db.masking import ending
from skills import text
from skills.contract import Answer, Context, Option, Part, Refused, Role, Table, Text
from skills.one_account import OneAccount, short, the_account

ROLES: frozenset[Role] = frozenset(
    ("agent", "supervisor", "manager", "compliance", "quality", "admin", "director")
)
Channel = Literal["call", "sms", "whatsapp", "email", "blaster", "ivr", "visit"]
OWNERS = ("TITULAR", "AVAL", "OBLIGADO_SOLIDARIO", "REFERENCIA")
ZONES = (
    *("mexico_city", "merida", "monterrey", "matamoros", "cancun", "chihuahua", "ciudad_juarez", "ojinaga"),
    *("hermosillo", "mazatlan", "bahia_banderas", "tijuana"),
)
PARTS_OF_DAY = ("R01", "R02", "R03", "R04", "R35")


class ContactRequest(OneAccount):
    """`time`: at that hour today, by the agency's clock; none: now."""

    channel: Channel = "call"
    time: str | None = Field(default=None, pattern=r"^([01]\d|2[0-3]):[0-5]\d$")


def answer(ctx: Context, request: ContactRequest) -> Answer:
    account = the_account(ctx, "may_contact", request)
    at = _moment(ctx, request.time)
    planned = Planned("contact", at, request.channel)
    against = looked_at(ctx.session, ctx.calendars, ctx.rules.law, planned, [account.id]).get(account.id, [])
    hard = [block for block in against if block.hard]
    verdict = "no" if hard else "mind" if against else "yes"
    return Answer(
        title=ctx.say(f"law.may_{verdict}", account=short(account.number)),
        echo=_echo(ctx, account.client, at, request),
        parts=(
            *_when(ctx, hard),
            *(Text(_why(ctx, block), "warning" if block.hard else "note") for block in against),
            *_numbers(ctx, account.id, planned, blocked=bool(hard)),
        ),
        rows=({"account": short(account.number), "may": not hard, "against": [_told(b) for b in against]},),
        next=tuple(
            Option(ctx.say("law.what_says", rule=each.rule), "rule", {"rule": each.rule})
            for each in against[:2]
        ),
        sensitive=True,
    )


def _moment(ctx: Context, time: str | None) -> datetime:
    if time is None:
        return ctx.now
    hour, minute = map(int, time.split(":"))
    at = ctx.now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if at < ctx.now - timedelta(minutes=1):
        raise Refused("law.past_time", about="slot:time", time=time)
    return at


def _echo(ctx: Context, client: str, at: datetime, request: ContactRequest) -> str:
    channel = ctx.say(f"law.channel.{request.channel}")
    return " · ".join((client, channel, ctx.say("law.at_agency", time=f"{at:%H:%M}")))


def _when(ctx: Context, hard: list[Block]) -> tuple[Part, ...]:
    """From when on it may be: only where every reason passes by itself."""
    moments = [block.until for block in hard]
    if not moments or any(each is None for each in moments):
        return ()
    until = max(each for each in moments if each is not None).astimezone(ctx.now.tzinfo)
    day = text.day(until.date(), ctx.actor.language, ctx.now.date())
    return (Text(ctx.say("law.from_when", day=day, time=f"{until:%H:%M}")),)


def _why(ctx: Context, block: Block) -> str:
    language = ctx.actor.language
    said = ctx.say("law.because", rule=block.rule, text=block.text[language], article=block.article[language])
    clocks = [
        ctx.say("law.clock", at=at[-5:], zone=_called(ctx, zone)) for zone, at in _clocks(block).items()
    ]
    if block.rule in PARTS_OF_DAY and clocks:
        said = f"{said} {ctx.say('law.their_time', clocks=', '.join(clocks))}"
        if block.facts.get("known_by") in ("nothing", "area_code"):
            said = f"{said} {ctx.say('law.unsure_home')}"
    return said


def _called(ctx: Context, zone: str) -> str:
    """As people call it; what is not of Mexico by its city."""
    name = zone.partition("/")[2].lower()
    return ctx.say(f"law.zone.{name}") if name in ZONES else zone.rpartition("/")[2].replace("_", " ")


def _clocks(block: Block) -> dict[str, str]:
    found: dict[str, str] = block.facts.get("debtor") or {}
    return found


def _numbers(ctx: Context, account: int, planned: Planned, *, blocked: bool) -> tuple[Part, ...]:
    """Which of its telephones may be used; nothing where none may be, or there is none to choose from."""
    listed = telephones(ctx.session, account)
    if blocked or len(listed) < 2 or planned.channel not in ("call", "sms", "whatsapp", "blaster", "ivr"):
        return ()
    rows = []
    for phone in listed:
        one = Planned(planned.deed, planned.at, planned.channel, phone.number)
        against = looked_at(ctx.session, ctx.calendars, ctx.rules.law, one, [account]).get(account, [])
        hard = next((block.rule for block in against if block.hard), None)
        may = ctx.say("law.phone_no", rule=hard) if hard else ctx.say("law.phone_yes")
        rows.append((f"…{ending(phone.number)}", _owner(ctx, phone.whose), may))
    heads = tuple(ctx.say(f"law.head.{name}") for name in ("phone", "owner", "may"))
    return (Table(ctx.say("law.phones"), heads, tuple(rows)),)


def _owner(ctx: Context, whose: str) -> str:
    return ctx.say(f"law.owner.{whose if whose in OWNERS else 'other'}")


def _told(block: Block) -> dict[str, Any]:
    return {
        "rule": block.rule,
        "severity": block.severity,
        "hard": block.hard,
        "until": block.until.isoformat() if block.until else None,
        "facts": dict(block.facts),
    }
