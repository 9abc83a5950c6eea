"""RTF, EPUB, transcripts and notebooks."""

import io
import zipfile
from pathlib import Path

import pytest
from reader_samples import archive

from brain.errors import UnreadableDocument
from ingest.indexing.splitting import split
from ingest.readers import read, read_bytes

SAMPLES = Path(__file__).parents[1] / "samples" / "formats"


def texts(parsed):
    return [block.text for block in parsed.blocks]


def rtf(body, head=""):
    return (r"{\rtf1\ansi\ansicpg1252\deff0" + head + body + "}").encode("latin-1")


def test_rtf_from_libreoffice_reads_as_the_same_text_in_opendocument():
    as_rtf, as_odt = read(SAMPLES / "handbook.rtf"), read(SAMPLES / "handbook.odt")
    assert [(b.kind, b.text, b.level, b.locator) for b in as_rtf.blocks] == [
        (b.kind, b.text, b.level, b.locator) for b in as_odt.blocks
    ]
    assert (as_rtf.title, as_rtf.modified) == (as_odt.title, as_odt.modified)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (r"Gr\'fc\'dfe\par", ["Grüße"]),
        (r"\u8364? 5 \u-10179?\u-8704?\par", ["€ 5 😀"]),
        (r"\uc2\u26085\'93\'fa\u26412\'96\'7b\uc1 desk\par", ["日本desk"]),
        (r"\f1 \'cf\'f0\'e8\'e2\'e5\'f2\f0  you\par", ["Привет you"]),
        (r"\f2 \'82\'b1\'82\'f1\par", ["こん"]),
        (r"One\line Two\par Three\par", ["One", "Two", "Three"]),
        (r"A\~b \emdash  c\_d \{x\} \\\par", ["A b — c-d {x} \\"]),
        (r"Seen{\v  hidden}{\deleted  struck} text\par", ["Seen text"]),
        (r"{\*\unknown words}{\header Head}{\pict 0a0b}Body\par", ["Body"]),
        (r"Text{\footnote A note.} goes on\par", ["Text goes on", "A note."]),
        (r'{\field{\*\fldinst HYPERLINK "http://x"}{\fldrslt a link}}\par', ["a link"]),
        (r"{\upr{twice}{\*\ud twic\u233e}} said\par", ["twicé said"]),
        (r"{\pict\bin5 }}}}}0a}After\par", ["After"]),
        ("Split\r\n words\r\n\\par", ["Split words"]),
        (r"{\listtext\'b7\tab}Point\par{\listtext 2.\tab}Second\par", ["- Point", "2. Second"]),
        (r"no end of braces}}}} after\par", ["no end of braces after"]),
    ],
)
def test_signs_and_groups_of_rtf(body, words):
    fonts = r"{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset204 B;}{\f2\fcharset128 C;}}"
    assert texts(read_bytes(rtf(body, fonts), "a.rtf")) == words


def test_headings_of_rtf_are_told_by_style_and_by_outline_level():
    styles = r"{\stylesheet{\s0 Normal;}{\s1 heading 1;}{\s7\outlinelevel1 Clause;}{\s9 toc 1;}}"
    body = r"\pard\s9 Terms 1\par\pard\s1 Terms\par\pard\s7 Notice\par\pard Four weeks.\par"
    parsed = read_bytes(rtf(body, styles), "a.rtf")
    assert [(block.level, block.text) for block in parsed.blocks] == [
        (1, "Terms"), (2, "Notice"), (0, "Four weeks."),
    ]  # fmt: skip
    assert parsed.blocks[-1].locator.heading == ("Terms", "Notice")


