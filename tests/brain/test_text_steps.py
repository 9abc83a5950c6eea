from brain.domain import Locator, Passage, Source
from brain.text.steps import is_step, runs_over, steps_around

FIRST = "Before you sail:\n1. Check the forecast. Wind above six is bad.\n2. Fill in the log:\n- time\n- crew"
SECOND = (
    "3. Tell the harbour office.\nThey note it.\n4. Cast off.\n"
    "Fair winds.\nThat is all.\nReally.\nYes.\n5. No step."
)


def passages(*texts: str) -> list[Passage]:
    source = Source("sail.md", "Sailing", "general", "", Locator())
    return [Passage(n, text, source, ordinal=n) for n, text in enumerate(texts)]


def told(found) -> list[str]:
    return [step.passage.text[step.start : step.end] for step in found.steps]


def test_a_list_is_whole_from_any_of_its_steps_and_over_the_edge_of_a_passage():
    pieces = passages(FIRST, SECOND)
    for number, place in ((0, FIRST.index("Check")), (0, FIRST.index("Fill")), (1, SECOND.index("Cast"))):
        found = steps_around(pieces, number, place)
        assert [step.number for step in found.steps] == [1, 2, 3, 4]
        assert found.ended
    assert told(found)[1] == "2. Fill in the log:\n- time\n- crew"
    assert told(found)[2] == "3. Tell the harbour office.\nThey note it."


def test_without_its_first_step_there_is_no_list():
    assert steps_around(passages(SECOND), 0, 0) is None
    assert steps_around(passages(FIRST), 0, 0) is None  # that line has no number


def test_a_list_that_may_go_on_has_no_known_end():
    assert not steps_around(passages("1. Open it.\n2. Close it."), 0, 0).ended


def test_another_list_is_not_taken_for_more_of_the_same():
    found = steps_around(passages("1. Open it.\n2. Close it.\n1. Begin anew.\n2. End."), 0, 0)
    assert told(found) == ["1. Open it.", "2. Close it."]


def test_steps_are_known_by_their_numbers():
    (one,) = passages("Step 1: Open it.\n(2) Close it.\n3 boats\nPlan\t1. Open")
    assert [is_step(one, one.text.index(word)) for word in ("Open", "Close", "boats", "Plan")] == [
        True,
        True,
        False,
        False,
    ]


def test_only_lists_that_may_be_cut_are_followed():
    cut, cut_at_the_start, whole, none = passages(
        FIRST, SECOND, "1. Go.\n2. Stop.\na\nb\nc\nd\ne", "No list."
    )
    assert runs_over(cut)
    assert runs_over(cut_at_the_start)
    assert not runs_over(whole)
    assert not runs_over(none)
