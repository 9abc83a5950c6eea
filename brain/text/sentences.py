"""Where sentences begin and end, by rules: fast, deterministic, and exact to the character."""

import re
from collections.abc import Iterator

# Words before a full stop that do not end a sentence. Titles and references always run on;
# the others only where the next word is not capitalised or is a number.
_ALWAYS_RUNS_ON = frozenset(
    "mr mrs ms dr prof st jr sr vs e.g i.e cf fig figs eq eqs ref refs no nos vol pp al approx dept ext"
    " sec ch app ver".split()
)
_MAY_END = frozenset(
    "etc inc ltd co corp a.m p.m u.s u.k jan feb mar apr jun jul aug sep sept oct nov dec".split()
)

_STOP = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s|$)|[。！？]")
_NOT_SPACE = re.compile(r"\S")
_OPENS_WORD = re.compile(r"[(\[“\"']")
_INITIAL = re.compile(r"^[A-Z]$")
_ENUMERATOR = re.compile(r"^\s*(?:\d{1,3}|[A-Za-z])$")


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield `(start, end)` of each sentence of `text`, without surrounding white space.

    A line break always ends a sentence: in a passage it ends a block. A line with tabs is a table's row and
    is kept whole, an empty first cell included.
    """
    for line in re.finditer(r"[^\n]+", text):
        if "\t" in line.group() and not line.group().isspace():
            yield line.span()
        else:
            yield from _line_spans(text, line.start(), line.end())


def _line_spans(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    start = begin
    for stop in _STOP.finditer(text, begin, end):
        if not _ends_sentence(text, start, stop, end):
            continue
        span = _trimmed(text, start, stop.end())
        if span:
            yield span
        start = stop.end()
    span = _trimmed(text, start, end)
    if span:
        yield span


def _ends_sentence(text: str, start: int, stop: re.Match[str], end: int) -> bool:
    found = _NOT_SPACE.search(text, stop.end(), end)
    following = found.group() if found else ""
    if not following or stop.group()[0] in "!?。！？":
        # "Really?) he said": a question mark before a small letter is inside the sentence.
        return not following or not following.islower()
    if following.islower():
        return False
    word = _last_word(text[start : stop.start()])
    low = word.lower().lstrip("(")
    if stop.group().startswith(".") and not stop.group().startswith(".."):
        if low in _ALWAYS_RUNS_ON or _INITIAL.match(word):
            return False
        if low in _MAY_END and not following.isupper():
            return False
        if _ENUMERATOR.match(text[start : stop.start()]):  # "1. Open the app": the number opens an item
            return False
    return True


def _last_word(text: str) -> str:
    """What runs to the end without white space, brackets or quotes."""
    if not text or text[-1].isspace():
        return ""
    return _OPENS_WORD.split(text.rsplit(None, 1)[-1])[-1]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None
