"""Sheets as people make them: merged cells, two tables on one sheet, formats, formulas without values."""

from datetime import date, timedelta

import openpyxl
import pytest
from openpyxl.styles import Font
from reader_samples import _saved, repacked, workbook_file

from ingest.readers import read_bytes


def shown(parsed):
    return [(block.kind.value, block.text) for block in parsed.blocks]


def rows_of(data, name="x.xlsx"):
    return shown(read_bytes(data, name))


def test_a_header_of_merged_cells_names_each_column_and_labels_reach_down():
    book = openpyxl.Workbook()
    for row in (
        ["Region", "2024", None, "2025", None],
        [None, "Plan", "Actual", "Plan", "Actual"],
        ["North", 10, 11, 12, 13],
        [None, 20, 21, 22, 23],
    ):
        book.active.append(row)
    for merged in ("A1:A2", "B1:C1", "D1:E1", "A3:A4"):
        book.active.merge_cells(merged)
    parsed = read_bytes(_saved(book), "x.xlsx")
    assert shown(parsed) == [
        ("table_header", "Region\t2024 Plan\t2024 Actual\t2025 Plan\t2025 Actual"),
        ("table_row", "North\t10\t11\t12\t13"),
        ("table_row", "North\t20\t21\t22\t23"),
    ]
    assert [block.locator.row for block in parsed.blocks] == [2, 3, 4]


def test_a_title_merged_over_the_table_is_no_column():
    book = openpyxl.Workbook()
    for row in (["Prices 2026", None], ["Item", "Price"], ["Desk", 100], ["Chair", 50]):
        book.active.append(row)
    book.active.merge_cells("A1:B1")
    assert rows_of(_saved(book))[:2] == [("paragraph", "Prices 2026"), ("table_header", "Item\tPrice")]


def test_each_table_of_a_sheet_has_its_own_header():
    rows = [
        *(["Item", "Price"], ["Desk", 100], ["Chair", 50], []),
        *(["Contacts"], ["Name", "Phone"], ["Anna", 1234], ["Bob", 5678]),
    ]
    assert rows_of(workbook_file({"A": rows})) == [
        ("table_header", "Item\tPrice"),
        ("table_row", "Desk\t100"),
        ("table_row", "Chair\t50"),
        ("paragraph", "Contacts"),
        ("table_header", "Name\tPhone"),
        ("table_row", "Anna\t1234"),
        ("table_row", "Bob\t5678"),
    ]


def test_a_blank_row_within_a_table_ends_nothing():
    rows = [
        ["Name", "Team", "Desk"],
        ["Ann", "Dev", 1],
        ["Bea", "Dev", 2],
        [],
        ["Cid", "Ops", 3],
        ["Dora", "Ops", 4],
    ]
    kinds = [kind for kind, _ in rows_of(workbook_file({"A": rows}))]
    assert kinds == ["table_header", *["table_row"] * 4]


def test_pairs_on_a_sheet_have_no_header_unless_it_is_set_apart():
    pairs = [["Owner", "Anna Lind"], ["Phone", "+49 30 1234"], ["Office", "Rome"]]
    assert {kind for kind, _ in rows_of(workbook_file({"A": pairs}))} == {"table_row"}
    book = openpyxl.Workbook()
    for row in [["Term", "Meaning"], ["SLA", "When we answer"], ["RPO", "What may be lost"]]:
        book.active.append(row)
    for cell in book.active[1]:
        cell.font = Font(bold=True)
    assert rows_of(_saved(book))[0] == ("table_header", "Term\tMeaning")


@pytest.mark.parametrize("heads", [[2023, 2024], [date(2026, 1, 1), date(2026, 2, 1)]])
def test_years_and_months_name_columns(heads):
    rows = [["Product", *heads], ["Desk", 1, 2], ["Chair", 3, 4]]
    assert rows_of(workbook_file({"A": rows}))[0] == ("table_header", "\t".join(map(str, rows[0])))


