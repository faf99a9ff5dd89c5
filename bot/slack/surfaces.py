"""Hangs on Bolt what people open beside the conversation: Home, prompts, modals, shortcuts.

Knows which of Slack's names belongs to which part, nothing else.
"""

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack import home as at_home
from bot.slack.asker import Asker, direct, meet, once, tell
from bot.slack.blocks import Block
from bot.slack.buttons import unpack
from bot.slack.edge import Edge, team_of
from bot.slack.forms import account, agreement, ask
from bot.slack.forms.account import client_in
from bot.slack.forms.agreeing import AgreementForm
from bot.slack.forms.asking import AskForm
from bot.slack.forms.choice import AGENTS, OWNERS
from bot.slack.forms.finding import AccountForm
from bot.slack.forms.opening import Opening
from bot.slack.forms.options import (
    Seen,
    account_options,
    catalogue,
    metric_options,
    name_options,
    within_reach,
)
from bot.slack.home import Home
from bot.slack.later import later
from bot.slack.prompts import Prompts
from bot.slack.subcommands import AS_IS
from bot.slack.taker import Taker
from bot.slack.today import TODAY
from bot.slack.works import Job
from db.engine import reading

ASK_SHORTCUT, FIND_SHORTCUT, ASK_THIS = "ask_cartera", "find_account", "ask_this"
Body = dict[str, Any]


def register(app: AsyncApp, edge: Edge, seen: Seen = within_reach) -> None:
    """`seen` is the door that the names on offer go through."""
    _opened(app, edge)
    _shortcuts(app, edge)
    _home(app, edge)
    _ask_form(app, edge, seen)
    _account_form(app, edge)
    _agreement_form(app, edge)
    _options(app, edge, seen)


def opening_of(body: Body) -> Opening:
    """What a click or a shortcut opens a modal with."""
    user, respond = str(body["user"]["id"]), str(body.get("response_url") or "")
    return Opening(team_of(body), user, str(body["trigger_id"]), respond)


def _opened(app: AsyncApp, edge: Edge) -> None:
    home, prompts = Home(edge), Prompts(edge)

    @app.event("app_home_opened")
    async def opened(event: Body, body: Body) -> None:
        team, user = team_of(body), str(event["user"])
        if event.get("tab") == "home":
            later(home.open(team, user), "a home")
        elif event.get("tab") == "messages" and event.get("channel"):
            later(prompts.open(team, user, str(event["channel"])), "prompts")

    @app.action(at_home.REFRESH)
    async def refreshed(ack: AsyncAck, body: Body) -> None:
        await ack()
        later(home.open(team_of(body), str(body["user"]["id"])), "a home")


def _shortcuts(app: AsyncApp, edge: Edge) -> None:
    @app.shortcut(ASK_SHORTCUT)
    async def ask_anything(ack: AsyncAck, body: Body) -> None:
        await ack()
        later(AskForm(edge).open(opening_of(body)), "a form")

    @app.shortcut(FIND_SHORTCUT)
    async def find(ack: AsyncAck, body: Body) -> None:
        await ack()
        later(AccountForm(edge).open(opening_of(body)), "a form")

    @app.shortcut(ASK_THIS)
    async def ask_this(ack: AsyncAck, body: Body) -> None:
        """The message becomes the question; the answer is for whoever chose it, alone."""
        text = str((body.get("message") or {}).get("text") or "").strip()
        await _asked(edge, body, text)
        await ack()

    @app.action(AS_IS)
    async def ask_as_is(ack: AsyncAck, body: Body, action: Body) -> None:
        await _asked(edge, body, str(action.get("value") or ""))
        await ack()


async def _asked(edge: Edge, body: Body, text: str) -> None:
    """A question in words, answered to her alone."""
    team, user, respond = team_of(body), str(body["user"]["id"]), str(body.get("response_url") or "")
    if not text:
        language = await edge.speaks(team, user)
        await tell(edge, team, user, edge.renderer.sentence(language, "surface.no_text"), respond)
        return
    key = once("alone", body)
    channel = str(body["channel"]["id"])
    job = Job("message", team, user, channel, "slash", key, text=text, respond=respond)
    await Taker(edge).take(job, [key])


