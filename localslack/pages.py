"""Serves the built page and its files; it builds nothing and knows no message."""

from pathlib import Path

from aiohttp import web

STATIC = Path(__file__).parent / "static"
NOT_BUILT = "localslack runs, but its page is not built: localslack/static/index.html is missing."
# Said outright: what the machine's own table calls a script may be a type the browser then refuses.
TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".woff2": "font/woff2",
}


class Pages:
    """The files of one folder, and nothing outside it."""

    def __init__(self, folder: Path = STATIC) -> None:
        self.folder = folder.resolve()

    async def index(self, _request: web.Request) -> web.StreamResponse:
        page = self.folder / "index.html"
        if not page.is_file():
            return web.Response(status=503, text=NOT_BUILT)
        return _file(page)

    async def file(self, request: web.Request) -> web.StreamResponse:
        path = (self.folder / request.match_info["path"]).resolve()
        if not path.is_relative_to(self.folder) or not path.is_file():
            return web.json_response({"ok": False, "error": "not_found"}, status=404)
        return _file(path)


def _file(path: Path) -> web.FileResponse:
    kind = TYPES.get(path.suffix, "application/octet-stream")
    return web.FileResponse(path, headers={"Cache-Control": "no-cache", "Content-Type": kind})
