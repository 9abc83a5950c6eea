from datetime import UTC, datetime
from io import BytesIO

import pytest
from openpyxl import Workbook
from reader_samples import mail_file, word_file

from brain.errors import UnreadableDocument
from ingest.readers import read_bytes


def test_headers_body_and_quoted_reply():
    text = "The pool is closed on Mondays.\n\n> When is it closed?\n> Thanks\n"
    parsed = read_bytes(mail_file(text=text), "pool.eml")
    assert parsed.title == "Pool hours"
    assert parsed.modified == datetime(2024, 3, 5, 9, 30, tzinfo=UTC)
    assert [(block.locator.part, block.text) for block in parsed.blocks] == [
        ("headers", "From: Mara Lind <mara@example.org>"),
        ("headers", "To: all@example.org"),
        ("headers", "Subject: Pool hours"),
        ("headers", "Date: Tue, 05 Mar 2024 10:30:00 +0100"),
        (None, "The pool is closed on Mondays."),
        (None, "When is it closed?"),
        (None, "Thanks"),
    ]


def test_plain_text_is_preferred_and_html_read_where_it_is_alone():
    both = read_bytes(mail_file(html="<p>The <b>rich</b> text.</p>"), "m.eml")
    assert "rich" not in both.text
    alone = read_bytes(mail_file(text=None, html="<p>The <b>rich</b> text.</p>"), "m.eml")
    assert alone.blocks[-1].text == "The rich text."


def test_attachments_are_read_and_bad_ones_only_warned_of():
    report = word_file(lambda document: document.add_paragraph("Sales rose by four percent."))
    data = mail_file(attachments=[("report.docx", report), ("bad.pdf", b"no pdf"), ("photo.raw", b"\0\1")])
    parsed = read_bytes(data, "m.eml")
    assert [block.text for block in parsed.blocks if block.locator.part == "attachment report.docx"] == [
        "Sales rose by four percent."
    ]
    assert len(parsed.warnings) == 2
    assert parsed.warnings[1] == "Attachments in formats that can't be read were left out: photo.raw."
    assert "bad.pdf is not a PDF" in parsed.warnings[0]


def test_what_is_left_out_of_an_attachment_is_told_under_its_name():
    book = Workbook()
    book.active.append(["Berths", "40"])
    book.create_sheet("wages").append(["Mara", "4,000"])
    book["wages"].sheet_state = "hidden"
    saved = BytesIO()
    book.save(saved)
    parsed = read_bytes(mail_file(attachments=[("plan.xlsx", saved.getvalue())]), "m.eml")
    (warning,) = parsed.warnings
    assert warning.startswith("plan.xlsx: ")
    assert warning.removeprefix("plan.xlsx: ") in read_bytes(saved.getvalue(), "plan.xlsx").warnings
    assert "4,000" not in parsed.text


def test_mails_in_mails_are_read_to_a_depth():
    data = mail_file(text="Innermost words.\n")
    for depth in range(4):
        data = mail_file(text=f"Level {depth}.\n", attachments=[("inner.eml", data)])
    parsed = read_bytes(data, "outer.eml")
    assert "Level 1." in parsed.text
    assert "Level 0." not in parsed.text
    assert "Innermost" not in parsed.text
    ok = read_bytes(mail_file(attachments=[("inner.eml", mail_file(text="Innermost words.\n"))]), "o.eml")
    assert "Innermost words." in ok.text


def test_what_is_no_mail_is_a_sentence():
    with pytest.raises(UnreadableDocument, match=r"x\.eml is not a mail"):
        read_bytes(b"just some words\n", "x.eml")


def test_a_page_beside_a_blank_text_is_read():
    parsed = read_bytes(mail_file(text="\n", html="<p>Lunch is at noon.</p>"), "m.eml")
    assert parsed.blocks[-1].text == "Lunch is at noon."


def test_a_picture_that_the_text_shows_is_no_attachment():
    data = mail_file(attachments=[("logo.png", b"\x89PNG\r\n\x1a\n" + bytes(99))])
    drawn = data.replace(b"application/octet-stream", b"image/png\nContent-ID: <logo>")
    assert read_bytes(drawn, "m.eml").warnings == ()
    assert len(read_bytes(data, "m.eml").warnings) == 1


def test_a_place_in_an_attachment_names_it():
    report = word_file(lambda document: (document.add_heading("Sales", 1), document.add_paragraph("Up.")))
    parsed = read_bytes(mail_file(attachments=[("report.docx", report)]), "m.eml")
    assert parsed.blocks[-1].locator.label == "attachment report.docx, Sales"
    assert parsed.blocks[0].locator.label == "headers"


def test_a_mail_that_is_nothing_but_a_file_is_that_file():
    head = "From: scanner@example.org\nSubject: Scan\nContent-Type: text/csv\n"
    data = f'{head}Content-Disposition: attachment; filename="keys.csv"\n\nkey,place\nshed,blue door\n'
    parsed = read_bytes(data.encode(), "scan.eml")
    assert parsed.blocks[-1].locator.part == "attachment keys.csv"
    assert parsed.blocks[-1].text == "shed\tblue door"
    unread = read_bytes(data.replace("keys.csv", "keys.raw").encode(), "scan.eml")
    assert unread.warnings == ("Attachments in formats that can't be read were left out: keys.raw.",)


def test_a_text_that_is_called_an_attachment_and_is_all_there_is_is_read():
    data = b"From: a@example.org\nSubject: Key\nContent-Disposition: attachment\n\nThe key hangs.\n"
    assert read_bytes(data, "key.eml").blocks[-1].text == "The key hangs."
