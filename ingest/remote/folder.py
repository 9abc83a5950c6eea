"""A folder on another machine as a drive: what holds for every back end, in terms of fsspec."""

import contextlib
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from brain.catalog.rows import LedgerEntry
from brain.errors import UnreadableDocument
from ingest.drives import (
    NOT_FOR_AUDIENCE,
    DriveUnavailable,
    Entry,
    FetchedFile,
    Skipped,
    Unlisted,
    known_time,
)
from ingest.loans import loan
from ingest.local.folder import NO_FILE, moment
from ingest.reconciling.skipping import UNKNOWN_FORMAT, reason_to_skip
from ingest.remote.connection import Connection, Stalled
from ingest.remote.source import Facts, Info, Kind, Limits, Piece, Rest, Source, Trouble

LINK = "a link"
ODD_NAME = "a name that no folder could hold"
_OTHERS_READ, _OTHERS_ENTER = 0o004, 0o001
_DOWN_SECONDS = 30.0
_OF_THE_DRIVE = (Kind.DROPPED, Kind.REFUSED)

T = TypeVar("T")
_Folders = list[tuple[str, str, Any]]  # to be entered: where each is, its path, and what is left of it


class BeingWritten(UnreadableDocument):
    """The file changed while it was fetched: a later run reads it, when it is left alone."""

    retryable: ClassVar[bool] = True


class NotHandedOut(UnreadableDocument):
    """The server answers with an error for this one file, which may pass."""

    retryable: ClassVar[bool] = True


class Failed(Exception):
    """A request that failed, in the terms of `source`; `detail` is for the log and holds no secret."""

    def __init__(self, trouble: Trouble, detail: str) -> None:
        super().__init__(trouble.kind)
        self.trouble = trouble
        self.detail = detail


