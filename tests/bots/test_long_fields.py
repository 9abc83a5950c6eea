"""Words that are longer than one input of a form takes."""

from hypothesis import given
from hypothesis import strategies as st

from bots.desk.cards import Field
from bots.desk.chat_text import fair_share
from bots.doors.long_fields import filled_in, inputs_of


@given(st.text(alphabet="ab .\n", max_size=400))
def test_nothing_is_lost_on_the_way_through_several_inputs(text: str) -> None:
    inputs = inputs_of(Field("words", "Reply", value=text, long=True), 50)
    assert all(len(part.value) <= 50 for part in inputs)
    assert len({part.name for part in inputs}) == len(inputs)
    back = filled_in({part.name: part.value for part in reversed(inputs)})
    assert list(back) == ["words"]
    assert "".join(back["words"].split()) == "".join(text.split())
    if len(text) <= 50:
        assert back["words"] == text


def test_lines_stay_lines_and_an_emptied_input_leaves_no_gap() -> None:
    lines = "\n".join("x" * 30 for _ in range(8))
    inputs = inputs_of(Field("words", "Reply", value=lines, long=True), 100)
    assert filled_in({part.name: part.value for part in inputs}) == {"words": lines}
    assert filled_in({"words": "one", "words+1": "  ", "words+2": "three", "other": ""}) == {
        "words": "one\nthree",
        "other": "",
    }
    assert inputs_of(Field("url", "Address", value="x" * 500), 100) == [
        Field("url", "Address", value="x" * 500)
    ]


@given(st.lists(st.integers(0, 300), max_size=20), st.integers(0, 2_000))
def test_a_fair_share_keeps_to_the_whole_and_shortens_the_longest_first(
    lengths: list[int], most: int
) -> None:
    share = fair_share(lengths, most)
    assert sum(min(length, share) for length in lengths) <= most
    if sum(lengths) <= most:
        assert all(length <= share for length in lengths)
    else:
        assert sum(min(length, share + 1) for length in lengths) > most
