"""CSV and TSV: one row a block, with the number that a spreadsheet shows beside it."""

import csv
import io
import itertools
import re

from brain.errors import UnreadableDocument
from ingest.parsed import ParsedDocument
from ingest.readers.charset import decode
from ingest.readers.naming import title_from_name
from ingest.readers.outline import Outline
from ingest.readers.tabular import Row, add_rows

_SEPARATORS = ",;\t|"
_LONGEST_CELL = 1024 * 1024
_TOLD = re.compile(r"sep=([^\w\s\"]|\t)\r?\n", re.IGNORECASE)


def read_csv(data: bytes, name: str) -> ParsedDocument:
    """A table's rows; the separator is found from the first lines."""
    text = decode(data)
    csv.field_size_limit(_LONGEST_CELL)
    # A first line `sep=;` tells Excel the separator, and is shown to nobody.
    told = _TOLD.match(text)
    text = text[told.end() :] if told else text
    separator = told[1] if told else _separator(text)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    outline = Outline()
    try:
        warning = add_rows(outline, itertools.starmap(Row, enumerate(rows, 1)), pairs_named=True)
    except csv.Error as error:
        raise UnreadableDocument(
            f"{name} is not a table of separated values: open it in a spreadsheet and save it again as CSV.",
            detail=repr(error),
        ) from error
    return ParsedDocument(
        title_from_name(name), tuple(outline.blocks), "text/csv", warnings=(warning,) if warning else ()
    )


def _separator(text: str) -> str:
    """The separator that parts the most of the first lines into the same number of cells, more than one."""
    sample = text[:20_000].splitlines()[:30]
    lines = [line for line in sample if line.strip()]

    def score(separator: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=separator)]
        usual = max(set(widths), key=widths.count, default=1)
        return (widths.count(usual) if usual > 1 else 0, usual)

    return max(_SEPARATORS, key=score) if lines else ","
