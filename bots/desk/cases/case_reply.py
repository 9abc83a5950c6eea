"""The reply to a case: whether its place may still be told it, and the card that stands in the thread."""

from typing import TYPE_CHECKING

from bots.desk.answers import buttons_under, source_rows
from bots.desk.cards import Card, Delivery
from bots.desk.chat_text import MARKER
from bots.desk.wording import shortened

if TYPE_CHECKING:
    from bots.desk.audience import Audience
    from brain.catalog.catalog import Catalog
    from brain.catalog.questions.answers import StoredAnswer
    from brain.catalog.tickets.cases import Case
    from brain.domain import Passage

_NO_LONGER_READ = (
    "It is from documents that not everyone in the thread may read any more. Press Edit, and write a reply "
    "without them."
)
LONGEST_REPLY = 8_000  # characters: what each door takes in a form, and posts in one go
_TOO_LONG = (
    f"It is longer than the {LONGEST_REPLY:,} characters that can be sent: press Edit, and shorten it."
)
_CHANGED = (
    "What it cites was changed or taken out since: triage the thread again, or press Edit and take {numbers} "
    "out."
)


class CaseReplies:
    """Replies as they are posted: once, with the sources of those numbers that are still in the words."""

    def __init__(self, catalog: "Catalog", audience: "Audience") -> None:
        self._catalog = catalog
        self._audience = audience

    def changed(self, case: "Case", shown: str) -> bool:
        """Whether the suggested reply is another than a card showed, as its buttons tell (`as_shown`).

        A thread that is triaged again has a new answer, which may well say the same with the same sources.
        """
        before = shown.partition(":")[2]
        if not before or before == case.trace_id:
            return False
        old, new = self._catalog.answers.find(before), self._catalog.answers.find(case.trace_id)
        return old is None or new is None or (old.text, old.citations) != (new.text, new.citations)

    def hindrance(self, case: "Case", words: str) -> str:
        """Why these words can't be posted in the case's place, in a sentence; empty where they can."""
        if len(words) > LONGEST_REPLY:
            return _TOO_LONG
        answer = self._catalog.answers.find(case.trace_id)
        if answer is None:
            return ""
        readable = self._audience.of([case.place])
        if words == answer.text and not answer.told_of <= readable:
            return _NO_LONGER_READ
        passages, used = self._passages(answer), numbers_in(words)
        gone = set[int]()
        for citation in answer.citations:
            passage = passages.get(citation.passage_id)
            if passage is None or citation.quote not in passage.text:
                gone.add(citation.number)
                lost = not answer.told_of <= readable
            else:
                lost = passage.source.space not in readable
            # Its words without its number are as little for this place as with it.
            if lost and (citation.number in used or citation.quote in words):
                return _NO_LONGER_READ
        missing = sorted(gone & used)
        return _CHANGED.format(numbers=", ".join(f"[{number}]" for number in missing)) if missing else ""

    def delivery(self, case: "Case") -> Delivery:
        """The reply that was taken down, for the thread; unchanged, it has the buttons of an answer."""
        answer = self._catalog.answers.find(case.trace_id)
        about, ref = shortened(case.question or case.text, 140), f"case:{case.id}:reply"
        if answer is not None and case.reply == answer.text:
            self._catalog.answers.publish(answer.trace_id, case.thread)
            buttons = buttons_under(answer.trace_id, refused=False, shareable=False)
            title = f"About “{about}”"
        else:
            buttons, title = (), f"A person answered “{about}”"
        used = numbers_in(case.reply)
        passages = self._passages(answer) if answer else {}
        rows = source_rows(
            (citation.number, passages[citation.passage_id])
            for citation in (answer.citations if answer else ())
            if citation.number in used and citation.passage_id in passages
        )
        # Of this very case: after an older backup was put back, another one may get its number.
        key = f"{ref}:{case.opened.timestamp():.6f}"
        return Delivery(case.origin, Card(title, case.reply, rows, buttons=buttons), ref, key=key)

    def _passages(self, answer: "StoredAnswer") -> "dict[int, Passage]":
        return self._catalog.passages(citation.passage_id for citation in answer.citations)


def numbers_in(words: str) -> set[int]:
    """The numbers of sources that stand in words, such as 2 in `so it is [2]`."""
    return {int(mark[1:-1]) for mark in MARKER.findall(words) if len(mark) < 8}