class RemoteFolder:
    """All documents under a folder of `source`, folder by folder, each piece of a folder in name order.

    At any time the memory holds one piece of a folder, and from the pieces above it the names of folders that
    are still to be entered. With `open_to_all` only what POSIX permissions open to everybody is listed; the
    source must tell them.
    """

    def __init__(
        self,
        source: Source,
        suffixes: Collection[str],
        limits: Limits | None = None,
        *,
        open_to_all: bool = False,
    ) -> None:
        self.whole = source.whole
        self._source = source
        self._suffixes = frozenset(suffixes)
        self._limits = limits or Limits()
        self._open_to_all = open_to_all
        self._connection = Connection(source, self._limits)
        self._down: tuple[float, DriveUnavailable] | None = None

    def __repr__(self) -> str:
        return f"RemoteFolder({self.url!r})"

    @property
    def url(self) -> str:
        """The folder's address, without credentials."""
        return self._source.url

    def close(self) -> None:
        """Let go of the connection; the next use makes a new one."""
        self._connection.drop()

    def list(self, ledger: Mapping[str, LedgerEntry]) -> Iterator[Entry | Skipped | Unlisted]:
        """Walk the tree; a folder that can't be opened is reported as unlisted, the rest goes on.

        Raises DriveUnavailable where the folder itself can't be listed, or the connection is lost for good.
        """
        self._down = None
        closed = self._open_to_all and not self._entered_by_all()
        folders: _Folders = [(self._source.root, "", None)]
        try:
            yield from self._walk(folders, closed)
        finally:
            self._leave(rest for _, _, rest in folders if isinstance(rest, Rest))

    def _walk(self, folders: _Folders, closed: bool) -> Iterator[Entry | Skipped | Unlisted]:
        """What lies below, in the order of names; a folder that can't be listed is told of, and left out."""
        while folders:
            folder, prefix, rest = folders.pop()
            try:
                piece = self._ask(partial(self._piece, folder, rest))
            except Failed as failed:
                if not prefix or failed.trouble.kind in _OF_THE_DRIVE:
                    raise self._unavailable(failed) from None
                yield Unlisted(prefix.rstrip("/"), _words(failed.trouble))
                continue
            if piece.rest is not None:
                folders.append((folder, prefix, piece.rest))  # after all that is below this piece
            below: _Folders = []
            for name, info in sorted(
                ((_name(folder, info), info) for info in piece.infos), key=lambda it: it[0]
            ):
                path = prefix + _readable(name)
                if not name and info.get("type") != "directory":
                    continue  # the empty object that stands for the folder itself in some buckets
                if name in ("", ".", "..") or "/" in name:
                    yield Skipped(path, ODD_NAME)
                elif reason := reason_to_skip(name):
                    yield Skipped(path, reason)
                elif info.get("type") == "directory":
                    if closed or not self._may_all(info, _OTHERS_ENTER):
                        yield Skipped(path, NOT_FOR_AUDIENCE)
                    else:
                        below.append((f"{folder}/{name}", path + "/", None))
                else:
                    yield self._file(info, name, path, closed)
            folders.extend(reversed(below))

    def _leave(self, rests: Iterable[Rest]) -> None:
        """Close what a listing that ended midway leaves open."""
        for rest in rests:
            with contextlib.suppress(Failed):  # then the connection is lost, and the rest with it
                self._ask(partial(_close, rest), once=True)

    def _file(self, info: Info, name: str, path: str, closed: bool) -> Entry | Skipped | Unlisted:
        kind = info.get("type")
        if kind is None:
            return Unlisted(path, "the server says nothing of it")
        if kind != "file":
            return Skipped(path, LINK if kind == "link" else NO_FILE)
        if "." + name.rpartition(".")[2].lower() not in self._suffixes:
            return Skipped(path, UNKNOWN_FORMAT)
        if closed or not self._may_all(info, _OTHERS_READ):
            return Skipped(path, NOT_FOR_AUDIENCE)
        address = info["name"] if info["name"] != self._place(path) else ""
        return _entry(path, self._source.facts(info), address)

    def _entered_by_all(self) -> bool:
        """Whether everybody may enter the drive's folder and all those above it."""
        parts = self._source.root.split("/")
        for length in range(1, len(parts) + 1):
            above = "/".join(parts[:length]) or "/"
            try:
                info = self._ask(partial(self._info, above))
            except Failed as failed:
                raise self._unavailable(failed) from None
            if not self._may_all(info, _OTHERS_ENTER):
                return False
        return True

    def _may_all(self, info: Info, bit: int) -> bool:
        return not self._open_to_all or bool((self._source.facts(info).mode or 0) & bit)

    def _place(self, path: str) -> str:
        return f"{self._source.root}/{path}"

    def check_there(self) -> None:
        """Look at the folder's beginning, on a fresh line where it was lost. Raises DriveUnavailable."""
        try:
            piece = self._ask(partial(self._piece, self._source.root, None))
        except Failed as failed:
            raise self._unavailable(failed) from None
        self._leave([piece.rest] if piece.rest is not None else [])
        self._down = None

    @contextmanager
    def fetch(self, entry: Entry) -> Iterator[FetchedFile]:
        """A copy in a temporary folder, unless the file changes while it is made.

        Raises FileNotFoundError, PermissionError, UnreadableDocument, or DriveUnavailable where the
        connection is lost: then it is not tried again for a while, so that a dead server costs one wait.
        """
        if self._down is not None and time.monotonic() < self._down[0]:
            raise self._down[1]
        place = entry.address or self._place(entry.path)
        with loan() as folder:
            path = folder / _local_name(entry.path)
            try:
                before = self._facts(place)
                self._check(entry, before)
                self._download(place, path, entry, before.size)
                after = self._facts(place)
            except Failed as failed:
                raise self._for_one_file(entry, failed) from None
            if after != before or path.stat().st_size != after.size:
                raise _being_written(entry)
            now = _entry(entry.path, after, entry.address)
            if now.etag and now.etag == entry.etag:
                now = entry  # one request tells the time more finely than another
            yield FetchedFile(path, now, moment(now.mtime_ns) if now.mtime_ns else None)

    def uri(self, entry: Entry) -> str:
        """The file's address in the drive's own scheme; never with credentials."""
        return self._source.link((entry.address or self._place(entry.path))[len(self._source.root) + 1 :])

    def _piece(self, folder: str, rest: Any, files: Any) -> Piece:
        return self._source.list(files, folder, rest)

    def _info(self, place: str, files: Any) -> Info:
        return self._source.info(files, place)

    def _facts(self, place: str) -> Facts:
        return self._source.facts(self._ask(partial(self._info, place)))

    def _check(self, entry: Entry, facts: Facts) -> None:
        if facts.size > self._limits.size:
            raise UnreadableDocument(_too_large(entry, self._limits.size))
        if self._open_to_all and not (facts.mode or 0) & _OTHERS_READ:
            raise UnreadableDocument(f"{entry.path} is not open to this space's readers any more.")

    def _download(self, place: str, path: Path, entry: Entry, size: int) -> None:
        """In pieces, each with its own time; begun again once where the connection is lost."""
        try:
            self._copy(place, path, entry, size)
        except Failed as failed:
            if failed.trouble != Trouble(Kind.DROPPED):
                raise
            self._copy(place, path, entry, size)

    def _copy(self, place: str, path: Path, entry: Entry, size: int) -> None:
        """No more is asked for than the file holds, and a byte to see its end.

        Of a small file a whole piece would be some twenty requests over SFTP, answered with "no more".
        """
        left, chunk = size, self._limits.chunk
        remote = self._ask(lambda files: self._source.open(files, place, chunk))
        try:
            with path.open("wb") as local:
                while piece := self._ask(partial(_read, remote, min(chunk, left) or 1), once=True):
                    left -= len(piece)
                    if left < 0:
                        raise _being_written(entry)
                    local.write(piece)
        finally:
            self._end(remote)

    def _end(self, remote: Any) -> None:
        try:
            self._ask(lambda _: remote.close(), once=True)
        except Failed:
            return  # what was read is checked by size and time; closing tells nothing more

    def _ask(self, work: Callable[[Any], T], *, once: bool = False) -> T:
        """`work` done within its time. Raises Failed."""
        try:
            return self._connection.once(work) if once else self._connection.call(work)
        except Stalled:
            waited = round(self._limits.connect + self._limits.reply)
            sentence = f"it gave no answer for {waited} seconds"
            raise Failed(Trouble(Kind.DROPPED, sentence), "time-out") from None
        except Exception as error:
            # The original is not chained: its words and those of its causes may hold what nobody should read.
            trouble = self._source.trouble(error)
            if trouble.kind is Kind.DROPPED:
                self._connection.drop()
            raise Failed(trouble, _without(self._source.secrets, repr(error))) from None

    def _unavailable(self, failed: Failed) -> DriveUnavailable:
        trouble = failed.trouble
        if trouble.kind is Kind.MISSING:
            sentence = (
                f"{self.url} is not there{': ' + trouble.sentence if trouble.sentence else ''}. Nothing was "
                "removed from the index: check the name, or restore it and try again."
            )
        elif trouble.kind is Kind.FORBIDDEN:
            sentence = (
                f"{self.url} can't be read: permission denied. Give the account that citewise uses read "
                "access to it. Nothing was changed in the index."
            )
        else:
            sentence = f"{self.url} can't be read: {_words(trouble)}. Nothing was changed in the index."
        return DriveUnavailable(sentence, detail=failed.detail)

    def _for_one_file(self, entry: Entry, failed: Failed) -> Exception:
        match failed.trouble.kind:
            case Kind.MISSING:
                return FileNotFoundError(2, "No such file", entry.path)
            case Kind.FORBIDDEN:
                return PermissionError(13, "Permission denied", entry.path)
            case Kind.FAILED:
                return NotHandedOut(
                    f"{entry.path} is not handed out: {_words(failed.trouble)}.", detail=failed.detail
                )
        unavailable = self._unavailable(failed)
        self._down = (time.monotonic() + _DOWN_SECONDS, unavailable)
        return unavailable


