from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brain.text.pronouns import points_back
from brain.text.sentences import sentence_spans


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


ONE_SENTENCE = [
    "Ask Dr. Weber before you order.",
    "Mr. Smith and Mrs. Jones lead the team.",
    "Leave is earned monthly, e.g. two days in May.",
    "Snacks, i.e. Crisps and nuts, are free.",
    "J. K. Rowling wrote it.",
    "The dose is 2.5 mg a day.",
    "Version 3.11 is needed.",
    "Open config.yaml in an editor.",
    "See https://intranet.example.com/leave.html for more.",
    "Meals are paid up to approx. 40 euros.",
    "See fig. 3 and eq. 4 for details.",
    "The shop opens at 9 a.m. on weekdays.",
    "It costs $3.50 per item.",
    "Founded on 3 Jan. 2004 in Oslo.",
    "He waited … and left.",
    "1. Open the app.",
    "The firm moved to the U.S. in 1999.",
    "Acme Ltd. sells pumps.",
    "It ended vs. Chelsea.",
    "“Really?” he asked.",
    "Room No. 5 is free.",
    "No. Pictures are not kept.",
    "Yes. They are kept for a week.",
    "See Fig. S1a and Ref. No. HR-12 below.",
    "See App. B and Sec. 4 of it.",
    "Call Tel. +49 30 1234 first.",
    "The U.S. Government pays.",
    "Acme Inc. Berlin sells pumps.",
    "She has a Ph.D. Students ask her.",
    "We close at 5 p.m. Friday.",
    "Open from Mon. 9 to 12.",
    "4.2. The supplier delivers.",
    "ii. The buyer pays.",
    "Obst, z. B. Äpfel, ist frei.",
    "Das gilt d. h. Sie zahlen nichts.",
    "Die Frist endet am 1. Januar 2026.",
    "Im 3. Quartal zahlt die Acme GmbH ca. 40 Euro.",
    "Der Vertrag beginnt 1. Mai.",
    "Voir l’art. 7 et la p. 12.",
    "El Sr. García y la Sra. López firman.",
]


@pytest.mark.parametrize("text", ONE_SENTENCE)
def test_one_sentence_stays_one(text):
    assert sentences(text) == [text]


SEVERAL = [
    ("He left. She stayed.", ["He left.", "She stayed."]),
    ("Is it open? Yes! Come in.", ["Is it open?", "Yes!", "Come in."]),
    ("We moved to the U.S. The office is in Boston.", ["We moved to the U.S.", "The office is in Boston."]),
    ("We buy pens, paper etc. Orders go to Ana.", ["We buy pens, paper etc.", "Orders go to Ana."]),
    ("He said “Go home.” Then he left.", ["He said “Go home.”", "Then he left."]),
    ("It works (mostly.) We like it.", ["It works (mostly.)", "We like it."]),
    ("The limit is 30. Ask first.", ["The limit is 30.", "Ask first."]),
    ("The year was 2004. 30 people came.", ["The year was 2004.", "30 people came."]),
    ("Wait... Then go.", ["Wait...", "Then go."]),
    ("Open the app. Tap Settings.", ["Open the app.", "Tap Settings."]),
    ("The answer is no. We tried.", ["The answer is no.", "We tried."]),
    ("It takes 5 sec. The lamp blinks.", ["It takes 5 sec.", "The lamp blinks."]),
    ("Take vitamin C. It helps.", ["Take vitamin C.", "It helps."]),
    ("Work for Acme Inc. The pay is good.", ["Work for Acme Inc.", "The pay is good."]),
    ("Open till 5 p.m. Visitors ring.", ["Open till 5 p.m.", "Visitors ring."]),
    ("It took ten days.[1] Ask first.", ["It took ten days.[1]", "Ask first."]),
    ("„Ja.“ Er ging.", ["„Ja.“", "Er ging."]),
    ("« Oui. » Il part.", ["« Oui. »", "Il part."]),
    ("Die Frist ist der Mai. Im Juni gilt sie nicht.", ["Die Frist ist der Mai.", "Im Juni gilt sie nicht."]),
    ("¿Cuánto? Treinta días.", ["¿Cuánto?", "Treinta días."]),
    ("यह पहला है। यह दूसरा है।", ["यह पहला है।", "यह दूसरा है।"]),
    ("هل هو مفتوح؟ نعم.", ["هل هو مفتوح؟", "نعم."]),
    ("第一句。第二句。", ["第一句。", "第二句。"]),
    ("no full stop\nnext line", ["no full stop", "next line"]),
    ("- first item\n- second item. With more.", ["- first item", "- second item.", "With more."]),
    ("1. Open it. Wait.\n2. Close it.", ["1. Open it.", "Wait.", "2. Close it."]),
]


