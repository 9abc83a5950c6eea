"""Whatever a reader hands on as text stands in the document, word for word."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reader_samples import drawn_pdf, lines_at, mail_file, slides_file, word_file, workbook_file

from ingest.parsed import BlockKind
from ingest.readers import read_bytes

WORDS = st.text(st.sampled_from("abcdefgxyzäöüßé09"), min_size=1, max_size=9)
SENTENCES = st.lists(WORDS, min_size=2, max_size=12).map(lambda words: " ".join(words).capitalize() + ".")
PARAGRAPHS = st.lists(SENTENCES, min_size=1, max_size=6)


def as_word(paragraphs):
    return word_file(lambda document: [document.add_paragraph(text) for text in paragraphs])


def as_slides(paragraphs):
    def build(presentation):
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = paragraphs[0]
        slide.placeholders[1].text_frame.text = "\n".join(paragraphs)

    return slides_file(build)


def as_pdf(paragraphs):
    return drawn_pdf(lambda canvas: lines_at(canvas, 60, 800, paragraphs, size=7, pitch=16))


def as_html(paragraphs):
    return "".join(f"<p>{text}</p>\n" for text in paragraphs).encode()


MAKERS = {
    "x.md": lambda paragraphs: "\n\n".join(paragraphs).encode(),
    "x.rst": lambda paragraphs: "\n\n".join(paragraphs).encode(),
    "x.adoc": lambda paragraphs: "\n\n".join(paragraphs).encode(),
    "x.org": lambda paragraphs: "\n\n".join(paragraphs).encode(),
    "x.txt": lambda paragraphs: "\n\n".join(paragraphs).encode(),
    "x.html": as_html,
    "x.docx": as_word,
    "x.pptx": as_slides,
    "x.pdf": as_pdf,
    "x.xlsx": lambda paragraphs: workbook_file({"S": [[text, text] for text in paragraphs]}),
    "x.csv": lambda paragraphs: "".join(f'"{text}","{text}"\n' for text in paragraphs).encode(),
    "x.eml": lambda paragraphs: mail_file(text="\n\n".join(paragraphs) + "\n"),
}


@pytest.mark.parametrize("name", MAKERS)
@settings(max_examples=15)
@given(paragraphs=PARAGRAPHS)
def test_no_word_is_lost_or_invented(name, paragraphs):
    parsed = read_bytes(MAKERS[name](paragraphs), name)
    source = " ".join(paragraphs)
    for block in parsed.blocks:
        if block.locator.part == "headers" or block.kind is BlockKind.HEADING:
            continue
        for cell in re.sub(r"^\s*- ", "", block.text).split("\t"):
            assert cell in source
    words = set(parsed.text.split())
    assert words >= set(source.split())


@given(text=st.text(st.sampled_from("ab*_`[]()<>#-~&;\\|!{%}\n 1."), max_size=80))
def test_any_markup_is_read_without_error_and_adds_no_letters(text):
    source = "start " + text
    parsed = read_bytes(source.encode(), "x.md")
    letters = [letter for letter in parsed.text if letter.isalpha()]
    for letter in set(letters):
        assert letters.count(letter) <= source.count(letter) + source.count("[") * 4


SIGNS = {
    "x.rst": "ab*_`|:.[]()<>#-=~+;\\^ \n\n1",
    "x.adoc": "ab*_`|:.[]()<>#-=~+;\\^{}/ \n\n1",
    "x.org": "ab*_=~|:.[]()<>#-+/\\^{}@ \n\n1",
}


@pytest.mark.parametrize("name", SIGNS)
@settings(max_examples=60)
@given(data=st.data())
def test_any_signs_of_other_markup_are_read_without_error(name, data):
    text = data.draw(st.text(st.sampled_from(SIGNS[name]), max_size=120))
    parsed = read_bytes(f"start\n\n{text}".encode(), name)
    assert parsed.blocks[0].text.startswith("start")
    assert {letter for letter in parsed.text if letter.isalpha()} <= set("start" + "ab")
