"""Files that are made to break readers: bombs, lies, damage, names; all from one seed."""

# ruff: noqa: E501, PTH109, PTH118, PTH123 (XML is long; names here are bytes, which Path does not take)

import base64
import gzip
import io
import json
import os
import random
import socket
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

MIB = 1024**2
GOOD = "The key of the lighthouse hangs behind the blue door."


def write_all(root: Path, seed: int, *, heavy: bool = True) -> dict[str, int]:
    """Fill a folder with hostile and good files; how many of each. `heavy` ones take seconds to read."""
    chance = random.Random(seed)
    whole = good_files()
    hostile = [*_bombs(heavy), *_damaged(whole, chance, 6 if heavy else 1), *_mislabelled(whole), *_names()]
    for name, data in hostile:
        _write(root / "hostile", name, data)
    specials = _specials(root / "hostile")
    for folder in ("", "hostile"):
        for good, data in whole.items():
            _write(root / folder, f"good {good}".encode(), data)
    return {"hostile": len(hostile) + specials, "good": 2 * len(whole)}


def good_files() -> dict[str, bytes]:
    """One small genuine file of each format, all with the same sentence."""
    from docx import Document
    from openpyxl import Workbook
    from pptx import Presentation

    word, deck, book = Document(), Presentation(), Workbook()
    word.add_heading("Keys", 1)
    word.add_paragraph(GOOD)
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Keys"
    slide.placeholders[1].text = GOOD
    for row in (["what", "where"], ["key", GOOD]):
        book.worksheets[0].append(row)
    return {
        "a.docx": _saved(word.save),
        "a.pptx": _saved(deck.save),
        "a.xlsx": _saved(book.save),
        "a.pdf": pdf([GOOD]),
        "a.html": f"<title>Keys</title><h1>Keys</h1><p>{GOOD}</p>".encode(),
        "a.md": f"# Keys\n\n{GOOD}\n".encode(),
        "a.rst": f"Keys\n====\n\n{GOOD}\n".encode(),
        "a.adoc": f"= Keys\n\n{GOOD}\n".encode(),
        "a.org": f"* Keys\n{GOOD}\n".encode(),
        "a.txt": f"{GOOD}\n".encode(),
        "a.rtf": f"{{\\rtf1\\ansi {GOOD}\\par}}".encode(),
        "a.vtt": f"WEBVTT\n\n00:01.000 --> 00:02.000\n{GOOD}\n".encode(),
        "a.srt": f"1\n00:00:01,000 --> 00:00:02,000\n{GOOD}\n".encode(),
        "a.jsonl": json.dumps({"key": GOOD}).encode() + b"\n",
        "a.ipynb": json.dumps(
            {
                "cells": [{"cell_type": "markdown", "source": [GOOD], "metadata": {}}],
                "metadata": {},
                "nbformat": 4,
            }
        ).encode(),
        "a.csv": f"what,where\nkey,{GOOD}\n".encode(),
        "a.json": json.dumps({"key": GOOD}).encode(),
        "a.eml": f"From: a@example.org\nSubject: Keys\nContent-Type: text/plain\n\n{GOOD}\n".encode(),
    }


