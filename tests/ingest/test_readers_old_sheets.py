"""Old Excel workbooks (`.xls`): what `.xlsx` files are read as, and what only they have."""

import io
import struct
from datetime import UTC, date, datetime

import pytest
import xlwt
from olefile import OleFileIO
from outlook_samples import compound, ticks

from brain.errors import UnreadableDocument
from ingest.readers import read_bytes


def saved(book):
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def sheet_of(rows, name="Prices"):
    book = xlwt.Workbook()
    sheet = book.add_sheet(name)
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            if value is not None:
                sheet.write(y, x, *(value if isinstance(value, tuple) else (value,)))
    return book, sheet


def shown(parsed):
    return [(block.kind.value, block.text) for block in parsed.blocks]


def styled(form):
    return xlwt.easyxf(num_format_str=form)


def test_rows_are_told_with_sheet_number_and_header():
    book, _ = sheet_of([[], ["Item", "Price"], ["Desk", 100], ["Chair", 49.5]])
    parsed = read_bytes(saved(book), "prices.xls")
    assert (parsed.title, parsed.media_type) == ("prices", "application/vnd.ms-excel")
    assert shown(parsed) == [
        ("table_header", "Item\tPrice"),
        ("table_row", "Desk\t100"),
        ("table_row", "Chair\t49.5"),
    ]
    assert [(block.locator.sheet, block.locator.row) for block in parsed.blocks] == [
        ("Prices", 2),
        ("Prices", 3),
        ("Prices", 4),
    ]


def test_values_are_those_that_people_see():
    values = [
        *((0.125, styled("0.0%")), (12.5, styled("0.00 [$€-407]")), (7, styled("00000"))),
        *((date(2024, 3, 5), styled("d.m.yy")), (datetime(2024, 3, 5, 9, 30), styled("d.m.yy hh:mm"))),
        *(True, (1234.5, styled("#,##0.00")), xlwt.Formula("1+1")),
    ]
    book, _ = sheet_of([["Name", *values[:-1]]])
    assert shown(read_bytes(saved(book), "x.xls")) == [
        ("table_row", "Name\t12.5%\t12.50 €\t00007\t2024-03-05\t2024-03-05 09:30\tyes\t1234.50")
    ]


def test_hidden_sheets_rows_and_columns_are_left_out_and_told():
    book, sheet = sheet_of(
        [["Item", "Price", "Cost"], ["Desk", 100, 60], ["Secret", 1, 2], ["Chair", 50, 30]]
    )
    sheet.row(2).hidden = True
    sheet.col(2).hidden = True
    book.add_sheet("Hidden").write(0, 0, "salaries")
    book.get_sheet(1).visibility = 1
    parsed = read_bytes(saved(book), "x.xls")
    assert [text for _, text in shown(parsed)] == ["Item\tPrice", "Desk\t100", "Chair\t50"]
    assert parsed.warnings == (
        "1 hidden sheet was left out.",
        "Sheet Prices: 1 hidden row and 1 hidden column were left out.",
    )


def test_rows_of_a_group_that_is_folded_up_are_read():
    book, sheet = sheet_of([["Item", "Price"], ["Desk", 100], ["Chair", 50]])
    sheet.row(1).hidden, sheet.row(1).level = True, 1
    assert ("table_row", "Desk\t100") in shown(read_bytes(saved(book), "x.xls"))


def test_merged_cells_reach_where_they_reach():
    book = xlwt.Workbook()
    sheet = book.add_sheet("A")
    sheet.write_merge(0, 1, 0, 0, "Region")
    sheet.write_merge(0, 0, 1, 2, "2024")
    for y, row in enumerate([["Plan", "Actual"], [10, 11], [20, 21]], 1):
        for x, value in enumerate(row, 1):
            sheet.write(y, x, value)
    sheet.write_merge(2, 3, 0, 0, "North")
    assert [text for _, text in shown(read_bytes(saved(book), "x.xls"))] == [
        "Region\t2024 Plan\t2024 Actual",
        "North\t10\t11",
        "North\t20\t21",
    ]


def test_formats_and_hidden_columns_are_found_where_a_sheet_begins_further_on():
    book, sheet = sheet_of([[], [None, None, "Share", "Cost"], [None, None, (0.5, styled("0%")), 60]])
    sheet.col(3).hidden = True
    assert [text for _, text in shown(read_bytes(saved(book), "x.xls"))] == ["\t\tShare", "\t\t50%"]


def test_a_bold_row_over_words_is_a_header():
    bold = xlwt.easyxf("font: bold on")
    book, _ = sheet_of([[("Owner", bold), ("Team", bold)], ["Mara", "Sea"], ["Rick", "Land"]])
    assert shown(read_bytes(saved(book), "x.xls"))[0] == ("table_header", "Owner\tTeam")


def with_password(data):
    """The workbook with a record that says so, where Excel writes it: behind the first."""
    at = data.index(b"\x09\x08\x10\x00\x00\x06\x05\x00") + 20
    kind, length = data[at : at + 2], int.from_bytes(data[at + 2 : at + 4], "little")
    assert kind != b"\x2f\x00"
    return data[:at] + b"\x2f\x00" + data[at + 2 : at + 4] + bytes(length) + data[at + 4 + length :]


def with_properties(data, count):
    """A compound file with the workbook and a title that is called one of so many properties."""
    with OleFileIO(io.BytesIO(data)) as file:
        workbook = file.openstream("Workbook").read()
    moment = ticks(datetime(2009, 5, 4, tzinfo=UTC))
    entries = struct.pack("<2I6I", 0, count, 1, 32, 2, 40, 13, 56)
    values = struct.pack("<IHxxII8sIQ", 2, 1252, 30, 5, b"Gr\xfc\xdfe\0", 64, moment)
    summary = struct.pack("<44xI", 48) + entries + values
    return compound({"Workbook": workbook, "\x05SummaryInformation": summary})


def test_title_and_last_change_are_those_of_the_files_properties():
    data = saved(sheet_of([["Item", "Price"], ["Desk", 100]])[0])
    parsed = read_bytes(with_properties(data, 3), "x.xls")
    assert (parsed.title, parsed.modified) == ("Grüße", datetime(2009, 5, 4, tzinfo=UTC))
    assert read_bytes(with_properties(data, 2**32 - 1), "x.xls").title in ("Grüße", "x")


def test_faults_are_told_in_sentences():
    book, _ = sheet_of([["Item", "Price"], ["Desk", 100]])
    data = saved(book)
    for bad, sentence in (
        (with_password(data), "is protected by a password: save a copy without"),
        (data[: len(data) // 2], "is damaged or not an old Excel workbook|is not an old Excel workbook"),
        (compound({"WordDocument": b"x"}), "is not an old Excel workbook, .* but an old Word document"),
        (b"<html><table><tr><td>1</table>", "is not an old Excel workbook, .* but a web page"),
    ):
        with pytest.raises(UnreadableDocument, match=f"^x.xls (?:{sentence})"):
            read_bytes(bad, "x.xls")


def outcome_of(data):
    try:
        return "read" if read_bytes(data, "x.xls").blocks else "nothing"
    except UnreadableDocument as error:
        return error.sentence


def test_damage_anywhere_is_a_sentence_or_read():
    book, _ = sheet_of([["Item", "Price"], ["Desk", 100]])
    data = saved(book)
    for at in range(512, len(data) - 64, 211):
        outcome = outcome_of(data[:at] + b"\xff" * 64 + data[at + 64 :])
        assert outcome == "read" or outcome.startswith("x.xls ")
