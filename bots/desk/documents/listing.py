"""Which documents there are, and what became of them: for admins in a chat."""

from typing import TYPE_CHECKING

from bots.desk.cards import Card, Reply, Row
from bots.desk.documents.decisions import people_of
from bots.desk.domain import Command
from bots.desk.wording import age, count, shortened, web_link

if TYPE_CHECKING:
    from brain.catalog.catalog import Catalog
    from brain.catalog.rows import DocumentRow

SHOWN = 20


class Listing:
    """Lists documents, changes and versions."""

    def __init__(self, catalog: "Catalog") -> None:
        self._catalog = catalog

    def documents(self, command: Command) -> Reply:
        """What is indexed: titles and paths with these words, or all."""
        rows = self._catalog.documents(words=command.words)
        failures = [] if command.words else self._catalog.failures()
        if not rows:
            what = f" with “{shortened(command.words, 60)}”" if command.words else " yet"
            return Reply(Card(f"No documents{what}", "`add` and an address, or a file with the word `add`."))
        shown = [document_row(row) for row in rows[:SHOWN]]
        more = f"The first {SHOWN} of them; words narrow it down." if len(rows) > SHOWN else ""
        shown += [Row(f"✗ {failure.path}", failure.sentence) for failure in failures[:5]]
        return Reply(Card(count(len(rows), "document"), more, tuple(shown)))

    def history(self, command: Command) -> Reply:
        """The last changes made from a chat, or the versions of one document."""
        if not command.words:
            changes = self._catalog.changes.recent(SHOWN)
            rows = [
                Row(
                    f"{change.kind} “{change.title}”",
                    f"{change.space} · {change.state} · {age(change.noted)}",
                )
                for change in changes
            ]
            text = "" if rows else "Nothing was changed from a chat yet."
            return Reply(Card("The last changes", text, tuple(rows), people=people_of(*changes)))
        document = self._catalog.find_document(command.words)
        versions = self._catalog.history.versions(document.id)
        return Reply(
            Card(
                f"Versions of “{document.title}”",
                rows=tuple(
                    Row(f"version {v.number}", f"{v.created:%Y-%m-%d %H:%M} · {v.characters:,} characters")
                    for v in reversed(versions[-SHOWN:])
                ),
            )
        )


def document_row(row: "DocumentRow") -> Row:
    """A document in a list."""
    old = age(row.modified or row.indexed)
    state = "" if row.state == "current" else f" · {row.state}"
    detail = f"{row.space} · {old} · {count(row.passages, 'passage')}{state}"
    return Row(f"{row.title}", detail, web_link(row.uri))