def pdf(lines: list[str], **changed: bytes) -> bytes:
    """A one-page PDF; `changed` replaces an object's content, such as `pages=b"<<...>>"`."""
    text = b"BT /F1 12 Tf 72 700 Td 14 TL " + b"".join(b"(%b) Tj T* " % x.encode() for x in lines) + b"ET"
    objects = {
        "catalog": b"<</Type/Catalog/Pages 2 0 R>>",
        "pages": b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "page": b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        "content": b"<</Length %d>>stream\n%b\nendstream" % (len(text), text),
        "font": b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    } | changed
    out = b"%PDF-1.7\n"
    offsets = []
    for number, content in enumerate(objects.values(), 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(offsets) + 1
    trailer = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (size, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + trailer


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    stream = io.BytesIO()
    save(stream)
    return stream.getvalue()


def _archive(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def _changed(data: bytes, member: str, content: bytes) -> bytes:
    """An Office file with one member replaced or added."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != member:
                new.writestr(name, old.read(name))
        new.writestr(member, content)
    return stream.getvalue()


def _flate(content: bytes, entries: bytes = b"") -> bytes:
    packed = zlib.compress(content, 9)
    return b"<</Length %d/Filter/FlateDecode%b>>stream\n%b\nendstream" % (len(packed), entries, packed)


def _png(width: int, height: int, data: bytes) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def _bombs(heavy: bool) -> Iterator[tuple[bytes, bytes]]:
    times = 10 if heavy else 1
    whole = good_files()
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha">' + b"".join(
        b'<!ENTITY %c "%b">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
    )
    laughs += b"]><x>&j;</x>"
    quadratic = b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 50_000 + b'">]><x>' + b"&a;" * 20_000 + b"</x>"
    for kind, body in (("laughs", laughs), ("quadratic", quadratic)):
        yield f"{kind}.html".encode(), b"<!doctype html>" + body
        yield f"{kind}.txt".encode(), body
        for suffix, member in (
            ("docx", "word/document.xml"),
            ("pptx", "ppt/slides/slide1.xml"),
            ("xlsx", "xl/sharedStrings.xml"),
        ):
            yield f"{kind}.{suffix}".encode(), _changed(whole[f"a.{suffix}"], member, body)
            wide = _changed(whole[f"a.{suffix}"], member, body.decode().encode("utf-16"))
            yield f"{kind}-wide.{suffix}".encode(), wide
            late = _changed(whole[f"a.{suffix}"], member, b"<!--" + b"x" * 70_000 + b"-->" + body)
            yield f"{kind}-late.{suffix}".encode(), late
    for suffix, member in (("docx", "word/"), ("pptx", "ppt/"), ("xlsx", "xl/")):
        yield (
            f"zip-bomb.{suffix}".encode(),
            _archive(**{f"{member}a.xml": bytes(210 * MIB if heavy else 30 * MIB)}),
        )
        nested = gzip.compress(bytes(10 * MIB))
        for _ in range(5):
            nested = _archive(**{f"{member}inner.zip": nested})
        yield f"nested-zip.{suffix}".encode(), nested
        many = _archive(**{f"{member}{n}.xml": b"" for n in range(21_000 if heavy else 20_001)})
        yield f"many-members.{suffix}".encode(), many
        deep = b"<a>" * (20_000 * times) + b"</a>" * (20_000 * times)
        main = {
            "docx": "word/document.xml",
            "pptx": "ppt/slides/slide1.xml",
            "xlsx": "xl/worksheets/sheet1.xml",
        }
        yield f"deep-xml.{suffix}".encode(), _changed(whole[f"a.{suffix}"], main[suffix], deep)
    namespace = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    for name, sheet in {
        "last-cell": b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>far</t></is></c></row>',
        "beyond": b'<row r="99999999"><c r="ZZZZ9"><v>1</v></c></row>',
        "columns": b'<row r="1">' + b"<c><v>1</v></c>" * 10_000 + b"</row>",
        "rows": b"<row><c><v>1</v></c></row>" * (60_000 * times),
    }.items():
        body = b'<worksheet xmlns="%b"><dimension ref="A1:XFD1048576"/><sheetData>%b</sheetData></worksheet>'
        sheet = _changed(whole["a.xlsx"], "xl/worksheets/sheet1.xml", body % (namespace, sheet))
        yield f"sheet-{name}.xlsx".encode(), sheet
    w = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>%b</w:body></w:document>'
    cell = b"<w:p><w:r><w:t>x</w:t></w:r></w:p>"
    for name, body in {
        "span": b'<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2000000000"/></w:tcPr>'
        + cell
        + b"</w:tc></w:tr></w:tbl>",
        "paragraphs": cell * (30_000 * times),
        "tables": b"<w:tbl><w:tr><w:tc>" * 150 + cell + b"</w:tc></w:tr></w:tbl>" * 150,
    }.items():
        yield f"word-{name}.docx".encode(), _changed(whole["a.docx"], "word/document.xml", w % body)
    yield from _pdfs(times)
    yield from _texts(times)
    yield from _mails(times)
    for name, width, height in (("huge", 60_000, 60_000), ("claims", 2**31 - 1, 2**31 - 1), ("none", 0, 0)):
        data = zlib.compress(bytes(MIB * times), 9)
        yield f"{name}.png".encode(), _png(width, height, data)
    yield b"huge.tiff", b"II*\0\x08\0\0\0" + b"\xff" * 5000
    yield b"loop.tiff", b"II*\0\x08\0\0\0\x01\0\x00\x01\x04\0\x01\0\0\0\xff\xff\xff\0\x08\0\0\0"


def _pdfs(times: int) -> Iterator[tuple[bytes, bytes]]:
    stream = b"(a) Tj " * (500_000 * times)
    yield b"pages-loop.pdf", pdf([GOOD], pages=b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>")
    yield b"pages-million.pdf", pdf([GOOD], pages=b"<</Type/Pages/Kids[3 0 R]/Count 1000000>>")
    same = b"<</Type/Pages/Kids[%b]/Count %d>>" % (b"3 0 R " * 5000 * times, 5000 * times)
    yield b"pages-same.pdf", pdf([GOOD], pages=same)
    yield b"pages-negative.pdf", pdf([GOOD], pages=b"<</Type/Pages/Kids[3 0 R]/Count -5>>")
    yield b"stream-bomb.pdf", pdf([GOOD], content=_flate(b"BT /F1 12 Tf " + stream + b" ET"))
    yield b"stream-zeros.pdf", pdf([GOOD], content=_flate(bytes(100 * MIB * times)))
    twice = zlib.compress(zlib.compress(bytes(50 * MIB * times), 9), 9)
    doubled = b"<</Length %d/Filter[/FlateDecode/FlateDecode]>>stream\n%b\nendstream" % (len(twice), twice)
    yield b"stream-twice.pdf", pdf([GOOD], content=doubled)
    yield b"stream-length.pdf", pdf([GOOD], content=b"<</Length 999999999>>stream\nBT ET\nendstream")
    yield b"stream-self.pdf", pdf([GOOD], content=b"<</Length 4 0 R>>stream\nBT ET\nendstream")
    yield b"box.pdf", pdf([GOOD], page=b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 1e30 -1e30]/Contents 4 0 R>>")
    nested = pdf([GOOD], catalog=b"<</Type/Catalog/Pages 2 0 R/X" + b"[" * 100_000 + b"]" * 100_000 + b">>")
    yield b"arrays.pdf", nested
    good = pdf([GOOD])
    yield b"xref-loop.pdf", good.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev %d" % good.index(b"xref\n0"))
    yield b"xref-far.pdf", good.replace(b"startxref\n", b"startxref\n99999999")
    yield b"xref-size.pdf", good.replace(b"/Size 6", b"/Size 2147483647")
    secret = b"<</Filter/Standard/V 2/R 3/Length 128/P -44/O(%b)/U(%b)>>" % (b"o" * 32, b"u" * 32)
    yield b"encrypted.pdf", good.replace(b"/Root 1 0 R", b"/Root 1 0 R/Encrypt %b/ID[(a)(a)]" % secret)
    outline = b"<</Type/Catalog/Pages 2 0 R/Outlines 6 0 R>>"
    yield b"outline-loop.pdf", pdf([GOOD], catalog=outline, outline=b"<</First 6 0 R/Next 6 0 R/Title(x)>>")
    form = b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</A 6 0 R>>>>/Length 5>>stream\n/A Do\nendstream"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 6 0 R/Resources<</XObject<</A 6 0 R>>>>>>"
    yield b"form-loop.pdf", pdf([GOOD], page=page, form=form)


def _texts(times: int) -> Iterator[tuple[bytes, bytes]]:
    yield b"one-line.txt", b"word " * (190_000 * times)
    yield b"one-word.txt", b"w" * (950_000 * times)
    yield b"no-end.txt", b"a b " * (99 * MIB // 40 * times // 4)
    yield b"thai.txt", "กขค".encode() * (30_000 * times)
    yield b"chinese.txt", "钥匙挂在门后".encode() * (6_000 * times)
    yield b"minified.md", b"```\n" + b"if(a){b[0]=c;}" * (7_000 * times) + b"\n```\n"
    yield b"backslashes.md", b"\\\n" * (10_000 * times)
    yield b"empty.txt", b""
    yield b"zeros.txt", bytes(MIB)
    yield b"lies.html", b"<meta charset=utf-16><p>plain ascii, whatever it says</p>"
    yield b"lies-utf7.html", b"<meta charset=utf-7><p>+ADw-script+AD4-</p>"
    yield b"lies.txt", b"\xff\xfe" + b"plain"
    yield b"mark-32.txt", b"\x00\x00\xfe\xff" + b"\xff" * 4000
    yield b"surrogates.json", b'{"a": "\\ud800\\udfff\\ud800"}'
    yield b"mixed.txt", "Grüße ".encode() * 500 + "Größe ".encode("latin-1") * 500 + bytes(range(128, 256))
    depth = 100_000 * times
    yield b"deep.json", b"[" * depth + b"]" * depth
    yield b"deep-objects.json", b'{"a":' * depth + b"1" + b"}" * depth
    yield b"digits.json", b'{"n": ' + b"9" * 500_000 + b"}"
    yield b"keys.json", json.dumps({f"key{n}": n for n in range(20_000 * times)}).encode()
    yield b"broken.jsonl", b'{"a": 1}\n{"a": \n' * 2000
    yield b"deep.html", b"<html>" + b"<div class=menu>" * (20_000 * times) + b"deep"
    yield b"deep-lists.html", b"<html>" + b"<ul><li>" * (5_000 * times) + b"deep"
    yield b"deep-tables.html", b"<html>" + b"<table><tr><td>" * (1_000 * times) + b"deep"
    yield b"attributes.html", b"<p " + b" ".join(b"a%d=1" % n for n in range(20_000 * times)) + b">x</p>"
    yield b"span.html", b"<table><tr><td colspan=99999999 rowspan=99999999>x</td></tr></table>"
    yield b"unclosed.html", b"<!--" + b"<p>x" * 50_000
    yield b"quotes.md", b">" * (2_000 * times) + b" deep"
    yield b"lists.md", b"".join(b" " * (2 * n) + b"- x\n" for n in range(40 * times))
    yield b"brackets.md", b"[" * (5_000 * times)
    yield b"stars.md", b"*a **b " * (1_500 * times)
    yield b"links.md", b"[a](<b" * (1_500 * times)
    yield (
        b"front.md",
        b"---\na: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n" + b"d: !!python/object/apply:os.getpid []\n---\nx",
    )
    yield from _markup(times)
    yield b"columns.csv", b",".join(b"c%d" % n for n in range(100_000)) + b"\n" + b"1," * 100_000 + b"\n"
    yield b"quote.csv", b'a,b\n"' + b"never closed,\n" * (20_000 * times)
    yield b"rows.csv", b"a,b\n" + b"1,2\n" * (20_000 * times)
    yield b"field.csv", b"a,b\n1," + b"x" * 300_000 + b"\n"
    yield b"zeros.csv", b"a,b\n1,\x00\n"


def _markup(times: int) -> Iterator[tuple[bytes, bytes]]:
    for suffix in (b"rst", b"adoc", b"org"):
        yield b"one-line." + suffix, b"word " * (100_000 * times)
        yield b"zero." + suffix, b"Keys\n====\n\n" + b"x " * 4000 + b"\0 end\n"
        yield b"latin." + suffix, "Größe\n=====\n\nWo der Schlüssel hängt.\n".encode("latin-1")
        yield b"lists." + suffix, b"".join(b" " * (2 * n) + b"- x\n\n" for n in range(40 * times))
        yield b"stars." + suffix, b"*a **b _c `d " * (600 * times)
        yield b"titles." + suffix, b"".join(b"*" * n + b" x\n" for n in range(1, 100 * times))
    yield b"colons.rst", b":a" * 45_000
    yield b"include.rst", b".. include:: /etc/passwd\n\n.. raw:: html\n   :file: /etc/passwd\n\nx\n"
    yield (
        b"names.rst",
        b"".join(b".. |%d| replace:: |%d| |%d|\n" % (n, n + 1, n + 1) for n in range(40)) + b"\n|0|",
    )
    yield b"grid.rst", b"+---+---+\n| a | b |\n+---+\n| c     |\n+---+---+\n" * (100 * times)
    yield b"deep.rst", b"- " * (2_000 * times) + b"x"
    yield b"include.adoc", b"include::/etc/passwd[]\n\nx\n"
    yield b"span.adoc", b"|===\n99999999*|x 99999999.99999999+|y\n.99999999+|z\n|===\n"
    yield b"values.adoc", b":a: ha\n" + b":a: {a}{a}\n" * 60 + b"\n" + b"{a} " * (2_000 * times)
    yield b"open.adoc", b"----\n[source]\n|===\na::\n+\n" * (5_000 * times)
    yield b"include.org", b"#+INCLUDE: /etc/passwd\nx\n"
    yield b"open.org", b":LOGBOOK:\n#+begin_src\n#+begin_quote\n" * (5_000 * times)


def _mails(times: int) -> Iterator[tuple[bytes, bytes]]:
    head = b"From: a@example.org\nSubject: x\nMIME-Version: 1.0\n"
    depth = 100 * times
    parts = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth))
    yield b"nested.eml", head + parts + b"Content-Type: text/plain\n\nthe core\n"
    yield (
        b"messages.eml",
        head + b"Content-Type: message/rfc822\n\n" * depth + b"From: b@example.org\n\nthe core\n",
    )
    yield (
        b"parts.eml",
        head + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * (2_000 * times),
    )
    bomb = base64.encodebytes(_archive(**{"word/document.xml": bytes(210 * MIB if times > 1 else 30 * MIB)}))
    attached = (
        b'\n--b\nContent-Disposition: attachment; filename="%d.docx"\nContent-Transfer-Encoding: base64\n\n%b'
    )
    mixed = head + b"Content-Type: multipart/mixed; boundary=b\n"
    yield b"bombs.eml", mixed + b"".join(attached % (n, bomb) for n in range(2 * times))
    yield b"headers.eml", b"X-A: b\n" * (10_000 * times) + b"\ntext"
    yield b"words.eml", b"Subject: " + b"=?utf-8?b?eA==?= " * (3_000 * times) + b"\n\ntext"
    yield b"quotes.eml", b"From: " + b'"' * (100_000 * times) + b"\nSubject: x\n\ntext"
    yield b"charset.eml", head + b"Content-Type: text/plain; charset=no-such-thing\n\n\xff\xfe text"
    yield b"date.eml", b"Date: Tue, 99 Foo 99999 99:99:99 +9999\nFrom: <<<>>>\n\ntext"


def _damaged(whole: dict[str, bytes], chance: random.Random, times: int) -> Iterator[tuple[bytes, bytes]]:
    for name, data in whole.items():
        for number in range(times):
            yield f"cut{number}-{name}".encode(), data[: chance.randrange(1, len(data))]
            mixed = bytearray(data)
            for _ in range(max(3, len(data) // 200)):
                mixed[chance.randrange(len(data))] = chance.randrange(256)
            yield f"bits{number}-{name}".encode(), bytes(mixed)


def _mislabelled(whole: dict[str, bytes]) -> Iterator[tuple[bytes, bytes]]:
    for name, data in whole.items():
        for other in whole:
            if other != name and not (name < other and len(data) % 3):
                yield f"really-{name[2:]}{other[1:]}".encode(), data
    joined = pdf([GOOD]) + _archive(**{"word/document.xml": b"<w/>"})
    for suffix in ("pdf", "docx", "html", "txt"):
        yield f"polyglot.{suffix}".encode(), joined
    yield b"gif.html", b"GIF89a/*<script>*/=1;<p>text</p>"


def _names() -> Iterator[tuple[bytes, bytes]]:
    text = f"{GOOD}\n".encode()
    for stem in (
        b"new\nline", b"tab\tand\rreturn", b"\xff\xfe invalid", b"half \xed\xa0\x80 pair", "🦆🔑".encode(),
        b"x" * 251, "é".encode() * 125, b"-rf", b"$(id)`id`", b"%00%2e%2e", b"..a", b" lead", b"trail .",
        "\u202egnp.exe".encode(), b"<b>[x](evil.test)<b>", b"'\"; DROP TABLE documents; --", b"CON",
        "e\u0301 and \u00e9".encode(), b"\x1b[31mred", b"a\\b",
    ):  # fmt: skip
        yield stem + b".txt", text


def _specials(folder: Path) -> int:
    """Things that are no regular files: links, loops, a pipe, a socket; how many could be made."""
    made = 0
    os.mkfifo(folder / "pipe.txt")
    (folder / "loop").mkdir()
    for link, target in {
        "self.txt": "self.txt", "out.txt": "/etc/hostname", "dangling.txt": "nowhere", "zero.txt": "/dev/zero",
        "loop/up": "..", "proc.txt": "/proc/self/mem",
    }.items():  # fmt: skip
        (folder / link).symlink_to(target)
        made += 1
    with socket.socket(socket.AF_UNIX) as unix:
        here = os.getcwd()
        os.chdir(folder)  # a socket's path may have 107 bytes only
        try:
            unix.bind("socket.txt")
        finally:
            os.chdir(here)
    with open(folder / "sparse.txt", "wb") as sparse:
        sparse.truncate(50 * 1024**3)
    return made + 3


def _write(folder: Path, name: bytes, data: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with open(os.path.join(os.fsencode(folder), name), "wb") as file:
        file.write(data)
