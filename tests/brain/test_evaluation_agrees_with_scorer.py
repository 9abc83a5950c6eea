"""The metrics against another program that counts the same ones, where it lies beside the repository."""

import importlib.util
import json
import random
import tempfile
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.evaluation.bootstrap import Bootstrap
from brain.evaluation.documents import Documents
from brain.evaluation.metrics import score
from brain.evaluation.predictions import Prediction, to_row
from brain.evaluation.questions import EvalQuestion, Reference, read_questions
from brain.evaluation.report import build_report

SHARED = Path(__file__).resolve().parents[3] / "shared"
SCORER = SHARED / "scoring" / "score.py"
pytestmark = pytest.mark.skipif(not SCORER.is_file(), reason="the other scorer isn't beside this repository")

SETS = ("northwind", "claude-docs", "covid-papers")
FIGURES = ("7", "$1,577.00", "(3.2%)", "1.5 million", "-4", "2,019", "2019", "5k", "($2.1 bn)", ".5")
OPENINGS = ("Yes, ", "No. ", "**no** ", "The answer is: yes ", "No longer ", "", "", "")


@pytest.fixture(scope="session")
def scorer():
    spec = importlib.util.spec_from_file_location("other_scorer", SCORER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Guesses:
    """Predictions of every kind: right, nearly right, refused, empty, with true and invented sources."""

    def __init__(self, questions, texts, seed):
        self.random = random.Random(seed)
        self.questions = questions
        self.texts = texts

    def prediction(self, question):
        chance = self.random.random
        return Prediction(
            question.id,
            self.answer(question),
            refused=chance() < 0.2,
            citations=tuple(self.reference(question, quoted=True) for _ in range(self.random.randrange(4))),
            retrieved=None if chance() < 0.1 else self.ranking(question),
            latency_ms=None if chance() < 0.1 else chance() * 1000,
        )

    def answer(self, question):
        source = question if self.random.random() < 0.7 else self.random.choice(self.questions)
        words = " ".join(source.answers).split()
        cut = words[: self.random.randint(0, len(words))] if self.random.random() < 0.6 else words
        figure = self.random.choice(FIGURES) if self.random.random() < 0.4 else ""
        return f"{self.random.choice(OPENINGS)}{' '.join(cut)} {figure}".strip()

    def ranking(self, question):
        return tuple(self.reference(question) for _ in range(self.random.randrange(15)))

    def reference(self, question, quoted=False):
        gold = self.random.choice(question.gold) if question.gold and self.random.random() < 0.4 else None
        doc = gold.doc if gold else self.random.choice([*self.texts, "made/up.md"])
        page = (gold.page or 1) + self.random.randint(-3, 3) if gold else self.random.randint(0, 90)
        quote = self.quote(doc) if quoted else ""
        return Reference(doc, page if self.random.random() < 0.7 else None, quote)

    def quote(self, doc):
        text = self.texts.get(doc) or "nothing at all to be read here"
        start = self.random.randrange(len(text))
        quote = text[start : start + self.random.randint(0, 80)]
        changes = (str.upper, str, str, lambda q: q.replace(" ", "\n "), lambda q: q.replace("e", "x", 1))
        return self.random.choice(changes)(quote.replace("-", "–"))


def library(scorer, folder):
    """The other scorer's documents, as the callables that ours asks."""
    docs = scorer.Docs(folder)

    def readings(doc):
        extract = docs.text / f"{doc}.txt"
        if extract.is_file():
            return [extract.read_text("utf-8")]
        raw = (docs.root / doc).read_text("utf-8")
        return [scorer.html_text(raw)] if doc.endswith(".html") else [raw, scorer.markdown_text(raw)]

    documents = Documents(lambda doc: "\n\n".join(readings(doc)) if doc in docs.names else None)
    return docs, documents, {doc: readings(doc)[-1] for doc in sorted(docs.names)}


def rows_of(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("name", SETS)
def test_every_metric_has_the_same_value_on_random_predictions(scorer, name):
    path = SHARED / "data" / name / "questions.jsonl"
    questions, rows = read_questions(path), rows_of(path)
    docs, documents, texts = library(scorer, SHARED / "data" / name / "docs")
    for seed in range(2):
        guesses = Guesses(questions, texts, seed)
        ours = [guesses.prediction(question) for question in questions]
        theirs = [guesses.prediction(question) for question in questions]
        report = build_report(questions, ours, documents=documents, against=theirs, bootstrap=Bootstrap(300))
        expected, _, _, _ = scorer.evaluate(
            rows, [to_row(p) for p in ours], docs, [to_row(p) for p in theirs], times=300
        )
        assert [row.name for row in report.metrics] == list(expected)
        assert {"f1", "refuse_f1", "ndcg@10", "cite_f1", "fabricated", "quote_valid"} <= expected.keys()
        for row in report.metrics:
            other = expected[row.name]
            assert (row.name, row.n) == (row.name, other["n"])
            assert row.value == pytest.approx(other["value"]), row.name
            assert row.against.value == pytest.approx(other["other"]), row.name
            if other["value"] is None:
                assert row.interval.low is None
                continue
            # Two bootstraps with other random numbers: the same but for a part of their width.
            slack = 0.3 * (other["hi"] - other["lo"]) + 0.01
            assert row.interval.low == pytest.approx(other["lo"], abs=slack), row.name
            assert row.against.interval.high == pytest.approx(other["diff_hi"], abs=2 * slack), row.name


FRAGMENTS = st.sampled_from(
    [
        *"0123456789",
        *"0123456789",
        *"()$€£%.,-−+ kKmMbB",
        " million",
        "bn",
        " trillion",
        "19",
        "20",
        "a ",
        "The answer is ",
        *("yes", "No", " longer", "**", "\n"),
    ]
)
TEXTS = st.lists(FRAGMENTS, max_size=12).map("".join)


@given(
    TEXTS,
    st.lists(TEXTS, max_size=3),
    st.sampled_from(["yes", "no", None]),
    st.none() | st.integers(-30, 2100) | st.floats(-1e7, 1e7),
)
def test_numbers_and_verdicts_are_read_alike(scorer, said, answers, yes_no, numeric):
    question = EvalQuestion("1", "?", tuple(answers), True, (), yes_no, numeric)
    row = {key: value for key, value in asdict(question).items() if value is not None}
    counts, _ = scorer.score_question(row, {"id": "1", "answer": said})
    assert score(question, Prediction("1", said)).counts == counts


WORDY = st.text(st.sampled_from("abn the'-–.,“” \u00ad\n"), max_size=30)


@given(WORDY, WORDY)
def test_words_are_compared_alike(scorer, one, other):
    counts = score(EvalQuestion("1", "?", (other,), True), Prediction("1", one)).counts
    row = {"id": "1", "answers": [other], "answerable": True}
    assert counts == scorer.score_question(row, {"id": "1", "answer": one})[0]


@given(WORDY.filter(str.strip), WORDY.filter(str.strip))
def test_quotes_are_compared_alike(scorer, text, quote):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "d.txt").write_text(text, "utf-8", newline="")
        found = scorer.Docs(folder).quote("d.txt", quote)
    assert Documents({"d.txt": text}.get).holds("d.txt", quote) in (found, None)
