"""`python -m benchmarks.fit_sentences NAME=QUESTIONS@HOME …`: learn which sentence answers a question.

Each set is a file of questions whose `gold` quotes the sentences that answer, and a home in which their
documents alone are indexed. For every question the sentences of the best passages are scored as answering
scores them; those that stand in a quote, or hold all that the question's `must` names, are right. What is
learnt are the `LikenessWeights` and the direction of question tokens that tell what is asked for: by gradient
descent on the likelihood that a right sentence comes first. Printed is how often one comes first, or among
three, in sets that had no part in the fit. `--write FILE` keeps the direction; the weights are printed, to be
set in the code.

Takes the extra phi3, for torch.
"""

import argparse
import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.fit_gate import QuestionSet
from bots.settings import load_settings
from bots.wiring import Citewise
from brain.answering.extracting.extractive import sentences_by_words
from brain.answering.extracting.likeness import LikenessWeights, likeness_signals
from brain.answering.extracting.selection import ScoredSentence
from brain.embedding.token_states import ReadsTokens
from brain.evaluation.questions import EvalQuestion, read_questions
from brain.retrieval.hybrid import READ
from brain.retrieval.late_interaction import LateInteraction, compared
from brain.retrieval.query import Query

SPACES = ("general",)
NAMES = tuple(field.name for field in fields(LikenessWeights))
BY_TOKEN = NAMES.index("by_token")
ROUNDS, BATCH, RATE, DECAY = 4, 8, 1e-2, 0.1
SHARPNESS = 2.0  # a score that is 1 higher is e² times as likely the right one
START = {"by_words": 1.0, "by_token": 4.0}
SCALE = 2.25  # scores by words alone lie so much closer together; answers' lengths were chosen for these
SEED = 0

Numbers = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Case:
    """One question: its tokens, how like them each sentence is, the other signals, and what is right.

    `tokens` [tokens, dimensions], `likest` [tokens, sentences], `signals` [sentences, signals], `right` and
    `first` (the score without comparing) [sentences].
    """

    set: str
    tokens: Numbers
    likest: Numbers
    signals: Numbers
    right: Numbers
    first: Numbers


def cases(one: QuestionSet) -> list[Case]:
    """The set's questions that have an answer and for which something is found."""
    found = []
    with Citewise(load_settings(one.home)) as citewise:
        retriever, model = citewise.retriever, citewise.embedder.embeddings
        if not isinstance(model, ReadsTokens):
            raise SystemExit(f"{one.home}: its embedder can't be read token by token.")
        reading = LateInteraction(model)
        for question in one.questions:
            if not question.answerable or not any(gold.quote for gold in question.gold):
                continue
            retrieved = retriever.find(Query.of(question.text), SPACES)
            best = [candidate.passage for candidate in retrieved.candidates[:READ]]
            sentences = [s for s in sentences_by_words(retrieved) if s.rank < READ]
            if not sentences:
                continue
            asked, *read = reading.states(question.text, best)
            tables = [compared(asked, states, passage)[0] for passage, states in zip(best, read, strict=True)]
            likest = np.stack([tables[s.rank][:, s.number] for s in sentences], axis=1)
            signals = [astuple(signal) for signal in likeness_signals(sentences, retrieved)]
            right = [float(_is_right(sentence, question)) for sentence in sentences]
            first = [sentence.score for sentence in sentences]
            rows = (np.array(part, np.float32) for part in (likest, signals, right, first))
            found.append(Case(one.name, asked.vectors, *rows))
    return found


def _is_right(sentence: ScoredSentence, question: EvalQuestion) -> bool:
    text = _plain(sentence.passage.text[sentence.start : sentence.end])
    quotes = [_plain(gold.quote) for gold in question.gold if gold.quote]
    in_gold = any(text in quote or quote in text for quote in quotes if len(text) > 15)
    must: Sequence[Sequence[str]] = question.fields.get("must") or ()  # type: ignore[assignment]
    held = [any(_plain(word) in text for word in group) for group in must]
    return (bool(held) and all(held)) or (in_gold and (not held or any(held)))


