"""AsciiDoc, as its language description has it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.parsed import BlockKind
from ingest.readers import read, read_bytes

GUIDE = Path(__file__).parents[1] / "samples" / "formats" / "install.adoc"


def texts(source):
    return [block.text for block in read_bytes(source.encode(), "page.adoc").blocks]


def test_a_guide_has_title_date_and_the_path_of_its_headings():
    parsed = read(GUIDE)
    assert (parsed.title, parsed.media_type) == ("Installing the Kelp agent", "text/asciidoc")
    assert parsed.modified == datetime(2026, 2, 18, tzinfo=UTC)
    (item,) = [block for block in parsed.blocks if "serial number" in block.text]
    assert item.locator.heading == ("Installing the Kelp agent", "Before you begin", "What you need")


def test_a_table_with_a_cell_over_two_rows_stands_under_its_header():
    found = [
        block for block in read(GUIDE).blocks if block.kind in (BlockKind.TABLE_HEADER, BlockKind.TABLE_ROW)
    ]
    assert [block.text for block in found[:5]] == [
        "System\tSince\tRemarks",
        "Debian 12\t2.0\tThe default. Packages are signed.",
        "Alpine 3.20\t2.2\tNeeds gcompat.",
        "FreeBSD\t2.1\tUntil version 13 only with the Linux layer.",
        "FreeBSD\t2.3\tFrom version 14 on without it.",
    ]
    assert [block.kind is BlockKind.TABLE_HEADER for block in found[:2]] == [True, False]


def test_text_steps_and_code_can_be_quoted_and_notes_for_writers_cannot():
    shown = [block.text for block in read(GUIDE).blocks]
    for quote in (
        "The agent listens on port 7311. Open it in the firewall before the first start.",
        "They would send each reading twice.",
        "2. Install the package with apt install kelp-agent.",
        "  1. On Alpine use apk add kelp-agent.",
        "- [x] A network cable",
        "retries\tHow often the agent tries again before it gives up and writes the reading to disk.",
        "The list is made anew each night.",
    ):
        assert quote in shown
    whole = "\n".join(shown)
    for word in (
        "Copyright",
        "docs@kelp",
        "nobody has tested",
        "legal",
        "toc",
        "icons",
        "cols",
        "ifdef",
        "[[",
    ):
        assert word not in whole
    assert "It needs at least 512 MB of memory" in whole  # an attribute of the page


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("Use *bold*, _slanted_, `mono`, **un**usual #marks#.", ["Use bold, slanted, mono, unusual marks."]),
        ("Set max_tokens_to_sample to 3 * 4 * 5.", ["Set max_tokens_to_sample to 3 * 4 * 5."]),
        (r"A \*star* and \{name} and +*as is*+.", ["A *star* and {name} and *as is*."]),
        ("{a} and {unknown}", ["{a} and {unknown}"]),
        (":a: one\n:b: {a} two\n\n{b}, 10^6^, H~2~O", ["one two, 10⁶, H2O"]),
        ("See https://x.example[the page^] or https://y.example.", ["See the page or https://y.example."]),
        ("Press kbd:[Ctrl+C], then menu:File[Save > All].", ["Press Ctrl+C, then File > Save > All."]),
        ("Word((term)) (((hidden, index)))here. image:a.png[An a]", ["Wordterm here."]),
        ("== One [[x]]\n\nSee <<y>>.\n\n[#y]\n== Two\n\nText.", ["One", "See Two.", "Two", "Text."]),
        ("Old title\n---------\n\nText.", ["Old title", "Text."]),
        ("* a\n- b\n* c\n\nText.\n\n. one\n\n. two", ["- a", "  - b", "- c", "Text.", "1. one", "2. two"]),
        ("[start=4]\n4. four\n5. five\n+\nmore", ["4. four", "5. five", "more"]),
        ("CPU::\n\n  The brain.\nRAM:: Short\nterm memory", ["CPU\tThe brain.", "RAM\tShort term memory"]),
        ("....\n== no heading\n....\n\n  typed as is", ["== no heading", "typed as is"]),
        ("```sh\nls\n```\n++++\n<b>raw</b>\n++++\nEnd.", ["ls", "End."]),
        ("[source]\nx:: y\n\n[verse]\nOne\nTwo", ["x:: y", "One", "Two"]),
        ("[comment]\n--\nhidden\n--\nshown", ["shown"]),
        ("include::/etc/hostname[]\nText\ninclude::a.adoc[]\ngoes on.", ["Text goes on."]),
        ("|===\n|A |B\n\n|1 |2\n2+|both\n|===", ["A\tB", "1\t2", "both"]),
        (",===\na,\"b, c\"\n1,2\n,===", ["a\tb, c", "1\t2"]),
        ("[%header,cols=2*]\n|===\n|A\n|B\na|x \\| y\n* z\n|3\n|===", ["A\tB", "x | y * z\t3"]),
        ("----\nnever closed", ["never closed"]),
    ],
)  # fmt: skip
def test_blocks_and_marks(source, shown):
    assert texts(source) == shown


def test_spans_without_measure_and_attributes_without_end_end():
    table = "|===\n99999999*|x 99999999.99999999+|y\n.99999999+|z\n|===\n"
    assert len("".join(texts(table))) < 2_000
    doubled = ":a0: ha\n" + "".join(f":a{n + 1}: {{a{n}}}{{a{n}}}\n" for n in range(60)) + "\n{a60}\n"
    assert len("".join(texts(doubled))) <= 2_000
