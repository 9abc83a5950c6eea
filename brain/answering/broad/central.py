"""What is central to a text, and nothing of it twice: LexRank and maximal marginal relevance."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

DAMPING = 0.15  # the chance of a jump, as in the paper
_ROUNDS = 100  # at most; some dozen are enough
_ENOUGH = 1e-6  # between two rounds: the ranks stand still


def centrality(vectors: Floats) -> Floats:
    """How central each text is, [n], the most central 1: LexRank (Erkan and Radev 2004) over cosines.

    `vectors` are unit vectors, [n, dimensions]. Texts that are like many others that are so themselves are
    central. Cosines stand for weights of edges, as in the paper's continuous form; negative ones for none.
    """
    count = len(vectors)
    if count == 0:
        return np.zeros(0, dtype=np.float32)
    likeness = np.clip(vectors @ vectors.T, 0.0, None)
    moves = likeness / np.maximum(likeness.sum(axis=1, keepdims=True), 1e-9)
    rank = np.full(count, 1 / count)
    for _ in range(_ROUNDS):
        following = DAMPING / count + (1 - DAMPING) * (moves.T @ rank)
        if np.abs(following - rank).sum() < _ENOUGH:
            break
        rank = following
    return np.asarray(rank / rank.max(), dtype=np.float32)


def marginal(worth: Sequence[float], vectors: Floats, most: int, *, repeats: float = 0.5) -> list[int]:
    """The places of at most `most` texts, in the order in which they are chosen.

    Maximal marginal relevance (Carbonell and Goldstein 1998): each time the one that is worth most, less
    `repeats` times its cosine with the likest that is chosen already. Of equals, the first.
    """
    likeness = vectors @ vectors.T if len(vectors) else np.zeros((0, 0))
    chosen: list[int] = []
    while len(chosen) < min(most, len(worth)):
        left = [at for at in range(len(worth)) if at not in chosen]

        def gain(at: int) -> float:
            return worth[at] - repeats * max((float(likeness[at, other]) for other in chosen), default=0.0)

        chosen.append(max(left, key=lambda at: (round(gain(at), 6), -at)))
    return chosen
