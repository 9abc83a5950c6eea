import pytest

from brain.answering.extracting.instructions import instructs


@pytest.mark.parametrize(
    "sentence",
    [
        "Fill in the form and send it to the desk.",
        "You should call the desk first.",
        "If it is broken, return it.",
        "Staff must badge in.",
        "Rooms are booked by writing to the desk.",
    ],
)
def test_a_sentence_that_tells_what_to_do(sentence: str):
    assert instructs(sentence)


@pytest.mark.parametrize(
    "sentence",
    ["The form was filled in.", "Returns are free.", "The desk is by the lift.", "Our use of cars fell."],
)
def test_a_sentence_that_tells_what_is(sentence: str):
    assert not instructs(sentence)
