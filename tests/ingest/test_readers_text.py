import pytest

from ingest.parsed import BlockKind
from ingest.readers import read_bytes
from ingest.readers.charset import decode

NOTE = """Parking rules
=============

Guests park on level two. The gate opens with the code that the
front desk gives out every morning, and closes
at ten.

- Bikes go to the cellar
- Motorbikes: level one,
  next to the lift
1) Show the badge

OPENING HOURS

From six to ten.
"""


def test_headings_wrapped_lines_and_items():
    parsed = read_bytes(NOTE.encode(), "parking.txt")
    assert parsed.title == "Parking rules"
    assert [(block.kind.value, block.text) for block in parsed.blocks] == [
        ("heading", "Parking rules"),
        (
            "paragraph",
            "Guests park on level two. The gate opens with the code that the front desk gives out every "
            "morning, and closes at ten.",
        ),
        ("list_item", "- Bikes go to the cellar"),
        ("list_item", "- Motorbikes: level one, next to the lift"),
        ("list_item", "1. Show the badge"),
        ("heading", "OPENING HOURS"),
        ("paragraph", "From six to ten."),
    ]
    assert parsed.blocks[-1].locator.heading == ("Parking rules", "OPENING HOURS")


def test_a_sentence_at_the_top_is_no_title():
    parsed = read_bytes(b"We meet on Mondays.\n", "weekly_meeting.txt")
    assert parsed.title == "weekly meeting"
    assert parsed.blocks[0].kind is BlockKind.PARAGRAPH


TEXT = "Größe: 5 €, naïve café – déjà vu. Straße und Übermut, größer als früher."


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_every_usual_encoding_is_found(encoding):
    assert decode(TEXT.encode(encoding)) == TEXT


def test_other_alphabets_are_not_taken_for_western():
    russian = "Все сотрудники получают пропуск в первый рабочий день. Охрана выдаёт его на входе."
    greek = "Όλοι οι εργαζόμενοι παίρνουν κάρτα την πρώτη μέρα στη δουλειά τους."
    assert decode(russian.encode("cp1251")) == russian
    assert decode(greek.encode("cp1253")) == greek


def test_a_declared_encoding_is_believed_where_it_fits():
    assert decode("Привет".encode("koi8-r"), "koi8-r") == "Привет"
    assert decode(b"caf\xe9 \x80", "iso-8859-1") == "café €"
    assert decode(b"plain", "no-such-charset") == "plain"
