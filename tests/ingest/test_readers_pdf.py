import pytest
from reader_samples import SENTENCE, drawn_pdf, lines_at, pdf_file

from brain.errors import UnreadableDocument
from ingest.parsed import BlockKind
from ingest.readers import read_bytes
from ingest.readers.pages.hyphenation import Hyphenation

LOREM = [
    "The cafeteria serves lunch from half past eleven until two and takes",
    "cards only. Guests of the house eat at the same price when they come",
    "with an employee. On Fridays there is fish.",
]


def shown(data):
    return [(block.kind.value, block.text) for block in read_bytes(data, "x.pdf").blocks]


def flowing():
    from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
    from reportlab.platypus import ListFlowable, PageBreak, Paragraph

    styles = getSampleStyleSheet()
    return [
        Paragraph("House rules", ParagraphStyle("Large", styles["Title"], fontSize=24, leading=30)),
        Paragraph("Food", styles["Heading1"]),
        Paragraph(" ".join(LOREM), styles["BodyText"]),
        ListFlowable(
            [Paragraph(text, styles["BodyText"]) for text in ("No glass", "No fire")], bulletType="bullet"
        ),
        Paragraph("Late meals", styles["Heading2"]),
        Paragraph(SENTENCE, styles["BodyText"]),
        PageBreak(),
        Paragraph("Rooms", styles["Heading1"]),
        Paragraph("Book a room before ten.", styles["BodyText"]),
    ]


def test_headings_paragraphs_lists_and_pages():
    parsed = read_bytes(pdf_file(flowing()), "rules.pdf")
    assert parsed.title == "House rules"
    assert [(block.kind.value, block.text) for block in parsed.blocks] == [
        ("heading", "House rules"),
        ("heading", "Food"),
        ("paragraph", " ".join(LOREM)),
        ("list_item", "- No glass"),
        ("list_item", "- No fire"),
        ("heading", "Late meals"),
        ("paragraph", SENTENCE),
        ("heading", "Rooms"),
        ("paragraph", "Book a room before ten."),
    ]
    assert [block.locator.page for block in parsed.blocks] == [1] * 7 + [2] * 2
    assert parsed.blocks[6].locator.heading == ("House rules", "Food", "Late meals")
    assert parsed.blocks[8].locator.heading == ("House rules", "Rooms")


def test_title_and_date_of_the_properties():
    parsed = read_bytes(pdf_file(flowing(), title="The rules of the house"), "rules.pdf")
    assert parsed.title == "The rules of the house"
    assert parsed.modified is not None


def test_a_paragraph_that_runs_over_the_page_is_one_block_without_running_text():
    def draw(canvas):
        for page in range(1, 5):
            lines_at(canvas, 60, 810, ["Travel handbook 2024"], size=9)
            lines_at(canvas, 290, 30, [f"Page {page} of 4"], size=9)
            lines_at(canvas, 60, 740, LOREM)
            lines_at(canvas, 60, 90, [f"Chapter {page} tells of the journeys that all of us make each year"])
            lines_at(canvas, 60, 76, ["of the trains that we take and of the people whom we meet while we"])
            canvas.showPage()
            lines_at(canvas, 60, 810, ["Travel handbook 2024"], size=9)
            lines_at(canvas, 290, 30, ["Page 9 of 4"], size=9)
            lines_at(canvas, 60, 760, ["are on our way."])
            canvas.showPage()

    blocks = read_bytes(drawn_pdf(draw), "x.pdf").blocks
    assert len(blocks) == 8
    assert blocks[1].text == (
        "Chapter 1 tells of the journeys that all of us make each year of the trains that we take and of the "
        "people whom we meet while we are on our way."
    )
    assert [block.locator.page for block in blocks] == [1, 1, 3, 3, 5, 5, 7, 7]


def test_two_columns_are_read_one_after_the_other():
    words = ["the", "quick", "brown", "foxes", "jump", "over", "lazy", "dogs", "and"]

    def line(column, number):
        start = number % len(words)
        return f"{column}{number} " + " ".join((words * 2)[start : start + 7])

    def draw(canvas):
        lines_at(
            canvas, 60, 790, ["A heading over both of the columns of this page that is rather long"], size=18
        )
        for number in range(20):
            # Drawn line by line across both columns, as some programs do.
            lines_at(canvas, 60, 740 - number * 14, [line("L", number)])
            lines_at(canvas, 310, 740 - number * 14, [line("R", number)])

    text = read_bytes(drawn_pdf(draw), "x.pdf").text
    places = [text.index(f"{column}{number} ") for column in "LR" for number in range(20)]
    assert places == sorted(places)


