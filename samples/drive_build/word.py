"""Word documents: real heading and list styles, tables with a header row, numbered pages."""

from io import BytesIO
from pathlib import Path

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph

from drive_build import source
from drive_build.packing import pack_again


def write_docx(document: source.SourceDocument, target: Path) -> None:
    """Writes `target` with the dates of the source."""
    word = Document()
    word.styles["Normal"].font.name = "Calibri"
    word.styles["Normal"].font.size = Pt(11)
    properties = word.core_properties
    properties.title = document.title
    properties.author = properties.last_modified_by = document.author
    properties.created = properties.modified = document.date
    properties.comments = ""
    for block in document.blocks:
        match block:
            case source.Heading(level, runs):
                word.add_heading(source.plain(runs), level=0 if level == 1 else level - 1)
            case source.Paragraph(runs):
                _fill(word.add_paragraph(), runs)
            case source.Item(None, runs):
                _fill(word.add_paragraph(style="List Bullet"), runs)
            case source.Item(number, runs):
                _fill(_numbered(word, restart=number == 1), runs)
            case source.Table(rows):
                _add_table(word, rows)
    _add_footer(word, document.footer)
    made = BytesIO()
    word.save(made)
    pack_again(made, target)


def _fill(paragraph: Paragraph, runs: source.Runs) -> None:
    for run in runs:
        written = paragraph.add_run(run.text)
        written.bold, written.italic = run.bold or None, run.italic or None
        if run.code:
            written.font.name = "Consolas"


def _numbered(word: WordDocument, *, restart: bool) -> Paragraph:
    """A numbered paragraph; Word counts on through the whole document unless a new list is begun."""
    paragraph = word.add_paragraph(style="List Number")
    numbering = word.part.numbering_part.numbering_definitions._numbering
    if restart:
        style_id = word.styles["List Number"].element.pPr.numPr.numId.val
        abstract = numbering.num_having_numId(style_id).abstractNumId.val
        numbering.add_num(abstract).add_lvlOverride(ilvl=0).add_startOverride(1)
    paragraph._p.get_or_add_pPr().get_or_add_numPr().get_or_add_numId().val = numbering.num_lst[-1].numId
    return paragraph


def _add_table(word: WordDocument, rows: tuple[tuple[source.Runs, ...], ...]) -> None:
    table = word.add_table(rows=0, cols=len(rows[0]), style="Light Grid Accent 1")
    for row in rows:
        for cell, runs in zip(table.add_row().cells, row, strict=True):
            _fill(cell.paragraphs[0], runs)
    header = table.rows[0]._tr.get_or_add_trPr()
    header.append(OxmlElement("w:tblHeader"))
    word.add_paragraph()


def _add_footer(word: WordDocument, text: str) -> None:
    paragraph = word.sections[0].footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.add_run(f"{text} · page ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)
