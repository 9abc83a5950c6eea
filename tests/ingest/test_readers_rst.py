"""reStructuredText, with the directives and roles of docutils, Sphinx and anybody else."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from brain.errors import UnreadableDocument
from ingest.parsed import BlockKind
from ingest.readers import read, read_bytes

RUNBOOK = Path(__file__).parents[1] / "samples" / "formats" / "failover.rst"


def texts(source):
    return [block.text for block in read_bytes(source.encode(), "page.rst").blocks]


def test_a_runbook_has_title_date_and_the_path_of_its_headings():
    parsed = read(RUNBOOK)
    assert (parsed.title, parsed.media_type) == ("Database failover", "text/x-rst")
    assert parsed.modified == datetime(2026, 3, 14, tzinfo=UTC)
    (limit,) = [block for block in parsed.blocks if block.text.startswith("Lag")]
    assert limit.locator.heading == ("Database failover", "When to fail over", "Limits")


def test_rows_of_grid_and_list_tables_stand_under_their_header_in_every_place_they_cover():
    rows = [(block.kind, block.text) for block in read(RUNBOOK).blocks]
    place = rows.index((BlockKind.TABLE_HEADER, "Metric\tWhere it is read\tLimit"))
    assert rows[place + 2 : place + 4] == [
        (BlockKind.TABLE_ROW, "Open sessions\tDashboard Connections\t400 by day"),
        (BlockKind.TABLE_ROW, "Open sessions\tDashboard Connections\t250 by night"),
    ]
    place = rows.index((BlockKind.TABLE_HEADER, "Role\tName\tReachable"))
    assert rows[place - 1] == (BlockKind.PARAGRAPH, "Whom to call")
    assert rows[place + 1] == (
        BlockKind.TABLE_ROW,
        "Incident lead\tIngrid Solberg\tExtension 4410, day and night",
    )


def test_paragraphs_and_code_can_be_quoted_from_the_source():
    source = " ".join(re.sub(r"[*`|]", "", RUNBOOK.read_text("utf-8")).split())
    for quote in (
        "Never promote the standby while the primary still accepts writes: the two would drift apart and "
        "cannot be merged.",
        "Read it to the end before you begin, and keep #db-oncall informed.",
        "The server that follows the primary and may take its place.",
    ):
        assert quote in source
        assert quote in read(RUNBOOK).text
    assert "$ bookingctl pause --all\npaused 14 writers" in [block.text for block in read(RUNBOOK).blocks]


def test_what_is_no_text_for_readers_is_left_out():
    text = read(RUNBOOK).text
    for word in ("Ingrid before", "footer", "hostname", "toctree", "drills", "widths", "orphan", "_failover"):
        assert word not in text


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (
            "See :ref:`here <x>`, :doc:`/a/b` and `a link <https://x.example>`_.",
            ["See here, /a/b and a link."],
        ),
        ("Call :py:func:`~os.path.join` or :meth:`!run`.", ["Call join or run."]),
        ("H\\ :sub:`2`\\ O and 10\\ :sup:`6`, by :rfc:`9110`.", ["H2O and 10⁶, by RFC 9110."]),
        (".. role:: raw-html(raw)\n   :format: html\n\nA :raw-html:`<br>` b.", ["A b."]),
        ("|x| is |today|.\n\n.. |x| replace:: The *key*", ["The key is |today|."]),
        (".. deprecated:: 2.0\n   Use ``b``.", ["Deprecated since version 2.0: Use b."]),
        (".. envvar:: KELP_HOME\n\n   Where it keeps its files.", ["KELP_HOME\tWhere it keeps its files."]),
        (
            ".. autofunction:: open\n   :noindex:\n\n   Opens it.\n\n.. automodule:: io\n   :members:",
            ["open\tOpens it."],
        ),
        (".. ifconfig:: cloud\n\n   In the cloud.", ["In the cloud."]),
        (".. tab:: Linux\n\n   Use apt.", ["Linux", "Use apt."]),
        (".. unheard-of::\n   :option: 3\n\n   Its text.", ["Its text."]),
        (".. tip:: Begins here\n   and goes on.", ["Begins here and goes on."]),
        (".. figure:: /etc/a.png\n   :figwidth: image\n\n   The caption.", ["The caption."]),
        (":Owner: Ann\n:Team: Keys", ["Owner\tAnn", "Team\tKeys"]),
        ("It *never closes and `neither does this.", ["It *never closes and `neither does this."]),
        ("3. three\n#. four\n\n   - deep", ["3. three", "4. four", "  - deep"]),
    ],
)
def test_roles_and_directives_are_their_text(source, shown):
    assert texts(source) == shown


@pytest.mark.parametrize("option", ["file: {}", "url: file://{}"])
@pytest.mark.parametrize("directive", ["include:: {}", "literalinclude:: {}", "raw:: html", "csv-table:: T"])
def test_no_other_file_is_opened(tmp_path, directive, option):
    secret = tmp_path / "secret.txt"
    secret.write_text("a,quokka\n")
    shown = texts(f"Before.\n\n.. {directive.format(secret)}\n   :{option.format(secret)}\n\nAfter.")
    assert shown == ["Before.", "After."]


def test_a_table_whose_lines_do_not_meet_is_shown_as_it_was_typed():
    shown = texts("+---+---+\n| a | b |\n+---+\n| c     |\n+---+---+\n\nAfter.")
    assert "| a | b |" in shown[0]
    assert shown[-1] == "After."


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("x " * 60_000, "has a line of more than 100,000 characters"),
        ("- " * 3_000 + "x", "deeper than can be read"),
    ],
)
def test_what_docutils_cannot_take_is_told(source, sentence):
    with pytest.raises(UnreadableDocument, match=sentence):
        texts(source)


def test_names_that_stand_for_each_other_end():
    lines = "".join(f".. |n{n}| replace:: |n{n + 1}| |n{n + 1}|\n" for n in range(30))
    (shown,) = texts(f"{lines}\nBegin |n0| end.")
    assert len(shown) < 5_000
