"""Which documents are learnt from and which are held out: those that share long passages stay together."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from zlib import crc32

from brain.domain import Passage
from brain.errors import UsageError

RUN_WORDS = 24  # so many words in a row that two documents share are no accident
_WINDOW = 8  # of neighbouring runs one is remembered (winnowing): all shared runs of 31 words are found
_WORD = re.compile(r"\w+")


def fingerprints(text: str) -> set[int]:
    """Hashes of some of the text's runs of RUN_WORDS words, the same ones wherever these words stand.

    A text of half as many words is one run; a shorter one has none.
    """
    words = [crc32(word.encode()) for word in _WORD.findall(text.lower())]
    if len(words) < RUN_WORDS:
        return {hash(tuple(words))} if len(words) >= RUN_WORDS // 2 else set()
    runs = [hash(tuple(words[at : at + RUN_WORDS])) for at in range(len(words) - RUN_WORDS + 1)]
    return {min(runs[at : at + _WINDOW]) for at in range(max(1, len(runs) - _WINDOW + 1))}


def families(documents: Mapping[int, Sequence[Passage]]) -> dict[int, int]:
    """For each document the family that it belongs to, named by its smallest id.

    Documents of a family share a run of RUN_WORDS words. Runs that stand in more than three documents and in
    more than a tenth of all are boilerplate (a signature, a footer) and bind nothing together.
    """
    first_holder: dict[int, int] = {}
    holders: dict[int, set[int]] = {}
    for document, passages in documents.items():
        for run in set[int]().union(*(fingerprints(passage.text) for passage in passages)):
            first = first_holder.setdefault(run, document)
            if first != document:
                holders.setdefault(run, {first}).add(document)
    most = max(3, len(documents) // 10)
    parent = {document: document for document in documents}

    def root(document: int) -> int:
        while parent[document] != document:
            parent[document] = parent[parent[document]]
            document = parent[document]
        return document

    for sharing in holders.values():
        if len(sharing) <= most:
            first, *others = sorted(sharing)
            for other in others:
                one, two = sorted((root(first), root(other)))
                parent[two] = one
    return {document: root(document) for document in documents}


def held_out(
    weights: Mapping[int, int],
    family_of: Mapping[int, int],
    paths: Mapping[int, str],
    share: float,
    seed: int,
) -> frozenset[int]:
    """Documents to hold out: whole families, in an order that seed and paths fix, up to the weight's share.

    `weights` are how many questions each document gives. Raises UsageError where all come from one family.
    """
    if share <= 0:
        return frozenset()
    members: dict[int, list[int]] = defaultdict(list)
    for document, family in family_of.items():
        members[family].append(document)
    asking = {family: sum(weights.get(d, 0) for d in found) for family, found in members.items()}
    useful = [family for family, weight in asking.items() if weight]
    if len(useful) < 2:
        raise UsageError(
            "All questions come from one document (or from copies of one), so none can be held out to test "
            "an adapter: "
            "index more documents, or say --held-out 0 and test it with questions of your own."
        )
    wanted = share * sum(asking.values())
    order = sorted(useful, key=lambda family: _order(seed, min(paths[d] for d in members[family])))
    chosen: list[int] = []
    held = 0
    for family in order:
        if held >= wanted or len(chosen) == len(useful) - 1:
            break
        if held and held + asking[family] > 1.5 * wanted:
            continue  # a huge document would take far more than the share
        chosen.append(family)
        held += asking[family]
    return frozenset(document for family in chosen for document in members[family])


def _order(seed: int, path: str) -> str:
    return hashlib.sha256(f"{seed}:{path}".encode()).hexdigest()


def near_duplicates(text: str, others: Iterable[str], share: float = 0.5) -> list[bool]:
    """For each other text whether that share of the shorter one's runs of five words stands in both."""
    own = _short_runs(text)
    found = []
    for other in others:
        theirs = _short_runs(other)
        fewer = min(len(own), len(theirs))
        found.append(bool(fewer) and len(own & theirs) >= share * fewer)
    return found


@lru_cache(maxsize=8192)
def _short_runs(text: str) -> frozenset[tuple[str, ...]]:
    found = [word.lower() for word in _WORD.findall(text)]
    return frozenset(tuple(found[at : at + 5]) for at in range(max(1, len(found) - 4)) if found)
