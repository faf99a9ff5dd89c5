"""A small Bolt app for the page's tests: prompts, an answer one can stop, a Home, a form; no bot of ours."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from tests.localslack_room import JSON, Room
from tests.page_samples import buttons, section, words

PROMPTS = [
    {"title": "Roll rate de la semana", "message": "¿Roll rate de esta semana por campaña?"},
    {"title": "Promesas de hoy", "message": "¿Qué promesas vencen hoy en mi equipo?"},
]
ACCOUNTS = ["Aceros del Norte", "Aceros del Sur", "Bodegas Unidas", "Bodegas del Centro"]
CLOSED = "bodegas del centro"
FEEDBACK: JSON = {
    "type": "context_actions",
    "elements": [
        {
            "type": "feedback_buttons",
            "action_id": "opinion",
            "positive_button": {"text": words("Útil"), "value": "good"},
            "negative_button": {"text": words("No sirve"), "value": "bad"},
        },
        {"type": "icon_button", "icon": "trash", "text": words("Quitar"), "action_id": "drop", "value": "x"},
    ],
}
FORM: JSON = {
    "type": "modal",
    "callback_id": "report",
    "title": words("Pedir un reporte"),
    "submit": words("Pedir"),
    "blocks": [
        {
            "type": "input",
            "block_id": "name",
            "label": words("Nombre"),
            "element": {"type": "plain_text_input", "action_id": "typed"},
        },
        {
            "type": "input",
            "block_id": "accounts",
            "label": words("Cuentas"),
            "element": {"type": "multi_external_select", "action_id": "found", "min_query_length": 2},
        },
        {
            "type": "input",
            "block_id": "proof",
            "optional": True,
            "label": words("Comprobante"),
            "element": {"type": "file_input", "action_id": "files", "max_files": 2},
        },
    ],
}


def option(name: str) -> JSON:
    return {"text": words(name), "value": name.lower()}


def home(count: int) -> JSON:
    text = f"*Tus números* · actualizados {count} veces"
    return {"type": "home", "blocks": [section(text), buttons("Actualizar")]}


@dataclass
class SmallApp:
    """What it heard, and the gate an answer waits at until the test lets it through."""

    app: AsyncApp
    refreshed: int = 0
    stopped: list[str] = field(default_factory=list)
    submitted: list[JSON] = field(default_factory=list)
    opinions: list[str] = field(default_factory=list)
    messages: list[JSON] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def listen(self) -> None:
        app = self.app
        app.event("app_home_opened")(self.opened)
        app.event("message")(self.asked)
        app.event("agent_session_stopped")(self.stop)
        app.action("Actualizar")(self.refresh)
        app.action("opinion")(self.judge)
        app.shortcut("new_report")(self.form)
        app.shortcut("keep_message")(self.keep)
        app.options("found")(self.find)
        app.view("report")(self.submit)

    async def opened(self, event: JSON, client: AsyncWebClient) -> None:
        if event["tab"] == "home":
            await client.views_publish(user_id=event["user"], view=home(self.refreshed))
        else:
            await client.assistant_threads_setSuggestedPrompts(
                channel_id=event["channel"], prompts=PROMPTS, title="¿Qué quieres saber?"
            )

    async def asked(self, event: JSON, client: AsyncWebClient) -> None:
        """Streams a plan, waits at the gate, and ends the answer; a stopped one ends at once."""
        self.messages.append(event)
        if event.get("channel_type") != "im" or event.get("bot_id"):
            return
        channel, thread = event["channel"], event.get("thread_ts") or event["ts"]
        steps = [{"type": "plan_update", "title": "Consultando"}, step("Buscar el corte", "in_progress")]
        stream = await client.chat_startStream(channel=channel, thread_ts=thread, chunks=steps)
        at = {"channel": channel, "ts": str(stream["ts"])}
        await client.chat_appendStream(**at, markdown_text="Leyendo ")
        await self.gate.wait()
        if thread in self.stopped:
            return
        await client.chat_appendStream(**at, chunks=[step("Buscar el corte", "complete")])
        await client.chat_stopStream(**at, markdown_text="**6.3 %** esta semana", blocks=[FEEDBACK])

    async def stop(self, event: JSON, client: AsyncWebClient) -> None:
        self.stopped.append(event["thread_ts"])
        for ts in event["streaming_message_ts"]:
            await client.chat_stopStream(channel=event["channel"], ts=ts)
        self.gate.set()

    async def refresh(self, ack: AsyncAck, body: JSON, client: AsyncWebClient) -> None:
        await ack()
        self.refreshed += 1
        await client.views_publish(user_id=body["user"]["id"], view=home(self.refreshed))

    async def judge(self, ack: AsyncAck, action: JSON) -> None:
        await ack()
        self.opinions.append(action["value"])

    async def form(self, ack: AsyncAck, body: JSON, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)

    async def keep(self, ack: AsyncAck, body: JSON, client: AsyncWebClient) -> None:
        await ack()
        place, person = body["channel"]["id"], body["user"]["id"]
        said = f"Guardado: {body['message']['text']}"
        await client.chat_postEphemeral(channel=place, user=person, text=said)

    async def find(self, ack: AsyncAck, payload: JSON) -> None:
        typed = str(payload["value"]).lower()
        await ack(options=[option(name) for name in ACCOUNTS if typed in name.lower()])

    async def submit(self, ack: AsyncAck, view: JSON) -> None:
        values = view["state"]["values"]
        if len(values["name"]["typed"]["value"]) < 5:
            await ack(response_action="errors", errors={"name": "Escribe un nombre más largo"})
            return
        if any(one["value"] == CLOSED for one in values["accounts"]["found"]["selected_options"]):
            await ack(response_action="errors", errors={"accounts": "Esa cuenta está cerrada"})
            return
        await ack()
        self.submitted.append(values)


def step(title: str, status: str) -> JSON:
    return {"type": "task_update", "id": "1", "title": title, "status": status}


@asynccontextmanager
async def small_app(room: Room) -> AsyncIterator[SmallApp]:
    """While this lasts, the small app is connected."""
    base = room.server.api_url
    async with aiohttp.ClientSession() as session:
        small = SmallApp(AsyncApp(client=AsyncWebClient(token="xoxb-test", base_url=base, session=session)))
        small.listen()
        web = AsyncWebClient(token="xapp-test", base_url=base, session=session)
        handler = AsyncSocketModeHandler(small.app, "xapp-test", web_client=web)
        await handler.connect_async()  # type: ignore[no-untyped-call]
        try:
            yield small
        finally:
            small.gate.set()
            await handler.close_async()  # type: ignore[no-untyped-call]
