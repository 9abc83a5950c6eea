"""What changed on the drives since they were last ingested; looked at, not touched."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from brain.catalog.catalog import Catalog
from brain.catalog.rows import DocumentState
from brain.errors import CitewiseError
from ingest.drives import Drive
from ingest.hashing import hash_entry
from ingest.options import DriveOptions
from ingest.reconcile import compare, plan
from ingest.sifting import Sifted


@dataclass(frozen=True, slots=True)
class Drift:
    """How a drive differs from the catalog, counted in files; `problem` says why it can't be looked at."""

    url: str
    space: str
    new: int = 0
    changed: int = 0
    gone: int = 0
    problem: str = ""
    watched: bool = False

    @property
    def any(self) -> bool:
        """True where the catalog is not what the drive is."""
        return bool(self.new or self.changed or self.gone or self.problem)


def drifts(catalog: Catalog, open_drive: Callable[[str, DriveOptions], Drive]) -> Iterator[Drift]:
    """Hold every drive that was ever ingested against the catalog."""
    for followed in catalog.followed.all():
        known, options = followed.drive, DriveOptions.from_json(followed.options)
        ledger = catalog.ledger(known.id)
        try:
            drive = open_drive(known.url, options)
            comparison = compare(Sifted(drive.list(ledger), options), ledger)
            todo = plan(comparison, partial(hash_entry, drive))
        except CitewiseError as error:
            yield Drift(known.url, known.space, problem=error.sentence, watched=known.watched)
            continue
        read_before = [entry.path for entry in todo.to_read if entry.path in ledger]
        failed = [path for path in read_before if ledger[path].state is DocumentState.FAILED]
        yield Drift(
            known.url,
            known.space,
            new=len(todo.to_read) - len(read_before),
            changed=len(read_before) - len(failed) + len(todo.moves),
            gone=len(todo.gone) + len(comparison.withdrawn),
            watched=known.watched,
        )
