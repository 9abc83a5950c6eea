import pytest

from brain.answering.extracting.definition import Saying, definition


@pytest.mark.parametrize(
    ("question", "term"),
    [
        ("What is Tock?", "Tock"),
        ("what is an IAA", "IAA"),
        ("What's the Writing Lab?", "Writing Lab"),
        ("Who are the Innovation Fellows?", "Innovation Fellows"),
        ("What does NTE mean?", "NTE"),
        ("What is Tock for?", "Tock"),
        ("Define micropurchase", "micropurchase"),
    ],
)
def test_the_thing_that_is_asked_about(question: str, term: str):
    asked = definition(question)
    assert asked is not None
    assert asked.term == term


@pytest.mark.parametrize(
    "question",
    [
        "What is the price of the Petrel?",
        "What is my travel allowance?",
        "What is the difference between LoRA and QLoRA?",
        "What are the five steps that a new contractor takes?",
        "How do I file an IAA?",
        "Is Tock an app?",
    ],
)
def test_other_questions_ask_for_no_definition(question: str):
    assert definition(question) is None


@pytest.mark.parametrize(
    ("sentence", "saying"),
    [
        ("Tock is an internal tool that tracks hours.", Saying.DEFINED),
        ("The Tock (time keeping) is our clock.", Saying.DEFINED),
        ("Tock: where the hours go.", Saying.DEFINED),
        ("Tock helps teams bill their hours.", Saying.NAMED),
        ("They built an application called Tock.", Saying.NAMED),
        ("Time Of Clerks (TOCK) is due on Friday.", Saying.NAMED),
        ("TOCK (time of clerks) is due on Friday.", Saying.NAMED),
        ("Tock is due on Friday.", Saying.NOTHING),
        ("Tock is given to everybody.", Saying.NOTHING),
        ("Fill in Tock on Friday.", Saying.NOTHING),
        ("See the wiki (Tock page) for more.", Saying.NOTHING),
    ],
)
def test_how_plainly_a_sentence_says_what_a_thing_is(sentence: str, saying: Saying):
    asked = definition("What is Tock?")
    assert asked is not None
    assert asked.said_by(sentence) is saying


def test_letters_of_a_longer_name_may_stand_for_it():
    asked = definition("What is a PIV card?")
    assert asked is not None
    assert asked.said_by("Bring your personal identity verification (PIV) card.") is Saying.NAMED
    assert asked.said_by("Bring your card.") is Saying.NOTHING


@pytest.mark.parametrize("word", ["overtime" * 8_000, "A" * 60_000, "Overtime1" * 7_000])
def test_a_word_without_end_keeps_nobody_waiting(word: str):
    """As a picture in letters, or a file of measurements, is one; it used to take minutes."""
    asked = definition("What is overtime?")
    assert asked is not None
    assert asked.said_by(f"It has {word} in it.") is Saying.NOTHING
    assert asked.said_by(f"{word}. Overtime is work after six.") is Saying.DEFINED
