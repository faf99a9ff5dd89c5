"""This process's own address, on this machine alone: alive, ready, and what it counted."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from bot.faults import log
from bot.health.checks import Finding
from bot.health.measures import exposed

LOOPBACK = "127.0.0.1"
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Values = dict[str, tuple[str, float]]


@asynccontextmanager
async def watched(
    port: int | None,
    ready: Callable[[], Awaitable[list[Finding]]],
    values: Callable[[], Awaitable[Values]],
) -> AsyncIterator[str]:
    """The address, while the block runs; empty where none is wanted, or another process has it."""
    if port is None:
        yield ""
        return

    async def is_ready(_: web.Request) -> web.Response:
        return _ready(await ready())

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=exposed(await values()), headers={"Content-Type": METRICS_TYPE})

    served = web.Application()
    pages = {"/healthz": _alive, "/readyz": is_ready, "/metrics": metrics}
    served.router.add_routes([web.get(path, page) for path, page in pages.items()])
    runner = web.AppRunner(served, access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, LOOPBACK, port).start()
        except OSError as error:
            log.warning("no address for /healthz and /metrics: port %s: %s", port, error.strerror)
            yield ""
            return
        yield f"http://{LOOPBACK}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def _alive(request: web.Request) -> web.Response:
    """That this is answered says that the process goes on: nothing else is looked at."""
    del request
    return web.json_response({"alive": True})


def _ready(found: list[Finding]) -> web.Response:
    """503 where restarting or waiting may help. A Slack that is away is no such reason."""
    failed = any(each.state == "fail" for each in found)
    checks = {each.name: each.state for each in found}
    return web.json_response({"ready": not failed, "checks": checks}, status=503 if failed else 200)
