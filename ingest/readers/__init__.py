"""Readers: one for each format, chosen by a file's name and checked against what it really is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from brain.errors import CitewiseError, UnreadableDocument
from ingest.parsed import ParsedDocument
from ingest.readers.archive_limits import check_archive
from ingest.readers.sniffing import sniff
from ingest.readers.versions import mark

DEFAULT_MAX_BYTES = 100 * 1024**2


@dataclass(frozen=True, slots=True)
class Format:
    """How one kind of file is read: the function's place, and what its content must look like."""

    label: str
    media_type: str
    place: str  # "module:function", below ingest.readers
    contents: frozenset[str]

    @property
    def reader(self) -> str:
        """What `versions` and the catalog call its reader: its module's name, whatever folder that is in."""
        return self.place.partition(":")[0].rpartition(".")[2]

    def read(self, data: bytes, name: str) -> ParsedDocument:
        """Import the reader only now: its library may take a second to load."""
        module, function = self.place.split(":")
        read: Callable[[bytes, str], ParsedDocument] = getattr(
            import_module(f"ingest.readers.{module}"), function
        )
        return replace(read(data, name), reading=mark(self.reader))


def _format(label: str, media_type: str, place: str, *contents: str) -> Format:
    return Format(label, media_type, place, frozenset(contents))


_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
_MARKDOWN = _format("a Markdown file", "text/markdown", "markup.markdown:read_markdown", "text", "html")
_RST = _format("a reStructuredText file", "text/x-rst", "markup.restructured:read_rst", "text")
_ADOC = _format("an AsciiDoc file", "text/asciidoc", "markup.asciidoc:read_adoc", "text")
_ORG = _format("an Org file", "text/org", "markup.org:read_org", "text")
_TEXT = _format("a text file", "text/plain", "plain_text:read_text", "text", "html")
_HTML = _format("a web page", "text/html", "markup.hypertext:read_html", "text", "html")
_PDF = _format("a PDF", "application/pdf", "pages.pdf:read_pdf", "pdf")
_DOCX = _format("a Word document", _OFFICE + "wordprocessingml.document", "office.word:read_docx", "docx")
_PPTX = _format(
    "a PowerPoint file", _OFFICE + "presentationml.presentation", "office.slides:read_pptx", "pptx"
)
_XLSX = _format("an Excel workbook", _OFFICE + "spreadsheetml.sheet", "office.workbook:read_xlsx", "xlsx")
_XLS = _format("an old Excel workbook", "application/vnd.ms-excel", "office.old_workbook:read_xls", "xls")
_CSV = _format("a CSV table", "text/csv", "csv_table:read_csv", "text")
_JSON = _format("a JSON file", "application/json", "json_tree:read_json", "text")
_JSONL = _format("a JSON Lines file", "application/x-ndjson", "json_tree:read_jsonl", "text")
_IPYNB = _format("a Jupyter notebook", "application/x-ipynb+json", "notebook:read_ipynb", "text")
_EML = _format("a mail", "message/rfc822", "mail:read_eml", "text", "html")
_MSG = _format("an Outlook mail", "application/vnd.ms-outlook", "outlook:read_msg", "msg")
_ODT = _format("an OpenDocument text", _OPEN + "text", "office.open_text:read_odt", "odt")
_ODS = _format("an OpenDocument spreadsheet", _OPEN + "spreadsheet", "office.open_sheet:read_ods", "ods")
_ODP = _format("an OpenDocument presentation", _OPEN + "presentation", "office.open_slides:read_odp", "odp")
_RTF = _format("an RTF file", "application/rtf", "office.rtf:read_rtf", "rtf")
_EPUB = _format("an EPUB book", "application/epub+zip", "epub:read_epub", "epub")
_VTT = _format("a transcript in WebVTT", "text/vtt", "transcript:read_vtt", "text")
_SRT = _format("a file of subtitles", "application/x-subrip", "transcript:read_srt", "text")
_PICTURE = _format("a picture", "image/*", "pages.picture:read_picture", "png", "jpeg", "tiff")

SUPPORTED: Mapping[str, Format] = MappingProxyType(
    {
        ".md": _MARKDOWN,
        ".markdown": _MARKDOWN,
        ".rst": _RST,
        ".adoc": _ADOC,
        ".asciidoc": _ADOC,
        ".org": _ORG,
        ".txt": _TEXT,
        ".text": _TEXT,
        ".html": _HTML,
        ".htm": _HTML,
        ".pdf": _PDF,
        ".docx": _DOCX,
        ".pptx": _PPTX,
        ".xlsx": _XLSX,
        ".xlsm": _XLSX,
        ".xls": _XLS,
        ".odt": _ODT,
        ".ods": _ODS,
        ".odp": _ODP,
        ".rtf": _RTF,
        ".epub": _EPUB,
        ".vtt": _VTT,
        ".srt": _SRT,
        ".csv": _CSV,
        ".tsv": _CSV,
        ".json": _JSON,
        ".jsonl": _JSONL,
        ".ndjson": _JSONL,
        ".ipynb": _IPYNB,
        ".eml": _EML,
        ".msg": _MSG,
        ".png": _PICTURE,
        ".jpg": _PICTURE,
        ".jpeg": _PICTURE,
        ".tif": _PICTURE,
        ".tiff": _PICTURE,
    }
)
"""File name endings, in lower case, that a reader exists for."""

