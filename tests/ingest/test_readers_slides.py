from pptx.util import Inches
from reader_samples import slides_file

from ingest.readers import read_bytes


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
