"""A server on loopback that speaks OpenAI's chat protocol: says what it is told, keeps what it was sent."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import sleep
from typing import Any

Body = dict[str, Any]
NOTHING: Body = {
    "metrics": [],
    "splits": [],
    "filters": [],
    "period": "",
    "compare": "",
    "order": "",
    "not_understood": [],
}


@dataclass(frozen=True)
class Said:
    """One answer: its text, or what goes wrong instead."""

    text: str = ""
    status: int = 200
    wait: float = 0.0
    cut: bool = False  # the line breaks in the middle of the answer
    location: str = ""
    finish: str = "stop"


@dataclass
class FakeModel:
    """`says` is asked with what a person typed, as it arrived."""

    says: Callable[[str], Said]
    url: str = ""
    bodies: list[str] = field(default_factory=list)

    @property
    def asked(self) -> list[str]:
        """The last message of each body: the person's."""
        return [json.loads(body)["messages"][-1]["content"] for body in self.bodies]


def plan(**parts: Any) -> str:
    return json.dumps({**NOTHING, **parts}, ensure_ascii=False)


def metric(name: str, words: str) -> list[Body]:
    return [{"id": name, "words": words}]


def always(text: str, **how: Any) -> Callable[[str], Said]:
    return lambda _said: Said(text, **how)


def completion(text: str, finish: str = "stop") -> Body:
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "fake",
        "choices": [{"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text}}],
        "usage": {"prompt_tokens": 90, "completion_tokens": 10, "total_tokens": 100},
    }


@contextmanager
def serving(says: Callable[[str], Said]) -> Iterator[FakeModel]:
    fake = FakeModel(says)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode("utf-8", "replace")
            fake.bodies.append(body)
            chat = self.path.endswith("/chat/completions")
            _answer(self, fake.says(json.loads(body)["messages"][-1]["content"]) if chat else Said())

        def log_message(self, *_args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _answer(handler: BaseHTTPRequestHandler, said: Said) -> None:
    sleep(said.wait)
    payload = json.dumps(completion(said.text, said.finish)).encode()
    try:
        handler.send_response(said.status)
        if said.location:
            handler.send_header("location", said.location)
        handler.send_header("content-type", "application/json")
        handler.send_header("content-length", str(len(payload)))
        handler.end_headers()
        handler.wfile.write(payload[: len(payload) // 2] if said.cut else payload)
        handler.close_connection = said.cut or handler.close_connection
    except OSError:
        handler.close_connection = True  # whoever asked has gone
