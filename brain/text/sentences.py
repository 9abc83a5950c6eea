"""Where sentences begin and end, by rules: fast, deterministic, and exact to the character."""

import re
from collections.abc import Iterator

# Words before a full stop that do not end a sentence, in English and its neighbours' languages.
_RUNS_ON = frozenset(
    "mr mrs ms dr prof st jr sr vs e.g i.e cf viz approx al dept resp"
    " z.b bzw ca d.h ggf evtl inkl exkl zzgl sog vgl gem u.a dipl p.ex mme mlle sra srta dra sig bijv".split()
)
# Those that stand before a number ("No. 5", "fig. B"); before anything else they are words, or an end.
_BEFORE_NUMBER = frozenset(
    "no nos nr núm num fig figs abb tab eq eqs ref refs vol p pp pág sec ch app ver ext art abs tel".split()
)
# Those that may end one. Of names and dates the next word tells; of the others a capital letter does.
_NAMES = frozenset("inc ltd co corp u.s u.k gmbh bros".split())
_HOURS = frozenset(("a.m", "p.m"))
_MAY_END = _HOURS | frozenset(
    "etc usw jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun"
    " max min est hrs".split()
)
# What follows an hour; and words that sentences begin with, also behind the full stop of a name.
_DATES = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july"
    " august september october november december et est edt ct pt pst cet cest utc gmt".split()
)
_OPENERS = frozenset(
    "the this that these those an it its we our you your they their he his she her there here if when while"
    " where what who which why how in on at for from to with by as after before until since once all any each"
    " every some most many both no not only also but and or so then however please see ask use is are do does"
    " der die das ein eine er sie es wir ihr bei für im am auf mit nach alle wenn dies diese"
    " le la les un une il elle nous vous dans pour el los las para en se si".split()
)
# A day or an ordinal in German: after these words, or before these months.
_ORDINAL = re.compile(
    r"(?:^|\s)(?:am|vom|zum|zur|im|ab|bis|der|die|das|dem|den|des|und|beim|jeden|jedes|seit)\s+\d{1,2}$",
    re.IGNORECASE,
)
_MONTHS = frozenset("januar jänner februar märz mai juni juli oktober dezember".split())

# Only where a run of stops begins: a line of a million dots would be read anew from each of them.
_STOP = re.compile(
    r"(?<![.!?…؟।۔])[.!?…؟।۔]++[\"'”’“»)\]]*(?:\s»)?(?:\[\d{1,3}(?:[,–-]\s?\d{1,3})*\])*(?=\s|$)|[。！？]"
)
_LOOKED_AT = 80
_NOT_SPACE = re.compile(r"\S")
_NEXT_WORD = re.compile(r"\W{0,9}([^\W_]+)(\.?)")
# A number, a code such as S1 or AB047639, a Roman number, a letter, or another abbreviation for "number".
_NUMBER_NEXT = re.compile(r"\s*[(§+#]?(?:\S*\d|[IVX]+\b|[A-Z]\b(?!['’])|[Nn](?:os?|r)\.)")
_OPENS_WORD = re.compile(r"[(\[“„‚«\"']")
_LETTER = re.compile(r"[^\W\d_]")
# `U.S`, `Ph.D`, `i.d.R`, and `z. B` with a space.
_DOTTED = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,3}")
_SPACED = re.compile(r"(?:^|[\s(])[^\W\d_]\.\s?[^\W\d_]$")
_LETTER_NEXT = re.compile(r"\s?[^\W\d_]\.")
# A reply says nothing without its reason: "No. Pictures are not kept."
_REPLY = re.compile(r"\s*(?:yes|no|ja|nein|oui|non|sí)", re.IGNORECASE)
_ENUMERATOR = re.compile(r"\s*\(?(?:\d{1,3}(?:\.\d{1,3})*|[A-Za-z]|[ivxIVX]{1,5})\)?")


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
    if not following or following.islower() or stop.group()[0] in "!?。！？؟।۔":
        # "Really?) he said": a question mark before a small letter is inside the sentence.
        return not following.islower()
    if not stop.group().startswith(".") or stop.group().startswith(".."):
        return True
    # No abbreviation is longer; the whole of a text without an end would be looked at again and again.
    before = text[max(start, stop.start() - _LOOKED_AT) : stop.start()]
    return not _runs_on(before, _last_word(before), text, stop.end(), following)


def _runs_on(before: str, word: str, text: str, at: int, following: str) -> bool:
    """Whether a full stop behind a word is one of an abbreviation, an initial or a number of an item."""
    if _REPLY.fullmatch(before):
        return True
    low = re.split("['’]", word.lower())[-1]  # l’art. 7
    if spaced := _SPACED.search(before):
        low = re.sub(r"[\s(]", "", spaced.group()).lower()  # d. h.
    if low in _BEFORE_NUMBER:
        return _NUMBER_NEXT.match(text, at) is not None
    if low in _RUNS_ON or _ENUMERATOR.fullmatch(before):  # "1. Open the app": the number opens an item
        return True
    opener = _NEXT_WORD.match(text, at)
    follower = opener[1].lower() if opener and not (len(opener[1]) == 1 and opener[2]) else ""
    if low in _MAY_END:
        return not following.isupper() or (low in _HOURS and follower in _DATES)
    if low in _NAMES or _DOTTED.fullmatch(word) or spaced:
        return follower not in _OPENERS
    if _LETTER.fullmatch(word):
        # "J. Smith", but "vitamin C. It is …"
        return follower not in _OPENERS if word.isupper() else _LETTER_NEXT.match(text, at) is not None
    return word.isdigit() and (_ORDINAL.search(before) is not None or (len(word) < 3 and follower in _MONTHS))


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
