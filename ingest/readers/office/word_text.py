"""The words of Word's paragraphs, and those that stand beside them: text boxes, footnotes, endnotes."""

from collections.abc import Iterator
from typing import Any

from ingest.readers.office.word_numbering import WORDS as _W
from ingest.readers.outline import raised

_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_FORMULA = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_BOX = f"{_W}txbxContent"
# A text box is written twice, the second time for programs that don't know the first form. Text that was
# moved away stands there until the change is accepted; deleted text has a name of its own.
_LEFT_OUT = {_FALLBACK, _BOX, f"{_W}moveFrom", f"{_W}pPr"}
_SIGNS = {f"{_W}tab": "\t", f"{_W}noBreakHyphen": "-", f"{_W}br": "\n", f"{_W}cr": "\n"}
_NOTES = ("footnote", "endnote")


def text_of(element: Any) -> str:
    """The words of a paragraph: hyperlinks and formulas included; hidden, deleted and moved text not."""
    return "".join(_pieces(element))


def _pieces(element: Any) -> Iterator[str]:
    open_: list[Any] = [iter(element)]
    while open_:
        node = next(open_[-1], None)
        if node is None:
            open_.pop()
        elif node.tag in (f"{_W}t", _FORMULA):
            yield raised(node.text or "") if _is_raised(node.getparent()) else node.text or ""
        elif node.tag in _SIGNS:
            yield _SIGNS[node.tag]
        elif node.tag not in _LEFT_OUT and not (node.tag == f"{_W}r" and _is_hidden(node)):
            open_.append(iter(node))


def _is_hidden(run: Any) -> bool:
    mark = run.find(f"{_W}rPr/{_W}vanish")
    return mark is not None and mark.get(f"{_W}val") not in ("0", "false")


def _is_raised(run: Any) -> bool:
    mark = run.find(f"{_W}rPr/{_W}vertAlign")
    return mark is not None and mark.get(f"{_W}val") == "superscript"


def boxes_in(element: Any) -> Iterator[Any]:
    """The text boxes that are anchored in an element, without those in other boxes."""
    for node in element:
        if node.tag == _BOX:
            yield node
        elif node.tag != _FALLBACK:
            yield from boxes_in(node)


def references_in(element: Any) -> Iterator[tuple[str, str]]:
    """The notes that an element refers to, as kind and number."""
    for kind in _NOTES:
        for reference in element.iter(f"{_W}{kind}Reference"):
            yield kind, reference.get(f"{_W}id") or ""


def notes_of(document: Any) -> dict[tuple[str, str], list[str]]:
    """The paragraphs of every footnote and endnote, by kind and number."""
    from docx.oxml import parse_xml

    found: dict[tuple[str, str], list[str]] = {}
    for relation in document.part.rels.values():
        kind = next((kind for kind in _NOTES if relation.reltype.endswith(f"/{kind}s")), None)
        if kind is None:
            continue
        for note in parse_xml(relation.target_part.blob).iterchildren(f"{_W}{kind}"):
            # The lines that part notes from the text are kept as notes of their own type.
            if note.get(f"{_W}type") in (None, "normal"):
                texts = [text_of(paragraph) for paragraph in note.iter(f"{_W}p")]
                found[kind, note.get(f"{_W}id") or ""] = texts
    return found
