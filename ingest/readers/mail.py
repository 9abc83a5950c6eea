"""Mail files: header lines, the body, and attachments of the other formats."""

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage, MIMEPart
from email.utils import parsedate_to_datetime

from brain.errors import UnreadableDocument
from ingest.parsing.parsed import Block, ParsedDocument
from ingest.readers.charset import decode
from ingest.readers.hypertext import add_html
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
    for number, part in enumerate(message.iter_attachments()):
        if number >= _MAX_ATTACHMENTS:
            warnings.append(f"Only the first {_MAX_ATTACHMENTS} attachments were read.")
            break
        try:
            blocks += _attached(part, depth)
        except UnreadableDocument as error:
            warnings.append(error.sentence)
    title = real_title(str(message["Subject"] or "")) or title_from_name(name)
    return ParsedDocument(title, tuple(blocks), MEDIA_TYPE, modified=_date(message), warnings=tuple(warnings))


def _add_body(outline: Outline, message: EmailMessage) -> None:
    body = message.get_body(preferencelist=("plain", "html"))
    if body is None:
        return
    text = _text(body)
    if body.get_content_type() == "text/html":
        add_html(outline, text)
    else:
        _add_plain(outline, text)


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


def _attached(part: MIMEPart, depth: int) -> list[Block]:
    from dataclasses import replace

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
            return []
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
