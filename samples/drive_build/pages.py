"""PDF pages: headings, lists and tables set in Helvetica, with a footer and bookmarks."""

from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from drive_build import source

INK = colors.HexColor("#1d2b36")
SEA = colors.HexColor("#1f6f8b")
MIST = colors.HexColor("#e8f0f3")
LINE = colors.HexColor("#b9c9d0")
WIDTH = A4[0] - 44 * mm

BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=10, leading=14.2, textColor=INK, spaceAfter=6)
CELL = ParagraphStyle("cell", parent=BODY, fontSize=8.8, leading=11.6, spaceAfter=0)
HEAD_CELL = ParagraphStyle("head", parent=CELL, fontName="Helvetica-Bold")
ITEM = ParagraphStyle("item", parent=BODY, leftIndent=14, bulletIndent=2, spaceAfter=3)
HEADINGS = {
    1: ParagraphStyle("h1", parent=BODY, fontName="Helvetica-Bold", fontSize=22, leading=27, spaceAfter=10),
    2: ParagraphStyle(
        "h2", parent=BODY, fontName="Helvetica-Bold", fontSize=14.5, leading=18, textColor=SEA, spaceBefore=12
    ),
    3: ParagraphStyle(
        "h3", parent=BODY, fontName="Helvetica-Bold", fontSize=11, leading=14, spaceBefore=6, spaceAfter=3
    ),
}
for _style in HEADINGS.values():
    _style.keepWithNext = 1


class _Sheets(BaseDocTemplate):
    """A4 sheets with running feet; bookmarks follow the headings."""

    def __init__(self, target: Path, document: source.SourceDocument, pages: int) -> None:
        super().__init__(
            str(target),
            pagesize=A4,
            title=document.title,
            author=document.author,
            creator="Quillmoor Instruments",
            leftMargin=22 * mm,
            rightMargin=22 * mm,
            topMargin=24 * mm,
            bottomMargin=22 * mm,
            invariant=1,
        )
        self.source, self.pages, self.bookmarks = document, pages, 0
        frame = Frame(self.leftMargin, self.bottomMargin, self.width, self.height, 0, 0, 0, 0)
        self.addPageTemplates(PageTemplate("sheet", [frame], onPage=self._furnish))

    def _furnish(self, canvas: Canvas, _: BaseDocTemplate) -> None:
        # Without this, `invariant` dates every file to the first day of 2000.
        canvas.setDateFormatter(lambda *_: f"D:{self.source.date:%Y%m%d%H%M%S}Z")
        canvas.saveState()
        top, foot = A4[1] - 15 * mm, 12 * mm
        canvas.setFillColor(SEA)
        canvas.setFont("Helvetica-Bold", 8)
        canvas.drawString(self.leftMargin, top, "QUILLMOOR INSTRUMENTS")
        canvas.setStrokeColor(LINE)
        canvas.line(self.leftMargin, top - 5, A4[0] - self.rightMargin, top - 5)
        canvas.setFillColor(INK)
        canvas.setFont("Helvetica", 8)
        canvas.drawString(self.leftMargin, foot, self.source.footer)
        canvas.drawRightString(
            A4[0] - self.rightMargin, foot, f"Page {canvas.getPageNumber()} of {self.pages}"
        )
        canvas.restoreState()

    def afterFlowable(self, flowable: Flowable) -> None:
        """Adds a bookmark for a heading that has just been set."""
        style = getattr(getattr(flowable, "style", None), "name", "")
        if isinstance(flowable, Paragraph) and style in {"h1", "h2", "h3"}:
            self.bookmarks += 1
            key = f"heading-{self.bookmarks}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(flowable.getPlainText(), key, level=int(style[1]) - 1)


def write_pdf(document: source.SourceDocument, target: Path) -> None:
    """Writes `target`; set twice, because the foot names the number of pages."""
    first = _Sheets(target, document, 0)
    first.build(_story(document))
    _Sheets(target, document, first.page).build(_story(document))


def _story(document: source.SourceDocument) -> list[Flowable]:
    story: list[Flowable] = []
    for block in document.blocks:
        match block:
            case source.Heading(level, runs):
                story.append(Paragraph(_markup(runs), HEADINGS[level]))
            case source.Paragraph(runs):
                story.append(Paragraph(_markup(runs), BODY))
            case source.Item(number, runs):
                bullet = "•" if number is None else f"{number}."
                story.append(Paragraph(_markup(runs), ITEM, bulletText=bullet))
            case source.Table(rows):
                story += [Spacer(0, 2), _table(rows), Spacer(0, 8)]
    return story


def _markup(runs: source.Runs) -> str:
    parts = []
    for run in runs:
        text = escape(run.text)
        text = f'<font name="Courier">{text}</font>' if run.code else text
        text = f"<i>{text}</i>" if run.italic else text
        parts.append(f"<b>{text}</b>" if run.bold else text)
    return "".join(parts)


def _table(rows: tuple[tuple[source.Runs, ...], ...]) -> Table:
    cells = [
        [Paragraph(_markup(cell), HEAD_CELL if index == 0 else CELL) for cell in row]
        for index, row in enumerate(rows)
    ]
    table = Table(cells, colWidths=_widths(rows), repeatRows=1)
    table.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, 0), MIST),
                ("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("TOPPADDING", (0, 0), (-1, -1), 3),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
                ("LEFTPADDING", (0, 0), (-1, -1), 5),
            ]
        )
    )
    return table


def _widths(rows: tuple[tuple[source.Runs, ...], ...]) -> list[float]:
    """Columns as wide as their longest cell wants, within a third of each other's share."""
    wanted = [
        max(stringWidth(source.plain(row[column]), "Helvetica-Bold", 8.8) for row in rows) + 14
        for column in range(len(rows[0]))
    ]
    if sum(wanted) <= WIDTH:
        return [width * WIDTH / sum(wanted) for width in wanted]
    # Long columns give way first: short ones keep what they want up to an equal share.
    share = WIDTH / len(wanted)
    fixed = sum(width for width in wanted if width <= share)
    loose = sum(width for width in wanted if width > share)
    return [width if width <= share else width * (WIDTH - fixed) / loose for width in wanted]
