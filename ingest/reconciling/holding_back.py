"""What of a plan must wait, where nobody is looking on: mass removals, and files still written to."""

from collections.abc import Callable
from dataclasses import dataclass

from ingest.drives import Drive
from ingest.reconciling.reconcile import SHOWN
from ingest.reconciling.spool import Spool, Verdict
from ingest.reconciling.watch import Watch


@dataclass(frozen=True, slots=True)
class HeldBack:
    """How many documents should go and don't, and the first of the files that may still be written to."""

    held: int = 0
    unsettled: tuple[str, ...] = ()


def hold_back(
    drive: Drive, spool: Spool, documents: int, watch: Watch, unread: Callable[[str], None]
) -> HeldBack:
    """Take out of the plan in `spool` what must wait; the drive holds so many `documents` in the catalog."""
    held = spool.gone_documents()
    if watch.holds(held, documents):
        spool.keep_gone()
    else:
        held = 0
    settling, first = watch.settling, list[str]()
    settling.begin_look()
    for row in spool.to_read():
        if settling.is_quiet(drive, row.entry):
            continue
        spool.decide(row.number, Verdict.UNSETTLED)
        unread(row.entry.path)
        if len(first) < SHOWN:
            first.append(row.entry.path)
    settling.forget_others(watch.paths)
    return HeldBack(held, tuple(first))
