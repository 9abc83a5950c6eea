"""Files that are one short pattern again and again, which parsers take by the square of their length.

Without what these tests hold to, each of them takes minutes; with it, less than a second.
"""

import pytest

from benchmarks.repeated_patterns import file_of, formats, patterns
from brain.errors import UnreadableDocument
from ingest.readers import read_bytes


def shown(form, pattern, size, join=""):
    name, data = file_of(form, pattern, join, size)
    return read_bytes(data, name)


@pytest.mark.parametrize("pattern", [":a", "a-", "a:", "a/"])
def test_a_word_without_end_has_no_marks_of_restructured_text(pattern):
    text = pattern * 30_000
    assert read_bytes(f"{text}\n\nThe *key* hangs.".encode(), "a.rst").text == f"{text}\nThe key hangs.\n"


def test_a_paragraph_without_end_has_no_marks_of_restructured_text():
    parsed = read_bytes(f"{'*a ' * 30_000}\n\nThe *key* hangs\\ .".encode(), "a.rst")
    assert parsed.text == f"{'*a ' * 29_999}*a\nThe key hangs.\n"


def test_backslashes_at_the_ends_of_many_lines_are_counted_once():
    parsed = shown("md", "\\", 30_000, "\n")
    assert {block.text for block in parsed.blocks} == {"\\"}
    assert len(parsed.blocks) == 15_000


@pytest.mark.parametrize("opening", ["<v ", "<v" + " " * 100, "<a", "<v.a "])
def test_tags_of_a_transcript_that_never_close_are_words(opening):
    line = opening * (300_000 // len(opening))
    data = f"WEBVTT\n\n00:01.000 --> 00:02.000\n{line}\n<v Ann Holm>The <i>key</i> hangs.\n".encode()
    assert read_bytes(data, "a.vtt").text.endswith("Ann Holm: The key hangs.\n")


@pytest.mark.parametrize("blank", [" ", "\t"])
@pytest.mark.parametrize(
    ("name", "line", "words"),
    [("a.org", "* a{}b", "a b"), ("a.org", "- a{}b", "- a b"), ("a.adoc", "== a{}b", "a b")],
)
def test_a_run_of_blanks_is_looked_at_once(name, line, words, blank):
    data = f"{line.format(blank * 100_000)}\n\nThe key hangs.\n".encode()
    assert read_bytes(data, name).text == f"{words}\nThe key hangs.\n"


@pytest.mark.parametrize("header", ["From", "To", "Subject", "Date", "Content-Type", "Content-Disposition"])
def test_of_a_mails_header_without_end_the_beginning_is_read(header):
    quotes = '"' * 300_000
    data = f"{header}: {quotes}\nSubject: Keys\nFrom: a@b.example\n\nThe key hangs.\n"
    parsed = read_bytes(data.encode(), "a.eml")
    assert parsed.blocks[-1].text == "The key hangs."
    told = [warning for warning in parsed.warnings if "only its beginning was read" in warning]
    assert len(told) == (not header.startswith("Content"))


def test_all_people_that_a_long_mail_names_are_read():
    people = [f'"Holm, Ann {number}" <ann{number}@example.org>' for number in range(600)]
    parsed = read_bytes(f"From: a@b.example\nTo: {', '.join(people)}\n\nText.\n".encode(), "a.eml")
    assert parsed.blocks[1].text == f"To: {', '.join(people)}"
    assert parsed.warnings == ()


@pytest.mark.parametrize("form", formats())
def test_what_the_benchmark_makes_is_of_the_format(form):
    name, data = file_of(form, "The key hangs. ", "", 2_000)
    if form in ("json", "jsonl"):  # patterns as such are no JSON: how that is told is what is timed
        with pytest.raises(UnreadableDocument, match="not valid JSON"):
            read_bytes(data, name)
    elif form in ("eml type", "eml disposition", "eml headers"):
        assert "text" in read_bytes(data, name).text
    else:
        assert "key hangs" in read_bytes(data, name).text


def test_patterns_are_drawn_alike_each_time():
    assert list(patterns(1, 5)) == list(patterns(1, 5))
    assert list(patterns(1, 5)) != list(patterns(2, 5))
