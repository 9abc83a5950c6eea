import io
import zipfile
from pathlib import Path

import pytest
from reader_samples import archive, mail_file, word_file, workbook_file

from brain.errors import UnreadableDocument
from ingest.readers import SUPPORTED, read, read_bytes
from ingest.readers.sniffing import sniff


def word():
    return word_file(lambda document: document.add_paragraph("Some words."))


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        (
            "report.docx",
            b"\x89PNG\r\n\x1a\n" + bytes(99),
            "is not a Word document, as its name says, but a PNG picture",
        ),
        ("page.pdf", b"<!DOCTYPE html><p>404</p>", "is not a PDF, as its name says, but a web page"),
        ("notes.txt", b"%PDF-1.7 ...", "is not a text file, as its name says, but a PDF"),
        ("table.csv", bytes(range(256)) * 20, "is not a CSV table, as its name says, but something else"),
        ("deck.pptx", workbook_file({"A": [["x"]]}), "is not a PowerPoint file.* but an Excel workbook"),
        (
            "old.docx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99),
            "is protected by a password or in the old",
        ),
        ("setup.exe", b"MZ\x90", r"has a format that can't be read \(\.exe\): save it as one of .*\.docx"),
        ("README", b"words", r"has a format that can't be read \(no ending\)"),
        ("empty.md", b"", "is empty"),
        ("blank.md", b"  \n\n", "holds no text"),
        (
            "zip.docx",
            archive({"readme.txt": b"x"}),
            "is not a Word document, as its name says, but a ZIP archive",
        ),
    ],
)
def test_each_fault_is_a_sentence_that_names_the_file(name, data, sentence):
    with pytest.raises(UnreadableDocument, match=f"^{name} {sentence}"):
        read_bytes(data, name)


def test_a_media_type_decides_where_it_is_known():
    assert read_bytes(b"<p>Hello</p>", "index.php", media_type="text/html; charset=utf-8").text == "Hello\n"
    assert read_bytes(b"Hello", "a.txt", media_type="application/x-unknown").text == "Hello\n"


def test_a_zip_bomb_is_refused_by_size_and_by_ratio():
    huge = archive({"word/document.xml": bytes(201 * 1024**2)})
    with pytest.raises(UnreadableDocument, match=r"bomb\.docx would unfold to 201 MB"):
        read_bytes(huge, "bomb.docx")
    steep = archive({"xl/workbook.xml": bytes(20 * 1024**2)})
    with pytest.raises(UnreadableDocument, match=r"steep\.xlsx would unfold to 20 MB"):
        read_bytes(steep, "steep.xlsx")
    with pytest.raises(UnreadableDocument, match=r"parts\.docx holds 20,002 parts, more than a document may"):
        read_bytes(archive({f"word/{n}": b"" for n in range(20_002)}), "parts.docx")


def test_an_archive_that_lies_about_its_sizes_is_damaged():
    data = bytearray(archive({"word/document.xml": b"<w>" + b"a" * 5000 + b"</w>"}))
    real = (5007).to_bytes(4, "little")
    assert real in data
    lying = bytes(data).replace(real, (9).to_bytes(4, "little"))
    with pytest.raises(UnreadableDocument, match=r"liar\.docx is damaged"):
        read_bytes(lying, "liar.docx")


def test_an_encrypted_archive_asks_for_a_copy_without_password():
    data = word()
    members = zipfile.ZipFile(io.BytesIO(data)).infolist()
    # Flag bit 1 marks a member as encrypted, in its own header and in the directory.
    marked = bytearray(data)
    for member in members:
        marked[member.header_offset + 6] |= 1
    start = 0
    while (start := data.find(b"PK\x01\x02", start)) >= 0:
        marked[start + 8] |= 1
        start += 4
    with pytest.raises(UnreadableDocument, match=r"locked\.docx is protected by a password"):
        read_bytes(bytes(marked), "locked.docx")


def outcome_of(data, name):
    try:
        return "read" if read_bytes(data, name).blocks else "nothing"
    except UnreadableDocument as error:
        return error.sentence


def test_every_reader_turns_damage_into_a_sentence():
    wholes = {
        "x.docx": word(),
        "x.xlsx": workbook_file({"A": [["a", "b"], ["c", "d"]]}),
        "x.eml": mail_file(),
    }
    for name, data in wholes.items():
        for cut in (len(data) // 3, len(data) * 2 // 3):
            mixed = data[:cut] + bytes(40) + data[cut + 40 :]
            outcome = outcome_of(mixed, name)
            assert outcome == "read" or outcome.startswith(f"{name} ")


def test_files_that_cannot_be_opened_or_are_too_large(tmp_path):
    with pytest.raises(UnreadableDocument, match=r"gone\.md can't be opened \(No such file"):
        read(tmp_path / "gone.md")
    large = tmp_path / "large.md"
    large.write_bytes(b"word " * 1000)
    with pytest.raises(UnreadableDocument, match=r"large\.md has .* more than the .* allowed"):
        read(large, max_bytes=1000)
    assert read(large).title == "large"


def test_every_supported_ending_names_a_reader_that_is_there():
    from importlib import import_module

    for suffix, known in SUPPORTED.items():
        module, function = known.place.split(":")
        assert suffix == suffix.lower()
        assert callable(getattr(import_module(f"ingest.readers.{module}"), function))


def test_sniffing_knows_text_in_wide_encodings_from_binary():
    assert sniff("Grüße".encode("utf-16")) == "text"
    assert sniff("Plain words here".encode("utf-16-le")) == "text"
    assert sniff(bytes(range(1, 32)) * 9) == "binary"
    assert sniff(Path("/dev/null").read_bytes()) == "empty"