def test_years_below_years_are_data():
    assert {kind for kind, _ in rows_of(b"Ann,1999\nBob,2001\nCid,2004\n", "born.csv")} == {"table_row"}


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (12.5, "#,##0.00 [$€-407]", "12.50 €"),
        (12.5, "[$$-409]#,##0.00;[Red]([$$-409]#,##0.00)", "$12.50"),
        (-5.5, '"$"#,##0.00;[Red]("$"#,##0.00)', "-$5.50"),
        (99.5, '_-* #,##0.00 "€"_-;-* #,##0.00 "€"_-', "99.50 €"),
        (1234.5678, "0.00", "1234.57"),
        (0.125, "0%", "13%"),
        (7, "00000", "00007"),
        (3, '0" months"', "3 months"),
        (2.5, "0.##", "2.5"),
        (1_200_000, '0.0,,"M"', "1200000"),
        (1 / 3, "General", "0.3333333333"),
        (6.022e26, "#,##0.00", "6.022e+26"),
        (1.5, f"0.{'0' * 30}", f"1.5{'0' * 29}"),
        (1.5, f"0.{'0' * 200}", "1.5"),
        (timedelta(hours=30, minutes=5), "[h]:mm", "30:05"),
        (timedelta(minutes=-90), "[h]:mm", "-1:30"),
    ],
)
def test_numbers_are_told_in_their_format(value, form, text):
    book = openpyxl.Workbook()
    book.active["A1"] = value
    book.active["A1"].number_format = form
    assert rows_of(_saved(book)) == [("table_row", text)]


def test_formulas_that_nobody_computed_are_told():
    rows = [["Item", "Net", "Gross"], ["Desk", 100, "=B2*1.19"], ["Chair", 50, "=B3*1.19"]]
    parsed = read_bytes(workbook_file({"Prices": rows}), "x.xlsx")
    assert parsed.warnings == (
        "Sheet Prices: 2 formulas have no value yet and can't be read: "
        "open the file in a spreadsheet program and save it again.",
    )
    # A cell without a value keeps its place, so that names and values stay together.
    assert shown(parsed)[1] == ("table_row", "Desk\t100\t")


@pytest.mark.parametrize(("setting", "cells"), [('fullCalcOnLoad="1"', "Desk"), ("", "Desk\t0")])
def test_a_nought_that_stands_for_a_formula_to_be_computed_is_no_value(setting, cells):
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    whole = workbook_file({"A": [["Item", "Sum"], ["Desk", 1]]})
    words = '<c r="{}" t="inlineStr"><is><t>{}</t></is></c>'
    sheet = (
        f'<worksheet xmlns="{space}"><sheetData>'
        f'<row r="1">{words.format("A1", "Item")}{words.format("B1", "Sum")}</row>'
        f'<row r="2">{words.format("A2", "Desk")}<c r="B2"><f>SUM(C1:C9)</f><v>0</v></c></row>'
        f'<row r="3">{words.format("A3", "Lamp")}<c r="B3"><v>0</v></c></row>'
        "</sheetData></worksheet>"
    )
    book = (
        f'<workbook xmlns="{space}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        f'<sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets><calcPr calcId="1" {setting}/></workbook>'
    )
    parsed = read_bytes(repacked(whole, sheet1=sheet.encode(), workbook=book.encode()), "x.xlsx")
    assert [text for _, text in shown(parsed)][1:] == [cells, "Lamp\t0"]
    assert len(parsed.warnings) == bool(setting)


def test_a_first_line_that_tells_excel_the_separator_is_no_row():
    parsed = read_bytes(b"sep=;\r\nName;Sizes\r\nDesk;1,5,6\r\n", "x.csv")
    assert shown(parsed) == [("table_header", "Name\tSizes"), ("table_row", "Desk\t1,5,6")]
    assert parsed.blocks[0].locator.row == 1


def test_a_workbook_with_macros_is_read_like_any_other():
    rows = [["Item", "Price"], ["Desk", 100], ["Chair", 50]]
    assert rows_of(workbook_file({"A": rows}), "prices.xlsm") == rows_of(workbook_file({"A": rows}))


def test_on_a_form_a_wide_cell_is_one_cell():
    book = openpyxl.Workbook()
    for row in (
        ["Name", "Anna Lind", None, None],
        ["Address", "Hill Road 5", None, "Rome"],
        [None, "second floor"],
    ):
        book.active.append(row)
    for merged in ("B1:D1", "B2:C2", "A2:A3"):
        book.active.merge_cells(merged)
    assert [text for _, text in rows_of(_saved(book))] == [
        "Name\tAnna Lind",
        "Address\tHill Road 5\tRome",
        "Address\tsecond floor",
    ]
