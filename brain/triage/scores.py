"""How well categories are told: accuracy, macro-F1, what was left open, which two are mistaken most."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Confusion:
    """So many rows of one label that were put into another category."""

    label: str
    told: str
    rows: int


@dataclass(frozen=True, slots=True)
class Scores:
    """Figures over labelled rows, all between 0 and 1.

    `accuracy` counts what was left open as wrong, `accuracy_told` leaves it out (0 where all was left open).
    `macro_f1` is the mean over the labels that occur of 2 TP / (2 TP + FP + FN); a row that was left open
    is a false negative of its label. `confused` holds the pairs, the most frequent first.
    """

    rows: int
    labels: int
    accuracy: float
    accuracy_told: float
    macro_f1: float
    left_open: float
    confused: tuple[Confusion, ...]


def score(rows: Sequence[tuple[str, str]]) -> Scores:
    """Figures over (label, category told) pairs, the latter empty where it was left open.

    ValueError where there are none.
    """
    if not rows:
        raise ValueError("there are no rows to score")
    right = Counter(label for label, told in rows if label == told)
    of_label, of_told = Counter(label for label, _ in rows), Counter(told for _, told in rows)
    told_at_all = len(rows) - of_told[""]
    f1 = [2 * right[label] / (of_label[label] + of_told[label]) for label in of_label]
    wrong = Counter((label, told) for label, told in rows if told and told != label)
    return Scores(
        rows=len(rows),
        labels=len(of_label),
        accuracy=right.total() / len(rows),
        accuracy_told=right.total() / told_at_all if told_at_all else 0.0,
        macro_f1=sum(f1) / len(f1),
        left_open=of_told[""] / len(rows),
        confused=tuple(
            Confusion(label, told, times)
            for (label, told), times in sorted(wrong.items(), key=lambda pair: (-pair[1], pair[0]))
        ),
    )
