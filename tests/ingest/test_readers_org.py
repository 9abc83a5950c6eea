"""Org files, as the syntax of Org has them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.parsed import BlockKind
from ingest.readers import read, read_bytes

CHORES = Path(__file__).parents[1] / "samples" / "formats" / "chores.org"


def texts(source):
    return [block.text for block in read_bytes(source.encode(), "page.org").blocks]


def test_a_file_has_title_date_and_headings_with_their_state():
    parsed = read(CHORES)
    assert (parsed.title, parsed.media_type) == ("Chores of the platform team", "text/org")
    assert parsed.modified == datetime(2026, 4, 2, tzinfo=UTC)
    (safe,) = [block for block in parsed.blocks if "Bergen" in block.text]
    assert safe.locator.heading == (
        "Chores of the platform team", "TODO Rotate the signing key", "DONE Order a second token",
    )  # fmt: skip


def test_text_tables_and_boxes_can_be_quoted_and_notes_for_writers_cannot():
    blocks = read(CHORES).blocks
    shown = [block.text for block in blocks]
    for quote in (
        "DEADLINE: 2026-05-01 Fri",
        "The key signs every release. It is rotated each year, before the old one ends on 4 May.",
        "1. Make the new key on the token in the safe.",
        "  - on the status page",
        "PIN\tRuth Adler\tInes Maro",
        "- [ ] certificate installed",
        "Cost\t240 euros a year",
        "certctl renew '*.example.org'\n# asks for the approval code",
        "A key that two people know is known by everybody.",
        "On a Monday, if the 4th is a holiday.",
    ):
        assert quote in shown
    assert blocks[shown.index("Part\tHolder\tDeputy")].kind is BlockKind.TABLE_HEADER
    whole = "\n".join(shown)
    for word in (
        "Internal",
        "EFFORT",
        "CLOCK",
        ":security:",
        "[#A]",
        "supplier",
        "secrets",
        "Sell",
        "TBLFM",
        "fn:",
    ):
        assert word not in whole


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (
            "A *bold*, /slanted/, =typed *x*=, ~code~ and a/b/c.",
            ["A bold, slanted, typed *x*, code and a/b/c."],
        ),
        ("Set max_tokens_to_sample; 3 * 4 * 5.", ["Set max_tokens_to_sample; 3 * 4 * 5."]),
        ("See [[https://x.example][the page]], [[file:a.png]] [[#id]].", ["See the page, id."]),
        ("10^{6} and H_{2}O on <2026-01-05 Mon 10:00>.", ["10⁶ and H2O on 2026-01-05 Mon 10:00."]),
        ("Text[fn:1] goes[fn:: Aside.] on.\n\n[fn:1] Note.", ["Text goes on.", "Aside.", "Note."]),
        (
            "* A :x:y:\n** COMMENT B\nhidden\n*** C\nhidden\n** D :noexport:\nhidden\n* E\nseen",
            ["A", "E", "seen"],
        ),
        (
            "- a\n  goes on\n  1) one\n  2) two\n- b\n\nText.",
            ["- a goes on", "  1. one", "  2. two", "- b", "Text."],
        ),
        ("1. [@5] five\n2. six", ["5. five", "6. six"]),
        ("#+BEGIN_SRC org\n,* no heading\n#+END_SRC\n# hidden\n#hash", ["* no heading", "#hash"]),
        ("#+begin_src sh\nnever closed\n* Heading", ["never closed", "Heading"]),
        (":NOTES:\nshown\n:END:\n:PROPERTIES:\n:A: b\n:END:\nText.", ["shown", "Text."]),
        ("#+begin_export html\n<b>\n#+end_export\n-----\nEnd.", ["End."]),
        ("| a | b |\n| <l> | <10> |\n|---+---|\n| 1 | 2 |", ["a\tb", "1\t2"]),
        ("#+INCLUDE: /etc/hostname\n#+MACRO: co Kelp AS\nBy {{{co}}}.", ["By Kelp AS."]),
        ("#+TITLE: T\n* H\nText.", ["T", "H", "Text."]),
    ],
)
def test_blocks_and_marks(source, shown):
    assert texts(source) == shown
