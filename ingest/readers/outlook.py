"""Outlook's own mail files (`.msg`), turned into mails as they are sent, so that one reader serves both.

A property of a message is a stream named after its number and type (MS-OXMSG 2.1.3); those of a fixed size
stand together in a stream of their own. A recipient, an attachment and a mail in a mail have folders with
properties of their own.
"""

import codecs
import email
import io
import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from itertools import islice

from olefile import OleFileIO

from brain.errors import UnreadableDocument
from ingest.parsed import ParsedDocument
from ingest.readers.charset import decode
from ingest.readers.mail import LINKED, POLICY, read_message
from ingest.readers.outline import folded

# Numbers of properties (MS-OXPROPS).
_CLASS, _SUBJECT, _SENT, _RECEIVED, _HEAD = 0x001A, 0x0037, 0x0039, 0x0E06, 0x007D
_BODY, _PAGE, _PAGE_CODES, _CODES = 0x1000, 0x1013, 0x3FDE, 0x3FFD
_SENDER = (0x0C1A, 0x5D01, 0x0C1F)
_RECIPIENT = (0x3001, 0x39FE, 0x3003)
_RECIPIENT_KIND = 0x0C15
_SHOWN_LISTS = {"To": (1, 0x0E04), "Cc": (2, 0x0E03)}
_RTF = 0x1009  # packed in a way of its own; nearly always the same text is beside it
_FILE, _METHOD, _FILE_NAMES, _FILE_TYPE, _FILE_ID = 0x3701, 0x3705, (0x3707, 0x3704, 0x3001), 0x370E, 0x3712
_UNICODE, _BYTES, _BINARY, _FOLDER = 0x001F, 0x001E, 0x0102, 0x000D
# How a file is attached: by links of several kinds, as a mail, as an object of another program.
_LINKS, _MAIL = (2, 3, 4, 7), 5
_MOST_RECIPIENTS, _MOST_ATTACHMENTS, _DEEPEST = 1_000, 100, 4
# Where the properties of a fixed size begin: at the root, in a mail within it, in other folders.
_ROOT_HEAD, _INNER_HEAD, _FOLDER_HEAD = 32, 24, 8
_KINDS = {
    "IPM.Appointment": "a calendar item",
    "IPM.Contact": "a contact",
    "IPM.DistList": "a list of contacts",
    "IPM.Task": "a task",
    "IPM.StickyNote": "a note",
    "IPM.Activity": "a journal entry",
}
_ENCRYPTED = "IPM.Note.SMIME"
_SIGNED = "IPM.Note.SMIME.MultipartSigned"
_ADDRESS = re.compile(r"[^\s/@<>\"]+@[\w.-]+", re.ASCII)
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


def read_msg(data: bytes, name: str) -> ParsedDocument:
    """A mail's blocks, as `read_eml` tells them."""
    return read_message(message_of(data, name), name)


def message_of(data: bytes, name: str) -> EmailMessage:
    """The mail with its attachments; raises UnreadableDocument for what else Outlook keeps in such files."""
    with OleFileIO(io.BytesIO(data)) as file:
        root = _Folder(file, (), _ROOT_HEAD)
        said = root.text(_CLASS)
        for kind, words in _KINDS.items():
            if said == kind or said.startswith(f"{kind}."):
                raise UnreadableDocument(
                    f"{name} is {words} from Outlook, not a mail: copy its words into a text file "
                    "and add that."
                )
        if said.startswith(_ENCRYPTED) and not said.startswith(_SIGNED):
            raise UnreadableDocument(
                f"{name} is encrypted or signed as a whole: save its text without encryption and add that."
            )
        return _message(root, 1)


