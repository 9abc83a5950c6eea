"""OpenDocument files as LibreOffice saves them, and parts of them that are made up."""

import io
import zipfile
from pathlib import Path

import pytest
from reader_samples import archive

from brain.errors import UnreadableDocument
from ingest.readers import read, read_bytes

SAMPLES = Path(__file__).parents[1] / "samples" / "formats"
SPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (
        ("office", "office"), ("text", "text"), ("table", "table"), ("style", "style"), ("draw", "drawing"),
        ("fo", "xsl-fo-compatible"), ("presentation", "presentation"),
    )
)  # fmt: skip


def opened(kind, body, styles="", outline="", **members):
    """A file of that kind, as little of it as is read."""
    content = (
        f"<office:document-content {SPACES}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )
    common = (
        f"<office:document-styles {SPACES}><office:styles>{outline}</office:styles></office:document-styles>"
    )
    return archive(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "content.xml": content,
            "styles.xml": common,
            **{name.replace("__", "/") + ".xml": data for name, data in members.items()},
        }
    )


def texts(parsed):
    return [block.text for block in parsed.blocks]


def test_a_text_from_libreoffice_keeps_headings_lists_and_merged_tables():
    parsed = read(SAMPLES / "handbook.odt")
    assert (parsed.title, parsed.modified.year) == ("Kennel handbook", 2013)
    assert [(block.kind.value, block.text) for block in parsed.blocks][1:] == [
        ("heading", "Feeding"),
        ("paragraph", "Adult dogs are fed twice a day, at seven and at five."),
        ("heading", "Amounts"),
        ("table_header", "Weight\tDry food\tWet food"),
        ("table_row", "up to 10 kg\t150 g\t300 g"),
        ("table_row", "10 to 25 kg\t300 g\t600 g"),
        ("table_row", "over 25 kg\t450 g\t900 g"),
        ("heading", "Opening"),
        ("list_item", "1. Unlock the gate."),
        ("list_item", "2. Switch on the lights."),
        ("list_item", "3. Check the water bowls."),
        ("list_item", "- Monday to Friday: 7 to 18"),
        ("list_item", "- Saturday: 9 to 13"),
        ("heading", "Fees"),
        ("table_header", "Kennel\tFee per night Low season\tFee per night High season"),
        ("table_row", "Small\t€ 18.00\t€ 24.00"),
        ("paragraph", "Ünusual guests – such as cats – pay “half”."),
    ]
    assert parsed.blocks[4].locator.heading == ("Feeding", "Amounts")


def test_hidden_deleted_and_commented_words_are_left_out_and_notes_stand_behind():
    body = (
        "<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>"
        '<text:p>Dogs<text:s text:c="2"/>bark<text:note><text:note-citation>1</text:note-citation>'
        "<text:note-body><text:p>Not all of them.</text:p></text:note-body></text:note> at night"
        "<office:annotation><text:p>really?</text:p></office:annotation>"
        '<text:span text:style-name="T1"> secret</text:span>.</text:p>'
        '<text:section text:display="none"><text:p>For managers</text:p></text:section>'
        "<text:table-of-content><text:index-body><text:p>Contents 1</text:p></text:index-body>"
        "</text:table-of-content>"
    )
    hidden = '<style:style style:name="T1"><style:text-properties text:display="none"/></style:style>'
    assert texts(read_bytes(opened("text", body, hidden), "a.odt")) == [
        "Dogs bark at night.",
        "Not all of them.",
    ]


def test_what_a_style_above_a_field_or_a_condition_hides_is_left_out():
    body = (
        '<text:p text:style-name="P1">by the style above<draw:frame><draw:text-box>'
        "<text:p>in its box</text:p></draw:text-box></draw:frame></text:p>"
        '<text:p text:style-name="P2">shown again</text:p>'
        '<text:p>by a field<text:hidden-paragraph text:condition="x" text:is-hidden="true"/></text:p>'
        '<text:p>not hidden now<text:hidden-paragraph text:condition="x" text:is-hidden="false"/></text:p>'
        '<text:section text:display="condition" text:is-hidden="true"><text:p>by a condition</text:p>'
        "</text:section>"
        '<text:section text:display="condition"><text:p>whose condition does not hold</text:p></text:section>'
    )
    shown, hidden = (f'<style:text-properties text:display="{how}"/>' for how in ("true", "none"))
    above = f'<style:style style:name="Secret">{hidden}</style:style>'
    own = (
        '<style:style style:name="P1" style:parent-style-name="Secret"/>'
        f'<style:style style:name="P2" style:parent-style-name="Secret">{shown}</style:style>'
    )
    assert texts(read_bytes(opened("text", body, own, above), "a.odt")) == [
        *("shown again", "not hidden now", "whose condition does not hold")
    ]


def test_headings_that_the_file_numbers_are_told_with_their_numbers():
    outline = "<text:outline-style>" + "".join(
        f'<text:outline-level-style text:level="{level}" style:num-format="1" text:display-levels="{level}"/>'
        for level in (1, 2)
    )
    body = "".join(
        f'<text:h text:outline-level="{level}">{words}</text:h><text:p>Text.</text:p>'
        for level, words in ((1, "Scope"), (1, "Terms"), (2, "Notice"), (2, "End"))
    )
    parsed = read_bytes(opened("text", body, outline=outline + "</text:outline-style>"), "a.odt")
    assert texts(parsed)[::2] == ["1 Scope", "2 Terms", "2.1 Notice", "2.2 End"]
    assert parsed.blocks[-1].locator.heading == ("2 Terms", "2.2 End")


