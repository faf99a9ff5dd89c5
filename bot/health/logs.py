"""How a line of the log looks: text, or JSON for a collector; what identifies a person is masked in either.

An error's own text is never written, for it may quote a debtor or a question: its kind and place are.
"""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any, Literal

from bot.faults import kinds, places
from db.identifiers import HIDDEN, masked

Kind = Literal["text", "json"]
_SECRET = re.compile(
    r"\bx(?:ox[a-z]|app)-[\w-]+|\b(?:Bearer|Basic)\s+[\w.~+/=-]{8,}|\bsk-[\w-]{8,}"
    r"|(?<=://)[^\s/@:]+:[^\s/@]+(?=@)|\b[A-Za-z0-9_-]{43}=",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"\bref=([0-9A-F]{8})\b")


def scrubbed(text: str) -> str:
    """Without keys, addresses, tax and population keys, phones, cards and accounts; our references stay."""
    parts = _REFERENCE.split(_SECRET.sub(HIDDEN, text))
    return "".join(f"ref={part}" if n % 2 else masked(part) for n, part in enumerate(parts))


class Plain(logging.Formatter):
    """Text for whoever looks at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        line = f"{self.formatTime(record)} {record.levelname} {record.name} {said(record)}"
        return f"{line} {failure(record)}".rstrip()


class Json(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        event = said(record)
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": event,
            "process": record.process,
        }
        if found := _REFERENCE.search(event):
            line["ref"] = found[1]
        if raised := failure(record):
            line["error"] = raised
        return json.dumps(line, ensure_ascii=False)


def said(record: logging.LogRecord) -> str:
    try:
        message = record.getMessage()
    except (TypeError, ValueError):  # arguments that do not fit: what was to be said is not known
        message = str(record.msg)
    return scrubbed(" ".join(message.split()))


def failure(record: logging.LogRecord) -> str:
    raised = record.exc_info[1] if record.exc_info else None
    return f"{kinds(raised)} at {' <- '.join(places(raised))}" if raised is not None else ""


def log_to_stderr(kind: Kind = "text", level: int = logging.WARNING) -> None:
    """Standard output belongs to the answer. Called again, it replaces what was before."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Json() if kind == "json" else Plain())
    root = logging.getLogger()
    for before in [each for each in root.handlers if isinstance(each.formatter, Plain | Json)]:
        root.removeHandler(before)
    root.addHandler(handler)
    root.setLevel(level)
