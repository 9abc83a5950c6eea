"""How files are read today, in numbers: what was read in another way is read anew after an upgrade.

Whoever changes what a reader makes of a file raises its number here, and nothing else has to be done;
tests/ingest/test_readings.py reminds of it.
"""

from collections.abc import Mapping
from types import MappingProxyType

READERS: Mapping[str, int] = MappingProxyType(
    {
        "asciidoc": 2,
        "csv_table": 2,
        "epub": 2,
        "hypertext": 2,
        "json_tree": 2,
        "mail": 3,
        "markdown": 4,
        "notebook": 2,
        "open_sheet": 1,
        "open_slides": 1,
        "open_text": 1,
        "org": 2,
        "pdf": 2,
        "picture": 2,
        "plain_text": 2,
        "restructured": 3,
        "rtf": 1,
        "slides": 2,
        "transcript": 3,
        "word": 2,
        "workbook": 1,
    }
)
"""What each module below `ingest.readers` that `SUPPORTED` names makes of its files."""

SPLITTING = 4
"""How `ingest.indexing.splitting` cuts what was read into passages."""

_ALL = sum(READERS.values())  # as no number is ever lowered, another sum for each change


def mark(reader: str) -> str:
    """What the catalog keeps with a document that this module has read: `pdf 3.1`."""
    # A mail is what all the others make of its attachments.
    version = _ALL if reader == "mail" else READERS[reader]
    return f"{reader} {version}.{SPLITTING}"


ANY = f"any {_ALL}.{SPLITTING}"
"""What it keeps with a file that could not be read: a change of any reader is worth another try."""

CURRENT = frozenset([*map(mark, READERS), ANY])
"""All marks of today; what bears another one is read anew."""
