"""The ways in which models name the passages that a sentence is from, brought to one: `[1]` and `[1, 2]`."""

import re
from collections.abc import Iterator

NUMBERS = r"\[\s*\d{1,3}(?:\s*[,;]\s*\d{1,3})*\s*\]"
"""A mark, as it is here."""
MARKS = re.compile(NUMBERS)
_WORD = (
    r"(?:passages?|sources?|documents?|docs?|quotes?|refs?\.?|references?|citations?"
    r"|passagen?|quellen?|dokumente?|abschnitte?|extraits?|documento?s?|fuentes?|pasajes?)"
)
_LIST = r"\d{1,3}(?:\s*(?:[,;&–—-]|and|und|et|y|to|bis)\s*\d{1,3})*"
# "[passage 1]", "[Source: 1, 2]", "[^1]", "[#1]", "[1-3]", "【1】", "【1†source】", and "(passage 1)".
_OTHERWISE = re.compile(
    rf"(?:\[|【)\s*(?:(?:see\s+)?{_WORD}\s*:?\s*#?|[#^])?\s*(?P<square>{_LIST})\s*(?:†[^】\]\n]{{0,20}})?(?:\]|】)"
    rf"|\(\s*(?:see\s+|from\s+)?{_WORD}\s*:?\s*#?\[?(?P<round>{_LIST})\]?\s*\)",
    re.IGNORECASE,
)
_RANGE = re.compile(r"(\d+)\s*(?:[–—-]|to|bis)\s*(\d+)", re.IGNORECASE)
_WIDEST = 9  # passages of a range; "[2019-2026]" is none
_BETWEEN = re.compile(rf"({NUMBERS})\s*(?:,|;|&|and|und|et|y)\s*(?={NUMBERS})")
# "According to [1], …", "Passage 2 says that …", "Based on the passages, …": who says it is no part of it.
_ATTRIBUTED = re.compile(
    rf"""^(?:as\ (?:stated|mentioned|described|said|noted|shown|written|explained)\ in|according\ to|based\ on
    |as\ per|laut|gemäß|selon|d['’]après|según)\ (?:the\ |den\ |der\ |dem\ |les\ |los\ )?(?:(?:provided
    |given|numbered|above)\ )?(?:{_WORD}\ ?(?P<one>\d{{1,3}})?)?\ ?(?P<mark>{NUMBERS})?\s*,\s*
    |^(?:the\ )?(?:{_WORD}\ ?)?(?:(?P<mark2>{NUMBERS})|(?<=\ )(?P<one2>\d{{1,3}}))\ (?:also\ )?
    (?:says|states|mentions|explains|notes|tells|shows)(?:\ that\ |:\ |,\ )""",
    re.IGNORECASE | re.VERBOSE,
)
_OPEN = re.compile(r"\s*(?:\[|【|\()[^\]】)\n]{0,30}$")


def with_plain_marks(text: str) -> str:
    """The text with every mark as `[1]` or `[1, 2]`, those of one place beside each other."""
    return _BETWEEN.sub(
        r"\1", _OTHERWISE.sub(lambda found: _plain(found[0], *found.group("square", "round")), text)
    )


def without_open_mark(text: str) -> str:
    """A text that is being written, without a mark at its end that is not whole yet."""
    return _OPEN.sub("", text)


def cited_in(text: str) -> tuple[int, ...]:
    """The numbers of its marks, each once."""
    return tuple(dict.fromkeys(int(n) for mark in MARKS.findall(text) for n in re.findall(r"\d+", mark)))


def unattributed(sentence: str) -> tuple[str, tuple[int, ...]]:
    """The sentence without who it says it has this from, and the passages' numbers that stood there."""
    found = _ATTRIBUTED.match(sentence)
    if found is None or not sentence[found.end() :].strip():
        return sentence, ()
    said = found.groupdict()
    numbers = cited_in(" ".join(said[name] or "" for name in ("mark", "mark2")))
    return sentence[found.end() :], (*numbers, *(int(said[name]) for name in ("one", "one2") if said[name]))


def _plain(mark: str, *lists: str | None) -> str:
    numbers = list(dict.fromkeys(_numbers(next(filter(None, lists)))))
    return f"[{', '.join(map(str, numbers))}]" if numbers else mark


def _numbers(written: str) -> Iterator[int]:
    """The numbers of a list, ranges in full; none where a range is none."""
    spans = [(int(a), int(b)) for a, b in _RANGE.findall(written)]
    if any(not 0 <= last - first <= _WIDEST for first, last in spans):
        return
    for part in re.split(r"[,;&]|\b(?:and|und|et|y)\b", written):
        ends = [int(n) for n in re.findall(r"\d+", part)]
        yield from range(ends[0], ends[-1] + 1)
