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
