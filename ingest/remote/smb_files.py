"""SMB in fsspec's terms, with file ids and change times.

fsspec's own file system asks anew for each file that it lists, tells neither, and shares its connections, so
that one can't be closed without the others.
"""

from collections.abc import Generator
from pathlib import PurePosixPath
from typing import Any

import smbclient
from fsspec.spec import AbstractFileSystem
from smbprotocol.exceptions import SMBConnectionClosed

from ingest.remote.smb import kind_of


class SmbFiles(AbstractFileSystem):  # type: ignore[misc]
    """One server, one account, one connection; reading only."""

    cachable = False

    def __init__(
        self,
        host: str,
        port: int,
        username: str,
        password: str,
        *,
        encrypt: bool,
        kerberos: bool,
        timeout: float,
    ) -> None:
        super().__init__()
        self.storage_args: tuple[Any, ...] = ()
        self.storage_options: dict[str, Any] = {}  # they would keep the password, and show it in repr
        self._host = host
        self._connections: dict[str, Any] = {}
        self._with: dict[str, Any] = {"port": port, "connection_cache": self._connections}
        # Without an account there is nothing to derive a signing key from: a guest's session is not signed.
        smbclient.register_session(
            host,
            username=username or None,
            password=password or None,
            port=port,
            encrypt=encrypt or None,
            connection_timeout=round(timeout) or 1,
            connection_cache=self._connections,
            auth_protocol="kerberos" if kerberos else "negotiate",
            require_signing=bool(username) or kerberos,
        )

    def disconnect(self) -> None:
        """Close the socket first: whoever waits for an answer on it is told so."""
        for connection in self._connections.values():
            connection.transport.close()
        smbclient.reset_connection_cache(fail_on_error=False, connection_cache=self._connections)

    def ls(self, path: str, detail: bool = True, **kwargs: Any) -> list[Any]:
        """One query for a whole folder."""
        found = list(self.scan(path))
        return found if detail else [info["name"] for info in found]

    def scan(self, path: str) -> Generator[dict[str, Any], None, None]:
        """The same, one by one as the server's answers come."""
        for entry in smbclient.scandir(self._unc(path), **self._with):
            yield _info(path, entry)

    def info(self, path: str, **kwargs: Any) -> dict[str, Any]:
        """The file as its folder's listing has it. Raises FileNotFoundError."""
        place = PurePosixPath(path)
        folder = str(place.parent)
        for entry in smbclient.scandir(self._unc(folder), search_pattern=place.name, **self._with):
            if entry.name == place.name:
                return _info(folder, entry)
        raise FileNotFoundError(2, "No such file", path)

    def _open(self, path: str, mode: str = "rb", **kwargs: Any) -> Any:
        # Others may go on reading, writing, renaming and deleting it: a bot is no reason for "file in use".
        return smbclient.open_file(self._unc(path), mode, buffering=0, share_access="rwd", **self._with)

    def _unc(self, path: str) -> str:
        # smbclient would quietly make a lost connection anew, as nobody in particular
        if not all(connection.transport.connected for connection in self._connections.values()):
            raise SMBConnectionClosed("the connection was closed")
        return rf"\\{self._host}" + "\\" + path.replace("/", "\\")


def _info(folder: str, entry: Any) -> dict[str, Any]:
    known = entry.smb_info
    return {
        "name": f"{folder}/{entry.name}",
        "type": kind_of(known.file_attributes),
        "size": known.end_of_file,
        "mtime": known.last_write_time,
        "changed": known.change_time,
        "id": known.file_id,
    }