def test_a_sheet_from_libreoffice_shows_values_as_people_see_them_and_tells_what_is_hidden():
    parsed = read(SAMPLES / "guests.ods")
    assert [(block.text, block.locator.sheet, block.locator.row) for block in parsed.blocks] == [
        ("Name\tKennel\tFee\tSince\tDiscount", "Guests", 1),
        ("Rex\t7\t18.50 €\t2026-03-05\t10%", "Guests", 2),
        ("Bella\t9\t24.00 €\t2026-04-01\t25%", "Guests", 3),
        ("The vet comes on Tuesdays.", "Notes", 1),
        ("Total\t42.5", "Notes", 3),
    ]
    assert parsed.warnings == (
        "1 hidden sheet was left out.",
        "Sheet Guests: 1 hidden row and 1 hidden column were left out.",
    )


def test_rows_that_a_filter_or_a_folded_group_keeps_from_view_are_read():
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    row = "<table:table-row{}>" + cell + cell + "</table:table-row>"
    body = (
        '<table:table table:name="S">'
        + row.format("", "Name", "Town")
        + row.format(' table:visibility="filter"', "Rex", "Bonn")
        + "<table:table-row-group>"
        + row.format(' table:visibility="collapse"', "Bella", "Kiel")
        + "</table:table-row-group>"
        + row.format(' table:visibility="collapse"', "Ghost", "Ulm")
        + "</table:table>"
    )
    parsed = read_bytes(opened("spreadsheet", body), "a.ods")
    assert texts(parsed) == ["Name\tTown", "Rex\tBonn", "Bella\tKiel"]
    assert parsed.warnings == ("Sheet S: 1 hidden row was left out.",)


def test_a_sheet_of_endless_repeats_is_read_in_no_time_and_too_wide_a_one_is_told():
    cell = '<table:table-cell table:number-columns-repeated="{}"><text:p>x</text:p></table:table-cell>'
    body = (
        '<table:table table:name="S"><table:table-row table:number-rows-repeated="1048576">'
        + cell.format(16384)
        + "</table:table-row></table:table>"
    )
    parsed = read_bytes(opened("spreadsheet", body), "a.ods")
    assert len(parsed.blocks) == 1000
    assert parsed.blocks[0].text.count("x") == 256
    assert parsed.warnings == ("Sheet S: only the first 256 columns were read.",)


def test_rows_below_many_equal_ones_keep_their_numbers():
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    rows = "".join(
        f'<table:table-row table:number-rows-repeated="{times}">'
        f"{cell.format(one)}{cell.format(other)}</table:table-row>"
        for times, one, other in ((1, "Name", "Kennel"), (5000, "Rex", "7"), (1, "Bella", "9"))
    )
    parsed = read_bytes(opened("spreadsheet", f'<table:table table:name="S">{rows}</table:table>'), "a.ods")
    assert (parsed.blocks[-1].text, parsed.blocks[-1].locator.row) == ("Bella\t9", 5002)


def test_slides_from_libreoffice_keep_number_title_tables_and_notes():
    parsed = read(SAMPLES / "barking.odp")
    assert parsed.title == "Why dogs bark"
    assert [(b.locator.slide, b.locator.part, b.kind.value, b.text) for b in parsed.blocks] == [
        (1, None, "heading", "Why dogs bark"),
        (1, None, "list_item", "- They greet"),
        (1, None, "list_item", "- They warn"),
        (1, "notes", "paragraph", "Mention the neighbours."),
        (2, None, "heading", "Numbers"),
        (2, None, "table_header", "Year\tBarks"),
        (2, None, "table_row", "2024\t312"),
        (2, None, "table_row", "2025\t401"),
    ]
    assert parsed.warnings == ("1 hidden slide was left out.",)


def test_a_password_a_bomb_and_a_wrong_name_are_told():
    locked = opened("text", "", **{"META-INF__manifest": "<manifest:encryption-data/>"})
    with pytest.raises(UnreadableDocument, match=r"^a\.odt is protected by a password"):
        read_bytes(locked, "a.odt")
    with pytest.raises(UnreadableDocument, match=r"^a\.odt is not an OpenDocument text.* spreadsheet"):
        read_bytes(opened("spreadsheet", ""), "a.odt")
    entities = archive(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
        }
    )
    with pytest.raises(UnreadableDocument, match="declares XML entities"):
        read_bytes(entities, "a.odt")
    source = zipfile.ZipFile(SAMPLES / "handbook.odt")
    cut = io.BytesIO()
    with zipfile.ZipFile(cut, "w") as target:
        target.writestr("mimetype", source.read("mimetype"))
        target.writestr("content.xml", source.read("content.xml")[:5000])
    with pytest.raises(UnreadableDocument, match="is damaged or not an OpenDocument text"):
        read_bytes(cut.getvalue(), "a.odt")
