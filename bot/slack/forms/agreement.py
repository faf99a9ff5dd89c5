"""The agreement form as a view: what is filled in, and below it what would come of it. Decides nothing."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

from bot.outcome import Outcome
from bot.outgoing import caught
from bot.slack import blocks as kit
from bot.slack.asker import Asker
from bot.slack.blocks import Block
from bot.slack.forms.account import account_in, card_blocks
from bot.slack.forms.fields import asked, modal, option, pick, put_in, radio, search
from bot.slack.marks import inert
from db.access import Names
from db.masking import ACCOUNT_ENDING, ending
from skills.agree.request import AcceptedBy, Party, Reason
from skills.text import Texts

CALLBACK = "agreement_form"
FIND_ACCOUNT = "agreement_account"
ACCOUNT, AMOUNT, DISCOUNT, INSTALLMENTS = "account", "amount", "discount", "installments"
FREQUENCY, FIRST_DATE, KIND, FOLIO = "frequency", "first_date", "kind", "creditor_folio"
REASON, PARTY, CHANNEL = "reason", "party", "channel"
CHANGING = "agreement_change"  # the bot hears of each choice at once, and draws the schedule anew
MOST_PAYMENTS = 24
FREQUENCIES = ("semanal", "quincenal", "mensual")
KINDS = ("partial", "settles")
_AS_PUT = (FREQUENCY, FIRST_DATE, FOLIO, REASON, PARTY, CHANNEL)
Fields = dict[str, Any]


@dataclass(frozen=True)
class Carried:
    """What goes through Slack and back. `nonce` makes a form that is sent twice one agreement; `thread` is
    where in her direct message it was opened."""

    nonce: str
    account: str = ""
    client: str = ""
    thread: str = ""


def carry(fields: Mapping[str, Any], thread: str = "") -> Carried:
    account, client = (str(fields.get(name) or "") for name in ("account", "client"))
    return Carried(secrets.token_hex(8), account, client, thread)


def carried(view: Mapping[str, Any]) -> Carried | None:
    """None for what is not ours."""
    try:
        return Carried(**json.loads(str(view.get("private_metadata") or "")))
    except (ValueError, TypeError, RecursionError):
        return None


def filled_in(view: Mapping[str, Any], with_: Carried, names: Names) -> Fields:
    """The request as far as the form says it. What is no number is left out, and then asked for."""
    fields: Fields = {name: put_in(view, name) for name in _AS_PUT}
    fields |= {"account": with_.account, "client": with_.client} if with_.account else {}
    fields |= account_in(view, names) or {}
    fields[AMOUNT] = _number(put_in(view, AMOUNT))
    percent = _number(put_in(view, DISCOUNT))
    fields[DISCOUNT] = str(Decimal(percent) / 100) if percent else None
    fields[INSTALLMENTS] = int(put_in(view, INSTALLMENTS) or 1)
    fields["settles"] = put_in(view, KIND) == KINDS[1]
    return {name: value for name, value in fields.items() if value not in (None, "")}


def _number(typed: str | None) -> str | None:
    try:
        amount = Decimal((typed or "").replace(",", "").strip(" $%"))
    except InvalidOperation:
        return None
    return str(amount) if amount.is_finite() else None


def agreement_view(
    asker: Asker, texts: Texts, with_: Carried, fields: Mapping[str, Any], told: Outcome | None
) -> Block:
    """`fields` are what stands in it at the beginning; `told`: what the desk says of it so far."""
    form = _Form(asker, texts, fields)
    blocks = [
        *form.account(with_),
        form.typed(AMOUNT),
        form.typed(DISCOUNT),
        form.kind(),
        form.payments(),
        form.often(),
        form.begins(),
        form.reason(),
        form.party(),
        form.channel(),
        form.folio(),
        kit.divider(),
        *form.result(told),
    ]
    return modal(
        form.say("agreement_form.title"),
        CALLBACK,
        blocks,
        submit=form.say("agreement_form.submit"),
        close=form.say("surface.cancel"),
        metadata=json.dumps(asdict(with_), ensure_ascii=False),
    )


class _Form:
    def __init__(self, asker: Asker, texts: Texts, fields: Mapping[str, Any]) -> None:
        self._asker, self._texts, self._fields = asker, texts, fields

    def say(self, key: str, **slots: Any) -> str:
        return self._texts.say(self._asker.language, key, **slots)

    def account(self, with_: Carried) -> list[Block]:
        """The one it was opened for, by its ending; or looked for by number."""
        if with_.account:
            said = self.say("agreement_form.of", ending=ending(with_.account, ACCOUNT_ENDING))
            return [kit.section(inert(" · ".join(filter(None, (said, with_.client)))))]
        find = search(FIND_ACCOUNT, self.say("account_form.ghost"))
        return [asked(ACCOUNT, self.say("account_form.account"), find, tells=True)]

    def typed(self, name: str) -> Block:
        element: Block = {
            "type": "number_input",
            "action_id": f"{CHANGING}:{name}",
            "is_decimal_allowed": True,
            "min_value": "0",
            "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
        }
        if said := self._fields.get(name):
            shown = Decimal(str(said)) * (100 if name == DISCOUNT else 1)
            element["initial_value"] = f"{shown.normalize():f}"
        label, hint = self.say(f"agreement_form.{name}"), self.say(f"agreement_form.{name}_hint")
        return asked(name, label, element, optional=True, tells=True, hint=hint)

    def kind(self) -> Block:
        options = [option(self.say(f"agreement_form.{each}"), each) for each in KINDS]
        settles = self._fields.get("settles") or self._fields.get(DISCOUNT)
        element = radio(f"{CHANGING}:{KIND}", options, options[bool(settles)])
        return asked(KIND, self.say("agreement_form.kind"), element, tells=True)

    def payments(self) -> Block:
        options = [option(str(n), str(n)) for n in range(1, MOST_PAYMENTS + 1)]
        said = int(self._fields.get(INSTALLMENTS) or 1)
        first = options[said - 1] if said <= MOST_PAYMENTS else options[0]
        element = pick(f"{CHANGING}:{INSTALLMENTS}", options, first)
        return asked(INSTALLMENTS, self.say("agreement_form.installments"), element, tells=True)

    def often(self) -> Block:
        options = {each: option(self.say(f"agree.every.{each}"), each) for each in FREQUENCIES}
        first = options.get(str(self._fields.get(FREQUENCY) or FREQUENCIES[1]))
        element = pick(f"{CHANGING}:{FREQUENCY}", list(options.values()), first)
        return asked(FREQUENCY, self.say("agreement_form.frequency"), element, tells=True)

    def begins(self) -> Block:
        element: Block = {"type": "datepicker", "action_id": f"{CHANGING}:{FIRST_DATE}"}
        element |= {"initial_date": said} if (said := self._fields.get(FIRST_DATE)) else {}
        return asked(FIRST_DATE, self.say("agreement_form.first_date"), element, tells=True)

    def reason(self) -> Block:
        options = {each: option(self.say(f"agree.reason.{each}"), each) for each in get_args(Reason)}
        hint = self.say("agreement_form.reason_hint")
        return self._chosen(REASON, self.say("agreement_form.reason"), options, hint)

    def party(self) -> Block:
        options = {each: option(self.say(f"agree.party.{each}"), each) for each in get_args(Party)}
        return self._chosen(PARTY, self.say("agreement_form.party"), options)

    def channel(self) -> Block:
        options = {each: option(self.say(f"agree.channel.{each}"), each) for each in get_args(AcceptedBy)}
        hint = self.say("agreement_form.channel_hint")
        return self._chosen(CHANNEL, self.say("agreement_form.channel"), options, hint)

    def _chosen(self, name: str, label: str, options: Mapping[str, Block], hint: str = "") -> Block:
        """One of a few, or none."""
        first = options.get(str(self._fields.get(name)))
        element = pick(f"{CHANGING}:{name}", list(options.values()), first)
        return asked(name, label, element, optional=True, tells=True, hint=hint)

    def folio(self) -> Block:
        element: Block = {
            "type": "plain_text_input",
            "action_id": f"{CHANGING}:{FOLIO}",
            "max_length": 40,
            "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
        }
        element |= {"initial_value": str(said)} if (said := self._fields.get(FOLIO)) else {}
        hint = self.say("agreement_form.folio_hint")
        return asked(FOLIO, self.say("agreement_form.folio"), element, optional=True, tells=True, hint=hint)

    def result(self, told: Outcome | None) -> list[Block]:
        if told is None:
            return [kit.context([self.say("agreement_form.to_see")])]
        if told.answer is not None:
            return card_blocks(told.answer, self._texts, self._asker.language)
        mark = "" if told.outcome == "clarify" else "⚠️ "
        return [kit.section(mark + caught(inert(told.message)))]
