"""Puts reports on a recipient's SSH server: each appears whole, or not at all. Knows no report.

No server is spoken to but the one whose key config.yaml pins. What may have arrived is never put there again
by itself.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncssh

from bot.carriers import Carried, Doubtful, NotSent, Sheet
from bot.sections import Sftp, SshServer

# No other attempt would end otherwise: it is not that server, or it does not let us in or know that folder.
_FINAL = (
    asyncssh.HostKeyNotVerifiable,
    asyncssh.PermissionDenied,
    asyncssh.KeyExchangeFailed,
    asyncssh.SFTPNoSuchFile,
    asyncssh.SFTPNoSuchPath,
    asyncssh.SFTPPermissionDenied,
)


def put(sftp: Sftp, name: str, folder: str, sheets: Sequence[Sheet]) -> Carried:
    """Raises NotSent where nothing has appeared there, Doubtful where something may have."""
    server = sftp.servers.get(name)
    if server is None:
        raise NotSent(f"no server {name}", final=True)
    asyncio.run(_put(server, _keys(sftp), folder, sheets))
    return Carried(", ".join(sheet.name for sheet in sheets))


def _keys(sftp: Sftp) -> list[asyncssh.SSHKey]:
    if sftp.key is None:
        raise NotSent("no key", final=True)
    secret = sftp.passphrase.get_secret_value() if sftp.passphrase is not None else None
    try:
        return [asyncssh.read_private_key(sftp.key, secret)]
    except (OSError, asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as no:
        raise NotSent(f"{type(no).__name__}: the key cannot be read", final=True) from no


@dataclass
class _Step:
    """How far it has come: from the first renaming on, the other side may have it."""

    renaming: bool = False
    refused: bool = False  # the first renaming, in so many words
    done: bool = False


async def _put(server: SshServer, keys: list[asyncssh.SSHKey], folder: str, sheets: Sequence[Sheet]) -> None:
    step = _Step()
    try:
        async with asyncio.timeout(server.timeout), _opened(server, keys) as there:
            await _uploaded(there, folder, sheets)
            step.renaming = True
            for n, sheet in enumerate(sheets):
                await _renamed(there, folder, sheet, step if n == 0 else _Step())
            step.done = True
    except (asyncssh.Error, OSError) as no:
        if step.done:
            return  # what is there is there, whether the server says goodbye or not
        said = f"{type(no).__name__}: {no}"
        if step.renaming and not step.refused:
            raise Doubtful(said) from no
        raise NotSent(said, final=isinstance(no, _FINAL)) from no


@asynccontextmanager
async def _opened(server: SshServer, keys: list[asyncssh.SSHKey]) -> AsyncIterator[asyncssh.SFTPClient]:
    """With what config.yaml says and nothing else: no agent, no known_hosts and no ~/.ssh of this machine."""
    pinned = asyncssh.import_public_key(server.host_key)
    line = asyncssh.connect(
        server.host,
        server.port,
        username=server.user,
        client_keys=keys,
        known_hosts=([pinned], [], []),
        preferred_auth="publickey",
        agent_path=None,
        config=None,
    )
    async with line as connection, connection.start_sftp_client() as there:
        yield there


async def _uploaded(there: asyncssh.SFTPClient, folder: str, sheets: Sequence[Sheet]) -> None:
    """Under names that nobody fetches. A folder that is not there is not made up for: nobody would look."""
    for sheet in sheets:
        half = _half(folder, sheet)
        async with there.open(half, "wb") as out:
            await out.write(sheet.content)
            await _kept(out)
        if (await there.stat(half)).size != len(sheet.content):
            raise asyncssh.SFTPFailure(f"{sheet.name} did not arrive whole")


async def _kept(out: asyncssh.SFTPClientFile) -> None:
    """On its disk, where the server knows how."""
    try:
        await out.fsync()
    except asyncssh.SFTPOpUnsupported:
        return


async def _renamed(there: asyncssh.SFTPClient, folder: str, sheet: Sheet, step: _Step) -> None:
    half, whole = _half(folder, sheet), f"{folder}/{sheet.name}"
    try:
        try:
            await there.posix_rename(half, whole)
        except asyncssh.SFTPOpUnsupported:
            await there.rename(half, whole)
    except (asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection):
        raise
    except asyncssh.SFTPError:
        step.refused = True
        raise


def _half(folder: str, sheet: Sheet) -> str:
    return f"{folder}/.{sheet.name}.part"