def test_a_table_of_rtf_with_a_header_row_and_a_cell_over_two_rows():
    def row(*cells, head="", marks=("", "", "")):
        edges = "".join(rf"{mark}\cellx{1000 * place}" for place, mark in enumerate(marks, 1))
        return rf"\trowd{head}{edges}\pard\intbl " + "".join(rf"{cell}\cell " for cell in cells) + r"\row"

    body = (
        row("Region", "Town", "Dogs", head=r"\trhdr")
        + row("North", "Kiel", "7", marks=(r"\clvmgf", "", ""))
        + row("", "Bonn", "9", marks=(r"\clvmrg", "", ""))
        + r"\pard Behind it.\par"
    )
    assert [(b.kind.value, b.text) for b in read_bytes(rtf(body), "a.rtf").blocks] == [
        ("table_header", "Region\tTown\tDogs"),
        ("table_row", "North\tKiel\t7"),
        ("table_row", "North\tBonn\t9"),
        ("paragraph", "Behind it."),
    ]


PAGE = '<?xml version="1.0"?><html><body>{}</body></html>'


def book(pages, toc="", others=None):
    """An EPUB with these pages in reading order."""
    items = "".join(
        f'<item id="p{n}" href="{name}" media-type="application/xhtml+xml"/>' for n, name in enumerate(pages)
    )
    spine = "".join(f'<itemref idref="p{n}"/>' for n in range(len(pages)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<metadata><dc:title>Dogs</dc:title><dc:date>2024-03-05</dc:date></metadata><manifest>"
        f'{items}<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
        f"</manifest><spine>{spine}</spine></package>"
    )
    container = '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'
    nav = f'<html xmlns="http://www.w3.org/1999/xhtml"><body><nav><ol>{toc}</ol></nav></body></html>'
    return archive(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": container,
            "OPS/book.opf": package,
            "OPS/nav.xhtml": nav,
            **{f"OPS/{name}": PAGE.format(body) for name, body in pages.items()},
            **(others or {}),
        }
    )


def test_the_chapters_of_a_book_come_in_reading_order_with_their_headings():
    pages = {
        "z first.xhtml": "<h1>Barking</h1><p>Dogs greet.</p>",
        "a.xhtml": "<p>They sleep.</p><h2>Dreams</h2><p>They run.</p>",
    }
    toc = '<li><a href="z%20first.xhtml">Barking</a></li><li><a href="a.xhtml#top">Sleeping</a></li>'
    parsed = read_bytes(book(pages, toc), "dogs.epub")
    assert (parsed.title, parsed.modified.year) == ("Dogs", 2024)
    assert [(block.text, block.locator.heading) for block in parsed.blocks] == [
        ("Barking", ("Barking",)),
        ("Dogs greet.", ("Barking",)),
        ("Sleeping", ("Sleeping",)),
        ("They sleep.", ("Sleeping",)),
        ("Dreams", ("Sleeping", "Dreams")),
        ("They run.", ("Sleeping", "Dreams")),
    ]


def test_a_chapter_may_name_its_document_type_and_declare_no_entities():
    typed = (
        '<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "http://www.w3.org/x.dtd"{}>'
        "<html><body><p>Dogs greet.</p></body></html>"
    )
    pages = {"main0.xml": ""}
    parsed = read_bytes(book(pages, others={"OPS/main0.xml": typed.format("")}), "dogs.epub")
    assert texts(parsed) == ["Dogs greet."]
    bomb = typed.format(' [<!ENTITY a "aaaaaaaa">]')
    with pytest.raises(UnreadableDocument, match="declares XML entities"):
        read_bytes(book(pages, others={"OPS/main0.xml": bomb}), "dogs.epub")


