"""Text for a chat: without what is no text, and cut where a message's limit asks for it."""

import re
from collections.abc import Sequence

from bots.control_characters import CONTROL_CHARACTERS
from brain.text.sentences import sentence_spans

MARKER = re.compile(r"(\[\d+\])")
_NUMBERS = re.compile(r"(?:\s*\[\d+\])*")


def clean(text: str) -> str:
    """Text without what is not text; table cells are parted by a line."""
    return CONTROL_CHARACTERS.sub("", text.replace("\r\n", "\n")).replace("\t", " │ ")


def split_text(text: str, longest: int) -> list[str]:
    """The text cut at sentence ends into pieces of at most `longest` characters, never inside a `[1]`."""
    found, current = [], ""
    for part in _parts(clean(text), longest):
        if current and len(current) + len(part) > longest:
            found.append(current.strip("\n "))
            current = ""
        current += part
    return [*found, current.strip("\n ")] if current.strip() else found


def fair_share(lengths: Sequence[int], most: int) -> int:
    """How long each may be at most, so that all together keep to `most`: what is shorter leaves its rest."""
    left, waiting = most, sorted(lengths)
    while waiting:
        share = left // len(waiting)
        if waiting[0] > share:
            return share
        left -= waiting.pop(0)
    return most


def _parts(text: str, longest: int) -> list[str]:
    """Sentences with the space after them; a longer one is cut at spaces."""
    parts, end = [], 0
    for _, stop in sentence_spans(text):
        numbers = _NUMBERS.match(text, stop)  # a sentence keeps its numbers
        stop = numbers.end() if numbers else stop
        parts.append(text[end:stop])
        end = max(end, stop)
    parts.append(text[end:])
    short = []
    for part in parts:
        while len(part) > longest:
            at = part.rfind(" ", 0, longest) + 1 or longest
            short.append(part[:at])
            part = part[at:]
        short.append(part)
    return short
