"""What Word documents hold beside plain paragraphs: numbers, notes, boxes, merged and nested tables."""

import docx
import pytest
from docx.oxml import parse_xml
from reader_samples import _saved, repacked, word_file

from ingest.readers import read_bytes

SPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W = f'xmlns:w="{SPACE}"'


def shown(parsed):
    return [(block.kind.value, block.text) for block in parsed.blocks]


def blocks_of(document):
    return shown(read_bytes(_saved(document), "x.docx"))


def body_of(inner):
    body = f"<w:document {W}><w:body>{inner}</w:body></w:document>"
    return shown(
        read_bytes(repacked(word_file(lambda d: d.add_paragraph("x")), document=body.encode()), "x.docx")
    )


def numbered(document, *levels):
    """A list definition of (form, text, style); gives a function that puts a paragraph into it."""
    root = document.part.numbering_part.element
    inner = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        + (f'<w:pStyle w:val="{style}"/>' if style else "")
        + f'<w:lvlText w:val="{text}"/></w:lvl>'
        for depth, (form, text, style) in enumerate(levels)
    )
    root.insert(0, parse_xml(f'<w:abstractNum {W} w:abstractNumId="77">{inner}</w:abstractNum>'))
    for identity, override in ((77, ""), (78, ""), (79, '<w:startOverride w:val="1"/>')):
        restart = f'<w:lvlOverride w:ilvl="0">{override}</w:lvlOverride>' if override else ""
        root.append(
            parse_xml(f'<w:num {W} w:numId="{identity}"><w:abstractNumId w:val="77"/>{restart}</w:num>')
        )

    def put(paragraph, depth=0, identity=77):
        level = "" if depth is None else f'<w:ilvl w:val="{depth}"/>'
        target = paragraph.element if hasattr(paragraph, "style_id") else paragraph._p
        target.get_or_add_pPr().append(
            parse_xml(f'<w:numPr {W}>{level}<w:numId w:val="{identity}"/></w:numPr>')
        )

    return put


def test_headings_and_clauses_carry_the_numbers_that_word_counts():
    document = docx.Document()
    put = numbered(
        document, ("decimal", "%1", "Heading1"), ("decimal", "%1.%2", "Heading2"), ("lowerLetter", "(%3)", "")
    )
    for name in ("Heading 1", "Heading 2"):
        put(document.styles[name], depth=None)
    document.add_heading("Scope", 1)
    document.add_heading("Pay", 1)
    document.add_heading("Overtime", 2)
    document.add_heading("Bonus", 2)
    for text in ("Paid in May.", "Paid once."):
        put(document.add_paragraph(text), depth=2)
    document.add_heading("Leave", 1)
    parsed = read_bytes(_saved(document), "x.docx")
    assert shown(parsed) == [
        ("heading", "1 Scope"),
        ("heading", "2 Pay"),
        ("heading", "2.1 Overtime"),
        ("heading", "2.2 Bonus"),
        ("list_item", "    (a) Paid in May."),
        ("list_item", "    (b) Paid once."),
        ("heading", "3 Leave"),
    ]
    assert parsed.blocks[4].locator.label == "2 Pay › 2.2 Bonus"


def test_lists_of_one_definition_count_on_unless_one_starts_anew():
    document = docx.Document()
    put = numbered(document, ("upperRoman", "%1.", ""))
    for text, identity in (("a", 77), ("b", 77), ("c", 78), ("d", 79), ("e", 79)):
        put(document.add_paragraph(text), identity=identity)
    assert [text for _, text in blocks_of(document)] == ["I. a", "II. b", "III. c", "I. d", "II. e"]


def test_moved_and_hidden_text_is_left_out_and_formulas_are_read():
    run = "<w:r><w:t>{}</w:t></w:r>"
    found = body_of(
        f"<w:p>{run.format('Flights cost ')}<w:moveFrom>{run.format('moved')}</w:moveFrom>"
        '<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><m:r><m:t>2x</m:t></m:r>'
        f"</m:oMath><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>{run.format(' euros.')}</w:p>"
        f"<w:p><w:moveTo>{run.format('Moved here.')}</w:moveTo></w:p>"
    )
    assert found == [("paragraph", "Flights cost 2x euros."), ("paragraph", "Moved here.")]


def test_a_text_box_is_a_paragraph_of_its_own():
    box = "<w:txbxContent><w:p><w:r><w:t>Boxed.</w:t></w:r></w:p></w:txbxContent>"
    found = body_of(f"<w:p><w:r>{box}</w:r><w:r><w:t>Around it.</w:t></w:r></w:p>")
    assert found == [("paragraph", "Around it."), ("paragraph", "Boxed.")]


