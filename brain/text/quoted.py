"""Where in a passage words stand that were quoted from it."""

from collections.abc import Sequence


def stands_at(quotes: Sequence[str], text: str) -> int | None:
    """Where the first of the words stands, if all do: the cells of a row in one row."""
    at, cells = 0, {quote.strip() for quote in quotes}
    for line in text.split("\n"):
        if "\t" in line and cells <= {cell.strip() for cell in line.split("\t")}:
            return at
        at += len(line) + 1
    if len(quotes) > 1 and "\t" in text:
        return None
    return text.find(quotes[0]) if all(quote in text for quote in quotes) else None
