"""A question that leans on the thread before it, made to stand alone: "and for part-timers?"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from brain.answering.extracting.question_kind import Wants, kind_of
from brain.domain import Turn
from brain.languages.english import ENGLISH
from brain.languages.language import Language
from brain.languages.telling import language_of
from brain.retrieval.chatter import without_chatter
from brain.retrieval.query import FromThread, Query
from brain.retrieval.shorthand import written_out
from brain.retrieval.substitution import substituted
from brain.text.folding import fold
from brain.text.sentences import sentence_spans
from brain.text.terms import content_stems, content_words, stem

# What a word counts that a question has only from the one before it. Much, where the follow-up brings no more
# than another case of the same ("and for interns?"); less, where it asks for something else of the same
# thing, or "and when do they expire?" gets the answer before it again; next to nothing, where it might as
# well be a new subject, but too short to tell two answers apart without the thread.
SAME_ASKED = 0.6
BARE_ASKED = 0.6
OTHER_ASKED = 0.3
PERHAPS_NEW = 0.12

# "and for …?", "why?", "what else?": only a question before makes it whole.
_OPENS_FOLLOW_UP = re.compile(
    r"^\s*(?:and|but|or|so|also|then|what about|how about|what if|same for|why not|why|how come"
    r"|since when|until when|from when|for how long|by when|who else|where else|what else|any others?|more"
    r"|else|really|for example)\b",
    re.IGNORECASE,
)
# Not whatever the case: IT is a department.
_POINTS_BACK = re.compile(
    r"\b(?:[Ii]ts?|[Tt]hey|[Tt]hem|[Tt]heirs?|[Tt]his|[Tt]hat|[Tt]hese|[Tt]hose|[Hh]e|[Ss]he|him|[Hh]er|[Hh]is|then"
    r"|instead|otherwise|(?:[Aa]|[Aa]nother|[Tt]he|[Tt]hat|[Tt]his|[Ww]hich)(?: \w+)? ones?|the former"
    r"|the latter)\b"
)
# What is taken away before a follow-up is looked at: "ok, and …".
_LEAD = re.compile(
    r"^\s*(?:(?:and|but|or|so|also|then|ok(?:ay)?|even|what about|how about|what if|same for)\b[\s,:]*)+",
    re.IGNORECASE,
)
# "no, I meant …", "sorry, I mean …": the question before, put right.
_CORRECTS = re.compile(
    r"^\s*(?:(?:(?:no|nope|nah|sorry|wait|oops|actually|well|ok(?:ay)?)\b[\s,.:!–-]*)*"
    r"i (?:actually |rather )?(?:mean|meant)\b[\s,:]*"
    r"|(?:no|nope|nah)\b(?:\s*[,.:!;–-]+\s*|\s+(?=(?:not|the|my|for|what|which|who|when|where|why|how)\b))(?=\w))"
    r"(?:not [^,;.]{1,60}[,;.]\s*(?:but )?)?",
    re.IGNORECASE,
)
# "of the pharmacy I mean", "not the first, the second": the same, said otherwise.
_MEANT = re.compile(
    r"[\s,]+i (?:actually )?(?:mean|meant)\b(?=[,.!?]|\s*$)|^not [^,;.]{1,60}[,;]\s*(?:but )?", re.IGNORECASE
)
# A question of its own begins with such a word; anything else is only a part of one.
_ASKS = re.compile(
    r"^\s*(?:(?:for|until|from|since|by|at|in|to|with|on|of) )?"
    r"(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|do|does|did|can|could|may|might|must|should"
    r"|shall|will|would|has|have|had|isn't|aren't|don't|doesn't|didn't|can't|won't|tell|show|list|explain"
    r"|describe|give)\b",
    re.IGNORECASE,
)
# "if I am ill", "nobody answers": no other case of a thing but a whole thought.
_CLAUSE = re.compile(
    r"\b(?:if|when|because|is|are|am|was|were|has|have|had|do|does|can|will|i|we|you|he|she|it|they|there|nothing"
    r"|nobody|someone|somebody)\b",
    re.IGNORECASE,
)
# "for interns?": the case that takes another's place.
_PREPOSITION = re.compile(
    r"^\s*(?:for|in|at|on|with|without|during|after|before|from|until)\s", re.IGNORECASE
)
# Words of a question. "It" in "does it rain", "that" in "the form that I need": only short ones point back.
_SHORT = 6
_VERY_SHORT = 2
_BARE = 4  # "how long then?": nothing to search for by itself
_PERHAPS = 3  # content words of a question that may go on with the thread without a sign of it
# "what is HEN", "what's a post-take round": it stands alone, short as it is.
_NAMED_THING = re.compile(r"^\s*[Ww]hat(?:['’]s| is| are) (?:an? \w|[\w-]*[A-Z\d][A-Z\d])")
_CITED = re.compile(r"\s*\[\d+\]")


@dataclass(frozen=True, slots=True)
class _Read:
    """A question of a thread as it is understood: `text` stands alone.

    `frame` is the question that a contrast varies: after "and for interns?" an "and for managers?" varies the
    question before both. Words that `own`, the question's own part, lacks
    count `share`; `lender` is the question that they are from.
    """

    text: str
    frame: str
    own: str
    share: float = 1.0
    lender: str = ""


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question with the words of the thread that it can't be understood without.

    By rules: it opens like a follow-up, or it is short and points back. Another case of what was asked takes
    the first one's place ("per diem for Norway", "and Sweden?"); else what the thread asked last (itself
    standing alone) is put before it.
    """
    return _read(written_out(question), _heard(history)).text


