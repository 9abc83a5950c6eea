"""Subjects of sentences, found without a parser: what stands before the verb, if it is plain enough."""

import re

from brain.text.terms import content_stems
from brain.tuning.data.wording import VAGUE, Letters, first_person

_LONGEST = 7  # words
_OPENS_WRONG = re.compile(
    r"^(?:in|on|at|for|from|by|with|without|to|of|as|if|when|while|once|after|before|during|until|since"
    r"|because"
    r"|although|though|and|but|or|so|then|not|only|even|also|yet|however|there|here|what|who|which|where"
    r"|why|how"
    r"|both|some|most|many|few|several|all of|none|nobody|nothing|everything|everyone|anyone|someone|one of"
    r"|each of"
    r"|now|today|please|note|see|i|we|you|per|under|over|above|below|between|unless|whether|either|neither"
    r"|another"
    r"|no|instead|like|unlike|given|based|such|less|more|another|let|thus|hence|otherwise|our|we['’]|i['’]"
    r"|you['’])\b",
    re.IGNORECASE,
)
_LISTED = re.compile(r"^,(?: [\w'’-]+){1,4},? (?:and|or)\b|^,(?: [\w'’-]+){1,4},(?: [\w'’-]+){1,4},")
# A heading that runs on into the sentence below it: "Sequential tools Some tasks".
_GLUED = re.compile(
    r" (?:Some|The|This|If|You|When|In|An?|To|For|We|It|All|These|Your|Each|Every|Many|Most) "
)
_HOLDS_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|being|has|have|had|do|does|did|can|could|may|might|must|shall|should"
    r"|will|would"
    r"|that|which|who|whom|whose|if|when|because|not|don['’]t|doesn['’]t|isn['’]t|to|you|we|they|means|says"
    r"|shows)\b|['’](?:s|re|ve|ll) (?:a|the|not)\b",
    re.IGNORECASE,
)


def is_subject(text: str) -> bool:
    """Whether this is a noun phrase that names something by itself."""
    found = text.split()
    return (
        1 <= len(found) <= _LONGEST
        and not _OPENS_WRONG.match(text)
        and not _HOLDS_VERB.search(text)
        and not VAGUE.search(text)
        and not _GLUED.search(text)
        and bool(content_stems(text))
        and not re.search(r"[\"“”/\d%$€£]\S*$|[.!?]| [-–—]", text)
        and not found[-1].lower().endswith(("ly",))
        and found[-1].lower()
        not in ("and", "or", "of", "the", "a", "an", "also", "only", "still", "now", "then", "often")
    )


def subject(text: str, letters: Letters) -> str:
    """The subject as it stands inside of a question."""
    return first_person(letters.inside(text))


def shortened(text: str, limit: re.Pattern[str]) -> str:
    """The text up to where a further clause begins."""
    found = limit.search(text)
    if found and _LISTED.match(text[found.start() :]):
        return ""  # cut in the middle of a list, it would ask for another thing
    return plain_rest(text[: found.start()] if found else text)


def plain_rest(text: str) -> str:
    """A sentence's rest fit to end a question; empty where it isn't."""
    rest = text.strip().rstrip(".!,;:").strip()
    if VAGUE.search(rest) or re.search(r"[()\"“”:;\[\]]", rest):
        return ""
    if re.search(
        r"\b(?:and|or|of|the|a|an|to|in|on|at|for|by|with|from|than|as|also|about|be|been|is|are|more|less"
        r"|not|\w+ly)$",
        rest,
    ):
        return ""
    return rest
