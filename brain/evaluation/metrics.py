"""The metrics of one question: each a pair of counts, so that a set's value is a ratio of two sums.

Sources: SQuAD evaluate-v1.1 (F1), FinanceBench (Islam et al. 2023: amounts), CRAG (Yang et al. 2024:
+1, 0, −1), ALCE (Gao et al. 2023: citation precision and recall), Trust-Align (Song et al. 2024:
refusing as two classes), BEIR and trec_eval (retrieval).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from brain.evaluation.amounts import says_amount, wanted_amount
from brain.evaluation.documents import Documents
from brain.evaluation.matching import contains, token_f1, yes_or_no
from brain.evaluation.predictions import Prediction
from brain.evaluation.questions import EvalQuestion, Reference
from brain.evaluation.ranking import CUTOFFS, any_near, distinct, first_rank, ndcg, paged, places

# A metric's (numerator, denominator) for one question; what doesn't apply to a question is left out.
Counts = dict[str, tuple[float, float]]

NAMES = (
    *("f1", "contains", "yes_no", "numeric", "accuracy", "crag", "crag_credit"),
    *("refuse_p", "refuse_r", "refuse_f1", "answer_p", "answer_r", "answer_f1"),
    *("false_refusal", "answered_wrongly"),
    *(f"hit@{k}" for k in CUTOFFS),
    *("mrr", "ndcg@10"),
    *(f"page_hit@{k}" for k in CUTOFFS),
    *("cite_p", "cite_r", "cite_f1", "cite_page_p", "cite_page_r", "cite_page_f1"),
    *("fabricated", "bad_page", "quote_valid"),
)
LOWER_IS_BETTER = frozenset({"false_refusal", "answered_wrongly", "fabricated", "bad_page"})
RIGHT_FROM_F1 = 0.5  # the share of words that an answer and the expected one have in common


@dataclass(frozen=True, slots=True)
class Score:
    """One question's counts, and whether its answer was correct (a refusal never is)."""

    counts: Mapping[str, tuple[float, float]]
    correct: bool = False
    quotes: int = 0
    quotes_unchecked: int = 0

    def value(self, name: str) -> float | None:
        """A metric for this question alone, None where it doesn't apply."""
        above, below = self.counts.get(name, (0, 0))
        return above / below if below else None


def score(question: EvalQuestion, said: Prediction, documents: Documents | None = None) -> Score:
    """Score one answer; without `documents`, nothing is checked about what the citations point at."""
    if question.answerable is None:
        return Score({})
    counts, correct = _answer_counts(question, said) if question.answerable else ({}, False)
    counts |= _refusal_counts(question.answerable, said.refused, correct)
    if question.answerable and question.gold:
        counts |= _retrieval_counts(question, said)
        counts |= {} if said.refused else _citation_counts(question, said)
    if documents is None or said.refused or not said.citations:
        return Score(counts, correct)
    held = _quotes_held(said.citations, documents)
    counts |= _existence_counts(said.citations, documents, held)
    return Score(counts, correct, len(held), held.count(None))


def _answer_counts(question: EvalQuestion, said: Prediction) -> tuple[Counts, bool]:
    text = "" if said.refused else said.answer
    f1 = max((token_f1(text, gold) for gold in question.answers), default=0.0) if text else 0.0
    holds = any(contains(text, gold) for gold in question.answers)
    counts: Counts = {"f1": (f1, 1), "contains": (holds, 1)}
    right, contradicts = holds or f1 >= RIGHT_FROM_F1, False
    if question.yes_no:
        verdict = yes_or_no(text)
        counts["yes_no"] = (verdict == question.yes_no, 1)
        right = right or verdict == question.yes_no
        contradicts = verdict not in (None, question.yes_no)
    wanted = wanted_amount(question)
    if wanted:
        counts["numeric"] = (says_amount(text, wanted), 1)
        right = right or says_amount(text, wanted)
    correct = right and not contradicts and not said.refused
    counts["accuracy"] = (correct, 1)
    return counts, correct


def _refusal_counts(answerable: bool, refused: bool, correct: bool) -> Counts:
    credit = 0 if refused else 1 if correct else -1
    return {
        **_class_counts("refuse", wanted=not answerable, done=refused),
        **_class_counts("answer", wanted=answerable, done=not refused),
        **({"false_refusal": (refused, 1)} if answerable else {"answered_wrongly": (not refused, 1)}),
        "crag": (credit, 1),
        "crag_credit": (1 if refused and not answerable else credit, 1),
    }


def _class_counts(name: str, *, wanted: bool, done: bool) -> Counts:
    both = wanted and done
    return {
        f"{name}_p": (both, done),
        f"{name}_r": (both, wanted),
        f"{name}_f1": (2 * both, done + wanted),
    }


def _retrieval_counts(question: EvalQuestion, said: Prediction) -> Counts:
    if said.retrieved is None:
        return {}
    ranked = distinct(reference.doc for reference in said.retrieved)
    relevant = {reference.doc for reference in question.gold}
    first = first_rank(ranked, relevant)
    counts: Counts = {f"hit@{k}": (first is not None and first <= k, 1) for k in CUTOFFS}
    counts |= {"mrr": (1 / first if first else 0.0, 1), "ndcg@10": (ndcg(ranked, relevant), 1)}
    pages, wanted = places(said.retrieved), paged(question.gold)
    if wanted and paged(said.retrieved):
        for k in CUTOFFS:
            counts[f"page_hit@{k}"] = (any(any_near(place, wanted) for place in pages[:k]), 1)
    return counts


def _citation_counts(question: EvalQuestion, said: Prediction) -> Counts:
    cited, gold = {c.doc for c in said.citations}, {g.doc for g in question.gold}
    shared = len(cited & gold)
    counts = _precision_and_recall("cite", (shared, len(cited)), (shared, len(gold)))
    wanted = paged(question.gold)
    if wanted:
        given = places(said.citations)
        right = sum(any_near(place, wanted) for place in given)
        found = sum(any_near(place, given) for place in wanted)
        counts |= _precision_and_recall("cite_page", (right, len(given)), (found, len(wanted)))
    return counts


def _precision_and_recall(name: str, right: tuple[int, int], found: tuple[int, int]) -> Counts:
    precision = right[0] / right[1] if right[1] else 0.0
    recall = found[0] / found[1]
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {f"{name}_p": (precision, 1), f"{name}_r": (recall, 1), f"{name}_f1": (f1, 1)}


def _quotes_held(citations: tuple[Reference, ...], documents: Documents) -> list[bool | None]:
    return [documents.holds(c.doc, c.quote) for c in citations if c.quote.strip()]


def _existence_counts(
    citations: tuple[Reference, ...], documents: Documents, held: list[bool | None]
) -> Counts:
    made_up = sum(not documents.exists(c.doc) for c in citations)
    counts: Counts = {"fabricated": (made_up, len(citations))}
    on_pages = [documents.has_page(c.doc, c.page) for c in citations if c.page is not None]
    for name, checked, counted in (("bad_page", on_pages, False), ("quote_valid", held, True)):
        known = [verdict for verdict in checked if verdict is not None]
        if known:
            counts[name] = (known.count(counted), len(known))
    return counts
