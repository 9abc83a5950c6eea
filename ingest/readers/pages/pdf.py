"""PDF: text by page, with headings, lists and paragraphs rebuilt from the layout."""

from collections.abc import Mapping
from contextlib import closing
from datetime import datetime

from brain.errors import UnreadableDocument
from brain.extras import extra_by_name
from ingest.parsed import ParsedDocument
from ingest.readers.naming import first_heading, pdf_date, real_title, title_from_name
from ingest.readers.outline import Outline
from ingest.readers.pages.optical import ocr_installed, recognise, require_ocr
from ingest.readers.pages.pdf_layout import in_reading_order, without_running_text
from ingest.readers.pages.pdf_lines import Page, PdfFile
from ingest.readers.pages.pdf_structure import Typography, add_pages
from ingest.readers.pages.scanned import page_from_picture

# Enough for 8-point print; more only costs time.
_SCAN_DPI = 200


def read_pdf(data: bytes, name: str) -> ParsedDocument:
    """A PDF's blocks with their pages."""
    with closing(PdfFile(data, name)) as file:
        loaded = list(file.pages())
        pages = [page for page in loaded if page is not None]
        if not pages:
            raise UnreadableDocument(f"{name} has no page that can be shown: save it again and add that.")
        scanned = any(page.scanned for page in pages)
        if scanned and not any(page.lines for page in pages):
            require_ocr(name, "a scan without text")
        pages = [_recognised(file, page) if page.scanned and ocr_installed() else page for page in pages]
        outline = Outline()
        ordered = without_running_text([in_reading_order(page) for page in pages])
        add_pages(outline, ordered, Typography.of(ordered))
        title = real_title(file.metadata.get("Title")) or first_heading(outline.blocks)
        warnings = _warnings(loaded)
        return ParsedDocument(
            title or title_from_name(name),
            tuple(outline.blocks),
            "application/pdf",
            modified=_date(file.metadata),
            warnings=warnings,
        )


def _recognised(file: PdfFile, page: Page) -> Page:
    picture = file.picture_of(page.number, _SCAN_DPI)
    found = page_from_picture(recognise(picture), page.number, picture.size, scale=72 / _SCAN_DPI)
    # A cover over a full picture has its text already; a scan with a stamp has more to be found.
    return found if len(found.lines) > len(page.lines) + 2 or not page.lines else page


def _date(metadata: Mapping[str, str]) -> datetime | None:
    return pdf_date(metadata.get("ModDate")) or pdf_date(metadata.get("CreationDate"))


def _warnings(loaded: list[Page | None]) -> tuple[str, ...]:
    broken = [str(number) for number, page in enumerate(loaded, 1) if page is None]
    unread = [str(page.number) for page in loaded if page and page.scanned and not page.lines]
    warnings = [f"Damaged pages were left out: {', '.join(broken)}."] if broken else []
    if unread and not ocr_installed():
        warnings.append(
            f"Scanned pages were left out: {', '.join(unread)}. With {extra_by_name('ocr')} they are read."
        )
    return tuple(warnings)
