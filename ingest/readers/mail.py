"""Mail files: header lines, the body, and attachments of the other formats."""

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage, MIMEPart
from email.utils import parsedate_to_datetime

from brain.errors import UnreadableDocument
from ingest.parsed import Block, ParsedDocument
from ingest.readers.charset import decode
from ingest.readers.markup.hypertext import add_html
from ingest.readers.naming import real_title, title_from_name
from ingest.readers.outline import Outline, folded
from ingest.readers.plain_text import add_text

MEDIA_TYPE = "message/rfc822"
# A mail in a mail in a mail; deeper is left out.
_MAX_DEPTH = 3
_MAX_ATTACHMENTS = 50
_HEADERS = ("From", "To", "Cc", "Subject", "Date")


def read_eml(data: bytes, name: str) -> ParsedDocument:
    """A mail's blocks: part `headers`, then the body, then each attachment as part `attachment NAME`."""
    return _read(data, name, depth=1)


def _read(data: bytes, name: str, depth: int) -> ParsedDocument:
    # Saved mails often open with a blank line or an mbox line, which would hide the headers.
    message = email.message_from_bytes(data.lstrip(), policy=email.policy.default)
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
    warnings: list[str] = []
    unread: list[str] = []
    attachments = (part for part in message.iter_attachments() if not _is_drawn_in_text(part))
    for number, part in enumerate(attachments):
        if number >= _MAX_ATTACHMENTS:
            warnings.append(f"Only the first {_MAX_ATTACHMENTS} attachments were read.")
            break
        try:
            attached = _attached(part, depth)
        except UnreadableDocument as error:
            warnings.append(error.sentence)
            continue
        blocks += attached or ()
        if attached is None and (called := folded(part.get_filename() or "")):
            unread.append(called)
    if unread:
        warnings.append(f"Attachments in formats that can't be read were left out: {', '.join(unread)}.")
    title = real_title(str(message["Subject"] or "")) or title_from_name(name)
    return ParsedDocument(title, tuple(blocks), MEDIA_TYPE, modified=_date(message), warnings=tuple(warnings))


def _add_body(outline: Outline, message: EmailMessage) -> None:
    plain, page = message.get_body(("plain",)), message.get_body(("html",))
    # Some programs send a blank text beside the page that they mean.
    if plain is not None and (page is None or _text(plain).strip()):
        _add_plain(outline, _text(plain))
    elif page is not None:
        add_html(outline, _text(page))


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


def _attached(part: MIMEPart, depth: int) -> list[Block] | None:
    """The attachment's blocks; None for a format that can't be read."""
    from ingest.readers import SUPPORTED, read_bytes

    if part.get_content_type() == MEDIA_TYPE:
        inner = part.get_content()
        name = folded(str(inner["Subject"] or "")) or "mail"
        if depth >= _MAX_DEPTH:
            raise UnreadableDocument(f"{name} is a mail inside {depth} others: it was not read.")
        parsed = _read(inner.as_bytes(), name, depth + 1)
    else:
        name = part.get_filename() or ""
        suffix = name[name.rfind(".") :].lower() if "." in name else ""
        if suffix not in SUPPORTED:
            return None
        payload = part.get_payload(decode=True)
        data = payload if isinstance(payload, bytes) else b""
        if suffix == ".eml":
            if depth >= _MAX_DEPTH:
                raise UnreadableDocument(f"{name} is a mail inside {depth} others: it was not read.")
            parsed = _read(data, name, depth + 1)
        else:
            parsed = read_bytes(data, name)
    label = f"attachment {name}"
    return [replace(block, locator=replace(block.locator, part=label)) for block in parsed.blocks]


def _date(message: EmailMessage) -> datetime | None:
    try:
        moment = parsedate_to_datetime(str(message["Date"]))
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
