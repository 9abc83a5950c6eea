"""From a back end's description to the drive: what opening one takes, whichever it is."""

from dataclasses import dataclass
from typing import Protocol

from ingest.addresses import AddressPolicy
from ingest.credentials import Credentials
from ingest.options import DriveOptions
from ingest.remote.folder import RemoteFolder
from ingest.remote.place import Place, need, place_of, refuse_readers
from ingest.remote.source import Limits, Source


class BackEnd(Protocol):
    """The class of a back end: it describes one place, and raises UsageError for one that it can't be."""

    @property
    def extra(self) -> str:
        """The extra of citewise that brings its package."""
        ...

    def __call__(self, place: Place) -> Source:
        """The description of a place."""
        ...


@dataclass(frozen=True, slots=True)
class Opener:
    """`open_drive` of a back end that can't tell who may read a file.

    `kind` is its name for people, `package` what it imports, `settings` what credentials.toml may hold.
    """

    back_end: BackEnd
    kind: str
    package: str
    settings: frozenset[str]

    def __call__(
        self,
        url: str,
        suffixes: frozenset[str],
        credentials: Credentials,
        options: DriveOptions,
        policy: AddressPolicy,
        limits: Limits | None = None,
    ) -> RemoteFolder:
        """The files under `url`; nothing is connected yet. Raises UsageError with the remedy."""
        need(self.package, self.back_end.extra)
        refuse_readers(options, self.kind)
        return RemoteFolder(self.back_end(place_of(url, credentials, self.settings)), suffixes, limits)