def test_entities_of_a_package_are_not_looked_up(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("hunter2")
    package = (
        f'<!DOCTYPE p [<!ENTITY x SYSTEM "{secret.as_uri()}">]><package>'
        "<metadata><title>Of &x;</title></metadata>"
        '<manifest><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="a"/></spine></package>'
    )
    page = f'<!DOCTYPE p [<!ENTITY x SYSTEM "{secret.as_uri()}">]><html><body><p>Dogs &x;</p></body></html>'
    others = {"OPS/book.opf": package, "OPS/a.xhtml": page}
    parsed = read_bytes(book({"a.xhtml": ""}, others=others), "dogs.epub")
    assert "Dogs" in parsed.text
    assert "hunter2" not in parsed.title + parsed.text


def test_a_chapter_without_a_heading_is_called_what_the_contents_call_it():
    pages = {"a.xhtml": "<p>Feeding</p><p>At seven.</p>", "b.xhtml": "<p>They sleep.</p>"}
    toc = '<li><a href="a.xhtml">Feeding</a></li><li><a href="b.xhtml">Section 2</a></li>'
    parsed = read_bytes(book(pages, toc), "dogs.epub")
    assert texts(parsed) == ["Feeding", "At seven.", "They sleep."]
    assert parsed.blocks[1].locator.heading == ("Feeding",)
    assert texts(read(SAMPLES / "handbook.epub"))[1] == "Feeding"


def test_a_page_that_a_book_names_a_thousand_times_is_read_once():
    written = book({"a.xhtml": "<p>Dogs bark at night.</p>"})
    source = zipfile.ZipFile(io.BytesIO(written))
    parts = {name: source.read(name) for name in source.namelist()}
    package = "OPS/book.opf"
    parts[package] = parts[package].replace(b'<itemref idref="p0"/>', b'<itemref idref="p0"/>' * 1000)
    assert texts(read_bytes(archive(parts), "a.epub")) == ["Dogs bark at night."]


def test_a_book_with_drm_is_told():
    locked = '<encryption><CipherReference URI="OPS/a.xhtml"/></encryption>'
    with pytest.raises(UnreadableDocument, match=r"dogs\.epub is protected against copying"):
        read_bytes(book({"a.xhtml": "<p>x</p>"}, others={"META-INF/encryption.xml": locked}), "dogs.epub")


def test_a_transcript_says_who_spoke_and_when():
    parsed = read(SAMPLES / "meeting.vtt")
    assert parsed.title == "Kennel round, 5 March"
    assert [(block.locator.part, block.text) for block in parsed.blocks] == [
        (
            "0:00:01",
            "Mara Lind: Good morning. The vet comes on Tuesday & Thursday. Please have the papers ready.",
        ),
        ("0:00:07", "Tom Okafor: Which papers?"),
        ("1:02:03", "Mara Lind: The vaccination cards."),
    ]
    chunks = tuple(split(parsed, 254, lambda text: len(text.split())))
    assert {chunk.locator.part for chunk in chunks} <= {"0:00:01", "0:00:07", "1:02:03"}


def test_subtitles_are_joined_to_paragraphs():
    parsed = read(SAMPLES / "film.srt")
    assert [(block.locator.part, block.text) for block in parsed.blocks] == [
        ("0:00:01", "Welcome to the kennel. Dogs are fed at seven."),
        ("0:00:20", "TOM OKAFOR: And at five."),
    ]


def test_a_file_that_is_no_transcript_is_told():
    with pytest.raises(UnreadableDocument, match="its first line is not WEBVTT"):
        read_bytes(b"1\n00:00:01.000 --> 00:00:02.000\nHi", "a.vtt")
    with pytest.raises(UnreadableDocument, match="holds no text"):
        read_bytes(b"WEBVTT\n\nNOTE nothing\n", "a.vtt")


def test_a_notebook_reads_as_a_page_with_its_code_and_what_it_printed():
    parsed = read(SAMPLES / "study.ipynb")
    assert parsed.title == "Feeding study"
    assert [(block.kind.value, block.text) for block in parsed.blocks] == [
        ("heading", "Feeding study"),
        ("paragraph", "Dogs were fed twice."),
        ("code", "mean = 4.5\nprint(f'{mean} bowls')"),
        ("code", "4.5 bowls"),
        ("code", "<Figure>"),
        ("heading", "Result"),
        ("table_header", "Dog\tBowls"),
        ("table_row", "Rex\t4"),
    ]
    for broken in (b"[]", b"{}", b'{"cells": [1]}', b'{"cells": [{}]}', b"no json"):
        with pytest.raises(UnreadableDocument, match=r"^a\.ipynb is no Jupyter notebook"):
            read_bytes(broken, "a.ipynb")
