"""Questions for the gist: "summarise the travel policy", "what does the handbook say about overtime?"."""

import re
from dataclasses import dataclass

from brain.text.terms import content_words


@dataclass(frozen=True, slots=True)
class OverviewWanted:
    """What is to be told of in short: a `topic`, all of a `document` that is named, or the one in the other.

    Not `sure`: the words ask for the gist only if they name a document ("what is the travel policy about?").
    """

    document: str = ""
    topic: str = ""
    sure: bool = True


LONGEST = 200  # characters; what is longer tells a story
_NAME = 8  # words of another thing's name
_ASKS = re.compile(
    r"(?:what|which|who|when|where|why|how|is|are|do|does|did|can|could|may|must|should|will)\b", re.I
)
# Pieces that the patterns below are made of: "please can you give me", "a short", "summary", "summarise".
_COURTESY = (
    r"(?:(?:hi|hello|hey|please|pls|so|ok(?:ay)?|and|also|now|then|quick question)\b[\s,:!.–-]*"
    r"|(?:can|could|would|will) (?:you|someone|anyone|somebody)(?:,? (?:please|quickly|briefly))* "
    r"|(?:i(?:'d| would) like|i (?:want|need)|we need|is there|do you have|have you got) "
    r"|(?:give|get|send|write|show|make|tell|provide)(?: me| us)? )*"
)
# "… in three bullet points, please"
_AFTERTHOUGHT = re.compile(
    r"[\s,]*\b(?:please|pls|plz|thanks|thank you|thx|for me|for us|quickly|briefly"
    r"|(?:with|in|as) (?:a few|two|three|four|five|\d+|bullet|short) ?"
    r"(?:bullets?|points?|sentences?|lines?|words?))"
    r"\s*$",
    re.I,
)
_SHORT = r"(?:(?:very )?(?:short|brief|quick|rough|concise|little|high[- ]level|general|one[- ]line) )*"
_GIST = (
    r"(?:summary|overview|outline|recap|run-?down|synopsis|digest|gist|tl;? ?dr|short version|highlights"
    r"|essentials|basics"
    r"|(?:key|main|most important|essential) (?:points?|facts?|things|takeaways|ideas?|rules|messages?))"
)
_VERB = r"(?:summari[sz]e|summari[sz]ing|sum up|recap|outline|condense|tl;? ?dr)"
_DOCUMENTS = (
    r"(?:our|your|the|all|any|these|those)?\s*(?:own )?"
    r"(?:documents|docs|files|papers|pages|documentation|materials?)"
)
_SAYS = r"(?:says?|said|written|stated|know|tell (?:me|us)|states?|mentions?|have)"
_ON = r"(?:about|on|regarding|concerning)"
# "summarise the travel policy", "a short overview of …", "the travel policy in a nutshell"
_WHOLE = (
    re.compile(rf"{_COURTESY}{_VERB}\W+(?:up |of |on |about |for |what(?: is|'s) in )?(?P<of>.+)", re.I),
    re.compile(
        rf"{_COURTESY}(?:what(?:'s| is| are) )?(?:an? |the |some )?{_SHORT}{_GIST}"
        r"(?:\s*:\s*| (?:of|on|about|for|from|in|to|over|regarding) )(?P<of>.+)",
        re.I,
    ),
    re.compile(
        rf"{_COURTESY}(?!(?:what|who|when|where|why|how|which)\b)(?P<of>[^,?]{{3,80}}?)[\s,:–-]+"
        rf"(?:an? |the )?{_SHORT}(?:{_GIST}|summari[sz]ed|in a nutshell|in short|in brief|at a glance)",
        re.I,
    ),
)
# "what do our documents say about overtime?", "everything about overtime"
_TOPIC = (
    re.compile(
        rf"{_COURTESY}what (?:do|does|did|can|is|'s|has|have)? ?"
        rf"(?:we|you|citewise|the company|there|{_DOCUMENTS})? ?(?:already )?(?:to )?{_SAYS}"
        rf" (?:in {_DOCUMENTS} )?{_ON} (?P<topic>.+)",
        re.I,
    ),
    re.compile(
        rf"{_COURTESY}(?:everything|anything|all) (?:that )?(?:(?:we|you) (?:have|know|say) )?(?:about|on)"
        r" (?P<topic>.+)",
        re.I,
    ),
)
# "what does the handbook say about overtime?"
_SAID_IN = re.compile(
    rf"{_COURTESY}what (?:do|does|did) (?P<document>(?!(?:it|he|she|they|this|that)\b)[^,?]{{2,60}}?)"
    rf" (?:say|state|tell (?:me|us)|mention|specify|prescribe) {_ON} (?P<topic>.+)",
    re.I,
)
# "what's in the handbook?", "tell me about the handbook": only where it names a document.
_IF_NAMED = re.compile(
    rf"{_COURTESY}(?:what(?:'s| is)(?: all)? (?:in|inside) (?P<in>.+)"
    r"|what(?:'s| is) (?P<about>.+?) (?:all )?about"
    r"|what (?:do|does) (?P<say>.+?) (?:say|regulate|deal with)"
    r"|(?:tell )?(?:me |us )?(?:all |everything |more |something )?about (?P<tell>.+))",
    re.I,
)
# "and what does it say about overtime?"
_IT_SAYS = re.compile(
    rf"(?:and )?what (?:do|does) (?:it|that|this|they) (?:say|state|mention|tell me) {_ON} (?P<topic>.+)",
    re.I,
)
_PART = r"(?:section|chapter|part|paragraph)s?"
# "the overtime section of the handbook", "the section on overtime in the handbook"
_PART_OF = re.compile(
    rf"(?:the )?(?:(?P<first>.+?) {_PART}|{_PART} (?:on|about|called|named|of|for) (?P<second>.+?))"
    r" (?:of|in|from) (?P<document>.+)",
    re.I,
)
_A_PART = re.compile(
    rf"(?:the )?(?:(?P<first>.+?) {_PART}|{_PART} (?:on|about|called|named|of) (?P<second>.+))", re.I
)
# "… of what we offer for bikes"
_CLAUSE = re.compile(
    r"(?:what|everything|all|anything) (?:that )?(?:we|you|they|there|the company|our \w+) \w+"
    r" (?:for|about|on|regarding|to|with) (?P<topic>.+)",
    re.I,
)
# "summarise this": the thread, and no document.
_POINTS = re.compile(
    r"(?:it|this|that|these|those|them|all|everything|yourself|what you (?:just )?said"
    r"|(?:the|your|this|that|my|our) (?:last |above |previous )?"
    r"(?:answer|message|chat|conversation|thread|question|reply))\b",
    re.I,
)


