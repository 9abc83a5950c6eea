"""What the documents are asked for a ticket: its own question, made to stand alone."""

import re
from collections.abc import Sequence

from brain.answering.extracting.question_kind import core
from brain.domain import Turn
from brain.retrieval.followup import standalone
from brain.text.pronouns import points_back
from brain.text.terms import content_stems
from brain.triage.domain import Message, Said
from brain.triage.prose import said, said_by_machines, short
from brain.triage.summarising import problem

_QUESTION = re.compile(r"\?[\"')\]]*\s*$")
_REQUEST = re.compile(
    r"^(?:please|(?:can|could|would|will) (?:you|someone|somebody|anyone|i|we)"
    r"|how|what|which|where|when|who|why"
    r"|is|are|do|does|may|must|should)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(r"(?:how|what|which|where|when|who|why)\b", re.IGNORECASE)
# What goes before a question and is no part of it: "Hi team, …", "No hurry: …".
_LEAD_IN = re.compile(
    r"^(?:(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|hallo|bonjour)"
    r"(?: (?:all|team|everyone|everybody|folks|there))?[,!.:]+"
    r"|(?:no (?:hurry|rush)|not urgent|urgent|dringend|eilt nicht|pas urgent)[,!.:–-]+)\s*(?=\w)",
    re.IGNORECASE,
)
# Words that every ticket may end with: "can anyone help?", "any ideas how to fix this?".
_EVERYONES = frozenset(
    content_stems(
        "help someone anyone somebody anybody idea know fix solve look check please thanks advise advice"
        " wer kann mir uns jemand helfen bitte peut aider comment faire aide"
        " happen wrong make possible need want tell sort appreciate problem issue going"
    )
)


def question_for_documents(messages: Sequence[Message]) -> str:
    """One question or statement of trouble that stands alone; empty where nobody said anything.

    The question of whoever began the thread, together with the trouble that it leans on; where the question
    says nothing of its own ("can anyone help?"), the trouble itself.
    """
    all_said = said(messages) or said_by_machines(messages)
    if not all_said:
        return ""
    opener = messages[all_said[0].message].author
    own = [short(one) for one in all_said if messages[one.message].author == opener]
    trouble = problem(own)
    asked = _question(own)
    if asked is None or asked == trouble:
        return _core(trouble)
    telling = len(_telling(asked.text))
    if telling > 2 and _ASKS.match(_core(asked)) and not points_back(asked.text):
        return _core(asked)
    if telling <= 1:
        return f"{_core(trouble).rstrip('?!. ')} – {_core(asked)}"
    return standalone(_core(asked), (Turn(_core(trouble), ""),))


def _core(quote: Said) -> str:
    return core(_LEAD_IN.sub("", quote.text.strip()))


def _question(own: Sequence[Said]) -> Said | None:
    """The question that tells most, the first of equals; requests count where nothing is asked."""
    for is_asked in (_QUESTION, _REQUEST):
        asked = [one for one in own if is_asked.search(one.text) and _telling(one.text)]
        if asked:
            return max(asked, key=lambda one: min(len(_telling(one.text)), 4))
    return None


def _telling(text: str) -> set[str]:
    return set(content_stems(core(text))) - _EVERYONES
