"""May this account be contacted now: yes, with what to mind; or no, by which rule, and from when on."""

from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from pydantic import Field

from db.law.book import Rule, load_book
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
NOON = time(12)
# What the book says of who else is reached, whatever the account.
PARTIES: dict[str, tuple[str, ...]] = {"third": ("R06", "R07"), "work": ("R08b", "R06")}
PARTS_OF_DAY = ("R01", "R02", "R03", "R04", "R35")


TIME = r"^([01]\d|2[0-3]):[0-5]\d$"
Party = Literal["third", "work"]


class ContactRequest(OneAccount):
    """`day` and `time` by the agency's clock; no day: today; nothing said: now. `party`: not the debtor at
    home, but somebody else, or at work."""

    channel: Channel = "call"
    day: date | None = None
    time: str | None = Field(default=None, pattern=TIME)
    party: Party | None = None


def answer(ctx: Context, request: ContactRequest) -> Answer:
    account = the_account(ctx, "may_contact", request)
    at = _moment(ctx, request.day, request.time)
    planned = Planned("contact", at, request.channel)
    against = looked_at(ctx.session, ctx.calendars, ctx.rules.law, planned, [account.id]).get(account.id, [])
    hard = [block for block in against if block.hard]
    others = PARTIES[request.party] if request.party else ()
    rules = [rule for name in others if (rule := load_book().rule(name, at.date()))]
    verdict = "no" if hard or request.party == "third" else "mind" if against or rules else "yes"
    return Answer(
        title=ctx.say(f"law.may_{verdict}", account=short(account.number)),
        echo=_echo(ctx, account.client, at, request),
        parts=(
            *(() if verdict == "no" and not hard else _when(ctx, hard)),
            *(Text(said_of(ctx, rule), "note") for rule in rules),
            *(Text(_why(ctx, block, at, request), "warning" if block.hard else "note") for block in against),
            *_no_hour(ctx, request),
            *_numbers(ctx, account.id, planned, blocked=verdict == "no"),
        ),
        rows=(
            {
                "account": short(account.number),
                "may": verdict != "no",
                "against": [_told(b) for b in against],
                "rules": [rule.id for rule in rules],
            },
        ),
        next=tuple(what_says(ctx, name) for name in _named(rules, against)[:2]),
        sensitive=True,
    )


def _named(rules: list[Rule], against: list[Block]) -> list[str]:
    return list(dict.fromkeys([*(rule.id for rule in rules), *(block.rule for block in against)]))


def what_says(ctx: Context, rule: str) -> Option:
    return Option(ctx.say("law.what_says", rule=rule), "rule", {"rule": rule})


def said_of(ctx: Context, rule: Rule) -> str:
    language = ctx.actor.language
    written = rule.written
    slots = {"text": written.text.in_(language).rstrip("."), "article": written.article.in_(language)}
    return ctx.say("law.because", rule=rule.id, **slots)


def _moment(ctx: Context, day: date | None, at: str | None) -> datetime:
    """By the agency's clock. A day without an hour: noon, which is lawful all over Mexico."""
    today = ctx.now.date()
    if day is not None and day < today:
        raise Refused("law.past_day", about="slot:day", day=text.day(day, ctx.actor.language, today))
    if at is None and day in (None, today):
        return ctx.now
    moment = datetime.combine(day or today, time.fromisoformat(at) if at else NOON, ctx.now.tzinfo)
    if moment < ctx.now - timedelta(minutes=1):
        raise Refused("law.past_time", about="slot:time", time=at)
    return moment


def _echo(ctx: Context, client: str, at: datetime, request: ContactRequest) -> str:
    said = [client, ctx.say(f"law.channel.{request.channel}")]
    said += [ctx.say(f"law.party.{request.party}")] if request.party else []
    if at.date() != ctx.now.date():
        said.append(text.day(at.date(), ctx.actor.language, ctx.now.date()))
    if not _hour_left_out(ctx, request):
        said.append(ctx.say("law.at_agency", time=f"{at:%H:%M}"))
    return " · ".join(said)


def _hour_left_out(ctx: Context, request: ContactRequest) -> bool:
    return request.time is None and request.day not in (None, ctx.now.date())


def _no_hour(ctx: Context, request: ContactRequest) -> tuple[Part, ...]:
    return (Text(ctx.say("law.no_hour"), "note"),) if _hour_left_out(ctx, request) else ()


def _when(ctx: Context, hard: list[Block]) -> tuple[Part, ...]:
    """From when on it may be: only where every reason passes by itself."""
    moments = [block.until for block in hard]
    if not moments or any(each is None for each in moments):
        return ()
    until = max(each for each in moments if each is not None).astimezone(ctx.now.tzinfo)
    day = text.day(until.date(), ctx.actor.language, ctx.now.date())
    return (Text(ctx.say("law.from_when", day=day, time=f"{until:%H:%M}")),)


def _why(ctx: Context, block: Block, at: datetime, request: ContactRequest) -> str:
    language = ctx.actor.language
    written = block.text[language].rstrip(".")
    said = ctx.say("law.because", rule=block.rule, text=written, article=block.article[language])
    if _hour_left_out(ctx, request):
        return said
    clocks = [
        ctx.say("law.clock", at=there[-5:], zone=_called(ctx, zone)) for zone, there in _clocks(block).items()
    ]
    if block.rule in PARTS_OF_DAY and clocks:
        their_time = "law.their_time" if at <= ctx.now else "law.their_time_then"
        said = f"{said} {ctx.say(their_time, clocks=', '.join(clocks))}"
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
