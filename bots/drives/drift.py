"""What changed on the drives since they were last ingested; looked at, not touched."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from brain.catalog.catalog import Catalog
from brain.catalog.rows import DocumentState
from brain.errors import CitewiseError
from ingest.drives import Drive
from ingest.options import DriveOptions
from ingest.reconciling.hashing import hash_entry
from ingest.reconciling.reconcile import Comparison, compare, plan
from ingest.reconciling.sifting import Sifted
from ingest.reconciling.spool import Spool


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
            with Spool(catalog.path.parent) as spool:
                drive = open_drive(known.url, options)
                comparison = compare(Sifted(drive.list(ledger), options), ledger, spool)
                plan(comparison, ledger, partial(hash_entry, drive))
                counts = _counts(comparison, spool)
        except CitewiseError as error:
            yield Drift(known.url, known.space, problem=error.sentence, watched=known.watched)
            continue
        new, changed, gone = counts
        yield Drift(known.url, known.space, new=new, changed=changed, gone=gone, watched=known.watched)


def _counts(comparison: Comparison, spool: Spool) -> tuple[int, int, int]:
    """New, changed and gone files; one that can't be read and never could is none of them."""
    read_before = spool.known_to_read(DocumentState.CURRENT)
    failed = spool.known_to_read(DocumentState.FAILED)
    return (
        spool.amount_to_read().files - read_before - failed,
        read_before + spool.count_moved(),
        spool.gone_files() + comparison.withdrawn_files,
    )