def _home(app: AsyncApp, edge: Edge) -> None:
    @app.action(at_home.ASK)
    async def ask_anything(ack: AsyncAck, body: Body) -> None:
        await ack()
        later(AskForm(edge).open(opening_of(body)), "a form")

    @app.action(at_home.FIND)
    async def find(ack: AsyncAck, body: Body) -> None:
        await ack()
        later(AccountForm(edge).open(opening_of(body)), "a form")

    @app.action(re.compile(rf"^(?:{at_home.SEE}|{at_home.AGAIN}|{TODAY}):\d+$"))
    async def seen(ack: AsyncAck, body: Body, action: Body) -> None:
        """A number, or an old question, answered in her direct message."""
        request = unpack(str(action.get("value") or ""))
        if request is not None:
            team, user, key = team_of(body), str(body["user"]["id"]), once("home", body)
            channel = await direct(edge, team, user)
            intent, fields = request
            job = Job("ask", team, user, channel, "dm", key, intent=intent, fields=fields)
            await Taker(edge).take(job, [key])
        await ack()


def _ask_form(app: AsyncApp, edge: Edge, reach: Seen) -> None:
    form = AskForm(edge, reach)

    @app.action(re.compile(rf"^(?:{ask.PICK_METRIC}|{ask.PICK_PERIOD})$"))
    async def changed(ack: AsyncAck, body: Body) -> None:
        await ack()
        later(form.changed(body), "a form")

    @app.view(ask.CALLBACK)
    async def submitted(ack: AsyncAck, body: Body, view: Body) -> None:
        await form.submitted(ack, body, view)


def _account_form(app: AsyncApp, edge: Edge) -> None:
    form = AccountForm(edge)

    @app.view(account.CALLBACK)
    async def submitted(ack: AsyncAck, body: Body, view: Body) -> None:
        await form.submitted(ack, body, view)

    @app.action(account.AGAIN)
    async def again(ack: AsyncAck, body: Body) -> None:
        await ack()
        later(form.again(body), "a form")

    @app.action(re.compile(rf"^{account.PICK}:\d+$"))
    async def picked(ack: AsyncAck, body: Body, action: Body) -> None:
        await ack()
        later(form.picked(body, action), "a card")

    @app.action(re.compile(rf"^{account.DO}:\d+$"))
    async def done(ack: AsyncAck, body: Body, action: Body) -> None:
        """From the card on to her direct message, where what is sensitive stays hers."""
        request = unpack(str(action.get("value") or ""))
        if request is not None:
            team, user, key = team_of(body), str(body["user"]["id"]), once("card", body)
            channel = await direct(edge, team, user)
            intent, fields = request
            job = Job("ask", team, user, channel, "dm", key, intent=intent, fields=fields)
            await Taker(edge).take(job, [key])
            later(form.started(body), "a form")
        await ack()


def _agreement_form(app: AsyncApp, edge: Edge) -> None:
    form = AgreementForm(edge)

    @app.action(re.compile(rf"^(?:{agreement.CHANGING}:\w+|{agreement.FIND_ACCOUNT})$"))
    async def changed(ack: AsyncAck, body: Body) -> None:
        await ack()
        later(form.changed(body), "a form")

    @app.view(agreement.CALLBACK)
    async def submitted(ack: AsyncAck, body: Body, view: Body) -> None:
        await form.submitted(ack, body, view)


def _options(app: AsyncApp, edge: Edge, seen: Seen) -> None:
    def offered(asker: Asker, body: Body) -> list[Block]:
        typed, wanted = str(body.get("value") or ""), body.get("action_id")
        if wanted == ask.PICK_METRIC:
            return metric_options(asker, typed, catalogue())
        with reading(edge.records.engine) as connection:
            if wanted in (account.FIND_ACCOUNT, agreement.FIND_ACCOUNT):
                client = client_in(body.get("view") or {}, asker.names)
                return account_options(connection, asker, typed, client)
            kinds = AGENTS if wanted == ask.FIND_AGENT else OWNERS
            return name_options(connection, asker, typed, kinds, edge.texts, seen=seen)

    accounts = (account.FIND_ACCOUNT, agreement.FIND_ACCOUNT)
    finders = (ask.PICK_METRIC, ask.FIND_OWNER, ask.FIND_AGENT, *accounts)

    @app.options(re.compile(rf"^(?:{'|'.join(finders)})$"))
    async def looked_for(ack: AsyncAck, body: Body) -> None:
        """Nobody the agency does not know is offered anything."""
        met = await meet(edge, team_of(body), str(body["user"]["id"]))
        found = await edge.ledger.run(offered, met, body) if isinstance(met, Asker) else []
        await ack(options=found)
