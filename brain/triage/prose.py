"""What a person wrote in a message: its sentences, without code, log lines, quoted replies and greetings."""

import re
from collections.abc import Iterator, Sequence

from brain.text.sentences import sentence_spans
from brain.text.terms import content_words
from brain.triage.domain import Message, Said

LONGEST_QUOTE = 300  # characters of a sentence that are told of it
_COMPARED = 2_000  # characters of a ticket that are compared: more than the default embedder reads

_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_MACHINE_LINE = re.compile(
    r"^[ \t]*(?:"
    r">.*"  # a quoted reply
    r"|\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*|\[?\d\d:\d\d:\d\d.*|[A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d.*"  # logs
    r"|\[?(?:ERROR|WARN|WARNING|INFO|DEBUG|TRACE|FATAL|CRITICAL)\b[\]: ].*"
    r"|Traceback \(.*|File \".*|at [\w.$<>/]+\(.*|\.{3} \d+ more|[\w.]+(?:Error|Exception)\b.*"
    r"|(?:\$|>>>|PS [A-Z]:\\|C:\\).*"  # a shell
    r"|[{}\[\]()<;|\\].*"  # JSON, XML, tables
    r")$",
    re.MULTILINE,
)
_ERROR_LINE = re.compile(
    r"^.*(?:error|exception|fatal|failed|refused|denied).*$", re.IGNORECASE | re.MULTILINE
)
_GREETING = re.compile(
    r"(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|dear|hallo|guten (?:tag|morgen)|moin|bonjour"
    r"|salut|hola|thanks|thank you|thx|many thanks|cheers|best(?: regards)?|kind regards|regards|danke|merci"
    r"|gracias|viele grüße|cordialement|please)\b"
    r"(?:[\s,]+(?:all|team|everyone|everybody|folks|guys|there|a lot|again"
    r"|so much|very much|in advance|you|zusammen|à tous|(?-i:[A-Z])\w+)){0,3}\s*[,.!:)]*"
    r"|(?:i )?hope (?:you|this|all|everyone)\b[^?]{0,80}",
    re.IGNORECASE,
)


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where the sentences of `text` stand that a person wrote and that say something."""
    for start, end in sentence_spans(_without_machines(text)):
        sentence = text[start:end]
        if any(c.isalpha() for c in sentence) and not _GREETING.fullmatch(sentence.strip()):
            yield start, end


def said(messages: Sequence[Message]) -> list[Said]:
    """All that people say in a thread, a sentence each, in order."""
    return [
        Said(message.text[start:end], place)
        for place, message in enumerate(messages)
        if not message.ours
        for start, end in sentences(message.text)
    ]


def said_by_machines(messages: Sequence[Message]) -> list[Said]:
    """The first line of each message that tells of an error, for tickets that are nothing but a dump."""
    found = []
    for place, message in enumerate(messages):
        line = None if message.ours else _ERROR_LINE.search(message.text)
        if line and line.group().strip():
            found.append(Said(line.group().strip(), place))
    return found


def short(quote: Said) -> Said:
    """The same, cut after a word where it is very long; still verbatim."""
    if len(quote.text) <= LONGEST_QUOTE:
        return quote
    cut = quote.text[:LONGEST_QUOTE]
    return Said(cut.rpartition(" ")[0].rstrip() or cut, quote.message)


def compared(text: str) -> str:
    """What of a ticket's text is compared with others: what people say, or else the text as it is.

    Empty where the text has no words.
    """
    prose = " ".join(text[start:end] for start, end in sentences(text[: 20 * _COMPARED]))
    if not content_words(prose):
        prose = " ".join(text[:_COMPARED].split())
    return prose[:_COMPARED] if any(c.isalpha() for c in prose) else ""


def _without_machines(text: str) -> str:
    """The text with line breaks in the place of what a machine wrote, so that all offsets stay."""
    for pattern in (_FENCE, _MACHINE_LINE):
        text = pattern.sub(lambda found: "\n" * len(found.group()), text)
    return text
