"""Documents that an older citewise read in another way: how many wait to be read anew, and what does so."""

from typing import TYPE_CHECKING

from bots.desk.wording import count
from bots.drives.names import ingest_command, listed
from brain.catalog.documents.added_files import SCHEME as ADDED

if TYPE_CHECKING:
    from brain.catalog.catalog import Catalog
    from brain.catalog.rows import DriveRow


def waiting(catalog: "Catalog") -> dict[int, int]:
    """How many documents wait to be read anew, by their drive; drives where none does are absent."""
    from ingest.readers.versions import CURRENT

    return catalog.readings.waiting(CURRENT)


def sentences(catalog: "Catalog") -> list[str]:
    """What waits on each drive, and what to do."""
    number = waiting(catalog)
    return [
        f"{wait_to_be_read_anew(number[drive.id])} on {listed(drive)}: {remedy(drive)}."
        for drive in catalog.drives()
        if drive.id in number
    ]


def wait_to_be_read_anew(number: int) -> str:
    """So many documents of one place or of all."""
    return f"{count(number, 'document')} {'waits' if number == 1 else 'wait'} to be read anew"


def remedy(drive: "DriveRow") -> str:
    """What reads a drive's files anew."""
    if drive.watched or drive.url.startswith(ADDED):
        return f"`citewise serve` does so by itself, `citewise drives sync {drive.id}` at once"
    return f"`{ingest_command(drive.url, drive.space)}` does so"
