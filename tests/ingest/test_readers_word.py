from datetime import UTC, datetime

import pytest
from reader_samples import repacked, word_file

from brain.errors import UnreadableDocument
from ingest.readers import read_bytes


def build(document):
    document.add_heading("Leave", 1)
    document.add_paragraph("Thirty days a year.")
    document.add_heading("How to ask", 2)
    for step in ("Write a mail", "Wait"):
        document.add_paragraph(step, style="List Number")
    document.add_paragraph("Not in August", style="List Bullet")
    table = document.add_table(rows=0, cols=2)
    for cells in (("Years", "Days"), ("5", "31"), ("10", "33")):
        for cell, text in zip(table.add_row().cells, cells, strict=True):
            cell.text = text
    document.add_paragraph("After the table.")


def test_styles_lists_and_tables_stand_in_their_places():
    parsed = read_bytes(word_file(build, title="Leave rules"), "leave.docx")
    assert parsed.title == "Leave rules"
    assert [(block.kind.value, block.text) for block in parsed.blocks] == [
        ("heading", "Leave"),
        ("paragraph", "Thirty days a year."),
        ("heading", "How to ask"),
        ("list_item", "1. Write a mail"),
        ("list_item", "2. Wait"),
        ("list_item", "- Not in August"),
        ("table_header", "Years\tDays"),
        ("table_row", "5\t31"),
        ("table_row", "10\t33"),
        ("paragraph", "After the table."),
    ]
    assert parsed.blocks[7].locator.heading == ("Leave", "How to ask")


def test_title_falls_back_to_the_title_line_and_dates_are_the_document_s_own():
    def with_title_line(document):
        document.core_properties.modified = datetime(2023, 5, 6, 7, 8)
        document.add_paragraph("Rules of the house", style="Title")
        document.add_paragraph("No smoking.")

    parsed = read_bytes(word_file(with_title_line, title="Word Document"), "x.docx")
    assert parsed.title == "Rules of the house"
    assert parsed.modified == datetime(2023, 5, 6, 7, 8, tzinfo=UTC)
    assert parsed.blocks[1].locator.heading == ("Rules of the house",)


def test_links_breaks_and_tabs_are_kept_and_deleted_text_is_not():
    body = (
        b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p>'
        b"<w:r><w:t>See </w:t></w:r><w:hyperlink><w:r><w:t>the form</w:t></w:r></w:hyperlink>"
        b"<w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins><w:r><w:t> added</w:t></w:r></w:ins>"
        b"<w:r><w:tab/><w:t>and</w:t><w:br/><w:t>below.</w:t></w:r></w:p></w:body></w:document>"
    )
    parsed = read_bytes(repacked(word_file(build), document=body), "x.docx")
    assert [block.text for block in parsed.blocks] == ["See the form added and", "below."]


def test_content_controls_are_read_and_text_boxes_only_once():
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    both = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    box = "<w:txbxContent><w:p><w:r><w:t>Boxed.</w:t></w:r></w:p></w:txbxContent>"
    body = (
        f'<w:document xmlns:w="{space}" xmlns:mc="{both}"><w:body>'
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>Controlled.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
        "<w:sdtContent><w:p><w:r><w:t>Leave 3</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        f"<w:p><w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p></w:body></w:document>"
    )
    parsed = read_bytes(repacked(word_file(build), document=body.encode()), "x.docx")
    assert [block.text for block in parsed.blocks] == ["Controlled.", "Boxed."]


def test_an_entity_bomb_is_refused_before_it_is_parsed():
    body = b'<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><w>&b;</w>'
    with pytest.raises(UnreadableDocument, match=r"bomb\.docx declares XML entities"):
        read_bytes(repacked(word_file(build), document=body), "bomb.docx")
    wide = body.decode().encode("utf-16")
    with pytest.raises(UnreadableDocument, match="declares XML entities"):
        read_bytes(repacked(word_file(build), document=wide), "bomb.docx")


def test_a_truncated_file_is_a_sentence():
    with pytest.raises(UnreadableDocument, match=r"cut\.docx is not a Word document.*damaged ZIP"):
        read_bytes(word_file(build)[:-300], "cut.docx")
