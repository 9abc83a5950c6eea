"""Pages of several columns, and tables whose columns stand close to each other or have empty cells."""

from reader_samples import drawn_pdf, lines_at

from ingest.readers import read_bytes

SIZE, PITCH = 10, 12


def shown(draw):
    return [(block.kind.value, block.text) for block in read_bytes(drawn_pdf(draw), "x.pdf").blocks]


def texts(draw):
    return [text for _, text in shown(draw)]


def column(words, count=8):
    """Lines of one sentence, each about as wide as a column of 170 points, and without a full stop within."""
    return [f"{words} goes on in its line {number} of" for number in range(1, count)] + [
        f"{words} ends here."
    ]


def set_table(canvas, top, rows, rights, left=72):
    """A table as it is set in print: names on the left, everything else flush right, few points between."""
    canvas.setFont("Helvetica", SIZE)
    for number, (name, *cells) in enumerate(rows):
        canvas.drawString(left, top - number * PITCH, name)
        for right, cell in zip(rights, cells, strict=True):
            canvas.drawRightString(right, top - number * PITCH, cell)


def test_three_columns_below_a_title_are_read_one_after_the_other():
    def draw(canvas):
        lines_at(canvas, 150, 800, ["A title that stands over all of the columns of this page"], size=12)
        for number, name in enumerate(("The first text", "The second text", "The third text")):
            lines_at(canvas, 40 + 180 * number, 770 - 3 * number, column(name), size=SIZE, pitch=PITCH)
        lines_at(
            canvas, 40, 600, ["A foot that stands below all of the columns " + "of the page " * 4], size=SIZE
        )

    order = [
        line for name in ("The first text", "The second text", "The third text") for line in column(name)
    ]
    title, *rest, foot = texts(draw)
    assert title.startswith("A title")
    assert foot.startswith("A foot")
    assert " ".join(rest) == " ".join(order)


def test_a_table_across_two_columns_parts_what_is_above_it_from_what_is_below():
    def draw(canvas):
        for side, name in enumerate(("left", "right")):
            above, below = column(f"Above on the {name} this text"), column(f"Below on the {name} this text")
            lines_at(canvas, 60 + 250 * side, 790, above, size=SIZE, pitch=PITCH)
            lines_at(canvas, 60 + 250 * side, 560, below, size=SIZE, pitch=PITCH)
        rows = [("Berth", "Length", "Fee", "Depth"), ("North", "12", "40", "3"), ("South", "9", "30", "2")]
        set_table(canvas, 640, rows, (250, 380, 500), left=60)

    found = texts(draw)
    order = ["Above on the left", "Above on the right", "Berth", "North", "South", "Below on the left"]
    places = [next(n for n, text in enumerate(found) if text.startswith(words)) for words in order]
    assert places == sorted(places)
    assert "North\t12\t40\t3" in found
    assert not any("left" in text and "right" in text for text in found)


def test_two_long_texts_in_a_row_stay_one_row_of_a_table():
    def draw(canvas):
        lines_at(canvas, 60, 790, ["Question", "Answer"][:1], size=SIZE)
        for row in range(4):
            asked = [f"What is done in case {row} when nobody", "of the harbour is there to be asked?"]
            said = [f"In case {row} the guard at the gate is", "called, who has a list of all people."]
            lines_at(canvas, 60, 760 - 50 * row, asked, size=SIZE, pitch=PITCH)
            lines_at(canvas, 310, 760 - 50 * row, said, size=SIZE, pitch=PITCH)

    found = texts(draw)
    for row in range(4):
        asked = next(n for n, text in enumerate(found) if f"in case {row}" in text)
        assert f"In case {row}" in " ".join(found[asked : asked + 2])


def test_values_keep_their_columns_where_others_are_empty():
    rows = [
        ("Year", "Jan", "Feb", "Mar", "Apr"),
        ("1954", "", "", "204", "215"),
        ("1955", "190", "200", "210", "220"),
        ("1956", "195", "205", "", ""),
    ]

    def draw(canvas):
        set_table(canvas, 700, rows, (125, 155, 185, 215))

    assert shown(draw) == [
        ("table_header", "\t".join(rows[0])),
        *(("table_row", "\t".join(row)) for row in rows[1:]),
    ]


def test_names_for_several_columns_stand_with_each_of_them():
    def draw(canvas):
        canvas.setFont("Helvetica", SIZE)
        for left, right, year in ((130, 230, "Fiscal year 2024"), (250, 350, "Fiscal year 2025")):
            canvas.drawCentredString((left + right) / 2, 700 + PITCH, year)
        rows = [("Harbour", "Plan", "Result", "Plan", "Result"), ("North", "40", "44", "50", "")]
        set_table(canvas, 700, [*rows, ("South", "30", "28", "35", "31")], (160, 225, 280, 345))

    first, second = "Fiscal year 2024", "Fiscal year 2025"
    names = ["Harbour", f"{first} Plan", f"{first} Result", f"{second} Plan", f"{second} Result"]
    assert shown(draw) == [
        ("table_header", "\t".join(names)),
        ("table_row", "North\t40\t44\t50\t"),
        ("table_row", "South\t30\t28\t35\t31"),
    ]


def test_figures_too_close_to_be_told_apart_bear_no_name():
    def draw(canvas):
        set_table(canvas, 700, [("Pier", "Old", "New", "Sum"), ("A", "10", "20", "30")], (160, 260, 360))
        lines_at(canvas, 72, 700 - 2 * PITCH, ["B"], size=SIZE)
        lines_at(canvas, 140, 700 - 2 * PITCH, ["10 11 12 13 14 15 16 17 18 19 20 21 22"], size=SIZE)

    assert all(kind == "table_row" for kind, _ in shown(draw))


def test_a_row_with_but_one_cell_ends_no_table():
    rows = [("Berth", "Length", "Fee"), ("North", "12", "40"), ("Not let", "", ""), ("South", "9", "30")]

    def draw(canvas):
        set_table(canvas, 700, rows, (250, 400))

    found = shown(draw)
    assert found[0] == ("table_header", "Berth\tLength\tFee")
    assert [kind for kind, _ in found[1:]] == ["table_row"] * 3
    assert found[3][1] == "South\t9\t30"


def test_a_gap_in_a_line_of_text_makes_no_table():
    def draw(canvas):
        lines = [
            "Whoever moors here pays at the office by the gate,",
            "which is open until eight in the evening,",
        ]
        lines_at(canvas, 72, 700, [*lines, "and on Sundays until six."], size=SIZE, pitch=PITCH)
        lines_at(canvas, 72, 700 - 3 * PITCH, ["After that a box"], size=SIZE)
        lines_at(canvas, 150, 700 - 3 * PITCH, ["at the door takes what is owed."], size=SIZE)

    assert {kind for kind, _ in shown(draw)} == {"paragraph"}


def test_running_heads_that_change_sides_are_left_out():
    def draw(canvas):
        for page in range(1, 7):
            words = (
                ("The harbour's rules", "Chapter two") if page % 2 else ("Chapter two", "The harbour's rules")
            )
            for left, text in zip((60, 420), words, strict=True):
                lines_at(canvas, left, 770, [text], size=SIZE)
            lines_at(
                canvas, 60, 700, [f"On page {page} it is told how boats are moored at the pier."], size=SIZE
            )
            canvas.showPage()

    assert texts(draw) == [
        f"On page {page} it is told how boats are moored at the pier." for page in range(1, 7)
    ]
