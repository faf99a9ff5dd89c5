"""Uploaded files: their bytes, where they are shared and so who may see them; it posts no message."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from localslack.errors import SlackError
from localslack.ids import new_id
from localslack.store import Channel, Store

JSON = dict[str, Any]
# All of it is in memory: bytes of all files together.
MOST_BYTES = 50 * 1024 * 1024
# Said outright, by the name alone: what an uploader claims a file is may be a lie.
KINDS: dict[str, tuple[str, str]] = {
    "csv": ("text/csv", "CSV"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word Document"),
    "gif": ("image/gif", "GIF"),
    "html": ("text/html", "HTML"),
    "jpg": ("image/jpeg", "JPEG"),
    "json": ("application/json", "JSON"),
    "md": ("text/markdown", "Markdown (raw)"),
    "pdf": ("application/pdf", "PDF"),
    "png": ("image/png", "PNG"),
    "pptx": (
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "PowerPoint Presentation",
    ),
    "svg": ("image/svg+xml", "SVG"),
    "txt": ("text/plain", "Plain Text"),
    "webp": ("image/webp", "WebP"),
    "xls": ("application/vnd.ms-excel", "Excel Spreadsheet"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel Spreadsheet"),
    "zip": ("application/zip", "Zip"),
}
SAME_KIND = {"jpeg": "jpg", "htm": "html", "text": "txt", "log": "txt", "markdown": "md"}
# What a browser may draw in place; anything else is only ever downloaded.
DRAWN = frozenset({"image/gif", "image/jpeg", "image/png", "image/webp"})
GROUPS = {"images": ("gif", "jpg", "png", "svg", "webp"), "pdfs": ("pdf",), "zips": ("zip",)}


@dataclass
class File:
    """One file. `shares`: the messages that carry it, by channel; `shown_to`: who sees it besides."""

    id: str
    name: str
    title: str
    user: str
    created: int
    length: int
    data: bytes = b""
    alt_txt: str = ""
    shares: dict[str, list[JSON]] = field(default_factory=dict)
    drawn_in: set[str] = field(default_factory=set)
    shown_to: set[str] = field(default_factory=set)
    received: bool = False
    complete: bool = False
    deleted: bool = False

    @property
    def filetype(self) -> str:
        ending = PurePosixPath(self.name).suffix.lower().removeprefix(".")
        return next((kind for kind in (SAME_KIND.get(ending, ending),) if kind in KINDS), "binary")

    @property
    def mimetype(self) -> str:
        return KINDS.get(self.filetype, ("application/octet-stream", ""))[0]


class Files:
    """All files, and the upload addresses given out."""

    def __init__(self, store: Store, app: str, most_bytes: int = MOST_BYTES) -> None:
        self.store, self.app, self.most_bytes = store, app, most_bytes
        self.base = ""  # known once the server listens
        self._files: dict[str, File] = {}
        self._addresses: dict[str, str] = {}

    def clear(self) -> None:
        self._files.clear()
        self._addresses.clear()

    # --- coming in ---
    def expect(self, name: str, length: int, user: str, alt_txt: str = "") -> tuple[File, str]:
        """A file to come, and the address it may be sent to, once."""
        if length > self.room:
            raise SlackError("storage_limit_reached")
        created = int(self.store.stamps.now())
        file = File(new_id("F"), name, name, user, created, length, alt_txt=alt_txt)
        self._files[file.id] = file
        secret = secrets.token_urlsafe(18)
        self._addresses[secret] = file.id
        return file, f"{self.base}/upload/v1/{secret}"

    def expects(self, secret: str) -> bool:
        return secret in self._addresses

    def awaited(self, secret: str) -> File:
        """The file an address is for; from now on the address is used up."""
        file_id = self._addresses.pop(secret, None)
        if file_id is None or file_id not in self._files:
            raise SlackError("upload_url_not_found")
        return self._files[file_id]

    def receive(self, file: File, data: bytes) -> None:
        """The bytes themselves; as many as were announced."""
        if len(data) != file.length:
            raise SlackError("length_mismatch", f"announced {file.length} bytes, got {len(data)}")
        if len(data) > self.room:
            raise SlackError("storage_limit_reached")
        file.data, file.received = data, True

    def add(self, name: str, data: bytes, user: str) -> File:
        """A file as a person's client brings it, all at once."""
        file, address = self.expect(name, len(data), user)
        self.receive(self.awaited(address.rpartition("/")[2]), data)
        file.complete = True
        return file

    @property
    def room(self) -> int:
        """Bytes that still fit."""
        return self.most_bytes - sum(len(file.data) for file in self._files.values())

    # --- who sees what ---
    def find(self, file_id: str, viewer: str) -> File:
        """A file this viewer may see; a deleted one is still known by its name."""
        file = self._files.get(file_id)
        if file is None or not file.complete or not self.sees(viewer, file):
            raise SlackError("file_not_found")
        return file

    def pending(self, file_id: str) -> File:
        """An uploaded file of the app that waits to be completed."""
        file = self._files.get(file_id)
        if file is None or file.complete or not file.received or file.user != self.app:
            raise SlackError("file_not_found", f"no finished upload {file_id}")
        return file

    def sees(self, viewer: str, file: File) -> bool:
        """Its owner, whom it was shown to, and those who see a channel it is in; the app only as a member."""
        if viewer == file.user or viewer in file.shown_to:
            return True
        channels = [self.store.channels[each] for each in (*file.shares, *file.drawn_in)]
        if viewer == self.app:
            return any(viewer in channel.members for channel in channels)
        return any(self.store.sees(viewer, channel) for channel in channels)

    def visible(self, viewer: str) -> list[File]:
        files = self._files.values()
        return [f for f in files if f.complete and not f.deleted and self.sees(viewer, f)]

    def missing(self, blocks: object, viewer: str) -> Iterable[tuple[str, str]]:
        """Each `slack_file` in blocks that is no image this viewer sees: where it is, and why not."""
        for pointer, wanted in _slack_files(blocks, ""):
            file = self.named(wanted)
            if file is None or file.deleted or not file.complete or not self.sees(viewer, file):
                yield pointer, "invalid slack file"
            elif file.mimetype not in DRAWN:
                yield pointer, "slack file must be an image"

    def draw_in(self, blocks: object, channel: Channel | None = None, person: str | None = None) -> None:
        """Whoever is shown blocks with a file's image sees the file."""
        for _pointer, wanted in _slack_files(blocks, ""):
            file = self.named(wanted)
            if file is not None and channel is not None and person is None:
                file.drawn_in.add(channel.id)
            elif file is not None and person is not None:
                file.shown_to.add(person)

    def named(self, wanted: object) -> File | None:
        """The file of a `slack_file` object: by id, or by its private URL."""
        if not isinstance(wanted, dict):
            return None
        if wanted.get("id"):
            return self._files.get(str(wanted["id"]))
        return next((f for f in self._files.values() if self.url(f) == wanted.get("url")), None)

    # --- going out ---
    def url(self, file: File) -> str:
        return f"{self.base}/files/{file.id}/{quote(file.name, safe='')}"

    def shown(self, file: File) -> JSON:
        """The file as messages and answers carry it."""
        if file.deleted:
            return {"id": file.id, "mode": "tombstone"}
        url = self.url(file)
        row: JSON = {
            "id": file.id,
            "created": file.created,
            "timestamp": file.created,
            "name": file.name,
            "title": file.title,
            "mimetype": file.mimetype,
            "filetype": file.filetype,
            "pretty_type": KINDS.get(file.filetype, ("", "Binary"))[1],
            "user": file.user,
            "user_team": self.store.team.id,
            "editable": False,
            "size": file.length,
            "mode": "hosted",
            "is_external": False,
            "is_public": any(self.store.channels[each].kind == "public" for each in file.shares),
            "public_url_shared": False,
            "url_private": url,
            "url_private_download": f"{url}?download=1",
            "permalink": url,
            "file_access": "visible",
            "is_image": file.mimetype in DRAWN,
        }
        return {**row, "alt_txt": file.alt_txt} if file.alt_txt else row

    def described(self, file: File) -> JSON:
        """The file as files.info has it: with the places where it is shared."""
        places: JSON = {"channels": [], "groups": [], "ims": [], "shares": {}}
        for channel_id, rows in file.shares.items():
            kind = self.store.channels[channel_id].kind
            places[{"public": "channels", "private": "groups", "im": "ims"}[kind]].append(channel_id)
            places["shares"].setdefault("public" if kind == "public" else "private", {})[channel_id] = rows
        return {**self.shown(file), **places}


def _slack_files(value: object, at: str) -> Iterable[tuple[str, Any]]:
    """Every `slack_file` in blocks, with the pointer to it."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "slack_file":
                yield f"{at}/{name}", inner
            else:
                yield from _slack_files(inner, f"{at}/{name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _slack_files(inner, f"{at}/{index}")
