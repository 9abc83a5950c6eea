"""Files as the programs of this world write them: in a strict form, with parts amiss that Office forgives."""

import io
import re
import zipfile
from datetime import date
from pathlib import Path

import pytest
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from lxml import etree
from PIL import Image
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches
from reader_samples import archive, mail_file, slides_file, word_file, workbook_file

from ingest.readers import read_bytes

OFFICE = "http://schemas.openxmlformats.org"
CHART = f"{{{OFFICE}/drawingml/2006/chart}}"
WORD = f"{{{OFFICE}/wordprocessingml/2006/main}}"
RELATION = f"{{{OFFICE}/officeDocument/2006/relationships}}"
SAMPLES = Path(__file__).parents[1] / "samples" / "formats"


def rewritten(data, change):
    source = zipfile.ZipFile(io.BytesIO(data))
    return archive({name: change(name, source.read(name)) for name in source.namelist()})


def strict(data):
    """The file as Office saves it when asked for the strict form."""

    def names(_, part):
        usual = (
            rb"http://schemas\.openxmlformats\.org/(spreadsheetml|wordprocessingml|presentationml|drawingml|"
        )
        usual += rb"officeDocument)/2006/"
        return re.sub(usual, rb"http://purl.oclc.org/ooxml/\1/", part)

    return rewritten(data, names)


def texts(data, name):
    return [block.text for block in read_bytes(data, name).blocks]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (workbook_file({"Fees": [["Name", "Fee"], ["Rex", 18], ["Bella", 24]]}), "fees.xlsx"),
        (word_file(lambda document: document.add_paragraph("The pool is closed.")), "pool.docx"),
        (
            slides_file(
                lambda deck: setattr(
                    deck.slides.add_slide(deck.slide_layouts[5]).shapes.title, "text", "Pool"
                )
            ),
            "pool.pptx",
        ),
    ],
)
def test_the_strict_form_is_read_as_the_usual_one(data, name):
    assert texts(strict(data), name) == texts(data, name) != []


def test_a_picture_that_is_named_and_not_there_costs_nothing():
    data = word_file(lambda document: document.add_paragraph("The pool is closed."))
    lost = (
        f'<Relationship Id="rId99" Type="{OFFICE}/officeDocument/2006/relationships/image" '
        'Target="media/lost%20image.gif"/></Relationships>'
    ).encode()

    def change(name, part):
        return part.replace(b"</Relationships>", lost) if name == "word/_rels/document.xml.rels" else part

    assert texts(rewritten(data, change), "pool.docx") == ["The pool is closed."]


def test_a_cell_style_without_a_name_costs_nothing():
    data = workbook_file({"Fees": [["Name", "Since"], ["Rex", 0.25]]})

    def change(name, part):
        nameless = b'<cellStyle xfId="0" builtinId="8"/></cellStyles>'
        return part.replace(b"</cellStyles>", nameless) if name == "xl/styles.xml" else part

    assert texts(rewritten(data, change), "fees.xlsx") == ["Name\tSince", "Rex\t0.25"]


def test_a_deck_with_a_picture_where_its_title_goes_is_read():
    def build(presentation):
        slide = presentation.slides.add_slide(presentation.slide_layouts[8])  # a picture with a caption
        slide.placeholders[2].text_frame.text = "The harbour at night"
        drawn = io.BytesIO()
        Image.new("RGB", (8, 8)).save(drawn, "PNG")
        picture = slide.placeholders[1].insert_picture(drawn)
        title = slide.shapes.title._element
        title.getparent().remove(title)
        picture._element.nvPicPr.nvPr.ph.set("idx", "0")

    assert texts(slides_file(build), "deck.pptx") == ["The harbour at night"]


def chart_of(build_data, kind=XL_CHART_TYPE.COLUMN_CLUSTERED):
    """A chart's XML, as python-pptx writes it."""
    charts = []

    def build(presentation):
        slide = presentation.slides.add_slide(presentation.slide_layouts[6])
        made = slide.shapes.add_chart(kind, 0, 0, Inches(4), Inches(3), build_data()).chart
        charts.append(etree.tostring(made._chartSpace))

    slides_file(build)
    return charts[0]


def quarters():
    data = CategoryChartData()
    for year in ("2024", "2025"):
        data.add_category(year)
        for quarter in ("Q1", "Q2"):
            data.categories[-1].add_sub_category(quarter)
    data.add_series("North", (3, 4.5, 5, 6))
    return data


def days():
    data = CategoryChartData()
    data.categories = [date(2024, 1, 31), date(2024, 2, 29)]
    data.add_series("Ships", (3, 4))
    return data


def test_charts_that_the_library_does_not_know_are_tables_of_their_numbers():
    def build(presentation):
        slide = presentation.slides.add_slide(presentation.slide_layouts[6])
        data = CategoryChartData()
        data.categories = ["Q1", "Q2"]
        data.add_series("North", (3, 4.5))
        chart = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, Inches(4), Inches(3), data).chart
        plot = chart._chartSpace.find(f".//{CHART}barChart")
        plot.tag = f"{CHART}bar3DChart"

    assert texts(slides_file(build), "deck.pptx") == ["\tNorth", "Q1\t3", "Q2\t4.5"]


@pytest.mark.parametrize(
    ("build", "rows"),
    [
        (quarters, ["\tNorth", "2024 Q1\t3", "2024 Q2\t4.5", "2025 Q1\t5", "2025 Q2\t6"]),
        (days, ["\tShips", "2024-01-31\t3", "2024-02-29\t4"]),
    ],
)
def test_a_chart_in_a_word_document_is_read_where_it_stands(build, rows):
    def document(word):
        word.add_paragraph("Guests by quarter:")
        part = Part(
            PackURI("/word/charts/chart1.xml"),
            "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
            chart_of(build),
            word.part.package,
        )
        relation = word.part.relate_to(part, f"{OFFICE}/officeDocument/2006/relationships/chart")
        drawing = etree.SubElement(word.add_paragraph().add_run()._element, f"{WORD}drawing")
        etree.SubElement(drawing, f"{CHART}chart").set(f"{RELATION}id", relation)
        word.add_paragraph("Counted at the door.")

    found = texts(word_file(document), "guests.docx")
    assert found == ["Guests by quarter:", *rows, "Counted at the door."]


def test_a_mail_to_people_whom_no_standard_allows_is_read():
    odd = "unlisted-recipients:; (no To-header on input)"
    data = mail_file().replace(b"To: all@example.org", f"To: {odd}".encode())
    assert f"To: {odd}" in texts(data, "pool.eml")


def test_names_that_no_xml_allows_cost_nothing():
    source = zipfile.ZipFile(SAMPLES / "handbook.odt")
    members = {name: source.read(name) for name in source.namelist()}
    before = texts(archive(members), "a.odt")
    members["content.xml"] = members["content.xml"].replace(b"<text:p ", b'<text:p xml:id="geo#1" ', 1)
    assert b"geo#1" in members["content.xml"]
    assert texts(archive(members), "a.odt") == before
