import pytest

from brain.retrieval.shorthand import long_forms, written_out


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("whats the fee and whos the boss", "what's the fee and who's the boss"),
        ("Im off sick, I dont know", "I'm off sick, I don't know"),
        ("can u help pls?", "can you help please?"),
        ("the rota of 7 dec", "the rota of 7 December"),
        ("paid in Sept 2026?", "paid in September 2026?"),
        ("from 1st jan. on", "from 1st January on"),
    ],
)
def test_little_words_and_months_are_written_out(typed: str, written: str) -> None:
    assert written_out(typed) == written


@pytest.mark.parametrize(
    "text", ["IM and WONT are units", "don't", "does mar hurt?", "im Urlaub", "l'homme dont je parle"]
)
def test_what_may_be_a_name_stays(text: str) -> None:
    assert written_out(text) == text


def test_only_what_no_passage_holds_is_taken_for_short() -> None:
    assert long_forms("wfh info for mgr", ["wfh", "mgr"]) == "working from home info for manager"
    assert long_forms("wfh info", []) == "wfh info"
