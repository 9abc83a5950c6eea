"""What a question asks for, read from its words: it decides how long an answer is and what it must hold."""

import re
from dataclasses import dataclass
from enum import StrEnum

from brain.languages.english import ENGLISH
from brain.languages.language import Language
from brain.languages.telling import language_of
from brain.text.folding import fold


class Wants(StrEnum):
    """The kind of thing that answers a question."""

    YES_NO = "yes or no"
    NUMBER = "number"
    TIME = "time"
    PERSON = "person"
    PLACE = "place"
    LIST = "list"
    STEPS = "steps"
    REASON = "reason"
    FACT = "fact"


@dataclass(frozen=True, slots=True)
class QuestionKind:
    """`narrow` questions are answered by a few words, the others by sentences; `language` is theirs."""

    wants: Wants
    narrow: bool
    language: Language = ENGLISH


# They are tried in the order of kind_of(), and the first that fits decides: "how many" before "how".

# "hi, …", "quick question: …"
_COURTESY = re.compile(
    r"^\s*(?:hi|hello|hey|please|sorry|excuse me|quick question|question)\b[\s,:!.-]*", re.IGNORECASE
)
# "can you tell me …", "do you know whether …": what is asked comes behind it.
_ASIDE = re.compile(
    r"^\s*(?:(?:can|could|would|will) (?:you|someone|anyone|somebody)(?: please)? (?:tell|explain|show"
    r"|remind|help)"
    r"(?: me| us)?|(?:do|does) (?:you|anyone|anybody|someone) know|i(?:'d| would) like to know|i want to know"
    r"|tell me|according to [^,]+,)\s*(?:about\s+|(?P<whether>if|whether)\s+)?",
    re.IGNORECASE,
)
# "if I am ill abroad, who …": the case comes first, and what is asked behind the comma.
_CONDITION = re.compile(
    r"^(?:when|if|while|after|before|once)\b[^,?]+,\s*(?=(?:and\s+)?(?:what|how|which|who|why|where|is|are|do|does|can|should)\b)",
    re.IGNORECASE,
)
# "may I …", "does it …": yes or no.
_AUXILIARY = re.compile(
    r"^(?:is|are|am|was|were|do|does|did|can|could|may|might|must|should|shall|will|would|has|have|had"
    r"|isn't|aren't|don't|doesn't|can't|won't)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\bhow (?:many|much|often|frequently|regularly|old|far|large|big|tall|high|heavy|fast|long|wide|deep)\b"
    r"|\bwhat(?:'s| is| was| are| were)? (?:the |our |my )?(?:\w+ ){0,3}?(?:number|percentage|proportion"
    r"|rate|ratio"
    r"|share|fraction|price|cost|amount|limit|maximum|minimum|size|length|weight|height|width|budget|salary"
    r"|allowance|fee|fine|temperature|voltage|range|total|average|age|mileage|phone number|extension)\b"
    # the amount itself is asked for, not something named by it ("what weight management services")
    r"(?=\s*(?:[?,.;]|$|(?:of|for|in|on|to|per|at|by|from|is|are|was|were|do|does|did|can|may|must|should|will"
    r"|has|have|that|when|with|during|after|before|under|between)\b))"
    r"|^(?:and )?what (?:do|does|did|will|would|should) [^,?]*\b(?:cost|weigh|earn|pay)\b"
    r"|\b(?:at|to|in|by|of) what (?:percentage|proportion|rate|price|temperature|percent)\b"
    r"|\bwhat (?:percentage|percent|proportion)\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"^(?:and )?(?:(?:until|till|since|from|by) )?when\b|\bwhat (?:time|date|day|year|month|hours)\b"
    r"|\bhow (?:soon|early|late|quick(?:ly)?)\b|\bhow long\b|\bby when\b"
    r"|\b(?:deadline|due date|opening hours)\b|\bin (?:what|which) (?:year|month)\b|, when\b",
    re.IGNORECASE,
)
_PERSON = re.compile(r"^(?:to |by |for |with )?(?:who|whom|whose)\b|\bwhat person\b|, who\b", re.IGNORECASE)
_PLACE = re.compile(
    r"^(?:from |to )?where\b|\bwhat (?:place|city|country|room|address|location)\b|, where\b", re.IGNORECASE
)
_REASON = re.compile(
    r"^why\b|\bwhat (?:is|was|are) the (?:reason|cause|purpose|point)s?\b|^how come\b", re.IGNORECASE
)
_STEPS = re.compile(
    r"^how (?:do|does|can|could|should|would|to|is|are|did|has|have)\b|\bwhat (?:steps|is the process"
    r"|should)\b|\bwhat (?:do|must) (?:i|we|you|they|people) (?:have to |need to )?(?:do|need)\b"
    r"|\bwhat now\b|\bhow to\b",
    re.IGNORECASE,
)
# Told of a mishap ("I spilled coffee over my laptop"), one wants to know what to do.
_TROUBLE = re.compile(r"^(?:i|we|my|our)\b(?!.*\?$)", re.IGNORECASE)
_LIST = re.compile(
    r"^(?:what|which) (?:\w+ )?(?:are|were)\b|^(?:list|name|describe|explain|give|summari[sz]e|compare)\b"
    r"|\bwhat (?:kinds|types|sorts|services|options"
    r"|benefits|factors|tips|responsibilities|steps|measures|requirements|documents|differences)\b"
    r"|\bexamples of\b",
    re.IGNORECASE,
)
# "list all …": of what was found, the person is told that there may be more.
_ALL = re.compile(r"\b(?:all|every|everyone|everybody|everything|each|complete|full|list)\b", re.IGNORECASE)


