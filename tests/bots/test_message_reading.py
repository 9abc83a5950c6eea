"""What is left unsaid in a thread where the bot has answered before."""

from pathlib import Path

import pytest
from desk_kit import LEAVE, WORD_GATE, desk_home
from desk_orders import ANA

from bots.doors.message_reading import goes_unsaid, verb_alone

UNSAID = (
    "Thanks!",
    "Let me check with zqkim tomorrow",
    "ok, I'll ask zqkim",
    "Hm, they moved the zqshelf, I think",
    "I think zqkim knows that.",
)
SAID = (
    "Who repairs the zqzeppelin?",
    "and for the zqzeppelin",
    "I need the zqzeppelin form",
    "I meant the zqteam",
    "Let me ask: who repairs the zqzeppelin?",
    "zqzeppelin hangar",
    "they moved the zqshelf, didn't they?",
)


@pytest.mark.parametrize("words", [*UNSAID, *SAID])
async def test_a_refusal_of_what_people_tell_each_other_goes_unsaid(tmp_path: Path, words: str) -> None:
    with desk_home(tmp_path, WORD_GATE) as here:
        here.home.fill({"leave.md": LEAVE})
        final = await here.ask(ANA, words)
        assert final.answer.refused
        assert goes_unsaid(final, words) is (words in UNSAID)


async def test_an_answer_is_always_said(tmp_path: Path) -> None:
    with desk_home(tmp_path, WORD_GATE) as here:
        here.home.fill({"leave.md": LEAVE})
        words = "I think employees get days of annual leave"
        final = await here.ask(ANA, words)
        assert not final.answer.refused
        assert not goes_unsaid(final, words)


@pytest.mark.parametrize(
    ("words", "verb"),
    [
        *(("help", "help"), ("Help!", "help"), ("STATUS please", "status"), ("please, gaps.", "gaps")),
        *(("status?", "status"), ("why", "why"), ("why?", ""), ("undo?", ""), ("undo!", "undo")),
        *(("help me", ""), ("documents about leave", ""), ("", ""), ("!", ""), ("add", "")),
    ],
)
def test_a_verb_is_one_where_nothing_else_is_said(words: str, verb: str) -> None:
    assert verb_alone(words) == verb