@pytest.mark.parametrize(("text", "expected"), SEVERAL)
def test_sentences_are_parted_where_they_end(text, expected):
    assert sentences(text) == expected


@pytest.mark.parametrize(
    "row", ["Gold\t$40. Paid yearly.\tYes", "\tbasic\tpro", "Name\t\t", "  \tindented. Cell\tx"]
)
def test_a_tables_row_is_kept_whole_with_its_empty_cells(row):
    assert sentences(f"Intro here. More.\n{row}\nAfter.") == ["Intro here.", "More.", row, "After."]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\t\n \t ", " \r\n "])
def test_white_space_holds_no_sentence(text):
    assert sentences(text) == []


PIECES = st.sampled_from(
    """Dr. e.g. U.S. 3.5 1. a) ? ! ... … 。 “ ” ) leave Leave days é İ http://x.y/z. ; :""".split()
    + list("\t\n \r\u00a0\u2028\x0b\x1c")
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=25).map("".join))


@given(TEXTS)
def test_spans_cover_every_letter_once_and_in_order(text):
    spans = list(sentence_spans(text))
    assert all(start < end for start, end in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    covered = {at for start, end in spans for at in range(start, end)}
    assert {at for at, letter in enumerate(text) if not letter.isspace()} <= covered
    assert all(not text[start:end].isspace() and "\n" not in text[start:end] for start, end in spans)


@given(TEXTS)
def test_spans_have_no_white_space_around_them_but_rows_keep_theirs(text):
    for start, end in sentence_spans(text):
        found = text[start:end]
        assert "\t" in found or found == found.strip()


@given(TEXTS)
def test_a_line_with_a_tab_is_one_span(text):
    for line in text.split("\n"):
        if "\t" in line and line.strip():
            assert line in sentences(text)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("They must be returned within a week.", True),
        ("This applies to all.", True),
        ("But it is paid in June.", True),
        ("These are kept for ten years.", True),
        ("It is important that you lock the door.", False),
        ("It took us until nine to notice.", False),
        ("It takes two hours.", True),
        ("Interns get twenty days.", False),
        ("Italy is closed in August.", False),
        ("Employees who travel book early.", False),
        ("The former is cheaper.", True),
        ("Otherwise the lift stops.", True),
        ("In that case, call the desk.", True),
        ("Then file a report.", True),
        ("Next, open the valve.", True),
        ("Next week is a holiday.", False),
        ("Instead of the lift, take the stairs.", False),
    ],
)
def test_a_sentence_that_stands_for_something_before_is_noticed(sentence, expected):
    assert points_back(sentence) is expected


@pytest.mark.parametrize("piece", [". ", "a. B", "No. ", "z. B. ", "U.S. X ", "1. ", "(a. ", "... ", ".”» "])
def test_a_text_of_marks_is_looked_at_once(piece):
    text = piece * 20_000
    looked = _Counted(text)
    assert list(sentence_spans(looked))
    assert looked.sliced < 20 * 90 * 20_000


class _Counted(str):
    """Counts the letters that are cut out of it, which is what takes the time."""

    sliced = 0

    def __getitem__(self, key):
        found = str.__getitem__(self, key)
        self.sliced += len(found)
        return found
