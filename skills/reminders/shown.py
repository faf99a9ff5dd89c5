"""What somebody agrees to before reminders are planned: how many, whose text, who is left out and why.

No name and no amount of anybody: others may read along.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from db.law.book import load_book
from db.reminder_rules import Template
from skills.contract import (
    Answer,
    Cell,
    Context,
    Figure,
    Figures,
    Option,
    Part,
    Table,
    Text,
    Value,
)
from skills.reminders.fit import LAW, WORDS, Fit, Left
from skills.reminders.request import ReminderRequest
from skills.text import day

RULES_OFFERED = 2


@dataclass(frozen=True)
class Plan:
    request: ReminderRequest
    channel: str
    due: datetime
    promised_on: date
    picked: int
    fit: Fit

    def reasons(self, ctx: Context) -> str:
        return "; ".join(f"{said} ({n:,})" for _, said, n in _left(ctx, self.fit))


def shown(ctx: Context, plan: Plan) -> Answer:
    ready, left = plan.fit.ready, plan.fit.left
    way = ctx.say(f"out.channel.{plan.channel}")
    title = ctx.say("out.title", way=way, n=f"{len(ready):,}", when=_when(ctx, plan.due))
    figures = (
        Figure(ctx.say("out.to_go"), Value(Decimal(len(ready)), "count")),
        Figure(ctx.say("out.left"), Value(Decimal(len(left)), "count")),
    )
    parts: list[Part] = [Figures(figures)]
    if plan.request.of_promises:
        parts.append(Text(ctx.say("out.of_promises", day=day(plan.promised_on, ctx.actor.language))))
    parts += _texts(ctx, {each.template.text: each.template for each in ready}, plan)
    if left:
        parts.append(_left_out(ctx, plan.fit))
    if warned := Counter(rule for each in ready for rule in each.warned):
        said = "; ".join(_ruled(ctx, rule, n) for rule, n in warned.most_common())
        parts.append(Text(ctx.say("out.warned", why=said), "warning"))
    parts.append(Text(ctx.say("out.looked_again"), "note"))
    rows = tuple({"account": each.debt.number, "template": each.template.name} for each in ready)
    echo = ctx.say("out.echo", scope=ctx.actor.scope.label)
    return Answer(title, echo, tuple(parts), rows, next=_next(ctx, plan))


def _when(ctx: Context, due: datetime) -> str:
    return f"{day(due.date(), ctx.actor.language, ctx.now.date())} {due:%H:%M}"


def _texts(ctx: Context, used: Mapping[str, Template], plan: Plan) -> list[Part]:
    """Each text as it was approved, its slots empty."""
    by: dict[str, set[str]] = defaultdict(set)
    names = ctx.names.by_id("client")
    for each in plan.fit.ready:
        by[each.template.text].add(names[each.debt.client_id].display)
    found: list[Part] = []
    for text, template in used.items():
        slots = {"name": template.name, "version": template.version, "who": template.approved_by}
        on = day(template.approved_on, ctx.actor.language, ctx.now.date())
        clients = ", ".join(sorted(by[text]))
        found.append(Text(ctx.say("out.text", clients=clients, text=text, on=on, **slots)))
    return found


def _left_out(ctx: Context, fit: Fit) -> Table:
    latest = _latest(fit)
    rows: list[tuple[Cell, ...]] = []
    for why, said, n in _left(ctx, fit):
        from_when = latest.get(why)
        told = _when(ctx, from_when.astimezone(ctx.now.tzinfo)) if from_when else ctx.say("out.not_by_itself")
        rows.append((said, Value(Decimal(n), "count"), told))
    heads = tuple(ctx.say(f"out.head.{name}") for name in ("why", "n", "from"))
    return Table(ctx.say("out.left_out"), heads, tuple(rows))


def _left(ctx: Context, fit: Fit) -> list[tuple[str, str, int]]:
    """(reason, in words, how many), the most first."""
    counted = Counter(each.why for each in fit.left.values())
    return [(why, reason(ctx, why), n) for why, n in sorted(counted.items(), key=lambda e: (-e[1], e[0]))]


def reason(ctx: Context, why: str) -> str:
    """In words: a rule with its article, or what is missing."""
    kind, _, rule = why.partition(":")
    if f"{kind}:" not in (LAW, WORDS):
        return ctx.say(f"out.why.{why}")
    return ctx.say(f"out.why.{kind}", rule=rule, article=_article(ctx, rule))


def _ruled(ctx: Context, rule: str, n: int) -> str:
    return ctx.say("out.rule", rule=rule, article=_article(ctx, rule), n=f"{n:,}")


def _article(ctx: Context, rule: str) -> str:
    found = load_book().rule(rule, ctx.now.date())
    return found.written.article.in_(ctx.actor.language) if found else ""


def _latest(fit: Fit) -> dict[str, datetime]:
    """When all of a reason would be lawful; nothing where some never are by themselves."""
    by: dict[str, list[Left]] = defaultdict(list)
    for each in fit.left.values():
        by[each.why].append(each)
    found = {}
    for why, some in by.items():
        moments = [each.block.until if each.block else None for each in some]
        if None not in moments:
            found[why] = max(moment for moment in moments if moment is not None)
    return found


def _next(ctx: Context, plan: Plan) -> tuple[Option, ...]:
    """What the rules say; and the first hour that suits those that the hour leaves out."""
    ruled = Counter(each.why for each in plan.fit.left.values() if each.why.startswith(LAW))
    rules = [why.removeprefix(LAW) for why, _ in ruled.most_common(RULES_OFFERED)]
    offered = [Option(ctx.say("law.what_says", rule=rule), "rule", {"rule": rule}) for rule in rules]
    if (moment := max(_latest(plan.fit).values(), default=None)) is not None:
        due = moment.astimezone(ctx.now.tzinfo)
        asked = plan.request.model_dump(mode="json", exclude_none=True)
        said = {"date": due.date().isoformat(), "time": f"{due:%H:%M}", "channel": plan.channel}
        if plan.request.of_promises:
            said["due"] = plan.promised_on.isoformat()
        label = ctx.say("out.button_then", when=_when(ctx, due))
        offered.append(Option(label, "schedule_reminder", {**asked, **said}))
    return tuple(offered)
