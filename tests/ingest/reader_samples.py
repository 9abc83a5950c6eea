"""Real files of every format, made anew for each test."""

import io
import json
import zipfile
import zlib
from email.message import EmailMessage

SENTENCE = "Every employee may spend 75 euros a day on meals while travelling for work."


def word_file(build, *, title=None):
    import docx

    document = docx.Document()
    if title is not None:
        document.core_properties.title = title
    build(document)
    return _saved(document)


def slides_file(build):
    import pptx

    presentation = pptx.Presentation()
    build(presentation)
    return _saved(presentation)


def workbook_file(sheets):
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return _saved(book)


def pdf_file(story, **settings):
    """A PDF from reportlab's flowing text."""
    from reportlab.platypus import SimpleDocTemplate

    target = io.BytesIO()
    SimpleDocTemplate(target, title=settings.pop("title", ""), **settings).build(story)
    return target.getvalue()


def drawn_pdf(draw, **settings):
    """A PDF whose lines are drawn one by one: `draw(canvas)`."""
    from reportlab.pdfgen.canvas import Canvas

    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(595, 842), **settings)
    draw(canvas)
    canvas.save()
    return target.getvalue()


def lines_at(canvas, left, top, lines, *, font="Helvetica", size=11, pitch=14):
    canvas.setFont(font, size)
    for number, line in enumerate(lines):
        canvas.drawString(left, top - number * pitch, line)


def mail_file(*, html=None, text="The pool is closed on Mondays.\n", attachments=()):
    message = EmailMessage()
    message["From"] = "Mara Lind <mara@example.org>"
    message["To"] = "all@example.org"
    message["Subject"] = "Pool hours"
    message["Date"] = "Tue, 05 Mar 2024 10:30:00 +0100"
    if text is not None:
        message.set_content(text)
    if html is not None:
        if text is None:
            message.set_content(html, subtype="html")
        else:
            message.add_alternative(html, subtype="html")
    for name, data in attachments:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def archive(members, compression=zipfile.ZIP_DEFLATED):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as opened:
        for name, data in members.items():
            opened.writestr(name, data)
    return target.getvalue()


def repacked(data, **replaced):
    """An Office file with one member's bytes changed: `repacked(data, document=bytes)`."""
    source = zipfile.ZipFile(io.BytesIO(data))
    members = {name: source.read(name) for name in source.namelist()}
    for stem, content in replaced.items():
        name = next(name for name in members if name.endswith(f"/{stem}.xml"))
        members[name] = content
    return archive(members)


def bottomless_pdf():
    """Forms that draw forms twenty times each, ten deep: 3 kB that would unfold to 20^11 words."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /XObject << /X 5 0 R >> >> >>",
        _stream(b"/X Do " * 20),
    ]
    for number in range(5, 15):
        inner = b"/XObject << /X %d 0 R >>" % (number + 1) if number < 14 else b"/Font << /F 15 0 R >>"
        drawn = b"/X Do " * 20 if number < 14 else b"BT /F 12 Tf 10 10 Td (hello) Tj ET"
        form = b"/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << " + inner + b" >>"
        objects.append(_stream(drawn, form))
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    return _assembled(objects)


def swelling_pdf(size):
    """A page that is drawn by so many deflated zeros, which PDFium unpacks into twice the memory."""
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        page,
        _stream(zlib.compress(bytes(size), 9), b"/Filter /FlateDecode"),
    ]
    return _assembled(objects)


def _stream(content, entries=b""):
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries, content)


def _assembled(objects):
    target = io.BytesIO()
    target.write(b"%PDF-1.7\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(target.tell())
        target.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    table = target.tell()
    target.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    target.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    target.write(b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1))
    target.write(b"startxref\n%d\n%%%%EOF\n" % table)
    return target.getvalue()


def lists_in_json(count):
    """Small on disk, large in memory."""
    return ("[" + ",".join(["[]"] * count) + "]").encode()


def nested_json(depth):
    return json.dumps("x").join(["[" * depth, "]" * depth]).encode()


def _saved(document):
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()
