"""The rule book, looked up: one rule with its article and how it is watched, or all of them."""

from datetime import date

from pydantic import BaseModel, ConfigDict, field_validator

from db.law.book import Rule, load_book
from skills import text
from skills.contract import Answer, Cell, Context, Option, Part, Refused, Role, Table, Text

ROLES: frozenset[Role] = frozenset(
    ("agent", "supervisor", "manager", "compliance", "quality", "admin", "director")
)


class RuleRequest(BaseModel):
    """No rule named: the book."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str | None = None

    @field_validator("rule")
    @classmethod
    def _short(cls, given: str | None) -> str | None:
        if given is not None and not (1 < len(given) <= 6 and given.isalnum()):
            raise ValueError("not a rule's name")
        return given[0].upper() + given[1:].lower() if given else None


def answer(ctx: Context, request: RuleRequest) -> Answer:
    rules = load_book().in_force(ctx.now.date())
    if request.rule is None:
        return _whole(ctx, rules)
    found = rules.get(request.rule)
    if found is None:
        raise Refused("law.no_such_rule", about="rule", rule=request.rule)
    return _one(ctx, found)


def _one(ctx: Context, rule: Rule) -> Answer:
    language, written = ctx.actor.language, rule.written
    parts: list[Part] = [Text(written.text.in_(language)), _facts(ctx, rule)]
    if written.lacks is not None:
        parts.append(Text(ctx.say("law.lacks", what=written.lacks.in_(language)), "note"))
    breaches = Option(ctx.say("law.see_breaches", rule=rule.id), "breaches", {"filters": [_only(rule.id)]})
    return Answer(
        title=ctx.say("law.rule_title", rule=rule.id),
        echo=ctx.say("law.version", n=rule.version, since=_day(ctx, written.since)),
        parts=tuple(parts),
        rows=({"rule": rule.id, "version": rule.version, "article": written.article.in_(language)},),
        next=(breaches,) if written.after and ctx.actor.role != "agent" else (),
    )


def _facts(ctx: Context, rule: Rule) -> Table:
    say, written = ctx.say, rule.written
    blocks = [say(f"law.deed.{deed}") for deed, how in written.before.items() if how == "block"]
    warns = [say(f"law.deed.{deed}") for deed, how in written.before.items() if how == "warn"]
    rows: list[tuple[Cell, ...]] = [
        (say("law.article"), written.article.in_(ctx.actor.language)),
        (say("law.nature"), say(f"law.nature.{written.nature}")),
        (say("law.severity"), say(f"law.severity.{written.severity}")),
        (say("law.sure"), say(f"law.sure.{written.sure}")),
        (say("law.regimes"), ", ".join(say(f"law.regime.{each}") for each in written.regimes)),
    ]
    if blocks:
        rows.append((say("law.forbids"), ", ".join(blocks)))
    if warns:
        rows.append((say("law.warns"), ", ".join(warns)))
    rows.append((say("law.searched"), say(f"law.record.{written.after or 'nothing'}")))
    return Table("", (say("law.field"), say("law.value")), tuple(rows))


def _whole(ctx: Context, rules: dict[str, Rule]) -> Answer:
    language = ctx.actor.language
    rows = tuple(
        (
            name,
            rule.written.text.in_(language),
            ctx.say(f"law.severity.{rule.written.severity}"),
            _how(ctx, rule),
        )
        for name, rule in rules.items()
    )
    heads = tuple(ctx.say(f"law.head.{name}") for name in ("rule", "text", "severity", "how"))
    searched = sum(rule.written.after is not None for rule in rules.values())
    note = ctx.say("law.book_note", n=len(rules), searched=searched)
    return Answer(
        title=ctx.say("law.book_title"),
        echo=ctx.say("law.in_force", day=_day(ctx, ctx.now.date())),
        parts=(Text(note), Table("", heads, rows)),
        rows=tuple({"rule": name, "version": rule.version} for name, rule in rules.items()),
    )


def _how(ctx: Context, rule: Rule) -> str:
    """Before, after, both or not at all."""
    before, after = bool(rule.written.before), rule.written.after is not None
    name = "both" if before and after else "before" if before else "after" if after else "neither"
    return ctx.say(f"law.how.{name}")


def _only(rule: str) -> dict[str, object]:
    return {"field": "rule", "op": "eq", "value": rule}


def _day(ctx: Context, on: date) -> str:
    return f"{text.day(on, ctx.actor.language, ctx.now.date())}"
