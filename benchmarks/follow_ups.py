"""`python -m benchmarks.follow_ups HOME [--show]`: how well a thread is understood.

HOME is one that `samples/drive` was ingested into. Every conversation of `samples/follow_ups.jsonl` is held;
a follow-up is right where its answer holds one of the wordings that are written down for it and cites one of
the documents. `--show` prints those that are not.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from langchain_core.runnables import Runnable

from bots.settings import load_settings
from bots.wiring import Citewise
from brain.domain import Answer, Question, Turn

CONVERSATIONS = Path(__file__).resolve().parents[1] / "samples" / "follow_ups.jsonl"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a conversation; without `says` it only opens the thread."""

    question: str
    says: tuple[str, ...] = ()
    docs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conversation:
    """Questions of one thread; `kind` tells another case, another aspect and a new subject apart."""

    id: str
    kind: str
    turns: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A follow-up, what was answered, and whether it is right."""

    conversation: Conversation
    asked: Asked
    answer: Answer
    right: bool


def read_conversations(path: Path = CONVERSATIONS) -> list[Conversation]:
    """The conversations of a JSON-lines file."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [
        Conversation(
            row["id"],
            row["kind"],
            tuple(
                Asked(turn["question"], tuple(turn.get("says", ())), tuple(turn.get("docs", ())))
                for turn in row["turns"]
            ),
        )
        for row in rows
    ]


def held(brain: Runnable[Question, Answer], conversations: Sequence[Conversation]) -> Iterator[Outcome]:
    """Ask each conversation's questions in order, each with the thread before it."""
    for conversation in conversations:
        thread: tuple[Turn, ...] = ()
        for asked in conversation.turns:
            answer = brain.invoke(Question(asked.question, history=thread))
            thread = (*thread, Turn(asked.question, answer.text))
            if asked.says:
                yield Outcome(conversation, asked, answer, _right(asked, answer))


def _right(asked: Asked, answer: Answer) -> bool:
    said = " ".join(answer.text.split()).lower()
    cited = {citation.passage.source.document for citation in answer.citations}
    return not answer.refused and any(x.lower() in said for x in asked.says) and bool(cited & {*asked.docs})


def main() -> None:
    """Hold all conversations and print how many follow-ups of each kind are right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--show", action="store_true", help="print the follow-ups that are wrong")
    given = parser.parse_args()
    right, all_of = defaultdict[str, int](int), defaultdict[str, int](int)
    with Citewise(load_settings(given.home)) as citewise:
        for outcome in held(citewise.brain, read_conversations()):
            for kind in (outcome.conversation.kind, "all"):
                right[kind] += outcome.right
                all_of[kind] += 1
            if given.show and not outcome.right:
                read_as = outcome.answer.trace.standalone
                print(f"{outcome.conversation.id}  {read_as}\n    {outcome.answer.text}")
    for kind, count in all_of.items():
        print(f"{kind:12} {right[kind]:3} of {count}")


if __name__ == "__main__":
    main()
