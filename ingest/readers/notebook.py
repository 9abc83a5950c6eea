"""Jupyter notebooks (nbformat 3 and 4): text, code and what it printed, in order; pictures are left out."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from brain.errors import UnreadableDocument
from ingest.parsed import ParsedDocument
from ingest.readers.charset import decode
from ingest.readers.markup.markdown import read_markdown

MEDIA_TYPE = "application/x-ipynb+json"
_FENCE = "`" * 12  # longer than any in the cells
_LONGEST_OUTPUT = 2000  # characters: what goes on longer is a log, or data


def read_ipynb(data: bytes, name: str) -> ParsedDocument:
    """A notebook's blocks, as if it were one Markdown page; the title is its first heading."""
    try:
        notebook = json.loads(decode(data))
        cells = notebook["cells"] if "cells" in notebook else notebook["worksheets"][0]["cells"]
        page = "\n\n".join(part for cell in cells for part in _parts(cell))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableDocument(
            f"{name} is no Jupyter notebook, or damaged: open it in Jupyter, save it again and add that.",
            detail=repr(error),
        ) from error
    return replace(read_markdown(page.encode(), name), media_type=MEDIA_TYPE)


def _parts(cell: dict[str, Any]) -> Iterator[str]:
    """A cell as Markdown."""
    source = _joined(cell.get("source", cell.get("input", "")))
    match cell["cell_type"]:
        case "markdown":
            yield source
        case "heading":  # of nbformat 3
            yield f"{'#' * int(cell.get('level', 1))} {source}"
        case "code":
            yield _fenced(source)
            for output in cell.get("outputs", ()):
                said = output.get("text") or output.get("data", {}).get("text/plain") or ""
                if (text := _joined(said)) and len(text) <= _LONGEST_OUTPUT:
                    yield _fenced(text)
        case _:
            pass  # raw cells are for other programs


def _fenced(text: str) -> str:
    return f"{_FENCE}\n{text}\n{_FENCE}" if text.strip() else ""


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)
