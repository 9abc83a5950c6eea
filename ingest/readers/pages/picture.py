"""Pictures of text: photographs, scans and screenshots, read by text recognition."""

import io

from brain.errors import UnreadableDocument
from ingest.parsed import ParsedDocument
from ingest.readers.naming import title_from_name
from ingest.readers.outline import Outline
from ingest.readers.pages.optical import recognise, require_ocr
from ingest.readers.pages.pdf_lines import Page
from ingest.readers.pages.pdf_structure import Typography, add_pages
from ingest.readers.pages.scanned import page_from_picture

# A picture with more points than this would take minutes and gigabytes.
_MAX_PIXELS = 100_000_000
_MAX_FRAMES = 200


def read_picture(data: bytes, name: str) -> ParsedDocument:
    """The picture's lines as paragraphs; the pages of a TIFF are numbered."""
    require_ocr(name, "a picture")
    from PIL import Image, UnidentifiedImageError

    pages: list[Page] = []
    try:
        with Image.open(io.BytesIO(data)) as image:
            frames = min(getattr(image, "n_frames", 1), _MAX_FRAMES)
            if image.width * image.height > _MAX_PIXELS:
                raise UnreadableDocument(f"{name} is too large a picture: make it smaller and add it again.")
            for frame in range(frames):
                image.seek(frame)
                pages.append(page_from_picture(recognise(image), frame + 1, image.size))
            media_type = Image.MIME.get(image.format or "", "image/*")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError) as error:
        raise UnreadableDocument(
            f"{name} is a damaged picture: save it again and add that.", detail=repr(error)
        ) from error
    outline = Outline()
    add_pages(outline, pages, Typography.of(pages))
    return ParsedDocument(title_from_name(name), tuple(outline.blocks), media_type)
