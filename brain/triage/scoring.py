"""How well tickets with known categories are told: accuracy, macro-F1, what is left open or mixed up."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from brain.triage.domain import Category


@dataclass(frozen=True, slots=True)
class MixedUp:
    """How many tickets of one category were put into another (empty: left open)."""

    wanted: str
    found: str
    tickets: int


@dataclass(frozen=True, slots=True)
class Scores:
    """All shares are between 0 and 1.

    `accuracy` and `macro_f1` count what is left open as wrong; `of_answered` is the accuracy of the rest.
    `mixed_up` are pairs of categories, the most frequent first.
    """

    tickets: int
    accuracy: float
    macro_f1: float
    left_open: float
    of_answered: float
    mixed_up: tuple[MixedUp, ...]


def scores(wanted: Sequence[str], found: Sequence[Category]) -> Scores:
    """Hold the categories that were found against those that are right; ValueError without any."""
    if not wanted or len(wanted) != len(found):
        raise ValueError("there must be tickets, and a category found for each")
    pairs = Counter((right, one.name) for right, one in zip(wanted, found, strict=True))
    right = sum(count for (label, name), count in pairs.items() if label == name)
    opened = sum(count for (_, name), count in pairs.items() if not name)
    answered = len(wanted) - opened
    wrong = sorted(((count, *pair) for pair, count in pairs.items() if pair[0] != pair[1]), reverse=True)
    return Scores(
        tickets=len(wanted),
        accuracy=right / len(wanted),
        macro_f1=sum(_f1(label, pairs) for label in set(wanted)) / len(set(wanted)),
        left_open=opened / len(wanted),
        of_answered=right / answered if answered else 0.0,
        mixed_up=tuple(MixedUp(label, name, count) for count, label, name in wrong),
    )


def _f1(label: str, pairs: Counter[tuple[str, str]]) -> float:
    there = sum(count for (wanted, _), count in pairs.items() if wanted == label)
    named = sum(count for (_, found), count in pairs.items() if found == label)
    return 2 * pairs[label, label] / (there + named)
