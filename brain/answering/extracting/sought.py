"""What an answer must hold to be one: money for a price, weeks for "how many weeks", a time for "when"."""

import re
from dataclasses import dataclass

from brain.answering.extracting.question_kind import QuestionKind, Wants, core, kind_of
from brain.answering.extracting.typed import has_type, names_number
from brain.languages.english import ENGLISH
from brain.languages.language import Compounds
from brain.text.folding import fold
from brain.text.reading import joined
from brain.text.terms import content_stems

_ASKS_MONEY = re.compile(
    # "how much sick leave" asks for leave; money is what "how much" asks for with nothing else behind it
    r"\bhow (?:much (?:do|does|did|is|are|was|were|will|would|money|pay|extra)\b|much\s*(?:$|[?,.])"
    r"|expensive\b)"
    r"|\bwhat (?:does|do|did|will|would) .*\bcost\b|\b(?:price|salary|fee|cost)s? (?:of|for|is|are)\b"
    r"|\bwhat(?:'s| is| was| are| were) the (?:\w+ ){0,2}(?:price|salary|fee|cost)\b",
    re.IGNORECASE,
)
# A currency, "free", a percentage, or a price with a figure behind it.
_SHOWS_MONEY = re.compile(
    r"[€$£¥]|\b(?:eur|usd|gbp|chf|euros?|dollars?|pounds?|cents?|francs?|free|nothing|no charge)\b|\d\s?%"
    r"|\b(?:price|cost|fee)s?\b.*\d",
    re.IGNORECASE,
)
# A table's header that makes the figures below it money.
_MONEY_COLUMN = re.compile(
    r"[€$£¥]|\b(?:eur|usd|gbp|chf|euros?|dollars?|pounds?|prices?|costs?|fees?|retail|amount|pay|salary|rate)\b",
    re.IGNORECASE,
)
_FUNCTION_WORD = (
    r"(?:do|does|did|is|are|was|were|can|could|may|might|must|should|shall|will|would|has|have|had|am"
    r"|of|in|on|at|for|per|to|from|with|by|under|there|i|we|you|they|he|she|it|the|a|an|my|our|your|their)\b"
)
# "how many vacation days do": what is counted are days; "how many people work" may count either.
_COUNTED = re.compile(
    rf"\bhow many ((?:(?!{_FUNCTION_WORD})[\w-]+[ ]?){{1,3}})(?P<end>(?={_FUNCTION_WORD}))?",
    re.IGNORECASE,
)
_HOW_MUCH = re.compile(r"\bhow\b|\bwhat (?:percentage|percent|proportion)\b", re.IGNORECASE)
# These ask for a time, though they begin with "how", as what is counted does.
_HOW_LONG = re.compile(
    r"\bhow (?:long|soon|often|frequently|regularly|early|late|quick(?:ly)?"
    r"|far (?:ahead|in advance|before|back)"
    r"|much (?:notice|time|longer|warning))\b",
    re.IGNORECASE,
)
NEAR = 3  # words to either side of what is counted, where its number must stand
HEAD = 4  # letters in which two compounds end alike, such as those of days
# Beside what is counted: then its number may stand further on ("the number of ports that … is 312").
_NUMBER_OF = re.compile(r"\b(?:number|count|total|\w*zahl|nombre|numero|cantidad)\b")
# "Which header tells how many seconds to wait?" asks for the header.
_OF_ANOTHER = re.compile(r"(?:(?:in|on|at|by|from|to) )?(?:which|what|who|where)\b", re.IGNORECASE)
_TIMES = frozenset(content_stems("times"))  # "how many times": nothing is called a time


@dataclass(frozen=True, slots=True)
class Sought:
    """What a question wants to be told, as far as it can be seen in a sentence.

    `told_beside`: it asks for the thing that tells how many, not for the number.
    """

    kind: QuestionKind
    money: bool
    counted: frozenset[str]
    told_beside: bool = False

    def in_sentence(self, text: str, stems: frozenset[str], header: str) -> bool:
        """Whether it stands in the text of a sentence or row, `stems` its own and its table header's."""
        if self.money:
            says = self.kind.language.says
            if says and (says.money.search(fold(text)) or says.money.search(fold(header))):
                return True
            in_column = _MONEY_COLUMN.search(header) and re.search(r"\d", text)
            return bool(_SHOWS_MONEY.search(text) or in_column)
        if self.counted and not (self._counts(stems) and (self.told_beside or self._numbered(text, header))):
            return False
        return self.told_beside or has_type(self.kind, text)

    def _numbered(self, text: str, header: str) -> bool:
        """Whether a number stands near what is counted: "28 days", not "by the end of the day".

        It may stand further on in "the number of days", and behind the colon of "days (in a year): 28".
        """
        if "\t" in text or header:
            return True
        words = text.split()
        language = self.kind.language
        for at, word in enumerate(words):
            if self._counts(frozenset(content_stems(word, language))):
                near = " ".join(words[max(0, at - NEAR) : at + NEAR + 1])
                told = text if _NUMBER_OF.search(fold(near)) else near
                if names_number(told, language):
                    return True
        label, _, said = text.partition(": ")
        first = " ".join(said.split()[:2])  # "1,480", "about 1,480"
        return self._counts(frozenset(content_stems(label, language))) and names_number(first, language)

    def _counts(self, stems: frozenset[str]) -> bool:
        if self.kind.language.compounds is not Compounds.JOINED:
            return bool(self.counted & stems)
        # "wie viele Urlaubstage": of days ("28 Tage", "28 Arbeitstage"), or of Urlaub
        return any(
            one == stem
            or (len(stem) > 2 and one.endswith(stem))
            or joined(stem, one)
            or joined(one, stem)
            or (len(stem) > HEAD and one[-HEAD:] == stem[-HEAD:])
            for one in self.counted
            for stem in stems
        )


def sought(question: str) -> Sought:
    """What the question wants to be told."""
    own = core(question.rpartition(" – ")[2] or question)
    kind = kind_of(question)
    if kind.language is not ENGLISH:
        return _sought_in(kind, fold(own))
    money = kind.wants is Wants.NUMBER and bool(_ASKS_MONEY.search(own))
    counted = _COUNTED.search(own)
    if _HOW_LONG.search(own) and kind.wants is Wants.NUMBER:
        kind = QuestionKind(Wants.TIME, narrow=True)
    elif kind.wants is Wants.NUMBER and not (money or _HOW_MUCH.search(own)):
        kind = QuestionKind(Wants.FACT, narrow=True)  # "what is the allowed amount" may ask what that is
    stems = content_stems(counted[1]) if counted else []
    if counted and counted["end"] is not None:
        stems = stems[-1:]  # the head of an English compound is its last word
    told_beside = bool(counted and _OF_ANOTHER.match(own))
    return Sought(kind, money, frozenset(stems) - _TIMES, told_beside)


def _sought_in(kind: QuestionKind, question: str) -> Sought:
    """What a folded question of another language wants to be told."""
    asks = kind.language.asks
    if asks is None or kind.wants is not Wants.NUMBER:
        return Sought(kind, False, frozenset())
    counted = asks.counted.search(question)
    stems = content_stems(counted[1], kind.language) if counted else []
    return Sought(kind, bool(asks.money.search(question)), frozenset(stems))
