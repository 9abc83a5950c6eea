"""SFTP: `sftp://host/path`, by sshfs on asyncssh. The server must prove who it is."""

import asyncio
import hashlib
import posixpath
import stat
from base64 import b64encode
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from brain.errors import UsageError
from ingest.addresses import AddressPolicy
from ingest.credentials import Credentials
from ingest.options import DriveOptions
from ingest.remote.folder import RemoteFolder
from ingest.remote.place import OPEN_TO_ALL, Place, need, place_of
from ingest.remote.smb import nanoseconds
from ingest.remote.sockets import of_files, of_sockets
from ingest.remote.source import AT_ONCE, Facts, Info, Kind, Limits, Piece, Rest, Trouble

SETTINGS = frozenset({"username", "password", "key_file", "passphrase", "known_hosts", "fingerprint"})
_AGAIN_SECONDS = 0.5


def open_drive(
    url: str,
    suffixes: frozenset[str],
    credentials: Credentials,
    options: DriveOptions,
    policy: AddressPolicy,
    limits: Limits | None = None,
) -> RemoteFolder:
    """The folder at `url`; nothing is connected yet. Raises UsageError with the remedy.

    The one reader that SFTP can speak of is `posix:other`, whom permission bits name last. Access lists
    are not seen, so a group's bits may promise more than is true.
    """
    need("sshfs", "sftp")
    if any(reader != OPEN_TO_ALL for reader in options.readers):
        raise UsageError(
            f"SFTP tells only whether a file is open to everybody: {OPEN_TO_ALL} is the one reader that "
            "can be set for this drive."
        )
    place = place_of(url, credentials, SETTINGS)
    return RemoteFolder(Sftp(place), suffixes, limits, open_to_all=bool(options.readers))


class UnknownHostKey(Exception):
    """The server's key is not among those that are trusted; the message is for people."""


class Sftp:
    """A folder of the server's file system. Paths are absolute."""

    extra: ClassVar[str] = "sftp"
    one_at_a_time: ClassVar[bool] = False
    whole: ClassVar[bool] = False

    def __init__(self, place: Place) -> None:
        self._place = place
        self.url = place.url
        self.root = f"/{place.path}".rstrip("/")
        self.secrets = place.hidden
        self._key_file = place.file("key_file")
        self._known_hosts = place.file("known_hosts")
        self._key: Any = None  # the server's, once it was found to be trusted
        if not place.text("username"):
            raise UsageError(
                f'{place.kept_in}: set username under ["{place.base}"], the account on the server.'
            )

    def connect(self, limits: Limits) -> Any:
        """A connection whose server is known. Raises UnknownHostKey and what asyncssh raises."""
        import asyncssh
        from fsspec.asyn import get_loop, sync
        from sshfs import SSHFileSystem

        key = self._key or sync(get_loop(), self._server_key, asyncssh, limits)
        self._key = key
        place = self._place
        return SSHFileSystem(
            place.host,
            port=place.port or 22,
            username=place.text("username"),
            password=place.text("password") or None,
            client_keys=[self._key_file] if self._key_file else None,
            passphrase=place.text("passphrase") or None,
            agent_path=None,
            config=None,
            known_hosts=([key], [], []),
            server_host_key_algs=_SIGNATURES.get(key_type(key.public_data), (key_type(key.public_data),)),
            connect_timeout=limits.connect,
            login_timeout=limits.connect,
            keepalive_interval=limits.reply,
            keepalive_count_max=1,
            sftp_client_kwargs={"path_errors": "surrogateescape"},
            skip_instance_cache=True,
        )

    async def _server_key(self, asyncssh: Any, limits: Limits) -> Any:
        """The server's key, if it is one that the admin trusts; a server has one of each kind."""
        place = self._place
        wanted = place.text("fingerprint")
        trusted = [] if wanted else self._trusted(asyncssh)
        kinds = list(dict.fromkeys(key_type(key) for key in trusted)) or list(_SIGNATURES)
        shown, lost = "", None
        for kind in kinds:
            try:
                key = await self._offered(asyncssh, kind, limits)
            except asyncssh.KeyExchangeFailed:
                continue  # it has none of this kind
            except (asyncssh.ConnectionLost, ConnectionError) as error:
                lost = error  # a server may also hang up then
                continue
            fingerprint = fingerprint_of(key.public_data)
            if fingerprint == wanted or key.public_data in trusted:
                return key
            shown = shown or fingerprint
            if not wanted and not trusted:
                break
        if not shown and lost is not None:
            raise lost
        if not shown:
            raise UnknownHostKey("it offers no host key of a kind that is known or can be checked")
        raise UnknownHostKey(_not_trusted(place, shown, bool(wanted or trusted)))

    async def _offered(self, asyncssh: Any, kind: str, limits: Limits) -> Any:
        """The server's key of this kind. Raises KeyExchangeFailed where it has none."""
        ask = partial(
            asyncssh.get_server_host_key,
            self._place.host,
            self._place.port or 22,
            server_host_key_algs=_SIGNATURES.get(kind, (kind,)),
            options=asyncssh.SSHClientConnectionOptions(
                connect_timeout=limits.connect, login_timeout=limits.connect, config=None
            ),
        )
        try:
            return await ask()
        except (asyncssh.ConnectionLost, ConnectionError):
            # A busy server drops some who have not signed in yet (MaxStartups in sshd_config(5)).
            await asyncio.sleep(_AGAIN_SECONDS)
            return await ask()

    def _trusted(self, asyncssh: Any) -> list[bytes]:
        file = Path(self._known_hosts) if self._known_hosts else Path("~/.ssh/known_hosts").expanduser()
        if not file.is_file():
            return []
        try:
            keys, _authorities, revoked, *_rest = asyncssh.match_known_hosts(
                str(file), self._place.host, "", self._place.port or 22
            )
        except (ValueError, OSError):
            raise UnknownHostKey(f"the list of known hosts {file} can't be read") from None
        return [key.public_data for key in keys if key not in revoked]

    def close(self, files: Any) -> None:
        """Close the connection, and with it whatever waits on it."""
        files.loop.call_soon_threadsafe(files.client.abort)

    def list(self, files: Any, folder: str, rest: Any = None) -> Piece:
        """The attributes of each file, as the server's answers come; links are told, not followed."""
        found: Rest = rest or Rest(_infos(files, folder or "/"))
        return found.take()

    def info(self, files: Any, path: str) -> Info:
        """The file's attributes."""
        found: Info = files.info(path)
        return found

    def open(self, files: Any, path: str, chunk: int) -> Any:
        """The file, in pieces of the size that the server likes."""
        return files.open(path, "rb")

    def facts(self, info: Info) -> Facts:
        """SFTP tells times in whole seconds, and neither inode nor version."""
        size, mtime = info["size"] or 0, nanoseconds(info["mtime"]) if info["mtime"] else 0
        return Facts(size, mtime, f"{size:x}-{mtime:x}", mode=stat.S_IMODE(info["permissions"] or 0))

    def trouble(self, error: BaseException) -> Trouble:
        """What an error of asyncssh means."""
        import asyncssh

        place = self._place
        if isinstance(error, UnknownHostKey):
            return Trouble(Kind.REFUSED, str(error))
        if isinstance(error, asyncssh.HostKeyNotVerifiable):
            return Trouble(Kind.REFUSED, "the server's host key changed while connecting")
        if isinstance(error, asyncssh.KeyImportError | asyncssh.KeyEncryptionError):
            return Trouble(
                Kind.REFUSED, f"the key in {self._key_file} can't be used: check it and its passphrase"
            )
        if isinstance(error, PermissionError | asyncssh.PermissionDenied) and self._at_login(error):
            return Trouble(
                Kind.REFUSED,
                f"user, password or key is not accepted: correct them in {place.kept_in} "
                f'under ["{place.base}"]',
            )
        if isinstance(
            error, asyncssh.ConnectionLost | asyncssh.SFTPConnectionLost | asyncssh.DisconnectError
        ):
            return Trouble(Kind.DROPPED)
        if isinstance(error, asyncssh.SFTPNoConnection):
            return Trouble(Kind.DROPPED)
        if isinstance(error, asyncssh.SFTPPermissionDenied):
            return Trouble(Kind.FORBIDDEN)
        if isinstance(error, asyncssh.SFTPNoSuchFile):
            return Trouble(Kind.MISSING)
        if isinstance(error, asyncssh.ChannelOpenError):
            return Trouble(Kind.DROPPED)
        return of_sockets(error) or of_files(error)

    @staticmethod
    def _at_login(error: BaseException) -> bool:
        # sshfs makes a PermissionError of a refused login, and leaves refused files to asyncssh's own class
        import asyncssh

        return isinstance(error.__cause__ or error, asyncssh.PermissionDenied)

    def link(self, path: str) -> str:
        """The `sftp://` address, which file managers open."""
        return self._place.link(path)


