"""The question form as a view: what can be chosen, with what stands in it already. Decides nothing."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bot.slack.asker import Asker
from bot.slack.blocks import Block
from bot.slack.forms import choice as at
from bot.slack.forms.choice import Choice, picks_agents, split_block, splits_for
from bot.slack.forms.fields import asked, date, modal, option, pick, radio, search
from db.metrics import Catalogue
from skills.text import Texts

CALLBACK = "ask_form"
# The selects that change the form, and those looked up letter by letter.
PICK_METRIC, PICK_PERIOD = "form_metric", "form_period"
FIND_OWNER, FIND_AGENT = "form_owner", "form_agent"


@dataclass(frozen=True)
class Carried:
    """What the form carries through Slack and back. `nonce` makes a form that is sent twice one question."""

    nonce: str
    channel: str = ""  # where the form was asked for, if that is a place for an answer
    name: str = ""


def carry(channel: str = "", name: str = "") -> Carried:
    return Carried(secrets.token_hex(8), channel, name)


def carried(view: Mapping[str, Any]) -> Carried | None:
    """None for what is not ours."""
    try:
        return Carried(**json.loads(str(view.get("private_metadata") or "")))
    except (ValueError, TypeError, RecursionError):
        return None


def ask_view(asker: Asker, choice: Choice, with_: Carried, catalogue: Catalogue, texts: Texts) -> Block:
    form = _Form(asker, choice, catalogue, texts)
    blocks = [form.metric(), *form.period(), *form.split(), *form.names(), form.against()]
    if with_.channel:
        blocks.append(form.where(with_))
    return modal(
        form.say("ask.title"),
        CALLBACK,
        blocks,
        submit=form.say("ask.submit"),
        close=form.say("surface.cancel"),
        metadata=json.dumps(asdict(with_), ensure_ascii=False),
    )


class _Form:
    def __init__(self, asker: Asker, choice: Choice, catalogue: Catalogue, texts: Texts) -> None:
        self._asker, self._choice, self._catalogue, self._texts = asker, choice, catalogue, texts

    def say(self, key: str, **slots: Any) -> str:
        return self._texts.say(self._asker.language, key, **slots)

    def metric(self) -> Block:
        element = search(PICK_METRIC, self.say("ask.metric_ghost"), least=0)
        return asked(at.METRIC, self.say("ask.metric"), element, tells=True)

    def period(self) -> list[Block]:
        options = {each: option(self.say(f"ask.period.{each}"), each) for each in at.PERIODS}
        element = pick(PICK_PERIOD, list(options.values()), options.get(self._choice.period))
        made = [asked(at.PERIOD, self.say("ask.period"), element, tells=True)]
        if self._choice.period == at.RANGE:
            made += [asked(day, self.say(f"ask.{day}"), date(f"form_{day}")) for day in (at.START, at.END)]
        return made

    def split(self) -> list[Block]:
        """Only once there is a KPI to split."""
        metric = self._catalogue.metrics.get(self._choice.metric or "")
        if metric is None:
            return []
        options = {
            dim: option(self.say(f"kpi.dim.{dim}").capitalize(), dim)
            for dim in splits_for(metric, self._asker)
        }
        if not options:
            return []
        first = options.get(self._choice.split or "")
        element = pick("form_split", list(options.values()), first, self.say("ask.split_ghost"))
        return [asked(split_block(metric.id), self.say("ask.split"), element, optional=True)]

    def names(self) -> list[Block]:
        owner = search(FIND_OWNER, self.say("ask.owner_ghost"))
        made = [asked(at.OWNER, self.say("ask.owner"), owner, optional=True)]
        if picks_agents(self._asker):
            agent = search(FIND_AGENT, self.say("ask.agent_ghost"))
            made.append(asked(at.AGENT, self.say("ask.agent"), agent, optional=True))
        return made

    def against(self) -> Block:
        options = {each: option(self.say(f"ask.against.{each}"), each) for each in at.AGAINSTS}
        element = pick("form_against", list(options.values()), options[at.AGAINSTS[0]])
        return asked(at.AGAINST, self.say("ask.against"), element)

    def where(self, with_: Carried) -> Block:
        direct = option(self.say("ask.where.direct"), at.DIRECT)
        here = option(self.say("ask.where.here", channel=with_.name), at.HERE)
        return asked(at.WHERE, self.say("ask.where"), radio("form_where", [direct, here], direct))
