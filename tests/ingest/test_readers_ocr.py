import io
from importlib.util import find_spec

import pytest

from brain.errors import UnreadableDocument
from ingest.readers import read_bytes
from ingest.readers.pages import optical

needs_ocr = pytest.mark.skipif(
    find_spec("rapidocr") is None, reason="text recognition is an extra: pip install 'citewise[ocr]'"
)
LINES = [
    "Every employee may spend 75 euros a day on meals",
    "while travelling for work. Receipts must be sent in",
    "within thirty days.",
]


def picture(form, **settings):
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (1240, 500), "white")
    drawing = ImageDraw.Draw(image)
    for number, line in enumerate(LINES):
        drawing.text((80, 60 + 60 * number), line, font=ImageFont.load_default(34), fill="black")
    target = io.BytesIO()
    image.save(target, form, **settings)
    return target.getvalue()


@needs_ocr
@pytest.mark.parametrize(
    ("name", "form", "settings"),
    [("scan.tiff", "TIFF", {}), ("scan.pdf", "PDF", {"resolution": 150})],
)
def test_a_picture_of_text_is_read(name, form, settings):
    parsed = read_bytes(picture(form, **settings), name)
    assert " ".join(LINES) in parsed.text
    assert parsed.blocks[0].locator.page == 1


@pytest.mark.parametrize(("name", "form"), [("scan.pdf", "PDF"), ("scan.png", "PNG")])
def test_without_the_extra_a_scan_says_how_to_install_it(name, form, monkeypatch):
    monkeypatch.setattr(optical, "ocr_installed", lambda: False)
    with pytest.raises(UnreadableDocument, match=rf"{name} is a .*Install the extra citewise\[ocr\]"):
        read_bytes(picture(form), name)


def test_a_damaged_picture_is_a_sentence():
    if not optical.ocr_installed():
        pytest.skip("text recognition is an extra: pip install 'citewise[ocr]'")
    with pytest.raises(UnreadableDocument, match=r"cut\.png is a damaged picture"):
        read_bytes(picture("PNG")[:200], "cut.png")
