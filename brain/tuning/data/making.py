"""How a citing set is made: every number that can be set, checked, and what came of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from brain.answering.writing.prompt import PASSAGES
from brain.domain import Passage
from brain.errors import UsageError
from brain.tuning.rows import Row


@dataclass(frozen=True, slots=True)
class Making:
    """Shares are of all rows, between 0 and 1.

    RAFT (arXiv 2403.10131) trains best with the gold passage in 60 to 100 % of rows, and with 4 distractors;
    here there are as many as the prompt in use has room for.
    """

    spaces: tuple[str, ...] = ("general",)
    rows: int = 2000  # at most
    held_out: float = 0.15  # of the questions, by whole documents: to test with
    validation: float = 0.1  # likewise: training stops by them, and the best checkpoint is chosen by them
    without_gold: float = 0.15  # rows whose answering passages are taken away
    unanswerable: float = 0.1  # rows that ask for what no document says
    distractors: int = PASSAGES - 1  # passages beside those that answer
    seed: int = 0
    kept_out: tuple[str, ...] = ()  # documents to hold out in any case (paths): own questions are about them
    mask: bool = True  # e-mail addresses, telephone and account numbers, personal ids

    def __post_init__(self) -> None:
        """Raise UsageError for what can't be."""
        if self.rows < 2:
            raise UsageError(f"--rows {self.rows} is too few: a set has two rows at least.")
        if not 0 <= self.held_out <= 0.5:
            raise UsageError(f"--held-out {self.held_out} must be between 0 and 0.5, such as 0.15.")
        if not 0 <= self.validation <= 0.4:
            raise UsageError(f"--validation {self.validation} must be between 0 and 0.4, such as 0.1.")
        for name in ("without_gold", "unanswerable"):
            if not 0 <= getattr(self, name) <= 0.5:
                option = name.replace("_", "-")
                raise UsageError(f"--{option} {getattr(self, name)} must be between 0 and 0.5, such as 0.1.")
        if not 0 <= self.distractors < PASSAGES:
            raise UsageError(
                f"--distractors {self.distractors} must be between 0 and {PASSAGES - 1}: "
                f"a prompt holds up to {PASSAGES} passages."
            )

    def as_dict(self) -> dict[str, Any]:
        """The settings for the data card."""
        return {**asdict(self), "spaces": list(self.spaces), "kept_out": list(self.kept_out)}


@dataclass(slots=True)
class Split:
    """One part of the set while it grows, from its `documents`, to `most` rows.

    Its rows may show passages of `usable` documents; random ones are drawn from the `pool`.
    """

    documents: frozenset[int]
    most: int
    usable: frozenset[int] = frozenset()
    pool: Sequence[Passage] = ()
    rows: list[Row] = field(default_factory=list)
    roles: Counter[str] = field(default_factory=Counter)

    @property
    def full(self) -> bool:
        """Whether it has all the rows that it is to have."""
        return len(self.rows) >= self.most

    def wants(self, role: str, share: float) -> bool:
        """Whether it has fewer rows of that role than its share."""
        return self.roles[role] < share * (len(self.rows) + 1)


@dataclass(frozen=True, slots=True)
class Made:
    """A set before it is written: rows, questions in eval's schema, counts of what was dropped and masked."""

    train: Split
    validation: Split
    held_out: Split
    questions: tuple[Mapping[str, Any], ...]
    dropped: Counter[str]
    masked: Counter[str]
    asked: int
    documents: Mapping[int, str]
    sampled: int