def _plain(text: str) -> str:
    """Words as they are compared: without marks of Markdown, addresses and case."""
    bare = re.sub(r"\(https?[^)]*\)", "", re.sub(r"[*_`\[\]]", "", text.lower()))
    return re.sub(r"\s+", " ", bare).strip()


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was learnt: `weights` in the order of NAMES, and the `direction` [dimensions]."""

    weights: Numbers
    direction: Numbers

    def scores(self, case: Case) -> Numbers:
        """The sentences' scores."""
        worth = np.exp(case.tokens @ self.direction)
        signals = case.signals.copy()
        signals[:, BY_TOKEN] = worth / worth.sum() @ case.likest
        scored: Numbers = signals @ self.weights
        return scored


def fitted(cases: Sequence[Case]) -> Fitted:
    """Learn from these."""
    import torch

    torch.manual_seed(SEED)
    weights: Any = torch.tensor([START.get(name, 0.0) for name in NAMES], requires_grad=True)
    direction: Any = torch.zeros(cases[0].tokens.shape[1], requires_grad=True)
    groups = [{"params": [direction], "weight_decay": DECAY}, {"params": [weights], "weight_decay": 0.0}]
    steps = torch.optim.AdamW(groups, lr=RATE)
    learnt_from = [case for case in cases if case.right.any()]
    for _ in range(ROUNDS):
        order = torch.randperm(len(learnt_from)).tolist()
        for at in range(0, len(order), BATCH):
            losses = []
            for number in order[at : at + BATCH]:
                case = learnt_from[number]
                telling = torch.softmax(torch.tensor(case.tokens) @ direction, 0)
                signals = torch.tensor(case.signals).clone()
                by_token = telling @ torch.tensor(case.likest)
                signals = torch.cat([signals[:, :BY_TOKEN], by_token[:, None], signals[:, BY_TOKEN + 1 :]], 1)
                scores = SHARPNESS * (signals @ weights)
                losses.append(torch.logsumexp(scores, 0) - torch.logsumexp(scores[case.right > 0], 0))
            steps.zero_grad()
            torch.stack(losses).mean().backward()
            steps.step()
    return Fitted(weights.detach().numpy(), direction.detach().numpy())


def among(cases: Sequence[Case], scores: Sequence[Numbers], most: int) -> float:
    """The share of questions of which a right sentence is among the first `most`."""
    hits = [
        case.right[np.argsort(-own, kind="stable")[:most]].any()
        for case, own in zip(cases, scores, strict=True)
    ]
    return float(np.mean(hits))


def report(cases: Sequence[Case], untaught: Sequence[str]) -> Fitted:
    """Print how each set does under what was learnt without it; what was learnt of all but the untaught."""
    for one in dict.fromkeys(case.set for case in cases):
        own = [case for case in cases if case.set == one]
        learnt = fitted([case for case in cases if case.set != one and case.set not in untaught])
        before, after = [case.first for case in own], [learnt.scores(case) for case in own]
        told = "   ".join(
            f"first {most}: {among(own, before, most):.3f} → {among(own, after, most):.3f}" for most in (1, 3)
        )
        print(f"{one:14} {len(own):4} questions   {told}", flush=True)
    return fitted([case for case in cases if case.set not in untaught])


def main() -> None:
    """Read the arguments, make the cases, fit, print and keep."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sets", nargs="+", metavar="NAME=QUESTIONS[,QUESTIONS…]@HOME")
    parser.add_argument(
        "--untaught", nargs="*", default=[], metavar="NAME", help="sets that nothing is learnt from"
    )
    parser.add_argument("--write", type=Path, help="where the direction is kept, as .npy")
    given = parser.parse_args()
    made: list[Case] = []
    for text in given.sets:
        name, _, places = text.partition("=")
        files, _, home = places.rpartition("@")
        questions = tuple(question for file in files.split(",") for question in read_questions(Path(file)))
        made += cases(QuestionSet(name, questions, Path(home)))
    learnt = report(made, given.untaught)
    weights = learnt.weights / learnt.weights[NAMES.index("by_words")] / SCALE
    print("LikenessWeights(", ", ".join(f"{n}={w:.2f}" for n, w in zip(NAMES, weights, strict=True)), ")")
    if given.write:
        np.save(given.write, learnt.direction)


if __name__ == "__main__":
    main()
