"""What an author has hidden in a workbook or on slides is left out and told; what is too wide is, too."""

import io
import re
import zipfile

import openpyxl
import pytest
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.table import Table
from pptx.chart.data import XyChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches
from reader_samples import repacked, slides_file, word_file

from ingest.readers import read_bytes


def workbook(build):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Guests"
    for row in (["Name", "Fee", "Margin"], ["Rex", 18, 3], ["Bella", 24, 4], ["Ghost", 1, 1]):
        sheet.append(row)
    build(book, sheet)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def texts(data, name="a.xlsx"):
    parsed = read_bytes(data, name)
    return [block.text for block in parsed.blocks], parsed.warnings


def hide(sheet):
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["C"].hidden = True


def test_hidden_sheets_rows_and_columns_are_left_out_and_told():
    def build(book, sheet):
        hide(sheet)
        for name, state in (("Wages", "hidden"), ("Deals", "veryHidden")):
            other = book.create_sheet(name)
            other.append(["Ann", 3000])
            other.sheet_state = state

    assert texts(workbook(build)) == (
        ["Name\tFee", "Rex\t18", "Bella\t24"],
        (
            "2 hidden sheets were left out.",
            "Sheet Guests: 1 hidden row and 1 hidden column were left out.",
        ),
    )


@pytest.mark.parametrize(
    ("pattern", "other"),
    [
        (rb'hidden="1"', rb"hidden='1'"),
        (rb'hidden="1"', rb'hidden = "true"'),
        (rb'<row r="\d+"', rb"<row"),  # a row's number may be left to its place
    ],
)
def test_hidden_rows_and_columns_are_left_out_however_their_program_writes_them(pattern, other):
    written = workbook(lambda book, sheet: hide(sheet))
    sheet = zipfile.ZipFile(io.BytesIO(written)).read("xl/worksheets/sheet1.xml")
    assert re.search(pattern, sheet)
    words, warnings = texts(repacked(written, sheet1=re.sub(pattern, other, sheet)))
    assert words == ["Name\tFee", "Rex\t18", "Bella\t24"]
    assert warnings == ("Sheet Guests: 1 hidden row and 1 hidden column were left out.",)


def by_filter(book, sheet):
    sheet.auto_filter.ref = "A1:C4"
    sheet.auto_filter.add_filter_column(0, ["Rex", "Bella"])
    sheet.row_dimensions[4].hidden = True


def by_table(book, sheet):
    chosen = AutoFilter(ref="A1:C4")
    chosen.add_filter_column(0, ["Rex", "Bella"])
    sheet.add_table(Table(displayName="T", ref="A1:C4", autoFilter=chosen))
    sheet.row_dimensions[4].hidden = True


def by_group(book, sheet):
    sheet.row_dimensions.group(4, 4, hidden=True)
    sheet.column_dimensions.group("C", "C", hidden=True)


@pytest.mark.parametrize("build", [by_filter, by_table, by_group])
def test_what_a_filter_or_a_folded_group_keeps_from_view_is_read(build):
    words, warnings = texts(workbook(build))
    assert words[-1] == "Ghost\t1\t1"
    assert warnings == ()


def test_a_hidden_row_that_a_filter_without_conditions_spans_is_hidden():
    def build(book, sheet):
        sheet.auto_filter.ref = "A1:C4"
        sheet.row_dimensions[4].hidden = True

    assert texts(workbook(build))[1] == ("Sheet Guests: 1 hidden row was left out.",)


def test_empty_hidden_rows_and_columns_are_nothing_to_tell():
    def build(book, sheet):
        sheet.row_dimensions[9].hidden = True
        sheet.column_dimensions["X"].hidden = True

    assert texts(workbook(build))[1] == ()


def test_a_sheet_that_is_too_wide_is_told():
    def build(book, sheet):
        sheet.cell(2, 300).value = "far out"

    words, warnings = texts(workbook(build))
    assert "far out" not in "".join(words)
    assert warnings == ("Sheet Guests: only the first 256 columns were read.",)


def test_a_wide_table_of_a_page_or_a_text_is_kept_whole():
    page = "<table><tr>" + "".join(f"<td>c{n}</td>" for n in range(300)) + "</tr><tr><td>a<td>b</tr></table>"
    assert "c299" in read_bytes(page.encode(), "a.html").text

    def build(document):
        table = document.add_table(rows=1, cols=3)
        table.rows[0].cells[0].text = "x"

    assert read_bytes(word_file(build), "a.docx").text.startswith("x")


def test_hidden_slides_are_told():
    def build(presentation):
        for title in ("Shown", "Plans", "More plans"):
            slide = presentation.slides.add_slide(presentation.slide_layouts[5])
            slide.shapes.title.text = title
            if title != "Shown":
                slide.element.set("show", "0")

    assert texts(slides_file(build), "a.pptx") == (["Shown"], ("2 hidden slides were left out.",))


def test_the_points_of_a_scatter_chart_are_read():
    def build(presentation):
        slide = presentation.slides.add_slide(presentation.slide_layouts[5])
        slide.shapes.title.text = "Weight and age"
        data = XyChartData()
        series = data.add_series("Dogs")
        for point in ((1, 4.5), (2.5, 9)):
            series.add_data_point(*point)
        place = (Inches(1), Inches(1), Inches(4), Inches(3))
        slide.shapes.add_chart(XL_CHART_TYPE.XY_SCATTER, *place, data)

    words, _ = texts(slides_file(build), "a.pptx")
    assert words[-3:] == ["\tDogs", "1\t4.5", "2.5\t9"]
