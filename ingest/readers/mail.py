"""Mail files: header lines, the body, and attachments of the other formats."""

import email
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.errors import MessageError
from email.message import EmailMessage, Message, MIMEPart
from email.policy import EmailPolicy
from email.utils import parsedate_to_datetime

from brain.errors import UnreadableDocument
from ingest.parsed import ParsedDocument
from ingest.readers.charset import decode
from ingest.readers.markup.hypertext import add_html
from ingest.readers.naming import real_title, title_from_name
from ingest.readers.outline import Outline, folded
from ingest.readers.plain_text import add_text

MEDIA_TYPE = "message/rfc822"
LINKED = "message/external-body"
"""The type of an attachment that the mail only points at (RFC 2046, 5.2.3)."""
# A mail in a mail in a mail; deeper is left out.
_MAX_DEPTH = 3
_MAX_ATTACHMENTS = 50
_HEADERS = ("From", "To", "Cc", "Subject", "Date")
# The library takes time by the square of a header's length: of a longer one the beginning is read, and lists
# of people, who may be thousands, in parts.
_LONGEST_HEADER, _LONGEST_LIST = 1_000, 30_000
_LISTS = ("to", "cc")
_SHOWN = frozenset(map(str.lower, _HEADERS))
_PART = 300


class _Bounded(EmailPolicy):
    """The library's own reading, but of no more of a header than it can take."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        """The header's value as it is meant."""
        value = value[: _longest(name)]
        if len(value) <= _LONGEST_HEADER:
            return self._meant(name, value)
        return ", ".join(filter(None, (str(self._meant(name, part)) for part in _parts(value))))

    def _meant(self, name: str, value: str) -> str:
        """What the library makes of it, with what it means as attributes; what it fails at as plain words."""
        try:
            found: str = super().header_fetch_parse(name, value)
            str(found)
        except (MessageError, AttributeError, LookupError, TypeError, ValueError):
            # It fails at addresses that no standard allows, and mails are full of them.
            if name.lower() not in _SHOWN:
                raise
            return str(super().header_fetch_parse("Subject", value))
        return found


POLICY = _Bounded()
"""For every mail that `read_message` is given."""


def read_eml(data: bytes, name: str) -> ParsedDocument:
    """A mail's blocks: part `headers`, then the body, then each attachment as part `attachment NAME`."""
    return read_message(_parsed(data), name)


def _parsed(data: bytes) -> Message:
    # Saved mails often open with a blank line or an mbox line, which would hide the headers.
    return email.message_from_bytes(data.lstrip(), policy=POLICY)


def read_message(message: Message, name: str, depth: int = 1) -> ParsedDocument:
    """The blocks of a mail that is in memory, as `read_eml` tells them; it is inside `depth` - 1 others."""
    if not isinstance(message, EmailMessage) or not any(
        message[header] for header in ("From", "Subject", "Date")
    ):
        raise UnreadableDocument(f"{name} is not a mail: it has no From, Subject or Date line.")
    outline = Outline()
    outline.place(part="headers")
    for header in _HEADERS:
        if value := folded(str(message[header] or "")):
            outline.paragraph(f"{header}: {value}")
    outline.place(part=None)
    _add_body(outline, message)
    blocks = list(outline.blocks)
    warnings = [
        f"The {header} line is longer than {_longest(header):,} characters: only its beginning was read."
        for header in _HEADERS
        if any(
            name.lower() == header.lower() and len(value) > _longest(name)
            for name, value in message.raw_items()
        )
    ]
    unread: list[str] = []
    attachments = (part for part in _attachments(message) if not _is_drawn_in_text(part))
    for number, part in enumerate(attachments):
        if number >= _MAX_ATTACHMENTS:
            warnings.append(f"Only the first {_MAX_ATTACHMENTS} attachments were read.")
            break
        try:
            attached = _attached(part, depth)
        except UnreadableDocument as error:
            warnings.append(error.sentence)
            continue
        if attached is not None:
            label = f"attachment {attached.name}"
            read = attached.parsed
            blocks += (replace(block, locator=replace(block.locator, part=label)) for block in read.blocks)
            warnings += (f"{attached.name}: {warning}" for warning in read.warnings)
        elif called := folded(part.get_filename() or ""):
            unread.append(called)
    if unread:
        warnings.append(f"Attachments in formats that can't be read were left out: {', '.join(unread)}.")
    title = real_title(str(message["Subject"] or "")) or title_from_name(name)
    return ParsedDocument(title, tuple(blocks), MEDIA_TYPE, modified=_date(message), warnings=tuple(warnings))