def wants_all(question: str) -> bool:
    """Whether a whole list is asked for: `list the plans`, `what are all the holidays`."""
    return kind_of(question).wants is Wants.LIST and bool(_ALL.search(question))


def core(question: str) -> str:
    """The question without greeting, courtesy and frame: `hi, can you tell me who …` asks `who …`."""
    text = question.strip()
    for pattern in (_COURTESY, _ASIDE, _COURTESY):
        shorter = pattern.sub("", text, count=1).strip()
        text = shorter or text
    return text


def kind_of(question: str) -> QuestionKind:
    """What the question asks for; a FACT where no rule knows better.

    A follow-up behind a dash, as `standalone` joins it, asks for its own thing: `… leave – who approves it?`.
    """
    own = question.rpartition(" – ")[2]
    if own != question and (kind := kind_of(own)).wants is not Wants.FACT:
        return kind
    if (language := language_of(question)) is not ENGLISH:
        return _kind_in(language, core(question))
    text = _CONDITION.sub("", core(question))
    if _AUXILIARY.match(text) or _asks_whether(question):
        return QuestionKind(Wants.YES_NO, narrow=False)
    if _REASON.search(text):
        return QuestionKind(Wants.REASON, narrow=False)
    if _NUMBER.search(text):
        return QuestionKind(Wants.NUMBER, narrow=True)
    if _TIME.search(text):
        return QuestionKind(Wants.TIME, narrow=True)
    if _PERSON.search(text):
        return QuestionKind(Wants.PERSON, narrow=True)
    if _PLACE.search(text):
        return QuestionKind(Wants.PLACE, narrow=True)
    if _LIST.search(text):
        return QuestionKind(Wants.LIST, narrow=False)
    if _STEPS.search(text) or _TROUBLE.search(text):
        return QuestionKind(Wants.STEPS, narrow=False)
    return QuestionKind(Wants.FACT, narrow=bool(re.match(r"^(?:what|which)\b", text, re.IGNORECASE)))


def _kind_in(language: Language, question: str) -> QuestionKind:
    """What a question of another language asks for; a FACT where its rules aren't known."""
    asks, text = language.asks, fold(question).strip()
    if asks is None:
        return QuestionKind(Wants.FACT, narrow=True, language=language)
    for wants, asked, narrow in (
        (Wants.YES_NO, asks.yes_no, False),
        (Wants.REASON, asks.reason, False),
        (Wants.TIME, asks.time, True),
        (Wants.NUMBER, asks.number, True),
        (Wants.PERSON, asks.person, True),
        (Wants.PLACE, asks.place, True),
        (Wants.LIST, asks.listed, False),
        (Wants.STEPS, asks.steps, False),
    ):
        if asked.search(text):
            return QuestionKind(wants, narrow, language)
    return QuestionKind(Wants.FACT, bool(asks.narrow.search(text)), language)


def _asks_whether(question: str) -> bool:
    frame = _ASIDE.match(_COURTESY.sub("", question, count=1))
    return bool(frame and frame["whether"])
