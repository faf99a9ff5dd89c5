"""Says where a number comes from: a few small lines under it, and in full when somebody asks."""

from datetime import date

from bot.slack import blocks as kit
from bot.slack.marks import cut, inert
from bot.slack.message import Message, message
from skills.contract import Basis, Language
from skills.text import Texts, period

SQL = 8_000


def basis_lines(basis: Basis, texts: Texts, language: Language, today: date) -> list[str]:
    """Definition; then period, data, filters and scope; then what to know about it."""
    lines = [_definition(basis, texts, language), " · ".join(_facts(basis, texts, language, today))]
    lines.append(" ".join(inert(note) for note in basis.notes if note))
    return ["\n".join(line for line in lines if line)]


def _definition(basis: Basis, texts: Texts, language: Language) -> str:
    if not basis.definition:
        return ""
    return texts.say(
        language, "slack.definition", label=inert(basis.label), definition=inert(basis.definition)
    )


def _facts(basis: Basis, texts: Texts, language: Language, today: date) -> list[str]:
    facts = []
    if basis.period is not None:
        key = "slack.period_partial" if basis.partial else "slack.period"
        facts.append(texts.say(language, key, period=period(basis.period, language, today)))
    if basis.as_of_label:
        facts.append(texts.say(language, "slack.as_of", as_of=inert(basis.as_of_label)))
    if basis.filters:
        facts.append(texts.say(language, "slack.filters", filters=inert(", ".join(basis.filters))))
    if basis.scope:
        facts.append(texts.say(language, "slack.scope", scope=inert(basis.scope)))
    return facts


def basis_message(basis: Basis, texts: Texts, language: Language, today: date) -> Message:
    """What the definition button shows."""
    title = texts.say(language, "slack.definition_title", label=basis.label)
    lines = [inert(basis.definition)]
    if basis.formula:
        lines.append(texts.say(language, "slack.formula", formula=inert(basis.formula)))
    facts = _facts(basis, texts, language, today)
    if basis.previous is not None:
        against = period(basis.previous, language, today)
        facts.append(texts.say(language, "slack.compared_with", period=against))
    body = "\n\n".join([*lines, "\n".join(facts)])
    notes = [inert(note) for note in basis.notes if note]
    drawn = [kit.header(title), kit.section(body)] + ([kit.context(notes)] if notes else [])
    return message(f"{title}\n{basis.definition}\n{basis.formula}", drawn)


def sql_message(title: str, basis: Basis, texts: Texts, language: Language) -> Message:
    """What the SQL button shows, in a box that Slack does not parse."""
    heading = texts.say(language, "slack.sql_title", title=title)
    drawn = [kit.section(f"*{inert(heading)}*"), kit.preformatted(cut(basis.sql, SQL))]
    if len(basis.sql) > SQL:
        drawn.append(kit.context([texts.say(language, "slack.sql_cut")]))
    return message(f"{heading}\n{basis.sql}", drawn)