def _longest(header: str) -> int:
    return _LONGEST_LIST if header.lower() in _LISTS else _LONGEST_HEADER


def _parts(people: str) -> Iterator[str]:
    """A long list in parts, behind an address where that can be seen."""
    start = 0
    while start < len(people):
        end = start + _PART
        if end < len(people):
            behind = people.rfind(">,", start, end) + 1 or people.rfind(",", start, end)
            end = behind if behind > start else end
        yield people[start:end].strip(", \t\r\n")
        start = end


def _add_body(outline: Outline, message: EmailMessage) -> None:
    plain, page = message.get_body(("plain",)), message.get_body(("html",))
    # Some programs send a blank text beside the page that they mean.
    if plain is not None and (page is None or _text(plain).strip()):
        _add_plain(outline, _text(plain))
    elif page is not None:
        add_html(outline, _text(page))
    elif (
        not message.is_multipart() and message.get_content_maintype() == "text" and not message.get_filename()
    ):
        _add_plain(outline, _text(message))  # called an attachment, though it is all there is


def _attachments(message: EmailMessage) -> Iterable[MIMEPart]:
    """A mail's attachments, or the mail itself where it is nothing but a file, as scanners send it."""
    if not message.is_multipart() and message.get_filename() and message.get_body(("plain", "html")) is None:
        return [message]
    return message.iter_attachments()


def _add_plain(outline: Outline, text: str) -> None:
    """The body, with quoted replies kept as text of their own."""
    run: list[str] = []
    depth = 0
    for line in [*text.splitlines(), None]:
        bare = line.lstrip("> ") if line is not None and line.startswith(">") else line
        marks = len(line) - len(line.lstrip(">")) if line is not None else -1
        if run and marks != depth:
            add_text(outline, "\n".join(run), titled=False)
            run = []
        depth = marks
        if bare is not None:
            run.append(bare)


def _text(part: MIMEPart) -> str:
    payload = part.get_payload(decode=True)
    return (
        decode(payload, part.get_content_charset()) if isinstance(payload, bytes) else str(part.get_payload())
    )


def _is_drawn_in_text(part: MIMEPart) -> bool:
    """Logos and the like, which the text refers to by their Content-ID."""
    return part.get_content_maintype() == "image" and (
        part["Content-ID"] is not None or part.get_content_disposition() == "inline"
    )


@dataclass(frozen=True, slots=True)
class _Attachment:
    """What was read of an attachment, by the name that the citation tells."""

    name: str
    parsed: ParsedDocument


def _attached(part: MIMEPart, depth: int) -> _Attachment | None:
    """What is read of an attachment; None for a format that can't be read."""
    from ingest.readers import SUPPORTED, read_bytes

    if part.get_content_type() == LINKED:
        called = part.get_filename() or "An attachment"
        raise UnreadableDocument(f"{called} is only linked to, not in the mail: it was not read.")
    if part.get_content_type() == MEDIA_TYPE:
        inner = part.get_content()
        name = folded(str(inner["Subject"] or "")) or "mail"
        parsed = _read_inner(inner, name, depth)
    else:
        name = part.get_filename() or ""
        suffix = name[name.rfind(".") :].lower() if "." in name else ""
        if suffix not in SUPPORTED:
            return None
        payload = part.get_payload(decode=True)
        data = payload if isinstance(payload, bytes) else b""
        if suffix == ".eml":
            parsed = _read_inner(_parsed(data), name, depth)
        elif suffix == ".msg":
            parsed = _read_inner(_outlook(data, name), name, depth)
        else:
            parsed = read_bytes(data, name)
    return _Attachment(name, parsed)


def _read_inner(message: Message, name: str, depth: int) -> ParsedDocument:
    if depth >= _MAX_DEPTH:
        raise UnreadableDocument(f"{name} is a mail inside {depth} others: it was not read.")
    return read_message(message, name, depth + 1)


def _outlook(data: bytes, name: str) -> Message:
    from ingest.readers.outlook import message_of

    try:
        return message_of(data, name)
    except (OSError, ValueError, LookupError) as error:
        raise UnreadableDocument(f"{name} is damaged or not an Outlook mail.", detail=repr(error)) from error


def _date(message: EmailMessage) -> datetime | None:
    try:
        moment = parsedate_to_datetime(str(message["Date"]))
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
