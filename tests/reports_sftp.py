"""An SSH server of our own, on this machine, that takes files; it may refuse, break off or be another one."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh


@dataclass
class Site:
    """`root` is where one comes in. "cut" breaks the line at the first renaming, before or after it."""

    root: Path
    host_key: asyncssh.SSHKey
    lets_in: asyncssh.SSHKey
    cut: str = ""  # "before" | "after"
    plain: bool = False  # knows nothing beyond the oldest protocol
    full: bool = False
    port: int = 0
    renamed: list[str] = field(default_factory=list)

    @property
    def pinned(self) -> str:
        return self.host_key.export_public_key().decode().strip()


def _serving(site: Site) -> type[asyncssh.SFTPServer]:
    class Serving(asyncssh.SFTPServer):
        def __init__(self, chan: Any) -> None:
            super().__init__(chan, chroot=str(site.root).encode())
            self._line = chan.get_connection()

        def write(self, file_obj: object, offset: int, data: bytes) -> int:
            if site.full:
                raise asyncssh.SFTPFailure("no space left")
            return super().write(file_obj, offset, data)  # type: ignore[return-value]

        def fsync(self, file_obj: object) -> None:
            if site.plain:
                raise asyncssh.SFTPOpUnsupported("fsync")
            super().fsync(file_obj)

        def rename(self, oldpath: bytes, newpath: bytes) -> None:
            self._moved(newpath)
            super().rename(oldpath, newpath)

        def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
            if site.plain:
                raise asyncssh.SFTPOpUnsupported("posix-rename")
            if site.cut == "before":
                self._line.abort()
                raise asyncssh.SFTPFailure("gone")
            self._moved(newpath)
            super().posix_rename(oldpath, newpath)
            if site.cut == "after":
                self._line.abort()

        def _moved(self, newpath: bytes) -> None:
            site.renamed.append(newpath.decode().rpartition("/")[2])

    return Serving


@contextmanager
def running(site: Site) -> Iterator[Site]:
    """In a loop of its own, as a client's server is."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    known = asyncssh.import_authorized_keys(site.lets_in.export_public_key().decode())

    async def listen() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[site.host_key],
            authorized_client_keys=known,
            sftp_factory=_serving(site),
        )

    acceptor = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)
    site.port = acceptor.get_port()

    async def close() -> None:
        acceptor.close()
        await acceptor.wait_closed()

    try:
        yield site
    finally:
        asyncio.run_coroutine_threadsafe(close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