def _close(rest: Rest, files: Any) -> None:
    rest.close()


def _read(remote: Any, size: int, files: Any) -> bytes:
    found: bytes = remote.read(size)
    return found


def _being_written(entry: Entry) -> BeingWritten:
    return BeingWritten(f"{entry.path} is being written to: it will be read when it is left alone.")


def _entry(path: str, facts: Facts, address: str) -> Entry:
    return Entry(path, facts.size, known_time(facts.mtime_ns), facts.etag, address, facts.identity)


def _name(folder: str, info: Info) -> str:
    """The part of a child's name below its folder, whatever slash stands at its end."""
    name = str(info["name"]).removeprefix(folder).removeprefix("/")
    return name.removesuffix("/") if info.get("type") == "directory" else name


def _readable(name: str) -> str:
    """The name as text; bytes that are no UTF-8 are shown as escapes, since no database takes them."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _local_name(path: str) -> str:
    """A name for the copy that any file system takes; its end tells the format."""
    name = Path(path.rpartition("/")[2].replace("\0", ""))
    return name.stem.encode()[:180].decode(errors="ignore") + name.suffix


def _words(trouble: Trouble) -> str:
    return trouble.sentence or trouble.kind.value


def _without(secrets: Collection[str], text: str) -> str:
    for secret in secrets:
        text = text.replace(secret, "…")
    return text


def _too_large(entry: Entry, limit: int) -> str:
    megabytes = limit // 1024**2
    return f"{entry.path} is larger than {megabytes} MB, the most that is read: split it into smaller ones."
