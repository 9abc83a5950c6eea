"""PDF pages that are turned, forms that were filled in, and tables whose cells hold several lines."""

import pytest
from reader_samples import drawn_pdf, lines_at, pdf_file

from ingest.readers import read_bytes

PROSE = [
    "Every further seat costs four euros a month, and it may be added at any time by the people",
    "who look after the plan.",
]


def shown(data):
    return [(block.kind.value, block.text) for block in read_bytes(data, "x.pdf").blocks]


def draw_page(canvas):
    lines_at(canvas, 72, 520, ["Seats"], font="Helvetica-Bold", size=16)
    for row, cells in enumerate(
        (("Plan", "Price", "Seats"), ("Gold", "40 euros", "10"), ("Silver", "20 euros", "5"))
    ):
        for left, text in zip((72, 250, 400), cells, strict=True):
            lines_at(canvas, left, 480 - 20 * row, [text])
    lines_at(canvas, 72, 400, PROSE)


@pytest.mark.parametrize(("angle", "shift"), [(90, (0, -595)), (180, (-595, -842)), (270, (-842, 0))])
def test_a_page_that_is_turned_is_read_as_one_that_stands_upright(angle, shift):
    def turned(canvas):
        canvas.setPageRotation(angle)
        canvas.rotate(angle)
        canvas.translate(*shift)
        draw_page(canvas)

    assert (
        shown(drawn_pdf(turned))
        == shown(drawn_pdf(draw_page))
        == [
            ("heading", "Seats"),
            ("table_header", "Plan\tPrice\tSeats"),
            ("table_row", "Gold\t40 euros\t10"),
            ("table_row", "Silver\t20 euros\t5"),
            ("paragraph", " ".join(PROSE)),
        ]
    )


def test_what_was_filled_into_a_form_is_read_behind_its_label():
    def form(canvas):
        lines_at(canvas, 72, 780, ["Request for leave"])
        for top, label, name, value in ((740, "Applicant", "a", "Anna Lind"), (700, "Days", "d", "Twelve")):
            lines_at(canvas, 72, top, [label])
            canvas.acroForm.textfield(name=name, value=value, x=160, y=top - 10, width=200, height=20)

    texts = [text for _, text in shown(drawn_pdf(form))]
    assert texts == ["Request for leave", "Applicant", "Anna Lind", "Days", "Twelve"]


def test_a_cell_s_lines_are_one_cell():
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, Table

    style = getSampleStyleSheet()["BodyText"]
    rows = [
        ["Benefit", "Who may have it", "Limit"],
        [
            "Bicycle allowance for people who cycle to work",
            "All who have been with us for six months or more",
            "300 a year",
        ],
        ["Phone", "People on call", "40 a month, which are paid with the salary"],
    ]
    cells = [rows[0], *([Paragraph(text, style) for text in row] for row in rows[1:])]
    table = Table(cells, colWidths=[120, 150, 130], style=[("VALIGN", (0, 0), (-1, -1), "TOP")])
    assert [text for _, text in shown(pdf_file([table]))] == ["\t".join(row) for row in rows]


def test_lines_of_a_table_set_evenly_stay_rows():
    def table(canvas):
        for row, cells in enumerate((("Gold", "forty"), ("Silver", "twenty"), ("Bronze", "ten"))):
            for left, text in zip((72, 250), cells, strict=True):
                lines_at(canvas, left, 700 - 14 * row, [text])

    assert [text for _, text in shown(drawn_pdf(table))] == ["Gold\tforty", "Silver\ttwenty", "Bronze\tten"]


def test_items_with_marks_far_to_the_left_stay_a_list():
    def items(canvas):
        for top, (mark, lines) in ((700, ("1.", PROSE)), (660, ("2.", PROSE))):
            lines_at(canvas, 72, top, [mark])
            lines_at(canvas, 108, top, lines)

    text = " ".join(PROSE)
    assert shown(drawn_pdf(items)) == [("list_item", f"1. {text}"), ("list_item", f"2. {text}")]


def test_rows_before_a_gap_stay_rows():
    def tables(canvas):
        for top, cells in ((700, "Anna 1234"), (686, "Bob 5678"), (640, "Rome May"), (626, "Oslo June")):
            for left, text in zip((72, 250), cells.split(), strict=True):
                lines_at(canvas, left, top, [text])

    texts = [text for _, text in shown(drawn_pdf(tables))]
    assert texts == ["Anna\t1234", "Bob\t5678", "Rome\tMay", "Oslo\tJune"]


def test_a_number_far_before_a_heading_or_a_clause_is_a_part_of_it():
    def contract(canvas):
        lines_at(canvas, 72, 780, ["4"], font="Helvetica-Bold", size=16)
        lines_at(canvas, 108, 780, ["Liability"], font="Helvetica-Bold", size=16)
        for top, number in ((740, "4.1"), (700, "4.2")):
            lines_at(canvas, 72, top, [number])
            lines_at(canvas, 108, top, PROSE)
        for top, cells in ((660, ("1.5", "2.5")), (640, ("3.5", "4.5"))):
            for left, text in zip((72, 250), cells, strict=True):
                lines_at(canvas, left, top, [text])

    text = " ".join(PROSE)
    assert shown(drawn_pdf(contract)) == [
        ("heading", "4 Liability"),
        ("list_item", f"4.1 {text}"),
        ("list_item", f"4.2 {text}"),
        ("table_row", "1.5\t2.5"),
        ("table_row", "3.5\t4.5"),
    ]


def test_a_slide_s_list_in_large_letters_is_a_list():
    def slides(canvas):
        for title in ("Results", "Plans"):
            lines_at(canvas, 72, 780, [title], font="Helvetica-Bold", size=30)
            lines_at(
                canvas, 72, 700, ["• Revenue grew by a fifth, as we", "   had hoped for"], size=22, pitch=26
            )
            lines_at(canvas, 72, 640, ["• Costs fell"], size=22)
            canvas.showPage()
        lines_at(canvas, 72, 700, PROSE * 10)

    assert shown(drawn_pdf(slides))[:3] == [
        ("heading", "Results"),
        ("list_item", "- Revenue grew by a fifth, as we had hoped for"),
        ("list_item", "- Costs fell"),
    ]


def test_years_name_the_columns_of_a_pdf_s_table():
    def table(canvas):
        for row, cells in enumerate((("Product", "2024", "2025"), ("Desk", "1", "2"), ("Lamp", "3", "4"))):
            for left, text in zip((72, 250, 400), cells, strict=True):
                lines_at(canvas, left, 700 - 20 * row, [text])

    assert shown(drawn_pdf(table))[0] == ("table_header", "Product\t2024\t2025")


def test_a_page_that_says_its_number_is_read_without_it():
    def page(canvas):
        lines_at(canvas, 72, 700, PROSE)
        lines_at(canvas, 280, 20, ["Page 1 of 1"])

    assert shown(drawn_pdf(page)) == [("paragraph", " ".join(PROSE))]
