"""What a run of the ingest did, for people and programs, and how it says so while it runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

from ingest.drives import Entry, Skipped, Unlisted

_SHOWN = 1000


class Stage(StrEnum):
    """The steps that a progress bar can follow. EMBEDDED counts passages, the others files."""

    FOUND = "found"
    PARSED = "parsed"
    EMBEDDED = "embedded"
    STORED = "stored"
    INDEXED = "indexed"


class Progress(Protocol):
    """Called after each piece of work, always from the thread that runs the ingest."""

    def __call__(self, stage: Stage, done: int, total: int | None) -> None:
        """`done` of `total` (None while it is unknown) at this stage."""
        ...


def silent(stage: Stage, done: int, total: int | None) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class FileNote:
    """A sentence about one file: why it failed, or what was left out of it."""

    path: str
    sentence: str


class ChangeKind(StrEnum):
    """What became of a file."""

    ADDED = "added"
    CHANGED = "changed"
    MOVED = "moved"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Change:
    """One file's change as it reached the index; `entry` is the file as it was read, None for a gone one."""

    kind: ChangeKind
    path: str
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one run changed, counted in files, and what it made, counted in passages.

    `failed` counts the files that can't be read now; `remembered` of them failed in an earlier run and
    were not tried again. `stale` of them have an older version that is still searched. `skipped` counts
    what is left alone on purpose, `skipped_by_reason` splits it, `skipped_files` lists the first of them.
    `reread` files are as they were and were read anew, in another way than before.
    `withdrawn` documents left the index though their files are there. `held` documents should go, and wait
    for a person (the brake). `unsettled` files may still be written to. `seconds` are wall times by stage.
    Of failures, warnings, unlisted parts, unsettled and skipped files the first thousand are told; `failed`,
    `unlisted_count`, `unsettled_count` and `skipped` count them all.
    """

    url: str
    space: str
    added: int = 0
    changed: int = 0
    reread: int = 0
    moved: int = 0
    removed: int = 0
    withdrawn: int = 0
    held: int = 0
    unchanged: int = 0
    failed: int = 0
    remembered: int = 0
    stale: int = 0
    skipped: int = 0
    passages: int = 0
    embedded: int = 0
    failures: tuple[FileNote, ...] = ()
    warnings: tuple[FileNote, ...] = ()
    unlisted: tuple[Unlisted, ...] = ()
    unsettled: tuple[str, ...] = ()
    unlisted_count: int = 0
    unsettled_count: int = 0
    skipped_files: tuple[Skipped, ...] = ()
    skipped_by_reason: Mapping[str, int] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def any_change(self) -> bool:
        """True where the index is another one now, or a file failed just now."""
        changed = self.added or self.changed or self.reread or self.moved or self.removed or self.withdrawn
        return bool(changed or self.failures)

    @property
    def documents(self) -> int:
        """Files of this drive that are now read and searchable in their present state."""
        return self.added + self.changed + self.reread + self.moved + self.unchanged

    def with_reread(self, later: "SyncReport") -> "SyncReport":
        """The same with what a later run made of files that it only read anew."""
        return replace(
            self,
            reread=self.reread + later.reread,
            unchanged=max(0, self.unchanged - later.reread - later.stale),
            failed=self.failed + later.failed,
            stale=self.stale + later.stale,
            passages=self.passages + later.passages,
            embedded=self.embedded + later.embedded,
            failures=(self.failures + later.failures)[:_SHOWN],
            warnings=(self.warnings + later.warnings)[:_SHOWN],
            seconds={
                stage: self.seconds.get(stage, 0.0) + later.seconds.get(stage, 0.0)
                for stage in {**self.seconds, **later.seconds}
            },
        )
