"""The account form and the card as views. The card lives in a modal only: it closes, and nothing stays.

Knows no account and no right.
"""

from collections.abc import Mapping
from typing import Any

from bot.outcome import Outcome
from bot.outgoing import caught
from bot.slack import blocks as kit
from bot.slack.asker import Asker
from bot.slack.blocks import Block
from bot.slack.buttons import pack
from bot.slack.figures import figure_lines
from bot.slack.forms.fields import asked, modal, option, pick, put_in, search
from bot.slack.marks import inert
from db.access import Names
from skills.contract import Answer, Cell, Figures, Language, Part, Table, Text, Value
from skills.text import Texts, number

CALLBACK, CARD = "account_form", "account_card"
ACCOUNT, CLIENT = "account", "client"
FIND_ACCOUNT = "form_account"
AGAIN, PICK, DO = "account_again", "account_pick", "account_do"
OWN_FORM = ("record_agreement",)  # opens a window of its own, which this one cannot
CLIENTS_SHOWN = 100


def account_view(asker: Asker, texts: Texts) -> Block:
    """Found by number; the client narrows it down where there are several."""

    def say(key: str) -> str:
        return texts.say(asker.language, key)

    find = search(FIND_ACCOUNT, say("account_form.ghost"))
    blocks = [
        asked(ACCOUNT, say("account_form.account"), find, hint=say("account_form.hint")),
        *_clients(asker, say("account_form.client"), say("account_form.client_ghost")),
    ]
    return modal(
        say("account_form.title"),
        CALLBACK,
        blocks,
        submit=say("account_form.submit"),
        close=say("surface.cancel"),
    )


def _clients(asker: Asker, label: str, ghost: str) -> list[Block]:
    scope = asker.actor.scope
    seen = [n for n in asker.names.of("client") if scope.clients is None or n.id in scope.clients]
    options = [option(named.display, named.code) for named in seen[:CLIENTS_SHOWN]]
    if len(options) < 2:
        return []
    return [asked(CLIENT, label, pick("form_client", options, ghost=ghost), optional=True)]


def client_in(view: Mapping[str, Any], names: Names) -> int | None:
    """The client chosen beside the number, if any."""
    code = put_in(view, CLIENT)
    return next((named.id for named in names.of("client") if named.code == code), None)


def account_in(view: Mapping[str, Any], names: Names) -> dict[str, Any] | None:
    """The request for what was picked; None for anything that is not one of our options."""
    client, _, account = (put_in(view, ACCOUNT) or "").partition(":")
    if not (client.isascii() and client.isdecimal() and account):
        return None
    named = names.by_id("client").get(int(client))
    return None if named is None else {"account": account, "client": named.display}


# --- the card ----------------------------------------------------------------------------------------


def card_view(outcome: Outcome, texts: Texts) -> Block:
    """The answer, or the desk's own sentence with what can be chosen instead."""
    language = outcome.language
    again = kit.button(texts.say(language, "account_form.again"), AGAIN, AGAIN)
    if outcome.answer is not None:
        blocks = card_blocks(outcome.answer, texts, language)
    else:
        blocks = [kit.section(caught(inert(outcome.message)))]
    picks = []
    for n, choice in enumerate(outcome.choices[: kit.BUTTONS - 1]):
        value = pack({choice.intent: choice.fields})
        picks += [kit.button(choice.label, f"{PICK}:{n}", value)] if value else []
    blocks.append(kit.actions([*_doable(outcome), *picks, again]))
    title = texts.say(language, "account_form.card")
    return modal(title, CARD, blocks, close=texts.say(language, "surface.close"))


def _doable(outcome: Outcome) -> list[Block]:
    """What may be done with the account: said and confirmed in her direct message, not in a window."""
    found = []
    for n, each in enumerate(outcome.answer.next if outcome.answer else ()):
        value = pack({each.intent: each.fields})
        if value and each.intent not in OWN_FORM:
            found.append(kit.button(each.label, f"{DO}:{n}", value))
    return found


def started_view(texts: Texts, language: Language) -> Block:
    """It goes on in her direct message."""
    blocks = [
        kit.section(texts.say(language, "account_form.started")),
        kit.actions([kit.button(texts.say(language, "account_form.again"), AGAIN, AGAIN)]),
    ]
    return modal(
        texts.say(language, "account_form.card"), CARD, blocks, close=texts.say(language, "surface.close")
    )


def card_blocks(answer: Answer, texts: Texts, language: Language) -> list[Block]:
    """A modal draws no table: two columns become fields, more become lines."""
    blocks = [kit.header(answer.title), kit.context([inert(answer.echo)])]
    for part in answer.parts:
        blocks += _part(part, texts, language)
    return list(caught(blocks, answer.clear))


def _part(part: Part, texts: Texts, language: Language) -> list[Block]:
    match part:
        case Figures():
            cells = ["\n".join(figure_lines(each, texts, language)) for each in part.items]
            return [kit.fields(cells)]
        case Text(tone="note"):
            return [kit.context([inert(part.body)])]
        case Text():
            return [kit.section(("⚠️ " if part.tone == "warning" else "") + inert(part.body))]
        case Table():
            return _table(part, language)
    return []


def _table(table: Table, language: Language) -> list[Block]:
    if len(table.columns) == 2:
        cells = [f"*{_cell(row[0], language)}*\n{_cell(row[1], language)}" for row in table.rows]
        return [kit.fields(cells[at : at + kit.FIELDS]) for at in range(0, len(cells), kit.FIELDS)]
    heads = " · ".join(inert(head) for head in table.columns)
    lines = [" · ".join(_cell(cell, language) for cell in row) for row in table.rows]
    title = f"*{inert(table.title)}* ({heads})"
    return [kit.divider(), kit.section("\n".join([title, *(f"• {line}" for line in lines)]))]


def _cell(cell: Cell, language: Language) -> str:
    if cell is None:
        return "—"
    return inert(number(cell, language) if isinstance(cell, Value) else cell)
