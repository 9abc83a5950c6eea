"""What the words of a chat's message ask for, whatever the platform: a verb, a triage, nothing at all."""

import re

from bots.desk.domain import SMALL_TALK, Attachment, Final
from brain.errors import UsageError

# Written alone to the bot, these are verbs; with more words after them they may begin a question.
_ALONE = frozenset({"help", "why", "status", "documents", "gaps", "spaces", "undo", "history"})
_NO_QUESTIONS = ("why", "undo")  # of these, what ends in a question mark asks something
_POLITELY = re.compile(r"(?:please,? )?([a-z]+)(?:,? please)?([.!?]*)")
_ON_A_PROPOSAL = ("confirm", "cancel", "space")
_AMONG_PEOPLE = re.compile(
    r"(?:ok(?:ay)?|yes|no|hm+|well|sure|thanks)?[,. ]*"
    r"(?:let me|let['’]?s|let us|i['’]ll|i will|we['’]ll|we will|i think|i guess|i believe|i suppose"
    r"|i['’]ve (?:already )?(?:asked|told|sent|done|fixed|added)|he|she|they|thank)\b[^?]*$",
    re.IGNORECASE | re.DOTALL,
)
_TRIAGE = re.compile(r"triage(?: this| it)?(?: please)?[.!]?|triage #?(\d+)|triage (list)", re.IGNORECASE)


def asked_to_triage(words: str) -> str | None:
    """What follows `triage` where the words are that command: nothing, `list` or a number; else None."""
    found = _TRIAGE.fullmatch(" ".join(words.split()))
    return (found[1] or (found[2] or "").lower()) if found else None


def verb_alone(words: str) -> str:
    """The verb, where the words are one and nothing more, such as `status` or `Help!`; otherwise nothing."""
    found = _POLITELY.fullmatch(" ".join(words.lower().split()))
    if found is None or found[1] not in _ALONE or ("?" in found[2] and found[1] in _NO_QUESTIONS):
        return ""
    return found[1]


def turn_of(action: str, ref: str) -> str:
    """What presses have in common that are worked off one after the other.

    Those of one button; and all on a proposal, so that a Confirm doesn't overtake the choice of a space.
    """
    return f"press:{'proposal' if action in _ON_A_PROPOSAL else action}:{ref}"


def goes_unsaid(part: Final, words: str) -> bool:
    """Whether a refusal is nobody's: to words in a thread that were not put to the bot by name.

    Small talk ("Thanks!"), and what people tell each other ("Let me check with Kim tomorrow").
    """
    refusal = part.answer.refusal
    return refusal is not None and (refusal.reason in SMALL_TALK or bool(_AMONG_PEOPLE.match(words.strip())))


def as_document(text: str, name: str, link: str) -> Attachment:
    """A message of the chat as a document that cites it; `name` tells it from others.

    Raises UsageError where it holds no words.
    """
    if not text.strip():
        raise UsageError("That message holds no words that I could add: add one with words or files.")
    title = " ".join(text.split())[:80] or "Message"
    return Attachment(f"message-{name}.md", f"# {title}\n\n{text.strip()}\n".encode(), link)
