"""Text in pictures: RapidOCR, whose wheel carries its models, so that nothing is fetched. Its one importer.

The extra is optional: everything else works without it.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

from brain.errors import UnreadableDocument
from brain.extras import extra_by_name
from brain.onnx_runtime import tell_nobody

# What the recogniser is less sure of than this is noise from stamps and stains.
_SURE = 0.6


@dataclass(frozen=True, slots=True)
class Recognised:
    """One line found in a picture; places in pixels from the top left."""

    text: str
    left: float
    right: float
    top: float
    bottom: float


def require_ocr(name: str, what: str) -> None:
    """Raise a sentence that says how to install text recognition, where it is missing."""
    if not ocr_installed():
        raise UnreadableDocument(
            f"{name} is {what}: reading it takes text recognition, which is not installed. "
            f"Install {extra_by_name('ocr')} and add the file again."
        )


def ocr_installed() -> bool:
    """Whether the extra `ocr` is there; looks, without importing it."""
    return find_spec("rapidocr") is not None


def recognise(picture: Any) -> list[Recognised]:
    """The lines of a Pillow picture, from top to bottom."""
    import numpy

    result = _engine()(numpy.asarray(picture.convert("RGB"))[:, :, ::-1])
    if result.txts is None or result.boxes is None:
        return []
    found = []
    for box, text, score in zip(result.boxes, result.txts, result.scores, strict=True):
        if score >= _SURE and text.strip():
            across, down = [float(point[0]) for point in box], [float(point[1]) for point in box]
            found.append(Recognised(text, min(across), max(across), min(down), max(down)))
    return sorted(found, key=lambda line: (line.top, line.left))


@lru_cache(maxsize=1)
def _engine() -> Any:
    import logging

    tell_nobody()
    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    return RapidOCR(params={"Global.log_level": "error"})
