"""Cases from what people asked: corrections, marks and hand-offs first, then questions that were answered.

A person's words become an answer only as far as a passage backs them: an adapter must not learn facts that
no document holds. Where no document backs a hand-off's answer and the bot had refused, the refusal was right,
and the row teaches that. Corrections that no document backs teach nothing: the old answer was wrong, and the
new one has no source.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from brain.answering.draft import OWN_WORDS, Form
from brain.answering.writing.claims import claims
from brain.answering.writing.written import backed
from brain.catalog.catalog import Catalog
from brain.catalog.chats.handoffs import Handoff
from brain.catalog.questions.answers import Feedback, StoredAnswer
from brain.domain import Passage
from brain.tuning.data.cases import Case, Said
from brain.tuning.data.distractors import REACH, Find

UNBACKED = "people's words that no document backs"


def past_cases(
    catalog: Catalog, spaces: Collection[str], find: Find, dropped: Counter[str]
) -> Iterator[Case]:
    """Cases from answers that were given to audiences within these spaces, those that people judged first."""
    judged: dict[str, list[Feedback]] = {}
    for feedback in catalog.answers.feedback():
        judged.setdefault(feedback.trace_id, []).append(feedback)
    given = {
        answer.trace_id: answer
        for answer in catalog.answers.given()
        if answer.spaces and answer.spaces <= frozenset(spaces)
    }
    by_hand: set[str] = set()
    for handoff in catalog.handoffs.answered():
        if handoff.space in spaces and (answer := given.get(handoff.trace_id)):
            by_hand.add(handoff.trace_id)
            yield from _of_handoff(catalog, handoff, answer, find, dropped)
    unjudged: list[Case] = []
    for trace_id, answer in given.items():
        marks, question = judged.get(trace_id, []), _standalone(catalog, answer)
        yield from _corrected(question, marks, find, dropped)
        if trace_id in by_hand or any(not mark.helpful for mark in marks):
            continue
        if marks:
            yield from _of_answer(catalog, answer, question, spaces, "helpful")
        elif not answer.refused:  # nobody says that a refusal was right
            unjudged += _of_answer(catalog, answer, question, spaces, "asked")
    yield from unjudged


def _corrected(question: str, marks: Sequence[Feedback], find: Find, dropped: Counter[str]) -> Iterator[Case]:
    """What people wrote who found an answer wrong, as far as documents back it."""
    for mark in marks:
        if mark.helpful or not mark.words.strip():
            continue
        if said := human_words(question, mark.words, find):
            yield _case(question, said, "correction")
        else:
            dropped[UNBACKED] += 1


def _of_answer(
    catalog: Catalog, answer: StoredAnswer, question: str, spaces: Collection[str], kind: str
) -> Iterator[Case]:
    """An answer that nobody found wrong, as it was given."""
    if answer.refused:
        yield Case((question,), (), kind, 0, "", first=True)
    elif said := _as_told(catalog, answer, spaces):
        yield _case(question, said, kind)


def _of_handoff(
    catalog: Catalog, handoff: Handoff, answer: StoredAnswer, find: Find, dropped: Counter[str]
) -> Iterator[Case]:
    question = _standalone(catalog, answer)
    if said := human_words(question, handoff.answer, find):
        yield _case(question, said, "hand-off")
    elif answer.refused:
        yield Case((question,), (), "hand-off", 0, "", first=True)
    else:
        dropped[UNBACKED] += 1


def human_words(question: str, words: str, find: Find) -> tuple[Said, ...]:
    """The sentences of a person's answer that a passage found for it backs; none where the first isn't."""
    passages = list(find(f"{question} {words}")[:REACH])
    known = {passage.id for passage in passages}
    passages += [passage for passage in find(question)[:REACH] if passage.id not in known]
    said: list[Said] = []
    for claim in claims(words, complete=True):
        place = next((p for p in passages if _backs(claim.text, p)), None)
        if place is None:
            break
        said.append(Said(claim.text, place, "- " if claim.form is Form.ITEM else ""))
    return tuple(said[:4])


def _backs(text: str, passage: Passage) -> bool:
    found = claims(f"{text.rstrip('.')} [1].", complete=True)
    return len(found) == 1 and not isinstance(backed(found[0], [passage]), str)


def _as_told(catalog: Catalog, answer: StoredAnswer, spaces: Collection[str]) -> tuple[Said, ...]:
    """The answer's sentences with what they cite; none where a passage is gone or of another space.

    None either where two documents contradict each other: which of them to tell is not to be learnt.
    """
    trace = catalog.conversations.trace(answer.trace_id)
    if trace and trace.steps.get("disagreements"):
        return ()
    number_of = {citation.number: citation.passage_id for citation in answer.citations}
    passages = catalog.passages(number_of.values())
    said: list[Said] = []
    waiting: list[tuple[str, str]] = []
    for claim in claims(answer.text, complete=True):
        if claim.text.startswith("…") or claim.text in ("Yes.", "No.") or claim.text.endswith(OWN_WORDS):
            continue
        waiting.append((claim.text, "- " if claim.form is Form.ITEM else ""))
        if not claim.cited:
            continue  # the last of neighbouring sentences carries their number
        passage = passages.get(number_of.get(claim.cited[0], 0))
        if passage is None or passage.source.space not in spaces:
            return ()
        said += [Said(text, passage, lead) for text, lead in waiting]
        waiting = []
    return tuple(said[:4]) if not waiting else ()


def _case(question: str, said: Sequence[Said], kind: str) -> Case:
    source = said[0].passage.source
    return Case((question,), tuple(said), kind, source.document_id, source.document, first=kind != "asked")


def _standalone(catalog: Catalog, answer: StoredAnswer) -> str:
    trace = catalog.conversations.trace(answer.trace_id)
    return " ".join((trace.standalone if trace and trace.standalone else answer.question).split())
