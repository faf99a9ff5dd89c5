"""One plain page in the browser for whoever came from Slack. Knows its looks and its headers, no sentence."""

from html import escape

from aiohttp import web

from skills.contract import Language

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; form-action "
)
# Addresses of these pages may hold a code or a state: nobody stores them, frames them or hears of them.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": f"{POLICY}'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
STYLE = (
    ":root{color-scheme:light dark}body{margin:0;min-height:100vh;display:grid;place-items:center;"
    "font:17px/1.5 system-ui,sans-serif}main{max-width:32rem;padding:2rem}h1{font-size:1.5rem;margin:0}"
    "a{color:inherit}button{font:inherit;padding:.6rem 1.2rem;border:0;border-radius:.5rem;"
    "background:#1a3d5c;color:#fff;cursor:pointer}"
)


def page(
    title: str,
    said: str,
    *,
    language: Language,
    status: int = 200,
    link: tuple[str, str] | None = None,
    press: str = "",
) -> web.Response:
    """`link` is its address and its words; `press` the words of a button that posts to this very address."""
    more = f'<p><a href="{escape(link[0])}">{escape(link[1])}</a></p>' if link else ""
    headers = dict(HEADERS)
    if press:
        more += f'<form method="post"><button>{escape(press)}</button></form>'
        headers["Content-Security-Policy"] = f"{POLICY}'self'"
    text = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body><main><h1>{escape(title)}</h1><p>{escape(said)}</p>{more}</main>"
        "</body></html>"
    )
    return web.Response(status=status, text=text, content_type="text/html", headers=headers)
