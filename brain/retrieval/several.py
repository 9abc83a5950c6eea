"""The questions of a message that asks more than one: "When is pay day? And who do I ask if it's wrong?"."""

import re

from brain.answering.extracting.question_kind import core
from brain.retrieval.chatter import chatter_in
from brain.text.terms import content_words

_PIECE = re.compile(r".*?(?:\?+[\"')\]]*(?=\s|$)|$)", re.DOTALL)
_BEGINS = re.compile(
    r"(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|do|does|did|can|could|may|must|should|will"
    r"|would|has|have)\b",
    re.IGNORECASE,
)


def questions_in(text: str) -> tuple[str, ...]:
    """The questions one by one, with what leads to each; all of the text where it asks but one.

    One sentence that asks two things stays whole: halves of "what is X and how does it work" do worse.
    """
    pieces = (piece.strip() for piece in _PIECE.findall(text))
    found = [piece for piece in pieces if _asks(piece)]
    return tuple(found) if len(found) > 1 else (text,)


def _asks(piece: str) -> bool:
    if not content_words(piece) or chatter_in(piece) is not None:
        return False
    return piece.endswith("?") or bool(_BEGINS.match(core(piece)))