def test_a_footnote_stands_behind_the_paragraph_that_refers_to_it():
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    document = docx.Document()
    paragraph = document.add_paragraph("Fees are due in May.")
    paragraph._p.append(parse_xml(f'<w:r {W}><w:footnoteReference w:id="2"/></w:r>'))
    document.add_paragraph("Nothing else is due.")
    note = '<w:footnote w:id="{}"{}><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:footnote>'
    separator, real = (
        note.format(0, ' w:type="separator"', "line"),
        note.format(2, "", "In June for new staff."),
    )
    part = Part(
        PackURI("/word/footnotes.xml"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml",
        f"<w:footnotes {W}>{separator}{real}</w:footnotes>".encode(),
        document.part.package,
    )
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    assert [text for _, text in blocks_of(document)] == [
        "Fees are due in May.",
        "In June for new staff.",
        "Nothing else is due.",
    ]


def table(document, rows, *merges):
    made = document.add_table(rows=len(rows), cols=len(rows[0]))
    for number, cells in enumerate(rows):
        for column, text in enumerate(cells):
            made.cell(number, column).text = text
    for top, left, bottom, right in merges:
        made.cell(top, left).merge(made.cell(bottom, right))
    return made


def test_merged_cells_stand_in_every_row_and_column_that_they_cover():
    document = docx.Document()
    rows = [
        *(["Region", "2024", "", "2025", ""], ["", "Plan", "Actual", "Plan", "Actual"]),
        *(["North", "10", "11", "12", "13"], ["", "20", "21", "22", "23"], ["South", "closed", "", "", ""]),
    ]
    table(document, rows, (0, 0, 1, 0), (0, 1, 0, 2), (0, 3, 0, 4), (2, 0, 3, 0), (4, 1, 4, 4))
    assert blocks_of(document) == [
        ("table_header", "Region\t2024 Plan\t2024 Actual\t2025 Plan\t2025 Actual"),
        ("table_row", "North\t10\t11\t12\t13"),
        ("table_row", "North\t20\t21\t22\t23"),
        ("table_row", "South\tclosed\tclosed\tclosed\tclosed"),
    ]


def test_a_row_over_the_whole_table_is_its_title():
    document = docx.Document()
    table(document, [["Prices", ""], ["Item", "Price"], ["Desk", "100"], ["Lamp", "20"]], (0, 0, 0, 1))
    assert blocks_of(document)[:2] == [("paragraph", "Prices"), ("table_header", "Item\tPrice")]


def test_pairs_of_names_and_values_have_no_header():
    document = docx.Document()
    table(document, [["Owner", "Anna Lind"], ["Phone", "+49 30 1234"], ["Room", "Blue"]])
    assert {kind for kind, _ in blocks_of(document)} == {"table_row"}


@pytest.mark.parametrize("mark", ["bold", "shaded", "repeated"])
def test_a_first_row_that_is_set_apart_names_the_columns(mark):
    document = docx.Document()
    made = table(document, [["Term", "Meaning"], ["SLA", "When we answer"], ["RPO", "What is lost"]])
    for cell in made.rows[0].cells:
        if mark == "bold":
            cell.paragraphs[0].runs[0].bold = True
        elif mark == "shaded":
            cell._tc.get_or_add_tcPr().append(parse_xml(f'<w:shd {W} w:fill="D9E2F3"/>'))
    if mark == "repeated":
        made.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {W}/>"))
    assert blocks_of(document)[0] == ("table_header", "Term\tMeaning")


def test_a_table_within_a_cell_keeps_its_rows_apart():
    document = docx.Document()
    outer = table(document, [["Hotels", "limits"], ["Trains", "second class"]])
    inner = outer.cell(0, 1).add_table(rows=2, cols=2)
    for number, cells in enumerate((["Rome", "120 euros"], ["Oslo", "150 euros"])):
        for column, text in enumerate(cells):
            inner.cell(number, column).text = text
    assert blocks_of(document)[0] == ("table_row", "Hotels\tlimits Rome, 120 euros; Oslo, 150 euros")


def test_a_frame_of_one_cell_keeps_its_lists_and_tables():
    document = docx.Document()
    cell = document.add_table(rows=1, cols=1).cell(0, 0)
    cell.paragraphs[0].text = "Note well:"
    cell.add_paragraph("Lock the door", style="List Bullet")
    assert blocks_of(document) == [("paragraph", "Note well:"), ("list_item", "- Lock the door")]


def test_what_stands_in_a_frame_is_told_once():
    box = "<w:p><w:r><w:txbxContent>{}</w:txbxContent></w:r></w:p>"
    frame = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p>{}</w:tc></w:tr></w:tbl>"
    inner = ""
    for number in (3, 2, 1):
        inner = frame.format(f"Frame {number}.", box.format(inner or "<w:p/>"))
    assert body_of(inner) == [("paragraph", f"Frame {number}.") for number in (1, 2, 3)]


def test_rows_that_a_control_repeats_are_rows_of_the_table():
    cells = "".join(f"<w:tc><w:p><w:r><w:t>{word}</w:t></w:r></w:p></w:tc>" for word in ("Desk", "100"))
    control = "<w:sdt><w:sdtContent>{}</w:sdtContent></w:sdt>"
    rows = control.format(control.format(f"<w:tr>{cells}</w:tr>") * 2)
    assert body_of(f"<w:tbl>{rows}</w:tbl>") == [("table_row", "Desk\t100")] * 2


def test_a_frame_around_a_control_keeps_its_words():
    cell = "<w:tc><w:p><w:r><w:t>Fill in here.</w:t></w:r></w:p></w:tc>"
    control = f"<w:sdt><w:sdtContent>{cell}</w:sdtContent></w:sdt>"
    assert body_of(f"<w:tbl><w:tr>{control}</w:tr></w:tbl>") == [("paragraph", "Fill in here.")]


def test_raised_figures_make_no_other_number():
    raised = '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>{}</w:t></w:r>'
    plain = "<w:r><w:t>{}</w:t></w:r>"
    runs = (plain.format("Costs 50"), raised.format(1), plain.format(" on the 1"), raised.format("st"))
    assert body_of(f"<w:p>{''.join(runs)}</w:p>") == [("paragraph", "Costs 50¹ on the 1st")]
