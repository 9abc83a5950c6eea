"""Which documents are learnt from and which are held out: those that share long passages stay together."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from brain.domain import Passage
from brain.errors import UsageError

SHINGLE_WORDS = 24  # so many words in a row that two documents share are no accident
_WORD = re.compile(r"\w+")


def shingles(text: str, words: int = SHINGLE_WORDS) -> set[int]:
    """Hashes of every run of so many words; a shorter text is one run."""
    found = [word.lower() for word in _WORD.findall(text)]
    if len(found) < words:
        return {_hash(" ".join(found))} if len(found) >= words // 2 else set()
    return {_hash(" ".join(found[at : at + words])) for at in range(len(found) - words + 1)}


def families(documents: Mapping[int, Sequence[Passage]]) -> dict[int, int]:
    """For each document the family that it belongs to, named by its smallest id.

    Documents of a family share a run of SHINGLE_WORDS words. Runs that stand in more than three documents and
    in more than a tenth of all are boilerplate (a signature, a footer) and bind nothing together.
    """
    holders: dict[int, set[int]] = defaultdict(set)
    for document, passages in documents.items():
        for passage in passages:
            for shingle in shingles(passage.text):
                holders[shingle].add(document)
    most = max(3, len(documents) // 10)
    parent = {document: document for document in documents}

    def root(document: int) -> int:
        while parent[document] != document:
            parent[document] = parent[parent[document]]
            document = parent[document]
        return document

    for sharing in holders.values():
        if 1 < len(sharing) <= most:
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


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())


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
