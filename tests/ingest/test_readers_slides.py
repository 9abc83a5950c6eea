from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.oxml import parse_xml
from pptx.util import Inches
from reader_samples import slides_file

from ingest.readers import read_bytes

OFFICE = "http://schemas.openxmlformats.org"
RELATIONS = f"{OFFICE}/officeDocument/2006/relationships"
DIAGRAM = f"{OFFICE}/drawingml/2006/diagram"
DRAWING = f"{OFFICE}/drawingml/2006/main"
SPACES = f'xmlns:p="{OFFICE}/presentationml/2006/main" xmlns:a="{DRAWING}" xmlns:r="{RELATIONS}"'


def build(presentation):
    first = presentation.slides.add_slide(presentation.slide_layouts[1])
    first.shapes.title.text = "Quarter in review"
    frame = first.placeholders[1].text_frame
    frame.text = "Sales rose by 4 %"
    deeper = frame.add_paragraph()
    deeper.text = "Mostly in Spain"
    deeper.level = 1
    first.notes_slide.notes_text_frame.text = "Mention the new office."
    second = presentation.slides.add_slide(presentation.slide_layouts[5])
    second.shapes.title.text = "Prices"
    low = second.shapes.add_textbox(Inches(1), Inches(6), Inches(4), Inches(1))
    low.text_frame.text = "All prices without tax."
    grid = second.shapes.add_table(2, 2, Inches(1), Inches(2), Inches(6), Inches(1)).table
    for place, text in enumerate(("Plan", "Price", "Small", "5 €")):
        grid.cell(place // 2, place % 2).text = text
    hidden = presentation.slides.add_slide(presentation.slide_layouts[5])
    hidden.shapes.title.text = "Not shown"
    hidden.element.set("show", "0")


def test_slides_keep_number_title_bullets_tables_and_notes():
    parsed = read_bytes(slides_file(build), "review.pptx")
    assert parsed.title == "Quarter in review"
    assert [(block.locator.slide, block.kind.value, block.text) for block in parsed.blocks] == [
        (1, "heading", "Quarter in review"),
        (1, "list_item", "- Sales rose by 4 %"),
        (1, "list_item", "  - Mostly in Spain"),
        (1, "paragraph", "Mention the new office."),
        (2, "heading", "Prices"),
        (2, "table_header", "Plan\tPrice"),
        (2, "table_row", "Small\t5 €"),
        (2, "paragraph", "All prices without tax."),
    ]
    assert parsed.blocks[3].locator.part == "notes"
    assert parsed.blocks[4].locator.part is None
    assert parsed.blocks[6].locator.heading == ("Prices",)


def test_a_place_in_the_notes_says_so():
    parsed = read_bytes(slides_file(build), "review.pptx")
    assert [block.locator.label for block in parsed.blocks[2:5]] == ["slide 1", "slide 1, notes", "slide 2"]


def test_a_chart_is_a_table_of_its_numbers():
    def chart(presentation):
        data = CategoryChartData(number_format="0.0%")
        data.categories = ["Q1", "Q2"]
        data.add_series("North", (0.125, 0.25))
        data.add_series("South", (0.5, None))
        slide = presentation.slides.add_slide(presentation.slide_layouts[5])
        made = slide.shapes.add_chart(XL_CHART_TYPE.LINE, 0, 0, Inches(4), Inches(3), data).chart
        made.has_title = True
        made.chart_title.text_frame.text = "Share of sales"

    parsed = read_bytes(slides_file(chart), "x.pptx")
    assert [(block.kind.value, block.text) for block in parsed.blocks] == [
        ("paragraph", "Share of sales"),
        ("table_header", "\tNorth\tSouth"),
        ("table_row", "Q1\t12.5%\t50.0%"),
        ("table_row", "Q2\t25.0%\t"),
    ]


def test_merged_cells_name_each_column_and_a_group_stands_in_its_place():
    def slide(presentation):
        shapes = presentation.slides.add_slide(presentation.slide_layouts[6]).shapes
        group = shapes.add_group_shape()
        for top, text in ((5, "below in the group"), (4, "above in the group")):
            box = group.shapes.add_textbox(Inches(1), Inches(top), Inches(2), Inches(1))
            box.text_frame.text = text
        shapes.add_textbox(0, 0, Inches(2), Inches(1)).text_frame.text = "at the top"
        grid = shapes.add_table(4, 3, 0, Inches(1), Inches(6), Inches(1)).table
        for place, text in enumerate(
            ("Team", "Size", "", "", "Now", "Plan", "Dev", "10", "12", "Ops", "3", "4")
        ):
            grid.cell(place // 3, place % 3).text = text
        grid.cell(0, 0).merge(grid.cell(1, 0))
        grid.cell(0, 1).merge(grid.cell(0, 2))

    assert [block.text for block in read_bytes(slides_file(slide), "x.pptx").blocks] == [
        "at the top",
        "Team\tSize Now\tSize Plan",
        "Dev\t10\t12",
        "Ops\t3\t4",
        "above in the group",
        "below in the group",
    ]


def test_what_every_slide_repeats_is_left_out_and_a_diagram_is_read():
    def slide(presentation):
        made = presentation.slides.add_slide(presentation.slide_layouts[6])
        for kind, text in (("ftr", "Confidential"), ("sldNum", "7"), ("dt", "1 May")):
            made.shapes._spTree.append(
                parse_xml(
                    f'<p:sp {SPACES}><p:nvSpPr><p:cNvPr id="9" name="x"/><p:cNvSpPr/>'
                    f'<p:nvPr><p:ph idx="12" type="{kind}"/></p:nvPr>'
                    f"</p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:p><a:r><a:t>{text}</a:t></a:r></a:p>"
                    "</p:txBody></p:sp>"
                )
            )
        points = "".join(
            f'<d:pt type="{kind}"><d:t><a:bodyPr/><a:p><a:r><a:t>{text}</a:t></a:r></a:p></d:t></d:pt>'
            for kind, text in (("doc", ""), ("node", "Plan"), ("node", "Build"), ("pres", "not shown"))
        )
        data = Part(
            PackURI("/ppt/diagrams/data1.xml"),
            "application/vnd.openxmlformats-officedocument.drawingml.diagramData+xml",
            made.part.package,
            f'<d:dataModel xmlns:d="{DIAGRAM}" {SPACES}><d:ptLst>{points}</d:ptLst></d:dataModel>'.encode(),
        )
        relation = made.part.relate_to(data, f"{RELATIONS}/diagramData")
        made.shapes._spTree.append(
            parse_xml(
                f'<p:graphicFrame {SPACES} xmlns:d="{DIAGRAM}"><p:nvGraphicFramePr><p:cNvPr id="5" name="d"/>'
                "<p:cNvGraphicFramePr/><p:nvPr/></p:nvGraphicFramePr>"
                '<p:xfrm><a:off x="0" y="0"/><a:ext cx="9" cy="9"/></p:xfrm>'
                f'<a:graphic><a:graphicData uri="{DIAGRAM}"><d:relIds r:dm="{relation}"/></a:graphicData>'
                "</a:graphic></p:graphicFrame>"
            )
        )

    assert [block.text for block in read_bytes(slides_file(slide), "x.pptx").blocks] == ["- Plan", "- Build"]