_CONTENT_NAMES = {
    "png": "a PNG picture",
    "jpeg": "a JPEG picture",
    "gif": "a GIF picture",
    "tiff": "a TIFF picture",
    "pdf": "a PDF",
    "html": "a web page",
    "docx": "a Word document",
    "pptx": "a PowerPoint file",
    "xlsx": "an Excel workbook",
    "ole": "an old or damaged Office file",
    "encrypted": "a file with a password",
    "doc": "an old Word document (.doc)",
    "ppt": "an old PowerPoint file (.ppt)",
    "xls": "an old Excel workbook (.xls)",
    "msg": "an Outlook mail (.msg)",
    "rtf": "an RTF file",
    "odt": "an OpenDocument text",
    "ods": "an OpenDocument spreadsheet",
    "odp": "an OpenDocument presentation",
    "epub": "an EPUB book",
    "zip": "a ZIP archive",
    "broken-zip": "a damaged ZIP archive",
    "gzip": "a compressed archive",
    "7z": "a compressed archive",
    "rar": "a compressed archive",
    "program": "a program",
    "text": "plain text",
}
_OLD_OFFICE = frozenset({"ole", "doc", "ppt"})
_ARCHIVES = frozenset({"docx", "pptx", "xlsx", "odt", "ods", "odp", "epub"})


def read(path: Path, *, media_type: str | None = None, max_bytes: int = DEFAULT_MAX_BYTES) -> ParsedDocument:
    """Read one file; raises UnreadableDocument with a sentence that names it and what to do."""
    try:
        size = path.stat().st_size
        if size > max_bytes:
            raise UnreadableDocument(
                f"{path.name} has {size / 1024**2:,.0f} MB, more than the "
                f"{max_bytes / 1024**2:,.0f} MB allowed for one file: split it or raise the limit."
            )
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableDocument(
            f"{path.name} can't be opened ({error.strerror or 'unknown reason'}): check that "
            "it is there and may be read.",
            detail=repr(error),
        ) from error
    return read_bytes(data, path.name, media_type=media_type)


def read_bytes(data: bytes, name: str, *, media_type: str | None = None) -> ParsedDocument:
    """Read a file's content under the name that people know it by."""
    chosen = _chosen(name, media_type)
    content = sniff(data)
    if content == "empty":
        raise UnreadableDocument(f"{name} is empty: there is nothing to read in it.")
    if content not in chosen.contents:
        raise _mislabelled(name, chosen, content)
    if content in _ARCHIVES:
        check_archive(data, name, holds_pages=content == "epub")
    try:
        parsed = chosen.read(data, name)
    except (CitewiseError, MemoryError):
        raise
    except Exception as error:
        # Damaged files make the libraries fail in every way there is: this is where that becomes a sentence.
        raise UnreadableDocument(
            f"{name} is damaged or not {chosen.label}: open it in the program it comes from, save it again "
            "and add that.",
            detail=repr(error),
        ) from error
    if not any(block.text.strip() for block in parsed.blocks):
        raise UnreadableDocument(f"{name} holds no text that could be read.")
    return parsed


def _chosen(name: str, media_type: str | None) -> Format:
    if media_type is not None:
        plain = media_type.split(";")[0].strip().lower()
        for known in SUPPORTED.values():
            if known.media_type == plain:
                return known
    suffix = Path(name).suffix.lower()
    if suffix not in SUPPORTED:
        known_names = ", ".join(sorted(SUPPORTED))
        raise UnreadableDocument(
            f"{name} has a format that can't be read ({suffix or 'no ending'}): "
            f"save it as one of {known_names}."
        )
    return SUPPORTED[suffix]


def _mislabelled(name: str, expected: Format, content: str) -> UnreadableDocument:
    if content == "encrypted":
        return UnreadableDocument(
            f"{name} is protected by a password: save a copy without the password and add that."
        )
    if content in _OLD_OFFICE and expected.media_type.startswith(_OFFICE):
        return UnreadableDocument(
            f"{name} is protected by a password or in the old Office format: save it without a password "
            "in the current format (.docx, .xlsx, .pptx) and add that."
        )
    found = _CONTENT_NAMES.get(content, "something else")
    return UnreadableDocument(
        f"{name} is not {expected.label}, as its name says, but {found}: "
        "give it the right name or save it again."
    )
