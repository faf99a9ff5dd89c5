"""A mail server of our own, on this machine, which takes, refuses, puts off or falls silent as it is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class Postbox:
    """`replies` come first, one a message; then all is taken. "cut" breaks the line after the message."""

    replies: list[str] = field(default_factory=list)
    refused: tuple[str, ...] = ()
    taken: list[Message] = field(default_factory=list)
    to: list[list[str]] = field(default_factory=list)
    heard: int = 0

    async def handle_RCPT(  # noqa: N802 (the library's name)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: Any, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.heard += 1
        reply = self.replies.pop(0) if self.replies else "250 taken"
        if reply in ("cut", "250 taken"):
            self.taken.append(message_from_bytes(bytes(envelope.content or b"")))
            self.to.append(list(envelope.rcpt_tos))
        if reply == "cut":
            server.transport.abort()
        return reply


def knows(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    known = isinstance(data, LoginPassword) and data.login == b"reportes" and data.password == b"secreto"
    return AuthResult(success=known, handled=False)


class _OnAnyPort(Controller):  # type: ignore[misc]
    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def server(postbox: Postbox, **more: Any) -> Iterator[int]:
    """Its port."""
    controller = _OnAnyPort(postbox, hostname="127.0.0.1", port=0, **more)
    controller.start()
    try:
        yield int(controller.port)
    finally:
        controller.stop()
