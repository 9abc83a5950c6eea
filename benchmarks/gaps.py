"""`python -m benchmarks.gaps`: how well questions about one thing are brought together, and how fast.

`questions/wordings.jsonl` asks about 40 things in three wordings each. The constant of `brain.usage.grouping`
was chosen by one half of them; the other half tells what that is worth. A pair of questions in one group is
right if both ask about the same. Beside it: the same over shared words, which needs no model.
"""

import itertools
import json
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.recording import Row, record, show
from brain.catalog.rows import Vector
from brain.embedding.factory import open_embedder
from brain.text.terms import content_stems
from brain.usage.grouping import ALIKE, groups

WORDINGS = Path(__file__).parent / "questions" / "wordings.jsonl"
LEVELS = (0.3, 0.35, ALIKE, 0.45, 0.5)
TIMED = 1_000


def main() -> None:
    """Measure, print, write `results/gaps.json`."""
    told = [json.loads(line) for line in WORDINGS.read_text("utf-8").splitlines()]
    halves = {"chosen by": told[::2], "held out": told[1::2]}
    embeddings = open_embedder().embeddings
    rows: list[Row] = []
    for name, half in halves.items():
        questions = [(case["about"], wording) for case in half for wording in case["wordings"]]
        texts = [wording for _, wording in questions]
        about = [topic for topic, _ in questions]
        vectors = np.asarray(embeddings.embed_documents(texts), dtype=np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        rows += [_row(name, f"meaning, {level:g}", groups(vectors, level), about) for level in LEVELS]
        rows += [
            _row(name, f"words, {level:g}", groups(_by_words(texts), level), about) for level in (0.2, 0.3)
        ]
    show("Pairs of questions in one group", rows, f"citewise uses {ALIKE:g}")
    chance = np.random.default_rng(0).normal(size=(TIMED, 384)).astype(np.float32)
    chance /= np.linalg.norm(chance, axis=1, keepdims=True)
    started = time.perf_counter()
    groups(chance, -1.0)  # the longest that it can take: all end in one group
    seconds = round(time.perf_counter() - started, 2)
    print(f"{TIMED:,} questions that all end in one group: {seconds} s")
    record("gaps", rows, seconds_for_1000=seconds)


def _by_words(texts: Sequence[str]) -> Vector:
    """Rows whose products are the cosines of the questions' sets of words."""
    stems = [set(content_stems(text)) for text in texts]
    known = sorted(set().union(*stems))
    found = np.array([[stem in own for stem in known] for own in stems], dtype=np.float32)
    found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
    return found


def _row(half: str, way: str, found: Sequence[Sequence[int]], about: Sequence[str]) -> Row:
    together = [pair for group in found for pair in itertools.combinations(group, 2)]
    right = sum(about[one] == about[other] for one, other in together)
    wanted = sum(count * (count - 1) // 2 for count in Counter(about).values())
    return {
        "half": half,
        "by": way,
        "groups": len(found),
        "of": len(set(about)),
        "% of pairs right": round(100 * right / max(1, len(together)), 1),
        "% of pairs found": round(100 * right / wanted, 1),
    }


if __name__ == "__main__":
    main()