def _infos(files: Any, folder: str) -> Generator[Info, None, None]:
    """What lies in a folder, told as `ls` of sshfs tells it, one by one. Raises what asyncssh raises."""
    from fsspec.asyn import sync

    found = _read(files, folder)
    try:
        while some := sync(files.loop, _next, found):
            yield from some
    finally:
        asyncio.run_coroutine_threadsafe(found.aclose(), files.loop)  # nobody should wait for the server here


async def _next(found: AsyncGenerator[Info, None]) -> Sequence[Info]:
    some = []
    async for info in found:
        some.append(info)
        if len(some) == AT_ONCE:
            break
    return some


async def _read(files: Any, folder: str) -> AsyncGenerator[Info, None]:
    # Others may use the same channel meanwhile. The server keeps the folder open until the last is closed.
    async with files._pool.get() as channel, aclosing(channel.scandir(folder)) as entries:
        async for entry in entries:
            if entry.filename not in ("", ".", ".."):
                told = files._decode_attributes(entry.attrs)
                yield {**told, "name": posixpath.join(folder, entry.filename)}


def fingerprint_of(public_data: bytes) -> str:
    """As `ssh-keygen -l` shows it: `SHA256:…`."""
    return "SHA256:" + b64encode(hashlib.sha256(public_data).digest()).decode().rstrip("=")


def key_type(public_data: bytes) -> str:
    """The kind of a key, which begins its public form (RFC 4253, 6.6)."""
    length = int.from_bytes(public_data[:4], "big")
    return public_data[4 : 4 + length].decode("ascii", "replace")


# The kinds of host keys, best first, with the signatures that may be made with them (never SHA-1).
_SIGNATURES: Mapping[str, tuple[str, ...]] = {
    "ssh-ed25519": ("ssh-ed25519",),
    "ecdsa-sha2-nistp256": ("ecdsa-sha2-nistp256",),
    "ecdsa-sha2-nistp384": ("ecdsa-sha2-nistp384",),
    "ecdsa-sha2-nistp521": ("ecdsa-sha2-nistp521",),
    "ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256"),
}


def _not_trusted(place: Place, fingerprint: str, another: bool) -> str:
    host = place.host if place.port in (0, 22) else f"-p {place.port} {place.host}"
    found = (
        "is another one than the one that is trusted, which may be an attack" if another else "is not known"
    )
    return (
        f"its host key {found}. It shows {fingerprint}: ask whoever runs it whether that is right, then "
        f'write fingerprint = "{fingerprint}" into {place.kept_in} under ["{place.base}"], or '
        f"connect once with `ssh {host}`"
    )
