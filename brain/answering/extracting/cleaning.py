"""A document's sentence made fit to stand in an answer: words are only ever taken away, never changed."""

import re

# "[12]", "[3, 4]", "[5] [6] [7]", "[47, [50] [51]": marks of a paper's reference list. In an answer
# they would look like the answer's own citations.
# Each blank is matched in one way only: a list of ports that is no reference would take for ever.
_REFERENCE = re.compile(
    r"\s*\[\s*\d{1,3}(?:\s*[,;–-]\s*(?:\[\s*)?\d{1,3}(?:\s*\])?)*\s*\](?:\s*,?\s*\[\s*\d{1,3}\s*\])*"
)
# "(7, 8)" is one too; "(9-17)" may be opening hours.
_BARE_REFERENCE = re.compile(r"(?<=[A-Za-z)])\s*\(\s*\d{1,3}(?:\s*,\s*\d{1,3})+\s*\)(?=[\s.,;]|$)")
_LABEL = re.compile(
    r"^(?:(?:abstract|background|objectives?|purpose|introduction|methods?|results?|findings|conclusions?"
    r"|discussion|summary|text|note|tip|answer|a)\s*:\s*)+",
    re.IGNORECASE,
)
_SHOUTED_LABEL = re.compile(r"^[A-Z][A-Z /&]{5,40}:\s+(?=[A-Z])")
_BULLET = re.compile(r"^\s*(?:[-*•–▪◦‣·]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+")
# Connectives that point to a sentence which the answer leaves out. Conditions ("if", "unless") stay.
_CONNECTIVE = re.compile(
    r"^(?:however|moreover|furthermore|additionally|in addition|therefore|thus|hence|interestingly|notably"
    r"|also|similarly|likewise|overall|finally|importantly|consequently|as a result|on the other hand"
    r"|in other words|that said|nevertheless|in fact|indeed|meanwhile|for example|for instance|in summary"
    r"|in conclusion"
    r"|in short|in general)\s*,\s*",
    re.IGNORECASE,
)
_SPACE_BEFORE = re.compile(r"\s+([.,;:!?])(?=[\s.,;:!?\"'”’)]|$)")  # not in "the .env file", "a dose of .5"
_PLAIN_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*(?=[\s,;]|:\s|$)")


def without_marks(sentence: str) -> str:
    """The sentence without bullet, reference marks and label."""
    text = _BARE_REFERENCE.sub("", without_references(_BULLET.sub("", sentence)))
    text = _SHOUTED_LABEL.sub("", _LABEL.sub("", text))
    return _SPACE_BEFORE.sub(r"\1", " ".join(text.split()))


def without_references(sentence: str) -> str:
    """The sentence without numbers in square brackets, which would look like the answer's own citations."""
    while (shorter := _REFERENCE.sub("", sentence)) != sentence:  # "[[1]2]" becomes "[2]"
        sentence = shorter
    return sentence


def opening(sentence: str) -> str:
    """The sentence without a connective to what came before it, capitalised (but not `iPhone`, `https://…`)."""
    text = _CONNECTIVE.sub("", sentence)
    while text and _CONNECTIVE.match(text):
        text = _CONNECTIVE.sub("", text)
    first = _PLAIN_WORD.match(text)
    return text[:1].upper() + text[1:] if first and first.group().islower() else text


def ended(sentence: str) -> str:
    """The sentence with a full stop where it has no end mark."""
    text = sentence.rstrip().rstrip(",;–—")
    if not text or text[-1] in ".!?…:" or (text[-1] in "\"'”’)" and text[-2:-1] in ".!?"):
        return text
    return text + "."
