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


SHED = """THE BIKE SHED
Facilities, ext 415. 2 April

Name        Where                Can do
Puffin      Ground floor         Scan
Razorbill   Second floor         Scan, staples

Where      In the courtyard, to the left of the post room.
Lockers    16 for helmets and rain clothes. Empty them on Friday evening;
           open ones are cleared on Saturday.

Charging e-bikes
There are eight sockets under the roof. They are switched on from seven to
seven only.

1. Quantity
   Pieces of the same article in one order, on the retail price without tax:
     5 to 9 pieces      5 %
     10 to 24 pieces   10 %
"""


def test_tables_of_spaces_and_headings_over_their_text():
    parsed = read_bytes(SHED.encode(), "shed.txt")
    assert parsed.title == "THE BIKE SHED"
    assert [(block.kind.value, block.text) for block in parsed.blocks] == [
        ("heading", "THE BIKE SHED"),
        ("paragraph", "Facilities, ext 415. 2 April"),
        ("table_header", "Name\tWhere\tCan do"),
        ("table_row", "Puffin\tGround floor\tScan"),
        ("table_row", "Razorbill\tSecond floor\tScan, staples"),
        ("table_row", "Where\tIn the courtyard, to the left of the post room."),
        (
            "table_row",
            "Lockers\t16 for helmets and rain clothes. Empty them on Friday evening; open ones are cleared "
            "on Saturday.",
        ),
        ("heading", "Charging e-bikes"),
        (
            "paragraph",
            "There are eight sockets under the roof. They are switched on from seven to seven only.",
        ),
        ("heading", "1. Quantity"),
        ("paragraph", "Pieces of the same article in one order, on the retail price without tax:"),
        ("table_row", "5 to 9 pieces\t5 %"),
        ("table_row", "10 to 24 pieces\t10 %"),
    ]


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


@pytest.mark.parametrize("declared", ["utf-8", "iso-8859-1", None])
def test_a_broken_byte_does_not_garble_the_rest(declared):
    text = "Für Gäste: Öffnungszeiten der Bäder, Säle und Höfe"
    data = text.encode()
    assert decode(data + b" \xff.", declared) == f"{text} \ufffd."
    assert decode(f"{text} in Graz".encode("cp1252"), "cp1252") == f"{text} in Graz"


def test_a_declared_encoding_is_believed_where_it_fits():
    assert decode("Привет".encode("koi8-r"), "koi8-r") == "Привет"
    assert decode(b"caf\xe9 \x80", "iso-8859-1") == "café €"
    assert decode(b"plain", "no-such-charset") == "plain"


def test_lines_that_open_with_their_time_stand_for_themselves():
    lines = [
        f"2026-11-27 10:{minute:02}:00 INFO the service started anew in {minute} ms" for minute in range(20)
    ]
    parsed = read_bytes("\n".join(lines).encode(), "service.txt")
    assert [block.text for block in parsed.blocks] == lines
