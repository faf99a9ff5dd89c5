"""The ways messages leave: a file for a gateway to fetch, or one message to its address. Knows no account.

What a gateway answers is said in three: taken, not taken, or nobody knows.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import httpx

from bot.carriers import Carried, Doubtful, NotSent, Sheet, put
from db.reminder_rules import Gateway

MEDIA = "text/csv"
_FIRST = "=+-@\t\r"  # what a spreadsheet would take for a formula
_BUSY = (408, 425, 429)


Client = httpx.Client


def opened() -> Client:
    """One connection for many messages; neither a redirect nor the machine's own proxies are followed."""
    return Client(trust_env=False, follow_redirects=False)


@dataclass(frozen=True)
class Letter:
    """One message by its parts, named as a gateway's layout names them."""

    parts: Mapping[str, str]

    @property
    def key(self) -> str:
        return self.parts["key"]


def as_file(gateway: Gateway, root: str | None, name: str, letters: Sequence[Letter]) -> Carried:
    """All of them in one file, whole or not at all. Raises NotSent."""
    return put(root, gateway.folder or "", [Sheet(name, MEDIA, written(gateway, letters))])


def written(gateway: Gateway, letters: Sequence[Letter]) -> bytes:
    out = io.StringIO()
    sheet = csv.writer(out, lineterminator="\r\n")
    sheet.writerow(gateway.layout)
    for each in letters:
        sheet.writerow([_inert(each.parts[part]) for part in gateway.layout.values()])
    return out.getvalue().encode("utf-8")


def _inert(value: str) -> str:
    return f"'{value}" if value[:1] and value[0] in _FIRST else value


def found(gateway: Gateway, root: str | None, name: str) -> Literal["left", "stayed", "unknown"]:
    """Of a file whose writer died: it lies there, it never got its name, or it may have been fetched."""
    place = Path(root or "") / (gateway.folder or "")
    if (place / name).is_file():
        return "left"
    return "stayed" if (place / f".{name}.part").is_file() else "unknown"


def posted(gateway: Gateway, token: str | None, letter: Letter, client: Client) -> Carried:
    """One message, by its key. Raises NotSent where it was not taken, Doubtful where nobody knows."""
    head = {"Idempotency-Key": letter.key} | ({"Authorization": f"Bearer {token}"} if token else {})
    body = {name: letter.parts[part] for name, part in gateway.layout.items()}
    try:
        answer = client.post(gateway.url or "", json=body, headers=head, timeout=gateway.timeout)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as no:
        raise NotSent(type(no).__name__, final=False) from no
    except httpx.HTTPError as no:
        raise Doubtful(type(no).__name__) from no
    if answer.is_success:
        return Carried(str(answer.status_code))
    if answer.status_code >= 500:  # it may have been taken before the gateway fell over it
        raise Doubtful(str(answer.status_code))
    raise NotSent(str(answer.status_code), final=answer.status_code not in _BUSY)
