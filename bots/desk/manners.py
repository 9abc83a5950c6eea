"""What every chat door says and lets be in the same way, whatever the platform."""

import re

from bots.desk.cards import Card
from bots.desk.parts import Attachment, Final
from brain.catalog.inbox import TurnedAway
from brain.domain import RefusalReason
from brain.errors import UsageError

MORE = Card("I can tell you more in a direct message", "Ask me the same there.")
FOLLOWS = "(Quotes; a written answer follows.)"
TURNED_AWAY = {
    TurnedAway.BUSY: Card(
        "I am busy",
        "More people ask at the moment than I can answer. Please ask again in a few minutes.",
    ),
    TurnedAway.TOO_MANY: Card(
        "One after the other, please", "Those were many questions in a short time. Ask again in a minute."
    ),
}
# Written alone to the bot, these are verbs; with more words after them they may begin a question.
WRITTEN_ALONE = frozenset({"help", "why", "status", "documents", "gaps", "spaces", "undo", "history"})
_SMALL_TALK = (RefusalReason.NOT_A_QUESTION, RefusalReason.GREETING, RefusalReason.THANKS)
_TRIAGE = re.compile(r"triage(?: this| it)?(?: please)?[.!]?|triage #?(\d+)|triage (list)", re.IGNORECASE)


def asked_to_triage(words: str) -> str | None:
    """What follows `triage` where the words are that command: nothing, `list` or a number; else None."""
    found = _TRIAGE.fullmatch(" ".join(words.split()))
    return (found[1] or (found[2] or "").lower()) if found else None


def is_small_talk(part: Final) -> bool:
    """Whether the words in a thread were no question, such as "Thanks!": nobody needs to be told that."""
    refusal = part.answer.refusal
    return refusal is not None and refusal.reason in _SMALL_TALK


def as_document(text: str, name: str, link: str) -> Attachment:
    """A message of the chat as a document that cites it; `name` tells it from others.

    Raises UsageError where it holds no words.
    """
    if not text.strip():
        raise UsageError("That message holds no words that I could add: add one with words or files.")
    title = " ".join(text.split())[:80] or "Message"
    return Attachment(f"message-{name}.md", f"# {title}\n\n{text.strip()}\n".encode(), link)
