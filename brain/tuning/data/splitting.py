"""Which documents are learnt from and which are kept apart: those that share long passages stay together."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Apart:
    """Documents that nothing is learnt from: those to test with, and those to stop a training by."""

    held_out: frozenset[int] = frozenset()
    validation: frozenset[int] = frozenset()


def apart(
    weights: Mapping[int, int],
    family_of: Mapping[int, int],
    paths: Mapping[int, str],
    shares: tuple[float, float],
    seed: int,
    kept_out: Collection[int] = (),
) -> Apart:
    """Documents to keep apart: whole families, in an order that seed and paths fix, up to the weight's share.

    `weights` are how many questions each document gives; `shares` are for held_out and validation. The
    families of `kept_out` are held out first, whatever their weight. Raises UsageError where all come from
    one family and some are to be held out, and where nothing is left to learn from. For validation nothing is
    kept apart where that would take more than a third of what testing leaves to learn from.
    """
    members: dict[int, list[int]] = defaultdict(list)
    for document, family in family_of.items():
        members[family].append(document)
    asking = {family: sum(weights.get(d, 0) for d in found) for family, found in members.items()}
    useful = [family for family, weight in asking.items() if weight]
    test, validation = shares
    if test > 0 and len(useful) < 2:
        raise UsageError(
            "All questions come from one document (or from copies of one), so none can be held out to test "
            "an adapter: "
            "index more documents, or say --held-out 0 and test it with questions of your own."
        )
    order = sorted(useful, key=lambda family: _order(seed, min(paths[d] for d in members[family])))
    every = sum(asking.values())
    forced = sorted({family_of[document] for document in kept_out if document in family_of})
    free = [family for family in order if family not in forced]
    if not free and order:
        raise UsageError(
            "All questions come from documents that are to be kept out, so none is left to learn from: index "
            "more documents, or keep fewer out."
        )
    missing = test * every - sum(asking[family] for family in forced)
    tested = [*forced, *_chosen(free, asking, missing, every)]
    left = [family for family in order if family not in tested]
    watched = _chosen(left, asking, validation * every, sum(asking[family] for family in left) / 3)
    return Apart(*(frozenset(d for family in found for d in members[family]) for found in (tested, watched)))


def _chosen(order: Sequence[int], asking: Mapping[int, int], wanted: float, most: float) -> list[int]:
    """Families up to the weight `wanted`, never all; the first has at most the weight `most`."""
    chosen: list[int] = []
    held = 0
    for family in order:
        if held >= wanted or len(chosen) == len(order) - 1:
            break
        if held + asking[family] > (1.5 * wanted if held else most):
            continue  # a huge document would take far more than the share
        chosen.append(family)
        held += asking[family]
    return chosen


def _order(seed: int, path: str) -> str:
    return hashlib.sha256(f"{seed}:{path}".encode()).hexdigest()


def near_duplicates(text: str, others: Iterable[str]) -> list[bool]:
    """For each other text whether half of the shorter one's runs of five words stands in both."""
    own = _short_runs(text)
    found = []
    for other in others:
        theirs = _short_runs(other)
        fewer = min(len(own), len(theirs))
        found.append(bool(fewer) and len(own & theirs) >= fewer / 2)
    return found


@lru_cache(maxsize=8192)
def _short_runs(text: str) -> frozenset[tuple[str, ...]]:
    found = [word.lower() for word in _WORD.findall(text)]
    return frozenset(tuple(found[at : at + 5]) for at in range(max(1, len(found) - 4)) if found)
