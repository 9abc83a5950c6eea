"""Labelled messages from a spreadsheet's file: what is read, and what is said of what can't be."""

from pathlib import Path

import pytest

from bots.terminal.commands.labelled_csv import read_labelled
from brain.catalog.tickets.cases import Example
from brain.errors import UsageError


def _read(folder: Path, content: str | bytes) -> list[Example]:
    path = folder / "tickets.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_labelled(path, "tickets.csv")


TWO = [Example("It says “809”, again", "vpn"), Example("Two\nlines; with a, comma", "billing")]
ROWS = 'text,label\n"It says “809”, again",vpn\n\n"Two\nlines; with a, comma",billing\n'


@pytest.mark.parametrize(
    "content",
    [
        ROWS,
        ROWS.replace("\n", "\r\n").replace("Two\r\n", "Two\n"),
        "\ufeff" + ROWS,
        ROWS.encode("utf-16"),
        "id;Label ; TEXT\n1;vpn;It says “809”, again\n2;billing;\"Two\nlines; with a, comma\"\n",
        "label\ttext\nvpn\tIt says “809”, again\nbilling\t\"Two\nlines; with a, comma\"\n",
        ROWS.rstrip("\n"),
    ],
)  # fmt: skip
def test_a_spreadsheets_file_is_read_as_it_comes(tmp_path: Path, content: str | bytes) -> None:
    assert _read(tmp_path, content) == TWO


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "begins with no header"),
        ("\n", "begins with no header"),
        ("text,label\n", "nothing below it"),
        ("text,label\n\n,,\n", "nothing below it"),
        ("words,label\na,b\n", "no column text: its first line, which must name `text` and `label`, holds"),
        ("a,b\nc,d\n", "no column text and no column label"),
        ("text,label\na,b\n\"two\nlines\",\n", "Line 3 of tickets.csv has no label"),
        ("text,label\na,b\n ,c\n", "Line 3 of tickets.csv has no text"),
        ("text,label\na,b\nonly one\n", "Line 3 of tickets.csv has 1 of the columns"),
        ('text,label\na,b\n"never closed,c\nd,e\n', "begins in line 3 of tickets.csv is broken"),
        ('text,label\n"a"b,c\n', "begins in line 2 of tickets.csv is broken"),
        ("text,label\na,b\ncafé,c\n".encode("latin-1"), "Line 3 of tickets.csv is not in UTF-8"),
        (b"\xff\xfea", "is not in UTF-8"),
    ],
)  # fmt: skip
def test_what_can_not_be_read_is_said_with_its_line(tmp_path: Path, content: str | bytes, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        _read(tmp_path, content)
    assert said in refused.value.sentence
