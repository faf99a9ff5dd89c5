"""Socket Mode: the connections the app opened, each envelope to one of them at random; it reads none."""

import asyncio
import json
import secrets
from collections.abc import Callable
from typing import Any, Literal

from aiohttp import WSMsgType, web

from localslack.errors import NoAck
from localslack.journal import Journal

JSON = dict[str, Any]
MOST_CONNECTIONS = 10
Reason = Literal["refresh_requested", "warning", "link_disabled", "link"]


class Sockets:
    """The open connections, and the acks that are waited for."""

    def __init__(self, app_id: str, journal: Journal, changed: Callable[[], None]) -> None:
        self.app_id, self.journal, self._changed = app_id, journal, changed
        self._open: set[web.WebSocketResponse] = set()
        self._tickets: set[str] = set()
        self._waiting: dict[str, tuple[web.WebSocketResponse, asyncio.Future[JSON]]] = {}
        self._someone = asyncio.Event()

    @property
    def connected(self) -> bool:
        return bool(self._open)

    def ticket(self) -> str:
        """A one-time pass for one connection; apps.connections.open puts it in the URL."""
        ticket = secrets.token_urlsafe(24)
        self._tickets.add(ticket)
        return ticket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection, from hello to its end."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=401, text="invalid ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        if len(self._open) >= MOST_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        await socket.send_json(self._hello())
        self._enter(socket)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._take(str(message.data))
        finally:
            self._leave(socket)
        return socket

    async def carry(self, envelope: JSON, seconds: float) -> JSON:
        """Sends an envelope over one connection and waits for its ack."""
        try:
            async with asyncio.timeout(seconds):
                socket = await self._pick()
                future: asyncio.Future[JSON] = asyncio.get_running_loop().create_future()
                self._waiting[envelope["envelope_id"]] = (socket, future)
                await socket.send_json(envelope)
                return await future
        except TimeoutError:
            raise NoAck("operation_timeout" if self._open else "dispatch_failed") from None
        except ConnectionError:
            raise NoAck("dispatch_failed") from None
        finally:
            self._waiting.pop(envelope["envelope_id"], None)

    async def disconnect(self, reason: Reason) -> None:
        """Asks the app to connect anew; "link" cuts the line without a word."""
        for socket in list(self._open):
            if reason == "link":
                await socket.close()
            else:
                await socket.send_json(
                    {"type": "disconnect", "reason": reason, "debug_info": {"host": "localslack"}}
                )

    async def close(self) -> None:
        for socket in list(self._open):
            await socket.close()

    async def _pick(self) -> web.WebSocketResponse:
        while True:
            alive = [socket for socket in self._open if not socket.closed]
            if alive:
                return secrets.choice(alive)
            self._someone.clear()
            await self._someone.wait()

    def _hello(self) -> JSON:
        return {
            "type": "hello",
            "num_connections": len(self._open) + 1,
            "debug_info": {
                "host": "localslack",
                "build_number": 1,
                "approximate_connection_time": 18060,
            },
            "connection_info": {"app_id": self.app_id},
        }

    def _enter(self, socket: web.WebSocketResponse) -> None:
        self._open.add(socket)
        self._someone.set()
        self._changed()

    def _leave(self, socket: web.WebSocketResponse) -> None:
        """What this connection had not acked will not be acked by another."""
        self._open.discard(socket)
        for owner, future in list(self._waiting.values()):
            if owner is socket and not future.done():
                future.set_exception(NoAck("dispatch_failed"))
        self._changed()

    def _take(self, data: str) -> None:
        try:
            ack = json.loads(data)
        except json.JSONDecodeError:
            ack = {"unreadable": data}
        self.journal.note("in", "ack", str(ack.get("envelope_id", "")), ack)
        _socket, future = self._waiting.get(ack.get("envelope_id"), (None, None))
        if future is not None and not future.done():
            payload = ack.get("payload")
            future.set_result(payload if isinstance(payload, dict) else {})
