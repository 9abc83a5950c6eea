from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from talking_phi3 import talking_phi3
from transformers import AutoTokenizer

from brain.domain import Locator, Passage, Source
from brain.phi3.chat import Prompts
from brain.tuning.learning.rendering import render
from brain.tuning.rows import Row


def passage(number: int, text: str) -> Passage:
    source = Source(f"{number}.md", f"File {number}", "general", "", Locator())
    return Passage(number, text, source, context=f"File {number}", end=len(text))


PASSAGES = (
    passage(1, "Visitors park on level 2."),
    passage(2, "The cellar opens at 6:00. It closes at 22:00."),
)


def row(gold: tuple[int, ...], answer: str) -> Row:
    return Row("r", "When does the cellar open?", PASSAGES, answer, gold, "heading", "2.md")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return talking_phi3(tmp_path_factory.mktemp("phi3"))


def test_only_the_answer_and_its_end_are_learnt(folder: Path):
    prompts, plain = Prompts.of(folder), AutoTokenizer.from_pretrained(str(folder))
    example = render(row((2,), "It opens at 6:00 [2]."), prompts, 2047)
    assert example is not None
    learnt = [token for token, said in zip(example.tokens, example.said, strict=True) if said]
    assert plain.decode(learnt) == "It opens at 6:00 [2].<|end|>"
    asked = plain.decode(
        [token for token, said in zip(example.tokens, example.said, strict=True) if not said]
    )
    assert asked.startswith("<|system|>\nYou answer questions from numbered passages")
    assert "[2] File 2\nThe cellar opens at 6:00. It closes at 22:00.\n\nQuestion: When does" in asked
    assert asked.endswith("<|end|>\n<|assistant|>\n")


def test_where_the_cited_passage_does_not_fit_there_is_nothing_to_learn(folder: Path):
    prompts = Prompts.of(folder)
    whole = render(row((2,), "It opens at 6:00 [2]."), prompts, 2047)
    assert whole is not None
    size = len(whole.tokens)
    assert render(row((2,), "It opens at 6:00 [2]."), prompts, size) == whole
    assert render(row((2,), "It opens at 6:00 [2]."), prompts, size - 1) is None
    without = render(row((), "Not in the documents."), prompts, size - 1)
    assert without is not None
    assert len(without.tokens) < size
