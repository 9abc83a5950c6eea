"""Bytes to text: byte order marks, declared encodings, UTF-8, and a guess where nothing else fits."""

import codecs
import contextlib
import re
from functools import lru_cache

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# A guess needs only a sample; the rest of a large file would cost seconds.
_SAMPLE = 64 * 1024
_FOREIGN = re.compile("[\x80-\ufffc\U00010000-\U0010ffff]")
_RIGHT = 4  # letters beyond ASCII for each broken byte


def decode(data: bytes, declared: str | None = None) -> str:
    """The text of the bytes; what can't be decoded becomes U+FFFD, never an error."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    with contextlib.suppress(UnicodeError):
        return data.decode("utf-8")
    text = data.decode("utf-8", "replace")
    candidate = _known(declared)
    if _is_nearly_right(text, said_so=candidate == "utf-8"):
        return text
    if candidate:
        with contextlib.suppress(UnicodeError):
            return data.decode(candidate)
    return data.decode(_guess(data[:_SAMPLE]), "replace")


def _is_nearly_right(text: str, *, said_so: bool) -> bool:
    """UTF-8 with a broken byte here and there: bytes of other encodings hardly ever make letters of it."""
    return len(_FOREIGN.findall(text)) > (1 if said_so else _RIGHT) * text.count("\ufffd")


def _known(name: str | None) -> str | None:
    try:
        # HTML and mails say latin-1 where they mean its superset (WHATWG encoding standard).
        found = codecs.lookup(name).name if name else None
    except LookupError:
        return None
    return "cp1252" if found in ("iso8859-1", "ascii") else found


@lru_cache(maxsize=8)
def _guess(sample: bytes) -> str:
    pairs = sample[: len(sample) // 2 * 2]
    if pairs and b"\0" in pairs:
        even, odd = pairs[::2].count(0), pairs[1::2].count(0)
        if max(even, odd) > len(pairs) // 5:
            return "utf-16-le" if odd > even else "utf-16-be"
    from charset_normalizer import from_bytes

    matches = from_bytes(sample)
    best = matches.best()
    if best is None:
        return "cp1252"
    # Short western texts fit several Baltic and Turkish encodings as well; they are far less common.
    western = any(
        "cp1252" in (match.encoding, *match.could_be_from_charset) and match.chaos <= best.chaos + 0.1
        for match in matches
    )
    return "cp1252" if western else best.encoding
