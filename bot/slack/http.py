"""The bot's HTTP door: Slack's signed requests go to Bolt once they are proven, pages to anybody."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from sqlalchemy import Engine

from bot.faults import note_failure
from bot.slack.bodies import addresses, read_body
from bot.slack.faults import log
from bot.slack.post import is_slacks
from bot.slack.turns import Pool
from bot.slack.verify import Refusals, Refused, Replays, Seen, Verifier

EVENTS, HEALTH = "/slack/events", "/healthz"
MOST_BYTES = 1024 * 1024
BODY_SECONDS = 5.0  # to send a body; Slack itself gives up after three
LAST_WORDS = 5.0  # seconds that answers under way may still take at the end
WRITERS = 4  # signatures noted at a time; not in the pool of the skills, which may be busy for seconds
# What aiohttp would say of a request it cannot read quotes that request, and anybody may send one.
UNSAID = logging.getLogger("cartera.door")
UNSAID.addHandler(logging.NullHandler())
UNSAID.propagate = False
RETRY_HEADERS = ("X-Slack-Retry-Num", "X-Slack-Retry-Reason")


def wall_clock() -> datetime:
    """Freshness is measured by the machine's own clock, whatever day the product thinks it is."""
    return datetime.now(UTC)


class HttpEdge:
    """POST /slack/events. Bolt's own check is left out: ours saw the bytes, knows both secrets and lets no
    replay pass. What it read is handed on as it is, so that nothing reads it differently a second time."""

    def __init__(
        self, app: AsyncApp, verifier: Verifier, seen: Seen, pool: Pool, clock: Callable[[], datetime]
    ) -> None:
        self._app, self._verifier, self._seen = app, verifier, seen
        self._pool, self._clock = pool, clock
        self.refusals = Refusals()

    async def take(self, request: web.Request) -> web.Response:
        try:
            body = await self._proven(request)
            return await self._answered(body, request)
        except Refused as refused:
            self.refusals.note(refused)
            headers = {"X-Slack-No-Retry": "1"} if refused.status == 400 else {}
            return web.Response(status=refused.status, text="refused\n", headers=headers)
        except Exception as error:
            note_failure(error, "a request")
            return web.Response(status=500, text="failed\n")

    async def _proven(self, request: web.Request) -> dict[str, Any]:
        signed = self._verifier.claimed(request.headers)
        raw = await _bytes_of(request)
        self._verifier.prove(signed, raw)
        body = self._read(raw, _content_type(request))
        if not await self._pool.run(self._seen.first, signed.signature, self._clock()):
            raise Refused(409, "replayed")
        return body

    def _read(self, raw: bytes, content_type: str) -> dict[str, Any]:
        try:
            body = read_body(raw, content_type)
            ours = all(is_slacks(url, self._app.client.base_url) for url in addresses(body))
        except ValueError:  # Misshapen, or an address that is none
            raise Refused(400, "misshapen") from None
        if not ours:
            raise Refused(400, "an answer address that is not Slack's")
        return body

    async def _answered(self, body: dict[str, Any], request: web.Request) -> web.Response:
        if body.get("type") == "app_rate_limited":
            log.warning("Slack holds events back: the app has had too many in an hour")
            return web.Response()
        # Only these headers: nothing signs them, and others make Bolt skip what it has to do.
        retried: Any = {name: request.headers[name] for name in RETRY_HEADERS if name in request.headers}
        # In Bolt's words this mode means: the transport has proven who speaks, and the payload is read.
        given = AsyncBoltRequest(mode="socket_mode", body=body, headers=retried)
        return await to_aiohttp_response(await self._app.async_dispatch(given))


def _content_type(request: web.Request) -> str:
    return request.headers.get("Content-Type", "").partition(";")[0].strip().lower()


async def _bytes_of(request: web.Request) -> bytes:
    if (request.content_length or 0) > MOST_BYTES:
        raise Refused(400, "too large")
    raw = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for piece in request.content.iter_any():
                raw += piece
                if len(raw) > MOST_BYTES:
                    raise Refused(400, "too large")
    except (TimeoutError, OSError, web.RequestPayloadError):
        raise Refused(400, "broken off") from None
    return bytes(raw)


async def healthy(request: web.Request) -> web.Response:
    del request
    return web.Response(text="ok")


@asynccontextmanager
async def listening(
    app: AsyncApp | None,
    *,
    host: str,
    port: int,
    secrets: Sequence[str],
    engine: Engine,
    clock: Callable[[], datetime] = wall_clock,
    routes: Sequence[web.RouteDef] = (),
    seen: Seen | None = None,
) -> AsyncIterator[str]:
    """Listens while the block runs; gives the address. No app: pages alone, because events come by socket.

    `secrets`: the signing secret, then the one before it. `seen` replaces the memory of replays.
    """
    pool = Pool(WRITERS)
    served = web.Application()
    served.router.add_routes([web.get(HEALTH, healthy), *routes])
    if app is not None:
        edge = HttpEdge(app, Verifier(secrets, clock), seen or Replays(engine), pool, clock)
        served.router.add_post(EVENTS, edge.take)
    # No unpacking: the signature is of the bytes as they came, and a small body must not grow large.
    runner = web.AppRunner(
        served,
        access_log=None,
        logger=UNSAID,
        shutdown_timeout=LAST_WORDS,
        auto_decompress=False,
        lingering_time=1.0,
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
        pool.close()
