"""What a file really is, by its first bytes: a wrong name is noticed before a reader trips over it."""

import zipfile
import zlib
from io import BytesIO

from ingest.readers.compound_file import compound_kind

_MAGIC = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"{\\rtf", "rtf"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!", "rar"),
    (b"\x7fELF", "program"),
    (b"MZ\x90", "program"),
)
# The first member of these archives says what they are, unpacked (ODF 1.3 part 2, 3.3; EPUB 3.3, 4.2).
_MIMETYPES = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
    b"application/epub+zip": "epub",
}
_OFFICE = (("word/", "docx"), ("ppt/", "pptx"), ("xl/", "xlsx"))
_LONGEST_MIMETYPE = 200
_HTML_STARTS = (b"<!doctype html", b"<html", b"<head", b"<body")


def sniff(data: bytes) -> str:
    """One word for the content: a format's name, `text`, `binary` or `empty`."""
    if not data:
        return "empty"
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return compound_kind(data) if kind == "ole" else kind
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _sniff_archive(data)
    # PDF readers accept some bytes before the header (ISO 32000-2, annex I).
    if b"%PDF-" in data[:1024]:
        return "pdf"
    head = data[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if head.startswith(_HTML_STARTS):
        return "html"
    return "binary" if _is_binary(data[:4096]) else "text"


def _sniff_archive(data: bytes) -> str:
    try:
        archive = zipfile.ZipFile(BytesIO(data))
        names = archive.namelist()
        said = b""
        if "mimetype" in names and archive.getinfo("mimetype").file_size < _LONGEST_MIMETYPE:
            said = archive.read("mimetype").strip()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, RuntimeError, zlib.error):
        return "broken-zip"
    if said in _MIMETYPES:
        return _MIMETYPES[said]
    for folder, kind in _OFFICE:
        if any(name.startswith(folder) for name in names):
            return kind
    return "zip"


def _is_binary(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    zeros = head.count(0)
    if zeros:
        # UTF-16 without a mark: nearly every second byte is zero, and always the same one of each pair.
        even, odd = head[::2].count(0), head[1::2].count(0)
        return not (max(even, odd) > len(head) * 0.2 and min(even, odd) < max(even, odd) * 0.1)
    control = sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head)
    return control > len(head) * 0.1
