"""Asks one language model for one structured answer. The only module that knows langchain; says no to nobody.

Nothing of langchain is imported before the first question. Whatever goes wrong is a Reply without an answer.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from queue import Empty, SimpleQueue
from time import perf_counter
from typing import Any, TypeVar

from pydantic import BaseModel

from bot.llm.prompts import Messages
from bot.llm.where import address_of, stays_here
from bot.sections import Llm
from db.identifiers import netted

AT_ONCE = 4  # questions that may wait for the server at the same time, the late ones among them
MAX_TOKENS = 2000  # what a model thinks before it writes counts among them
NO_KEY = "none"  # a server of one's own asks for none, and the library for something
T = TypeVar("T")


@dataclass(frozen=True)
class Reply:
    """What came back. `parsed` None is always a failure, whatever the library says of it."""

    parsed: Any
    fault: str = ""  # the kind of failure, never its text: that may quote what was sent
    tokens: int = 0
    ms: int = 0


class Model:
    """One server, one model, from the settings."""

    def __init__(self, settings: Llm) -> None:
        self._settings = settings
        self.name = settings.model or ""
        self._room = threading.BoundedSemaphore(AT_ONCE)
        self._client = cache(self._opened)

    def ask(self, schema: type[BaseModel], messages: Messages) -> Reply:
        """Never raises, and never takes longer than the time allowed."""
        started = perf_counter()
        safe = [(role, netted(text)) for role, text in messages]
        try:
            got = self._in_time(lambda: self._invoked(schema, safe))
        except Exception as error:
            return Reply(None, type(error).__name__, 0, _since(started))
        used = _tokens(got.get("raw"))
        if got.get("parsed") is None:
            return Reply(None, type(got.get("parsing_error") or ValueError()).__name__, used, _since(started))
        return Reply(got["parsed"], "", used, _since(started))

    def _in_time(self, work: Callable[[], T]) -> T:
        """A server that trickles would hold a library's own time-out for ever: the wait itself ends."""
        if not self._room.acquire(blocking=False):
            raise TimeoutError
        box: SimpleQueue[tuple[T | None, Exception | None]] = SimpleQueue()

        def run() -> None:
            try:
                box.put((work(), None))
            except Exception as error:
                box.put((None, error))
            finally:
                self._room.release()

        threading.Thread(target=run, name="model", daemon=True).start()
        try:
            got, error = box.get(timeout=self._settings.timeout)
        except Empty:
            raise TimeoutError from None
        if error is not None:
            raise error
        return got  # type: ignore[return-value]

    def _invoked(self, schema: type[BaseModel], messages: Messages) -> dict[str, Any]:
        from langsmith import tracing_context

        asked = self._client().with_structured_output(schema, method="json_schema", include_raw=True)
        with tracing_context(enabled=False):  # a variable set for another program would send it all elsewhere
            return dict(asked.invoke(messages))

    def _opened(self) -> Any:
        from langchain.chat_models import init_chat_model

        return init_chat_model(self.name, **self._options())

    def _options(self) -> dict[str, Any]:
        settings = self._settings
        address = address_of(self.name, settings.base_url)
        key = settings.api_key.get_secret_value() if settings.api_key else NO_KEY
        options: dict[str, Any] = {}
        if not self.name.startswith("anthropic:"):  # its newer models refuse the very word
            options["temperature"] = 0
        if address:
            options["base_url"] = address
        if self.name.startswith("ollama:"):
            return {**options, "num_predict": MAX_TOKENS, "client_kwargs": self._own_line()}
        options |= {
            "api_key": key,
            "max_tokens": MAX_TOKENS,
            "timeout": settings.timeout,
            "max_retries": settings.max_retries,
        }
        if self.name.startswith("openai:") and stays_here(address):
            import httpx

            options["http_client"] = httpx.Client(**self._own_line())
        return options

    def _own_line(self) -> dict[str, Any]:
        """To a server of ours: past no proxy of the environment, and not on to where it may point."""
        if not stays_here(address_of(self.name, self._settings.base_url)):
            return {"timeout": self._settings.timeout}
        return {"timeout": self._settings.timeout, "trust_env": False, "follow_redirects": False}


def _since(started: float) -> int:
    return round((perf_counter() - started) * 1000)


def _tokens(raw: Any) -> int:
    usage = getattr(raw, "usage_metadata", None) or {}
    return int(usage.get("total_tokens") or 0)
