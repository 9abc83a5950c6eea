"""Documents that nobody has touched for long, those first that answers rely on."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from brain.catalog.catalog import Catalog
from brain.catalog.rows import DocumentRow

OUTDATED = "outdated"
"""The reason by which people say that an answer's source is."""


@dataclass(frozen=True, slots=True)
class StaleDocument:
    """An old document: in how many answers it was `cited` lately, and how many people called one outdated."""

    row: DocumentRow
    cited: int
    outdated: int

    @property
    def changed(self) -> datetime:
        """When it was changed last, as far as its source tells, else when it was taken in."""
        return _changed(self.row)


def stale(catalog: Catalog, untouched_since: datetime, asked_since: datetime) -> list[StaleDocument]:
    """Documents untouched since the first moment, most cited since the second first, then the oldest."""
    askings = [asking for asking in catalog.asked.since(asked_since) if asking.cited]
    passages = catalog.passages(number for asking in askings for number in asking.cited)
    cited: Counter[int] = Counter()
    outdated: Counter[int] = Counter()
    for asking in askings:
        documents = {passages[n].source.document_id for n in asking.cited if n in passages}
        complaints = sum(mark.reason == OUTDATED for mark in asking.marks)
        for document in documents:
            cited[document] += 1
            outdated[document] += complaints
    old = [
        StaleDocument(row, cited[row.id], outdated[row.id])
        for row in catalog.documents()
        if _changed(row) < untouched_since
    ]
    return sorted(old, key=lambda found: (-found.outdated, -found.cited, found.changed))


def _changed(row: DocumentRow) -> datetime:
    moment = row.modified or row.indexed
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
