"""The frozen rows that go into and come out of the catalog."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from brain.domain import Locator

Vector = NDArray[np.float32]


class DocumentState(StrEnum):
    """Where a file stands: read and searchable, not readable, or taken out."""

    CURRENT = "current"
    FAILED = "failed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Space:
    """A set of documents with one audience."""

    id: int
    name: str
    created: datetime


@dataclass(frozen=True, slots=True)
class DriveRow:
    """A folder or address that was ingested; `watched` ones are kept in step by the service."""

    id: int
    url: str
    space: str
    watched: bool
    added: datetime


class DriveState(StrEnum):
    """How following a drive goes.

    SUSPENDED: removals wait for a person, or for the files to come back. UNREACHABLE: it can't be looked at.
    FAILING: it can be, and what it holds can't be taken in (the disk is full, the embedder is gone).
    REMOVING: a person took it out, it is hidden, and some of its documents still have to go; never stored.
    """

    OK = "ok"
    SUSPENDED = "suspended"
    UNREACHABLE = "unreachable"
    FAILING = "failing"
    REMOVING = "removing"


@dataclass(frozen=True, slots=True)
class DriveBeingRemoved:
    """A drive that a person took out, with how many of its documents still have to go."""

    drive: DriveRow
    documents: int


@dataclass(frozen=True, slots=True)
class FollowedDrive:
    """A drive with all that the catalog knows of following it.

    `options` are the ingest's, `reason` is the sentence for `state`, `held` counts documents whose removal
    waits, `allowed` how many removals a person has confirmed. `reconciled` and `checked` are the ingest's
    notes on the last full look and on the pass over contents; `lags` seconds from change to answerable.
    """

    drive: DriveRow
    options: Mapping[str, Any] = field(default_factory=dict)
    cursor: str = ""
    state: DriveState = DriveState.OK
    reason: str = ""
    since: datetime | None = None
    held: int = 0
    allowed: int = 0
    reconciled: Mapping[str, Any] = field(default_factory=dict)
    checked: Mapping[str, Any] = field(default_factory=dict)
    documents: int = 0
    failed: int = 0
    lags: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class NewPassage:
    """A passage to be stored: `text` must equal the document's `text[start:end]`.

    `vector_key` names the embedded string (context, table header and text): its SHA-256 in hex.
    """

    ordinal: int
    start: int
    end: int
    text: str
    vector_key: str
    context: str = ""
    table_header: str = ""
    locator: Locator = field(default_factory=Locator)


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A file as it was read just now. `path` is relative to its drive (or the page's address).

    `vectors` holds what was embedded now, by vector key: every passage's key must either be in it or
    already have a vector in the catalog. `mtime_ns` is the file system's time, `modified` what is shown,
    `etag` the source's own mark of the version, where it has one (web pages, object stores), `identity` its
    own name for the file, `left_out` sentences on what of it couldn't be read, `reading` the mark of how it
    was read.
    """

    space: str
    drive_id: int
    path: str
    uri: str
    title: str
    media_type: str
    size: int
    mtime_ns: int
    content_hash: str
    text: str
    passages: tuple[NewPassage, ...]
    vectors: Mapping[str, Vector] = field(default_factory=dict)
    modified: datetime | None = None
    etag: str = ""
    identity: str = ""
    left_out: tuple[str, ...] = ()
    reading: str = ""


@dataclass(frozen=True, slots=True)
class PutResult:
    """What a document's arrival changed, counted in passages."""

    document_id: int
    version: int
    added: int
    kept: int
    removed: int


class LedgerEntry(NamedTuple):
    """What the catalog knows of a file (a tuple, since a scan makes 100,000 of them).

    Where `state` is FAILED the rest describes the file that failed, and `document_id` is its last
    readable version, which stays searchable, or None. `reading` is the mark of how it was read, or tried.
    """

    document_id: int | None
    size: int
    mtime_ns: int
    content_hash: str
    state: DocumentState
    retryable: bool = False
    etag: str = ""
    identity: str = ""
    reading: str = ""


class Retry(NamedTuple):
    """How often a file of that size and time was tried in vain, and when it's tried again.

    `next_try` is in seconds since 1970; None: not before the file changes or a person asks for it.
    """

    tries: int
    next_try: float | None
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class NewFailure:
    """A file that can't be read as it is now, to be remembered at its path: `sentence` and `detail` as below.

    It was tried `tries` times, and is tried again at `next_try`, or when `reading`, the mark of how it was
    tried, is no longer how files are read.
    """

    path: str
    size: int
    mtime_ns: int
    content_hash: str
    sentence: str
    detail: str = ""
    retryable: bool = False
    tries: int = 1
    next_try: float | None = None
    reading: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that couldn't be read: `sentence` is for people, `detail` for the admin's log.

    It was tried `tries` times; `next_try` is in seconds since 1970, None where it was given up.
    """

    drive_id: int
    space: str
    path: str
    sentence: str
    detail: str
    retryable: bool
    when: datetime
    tries: int = 1
    next_try: float | None = None


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document as lists show it; `left_out` says what of it couldn't be read."""

    id: int
    title: str
    path: str
    space: str
    uri: str
    drive_id: int
    media_type: str
    size: int
    content_hash: str
    version: int
    passages: int
    modified: datetime | None
    indexed: datetime
    state: DocumentState
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One state that a document has been in; `text_kept` says whether its words can still be shown."""

    number: int
    created: datetime
    content_hash: str
    characters: int
    text_kept: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is to answer from."""

    documents: int
    passages: int


class SpaceCounts(NamedTuple):
    """What the indexes of a space should hold: `vectors` is how many different strings its passages are."""

    documents: int
    passages: int
    vectors: int


@dataclass(frozen=True, slots=True)
class UnembeddedText:
    """A string that has no vector from the wanted embedder yet."""

    vector_key: str
    text: str


class OperationKind(StrEnum):
    """What the indexes must do to catch up with the catalog."""

    PUT_PASSAGE = "put_passage"
    DROP_PASSAGE = "drop_passage"
    DROP_VECTOR = "drop_vector"
    PUT_DOCUMENT = "put_document"
    DROP_DOCUMENT = "drop_document"


class Operation(NamedTuple):
    """One entry of the outbox; applying it twice is harmless.

    `target` is the id of a passage, of a document, or of the vector key that no passage of the space uses.
    """

    sequence: int
    kind: OperationKind
    space_id: int
    target: int


class IndexedPassage(NamedTuple):
    """What the indexes hold of a passage. `heading` is the path of headings in words, `document` its path.

    Passages of a space with the same `key_id` have the same vector, which is held once.
    """

    id: int
    space_id: int
    key_id: int
    title: str
    heading: str
    body: str
    vector: Vector
    document: str = ""
    modified: datetime | None = None


class IndexedPlace(NamedTuple):
    """Where a passage belongs in the indexes: its space, and the key that its vector has there."""

    id: int
    space_id: int
    key_id: int


class IndexedDocument(NamedTuple):
    """What the keyword index holds of a whole document: `headings` are all its heading paths' words."""

    id: int
    space_id: int
    title: str
    headings: str
    body: str
