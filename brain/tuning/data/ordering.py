"""Which questions are kept, and in which order they become rows where not all of them can."""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from brain.text.terms import content_stems, numbers
from brain.tuning.data.cases import Case

_SAME_ANSWER = 2  # questions that one answer may have
_ALIKE = 0.85  # share of words that makes two questions the same
_MOST_OF_A_KIND = 0.4  # of a kind, tables above all, unless there is little else
_WORDS = re.compile(r"\w+")


def without_repeats(cases: Iterable[Case], dropped: Counter[str]) -> list[Case]:
    """The cases without those that ask the same or are answered the same, the first ones kept.

    Where one question has different answers in different documents, its plain wording is taken from both:
    only with the document's name does it have one answer.
    """
    ordered = sorted(cases, key=lambda case: not case.first)
    askers: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for case in ordered:
        for question in case.questions:
            askers[_key(question)].add(case.document)
    kept: list[Case] = []
    seen: dict[frozenset[str], list[set[str]]] = defaultdict(list)
    exact: set[tuple[str, ...]] = set()
    answers: Counter[str] = Counter()
    for case in ordered:
        own = [q for q in case.questions if case.first or len(askers[_key(q)]) == 1]
        own = [q for q in own if _key(q) not in exact and not _known(q, seen)]
        answer = " ".join(one.text for one in case.said)
        if not own:
            dropped["the same question"] += 1
        elif answer and answers[answer] >= _SAME_ANSWER and not case.first:
            dropped["the same answer"] += 1
        else:
            answers[answer] += 1
            for question in own:
                exact.add(_key(question))
            seen[frozenset(numbers(own[0]))].append(set(content_stems(own[0])))
            kept.append(
                Case(tuple(own), case.said, case.kind, case.document, case.origin, case.first, case.near)
            )
    return kept


def _key(question: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _WORDS.findall(question))


def _known(question: str, seen: dict[frozenset[str], list[set[str]]]) -> bool:
    stems = set(content_stems(question))
    return any(
        len(stems & other) >= _ALIKE * len(stems | other)
        for other in seen[frozenset(numbers(question))][-400:]
    )


def in_turn(cases: Sequence[Case], seed: int) -> list[Case]:
    """People's own first; then the kinds in turn, and within a kind the documents in turn.

    No kind has more than _MOST_OF_A_KIND of the rows, unless there is little else.
    """
    first = [case for case in cases if case.first]
    kinds: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        if not case.first:
            kinds[case.kind].append(case)
    everything = sum(map(len, kinds.values()))
    queues: list[Iterator[Case]] = []
    for _kind, found in sorted(kinds.items()):
        others = everything - len(found)
        most = int(others * _MOST_OF_A_KIND / (1 - _MOST_OF_A_KIND)) if others >= 50 else len(found)
        queues.append(iter(_by_document(found, seed)[:most]))
    return [*first, *_round_robin(queues)]


def _by_document(cases: Sequence[Case], seed: int) -> list[Case]:
    documents: dict[int, list[Case]] = defaultdict(list)
    for case in sorted(cases, key=lambda case: _order(seed, case.origin, case.questions[0])):
        documents[case.document].append(case)
    chosen = sorted(documents.values(), key=lambda found: _order(seed, found[0].origin, ""))
    return list(_round_robin([iter(found) for found in chosen]))


def _round_robin(queues: list[Iterator[Case]]) -> Iterator[Case]:
    while queues:
        left = []
        for queue in queues:
            case = next(queue, None)
            if case is not None:
                left.append(queue)
                yield case
        queues = left


def _order(seed: int, origin: str, question: str) -> str:
    return hashlib.sha256(f"{seed}:{origin}:{question}".encode()).hexdigest()
