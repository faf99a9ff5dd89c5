"""Carries what happens to the pages that watch; the sender says who may see it, the page how it is drawn."""

import asyncio
from collections.abc import Callable
from typing import Any

# A page that stopped reading is cut off; its browser connects again and loads the state afresh.
MOST_WAITING = 5_000


class Watcher:
    """One open page and the events it has still to read; None ends it."""

    def __init__(self, viewer: str) -> None:
        self.viewer = viewer
        self.queue: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()


class Feed:
    """All open pages."""

    def __init__(self) -> None:
        self._watchers: set[Watcher] = set()

    def watch(self, viewer: str) -> Watcher:
        watcher = Watcher(viewer)
        self._watchers.add(watcher)
        return watcher

    def leave(self, watcher: Watcher) -> None:
        self._watchers.discard(watcher)

    def send(self, event: dict[str, Any], sees: Callable[[str], bool] = lambda _viewer: True) -> None:
        """Puts one event before every page whose viewer may see it."""
        for watcher in list(self._watchers):
            if not sees(watcher.viewer):
                continue
            if watcher.queue.qsize() >= MOST_WAITING:
                self._end(watcher)
            else:
                watcher.queue.put_nowait(event)

    def send_each(self, make: Callable[[str], dict[str, Any] | None]) -> None:
        """As `send`, with an event of its own for each viewer; None sends nothing."""
        for watcher in list(self._watchers):
            event = make(watcher.viewer)
            if event is not None:
                watcher.queue.put_nowait(event)

    def close(self) -> None:
        for watcher in list(self._watchers):
            self._end(watcher)

    def _end(self, watcher: Watcher) -> None:
        watcher.queue.put_nowait(None)
        self.leave(watcher)
