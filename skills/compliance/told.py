"""What people are told without asking: breaches just found, terms that run out. Draws what it is given."""

from collections.abc import Sequence

from db.law.book import load_book
from db.law.browse import Kept, Several
from db.law.due import Due
from skills import text
from skills.compliance.breaches import counted, table_of
from skills.compliance.terms import tables
from skills.contract import Answer, Context, Option, Part, Text

MOST_BUTTONS = 3
RULES_SAID = 3


def new_breaches(ctx: Context, told: Several) -> Answer:
    """The gravest with their evidence; where a place may not tell people apart, how many there are."""
    title = ctx.say("law.new_title", n=told.total)
    day = text.day(ctx.now.date(), ctx.actor.language, ctx.now.date())
    echo = ctx.say("law.new_echo", day=day, time=f"{ctx.now:%H:%M}")
    head = (*counted(ctx, told.total, told.by_severity), *_by_rule(ctx, told))
    if not ctx.actor.scope.shows("agent"):
        return Answer(title, echo, (*head, Text(ctx.say("law.new_hidden"), "note")))
    parts: tuple[Part, ...] = (*head, *table_of(ctx, told.gravest, told.total), *_rules(ctx, told.gravest))
    period = {"start": told.days[0].isoformat(), "end": told.days[1].isoformat()}
    still_open = {"field": "status", "op": "eq", "value": "open"}
    attend = (
        Option(ctx.say("law.button.attend", number=each.id), "attend_breach", {"breach": each.id})
        for each in told.gravest[:MOST_BUTTONS]
    )
    all_of_them = Option(ctx.say("law.see_all"), "breaches", {"period": period, "filters": [still_open]})
    return Answer(title, echo, parts, next=(*attend, all_of_them), sensitive=True)


def _by_rule(ctx: Context, told: Several) -> list[Part]:
    """Of many, which rules; of one rule its own words say it."""
    if len(told.by_rule) < 2:
        return []
    rules = ", ".join(f"{rule} ({n:,})" for rule, n in told.by_rule.most_common())
    return [Text(ctx.say("law.by_rule", rules=rules))]


def _rules(ctx: Context, found: Sequence[Kept]) -> list[Part]:
    """What the rules broken say, each once."""
    rules = load_book().in_force(ctx.now.date())
    broken = [name for name in dict.fromkeys(each.rule for each in found) if name in rules]
    language = ctx.actor.language
    return [
        Text(
            ctx.say(
                "law.because",
                rule=name,
                text=rules[name].written.text.in_(language),
                article=rules[name].written.article.in_(language),
            ),
            "note",
        )
        for name in broken[:RULES_SAID]
    ]


def terms_running(ctx: Context, due: list[Due], *, late: bool) -> Answer:
    title = ctx.say("law.late_title" if late else "law.soon_title", n=len(due))
    see = Option(ctx.say("law.see_terms"), "terms", {"only": "late" if late else "soon"})
    return Answer(title, ctx.actor.scope.label, tables(ctx, due, due), next=(see,), sensitive=True)
