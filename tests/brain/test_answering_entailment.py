"""A model that judges entailment drops what the rules let pass, and does nothing else; failures are told."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from chat_models import telling
from small_cross_encoder import save_synonyms
from small_home import SmallHome, assert_backed

from brain.answering.draft import DraftSentence
from brain.answering.writing.entailment import NOT_ENTAILED, Entailment, open_entailment
from brain.answering.writing.written import WritingAnswerer
from brain.domain import Answer, Locator, Passage, Source
from brain.errors import ModelUnavailable, UsageError

ASKED = "Who pays whom on Monday?"
LABELS = ("contradiction", "entailment", "neutral")
# Entailment is likeliest where more than two pairs of words have one meaning, else neutral.
NLI = {"weights": (0, 1, 0), "biases": (0, 0, 2.5), "labels": LABELS}
PAY = "# Pay\n\nHR pays finance on Monday. Finance pays salaries late.\n"
MEANINGS = [("finance", "purse"), ("salaries", "wages")]


@pytest.fixture
def home(tmp_path: Path):
    made = SmallHome(tmp_path).fill({"pay.md": PAY})
    yield made
    made.close()


@pytest.fixture
def judge(tmp_path: Path):
    with ExitStack() as closing:
        yield open_entailment(str(save_synonyms(tmp_path / "nli", MEANINGS, **NLI)), closing)


def answered(home: SmallHome, written: str, entails: object) -> Answer:
    return home.ask(ASKED, answerer=WritingAnswerer(telling(written), "the model", entails=entails))


def sentence(text: str, place: str, rest: str = "") -> DraftSentence:
    source = Source("a.md", "A", "general", "", Locator())
    return DraftSentence(text, Passage(1, f"{place} {rest}".strip(), source), 0, len(place))


def test_a_sentence_is_held_against_its_place_and_against_the_whole_passage(judge: Entailment) -> None:
    assert judge.objection(sentence("Finance pays salaries.", "The purse pays wages and wages.")) == ""
    assert (
        judge.objection(sentence("Finance pays salaries.", "The purse pays wages.", "It pays wages.")) == ""
    )
    assert judge.objection(sentence("Finance pays salaries.", "The purse pays wages.")) == NOT_ENTAILED


def test_what_is_not_entailed_is_not_told_though_its_words_are_there(
    home: SmallHome, judge: Entailment
) -> None:
    written = "Finance pays HR on Monday [1]. Finance pays salaries late [1]."
    without, judged = answered(home, written, None), answered(home, written, judge)
    assert "Finance pays HR" in without.text  # the rules read words, not who does what
    assert judged.text == "Finance pays salaries late. [1]"
    assert_backed(judged)
    dropped = judged.trace.steps["check"]["dropped"]  # type: ignore[index]
    assert NOT_ENTAILED in str(dropped)
    assert f"entailment judged by {judge.name}" in str(judged.trace.steps["written"])
    assert "entailment" not in str(without.trace.steps["written"])


def test_where_nothing_is_entailed_the_documents_own_sentences_answer(
    home: SmallHome, judge: Entailment
) -> None:
    answer = answered(home, "Finance pays HR on Monday [1].", judge)
    assert "HR pays finance on Monday." in answer.text
    assert "nothing that the model wrote is backed" in str(answer.trace.steps["written"])


def test_what_the_rules_drop_is_not_put_to_it(home: SmallHome) -> None:
    class Agreeing:
        name = "agreeing"

        def objection(self, sentence: DraftSentence) -> str:
            return ""

    answer = answered(home, "HR pays finance on Tuesday [1]. HR pays finance on Monday [1].", Agreeing())
    assert answer.text == "HR pays finance on Monday. [1]"


def test_one_that_fails_leaves_it_to_the_rules_and_is_told(home: SmallHome) -> None:
    class Failing:
        name = "failing"
        asked = 0

        def objection(self, sentence: DraftSentence) -> str:
            self.asked += 1
            raise ModelUnavailable("The cross-encoder fails.")

    failing = Failing()
    answer = answered(home, "HR pays finance on Monday [1]. Finance pays salaries late [1].", failing)
    assert answer.text == "HR pays finance on Monday. Finance pays salaries late. [1]"
    assert failing.asked == 1
    assert "entailment was not judged: The cross-encoder fails." in str(answer.trace.steps["written"])


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"weights": (0, 1, 0), "biases": (0, 0, 1), "labels": ("LABEL_0", "LABEL_1", "LABEL_2")},
        {"weights": (0, 1, 0), "biases": (0, 0, 1), "labels": ("contradiction", "entailment")},
        {"weights": (1,), "biases": (0,), "labels": ("entailment",)},
    ],
)
def test_a_model_that_judges_something_else_is_refused(
    tmp_path: Path, wrong: dict[str, Sequence[object]]
) -> None:
    folder = save_synonyms(tmp_path / "other", MEANINGS, **wrong)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="does not judge entailment"), ExitStack() as closing:
        open_entailment(str(folder), closing)
    with pytest.raises(UsageError, match="CITEWISE_ENTAILMENT is /nowhere"), ExitStack() as closing:
        open_entailment("/nowhere", closing)