def test_a_table_keeps_its_cells_apart():
    def draw(canvas):
        lines_at(canvas, 60, 780, LOREM)
        for number, row in enumerate(
            (("Plan", "Price", "Seats"), ("Small", "5", "10"), ("Large", "50", "200"))
        ):
            for column, cell in enumerate(row):
                lines_at(canvas, 60 + column * 150, 700 - number * 14, [cell])

    assert shown(drawn_pdf(draw)) == [
        ("paragraph", " ".join(LOREM)),
        ("table_header", "Plan\tPrice\tSeats"),
        ("table_row", "Small\t5\t10"),
        ("table_row", "Large\t50\t200"),
    ]


def test_letters_placed_one_by_one_make_words_again():
    def draw(canvas):
        canvas.setFont("Helvetica", 11)
        left = 60.0
        for letter in "We meet in the hall.":
            canvas.drawString(left, 700, letter)
            left += canvas.stringWidth(letter, "Helvetica", 11) + 0.3

    assert shown(drawn_pdf(draw)) == [("paragraph", "We meet in the hall.")]


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["your out-\ufffe", "of-pocket costs"], "your out-of-pocket costs"),
        (["the cover\ufffe", "age of the plan; coverage ends"], "the coverage of the plan; coverage ends"),
        (["a long\ufffe", "term plan; a term is long"], "a long-term plan; a term is long"),
        (["the Anglo\ufffe", "Saxon world"], "the Anglo-Saxon world"),
        (["no hyphen", "here"], "no hyphen here"),
    ],
)
def test_line_end_hyphens(lines, text):
    assert Hyphenation([*lines, text.split(";")[-1]]).joined(lines).replace("--", "-") == text


def test_whether_a_word_is_torn_is_told_from_the_others_of_a_document():
    unknown = [
        (["it dis\ufffe", "covers nothing"], "discovers"),
        (["a cutting\ufffe", "edge tool"], "cuttingedge"),
    ]
    typeset = ["which is accord\ufffe", "ing to plan", "according to plan"]
    office = ["which is long\ufffe", "term work", "a long term"]
    for lines, torn in unknown:
        whole = f"{lines[0].split()[1][:-1]}-{lines[1].split()[0]}"
        assert torn in Hyphenation([*typeset, *lines]).joined(lines)
        assert whole in Hyphenation([*office, *lines]).joined(lines)
        assert whole in Hyphenation(lines).joined(lines)
    kept = ["a self\ufffe", "closing door"], ["in one\ufffe", "size-fits-all"]
    assert [Hyphenation([*typeset, *lines]).joined(lines) for lines in kept] == [
        "a self-closing door",
        "in one-size-fits-all",
    ]


def test_a_protected_file_says_what_to_do():
    from reportlab.lib.pdfencrypt import StandardEncryption

    data = drawn_pdf(
        lambda canvas: lines_at(canvas, 60, 700, LOREM), encrypt=StandardEncryption("secret", canPrint=0)
    )
    with pytest.raises(UnreadableDocument, match=r"x\.pdf is protected by a password: save a copy"):
        read_bytes(data, "x.pdf")


def test_damaged_files_are_sentences():
    with pytest.raises(UnreadableDocument, match=r"x\.pdf is damaged"):
        read_bytes(b"%PDF-1.7\n" + b"garbage" * 50, "x.pdf")
    with pytest.raises(UnreadableDocument, match=r"x\.pdf holds no text"):
        read_bytes(drawn_pdf(lambda canvas: canvas.showPage()), "x.pdf")


def test_quotes_never_carry_line_end_marks():
    data = drawn_pdf(lambda canvas: lines_at(canvas, 60, 700, ["a state-of-the-", "art desk is here"]))
    (block,) = read_bytes(data, "x.pdf").blocks
    assert block.kind is BlockKind.PARAGRAPH
    assert block.text == "a state-of-the-art desk is here"
