"""What the rule book has against something about to be done: which rule, its article, and until when.

Words what db/law found; judges nothing.
"""

from collections.abc import Mapping, Sequence

from db.law import Block, Planned, looked_at
from db.law.book import Deed, load_book
from db.law.wording import unlawful_words
from skills import text
from skills.contract import Context, Option, Refused

MOST_SAID = 2  # rules named where several forbid the same


def against(ctx: Context, deed: Deed, ids: Sequence[int], channel: str = "call") -> dict[int, list[Block]]:
    """Of each account what forbids it, the gravest first; those it may be done with are left out."""
    planned = Planned(deed, ctx.now, channel)
    found = looked_at(ctx.session, ctx.calendars, ctx.rules.law, planned, ids)
    hard = {account: [block for block in blocks if block.hard] for account, blocks in found.items()}
    return {account: blocks for account, blocks in hard.items() if blocks}


def refuse_unlawful(ctx: Context, deed: Deed, account: int, shown: str) -> None:
    """`shown`: the account's number as it may be said."""
    blocks = against(ctx, deed, [account]).get(account, [])[:MOST_SAID]
    if not blocks:
        return
    raise Refused(
        "law.blocked",
        about="law",
        choices=[Option(ctx.say("law.what_says", rule=b.rule), "rule", {"rule": b.rule}) for b in blocks],
        deed=ctx.say(f"law.deed.{deed}"),
        account=shown,
        why=" ".join(because(ctx, block) for block in blocks),
    )


def because(ctx: Context, block: Block) -> str:
    """The rule in its own words, its article, and when it becomes lawful."""
    language = ctx.actor.language
    said = ctx.say("law.because", rule=block.rule, text=block.text[language], article=block.article[language])
    return f"{said} {_until(ctx, block)}"


def _until(ctx: Context, block: Block) -> str:
    if block.until is None:
        return ctx.say("law.until_changed")
    until = block.until.astimezone(ctx.now.tzinfo)
    day = text.day(until.date(), ctx.actor.language, ctx.now.date())
    return ctx.say("law.from_when", day=day, time=f"{until:%H:%M}")


def stays(ctx: Context, by_rule: Mapping[str, int]) -> list[str]:
    """Why accounts stay as they are, by rule: in the few words of a list of reasons."""
    rules, language = load_book().in_force(ctx.now.date()), ctx.actor.language
    return [
        ctx.say("law.stays", n=f"{n:,}", rule=rule, article=rules[rule].written.article.in_(language))
        for rule, n in by_rule.items()
    ]


def refuse_unlawful_words(ctx: Context, said: str) -> None:
    """Threats, a false authority, promises about the bureau: no text of ours says them, nor keeps them."""
    rules, language = load_book().in_force(ctx.now.date()), ctx.actor.language
    for name, word in unlawful_words(said).items():
        rule = rules.get(name)
        if rule is not None and rule.written.before.get("wording") == "block":
            says = Option(ctx.say("law.what_says", rule=name), "rule", {"rule": name})
            article = rule.written.article.in_(language)
            raise Refused(
                "law.bad_words", about="compliance", choices=(says,), rule=name, word=word, article=article
            )