def overview_wanted(question: str) -> OverviewWanted | None:
    """What is to be told of in short; None where something else is asked.

    Behind a dash ("summarise the travel policy – the handbook") a follow-up asks it of another thing.
    """
    frame, dash, own = question.rpartition(" – ")
    if dash and (before := overview_wanted(frame)):
        return _of_another(before, _bare(own))
    text = _bare(question)
    if len(text) > LONGEST:
        return None
    if said := _SAID_IN.fullmatch(text):
        document, topic = said["document"].strip(), said["topic"].strip()
        if re.fullmatch(rf"(?:we|you|i|people|{_DOCUMENTS})", document, re.IGNORECASE):
            return _wanted(topic=topic)
        return _wanted(document, topic)
    for pattern in _TOPIC:
        if found := pattern.fullmatch(text):
            return _wanted(topic=found["topic"].strip())
    for pattern in _WHOLE:
        if (found := pattern.fullmatch(text)) and not _POINTS.match(found["of"]):
            return _whole(found["of"].strip())
    if found := _IF_NAMED.fullmatch(text):
        name = next(part for part in found.groups() if part)
        return None if _POINTS.match(name) else _wanted(name.strip(), sure=False)
    return None


def _of_another(before: OverviewWanted, own: str) -> OverviewWanted | None:
    if (says := _IT_SAYS.fullmatch(own)) and before.document:
        return _wanted(before.document, says["topic"])
    if len(own.split()) > _NAME or _ASKS.match(own):
        return None
    return _wanted(before.document, own) if before.topic else _wanted(own, sure=before.sure)


def _bare(question: str) -> str:
    text = " ".join(question.split()).replace("’", "'").strip(" ?!.")
    while (shorter := _AFTERTHOUGHT.sub("", text).strip(" ?!.,")) != text and content_words(shorter):
        text = shorter
    return text


def _whole(of: str) -> OverviewWanted | None:
    if clause := _CLAUSE.fullmatch(of):
        return _wanted(topic=clause["topic"].strip())
    if part := _PART_OF.fullmatch(of):
        return _wanted(part["document"].strip(), (part["first"] or part["second"]).strip())
    if part := _A_PART.fullmatch(of):
        return _wanted((part["first"] or part["second"]).strip())
    return _wanted(of)


def _wanted(document: str = "", topic: str = "", *, sure: bool = True) -> OverviewWanted | None:
    named = content_words(document) or content_words(topic)
    return OverviewWanted(document, topic, sure) if named else None
