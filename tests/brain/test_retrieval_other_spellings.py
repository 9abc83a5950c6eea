"""A question in American spelling finds what is written in British, and the other way round."""

from pathlib import Path

import pytest
from small_home import SmallHome

from brain.retrieval.other_spellings import other_spellings

PAIRS = [
    ("organisation", "organization"),
    ("recognised", "recognized"),
    ("analyse", "analyze"),
    ("colours", "colors"),
    ("neighbourhood", "neighborhood"),
    ("centre", "center"),
    ("centred", "centered"),
    ("cancelled", "canceled"),
    ("jewellery", "jewelry"),
    ("defence", "defense"),
    ("catalogue", "catalog"),
    ("programmes", "programs"),
    ("enrolment", "enrollment"),
    ("tyre", "tire"),
]


@pytest.mark.parametrize(("british", "american"), PAIRS)
def test_each_spelling_has_the_other(british: str, american: str) -> None:
    assert american in other_spellings(british)
    assert british in other_spellings(american)


def test_a_medical_word_is_found_as_america_writes_it() -> None:
    assert other_spellings("paediatric") == ("pediatric",)


@pytest.mark.parametrize("word", ["hours", "door", "rest", "bill", "", "is", "2026"])
def test_short_words_stay_as_they_are(word: str) -> None:
    assert other_spellings(word) == ()


def test_a_question_in_the_other_spelling_is_answered(tmp_path: Path) -> None:
    drive = {
        "tours.md": "# Tours\n\nCancelled tours are refunded at the visitor centre within ten days.",
        "rooms.md": "# Rooms\n\nThe meeting room on the first floor is open until ten in the evening.",
    }
    home = SmallHome(tmp_path).fill(drive)
    found = home.find("Who refunds canceled tours, the center?")
    answer = home.ask("Where do I get money back for a canceled tour, in the center?")
    home.close()
    assert found.query.same["center"] == ("centre",)
    assert "refunded at the visitor centre" in answer.text
