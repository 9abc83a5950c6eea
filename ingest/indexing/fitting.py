"""Where a sentence that is longer than any passage may be is cut, and how long text without blanks is."""

import re
import unicodedata
from collections.abc import Iterator

from brain.embedding.token_counting import CountTokens

CHARACTERS = 40  # no text has so many of them a token
_USUAL = 4  # a token of English has four characters on average
# To a tokenizer, a longer word (a hash, a line of Thai or Japanese) may be a single unknown one; where a
# text has so many more characters than tokens, that may be so.
_LONGEST_WORD = 100
_SUSPICIOUS = 8
_SHORTER = 0.8
# Where text without blanks is best cut: between sentences, clauses, or parts of code and tables.
_ENDS = (re.compile("[。！？；]"), re.compile("[，、：]"), re.compile(r"[;,})\]>|&/]"))
_JOINER = "\u200d"
_FARTHEST_MARK = 32


def fitting(
    text: str, start: int, end: int, room: int, count_tokens: CountTokens
) -> Iterator[tuple[int, int, int]]:
    """One span, or, where it has more tokens than `room`, pieces, each as `(start, end, tokens)`.

    They are cut at gaps between words; where there are none, behind a mark, or anywhere.
    """
    # The rest of a very long sentence need not be counted to know that it is too long: that would take
    # time by the square of its length.
    steps = 0
    while end - start > room * CHARACTERS or weighed(text[start:end], count_tokens) > room:
        length, steps = _that_fits(text, start, min(end - start, room * _USUAL), room, count_tokens, steps)
        cut = start + _before_mark(text, start, _gap(text[start : start + length]))
        piece = start + len(text[start:cut].rstrip())
        if piece > start:
            yield start, piece, weighed(text[start:piece], count_tokens)
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield start, end, weighed(text[start:end], count_tokens)


def weighed(text: str, count_tokens: CountTokens) -> int:
    """The tokens of a text, with words that no tokenizer knows counted by their letters."""
    counted = count_tokens(text)
    if len(text) <= max(_LONGEST_WORD, counted * _SUSPICIOUS):
        return counted
    unknown = sum(len(word) for word in text.split() if len(word) > _LONGEST_WORD)
    return max(counted, unknown // _USUAL, len(text) // CHARACTERS)


def _that_fits(
    text: str, start: int, most: int, room: int, count_tokens: CountTokens, guess: int
) -> tuple[int, int]:
    """How many characters from `start` on have no more tokens than there is room for: `most`, or fewer.

    The second is in how many steps shorter, which is a good guess for the text behind: counting is what takes
    time, so that few lengths are tried.
    """
    lengths = [most]
    while lengths[-1] > 1:
        lengths.append(max(int(lengths[-1] * _SHORTER), 1))
    last = len(lengths) - 1

    def fits(step: int) -> bool:
        return weighed(text[start : start + lengths[step]], count_tokens) <= room

    step = min(guess, last)
    if fits(step):
        while step and fits(step - 1):
            step -= 1
    else:
        step = min(step + 1, last)
        while step < last and not fits(step):
            step += 1
    return lengths[step], step


def _gap(window: str) -> int:
    """Behind the best place to cut near a window's end; all of it where there is none."""
    half = len(window) // 2
    at = max(window.rfind("; "), window.rfind("\t"))
    if at <= half:
        at = max(window.rfind(", "), window.rfind(" "))
    if at > 0:
        return at + 1
    for ends in _ENDS:
        if found := [match.end() for match in ends.finditer(window, half)]:
            return found[-1]
    return len(window)


def _before_mark(text: str, start: int, length: int) -> int:
    """The same, or so much less that no sign is parted from its accents or what it is joined with."""
    shorter = length
    while shorter > max(1, length - _FARTHEST_MARK) and start + shorter < len(text):
        above, below = text[start + shorter - 1], text[start + shorter]
        if not (unicodedata.category(below)[0] == "M" or _JOINER in (above, below)):
            return shorter
        shorter -= 1
    return length
