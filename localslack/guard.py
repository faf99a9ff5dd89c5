"""Keeps the world out: loopback names only, no other site's pages, and a strict policy for our own."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from localslack.team import LOOPBACK

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A name that resolves to us but is not ours, or a page from elsewhere, gets no answer."""
    if not _is_loopback(f"//{request.headers.get('Host', '')}"):
        return web.json_response({"ok": False, "error": "foreign_host"}, status=403)
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("Host"):
        return web.json_response({"ok": False, "error": "foreign_origin"}, status=403)
    if request.headers.get("Sec-Fetch-Site") == "cross-site" and request.method != "GET":
        return web.json_response({"ok": False, "error": "foreign_origin"}, status=403)
    return await handler(request)


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """A page may have a policy of its own; it is never without one."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def _is_loopback(address: str) -> bool:
    try:
        return urlsplit(address).hostname in LOOPBACK
    except ValueError:
        return False
