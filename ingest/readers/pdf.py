"""PDF: text by page, with headings, lists and paragraphs rebuilt from the layout."""

from collections.abc import Mapping
from contextlib import closing
from datetime import datetime

from brain.errors import UnreadableDocument
from ingest.parsed import ParsedDocument
from ingest.readers.naming import first_heading, pdf_date, real_title, title_from_name
from ingest.readers.outline import Outline
from ingest.readers.pdf_layout import in_reading_order, without_running_text
from ingest.readers.pdf_lines import Page, PdfFile
from ingest.readers.pdf_structure import Typography, add_pages


def read_pdf(data: bytes, name: str) -> ParsedDocument:
    """A PDF's blocks with their pages."""
    with closing(PdfFile(data, name)) as file:
        loaded = list(file.pages())
        pages = [page for page in loaded if page is not None]
        if not pages:
            raise UnreadableDocument(f"{name} has no page that can be shown: save it again and add that.")
        outline = Outline()
        ordered = without_running_text([in_reading_order(page) for page in pages])
        add_pages(outline, ordered, Typography.of(ordered))
        title = real_title(file.metadata.get("Title")) or first_heading(outline.blocks)
        warnings = _warnings(loaded, ordered)
        return ParsedDocument(
            title or title_from_name(name),
            tuple(outline.blocks),
            "application/pdf",
            modified=_date(file.metadata),
            warnings=warnings,
        )


def _date(metadata: Mapping[str, str]) -> datetime | None:
    return pdf_date(metadata.get("ModDate")) or pdf_date(metadata.get("CreationDate"))


def _warnings(loaded: list[Page | None], pages: list[Page]) -> tuple[str, ...]:
    broken = [str(number) for number, page in enumerate(loaded, 1) if page is None]
    return (f"Page {', '.join(broken)} can't be shown and was left out.",) if broken else ()
