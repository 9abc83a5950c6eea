"""Tells lines that were only wrapped from lines that stand for themselves."""

import re
from collections.abc import Sequence
from itertools import pairwise

# Wrapped text keeps to a margin; where most lines are longer or shorter, each was ended by its writer.
_NARROWEST_MARGIN, _WIDEST_MARGIN = 40, 120
# An address ends at the latest where the next one begins: a line of `](` is read once.
_ADDRESS = re.compile(r"\]\((?:[^)\s\]]|\](?!\())*\)|https?://\S+")
# What formatters of Markdown never break: a link with its words, a stretch of code, a template's tag.
_UNBROKEN = re.compile(r"!?\[[^\]]*\](?:\([^)]*\))?\S*|`[^`]+`\S*|\{%.*?%\}\S*|\S+")
# Lines of a log or of minutes, each with its time, however alike in length.
_STAMPED = re.compile(
    r"\[?(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d|\d{1,2}[:.]\d\d\b|[A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d)"
)
# Words that no line of its own ends with.
_GOES_ON = re.compile(
    r"(?:\b(?:a|an|the|and|or|but|nor|of|to|in|on|at|by|for|from|with|into|than|as|your|our|their|its|is|are"
    r"|was|were|be|will|can|may|must|should|that|which|who|this|these|if|when|because|not)|,)$",
    re.IGNORECASE,
)


def margin_of(text: str) -> int:
    """The width that most lines which another follows keep to (their 90th percentile), in characters."""
    lines = [_ADDRESS.sub("]", line).strip() for line in text.splitlines()]
    widths = sorted(len(above) for above, below in pairwise(lines) if above and below)
    return widths[len(widths) * 9 // 10] if widths else 0


def joined_lines(lines: Sequence[str], margin: int, *, source: Sequence[str] = ()) -> list[str]:
    """Paragraphs out of lines: two are joined where the next word would not have fitted on the first.

    `source` holds the same lines as they stand in the file, where these have lost their marks.
    """
    if len(source) != len(lines):
        source = lines
    paragraphs: list[list[str]] = []
    above = ""
    for line, written in zip(lines, source, strict=True):
        if not line.strip():
            continue
        if paragraphs and _was_wrapped(above, line, written.strip(), margin):
            paragraphs[-1].append(line.strip())
        else:
            paragraphs.append([line.strip()])
        above = written.strip()
    return [" ".join(paragraph) for paragraph in paragraphs]


def _was_wrapped(above: str, line: str, written: str, margin: int) -> bool:
    if _STAMPED.match(above) and _STAMPED.match(written):
        return False
    if line.lstrip()[0].islower() or _GOES_ON.search(above):
        return True
    # A writer's margin wavers by a few characters.
    next_piece = _UNBROKEN.match(written)
    full = len(above) + 1 + len(next_piece.group() if next_piece else "") > margin * 0.9
    return full and _NARROWEST_MARGIN <= margin <= _WIDEST_MARGIN
