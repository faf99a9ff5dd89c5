"""The last net: of everything that leaves, identifiers that its reader may not see are masked.

What a reader may see whole an answer says itself (`clear`), and that holds only where nobody reads along.
"""

from collections.abc import Collection
from typing import Any

from db.identifiers import netted, without

# What a machine reads and nobody sees; all else of a message is text.
MACHINE = frozenset(
    (
        *("type", "value", "action_id", "block_id", "url", "image_url", "style", "key", "ts", "of", "stream"),
        *("user", "users", "asker", "opens", "thread_ts", "channel", "channel_id", "private_metadata"),
        *("callback_id", "id", "file_id", "external_id", "followed", "metadata", "initial_date"),
    )
)
ALONE = ("whisper", "respond")
PERSONAL = ("D", "U", "W")  # a direct message, or the person it is opened with


def caught(part: Any, clear: Collection[str] = (), *, public: bool = False) -> Any:
    """A text, or blocks, or a view, in which nothing stands that its reader may not see. In public nothing is
    clear: what one reader might see whole is masked by name."""
    match part:
        case str():
            return netted(without(part, clear)) if public else netted(part, clear)
        case dict():
            return {
                name: each if name in MACHINE else caught(each, clear, public=public)
                for name, each in part.items()
            }
        case list() | tuple():
            return [caught(each, clear, public=public) for each in part]
    return part


def is_public(kind: str, channel: str) -> bool:
    """Whether others read along where this goes."""
    return kind not in ALONE and not channel.startswith(PERSONAL)
