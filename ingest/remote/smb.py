"""SMB shares without mounting them: `smb://host/share/folder`, by smbprotocol (SMB 2 and 3)."""

import errno
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from brain.errors import UsageError
from ingest.remote.opening import Opener
from ingest.remote.place import Place
from ingest.remote.sockets import TIMED_OUT, of_files, of_sockets
from ingest.remote.source import Facts, Info, Kind, Limits, Piece, Rest, Trouble

SETTINGS = frozenset({"username", "password", "encrypt", "kerberos"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FOLDER, _REPARSE_POINT = 0x10, 0x400  # MS-FSCC 2.6, file attributes


class Smb:
    """A folder of a share. Paths begin with the share's name: `share/folder/file`."""

    extra: ClassVar[str] = "smb"
    one_at_a_time: ClassVar[bool] = True  # smbprotocol loses count of its credits
    whole: ClassVar[bool] = False

    def __init__(self, place: Place) -> None:
        if not place.path:
            raise UsageError(f"{place.url} names no share: write it as smb://{place.host}/SHARE/FOLDER.")
        self._place = place
        self.url = place.url
        self.root = place.path
        self.secrets = place.hidden

    def connect(self, limits: Limits) -> "Any":
        """A session with the server. Raises what smbprotocol raises."""
        from ingest.remote.smb_files import SmbFiles

        return SmbFiles(
            self._place.host,
            self._place.port or 445,
            self._place.text("username"),
            self._place.text("password"),
            encrypt=self._place.switch("encrypt"),
            kerberos=self._place.switch("kerberos"),
            timeout=limits.connect,
        )

    def close(self, files: Any) -> None:
        """End the session and its socket."""
        files.disconnect()

    def list(self, files: Any, folder: str, rest: Any = None) -> Piece:
        """One query of the folder, with everything that is known of each file, as its answers come."""
        found: Rest = rest or Rest(files.scan(folder))
        return found.take()

    def info(self, files: Any, path: str) -> Info:
        """The same query for one name."""
        found: Info = files.info(path)
        return found

    def open(self, files: Any, path: str, chunk: int) -> Any:
        """The file, which others may go on using."""
        return files.open(path, "rb")

    def facts(self, info: Info) -> Facts:
        """The change time moves with every write, whatever a program sets the file's time to.

        A server gives the id of a deleted file to the next new one, so an id alone is no identity: only with
        the same size and times is it the same file, under another name.
        """
        mtime, change = nanoseconds(info["mtime"]), nanoseconds(info["changed"])
        mark = f"{info['size']:x}-{mtime:x}-{change:x}-{info['id'] or 0:x}"
        return Facts(info["size"], mtime, mark, mark if info["id"] else "")

    def trouble(self, error: BaseException) -> Trouble:
        """What an error of smbprotocol means."""
        from smbprotocol import exceptions as smb

        share = self.root.partition("/")[0]
        if isinstance(error, smb.BadNetworkName):
            return Trouble(Kind.MISSING, f"{self._place.host} has no share of the name {share}")
        if isinstance(error, smb.LogonFailure | smb.SMBAuthenticationError):
            return Trouble(
                Kind.REFUSED,
                f"user or password is wrong: correct them in {self._place.kept_in} "
                f'under ["{self._place.table}"]',
            )
        if isinstance(error, smb.PasswordExpired):
            return Trouble(
                Kind.REFUSED, "the password has expired: set a new one, and write it down for citewise"
            )
        if isinstance(error, smb.AccessDenied) or getattr(error, "ntstatus", 0) == 0xC0000022:
            return Trouble(Kind.FORBIDDEN)
        if isinstance(error, smb.SMBConnectionClosed | smb.UserSessionDeleted):
            return Trouble(Kind.DROPPED)
        if type(error) is smb.SMBException and "timeout" in str(error):
            return Trouble(Kind.DROPPED, TIMED_OUT)
        if getattr(error, "errno", None) == errno.EPERM:
            return Trouble(Kind.FAILED, "another program holds it open for itself")
        return of_sockets(error) or of_files(error)

    def link(self, path: str) -> str:
        """The `smb://` address, which file managers open; Windows wants its backslashes instead."""
        return self._place.link(path)


def nanoseconds(when: datetime) -> int:
    """A date as nanoseconds since 1970, exact to the microsecond."""
    return (when - _EPOCH) // timedelta(microseconds=1) * 1000


def kind_of(attributes: int) -> str:
    """A reparse point is a link of some sort: to a file, a folder, a volume or another server."""
    if attributes & _REPARSE_POINT:
        return "link"
    return "directory" if attributes & _FOLDER else "file"


open_drive = Opener(Smb, "SMB", "smbclient", SETTINGS)
