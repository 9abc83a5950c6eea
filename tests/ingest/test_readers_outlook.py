from datetime import UTC, datetime

import pytest
from outlook_samples import attached, compound, mail_tree, msg_file
from reader_samples import word_file

from brain.errors import UnreadableDocument
from ingest.readers import read_bytes
from ingest.readers.sniffing import sniff


def told(parsed):
    return [(block.locator.part, block.text) for block in parsed.blocks]


def test_head_and_body_are_read_as_of_other_mails():
    people = [(1, "Roe, Rick", "rick@example.org"), (1, "Zoë", "zoe@example.org"), (2, "All", "/O=X/CN=ALL")]
    parsed = read_bytes(msg_file(people=[*people, (3, "Secret", "secret@example.org")]), "pool.msg")
    assert (parsed.title, parsed.media_type) == ("Pool hours", "message/rfc822")
    assert parsed.modified == datetime(2024, 3, 5, 9, 30, tzinfo=UTC)
    assert told(parsed) == [
        ("headers", "From: Mara Lind <mara@example.org>"),
        ("headers", 'To: "Roe, Rick" <rick@example.org>, Zoë <zoe@example.org>'),
        ("headers", "Cc: All"),
        ("headers", "Subject: Pool hours"),
        ("headers", "Date: Tue, 05 Mar 2024 09:30:00 +0000"),
        (None, "The pool is closed on Mondays."),
    ]


def test_the_head_that_came_over_the_internet_goes_first():
    head = "From: =?utf-8?q?Zo=C3=AB?= <zoe@example.org>\r\nTo: all@example.org\r\n"
    head += "Date: Tue, 05 Mar 2024 10:30:00 +0100\r\n"
    parsed = read_bytes(msg_file({0x007D: head}, people=[(1, "X", "x@example.org")]), "m.msg")
    assert [text for part, text in told(parsed) if part] == [
        "From: Zoë <zoe@example.org>",
        "To: all@example.org",
        "Subject: Pool hours",
        "Date: Tue, 05 Mar 2024 10:30:00 +0100",
    ]


def test_the_page_is_read_where_the_text_is_blank_in_its_own_code_page():
    page = "<p>Geöffnet <b>ab</b> neun.</p>".encode("cp1252")
    data = msg_file({0x1000: " \r\n"}, fixed={0x3FDE: 1252}, binaries={0x1013: page})
    assert read_bytes(data, "m.msg").blocks[-1].text == "Geöffnet ab neun."


def test_attachments_are_read_cited_by_name_and_others_told():
    report = word_file(lambda document: document.add_paragraph("Sales rose by four percent."))
    inner = mail_tree({0x0037: "Budget", 0x1000: "It is 400 euros."}, inner=True)
    parsed = read_bytes(
        msg_file(
            attachments=[
                attached("Bericht für März.docx", report),
                attached("", inner),
                attached("second.msg", msg_file({0x1000: "A saved mail."})),
                attached("photo.raw", b"\0\1"),
                attached("plan.xlsx", None, method=7),
            ]
        ),
        "m.msg",
    )
    assert ("attachment Bericht für März.docx", "Sales rose by four percent.") in told(parsed)
    assert ("attachment Budget", "It is 400 euros.") in told(parsed)
    assert ("attachment Budget", "Date: Tue, 05 Mar 2024 09:30:00 +0000") in told(parsed)
    assert ("attachment second.msg", "A saved mail.") in told(parsed)
    assert parsed.warnings == (
        "plan.xlsx is only linked to, not in the mail: it was not read.",
        "Attachments in formats that can't be read were left out: photo.raw.",
    )


def test_a_mail_in_a_mail_in_a_mail_is_read_and_no_deeper_one():
    tree = mail_tree({0x0037: "Level 5", 0x1000: "Text 5"}, inner=True)
    for level in (4, 3, 2, 1):
        tree = mail_tree(
            {0x0037: f"Level {level}", 0x1000: f"Text {level}"},
            attachments=[attached("", tree)],
            inner=level > 1,
        )
    parsed = read_bytes(compound(tree), "m.msg")
    assert [text for _, text in told(parsed) if text.startswith("Text")] == ["Text 1", "Text 2", "Text 3"]


def test_a_text_that_is_kept_as_rtf_alone_is_told():
    parsed = read_bytes(msg_file({0x1000: ""}, binaries={0x1009: b"packed"}), "m.msg")
    assert parsed.warnings == (
        "Attachments in formats that can't be read were left out: "
        "the mail's own text, which is kept as RTF alone.",
    )


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("IPM.Appointment", "m.msg is a calendar item from Outlook, not a mail"),
        ("IPM.Contact.Custom", "m.msg is a contact from Outlook, not a mail"),
        ("IPM.Note.SMIME", "m.msg is encrypted or signed as a whole"),
    ],
)
def test_what_else_outlook_keeps_in_such_files_is_told(kind, sentence):
    with pytest.raises(UnreadableDocument, match=f"^{sentence}"):
        read_bytes(msg_file({0x001A: kind}), "m.msg")


def test_other_compound_files_are_called_what_they_are():
    assert sniff(msg_file()) == "msg"
    with pytest.raises(
        UnreadableDocument, match=r"^m\.msg is not an Outlook mail, .* but an old Word document"
    ):
        read_bytes(compound({"WordDocument": b"x"}), "m.msg")
    with pytest.raises(UnreadableDocument, match=r"^a\.docx is protected by a password: save a copy"):
        read_bytes(compound({"EncryptedPackage": b"x"}), "a.docx")


def test_a_truncated_file_is_told():
    data = msg_file({0x1000: "word " * 2000})
    for length in (600, len(data) // 2, len(data) - 700):
        with pytest.raises(UnreadableDocument, match=r"^m\.msg "):
            read_bytes(data[:length], "m.msg")