def in_thread(question: str, history: Sequence[Turn]) -> Query:
    """The query for a question of a thread: standing alone, the thread's words counting less than its own."""
    history = _heard(history)
    read = _read(written_out(question), history)
    if not read.lender:
        return Query.of(read.text)
    answer = _CITED.sub("", history[-1].answer)
    language = language_of(read.text)
    said = frozenset(frozenset(content_stems(answer[a:b], language)) for a, b in sentence_spans(answer))
    fresh = frozenset(content_stems(read.own, language)) - frozenset(content_stems(read.lender, language))
    hinted = read.lender if read.text == read.own and read.share == PERHAPS_NEW else ""
    return Query.of(read.text, FromThread(read.own, read.share, hinted, fresh, said))


def _heard(history: Sequence[Turn]) -> tuple[Turn, ...]:
    return tuple(Turn(written_out(turn.question), turn.answer) for turn in without_chatter(history))


def _read(question: str, history: Sequence[Turn]) -> _Read:
    """A question as its thread makes it understood: by itself, varied, or joined to the one before."""
    text = question.strip()
    if not history:
        return _Read(text, text, text)
    if (language := language_of(text)) is not ENGLISH:
        return _read_in(language, text, history)
    if not _leans(text):
        if 0 < len(content_words(text)) <= _PERHAPS and _ASKS.match(text):
            before = _read(history[-1].question, history[:-1])
            return _Read(text, text, text, PERHAPS_NEW, before.text)
        return _Read(text, text, text)
    before = _read(history[-1].question, history[:-1])
    corrects = _corrects(text)
    own = {stem(word) for word in content_words(text)}
    if own >= {stem(word) for word in content_words(before.text)}:
        return _Read(text, text, text)
    rest = _LEAD.sub("", _MEANT.sub("", _CORRECTS.sub("", text))).strip() or text
    if not _ASKS.match(rest):
        varied = "" if _CLAUSE.search(rest) else substituted(before.frame, rest)
        if varied:
            return _Read(varied, before.frame, varied, SAME_ASKED, before.frame)
        joined = f"{_bare(before.text if corrects else before.frame)} – {rest}"
        return _Read(joined, before.frame, rest, SAME_ASKED, before.frame)
    joined = f"{_bare(before.text)} – {rest}"
    share = OTHER_ASKED if Query.of(rest).terms and not corrects else BARE_ASKED
    return _Read(joined, joined, rest, share, before.text)


def _read_in(language: Language, text: str, history: Sequence[Turn]) -> _Read:
    """The same in another language, of which only the words that open a follow-up are known."""
    opens = language.follows.match(fold(text)) if language.follows else None
    if opens is None or len(content_words(text, language)) > _SHORT:
        return _Read(text, text, text)
    before = _read(history[-1].question, history[:-1])
    rest = text[opens.end() :].lstrip(" ,:") if fold(text[: opens.end()]) == opens.group() else text
    if kind_of(rest).wants is Wants.FACT:  # another case of what was asked
        return _Read(f"{_bare(before.frame)} – {rest}", before.frame, rest, SAME_ASKED, before.frame)
    joined = f"{_bare(before.text)} – {rest}"
    return _Read(joined, joined, rest, OTHER_ASKED, before.text)


def _bare(question: str) -> str:
    """What a follow-up is put behind: of a long thread what it began with and what was asked last."""
    first, *others = question.split(" – ")
    return " – ".join([first, *others[-1:]]).strip().rstrip("?!. ")


def _corrects(question: str) -> bool:
    return bool(_CORRECTS.match(question) or _MEANT.search(question))


def _leans(question: str) -> bool:
    words = content_words(question)
    if len(words) <= _VERY_SHORT and _OPENS_FOLLOW_UP.match(question):
        return True
    if re.match(r"^\s*(?:and|but|or|even|what about|how about|what if|same for)\b", question, re.IGNORECASE):
        return True
    if _corrects(question):
        return True
    if _NAMED_THING.match(question):
        return False
    if len(words) <= _VERY_SHORT and question.rstrip().endswith("?") and not _ASKS.match(question):
        return True  # "every day?"
    if len(words) <= _SHORT and _POINTS_BACK.search(question):
        return True
    if len(words) <= _PERHAPS and _PREPOSITION.match(question) and not _ASKS.match(question):
        return True
    return len(words) <= 1 and len(question.split()) <= _BARE
