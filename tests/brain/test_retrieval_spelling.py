"""Slips of the finger are read as what was probably meant, and words that stand nowhere are named."""

from collections.abc import Iterator

import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding
from small_home import SmallHome, fake_embedder
from test_brain import DRIVE

from brain.domain import Answer
from brain.embedding.embedder import Embedder
from brain.evidence import EvidenceGate, GateWeights
from brain.retrieval.spelling import respelled

LANGUAGE = "employees leave paid meals password reset cache expire empire about where second".split()
BY_WORDS = EvidenceGate(GateWeights(-2.0, 3.0, 3.0, 0.0, 0.0, 0.0, 0.0), threshold=0.9)


def told(question: str, *unknown: str, held: str = "password leave cashing about where employees") -> str:
    known = set(LANGUAGE)
    counts = held.split()
    return respelled(question, unknown, known.__contains__, lambda words: {w: counts.count(w) for w in words})


@pytest.mark.parametrize(
    ("question", "unknown", "meant"),
    [
        ("Reset my pasword?", "pasword", "Reset my password?"),  # too few
        ("Reset my passsword?", "passsword", "Reset my password?"),  # too many
        ("Reset my pazsword?", "pazsword", "Reset my password?"),  # mistaken
        ("Reset my PASSWROD?", "passwrod", "Reset my password?"),  # swapped
    ],
)
def test_one_slip_is_put_right(question: str, unknown: str, meant: str) -> None:
    assert told(question, unknown) == meant


@pytest.mark.parametrize(
    "word",
    [
        "caching",  # a form of a word of the language
        "expire",  # a word of the language
        "abuot",  # of "about", which asks nothing
        "leav",  # short
        "assword",  # the first letter
        "pasw0rd",  # a code
        "resset",  # of a word that no document has
    ],
)
def test_what_may_be_meant_as_it_is_stays(word: str) -> None:
    assert told(f"my {word}", word) == f"my {word}"


@pytest.mark.parametrize(
    "unknown",
    [
        ["漢" * 4_000],
        ["q" * 600 + "x"],
        [f"{first}{second}xqzwk" for first in "bcdfghjklmnpqrstvwz" for second in "bcdfghjklm"],
    ],
)
def test_a_question_of_any_shape_is_not_looked_up_in_a_hundred_thousand_spellings(unknown: list[str]) -> None:
    """Whoever may ask could keep the bot busy for minutes with one word of 4,000 letters."""
    looked_up = 0

    def is_word(word: str) -> bool:
        nonlocal looked_up
        looked_up += 1
        return False

    question = " ".join(unknown)[:4_000]
    assert respelled(question, unknown, is_word, lambda words: {}) == question
    assert looked_up < 20_000


def test_slips_are_put_right_beside_words_that_are_in_no_document() -> None:
    strange = " ".join(LANGUAGE)
    assert told(f"{strange} pasword", *LANGUAGE, "pasword") == f"{strange} password"


class KnowingVectors(DeterministicFakeEmbedding):
    """Vectors that mean nothing, and some words of a language."""

    def knows(self, word: str) -> bool:
        return word in LANGUAGE


@pytest.fixture
def home(tmp_path) -> Iterator[SmallHome]:
    knowing = Embedder("fake/32", 32, 200, KnowingVectors(size=32), fake_embedder().count_tokens)
    found = SmallHome(tmp_path, knowing).fill(DRIVE)
    yield found
    found.close()


def asked(home: SmallHome, text: str) -> Answer:
    return home.ask(text, gate=BY_WORDS)


def test_a_misspelt_question_is_answered_and_says_how_it_was_read(home: SmallHome) -> None:
    answer = asked(home, "reset my pasword in the portal")
    assert "Reset your password in the portal" in answer.text
    assert answer.read_as == "reset my password in the portal"
    assert (answer.trace.question, answer.trace.standalone) == (
        "reset my pasword in the portal",
        "reset my password in the portal",
    )
    home.catalog.answers.keep(answer, "reset my pasword in the portal", "ana", "t1", ["general"])
    (turn,) = home.catalog.conversations.turns("t1")
    assert turn.question == answer.read_as
    home.catalog.forgetting.of_person("ana")
    assert home.catalog.conversations.turns("t1") == ()


def test_of_several_questions_one_that_is_misspelt_leaves_the_others_as_they_are(home: SmallHome) -> None:
    text = "Reset my pasword in the portal? How many days of paid leave do employees get?"
    answer = asked(home, text)
    assert "Reset your password" in answer.text
    assert "thirty days" in answer.text
    assert answer.read_as == text.replace("pasword", "password")
    home.catalog.answers.keep(answer, text, "ana", "t2", ["general"])
    (turn,) = home.catalog.conversations.turns("t2")
    assert turn.question == answer.read_as
    home.catalog.forgetting.of_person("ana")
    assert home.catalog.conversations.turns("t2") == ()


def test_what_is_found_as_it_is_written_is_not_read_otherwise(home: SmallHome) -> None:
    assert asked(home, "Reset the password in the portal").read_as == ""


def test_an_embedder_that_knows_no_words_guesses_none(tmp_path) -> None:
    plain = SmallHome(tmp_path).fill(DRIVE)
    try:
        answer = asked(plain, "reset my pasword in the portal")
        assert answer.refused
        assert "“pasword” stands in none of them." in answer.text
    finally:
        plain.close()


def test_words_that_stand_nowhere_are_named_to_their_asker(home: SmallHome) -> None:
    text = asked(home, "Is there a gym with a sauna for paid leave?").text
    assert "“gym” and “sauna” stand in none of them." in text
    assert "einer anderen Sprache" in asked(home, "Wie viele Urlaubstage habe ich?").text
    assert "another language" in asked(home, "年假有多少天？").text


def test_words_of_spaces_that_may_not_be_read_are_told_of_as_if_they_stood_nowhere(home: SmallHome) -> None:
    home.add("salaries.md", "# Salaries\n\nThe sauna allowance is ten euros.", "hr")
    assert "“sauna” stands in none of them." in asked(home, "Is a sauna part of paid leave?").text


def test_a_long_message_is_asked_for_in_short(home: SmallHome) -> None:
    story = " ".join(f"word{at} happened" for at in range(30))
    assert "ask again in a sentence or two" in asked(home, f"{story}, what now?").text


def test_someone_in_danger_is_told_where_to_turn(home: SmallHome) -> None:
    assert "call the emergency number" in asked(home, "I can't go on, I want to die").text
    assert "emergency" not in asked(home, "Where do plants in the office want to live?").text