@dataclass(frozen=True)
class _Folder:
    """The properties of a message, a recipient or an attachment."""

    file: OleFileIO
    path: tuple[str, ...]
    head: int

    def stream(self, number: int, kind: int) -> bytes | None:
        """A property's bytes, where there is one of the number and type."""
        place = [*self.path, f"__substg1.0_{number:04X}{kind:04X}"]
        if not self.file.exists(place) or self.file.get_type(place) != 2:
            return None
        with self.file.openstream(place) as stream:
            return bytes(stream.read())

    def text(self, number: int, codes: int = _CODES) -> str:
        """A property's words, in Unicode or in the code page that the message names."""
        if (unicode := self.stream(number, _UNICODE)) is not None:
            return unicode.decode("utf-16-le", "replace").rstrip("\0")
        for kind in (_BYTES, _BINARY):
            if (old := self.stream(number, kind)) is not None:
                return decode(old, self._charset(codes)).rstrip("\0")
        return ""

    def fixed(self, number: int) -> bytes | None:
        """The eight bytes of a number or moment."""
        place = [*self.path, "__properties_version1.0"]
        if not self.file.exists(place):
            return None
        with self.file.openstream(place) as stream:
            entries = stream.read()[self.head :]
        for at in range(0, len(entries) - 15, 16):
            if struct.unpack_from("<H", entries, at + 2)[0] == number:
                return bytes(entries[at + 8 : at + 16])
        return None

    def number(self, number: int) -> int | None:
        """A whole number."""
        return int.from_bytes(found[:4], "little") if (found := self.fixed(number)) else None

    def moment(self, number: int) -> datetime | None:
        """A moment, which is kept in tenths of microseconds."""
        ticks = int.from_bytes(found, "little") if (found := self.fixed(number)) else 0
        try:
            return _EPOCH + timedelta(microseconds=ticks // 10) if ticks else None
        except OverflowError:
            return None

    def folders(self, prefix: str) -> list[str]:
        """The folders in this one that begin so, in their order."""
        depth = len(self.path)
        found = (
            place[depth]
            for place in self.file.listdir(streams=False, storages=True)
            if tuple(place[:depth]) == self.path and len(place) == depth + 1
        )
        return sorted(name for name in found if name.startswith(prefix))

    def inside(self, name: str, head: int = _FOLDER_HEAD) -> "_Folder":
        """The folder of this name."""
        return _Folder(self.file, (*self.path, name), head)

    def _charset(self, codes: int) -> str | None:
        page = self.number(codes) or self.number(_CODES)
        charset = {65001: "utf-8", 20127: "ascii"}.get(page or 0, f"cp{page}")
        charset = f"iso8859-{page - 28590}" if page and 28591 <= page <= 28605 else charset
        try:
            return codecs.lookup(charset).name
        except LookupError:
            return None


def _message(folder: _Folder, depth: int) -> EmailMessage:
    message = EmailMessage(POLICY)
    _add_head(message, folder)
    plain, page = folder.text(_BODY, _PAGE_CODES), folder.text(_PAGE, _PAGE_CODES)
    message.set_content(plain, cte="8bit")
    if page.strip():
        message.add_alternative(page, subtype="html", cte="8bit")
    elif not plain.strip() and folder.stream(_RTF, _BINARY):
        _add_part(message, EmailMessage(POLICY), "the mail's own text, which is kept as RTF alone")
    for name in islice(folder.folders("__attach_version1.0_#"), _MOST_ATTACHMENTS):
        _attach(message, folder.inside(name), depth)
    return message


def _add_head(message: EmailMessage, folder: _Folder) -> None:
    """The head as it was sent, if the mail has come over the internet, and what Outlook knows of the rest."""
    sent = email.message_from_string(folder.text(_HEAD).lstrip(), policy=POLICY)
    said = {name.lower(): value for name, value in reversed(list(sent.raw_items()))}
    known = {"From": _address(folder, _SENDER), "Subject": folded(folder.text(_SUBJECT))}
    missing = _SHOWN_LISTS.keys() if not any(said.get(header.lower()) for header in _SHOWN_LISTS) else ()
    recipients = [
        folder.inside(name)
        for name in islice(folder.folders("__recip_version1.0_#"), _MOST_RECIPIENTS if missing else 0)
    ]
    for header in missing:
        kind, shown = _SHOWN_LISTS[header]
        people = [_address(person, _RECIPIENT) for person in recipients if _kind(person) == kind]
        known[header] = ", ".join(filter(None, people)) or folded(folder.text(shown))
    if moment := folder.moment(_SENT) or folder.moment(_RECEIVED):
        known["Date"] = format_datetime(moment.replace(microsecond=0))
    for header in ("From", "To", "Cc", "Subject", "Date"):
        if value := said.get(header.lower()) or known.get(header):
            message.set_raw(header, value)


def _kind(recipient: _Folder) -> int:
    return (recipient.number(_RECIPIENT_KIND) or 0) & 0xF


def _address(folder: _Folder, numbers: tuple[int, int, int]) -> str:
    """A name with its address; Exchange keeps a path of its own for one where it knows the person."""
    name, *addresses = (folded(folder.text(number)).strip("'") for number in numbers)
    address = next((found for found in addresses if _ADDRESS.fullmatch(found)), "")
    if not address:
        return name
    return formataddr(("" if name == address else name, address))


def _attach(message: EmailMessage, folder: _Folder, depth: int) -> None:
    name = next(filter(None, (folded(folder.text(number)) for number in _FILE_NAMES)), "")
    method = folder.number(_METHOD)
    inner = f"__substg1.0_{_FILE:04X}{_FOLDER:04X}"
    if method == _MAIL and inner in folder.folders(inner):
        if depth < _DEEPEST:  # `read_message` tells which are too deep
            message.add_attachment(_message(folder.inside(inner, _INNER_HEAD), depth + 1))
        return
    data = folder.stream(_FILE, _BINARY)
    part = EmailMessage(POLICY)
    if data is None and method in _LINKS:
        part.set_raw("Content-Type", LINKED)
    else:
        said = folder.text(_FILE_TYPE).lower()
        part.set_content(data or b"", "image" if said.startswith("image/") else "application", "octet-stream")
        if known_as := folded(folder.text(_FILE_ID)):
            part.set_raw("Content-ID", known_as)
    _add_part(message, part, name)


def _add_part(message: EmailMessage, part: EmailMessage, name: str) -> None:
    del part["Content-Disposition"]
    quotable = name.replace("\\", "_").replace('"', "'")[-250:]
    part.set_raw("Content-Disposition", f'attachment; filename="{quotable}"')
    if message.get_content_type() != "multipart/mixed":
        message.make_mixed()
    message.attach(part)
