"""What people do on a fake platform of benchmarks/chaos.py, and what they must have seen in the end."""

import random
from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
# A question, and what its answer says.
QUESTIONS = (
    ("How many days of annual leave do employees get?", "27 days"),
    ("How long is parental leave?", "16 weeks"),
    ("How many unused days can be carried over?", "five unused"),
    ("Who was the first emperor of Rome?", "found no answer"),
)
SURPRISE = "Something went wrong that I did not expect"
OF_PEOPLE = ("A person answered", "A person wrote again", "No answer yet", "Somebody asked for a person")
REMINDER = ("Still waiting for a person", "I reminded you")
HELPERS = 2
A_REPLY = "of the annex"  # a helper's words, which may have become a document
DIGESTS = ("CDIGEST", 30_999)


@dataclass
class Asked:
    """A question, where it was asked, and what became of it meanwhile."""

    channel: Any
    message: Any
    says: str
    deleted: bool = False
    handed_on: bool = False


@dataclass
class Crowd(ABC):
    """People on one platform. Each deed is noted, with what it must have led to in the end."""

    chance: random.Random
    hands_on: bool
    asked: list[Asked] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    replies: dict[str, Any] = field(default_factory=dict)  # words of a helper, by the request they are for
    claimed: set[Any] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    more: dict[str, int] = field(default_factory=dict)

    async def act(self) -> None:
        """One of them does something."""
        deeds = {"ask": 10, "helpful": 4, "person": 3, "claim": 3, "reply": 3, "privately": 2, "share": 2}
        deeds |= {"edit": 2, "delete": 1, **self.more}
        deed = self.chance.choices([*deeds], [*deeds.values()])[0]
        if await getattr(self, f"_{deed}")() is not False:
            self.done[deed] += 1

    def some_question(self) -> tuple[str, str]:
        """One of the questions, and what its answer says."""
        return self.chance.choice(QUESTIONS)

    def some_asked(self) -> Asked | None:
        """One of the last questions that still stand."""
        found = [asked for asked in self.asked[-40:] if not asked.deleted]
        return self.chance.choice(found) if found else None

    @abstractmethod
    def answers(self, asked: Asked) -> list[Json]:
        """The bot's own answers to a question."""

    @abstractmethod
    def words(self, message: Json) -> str:
        """What people read in a message."""

    @abstractmethod
    def complete(self, asked: Asked) -> bool:
        """Whether a question has an answer, and all of it."""

    def check_answers(self, *, exactly: bool) -> Counter[str]:
        """How many answers questions have; what has another number of them is a fault."""
        found = Counter[str]()
        for asked in self.asked:
            shown = self.answers(asked)
            words = self.words(shown[0]) if shown else ""
            if asked.deleted:
                found["deleted"] += 1
                if shown and exactly:
                    self.faults.append(f"the answer to a deleted question stands: {asked}")
                continue
            found[f"{len(shown)} answers"] += 1
            if len(shown) != 1:
                self.faults.append(f"{len(shown)} answers: {asked} {[self.words(m)[:80] for m in shown]}")
            elif SURPRISE in words:
                found["apologies"] += 1
            elif asked.says not in words and A_REPLY not in words and exactly:
                self.faults.append(f"the wrong answer to {asked}: {words[:150]!r}")
        return found
